//! The types of the user's own resources, and what stands beside their properties.

use ecow::{EcoString, eco_format};

use super::Facts;
use crate::cfn::schema::{self, ResourceType};
use crate::diagnostic::{Diagnostic, Place, Severity, nearest};
use crate::path::Segment;
use crate::rules;
use crate::value::{Object, Value};

/// Macros of AWS that leave resources of CloudFormation's own types as they are.
const KNOWN_MACROS: [&str; 5] = [
    "AWS::Serverless-2016-10-31",
    "AWS::LanguageExtensions",
    "AWS::CodeDeployBlueGreen",
    "AWS::SecretsManager-2020-07-23",
    "AWS::SecretsManager-2024-09-16",
];

/// Types whose resources can leave a snapshot behind.
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-attribute-deletionpolicy.html>
const WITH_SNAPSHOTS: [&str; 9] = [
    "AWS::DocDB::DBCluster",
    "AWS::EC2::Volume",
    "AWS::ElastiCache::CacheCluster",
    "AWS::ElastiCache::ReplicationGroup",
    "AWS::Neptune::DBCluster",
    "AWS::RDS::DBCluster",
    "AWS::RDS::DBInstance",
    "AWS::Redshift::Cluster",
    "AWS::MemoryDB::Cluster",
];

/// Whether a macro may change what is written before CloudFormation looks at it.
pub fn has_macros(facts: &Facts<'_>) -> bool {
    let known = |it: &Value| it.as_str().is_some_and(|it| KNOWN_MACROS.contains(&it));
    match facts.template.body.get("Transform") {
        None => false,
        Some(Value::Array(items)) => !items.iter().all(known),
        Some(other) => !known(other),
    }
}

/// The logical ids that the user writes in `resources`, each once: resources, and extensions of generated ones.
pub fn own_ids(facts: &Facts<'_>) -> Vec<EcoString> {
    let mut ids: Vec<EcoString> = Vec::new();
    for (_, part) in facts.own_parts() {
        for section in ["Resources", "extensions"] {
            let entries = part.get(section).and_then(Value::as_object);
            for id in entries.into_iter().flat_map(Object::keys) {
                if !id.starts_with("Fn::") && !ids.contains(id) {
                    ids.push(id.clone());
                }
            }
        }
    }
    ids
}

/// Finds types that are not known, ended or not in the region, and policies that do not exist.
pub fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    for id in own_ids(facts) {
        let Some(resource) = facts.section("Resources").and_then(|it| it.get(&id)) else { continue };
        let name = resource.get("Type").and_then(Value::as_str);
        if let Some(name) = name {
            check_type(facts, &id, name, found);
        }
        update_policy(facts, &id, resource, found);
        found.extend(name.and_then(|it| creation_policy(facts, &id, it, resource)));
        found.extend(clash(facts, &id, resource));
        for policy in ["DeletionPolicy", "UpdateReplacePolicy"] {
            check_policy(facts, &id, policy, name, resource.get(policy), found);
        }
    }
}

/// What a resource may say of its updates.
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-updatepolicy.html>
const UPDATES: [&str; 6] = [
    "AutoScalingReplacingUpdate",
    "AutoScalingRollingUpdate",
    "AutoScalingScheduledAction",
    "CodeDeployLambdaAliasUpdate",
    "EnableVersionUpgrade",
    "UseOnlineResharding",
];

fn update_policy(facts: &Facts<'_>, id: &EcoString, resource: &Value, found: &mut Vec<Diagnostic>) {
    let Some(Value::Object(policy)) = resource.get("UpdatePolicy") else { return };
    for key in policy.keys().filter(|it| !UPDATES.contains(&it.as_str()) && !it.starts_with("Fn::")) {
        let steps = [Segment::from(id), "UpdatePolicy".into(), Segment::from(key)];
        let Some(path) = facts.written("Resources", &steps) else { continue };
        let message = eco_format!("`UpdatePolicy` has no `{key}`");
        let diagnostic = Diagnostic::new(&rules::CFN_UNKNOWN_PROPERTY, Place::key(path), message);
        found.push(match nearest(key, UPDATES) {
            Some(near) => diagnostic.help(eco_format!("did you mean `{near}`?")),
            None => diagnostic.help(eco_format!("it has {}", UPDATES.join(", "))),
        });
    }
}

/// Types that wait for signals.
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-creationpolicy.html>
const WAITING: [&str; 4] = [
    "AWS::AppStream::Fleet",
    "AWS::AutoScaling::AutoScalingGroup",
    "AWS::CloudFormation::WaitCondition",
    "AWS::EC2::Instance",
];

