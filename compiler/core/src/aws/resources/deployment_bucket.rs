//! The bucket that deployments go to, unless the service names one that exists.

use ecow::{EcoString, eco_format};

use crate::aws::context::ServiceContext;
use crate::aws::naming::{DEPLOYMENT_BUCKET, DEPLOYMENT_BUCKET_POLICY};
use crate::aws::provider::DeploymentBucket;
use crate::aws::provider::deployment::DeploymentBucketSettings;
use crate::cfn::{Fragment, Resource, join, reference};
use crate::json;
use crate::path::Path;
use crate::value::{Object, Value};

/// Stands for the time of a deployment until a template is written; see [`crate::cfn::stamp`].
pub const STAMP: &str = "0000000000000-1970-01-01T00:00:00.000Z";

/// The name of an existing bucket, if the service names one.
pub fn existing(service: &ServiceContext) -> Option<EcoString> {
    match &service.provider.deployment_bucket {
        Some(DeploymentBucket::Name(name)) => Some(name.0.clone()),
        Some(DeploymentBucket::Settings(it)) => it.name.as_ref().map(|it| it.0.clone()),
        None => None,
    }
}

/// The bucket as resources refer to it.
pub fn bucket(service: &ServiceContext) -> Value {
    existing(service).map_or_else(|| reference(DEPLOYMENT_BUCKET), Value::String)
}

/// The key of an artifact in the bucket.
pub fn key(service: &ServiceContext, file: &str) -> EcoString {
    eco_format!("{}/{file}", directory(service))
}

/// The directory of a deployment in the bucket, with [`STAMP`] for its time.
pub fn directory(service: &ServiceContext) -> EcoString {
    let prefix = service.provider.deployment_prefix.as_deref().unwrap_or("serverless");
    eco_format!("{prefix}/{}/{}/{STAMP}", service.service, service.stage)
}

/// The bucket, its policy and its output.
pub fn lower(service: &ServiceContext) -> Fragment {
    let mut out = Fragment::default();
    out.output("ServerlessDeploymentBucketName", None, bucket(service));
    if existing(service).is_some() {
        return out;
    }
    let settings = match &service.provider.deployment_bucket {
        Some(DeploymentBucket::Settings(it)) => it.clone(),
        _ => DeploymentBucketSettings::default(),
    };
    let from = Path::from(["provider", "deploymentBucket"]);
    let mut properties = Object::new();
    properties.insert(
        "BucketEncryption",
        json!({ "ServerSideEncryptionConfiguration": [{ "ServerSideEncryptionByDefault": { "SSEAlgorithm": "AES256" } }] }),
    );
    properties
        .insert_some("Tags", settings.tags.as_ref().filter(|it| !it.0.is_empty()).map(|it| it.to_list()));
    if settings.block_public_access == Some(true) {
        properties.insert(
            "PublicAccessBlockConfiguration",
            json!({ "BlockPublicAcls": true, "BlockPublicPolicy": true, "IgnorePublicAcls": true, "RestrictPublicBuckets": true }),
        );
    }
    if settings.versioning == Some(true) {
        properties.insert("VersioningConfiguration", json!({ "Status": "Enabled" }));
    }
    out.push(Resource::new(DEPLOYMENT_BUCKET, "AWS::S3::Bucket", properties, &from));
    if settings.skip_policy_setup != Some(true) {
        out.push(Resource::new(DEPLOYMENT_BUCKET_POLICY, "AWS::S3::BucketPolicy", policy(), &from));
    }
    out
}

/// Denies whatever does not come over TLS.
fn policy() -> Value {
    let arn = |tail: Option<&str>| {
        let mut parts =
            vec!["arn:".into(), reference("AWS::Partition"), ":s3:::".into(), reference(DEPLOYMENT_BUCKET)];
        parts.extend(tail.map(Value::from));
        join("", parts)
    };
    json!({
        "Bucket": (reference(DEPLOYMENT_BUCKET)),
        "PolicyDocument": {
            "Statement": [{
                "Action": "s3:*",
                "Effect": "Deny",
                "Principal": "*",
                "Resource": [(arn(Some("/*"))), (arn(None))],
                "Condition": { "Bool": { "aws:SecureTransport": false } },
            }],
        },
    })
}
