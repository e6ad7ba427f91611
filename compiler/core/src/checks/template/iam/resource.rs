//! What the `Resource` of a statement names, as far as it can be known before anything is there.

use crate::checks::template::Facts;
use crate::checks::template::index;
use crate::value::Value;

/// What a resource of a statement is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Named {
    /// It may be anything: `*`, or a value that only CloudFormation knows.
    Anything,
    /// ARNs of a service, by its prefix.
    Service(String),
    /// A bucket of S3.
    Bucket,
    /// Objects of a bucket.
    Objects,
    /// A name, where an ARN must be: the resource of this type whose `Ref` it is.
    Name(String),
    /// A text that is no ARN.
    NoArn,
}

/// The services of the resource types whose ARNs statements name, and whether `Ref` gives a name instead of an ARN.
const TYPES: [(&str, &str, bool); 26] = [
    ("AWS::ApiGateway::RestApi", "apigateway", true),
    ("AWS::AppSync::GraphQLApi", "appsync", false),
    ("AWS::Cognito::IdentityPool", "cognito-identity", true),
    ("AWS::Cognito::UserPool", "cognito-idp", true),
    ("AWS::DynamoDB::GlobalTable", "dynamodb", true),
    ("AWS::DynamoDB::Table", "dynamodb", true),
    ("AWS::ECR::Repository", "ecr", true),
    ("AWS::Elasticsearch::Domain", "es", true),
    ("AWS::Events::EventBus", "events", true),
    ("AWS::Events::Rule", "events", true),
    ("AWS::IAM::Role", "iam", true),
    ("AWS::IAM::User", "iam", true),
    ("AWS::KMS::Key", "kms", true),
    ("AWS::Kinesis::Stream", "kinesis", true),
    ("AWS::KinesisFirehose::DeliveryStream", "firehose", true),
    ("AWS::Lambda::Function", "lambda", true),
    ("AWS::Logs::LogGroup", "logs", true),
    ("AWS::OpenSearchService::Domain", "es", true),
    ("AWS::RDS::DBCluster", "rds", true),
    ("AWS::RDS::DBInstance", "rds", true),
    ("AWS::S3::Bucket", "s3", true),
    ("AWS::SNS::Topic", "sns", false),
    ("AWS::SQS::Queue", "sqs", true),
    ("AWS::SSM::Parameter", "ssm", true),
    ("AWS::SecretsManager::Secret", "secretsmanager", false),
    ("AWS::StepFunctions::StateMachine", "states", false),
];

/// Whether `Ref` of a resource of this type gives a name, a URL or an id, and no ARN.
pub fn gives_name(kind: &str) -> bool {
    TYPES.iter().any(|it| it.0 == kind && it.2)
}

/// How attributes end that are no ARNs.
const NO_ARNS: [&str; 5] = ["Name", "Id", "Url", "URL", "Endpoint"];

/// A part of a text that may be anything.
const UNKNOWN: &str = "${?}";

/// What `value` names.
pub fn named(facts: &Facts<'_>, value: &Value) -> Named {
    match value {
        Value::String(text) => of_text(text),
        Value::Object(object) => match object.single() {
            Some((name, argument)) => of_function(facts, name, argument),
            None => Named::Anything,
        },
        _ => Named::Anything,
    }
}

fn of_function(facts: &Facts<'_>, name: &str, argument: &Value) -> Named {
    match (name, argument) {
        ("Ref", Value::String(id)) => match row(facts, id) {
            Some((kind, _, true)) => Named::Name(kind.into()),
            Some((_, service, false)) => Named::Service(service.into()),
            None => Named::Anything,
        },
        ("Fn::GetAtt", _) => match index::get_att(argument) {
            Some((id, Some("Arn" | "StreamArn"))) => {
                row(facts, id).map_or(Named::Anything, |(_, service, _)| of_service(service, ""))
            }
            Some((id, Some(attribute))) if NO_ARNS.iter().any(|it| attribute.ends_with(it)) => {
                row(facts, id).map_or(Named::Anything, |(kind, ..)| Named::Name(kind.into()))
            }
            _ => Named::Anything,
        },
        ("Fn::Sub", _) => match index::sub(argument) {
            (Some(text), _) if starts_with_name(facts, text).is_some() => {
                match starts_with_name(facts, text) {
                    Some((kind, "")) => Named::Name(kind.into()),
                    _ => Named::NoArn,
                }
            }
            (Some(text), None) => of_text(&with_arns(facts, text)),
            (Some(text), Some(_)) if text.starts_with("arn:") => of_text(text),
            _ => Named::Anything,
        },
        ("Fn::Join", Value::Array(parts)) => {
            let [Value::String(separator), Value::Array(parts)] = parts.as_slice() else {
                return Named::Anything;
            };
            let parts: Vec<String> = parts.iter().map(|it| part(facts, it)).collect();
            let text = parts.join(separator);
            if text.starts_with("arn:") { of_text(&text) } else { Named::Anything }
        }
        _ => Named::Anything,
    }
}

