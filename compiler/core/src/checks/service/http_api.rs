//! `provider.httpApi`: authorizers and origins that API Gateway refuses.
//!
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html>

use ecow::eco_format;

use super::Facts;
use crate::diagnostic::{Diagnostic, Place, Severity};
use crate::path::Path;
use crate::rules;
use crate::value::{Object, Value};

/// Finds such settings.
pub fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    let root = Path::from(["provider", "httpApi"]);
    let authorizers = facts.config.at(&root.join("authorizers")).and_then(Value::as_object);
    for (name, authorizer) in authorizers.into_iter().flat_map(Object::iter) {
        found.extend(answers(authorizer, &root.join("authorizers").join(name)));
    }
    for function in &facts.functions {
        for event in function.events() {
            let Some(settings) = event.value.get("authorizer").filter(|_| event.kind == "httpApi") else {
                continue;
            };
            let name = settings.get("name").and_then(Value::as_str);
            let of = name.and_then(|it| authorizers?.get(it));
            let asks = of.and_then(|it| it.get("type")).and_then(Value::as_str) == Some("request");
            if asks && settings.get("scopes").is_some() {
                let at = Place::key(event.path.join("authorizer").join("scopes"));
                found.push(
                    Diagnostic::new(
                        &rules::UNUSED_OPTION,
                        at,
                        "`scopes` has no effect: the authorizer is a function",
                    )
                    .why("scopes are of tokens that API Gateway reads itself")
                    .help("remove `scopes`, or name an authorizer of type `jwt`")
                    .warning(),
                );
            }
        }
    }
    origins(facts, found);
}

/// Short answers are of the newer format.
fn answers(authorizer: &Value, path: &Path) -> Option<Diagnostic> {
    let short = authorizer.get("enableSimpleResponses").and_then(Value::as_bool) == Some(true);
    let old =
        authorizer.get("payloadVersion").is_some_and(|it| matches!(it.to_js_string().as_str(), "1" | "1.0"));
    (short && old).then(|| {
        Diagnostic::new(
            &rules::CONFLICTING_OPTIONS,
            Place::key(path.join("enableSimpleResponses")),
            "the format `1.0` has no simple responses",
        )
        .why("API Gateway refuses the authorizer")
        .help("write `payloadVersion: '2.0'`, or remove `enableSimpleResponses`")
        .related(Place::value(path.join("payloadVersion")), "the format")
        .page("https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html")
    })
}

/// An origin is a scheme and a host, as browsers send it.
/// <https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/Origin>
fn origins(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    let mut lists = vec![(Path::from(["provider", "httpApi", "cors", "allowedOrigins"]), true)];
    for function in &facts.functions {
        lists.push((function.listed.path.join("url").join("cors").join("allowedOrigins"), true));
        for event in function.events().filter(|it| it.kind == "http") {
            let cors = event.path.join("cors");
            lists.push((cors.join("origins"), false));
            lists.push((cors.join("origin"), false));
        }
    }
    for (path, refused) in lists {
        let items: Vec<(Path, &Value)> = match facts.config.at(&path) {
            Some(Value::Array(items)) => {
                items.iter().enumerate().map(|(index, it)| (path.join(index), it)).collect()
            }
            Some(one @ Value::String(_)) => vec![(path, one)],
            _ => continue,
        };
        for (path, item) in items {
            found.extend(item.as_str().and_then(|it| origin(it, path, refused)));
        }
    }
}

fn origin(text: &str, path: Path, refused: bool) -> Option<Diagnostic> {
    let is_open =
        text == "*" || text == "null" || text.contains("${") || text.contains("{{") || text.contains(',');
    if is_open || text.is_empty() || text.contains('\'') || text.contains('$') {
        return None;
    }
    let (instead, message, refused) = match text.split_once("://") {
        None => {
            (eco_format!("https://{text}"), eco_format!("`{text}` is no origin: it has no scheme"), refused)
        }
        Some((scheme, rest)) => {
            let host = rest.split('/').next().unwrap_or_default();
            if host == rest || host.is_empty() {
                return None;
            }
            let message = eco_format!("`{text}` is no origin: it has a path");
            (eco_format!("{scheme}://{host}"), message, false)
        }
    };
    let at = Place::value(path);
    let mut diagnostic = Diagnostic::new(&rules::INVALID_FORMAT, at.clone(), message)
        .why("browsers send a scheme and a host, with nothing behind it, and that is what is compared")
        .help(eco_format!("write `{instead}`"))
        .replace(eco_format!("replace with `{instead}`"), false, at, instead)
        .page("https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html");
    if !refused {
        diagnostic.severity = Severity::Warning;
    }
    Some(diagnostic)
}
