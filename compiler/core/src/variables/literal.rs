//! What looks like a variable and is none: `${stage}` has no source, so it stays in the template as it is written.

use std::ops::Range;

use ecow::{EcoString, eco_format};

use crate::db::File;
use crate::diagnostic::{Diagnostic, Part, Place};
use crate::legacy::syntax::Syntax;
use crate::path::Path;
use crate::rules;
use crate::value::Value;

/// Keys below which a text has a language of its own, with variables of its own.
const OTHER_LANGUAGES: [&str; 12] = [
    "Fn::Sub",
    "custom",
    "input",
    "inputTransformer",
    "inputTemplate",
    "request",
    "response",
    "template",
    "DefinitionString",
    "Definition",
    "Sql",
    "UserData",
];

/// A warning for each text that names something of the service as a variable without a source. `config` is what
/// `file` says, variables as they are written.
pub fn check(file: File, config: &Value) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let mut each = |path: &Path, range: Range<usize>, written: &str, meant: &str| {
        let at = Place::Written { file, path: path.clone(), part: Part::Value, within: Some(range) };
        let message = eco_format!("`{written}` stays as it is written: it names no source");
        let help = eco_format!("write `${{{meant}}}` for the value, or `\\{written}` if it is meant so");
        found.push(Diagnostic::new(&rules::LITERAL_VARIABLE, at, message).help(help));
    };
    walk(config, config, &mut Path::root(), &mut each);
    found
}

/// Takes the place of a text, what is written there, and what is meant.
type Each<'a> = &'a mut dyn FnMut(&Path, Range<usize>, &str, &str);

fn walk(config: &Value, value: &Value, path: &mut Path, each: Each<'_>) {
    match value {
        Value::String(text) if text.contains("${") => {
            for reference in Syntax::default().references(text) {
                let before = text.get(..reference.range.start).unwrap_or_default();
                let written = text.get(reference.range.clone()).unwrap_or_default();
                match meant(config, &reference.address) {
                    Some(meant) if !before.ends_with('\\') => each(path, reference.range, written, &meant),
                    _ => {}
                }
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                path.push(index);
                walk(config, item, path, each);
                path.pop();
            }
        }
        Value::Object(object) => {
            for (key, item) in object.iter().filter(|(key, _)| !OTHER_LANGUAGES.contains(&key.as_str())) {
                path.push(key);
                walk(config, item, path, each);
                path.pop();
            }
        }
        _ => {}
    }
}

/// The variable that a bare name most likely means.
fn meant(config: &Value, name: &str) -> Option<EcoString> {
    let has = |section: &str, name: &str| config.get(section).is_some_and(|it| it.get(name).is_some());
    let params = config.get("params").and_then(Value::as_object);
    match name {
        "stage" => Some("sls:stage".into()),
        "region" => Some("aws:region".into()),
        "service" => Some("self:service".into()),
        _ if params.is_some_and(|it| it.values().any(|it| it.get(name).is_some())) => {
            Some(eco_format!("param:{name}"))
        }
        _ if has("custom", name) => Some(eco_format!("self:custom.{name}")),
        _ => None,
    }
}
