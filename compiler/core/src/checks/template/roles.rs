//! Roles that services take on: the trust policy of a role in the template names the service that is given it.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-services>

use ecow::{EcoString, eco_format};
use rustc_hash::FxHashMap;

use super::Facts;
use super::iam::meant_service;
use super::index::{self, Owner};
use crate::checks::pattern::places;
use crate::diagnostic::{Diagnostic, Place};
use crate::path::Path;
use crate::rules;
use crate::value::{Object, Value};

/// Properties that take a role, by type, and the services one of which takes it on.
const USES: [(&str, &str, &[&str]); 49] = [
    ("AWS::ApiGateway::Account", "CloudWatchRoleArn", &["apigateway"]),
    ("AWS::ApiGateway::Authorizer", "AuthorizerCredentials", &["apigateway"]),
    ("AWS::ApiGateway::Method", "Integration.Credentials", &["apigateway"]),
    ("AWS::ApiGatewayV2::Authorizer", "AuthorizerCredentialsArn", &["apigateway"]),
    ("AWS::ApiGatewayV2::Integration", "CredentialsArn", &["apigateway"]),
    ("AWS::AppSync::DataSource", "ServiceRoleArn", &["appsync"]),
    ("AWS::AppSync::GraphQLApi", "LogConfig.CloudWatchLogsRoleArn", &["appsync"]),
    ("AWS::Backup::BackupSelection", "BackupSelection.IamRoleArn", &["backup"]),
    ("AWS::Batch::JobDefinition", "ContainerProperties.ExecutionRoleArn", &["ecs-tasks"]),
    ("AWS::Batch::JobDefinition", "ContainerProperties.JobRoleArn", &["ecs-tasks"]),
    ("AWS::CloudTrail::Trail", "CloudWatchLogsRoleArn", &["cloudtrail"]),
    ("AWS::CodeBuild::Project", "ServiceRole", &["codebuild"]),
    ("AWS::CodePipeline::Pipeline", "RoleArn", &["codepipeline"]),
    ("AWS::Cognito::IdentityPoolRoleAttachment", "Roles.*", &["cognito-identity"]),
    ("AWS::Cognito::UserPool", "SmsConfiguration.SnsCallerArn", &["cognito-idp"]),
    ("AWS::EC2::FlowLog", "DeliverLogsPermissionArn", &["vpc-flow-logs", "delivery.logs"]),
    ("AWS::ECS::TaskDefinition", "ExecutionRoleArn", &["ecs-tasks", "ecs"]),
    ("AWS::ECS::TaskDefinition", "TaskRoleArn", &["ecs-tasks", "ecs"]),
    ("AWS::Events::ApiDestination", "RoleArn", &["events"]),
    ("AWS::Events::Rule", "Targets.*.RoleArn", &["events"]),
    ("AWS::Glue::Crawler", "Role", &["glue"]),
    ("AWS::Glue::Job", "Role", &["glue"]),
    ("AWS::IAM::InstanceProfile", "Roles.*", &["ec2", "ssm"]),
    ("AWS::IoT::ProvisioningTemplate", "ProvisioningRoleArn", &["iot"]),
    ("AWS::IoT::RoleAlias", "RoleArn", &["credentials.iot"]),
    ("AWS::IoT::TopicRule", "TopicRulePayload.Actions.*.*.RoleArn", &["iot"]),
    ("AWS::IoT::TopicRule", "TopicRulePayload.ErrorAction.*.RoleArn", &["iot"]),
    ("AWS::KinesisAnalyticsV2::Application", "ServiceExecutionRole", &["kinesisanalytics"]),
    ("AWS::KinesisFirehose::DeliveryStream", "*.RoleARN", &["firehose"]),
    ("AWS::KinesisFirehose::DeliveryStream", "*.S3Configuration.RoleARN", &["firehose"]),
    ("AWS::Lambda::Function", "Role", &["lambda"]),
    ("AWS::Logs::SubscriptionFilter", "RoleArn", &["logs"]),
    ("AWS::OpenSearchService::Domain", "CognitoOptions.RoleArn", &["es", "opensearchservice"]),
    ("AWS::Pipes::Pipe", "RoleArn", &["pipes"]),
    ("AWS::RDS::DBCluster", "MonitoringRoleArn", &["monitoring.rds"]),
    ("AWS::RDS::DBInstance", "MonitoringRoleArn", &["monitoring.rds"]),
    ("AWS::RDS::DBProxy", "RoleArn", &["rds"]),
    ("AWS::S3::Bucket", "ReplicationConfiguration.Role", &["s3", "batchoperations.s3"]),
    ("AWS::SageMaker::Model", "ExecutionRoleArn", &["sagemaker"]),
    ("AWS::SageMaker::NotebookInstance", "RoleArn", &["sagemaker"]),
    ("AWS::Scheduler::Schedule", "Target.RoleArn", &["scheduler"]),
    ("AWS::SNS::Subscription", "SubscriptionRoleArn", &["sns"]),
    ("AWS::SNS::Topic", "DeliveryStatusLogging.*.FailureFeedbackRoleArn", &["sns"]),
    ("AWS::SNS::Topic", "DeliveryStatusLogging.*.SuccessFeedbackRoleArn", &["sns"]),
    ("AWS::SSM::MaintenanceWindowTask", "ServiceRoleArn", &["ssm"]),
    ("AWS::StepFunctions::StateMachine", "RoleArn", &["states"]),
    ("AWS::Synthetics::Canary", "ExecutionRoleArn", &["lambda"]),
    ("AWS::Transfer::Server", "LoggingRole", &["transfer"]),
    ("AWS::Transfer::User", "Role", &["transfer"]),
];

