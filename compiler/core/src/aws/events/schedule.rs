//! A schedule to Lambda: `functions.*.events[].schedule`.
//!
//! Each rate lowers to an `AWS::Events::Rule` with a permission, or with `method: scheduler` to an
//! `AWS::Scheduler::Schedule`.

use ecow::{EcoString, eco_format};

use super::rule::{InputTransformer, report_inputs, report_transformer, state};
use super::{EventSource, FunctionEvents};
use crate::aws::context::{FunctionContext, ServiceContext};
use crate::cfn::{Fragment, Permission, Resource, get_att, sub};
use crate::diagnostic::{Diagnostic, Place};
use crate::json;
use crate::path::Path;
use crate::rules;
use crate::schedule::{self, zone};
use crate::shape::{Cfn, Int, Map, Shape, StringShape, Text, Typed};
use crate::value::{Object, Value};

/// The most characters of what a function is invoked with.
const LONGEST_INPUT: usize = 8192;

/// The most characters of names.
const LONGEST_NAME: usize = 64;

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
    #[pattern(r"^[\.\-_A-Za-z0-9]+$", "the name of a schedule: letters, digits and `-_.`")]
    #[length(1, 64)]
    pub name: Option<Text>,
    /// What it is for.
    #[length(0, 512)]
    pub description: Option<Text>,
    /// What the function is invoked with: a text in JSON, or a mapping.
    #[length(0, 8192)]
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
    #[pattern("^[0-9a-zA-Z-_.]+$", "the name of a group: letters, digits and `-_.`")]
    #[length(1, 64)]
    #[since_4]
    pub group_name: Option<Cfn<Text>>,
    /// The time zone, with the scheduler: a name of the IANA database such as `Europe/Berlin`. UTC by default.
    pub timezone: Option<TimeZoneName>,
    /// In how many minutes after its time the scheduler may run it. At once by default.
    pub flexible_time_window: Option<FlexibleTimeWindow>,
}

/// A span in which the scheduler may run it.
/// <https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-flexible-time-windows.html>
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub struct FlexibleTimeWindow {
    /// How many minutes it has.
    #[shorthand]
    #[range(1, 1440)]
    pub maximum_window_in_minutes: Int,
}

/// The name of a time zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimeZoneName(pub Text);

impl Typed for TimeZoneName {
    const SHAPE: &'static Shape = &Shape::String(StringShape {
        noun: "a time zone such as `Europe/Berlin`",
        pattern: Some(r"^[A-Za-z0-9_+\-/]+$"),
        grammar: Some(&zone::GRAMMAR),
    });

    fn decode(value: &Value) -> Option<TimeZoneName> {
        Text::decode(value).map(TimeZoneName)
    }
}

impl From<TimeZoneName> for Value {
    fn from(it: TimeZoneName) -> Value {
        Value::String(it.0)
    }
}

/// `rate(...)`, `cron(...)` or, with the scheduler, `at(...)`.
/// <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html>
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rate(pub Text);

impl Typed for Rate {
    const SHAPE: &'static Shape = &Shape::String(StringShape {
        noun: "a rate as `rate(1 minute)` or `rate(10 minutes)`, or a schedule as `cron(0 12 * * ? *)`",
        pattern: Some(
            r"^rate\((?:1 (?:minute|hour|day)|(?:1\d+|[2-9]\d*) (?:minute|hour|day)s)\)$|^cron\(\S+ \S+ \S+ \S+ \S+ \S+\)$|^at\(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\)$",
        ),
        grammar: Some(&schedule::GRAMMAR),
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
            report_input(schedule, &from, out);
            report_target(schedule, events.function, &from, out);
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
    let scheduler_only = [
        ("timezone", schedule.timezone.is_some()),
        ("groupName", schedule.group_name.is_some()),
        ("flexibleTimeWindow", schedule.flexible_time_window.is_some()),
    ];
    for (key, _) in scheduler_only.iter().filter(|(_, given)| *given && !scheduler) {
        conflict(key, eco_format!("only the scheduler takes `{key}`"), "add `method: scheduler`");
    }
    for (index, rate) in schedule.rate.iter().enumerate().filter(|_| !scheduler) {
        let Cfn::Value(Rate(text)) = rate else { continue };
        if matches!(schedule::parse(text, None).expression, Some(schedule::Expression::At(_))) {
            let path = from.join("rate");
            let path = if schedule.rate.len() > 1 { path.join(index) } else { path };
            out.report(
                Diagnostic::new(&rules::CONFLICTING_OPTIONS, Place::value(path), "only the scheduler takes `at(...)`")
                    .why("a rule of the event bus runs again and again")
                    .help("add `method: scheduler`"),
            );
        }
    }
}

