//! The environment that the provider gives to all functions.

use ecow::eco_format;

use super::Facts;
use crate::checks::environment::{LARGEST, names, size, too_large};
use crate::diagnostic::Diagnostic;
use crate::path::Path;
use crate::value::Value;

/// Finds names that Lambda refuses, and an environment that is too large for any function.
pub fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    let path = Path::from(["provider", "environment"]);
    let environment = facts.config.at(&path);
    names(environment, &path, true, found);
    if let Some(variables) = environment.and_then(Value::as_object) {
        let bytes = size(variables);
        if bytes > LARGEST {
            let message = eco_format!("the environment of all functions has {bytes} bytes");
            found.push(too_large(variables, &path, message));
        }
    }
}
