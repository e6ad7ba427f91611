//! `s3` events of buckets that exist already: a custom resource for each function, which notifies it.

use ecow::{EcoString, eco_format};
use indexmap::IndexMap;

use super::{Rule, S3};
use crate::aws::context::FunctionContext;
use crate::aws::events::{EventSource as _, FunctionEvents};
use crate::aws::resources::custom_resource::{CustomResource, Handler, chain};
use crate::cfn::{Fragment, join, reference, stamp};
use crate::diagnostic::{Diagnostic, Place};
use crate::json;
use crate::path::Path;
use crate::rules;
use crate::value::{Object, Value};

/// Lowers the events of buckets that exist.
pub fn lower(functions: &[FunctionEvents<'_, S3>], out: &mut Fragment) {
    let mut statements: Vec<Value> = Vec::new();
    let mut by_bucket: IndexMap<EcoString, Vec<CustomResource>> = IndexMap::new();
    for FunctionEvents { function, events } in functions {
        let existing = events.iter().filter(|it| it.event.existing == Some(true));
        let existing: Vec<(&S3, Path)> =
            existing.map(|it| (&it.event, function.event_path(it.index, S3::KEY))).collect();
        let Some((first, from)) = existing.first() else { continue };
        let bucket = first.bucket.to_value();
        for (event, from) in existing.iter().filter(|(it, _)| it.bucket != first.bucket) {
            several_buckets(event, from, function, out);
        }
        by_bucket.entry(bucket.to_json().into()).or_default().push(resource(&existing, from, function));
        let arn = vec!["arn".into(), reference("AWS::Partition"), "s3".into(), "".into(), "".into(), bucket];
        statements.push(json!({
            "Effect": "Allow",
            "Resource": (join(":", arn)),
            "Action": ["s3:PutBucketNotification", "s3:GetBucketNotification"],
        }));
    }
    if by_bucket.is_empty() {
        return;
    }
    let functions = vec![
        "arn".into(),
        reference("AWS::Partition"),
        "lambda".into(),
        reference("AWS::Region"),
        reference("AWS::AccountId"),
        "function".into(),
        "*".into(),
    ];
    statements.push(json!({
        "Effect": "Allow",
        "Resource": (join(":", functions)),
        "Action": ["lambda:AddPermission", "lambda:RemovePermission"],
    }));
    chain(by_bucket.into_values().flatten(), out);
    out.custom_resources.push(Handler::S3.with(statements));
}

/// The custom resource of a function, with all its events.
fn resource(events: &[(&S3, Path)], from: &Path, function: &FunctionContext) -> CustomResource {
    let configs = events.iter().map(|(event, _)| {
        let rules = event.rules.iter().flatten().filter_map(Rule::parts);
        let rules = rules.map(|(name, value)| {
            Value::from(Object::from_iter([(crate::aws::naming::upper_first(name), value)]))
        });
        json!({
            "Event": (event.event.clone().unwrap_or_else(|| "s3:ObjectCreated:*".into())),
            "Rules": (Value::array(rules)),
        })
    });
    let mut properties = Object::new();
    properties.insert("FunctionName", &function.name);
    properties.insert_some("FunctionQualifier", function.alias.as_ref().map(|it| it.name.clone()));
    properties.insert_some("BucketName", events.first().map(|(it, _)| it.bucket.to_value()));
    properties.insert("BucketConfigs", Value::array(configs));
    // The events of a function are set together, and the first decides when.
    let forced = events.first().is_some_and(|(it, _)| it.force_deploy == Some(true));
    properties.insert_some("ForceDeploy", forced.then_some(stamp::TIME));
    CustomResource {
        id: eco_format!("{}CustomS31", function.id()),
        kind: "Custom::S3",
        handler: Handler::S3,
        waits: [function.logical_id()].into_iter().chain(function.alias_id()).collect(),
        properties,
        from: from.clone(),
    }
}

fn several_buckets(event: &S3, from: &Path, function: &FunctionContext, out: &mut Fragment) {
    if matches!(event.bucket, crate::shape::Cfn::Unknown(_)) {
        return;
    }
    let message = eco_format!("the function `{}` listens to a second bucket that exists", function.key);
    out.report(
        Diagnostic::new(&rules::CONFLICTING_OPTIONS, Place::value(from.join("bucket")), message)
            .why("the notifications of a function are set in one bucket")
            .help("give each bucket a function of its own"),
    );
}
