//! Between the SDK's types and ours. Answers "which fields of AWS's answers are used?".

use aws_sdk_cloudformation::operation::describe_change_set::DescribeChangeSetOutput;
use aws_sdk_cloudformation::types;
use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;

use super::super::{ChangeSet, Finding, Output, Resource, Stack};
use crate::artifacts::Parameter;
use crate::event::{Change, StackEvent};

fn time(value: Option<DateTime>) -> String {
    value.and_then(|time| time.fmt(Format::DateTime).ok()).unwrap_or_default()
}

pub(super) fn stack(stack: &types::Stack) -> Stack {
    let outputs = stack.outputs().iter().map(|output| Output {
        key: output.output_key().unwrap_or_default().to_owned(),
        value: output.output_value().unwrap_or_default().to_owned(),
        description: output.description().map(str::to_owned),
    });
    let parameters = stack.parameters().iter().map(|parameter| {
        let value = parameter.parameter_value().unwrap_or_default();
        (parameter.parameter_key().unwrap_or_default().to_owned(), value.to_owned())
    });
    let tags = stack
        .tags()
        .iter()
        .map(|tag| (tag.key().unwrap_or_default().to_owned(), tag.value().unwrap_or_default().to_owned()));
    let updated = time(stack.last_updated_time.or(stack.creation_time));
    Stack {
        id: stack.stack_id().unwrap_or_default().to_owned(),
        name: stack.stack_name().unwrap_or_default().to_owned(),
        status: stack.stack_status().map(|status| status.as_str().to_owned()).unwrap_or_default(),
        reason: stack.stack_status_reason().map(str::to_owned),
        outputs: outputs.collect(),
        parameters: parameters.collect(),
        tags: tags.collect(),
        notification_arns: stack.notification_arns().to_vec(),
        role_arn: stack.role_arn().map(str::to_owned),
        updated: Some(updated).filter(|time| !time.is_empty()),
        protected: stack.enable_termination_protection().unwrap_or_default(),
    }
}

pub(super) fn resource(summary: types::StackResourceSummary) -> Resource {
    Resource {
        logical_id: summary.logical_resource_id.unwrap_or_default(),
        physical_id: summary.physical_resource_id.unwrap_or_default(),
        resource_type: summary.resource_type.unwrap_or_default(),
        status: summary.resource_status.map(|status| status.as_str().to_owned()).unwrap_or_default(),
    }
}

pub(super) fn event(event: types::StackEvent) -> StackEvent {
    StackEvent {
        id: event.event_id.unwrap_or_default(),
        time: time(event.timestamp),
        stack: event.stack_name.unwrap_or_default(),
        logical_id: event.logical_resource_id.unwrap_or_default(),
        physical_id: event.physical_resource_id.unwrap_or_default(),
        resource_type: event.resource_type.unwrap_or_default(),
        status: event.resource_status.map(|status| status.as_str().to_owned()).unwrap_or_default(),
        reason: event.resource_status_reason.filter(|reason| !reason.is_empty()),
        token: event.client_request_token.filter(|token| !token.is_empty()),
    }
}

pub(super) fn change_set(answer: DescribeChangeSetOutput) -> ChangeSet {
    let changes = answer.changes.unwrap_or_default().into_iter().filter_map(|change| change.resource_change);
    ChangeSet {
        id: answer.change_set_id.unwrap_or_default(),
        stack_id: answer.stack_id.unwrap_or_default(),
        status: answer.status.map(|status| status.as_str().to_owned()).unwrap_or_default(),
        reason: answer.status_reason.unwrap_or_default(),
        execution: answer.execution_status.map(|status| status.as_str().to_owned()).unwrap_or_default(),
        changes: changes.map(change).collect(),
    }
}

