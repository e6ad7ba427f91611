//! Routes of several services on one API, which each of them names by its id.
//!
//! A stack makes the resources of its paths by itself, so two stacks cannot have paths that begin alike, unless they
//! share these resources, too.

use ecow::{EcoString, eco_format};
use rustc_hash::FxHashMap;

use super::{Facts, Finding, Spot, between};
use crate::checks::function::Event;
use crate::checks::route::{Api, Route};
use crate::diagnostic::{Place, Severity};
use crate::path::Path;
use crate::rules;
use crate::value::{Object, Value};

/// A route on an API that is made elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shared {
    /// The API and, of a REST API, the resource that paths begin at.
    api: EcoString,
    /// What no other stack may have: the first step of the path, or the whole route.
    taken: EcoString,
    /// As it is shown.
    shown: EcoString,
    /// Where.
    at: Spot,
}

/// The routes of a service on APIs of others.
pub fn of(
    config: &Value,
    known: &dyn Fn(&Value) -> Option<EcoString>,
    spot: &dyn Fn(Place) -> Spot,
) -> Vec<Shared> {
    let name = |path: &[&str]| {
        let value = config.at(&path.iter().map(|it| (*it).into()).collect())?;
        known(value).or_else(|| value.get("Fn::ImportValue").and_then(known))
    };
    let rest = name(&["provider", "apiGateway", "restApiId"]);
    let root = name(&["provider", "apiGateway", "restApiRootResourceId"]).unwrap_or_default();
    let resources = Path::from(["provider", "apiGateway", "restApiResources"]);
    let rest = rest.filter(|_| config.at(&resources).is_none());
    let http = name(&["provider", "httpApi", "id"]);
    let functions = config.get("functions").and_then(Value::as_object);
    let mut routes = Vec::new();
    for (key, function) in functions.into_iter().flat_map(Object::iter) {
        let events = function.get("events").and_then(Value::as_array).unwrap_or_default();
        for (index, item) in events.iter().enumerate() {
            let Some((kind, value)) = item.as_object().and_then(Object::single) else { continue };
            let path = Path::from(["functions", key.as_str(), "events"]).join(index).join(kind);
            let Some(route) = Route::read(&Event { kind, value, path }) else { continue };
            let (api, taken) = match route.api {
                Api::Rest => (
                    rest.as_ref().map(|it| eco_format!("{it} {root}")),
                    match route.trimmed().split('/').next() {
                        Some(first) if !first.is_empty() => EcoString::from(first),
                        _ => eco_format!("{} /", route.method),
                    },
                ),
                Api::Http => (http.clone(), eco_format!("{} {}", route.method, route.path)),
            };
            let Some(api) = api else { continue };
            let shown = eco_format!("{} /{}", route.method, route.trimmed());
            routes.push(Shared { api, taken, shown, at: spot(route.at()) });
        }
    }
    routes
}

/// A route of one of the services.
type Placed<'a> = (usize, &'a Facts, &'a Shared);

/// Finds routes that two stacks make on one API.
pub fn check(services: &[(usize, &Facts)], found: &mut Vec<Finding>) {
    let mut first: FxHashMap<(&str, &str), Vec<Placed<'_>>> = FxHashMap::default();
    for (index, facts) in services.iter().copied() {
        for route in &facts.routes {
            let earlier = first.entry((&route.api, &route.taken)).or_default();
            if earlier.iter().any(|it| it.0 == index) {
                continue;
            }
            if let Some(other) = earlier.iter().find(|it| between::collide(it.1, facts)) {
                found.push(finding((index, facts, route), *other));
                found.push(finding(*other, (index, facts, route)));
            }
            earlier.push((index, facts, route));
        }
    }
}

fn finding(one: Placed<'_>, other: Placed<'_>) -> Finding {
    let message = match one.2.shown == other.2.shown {
        true => eco_format!("two services take the route `{}` of one API", one.2.shown),
        false => eco_format!("two services make `/{}` in one API", one.2.taken),
    };
    Finding {
        service: one.0,
        rule: &rules::DUPLICATE_ROUTE,
        severity: Severity::Warning,
        at: one.2.at.clone(),
        message,
        help: "change the path of one of them, or let one stack make it and name it as `restApiResources` in the other"
            .into(),
        related: Some((other.2.at.clone(), eco_format!("`{}` has `{}`", other.1.service, other.2.shown))),
    }
}
