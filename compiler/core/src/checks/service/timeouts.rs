//! Time that functions may take against the time that their callers wait.
//!
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html>

use ecow::eco_format;

use super::Facts;
use crate::checks::function::{self, Event};
use crate::diagnostic::{Diagnostic, Place};
use crate::path::Path;
use crate::rules;
use crate::value::Value;

/// How long API Gateway waits for a function, in seconds.
struct Wait {
    seconds: f64,
    who: &'static str,
    help: &'static str,
}

/// Finds functions that may take longer than API Gateway waits.
pub fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    let mut told = false;
    for function in facts.functions.iter().filter(|it| !it.context.at_edge) {
        let own = function.function.timeout.is_some();
        // The provider's time is told once.
        if !own && told {
            continue;
        }
        if let Some(diagnostic) = look(function, own) {
            told |= !own;
            found.push(diagnostic);
        }
    }
}

fn look(function: &function::Facts<'_>, own: bool) -> Option<Diagnostic> {
    let timeout = function.context.timeout;
    let events: Vec<Event<'_>> = function.events().collect();
    let waits = events.iter().filter_map(|it| Some((it, wait(it, function)?)));
    // 30 seconds where 29 are waited are common, and nearly never lost.
    let (event, wait) = waits.into_iter().find(|(_, it)| timeout as f64 > it.seconds + 1.0)?;
    let at = if own { function.value("timeout") } else { Place::value(Path::from(["provider", "timeout"])) };
    let key = &function.listed.key;
    let message = eco_format!("`{key}` may take {timeout} seconds, but {} waits {}", wait.who, wait.seconds);
    let diagnostic = Diagnostic::new(&rules::TIMEOUT_OVER_LIMIT, at, message)
        .why("the caller gets an error then, while the function goes on and is paid for")
        .help(wait.help)
        .related(Place::value(event.path.clone()), "it is called by this event");
    Some(diagnostic)
}

fn wait(event: &Event<'_>, function: &function::Facts<'_>) -> Option<Wait> {
    match event.kind {
        "http" => rest(event, function),
        "httpApi" => Some(Wait {
            seconds: 30.0,
            who: "an HTTP API",
            help: "lower `timeout` to 30, or have the work done by a function that is invoked asynchronously",
        }),
        "websocket" => Some(Wait {
            seconds: 29.0,
            who: "a websocket API",
            help: "lower `timeout` to 29, or have the work done by a function that is invoked asynchronously",
        }),
        _ => None,
    }
}

fn rest(event: &Event<'_>, function: &function::Facts<'_>) -> Option<Wait> {
    if event.value.get("async").is_some_and(Value::is_truthy) {
        return None;
    }
    let millis = |value: Option<&Value>| match value {
        None => Some(None),
        Some(Value::Number(it)) => Some(Some(*it)),
        Some(_) => None,
    };
    let gateway = function.around.context.provider.api_gateway.as_ref();
    let own = millis(event.value.get("timeoutInMillis"))?;
    let written = own.or_else(|| gateway?.timeout_in_millis.map(|it| it.0 as f64));
    // A time below 50 ms is told by the shape.
    if written.is_some_and(|it| it < 50.0) {
        return None;
    }
    Some(Wait {
        seconds: written.unwrap_or(29_000.0) / 1000.0,
        who: "the REST API",
        help: "lower `timeout`, set `timeoutInMillis` once AWS has raised your quota, or work asynchronously",
    })
}
