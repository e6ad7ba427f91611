//! `eventBridge`, `cloudwatchEvent` and `cloudwatchLog` events: what EventBridge refuses, and logs of one's own logs.
//!
//! <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html>

use ecow::{EcoString, eco_format};

use super::{Event, Facts};
use crate::diagnostic::{Diagnostic, Place, Severity};
use crate::path::Path;
use crate::rules;
use crate::shape::check::matches;
use crate::value::{Object, Value};

/// Finds what EventBridge refuses.
pub fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    for event in facts.events() {
        match event.kind {
            "eventBridge" | "cloudwatchEvent" => {
                names(&event, found);
                found.extend(clock(&event));
                found.extend(input_path(&event));
                transformer(&event, found);
            }
            "schedule" => {
                found.extend(input_path(&event));
                transformer(&event, found);
            }
            "cloudwatchLog" => {
                found.extend(own_log(&event, facts));
                found.extend(unclosed(&event));
            }
            _ => {}
        }
    }
}

fn text<'a>(event: &Event<'a>, key: &str) -> Option<&'a str> {
    event.value.get(key).and_then(Value::as_str).filter(|it| !it.contains("${") && !it.contains("{{"))
}

fn names(event: &Event<'_>, found: &mut Vec<Diagnostic>) {
    const FORMS: [(&str, &str, &str); 2] = [
        ("name", r"^[.\-_A-Za-z0-9]+$", "the name of a rule"),
        // A name, or an ARN.
        ("eventBus", r"^[/.\-_A-Za-z0-9]+$|^ar[^:]*:", "the name of an event bus"),
    ];
    for (key, form, noun) in FORMS {
        let Some(name) = text(event, key).filter(|it| !matches(form, it)) else { continue };
        found.push(
            Diagnostic::new(
                &rules::INVALID_FORMAT,
                Place::value(event.path.join(key)),
                eco_format!("`{name}` is not {noun}"),
            )
            .why("EventBridge refuses it")
            .help("use letters, digits, `.`, `-` and `_`"),
        );
    }
}

/// Rules by the clock are of the default bus.
/// <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-rule-schedule.html>
fn clock(event: &Event<'_>) -> Option<Diagnostic> {
    event.value.get("schedule")?;
    let bus = event.value.get("eventBus")?;
    let is_default = match bus {
        Value::String(name) => {
            name == "default" || name.ends_with(":event-bus/default") || name.contains("${")
        }
        Value::Object(_) => bus.to_json().contains("default") || bus.get("Fn::GetAtt").is_none(),
        _ => true,
    };
    (!is_default).then(|| {
        let mut diagnostic = Diagnostic::new(
            &rules::CONFLICTING_OPTIONS,
            Place::key(event.path.join("schedule")),
            "a bus of one's own has no rules by the clock",
        )
        .why("EventBridge takes schedules on the default bus only")
        .help("remove `eventBus`, or make an event of its own of the schedule")
        .related(Place::key(event.path.join("eventBus")), "the bus")
        .page("https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-rule-schedule.html");
        // The framework's own documentation has both beside each other.
        diagnostic.severity = Severity::Warning;
        diagnostic
    })
}

fn input_path(event: &Event<'_>) -> Option<Diagnostic> {
    let path = text(event, "inputPath").filter(|it| !it.starts_with('$') && !it.is_empty())?;
    Some(
        Diagnostic::new(
            &rules::INVALID_FORMAT,
            Place::value(event.path.join("inputPath")),
            eco_format!("`{path}` is no path into an event"),
        )
        .why("EventBridge takes paths that begin with `$`")
        .help(eco_format!("write `$.{}`", path.trim_start_matches('.')))
        .page("https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_Target.html"),
    )
}

/// Names in a template that nothing gives a value.
/// <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html>
fn transformer(event: &Event<'_>, found: &mut Vec<Diagnostic>) {
    let Some(settings) = event.value.get("inputTransformer") else { return };
    let path = event.path.join("inputTransformer");
    let map = settings.get("inputPathsMap").and_then(Value::as_object);
    paths(map, &path, found);
    let Some(template) = settings.get("inputTemplate").and_then(Value::as_str) else { return };
    // Marks of HTML are no names.
    if template.contains("</") || template.contains("${") || settings.has_unknown() {
        return;
    }
    for part in template.split('<').skip(1) {
        let Some((name, _)) = part.split_once('>') else { continue };
        let is_name = !name.is_empty()
            && name.bytes().all(|it| it.is_ascii_alphanumeric() || matches!(it, b'_' | b'-'));
        if !is_name || map.is_some_and(|it| it.contains_key(name)) {
            continue;
        }
        let mut diagnostic = Diagnostic::new(
            &rules::UNKNOWN_VALUE,
            Place::value(path.join("inputTemplate")),
            eco_format!("`inputPathsMap` has no `{name}`"),
        )
        .why("nothing gives this name of the template a value");
        let names = map.into_iter().flat_map(Object::keys).map(EcoString::as_str);
        diagnostic = match crate::diagnostic::nearest(name, names) {
            Some(near) => diagnostic.help(eco_format!("did you mean `<{near}>`?")),
            None => diagnostic.help(eco_format!("add `{name}: $.detail.{name}` to it")),
        };
        diagnostic.severity = Severity::Warning;
        found.push(diagnostic);
    }
}

fn paths(map: Option<&Object>, path: &Path, found: &mut Vec<Diagnostic>) {
    for (name, value) in map.into_iter().flat_map(Object::iter) {
        let Some(text) = value.as_str().filter(|it| !it.starts_with('$') && !it.contains("{{")) else {
            continue;
        };
        found.push(
            Diagnostic::new(
                &rules::INVALID_FORMAT,
                Place::value(path.join("inputPathsMap").join(name)),
                eco_format!("`{text}` is no path into an event"),
            )
            .why("EventBridge takes paths that begin with `$`")
            .help(eco_format!("write `$.{text}`")),
        );
    }
}

/// A filter of logs that is not closed.
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html>
fn unclosed(event: &Event<'_>) -> Option<Diagnostic> {
    let filter = text(event, "filter")?.trim();
    let (open, close) = [('{', '}'), ('[', ']')].into_iter().find(|it| filter.starts_with(it.0))?;
    if filter.ends_with(close) {
        return None;
    }
    let at = Place::value(event.path.join("filter"));
    Some(
        Diagnostic::new(&rules::INVALID_FORMAT, at, eco_format!("the `{open}` of the filter is not closed"))
            .why("CloudWatch refuses the filter")
            .help(eco_format!("end it with `{close}`"))
            .page("https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html"),
    )
}

/// A function that is invoked by what it logs itself.
fn own_log(event: &Event<'_>, facts: &Facts<'_>) -> Option<Diagnostic> {
    let bare = event.value.as_str();
    let group = bare.or_else(|| event.value.get("logGroup").and_then(Value::as_str))?;
    let own = eco_format!("/aws/lambda/{}", facts.context.name.as_str());
    if group != own {
        return None;
    }
    let at = Place::value(if bare.is_some() { event.path.clone() } else { event.path.join("logGroup") });
    let diagnostic =
        Diagnostic::new(&rules::CONFLICTING_OPTIONS, at, "the function is invoked by its own log")
            .why("each invocation writes to that log, so it would be invoked again without end")
            .help("name the log group of another function")
            .page("https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html")
            .warning();
    Some(diagnostic)
}
