//! JSON Schemas of requests, in the words of draft 4, which API Gateway reads.
//!
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/models-mappings-models.html>

use ecow::eco_format;

use crate::checks::function::event_options::unknown;
use crate::diagnostic::{Diagnostic, Place, Severity};
use crate::path::Path;
use crate::rules;
use crate::value::{Object, Value};

const TYPES: [&str; 7] = ["array", "boolean", "integer", "null", "number", "object", "string"];

/// Keywords below which schemas stand by name.
const NAMED: [&str; 4] = ["definitions", "dependencies", "patternProperties", "properties"];
/// Keywords that have a schema, or a list of them.
const NESTED: [&str; 7] =
    ["additionalItems", "additionalProperties", "allOf", "anyOf", "items", "not", "oneOf"];

/// Finds what is no schema in `schema`, which stands at `path`.
pub fn check(schema: Option<&Value>, path: &Path, found: &mut Vec<Diagnostic>) {
    let Some(root) = schema.filter(|it| it.as_object().is_some()) else { return };
    let before = found.len();
    below(root, root, path, found);
    found.iter_mut().skip(before).for_each(|it| it.severity = Severity::Warning);
}

fn below(schema: &Value, root: &Value, path: &Path, found: &mut Vec<Diagnostic>) {
    let Some(object) = schema.as_object() else { return };
    kind(object, path, found);
    match object.get("required") {
        Some(Value::Array(_) | Value::Unknown(_) | Value::Null) | None => {}
        // So it was until draft 3.
        Some(Value::Bool(_))
            if root.get("$schema").is_some_and(|it| {
                it.to_js_string().contains("draft-0") && !it.to_js_string().contains("draft-04")
            }) => {}
        Some(other) => {
            let at = Place::value(path.join("required"));
            let message = eco_format!("`required` is {}, not a list", other.noun());
            found.push(
                Diagnostic::new(&rules::WRONG_TYPE, at, message)
                    .why("it names the properties that must be there")
                    .help("write a list of names"),
            );
        }
    }
    if let Some(text) = object.get("$ref").and_then(Value::as_str)
        && let Some(steps) = text.strip_prefix("#/")
        && steps.split('/').try_fold(root, |value, step| value.get(step)).is_none()
    {
        let at = Place::value(path.join("$ref"));
        found.push(
            Diagnostic::new(&rules::UNKNOWN_REFERENCE, at, eco_format!("the schema has no `{text}`"))
                .why("API Gateway refuses a model whose references lead nowhere")
                .help("define it below `definitions`, or name one that is there"),
        );
    }
    for key in NAMED {
        for (name, inner) in object.get(key).and_then(Value::as_object).into_iter().flat_map(Object::iter) {
            below(inner, root, &path.join(key).join(name), found);
        }
    }
    for key in NESTED {
        match object.get(key) {
            Some(Value::Array(items)) => {
                for (index, inner) in items.iter().enumerate() {
                    below(inner, root, &path.join(key).join(index), found);
                }
            }
            Some(inner) => below(inner, root, &path.join(key), found),
            None => {}
        }
    }
}

fn kind(object: &Object, path: &Path, found: &mut Vec<Diagnostic>) {
    let path = path.join("type");
    let words: Vec<(Path, &str)> = match object.get("type") {
        Some(Value::String(text)) => vec![(path, text)],
        Some(Value::Array(items)) => items
            .iter()
            .enumerate()
            .filter_map(|(index, it)| Some((path.join(index), it.as_str()?)))
            .collect(),
        _ => return,
    };
    for (path, word) in words.into_iter().filter(|it| !TYPES.contains(&it.1) && !it.1.contains("${")) {
        found.push(unknown(word, Place::value(path), &TYPES));
    }
}
