//! Names that AWS has once: no two resources of a template take the same.

use ecow::{EcoString, eco_format};
use rustc_hash::FxHashMap;

use super::Facts;
use super::index::Owner;
use crate::diagnostic::{Diagnostic, Part, Place};
use crate::path::Segment;
use crate::rules;
use crate::value::Value;

/// The property that names a resource, by its type. What is of a parent, such as a rule of a bus, is left out.
const NAMES: [(&str, &str); 19] = [
    ("AWS::CloudWatch::Alarm", "AlarmName"),
    ("AWS::CloudWatch::CompositeAlarm", "AlarmName"),
    ("AWS::CloudWatch::Dashboard", "DashboardName"),
    ("AWS::DynamoDB::Table", "TableName"),
    ("AWS::ECR::Repository", "RepositoryName"),
    ("AWS::Events::EventBus", "Name"),
    ("AWS::IAM::ManagedPolicy", "ManagedPolicyName"),
    ("AWS::IAM::Role", "RoleName"),
    ("AWS::IAM::User", "UserName"),
    ("AWS::KMS::Alias", "AliasName"),
    ("AWS::Kinesis::Stream", "Name"),
    ("AWS::Lambda::Function", "FunctionName"),
    ("AWS::Logs::LogGroup", "LogGroupName"),
    ("AWS::S3::Bucket", "BucketName"),
    ("AWS::SNS::Topic", "TopicName"),
    ("AWS::SQS::Queue", "QueueName"),
    ("AWS::SSM::Parameter", "Name"),
    ("AWS::SecretsManager::Secret", "Name"),
    ("AWS::StepFunctions::StateMachine", "StateMachineName"),
];

/// How many filters a log group may have.
const FILTERS: usize = 2;

/// Finds names that are taken twice.
pub fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    if facts.index.has_macros {
        return;
    }
    let mut taken: FxHashMap<(&str, String), &EcoString> = FxHashMap::default();
    let mut filters: FxHashMap<String, usize> = FxHashMap::default();
    for (id, body) in facts.resources().iter().filter(|(_, it)| it.get("Condition").is_none()) {
        let Some(kind) = body.get("Type").and_then(Value::as_str) else { continue };
        if kind == "AWS::Logs::SubscriptionFilter" {
            found.extend(filter(facts, id, body, &mut filters));
        }
        let Some((kind, key)) = NAMES.iter().find(|it| it.0 == kind).copied() else { continue };
        // Alarms of both types share their names.
        let kind = if key == "AlarmName" { "AWS::CloudWatch::Alarm" } else { kind };
        let name = body.get("Properties").and_then(|it| it.get(key));
        let Some(name) = name.filter(|it| !it.is_null() && !it.has_unknown()) else { continue };
        match taken.get(&(kind, name.to_json())) {
            // Events that make a bucket look at the user's own themselves.
            Some(first) if kind == "AWS::S3::Bucket" && !(is_own(facts, first) && is_own(facts, id)) => {}
            Some(first) => found.extend(twice(facts, (first, id), key, name)),
            None => drop(taken.insert((kind, name.to_json()), id)),
        }
    }
}

fn is_own(facts: &Facts<'_>, id: &EcoString) -> bool {
    facts.written("Resources", &[id.into()]).is_some()
}

fn place(facts: &Facts<'_>, id: &EcoString, key: &str) -> Option<Place> {
    let path = facts.written("Resources", &[id.into(), Segment::from("Properties"), key.into()])?;
    // Where the name comes from may be right for one of the two.
    Some(Place::Resolved { path, part: Part::Use })
}

/// Two resources of the service's own making are found by the checks of functions and events.
fn twice(
    facts: &Facts<'_>,
    (first, second): (&EcoString, &EcoString),
    key: &str,
    name: &Value,
) -> Option<Diagnostic> {
    let (id, other, at) = match place(facts, second, key) {
        Some(at) => (second, first, at),
        None => (first, second, place(facts, first, key)?),
    };
    let text = name.as_str().map_or_else(|| "the same name".into(), |it| eco_format!("the name `{it}`"));
    let message = eco_format!("`{other}` and `{id}` both take {text}");
    let diagnostic = Diagnostic::new(&rules::DUPLICATE_PHYSICAL_NAME, at, message)
        .why("AWS has one resource of a name, so the second cannot be made")
        .help("give one of them another name, or none: CloudFormation makes one up");
    let generated = || facts.entry_place(Owner { section: "Resources", id: other });
    Some(match place(facts, other, key).or_else(generated) {
        Some(place) => diagnostic.related(place, eco_format!("`{other}` takes it here")),
        None => diagnostic,
    })
}

fn filter(
    facts: &Facts<'_>,
    id: &EcoString,
    body: &Value,
    filters: &mut FxHashMap<String, usize>,
) -> Option<Diagnostic> {
    let group = body.get("Properties")?.get("LogGroupName").filter(|it| !it.has_unknown())?;
    let count = filters.entry(group.to_json()).or_default();
    *count += 1;
    if *count != FILTERS + 1 {
        return None;
    }
    // Those of events are counted where these are lowered.
    let at = Place::key(facts.written("Resources", &[id.into()])?);
    Some(
        Diagnostic::new(&rules::OUT_OF_RANGE, at, "the log group has a third subscription filter")
            .why("CloudWatch takes two of a log group")
            .help("let one filter send to what serves several"),
    )
}
