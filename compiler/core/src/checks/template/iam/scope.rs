//! What policies of resources are about: actions of the service of the resource, and the resource itself.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-policy-language-overview.html>

use ecow::eco_format;

use crate::checks::pattern::places;
use crate::checks::template::{Facts, index};
use crate::diagnostic::{Diagnostic, Place};
use crate::path::Path;
use crate::rules;
use crate::value::{Object, Value};

/// The documents of policies, and the service whose actions they name.
const SERVICES: [(&str, &str, &str); 13] = [
    ("AWS::ApiGateway::RestApi", "Policy", "execute-api"),
    ("AWS::ECR::Repository", "RepositoryPolicyText", "ecr"),
    ("AWS::EFS::FileSystem", "FileSystemPolicy", "elasticfilesystem"),
    ("AWS::IoT::Policy", "PolicyDocument", "iot"),
    ("AWS::KMS::Key", "KeyPolicy", "kms"),
    ("AWS::Kinesis::ResourcePolicy", "ResourcePolicy", "kinesis"),
    ("AWS::OpenSearchService::Domain", "AccessPolicies", "es"),
    ("AWS::S3::BucketPolicy", "PolicyDocument", "s3"),
    ("AWS::SNS::TopicInlinePolicy", "PolicyDocument", "sns"),
    ("AWS::SNS::TopicPolicy", "PolicyDocument", "sns"),
    ("AWS::SQS::QueueInlinePolicy", "PolicyDocument", "sqs"),
    ("AWS::SQS::QueuePolicy", "PolicyDocument", "sqs"),
    ("AWS::SecretsManager::ResourcePolicy", "ResourcePolicy", "secretsmanager"),
];

/// Looks at the policy that a resource has or is.
pub fn check(facts: &Facts<'_>, kind: &str, properties: &Object, path: &Path, found: &mut Vec<Diagnostic>) {
    let Some((_, key, service)) = SERVICES.iter().find(|it| it.0 == kind) else { return };
    let Some(document) = properties.get(key).filter(|it| it.as_object().is_some()) else { return };
    let path = path.join(*key);
    for pattern in ["Statement.*.Action", "Statement.Action", "Statement.*.Action.*", "Statement.Action.*"] {
        for (path, value) in places(document, &path, pattern) {
            found.extend(value.as_str().and_then(|it| foreign(it, service, path)));
        }
    }
    match kind {
        "AWS::KMS::Key" => without_resource(document, &path, found),
        "AWS::S3::BucketPolicy" => {
            public(facts, properties, document, &path, found);
            for pattern in [
                "Statement.*.Resource",
                "Statement.Resource",
                "Statement.*.Resource.*",
                "Statement.Resource.*",
            ] {
                for (path, value) in places(document, &path, pattern) {
                    found.extend(other_bucket(facts, properties, value, path));
                }
            }
        }
        _ => {}
    }
}

fn warning(path: Path, message: ecow::EcoString) -> Diagnostic {
    Diagnostic::new(&rules::IAM_POLICY, Place::value(path), message).warning()
}

/// An action of another service.
fn foreign(text: &str, service: &str, path: Path) -> Option<Diagnostic> {
    let (prefix, _) = text.split_once(':')?;
    // Prefixes that are none are told where actions are.
    if prefix.contains(['*', '?', '$', '{', '#']) || prefix.to_lowercase().starts_with(service) {
        return None;
    }
    super::table::prefixes().find(|it| it.eq_ignore_ascii_case(prefix))?;
    let message =
        eco_format!("the policy is of a resource of `{service}`, and `{text}` is of another service");
    Some(
        warning(path, message)
            .why("AWS refuses actions that are not of the resource")
            .help("give the action to who acts, in a policy of its role"),
    )
}

/// KMS takes a statement without a resource, and it has no effect.
/// <https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-overview.html>
fn without_resource(document: &Value, path: &Path, found: &mut Vec<Diagnostic>) {
    for (path, statement) in places(document, path, "Statement.*") {
        let Some(statement) = statement.as_object() else { continue };
        let is_open = statement.keys().any(|it| it.contains("::") || it == "Ref");
        let has = ["Resource", "NotResource"].iter().any(|it| statement.contains_key(it));
        if has || is_open || !statement.contains_key("Effect") {
            continue;
        }
        let mut diagnostic = warning(path.clone(), "the statement has no `Resource`".into());
        diagnostic.at = Place::key(path);
        found.push(
            diagnostic
                .why("KMS takes it, but it has no effect")
                .help("write `Resource: '*'`, which is the key itself"),
        );
    }
}

