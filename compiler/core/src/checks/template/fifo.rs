//! FIFO queues and topics where AWS takes standard ones only.
//!
//! <https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html>,
//! <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html>,
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/EventNotifications.html>,
//! <https://docs.aws.amazon.com/sns/latest/dg/fifo-message-delivery.html>

use ecow::{EcoString, eco_format};

use super::Facts;
use super::index::{self, Kind, Owner, Reference};
use super::kinds::is_at;
use crate::diagnostic::{Diagnostic, Severity};
use crate::path::Segment;
use crate::rules;
use crate::value::{Object, Value};

/// Places that take standard queues and topics only: the type, the property, whether AWS refuses the others for sure,
/// why, and the page that says so.
const STANDARD: &[(&str, &str, bool, &str, &str)] = &[
    (
        "AWS::CloudWatch::Alarm",
        "AlarmActions",
        false,
        "alarms notify standard topics",
        "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html",
    ),
    ("AWS::CloudWatch::Alarm", "OKActions", false, "alarms notify standard topics", ""),
    (
        "AWS::Events::Rule",
        "DeadLetterConfig.Arn",
        false,
        "a rule sends what failed to standard queues",
        EVENTS,
    ),
    ("AWS::Lambda::EventInvokeConfig", "Destination", false, ASYNCHRONOUS, LAMBDA),
    (
        "AWS::Lambda::EventSourceMapping",
        "Destination",
        false,
        "Lambda sends what failed to standard queues and topics",
        LAMBDA,
    ),
    ("AWS::Lambda::Function", "TargetArn", false, ASYNCHRONOUS, LAMBDA),
    ("AWS::S3::Bucket", "Queue", true, "S3 notifies standard queues and topics", S3),
    ("AWS::S3::Bucket", "Topic", true, "S3 notifies standard queues and topics", S3),
    (
        "AWS::Scheduler::Schedule",
        "DeadLetterConfig.Arn",
        false,
        "a schedule sends what failed to standard queues",
        EVENTS,
    ),
];

const ASYNCHRONOUS: &str = "Lambda sends results of asynchronous invocations to standard queues and topics";
const EVENTS: &str = "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html";
const LAMBDA: &str = "https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html";
const S3: &str = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/EventNotifications.html";
const SNS: &str = "https://docs.aws.amazon.com/sns/latest/dg/fifo-message-delivery.html";

/// Finds FIFO queues and topics that get nothing.
pub fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    if facts.index.has_macros {
        return;
    }
    for reference in facts.index.references.iter().filter(|it| it.owner.section == "Resources") {
        if !matches!(reference.kind, Kind::Ref | Kind::GetAtt)
            || is_fifo(facts, reference.target) != Some(true)
        {
            continue;
        }
        found.extend(standard(facts, reference));
    }
    for (id, body) in facts.resources().iter() {
        if body.get("Type").and_then(Value::as_str) == Some("AWS::SNS::Subscription") {
            found.extend(subscription(facts, id, body));
        }
    }
}

/// Whether a queue or a topic of the template is FIFO; `None` for what is neither, or not known.
fn is_fifo(facts: &Facts<'_>, id: &str) -> Option<bool> {
    let body = facts.resource(id)?;
    let key = match body.get("Type")?.as_str()? {
        "AWS::SQS::Queue" => "FifoQueue",
        "AWS::SNS::Topic" => "FifoTopic",
        _ => return None,
    };
    let nothing = Object::new();
    let properties = match body.get("Properties") {
        Some(Value::Object(it)) => it,
        None => &nothing,
        Some(_) => return None,
    };
    if properties.keys().any(|it| it.starts_with("Fn::")) {
        return None;
    }
    match properties.get(key) {
        None | Some(Value::Null) => Some(false),
        Some(Value::Bool(it)) => Some(*it),
        Some(Value::String(it)) => it.parse().ok(),
        Some(_) => None,
    }
}

fn standard(facts: &Facts<'_>, reference: &Reference<'_>) -> Option<Diagnostic> {
    let body = facts.resource(reference.owner.id)?;
    let of = body.get("Type")?.as_str()?;
    let mut path: Vec<Segment> = index::steps(body.get("Properties")?, reference.holder)?;
    path.reverse();
    let is_here = |it: &&(&str, &str, bool, &str, &str)| it.0 == of && is_at(it.1, reference.key, &path);
    let (.., is_refused, why, page) = STANDARD.iter().find(is_here)?;
    let message = eco_format!("`{}` is FIFO, and a standard one is taken here", reference.target);
    let mut diagnostic = Diagnostic::new(&rules::QUEUE_TYPE, facts.place_under_key(reference)?, message)
        .why(eco_format!("{why} only"))
        .help("name one without FIFO");
    if !is_refused {
        diagnostic.severity = Severity::Warning;
    }
    if !page.is_empty() {
        diagnostic = diagnostic.page(*page);
    }
    Some(with_owner(facts, diagnostic, reference.target))
}

fn with_owner(facts: &Facts<'_>, diagnostic: Diagnostic, id: &str) -> Diagnostic {
    match facts.entry_place(Owner { section: "Resources", id }) {
        Some(place) => diagnostic.related(place, "it is made here"),
        None => diagnostic,
    }
}

/// A standard topic has standard queues; a FIFO topic has queues alone.
fn subscription(facts: &Facts<'_>, id: &EcoString, body: &Value) -> Option<Diagnostic> {
    // The user's own are held against the facts of their type.
    if facts.written("Resources", &[Segment::from(id)]).is_some() {
        return None;
    }
    let properties = body.get("Properties")?;
    let protocol = properties.get("Protocol")?.as_str()?;
    let reference = |key: &str| {
        let mut all = facts.index.references.iter().filter(|it| it.owner.section == "Resources");
        all.find(|it| it.owner.id == id && it.key == key && !it.guarded)
    };
    let topic = reference("TopicArn")?;
    let is_fifo_topic = is_fifo(facts, topic.target)?;
    if is_fifo_topic && matches!(protocol, "lambda" | "email" | "email-json" | "http" | "https" | "sms") {
        let message =
            eco_format!("`{}` is a FIFO topic, which has no subscription of `{protocol}`", topic.target);
        let at = facts.place_under_key(topic)?;
        let diagnostic = Diagnostic::new(&rules::QUEUE_TYPE, at, message)
            .why("the messages of a FIFO topic go to queues only")
            .help("subscribe a queue, and let the function read it")
            .page(SNS);
        return Some(with_owner(facts, diagnostic, topic.target));
    }
    let endpoint = reference("Endpoint").filter(|_| protocol == "sqs" && !is_fifo_topic)?;
    if is_fifo(facts, endpoint.target) != Some(true) {
        return None;
    }
    let at = facts.place_under_key(endpoint)?;
    let message =
        eco_format!("`{}` is a FIFO queue, and `{}` a standard topic", endpoint.target, topic.target);
    let diagnostic = Diagnostic::new(&rules::QUEUE_TYPE, at, message)
        .why("SNS refuses to subscribe a FIFO queue to a standard topic")
        .help("make both FIFO, or neither")
        .page(SNS);
    Some(with_owner(facts, diagnostic, topic.target))
}
