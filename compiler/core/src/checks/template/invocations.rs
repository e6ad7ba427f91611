//! Functions that a resource of the user's own invokes: a permission must let it.
//!
//! Events of functions bring their permissions. Where the invoked function is named otherwise than by a reference, or
//! a plugin may add permissions, nothing is said.
//! <https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html>

use ecow::eco_format;
use rustc_hash::FxHashSet;

use super::Facts;
use super::index::{self, Kind, Reference};
use super::kinds::is_at;
use crate::diagnostic::{Diagnostic, Place};
use crate::path::{Path, Segment};
use crate::rules;
use crate::value::Value;

/// What invokes functions: the type, the property, and the start of the principal.
const INVOKING: &[(&str, &str, &str)] = &[
    ("AWS::Events::Rule", "Targets.Arn", "events"),
    ("AWS::Logs::SubscriptionFilter", "DestinationArn", "logs"),
    ("AWS::S3::Bucket", "LambdaConfigurations.Function", "s3"),
    ("AWS::SNS::Subscription", "Endpoint", "sns"),
    ("AWS::SNS::Topic", "Subscription.Endpoint", "sns"),
];

const PERMISSION: &str = "AWS::Lambda::Permission";

/// Finds resources that may not invoke what they are to invoke.
pub fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    if facts.index.has_macros || facts.around.may_add_resources() {
        return;
    }
    let mut told: FxHashSet<Place> = FxHashSet::default();
    for reference in facts.index.references.iter().filter(|it| it.owner.section == "Resources") {
        let is_function = kind(facts, reference.target) == Some("AWS::Lambda::Function");
        if !is_function || reference.kind != Kind::GetAtt || reference.attribute != Some("Arn") {
            continue;
        }
        let Some(principal) = invoker(facts, reference) else { continue };
        if is_permitted(facts, reference, principal) {
            continue;
        }
        let Some(at) = facts.target_place(reference).filter(|it| told.insert(it.clone())) else { continue };
        let message = eco_format!("`{}` may not invoke `{}`", reference.owner.id, reference.target);
        found.push(
            Diagnostic::new(&rules::MISSING_PERMISSION, at, message)
                .why(eco_format!("no `{PERMISSION}` of the function lets `{principal}.amazonaws.com`"))
                .help("add one, or make it an event of the function, which brings its own"),
        );
    }
}

fn kind<'a>(facts: &Facts<'a>, id: &str) -> Option<&'a str> {
    facts.resource(id)?.get("Type")?.as_str()
}

/// The principal that invokes the function which is referred to.
fn invoker(facts: &Facts<'_>, reference: &Reference<'_>) -> Option<&'static str> {
    let of = kind(facts, reference.owner.id)?;
    INVOKING.iter().find(|it| it.0 == of)?;
    facts.written("Resources", &[Segment::from(reference.owner.id)])?;
    let properties = facts.resource(reference.owner.id)?.get("Properties")?;
    let mut path = index::steps(properties, reference.holder)?;
    path.reverse();
    let row = INVOKING.iter().find(|it| it.0 == of && is_at(it.1, reference.key, &path))?;
    let above: Path = path.iter().take(path.len().saturating_sub(1)).cloned().collect();
    let beside = properties.at(&above)?;
    // A target may have a role, and a topic many protocols.
    let is_other = match row.2 {
        "sns" => beside.get("Protocol").and_then(Value::as_str) != Some("lambda"),
        "events" => beside.get("RoleArn").is_some(),
        _ => false,
    };
    (!is_other).then_some(row.2)
}

/// Whether a permission may let `principal` invoke what `reference` names, for the resource that refers.
fn is_permitted(facts: &Facts<'_>, reference: &Reference<'_>, principal: &str) -> bool {
    facts.resources().iter().any(|(id, body)| {
        let Some(properties) = body.get("Properties").filter(|_| kind(facts, id) == Some(PERMISSION)) else {
            return false;
        };
        let is_principal = properties
            .get("Principal")
            .and_then(Value::as_str)
            .is_none_or(|it| it == "*" || it.strip_prefix(principal).is_some_and(|it| it.starts_with('.')));
        let mut targets =
            facts.index.references.iter().filter(|it| {
                it.owner.section == "Resources" && it.owner.id == id && it.key == "FunctionName"
            });
        let is_function = targets.next().is_none_or(|it| {
            it.target == reference.target || kind(facts, it.target) != Some("AWS::Lambda::Function")
        });
        // That it names the wrong service is told where permissions are looked at.
        let source = properties.get("SourceArn").map(Value::to_json).unwrap_or_default();
        let is_meant = source.contains(reference.owner.id);
        is_function
            && (is_meant
                || is_principal && is_source(facts, properties.get("SourceArn"), reference, principal))
    })
}

/// Whether the source of a permission may be the resource that refers. Of a rule that is known for sure.
fn is_source(facts: &Facts<'_>, source: Option<&Value>, reference: &Reference<'_>, principal: &str) -> bool {
    let Some(source) = source.filter(|_| principal == "events") else { return true };
    let text = source.to_json();
    let name = facts.resource(reference.owner.id).and_then(|it| it.get("Properties")?.get("Name"));
    let is_named = match name {
        None => false,
        Some(Value::String(name)) => text.contains(name.as_str()),
        Some(_) => true,
    };
    is_named || source.has_unknown() || text.contains(['*']) || text.contains(reference.owner.id)
}
