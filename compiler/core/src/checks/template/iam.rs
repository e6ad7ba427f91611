//! Policies of IAM, wherever they stand: their form, the actions that they name, and the resources that these act on.
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html>

mod action;
mod arn;
mod condition;
mod keys;
mod managed;
mod permission;
mod principal;
mod resource;
mod scope;
mod services;
mod size;
mod statement;
mod table;

pub use resource::gives_name;
pub use services::meant as meant_service;

use super::Facts;
use crate::diagnostic::Diagnostic;
use crate::path::Path;
use crate::value::{Object, Value};

/// What a policy is attached to, which says what its statements need.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An identity, such as a role.
    Identity,
    /// A resource; of a bucket and of a topic each statement needs a `Resource`.
    Resource {
        /// Whether it does.
        needs_resource: bool,
        /// Whether resources are ARNs in any case.
        needs_arn: bool,
    },
    /// Who may take on a role.
    Trust,
}

/// A policy of the user's own.
#[derive(Debug)]
pub struct Policy<'a> {
    /// Its kind.
    pub kind: Kind,
    /// Where its statements stand.
    pub path: Path,
    /// They themselves: a list, or one statement.
    pub statements: &'a Value,
    /// Whether the shape of the configuration has looked at its keys already.
    pub has_shape: bool,
}

/// Properties that are a policy, by the type of the resource.
const PROPERTIES: [(&str, &str, Kind); 22] = [
    ("AWS::ApiGateway::RestApi", "Policy", ANY),
    ("AWS::ECR::Repository", "RepositoryPolicyText", ANY),
    ("AWS::EFS::FileSystem", "FileSystemPolicy", ANY),
    ("AWS::Elasticsearch::Domain", "AccessPolicies", ANY),
    ("AWS::IAM::GroupPolicy", "PolicyDocument", Kind::Identity),
    ("AWS::IAM::ManagedPolicy", "PolicyDocument", Kind::Identity),
    ("AWS::IAM::Policy", "PolicyDocument", Kind::Identity),
    ("AWS::IAM::Role", "AssumeRolePolicyDocument", Kind::Trust),
    ("AWS::IAM::RolePolicy", "PolicyDocument", Kind::Identity),
    ("AWS::IAM::UserPolicy", "PolicyDocument", Kind::Identity),
    ("AWS::IoT::Policy", "PolicyDocument", Kind::Identity),
    ("AWS::KMS::Key", "KeyPolicy", ANY),
    ("AWS::KMS::ReplicaKey", "KeyPolicy", ANY),
    ("AWS::Kinesis::ResourcePolicy", "ResourcePolicy", ANY),
    ("AWS::OpenSearchService::Domain", "AccessPolicies", ANY),
    ("AWS::S3::BucketPolicy", "PolicyDocument", Kind::Resource { needs_resource: true, needs_arn: true }),
    ("AWS::SNS::TopicPolicy", "PolicyDocument", Kind::Resource { needs_resource: true, needs_arn: true }),
    (
        "AWS::SNS::TopicInlinePolicy",
        "PolicyDocument",
        Kind::Resource { needs_resource: true, needs_arn: true },
    ),
    ("AWS::SQS::QueueInlinePolicy", "PolicyDocument", ARN),
    ("AWS::SQS::QueuePolicy", "PolicyDocument", ARN),
    ("AWS::SecretsManager::ResourcePolicy", "ResourcePolicy", ANY),
    ("AWS::EC2::VPCEndpoint", "PolicyDocument", ANY),
];

const ANY: Kind = Kind::Resource { needs_resource: false, needs_arn: false };
const ARN: Kind = Kind::Resource { needs_resource: false, needs_arn: true };

/// Finds what is wrong with policies.
pub fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    let mut policies = Vec::new();
    of_provider(facts, &mut policies);
    of_role(facts, found);
    of_functions(facts, &mut policies);
    for (path, part) in facts.own_parts() {
        for section in ["Resources", "extensions"] {
            let resources = part.get(section).and_then(Value::as_object);
            for (id, body) in resources.into_iter().flat_map(Object::iter) {
                let kind = facts.resource(id).and_then(|it| it.get("Type")).and_then(Value::as_str);
                if let (Some(kind), Some(Value::Object(properties))) = (kind, body.get("Properties")) {
                    let path = path.join(section).join(id).join("Properties");
                    of_resource(facts, kind, properties, &path, &mut policies, found);
                }
            }
        }
    }
    let mut actions = table::Actions::default();
    for policy in &policies {
        statement::check(facts, policy, &mut actions, found);
    }
    size::check(facts, found);
}

