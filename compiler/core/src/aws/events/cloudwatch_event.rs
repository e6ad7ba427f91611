//! An event of an AWS service to Lambda: `functions.*.events[].cloudwatchEvent`.
//!
//! Each lowers to an `AWS::Events::Rule` of the default event bus with a permission.

use ecow::{EcoString, eco_format};

use super::rule::{InputTransformer, report_inputs, state};
use super::{EventSource, FunctionEvents};
use crate::aws::context::{FunctionContext, ServiceContext};
use crate::cfn::{Fragment, Resource, get_att};
use crate::json;
use crate::path::Path;
use crate::shape::{Map, Text, Typed};
use crate::value::{Object, Value};

/// Invokes the function for events of the default event bus that match a pattern.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub struct CloudwatchEvent {
    /// The pattern of the events.
    pub event: Map<Value>,
    /// What the function is invoked with instead of the event: a text in JSON, or a mapping.
    #[length(0, 8192)]
    pub input: Option<Input>,
    /// The part of the event that the function is invoked with.
    #[length(1, 256)]
    pub input_path: Option<Text>,
    /// A template for what the function is invoked with.
    pub input_transformer: Option<InputTransformer>,
    /// What it is for.
    #[length(0, 512)]
    pub description: Option<Text>,
    /// The name of the rule.
    #[pattern("[a-zA-Z0-9-_.]+", "the name of a rule: letters, digits and `-_.`")]
    #[length(1, 64)]
    pub name: Option<Text>,
    /// Whether the rule is on. `true` by default.
    pub enabled: Option<bool>,
}

/// What the function is invoked with.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub enum Input {
    /// A text in JSON.
    Text(Text),
    /// A mapping.
    Mapping(Map<Value>),
}

impl Input {
    /// The text that a target takes. The framework writes it through a template that loses line breaks.
    fn to_text(&self) -> EcoString {
        let text = match self {
            Input::Text(text) => text.to_string(),
            Input::Mapping(map) => Value::from(map.clone().into_iter().collect::<Object>()).to_json(),
        };
        text.replace("\\n", "").replace("\\r", "").into()
    }
}

impl EventSource for CloudwatchEvent {
    const KEY: &'static str = "cloudwatchEvent";
    const PAGE: &'static str = include_str!("cloudwatch_event.md");

    fn lower(events: &FunctionEvents<'_, Self>, _: &ServiceContext, out: &mut Fragment) {
        for (index, placed) in events.events.iter().enumerate() {
            let from = events.function.event_path(placed.index, Self::KEY);
            one(&placed.event, index + 1, events.function, &from, out);
        }
    }
}

fn one(event: &CloudwatchEvent, count: usize, function: &FunctionContext, from: &Path, out: &mut Fragment) {
    let CloudwatchEvent { event, input, input_path, input_transformer, description, name, enabled } = event;
    let inputs =
        [("input", input.is_some()), ("inputPath", input_path.is_some()), ("inputTransformer", input_transformer.is_some())];
    report_inputs(&inputs, from, out);
    let mut target = Object::new();
    target.insert_some("Input", input.as_ref().map(Input::to_text).filter(|it| !it.is_empty()));
    target.insert_some("InputPath", input_path.as_ref().map(|it| one_line(it)));
    target.insert_some("InputTransformer", input_transformer.as_ref().map(InputTransformer::to_value));
    target.insert("Arn", function.target());
    target.insert("Id", eco_format!("{}CloudWatchEvent", function.key));
    let mut properties = Object::new();
    properties.insert("EventPattern", without_line_breaks(event.clone().into_iter().collect::<Object>().into()));
    properties.insert("State", state(*enabled));
    properties.insert_some("Description", description.clone().filter(|it| !it.is_empty()));
    properties.insert_some("Name", name.clone());
    properties.insert("Targets", Value::from([target.into()]));
    let id = eco_format!("{}EventsRuleCloudWatchEvent{count}", function.id());
    out.push(
        Resource::new(id.clone(), "AWS::Events::Rule", properties, from).with_some("DependsOn", function.alias_id()),
    );
    let permission = json!({
        "FunctionName": (function.target()),
        "Action": "lambda:InvokeFunction",
        "Principal": "events.amazonaws.com",
        "SourceArn": (get_att(id, "Arn")),
    });
    let id = eco_format!("{}LambdaPermissionEventsRuleCloudWatchEvent{count}", function.id());
    out.push(super::permission(id, permission, function, from));
}

/// The pattern as the framework writes it: a folded text in YAML ends in a line break, which no event would match.
fn without_line_breaks(value: Value) -> Value {
    match value {
        Value::String(text) => Value::from(one_line(&text)),
        Value::Array(items) => Value::array(items.iter().cloned().map(without_line_breaks)),
        Value::Object(entries) => {
            let entries = entries.iter().map(|(key, it)| (key.clone(), without_line_breaks(it.clone())));
            Value::from(entries.collect::<Object>())
        }
        other => other,
    }
}

fn one_line(text: &str) -> EcoString {
    text.chars().filter(|it| !matches!(it, '\r' | '\n')).collect()
}
