//! `layers.*`: Lambda layers that a service publishes.

use super::runtime::Runtime;
use super::types::Architecture;
use crate::service::package::LayerPackage;
use crate::shape::{Text, Typed};

/// A layer.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub struct Layer {
    /// Accounts that may use the layer: ids, or `*` for all.
    #[pattern(
        r"^(\d{12}|\*|arn:(aws[a-zA-Z-]*):iam::\d{12}:root)$",
        "an account: 12 digits, `*`, or the ARN of its root"
    )]
    pub allowed_accounts: Option<Vec<Text>>,
    /// The processor architectures that it works on.
    #[items(0, 2)]
    pub compatible_architectures: Option<Vec<Architecture>>,
    /// The runtimes that it works with.
    #[items(0, 15)]
    pub compatible_runtimes: Option<Vec<Runtime>>,
    /// What it holds.
    #[length(0, 256)]
    pub description: Option<Text>,
    /// Its licence: an SPDX identifier, a URL, or the text.
    #[length(0, 512)]
    pub license_info: Option<Text>,
    /// Its name in Lambda. The key by default.
    #[pattern(
        "^((arn:[a-zA-Z0-9-]+:lambda:[a-zA-Z0-9-]+:[0-9]{12}:layer:[a-zA-Z0-9-_]+)|[a-zA-Z0-9-_]+)$",
        "the name of a layer: letters, digits, `-` and `_`"
    )]
    #[length(1, 140)]
    pub name: Option<Text>,
    /// What goes into its archive.
    pub package: Option<LayerPackage>,
    /// The folder that it is made of.
    #[pattern(r"^[^\r\n\x00]*$", "a path on one line")]
    pub path: Option<Text>,
    /// Whether earlier versions are kept.
    pub retain: Option<bool>,
}
