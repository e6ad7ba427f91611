//! How queues and streams are read: what Lambda refuses and no shape can say.
//!
//! <https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html>

use ecow::eco_format;

use super::{Event, Facts};
use crate::diagnostic::{Diagnostic, Place};
use crate::rules;
use crate::value::Value;

/// Finds settings that Lambda refuses.
pub fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    for event in facts.events() {
        match event.kind {
            "sqs" => queue(&event, facts, found),
            "stream" => stream(&event, found),
            _ => {}
        }
    }
}

fn number(event: &Event<'_>, key: &str) -> Option<f64> {
    event.value.get(key).and_then(Value::as_number)
}

fn queue(event: &Event<'_>, facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    let large = number(event, "batchSize").filter(|it| *it > 10.0 && *it <= 10_000.0);
    let window = event.value.get("maximumBatchingWindow");
    let at = |key: &str| Place::value(event.path.join(key));
    if is_fifo(event, facts) {
        if let Some(size) = large {
            found.push(
                Diagnostic::new(
                    &rules::OUT_OF_RANGE,
                    at("batchSize"),
                    eco_format!("a FIFO queue gives no {size} messages at once"),
                )
                .why("Lambda takes 10 at most from a FIFO queue")
                .help("write 10 or less"),
            );
        }
        if number(event, "maximumBatchingWindow").is_some_and(|it| it > 0.0) {
            found.push(
                Diagnostic::new(
                    &rules::CONFLICTING_OPTIONS,
                    Place::key(event.path.join("maximumBatchingWindow")),
                    "a FIFO queue has no batching window",
                )
                .why("Lambda gathers messages of standard queues only")
                .help("remove `maximumBatchingWindow`"),
            );
        }
        return;
    }
    // A key that is misspelt is told by the shape.
    let misspelt = event.value.as_object().is_some_and(|it| {
        it.keys().any(|it| it != "maximumBatchingWindow" && it.to_lowercase().contains("window"))
    });
    let none = window.is_none_or(|it| it.as_number() == Some(0.0)) && !misspelt;
    if let Some(size) = large.filter(|_| none) {
        found.push(
            Diagnostic::new(
                &rules::MISSING_KEY,
                at("batchSize"),
                eco_format!("a batch of {size} messages needs `maximumBatchingWindow`"),
            )
            .why("Lambda takes more than 10 messages only where it may gather them for a second or more")
            .help("add `maximumBatchingWindow: 1`, or write 10 or less")
            .page("https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html"),
        );
    }
}

/// Whether the queue is known to be FIFO: by its name, or by the resource that it is.
fn is_fifo(event: &Event<'_>, facts: &Facts<'_>) -> bool {
    let arn = event.value.as_object().and_then(|it| it.get("arn")).unwrap_or(event.value);
    if let Some(arn) = arn.as_str() {
        return arn.ends_with(".fifo");
    }
    let id = arn.get("Fn::GetAtt").and_then(|it| match it {
        Value::Array(parts) => parts.first().and_then(Value::as_str),
        other => other.as_str().and_then(|it| it.split('.').next()),
    });
    let queue = id.and_then(|it| facts.around.context.user_resources.get(it));
    let fifo = queue.and_then(|it| it.get("Properties")).and_then(|it| it.get("FifoQueue"));
    fifo.is_some_and(|it| it.to_js_string() == "true")
}

fn stream(event: &Event<'_>, found: &mut Vec<Diagnostic>) {
    let arn = event.value.as_object().and_then(|it| it.get("arn")).unwrap_or(event.value);
    let by_arn = arn.as_str().and_then(|it| it.split(':').nth(2));
    let kind = event.value.get("type").and_then(Value::as_str).or(by_arn);
    let is_dynamodb = kind == Some("dynamodb");
    let starts_at_time = event.value.get("startingPosition").and_then(Value::as_str) == Some("AT_TIMESTAMP");
    if is_dynamodb && starts_at_time {
        found.push(
            Diagnostic::new(
                &rules::UNKNOWN_VALUE,
                Place::value(event.path.join("startingPosition")),
                "the stream of a table is not read from a time on",
            )
            .why("Lambda takes `AT_TIMESTAMP` for Kinesis only")
            .help("write `TRIM_HORIZON` or `LATEST`"),
        );
    } else if starts_at_time && event.value.get("startingPositionTimestamp").is_none() {
        // With a consumer the lowering tells it.
        if event.value.get("consumer").is_none() {
            found.push(
                Diagnostic::new(
                    &rules::MISSING_KEY,
                    Place::value(event.path.join("startingPosition")),
                    "missing key `startingPositionTimestamp`",
                )
                .why("`AT_TIMESTAMP` needs to know the time")
                .help("add `startingPositionTimestamp` in seconds since 1970"),
            );
        }
    }
    let position = event.value.get("startingPosition");
    let elsewhere = position.is_none_or(|it| matches!(it.as_str(), Some("LATEST" | "TRIM_HORIZON")));
    if elsewhere && event.value.get("startingPositionTimestamp").is_some() {
        let diagnostic = Diagnostic::new(
            &rules::CONFLICTING_OPTIONS,
            Place::key(event.path.join("startingPositionTimestamp")),
            "the time is for `AT_TIMESTAMP` only",
        )
        .why("Lambda starts at an end of the stream as it is written")
        .help("remove it, or write `startingPosition: AT_TIMESTAMP`")
        .warning();
        found.push(diagnostic);
    }
    if is_dynamodb && event.value.get("consumer").is_some_and(Value::is_truthy) {
        found.push(
            Diagnostic::new(
                &rules::CONFLICTING_OPTIONS,
                Place::key(event.path.join("consumer")),
                "the stream of a table has no consumers",
            )
            .why("consumers with a throughput of their own are of Kinesis, so the key has no effect")
            .help("remove `consumer`")
            .warning(),
        );
    }
    if let Some(age) = number(event, "maximumRecordAgeInSeconds").filter(|it| *it != -1.0 && *it < 60.0) {
        found.push(
            Diagnostic::new(
                &rules::OUT_OF_RANGE,
                Place::value(event.path.join("maximumRecordAgeInSeconds")),
                eco_format!("{age} is not between 60 and 604800, nor -1"),
            )
            .why("Lambda keeps a record for a minute at least")
            .help("write a number from 60 to 604800, or -1 for ever"),
        );
    }
}
