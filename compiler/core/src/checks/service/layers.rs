//! Layers of the service: each has a folder or an archive.

use ecow::eco_format;

use super::Facts;
use crate::diagnostic::{Diagnostic, Place};
use crate::path::Path;
use crate::rules;
use crate::value::Value;

/// Finds layers of nothing.
pub fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    let layers = facts.config.get("layers").and_then(Value::as_object);
    for (key, layer) in layers.into_iter().flat_map(|it| it.iter()) {
        let Some(settings) = layer.as_object() else { continue };
        let artifact = settings.get("package").is_some_and(|it| it.get("artifact").is_some());
        if settings.get("path").is_none_or(Value::is_null) && !artifact {
            let at = Place::key(Path::from(["layers"]).join(key));
            found.push(
                Diagnostic::new(&rules::MISSING_KEY, at, eco_format!("the layer `{key}` has no `path`"))
                    .why("it is made of a folder, or of a ready archive")
                    .help("add `path`, the folder that it is made of"),
            );
        }
    }
}
