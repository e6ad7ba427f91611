//! What parameters and mappings give to properties: the defaults, which a deployment takes, and each value of a mapping,
//! held against the property that takes it as if it stood there. It is told where the value was written.

use ecow::eco_format;

use super::report::{self, Written};
use super::walk::{Finding, Problem};
use crate::cfn::schema::ResourceType;
use crate::checks::template::Facts;
use crate::diagnostic::{Diagnostic, Place};
use crate::path::{Path, Segment};
use crate::value::{Object, Value};

/// A value for a place of a resource, and where it was written.
struct Given<'a> {
    at: Path,
    value: &'a Value,
    written: Path,
}

/// Finds defaults and values of mappings that a resource does not take. `judge` finds what is wrong in the properties of
/// the resource, which begin at `root`.
pub fn check(
    facts: &Facts<'_>,
    root: &Path,
    properties: &Value,
    kind: ResourceType,
    judge: impl Fn(&Value) -> Vec<Finding>,
) -> Vec<Diagnostic> {
    let mut given = Vec::new();
    properties.visit(&mut root.clone(), &mut |path, value| {
        values(facts, path, value, &mut given);
        true
    });
    let mut found: Vec<Diagnostic> = Vec::new();
    for one in given {
        let below = one.at.segments().get(root.segments().len()..).unwrap_or_default();
        let findings = judge(&replaced(properties, below, one.value));
        let alone = |it: &&Finding| it.path == one.at && it.because.is_empty() && is_of_value(&it.problem);
        let finding = findings.iter().find(alone);
        let (Some(finding), Some(path)) = (finding, facts.written("Resources", one.at.segments())) else {
            continue;
        };
        let at = Place::value(one.written);
        if found.iter().any(|it| it.at == at) {
            continue;
        }
        let taken = Written { path: path.clone(), below: below.to_vec(), kind };
        let mut diagnostic = report::diagnostic(finding, &taken).warning();
        let property = std::mem::replace(&mut diagnostic.at, at.clone());
        for edit in diagnostic.fixes.iter_mut().flat_map(|it| &mut it.edits) {
            if edit.at == property {
                edit.at = at.clone();
            }
        }
        found.push(diagnostic.related(Place::value(path), eco_format!("`{}` takes it here", kind.name())));
    }
    found
}

/// What is said of a value by itself, whatever stands beside it.
fn is_of_value(problem: &Problem) -> bool {
    matches!(
        problem,
        Problem::Word(..)
            | Problem::Stranger(..)
            | Problem::Range(..)
            | Problem::More(..)
            | Problem::Less(..)
            | Problem::Multiple(..)
            | Problem::Form(..)
            | Problem::Refused(_)
            | Problem::Count(_, _, _, "characters")
    )
}

/// The values that a reference to a parameter or a mapping stands for.
fn values<'a>(facts: &Facts<'a>, at: &Path, value: &'a Value, given: &mut Vec<Given<'a>>) {
    let Some((name, argument)) = value.as_object().and_then(Object::single) else { return };
    match (name.as_str(), argument) {
        ("Ref", Value::String(id)) => {
            let parameter = facts.section("Parameters").and_then(|it| it.get(id));
            let kind = parameter.and_then(|it| it.get("Type")?.as_str());
            let default = parameter.and_then(|it| it.get("Default"));
            let written = facts.written("Parameters", &[id.into(), "Default".into()]);
            if let (Some("String" | "Number"), Some(value), Some(written)) = (kind, default, written)
                && is_scalar(value)
            {
                given.push(Given { at: at.clone(), value, written });
            }
        }
        ("Fn::FindInMap", Value::Array(names)) => {
            let [Value::String(map), first, Value::String(second)] = names.as_slice() else { return };
            let Some(entries) = facts.section("Mappings").and_then(|it| it.get(map)?.as_object()) else {
                return;
            };
            for (key, entry) in entries.iter().filter(|it| first.as_str().is_none_or(|first| first == it.0)) {
                let written = facts.written("Mappings", &[map.into(), key.into(), second.into()]);
                if let (Some(value), Some(written)) = (entry.get(second).filter(|it| is_scalar(it)), written)
                {
                    given.push(Given { at: at.clone(), value, written });
                }
            }
        }
        _ => {}
    }
}

fn is_scalar(value: &Value) -> bool {
    matches!(value, Value::String(_) | Value::Number(_) | Value::Bool(_))
}

/// `value` with `new` in place of what stands at a path below it.
fn replaced(value: &Value, below: &[Segment], new: &Value) -> Value {
    let Some((step, rest)) = below.split_first() else { return new.clone() };
    match (value, step) {
        (Value::Object(object), Segment::Key(key)) => {
            let mut object = object.as_ref().clone();
            if let Some(entry) = object.get_mut(key) {
                *entry = replaced(entry, rest, new);
            }
            object.into()
        }
        (Value::Array(items), Segment::Index(index)) => {
            Value::array(items.iter().enumerate().map(|(place, item)| {
                if place == *index as usize { replaced(item, rest, new) } else { item.clone() }
            }))
        }
        _ => value.clone(),
    }
}
