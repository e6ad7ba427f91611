//! The archive of a function: the file of its handler is in it.

use ecow::eco_format;

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
    for function in &facts.functions {
        let Some(text) = &function.function.handler else { continue };
        if function.function.image.is_some() || function.listed.value.get("module").is_some() {
            continue;
        }
        let Some((path, _)) = handler::target(facts.around.files, handler::runtime(function), text) else {
            continue;
        };
        let is_run = [".js", ".mjs", ".cjs", ".py", ".rb"].iter().any(|it| path.ends_with(it));
        let own = |it: &&ArchivePlan| {
            it.ready.is_none() && it.functions.iter().any(|it| **it == *function.listed.key)
        };
        let Some(plan) = plans.iter().find(own).filter(|_| is_run && !path.starts_with("..")) else {
            continue;
        };
        // What a pattern takes in that is not understood here may be anything.
        if !plan.selects(&path) {
            found.extend(left_out(facts, function, plan, &path));
        }
    }
}

/// Reports the pattern that leaves the file out, where it is written.
fn left_out(
    facts: &Facts<'_>,
    function: &function::Facts<'_>,
    plan: &ArchivePlan,
    path: &str,
) -> Option<Diagnostic> {
    let deciding = plan.patterns.iter().rev().find(|it| it.glob.matches(path)).filter(|it| !it.takes);
    let place =
        deciding.and_then(|it| written(facts, function, it)).unwrap_or_else(|| function.value("handler"));
    let key = &function.listed.key;
    Some(
        Diagnostic::new(
            &rules::HANDLER_NOT_PACKAGED,
            place,
            eco_format!("the archive of `{key}` is without `{path}`"),
        )
        .why("the patterns leave out the file of its handler")
        .related(function.value("handler"), "the handler")
        .help(eco_format!("take it in again behind this pattern: `{path}`")),
    )
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
