//! Container images: `functions.*.image` with `provider.ecr.images`.
//!
//! An image is named by its URI, or by a name that the provider knows: another URI, or a folder that it is built from.
//! What building and the registry know, the digests, comes in as a value; before, the tag stands for it.

use ecow::{EcoString, eco_format};

use crate::aws::context::{FunctionContext, ServiceContext};
use crate::aws::function::Function;
use crate::aws::types::ecr::{EcrImage, EcrImageSettings};
use crate::aws::types::{IMAGE_NAME, IMAGE_URI, Image, ImageReference, ImageSettings};
use crate::cfn::{Fragment, sub};
use crate::diagnostic::{Diagnostic, Place, Severity};
use crate::json;
use crate::path::Path;
use crate::rules;
use crate::shape::Int;
use crate::shape::check::matches;
use crate::value::{Object, Value};

/// What has to be built, and asked of the registry, before the digests of a service's images are known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    /// The repository of the service, for images that are built.
    pub repository: EcoString,
    /// Whether the registry scans what is pushed.
    pub scan_on_push: bool,
    /// How many images the registry keeps, if not all.
    pub max_image_count: Option<i64>,
    /// The images to build, in the order of the functions.
    pub builds: Vec<Build>,
    /// URIs of which only the tag is known.
    pub tagged: Vec<EcoString>,
}

/// An image that is built from a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Build {
    /// Its name, and its tag in the repository.
    pub name: EcoString,
    /// The folder, as seen from the service.
    pub path: EcoString,
    /// The Dockerfile in the folder.
    pub file: EcoString,
    /// Values for `ARG`, in order.
    pub build_args: Vec<(EcoString, EcoString)>,
    /// More options of `docker build`.
    pub build_options: Vec<EcoString>,
    /// Images whose layers are used again.
    pub cache_from: Vec<EcoString>,
    /// The platform.
    pub platform: Option<EcoString>,
    /// Whether attestations are added.
    pub provenance: Option<EcoString>,
}

/// Where an image comes from.
enum Source {
    /// A registry.
    Uri(EcoString),
    /// A folder.
    Built(Build),
}

/// Why there is no image: what is wrong, what to do, and where, if not where the function names it.
type Problem = (EcoString, EcoString, Option<Path>);

/// Where the URI of an image stands that a function names by its name.
fn uri_path(function: &Function, service: &ServiceContext) -> Option<Path> {
    let name = match function.image.as_ref()? {
        Image::Reference(ImageReference(text)) => text,
        Image::Settings(it) => it.name.as_ref()?,
    };
    let path = Path::from(["provider", "ecr", "images", name.as_str()]);
    match service.provider.ecr.as_ref()?.images.get(name)? {
        EcrImage::Reference(_) => Some(path),
        EcrImage::Settings(_) => Some(path.join("uri")),
    }
}

/// What Lambda refuses of the URI of an image.
/// <https://docs.aws.amazon.com/lambda/latest/dg/images-create.html>
fn faults(uri: &str, service: &ServiceContext, path: &Path) -> Option<Diagnostic> {
    let at = || Place::value(path.clone());
    let mut diagnostic = match (uri.split_once('@'), uri.split('.').nth(3)) {
        _ if !uri.contains(".dkr.ecr.") && !uri.contains("${") => {
            let host = uri.split(['/', '@']).next().unwrap_or(uri);
            Diagnostic::new(
                &rules::INVALID_FORMAT,
                at(),
                eco_format!("`{host}` is no registry of Lambda's images"),
            )
            .why("Lambda takes images of Amazon ECR only")
            .help("push the image to a private repository of ECR, and name it there")
        }
        (Some((_, digest)), _) if !is_digest(digest) => {
            let shown = digest.trim_start_matches("sha256:");
            Diagnostic::new(&rules::INVALID_FORMAT, at(), eco_format!("`{shown}` is no digest of an image"))
                .why("a digest is `sha256:` and 64 hexadecimal digits")
                .help("copy the whole digest")
        }
        (_, Some(region)) if *region != service.region => {
            let message = eco_format!("the image is in `{region}`, the service in `{}`", service.region);
            Diagnostic::new(&rules::OTHER_REGION, at(), message)
                .why("Lambda takes images of its own region only")
                .help("push the image to a repository of this region")
                .page("https://docs.aws.amazon.com/lambda/latest/dg/images-create.html")
        }
        _ => return None,
    };
    // The framework looks only at what has no digest.
    if uri.contains('@') {
        diagnostic.severity = Severity::Warning;
    }
    Some(diagnostic)
}

