//! The properties of the user's own resources, held against what CloudFormation knows of their types.
//!
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-template-resource-type-ref.html>

mod choice;
mod documented;
mod given;
mod reference;
mod report;
mod value;
mod walk;

use ecow::{EcoString, eco_format};

use super::{Facts, resource_type};
use crate::cfn::schema::{self, ResourceType};
use crate::checks::pattern;
use crate::diagnostic::{Diagnostic, Place};
use crate::path::{Path, Segment};
use crate::rules;
use crate::value::{Object, Value};
use report::Written;
use walk::{Finding, Problem, Walk};

/// What events generate, and users write parts of.
const GENERATED: [&str; 3] = ["ApiGatewayRestApi", "HttpApi", "WebsocketsApi"];

/// The number that a scalar is, if it is one.
pub fn number(value: &Value) -> Option<f64> {
    value::number(value)
}

/// Finds properties that AWS does not take.
pub fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    if resource_type::has_macros(facts) {
        return;
    }
    for id in resource_type::own_ids(facts) {
        let Some(resource) = facts.section("Resources").and_then(|it| it.get(&id)) else { continue };
        let Some(kind) = resource.get("Type").and_then(Value::as_str).and_then(schema::resource_type) else {
            continue;
        };
        check_resource(facts, &id, resource, kind, found);
    }
}

/// Whether `value` as the property `key` at `path` of a resource of the type `of` is told to be a name where an ARN
/// belongs.
pub fn certain_name(of: &str, key: &str, path: &[Segment], value: &Value, resources: &Object) -> bool {
    let nodes = schema::resource_type(of).map(|it| it.nodes_at(path)).unwrap_or_default();
    nodes.into_iter().any(|it| reference::problem(it, key, value, resources).is_some())
}

