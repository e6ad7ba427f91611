//! Parts of `resources` are merged: two that define one resource with different types make one that is neither.

use ecow::{EcoString, eco_format};
use rustc_hash::FxHashMap;

use super::Facts;
use crate::diagnostic::{Diagnostic, Place};
use crate::path::Path;
use crate::rules;
use crate::value::{Object, Value};

/// Finds resources that two parts define.
pub fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    let mut first: FxHashMap<&EcoString, (&str, Path)> = FxHashMap::default();
    for (path, part) in facts.own_parts() {
        let resources = part.get("Resources").and_then(Value::as_object);
        for (id, body) in resources.into_iter().flat_map(Object::iter) {
            let Some(kind) = body.get("Type").and_then(Value::as_str) else { continue };
            let path = path.join("Resources").join(id);
            let Some((other, at)) = first.get(id).filter(|it| it.0 != kind) else {
                first.entry(id).or_insert((kind, path));
                continue;
            };
            found.push(
                Diagnostic::new(
                    &rules::DUPLICATE_RESOURCE,
                    Place::key(path),
                    eco_format!("`{id}` is defined twice: as `{other}` and as `{kind}`"),
                )
                .why("the parts are merged into one resource, with the type of the last and the properties of both")
                .help("give one of them another name")
                .related(Place::key(at.clone()), "first defined here"),
            );
        }
    }
}
