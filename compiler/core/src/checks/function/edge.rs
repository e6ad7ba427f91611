//! `cloudFront` events: what CloudFront refuses of a function at the edge, and of an origin.
//!
//! <https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/edge-functions-restrictions.html>

use ecow::{EcoString, eco_format};

use super::{Event, Facts};
use crate::aws::types::Architecture;
use crate::diagnostic::{Diagnostic, Place};
use crate::path::Path;
use crate::rules;
use crate::value::Value;

const PAGE: &str =
    "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/edge-functions-restrictions.html";

/// Finds what CloudFront refuses.
pub fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    let mut at_edge = false;
    for event in facts.events().filter(|it| it.kind == "cloudFront") {
        at_edge = true;
        found.extend(moment(&event));
        found.extend(body(&event));
        if let Some(origin) = event.value.get("origin") {
            self::origin(origin, &event.path.join("origin"), found);
        }
    }
    if at_edge {
        function(facts, found);
    }
}

fn function(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    let provider = &facts.around.context.provider;
    let mut refused = |path: Path, message: &str, help: &str| {
        found.push(
            Diagnostic::new(&rules::CONFLICTING_OPTIONS, Place::key(path), message)
                .why("CloudFront runs the function at places of its own, and refuses it there")
                .help(help)
                .page(PAGE),
        );
    };
    let option = |key: &str, is_own: bool| {
        if is_own { facts.listed.path.join(key) } else { Path::from(["provider", key]) }
    };
    let own = facts.function.architecture;
    if own.or(provider.architecture) == Some(Architecture::Arm64) {
        let path = option("architecture", own.is_some());
        refused(
            path,
            "a function at the edge does not run on `arm64`",
            "write `architecture: x86_64` for it",
        );
    }
    let layers = facts.function.layers.as_ref();
    let inherited = provider.layers.as_ref().filter(|_| layers.is_none());
    if layers.is_some_and(|it| !it.is_empty()) || inherited.is_some_and(|it| !it.is_empty()) {
        let path = option("layers", layers.is_some());
        refused(path, "a function at the edge has no layers", "put what it needs into its own archive");
    }
    if facts.listed.value.get("vpc").and_then(Value::as_object).is_some() {
        found.push(
            Diagnostic::new(
                &rules::CONFLICTING_OPTIONS,
                Place::key(facts.listed.path.join("vpc")),
                "a function at the edge is in no VPC",
            )
            .why("CloudFront runs it at places of its own, so `vpc` is left out")
            .help("remove `vpc`")
            .page(PAGE)
            .warning(),
        );
    }
}

fn moment(event: &Event<'_>) -> Option<Diagnostic> {
    let settings = event.value.as_object().filter(|it| !it.contains_key("eventType"))?;
    // A misspelt key is told by the shape.
    if settings.keys().any(|it| it.to_lowercase().contains("event")) || event.value.has_unknown() {
        return None;
    }
    Some(
        Diagnostic::new(&rules::MISSING_KEY, Place::key(event.path.clone()), "missing key `eventType`")
            .why("CloudFront must know when it runs the function")
            .help(
                "add `eventType: viewer-request`, `origin-request`, `origin-response` or `viewer-response`",
            ),
    )
}

/// A response has no body of a request.
fn body(event: &Event<'_>) -> Option<Diagnostic> {
    let moment =
        event.value.get("eventType").and_then(Value::as_str).filter(|it| it.ends_with("-response"))?;
    event.value.get("includeBody").and_then(Value::as_bool).filter(|it| *it)?;
    let at = Place::key(event.path.join("includeBody"));
    Some(
        Diagnostic::new(&rules::CONFLICTING_OPTIONS, at, eco_format!("`{moment}` takes no `includeBody`"))
            .why("it is the body of a request, and CloudFront refuses it for responses")
            .help("remove `includeBody`"),
    )
}

/// <https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_Origin.html>
fn origin(origin: &Value, path: &Path, found: &mut Vec<Diagnostic>) {
    let mut wrong = |key: &str, message: EcoString, instead: &str| {
        let at = Place::value(path.join(key));
        found.push(
            Diagnostic::new(&rules::INVALID_FORMAT, at.clone(), message)
                .why("CloudFront refuses it")
                .help(eco_format!("write `{instead}`"))
                .replace(eco_format!("replace with `{instead}`"), false, at, instead)
                .page("https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_Origin.html"),
        );
    };
    let text = |key: &str| origin.get(key).and_then(Value::as_str).filter(|it| !it.contains("${"));
    if let Some(name) = text("DomainName")
        && (name.contains("://") || name.ends_with('/'))
    {
        let host = name.rsplit("://").next().unwrap_or_default().split('/').next().unwrap_or_default();
        wrong("DomainName", eco_format!("`{name}` is no name of a host"), host);
    }
    if let Some(prefix) = text("OriginPath")
        && !prefix.is_empty()
        && (!prefix.starts_with('/') || prefix.ends_with('/'))
    {
        let message = eco_format!("`{prefix}` does not begin with `/`, or ends with it");
        wrong("OriginPath", message, &eco_format!("/{}", prefix.trim_matches('/')));
    }
}
