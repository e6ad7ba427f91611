//! What is asked of a resource is what its type gives: attributes that there are, ARNs where ARNs belong.

use ecow::eco_format;
use rustc_hash::FxHashSet;

use super::iam::gives_name;
use super::index::{Kind, Reference};
use super::state_machine::plugin;
use super::{Facts, kinds};
use crate::aws::naming;
use crate::cfn::schema::{self, ResourceType};
use crate::diagnostic::{Diagnostic, Place, nearest};
use crate::path::Segment;
use crate::rules;
use crate::value::Value;

/// Properties that take a name or an id, and no ARN.
const NAMES: [&str; 9] = [
    "ApiId",
    "Bucket",
    "BucketName",
    "IdentityPoolId",
    "LogGroupName",
    "RestApiId",
    "RoleName",
    "UserPoolId",
    "VpcId",
];

/// Finds attributes that a resource does not have, and names where ARNs belong.
pub fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    if facts.index.has_macros {
        return;
    }
    let mut reported: FxHashSet<Place> = FxHashSet::default();
    // What was found right once is not looked at again.
    let mut right: FxHashSet<(&str, &str)> = FxHashSet::default();
    // What the service generates is alike for all of its functions.
    let mut alike: FxHashSet<(bool, &str, &str, &str, Option<&str>)> = FxHashSet::default();
    for reference in &facts.index.references {
        let body = facts.resource(reference.target);
        let Some(kind) = body.and_then(|it| it.get("Type")).and_then(Value::as_str) else {
            let diagnostic = if body.is_none() { kinds::of_parameter(facts, reference) } else { None };
            found.extend(diagnostic.filter(|it| reported.insert(it.at.clone())));
            continue;
        };
        let diagnostic = match (reference.kind, reference.attribute) {
            (Kind::GetAtt | Kind::Sub, Some(attribute)) => {
                let is_right = right.contains(&(kind, attribute));
                if !is_right && attribute != "StreamArn" && has(kind, attribute) {
                    right.insert((kind, attribute));
                }
                let unknown = if is_right { None } else { unknown(facts, reference, kind, attribute) };
                unknown.or_else(|| name_expected(facts, reference, attribute))
            }
            (Kind::Ref, _) => arn_expected(facts, reference, kind),
            _ => None,
        };
        let of = facts.resource(reference.owner.id).and_then(|it| it.get("Type")).and_then(Value::as_str);
        let is_ref = reference.kind == Kind::Ref;
        let form = (is_ref, of.unwrap_or_default(), reference.key, kind, reference.attribute);
        let diagnostic = match diagnostic {
            None if !alike.contains(&form) => {
                let wrong = kinds::of_resource(facts, reference, kind);
                let is_own = || facts.written("Resources", &[Segment::from(reference.owner.id)]).is_some();
                if wrong.is_none() && !is_own() {
                    alike.insert(form);
                }
                wrong
            }
            other => other,
        };
        found.extend(diagnostic.filter(|it| reported.insert(it.at.clone())));
    }
    for reference in &plugin::references(facts) {
        let Some(attribute) = reference.attribute else { continue };
        let kind = match facts.resource(reference.target) {
            Some(body) => body.get("Type").and_then(Value::as_str),
            // A function that is called by its key.
            None => facts.resource(&naming::function(reference.target)).map(|_| "AWS::Lambda::Function"),
        };
        let diagnostic = kind.and_then(|kind| unknown(facts, reference, kind, attribute));
        found.extend(diagnostic.filter(|it| reported.insert(it.at.clone())));
    }
}

fn has(kind: &str, attribute: &str) -> bool {
    schema::resource_type(kind).is_some_and(|it| it.attribute(attribute).is_some())
}

fn unknown(facts: &Facts<'_>, reference: &Reference<'_>, kind: &str, attribute: &str) -> Option<Diagnostic> {
    let known: ResourceType = schema::resource_type(kind)?;
    // What gives a custom resource its attributes is its program.
    let is_custom = kind == "AWS::CloudFormation::CustomResource";
    if is_custom || known.has_open_attributes() || attribute.contains("${") {
        return None;
    }
    if known.attribute(attribute).is_some() {
        return stream_off(facts, reference, kind, attribute);
    }
    let at = facts.attribute_place(reference)?;
    let message = eco_format!("`{}` has no attribute `{attribute}`", reference.target);
    let diagnostic = Diagnostic::new(&rules::UNKNOWN_ATTRIBUTE, at.clone(), message)
        .why(eco_format!("`{kind}` does not give one, and CloudFormation refuses the template"));
    let names = || known.attributes().map(|(name, _)| name);
    let all: Vec<String> = names().take(8).map(|it| format!("`{it}`")).collect();
    let gives = match all.as_slice() {
        [] => "it gives nothing but what `!Ref` gives".into(),
        all => eco_format!("it gives {}", all.join(", ")),
    };
    Some(diagnostic.meant("replace with", at, nearest(attribute, names()), gives))
}

