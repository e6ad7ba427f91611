//! Layers: `layers.*` to `AWS::Lambda::LayerVersion` with its permissions and outputs.

use ecow::{EcoString, eco_format};
use sha1::{Digest as _, Sha1};

use super::deployment_bucket;
use crate::aws::context::ServiceContext;
use crate::aws::layer::Layer;
use crate::aws::naming;
use crate::cfn::{Fragment, Resource, reference};
use crate::json;
use crate::package::object;
use crate::path::Path;
use crate::shape::check::{Checker, check};
use crate::shape::{Map, Typed};
use crate::value::{Object, Value};

/// All layers of the service.
pub fn lower(layers: &Value, service: &ServiceContext, cx: &mut Checker) -> Fragment {
    let mut out = Fragment::default();
    if layers.is_null() {
        return out;
    }
    let checked = check(layers, <Map<Layer>>::SHAPE, cx);
    for (key, layer) in <Map<Layer>>::decode(&checked).unwrap_or_default() {
        one(&key, &layer, service, &mut out);
    }
    out
}

/// The name of a layer's archive.
pub fn archive(key: &str, layer: &Layer) -> EcoString {
    let ready = layer.package.as_ref().and_then(|it| it.artifact.as_ref());
    ready.map_or_else(|| eco_format!("{key}.zip"), |it| object::base(it))
}

fn properties(key: &str, layer: &Layer, service: &ServiceContext) -> Object {
    let Layer {
        allowed_accounts: _,
        compatible_architectures,
        compatible_runtimes,
        description,
        license_info,
        name,
        ..
    } = layer;
    let mut properties = Object::new();
    let s3_key = deployment_bucket::key(service, &archive(key, layer));
    properties
        .insert("Content", json!({ "S3Bucket": (deployment_bucket::bucket(service)), "S3Key": s3_key }));
    properties.insert("LayerName", name.clone().unwrap_or_else(|| key.into()));
    properties.insert_some("Description", description.clone());
    properties.insert_some("LicenseInfo", license_info.clone());
    let list = |items: Vec<Value>| Value::from(items);
    properties.insert_some(
        "CompatibleRuntimes",
        compatible_runtimes.clone().map(|it| list(it.into_iter().map(Value::from).collect())),
    );
    properties.insert_some(
        "CompatibleArchitectures",
        compatible_architectures.clone().map(|it| list(it.into_iter().map(Value::from).collect())),
    );
    properties
}

fn one(key: &EcoString, layer: &Layer, service: &ServiceContext, out: &mut Fragment) {
    let from = Path::from(["layers", key.as_str()]);
    let properties = properties(key, layer, service);
    let hash = hash(&properties, &service.code_hash(&archive(key, layer)));
    let base = naming::layer(key);
    let retain = layer.retain == Some(true);
    let id = if retain { eco_format!("{base}{hash}") } else { base.clone() };
    let policy = retain.then_some("Retain");
    let s3_key = properties.get("Content").and_then(|it| it.get("S3Key")).cloned().unwrap_or_default();
    out.push(
        Resource::new(id.clone(), "AWS::Lambda::LayerVersion", properties, &from)
            .with_some("DeletionPolicy", policy),
    );
    for account in layer.allowed_accounts.iter().flatten() {
        let tail = account.replacen("*", "Wild", 1);
        let permission = eco_format!("{}{tail}LambdaLayerPermission", naming::normalized(key));
        let permission = if retain { eco_format!("{permission}{hash}") } else { permission };
        let properties = json!({
            "Action": "lambda:GetLayerVersion",
            "LayerVersionArn": (reference(id.clone())),
            "Principal": account,
        });
        out.push(
            Resource::new(permission, "AWS::Lambda::LayerVersionPermission", properties, &from)
                .with_some("DeletionPolicy", policy),
        );
    }
    out.output(eco_format!("{base}QualifiedArn"), Some("Current Lambda layer version"), reference(id));
    out.output(eco_format!("{base}Hash"), Some("Current Lambda layer hash"), hash);
    out.output(eco_format!("{base}S3Key"), Some("Current Lambda layer S3Key"), s3_key);
}

/// The hash of what makes a layer's version: its settings and its archive.
fn hash(properties: &Object, code: &str) -> String {
    let mut settings = properties.clone();
    settings.edit_object("Content", |it| it.remove("S3Key"));
    let resource = json!({ "Type": "AWS::Lambda::LayerVersion", "Properties": settings });
    let mut hash = Sha1::new();
    hash.update(resource.to_json().as_bytes());
    hash.update(code.as_bytes());
    hash.finalize().iter().map(|it| format!("{it:02x}")).collect()
}

/// A layer of this service that a function uses.
pub struct UsedLayer {
    /// Its archive.
    pub archive: EcoString,
    /// What of it goes into the hash of the function's version.
    pub configuration: Value,
}

/// The layers of this service that a function refers to by `Ref`.
pub fn used(function: &Object, service: &ServiceContext) -> Vec<UsedLayer> {
    let references = function.get("Layers").and_then(Value::as_array).unwrap_or_default();
    let ids = references.iter().filter_map(|it| it.get("Ref")).filter_map(Value::as_str);
    ids.filter_map(|id| {
        let found = service.layers.iter().find(|(key, _)| naming::layer(key) == id);
        let (key, layer) = found?;
        let mut properties = properties(key, layer, service);
        properties.edit_object("Content", |it| it.remove("S3Key"));
        let configuration = json!({ "name": key, "ref": id, "properties": properties });
        Some(UsedLayer { archive: archive(key, layer), configuration })
    })
    .collect()
}