fn is_digest(text: &str) -> bool {
    let digits = text.strip_prefix("sha256:");
    digits.is_some_and(|it| it.len() == 64 && it.bytes().all(|it| it.is_ascii_hexdigit()))
}

/// Sets the code of a function that is an image.
pub fn lower(
    function: &Function,
    context: &FunctionContext,
    service: &ServiceContext,
    properties: &mut Object,
    out: &mut Fragment,
) {
    let path = context.path.join("image");
    if let Some(Image::Settings(ImageSettings { command, entry_point, working_directory, name, uri })) =
        &function.image
    {
        let mut config = Object::new();
        config.insert_some("Command", command.clone());
        config.insert_some("EntryPoint", entry_point.clone());
        config.insert_some("WorkingDirectory", working_directory.clone());
        if !config.is_empty() {
            properties.insert("ImageConfig", config);
        }
        let problem = match (name, uri) {
            (Some(_), Some(_)) => Some(
                Diagnostic::new(
                    &rules::CONFLICTING_OPTIONS,
                    Place::key(path.join("uri")),
                    "`name` and `uri` exclude each other",
                )
                .help("keep one of the two")
                .related(Place::key(path.join("name")), "the image has a name, too"),
            ),
            (None, None) => Some(
                Diagnostic::new(
                    &rules::CONFLICTING_OPTIONS,
                    Place::key(path.clone()),
                    "an image needs `name` or `uri`",
                )
                .help("add the name of an image of `provider.ecr.images`, or a URI"),
            ),
            _ => None,
        };
        problem.into_iter().for_each(|it| out.report(it));
    }
    let uri = match source(function, service) {
        Ok(Some(Source::Uri(uri))) => {
            let written = uri_path(function, service).unwrap_or_else(|| path.clone());
            faults(&uri, service, &written).into_iter().for_each(|it| out.report(it));
            Value::String(service.images.get(&uri).cloned().unwrap_or(uri))
        }
        Ok(Some(Source::Built(build))) => match service.images.get(&build.name) {
            Some(uri) => Value::from(uri),
            None => sub(eco_format!(
                "${{AWS::AccountId}}.dkr.ecr.${{AWS::Region}}.${{AWS::URLSuffix}}/{}:{}",
                repository(service),
                build.name
            )),
        },
        Ok(None) => Value::from(""),
        Err((message, help, own)) => {
            let used = Place::value(path);
            out.report(match own {
                Some(own) => Diagnostic::new(&rules::UNKNOWN_IMAGE, Place::key(own), message)
                    .help(help)
                    .related(used, "it is used here"),
                None => Diagnostic::new(&rules::UNKNOWN_IMAGE, used, message).help(help),
            });
            Value::from("")
        }
    };
    properties.insert("Code", json!({ "ImageUri": uri }));
    properties.insert("PackageType", "Image");
}

/// The digest of an image, which stands for the hash of its code.
pub fn digest(function: &Function, service: &ServiceContext) -> Option<EcoString> {
    function.image.as_ref()?;
    let uri = match source(function, service) {
        Ok(Some(Source::Uri(uri))) => service.images.get(&uri).cloned().unwrap_or(uri),
        Ok(Some(Source::Built(build))) => {
            let tag = || eco_format!("{}:{}", repository(service), build.name);
            service.images.get(&build.name).cloned().unwrap_or_else(tag)
        }
        _ => EcoString::new(),
    };
    let digest = uri.rsplit_once("sha256:").map(|it| EcoString::from(it.1));
    // Without a digest the tag is all that is known here.
    Some(digest.unwrap_or(uri))
}

/// What the images of these functions need.
pub fn needs<'a>(functions: impl IntoIterator<Item = &'a Function>, service: &ServiceContext) -> Needs {
    let ecr = service.provider.ecr.as_ref();
    let mut needs = Needs {
        repository: repository(service),
        scan_on_push: ecr.and_then(|it| it.scan_on_push) == Some(true),
        max_image_count: ecr.and_then(|it| it.max_image_count).map(|Int(it)| it),
        builds: Vec::new(),
        tagged: Vec::new(),
    };
    for function in functions {
        match source(function, service) {
            Ok(Some(Source::Built(build))) if !needs.builds.contains(&build) => needs.builds.push(build),
            Ok(Some(Source::Uri(uri))) if !uri.contains('@') && !needs.tagged.contains(&uri) => {
                needs.tagged.push(uri);
            }
            _ => {}
        }
    }
    needs
}

