//! The real AWS: CloudFormation and STS calls here, S3 calls in `sdk/storage.rs`, SSM in `sdk/parameters.rs`. Answers
//! "which request does each call of the trait make?".

mod convert;
mod parameters;
mod registry;
mod storage;

use std::path::Path;
use std::time::Duration;

use aws_config::{Region, SdkConfig};
use aws_sdk_cloudformation as cfn;
use aws_sdk_ecr as ecr;
use aws_sdk_s3 as s3;
use aws_sdk_ssm as ssm;
use aws_sdk_sts as sts;
use aws_smithy_types::timeout::TimeoutConfig;

use super::{
    Aws, AwsError, ChangeSet, ChangeSetKind, ChangeSetRequest, EventPage, Finding, Findings, Object,
    ObjectPage, ParameterValue, Resource, Stack, Template, Upload, settings,
};
use crate::options::Connection;

/// Clients of one region.
#[derive(Debug, Clone)]
pub struct Sdk {
    cfn: cfn::Client,
    ecr: ecr::Client,
    s3: s3::Client,
    ssm: ssm::Client,
    sts: sts::Client,
    shared: SdkConfig,
}

impl Sdk {
    /// Connects to `region`. Nothing is sent yet; credentials are looked up at the first call.
    pub async fn connect(region: &str, connection: &Connection) -> Self {
        Self::of(settings::load(region, connection).await, Some(connection.upload_timeout))
    }

    /// Connects to `region` for many small requests at once: credentials are looked up now, once for all regions.
    ///
    /// # Errors
    /// When there are no credentials, or they cannot be used.
    pub async fn connect_to_read(region: &str, connection: &Connection) -> Result<Self, AwsError> {
        let shared = settings::for_reading(settings::load(region, connection).await, connection).await?;
        Ok(Self::of(shared, None))
    }

    /// The same for another region, for small requests.
    pub fn in_region(&self, region: &str) -> Self {
        let shared = self.shared.clone().into_builder().region(Region::new(region.to_owned())).build();
        Self::of(shared, None)
    }

    fn of(shared: SdkConfig, upload_timeout: Option<Duration>) -> Self {
        let mut uploads = s3::config::Builder::from(&shared);
        uploads = uploads.timeout_config(match upload_timeout {
            Some(longest) => settings::timeouts(longest),
            None => shared.timeout_config().cloned().unwrap_or_else(|| TimeoutConfig::builder().build()),
        });
        Self {
            cfn: cfn::Client::new(&shared),
            ecr: ecr::Client::new(&shared),
            s3: s3::Client::from_conf(uploads.build()),
            ssm: ssm::Client::new(&shared),
            sts: sts::Client::new(&shared),
            shared,
        }
    }

    /// The text of an object; an error with AWS's code when there is none.
    ///
    /// # Errors
    /// Whatever AWS refuses.
    pub async fn read_object(&self, bucket: &str, key: &str) -> Result<String, AwsError> {
        storage::text(&self.s3, bucket, key).await
    }

    /// Writes an object into a file; an error with AWS's code when there is none.
    ///
    /// # Errors
    /// Whatever AWS refuses, and when the file cannot be written.
    pub async fn download(&self, bucket: &str, key: &str, to: &Path) -> Result<(), AwsError> {
        storage::download(&self.s3, bucket, key, to).await
    }

    /// A parameter of the SSM Parameter Store, or a secret below `/aws/reference/secretsmanager/`; `None` when there is
    /// none.
    ///
    /// # Errors
    /// Whatever AWS refuses.
    pub async fn parameter(&self, name: &str, decrypt: bool) -> Result<Option<ParameterValue>, AwsError> {
        optional(parameters::get(&self.ssm, name, decrypt).await)
    }
}

/// Turns "does not exist" into `None`.
fn optional<T>(result: Result<T, AwsError>) -> Result<Option<T>, AwsError> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.is_missing() => Ok(None),
        Err(error) => Err(error),
    }
}

impl Aws for Sdk {
    async fn describe_stack(&self, name_or_id: &str) -> Result<Option<Stack>, AwsError> {
        let answer = self.cfn.describe_stacks().stack_name(name_or_id).send().await;
        let answer = optional(answer.map_err(|error| AwsError::of("DescribeStacks", &error)))?;
        Ok(answer.and_then(|found| found.stacks().first().map(convert::stack)))
    }