/// A bucket that blocks public policies takes none that lets everybody in.
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html>
fn public(
    facts: &Facts<'_>,
    properties: &Object,
    document: &Value,
    path: &Path,
    found: &mut Vec<Diagnostic>,
) {
    let blocked = || {
        let id = properties.get("Bucket")?.get("Ref")?.as_str()?;
        let bucket = facts.resource(id)?.get("Properties")?;
        let blocks = bucket.get("PublicAccessBlockConfiguration")?.get("BlockPublicPolicy")?;
        (blocks.to_js_string() == "true").then_some(id)
    };
    let Some(id) = blocked() else { return };
    for (path, statement) in places(document, path, "Statement.*") {
        let is_all =
            |it: &Value| it.as_str() == Some("*") || it.get("AWS").and_then(Value::as_str) == Some("*");
        let is_public = statement.get("Effect").and_then(Value::as_str) == Some("Allow")
            && statement.get("Condition").is_none_or(is_open_to_all)
            && statement.get("Principal").is_some_and(is_all);
        if is_public {
            let message = eco_format!("the statement is public, and `{id}` blocks public policies");
            found.push(
                warning(path.join("Principal"), message)
                    .why("`BlockPublicPolicy` is `true`, and S3 refuses the policy")
                    .help("name who may, or let the bucket take public policies"),
            );
        }
    }
}

/// Whether conditions let everybody in: they ask for encrypted connections alone.
fn is_open_to_all(conditions: &Value) -> bool {
    let mut keys = conditions.as_object().into_iter().flat_map(Object::values).filter_map(Value::as_object);
    keys.all(|it| it.keys().all(|it| it.eq_ignore_ascii_case("aws:SecureTransport")))
}

/// A bucket that the statement names is the one that has the policy.
fn other_bucket(facts: &Facts<'_>, properties: &Object, resource: &Value, path: Path) -> Option<Diagnostic> {
    let own = properties.get("Bucket")?;
    let message = match own {
        Value::String(own) => {
            let name = named(resource)?;
            let is_same = name == own.as_str() || own.contains(['$', '{', '#']);
            (!is_same).then(|| eco_format!("the policy is of the bucket `{own}`, and this is `{name}`"))?
        }
        other => {
            let (_, id) = other.as_object()?.single().filter(|it| it.0 == "Ref")?;
            let id = id.as_str()?;
            let of = facts.resource(id)?;
            if of.get("Type")?.as_str()? != "AWS::S3::Bucket" {
                return None;
            }
            match bucket(facts, resource) {
                Some(other) if other != id => {
                    eco_format!("the policy is of the bucket `{id}`, and this is `{other}`")
                }
                Some(_) => return None,
                None => {
                    let own = of.get("Properties").and_then(|it| it.get("BucketName"));
                    let is_known =
                        own.is_none_or(|it| it.as_str().is_some_and(|it| !it.contains(['$', '{', '#'])));
                    let name =
                        named(resource).filter(|it| is_known && own.and_then(Value::as_str) != Some(*it))?;
                    eco_format!("the policy is of the bucket `{id}`, and this is `{name}`")
                }
            }
        }
    };
    Some(
        warning(path, message)
            .why("S3 refuses the policy: it is about its own bucket")
            .help("name the bucket that has the policy"),
    )
}

/// The name of the bucket in an ARN that is written in full.
fn named(resource: &Value) -> Option<&str> {
    let rest = resource.as_str()?.strip_prefix("arn:aws:s3:::")?;
    let name = rest.split('/').next()?;
    (!name.is_empty() && !name.contains(['*', '?', '$', '{', '#'])).then_some(name)
}

/// The bucket of the template whose ARN a value begins with.
fn bucket<'a>(facts: &Facts<'a>, resource: &'a Value) -> Option<&'a str> {
    let (name, argument) = resource.as_object()?.single()?;
    let id = match name.as_str() {
        "Fn::GetAtt" => index::get_att(argument).filter(|it| it.1 == Some("Arn"))?.0,
        "Fn::Sub" => {
            let text = argument.as_str()?;
            let text = text.strip_prefix("arn:aws:s3:::").unwrap_or(text);
            let (name, _) = text.strip_prefix("${")?.split_once('}')?;
            name.strip_suffix(".Arn").unwrap_or(name)
        }
        "Fn::Join" => match argument.as_array()? {
            [_, Value::Array(parts)] => return bucket(facts, parts.first()?),
            _ => return None,
        },
        _ => return None,
    };
    let kind = facts.resource(id)?.get("Type")?.as_str()?;
    (kind == "AWS::S3::Bucket").then_some(id)
}
