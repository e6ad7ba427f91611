//! The archive of a function: the file of its handler is in it.

use ecow::{EcoString, eco_format};

use super::Facts;
use crate::checks::function;
use crate::checks::function::handler;
use crate::diagnostic::{Diagnostic, Place};
use crate::package::{self, ArchivePlan, Pattern};
use crate::path::Path;
use crate::rules;
use crate::value::Value;

/// Parts of the names of plugins that leave archives alone.
const HARMLESS: [&str; 14] = [
    "offline",
    "dotenv",
    "prune",
    "domain-manager",
    "iam-roles",
    "step-functions",
    "python-requirements",
    "export-env",
    "localstack",
    "dynamodb-local",
    "pseudo-parameters",
    "stage-manager",
    "canary",
    "plugin-log",
];

/// Finds patterns that leave the file of a handler out.
pub fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    if !facts.around.plugins.iter().all(|it| HARMLESS.iter().any(|part| it.contains(part))) {
        return;
    }
    let has_own = |it: &function::Facts<'_>| it.listed.value.get("package").is_some();
    if facts.config.get("package").is_none() && !facts.functions.iter().any(has_own) {
        return;
    }
    let plans = package::plan(facts.config, "serverless.yml");
    let mut left_out: Vec<(Place, Vec<LeftOut<'_>>)> = Vec::new();
    for function in &facts.functions {
        let Some(text) = &function.function.handler else { continue };
        if function.function.image.is_some() || function.listed.value.get("module").is_some() {
            continue;
        }
        let Some((path, _)) = handler::target(facts.around.files, handler::runtime(function), text) else {
            continue;
        };
        let is_run = [".js", ".mjs", ".cjs", ".php", ".py", ".rb"].iter().any(|it| path.ends_with(it));
        let own = |it: &&ArchivePlan| {
            it.ready.is_none() && it.functions.iter().any(|it| **it == *function.listed.key)
        };
        let Some(plan) = plans.iter().find(own).filter(|_| is_run && !path.starts_with("..")) else {
            continue;
        };
        // What a pattern takes in that is not understood here may be anything.
        if !plan.selects(&path) {
            let at = deciding(facts, function, plan, &path);
            match left_out.iter_mut().find(|it| it.0 == at) {
                Some((_, others)) => others.push(LeftOut { function, path }),
                None => left_out.push((at, vec![LeftOut { function, path }])),
            }
        }
    }
    found.extend(left_out.into_iter().filter_map(|(at, all)| report(at, &all)));
}

/// A function whose archive is without the file of its handler.
struct LeftOut<'a> {
    function: &'a function::Facts<'a>,
    path: EcoString,
}

/// What leaves the file out: the pattern, where it is written. Where that matches everything, and patterns behind it
/// take files in again, it is these that miss the file, and the handler is pointed at.
fn deciding(facts: &Facts<'_>, function: &function::Facts<'_>, plan: &ArchivePlan, path: &str) -> Place {
    let index = plan.patterns.iter().rposition(|it| it.glob.matches(path));
    let pattern = index.and_then(|it| plan.patterns.get(it)).filter(|it| !it.takes);
    let behind = plan.patterns.iter().skip(index.map_or(0, |it| it + 1));
    let takes_again = behind.into_iter().any(|it| it.takes);
    let is_all = |it: &&Pattern| it.glob.as_str().chars().all(|it| matches!(it, '*' | '/' | '.'));
    let pattern = pattern.filter(|it| !(takes_again && is_all(it)));
    pattern.and_then(|it| written(facts, function, it)).unwrap_or_else(|| function.value("handler"))
}

/// One pattern is told once, whatever it leaves out.
fn report(at: Place, all: &[LeftOut<'_>]) -> Option<Diagnostic> {
    let (LeftOut { function, path }, others) = all.split_first()?;
    let key = &function.listed.key;
    let mut message = eco_format!("the archive of `{key}` is without `{path}`");
    match others {
        [] => {}
        [one] => {
            message.push_str(&eco_format!(", and that of `{}` without its file", one.function.listed.key))
        }
        more => message.push_str(&eco_format!(", and those of {} others without theirs", more.len())),
    }
    let diagnostic = Diagnostic::new(&rules::HANDLER_NOT_PACKAGED, at, message)
        .why("the patterns leave out the file of the handler")
        .help(eco_format!("take it in again behind the pattern: `{path}`"));
    Some(all.iter().fold(diagnostic, |it, one| it.related(one.function.value("handler"), "the handler")))
}

fn written(facts: &Facts<'_>, function: &function::Facts<'_>, pattern: &Pattern) -> Option<Place> {
    let text = pattern.glob.as_str();
    let owners = [function.listed.path.clone(), Path::root()];
    owners.into_iter().find_map(|owner| {
        ["patterns", "exclude", "include"].into_iter().find_map(|list| {
            let at = owner.join("package").join(list);
            let items = facts.config.at(&at).and_then(Value::as_array)?;
            let index = items.iter().rposition(|it| {
                it.as_str().is_some_and(|it| it == text || it.strip_prefix('!') == Some(text))
            })?;
            Some(Place::value(at.join(index)))
        })
    })
}
