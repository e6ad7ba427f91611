//! Options of the provider without anything that they could hold for.

use ecow::eco_format;

use super::Facts;
use crate::diagnostic::{Diagnostic, Place, Severity};
use crate::path::Path;
use crate::rules;
use crate::value::Value;

/// An option, the kind of event that it is for, and what that makes.
const OPTIONS: &[(&[&str], &str, &str)] = &[
    (&["provider", "apiName"], "http", "a REST API"),
    (&["provider", "endpointType"], "http", "a REST API"),
    (&["provider", "vpcEndpointIds"], "http", "a REST API"),
    (&["provider", "tracing", "apiGateway"], "http", "a REST API"),
    (&["provider", "logs", "restApi"], "http", "a REST API"),
    (&["provider", "apiGateway"], "http", "a REST API"),
    (&["provider", "httpApi"], "httpApi", "an HTTP API"),
    (&["provider", "logs", "httpApi"], "httpApi", "an HTTP API"),
    (&["provider", "websocket"], "websocket", "a websocket API"),
    (&["provider", "websocketsApiName"], "websocket", "a websocket API"),
    (&["provider", "websocketsApiRouteSelectionExpression"], "websocket", "a websocket API"),
    (&["provider", "websocketsDescription"], "websocket", "a websocket API"),
    (&["provider", "logs", "websocket"], "websocket", "a websocket API"),
    (&["provider", "alb"], "alb", "rules of a load balancer"),
    (&["provider", "cloudFront"], "cloudFront", "a distribution"),
];

/// Finds such options. With plugins that may make events nothing is said.
pub fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    if facts.functions.is_empty() || facts.around.may_add_resources() {
        return;
    }
    let events = || facts.functions.iter().flat_map(|it| it.events());
    let unread = facts.functions.iter().any(|it| it.listed.value.has_unknown());
    for (keys, kind, what) in OPTIONS.iter().filter(|_| !unread) {
        let path: Path = keys.iter().map(|it| (*it).into()).collect();
        let Some(value) = facts.config.at(&path) else { continue };
        // The id of a websocket API stands with those of the REST API.
        let other = *kind == "http" && value.get("websocketApiId").is_some();
        let off = value.as_bool() == Some(false) || value.is_null();
        if off || other || events().any(|it| it.kind == *kind) {
            continue;
        }
        let message = eco_format!("`{}` has no effect: the service has no `{kind}` event", path);
        // Settings of a provider are often shared by services.
        found.push(advice(
            Diagnostic::new(&rules::UNUSED_OPTION, Place::key(path), message)
                .why(eco_format!("it is of {what}, which is made of such events"))
                .help("remove it, or add the event"),
        ));
    }
    if !unread {
        buckets(facts, found);
    }
    authorizers(facts, found);
    logs(facts, found);
}

fn advice(mut diagnostic: Diagnostic) -> Diagnostic {
    diagnostic.severity = Severity::Info;
    diagnostic
}

/// Buckets of the provider that no event names.
fn buckets(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    let path = Path::from(["provider", "s3"]);
    let own = facts.config.at(&path).and_then(Value::as_object);
    let events = facts.functions.iter().flat_map(|it| it.events()).filter(|it| it.kind == "s3");
    let used: Vec<&str> =
        events.filter_map(|it| it.value.as_str().or_else(|| it.value.get("bucket")?.as_str())).collect();
    for name in own.into_iter().flat_map(|it| it.keys()).filter(|it| !used.contains(&it.as_str())) {
        let at = Place::key(path.join(name));
        found.push(
            Diagnostic::new(
                &rules::UNUSED_OPTION,
                at,
                eco_format!("no `s3` event names the bucket `{name}`"),
            )
            .about(name.clone())
            .why("the settings are of a bucket that an event makes")
            .help("name it as the `bucket` of an event, or make it under `resources`"),
        );
    }
}

/// How much of each request is logged, where none is.
fn logs(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    let path = Path::from(["provider", "logs", "restApi"]);
    let Some(logs) = facts.config.at(&path) else { return };
    let off = logs.get("executionLogging").and_then(Value::as_bool) == Some(false);
    for key in ["level", "fullExecutionData"].into_iter().filter(|it| off && logs.get(it).is_some()) {
        let message = eco_format!("`{key}` has no effect with `executionLogging: false`");
        found.push(
            Diagnostic::new(&rules::UNUSED_OPTION, Place::key(path.join(key)), message)
                .why("it says how much of the execution is logged")
                .help("remove one of the two"),
        );
    }
}

/// Authorizers of the HTTP API that no route names.
fn authorizers(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    let path = Path::from(["provider", "httpApi", "authorizers"]);
    let own = facts.config.at(&path).and_then(Value::as_object);
    let mut used: Vec<&str> = Vec::new();
    for function in &facts.functions {
        for event in function.events().filter(|it| it.kind == "httpApi") {
            match event.value.get("authorizer") {
                Some(Value::Unknown(_)) => return,
                Some(Value::String(name)) => used.push(name),
                Some(it) => used.extend(it.get("name").and_then(Value::as_str)),
                None => {}
            }
        }
    }
    for name in own.into_iter().flat_map(|it| it.keys()).filter(|it| !used.contains(&it.as_str())) {
        let at = Place::key(path.join(name));
        found.push(advice(
            Diagnostic::new(&rules::UNUSED_OPTION, at, eco_format!("no route names the authorizer `{name}`"))
                .why("a route without an authorizer is open to all")
                .help("name it in the `authorizer` of a route, or remove it"),
        ));
    }
}
