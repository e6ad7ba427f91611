//! The role of a function, or of all functions: an ARN, or a role of the template.

use ecow::eco_format;

use super::Facts;
use crate::checks::Surroundings;
use crate::checks::arn::look_any;
use crate::diagnostic::{Diagnostic, Place};
use crate::rules;
use crate::value::Value;

/// Finds a role that is none.
pub fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    match facts.listed.value.get("role") {
        Some(Value::String(name)) => look(name, facts.value("role"), facts.around, found),
        Some(other @ (Value::Number(_) | Value::Bool(_))) => found.push(
            Diagnostic::new(
                &rules::UNKNOWN_ROLE,
                facts.value("role"),
                eco_format!("`{}` is no role", other.to_js_string()),
            )
            .why("Lambda takes on a role of IAM when it runs a function")
            .help("name an `AWS::IAM::Role` of `resources`, or write its ARN"),
        ),
        _ => {}
    }
}

/// What is wrong with a role that is written as a text: a resource that is none. One that there is not is a reference
/// like any other.
pub fn look(name: &str, at: Place, around: &Surroundings<'_>, found: &mut Vec<Diagnostic>) {
    if name.contains(':') && !name.starts_with("arn:") {
        look_any(name, at, found);
        return;
    }
    let Some(resource) = around.context.user_resources.get(name) else { return };
    let kind = resource.get("Type").and_then(Value::as_str).unwrap_or_default();
    if kind.starts_with("AWS::") && kind != "AWS::IAM::Role" {
        found.push(
            Diagnostic::new(&rules::UNKNOWN_ROLE, at, eco_format!("`{name}` is no role, but `{kind}`"))
                .why("Lambda takes on a role of IAM when it runs a function")
                .help("name an `AWS::IAM::Role` of `resources`, or write its ARN"),
        );
    }
}
