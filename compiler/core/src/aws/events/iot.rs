//! Messages of AWS IoT to Lambda: `functions.*.events[].iot`.
//!
//! Each lowers to an `AWS::IoT::TopicRule` with a permission.

use ecow::{EcoString, eco_format};

use super::{EventSource, FunctionEvents};
use crate::aws::context::ServiceContext;
use crate::cfn::{Fragment, Resource, join, reference};
use crate::json;
use crate::shape::{AsWritten, Text, Typed};
use crate::value::{Object, Value};

/// Invokes the function for messages of AWS IoT that a query selects.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub struct Iot {
    /// The query: `SELECT * FROM 'some/topic'`.
    pub sql: Text,
    /// The version of the query's language.
    pub sql_version: Option<AsWritten<SqlVersion>>,
    /// The name of the rule.
    pub name: Option<Text>,
    /// Whether the rule is on. `true` by default.
    pub enabled: Option<bool>,
    /// What it is for.
    pub description: Option<Text>,
}

/// Versions of the query's language. <https://docs.aws.amazon.com/iot/latest/developerguide/iot-rule-sql-version.html>
#[derive(Clone, Copy, Debug, PartialEq, Eq, Typed)]
pub enum SqlVersion {
    /// The first.
    #[key("2015-10-08")]
    First,
    /// With nested objects and arrays.
    #[key("2016-03-23")]
    Second,
    /// What is newest.
    #[key("beta")]
    Beta,
}

impl EventSource for Iot {
    const KEY: &'static str = "iot";
    const PAGE: &'static str = include_str!("iot.md");

    fn lower(events: &FunctionEvents<'_, Self>, _: &ServiceContext, out: &mut Fragment) {
        let function = events.function;
        for (index, placed) in events.events.iter().enumerate() {
            let from = function.event_path(placed.index, Self::KEY);
            let Iot { sql, sql_version, name, enabled, description } = &placed.event;
            let version = sql_version.clone().map(Value::from);
            let mut payload = Object::new();
            payload.insert("RuleDisabled", *enabled == Some(false));
            payload.insert("Sql", one_line(sql));
            payload.insert("Actions", json!([{ "Lambda": { "FunctionArn": (function.target()) } }]));
            payload.insert_some("Description", text(description));
            payload.insert_some("AwsIotSqlVersion", version.as_ref().and_then(Value::as_str).map(one_line));
            let mut properties = Object::new();
            properties.insert("TopicRulePayload", payload);
            properties.insert_some("RuleName", text(name));
            let id = eco_format!("{}IotTopicRule{}", function.id(), index + 1);
            out.push(
                Resource::new(id.clone(), "AWS::IoT::TopicRule", properties, &from)
                    .with_some("DependsOn", function.alias_id()),
            );
            let arn = vec![
                "arn:".into(),
                reference("AWS::Partition"),
                ":iot:".into(),
                reference("AWS::Region"),
                ":".into(),
                reference("AWS::AccountId"),
                ":rule/".into(),
                reference(id),
            ];
            let permission = json!({
                "FunctionName": (function.target()),
                "Action": "lambda:InvokeFunction",
                "Principal": "iot.amazonaws.com",
                "SourceArn": (join("", arn)),
            });
            let id = eco_format!("{}LambdaPermissionIotTopicRule{}", function.id(), index + 1);
            out.push(super::permission(id, permission, function, &from));
        }
    }
}

fn text(written: &Option<Text>) -> Option<EcoString> {
    written.as_deref().map(one_line).filter(|it| !it.is_empty())
}

/// A text over several lines as one: IoT takes no line breaks.
fn one_line(text: &str) -> EcoString {
    text.replace("\r\n", "").replace('\n', "").into()
}
