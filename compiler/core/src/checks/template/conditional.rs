//! What is always there does not refer to what a condition may leave out.

use ecow::eco_format;
use rustc_hash::FxHashSet;

use super::Facts;
use super::index::{Kind, Owner};
use crate::diagnostic::{Diagnostic, Place};
use crate::rules;
use crate::value::Value;

/// Finds references of unconditional resources and outputs to resources with a condition.
pub fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    if facts.index.has_macros || facts.section("Conditions").is_none() {
        return;
    }
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
