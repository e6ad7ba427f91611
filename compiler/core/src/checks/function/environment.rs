//! The environment of a function: its names, and its size together with that of the provider.
//!
//! <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>

use ecow::eco_format;

use super::Facts;
use crate::checks::environment::{LARGEST, names, size, too_large};
use crate::diagnostic::Diagnostic;
use crate::value::{Object, Value};

/// Finds names that Lambda refuses, and an environment that is too large.
pub fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    if facts.context.at_edge {
        return;
    }
    let own = facts.listed.value.get("environment");
    names(own, &facts.listed.path.join("environment"), true, found);
    let mut all = Object::new();
    for (name, value) in facts.around.context.provider.environment.iter().flat_map(|it| &it.0) {
        let written = value.value().and_then(|it| it.value()).map(Value::from);
        all.insert(name.clone(), written.unwrap_or_default());
    }
    for (name, value) in own.and_then(Value::as_object).into_iter().flat_map(Object::iter) {
        all.insert(name.clone(), value);
    }
    let bytes = size(&all);
    // What the provider alone has too much of is told of the provider.
    let Some(own) = own.and_then(Value::as_object).filter(|it| !it.is_empty() && bytes > LARGEST) else {
        return;
    };
    let inherited: Object = all
        .iter()
        .filter(|(name, _)| !own.contains_key(name))
        .map(|(name, it)| (name.clone(), it.clone()))
        .collect();
    if size(&inherited) <= LARGEST {
        let message = eco_format!("the environment of `{}` has {bytes} bytes", facts.listed.key);
        found.push(too_large(own, &facts.listed.path.join("environment"), message));
    }
}
