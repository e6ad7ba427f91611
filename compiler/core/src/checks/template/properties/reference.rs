//! `!Ref` of a resource whose name it gives, where an ARN belongs.
//!
//! Properties that are called after ARNs are looked at by another check, whatever AWS says of their form.
//!
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference-ref.html>

use super::walk::Problem;
use crate::cfn::schema::Node;
use crate::value::{Object, Value};

/// Types of which `Ref` gives a name, an id or a URL, and `Fn::GetAtt` the `Arn`.
const NAMED: [&str; 10] = [
    "AWS::Cognito::UserPool",
    "AWS::DynamoDB::Table",
    "AWS::Events::EventBus",
    "AWS::IAM::Role",
    "AWS::KMS::Key",
    "AWS::Kinesis::Stream",
    "AWS::Lambda::Function",
    "AWS::Logs::LogGroup",
    "AWS::S3::Bucket",
    "AWS::SQS::Queue",
];

/// What is wrong with a reference as the value of the property `name`, if something certainly is. `resources` are
/// those of the template.
pub fn problem(node: Node, name: &str, value: &Value, resources: &Object) -> Option<Problem> {
    if name.to_lowercase().trim_end_matches('s').ends_with("arn") || !takes_arn(node) {
        return None;
    }
    let ("Ref", Value::String(id)) = value.as_object()?.single().map(|(key, it)| (key.as_str(), it))? else {
        return None;
    };
    let kind = resources.get(id)?.get("Type")?.as_str()?;
    NAMED.contains(&kind).then(|| Problem::NoArn(id.clone()))
}

/// Whether the form of a string is that of an ARN, and no other.
fn takes_arn(node: Node) -> bool {
    let Some(form) = node.pattern().map(|it| it.original()) else {
        return node.format().is_some_and(|it| it.ends_with(".Arn"));
    };
    let mut depth = 0_i32;
    let has_alternatives = form.chars().any(|it| {
        depth += match it {
            '(' => 1,
            ')' => -1,
            _ => 0,
        };
        it == '|' && depth == 0
    });
    form.starts_with("^arn:") && !has_alternatives
}
