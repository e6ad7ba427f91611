//! How a service is deployed: its bucket, method, protection and rollback.

use crate::aws::types::Tags;
use crate::shape::scalar::BucketName;
use crate::shape::{Arn, Int, Text, Typed};

/// `provider.deploymentBucket`.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub enum DeploymentBucket {
    /// The name of a bucket that exists.
    Name(BucketName),
    /// Settings.
    Settings(DeploymentBucketSettings),
}

/// `provider.deploymentBucket` with settings.
#[derive(Clone, Debug, Default, PartialEq, Eq, Typed)]
pub struct DeploymentBucketSettings {
    /// The name of a bucket that exists.
    #[length(3, 63)]
    pub name: Option<BucketName>,
    /// Whether the stack's own bucket blocks public access.
    pub block_public_access: Option<bool>,
    /// Whether the policy that asks for encrypted transport is left out.
    pub skip_policy_setup: Option<bool>,
    /// How many earlier deployments are kept. 5 by default.
    #[range(0, i64::MAX)]
    pub max_previous_deployment_artifacts: Option<Int>,
    /// Whether the stack's own bucket keeps versions.
    pub versioning: Option<bool>,
    /// How uploads are encrypted.
    pub server_side_encryption: Option<Encryption>,
    /// The algorithm of a key of your own.
    pub sse_customer_algorithim: Option<Text>,
    /// A key of your own.
    pub sse_customer_key: Option<Text>,
    /// The MD5 of a key of your own.
    #[key("sseCustomerKeyMD5")]
    pub sse_customer_key_md5: Option<Text>,
    /// The id of a KMS key.
    #[key("sseKMSKeyId")]
    pub sse_kms_key_id: Option<Text>,
    /// Tags of the stack's own bucket.
    pub tags: Option<Tags>,
}

/// How uploads are encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Typed)]
pub enum Encryption {
    /// With a key of S3's.
    #[key("AES256")]
    Aes256,
    /// With a key of KMS.
    #[key("aws:kms")]
    Kms,
}

/// `provider.deletionProtection`.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub enum DeletionProtection {
    /// For all stages.
    Enabled(bool),
    /// For some stages.
    Stages(ProtectedStages),
}

/// `provider.deletionProtection` for some stages.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub struct ProtectedStages {
    /// The stages.
    #[items(1, usize::MAX)]
    pub stages: Vec<Text>,
}

/// `provider.pruneFunctionVersions`.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub enum PruneVersions {
    /// Keep ten.
    Enabled(bool),
    /// Keep some.
    Settings(KeptVersions),
}

/// `provider.pruneFunctionVersions` with a number.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub struct KeptVersions {
    /// How many versions are kept.
    #[range(1, i64::MAX)]
    pub number: Int,
}

/// `provider.deploymentMethod`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Typed)]
pub enum DeploymentMethod {
    /// Through change sets.
    #[key("changesets")]
    ChangeSets,
    /// By direct updates.
    #[key("direct")]
    Direct,
}

/// `provider.rollbackConfiguration`.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub struct RollbackConfiguration {
    /// Alarms that roll back.
    #[key("RollbackTriggers")]
    pub rollback_triggers: Option<Vec<RollbackTrigger>>,
    /// Minutes that the alarms are watched after a deployment.
    #[key("MonitoringTimeInMinutes")]
    #[range(0, i64::MAX)]
    pub monitoring_time_in_minutes: Option<Int>,
}

/// An alarm that rolls back.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub struct RollbackTrigger {
    /// The ARN of the alarm.
    #[key("Arn")]
    pub arn: Arn,
    /// The type: `AWS::CloudWatch::Alarm`.
    #[key("Type")]
    pub kind: AlarmType,
}

/// The type of what rolls back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Typed)]
pub enum AlarmType {
    /// An alarm of CloudWatch.
    #[key("AWS::CloudWatch::Alarm")]
    Alarm,
}

/// An item of `provider.stackParameters`: the value of a parameter of the stack.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub struct StackParameter {
    /// The name of the parameter.
    #[key("ParameterKey")]
    pub key: Option<Text>,
    /// Its value.
    #[key("ParameterValue")]
    pub value: Option<Text>,
    /// Whether it keeps the value that it has.
    #[key("UsePreviousValue")]
    pub use_previous: Option<bool>,
    /// The value that a parameter of Systems Manager has.
    #[key("ResolvedValue")]
    pub resolved: Option<Text>,
}
