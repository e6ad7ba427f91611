//! An Alexa smart home skill to Lambda: `functions.*.events[].alexaSmartHome`.
//!
//! Each lowers to a permission.

use ecow::eco_format;

use super::alexa_skill::{AppId, permission};
use super::{EventSource, FunctionEvents};
use crate::aws::context::ServiceContext;
use crate::cfn::Fragment;
use crate::shape::Typed;

/// Lets an Alexa smart home skill invoke the function.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub struct AlexaSmartHome {
    /// The id of the skill.
    #[shorthand]
    #[length(0, 256)]
    pub app_id: AppId,
    /// Whether the skill may invoke the function. `true` by default.
    pub enabled: Option<bool>,
}

impl EventSource for AlexaSmartHome {
    const KEY: &'static str = "alexaSmartHome";
    const PAGE: &'static str = include_str!("alexa_smart_home.md");

    fn lower(events: &FunctionEvents<'_, Self>, _: &ServiceContext, out: &mut Fragment) {
        for (index, placed) in events.events.iter().enumerate() {
            let from = events.function.event_path(placed.index, Self::KEY);
            let AlexaSmartHome { app_id, enabled } = &placed.event;
            let id = eco_format!("{}LambdaPermissionAlexaSmartHome{}", events.function.id(), index + 1);
            out.push(permission(id, "alexa-connectedhome.amazon.com", app_id, *enabled, events.function, &from));
        }
    }
}
