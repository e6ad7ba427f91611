//! What a state hands on: paths and intrinsic functions in its payloads, and what the integration of a task asks for.
//!
//! <https://docs.aws.amazon.com/step-functions/latest/dg/intrinsic-functions.html>,
//! <https://docs.aws.amazon.com/step-functions/latest/dg/integrate-optimized.html>

use ecow::{EcoString, eco_format};

use super::states::{Language, Reader, is_closed, known_text};
use crate::diagnostic::{Diagnostic, nearest};
use crate::path::Path;
use crate::rules;
use crate::value::{Object, Value};

/// The fields that are payloads in JSONPath.
const PAYLOADS: [&str; 3] = ["ItemSelector", "Parameters", "ResultSelector"];

const FUNCTIONS: [&str; 18] = [
    "States.Array",
    "States.ArrayContains",
    "States.ArrayGetItem",
    "States.ArrayLength",
    "States.ArrayPartition",
    "States.ArrayRange",
    "States.ArrayUnique",
    "States.Base64Decode",
    "States.Base64Encode",
    "States.Format",
    "States.Hash",
    "States.JsonMerge",
    "States.JsonToString",
    "States.MathAdd",
    "States.MathRandom",
    "States.StringSplit",
    "States.StringToJson",
    "States.UUID",
];

/// Integrations, and the parameters that they ask for.
const NEEDED: [(&str, &[&str]); 12] = [
    ("batch:submitJob", &["JobDefinition", "JobName", "JobQueue"]),
    ("dynamodb:deleteItem", &["Key", "TableName"]),
    ("dynamodb:getItem", &["Key", "TableName"]),
    ("dynamodb:putItem", &["Item", "TableName"]),
    ("dynamodb:updateItem", &["Key", "TableName"]),
    ("ecs:runTask", &["TaskDefinition"]),
    ("events:putEvents", &["Entries"]),
    ("glue:startJobRun", &["JobName"]),
    ("lambda:invoke", &["FunctionName"]),
    ("sns:publish", &["Message"]),
    ("sqs:sendMessage", &["MessageBody", "QueueUrl"]),
    ("states:startExecution", &["StateMachineArn"]),
];

/// Looks at the payloads of a state at `path`.
pub fn check(reader: &mut Reader<'_>, state: &Object, path: &Path, language: Language) {
    if language == Language::Path {
        for key in PAYLOADS {
            let Some(payload) = state.get(key) else { continue };
            payload.visit(&mut path.join(key), &mut |path, value| {
                let Some(object) = value.as_object().filter(|it| is_closed(it)) else { return true };
                for (key, value) in object.iter() {
                    let Some(text) = known_text(value) else { continue };
                    entry(reader, key, text, &path.join(key));
                }
                true
            });
        }
    }
    if let Some(resource) = state.get("Resource").and_then(known_text) {
        needed(reader, state, resource, path, language);
    }
}

fn entry(reader: &mut Reader<'_>, key: &EcoString, text: &str, path: &Path) {
    let is_path = text.starts_with("$.") || text.starts_with("$$.");
    if !key.ends_with(".$") && is_path {
        let message = eco_format!("`{text}` is handed on as it is written");
        let diagnostic = Diagnostic::new(&rules::STATE_MACHINE, reader.source.at_value(path), message)
            .why("Step Functions reads a path only where the name ends with `.$`")
            .help(eco_format!("write `{key}.$`"))
            .warning();
        reader.found.push(diagnostic);
    }
    let name = text.split('(').next().unwrap_or_default().trim();
    if key.ends_with(".$") && name.starts_with("States.") && !FUNCTIONS.contains(&name) {
        let message = eco_format!("there is no intrinsic function `{name}`");
        let near = nearest(name, FUNCTIONS).map_or_else(
            || EcoString::from("see the list of intrinsic functions"),
            |it| eco_format!("did you mean `{it}`?"),
        );
        reader.wrong(reader.source.at_value(path), message, near);
    }
}

/// Parameters that the integration of a task does not do without.
fn needed(reader: &mut Reader<'_>, state: &Object, resource: &str, path: &Path, language: Language) {
    let Some((_, called)) = resource.split_once(":states:::") else { return };
    let called = called.split('.').next().unwrap_or_default();
    let Some((_, names)) = NEEDED.iter().find(|it| it.0 == called) else { return };
    let key = match language {
        Language::Path => "Parameters",
        Language::Jsonata => "Arguments",
        Language::Either => return,
    };
    let empty = Object::new();
    let given = match state.get(key) {
        None => &empty,
        Some(Value::Object(it)) if is_closed(it) => it,
        Some(_) => return,
    };
    // What is misspelt is told as such by nobody else: the nearest name is proposed.
    for name in *names {
        if given.keys().any(|it| it.strip_suffix(".$").unwrap_or(it) == *name) {
            continue;
        }
        let message = eco_format!("`{called}` needs `{name}` in `{key}`");
        let at = if state.contains_key(key) { path.join(key) } else { path.join("Resource") };
        let near = nearest(name, given.keys().map(EcoString::as_str));
        let help = near
            .map_or_else(|| eco_format!("add `{name}`"), |it| eco_format!("is `{it}` meant to be `{name}`?"));
        reader.wrong(reader.source.at_key(&at), message, help);
    }
}
