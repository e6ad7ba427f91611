//! Names of functions in Lambda, and of their resources in the template: no two functions of a service can have the same.

use ecow::{EcoString, eco_format};
use rustc_hash::FxHashMap;

use super::Facts;
use crate::aws::naming;
use crate::checks::function;
use crate::diagnostic::{Diagnostic, Place};
use crate::rules;

/// Finds functions that take the name of another.
pub fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    logical_ids(facts, found);
    let mut first: FxHashMap<&str, &function::Facts<'_>> = FxHashMap::default();
    for function in facts.functions.iter().filter(|it| it.context.condition.is_none()) {
        let name = &function.context.name;
        let Some(other) = first.get(name.as_str()) else {
            first.insert(name, function);
            continue;
        };
        let message = eco_format!(
            "the functions `{}` and `{}` are both called `{name}`",
            other.listed.key,
            function.listed.key
        );
        // A name that was given on purpose is told beside one that comes by itself.
        let chosen = other.function.name.is_some() && function.function.name.is_none();
        let (at, first) =
            if chosen { (place(other), place(function)) } else { (place(function), place(other)) };
        found.push(
            Diagnostic::new(&rules::DUPLICATE_NAME, at, message)
                .why("Lambda has one function of a name in a region, so the second cannot be made")
                .help("give one of them another `name`")
                .related(first, "the other one"),
        );
    }
}

/// Where the name of a function comes from.
fn place(facts: &function::Facts<'_>) -> Place {
    if facts.function.name.is_some() { facts.value("name") } else { facts.key() }
}

/// Keys that differ in their first letter alone make the same resources, and the later function replaces the other.
fn logical_ids(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    let mut first: FxHashMap<EcoString, &function::Facts<'_>> = FxHashMap::default();
    for function in &facts.functions {
        let id = naming::function(&function.listed.key);
        let Some(other) = first.get(&id) else {
            first.insert(id, function);
            continue;
        };
        let message = eco_format!(
            "the functions `{}` and `{}` are one resource, `{id}`",
            other.listed.key,
            function.listed.key
        );
        found.push(
            Diagnostic::new(&rules::DUPLICATE_NAME, function.key(), message)
                .why("the second replaces the first in the template")
                .help("give one of them another key")
                .related(other.key(), "the other one"),
        );
    }
}