/// What Lambda@Edge calls itself.
const EDGE: &str = "edgelambda";

/// A role of the template where something names it.
struct Use<'a> {
    role: &'a str,
    owner: Owner<'a>,
    value: &'a Value,
    /// The service that takes the role on, and may not.
    lacking: Option<&'static str>,
}

/// Finds roles that are given to services which cannot take them on.
pub fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    if facts.index.has_macros {
        return;
    }
    let uses = uses(facts);
    let mut told: Vec<(&str, &str)> = Vec::new();
    for one in &uses {
        let Some(service) = one.lacking.filter(|it| !told.contains(&(one.role, it))) else { continue };
        told.push((one.role, service));
        // A role that fits elsewhere is named wrongly here; one that fits nowhere trusts the wrong service.
        let fits_elsewhere = uses.iter().any(|it| it.role == one.role && it.lacking.is_none());
        found.extend(report(facts, one, service, fits_elsewhere));
    }
}

fn uses<'a>(facts: &Facts<'a>) -> Vec<Use<'a>> {
    let mut uses = Vec::new();
    // Most functions have one role.
    let mut known: FxHashMap<&str, Option<Vec<EcoString>>> = FxHashMap::default();
    for (id, body) in facts.resources().iter() {
        let Some(kind) = body.get("Type").and_then(Value::as_str) else { continue };
        let Some(properties) = body.get("Properties") else { continue };
        for (_, pattern, services) in USES.iter().filter(|it| it.0 == kind) {
            for (_, value) in places(properties, &Path::root(), pattern) {
                let owner = Owner { section: "Resources", id };
                let Some(role) = referred(value) else { continue };
                let trusted = known.entry(role).or_insert_with(|| trusted_by(facts, role));
                let Some(trusted) = trusted else { continue };
                let is_trusted = |service: &str| trusted.iter().any(|it| it == service);
                let needs_edge = kind == "AWS::Lambda::Function" && is_at_edge(facts, id);
                let lacking = match services.iter().any(|it| is_trusted(it)) {
                    false => services.first().copied(),
                    true => Some(EDGE).filter(|it| needs_edge && !is_trusted(it)),
                };
                uses.push(Use { role, owner, value, lacking });
            }
        }
    }
    uses
}

/// Who may take on a role of the template, if that is known.
fn trusted_by(facts: &Facts<'_>, role: &str) -> Option<Vec<EcoString>> {
    let is_role = |it: &&Value| it.get("Type").and_then(Value::as_str) == Some("AWS::IAM::Role");
    let body = facts.resource(role).filter(is_role)?;
    let trusted = trusted(body.get("Properties")?.get("AssumeRolePolicyDocument")?)?;
    (!trusted.is_empty()).then_some(trusted)
}

/// Whether CloudFront runs the function with this id.
fn is_at_edge(facts: &Facts<'_>, id: &str) -> bool {
    let events = facts.origin(id).and_then(|it| facts.config.at(it)?.get("events")?.as_array());
    events.unwrap_or_default().iter().any(|it| it.get("cloudFront").is_some())
}

fn report(facts: &Facts<'_>, one: &Use<'_>, service: &str, fits_elsewhere: bool) -> Option<Diagnostic> {
    let Use { role, owner, value, .. } = one;
    let used = match facts.path_of(*owner, value) {
        Some(path) => Place::value(path),
        None => facts.entry_place(*owner)?,
    };
    let own = principal(facts, role);
    let message = eco_format!("`{service}.amazonaws.com` cannot take on the role `{role}`");
    let names: Vec<String> = trusted_by(facts, role)?.iter().map(|it| format!("`{it}`")).collect();
    let (at, other, noun) = match own {
        Some(own) if !fits_elsewhere => (own, Some(used), "it is taken on here"),
        own => (used, own, "the role"),
    };
    let diagnostic = Diagnostic::new(&rules::ROLE_TRUST, at, message)
        .why(eco_format!("its `AssumeRolePolicyDocument` trusts {} alone", names.join(", ")))
        .help(eco_format!("name `{service}.amazonaws.com` there as a `Service`, or take another role"));
    Some(other.into_iter().fold(diagnostic, |it, place| it.related(place, noun)))
}

