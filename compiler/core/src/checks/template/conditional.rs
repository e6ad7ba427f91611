//! What is always there does not refer to what a condition may leave out.

use ecow::eco_format;
use rustc_hash::FxHashSet;

use super::Facts;
use super::index::{self, Kind, Owner};
use crate::diagnostic::{Diagnostic, Place};
use crate::path::Path;
use crate::rules;
use crate::value::{Object, Value};

/// Finds references of unconditional resources and outputs to resources with a condition.
pub fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    if facts.index.has_macros || facts.section("Conditions").is_none() {
        return;
    }
    branches(facts, found);
    let mut reported: FxHashSet<Place> = FxHashSet::default();
    let condition_of = |section: &str, id: &str| facts.section(section)?.get(id)?.get("Condition")?.as_str();
    for reference in facts.index.references.iter().filter(|it| it.kind != Kind::DependsOn && !it.guarded) {
        let owner = reference.owner;
        let is_always = facts.section(owner.section).and_then(|it| it.get(owner.id)).is_some_and(|it| {
            let is_loop = owner.id.starts_with("Fn::");
            !is_loop
                && matches!(owner.section, "Resources" | "Outputs")
                && it.get("Condition").is_none_or(Value::is_null)
        });
        let Some(condition) = condition_of("Resources", reference.target).filter(|_| is_always) else {
            continue;
        };
        let place = facts.target_place(reference);
        let Some(at) = place.filter(|it| reported.insert(it.clone())) else { continue };
        let message = eco_format!("`{}` is there only if `{condition}` holds", reference.target);
        let diagnostic = Diagnostic::new(&rules::CONDITIONAL_REFERENCE, at, message)
            .why("where it does not, the reference leads nowhere and the deployment fails")
            .help(eco_format!(
                "write `!If [{condition}, ..., !Ref AWS::NoValue]`, or give `{}` the same condition",
                owner.id
            ));
        let target = Owner { section: "Resources", id: reference.target };
        found.push(match facts.entry_place(target) {
            Some(place) => diagnostic.related(place, "the resource with the condition"),
            None => diagnostic,
        });
    }
}

/// Branches of `Fn::If` that refer to what is not there whenever they are taken.
fn branches(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    let mut roots = facts.own_sections(&["Resources", "Outputs", "extensions"]);
    for section in ["provider", "functions", "layers"] {
        roots.extend(facts.config.get(section).map(|it| (Path::from([section]), it)));
    }
    for (root, part) in roots {
        for (key, entry) in part.as_object().into_iter().flat_map(Object::iter) {
            // What has a condition of its own may never take a branch.
            if entry.get("Condition").is_some() || entry.get("condition").is_some() {
                continue;
            }
            entry.visit(&mut root.join(key), &mut |path, value| {
                if let Some([Value::String(condition), yes, no]) =
                    value.get("Fn::If").and_then(Value::as_array)
                {
                    let path = path.join("Fn::If");
                    found.extend(absent(facts, yes, &path.join(1), (condition, true)));
                    found.extend(absent(facts, no, &path.join(2), (condition, false)));
                }
                true
            });
        }
    }
}

/// A reference in a branch, which is taken if the condition holds or if not, to what is not there then.
fn absent(
    facts: &Facts<'_>,
    branch: &Value,
    path: &Path,
    (condition, holds): (&str, bool),
) -> Option<Diagnostic> {
    let (name, argument) = branch.as_object()?.single()?;
    let id = match name.as_str() {
        "Ref" => argument.as_str()?,
        "Fn::GetAtt" => index::get_att(argument)?.0,
        _ => return None,
    };
    let needed = facts.resource(id)?.get("Condition")?.as_str()?;
    let is_absent = if holds {
        let Some([other]) =
            facts.section("Conditions")?.get(needed)?.get("Fn::Not").and_then(Value::as_array)
        else {
            return None;
        };
        other.get("Condition").and_then(Value::as_str) == Some(condition)
    } else {
        needed == condition
    };
    let when = if holds { "holds" } else { "does not hold" };
    let message = eco_format!("`{id}` is not there where `{condition}` {when}");
    is_absent.then(|| {
        Diagnostic::new(&rules::CONDITIONAL_REFERENCE, Place::value(path.clone()), message)
            .why("the branch is taken just then, and the deployment fails")
            .help("exchange the branches, or refer to something else")
    })
}
