//! The bucket that deployments go to, unless the service names one that exists.

use crate::aws::context::ServiceContext;
use crate::aws::naming::{DEPLOYMENT_BUCKET, DEPLOYMENT_BUCKET_POLICY};
use crate::aws::provider::DeploymentBucket;
use crate::cfn::{Fragment, Resource, reference};
use crate::json;
use crate::path::Path;

/// The bucket, its policy and its output.
pub fn lower(service: &ServiceContext) -> Fragment {
    let mut out = Fragment::default();
    let named = match &service.provider.deployment_bucket {
        Some(DeploymentBucket::Name(_)) => true,
        Some(DeploymentBucket::Settings(it)) => it.name.is_some(),
        None => false,
    };
    if named {
        return out;
    }
    let from = Path::from(["provider", "deploymentBucket"]);
    let _ = (DEPLOYMENT_BUCKET_POLICY, json!(null));
    out.push(Resource::new(DEPLOYMENT_BUCKET, "AWS::S3::Bucket", crate::value::Object::new(), &from));
    out.output("ServerlessDeploymentBucketName", None, reference(DEPLOYMENT_BUCKET));
    out
}
