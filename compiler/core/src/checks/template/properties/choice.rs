//! What to say where several things could be said: of alternatives the one that was meant, of a chain its beginning.

use super::value::{Presence, presence};
use super::walk::{Finding, Problem};
use crate::cfn::schema::Node;
use crate::diagnostic::nearest;
use crate::path::Path;
use crate::value::Object;

/// Leaves out what follows from another finding: a property is missing where its name is misspelt, or where it stands
/// further out or in, and what another property decides is open where that one is wrong.
pub fn without_consequences(found: Vec<Finding>) -> Vec<Finding> {
    let unknown: Vec<(Path, &str, Option<&'static str>)> = found
        .iter()
        .filter_map(|it| match &it.problem {
            Problem::UnknownProperty(name, known) => {
                Some((it.path.parent(), name.as_str(), nearest(name, known.iter().copied())))
            }
            _ => None,
        })
        .collect();
    let wrong: Vec<&Path> = found.iter().filter(|it| is_of_form(&it.problem)).map(|it| &it.path).collect();
    let follows = |it: &Finding| match &it.problem {
        Problem::Missing(names) => unknown.iter().any(|(at, name, near)| {
            let is_beside = *at == it.path;
            let is_near = near.is_some_and(|it| names.contains(&it));
            let is_elsewhere = at.contains(&it.path) || it.path.contains(at);
            is_beside && (is_near || names.len() > 1) || is_elsewhere && names.contains(name)
        }),
        Problem::Needs(_, other) => {
            unknown.iter().any(|(at, _, near)| *at == it.path && near.is_some_and(|it| it == *other))
        }
        Problem::Unwanted(_) => {
            let mapping = it.path.parent();
            it.because.iter().any(|name| wrong.contains(&&mapping.join(*name)))
        }
        _ => false,
    };
    found.iter().filter(|it| !follows(it)).cloned().collect()
}

/// Whether a value is wrong by itself.
fn is_of_form(problem: &Problem) -> bool {
    matches!(problem, Problem::Form(..) | Problem::Word(..) | Problem::Stranger(..) | Problem::Kind(..))
}

/// The properties that are there with one that they exclude. Of two that exclude each other it is the second.
pub fn excluded_pairs(node: Node, object: &Object) -> Vec<(&'static str, &'static str)> {
    let all: Vec<(&'static str, Vec<&'static str>)> = node
        .dependent_excluded()
        .filter(|(name, _)| presence(object, name) == Presence::Present)
        .map(|(name, excluded)| (name, excluded.collect()))
        .collect();
    let place = |name: &str| object.keys().position(|it| it == name);
    let excludes = |name: &str, other: &str| all.iter().any(|it| it.0 == name && it.1.contains(&other));
    let told = |name: &'static str, excluded: &[&'static str]| {
        let mut others = excluded.iter().filter(|it| presence(object, it) == Presence::Present);
        others.find(|it| !excludes(it, name) || place(it) < place(name)).map(|it| (name, *it))
    };
    all.iter().filter_map(|(name, excluded)| told(name, excluded)).collect()
}

/// The properties that a condition looks at.
pub fn deciding(condition: Node) -> Vec<&'static str> {
    let mut names: Vec<&'static str> =
        condition.properties().map(|it| it.0).chain(condition.required()).collect();
    for part in
        condition.any_of().chain(condition.all_of()).chain(condition.one_of()).chain(condition.excluded())
    {
        names.extend(deciding(part));
    }
    names.sort_unstable();
    names.dedup();
    names
}

/// What to say where each of several schemas is missed: what belongs to the one that was meant.
pub fn likeliest(reports: Vec<Vec<Finding>>, at: &Path) -> Vec<Finding> {
    let here = |it: &Finding| it.path == *at;
    // Each lacks one property here, or takes another name: any of them would do.
    let mut missing = Vec::new();
    let mut names = Vec::new();
    let mut text = None;
    for report in &reports {
        match report.as_slice() {
            [one] if here(one) => match &one.problem {
                Problem::Missing(it) => missing.extend(it.iter().copied()),
                Problem::Name(value, it) => {
                    names.extend(it.iter().copied());
                    text = Some(value.clone());
                }
                _ => {}
            },
            _ => {}
        }
    }
    let doubtful = reports.iter().flatten().any(|it| it.doubtful);
    let because: Vec<&'static str> =
        reports.iter().flatten().next().map(|it| it.because.clone()).unwrap_or_default();
    let only =
        |problem| vec![Finding { path: at.clone(), problem, doubtful, because: because.clone(), note: None }];
    if missing.len() == reports.len() {
        return only(Problem::Missing(missing));
    }
    if let Some(text) = text.filter(|_| names.len() == reports.len()) {
        return only(Problem::Name(text, names));
    }
    // The branch that was gone into the deepest was most likely meant; of those the one that is nearest.
    let depth = |it: &Vec<Finding>| it.iter().map(|it| it.path.segments().len()).min().unwrap_or_default();
    let of_other_kind =
        |it: &Vec<Finding>| it.iter().any(|it| here(it) && matches!(it.problem, Problem::Kind(..)));
    let best = reports
        .into_iter()
        .filter(|it| !it.is_empty())
        .min_by_key(|it| (of_other_kind(it), std::cmp::Reverse(depth(it)), it.len()));
    best.unwrap_or_default()
}
