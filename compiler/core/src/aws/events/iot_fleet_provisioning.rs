//! The registration of devices with AWS IoT to Lambda: `functions.*.events[].iotFleetProvisioning`.
//!
//! Lowers to an `AWS::IoT::ProvisioningTemplate` that asks the function first, with a permission.

use ecow::eco_format;

use super::{EventSource, FunctionEvents};
use crate::aws::context::ServiceContext;
use crate::cfn::{Fragment, Resource};
use crate::diagnostic::{Diagnostic, Place};
use crate::json;
use crate::rules;
use crate::shape::{Arn, Cfn, Map, Text, Typed};
use crate::value::{Object, Value};

/// Invokes the function before a device is registered by a template of AWS IoT.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub struct IotFleetProvisioning {
    /// Whether the template is on. `true` by default.
    pub enabled: Option<bool>,
    /// The ARN of the role that registers devices.
    pub provisioning_role_arn: Cfn<Arn>,
    /// The template.
    /// <https://docs.aws.amazon.com/iot/latest/developerguide/provision-template.html>
    pub template_body: Map<Value>,
    /// The name of the template.
    #[pattern("^[0-9A-Za-z_-]*$", "the name of a template: letters, digits, `-` and `_`")]
    pub template_name: Option<Text>,
}

impl EventSource for IotFleetProvisioning {
    const KEY: &'static str = "iotFleetProvisioning";
    const PAGE: &'static str = include_str!("iot_fleet_provisioning.md");

    fn lower(events: &FunctionEvents<'_, Self>, _: &ServiceContext, out: &mut Fragment) {
        let function = events.function;
        let Some((first, more)) = events.events.split_first() else { return };
        for placed in more {
            let place = Place::key(function.event_path(placed.index, Self::KEY));
            let message = eco_format!("`{}` has more than one `iotFleetProvisioning` event", function.key);
            out.report(
                Diagnostic::new(&rules::OUT_OF_RANGE, place, message)
                    .why("a function stands before one provisioning template")
                    .help("give each template a function of its own"),
            );
        }
        let from = function.event_path(first.index, Self::KEY);
        let IotFleetProvisioning { enabled, provisioning_role_arn, template_body, template_name } = &first.event;
        let body = Value::from(template_body.clone().into_iter().collect::<Object>());
        let mut properties = Object::new();
        properties.insert("Enabled", enabled.unwrap_or(true));
        properties.insert("PreProvisioningHook", json!({ "TargetArn": (function.target()) }));
        properties.insert("ProvisioningRoleArn", provisioning_role_arn.to_value());
        properties.insert("TemplateBody", body.to_json());
        properties.insert_some("TemplateName", template_name.clone().filter(|it| !it.is_empty()));
        let permission_id = eco_format!("{}LambdaPermissionIotProvisioningTemplate", function.id());
        out.push(
            Resource::new(eco_format!("{}IotProvisioningTemplate", function.id()), "AWS::IoT::ProvisioningTemplate", properties, &from)
                .depends_on([permission_id.clone()].into_iter().chain(function.alias_id())),
        );
        let permission = json!({
            "FunctionName": (function.target()),
            "Action": "lambda:InvokeFunction",
            "Principal": "iot.amazonaws.com",
        });
        out.push(super::permission(permission_id, permission, function, &from));
    }
}