    async fn stack_template(&self, stack: &str) -> Result<String, AwsError> {
        let request = self.cfn.get_template().stack_name(stack);
        let answer = request.template_stage(cfn::types::TemplateStage::Original).send().await;
        let answer = answer.map_err(|error| AwsError::of("GetTemplate", &error))?;
        Ok(answer.template_body().unwrap_or_default().to_owned())
    }

    async fn stack_resource(&self, stack: &str, logical_id: &str) -> Result<Option<Resource>, AwsError> {
        let request = self.cfn.describe_stack_resource().stack_name(stack).logical_resource_id(logical_id);
        let answer = request.send().await.map_err(|error| AwsError::of("DescribeStackResource", &error));
        let answer = optional(answer)?;
        Ok(answer.and_then(|found| found.stack_resource_detail).map(|detail| Resource {
            logical_id: detail.logical_resource_id.unwrap_or_default(),
            physical_id: detail.physical_resource_id.unwrap_or_default(),
            resource_type: detail.resource_type.unwrap_or_default(),
            status: detail.resource_status.map(|status| status.as_str().to_owned()).unwrap_or_default(),
        }))
    }

    async fn stack_resources(
        &self,
        stack: &str,
        next: Option<String>,
    ) -> Result<(Vec<Resource>, Option<String>), AwsError> {
        let answer = self.cfn.list_stack_resources().stack_name(stack).set_next_token(next).send().await;
        let answer = answer.map_err(|error| AwsError::of("ListStackResources", &error))?;
        let resources = answer.stack_resource_summaries.unwrap_or_default();
        Ok((resources.into_iter().map(convert::resource).collect(), answer.next_token))
    }

    async fn create_change_set(&self, request: &ChangeSetRequest) -> Result<(String, String), AwsError> {
        let kind = match request.kind {
            ChangeSetKind::Create => cfn::types::ChangeSetType::Create,
            ChangeSetKind::Update => cfn::types::ChangeSetType::Update,
        };
        let call =
            self.cfn.create_change_set().stack_name(&request.stack_name).change_set_name(&request.name);
        let call = match &request.template {
            Template::Body(body) => call.template_body(body),
            Template::Url(url) => call.template_url(url),
        };
        let answer = call
            .change_set_type(kind)
            .set_parameters(Some(request.parameters.iter().map(convert::parameter).collect()))
            .set_tags(Some(request.tags.iter().map(convert::tag).collect()))
            .set_capabilities(Some(request.capabilities.iter().map(|name| name.as_str().into()).collect()))
            .set_notification_arns(Some(request.notification_arns.clone()))
            .set_role_arn(request.role_arn.clone())
            .set_rollback_configuration(request.rollback_configuration.as_ref().map(convert::rollback))
            .client_token(&request.token)
            .send()
            .await;
        let answer = answer.map_err(|error| AwsError::of("CreateChangeSet", &error))?;
        Ok((answer.id.unwrap_or_default(), answer.stack_id.unwrap_or_default()))
    }

    async fn describe_change_set(&self, stack: &str, name: &str) -> Result<ChangeSet, AwsError> {
        let mut whole = ChangeSet::default();
        let mut next = None;
        loop {
            let call = self.cfn.describe_change_set().stack_name(stack).change_set_name(name);
            let answer = call.set_next_token(next).send().await;
            let answer = answer.map_err(|error| AwsError::of("DescribeChangeSet", &error))?;
            next = answer.next_token.clone();
            let page = convert::change_set(answer);
            whole = ChangeSet { changes: [whole.changes, page.changes].concat(), ..page };
            if next.is_none() {
                return Ok(whole);
            }
        }
    }

    async fn execute_change_set(
        &self,
        stack: &str,
        name: &str,
        token: &str,
        disable_rollback: bool,
    ) -> Result<(), AwsError> {
        let call = self.cfn.execute_change_set().stack_name(stack).change_set_name(name);
        let call = call.client_request_token(token).set_disable_rollback(disable_rollback.then_some(true));
        call.send().await.map_err(|error| AwsError::of("ExecuteChangeSet", &error))?;
        Ok(())
    }

    async fn delete_change_set(&self, stack: &str, name: &str) -> Result<(), AwsError> {
        let call = self.cfn.delete_change_set().stack_name(stack).change_set_name(name);
        call.send().await.map_err(|error| AwsError::of("DeleteChangeSet", &error))?;
        Ok(())
    }

