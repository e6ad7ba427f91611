//! Paths of APIs as API Gateway takes them: whole steps, variables in braces, nothing of a query.
//!
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-settings-method-request.html>

use std::ops::Range;

use ecow::{EcoString, eco_format};

use super::Facts;
use crate::checks::route::{Api, Route};
use crate::diagnostic::{Diagnostic, Place, Severity, nearest};
use crate::rules;

/// A step of a path, and where it stands in the path.
type Step<'a> = (&'a str, Range<usize>);

/// Finds paths that no request can have, or that mean something else than it seems.
pub fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    for event in facts.events() {
        let Some(route) = Route::read(&event) else { continue };
        let before = found.len();
        path(&route, found);
        if found.len() == before {
            parameters(&event, &route, found);
        }
    }
}

fn path(route: &Route<'_>, found: &mut Vec<Diagnostic>) {
    if let Some((path, query)) = route.path.split_once('?') {
        found.push(
            wrong(route, path.len()..route.path.len(), eco_format!("`?{query}` is no part of a path"))
                .why("parameters of the query reach the function with every path")
                .help("leave it out; `request.parameters.querystrings` can require parameters"),
        );
        return;
    }
    let steps = steps(route.path);
    let last = steps.len().saturating_sub(1);
    let mut names: Vec<&str> = Vec::new();
    for (index, (step, within)) in steps.iter().enumerate() {
        if step.is_empty() {
            // A slash at the end is cut off in a REST API.
            if index != last {
                let slashes = within.start.saturating_sub(1)..within.end + 1;
                let mut diagnostic = wrong(route, slashes, "the path has two slashes in a row".into())
                    .why("a step between slashes needs a name")
                    .help("remove one of them");
                if route.api == Api::Http {
                    diagnostic.severity = Severity::Warning;
                }
                found.push(diagnostic);
            }
        } else if let Some(name) = variable(step) {
            let plain = name.trim_end_matches('+');
            if name.ends_with('+') && index != last {
                let message = eco_format!("`{step}` is not the last step of the path");
                found.push(
                    wrong(route, within.clone(), message)
                        .why("a variable with `+` takes all that is left of a path")
                        .help(eco_format!("write `{{{plain}}}`, or end the path here")),
                );
            }
            if names.contains(&plain) {
                let message = eco_format!("the path has the variable `{plain}` twice");
                found.push(
                    wrong(route, within.clone(), message)
                        .why("the function gets one value for it")
                        .help("give the second another name")
                        .warning(),
                );
            }
            names.push(plain);
        } else {
            found.extend(literal(step, within, route));
        }
    }
}

fn wrong(route: &Route<'_>, within: Range<usize>, message: EcoString) -> Diagnostic {
    Diagnostic::new(&rules::INVALID_PATH, route.piece(within), message)
}

/// What is wrong with a step that is no variable.
fn literal(step: &str, within: &Range<usize>, route: &Route<'_>) -> Option<Diagnostic> {
    let wrong = |message: EcoString| wrong(route, within.clone(), message);
    if step.contains(['{', '}']) {
        let name: String = step.chars().filter(|it| !matches!(it, '{' | '}' | '+')).collect();
        let help = if name.is_empty() {
            "write a name between the braces".into()
        } else {
            eco_format!("write `{{{name}}}` or `{name}`")
        };
        let mut diagnostic = wrong(eco_format!("`{step}` is no step of a path"))
            .why("a variable is a whole step in braces: `{name}`")
            .help(help);
        if route.api == Api::Http && balanced(step) {
            diagnostic.severity = Severity::Warning;
        }
        return Some(diagnostic);
    }
    if let Some(name) = step.strip_prefix(':').filter(|it| !it.is_empty()) {
        let diagnostic = wrong(eco_format!("`{step}` is taken to the letter"))
            .why("API Gateway writes variables in braces")
            .help(eco_format!("write `{{{name}}}`"))
            .warning();
        return Some(diagnostic);
    }
    let letter = step.chars().find(|it| "#&=<>|\\\"'()[]^`".contains(*it))?;
    Some(
        wrong(eco_format!("`{letter}` cannot stand in a path"))
            .why("API Gateway takes letters, digits and `.`, `_`, `-`, `:` in a step")
            .help("remove it"),
    )
}

/// The steps of a path, without the slash at its start.
fn steps(path: &str) -> Vec<Step<'_>> {
    let start = usize::from(path.starts_with('/'));
    let mut at = start;
    let rest = path.get(start..).unwrap_or_default();
    rest.split('/')
        .map(|step| {
            let range = at..at + step.len();
            at = range.end + 1;
            (step, range)
        })
        .collect()
}

/// The name of the variable that a step is, with its `+`.
fn variable(step: &str) -> Option<&str> {
    let name = step.strip_prefix('{')?.strip_suffix('}')?;
    let plain = name.strip_suffix('+').unwrap_or(name);
    (!plain.is_empty() && !plain.contains(['{', '}', '+'])).then_some(name)
}

fn balanced(step: &str) -> bool {
    step.matches('{').count() == step.matches('}').count() && !step.contains("{}") && !step.starts_with('}')
}

/// Parameters of the path that the path does not have.
fn parameters(event: &super::Event<'_>, route: &Route<'_>, found: &mut Vec<Diagnostic>) {
    let paths = event.value.get("request").and_then(|it| it.get("parameters")).and_then(|it| it.get("paths"));
    let Some(paths) = paths.and_then(|it| it.as_object()) else { return };
    let names: Vec<&str> = steps(route.path).into_iter().filter_map(|(step, _)| variable(step)).collect();
    for name in paths.keys() {
        if names.iter().any(|it| it.trim_end_matches('+') == name.trim_end_matches('+')) {
            continue;
        }
        let at = Place::key(event.path.join("request").join("parameters").join("paths").join(name));
        let message = eco_format!("the path `{}` has no variable `{name}`", route.path);
        let diagnostic = Diagnostic::new(&rules::INVALID_PATH, at.clone(), message)
            .related(route.at(), "the path")
            .warning();
        let plain: Vec<&str> = names.iter().map(|it| it.trim_end_matches('+')).collect();
        let only = if let [one] = plain.as_slice() { Some(*one) } else { None };
        found.push(diagnostic.meant(
            "rename to",
            at,
            nearest(name, plain.iter().copied()).or(only),
            eco_format!("write `{{{name}}}` in the path, or remove the parameter"),
        ));
    }
}
