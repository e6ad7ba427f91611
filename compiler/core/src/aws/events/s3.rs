//! An S3 bucket to Lambda: `functions.*.events[].s3`.
//!
//! The buckets lower to `AWS::S3::Bucket` with the notifications of all functions, and one `AWS::Lambda::Permission`
//! for each function and bucket. A bucket that exists already is wired up by a custom resource.

pub mod existing;
pub mod notifications;
pub mod replication;
pub mod settings;
pub mod website;

use ecow::{EcoString, eco_format};
use indexmap::IndexMap;

use super::{EventSource, FunctionEvents};
use crate::aws::context::{FunctionContext, ServiceContext};
use crate::aws::naming;
use crate::cfn::{Fragment, Resource, join, reference};
use crate::diagnostic::{Diagnostic, Place};
use crate::json;
use crate::path::Path;
use crate::rules;
use crate::shape::check::matches;
use crate::shape::{Cfn, Shape, Text, Typed};
use crate::value::{Object, Value};

/// Invokes the function when objects of a bucket change.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub struct S3 {
    /// The bucket: its name, or a key of `provider.s3`.
    #[shorthand]
    pub bucket: Cfn<Text>,
    /// What happened. `s3:ObjectCreated:*` by default.
    #[pattern("^s3:.+$", "an event of S3, such as `s3:ObjectCreated:*`")]
    pub event: Option<Text>,
    /// Whether the bucket exists already, outside this stack.
    pub existing: Option<bool>,
    /// Whether the notification is set again at every deployment. For existing buckets.
    pub force_deploy: Option<bool>,
    /// Prefixes and suffixes of the objects' keys.
    pub rules: Option<Vec<Rule>>,
}

/// A prefix or a suffix of keys.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub struct Rule {
    /// How keys start.
    pub prefix: Option<Cfn<Text>>,
    /// How keys end.
    pub suffix: Option<Cfn<Text>>,
}

impl Rule {
    /// The name and the value of the first part that is written.
    fn parts(&self) -> Option<(&'static str, Value)> {
        let Rule { prefix, suffix } = self;
        let first = prefix.as_ref().map(|it| ("prefix", it.to_value()));
        first.or_else(|| suffix.as_ref().map(|it| ("suffix", it.to_value())))
    }
}

/// A bucket that the service makes.
struct Bucket {
    logical_id: EcoString,
    key: EcoString,
    settings: Option<Object>,
    notifications: Vec<Value>,
    waits: Vec<Value>,
    from: Path,
}

impl EventSource for S3 {
    const KEY: &'static str = "s3";
    const PAGE: &'static str = include_str!("s3.md");
    const SHARED: bool = true;

