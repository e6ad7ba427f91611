//! Resources of one parent that AWS has once: routes of an API, rules of a listener, records of a zone.

use ecow::{EcoString, eco_format};
use rustc_hash::FxHashMap;

use super::Facts;
use super::index::Owner;
use crate::diagnostic::{Diagnostic, Place};
use crate::path::Segment;
use crate::rules;
use crate::value::Value;

/// Types, and the properties that no two of them share. All of them must be there.
const KEYS: [(&str, &[&str]); 20] = [
    ("AWS::ApiGateway::BasePathMapping", &["DomainName", "BasePath"]),
    ("AWS::ApiGateway::GatewayResponse", &["RestApiId", "ResponseType"]),
    ("AWS::ApiGateway::Method", &["RestApiId", "ResourceId", "HttpMethod"]),
    ("AWS::ApiGateway::Resource", &["RestApiId", "ParentId", "PathPart"]),
    ("AWS::ApiGateway::Stage", &["RestApiId", "StageName"]),
    ("AWS::ApiGatewayV2::Route", &["ApiId", "RouteKey"]),
    ("AWS::ApiGatewayV2::Stage", &["ApiId", "StageName"]),
    ("AWS::AppSync::DataSource", &["ApiId", "Name"]),
    ("AWS::AppSync::Resolver", &["ApiId", "TypeName", "FieldName"]),
    ("AWS::Cognito::UserPoolGroup", &["UserPoolId", "GroupName"]),
    ("AWS::Cognito::UserPoolIdentityProvider", &["UserPoolId", "ProviderName"]),
    ("AWS::Cognito::UserPoolResourceServer", &["UserPoolId", "Identifier"]),
    ("AWS::EC2::Route", &["RouteTableId", "DestinationCidrBlock"]),
    ("AWS::EC2::SubnetRouteTableAssociation", &["SubnetId"]),
    ("AWS::ElasticLoadBalancingV2::Listener", &["LoadBalancerArn", "Port"]),
    ("AWS::ElasticLoadBalancingV2::ListenerRule", &["ListenerArn", "Priority"]),
    ("AWS::Lambda::EventInvokeConfig", &["FunctionName", "Qualifier"]),
    ("AWS::S3::BucketPolicy", &["Bucket"]),
    ("AWS::ApplicationAutoScaling::ScalableTarget", &["ResourceId", "ScalableDimension"]),
    ("AWS::Lambda::Alias", &["FunctionName", "Name"]),
];

/// Finds resources of which AWS makes the first alone.
pub fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    if facts.index.has_macros {
        return;
    }
    let mut taken: FxHashMap<(&str, EcoString), &EcoString> = FxHashMap::default();
    for (id, body) in facts.resources().iter().filter(|(_, it)| it.get("Condition").is_none()) {
        let Some(kind) = body.get("Type").and_then(Value::as_str) else { continue };
        let Some((kind, keys)) = KEYS.iter().find(|it| it.0 == kind) else { continue };
        let Some(name) = name(body, keys) else { continue };
        match taken.get(&(*kind, name.clone())) {
            Some(first) => found.extend(twice(facts, first, id, kind, keys)),
            None => drop(taken.insert((*kind, name), id)),
        }
    }
    records(facts, found);
}

/// The values of the properties together, if all are there and none is only known later.
fn name(body: &Value, keys: &[&str]) -> Option<EcoString> {
    let properties = body.get("Properties")?;
    let mut name = EcoString::new();
    for key in keys {
        let value = properties.get(key).filter(|it| !it.is_null() && !it.has_unknown())?;
        let text = match value {
            Value::Number(_) | Value::String(_) => value.to_js_string(),
            _ => value.to_json().as_str().into(),
        };
        // A branch may be the one or the other.
        if text.contains("Fn::If") || text.contains("AWS::NoValue") {
            return None;
        }
        name.push_str(&text);
        name.push('\n');
    }
    Some(name)
}

/// Two records of one name and type are told apart by `SetIdentifier`.
fn records(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    let keys: &[&str] = &["Name", "Type"];
    let mut taken: FxHashMap<EcoString, &EcoString> = FxHashMap::default();
    for (id, body) in facts.resources().iter().filter(|(_, it)| it.get("Condition").is_none()) {
        let is_record = body.get("Type").and_then(Value::as_str) == Some("AWS::Route53::RecordSet");
        let Some(properties) = body.get("Properties").filter(|_| is_record) else { continue };
        if properties.get("SetIdentifier").is_some() {
            continue;
        }
        let zone = ["HostedZoneId", "HostedZoneName"].iter().find_map(|it| name(body, &[it]));
        let (Some(zone), Some(record)) = (zone, name(body, keys)) else { continue };
        match taken.get(&eco_format!("{zone}{record}")) {
            Some(first) => found.extend(twice(facts, first, id, "AWS::Route53::RecordSet", keys)),
            None => drop(taken.insert(eco_format!("{zone}{record}"), id)),
        }
    }
}

fn place(facts: &Facts<'_>, id: &EcoString, key: &str) -> Option<Place> {
    facts.written("Resources", &[id.into(), Segment::from("Properties"), key.into()]).map(Place::value)
}

/// Two that the framework makes are looked at where it makes them.
fn twice(
    facts: &Facts<'_>,
    first: &EcoString,
    second: &EcoString,
    kind: &str,
    keys: &[&str],
) -> Option<Diagnostic> {
    let key = keys.last()?;
    let (id, other, at) = match place(facts, second, key) {
        Some(at) => (second, first, at),
        None => (first, second, place(facts, first, key)?),
    };
    let names: Vec<String> = keys.iter().map(|it| format!("`{it}`")).collect();
    let message = eco_format!("`{id}` is the same as `{other}`");
    let diagnostic = Diagnostic::new(&rules::DUPLICATE_PHYSICAL_NAME, at, message)
        .why(eco_format!(
            "AWS has one `{kind}` of the same {}, so the second cannot be made",
            names.join(" and ")
        ))
        .help("remove one of them, or give it another value")
        .warning();
    let generated = || facts.entry_place(Owner { section: "Resources", id: other });
    Some(match place(facts, other, key).or_else(generated) {
        Some(place) => diagnostic.related(place, eco_format!("`{other}`")),
        None => diagnostic,
    })
}
