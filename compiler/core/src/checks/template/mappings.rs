//! Mappings: what `Fn::FindInMap` asks for is there, and each has two levels and a reader.

use ecow::{EcoString, eco_format};
use rustc_hash::FxHashSet;

use super::index::{Owner, Use};
use super::places::inside;
use super::{Facts, conditions, parameters};
use crate::diagnostic::{Diagnostic, Part, Place, nearest};
use crate::path::{Path, Segment};
use crate::rules;
use crate::value::{Object, Value};

/// Finds mappings and keys that are not there, and mappings of another form than CloudFormation's.
pub fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    if facts.index.has_macros {
        return;
    }
    let mappings = facts.section("Mappings");
    for used in &facts.index.mappings {
        found.extend(look_up(facts, mappings, used));
    }
    let used: FxHashSet<&str> = facts.index.mappings.iter().map(|it| it.name).collect();
    // A name that is put together may be any.
    let all_named = facts.index.all_mappings_named;
    for (id, mapping) in mappings.into_iter().flat_map(Object::iter) {
        let owner = Owner { section: "Mappings", id };
        found.extend(name(facts, id));
        form(facts, id, mapping, found);
        if all_named && !facts.index.loops.are_there && !used.contains(id.as_str()) {
            found.extend(conditions::nobody(facts, owner, "mapping"));
        }
    }
}

/// What is wrong with one `Fn::FindInMap`.
fn look_up(facts: &Facts<'_>, mappings: Option<&Object>, used: &Use<'_>) -> Option<Diagnostic> {
    let argument = used.holder.get("Fn::FindInMap")?.as_array()?;
    let place =
        |index: usize| Some(facts.path_of(used.owner, used.holder)?.join("Fn::FindInMap").join(index));
    let Some(mapping) = mappings.and_then(|it| it.get(used.name)) else {
        if facts.around.mode.plugins.may_add(used.name) || facts.index.may_make(used.name) {
            return None;
        }
        let names = mappings.into_iter().flat_map(Object::keys).map(EcoString::as_str);
        let message = eco_format!("the template has no mapping `{}`", used.name);
        return Some(suggest(place(0)?, used.name, message, names));
    };
    // A default is taken where a key is not there.
    if argument.len() != 3 {
        return None;
    }
    let mapping = mapping.as_object()?;
    let (first, second) = (argument.get(1)?, argument.get(2)?);
    // The variable of a loop.
    if [first, second].into_iter().any(|it| it.as_str().is_some_and(|it| facts.index.may_make(it))) {
        return None;
    }
    let top = match first {
        Value::String(key) => Some(key.clone()),
        Value::Object(it) if it.get("Ref").and_then(Value::as_str) == Some("AWS::Region") => {
            let missing = region(facts, mapping, used, &place(1)?);
            if missing.is_some() {
                return missing;
            }
            None
        }
        _ => None,
    };
    let inner = match &top {
        Some(key) => {
            let Some(inner) = mapping.get(key) else {
                let message = eco_format!("the mapping `{}` has no key `{key}`", used.name);
                let known = mapping.keys().map(EcoString::as_str);
                let mut diagnostic = suggest(place(1)?, key, message, known);
                // A stage that the mapping lacks is mended here, not where the stage comes from.
                diagnostic.at = Place::Resolved { path: place(1)?, part: Part::Use };
                return Some(match facts.entry_place(Owner { section: "Mappings", id: used.name }) {
                    Some(at) => diagnostic.related(at, "the mapping"),
                    None => diagnostic,
                });
            };
            vec![inner]
        }
        None => mapping.values().collect(),
    };
    let Value::String(key) = second else { return None };
    let keys = || inner.iter().filter_map(|it| it.as_object()).flat_map(Object::keys).map(EcoString::as_str);
    if inner.iter().any(|it| it.get(key).is_some() || it.as_object().is_none()) {
        return None;
    }
    let under = top.map(|it| eco_format!(" under `{it}`")).unwrap_or_default();
    let message = eco_format!("the mapping `{}` has no key `{key}`{under}", used.name);
    Some(suggest(place(2)?, key, message, keys()))
}

/// A mapping by region must have the region that the service says it is deployed to.
fn region(facts: &Facts<'_>, mapping: &Object, used: &Use<'_>, at: &Path) -> Option<Diagnostic> {
    let written = facts.config.get("provider")?.get("region")?.as_str()?;
    if mapping.contains_key(written) || mapping.values().any(Value::has_unknown) {
        return None;
    }
    let message =
        eco_format!("the mapping `{}` has no key `{written}`, the region of the service", used.name);
    Some(
        Diagnostic::new(&rules::UNKNOWN_MAPPING, Place::value(at.clone()), message)
            .why("CloudFormation looks the region up and finds nothing")
            .help(eco_format!("add `{written}` to the mapping"))
            .related(facts.entry_place(Owner { section: "Mappings", id: used.name })?, "the mapping"),
    )
}

fn suggest<'a>(
    path: Path,
    written: &str,
    message: EcoString,
    known: impl Iterator<Item = &'a str>,
) -> Diagnostic {
    let at = inside(path, 0..written.len());
    let diagnostic = Diagnostic::new(&rules::UNKNOWN_MAPPING, at.clone(), message)
        .why("CloudFormation refuses the template");
    diagnostic.meant(
        "replace with",
        at,
        nearest(written, known),
        "define it in `resources.Mappings`, or name what is there",
    )
}

/// What is wrong with the name of a mapping.
fn name(facts: &Facts<'_>, id: &EcoString) -> Option<Diagnostic> {
    let path = facts.written("Mappings", &[Segment::from(id)]).filter(|_| !id.starts_with("Fn::"))?;
    parameters::name("a mapping", id, &path)
}

/// A mapping has two levels, and texts, numbers or lists of them below.
fn form(facts: &Facts<'_>, id: &EcoString, mapping: &Value, found: &mut Vec<Diagnostic>) {
    let mut report = |below: &[&EcoString], what: EcoString| {
        let steps: Vec<Segment> =
            std::iter::once(id).chain(below.iter().copied()).map(Segment::from).collect();
        if let Some(path) = facts.written("Mappings", &steps) {
            found.push(
                Diagnostic::new(&rules::WRONG_TYPE, Place::key(path), what)
                    .why("a mapping has names with keys, and each key has a text, a number or a list")
                    .help("see `Fn::FindInMap`: it reads a name, then a key"),
            );
        }
    };
    let Some(names) = mapping.as_object() else {
        if !matches!(mapping, Value::Unknown(_)) {
            report(&[], eco_format!("the mapping `{id}` is {}, not a mapping of names", mapping.noun()));
        }
        return;
    };
    if names.keys().any(|it| it.starts_with("Fn::")) {
        return;
    }
    for (name, keys) in names.iter() {
        match keys {
            Value::Object(keys) => {
                for (key, value) in keys.iter() {
                    if value.as_object().is_some() && !key.starts_with("Fn::") {
                        report(
                            &[name, key],
                            eco_format!("the mapping `{id}` has a third level at `{name}.{key}`"),
                        );
                    }
                }
            }
            Value::Unknown(_) => {}
            other => {
                report(&[name], eco_format!("the mapping `{id}` has {} at `{name}`, not keys", other.noun()))
            }
        }
    }
}
