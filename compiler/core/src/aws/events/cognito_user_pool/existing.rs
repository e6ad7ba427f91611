//! `cognitoUserPool` events of pools that exist already: a custom resource for each function, which sets the triggers.

use ecow::{EcoString, eco_format};
use indexmap::IndexMap;

use super::{CognitoUserPool, EventVersion, Keys, Trigger, check_version};
use crate::aws::context::FunctionContext;
use crate::aws::events::{EventSource as _, FunctionEvents};
use crate::aws::resources::custom_resource::{CustomResource, Handler, chain};
use crate::cfn::{Fragment, stamp, sub};
use crate::diagnostic::{Diagnostic, Place};
use crate::json;
use crate::path::Path;
use crate::rules;
use crate::value::{Object, Value};

/// Lowers the events of pools that exist.
pub fn lower(functions: &[FunctionEvents<'_, CognitoUserPool>], out: &mut Fragment) {
    let mut statements: Vec<Value> = Vec::new();
    let mut keys = Keys::default();
    let mut by_pool: IndexMap<EcoString, Vec<CustomResource>> = IndexMap::new();
    for FunctionEvents { function, events } in functions {
        let mut configs: Vec<Value> = Vec::new();
        let mut first: Option<(&CognitoUserPool, Path)> = None;
        let mut granted = false;
        for placed in events.iter().filter(|it| it.event.existing == Some(true)) {
            let from = function.event_path(placed.index, CognitoUserPool::KEY);
            let event = &placed.event;
            check_version(event, &from, out);
            let key = keys.of(event, &from, out);
            match key.clone() {
                // Cognito lets itself be granted the use of a key by whoever names it. The framework allows that for
                // the first event of a function alone.
                Some(key) if first.is_none() => {
                    statements
                        .push(json!({ "Effect": "Allow", "Resource": key, "Action": ["kms:CreateGrant"] }));
                    granted = true;
                }
                Some(_) if !granted => ungranted(&from, out),
                _ => {}
            }
            configs.push(config(event, key));
            match &first {
                Some((known, _)) if known.pool != event.pool => several_pools(&from, function, out),
                Some(_) => {}
                None => first = Some((event, from)),
            }
        }
        let Some((event, from)) = first else { continue };
        statements.push(json!({
            "Effect": "Allow",
            "Resource": "*",
            "Action": ["cognito-idp:ListUserPools", "cognito-idp:DescribeUserPool", "cognito-idp:UpdateUserPool"],
        }));
        by_pool.entry(event.pool.clone()).or_default().push(resource(event, configs, function, &from));
    }
    if by_pool.is_empty() {
        return;
    }
    let all = "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:*";
    statements.push(json!({
        "Effect": "Allow",
        "Resource": (sub(all)),
        "Action": ["lambda:AddPermission"],
        "Condition": { "StringEquals": { "lambda:Principal": "cognito-idp.amazonaws.com" } },
    }));
    statements
        .push(json!({ "Effect": "Allow", "Resource": (sub(all)), "Action": ["lambda:RemovePermission"] }));
    // The roles with which the pool sends messages are handed on when it is updated.
    let roles = sub("arn:${AWS::Partition}:iam::*:role/*");
    statements.push(json!({ "Effect": "Allow", "Resource": roles, "Action": ["iam:PassRole"] }));
    chain(by_pool.into_values().flatten(), out);
    out.custom_resources.push(Handler::UserPool.with(statements));
}

/// One trigger as the custom resource takes it.
fn config(event: &CognitoUserPool, key: Option<Value>) -> Value {
    let mut config = Object::new();
    config.insert("Trigger", event.trigger.word());
    let version = event.lambda_version.map(EventVersion::word);
    if event.trigger.sends() {
        config.insert("LambdaVersion", version.unwrap_or(EventVersion::One.word()));
        config.insert_some("KMSKeyID", key);
    } else if event.trigger == Trigger::PreTokenGeneration {
        config.insert_some("LambdaVersion", version);
    }
    config.into()
}

/// The custom resource of a function, with all its triggers.
fn resource(
    event: &CognitoUserPool,
    configs: Vec<Value>,
    function: &FunctionContext,
    from: &Path,
) -> CustomResource {
    let mut properties = Object::new();
    properties.insert("FunctionName", &function.name);
    properties.insert_some("FunctionQualifier", function.alias.as_ref().map(|it| it.name.clone()));
    properties.insert("UserPoolName", &event.pool);
    properties.insert("UserPoolConfigs", configs);
    // The triggers of a function are set together, and its first event decides when.
    properties.insert_some("ForceDeploy", (event.force_deploy == Some(true)).then_some(stamp::TIME));
    CustomResource {
        id: eco_format!("{}CustomCognitoUserPool1", function.id()),
        kind: "Custom::CognitoUserPool",
        handler: Handler::UserPool,
        waits: [function.logical_id()].into_iter().chain(function.alias_id()).collect(),
        properties,
        from: from.clone(),
    }
}

fn ungranted(from: &Path, out: &mut Fragment) {
    let at = Place::value(from.join("trigger"));
    out.report(Diagnostic::new(&rules::CONFLICTING_OPTIONS, at, "the key may not be used for this pool")
            .why("the permission is given for the first event of a function alone, as the framework does it")
            .help("put this event before the other events of existing pools").warning());
}

fn several_pools(from: &Path, function: &FunctionContext, out: &mut Fragment) {
    let message = eco_format!("the function `{}` has triggers of a second pool that exists", function.key);
    out.report(
        Diagnostic::new(&rules::CONFLICTING_OPTIONS, Place::value(from.join("pool")), message)
            .why("the triggers of a function are set in one pool")
            .help("give each pool a function of its own"),
    );
}