/// Where a role names the first of those that may take it on.
fn principal(facts: &Facts<'_>, role: &str) -> Option<Place> {
    let document = facts.resource(role)?.get("Properties")?.get("AssumeRolePolicyDocument")?;
    let statements = document.get("Statement")?;
    let first = statements.as_array().map_or(Some(statements), <[Value]>::first)?;
    let (_, names) = first.get("Principal")?.as_object()?.iter().next()?;
    let name = names.as_array().map_or(Some(names), <[Value]>::first)?;
    facts.path_of(Owner { section: "Resources", id: role }, name).map(Place::value)
}

/// The role that a value names: `Ref`, `Fn::GetAtt` of its `Arn`, or `Fn::Sub` of that alone.
fn referred(value: &Value) -> Option<&str> {
    let (name, argument) = value.as_object()?.single()?;
    match name.as_str() {
        "Ref" => argument.as_str(),
        "Fn::GetAtt" => index::get_att(argument).filter(|it| it.1 == Some("Arn")).map(|it| it.0),
        "Fn::Sub" => argument.as_str()?.strip_prefix("${")?.strip_suffix(".Arn}"),
        _ => None,
    }
}

/// The services that a trust policy names, without `.amazonaws.com`; accounts and others stand as they are. `None` if
/// some are only known later.
fn trusted(document: &Value) -> Option<Vec<EcoString>> {
    let statements = document.as_object()?.get("Statement")?;
    let items = statements.as_array().unwrap_or(std::slice::from_ref(statements));
    let mut all = Vec::new();
    for statement in items {
        let statement = statement.as_object().filter(|it| !is_function(it))?;
        if statement.contains_key("NotPrincipal") {
            return None;
        }
        if statement.get("Effect").and_then(Value::as_str) == Some("Deny") {
            continue;
        }
        let principals = statement.get("Principal")?.as_object().filter(|it| !is_function(it))?;
        for (kind, names) in principals.iter() {
            for name in names.as_array().unwrap_or(std::slice::from_ref(names)) {
                match kind.as_str() {
                    _ if name.as_str() == Some("*") => return None,
                    // What is misspelt is told where it stands.
                    "Service" if name.as_str().is_some_and(|it| meant_service(it).is_some()) => return None,
                    "Service" => all.push(service(name)?),
                    "Federated" if name.as_str().is_none() => all.push("a provider".into()),
                    _ => all.push(name.as_str().and_then(plain).unwrap_or_else(|| "an account".into())),
                }
            }
        }
    }
    Some(all)
}

fn is_function(object: &Object) -> bool {
    object.keys().any(|it| it.starts_with("Fn::") || it == "Ref")
}

/// The name of a service, which may end with a suffix that is put in.
fn service(value: &Value) -> Option<EcoString> {
    let text = match value {
        Value::String(text) => text.as_str(),
        other => index::sub(other.get("Fn::Sub")?).0?,
    };
    plain(text)
}

/// What stands before the region and `amazonaws.com`; `None` if it begins with what is only known later.
fn plain(text: &str) -> Option<EcoString> {
    if text.starts_with(['$', '{', '#', '*']) {
        return None;
    }
    let start = text.split(".amazonaws").next()?.split(".${").next()?;
    let mut parts: Vec<&str> = start.split('.').collect();
    // A service of one region.
    if parts.len() > 1 && parts.last().is_some_and(|it| crate::cfn::schema::is_region(it)) {
        parts.pop();
    }
    Some(parts.join(".").into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    #[test]
    fn trust_names_services() {
        let of = |principal: Value| {
            trusted(&json!({ "Statement": { "Effect": "Allow", "Principal": principal } }))
                .map(|it| it.join(" "))
        };
        assert_eq!(of(json!({ "Service": "lambda.amazonaws.com" })).as_deref(), Some("lambda"));
        assert_eq!(
            of(json!({ "Service": ["states.eu-west-1.amazonaws.com", "events.amazonaws.com"] })).as_deref(),
            Some("states events")
        );
        assert_eq!(
            of(json!({ "Service": { "Fn::Sub": "states.${AWS::Region}.amazonaws.com" } })).as_deref(),
            Some("states")
        );
        assert_eq!(
            of(json!({ "Service": "monitoring.rds.amazonaws.com" })).as_deref(),
            Some("monitoring.rds")
        );
        assert_eq!(of(json!({ "Service": { "Ref": "Who" } })), None);
        assert_eq!(of(json!({ "Service": { "Fn::Sub": "${Who}.amazonaws.com" } })), None);
        assert_eq!(of(json!("*")), None);
        assert_eq!(of(json!({ "Federated": { "Ref": "Provider" } })).as_deref(), Some("a provider"));
    }
}