    fn lower_shared(functions: &[FunctionEvents<'_, Self>], service: &ServiceContext, out: &mut Fragment) {
        let mut buckets: IndexMap<EcoString, Bucket> = IndexMap::new();
        let mut permissions: Vec<(&FunctionContext, EcoString, Path)> = Vec::new();
        for FunctionEvents { function, events } in functions {
            for placed in events.iter().filter(|it| it.event.existing != Some(true)) {
                let from = function.event_path(placed.index, Self::KEY);
                if let Some(name) = notify(&placed.event, function, service, &from, &mut buckets, out) {
                    permissions.push((function, name, from));
                }
            }
        }
        for (name, bucket) in &buckets {
            out.push(bucket.lower(name));
        }
        for (function, name, from) in permissions {
            let key = buckets.get(&name).map_or(&name, |it| &it.key);
            let arn = vec!["arn:".into(), reference("AWS::Partition"), eco_format!(":s3:::{name}").into()];
            let properties = json!({
                "FunctionName": (function.target()),
                "Action": "lambda:InvokeFunction",
                "Principal": "s3.amazonaws.com",
                "SourceArn": (join("", arn)),
                "SourceAccount": (reference("AWS::AccountId")),
            });
            out.push(super::permission(permission_id(function, key), properties, function, &from));
        }
        existing::lower(functions, out);
        owners(service, out);
    }
}

/// Copies change their owner only where the account of their bucket is known.
fn owners(service: &ServiceContext, out: &mut Fragment) {
    let buckets = service.provider.s3.as_ref().and_then(|it| it.fitting.as_ref());
    for (key, bucket) in buckets.into_iter().flatten() {
        let copied = bucket.replication_configuration.iter().flat_map(|it| &it.rules).enumerate();
        let unknown = copied.filter(|(_, it)| it.destination.owner.is_some() && it.destination.account.is_none());
        for (index, _) in unknown {
            let path = Path::from(["provider", "s3"]).join(key).join("replicationConfiguration").join("Rules");
            let path = path.join(index).join("Destination").join("AccessControlTranslation");
            out.report(
                Diagnostic::new(&rules::MISSING_KEY, Place::key(path), "missing key `Account`")
                    .why("copies change their owner in another account only")
                    .help("add the account of the bucket that they go to"),
            );
        }
    }
}

fn permission_id(function: &FunctionContext, key: &str) -> EcoString {
    eco_format!("{}LambdaPermission{}S3", function.id(), naming::alphanumeric(key))
}

/// Adds the notification of one event; answers the bucket's name.
fn notify(
    event: &S3,
    function: &FunctionContext,
    service: &ServiceContext,
    from: &Path,
    buckets: &mut IndexMap<EcoString, Bucket>,
    out: &mut Fragment,
) -> Option<EcoString> {
    let S3 { bucket, event: kind, existing: _, force_deploy: _, rules: filters } = event;
    let Cfn::Value(key) = bucket else {
        if bucket.intrinsic().is_some() {
            let at = Place::value(from.join("bucket"));
            out.report(
                Diagnostic::new(&rules::WRONG_TYPE, at, "a bucket that the service makes needs a name that is written out")
                    .help("write the name, or add `existing: true` for a bucket that exists"),
            );
        }
        return None;
    };
    let settings = service.provider.s3.as_ref().and_then(|it| it.written.get(key)).and_then(Value::as_object);
    let name = settings.and_then(|it| it.get("name")).and_then(Value::as_str).map_or_else(|| key.clone(), EcoString::from);
    if !is_bucket_name(&name) {
        let message = eco_format!("`{name}` is not a bucket name");
        out.report(
            Diagnostic::new(&rules::INVALID_FORMAT, Place::value(from.clone()), message)
                .why("a bucket's name has 3 to 63 lower-case letters, digits, dots and dashes")
                .help("choose another name")
                .about(key),
        );
        return None;
    }
    let mut notification = Object::new();
    notification.insert("Event", kind.clone().unwrap_or_else(|| "s3:ObjectCreated:*".into()));
    notification.insert("Function", function.target());
    if let Some(filters) = filters {
        let rules = filters.iter().filter_map(Rule::parts).map(|(name, value)| json!({ "Name": name, "Value": value }));
        notification.insert("Filter", json!({ "S3Key": { "Rules": (Value::array(rules)) } }));
    }
    let entry = buckets.entry(name.clone()).or_insert_with(|| Bucket {
        logical_id: eco_format!("S3Bucket{}", naming::alphanumeric(key)),
        key: key.clone(),
        settings: settings.cloned(),
        notifications: Vec::new(),
        waits: Vec::new(),
        from: from.clone(),
    });
    entry.notifications.push(notification.into());
    entry.waits.push(permission_id(function, &entry.key).into());
    entry.waits.extend(function.alias_id().map(Value::String));
    Some(name)
}

fn is_bucket_name(name: &str) -> bool {
    let Shape::String(shape) = crate::shape::scalar::BucketName::SHAPE else { return true };
    let address = name.split('.').count() == 4 && name.split('.').all(|it| it.parse::<u16>().is_ok());
    !address && shape.pattern.is_none_or(|it| matches(it, name))
}

impl Bucket {
    fn lower(&self, name: &str) -> Resource {
        let mut configuration = Object::new();
        configuration.insert("LambdaConfigurations", self.notifications.clone());
        let mut properties = Object::new();
        properties.insert("BucketName", name);
        properties.insert("NotificationConfiguration", Value::Null);
        for (key, value) in self.settings.iter().flat_map(Object::iter).filter(|(key, _)| *key != "name") {
            match (key.as_str(), value) {
                ("notificationConfiguration", Value::Object(own)) => {
                    own.iter().for_each(|(key, value)| configuration.insert(key.clone(), value));
                }
                _ => properties.insert(naming::upper_first(key), value),
            }
        }
        properties.insert("NotificationConfiguration", configuration);
        Resource::new(self.logical_id.clone(), "AWS::S3::Bucket", properties, &self.from).with("DependsOn", self.waits.clone())
    }
}
