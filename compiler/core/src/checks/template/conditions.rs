//! Conditions: those that are named are there, none waits for itself, and somebody uses each.

use ecow::{EcoString, eco_format};
use rustc_hash::{FxHashMap, FxHashSet};

use super::Facts;
use super::index::{Owner, Use};
use super::parameters;
use super::places::inside;
use crate::diagnostic::{Diagnostic, Place, nearest};
use crate::rules;
use crate::value::{Object, Value};

/// Finds names of conditions that are not there, circles of conditions, and conditions that nobody uses.
pub fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    if facts.index.has_macros {
        return;
    }
    let conditions = facts.section("Conditions");
    let names = || conditions.into_iter().flat_map(Object::keys).map(EcoString::as_str);
    let mut reported: FxHashSet<Place> = FxHashSet::default();
    for used in &facts.index.conditions {
        let is_known = conditions.is_some_and(|it| it.contains_key(used.name));
        let may_be = facts.around.mode.plugins.may_add(used.name) || facts.index.may_make(used.name);
        if is_known || may_be {
            continue;
        }
        let Some(at) = place(facts, used).filter(|it| reported.insert(it.clone())) else { continue };
        let message = eco_format!("the template has no condition `{}`", used.name);
        let diagnostic = Diagnostic::new(&rules::UNKNOWN_CONDITION, at.clone(), message)
            .why("CloudFormation refuses the template")
            .about(used.name);
        found.push(diagnostic.meant(
            "replace with",
            at,
            nearest(used.name, names()),
            "define it in `resources.Conditions`",
        ));
    }
    for (path, part) in facts.own_parts() {
        let own = part.get("Conditions").and_then(Value::as_object);
        for (id, body) in own.into_iter().flat_map(Object::iter).filter(|it| !it.0.starts_with("Fn::")) {
            let path = path.join("Conditions").join(id);
            found.extend(parameters::name("a condition", id, &path));
            found.extend(no_function(id, body, path));
        }
    }
    circles(facts, found);
    unused(facts, conditions, found);
}

/// The functions of conditions.
const FUNCTIONS: [&str; 5] = ["Condition", "Fn::And", "Fn::Equals", "Fn::Not", "Fn::Or"];

/// A condition is one of its functions, not one of values.
fn no_function(id: &EcoString, body: &Value, path: crate::path::Path) -> Option<Diagnostic> {
    let (name, _) = body.as_object()?.single()?;
    // Functions that there are not are told elsewhere.
    if FUNCTIONS.contains(&name.as_str())
        || name == "Fn::Transform"
        || !crate::shape::cfn::FUNCTIONS.contains(&name.as_str())
    {
        return None;
    }
    let message = eco_format!("the condition `{id}` is `{name}`");
    Some(
        Diagnostic::new(&rules::CFN_FUNCTION, Place::value(path), message)
            .why("a condition is `Fn::Equals`, `Fn::And`, `Fn::Or`, `Fn::Not` or another condition")
            .help("compare by `!Equals [!Ref Name, value]`"),
    )
}

/// The text of the name.
fn place(facts: &Facts<'_>, used: &Use<'_>) -> Option<Place> {
    let path = facts.path_of(used.owner, used.holder)?;
    let path = match used.holder {
        Value::Object(function) if function.contains_key("Fn::If") => path.join("Fn::If").join(0),
        Value::Object(_) => path.join("Condition"),
        _ => path,
    };
    Some(inside(path, 0..used.name.len()))
}

/// Each circle is found once, at the condition that stands first.
fn circles(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    let mut uses: FxHashMap<&str, Vec<&Use<'_>>> = FxHashMap::default();
    for it in facts.index.conditions.iter().filter(|it| it.owner.section == "Conditions") {
        uses.entry(it.owner.id).or_default().push(it);
    }
    let mut done: FxHashSet<&str> = FxHashSet::default();
    for id in facts.section("Conditions").into_iter().flat_map(Object::keys) {
        if let Some(way) = way_back(&uses, id, &mut done) {
            let Some(at) = way.first().and_then(|it| place(facts, it)) else { continue };
            let ids: Vec<EcoString> = way.iter().map(|it| eco_format!("`{}`", it.owner.id)).collect();
            let message =
                eco_format!("conditions wait for each other in a circle: {} → `{id}`", ids.join(" → "));
            let diagnostic = Diagnostic::new(&rules::CIRCULAR_DEPENDENCY, at, message)
                .why("CloudFormation can evaluate none of them first")
                .help("remove one of these references");
            let others = way.iter().skip(1).filter_map(|it| Some((place(facts, it)?, it)));
            found.push(others.fold(diagnostic, |all, (at, it)| {
                all.related(at, eco_format!("`{}` refers to `{}`", it.owner.id, it.name))
            }));
        }
    }
}

/// The uses that lead from a condition back to itself, if they do and no circle through it was found before.
fn way_back<'a, 'i>(
    uses: &FxHashMap<&'a str, Vec<&'i Use<'a>>>,
    start: &'a str,
    done: &mut FxHashSet<&'a str>,
) -> Option<Vec<&'i Use<'a>>> {
    if done.contains(start) {
        return None;
    }
    let mut way: Vec<&'i Use<'a>> = Vec::new();
    let mut open: Vec<(usize, &'i Use<'a>)> =
        uses.get(start).into_iter().flatten().map(|it| (0, *it)).collect();
    let mut seen: FxHashSet<&str> = FxHashSet::default();
    while let Some((depth, step)) = open.pop() {
        way.truncate(depth);
        way.push(step);
        if step.name == start {
            done.extend(way.iter().map(|it| it.owner.id));
            return Some(way);
        }
        if seen.insert(step.name) {
            open.extend(uses.get(step.name).into_iter().flatten().map(|it| (depth + 1, *it)));
        }
    }
    None
}

fn unused(facts: &Facts<'_>, conditions: Option<&Object>, found: &mut Vec<Diagnostic>) {
    if facts.index.loops.are_there {
        return;
    }
    let used: FxHashSet<&str> = facts.index.conditions.iter().map(|it| it.name).collect();
    for id in conditions.into_iter().flat_map(Object::keys).filter(|it| !used.contains(it.as_str())) {
        found.extend(nobody(facts, Owner { section: "Conditions", id }, "condition"));
    }
}

/// Advice on what nobody uses.
pub fn nobody(facts: &Facts<'_>, owner: Owner<'_>, noun: &str) -> Option<Diagnostic> {
    // What a plugin adds may use it.
    if facts.around.mode.plugins.may_add(owner.id) {
        return None;
    }
    let message = eco_format!("nothing uses the {noun} `{}`", owner.id);
    let diagnostic = Diagnostic::new(&rules::UNUSED_DECLARATION, facts.entry_place(owner)?, message)
        .help("remove it, or use it")
        .info();
    Some(diagnostic)
}
