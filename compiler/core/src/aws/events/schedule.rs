//! A schedule to Lambda: `functions.*.events[].schedule`.
//!
//! Each rate lowers to an `AWS::Events::Rule` with a permission, or with `method: scheduler` to an
//! `AWS::Scheduler::Schedule`.

use ecow::{EcoString, eco_format};

use super::rule::{InputTransformer, state};
use super::{EventSource, FunctionEvents};
use crate::aws::context::{FunctionContext, ServiceContext};
use crate::cfn::{Fragment, Permission, Resource, get_att, sub};
use crate::diagnostic::{Diagnostic, Place};
use crate::json;
use crate::path::Path;
use crate::rules;
use crate::shape::{Cfn, Map, Shape, StringShape, Text, Typed};
use crate::value::{Object, Value};

/// Invokes the function by the clock.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub struct Schedule {
    /// When: `rate(10 minutes)` or `cron(0 12 * * ? *)`, or a list of these.
    #[shorthand]
    #[items(1, usize::MAX)]
    pub rate: Vec<Cfn<Rate>>,
    /// Whether the schedule is on. `true` by default.
    pub enabled: Option<bool>,
    /// The name of the rule. Only with a single rate.
    #[pattern(r"[\.\-_A-Za-z0-9]+")]
    #[length(1, 64)]
    pub name: Option<Text>,
    /// What it is for.
    #[length(0, 512)]
    pub description: Option<Text>,
    /// What the function is invoked with: a text in JSON, or a mapping.
    pub input: Option<ScheduleInput>,
    /// The part of the event that the function is invoked with.
    #[length(0, 256)]
    pub input_path: Option<Text>,
    /// A template for what the function is invoked with.
    pub input_transformer: Option<InputTransformer>,
    /// Whether EventBridge's event bus or its scheduler invokes. `eventBus` by default.
    pub method: Option<Method>,
    /// The role that the scheduler invokes with. The function's own by default.
    #[since_4]
    pub role_arn: Option<Cfn<Text>>,
    /// The group of the schedule, with the scheduler.
    #[pattern("^[0-9a-zA-Z-_.]+$")]
    #[length(1, 64)]
    #[since_4]
    pub group_name: Option<Cfn<Text>>,
    /// The time zone, with the scheduler.
    #[pattern(r"[\w\-/]+")]
    pub timezone: Option<Text>,
}

/// `rate(...)` or `cron(...)`.
/// <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html>
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rate(pub Text);

impl Typed for Rate {
    const SHAPE: &'static Shape = &Shape::String(StringShape {
        noun: "a rate as `rate(1 minute)` or `rate(10 minutes)`, or a schedule as `cron(0 12 * * ? *)`",
        pattern: Some(
            r"^rate\((?:1 (?:minute|hour|day)|(?:1\d+|[2-9]\d*) (?:minute|hour|day)s)\)$|^cron\(\S+ \S+ \S+ \S+ \S+ \S+\)$",
        ),
    });

    fn decode(value: &Value) -> Option<Rate> {
        Text::decode(value).map(Rate)
    }
}

impl From<Rate> for Value {
    fn from(it: Rate) -> Value {
        Value::String(it.0)
    }
}

/// What a function is invoked with.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub enum ScheduleInput {
    /// A text in JSON.
    Text(InputText),
    /// A mapping; a text under `body` is read as JSON.
    Mapping(Map<Value>),
}

/// A text in JSON of at most 8192 characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InputText(pub Text);

impl Typed for InputText {
    const SHAPE: &'static Shape = Text::SHAPE;

    fn decode(value: &Value) -> Option<InputText> {
        Text::decode(value).map(InputText)
    }
}

/// What invokes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Typed)]
pub enum Method {
    /// A rule of the event bus.
    #[key("eventBus")]
    EventBus,
    /// A schedule of the scheduler.
    #[key("scheduler")]
    Scheduler,
}

impl EventSource for Schedule {
    const KEY: &'static str = "schedule";
    const PAGE: &'static str = include_str!("schedule.md");
    const SHARED: bool = true;

    fn lower(events: &FunctionEvents<'_, Self>, service: &ServiceContext, out: &mut Fragment) {
        let mut count = 0;
        for placed in &events.events {
            let from = events.function.event_path(placed.index, Self::KEY);
            let schedule = &placed.event;
            report(schedule, &from, out);
            for rate in &schedule.rate {
                count += 1;
                match schedule.method {
                    Some(Method::Scheduler) => {
                        out.push(scheduler(schedule, rate, count, events.function, service, &from));
                    }
                    Some(Method::EventBus) | None => rule(schedule, rate, count, events.function, &from, out),
                }
            }
        }
    }

