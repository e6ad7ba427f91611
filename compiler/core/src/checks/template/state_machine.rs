//! State machines of Step Functions: what their definitions say in the Amazon States Language.
//!
//! <https://states-language.net/>, <https://docs.aws.amazon.com/step-functions/latest/dg/statemachine-structure.html>

mod choice;
mod fields;
mod payload;
pub mod plugin;
mod source;
mod states;
mod substitutions;
mod task;

use super::Facts;
use super::index;
use super::resource_type::own_ids;
use crate::diagnostic::{Diagnostic, Place};
use crate::path::{Path, Segment};
use crate::rules;
use crate::shape::cfn::is_intrinsic;
use crate::value::{Object, Value};
use source::Source;
use states::Reader;

const TYPE: &str = "AWS::StepFunctions::StateMachine";

/// The properties of which a state machine has one.
const DEFINITIONS: [&str; 3] = ["Definition", "DefinitionString", "DefinitionS3Location"];

/// The plugin that makes state machines of the section `stepFunctions`.
const PLUGIN: &str = "serverless-step-functions";

/// Finds what Step Functions refuses in state machines.
pub fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    for id in own_ids(facts) {
        let Some(body) = facts.resource(&id) else { continue };
        if body.get("Type").and_then(Value::as_str) != Some(TYPE) {
            continue;
        }
        let Some(Value::Object(properties)) = body.get("Properties") else { continue };
        let place = |key: &str| {
            facts.written("Resources", &[Segment::from(&id), Segment::from("Properties"), Segment::from(key)])
        };
        number(&id, properties, &place, facts, found);
        for key in ["Definition", "DefinitionString"] {
            if let (Some(value), Some(path)) = (properties.get(key), place(key)) {
                let substituted = properties.get("DefinitionSubstitutions");
                let at = place("DefinitionSubstitutions");
                definition(value, path, substituted.zip(at), found);
            }
        }
    }
    if facts.around.plugins.contains(&PLUGIN) {
        of_plugin(facts, found);
    }
}

/// The state machines of the plugin.
fn of_plugin(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    plugin::twice(facts, found);
    for (_, path, machine) in plugin::machines(facts.config) {
        if let Some(value @ Value::Object(_)) = machine.get("definition") {
            definition(value, path.join("definition"), None, found);
        }
    }
}

/// A state machine has one definition.
fn number(
    id: &str,
    properties: &Object,
    place: &dyn Fn(&str) -> Option<Path>,
    facts: &Facts<'_>,
    found: &mut Vec<Diagnostic>,
) {
    let is_given = |key: &&str| properties.get(key).is_some_and(|it| !it.is_null());
    let is_certain = |key: &&str| properties.get(key).is_some_and(|it| it.get("Fn::If").is_none());
    let given: Vec<&str> = DEFINITIONS.into_iter().filter(is_given).collect();
    match given.as_slice() {
        [] if !properties.keys().any(|it| it.starts_with("Fn::") || it.starts_with("Definition")) => {
            if let Some(path) = facts.written("Resources", &[Segment::from(id)]) {
                found.push(
                    Diagnostic::new(
                        &rules::CFN_MISSING_PROPERTY,
                        Place::key(path),
                        "a state machine needs a definition",
                    )
                    .help("add `Definition`, `DefinitionString` or `DefinitionS3Location`"),
                );
            }
        }
        [first, second, ..] if is_certain(first) && is_certain(second) => {
            if let Some(path) = place(second) {
                let message = ecow::eco_format!("`{first}` and `{second}` exclude each other");
                let diagnostic =
                    Diagnostic::new(&rules::CFN_CONFLICTING_PROPERTIES, Place::key(path), message)
                        .why("a state machine has one definition")
                        .help("keep one of them");
                found.push(match place(first) {
                    Some(path) => diagnostic.related(Place::key(path), "the other is here"),
                    None => diagnostic,
                });
            }
        }
        _ => {}
    }
}

/// Reads a definition: a mapping, a text in JSON, or such a text in a `Fn::Sub`.
fn definition(value: &Value, path: Path, substituted: Option<(&Value, Path)>, found: &mut Vec<Diagnostic>) {
    let (source, is_sub) = match value {
        Value::String(text) => (Source::of_text(text, path, found), false),
        Value::Object(object) => match (object.single(), value.get("Fn::Sub")) {
            (Some(_), Some(argument)) => {
                let (text, _) = index::sub(argument);
                let path = path.join("Fn::Sub");
                let path = if argument.as_array().is_some() { path.join(0) } else { path };
                (text.and_then(|it| Source::of_text(it, path, found)), true)
            }
            _ if is_intrinsic(object) => return,
            _ => (Some(Source::of_value(value, path)), false),
        },
        _ => return,
    };
    let Some(source) = source else { return };
    let Value::Object(machine) = &source.value else { return };
    if let Some((Value::Object(substituted), at)) = substituted {
        substitutions::check(&source, is_sub, substituted, &at, found);
    }
    Reader { source: &source, found }.machine(machine, &Path::root(), states::Language::Path, true);
}
