//! The names of resources that an account has once.

use ecow::{EcoString, eco_format};

use super::{Made, Named, Spot, written};
use crate::cfn::Template;
use crate::diagnostic::Place;
use crate::path::Path;
use crate::value::{Object, Value};

/// Types with the property that names them, what they are, and whether the name counts in all regions.
const NAMES: [(&str, &str, &str, bool); 36] = [
    ("AWS::ApiGateway::DomainName", "DomainName", "a domain of an API", false),
    ("AWS::ApiGatewayV2::DomainName", "DomainName", "a domain of an API", false),
    ("AWS::CloudFront::Function", "Name", "a function of CloudFront", true),
    ("AWS::CloudWatch::Alarm", "AlarmName", "an alarm", false),
    ("AWS::CloudWatch::Dashboard", "DashboardName", "a dashboard", true),
    ("AWS::CodeBuild::Project", "Name", "a project of CodeBuild", false),
    ("AWS::Cognito::UserPoolDomain", "Domain", "a domain of a user pool", false),
    ("AWS::DynamoDB::GlobalTable", "TableName", "a table", false),
    ("AWS::DynamoDB::Table", "TableName", "a table", false),
    ("AWS::ECR::Repository", "RepositoryName", "a repository", false),
    ("AWS::ECS::Cluster", "ClusterName", "a cluster", false),
    ("AWS::ElasticLoadBalancingV2::LoadBalancer", "Name", "a load balancer", false),
    ("AWS::Events::EventBus", "Name", "an event bus", false),
    ("AWS::Events::Rule", "Name", "a rule", false),
    ("AWS::IAM::Group", "GroupName", "a group", true),
    ("AWS::IAM::InstanceProfile", "InstanceProfileName", "an instance profile", true),
    ("AWS::IAM::ManagedPolicy", "ManagedPolicyName", "a managed policy", true),
    ("AWS::IAM::Role", "RoleName", "a role", true),
    ("AWS::IAM::User", "UserName", "a user", true),
    ("AWS::KMS::Alias", "AliasName", "an alias of a key", false),
    ("AWS::Kinesis::Stream", "Name", "a stream", false),
    ("AWS::KinesisFirehose::DeliveryStream", "DeliveryStreamName", "a delivery stream", false),
    ("AWS::Lambda::Function", "FunctionName", "a function", false),
    ("AWS::Logs::LogGroup", "LogGroupName", "a log group", false),
    ("AWS::OpenSearchService::Domain", "DomainName", "a domain of OpenSearch", false),
    ("AWS::RDS::DBCluster", "DBClusterIdentifier", "a database cluster", false),
    ("AWS::RDS::DBInstance", "DBInstanceIdentifier", "a database", false),
    ("AWS::RDS::DBSubnetGroup", "DBSubnetGroupName", "a subnet group", false),
    ("AWS::SNS::Topic", "TopicName", "a topic", false),
    ("AWS::SQS::Queue", "QueueName", "a queue", false),
    ("AWS::SSM::Parameter", "Name", "a parameter", false),
    ("AWS::Scheduler::Schedule", "Name", "a schedule", false),
    ("AWS::Scheduler::ScheduleGroup", "Name", "a group of schedules", false),
    ("AWS::SecretsManager::Secret", "Name", "a secret", false),
    ("AWS::StepFunctions::Activity", "Name", "an activity", false),
    ("AWS::StepFunctions::StateMachine", "StateMachineName", "a state machine", false),
];

/// What a rule or a schedule belongs to: of one bus or group a name is unique.
const PARENTS: [&str; 2] = ["EventBusName", "GroupName"];

/// The buckets that a template makes in any case, and what else it makes by name. `known` gives the text that a value
/// is for sure, `spot` where a place is.
pub fn of(
    config: &Value,
    template: &Template,
    known: &dyn Fn(&Value) -> Option<EcoString>,
    spot: &dyn Fn(Place) -> Spot,
) -> (Vec<Named>, Vec<Made>) {
    let (mut buckets, mut made) = (Vec::new(), Vec::new());
    let resources = template.body.get("Resources").and_then(Value::as_object);
    for (id, body) in resources.into_iter().flat_map(Object::iter) {
        let Some(kind) = body.get("Type").and_then(Value::as_str) else { continue };
        let Some(properties) = body.get("Properties").filter(|_| body.get("Condition").is_none()) else {
            continue;
        };
        let place = |key: &str, name: &str| {
            let steps = ["Resources", id.as_str(), "Properties", key];
            let own = written(config, &steps).map(Place::value);
            own.or_else(|| {
                let mut origins = template.origins.iter().filter(|it| it.0 == *id).map(|it| &it.1);
                origins.next_back().map(|it| named_in(config, it, name))
            })
        };
        if kind == "AWS::S3::Bucket" {
            let name = properties.get("BucketName").and_then(known);
            buckets.extend(name.and_then(|name| {
                let at = spot(place("BucketName", &name)?);
                Some(Named { name, at })
            }));
            continue;
        }
        let Some((_, key, noun, is_global)) = NAMES.iter().find(|it| it.0 == kind).copied() else { continue };
        let Some(name) = properties.get(key).and_then(known) else { continue };
        let parents: Option<Vec<EcoString>> =
            PARENTS.iter().filter_map(|it| properties.get(it)).map(known).collect();
        let Some(parents) = parents.filter(|_| !name.is_empty()) else { continue };
        let Some(at) = place(key, &name) else { continue };
        let full = parents.iter().fold(name, |name, parent| eco_format!("{parent}/{name}"));
        made.push(Made { noun, name: full, is_global, at: spot(at) });
    }
    (buckets, made)
}

/// Where below `path` the name is written, or else what stands there.
fn named_in(config: &Value, path: &Path, name: &str) -> Place {
    let mut found = None;
    if let Some(root) = config.at(path) {
        root.visit(&mut path.clone(), &mut |at, value| {
            if found.is_none() && value.as_str() == Some(name) {
                found = Some(at.clone());
            }
            found.is_none()
        });
    }
    found.map_or_else(|| Place::key(path.clone()), Place::value)
}
