//! `provider.ecr`: container images by their names, from a registry or built from a folder.

use super::IMAGE_URI;
use crate::shape::{Int, Map, Text, Typed};

/// Container images.
/// <https://docs.aws.amazon.com/lambda/latest/dg/images-create.html>
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub struct Ecr {
    /// The images by their names, which functions name in `image`.
    pub images: Map<EcrImage>,
    /// Whether the registry scans each image for vulnerabilities.
    pub scan_on_push: Option<bool>,
    /// How many images the registry keeps; older ones are deleted.
    #[range(1, i64::MAX)]
    #[since_4]
    pub max_image_count: Option<Int>,
}

/// A container image.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub enum EcrImage {
    /// A URI in ECR, or the folder that it is built from.
    Reference(Text),
    /// An image with settings.
    Settings(Box<EcrImageSettings>),
}

/// A container image with settings.
#[derive(Clone, Debug, Default, PartialEq, Eq, Typed)]
pub struct EcrImageSettings {
    /// A URI in ECR.
    #[pattern(
        IMAGE_URI,
        "the URI of an image: `<account>.dkr.ecr.<region>.amazonaws.com/<repository>` with a tag or a digest"
    )]
    pub uri: Option<Text>,
    /// The folder that it is built from.
    pub path: Option<Text>,
    /// The Dockerfile in the folder. `Dockerfile` by default.
    pub file: Option<Text>,
    /// Values for `ARG` in the Dockerfile.
    pub build_args: Option<Map<Text>>,
    /// More options of `docker build`.
    pub build_options: Option<Vec<Text>>,
    /// Images whose layers are used again.
    pub cache_from: Option<Vec<Text>>,
    /// The platform, such as `linux/arm64`.
    pub platform: Option<Text>,
    /// Whether attestations are added: `--provenance` of `docker build`.
    pub provenance: Option<Text>,
}