    async fn findings(&self, of: Findings<'_>) -> Result<Vec<Finding>, AwsError> {
        let call = self.cfn.describe_events();
        let call = match of {
            Findings::ChangeSet(id) => call.change_set_name(id),
            Findings::Stack(id) => call.stack_name(id),
        };
        let answer = call.send().await.map_err(|error| AwsError::of("DescribeEvents", &error))?;
        let mut events = answer.operation_events.unwrap_or_default();
        if let Findings::Stack(_) = of {
            let last = events.iter().max_by_key(|event| event.timestamp.map(|time| time.as_nanos()));
            let last = last.and_then(|event| event.operation_id.clone());
            events.retain(|event| event.operation_id == last);
        }
        Ok(events.into_iter().filter_map(convert::finding).collect())
    }

    async fn stack_events(&self, stack_id: &str, next: Option<String>) -> Result<EventPage, AwsError> {
        let answer = self.cfn.describe_stack_events().stack_name(stack_id).set_next_token(next).send().await;
        let answer = answer.map_err(|error| AwsError::of("DescribeStackEvents", &error))?;
        let events = answer.stack_events.unwrap_or_default();
        Ok(EventPage { events: events.into_iter().map(convert::event).collect(), next: answer.next_token })
    }

    async fn set_stack_policy(&self, stack: &str, policy: &str) -> Result<(), AwsError> {
        let call = self.cfn.set_stack_policy().stack_name(stack).stack_policy_body(policy);
        call.send().await.map_err(|error| AwsError::of("SetStackPolicy", &error))?;
        Ok(())
    }

    async fn delete_stack(&self, stack: &str, role_arn: Option<&str>, token: &str) -> Result<(), AwsError> {
        let call = self.cfn.delete_stack().stack_name(stack).client_request_token(token);
        let call = call.set_role_arn(role_arn.map(str::to_owned));
        call.send().await.map_err(|error| AwsError::of("DeleteStack", &error))?;
        Ok(())
    }

    async fn bucket_region(&self, bucket: &str) -> Result<Option<String>, AwsError> {
        storage::bucket_region(&self.s3, bucket).await
    }

    async fn put_object(&self, upload: &Upload<'_>) -> Result<(), AwsError> {
        storage::put(&self.s3, upload).await
    }

    async fn object_sha256(&self, bucket: &str, key: &str) -> Result<Option<String>, AwsError> {
        let head = self.s3.head_object().bucket(bucket).key(key).send().await;
        let head = optional(head.map_err(|error| AwsError::of("HeadObject", &error)))?;
        Ok(head.and_then(|found| found.metadata.and_then(|mut metadata| metadata.remove("filesha256"))))
    }

    async fn object_text(&self, bucket: &str, key: &str) -> Result<Option<String>, AwsError> {
        optional(storage::text(&self.s3, bucket, key).await)
    }

    async fn list_objects(
        &self,
        bucket: &str,
        prefix: &str,
        after: Option<(String, Option<String>)>,
    ) -> Result<ObjectPage, AwsError> {
        storage::list(&self.s3, bucket, prefix, after).await
    }

    async fn list_versions(
        &self,
        bucket: &str,
        prefix: &str,
        after: Option<(String, Option<String>)>,
    ) -> Result<ObjectPage, AwsError> {
        storage::list_versions(&self.s3, bucket, prefix, after).await
    }

    async fn delete_objects(&self, bucket: &str, objects: &[Object]) -> Result<(), AwsError> {
        storage::delete(&self.s3, bucket, objects).await
    }

    async fn delete_repository(&self, name: &str) -> Result<bool, AwsError> {
        let deleted = self.ecr.delete_repository().repository_name(name).force(true).send().await;
        let deleted = optional(deleted.map_err(|error| AwsError::of("DeleteRepository", &error)))?;
        Ok(deleted.is_some())
    }

    async fn caller_identity(&self) -> Result<(String, String), AwsError> {
        let answer = self.sts.get_caller_identity().send().await;
        let answer = answer.map_err(|error| AwsError::of("GetCallerIdentity", &error))?;
        Ok((answer.account.unwrap_or_default(), answer.arn.unwrap_or_default()))
    }
}
