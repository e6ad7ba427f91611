//! A DynamoDB or Kinesis stream to Lambda: `functions.*.events[].stream`.
//!
//! Lowers to an `AWS::Lambda::EventSourceMapping`, an `AWS::Kinesis::StreamConsumer` where one is asked for, and
//! statements for each kind of stream that the function reads.

use ecow::{EcoString, eco_format};

use super::{EventSource, FunctionEvents, event_source_mapping, filter_criteria};
use crate::aws::context::{FunctionContext, ServiceContext};
use crate::aws::naming;
use crate::cfn::{Fragment, Resource, reference};
use crate::diagnostic::{Diagnostic, Place};
use crate::json;
use crate::path::Path;
use crate::rules;
use crate::shape::{Arn, AsWritten, Cfn, Int, Number, Shape, Typed};
use crate::value::{Object, Value};

/// Reads a stream and invokes the function with batches of records.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub struct Stream {
    /// ARN of the stream.
    #[shorthand]
    pub arn: Cfn<Arn>,
    /// What stream it is. Needed where a function of CloudFormation gives the ARN.
    #[key("type")]
    pub kind: Option<StreamKind>,
    /// Most records in one invocation. 10 by default.
    #[range(1, 10_000)]
    pub batch_size: Option<Int>,
    /// Batches of one shard at the same time.
    #[range(1, 10)]
    pub parallelization_factor: Option<Int>,
    /// Where reading starts. `TRIM_HORIZON` by default.
    pub starting_position: Option<AsWritten<StartingPosition>>,
    /// The time at which reading starts, in seconds since 1970. For `AT_TIMESTAMP`.
    pub starting_position_timestamp: Option<Number>,
    /// Whether the stream is read. `true` by default.
    pub enabled: Option<bool>,
    /// A consumer with a throughput of its own: `true` to make one, or its ARN.
    pub consumer: Option<Consumer>,
    /// Seconds to gather records for a batch.
    #[range(0, 300)]
    pub batch_window: Option<Int>,
    /// How often a batch that failed is tried again; -1 for ever.
    #[range(-1, 10_000)]
    pub maximum_retry_attempts: Option<Int>,
    /// Whether a batch that failed is split in two.
    pub bisect_batch_on_function_error: Option<bool>,
    /// Seconds after which records are dropped; -1 for never.
    #[range(-1, 604_800)]
    pub maximum_record_age_in_seconds: Option<Int>,
    /// What the function's response reports.
    pub function_response_type: Option<super::sqs::ResponseType>,
    /// Where records go that were given up.
    pub destinations: Option<StreamDestinations>,
    /// Seconds of a window over which the function keeps state.
    #[range(0, 900)]
    pub tumbling_window_in_seconds: Option<Int>,
    /// Patterns of records that invoke the function.
    #[items(1, 10)]
    pub filter_patterns: Option<Vec<Value>>,
}

/// What stream it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Typed)]
pub enum StreamKind {
    /// The changes of a DynamoDB table.
    #[key("dynamodb")]
    Dynamodb,
    /// A Kinesis data stream.
    #[key("kinesis")]
    Kinesis,
}

/// Where reading starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Typed)]
pub enum StartingPosition {
    /// With new records.
    #[key("LATEST")]
    Latest,
    /// With the oldest record that is kept.
    #[key("TRIM_HORIZON")]
    TrimHorizon,
    /// With the records of a time.
    #[key("AT_TIMESTAMP")]
    AtTimestamp,
}

/// A consumer with a throughput of its own.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub enum Consumer {
    /// `true` to make one.
    Make(True),
    /// The ARN of one that exists.
    Existing(Cfn<Arn>),
}

/// `true` where nothing else switches something on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct True;

impl Typed for True {
    const SHAPE: &'static Shape = &Shape::Choice(&crate::shape::ChoiceShape {
        words: &[crate::shape::Word { text: "true", docs: "Switched on.", ended: false }],
        ignore_case: false,
    });

    fn decode(value: &Value) -> Option<True> {
        matches!(value, Value::Bool(true)).then_some(True)
    }
}

/// Where records go that were given up.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub struct StreamDestinations {
    /// The ARN of a topic or a queue.
    pub on_failure: OnFailure,
}

/// A topic or a queue.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub struct OnFailure {
    /// Its ARN.
    #[shorthand]
    pub arn: Cfn<Arn>,
    /// What it is. Needed where a function of CloudFormation gives the ARN.
    #[key("type")]
    pub kind: Option<FailureKind>,
}

