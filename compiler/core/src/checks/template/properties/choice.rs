//! What to say where several things could be said: of alternatives the one that was meant, of a chain its beginning.

use super::walk::{Finding, Problem};
use crate::cfn::schema::Node;
use crate::diagnostic::nearest;
use crate::path::Path;

/// Leaves out what follows from another finding: a property is missing where its name is misspelt.
pub fn without_consequences(found: Vec<Finding>) -> Vec<Finding> {
    let misspelt: Vec<(Path, &'static str)> = found
        .iter()
        .filter_map(|it| match &it.problem {
            Problem::UnknownProperty(name, known) => {
                Some((it.path.parent(), nearest(name, known.iter().copied())?))
            }
            _ => None,
        })
        .collect();
    let follows = |it: &Finding| match &it.problem {
        Problem::Missing(names) => misspelt.iter().any(|(at, name)| *at == it.path && names.contains(name)),
        Problem::Needs(_, other) => misspelt.iter().any(|(at, name)| *at == it.path && name == other),
        _ => false,
    };
    found.iter().filter(|it| !follows(it)).cloned().collect()
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