/// For a text that starts with a name of a resource, which is no ARN: its type, and what follows.
fn starts_with_name<'t>(facts: &Facts<'_>, text: &'t str) -> Option<(&'static str, &'t str)> {
    let name = index::sub_names(text).next().filter(|_| text.starts_with("${"))?;
    let (kind, _, is_name) = row(facts, name.text)?;
    is_name.then(|| (kind, text.split_once('}').map_or("", |it| it.1)))
}

/// A part of a `Fn::Join` as text; a name that is one part of an ARN stands as `${}`.
fn part(facts: &Facts<'_>, value: &Value) -> String {
    match value {
        Value::String(text) => text.to_string(),
        Value::Object(object) => match object.single() {
            Some((name, argument)) if name == "Fn::GetAtt" => {
                let arn = index::get_att(argument).filter(|it| it.1 == Some("Arn"));
                arn.and_then(|it| arn_of(facts, it.0)).unwrap_or_else(|| UNKNOWN.into())
            }
            Some((name, argument)) if name == "Fn::Sub" => {
                index::sub(argument).0.map_or_else(|| UNKNOWN.into(), |it| with_arns(facts, it))
            }
            Some((name, Value::String(id))) if name == "Ref" => with_arns(facts, &format!("${{{id}}}")),
            _ => UNKNOWN.into(),
        },
        _ => UNKNOWN.into(),
    }
}

/// The text of a `Fn::Sub` with ARNs of resources where they stand.
fn with_arns(facts: &Facts<'_>, text: &str) -> String {
    let mut whole = text.to_owned();
    for name in index::sub_names(text) {
        if row(facts, name.text).is_some_and(|(_, service, _)| service == "s3") {
            whole = whole.replace(&format!("${{{}}}", name.text), "${}");
        }
        if let Some(arn) = name.text.strip_suffix(".Arn").and_then(|id| arn_of(facts, id)) {
            whole = whole.replace(&format!("${{{}}}", name.text), &arn);
        }
    }
    whole
}

fn arn_of(facts: &Facts<'_>, id: &str) -> Option<String> {
    let (_, service, _) = row(facts, id)?;
    Some(if service == "s3" {
        "arn:aws:s3:::${}".into()
    } else {
        format!("arn:aws:{service}:${{}}:${{}}:${{}}")
    })
}

fn row(facts: &Facts<'_>, id: &str) -> Option<(&'static str, &'static str, bool)> {
    let kind = facts.resource(id)?.get("Type")?.as_str()?;
    TYPES.iter().find(|it| it.0 == kind).copied()
}

fn of_text(text: &str) -> Named {
    // A function that was written as a text, a variable, a dynamic reference.
    if text.starts_with('*')
        || text.contains("#{")
        || text.starts_with("${")
        || text.starts_with("{{")
        || text.is_empty()
    {
        return Named::Anything;
    }
    let parts = split_arn(text);
    let Some(("arn", rest)) = parts.split_first().map(|(first, rest)| (first.as_str(), rest)) else {
        let is_pattern = "arn:".starts_with(text.trim_end_matches('*')) || text.starts_with("a*");
        return if is_pattern { Named::Anything } else { Named::NoArn };
    };
    // An ARN has six parts; fewer are taken where a pattern or a name that is put in may hold the rest.
    if rest.len() < 5 && !text.contains(['*', '$']) {
        return Named::NoArn;
    }
    if let [_, service, region, ..] = rest
        && rest.len() < 5
        && service == "s3"
        && region.contains('/')
        && !region.starts_with(['*', '$'])
    {
        return Named::NoArn;
    }
    match rest.get(1) {
        Some(service) if service.contains(['*', '?', '$']) || service.is_empty() => Named::Anything,
        Some(service) if service == "s3" && rest.get(2).is_some_and(|it| !it.is_empty()) => Named::Anything,
        Some(service) => of_service(service, rest.get(4..).unwrap_or_default().join(":").as_str()),
        None => Named::Anything,
    }
}

/// The parts of an ARN; colons in `${AWS::Region}` part nothing.
fn split_arn(text: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut depth = 0;
    for char in text.chars() {
        match char {
            '{' => depth += 1,
            '}' => depth -= 1,
            ':' if depth == 0 => {
                parts.push(String::new());
                continue;
            }
            _ => {}
        }
        if let Some(last) = parts.last_mut() {
            last.push(char);
        }
    }
    parts
}

fn of_service(service: &str, rest: &str) -> Named {
    match service {
        // A pattern or a whole value in place of the name may be of both.
        "s3" if rest.contains('/') => Named::Objects,
        "s3" if rest.replace("${}", "").contains(['*', '?', '$']) => Named::Anything,
        "s3" => Named::Bucket,
        other => Named::Service(other.to_lowercase()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_name_services() {
        assert_eq!(of_text("*"), Named::Anything);
        assert_eq!(of_text("arn:aws:s3:::shop"), Named::Bucket);
        assert_eq!(of_text("arn:aws:s3:::shop*"), Named::Anything);
        assert_eq!(of_text("arn:aws:s3:::${Shop}/*"), Named::Objects);
        assert_eq!(of_text("arn:${AWS::Partition}:sqs:${AWS::Region}:1:q"), Named::Service("sqs".into()));
        assert_eq!(of_text("OrdersTable"), Named::NoArn);
    }
}
