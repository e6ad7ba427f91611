//! A packaged service as plain data: everything that a deploy needs, and nothing of the compiler. Answers "what
//! is deployed, where to, and with which settings?". [`Package::read`] takes it from a `.serverless` directory.

mod force;
mod read;

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

pub use read::sha256_base64;

/// File of the first template, which makes the deployment bucket.
pub const CREATE_TEMPLATE: &str = "cloudformation-template-create-stack.json";
/// File of the whole template.
pub const UPDATE_TEMPLATE: &str = "cloudformation-template-update-stack.json";
/// File of the service's state.
pub const STATE: &str = "serverless-state.json";
/// Name of the template in the deployment bucket.
pub const UPLOADED_TEMPLATE: &str = "compiled-cloudformation-template.json";
/// Logical id of the deployment bucket that belongs to the stack.
pub const BUCKET_LOGICAL_ID: &str = "ServerlessDeploymentBucket";

/// Which stack: what `info` and `remove` need to know, and `deploy` too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// Name of the service.
    pub service: String,
    /// Stage.
    pub stage: String,
    /// AWS region, `us-east-1`.
    pub region: String,
    /// Name of the stack, `<service>-<stage>` unless the service says otherwise.
    pub stack_name: String,
    /// First part of every key in the deployment bucket, `serverless` unless the service says otherwise.
    pub deployment_prefix: String,
    /// The service's own deployment bucket; `None` for the bucket that the stack makes.
    pub bucket: Option<String>,
}

impl Target {
    /// The target with the framework's names.
    pub fn new(service: &str, stage: &str, region: &str) -> Self {
        Self {
            service: service.to_owned(),
            stage: stage.to_owned(),
            region: region.to_owned(),
            stack_name: format!("{service}-{stage}"),
            deployment_prefix: "serverless".to_owned(),
            bucket: None,
        }
    }

    /// The repository of the images that are built for this service and stage.
    pub fn repository(&self) -> String {
        let whole = format!("serverless-{}-{}", self.service, self.stage).to_lowercase();
        let mut name = String::new();
        for char in whole.chars() {
            if char != '-' || !name.ends_with('-') {
                name.push(char);
            }
        }
        name.strip_suffix('-').map_or(name.clone(), str::to_owned)
    }

    /// The part of the deployment bucket that belongs to this service and stage, with a slash at its end.
    pub fn base(&self) -> String {
        format!("{}/{}/{}/", self.deployment_prefix, self.service, self.stage)
    }
}

/// A file of the package that goes to the deployment bucket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArtifactFile {
    /// Where it lies on this machine.
    pub path: PathBuf,
    /// Key in the bucket, as the template names it.
    pub key: String,
    /// SHA-256 of its bytes in base64.
    pub sha256_base64: String,
    /// Size in bytes.
    pub bytes: u64,
}

/// A parameter of the stack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parameter {
    /// Name.
    pub key: String,
    /// Value; `None` keeps the deployed one.
    pub value: Option<String>,
}

/// Encryption of the uploads, from `provider.deploymentBucket`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Encryption {
    /// `AES256` or `aws:kms`.
    pub algorithm: Option<String>,
    /// KMS key.
    pub kms_key_id: Option<String>,
    /// Algorithm of a key that the customer holds.
    pub customer_algorithm: Option<String>,
    /// That key.
    pub customer_key: Option<String>,
    /// Its MD5.
    pub customer_key_md5: Option<String>,
}

/// What the stack is told besides its template.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct StackSettings {
    /// Tags: key and value.
    pub tags: Vec<(String, String)>,
    /// Parameters.
    pub parameters: Vec<Parameter>,
    /// Topics that are told of events.
    pub notification_arns: Vec<String>,
    /// Service role.
    pub role_arn: Option<String>,
    /// Capabilities.
    pub capabilities: Vec<String>,
    /// Keep what was made when something fails.
    pub disable_rollback: bool,
    /// `RollbackConfiguration` as CloudFormation spells it.
    pub rollback_configuration: Option<serde_json::Value>,
    /// Stack policy as JSON text.
    pub policy: Option<String>,
}

/// A packaged service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Package {
    /// Which stack.
    pub target: Target,
    /// The first template: the deployment bucket alone.
    pub create_template_json: String,
    /// The whole template.
    pub update_template_json: String,
    /// The service's state, as it is uploaded.
    pub state_json: String,
    /// Directory in the bucket, `<prefix>/<service>/<stage>/<ms>-<time>`.
    pub artifact_directory: String,
    /// Files to upload.
    pub files: Vec<ArtifactFile>,
    /// What the stack is told besides its template.
    pub stack: StackSettings,
    /// Encryption of the uploads.
    pub encryption: Encryption,
    /// Deployments to keep in the bucket besides the present one.
    pub keep_previous: usize,
}

impl Package {
    /// Key of the template in the bucket.
    pub fn template_key(&self) -> String {
        format!("{}/{UPLOADED_TEMPLATE}", self.artifact_directory)
    }

    /// Key of the state in the bucket.
    pub fn state_key(&self) -> String {
        format!("{}/{STATE}", self.artifact_directory)
    }

    /// URL by which CloudFormation reads the template.
    pub fn template_url(&self, bucket: &str) -> String {
        self.url(bucket, &self.template_key())
    }

    /// URL of an object: the regional path style, which every partition and every emulator takes.
    pub fn url(&self, bucket: &str, key: &str) -> String {
        let region = &self.target.region;
        let suffix = match region {
            region if region.starts_with("cn-") => "amazonaws.com.cn",
            region if region.starts_with("us-isob-") => "sc2s.sgov.gov",
            region if region.starts_with("us-iso-") => "c2s.ic.gov",
            _ => "amazonaws.com",
        };
        format!("https://s3.{region}.{suffix}/{bucket}/{key}")
    }
}
