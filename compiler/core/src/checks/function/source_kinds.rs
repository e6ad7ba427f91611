//! Sources of events in the template: what an event refers to is of the kind that the event reads.
//!
//! <https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventsourcemapping.html>

use ecow::eco_format;

use super::{Event, Facts};
use crate::diagnostic::{Diagnostic, Place, Severity};
use crate::rules;
use crate::value::Value;

/// Finds references to resources of another kind.
pub fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    for event in facts.events() {
        let arn = event.value.as_object().and_then(|it| it.get("arn"));
        let at = Place::value(if arn.is_some() { event.path.join("arn") } else { event.path.clone() });
        let arn = arn.unwrap_or(event.value);
        match event.kind {
            "sqs" => refers(arn, at, &["AWS::SQS::Queue"], "a queue", facts, found),
            "stream" => stream(&event, arn, at, facts, found),
            "sns" => found.extend(first_in_first_out(arn, at)),
            _ => {}
        }
    }
}

/// <https://docs.aws.amazon.com/sns/latest/dg/fifo-message-delivery.html>
fn first_in_first_out(arn: &Value, at: Place) -> Option<Diagnostic> {
    arn.as_str().filter(|it| it.starts_with("arn:") && it.ends_with(".fifo"))?;
    Some(
        Diagnostic::new(&rules::CONFLICTING_OPTIONS, at, "a FIFO topic does not invoke functions")
            .why("its messages go to queues only")
            .help("subscribe a queue to the topic, and read the queue with an `sqs` event")
            .page("https://docs.aws.amazon.com/sns/latest/dg/fifo-message-delivery.html"),
    )
}

/// The logical id and the attribute of a `Fn::GetAtt`.
fn get_att(value: &Value) -> Option<(&str, &str)> {
    match value.get("Fn::GetAtt")? {
        Value::Array(parts) => Some((parts.first()?.as_str()?, parts.get(1)?.as_str()?)),
        Value::String(text) => text.split_once('.'),
        _ => None,
    }
}

fn refers(
    value: &Value,
    at: Place,
    kinds: &[&str],
    noun: &str,
    facts: &Facts<'_>,
    found: &mut Vec<Diagnostic>,
) {
    let Some((id, _)) = get_att(value) else { return };
    let resource = facts.around.context.user_resources.get(id);
    let Some(kind) = resource.and_then(|it| it.get("Type")).and_then(Value::as_str) else { return };
    if kind.starts_with("AWS::") && !kind.starts_with("AWS::CloudFormation::") && !kinds.contains(&kind) {
        found.push(
            Diagnostic::new(&rules::INVALID_ARN, at, eco_format!("`{id}` is not {noun}, but `{kind}`"))
                .why("Lambda would read what cannot be read so")
                .help(eco_format!("refer to {noun}, or use the event that fits `{kind}`")),
        );
    }
}

fn stream(event: &Event<'_>, arn: &Value, at: Place, facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    let kind = event.value.get("type").and_then(Value::as_str);
    let tables = ["AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable"];
    let before = found.len();
    match kind {
        Some("dynamodb") => refers(arn, at.clone(), &tables, "a table", facts, found),
        Some("kinesis") => {
            let kinds = ["AWS::Kinesis::Stream", "AWS::Kinesis::StreamConsumer"];
            refers(arn, at.clone(), &kinds, "a Kinesis stream", facts, found);
        }
        _ => {}
    }
    let written = arn.as_str().and_then(|it| it.split(':').nth(2));
    if let (Some(kind), Some(service)) = (kind, written)
        && matches!(service, "dynamodb" | "kinesis")
        && kind != service
    {
        found.push(
            Diagnostic::new(
                &rules::CONFLICTING_OPTIONS,
                Place::value(event.path.join("type")),
                eco_format!("the ARN is not of `{kind}`, but of `{service}`"),
            )
            .help(eco_format!("write `type: {service}`"))
            .related(at, "the ARN"),
        );
        return;
    }
    let whole = arn.as_str().filter(|it| written == Some("dynamodb") && !it.contains('$'));
    if whole.is_some_and(|it| it.contains(":table/") && !it.contains("/stream/")) {
        found.push(
            Diagnostic::new(&rules::INVALID_ARN, at, "this is the ARN of a table, not of its stream")
                .why("Lambda reads the stream of a table")
                .help("add `/stream/` and the time of the stream, as the console shows it"),
        );
        return;
    }
    let table = get_att(arn).filter(|_| found.len() == before && kind == Some("dynamodb"));
    let Some((id, attribute)) = table else { return };
    let Some(resource) = facts.around.context.user_resources.get(id) else { return };
    if attribute == "Arn" {
        found.push(
            Diagnostic::new(
                &rules::INVALID_ARN,
                at.clone(),
                eco_format!("`{id}.Arn` is the table, not its stream"),
            )
            .why("Lambda reads the stream of a table")
            .help(eco_format!("write `!GetAtt {id}.StreamArn`")),
        );
    } else if attribute == "StreamArn" {
        let properties = resource.get("Properties");
        let has_stream = properties.is_none_or(|it| {
            let keys = ["StreamSpecification", "Fn::Transform"];
            it.as_object().is_none_or(|it| keys.iter().any(|key| it.contains_key(key)))
        });
        let is_table = resource.get("Type").and_then(Value::as_str) == Some("AWS::DynamoDB::Table");
        if is_table && !has_stream {
            let mut diagnostic =
                Diagnostic::new(&rules::INVALID_ARN, at, eco_format!("the table `{id}` has no stream"))
                    .why("a table has a stream only with `StreamSpecification`")
                    .help("add `StreamSpecification: { StreamViewType: NEW_AND_OLD_IMAGES }` to the table");
            diagnostic.severity = Severity::Error;
            found.push(diagnostic);
        }
    }
}
