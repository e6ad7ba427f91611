//! Resources that wait for each other in a circle: CloudFormation can make none of them first.

use std::collections::VecDeque;

use ecow::{EcoString, eco_format};
use rustc_hash::{FxHashMap, FxHashSet};

use super::Facts;
use super::index::{Kind, Reference};
use crate::diagnostic::{Diagnostic, Place};
use crate::path::Segment;
use crate::rules;

/// More circles than these are not told apart.
const MOST: usize = 20;

/// For each resource that may be in a circle, what it refers to: the id, and the first reference.
type Edges<'a, 'i> = FxHashMap<&'a str, Vec<(&'a str, &'i Reference<'a>)>>;

/// Finds circles, each shown by its shortest way round.
pub fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    if facts.index.has_macros {
        return;
    }
    let edges = edges(facts);
    let mut covered: FxHashSet<&str> = FxHashSet::default();
    let mut circles = 0;
    for id in facts.resources().keys().filter(|it| edges.contains_key(it.as_str())) {
        if circles == MOST {
            return;
        }
        if covered.contains(id.as_str()) {
            continue;
        }
        let Some(circle) = shortest(&edges, id) else { continue };
        let is_new = circle.iter().all(|it| !covered.contains(it.owner.id));
        covered.extend(circle.iter().map(|it| it.owner.id));
        if is_new {
            circles += 1;
            found.extend(report(facts, &circle));
        }
    }
}

/// The references between resources, without the resources that cannot be in a circle. What stands in a branch of
/// `Fn::If` may not be there, and does not count.
fn edges<'a, 'i>(facts: &'i Facts<'a>) -> Edges<'a, 'i> {
    let mut edges: Edges<'a, 'i> = FxHashMap::default();
    let mut waiting: FxHashMap<&str, usize> = FxHashMap::default();
    let mut seen: FxHashSet<(&str, &str)> = FxHashSet::default();
    for it in facts.index.references.iter().filter(|it| it.owner.section == "Resources" && !it.guarded) {
        if facts.resource(it.target).is_some() && seen.insert((it.owner.id, it.target)) {
            edges.entry(it.owner.id).or_default().push((it.target, it));
            *waiting.entry(it.target).or_default() += 1;
        }
    }
    // What nobody refers to is in no circle, then what only such resources refer to.
    let mut free: Vec<&str> = edges.keys().copied().filter(|it| !waiting.contains_key(it)).collect();
    while let Some(id) = free.pop() {
        for (target, _) in edges.remove(id).unwrap_or_default() {
            if let Some(count) = waiting.get_mut(target) {
                *count -= 1;
                if *count == 0 && edges.contains_key(target) {
                    free.push(target);
                }
            }
        }
    }
    edges
}

/// The shortest way from a resource back to itself.
fn shortest<'a, 'i>(edges: &Edges<'a, 'i>, start: &str) -> Option<Vec<&'i Reference<'a>>> {
    let mut came_by: FxHashMap<&str, &'i Reference<'a>> = FxHashMap::default();
    let mut queue = VecDeque::from([start]);
    while let Some(id) = queue.pop_front() {
        for (target, reference) in edges.get(id).into_iter().flatten() {
            if came_by.contains_key(target) || !edges.contains_key(target) {
                continue;
            }
            came_by.insert(target, reference);
            if *target == start {
                return Some(way(&came_by, start));
            }
            queue.push_back(target);
        }
    }
    None
}

fn way<'a, 'i>(came_by: &FxHashMap<&str, &'i Reference<'a>>, start: &str) -> Vec<&'i Reference<'a>> {
    let mut steps = Vec::new();
    let mut at = start;
    while let Some(step) = came_by.get(at) {
        steps.push(*step);
        at = step.owner.id;
        if at == start {
            break;
        }
    }
    steps.reverse();
    steps
}

fn report(facts: &Facts<'_>, circle: &[&Reference<'_>]) -> Option<Diagnostic> {
    let places: Vec<(&Reference<'_>, Option<Place>)> =
        circle.iter().map(|it| (*it, facts.target_place(it))).collect();
    // The place to mend is one that somebody wrote: the easiest is a `DependsOn`, then what a function asks for.
    let ease = |reference: &Reference<'_>, place: &Place| match (reference.kind, place) {
        (Kind::DependsOn, _) => 0,
        (_, Place::Inside { path, .. }) if path.segments().first() != Some(&Segment::from("resources")) => 1,
        _ => 2,
    };
    let (first, (_, at)) = places
        .iter()
        .enumerate()
        .filter_map(|(index, (reference, place))| Some((index, (reference, place.as_ref()?))))
        .min_by_key(|(_, (reference, place))| ease(reference, place))?;
    let ids: Vec<EcoString> = circle
        .iter()
        .cycle()
        .skip(first)
        .take(circle.len() + 1)
        .map(|it| eco_format!("`{}`", it.owner.id))
        .collect();
    let message = match circle {
        [alone] => eco_format!("the resource `{}` refers to itself", alone.owner.id),
        _ => eco_format!("resources wait for each other in a circle: {}", ids.join(" → ")),
    };
    let diagnostic = Diagnostic::new(&rules::CIRCULAR_DEPENDENCY, at.clone(), message)
        .why("CloudFormation can make none of them first, and refuses the template")
        .help(
            "remove one of these references, or put the name together as a text instead of referring to it",
        );
    let others = places.iter().enumerate().filter(|(index, _)| *index != first);
    Some(others.fold(diagnostic, |it, (_, (step, place))| {
        let verb = if step.kind == Kind::DependsOn { "waits for" } else { "refers to" };
        let says = eco_format!("`{}` {verb} `{}`", step.owner.id, step.target);
        match place {
            Some(place) => it.related(place.clone(), says),
            None => match facts.entry_place(step.owner) {
                Some(place) => it.related(place, eco_format!("generated for this, {says}")),
                None => it,
            },
        }
    }))
}
