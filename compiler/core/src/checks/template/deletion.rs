//! What becomes of a resource that leaves the stack.
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-deletionpolicy.html>

use ecow::{EcoString, eco_format};

use super::Facts;
use crate::aws::naming;
use crate::diagnostic::{Diagnostic, Place, Severity};
use crate::rules;
use crate::value::{Object, Value};

/// Types that hold what nobody can make again, and go with the stack unless something else is said. Of databases of RDS
/// a snapshot stays at most, which nothing serves.
const STATEFUL: [&str; 10] = [
    "AWS::Cognito::UserPool",
    "AWS::DocDB::DBCluster",
    "AWS::DynamoDB::GlobalTable",
    "AWS::DynamoDB::Table",
    "AWS::EFS::FileSystem",
    "AWS::Neptune::DBCluster",
    "AWS::OpenSearchService::Domain",
    "AWS::RDS::DBCluster",
    "AWS::RDS::DBInstance",
    "AWS::S3::Bucket",
];

/// Types that hold data, too, of which a snapshot stays or that can be restored.
const OTHERS: [&str; 6] = [
    "AWS::EC2::Volume",
    "AWS::ElastiCache::ReplicationGroup",
    "AWS::KMS::Key",
    "AWS::Kinesis::Stream",
    "AWS::Redshift::Cluster",
    "AWS::SecretsManager::Secret",
];

/// Policies that keep what was there.
const KEEPING: [&str; 3] = ["Retain", "RetainExceptOnCreate", "Snapshot"];

/// Finds data that goes with the stack.
pub fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    for (path, part) in facts.own_parts() {
        let resources = part.get("Resources").and_then(Value::as_object);
        for id in resources.into_iter().flat_map(Object::keys) {
            let kind = facts.resource(id).and_then(|it| it.get("Type")).and_then(Value::as_str);
            let Some(kind) = kind.filter(|it| STATEFUL.contains(it) || OTHERS.contains(it)) else { continue };
            let path = path.join("Resources").join(id);
            if STATEFUL.contains(&kind) {
                found.extend(unprotected(facts, id, kind, Place::key(path.clone())));
            }
            found.extend(half(facts, id, &path));
        }
    }
}

fn unprotected(facts: &Facts<'_>, id: &EcoString, kind: &str, at: Place) -> Option<Diagnostic> {
    let body = facts.resource(id)?.as_object()?;
    // What the bucket of the deployments holds can be made again.
    let is_generated = id == naming::DEPLOYMENT_BUCKET;
    // A policy that stands among the properties is told there.
    let is_inside = body.get("Properties").is_some_and(|it| it.get("DeletionPolicy").is_some());
    if is_inside || body.contains_key("DeletionPolicy") || facts.index.has_macros || is_generated {
        return None;
    }
    // Databases that are in no cluster are kept as snapshots, and so are clusters.
    let in_cluster = body.get("Properties").is_some_and(|it| it.get("DBClusterIdentifier").is_some());
    let message = match kind.starts_with("AWS::RDS::") && !in_cluster {
        true => eco_format!("`{id}` is deleted when it leaves the stack, and only a snapshot stays"),
        false => eco_format!("`{id}` is deleted with its data when it leaves the stack"),
    };
    Some(
        Diagnostic::new(&rules::NO_DELETION_POLICY, at, message)
            .why(eco_format!("`{kind}` holds data, and has no `DeletionPolicy`"))
            .help("write `DeletionPolicy: Retain`, or `Delete` if that is meant"),
    )
}

/// Whether a policy of a resource keeps what was there.
fn keeps(body: &Object, policy: &str) -> bool {
    body.get(policy).and_then(Value::as_str).is_some_and(|it| KEEPING.contains(&it))
}

/// What keeps data when the resource leaves the stack keeps it not when another takes its place.
fn half(facts: &Facts<'_>, id: &EcoString, path: &crate::path::Path) -> Option<Diagnostic> {
    let body = facts.resource(id)?.as_object()?;
    let is_half = keeps(body, "DeletionPolicy") && !body.contains_key("UpdateReplacePolicy");
    if !is_half || facts.index.has_macros || facts.config.at(path)?.get("DeletionPolicy").is_none() {
        return None;
    }
    let message = eco_format!("`{id}` has a `DeletionPolicy`, and no `UpdateReplacePolicy`");
    let at = Place::key(path.join("DeletionPolicy"));
    let mut diagnostic = Diagnostic::new(&rules::NO_DELETION_POLICY, at, message)
        .why("an update that replaces the resource deletes the old one with its data")
        .help("write `UpdateReplacePolicy: Retain`, too");
    // Half of what is kept was kept on purpose.
    diagnostic.severity = Severity::Info;
    Some(diagnostic)
}
