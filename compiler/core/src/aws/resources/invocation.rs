//! Asynchronous invocation: destinations, age and retries to `AWS::Lambda::EventInvokeConfig`.

use ecow::{EcoString, eco_format};

use super::role;
use crate::aws::context::{FunctionContext, ServiceContext};
use crate::aws::function::Function;
use crate::aws::types::{Destination, DestinationKind, Destinations, TypedDestination};
use crate::cfn::{Fragment, Permission, Resource, reference, sub};
use crate::diagnostic::{Diagnostic, Place};
use crate::json;
use crate::path::Path;
use crate::rules;
use crate::value::{Object, Value};

/// The settings of a function, if it has any.
pub fn lower(function: &Function, context: &FunctionContext, service: &ServiceContext, out: &mut Fragment) {
    let Function { destinations, maximum_event_age, maximum_retry_attempts, .. } = function;
    if destinations.is_none() && maximum_event_age.is_none() && maximum_retry_attempts.is_none() {
        return;
    }
    let mut config = Object::new();
    let mut waits: Vec<EcoString> = context.alias_id().into_iter().collect();
    if let Some(Destinations { on_success, on_failure }) = destinations {
        for (key, field, destination) in
            [("OnSuccess", "onSuccess", on_success), ("OnFailure", "onFailure", on_failure)]
        {
            let Some(destination) = destination else { continue };
            let path = context.path.join("destinations").join(field);
            let Some(target) = resolve(destination, service, &path, out) else { continue };
            if let Some(condition) =
                target.condition.as_ref().filter(|it| context.condition.as_ref() != Some(it))
            {
                let message = eco_format!(
                    "the destination exists only under the condition `{condition}`, the function without it"
                );
                out.report(
                    Diagnostic::new(&rules::CONFLICTING_OPTIONS, Place::value(path), message)
                        .help(eco_format!("add `condition: {condition}` to the function"))
                        .about(condition),
                );
            }
            config.insert(key, json!({ "Destination": (target.arn) }));
            waits.extend(target.alias_id);
            if role::custom(function, &service.provider).is_none() {
                let statement =
                    json!({ "Effect": "Allow", "Action": (target.action), "Resource": (target.resource) });
                out.statements.push(Permission { statement, once: target.once, late: true });
            }
        }
    }
    let mut properties = Object::new();
    properties.insert("FunctionName", reference(context.logical_id()));
    properties.insert("DestinationConfig", config);
    properties
        .insert("Qualifier", context.alias.as_ref().map_or_else(|| "$LATEST".into(), |it| it.name.clone()));
    properties.insert_some("MaximumEventAgeInSeconds", *maximum_event_age);
    properties.insert_some("MaximumRetryAttempts", *maximum_retry_attempts);
    waits.dedup();
    let id = eco_format!("{}LambdaEvConf", context.id());
    let waits = match waits.as_slice() {
        [] => None,
        [one] => Some(Value::from(one)),
        _ => Some(Value::from(waits)),
    };
    out.push(
        Resource::new(id, "AWS::Lambda::EventInvokeConfig", properties, &context.path)
            .with_some("DependsOn", waits)
            .with_some("Condition", context.condition.clone()),
    );
}

struct Target {
    arn: Value,
    action: &'static str,
    resource: Value,
    alias_id: Option<EcoString>,
    condition: Option<EcoString>,
    once: bool,
}

fn resolve(
    destination: &Destination,
    service: &ServiceContext,
    path: &Path,
    out: &mut Fragment,
) -> Option<Target> {
    match destination {
        Destination::Typed(TypedDestination { arn, kind }) => {
            let action = match kind {
                DestinationKind::Function => "lambda:InvokeFunction",
                DestinationKind::Sns => "sns:Publish",
                DestinationKind::Sqs => "sqs:SendMessage",
                DestinationKind::EventBus => "events:PutEvents",
            };
            let arn = Value::from(arn.clone());
            Some(Target {
                arn: arn.clone(),
                action,
                resource: arn,
                alias_id: None,
                condition: None,
                once: false,
            })
        }
        Destination::Target(text) if text.starts_with("arn:") => {
            let kinds = [
                (":function:", "lambda:InvokeFunction"),
                (":sqs:", "sqs:SendMessage"),
                (":sns:", "sns:Publish"),
                (":event-bus/", "events:PutEvents"),
            ];
            let Some((_, action)) = kinds.iter().find(|(part, _)| text.contains(part)) else {
                out.report(
                    Diagnostic::new(
                        &rules::INVALID_FORMAT,
                        Place::value(path.clone()),
                        eco_format!("`{text}` is no destination"),
                    )
                    .help("write the ARN of a function, a queue, a topic or an event bus"),
                );
                return None;
            };
            let arn = Value::from(text);
            Some(Target {
                arn: arn.clone(),
                action,
                resource: arn,
                alias_id: None,
                condition: None,
                once: true,
            })
        }
        Destination::Target(key) => {
            let Some(function) = service.function(key) else {
                out.report(unknown_function(key, service, Place::value(path.clone())));
                return None;
            };
            let arn = function.target();
            let name = &function.name;
            // Version 3 neither permits the alias of a destination nor waits for it.
            let alias = function.alias.as_ref().filter(|_| service.is_version_4());
            let tail = alias.map(|it| eco_format!(":{}", it.name)).unwrap_or_default();
            let resource = sub(eco_format!(
                "arn:${{AWS::Partition}}:lambda:${{AWS::Region}}:${{AWS::AccountId}}:function:{name}{tail}"
            ));
            let (alias_id, condition) = (alias.map(|it| it.id.clone()), function.condition.clone());
            Some(Target { arn, action: "lambda:InvokeFunction", resource, alias_id, condition, once: true })
        }
    }
}

/// A function that the service does not have.
pub fn unknown_function(key: &str, service: &ServiceContext, at: Place) -> Diagnostic {
    let message = eco_format!("the service has no function `{key}`");
    let diagnostic = Diagnostic::new(&rules::UNKNOWN_FUNCTION, at.clone(), message);
    diagnostic.meant(
        "replace with",
        at,
        crate::diagnostic::nearest(key, service.functions.iter().map(|it| it.key.as_str())),
        "write the key of a function of this service, or an ARN",
    )
}
