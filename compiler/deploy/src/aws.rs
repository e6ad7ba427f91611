//! AWS as this crate sees it: the few calls that a deploy makes, as a trait, so that every step can be driven
//! by the real service, an emulator or a fake. Answers "which calls do we make, and what do we take from them?".

mod classify;
pub mod sdk;
mod settings;

use std::path::Path;

pub use classify::{AwsError, Cause};
pub use sdk::Sdk;

use crate::artifacts::{Encryption, Parameter};
use crate::event::{Change, StackEvent};

/// What is taken from `DescribeStacks`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Stack {
    /// ARN; the only name under which a deleted stack can still be asked for.
    pub id: String,
    /// Name.
    pub name: String,
    /// `CREATE_COMPLETE` and the like.
    pub status: String,
    /// Reason of the status.
    pub reason: Option<String>,
    /// Outputs in AWS's order.
    pub outputs: Vec<Output>,
    /// Parameters: key and value (`****` when hidden).
    pub parameters: Vec<(String, String)>,
    /// Tags: key and value.
    pub tags: Vec<(String, String)>,
    /// Topics that are told of events.
    pub notification_arns: Vec<String>,
    /// Service role of the stack.
    pub role_arn: Option<String>,
    /// Last update, else the creation; RFC 3339.
    pub updated: Option<String>,
    /// Whether `DeleteStack` is refused.
    pub protected: bool,
}

/// An output of a stack.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Output {
    /// Name in the template.
    pub key: String,
    /// Value.
    pub value: String,
    /// Description, if the template gives one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub description: Option<String>,
}

/// A parameter of the SSM Parameter Store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParameterValue {
    /// Its type.
    pub kind: ParameterKind,
    /// Its text.
    pub text: String,
}

/// The type of a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParameterKind {
    /// `String`.
    Text,
    /// `StringList`.
    List,
    /// `SecureString`.
    Secure,
}

/// A resource of a stack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resource {
    /// Logical id.
    pub logical_id: String,
    /// Physical id, empty while there is none.
    pub physical_id: String,
    /// CloudFormation type.
    pub resource_type: String,
    /// Status.
    pub status: String,
}

/// Whether a change set makes a stack or changes one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangeSetKind {
    /// The stack does not exist, or is only under review.
    Create,
    /// The stack exists.
    Update,
}

/// Where CloudFormation reads the template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Template {
    /// In the request: at most 51,200 bytes.
    Body(String),
    /// In S3: at most 1 MB.
    Url(String),
}

/// What `CreateChangeSet` is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeSetRequest {
    /// Name of the stack.
    pub stack_name: String,
    /// Name of the change set, unique in the stack.
    pub name: String,
    /// Create or update.
    pub kind: ChangeSetKind,
    /// Template.
    pub template: Template,
    /// Parameters.
    pub parameters: Vec<Parameter>,
    /// Tags.
    pub tags: Vec<(String, String)>,
    /// Capabilities.
    pub capabilities: Vec<String>,
    /// Topics to tell.
    pub notification_arns: Vec<String>,
    /// Service role.
    pub role_arn: Option<String>,
    /// `RollbackConfiguration` as CloudFormation spells it.
    pub rollback_configuration: Option<serde_json::Value>,
    /// Token of the request.
    pub token: String,
}

/// What `DescribeChangeSet` tells.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ChangeSet {
    /// ARN.
    pub id: String,
    /// ARN of the stack.
    pub stack_id: String,
    /// `CREATE_COMPLETE`, `FAILED` and the like.
    pub status: String,
    /// Why it failed.
    pub reason: String,
    /// `AVAILABLE`, `EXECUTE_IN_PROGRESS` and the like.
    pub execution: String,
    /// What it would change.
    pub changes: Vec<Change>,
}

/// A page of stack events, newest first.
#[derive(Debug, Clone, Default)]
pub struct EventPage {
    /// The events.
    pub events: Vec<StackEvent>,
    /// Where the next (older) page begins.
    pub next: Option<String>,
}

/// One finding of CloudFormation's validation before a deployment
/// (<https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/validate-stack-deployments.html>).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Logical id of the resource.
    pub logical_id: String,
    /// CloudFormation type.
    pub resource_type: String,
    /// AWS's words, with the path in the template where it gives one.
    pub reason: String,
}

/// Whose findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Findings<'a> {
    /// Of the change set with this ARN.
    ChangeSet(&'a str),
    /// Of the last operation of the stack with this ARN.
    Stack(&'a str),
}

/// An object to upload.
#[derive(Debug, Clone)]
pub struct Upload<'a> {
    /// Bucket.
    pub bucket: &'a str,
    /// Key.
    pub key: &'a str,
    /// Content.
    pub body: UploadBody<'a>,
    /// Content type.
    pub content_type: &'a str,
    /// Value of the metadata `filesha256`, by which the framework compares deployments.
    pub sha256: &'a str,
    /// Encryption that the service asks for.
    pub encryption: &'a Encryption,
}

