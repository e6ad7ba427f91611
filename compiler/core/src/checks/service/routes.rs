//! Routes of the REST API: each method and path is one function's, and a place in paths has one variable.
//!
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html>

use ecow::eco_format;
use rustc_hash::FxHashMap;

use super::Facts;
use crate::checks::route::{Api, Route};
use crate::diagnostic::{Diagnostic, Place, Severity};
use crate::rules;
use crate::value::Value;

/// Finds routes that two events take, and variables that differ at one place.
pub fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    preflights(facts, found);
    catch_alls(facts, found);
    let mut routes: FxHashMap<(String, String), (Place, &str)> = FxHashMap::default();
    let mut variables: FxHashMap<String, (String, Place, &str)> = FxHashMap::default();
    for function in facts.unconditional() {
        let key = function.listed.key.as_str();
        for route in function.events().filter_map(|it| Route::read(&it)).filter(|it| it.api == Api::Rest) {
            sibling_variables(&route, key, &mut variables, found);
            let name = (route.method.to_string(), route.trimmed().to_owned());
            let Some((first, owner)) = routes.get(&name) else {
                routes.insert(name, (route.at(), key));
                continue;
            };
            let message = eco_format!("the route `{} {}` is taken", route.method, shown(route.path));
            found.push(
                Diagnostic::new(&rules::DUPLICATE_ROUTE, route.at(), message)
                    .why("the REST API has one function for a method and a path: the last one, and nobody calls the first")
                    .help("change the method or the path of one of them")
                    .related(first.clone(), eco_format!("`{owner}` takes it here")),
            );
        }
    }
}

/// `httpApi: '*'` takes what no other route does, and is one function's.
fn catch_alls(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    let mut first: Option<(Place, &str)> = None;
    for function in facts.unconditional() {
        let key = function.listed.key.as_str();
        let is_all = |value: &Value| {
            value.as_str() == Some("*") || value.get("path").and_then(Value::as_str) == Some("*")
        };
        let Some(event) = function.events().find(|it| it.kind == "httpApi" && is_all(it.value)) else {
            continue;
        };
        let path = if event.value.as_str().is_some() { event.path } else { event.path.join("path") };
        let at = Place::value(path);
        let Some((place, owner)) = &first else {
            first = Some((at, key));
            continue;
        };
        let mut diagnostic = Diagnostic::new(&rules::DUPLICATE_ROUTE, at, "the route `*` is taken")
            .why("the HTTP API has one function for all that no other route takes: the last one, and nobody calls the first")
            .help("give one of them a method and a path")
            .related(place.clone(), eco_format!("`{owner}` takes it here"));
        // The framework packages it.
        diagnostic.severity = Severity::Warning;
        found.push(diagnostic);
    }
}

/// Routes of `OPTIONS` where `cors` makes one of its own.
fn preflights(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    let events = || facts.unconditional().flat_map(|it| it.events()).filter(|it| it.kind == "http");
    let mut own: FxHashMap<String, Place> = FxHashMap::default();
    for event in events() {
        let cors = event.value.get("cors").is_some_and(|it| it.is_truthy());
        if let Some(route) = Route::read(&event).filter(|_| cors) {
            own.entry(route.trimmed().to_owned()).or_insert_with(|| Place::key(event.path.join("cors")));
        }
    }
    for route in events().filter_map(|it| Route::read(&it)).filter(|it| it.method == "OPTIONS") {
        let Some(cors) = own.get(route.trimmed()) else { continue };
        let message = eco_format!("the route `OPTIONS {}` is made by `cors`, too", shown(route.path));
        found.push(
            Diagnostic::new(&rules::DUPLICATE_ROUTE, route.at(), message)
                .why("one of the two is lost")
                .help("remove this event, or `cors`")
                .related(cors.clone(), "made here")
                .warning(),
        );
    }
}

fn shown(path: &str) -> String {
    format!("/{}", path.trim_start_matches('/'))
}

/// A place in the paths of a REST API has one variable, whatever the methods are.
fn sibling_variables<'a>(
    route: &Route<'_>,
    function: &'a str,
    variables: &mut FxHashMap<String, (String, Place, &'a str)>,
    found: &mut Vec<Diagnostic>,
) {
    let mut above = String::new();
    let mut at = usize::from(route.path.starts_with('/'));
    for step in route.trimmed().split('/') {
        let within = at..at + step.len();
        at = within.end + 1;
        if step.starts_with('{') && step.ends_with('}') {
            match variables.get(&above) {
                Some((first, place, owner)) if first != step => {
                    let message = eco_format!("`{step}` stands where `{first}` does");
                    found.push(
                        Diagnostic::new(&rules::SIBLING_VARIABLES, route.piece(within), message)
                            .why("API Gateway takes one variable at a place of a REST API's paths")
                            .help(eco_format!("call it `{first}` here, too"))
                            .related(place.clone(), eco_format!("`{owner}` has this one")),
                    );
                    return;
                }
                Some(_) => {}
                None => drop(variables.insert(above.clone(), (step.into(), route.piece(within), function))),
            }
        }
        above.push('/');
        above.push_str(step);
    }
}