/// The name of the repository for the images that the service builds.
fn repository(service: &ServiceContext) -> EcoString {
    let whole = format!("serverless-{}-{}", service.service, service.stage).to_lowercase();
    let mut name = EcoString::new();
    for char in whole.chars() {
        if char != '-' || !name.ends_with('-') {
            name.push(char);
        }
    }
    name.strip_suffix('-').map_or(name.clone(), EcoString::from)
}

/// Where a function's image comes from; nothing if the function does not say, or why it cannot be known.
fn source(function: &Function, service: &ServiceContext) -> Result<Option<Source>, Problem> {
    let (name, uri) = match &function.image {
        Some(Image::Reference(ImageReference(text))) if matches(IMAGE_NAME, text) => {
            (Some(text.clone()), None)
        }
        Some(Image::Reference(ImageReference(text))) => (None, Some(text.clone())),
        Some(Image::Settings(it)) => (it.name.clone(), it.uri.clone()),
        None => (None, None),
    };
    if let Some(uri) = uri {
        return Ok(Some(Source::Uri(uri)));
    }
    let Some(name) = name else { return Ok(None) };
    let images = service.provider.ecr.as_ref().map(|it| &it.images);
    match images.and_then(|it| it.get(&name)) {
        Some(image) => provided(&name, image).map(Some),
        None => {
            let known = images.into_iter().flat_map(|it| it.keys()).map(EcoString::as_str);
            let help = match crate::diagnostic::nearest(&name, known) {
                Some(near) => eco_format!("did you mean `{near}`?"),
                None => eco_format!("add `{name}` there"),
            };
            Err((eco_format!("`provider.ecr.images` has no image `{name}`"), help, None))
        }
    }
}

/// An image of `provider.ecr.images`.
fn provided(name: &EcoString, image: &EcrImage) -> Result<Source, Problem> {
    let settings = match image {
        EcrImage::Reference(text) if matches(IMAGE_URI, text) => return Ok(Source::Uri(text.clone())),
        EcrImage::Reference(path) => {
            &EcrImageSettings { path: Some(path.clone()), ..EcrImageSettings::default() }
        }
        EcrImage::Settings(it) => &**it,
    };
    let filled = |it: &Option<EcoString>| it.as_ref().filter(|it| !it.is_empty()).cloned();
    match (filled(&settings.uri), filled(&settings.path)) {
        (Some(uri), path) => {
            let of_building = [
                ("path", path.is_some()),
                ("buildArgs", settings.build_args.is_some()),
                ("buildOptions", settings.build_options.is_some()),
                ("cacheFrom", settings.cache_from.is_some()),
                ("platform", settings.platform.is_some()),
                ("provenance", settings.provenance.is_some()),
            ];
            match of_building.iter().find(|it| it.1) {
                Some((key, _)) => Err((
                    eco_format!("the image `{name}` has both `uri` and `{key}`"),
                    eco_format!("an image that stands in a registry is not built: remove `{key}`"),
                    Some(Path::from(["provider", "ecr", "images"]).join(name).join(*key)),
                )),
                None => Ok(Source::Uri(uri)),
            }
        }
        (None, Some(path)) => Ok(Source::Built(Build {
            name: name.clone(),
            path,
            file: filled(&settings.file).unwrap_or_else(|| "Dockerfile".into()),
            build_args: settings.build_args.clone().unwrap_or_default().into_iter().collect(),
            build_options: settings.build_options.clone().unwrap_or_default(),
            cache_from: settings.cache_from.clone().unwrap_or_default(),
            platform: filled(&settings.platform),
            provenance: filled(&settings.provenance),
        })),
        (None, None) => Err((
            eco_format!("the image `{name}` has neither `uri` nor `path`"),
            "add the URI of an image in ECR, or the folder that it is built from".into(),
            Some(Path::from(["provider", "ecr", "images"]).join(name)),
        )),
    }
}
