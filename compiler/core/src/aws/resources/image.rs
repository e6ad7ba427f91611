//! Container images: `functions.*.image` with `provider.ecr.images`.

use ecow::{EcoString, eco_format};

use crate::aws::context::{FunctionContext, ServiceContext};
use crate::aws::function::Function;
use crate::aws::types::{IMAGE_NAME, Image, ImageReference, ImageSettings};
use crate::cfn::Fragment;
use crate::diagnostic::{Diagnostic, Place};
use crate::json;
use crate::rules;
use crate::shape::check::matches;
use crate::value::{Object, Value};

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
            (Some(_), Some(_)) => Some(("`name` and `uri` exclude each other", "keep one of the two")),
            (None, None) => Some((
                "an image needs `name` or `uri`",
                "add the name of an image of `provider.ecr.images`, or a URI",
            )),
            _ => None,
        };
        if let Some((message, help)) = problem {
            out.report(
                Diagnostic::new(&rules::CONFLICTING_OPTIONS, Place::key(path.clone()), message).help(help),
            );
        }
    }
    let uri = match uri(function, service) {
        Ok(uri) => uri,
        Err((message, help)) => {
            out.report(
                Diagnostic::new(&rules::UNKNOWN_IMAGE, Place::value(path.clone()), message).help(help),
            );
            EcoString::new()
        }
    };
    if let Some(region) = uri.split('.').nth(3).filter(|it| !uri.contains('@') && *it != service.region) {
        let message = eco_format!("the image is in `{region}`, the service in `{}`", service.region);
        out.report(
            Diagnostic::new(&rules::CONFLICTING_OPTIONS, Place::value(path), message)
                .why("Lambda takes images of its own region only")
                .help("push the image to a repository of this region"),
        );
    }
    properties.insert("Code", json!({ "ImageUri": uri }));
    properties.insert("PackageType", "Image");
}

/// The digest of an image, which stands for the hash of its code.
pub fn digest(function: &Function, service: &ServiceContext) -> Option<EcoString> {
    function.image.as_ref()?;
    let uri = uri(function, service).unwrap_or_default();
    let digest = uri.rsplit_once("sha256:").map(|it| EcoString::from(it.1));
    // Without a digest the tag is all that is known here.
    Some(digest.unwrap_or(uri))
}

/// The URI of a function's image, or why there is none.
fn uri(function: &Function, service: &ServiceContext) -> Result<EcoString, (EcoString, EcoString)> {
    let (name, uri) = match &function.image {
        Some(Image::Reference(ImageReference(text))) if matches(IMAGE_NAME, text) => {
            (Some(text.clone()), None)
        }
        Some(Image::Reference(ImageReference(text))) => (None, Some(text.clone())),
        Some(Image::Settings(it)) => (it.name.clone(), it.uri.clone()),
        None => (None, None),
    };
    if let Some(uri) = uri {
        return Ok(uri);
    }
    let Some(name) = name else { return Ok(EcoString::new()) };
    let images = service.provider.ecr.as_ref().and_then(|it| it.get("images")).and_then(Value::as_object);
    let Some(image) = images.and_then(|it| it.get(&name)) else {
        let near = crate::diagnostic::nearest(
            &name,
            images.into_iter().flat_map(|it| it.keys()).map(EcoString::as_str),
        );
        let help =
            near.map_or_else(|| eco_format!("add `{name}` there"), |it| eco_format!("did you mean `{it}`?"));
        return Err((eco_format!("`provider.ecr.images` has no image `{name}`"), help));
    };
    match image {
        Value::String(uri) => Ok(uri.clone()),
        other => match other.get("uri").and_then(Value::as_str) {
            Some(uri) => {
                let build = ["path", "file", "buildArgs", "buildOptions", "cacheFrom", "platform"];
                match build.iter().find(|it| other.get(it).is_some()) {
                    Some(key) => Err((
                        eco_format!("the image `{name}` has both `uri` and `{key}`"),
                        eco_format!("an image that stands in a registry is not built: remove `{key}`"),
                    )),
                    None => Ok(uri.into()),
                }
            }
            None => Err((
                eco_format!("the image `{name}` is built from a folder, which `slsc` does not do yet"),
                "build and push it, and give its `uri`".into(),
            )),
        },
    }
}
