//! The role that the provider names for all functions.

use super::Facts;
use crate::checks::function::role;
use crate::diagnostic::{Diagnostic, Place};
use crate::path::Path;
use crate::rules;
use crate::shape::cfn::is_intrinsic;
use crate::value::Value;

/// Finds a role that is none, and statements for a role that is not made.
pub fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    found.extend(idle_statements(facts));
    let mut written = vec![Path::from(["provider", "role"]), Path::from(["provider", "iam", "role"])];
    written.retain(|path| facts.config.at(path).is_some());
    for path in written {
        if let Some(name) = facts.config.at(&path).and_then(Value::as_str) {
            role::look(name, Place::value(path), facts.around, found);
        }
    }
}

/// Statements go into the role that the framework makes for functions without one.
fn idle_statements(facts: &Facts<'_>) -> Option<Diagnostic> {
    let provider = facts.config.get("provider")?;
    let iam = provider.get("iam").and_then(|it| it.get("role"));
    let own = match (provider.get("role"), iam) {
        (Some(role), _) if !role.is_null() => Path::from(["provider", "role"]),
        (_, Some(Value::String(_))) => Path::from(["provider", "iam", "role"]),
        (_, Some(role)) if role.as_object().is_some_and(is_intrinsic) => {
            Path::from(["provider", "iam", "role"])
        }
        _ => return None,
    };
    let of_iam = iam
        .and_then(|it| it.get("statements"))
        .map(|_| Path::from(["provider", "iam", "role", "statements"]));
    let of_provider =
        provider.get("iamRoleStatements").map(|_| Path::from(["provider", "iamRoleStatements"]));
    let path = of_provider.or(of_iam)?;
    let has_own = |it: &crate::checks::function::Facts<'_>| it.listed.value.get("role").is_some();
    // Such a plugin makes roles of the statements.
    let by_plugin = facts.around.plugins.iter().any(|it| it.contains("iam") || it.contains("role"));
    if by_plugin || facts.functions.iter().any(has_own) {
        return None;
    }
    let diagnostic =
        Diagnostic::new(&rules::UNUSED_OPTION, Place::key(path), "the statements have no effect")
            .why("they go into the role that the framework makes, and the functions have another one")
            .help("add them to the policy of that role, or remove the role")
            .related(Place::key(own), "the role of the functions")
            .warning();
    Some(diagnostic)
}