/// Content of an upload.
#[derive(Debug, Clone, Copy)]
pub enum UploadBody<'a> {
    /// Text in memory.
    Text(&'a str),
    /// A file, read again at each attempt.
    File(&'a Path),
}

/// An object in a bucket, or one version of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// Key.
    pub key: String,
    /// Version; `None` where versions were not asked for.
    pub version: Option<String>,
    /// Last change, seconds since 1970.
    pub modified: i64,
}

/// A page of a listing.
#[derive(Debug, Clone, Default)]
pub struct ObjectPage {
    /// The objects, versions and delete markers.
    pub objects: Vec<Object>,
    /// Key, and version, after which the next page begins.
    pub next: Option<(String, Option<String>)>,
}

/// The calls. Each is one request (with the SDK's retries); loops over pages and time are the caller's.
#[allow(async_fn_in_trait)]
pub trait Aws {
    /// The stack of this name or id, `None` when there is none.
    async fn describe_stack(&self, name_or_id: &str) -> Result<Option<Stack>, AwsError>;
    /// The template as it was given to CloudFormation.
    async fn stack_template(&self, stack: &str) -> Result<String, AwsError>;
    /// One resource of a stack, `None` when the stack has none of this id.
    async fn stack_resource(&self, stack: &str, logical_id: &str) -> Result<Option<Resource>, AwsError>;
    /// A page of the resources of a stack, and the token of the next.
    async fn stack_resources(
        &self,
        stack: &str,
        next: Option<String>,
    ) -> Result<(Vec<Resource>, Option<String>), AwsError>;
    /// Starts the creation of a change set: its id and the stack's.
    async fn create_change_set(&self, request: &ChangeSetRequest) -> Result<(String, String), AwsError>;
    /// A change set with all its changes.
    async fn describe_change_set(&self, stack: &str, name: &str) -> Result<ChangeSet, AwsError>;
    /// Starts a change set.
    async fn execute_change_set(
        &self,
        stack: &str,
        name: &str,
        token: &str,
        disable_rollback: bool,
    ) -> Result<(), AwsError>;
    /// Deletes a change set that was not executed.
    async fn delete_change_set(&self, stack: &str, name: &str) -> Result<(), AwsError>;
    /// What validation found in a change set, or in the last operation of a stack.
    async fn findings(&self, of: Findings<'_>) -> Result<Vec<Finding>, AwsError>;
    /// A page of events, newest first.
    async fn stack_events(&self, stack_id: &str, next: Option<String>) -> Result<EventPage, AwsError>;
    /// Sets the policy that protects resources against updates.
    async fn set_stack_policy(&self, stack: &str, policy: &str) -> Result<(), AwsError>;
    /// Starts the deletion of a stack.
    async fn delete_stack(&self, stack: &str, role_arn: Option<&str>, token: &str) -> Result<(), AwsError>;
    /// Region of a bucket, `None` when AWS does not say; an error when there is no such bucket.
    async fn bucket_region(&self, bucket: &str) -> Result<Option<String>, AwsError>;
    /// Uploads one object.
    async fn put_object(&self, upload: &Upload<'_>) -> Result<(), AwsError>;
    /// The metadata `filesha256` of an object, `None` when there is no such object or it has none.
    async fn object_sha256(&self, bucket: &str, key: &str) -> Result<Option<String>, AwsError>;
    /// The text of an object, `None` when there is no such object.
    async fn object_text(&self, bucket: &str, key: &str) -> Result<Option<String>, AwsError>;
    /// A page of objects below a prefix.
    async fn list_objects(
        &self,
        bucket: &str,
        prefix: &str,
        after: Option<(String, Option<String>)>,
    ) -> Result<ObjectPage, AwsError>;
    /// A page of all versions and delete markers below a prefix.
    async fn list_versions(
        &self,
        bucket: &str,
        prefix: &str,
        after: Option<(String, Option<String>)>,
    ) -> Result<ObjectPage, AwsError>;
    /// Deletes at most 1,000 objects or versions.
    async fn delete_objects(&self, bucket: &str, objects: &[Object]) -> Result<(), AwsError>;
    /// Deletes a repository of container images with all that is in it; whether there was one.
    async fn delete_repository(&self, name: &str) -> Result<bool, AwsError>;
    /// Account id and ARN of who asks.
    async fn caller_identity(&self) -> Result<(String, String), AwsError>;
}