/// A topic or a queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Typed)]
pub enum FailureKind {
    /// A topic.
    #[key("sns")]
    Sns,
    /// A queue.
    #[key("sqs")]
    Sqs,
}

#[derive(Default)]
struct Statements {
    dynamodb: Vec<Value>,
    kinesis: Vec<Value>,
    with_consumer: Vec<Value>,
    consumers: Vec<Value>,
    topics: Vec<Value>,
    queues: Vec<Value>,
}

impl EventSource for Stream {
    const KEY: &'static str = "stream";
    const PAGE: &'static str = include_str!("stream.md");

    fn lower(events: &FunctionEvents<'_, Self>, service: &ServiceContext, out: &mut Fragment) {
        let mut statements = Statements::default();
        for placed in &events.events {
            let from = events.function.event_path(placed.index, Self::KEY);
            one(&placed.event, events.function, service, &from, &mut statements, out);
        }
        let Statements { dynamodb, kinesis, with_consumer, consumers, topics, queues } = statements;
        let lists: [(&[&str], Vec<Value>); 6] = [
            (&["dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:DescribeStream", "dynamodb:ListStreams"], dynamodb),
            (&["kinesis:GetRecords", "kinesis:GetShardIterator", "kinesis:DescribeStream", "kinesis:ListStreams"], kinesis),
            (&["kinesis:GetRecords", "kinesis:GetShardIterator", "kinesis:DescribeStreamSummary", "kinesis:ListShards"], with_consumer),
            (&["kinesis:SubscribeToShard"], consumers),
            (&["sns:Publish"], topics),
            (&["sqs:ListQueues", "sqs:SendMessage"], queues),
        ];
        for (actions, resources) in lists {
            if !resources.is_empty() {
                out.allow(actions, resources);
            }
        }
    }
}

/// The service that an ARN written out belongs to.
fn arn_service(arn: &Cfn<Arn>) -> Option<&str> {
    arn.value().and_then(|it| it.split(':').nth(2))
}

fn stream_name(arn: &Cfn<Arn>) -> EcoString {
    match arn {
        Cfn::Value(arn) => arn.split('/').nth(1).unwrap_or_default().into(),
        Cfn::Intrinsic(it) | Cfn::Unknown(it) => {
            let name = crate::aws::types::arn_resource_name(it);
            if it.get("Fn::Join").is_some() { name.rsplit('/').next().unwrap_or_default().into() } else { name }
        }
    }
}

fn one(
    stream: &Stream,
    function: &FunctionContext,
    service: &ServiceContext,
    from: &Path,
    statements: &mut Statements,
    out: &mut Fragment,
) {
    let kind = stream.kind.map(StreamKind::word).or_else(|| arn_service(&stream.arn));
    let Some(kind) = kind.map(EcoString::from) else {
        if stream.arn.intrinsic().is_some() {
            out.report(
                Diagnostic::new(&rules::MISSING_KEY, Place::key(from.clone()), "missing key `type`")
                    .why("what stream it is cannot be read off a function of CloudFormation")
                    .help("add `type: dynamodb` or `type: kinesis`")
                    .about("type"),
            );
        }
        return;
    };
    let name = stream_name(&stream.arn);
    let id = eco_format!("{}EventSourceMapping{}{}", function.id(), naming::upper_first(&kind), naming::alphanumeric(&name));
    let mut properties = properties(stream, function);
    let mut waits = None;
    let arn = stream.arn.to_value();
    match (kind.as_str(), &stream.consumer) {
        ("dynamodb", _) => statements.dynamodb.push(arn),
        (_, Some(_)) => statements.with_consumer.push(arn),
        (_, None) => statements.kinesis.push(arn),
    }
    if let (Some(consumer), "kinesis") = (&stream.consumer, kind.as_str()) {
        let consumer = match consumer {
            Consumer::Existing(arn) => arn.to_value(),
            Consumer::Make(True) => {
                let resource = consumer_resource(stream, &name, function, service, from);
                let id = resource.id.clone();
                waits = Some(id.clone());
                out.push(resource);
                reference(id)
            }
        };
        properties.insert("EventSourceArn", &consumer);
        statements.consumers.push(consumer);
        report_missing_time(stream.starting_position.as_ref(), stream.starting_position_timestamp, from, out);
        properties.insert_some("StartingPositionTimestamp", stream.starting_position_timestamp);
    }
    if let Some(StreamDestinations { on_failure }) = &stream.destinations {
        let OnFailure { arn, kind } = on_failure;
        if kind.is_none() && matches!(arn, Cfn::Intrinsic(_)) {
            let at = Place::key(from.join("destinations").join("onFailure"));
            out.report(
                Diagnostic::new(&rules::MISSING_KEY, at, "missing key `type`")
                    .why("what it is cannot be read off a function of CloudFormation")
                    .help("add `type: sns` or `type: sqs`")
                    .about("type"),
            );
        }
        let topic = kind.map(FailureKind::word).or_else(|| arn_service(arn)) == Some("sns");
        let list = if topic { &mut statements.topics } else { &mut statements.queues };
        list.push(arn.to_value());
        properties.insert("DestinationConfig", json!({ "OnFailure": { "Destination": (arn.to_value()) } }));
    }
    let mut mapping = event_source_mapping(id, properties, function, from);
    if let Some(consumer) = waits {
        let mut all = mapping.body.get("DependsOn").and_then(Value::as_array).unwrap_or_default().to_vec();
        all.push(consumer.into());
        mapping.body.insert("DependsOn", all);
    }
    out.push(mapping);
}

