//! The role that the provider names for all functions.

use super::Facts;
use crate::checks::function::role;
use crate::diagnostic::{Diagnostic, Place};
use crate::path::Path;
use crate::value::Value;

/// Finds a role that is none.
pub fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    let mut written = vec![Path::from(["provider", "role"]), Path::from(["provider", "iam", "role"])];
    written.retain(|path| facts.config.at(path).is_some());
    for path in written {
        if let Some(name) = facts.config.at(&path).and_then(Value::as_str) {
            role::look(name, Place::value(path), facts.around, found);
        }
    }
}
