//! What becomes of a resource that leaves the stack.
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-deletionpolicy.html>

use ecow::{EcoString, eco_format};

use super::Facts;
use super::places::inside;
use crate::diagnostic::{Diagnostic, Place, nearest};
use crate::rules;
use crate::value::{Object, Value};

/// Types of which CloudFormation can keep a snapshot.
const SNAPSHOTS: [&str; 9] = [
    "AWS::DocDB::DBCluster",
    "AWS::EC2::Volume",
    "AWS::ElastiCache::CacheCluster",
    "AWS::ElastiCache::ReplicationGroup",
    "AWS::Neptune::DBCluster",
    "AWS::RDS::DBCluster",
    "AWS::RDS::DBInstance",
    "AWS::Redshift::Cluster",
    "AWS::ElastiCache::ServerlessCache",
];

/// Types that hold what nobody can make again, and go with the stack unless something else is said. Of a database of
/// RDS a snapshot stays.
const STATEFUL: [&str; 8] = [
    "AWS::Cognito::UserPool",
    "AWS::DocDB::DBCluster",
    "AWS::DynamoDB::GlobalTable",
    "AWS::DynamoDB::Table",
    "AWS::EFS::FileSystem",
    "AWS::Neptune::DBCluster",
    "AWS::OpenSearchService::Domain",
    "AWS::S3::Bucket",
];

/// Finds policies that there are not, and data that goes with the stack.
pub fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    for (path, part) in facts.own_parts() {
        for section in ["Resources", "extensions"] {
            let resources = part.get(section).and_then(Value::as_object);
            for (id, body) in resources.into_iter().flat_map(Object::iter) {
                let path = path.join(section).join(id);
                let kind = facts.resource(id).and_then(|it| it.get("Type")).and_then(Value::as_str);
                for key in ["DeletionPolicy", "UpdateReplacePolicy"] {
                    if let Some(Value::String(policy)) = body.get(key) {
                        found.extend(unknown(key, policy, kind, inside(path.join(key), 0..policy.len())));
                    }
                }
                if section == "Resources" && kind.is_some_and(|it| STATEFUL.contains(&it)) {
                    found.extend(unprotected(facts, id, kind.unwrap_or_default(), Place::key(path)));
                }
            }
        }
    }
}

fn unknown(key: &str, policy: &EcoString, kind: Option<&str>, at: Place) -> Option<Diagnostic> {
    let kind = kind.filter(|it| it.starts_with("AWS::"))?;
    let can_snapshot = SNAPSHOTS.contains(&kind);
    let mut known = vec!["Delete", "Retain"];
    if key == "DeletionPolicy" {
        known.push("RetainExceptOnCreate");
    }
    if can_snapshot {
        known.push("Snapshot");
    }
    if known.contains(&policy.as_str()) {
        return None;
    }
    if policy == "Snapshot" {
        let message = eco_format!("CloudFormation keeps no snapshot of `{kind}`");
        let diagnostic = Diagnostic::new(&rules::UNKNOWN_VALUE, at, message);
        return Some(
            diagnostic.why("it refuses the template").help("use `Retain` to keep the resource itself"),
        );
    }
    let message = eco_format!("`{policy}` is no `{key}`");
    let names: Vec<String> = known.iter().map(|it| format!("`{it}`")).collect();
    let diagnostic = Diagnostic::new(&rules::UNKNOWN_VALUE, at.clone(), message)
        .why(eco_format!("CloudFormation takes {}", names.join(", ")));
    Some(match nearest(policy, known) {
        Some(near) => diagnostic.help(eco_format!("did you mean `{near}`?")).replace(
            eco_format!("replace with `{near}`"),
            false,
            at,
            near,
        ),
        None => diagnostic.help("`Retain` keeps the resource, `Delete` deletes it"),
    })
}

fn unprotected(facts: &Facts<'_>, id: &EcoString, kind: &str, at: Place) -> Option<Diagnostic> {
    let body = facts.resource(id)?.as_object()?;
    if body.contains_key("DeletionPolicy") || facts.index.has_macros {
        return None;
    }
    let message = eco_format!("`{id}` is deleted with its data when it leaves the stack");
    Some(
        Diagnostic::new(&rules::NO_DELETION_POLICY, at, message)
            .why(eco_format!("`{kind}` holds data, and has no `DeletionPolicy`"))
            .help("write `DeletionPolicy: Retain`, or `Delete` if that is meant"),
    )
}
