//! Patterns of events: at the end of each path in them stands a list of what matches.
//!
//! <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html>,
//! <https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html> and
//! <https://docs.aws.amazon.com/sns/latest/dg/sns-subscription-filter-policies.html>

use ecow::eco_format;

use super::Facts;
use crate::checks::matchers;
use crate::diagnostic::{Diagnostic, Place, Severity};
use crate::language::placement;
use crate::path::{Path, Segment};
use crate::rules;
use crate::shape::check::shorten;
use crate::value::Value;

/// Finds patterns that AWS refuses.
pub fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    for event in facts.events() {
        let key = match event.kind {
            "eventBridge" => "pattern",
            "cloudwatchEvent" => "event",
            "sns" => "filterPolicy",
            "sqs" | "stream" | "msk" | "kafka" | "activemq" | "rabbitmq" => "filterPatterns",
            _ => continue,
        };
        let Some(pattern) = event.value.as_object().and_then(|it| it.get(key)) else { continue };
        let path = event.path.join(key);
        let before = found.len();
        match pattern {
            Value::Array(patterns) if key == "filterPatterns" => {
                for (index, pattern) in patterns.iter().enumerate() {
                    whole(pattern, path.join(index), found);
                }
            }
            Value::Object(_) => {
                if event.kind == "cloudwatchEvent" {
                    fields(pattern, &path, found);
                }
                whole(pattern, path.clone(), found);
            }
            _ => {}
        }
        // The framework's own documentation has such filters.
        if key == "filterPatterns" {
            payload(&event, pattern, &path, found);
            found.iter_mut().skip(before).for_each(|it| it.severity = Severity::Warning);
        }
    }
}

/// What a record carries, by what it comes from. Of brokers of Amazon MQ the framework's documentation says another
/// thing than AWS, so nothing is said.
/// <https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html>
const PAYLOADS: [(&str, &[&str]); 5] = [
    ("sqs", &["body"]),
    ("kinesis", &["data"]),
    ("dynamodb", &["dynamodb"]),
    ("kafka", &["key", "value"]),
    ("msk", &["key", "value"]),
];

/// Finds filters of what records of another kind carry.
fn payload(event: &super::Event<'_>, patterns: &Value, path: &Path, found: &mut Vec<Diagnostic>) {
    let arn = event.value.get("arn").and_then(Value::as_str).and_then(|it| it.split(':').nth(2));
    let kind = match event.kind {
        "stream" => event.value.get("type").and_then(Value::as_str).or(arn).unwrap_or_default(),
        kind => kind,
    };
    let Some((_, own)) = PAYLOADS.iter().find(|it| it.0 == kind) else { return };
    for (index, pattern) in patterns.as_array().into_iter().flatten().enumerate() {
        for key in pattern.as_object().into_iter().flat_map(|it| it.keys()) {
            let foreign = PAYLOADS.iter().any(|it| it.1.contains(&key.as_str()));
            if !foreign || own.contains(&key.as_str()) {
                continue;
            }
            let at = Place::key(path.join(index).join(key));
            let near = own.last().copied().unwrap_or_default();
            found.push(
                Diagnostic::new(
                    &rules::INVALID_PATTERN,
                    at,
                    eco_format!("a record of `{kind}` has no `{key}`"),
                )
                .why("the filter would match nothing")
                .help(eco_format!("what the record carries is called `{near}`")),
            );
        }
    }
}

/// The fields that every event of EventBridge has.
const FIELDS: [&str; 10] =
    ["version", "id", "detail-type", "source", "account", "time", "region", "resources", "detail", "$or"];

/// Fields by another name: a pattern with such a one matches no event.
fn fields(pattern: &Value, path: &Path, found: &mut Vec<Diagnostic>) {
    for key in pattern.as_object().into_iter().flat_map(|it| it.keys()) {
        let near = placement::misspelt(key, FIELDS).filter(|_| !FIELDS.contains(&key.as_str()));
        if let Some(near) = near {
            let at = Place::key(path.join(key));
            found.push(
                Diagnostic::new(&rules::UNKNOWN_KEY, at.clone(), eco_format!("no event has a field `{key}`"))
                    .why("a pattern matches only events that have all its fields")
                    .help(eco_format!("did you mean `{near}`?"))
                    .replace(eco_format!("rename to `{near}`"), false, at, near)
                    .warning(),
            );
        }
    }
}

/// Finds what is wrong with one pattern.
pub fn whole(pattern: &Value, path: Path, found: &mut Vec<Diagnostic>) {
    match pattern {
        Value::Object(_) => {
            below(pattern, &path, found);
            matchers::check(pattern, &path, found);
        }
        Value::String(_) => found.push(
            Diagnostic::new(&rules::INVALID_PATTERN, Place::value(path), "a pattern is no text")
                .why("it would be put into quotes once more, and match nothing")
                .help("write it as a mapping"),
        ),
        _ => {}
    }
}

fn below(value: &Value, path: &Path, found: &mut Vec<Diagnostic>) {
    match value {
        Value::Object(object) if crate::shape::cfn::is_intrinsic(object) => {}
        Value::Object(object) => {
            for (key, value) in object.iter() {
                below(value, &path.join(key), found);
            }
        }
        Value::Array(items) if items.is_empty() => found.push(
            Diagnostic::new(
                &rules::INVALID_PATTERN,
                Place::value(path.clone()),
                "an empty list matches nothing",
            )
            .why("AWS refuses it")
            .help("list what matches, or remove the key"),
        ),
        Value::String(_) | Value::Number(_) | Value::Bool(_) => {
            let shown = shorten(&value.to_js_string());
            let name = match path.last() {
                Some(Segment::Key(key)) => key.clone(),
                _ => "it".into(),
            };
            found.push(
                Diagnostic::new(
                    &rules::INVALID_PATTERN,
                    Place::value(path.clone()),
                    eco_format!("`{name}` is no list of what matches"),
                )
                .why("AWS refuses a pattern with a bare value")
                .help(eco_format!("write `[{shown}]`")),
            );
        }
        Value::Array(_) | Value::Null | Value::Unknown(_) => {}
    }
}
