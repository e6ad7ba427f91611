//! Names of what the service generates: each service of AWS takes so many characters, and some of them only.

use ecow::{EcoString, eco_format};

use super::Facts;
use crate::diagnostic::{Diagnostic, Place};
use crate::path::Path;
use crate::rules;
use crate::value::Value;

/// A type, the property that names it, the most characters, and what the thing is called.
const NAMES: &[(&str, &str, usize, &str)] = &[
    ("AWS::IAM::Role", "RoleName", 64, "role"),
    ("AWS::ApiGatewayV2::Api", "Name", 128, "API"),
    ("AWS::ApiGateway::RestApi", "Name", 1024, "REST API"),
    ("AWS::ApiGateway::Authorizer", "Name", 128, "authorizer"),
    ("AWS::ApiGatewayV2::Authorizer", "Name", 128, "authorizer"),
    ("AWS::Events::Rule", "Name", 64, "rule"),
    ("AWS::Events::EventBus", "Name", 256, "event bus"),
    ("AWS::Scheduler::Schedule", "Name", 64, "schedule"),
    ("AWS::SNS::Topic", "TopicName", 256, "topic"),
    ("AWS::S3::Bucket", "BucketName", 63, "bucket"),
    ("AWS::Logs::LogGroup", "LogGroupName", 512, "log group"),
    ("AWS::Kinesis::StreamConsumer", "ConsumerName", 128, "consumer"),
    ("AWS::Lambda::LayerVersion", "LayerName", 140, "layer"),
    ("AWS::ElasticLoadBalancingV2::TargetGroup", "Name", 32, "target group"),
    ("AWS::IoT::TopicRule", "RuleName", 128, "rule of AWS IoT"),
    ("AWS::Cognito::UserPool", "UserPoolName", 128, "user pool"),
];

/// Names of stacks: <https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html>
const STACK: usize = 128;

/// Finds names that AWS refuses for their length.
pub fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    let context = facts.around.context;
    let stack = context.stack_name();
    let length = stack.chars().count();
    if length > STACK && context.provider.stack_name.is_none() {
        found.push(too_long("stack", &stack, length, STACK, Place::value(Path::from(["service"]))));
    }
    for (id, resource) in facts.section("Resources").into_iter().flat_map(|it| it.iter()) {
        let kind = resource.get("Type").and_then(Value::as_str);
        // What the user writes is checked with the rest of its properties.
        if facts.written("Resources", &[id.into()]).is_some() {
            continue;
        }
        let Some((_, property, most, noun)) = NAMES.iter().find(|it| Some(it.0) == kind) else { continue };
        let value = resource.get("Properties").and_then(|it| it.get(property));
        let Some(name) = value.and_then(|it| plain(it, &context.region)) else { continue };
        let length = name.chars().count();
        if length > *most {
            let at = place(facts, id, &name);
            found.push(too_long(noun, &name, length, *most, at));
        }
    }
}

/// A name that is written out, or joined of what is known.
fn plain(value: &Value, region: &str) -> Option<EcoString> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Object(object) => {
            let (name, argument) = object.single()?;
            match name.as_str() {
                "Ref" if argument.as_str() == Some("AWS::Region") => Some(region.into()),
                "Fn::Join" => {
                    let [separator, parts] = argument.as_array()? else { return None };
                    let parts = parts.as_array()?.iter().map(|it| plain(it, region));
                    let parts: Vec<EcoString> = parts.collect::<Option<_>>()?;
                    Some(parts.join(separator.as_str()?).into())
                }
                _ => None,
            }
        }
        _ => None,
    }
}

/// Where the name comes from: what made the resource, or the service whose name it has.
fn place(facts: &Facts<'_>, id: &str, name: &str) -> Place {
    let origin = facts.origin(id).filter(|it| it.segments().len() > 1);
    let own = origin.and_then(|path| {
        let keys = ["name", "bucket", "topicName", "targetGroupName", "pool"];
        let written = |key: &&str| {
            let text = facts.config.at(&path.join(*key)).and_then(Value::as_str);
            text.is_some_and(|it| it == name)
        };
        let key = keys.iter().find(|it| written(it))?;
        Some(Place::value(path.join(*key)))
    });
    let buckets = facts.config.at(&Path::from(["provider", "s3"])).and_then(Value::as_object);
    let mut named = buckets.into_iter().flat_map(|it| it.iter());
    let of_bucket = named.find(|it| it.1.get("name").and_then(Value::as_str) == Some(name));
    let own = own.or_else(|| {
        let (key, _) = of_bucket?;
        Some(Place::value(Path::from(["provider", "s3"]).join(key).join("name")))
    });
    let role = ["provider", "iam", "role", "name"];
    let named_role = facts.config.at(&Path::from(role)).and_then(Value::as_str) == Some(name);
    match own {
        Some(place) => place,
        None if named_role => Place::value(Path::from(role)),
        None if name.contains(facts.around.context.service.as_str()) => Place::value(Path::from(["service"])),
        None => Place::key(origin.cloned().unwrap_or_else(|| Path::from(["service"]))),
    }
}

fn too_long(noun: &str, name: &str, length: usize, most: usize, at: Place) -> Diagnostic {
    let message = eco_format!("the name of the {noun} `{name}` has {length} characters");
    Diagnostic::new(&rules::NAME_TOO_LONG, at, message)
        .why(eco_format!("AWS takes {most} at most"))
        .help(eco_format!("shorten what it is put together of by {}", length - most))
        .page("https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-name.html")
}
