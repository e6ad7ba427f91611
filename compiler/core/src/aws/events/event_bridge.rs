//! Events of EventBridge to Lambda: `functions.*.events[].eventBridge`.
//!
//! Each lowers to an `AWS::Events::Rule` with a permission. A bus by its name is made.

use ecow::{EcoString, eco_format};

use super::rule::{InputTransformer, report_inputs, state};
use super::{EventSource, FunctionEvents, Placed};
use crate::aws::context::{FunctionContext, ServiceContext};
use crate::aws::naming;
use crate::cfn::{Fragment, Resource, join, reference};
use crate::diagnostic::{Diagnostic, Place};
use crate::json;
use crate::path::Path;
use crate::rules;
use crate::shape::{Arn, Cfn, Int, Map, Shape, StringShape, Text, Typed};
use crate::value::{Object, Value};

/// Invokes the function for events of a bus that match a pattern, or by the clock.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
#[open]
#[requires("pattern", "schedule")]
pub struct EventBridge {
    /// The bus: a name of one that is made, an ARN, or a function of CloudFormation. The default bus by default.
    #[length(1, usize::MAX)]
    pub event_bus: Option<Cfn<Text>>,
    /// When: `rate(10 minutes)` or `cron(0 12 * * ? *)`.
    pub schedule: Option<Expression>,
    /// The name of the rule.
    #[pattern("[a-zA-Z0-9-_.]+", "the name of a rule: letters, digits and `-_.`")]
    #[length(1, 64)]
    pub name: Option<Text>,
    /// What it is for.
    #[length(0, 512)]
    pub description: Option<Text>,
    /// Whether the rule is on. `true` by default.
    pub enabled: Option<bool>,
    /// Which events invoke the function.
    pub pattern: Option<Pattern>,
    /// What the function is invoked with instead of the event.
    pub input: Option<Map<Value>>,
    /// The part of the event that the function is invoked with.
    #[length(1, 256)]
    pub input_path: Option<Text>,
    /// A template for what the function is invoked with.
    pub input_transformer: Option<InputTransformer>,
    /// How often an event is tried that the function did not take.
    pub retry_policy: Option<RetryPolicy>,
    /// The ARN of the queue for events that could not be delivered.
    pub dead_letter_queue_arn: Option<Cfn<Arn>>,
}

/// `rate(...)` or `cron(...)`.
/// <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html>
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expression(pub Text);

impl Typed for Expression {
    const SHAPE: &'static Shape = &Shape::String(StringShape {
        noun: "a rate as `rate(10 minutes)`, or a schedule as `cron(0 12 * * ? *)`",
        pattern: Some(r"^(?:cron|rate)\(.+\)$"),
        grammar: Some(&crate::schedule::BUS_GRAMMAR),
    });

    fn decode(value: &Value) -> Option<Expression> {
        Text::decode(value).map(Expression)
    }
}

/// Which events invoke the function.
/// <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html>
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern(pub Map<Value>);

impl Typed for Pattern {
    const SHAPE: &'static Shape = PatternFields::SHAPE;

    fn decode(value: &Value) -> Option<Pattern> {
        Map::decode(value).map(Pattern)
    }
}

/// The fields of an event that a pattern may name.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub struct PatternFields {
    /// The version of the event's form.
    pub version: Option<Value>,
    /// The id of the event.
    pub id: Option<Value>,
    /// What kind of event it is.
    #[key("detail-type")]
    pub detail_type: Option<Value>,
    /// Who sent it, such as `aws.ec2`.
    pub source: Option<Value>,
    /// The account that it is from.
    pub account: Option<Value>,
    /// When it was sent.
    pub time: Option<Value>,
    /// The region that it is from.
    pub region: Option<Value>,
    /// What resources it is about.
    pub resources: Option<Value>,
    /// What it says.
    pub detail: Option<Value>,
    /// Patterns of which one must match.
    #[key("$or")]
    pub or: Option<Vec<Value>>,
}

/// How often an event is tried that the function did not take.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
#[open]
pub struct RetryPolicy {
    /// For how many seconds.
    #[range(60, 86_400)]
    pub maximum_event_age: Option<Int>,
    /// How many times.
    #[range(0, 185)]
    pub maximum_retry_attempts: Option<Int>,
}

impl EventSource for EventBridge {
    const KEY: &'static str = "eventBridge";
    const PAGE: &'static str = include_str!("event_bridge.md");

    fn lower(events: &FunctionEvents<'_, Self>, service: &ServiceContext, out: &mut Fragment) {
        for placed in &events.events {
            one(placed, events.function, service, out);
        }
    }
}

/// A bus as rules name it.
struct Bus {
    /// What a rule and an ARN name it by; nothing for the default bus.
    name: Option<Value>,
    /// Its logical id, if this service makes it.
    made: Option<EcoString>,
}

