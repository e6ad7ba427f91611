//! The environment of a function: its names, and its size together with that of the provider.
//!
//! <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>

use ecow::eco_format;

use super::Facts;
use crate::checks::environment::{LARGEST, names, size};
use crate::diagnostic::{Diagnostic, Place};
use crate::path::Path;
use crate::rules;
use crate::value::{Object, Value};

/// Finds names that Lambda refuses, and an environment that is too large.
pub fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    if facts.context.at_edge {
        return;
    }
    let own = facts.listed.value.get("environment");
    names(own, &facts.listed.path.join("environment"), found);
    let mut all = Object::new();
    for (name, value) in facts.around.context.provider.environment.iter().flat_map(|it| &it.0) {
        let written = value.value().and_then(|it| it.value()).map(Value::from);
        all.insert(name.clone(), written.unwrap_or_default());
    }
    for (name, value) in own.and_then(Value::as_object).into_iter().flat_map(Object::iter) {
        all.insert(name.clone(), value);
    }
    let bytes = size(&all);
    if bytes > LARGEST {
        let at = match own.and_then(Value::as_object) {
            Some(own) if !own.is_empty() => Place::key(facts.listed.path.join("environment")),
            _ => Place::key(Path::from(["provider", "environment"])),
        };
        let key = &facts.listed.key;
        let message = eco_format!("the environment of `{key}` has {bytes} bytes");
        found.push(
            Diagnostic::new(&rules::ENVIRONMENT_TOO_LARGE, at, message)
                .why(eco_format!("Lambda takes {LARGEST} at most, those of the provider included"))
                .help("read large values from SSM or S3 when the function starts"),
        );
    }
}
