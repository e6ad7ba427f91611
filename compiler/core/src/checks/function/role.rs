//! The role of a function, or of all functions: an ARN, or a role of the template.

use ecow::{EcoString, eco_format};

use super::Facts;
use crate::checks::Surroundings;
use crate::diagnostic::{Diagnostic, Place, nearest};
use crate::rules;
use crate::value::Value;

/// Finds the name of a role that the template does not have.
pub fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    if let Some(name) = facts.listed.value.get("role").and_then(Value::as_str) {
        look(name, facts.value("role"), facts.around, found);
    }
}

/// What is wrong with a role that is written as a text.
pub fn look(name: &str, at: Place, around: &Surroundings<'_>, found: &mut Vec<Diagnostic>) {
    // An ARN is looked at by its form. Other forms are told where types are checked.
    if name.contains(':') || name.is_empty() {
        return;
    }
    let own = &around.context.user_resources;
    if let Some(resource) = own.get(name) {
        let kind = resource.get("Type").and_then(Value::as_str).unwrap_or_default();
        if kind.starts_with("AWS::") && kind != "AWS::IAM::Role" {
            let message = eco_format!("`{name}` is no role, but `{kind}`");
            found.push(
                Diagnostic::new(&rules::UNKNOWN_ROLE, at, message)
                    .why("Lambda takes on a role of IAM when it runs a function")
                    .help("name an `AWS::IAM::Role` of `resources`, or write its ARN"),
            );
        }
        return;
    }
    if name == crate::aws::naming::ROLE || around.may_add_resources() {
        return;
    }
    let roles = own.iter().filter(|(_, it)| it.get("Type").and_then(Value::as_str) == Some("AWS::IAM::Role"));
    let roles: Vec<&EcoString> = roles.map(|(id, _)| id).collect();
    let diagnostic =
        Diagnostic::new(&rules::UNKNOWN_ROLE, at.clone(), eco_format!("the template has no role `{name}`"))
            .why("a role is an ARN, or the logical id of a role in `resources`");
    found.push(match nearest(name, roles.iter().map(|it| it.as_str())) {
        Some(near) => diagnostic.help(eco_format!("did you mean `{near}`?")).replace(
            eco_format!("replace with `{near}`"),
            false,
            at,
            near,
        ),
        None => diagnostic.help("write the ARN of a role, or make one in `resources`"),
    });
}