fn creation_policy(facts: &Facts<'_>, id: &EcoString, kind: &str, resource: &Value) -> Option<Diagnostic> {
    resource.get("CreationPolicy")?;
    if WAITING.contains(&kind) || !kind.starts_with("AWS::") || has_macros(facts) {
        return None;
    }
    let path = facts.written("Resources", &[Segment::from(id), "CreationPolicy".into()])?;
    let message = eco_format!("`{kind}` waits for no signals");
    let diagnostic = Diagnostic::new(&rules::CFN_UNKNOWN_PROPERTY, Place::key(path), message)
        .why("CloudFormation takes a `CreationPolicy` of instances, their groups, fleets and wait conditions alone")
        .help("remove it").warning();
    Some(diagnostic)
}

/// How the logical ids of what functions are made of end, and its types.
const GENERATED: [(&str, &str); 2] =
    [("LambdaFunction", "AWS::Lambda::Function"), ("LogGroup", "AWS::Logs::LogGroup")];

/// A resource that is merged into a generated one of another type.
fn clash(facts: &Facts<'_>, id: &EcoString, resource: &Value) -> Option<Diagnostic> {
    let (_, kind) = GENERATED.iter().find(|it| id.ends_with(it.0))?;
    let written = resource.get("Type")?.as_str().filter(|it| it != kind)?;
    let is_made = |it: &crate::path::Path| it.segments().first() == Some(&Segment::from("functions"));
    let maker = facts.index.origins.get(id.as_str())?.iter().copied().find(|it| is_made(it))?;
    let path = facts.written("Resources", &[Segment::from(id)])?;
    let message = eco_format!("a function makes a resource called `{id}`, too, of the type `{kind}`");
    Some(
        Diagnostic::new(&rules::CONFLICTING_OPTIONS, Place::key(path), message)
            .why(eco_format!("both become one, of the type `{written}`"))
            .help("give yours another name")
            .related(Place::key(maker.clone()), "the function"),
    )
}

fn check_type(facts: &Facts<'_>, id: &EcoString, name: &str, found: &mut Vec<Diagnostic>) {
    let is_of_sam = name.starts_with("AWS::Serverless::") && !facts.template.body.contains_key("Transform");
    if has_macros(facts) || !is_of_aws(name) && !is_of_sam {
        return;
    }
    let Some(path) = facts.written("Resources", &[Segment::from(id), Segment::from("Type")]) else { return };
    let at = Place::value(path);
    match schema::resource_type(name) {
        None if name.starts_with("AWS::Serverless::") => found.push(
            Diagnostic::new(&rules::CFN_UNKNOWN_TYPE, at, eco_format!("`{name}` is a type of SAM's"))
                .why("CloudFormation knows it with `Transform: AWS::Serverless-2016-10-31` only")
                .help("add the `Transform` below `resources`, or take a type of CloudFormation's own"),
        ),
        None => found.push(unknown(name, at)),
        Some(kind) => {
            found.extend(elsewhere(facts, kind, at.clone()));
            found.extend(ended(kind, at));
        }
    }
}

/// Whether the name is one of AWS's own types, or is meant to be: `Custom::*`, modules, types of others and those of
/// macros are not.
fn is_of_aws(name: &str) -> bool {
    let parts: Vec<&str> = name.split("::").collect();
    match parts.as_slice() {
        ["AWS", "Serverless", ..] | ["AWS", "CloudFormation", "CustomResource" | "Macro"] => false,
        ["Custom", ..] | [.., "MODULE"] => false,
        ["AWS" | "Alexa", ..] => true,
        [_, _, _] => first_is_misspelt(name),
        // One part or two are no type of anybody.
        _ => !name.contains("${") && !name.contains("{{"),
    }
}

/// Whether a name of three parts is one of AWS's with a mistake in the first: `Aws::S3::Bucket`.
fn first_is_misspelt(name: &str) -> bool {
    name.split_once("::").is_some_and(|(first, rest)| {
        nearest(first, ["AWS"]).is_some() && schema::resource_type(&format!("AWS::{rest}")).is_some()
    })
}

fn unknown(name: &str, at: Place) -> Diagnostic {
    let diagnostic = Diagnostic::new(
        &rules::CFN_UNKNOWN_TYPE,
        at.clone(),
        eco_format!("there is no resource type `{name}`"),
    );
    match near(name) {
        Some(near) => diagnostic.help(eco_format!("did you mean `{near}`?")).replace(
            eco_format!("replace with `{near}`"),
            false,
            at,
            near,
        ),
        None => diagnostic
            .why("none of the types that this version of `slsc` knows is called so")
            .help("look for its name in AWS's documentation"),
    }
}