    fn lower_shared(functions: &[FunctionEvents<'_, Self>], _: &ServiceContext, out: &mut Fragment) {
        let scheduled = |it: &&FunctionEvents<'_, Self>| it.events.iter().any(|it| it.event.method == Some(Method::Scheduler));
        let arns = functions.iter().filter(scheduled).flat_map(|it| {
            let arn = eco_format!("arn:${{AWS::Partition}}:lambda:${{AWS::Region}}:${{AWS::AccountId}}:function:{}", it.function.name);
            [sub(arn.clone()), sub(eco_format!("{arn}:*"))]
        });
        let arns: Vec<Value> = arns.collect();
        if !arns.is_empty() {
            let statement = json!({ "Effect": "Allow", "Action": ["lambda:InvokeFunction"], "Resource": arns });
            out.statements.push(Permission { statement, once: false, late: false });
            out.trusted_services.push("scheduler.amazonaws.com".into());
        }
    }
}

/// Options that exclude each other.
fn report(schedule: &Schedule, from: &Path, out: &mut Fragment) {
    let mut conflict = |key: &str, message: EcoString, help: &str| {
        out.report(Diagnostic::new(&rules::CONFLICTING_OPTIONS, Place::key(from.join(key)), message).help(help));
    };
    if schedule.name.is_some() && schedule.rate.len() > 1 {
        conflict("name", "a name cannot stand for several rates".into(), "remove `name`, or give each rate an event of its own");
    }
    if let Some(ScheduleInput::Mapping(input)) = &schedule.input
        && input.get("body").is_some_and(|body| input.len() > 1 || !matches!(body, Value::String(_)))
    {
        let help = "write the text alone under `body`, or give the mapping another key";
        conflict("input", "`body` is a text that stands for the whole input".into(), help);
    }
    let scheduler = schedule.method == Some(Method::Scheduler);
    let bus_only = [("inputPath", schedule.input_path.is_some()), ("inputTransformer", schedule.input_transformer.is_some())];
    for (key, _) in bus_only.iter().filter(|(_, given)| *given && scheduler) {
        conflict(key, eco_format!("the scheduler does not take `{key}`"), "remove it, or use `method: eventBus`");
    }
    let scheduler_only = [("timezone", schedule.timezone.is_some()), ("groupName", schedule.group_name.is_some())];
    for (key, _) in scheduler_only.iter().filter(|(_, given)| *given && !scheduler) {
        conflict(key, eco_format!("only the scheduler takes `{key}`"), "add `method: scheduler`");
    }
}

/// The input as a text in JSON.
fn input(schedule: &Schedule) -> Option<EcoString> {
    match schedule.input.as_ref()? {
        ScheduleInput::Text(InputText(text)) => Some(text.clone()).filter(|it| !it.is_empty()),
        ScheduleInput::Mapping(map) => {
            let mut object: Object = map.clone().into_iter().collect();
            if let Some(Value::String(body)) = object.get("body")
                && let Ok(parsed) = serde_json::from_str::<serde_json::Value>(body)
            {
                object.insert("body", from_json(&parsed));
            }
            Some(Value::from(object).to_json().into())
        }
    }
}

fn from_json(value: &serde_json::Value) -> Value {
    match value {
        serde_json::Value::Null => Value::Null,
        serde_json::Value::Bool(it) => Value::Bool(*it),
        serde_json::Value::Number(it) => Value::Number(it.as_f64().unwrap_or_default()),
        serde_json::Value::String(it) => Value::from(it.as_str()),
        serde_json::Value::Array(items) => Value::array(items.iter().map(from_json)),
        serde_json::Value::Object(entries) => {
            Value::from(entries.iter().map(|(key, it)| (key.as_str().into(), from_json(it))).collect::<Object>())
        }
    }
}

fn rule(schedule: &Schedule, rate: &Cfn<Rate>, count: usize, function: &FunctionContext, from: &Path, out: &mut Fragment) {
    let Schedule { name, description, input_path, input_transformer, .. } = schedule;
    let id = eco_format!("{}EventsRuleSchedule{count}", function.id());
    let mut target = Object::new();
    target.insert_some("Input", input(schedule));
    target.insert_some("InputPath", input_path.clone());
    target.insert_some("InputTransformer", input_transformer.as_ref().map(InputTransformer::to_value));
    target.insert("Arn", function.target());
    target.insert("Id", eco_format!("{}Schedule", function.key));
    let mut properties = Object::new();
    properties.insert("ScheduleExpression", rate.to_value());
    properties.insert("State", state(schedule.enabled));
    properties.insert_some("Name", name.clone());
    properties.insert_some("Description", description.clone());
    properties.insert("Targets", Value::from([target.into()]));
    out.push(
        Resource::new(id.clone(), "AWS::Events::Rule", properties, from)
            .with_some("DependsOn", function.alias_id()),
    );
    let permission = json!({
        "FunctionName": (function.target()),
        "Action": "lambda:InvokeFunction",
        "Principal": "events.amazonaws.com",
        "SourceArn": (get_att(id, "Arn")),
    });
    let id = eco_format!("{}LambdaPermissionEventsRuleSchedule{count}", function.id());
    out.push(super::permission(id, permission, function, from));
}

fn scheduler(
    schedule: &Schedule,
    rate: &Cfn<Rate>,
    count: usize,
    function: &FunctionContext,
    _service: &ServiceContext,
    from: &Path,
) -> Resource {
    let Schedule { name, description, role_arn, group_name, timezone, .. } = schedule;
    let role = role_arn.as_ref().map_or_else(|| function.role_arn.clone(), Cfn::to_value);
    let mut target = Object::new();
    target.insert("Arn", function.target());
    target.insert("RoleArn", role);
    target.insert_some("Input", input(schedule));
    let mut properties = Object::new();
    properties.insert("ScheduleExpression", rate.to_value());
    properties.insert("State", state(schedule.enabled));
    properties.insert("Target", target);
    properties.insert("FlexibleTimeWindow", json!({ "Mode": "OFF" }));
    properties.insert_some("Name", name.clone());
    properties.insert_some("GroupName", group_name.clone());
    properties.insert_some("Description", description.clone());
    properties.insert_some("ScheduleExpressionTimezone", timezone.clone());
    Resource::new(eco_format!("{}SchedulerSchedule{count}", function.id()), "AWS::Scheduler::Schedule", properties, from)
        .with_some("DependsOn", function.alias_id())
}
