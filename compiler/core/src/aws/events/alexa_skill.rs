//! An Alexa skill to Lambda: `functions.*.events[].alexaSkill`.
//!
//! Each lowers to a permission.

use ecow::{EcoString, eco_format};

use super::{EventSource, FunctionEvents};
use crate::aws::context::{FunctionContext, ServiceContext};
use crate::cfn::{Fragment, Resource};
use crate::json;
use crate::path::Path;
use crate::shape::{Shape, StringShape, Text, Typed};
use crate::value::Value;

/// Lets an Alexa skill invoke the function.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub struct AlexaSkill {
    /// The id of the skill.
    #[shorthand]
    #[length(0, 256)]
    pub app_id: AppId,
    /// Whether the skill may invoke the function. `true` by default.
    pub enabled: Option<bool>,
}

/// The id of an Alexa skill.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppId(pub Text);

impl Typed for AppId {
    const SHAPE: &'static Shape =
        &Shape::String(StringShape { noun: "the id of an Alexa skill", pattern: Some(r"^[a-zA-Z0-9._\-]+$"), grammar: None });

    fn decode(value: &Value) -> Option<AppId> {
        Text::decode(value).map(AppId)
    }
}

impl EventSource for AlexaSkill {
    const KEY: &'static str = "alexaSkill";
    const PAGE: &'static str = include_str!("alexa_skill.md");

    fn lower(events: &FunctionEvents<'_, Self>, _: &ServiceContext, out: &mut Fragment) {
        for (index, placed) in events.events.iter().enumerate() {
            let from = events.function.event_path(placed.index, Self::KEY);
            let AlexaSkill { app_id, enabled } = &placed.event;
            let id = eco_format!("{}LambdaPermissionAlexaSkill{}", events.function.id(), index + 1);
            out.push(permission(id, "alexa-appkit.amazon.com", app_id, *enabled, events.function, &from));
        }
    }
}

/// The permission of one of Alexa's services, for a skill.
pub(super) fn permission(
    id: EcoString,
    principal: &str,
    app_id: &AppId,
    enabled: Option<bool>,
    function: &FunctionContext,
    from: &Path,
) -> Resource {
    let action = if enabled == Some(false) { "lambda:DisableInvokeFunction" } else { "lambda:InvokeFunction" };
    let permission = json!({
        "FunctionName": (function.target()),
        "Action": action,
        "Principal": principal,
        "EventSourceToken": (app_id.0.clone()),
    });
    super::permission(id, permission, function, from)
}