/// The type that is meant: one that is spelt alike, or one of the same name in another service.
fn near(name: &str) -> Option<&'static str> {
    schema::nearest(name).or_else(|| {
        let last = name.rsplit("::").next().filter(|it| it.len() > 3)?;
        let mut alike = schema::names().filter(|it| it.rsplit("::").next() == Some(last));
        let first = alike.next()?;
        if alike.next().is_some() { None } else { Some(first) }
    })
}

fn elsewhere(facts: &Facts<'_>, kind: ResourceType, at: Place) -> Option<Diagnostic> {
    let region = &facts.around.context.region;
    if kind.is_in(region) {
        return None;
    }
    let message = eco_format!("`{}` is not in the region `{region}`", kind.name());
    let mut diagnostic = Diagnostic::new(&rules::CFN_UNKNOWN_TYPE, at, message)
        .why("AWS does not offer it there, as far as this version of `slsc` knows")
        .help("deploy to another region, or do without it")
        .page(kind.link());
    // AWS brings types to regions every week.
    diagnostic.severity = Severity::Warning;
    Some(diagnostic)
}

fn ended(kind: ResourceType, at: Place) -> Option<Diagnostic> {
    let (state, date) = kind.life_cycle()?;
    let (message, severity) = match state {
        "shutdown" => (eco_format!("the service of `{}` has ended on {date}", kind.name()), Severity::Error),
        "sunset" => (eco_format!("the service of `{}` ends on {date}", kind.name()), Severity::Warning),
        // Those who have it may go on with it.
        _ => (eco_format!("AWS gives `{}` to no new accounts since {date}", kind.name()), Severity::Info),
    };
    let instead = match kind.name() {
        "AWS::AutoScaling::LaunchConfiguration" => "use `AWS::EC2::LaunchTemplate`",
        _ => "move to another service",
    };
    let mut diagnostic = Diagnostic::new(&rules::CFN_DEPRECATED, at, message).help(instead).page(kind.link());
    diagnostic.severity = severity;
    Some(diagnostic)
}

fn check_policy(
    facts: &Facts<'_>,
    id: &EcoString,
    policy: &str,
    kind: Option<&str>,
    value: Option<&Value>,
    found: &mut Vec<Diagnostic>,
) {
    if let Some(Value::Object(function)) = value
        && !facts.index.is_extended
        && !facts.index.has_macros
        && let Some((name, _)) = function.single()
        && let Some(path) = facts.written("Resources", &[Segment::from(id), Segment::from(policy)])
    {
        let message = eco_format!("`{policy}` takes a word, not `{name}`");
        found.push(
            Diagnostic::new(&rules::CFN_FUNCTION, Place::value(path), message)
                .why("CloudFormation evaluates functions here only with `Transform: AWS::LanguageExtensions`")
                .help("write a word such as `Retain`, or add the transform below `resources`"),
        );
        return;
    }
    let Some(Value::String(text)) = value else { return };
    let snapshots = kind.is_none_or(|it| WITH_SNAPSHOTS.contains(&it) || schema::resource_type(it).is_none());
    let mut words = vec!["Delete", "Retain"];
    if policy == "DeletionPolicy" {
        words.push("RetainExceptOnCreate");
    }
    if snapshots {
        words.push("Snapshot");
    }
    if words.contains(&text.as_str()) || text.contains("${") {
        return;
    }
    let Some(path) = facts.written("Resources", &[Segment::from(id), Segment::from(policy)]) else { return };
    let at = Place::value(path);
    let message = match (text.as_str(), kind) {
        ("Snapshot", Some(kind)) => eco_format!("resources of type `{kind}` leave no snapshot"),
        _ => eco_format!("`{text}` is no `{policy}`"),
    };
    let diagnostic = Diagnostic::new(&rules::CFN_UNKNOWN_VALUE, at.clone(), message);
    let words_shown: Vec<String> = words.iter().map(|it| format!("`{it}`")).collect();
    found.push(match nearest(text, words.iter().copied()) {
        Some(near) => diagnostic.help(eco_format!("did you mean `{near}`?")).replace(
            eco_format!("replace with `{near}`"),
            near.eq_ignore_ascii_case(text),
            at,
            near,
        ),
        None => diagnostic.help(eco_format!("write one of {}", words_shown.join(", "))),
    });
}
