//! Lines of a log group to Lambda: `functions.*.events[].cloudwatchLog`.
//!
//! Each lowers to an `AWS::Logs::SubscriptionFilter`; the function has one permission for all its log groups.

use std::collections::BTreeMap;

use ecow::{EcoString, eco_format};

use super::{EventSource, FunctionEvents};
use crate::aws::context::{FunctionContext, ServiceContext};
use crate::cfn::{Fragment, Resource, join, reference};
use crate::diagnostic::{Diagnostic, Place};
use crate::json;
use crate::rules;
use crate::shape::{Shape, StringShape, Text, Typed};
use crate::value::Value;

/// Invokes the function for lines of a log group.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub struct CloudwatchLog {
    /// The log group.
    #[shorthand]
    pub log_group: LogGroupName,
    /// The pattern of the lines that invoke the function. All lines by default.
    pub filter: Option<Text>,
}

/// The name of a log group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogGroupName(pub Text);

impl Typed for LogGroupName {
    const SHAPE: &'static Shape =
        &Shape::String(StringShape { noun: "the name of a log group", pattern: Some("^[/#A-Za-z0-9-_.]+$"), grammar: None });

    fn decode(value: &Value) -> Option<LogGroupName> {
        Text::decode(value).map(|it| LogGroupName(one_line(&it)))
    }
}

/// How many subscription filters a log group takes.
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html>
const FILTERS_OF_A_LOG_GROUP: usize = 2;

impl EventSource for CloudwatchLog {
    const KEY: &'static str = "cloudwatchLog";
    const PAGE: &'static str = include_str!("cloudwatch_log.md");
    const SHARED: bool = true;

    fn lower(events: &FunctionEvents<'_, Self>, _: &ServiceContext, out: &mut Fragment) {
        let function = events.function;
        let permission_id = eco_format!("{}LambdaPermissionLogsSubscriptionFilterCloudWatchLog", function.id());
        for (index, placed) in events.events.iter().enumerate() {
            let from = function.event_path(placed.index, Self::KEY);
            let filter = placed.event.filter.as_deref().map(one_line).unwrap_or_default();
            let properties = json!({
                "LogGroupName": (placed.event.log_group.0.clone()),
                "FilterPattern": (unescaped(&filter)),
                "DestinationArn": (function.target()),
            });
            let id = eco_format!("{}LogsSubscriptionFilterCloudWatchLog{}", function.id(), index + 1);
            out.push(
                Resource::new(id, "AWS::Logs::SubscriptionFilter", properties, &from)
                    .depends_on([permission_id.clone()].into_iter().chain(function.alias_id())),
            );
        }
        if let Some(first) = events.events.first() {
            let from = function.event_path(first.index, Self::KEY);
            let groups: Vec<&str> = events.events.iter().map(|it| it.event.log_group.0.as_str()).collect();
            out.push(permission(permission_id, &groups, function, &from));
        }
    }

    fn lower_shared(functions: &[FunctionEvents<'_, Self>], _: &ServiceContext, out: &mut Fragment) {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for FunctionEvents { function, events } in functions {
            for placed in events {
                let group = placed.event.log_group.0.as_str();
                let count = counts.entry(group).or_default();
                *count += 1;
                if *count > FILTERS_OF_A_LOG_GROUP {
                    let place = Place::value(function.event_path(placed.index, Self::KEY));
                    let message = eco_format!("the log group `{group}` has more than {FILTERS_OF_A_LOG_GROUP} subscription filters");
                    out.report(
                        Diagnostic::new(&rules::OUT_OF_RANGE, place, message)
                            .why("a log group of CloudWatch takes two")
                            .help("let one function take the lines for several"),
                    );
                }
            }
        }
    }
}

fn permission(id: EcoString, groups: &[&str], function: &FunctionContext, from: &crate::path::Path) -> Resource {
    let region = || reference("AWS::Region");
    let arn = vec![
        "arn:".into(),
        reference("AWS::Partition"),
        ":logs:".into(),
        region(),
        ":".into(),
        reference("AWS::AccountId"),
        ":log-group:".into(),
        Value::from(common_prefix(groups)),
        ":*".into(),
    ];
    let permission = json!({
        "FunctionName": (function.target()),
        "Action": "lambda:InvokeFunction",
        "Principal": (join("", vec!["logs.".into(), region(), ".amazonaws.com".into()])),
        "SourceArn": (join("", arn)),
    });
    Resource::new(id, "AWS::Lambda::Permission", permission, from).depends_on(function.alias_id())
}

fn one_line(text: &str) -> EcoString {
    text.replace("\r\n", "").replace('\n', "").into()
}

/// What the names of all `groups` begin with, with a `*` behind it if they are several.
fn common_prefix(groups: &[&str]) -> String {
    let Some((first, rest)) = groups.split_first() else { return String::new() };
    let prefix = rest.iter().fold(String::from(*first), |prefix, group| {
        prefix.chars().zip(group.chars()).take_while(|(a, b)| a == b).map(|(it, _)| it).collect()
    });
    if rest.is_empty() || prefix.ends_with('*') { prefix } else { prefix + "*" }
}

/// A pattern whose quotes were escaped once too often, `\"error\"`, is taken as it was meant.
fn unescaped(filter: &str) -> EcoString {
    let escaped = matches!((filter.find('\\'), filter.find('"')), (Some(slash), Some(quote)) if slash < quote);
    if !escaped {
        return filter.into();
    }
    let mut out = EcoString::new();
    let mut chars = filter.chars().peekable();
    while let Some(char) = chars.next() {
        match chars.peek() {
            Some('"' | '\\' | '\'') if char == '\\' => out.extend(chars.next()),
            _ => out.push(char),
        }
    }
    out
}