/// Reports that reading starts at a time which is not said. `from` is the event.
pub fn report_missing_time(
    position: Option<&AsWritten<StartingPosition>>,
    time: Option<Number>,
    from: &Path,
    out: &mut Fragment,
) {
    let starts_at_time = position.and_then(|it| it.fitting) == Some(StartingPosition::AtTimestamp);
    if starts_at_time && time.is_none() {
        out.report(
            Diagnostic::new(&rules::MISSING_KEY, Place::key(from.join("startingPosition")), "missing key `startingPositionTimestamp`")
                .why("`AT_TIMESTAMP` needs to know the time")
                .help("add `startingPositionTimestamp` in seconds since 1970"),
        );
    }
}

fn properties(stream: &Stream, function: &FunctionContext) -> Object {
    let Stream {
        arn,
        kind: _,
        batch_size,
        parallelization_factor,
        starting_position,
        starting_position_timestamp: _,
        enabled,
        consumer: _,
        batch_window,
        maximum_retry_attempts,
        bisect_batch_on_function_error,
        maximum_record_age_in_seconds,
        function_response_type,
        destinations: _,
        tumbling_window_in_seconds,
        filter_patterns,
    } = stream.clone();
    let mut properties = Object::new();
    properties.insert("BatchSize", batch_size.unwrap_or(Int(10)));
    properties.insert("Enabled", enabled.unwrap_or(true));
    properties.insert("EventSourceArn", arn.to_value());
    properties.insert("FunctionName", function.target());
    properties.insert_some("ParallelizationFactor", parallelization_factor);
    properties.insert("StartingPosition", starting_position.unwrap_or_else(|| StartingPosition::TrimHorizon.into()));
    properties.insert_some("MaximumBatchingWindowInSeconds", batch_window);
    properties.insert_some("MaximumRetryAttempts", maximum_retry_attempts);
    properties.insert_some("BisectBatchOnFunctionError", bisect_batch_on_function_error);
    properties.insert_some("FunctionResponseTypes", function_response_type.map(|it| Value::from([it.into()])));
    properties.insert_some("MaximumRecordAgeInSeconds", maximum_record_age_in_seconds);
    properties.insert_some("TumblingWindowInSeconds", tumbling_window_in_seconds);
    properties.insert_some("FilterCriteria", filter_patterns.map(filter_criteria));
    properties
}

fn consumer_resource(stream: &Stream, name: &str, function: &FunctionContext, service: &ServiceContext, from: &Path) -> Resource {
    let specific = service.provider.kinesis.as_ref().and_then(|it| it.consumer_naming_mode).is_some();
    let owner = if specific { eco_format!("{}{}", service.service, service.stage) } else { EcoString::new() };
    let name = eco_format!("{}{name}{owner}Consumer", function.key);
    let properties = json!({ "StreamARN": (stream.arn.to_value()), "ConsumerName": (name.clone()) });
    Resource::new(eco_format!("{}StreamConsumer", naming::normalized(&name)), "AWS::Kinesis::StreamConsumer", properties, from)
}
