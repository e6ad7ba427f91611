//! Roles that are not made for who takes them on: a function needs one that Lambda may assume, a state machine one of
//! Step Functions.
//!
//! <https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html>,
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html>

use ecow::{EcoString, eco_format};
use rustc_hash::FxHashSet;

use super::Facts;
use super::index::{self, Kind, Owner, Reference};
use super::kinds::is_at;
use crate::diagnostic::{Diagnostic, Place, Severity};
use crate::path::{Path, Segment};
use crate::rules;
use crate::value::{Object, Value};

/// Who takes on a role and is refused if it may not: the type of the resource, the property that names the role, and the
/// service by the start of its principal.
const TAKERS: &[(&str, &str, &str)] =
    &[("AWS::Lambda::Function", "Role", "lambda"), ("AWS::StepFunctions::StateMachine", "RoleArn", "states")];

/// What Lambda@Edge calls itself.
const EDGE: &str = "edgelambda";

/// Finds roles that trust others only.
pub fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    if facts.index.has_macros {
        return;
    }
    let mut told: FxHashSet<(&str, &str)> = FxHashSet::default();
    for reference in facts.index.references.iter().filter(|it| it.owner.section == "Resources" && !it.guarded)
    {
        if reference.kind != Kind::GetAtt || reference.attribute != Some("Arn") {
            continue;
        }
        let Some(service) = taker(facts, reference) else { continue };
        let Some(trusted) = trusted(facts, reference.target) else { continue };
        let mut needed = vec![service];
        if service == "lambda" && is_at_edge(facts, reference.owner.id) {
            needed.push(EDGE);
        }
        let lacking = needed.into_iter().find(|it| !trusted.iter().any(|(name, _)| is_of(name, it)));
        let Some(lacking) = lacking.filter(|it| told.insert((reference.target, *it))) else { continue };
        found.extend(untrusted(facts, reference, lacking, &trusted));
    }
}

/// The service that takes on the role that is referred to.
fn taker(facts: &Facts<'_>, reference: &Reference<'_>) -> Option<&'static str> {
    let body = facts.resource(reference.owner.id)?;
    let of = body.get("Type")?.as_str()?;
    TAKERS.iter().find(|it| it.0 == of)?;
    let mut path = index::steps(body.get("Properties")?, reference.holder)?;
    path.reverse();
    TAKERS.iter().find(|it| it.0 == of && is_at(it.1, reference.key, &path)).map(|it| it.2)
}

/// Whether CloudFront runs the function with this id.
fn is_at_edge(facts: &Facts<'_>, id: &str) -> bool {
    let events = facts.origin(id).and_then(|it| facts.config.at(it)?.get("events")?.as_array());
    events.unwrap_or_default().iter().any(|it| it.get("cloudFront").is_some())
}

/// Whether `name` is the principal of `service`, in one region or in all.
fn is_of(name: &str, service: &str) -> bool {
    name.strip_prefix(service).is_some_and(|it| it.starts_with('.')) && name.contains("amazonaws.com")
}

/// The services that may take on a role of the user's own, each with its place; `None` if others may that are not
/// known here.
fn trusted<'a>(facts: &Facts<'a>, id: &str) -> Option<Vec<(&'a str, Path)>> {
    let body =
        facts.resource(id).filter(|it| it.get("Type").and_then(Value::as_str) == Some("AWS::IAM::Role"))?;
    let steps = ["Properties", "AssumeRolePolicyDocument", "Statement"];
    let below: Vec<Segment> = std::iter::once(id).chain(steps).map(Segment::from).collect();
    let path = facts.written("Resources", &below)?;
    let written = body.at(&steps.into_iter().map(Segment::from).collect::<Path>())?;
    let statements: Vec<(Path, &Value)> = match written {
        Value::Array(items) => items.iter().enumerate().map(|(index, it)| (path.join(index), it)).collect(),
        one => vec![(path, one)],
    };
    let mut services = Vec::new();
    for (path, statement) in statements {
        let statement = statement.as_object()?;
        if statement.get("Effect")?.as_str()? != "Allow" {
            continue;
        }
        if !allows(statement.get("Action")?)? {
            continue;
        }
        let principal = statement.get("Principal")?.as_object()?;
        principals(principal, &path.join("Principal"), &mut services)?;
    }
    Some(services)
}

/// Whether an action takes on a role; `None` if that is not known.
fn allows(action: &Value) -> Option<bool> {
    let actions = action.as_array().unwrap_or(std::slice::from_ref(action));
    let names: Option<Vec<&str>> = actions.iter().map(Value::as_str).collect();
    let taking = |it: &&str| it.contains('*') || it.eq_ignore_ascii_case("sts:AssumeRole");
    Some(names?.iter().any(taking))
}

fn principals<'a>(principal: &'a Object, path: &Path, services: &mut Vec<(&'a str, Path)>) -> Option<()> {
    for (kind, value) in principal.iter() {
        match kind.as_str() {
            "Service" => {
                let path = path.join("Service");
                let names: Vec<(Path, &Value)> = match value {
                    Value::Array(items) => {
                        items.iter().enumerate().map(|(index, it)| (path.join(index), it)).collect()
                    }
                    one => vec![(path, one)],
                };
                for (path, name) in names {
                    let name = name.as_str().filter(|it| !it.contains(['$', '{', '*']))?;
                    services.push((name, path));
                }
            }
            "AWS" if value.to_json().contains('*') => return None,
            "AWS" | "Federated" | "CanonicalUser" => {}
            _ => return None,
        }
    }
    Some(())
}

fn untrusted(
    facts: &Facts<'_>,
    reference: &Reference<'_>,
    service: &str,
    trusted: &[(&str, Path)],
) -> Option<Diagnostic> {
    let whole = facts.written("Resources", &[Segment::from(reference.target)])?;
    let at = match trusted {
        [] => Place::key(whole),
        [(_, path), ..] => Place::value(path.clone()),
    };
    let message = eco_format!("`{service}.amazonaws.com` may not take on the role `{}`", reference.target);
    let names: Vec<EcoString> = trusted.iter().map(|it| eco_format!("`{}`", it.0)).collect();
    let why = match names.as_slice() {
        [] => eco_format!("`{}` takes on the role, and no service may", reference.owner.id),
        _ => eco_format!("`{}` takes on the role, which trusts {}", reference.owner.id, names.join(", ")),
    };
    let mut diagnostic = Diagnostic::new(&rules::ROLE_TRUST, at, message)
        .why(why)
        .help(eco_format!("write `Service: {service}.amazonaws.com`, or name another role"));
    // What is the user's own as a whole may be a sketch.
    if facts.written("Resources", &[Segment::from(reference.owner.id)]).is_some() {
        diagnostic.severity = Severity::Warning;
    }
    let owner = facts.entry_place(Owner { section: "Resources", id: reference.owner.id });
    Some(match owner {
        Some(place) => diagnostic.related(place, "who takes on the role"),
        None => diagnostic,
    })
}