fn of_provider<'a>(facts: &Facts<'a>, policies: &mut Vec<Policy<'a>>) {
    let Some(provider) = facts.config.get("provider") else { return };
    let root = Path::from(["provider"]);
    let mut push = |kind, keys: &[&str], has_shape| {
        let path = keys.iter().fold(root.clone(), |path, key| path.join(*key));
        let statements = keys.iter().try_fold(provider, |value, key| value.get(key));
        policies.extend(statements.map(|statements| Policy { kind, path, statements, has_shape }));
    };
    push(Kind::Identity, &["iam", "role", "statements"], true);
    push(Kind::Identity, &["iamRoleStatements"], true);
    push(ANY, &["apiGateway", "resourcePolicy"], true);
    push(ANY, &["resourcePolicy"], true);
}

/// The managed policies of the role that the framework makes, and of those that a plugin makes.
fn of_role(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    let lists = [
        "provider.iam.role.managedPolicies",
        "provider.iamManagedPolicies",
        "functions.*.iamManagedPolicies",
        "functions.*.iamRoleManagedPolicies",
    ];
    for pattern in lists {
        for (path, arns) in crate::checks::pattern::places(facts.config, &Path::root(), pattern) {
            managed::check(arns, &path, found);
        }
    }
    for pattern in ["provider.iam.role.permissionsBoundary", "provider.iam.role.permissionBoundary"] {
        for (path, arn) in crate::checks::pattern::places(facts.config, &Path::root(), pattern) {
            managed::check_one(arn, &path, found);
        }
    }
}

/// A plugin makes a role of its own of the `iamRoleStatements` of a function.
fn of_functions<'a>(facts: &Facts<'a>, policies: &mut Vec<Policy<'a>>) {
    if !facts.around.plugins.contains(&"serverless-iam-roles-per-function") {
        return;
    }
    let functions = facts.config.get("functions").and_then(Value::as_object);
    for (key, function) in functions.into_iter().flat_map(Object::iter) {
        if let Some(statements @ Value::Array(_)) = function.get("iamRoleStatements") {
            let path = Path::from(["functions"]).join(key).join("iamRoleStatements");
            policies.push(Policy { kind: Kind::Identity, path, statements, has_shape: false });
        }
    }
}

fn of_resource<'a>(
    facts: &Facts<'_>,
    kind: &str,
    properties: &'a Object,
    path: &Path,
    policies: &mut Vec<Policy<'a>>,
    found: &mut Vec<Diagnostic>,
) {
    if kind == "AWS::Lambda::Permission" {
        principal::of_permission(properties, path, found);
        permission::check(facts, properties, path, found);
    }
    if kind.starts_with("AWS::IAM::")
        && let Some(boundary) = properties.get("PermissionsBoundary")
    {
        managed::check_one(boundary, &path.join("PermissionsBoundary"), found);
    }
    scope::check(facts, kind, properties, path, found);
    if let Some(arns) = properties.get("ManagedPolicyArns").filter(|_| kind.starts_with("AWS::IAM::")) {
        managed::check(arns, &path.join("ManagedPolicyArns"), found);
    }
    for (_, key, policy) in PROPERTIES.iter().filter(|it| it.0 == kind) {
        if let Some(Value::Object(document)) = properties.get(key) {
            policies.extend(statement::document(document, *policy, &path.join(*key), found));
        }
    }
    if matches!(kind, "AWS::IAM::Role" | "AWS::IAM::User" | "AWS::IAM::Group")
        && let Some(Value::Array(inline)) = properties.get("Policies")
    {
        for (index, policy) in inline.iter().enumerate() {
            if let Some(Value::Object(document)) = policy.get("PolicyDocument") {
                let path = path.join("Policies").join(index).join("PolicyDocument");
                policies.extend(statement::document(document, Kind::Identity, &path, found));
            }
        }
    }
}
