//! The environment that the provider gives to all functions.

use super::Facts;
use crate::checks::environment::names;
use crate::diagnostic::Diagnostic;
use crate::path::Path;

/// Finds names that Lambda refuses.
pub fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    let path = Path::from(["provider", "environment"]);
    names(facts.config.at(&path), &path, found);
}
