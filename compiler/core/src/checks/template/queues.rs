//! Queues and streams that functions read, and queues behind queues.

use ecow::{EcoString, eco_format};
use rustc_hash::FxHashMap;

use super::Facts;
use super::index::{self, Kind, Owner};
use crate::diagnostic::{Diagnostic, Place};
use crate::language::placement::misspelt;
use crate::path::Segment;
use crate::rules;
use crate::value::{Object, Value};

/// What a message is hidden for, in seconds, where a queue does not say.
const VISIBILITY: f64 = 30.0;

const MAPPING: &str = "AWS::Lambda::EventSourceMapping";

/// Finds queues that Lambda or SQS refuses.
pub fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    if facts.index.has_macros {
        return;
    }
    visibility(facts, found);
    for (id, body) in facts.resources().iter() {
        match body.get("Type").and_then(Value::as_str) {
            Some("AWS::SQS::Queue") => found.extend(dead_letters(facts, id, body)),
            Some(MAPPING) => {
                found.extend(starting_position(facts, id, body));
                found.extend(of_queues(facts, id, body));
            }
            _ => {}
        }
    }
}

fn kind<'a>(facts: &Facts<'a>, id: &str) -> Option<&'a str> {
    facts.resource(id)?.get("Type")?.as_str()
}

fn properties<'a>(facts: &Facts<'a>, id: &str) -> Option<&'a Value> {
    facts.resource(id)?.get("Properties")
}

/// A message must stay hidden until the function that reads it is done: Lambda refuses the mapping otherwise.
fn visibility(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    // The queue and the function of each mapping.
    let mut queues: FxHashMap<&str, &str> = FxHashMap::default();
    let mut functions: FxHashMap<&str, &str> = FxHashMap::default();
    for it in facts.index.references.iter().filter(|it| it.owner.section == "Resources" && !it.guarded) {
        if kind(facts, it.owner.id) != Some(MAPPING) {
            continue;
        }
        match kind(facts, it.target) {
            Some("AWS::SQS::Queue") if it.key == "EventSourceArn" => {
                queues.insert(it.owner.id, it.target);
            }
            Some("AWS::Lambda::Function") if it.kind != Kind::DependsOn => {
                functions.insert(it.owner.id, it.target);
            }
            _ => {}
        }
    }
    // Of several functions the slowest counts.
    let mut slowest: FxHashMap<&str, (f64, &str)> = FxHashMap::default();
    for (mapping, queue) in &queues {
        let Some(function) = functions.get(mapping) else { continue };
        let timeout =
            properties(facts, function).map_or(Some(3.0), |it| it.get("Timeout").map_or(Some(3.0), number));
        let Some(timeout) = timeout else { continue };
        let slot = slowest.entry(queue).or_insert((timeout, function));
        if timeout > slot.0 || (timeout == slot.0 && *function < slot.1) {
            *slot = (timeout, function);
        }
    }
    for (id, (timeout, function)) in
        facts.resources().keys().filter_map(|id| Some((id, slowest.get(id.as_str())?)))
    {
        let written =
            properties(facts, id).and_then(|it| it.get("VisibilityTimeout")).filter(|it| !it.is_null());
        let Some(hidden) = written.map_or(Some(VISIBILITY), number) else { continue };
        let mut keys = properties(facts, id).and_then(Value::as_object).into_iter().flat_map(Object::keys);
        if written.is_none() && keys.any(|it| misspelt(it, ["VisibilityTimeout"]).is_some()) {
            continue;
        }
        if hidden >= *timeout {
            continue;
        }
        let steps = [Segment::from(id), "Properties".into(), "VisibilityTimeout".into()];
        let own = facts.written("Resources", &steps).map(Place::value);
        let Some(at) = own.or_else(|| facts.entry_place(Owner { section: "Resources", id })) else {
            continue;
        };
        let message = eco_format!(
            "a message of `{id}` is hidden for {hidden} seconds, and its function runs for {timeout}"
        );
        let diagnostic = Diagnostic::new(&rules::QUEUE_TIMEOUT, at, message)
            .why("Lambda refuses a queue whose messages are seen again while the function works on them")
            .help(eco_format!(
                "set `VisibilityTimeout` to {} or more: AWS recommends six times the timeout",
                timeout * 6.0
            ));
        found.push(match facts.entry_place(Owner { section: "Resources", id: function }) {
            Some(place) => diagnostic.related(place, eco_format!("`{function}` reads the queue")),
            None => diagnostic,
        });
    }
}

fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Number(it) => Some(*it),
        Value::String(it) => it.parse().ok(),
        _ => None,
    }
}

/// A queue and the one behind it are both FIFO, or neither is.
fn dead_letters(facts: &Facts<'_>, id: &EcoString, body: &Value) -> Option<Diagnostic> {
    let policy = body.get("Properties")?.get("RedrivePolicy")?;
    let target = policy.get("deadLetterTargetArn")?.get("Fn::GetAtt").and_then(index::get_att)?.0;
    if kind(facts, target) != Some("AWS::SQS::Queue") {
        return None;
    }
    let is_fifo = |id: &str| match properties(facts, id).and_then(|it| it.get("FifoQueue")) {
        None | Some(Value::Null) => Some(false),
        Some(Value::Bool(it)) => Some(*it),
        Some(Value::String(it)) => it.parse().ok(),
        Some(_) => None,
    };
    let (own, other) = (is_fifo(id)?, is_fifo(target)?);
    if own == other {
        return None;
    }
    let noun = |is_fifo| if is_fifo { "a FIFO queue" } else { "a standard queue" };
    let steps =
        [Segment::from(id), "Properties".into(), "RedrivePolicy".into(), "deadLetterTargetArn".into()];
    let at = Place::value(facts.written("Resources", &steps)?);
    let message = eco_format!("`{id}` is {}, and `{target}` behind it is {}", noun(own), noun(other));
    let diagnostic = Diagnostic::new(&rules::QUEUE_TYPE, at, message)
        .why("SQS takes dead letters only in a queue of the same kind")
        .help(eco_format!("make `{target}` {}, too", noun(own)));
    Some(match facts.entry_place(Owner { section: "Resources", id: target }) {
        Some(place) => diagnostic.related(place, "the queue behind it"),
        None => diagnostic,
    })
}

/// Whether a mapping reads a stream.
fn is_stream(facts: &Facts<'_>, source: &Value) -> bool {
    match source {
        Value::String(arn) => {
            arn.starts_with("arn:aws:kinesis:")
                || (arn.starts_with("arn:aws:dynamodb:") && arn.contains("/stream/"))
        }
        other => {
            let target = match other.get("Ref").and_then(Value::as_str) {
                Some(id) => Some((id, None)),
                None => other.get("Fn::GetAtt").and_then(index::get_att),
            };
            target.is_some_and(|(id, attribute)| {
                matches!(
                    (kind(facts, id), attribute),
                    (Some("AWS::Kinesis::Stream"), Some(_))
                        | (Some("AWS::Kinesis::StreamConsumer"), _)
                        | (Some("AWS::DynamoDB::Table"), Some("StreamArn"))
                )
            })
        }
    }
}

/// What only queues have.
fn of_queues(facts: &Facts<'_>, id: &EcoString, body: &Value) -> Option<Diagnostic> {
    let properties = body.get("Properties")?.as_object()?;
    properties.get("ScalingConfig")?;
    let path = facts.written("Resources", &[id.into(), "Properties".into(), "ScalingConfig".into()])?;
    if !is_stream(facts, properties.get("EventSourceArn")?) {
        return None;
    }
    Some(
        Diagnostic::new(
            &rules::CFN_CONFLICTING_PROPERTIES,
            Place::key(path),
            "a stream has no `ScalingConfig`",
        )
        .why("Lambda takes it for queues of SQS alone")
        .help("write `ParallelizationFactor`, or remove it"),
    )
}

/// A stream is read from a position that must be said.
fn starting_position(facts: &Facts<'_>, id: &EcoString, body: &Value) -> Option<Diagnostic> {
    let properties = body.get("Properties")?.as_object()?;
    if properties.contains_key("StartingPosition") || properties.keys().any(|it| it.starts_with("Fn::")) {
        return None;
    }
    let is_stream = is_stream(facts, properties.get("EventSourceArn")?);
    let at = facts.written("Resources", &[Segment::from(id)]).filter(|_| is_stream)?;
    let message = eco_format!("the mapping `{id}` has no `StartingPosition`");
    Some(
        Diagnostic::new(&rules::MISSING_KEY, Place::key(at), message)
            .why("Lambda must know where in the stream to begin, and refuses the mapping")
            .help("write `StartingPosition: LATEST`, or `TRIM_HORIZON` for all that is there"),
    )
}