/// What the function is invoked with: one thing, in JSON, of a size that AWS takes.
fn report_input(schedule: &Schedule, from: &Path, out: &mut Fragment) {
    if schedule.method != Some(Method::Scheduler) {
        let given = [
            ("input", schedule.input.is_some()),
            ("inputPath", schedule.input_path.is_some()),
            ("inputTransformer", schedule.input_transformer.is_some()),
        ];
        report_inputs(&given, from, out);
    }
    if let Some(transformer) = &schedule.input_transformer {
        report_transformer(transformer, &from.join("inputTransformer"), out);
    }
    let path = from.join("input");
    match &schedule.input {
        Some(ScheduleInput::Text(InputText(text))) => report_json(text, path, out),
        Some(ScheduleInput::Mapping(map)) => {
            if let (Some(Value::String(body)), 1) = (map.get("body"), map.len()) {
                report_json(body, path.join("body"), out);
            }
            let length = input(schedule).map_or(0, |it| it.chars().count());
            if length > LONGEST_INPUT {
                let message = eco_format!("the input has {length} characters in JSON, the most is {LONGEST_INPUT}");
                out.report(
                    Diagnostic::new(&rules::OUT_OF_RANGE, Place::key(path), message)
                        .help("keep the data elsewhere, and let the function read it"),
                );
            }
        }
        None => {}
    }
}

/// A text that must be JSON.
fn report_json(text: &str, path: Path, out: &mut Fragment) {
    if text.is_empty() {
        return;
    }
    let Err(error) = serde_json::from_str::<serde::de::IgnoredAny>(text) else { return };
    let before: usize = text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum();
    let at = (before + error.column()).min(text.len());
    let start = (0..at).rev().find(|it| text.is_char_boundary(*it)).unwrap_or_default();
    let within = start..text.len().min(text.get(start..).and_then(|it| it.chars().next()).map_or(start, |it| start + it.len_utf8()));
    let said = error.to_string();
    let said = said.split(" at line ").next().unwrap_or_default();
    out.report(
        Diagnostic::new(&rules::JSON_SYNTAX, Place::Inside { path, within }, eco_format!("the input is not JSON: {said}"))
            .why("the function is invoked with this text, which AWS takes as JSON only")
            .help("put a text in double quotes of its own, or write the input as a mapping"),
    );
}

/// The id of a rule's target is made of the function's key.
fn report_target(schedule: &Schedule, function: &FunctionContext, from: &Path, out: &mut Fragment) {
    let length = function.key.chars().count() + "Schedule".len();
    if schedule.method != Some(Method::Scheduler) && length > LONGEST_NAME {
        let message = eco_format!("the id of the rule's target would have {length} characters, the most is {LONGEST_NAME}");
        out.report(
            Diagnostic::new(&rules::OUT_OF_RANGE, Place::key(from.clone()), message)
                .why("it is made of the key of the function")
                .help("give the function a key of at most 56 characters, or add `method: scheduler`"),
        );
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
    let Schedule { name, description, role_arn, group_name, timezone, flexible_time_window, .. } = schedule;
    let role = role_arn.as_ref().map_or_else(|| function.role_arn.clone(), Cfn::to_value);
    let mut target = Object::new();
    target.insert("Arn", function.target());
    target.insert("RoleArn", role);
    target.insert_some("Input", input(schedule));
    let mut properties = Object::new();
    properties.insert("ScheduleExpression", rate.to_value());
    properties.insert("State", state(schedule.enabled));
    properties.insert("Target", target);
    properties.insert(
        "FlexibleTimeWindow",
        match flexible_time_window {
            Some(FlexibleTimeWindow { maximum_window_in_minutes: Int(minutes) }) => {
                json!({ "Mode": "FLEXIBLE", "MaximumWindowInMinutes": (*minutes as f64) })
            }
            None => json!({ "Mode": "OFF" }),
        },
    );
    properties.insert_some("Name", name.clone());
    properties.insert_some("GroupName", group_name.clone());
    properties.insert_some("Description", description.clone());
    properties.insert_some("ScheduleExpressionTimezone", timezone.clone());
    Resource::new(eco_format!("{}SchedulerSchedule{count}", function.id()), "AWS::Scheduler::Schedule", properties, from)
        .with_some("DependsOn", function.alias_id())
}