/// A table without a stream has no ARN of one.
fn stream_off(
    facts: &Facts<'_>,
    reference: &Reference<'_>,
    kind: &str,
    attribute: &str,
) -> Option<Diagnostic> {
    let properties = facts.resource(reference.target)?.get("Properties")?.as_object()?;
    if kind != "AWS::DynamoDB::Table"
        || attribute != "StreamArn"
        || properties.contains_key("StreamSpecification")
        || properties.keys().any(|it| it.starts_with("Fn::"))
    {
        return None;
    }
    let at = facts.attribute_place(reference)?;
    // Events that read a table's stream look at the table themselves.
    let Place::Inside { path, .. } = &at else { return None };
    if path.segments().contains(&Segment::from("events")) {
        return None;
    }
    let message = eco_format!("the table `{}` has no stream", reference.target);
    let diagnostic = Diagnostic::new(&rules::UNKNOWN_ATTRIBUTE, at, message)
        .why("a table without a `StreamSpecification` has no `StreamArn`, and the deployment fails")
        .help("give the table `StreamSpecification: {StreamViewType: NEW_AND_OLD_IMAGES}`");
    let owner = super::index::Owner { section: "Resources", id: reference.target };
    Some(match facts.entry_place(owner) {
        Some(place) => diagnostic.related(place, "the table"),
        None => diagnostic,
    })
}

/// `Ref` of a resource that gives its name, as the value of a property that takes an ARN.
fn arn_expected(facts: &Facts<'_>, reference: &Reference<'_>, kind: &str) -> Option<Diagnostic> {
    let owner = facts.resource(reference.owner.id).filter(|_| reference.owner.section == "Resources")?;
    let of = owner.get("Type")?.as_str()?;
    let is_endpoint = of == "AWS::SNS::Subscription" && reference.key == "Endpoint";
    let ends = ["Arn", "ARN", "Arns", "ARNs"].iter().any(|it| reference.key.ends_with(it));
    let takes_arn = is_endpoint || ends || reference.key == "arn";
    if !of.starts_with("AWS::") || !takes_arn || !gives_name(kind) {
        return None;
    }
    let at = facts.target_place(reference)?;
    let message = eco_format!("`Ref` of `{}` gives no ARN", reference.target);
    let known = schema::resource_type(kind);
    let attribute =
        ["Arn", "QueueArn"].into_iter().find(|it| known.is_some_and(|known| known.attribute(it).is_some()));
    let diagnostic = Diagnostic::new(&rules::ARN_EXPECTED, at, message).why(eco_format!(
        "for `{kind}` it gives a name, a URL or an id, and `{}` takes an ARN",
        reference.key
    ));
    Some(match attribute {
        Some(attribute) => diagnostic.help(eco_format!("use `!GetAtt {}.{attribute}`", reference.target)),
        None => diagnostic.help("put the ARN together with `!Sub`"),
    })
}

/// The ARN of a resource as the value of a property that takes its name.
fn name_expected(facts: &Facts<'_>, reference: &Reference<'_>, attribute: &str) -> Option<Diagnostic> {
    let owner = facts.resource(reference.owner.id).filter(|_| reference.owner.section == "Resources")?;
    let of = owner.get("Type").and_then(Value::as_str).unwrap_or_default();
    // Where a bucket is copied to is said by an ARN.
    let is_replica = of == "AWS::S3::Bucket" && reference.key == "Bucket";
    if reference.kind != Kind::GetAtt || attribute != "Arn" || !of.starts_with("AWS::") || is_replica {
        return None;
    }
    if !NAMES.contains(&reference.key) {
        return None;
    }
    let message = eco_format!("`{}` takes a name or an id, and this is an ARN", reference.key);
    Some(
        Diagnostic::new(&rules::ARN_EXPECTED, facts.attribute_place(reference)?, message)
            .why("AWS refuses an ARN here")
            .help(eco_format!("use `!Ref {}`", reference.target)),
    )
}
