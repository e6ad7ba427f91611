//! What becomes of a resource that leaves the stack.
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-deletionpolicy.html>

use ecow::{EcoString, eco_format};

use super::Facts;
use crate::diagnostic::{Diagnostic, Place};
use crate::rules;
use crate::value::{Object, Value};

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

/// Finds data that goes with the stack.
pub fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    for (path, part) in facts.own_parts() {
        let resources = part.get("Resources").and_then(Value::as_object);
        for id in resources.into_iter().flat_map(Object::keys) {
            let kind = facts.resource(id).and_then(|it| it.get("Type")).and_then(Value::as_str);
            if let Some(kind) = kind.filter(|it| STATEFUL.contains(it)) {
                found.extend(unprotected(facts, id, kind, Place::key(path.join("Resources").join(id))));
            }
        }
    }
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