fn check_resource(
    facts: &Facts<'_>,
    id: &EcoString,
    resource: &Value,
    kind: ResourceType,
    found: &mut Vec<Diagnostic>,
) {
    let empty = Value::from(Object::new());
    let properties = resource.get("Properties").unwrap_or(&empty);
    let root = Path::from([Segment::from(id), Segment::from("Properties")]);
    // A task of ECS takes the name of its role as well as the ARN.
    let resources = facts.section("Resources").filter(|_| !kind.name().starts_with("AWS::ECS::"));
    let judge = |properties: &Value| {
        let mut walk = Walk::new(root.clone(), resources);
        walk.visit(kind.root(), properties);
        walk.found.extend(documented::findings(kind.name(), properties, &root, facts.section("Resources")));
        choice::without_consequences(walk.found)
    };
    let mut seen: Vec<(Path, Option<Vec<&'static str>>)> = Vec::new();
    let mut decided: Option<(Path, Vec<&'static str>)> = None;
    for mut finding in judge(properties).into_iter().filter(|it| !is_of_keys(it, kind)) {
        // Where several rules find fault with one place the first says enough.
        let missing = if let Problem::Missing(names) = &finding.problem { Some(names.clone()) } else { None };
        let said_before = seen.iter().any(|(path, before)| match (before, &missing) {
            (Some(before), Some(names)) => {
                *path == finding.path && names.iter().any(|it| before.contains(it))
            }
            (before, names) => *path == finding.path && before == names,
        });
        if said_before {
            continue;
        }
        seen.push((finding.path.clone(), missing));
        // What another property decides for several of one mapping is one mistake; that of a table's throughput is told
        // by the check of tables.
        if matches!(finding.problem, Problem::Word(..)) && !finding.because.is_empty() {
            let decision = (finding.path.parent(), finding.because.clone());
            let of_table = kind.name() == "AWS::DynamoDB::Table" && decision.1 == ["BillingMode"];
            if of_table || decided.as_ref() == Some(&decision) {
                continue;
            }
            decided = Some(decision);
        }
        finding.doubtful |= is_left_over(&finding, id, properties);
        found.extend(place(facts, &finding, kind).map(|at| report::diagnostic(&finding, &at)));
    }
    found.extend(given::check(facts, &root, properties, kind, judge));
    for path in kind.read_only().filter(|it| !kind.create_only().any(|other| other == *it)) {
        for path in matches(properties, &root, path) {
            found.extend(read_only(facts, &path, kind));
        }
    }
    for path in kind.deprecated() {
        for path in matches(properties, &root, path) {
            found.extend(deprecated(facts, &path, kind));
        }
    }
}

/// Whether a finding is about the order of the kinds of keys of a table, which the check of tables tells.
fn is_of_keys(finding: &Finding, kind: ResourceType) -> bool {
    let Problem::Word(text, words) = &finding.problem else { return false };
    let segments = finding.path.segments();
    matches!(kind.name(), "AWS::DynamoDB::Table" | "AWS::DynamoDB::GlobalTable")
        && matches!(text.as_str(), "HASH" | "RANGE")
        && words.len() == 1
        && segments.last() == Some(&Segment::from("KeyType"))
        && !segments.contains(&Segment::from("Fn::If"))
}

/// Whether a finding is about what may be left over, and does no harm to what the framework packages: a part for a
/// resource that events generate, of which there are none, or an unknown property that holds nothing.
fn is_left_over(finding: &Finding, id: &str, properties: &Value) -> bool {
    match &finding.problem {
        Problem::Missing(_) => GENERATED.contains(&id),
        Problem::UnknownProperty(..) => {
            let below = finding.path.segments().get(2..).unwrap_or_default();
            let value = properties.at(&below.iter().cloned().collect());
            value.is_some_and(|it| it.as_object().is_some() && is_hollow(it))
        }
        _ => false,
    }
}

fn is_hollow(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Object(object) => object.iter().all(|it| is_hollow(it.1)),
        _ => false,
    }
}

/// Where the user wrote what a finding is about; `None` if it is generated. What is missing is missing in the nearest
/// mapping that was written.
fn place(facts: &Facts<'_>, finding: &Finding, kind: ResourceType) -> Option<Written> {
    let segments = finding.path.segments();
    let below = segments.get(2..).unwrap_or_default().to_vec();
    let of_mapping = matches!(finding.problem, Problem::Missing(_) | Problem::Needs(..));
    let mut path = facts.written("Resources", segments);
    if of_mapping && path.is_none() && segments.len() == 2 {
        path = facts.written("Resources", segments.get(..1)?);
    }
    // Owners are missing because somebody gave rights to others: that is what is told.
    if of_mapping && finding.because == ["AccessControl"] {
        path = path.map(|it| it.join("AccessControl"));
    }
    if let Problem::Needs(name, _) = finding.problem {
        path = path.map(|it| it.join(name));
    }
    Some(Written { path: path?, below, kind })
}

/// The places that a path such as `Rules.*.Name` of a schema means in a value.
fn matches(value: &Value, at: &Path, pattern: &str) -> Vec<Path> {
    values(value, at, pattern).into_iter().map(|it| it.0).collect()
}

/// The same places with the values that stand there, as far as they are known.
fn values<'v>(value: &'v Value, at: &Path, pattern: &str) -> Vec<(Path, &'v Value)> {
    let mut places = pattern::places(value, at, pattern);
    places.retain(|(_, it)| matches!(value::known(it), value::Known::Value(_)));
    places
}

fn read_only(facts: &Facts<'_>, path: &Path, kind: ResourceType) -> Option<Diagnostic> {
    let at = Place::key(facts.written("Resources", path.segments())?);
    let name = path.last()?;
    let message = eco_format!("AWS sets `{name}` of `{}` itself", kind.name());
    Some(
        Diagnostic::new(&rules::CFN_READ_ONLY, at, message)
            .why("it can be read, not set")
            .help(eco_format!("remove `{name}`; read it by `!GetAtt` or `!Ref`"))
            .page(kind.link()),
    )
}

fn deprecated(facts: &Facts<'_>, path: &Path, kind: ResourceType) -> Option<Diagnostic> {
    let at = Place::key(facts.written("Resources", path.segments())?);
    let name = path.last()?;
    let message = eco_format!("`{name}` of `{}` is deprecated", kind.name());
    Some(
        Diagnostic::new(&rules::CFN_DEPRECATED, at, message)
            .help("look for what replaces it in AWS's documentation")
            .page(kind.link()),
    )
}
