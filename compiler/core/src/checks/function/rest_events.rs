//! `http` events: how long API Gateway waits, where it finds a token, and what it sets as headers.
//!
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html>

use ecow::eco_format;

use super::{Event, Facts};
use crate::aws::provider::EndpointType;
use crate::checks::pattern::places;
use crate::diagnostic::{Diagnostic, Place};
use crate::path::Path;
use crate::rules;
use crate::value::Value;

/// The most milliseconds that an API behind CloudFront waits. Others may have more, once AWS grants it.
const EDGE_WAIT: f64 = 29_000.0;

/// Finds settings that API Gateway refuses.
pub fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    for event in facts.events().filter(|it| it.kind == "http") {
        wait(&event, facts, found);
        token(&event, found);
        headers(&event, found);
    }
}

fn wait(event: &Event<'_>, facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    let provider = &facts.around.context.provider;
    let elsewhere = provider.api_gateway.as_ref().is_some_and(|it| it.rest_api_id.is_some());
    let edge = provider.endpoint_type == Some(EndpointType::Edge);
    let written = event.value.get("timeoutInMillis").and_then(Value::as_number);
    let Some(millis) = written.filter(|it| *it > EDGE_WAIT && edge && !elsewhere) else { return };
    let at = Place::value(event.path.join("timeoutInMillis"));
    found.push(
        Diagnostic::new(&rules::OUT_OF_RANGE, at, eco_format!("{millis} is above {EDGE_WAIT}"))
            .why("only a regional or a private API may wait for more than 29 seconds, and this one is `EDGE`")
            .help("write 29000 or less, or `provider.endpointType: REGIONAL` once AWS has raised your quota"),
    );
}

/// The token that a function decides about stands in one header.
/// <https://docs.aws.amazon.com/apigateway/latest/api/API_CreateAuthorizer.html>
fn token(event: &Event<'_>, found: &mut Vec<Diagnostic>) {
    let Some(authorizer) = event.value.get("authorizer").and_then(Value::as_object) else { return };
    let is_token = match authorizer.get("type") {
        Some(kind) => kind.as_str().is_some_and(|it| it.eq_ignore_ascii_case("token")),
        None => !authorizer.contains_key("authorizerId"),
    };
    let source = authorizer.get("identitySource").filter(|_| is_token);
    let Some(source @ (Value::String(_) | Value::Number(_) | Value::Bool(_))) = source else { return };
    let text = source.to_js_string();
    let at = Place::value(event.path.join("authorizer").join("identitySource"));
    let wrong = if text.contains("${") {
        return;
    } else if text.contains(',') {
        eco_format!("a token stands in one place, and these are several")
    } else if text.contains(char::is_whitespace)
        || !text.starts_with("method.request.") && source.as_str().is_none()
    {
        eco_format!("`{text}` is no place in a request")
    } else {
        return;
    };
    found.push(
        Diagnostic::new(&rules::INVALID_FORMAT, at, wrong)
            .why("an authorizer of type `token` reads one header")
            .help("write it as `method.request.header.Authorization`, or set `type: request` for several")
            .page("https://docs.aws.amazon.com/apigateway/latest/api/API_CreateAuthorizer.html"),
    );
}

/// What API Gateway sets as a header is a text in quotes of its own, or a place in the answer.
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/request-response-data-mappings.html>
fn headers(event: &Event<'_>, found: &mut Vec<Diagnostic>) {
    let integration = event.value.get("integration").and_then(Value::as_str).unwrap_or("lambda-proxy");
    if integration.to_lowercase().contains("proxy") {
        return;
    }
    for pattern in ["response.headers.*", "response.statusCodes.*.headers.*"] {
        for (path, value) in places(event.value, &event.path, pattern) {
            let Some(text) = value.as_str().filter(|it| !is_mapped(it)) else { continue };
            found.push(unquoted(text, path));
        }
    }
}

fn is_mapped(text: &str) -> bool {
    let starts = ["integration.response.", "context.", "stageVariables.", "method.response."];
    text.is_empty()
        || text.contains("${")
        || text.len() > 1 && text.starts_with('\'') && text.ends_with('\'')
        || starts.iter().any(|it| text.starts_with(it))
}

fn unquoted(text: &str, path: Path) -> Diagnostic {
    let shown = crate::shape::check::shorten(text);
    Diagnostic::new(
        &rules::INVALID_FORMAT,
        Place::value(path),
        eco_format!("`{shown}` is no value of a header"),
    )
    .why("API Gateway takes a text only in single quotes of its own")
    .help(eco_format!("write `\"'{shown}'\"`, or a place such as `integration.response.header.Location`"))
    .page("https://docs.aws.amazon.com/apigateway/latest/developerguide/request-response-data-mappings.html")
}
