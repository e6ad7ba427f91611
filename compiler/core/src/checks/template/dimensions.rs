//! Dimensions of metrics: an alarm on `FunctionName` needs the name of a function, not its ARN.
//!
//! An alarm on a metric that nobody writes never changes its state.
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/aws-services-cloudwatch-metrics.html>

use ecow::{EcoString, eco_format};

use super::Facts;
use super::index::{self, Kind, Reference};
use crate::diagnostic::Diagnostic;
use crate::path::{Path, Segment};
use crate::rules;

/// A type, and what gives the value of a dimension: an attribute, or an empty text for `Ref`.
type Given = (&'static str, &'static [&'static str]);

/// Dimensions of AWS's own metrics, and what gives them.
const DIMENSIONS: &[(&str, &[Given])] = &[
    ("ApiName", &[("AWS::ApiGateway::RestApi", &[])]),
    ("AutoScalingGroupName", &[("AWS::AutoScaling::AutoScalingGroup", &[""])]),
    ("BucketName", &[("AWS::S3::Bucket", &["", "BucketName"])]),
    (
        "DBClusterIdentifier",
        &[
            ("AWS::DocDB::DBCluster", &[""]),
            ("AWS::Neptune::DBCluster", &[""]),
            ("AWS::RDS::DBCluster", &[""]),
        ],
    ),
    ("DBInstanceIdentifier", &[("AWS::RDS::DBInstance", &[""])]),
    ("DeliveryStreamName", &[("AWS::KinesisFirehose::DeliveryStream", &[""])]),
    ("DistributionId", &[("AWS::CloudFront::Distribution", &["", "Id"])]),
    ("FileSystemId", &[("AWS::EFS::FileSystem", &["", "FileSystemId"])]),
    ("FunctionName", &[("AWS::Lambda::Function", &[""])]),
    ("InstanceId", &[("AWS::EC2::Instance", &["", "InstanceId"])]),
    ("LoadBalancer", &[("AWS::ElasticLoadBalancingV2::LoadBalancer", &["LoadBalancerFullName"])]),
    ("QueueName", &[("AWS::SQS::Queue", &["QueueName"])]),
    ("StateMachineArn", &[("AWS::StepFunctions::StateMachine", &["", "Arn"])]),
    ("StreamName", &[("AWS::Kinesis::Stream", &[""])]),
    ("TableName", &[("AWS::DynamoDB::GlobalTable", &[""]), ("AWS::DynamoDB::Table", &[""])]),
    ("TargetGroup", &[("AWS::ElasticLoadBalancingV2::TargetGroup", &["TargetGroupFullName"])]),
    ("TopicName", &[("AWS::SNS::Topic", &["TopicName"])]),
];

/// Finds dimensions of which there is no metric.
pub fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    if facts.index.has_macros {
        return;
    }
    for reference in facts.index.references.iter().filter(|it| it.owner.section == "Resources") {
        if reference.key == "Value" && matches!(reference.kind, Kind::Ref | Kind::GetAtt) {
            found.extend(wrong(facts, reference));
        }
    }
}

fn wrong(facts: &Facts<'_>, reference: &Reference<'_>) -> Option<Diagnostic> {
    let properties = facts.resource(reference.owner.id)?.get("Properties")?;
    let mut path = index::steps(properties, reference.holder)?;
    path.reverse();
    let [above @ .., Segment::Key(list), Segment::Index(_), Segment::Key(_)] = path.as_slice() else {
        return None;
    };
    if list != "Dimensions" {
        return None;
    }
    let metric = properties.at(&above.iter().cloned().collect::<Path>())?;
    metric.get("Namespace")?.as_str().filter(|it| it.starts_with("AWS/"))?;
    let item: Path = path.iter().take(path.len() - 1).cloned().collect();
    let name = properties.at(&item)?.get("Name")?.as_str()?;
    let (_, given) = DIMENSIONS.iter().find(|it| it.0 == name)?;
    let kind = facts.resource(reference.target)?.get("Type")?.as_str()?;
    let own = given.iter().find(|it| it.0 == kind);
    let is_known = DIMENSIONS.iter().any(|it| it.1.iter().any(|it| it.0 == kind));
    let is_right = match own {
        Some((_, attributes)) => attributes.contains(&reference.attribute.unwrap_or_default()),
        None => !is_known,
    };
    if is_right {
        return None;
    }
    let shown = match reference.attribute {
        Some(attribute) => eco_format!("`{}.{attribute}`", reference.target),
        None => eco_format!("`!Ref {}`", reference.target),
    };
    let message = eco_format!("{shown} is no `{name}`");
    let help: EcoString = match own.map(|it| it.1.first().copied()) {
        Some(Some("")) => eco_format!("write `!Ref {}`", reference.target),
        Some(Some(attribute)) => eco_format!("write `!GetAtt {}.{attribute}`", reference.target),
        Some(None) => "write the name that it has".into(),
        None => eco_format!("`{}` is of type `{kind}`: name what the dimension is of", reference.target),
    };
    let at = match reference.attribute {
        Some(_) => facts.attribute_place(reference)?,
        None => facts.target_place(reference)?,
    };
    let diagnostic = Diagnostic::new(&rules::CFN_WRONG_REFERENCE, at, message)
        .why("AWS writes no metric with this dimension, so the alarm sees nothing")
        .help(help)
        .page("https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/aws-services-cloudwatch-metrics.html").warning();
    Some(diagnostic)
}
