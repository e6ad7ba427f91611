//! `resources`: CloudFormation of the user's own, merged over what the service generates.

use crate::cfn::Template;
use crate::diagnostic::Diagnostic;
use crate::shape::check::Checker;
use crate::value::{Object, Value};

/// Checks what is written.
pub fn check(resources: &Value, cx: &mut Checker) {
    let _ = (resources, cx);
}

/// `Resources` of all parts, merged.
pub fn resources(section: &Value) -> Object {
    section.get("Resources").and_then(Value::as_object).cloned().unwrap_or_default()
}

/// Merges `resources` into the template.
pub fn merge(section: &Value, template: &mut Template, diagnostics: &mut Vec<Diagnostic>) {
    let _ = (section, template, diagnostics);
}