fn bus(event: &EventBridge, from: &Path, out: &mut Fragment) -> Bus {
    match &event.event_bus {
        None => Bus { name: None, made: None },
        Some(Cfn::Value(name)) if name == "default" => Bus { name: None, made: None },
        Some(Cfn::Value(arn)) if arn.starts_with("arn") => {
            Bus { name: Some(arn.split_once('/').map_or(&**arn, |(_, name)| name).into()), made: None }
        }
        Some(Cfn::Value(name)) => {
            let id = eco_format!("{}EventBridgeEventBus", naming::normalized(name));
            Bus { name: Some(name.into()), made: Some(id) }
        }
        Some(Cfn::Intrinsic(it)) => {
            if let Some(Value::Array(attribute)) = it.get("Fn::GetAtt")
                && attribute.get(1).and_then(Value::as_str).is_some_and(|it| it != "Name")
            {
                out.report(
                    Diagnostic::new(&rules::UNKNOWN_VALUE, Place::value(from.join("eventBus")), "a rule takes the name of a bus")
                        .help("write `!GetAtt [Bus, Name]`, or `!Ref Bus`"),
                );
            }
            Bus { name: Some(it.clone()), made: None }
        }
        Some(Cfn::Unknown(it)) => Bus { name: Some(it.clone()), made: None },
    }
}

fn one(placed: &Placed<EventBridge>, function: &FunctionContext, service: &ServiceContext, out: &mut Fragment) {
    let from = function.event_path(placed.index, EventBridge::KEY);
    let event = &placed.event;
    let number = placed.index + 1;
    report(event, &from, out);
    let Bus { name: bus, made } = bus(event, &from, out);
    if let Some(id) = &made {
        out.push(Resource::new(id.clone(), "AWS::Events::EventBus", json!({ "Name": (bus.clone().unwrap_or_default()) }), &from));
    }
    let suffix = eco_format!("rule-{number}");
    let stub = eco_format!("{}-{suffix}", function.name);
    let name = event.name.clone().unwrap_or_else(|| shortened(&stub, &suffix));
    let mut properties = Object::new();
    properties.insert_some("Description", event.description.clone());
    properties.insert_some("EventBusName", bus.clone());
    properties.insert_some("EventPattern", event.pattern.clone().map(|it| it.0.into_iter().collect::<Object>()));
    properties.insert("Name", &name);
    properties.insert_some("ScheduleExpression", event.schedule.clone().map(|it| it.0));
    properties.insert("State", state(event.enabled));
    properties.insert("Targets", Value::from([target(event, &name, function).into()]));
    // In version 3 a rule on a bus of this service waits for the bus alone.
    let alias = function.alias_id().filter(|_| made.is_none() || service.is_version_4());
    let mut waits: Vec<Value> = alias.into_iter().chain(made).map(Value::String).collect();
    let waits = if waits.len() > 1 { Some(Value::from(waits)) } else { waits.pop() };
    out.push(
        Resource::new(eco_format!("{}EventBridgeRule", naming::alphanumeric(&stub)), "AWS::Events::Rule", properties, &from)
            .with_some("DependsOn", waits),
    );
    // Version 3 names the default bus, too, where it is written.
    let written = event.event_bus.as_ref().filter(|_| !service.is_version_4()).map(Cfn::to_value);
    let path = ["rule".into()].into_iter().chain(bus.or(written)).chain([name.into()]).collect();
    let arn = vec![
        "arn".into(),
        reference("AWS::Partition"),
        "events".into(),
        reference("AWS::Region"),
        reference("AWS::AccountId"),
        join("/", path),
    ];
    let permission = json!({
        "Action": "lambda:InvokeFunction",
        "FunctionName": (function.target()),
        "Principal": "events.amazonaws.com",
        "SourceArn": (join(":", arn)),
    });
    out.push(super::permission(eco_format!("{}EventBridgeLambdaPermission{number}", function.id()), permission, function, &from));
}

fn report(event: &EventBridge, from: &Path, out: &mut Fragment) {
    let inputs = [
        ("input", event.input.is_some()),
        ("inputPath", event.input_path.is_some()),
        ("inputTransformer", event.input_transformer.is_some()),
    ];
    report_inputs(&inputs, from, out);
}

fn target(event: &EventBridge, rule: &str, function: &FunctionContext) -> Object {
    let mut target = Object::new();
    target.insert("Arn", function.target());
    target.insert("Id", shortened(&eco_format!("{rule}-target"), "target"));
    target.insert_some("RetryPolicy", event.retry_policy.as_ref().map(|RetryPolicy { maximum_event_age, maximum_retry_attempts }| {
        let mut policy = Object::new();
        policy.insert_some("MaximumEventAgeInSeconds", *maximum_event_age);
        policy.insert_some("MaximumRetryAttempts", *maximum_retry_attempts);
        policy
    }));
    target.insert_some("DeadLetterConfig", event.dead_letter_queue_arn.as_ref().map(|it| json!({ "Arn": (it.to_value()) })));
    target.insert_some("Input", event.input.clone().map(|it| Value::from(it.into_iter().collect::<Object>()).to_json()));
    target.insert_some("InputPath", event.input_path.clone());
    target.insert_some("InputTransformer", event.input_transformer.as_ref().map(InputTransformer::to_value));
    target
}

/// EventBridge takes names of at most 64 characters: of a longer one the beginning, a hash of the whole, and `suffix`.
fn shortened(name: &str, suffix: &str) -> EcoString {
    if name.chars().count() <= 64 {
        return name.into();
    }
    let hash = naming::md5(name);
    let start: String = name.chars().take(31usize.saturating_sub(suffix.len())).collect();
    eco_format!("{start}{hash}-{suffix}")
}
