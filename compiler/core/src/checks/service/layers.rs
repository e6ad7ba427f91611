//! Layers of the service: each has a folder or an archive.

use ecow::eco_format;

use super::Facts;
use crate::aws::naming;
use crate::checks::function::handler::runtime;
use crate::diagnostic::{Diagnostic, Place};
use crate::path::Path;
use crate::rules;
use crate::value::Value;

/// Finds layers of nothing, and those that are not for the functions that take them.
pub fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    compatible(facts, found);
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

/// A layer says for which runtimes and architectures it is.
/// <https://docs.aws.amazon.com/lambda/latest/dg/chapter-layers.html>
fn compatible(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    let context = facts.around.context;
    for function in &facts.functions {
        let own = function.listed.value.get("layers").and_then(Value::as_array);
        let inherited = || facts.config.at(&Path::from(["provider", "layers"])).and_then(Value::as_array);
        let (list, path) = match own {
            Some(list) => (list, function.listed.path.join("layers")),
            None => (inherited().unwrap_or_default(), Path::from(["provider", "layers"])),
        };
        let architecture = function.listed.value.get("architecture");
        let architecture =
            architecture.or_else(|| facts.config.at(&Path::from(["provider", "architecture"])));
        let architecture = architecture.and_then(Value::as_str).unwrap_or("x86_64");
        let takes = [
            ("compatibleRuntimes", "runtime", runtime(function)),
            ("compatibleArchitectures", "architecture", architecture),
        ];
        for (index, layer) in list.iter().enumerate() {
            let Some(id) = layer.get("Ref").and_then(Value::as_str) else { continue };
            let Some(key) = context.layers.keys().find(|it| naming::layer(it) == id) else { continue };
            for (option, noun, taken) in takes {
                let at = Path::from(["layers", key.as_str(), option]);
                let Some(listed) = facts.config.at(&at).and_then(Value::as_array) else { continue };
                let words: Option<Vec<&str>> = listed.iter().map(Value::as_str).collect();
                if words.is_none_or(|it| it.is_empty() || it.contains(&taken)) {
                    continue;
                }
                let message = eco_format!("the layer `{key}` is not for the {noun} `{taken}`");
                let diagnostic =
                    Diagnostic::new(&rules::CONFLICTING_OPTIONS, Place::value(path.join(index)), message)
                        .about(key.clone())
                        .related(Place::key(at), "it says so here")
                        .help(eco_format!("add `{taken}` to `{option}` if it is, or take another layer"))
                        .warning();
                if !found.contains(&diagnostic) {
                    found.push(diagnostic);
                }
            }
        }
    }
}