fn change(change: types::ResourceChange) -> Change {
    let mut properties: Vec<String> = Vec::new();
    for detail in change.details() {
        let name = detail.target().and_then(|target| target.name());
        if let Some(name) = name
            && !properties.iter().any(|known| known == name)
        {
            properties.push(name.to_owned());
        }
    }
    let policy = change.policy_action.as_ref().map(|policy| policy.as_str());
    let action = change.action.as_ref().map(|action| action.as_str());
    let replaced = change.replacement.as_ref().is_some_and(|replacement| replacement.as_str() != "False");
    let goes = match policy {
        Some(policy) => matches!(policy, "Delete" | "ReplaceAndDelete"),
        None => action == Some("Remove") || replaced,
    };
    Change {
        loses_data: goes && change.resource_type.as_deref().is_some_and(holds_data),
        properties,
        action: change.action.map(|action| action.as_str().to_owned()).unwrap_or_default(),
        replacement: change.replacement.map(|replacement| replacement.as_str().to_owned()),
        logical_id: change.logical_resource_id.unwrap_or_default(),
        resource_type: change.resource_type.unwrap_or_default(),
    }
}

/// Types whose deletion deletes what was stored in them.
fn holds_data(resource_type: &str) -> bool {
    matches!(
        resource_type,
        "AWS::DynamoDB::Table"
            | "AWS::DynamoDB::GlobalTable"
            | "AWS::S3::Bucket"
            | "AWS::RDS::DBInstance"
            | "AWS::RDS::DBCluster"
            | "AWS::DocDB::DBCluster"
            | "AWS::Neptune::DBCluster"
            | "AWS::Redshift::Cluster"
            | "AWS::Timestream::Table"
            | "AWS::Cognito::UserPool"
            | "AWS::EFS::FileSystem"
            | "AWS::EC2::Volume"
            | "AWS::ElastiCache::ReplicationGroup"
            | "AWS::ElastiCache::CacheCluster"
            | "AWS::Elasticsearch::Domain"
            | "AWS::OpenSearchService::Domain"
            | "AWS::Kinesis::Stream"
            | "AWS::SQS::Queue"
            | "AWS::Logs::LogGroup"
            | "AWS::ECR::Repository"
            | "AWS::SecretsManager::Secret"
            | "AWS::SSM::Parameter"
            | "AWS::KMS::Key"
    )
}

pub(super) fn finding(event: types::OperationEvent) -> Option<Finding> {
    let reason =
        event.validation_status_reason.or(event.hook_status_reason).or(event.resource_status_reason)?;
    let failed = event.validation_status.is_some_and(|status| status.as_str() == "FAILED")
        || event.hook_status.is_some_and(|status| status.as_str().ends_with("FAILED"))
        || event.resource_status.is_some_and(|status| status.as_str().ends_with("FAILED"));
    let reason = match event.validation_path {
        Some(path) if !path.is_empty() => format!("{reason} (at {path})"),
        _ => reason,
    };
    failed.then(|| Finding {
        logical_id: event.logical_resource_id.unwrap_or_default(),
        resource_type: event.resource_type.unwrap_or_default(),
        reason,
    })
}

pub(super) fn parameter(parameter: &Parameter) -> types::Parameter {
    let previous = parameter.value.is_none();
    types::Parameter::builder()
        .parameter_key(&parameter.key)
        .set_parameter_value(parameter.value.clone())
        .set_use_previous_value(previous.then_some(true))
        .build()
}

pub(super) fn tag((key, value): &(String, String)) -> types::Tag {
    types::Tag::builder().key(key).value(value).build()
}

pub(super) fn rollback(value: &serde_json::Value) -> types::RollbackConfiguration {
    let triggers = value.get("RollbackTriggers").and_then(|triggers| triggers.as_array());
    let triggers = triggers.map(|triggers| triggers.iter().map(trigger).collect());
    let minutes = value.get("MonitoringTimeInMinutes").and_then(|minutes| minutes.as_i64());
    types::RollbackConfiguration::builder()
        .set_rollback_triggers(triggers)
        .set_monitoring_time_in_minutes(minutes.and_then(|minutes| i32::try_from(minutes).ok()))
        .build()
}

fn trigger(value: &serde_json::Value) -> types::RollbackTrigger {
    let text = |key: &str| value.get(key).and_then(|text| text.as_str()).map(str::to_owned);
    types::RollbackTrigger::builder().set_arn(text("Arn")).set_type(text("Type")).build()
}
