//! Services that invoke functions for resources of the user's own need a permission.
//!
//! <https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html>

use ecow::{EcoString, eco_format};

use super::Facts;
use super::index::{self, Owner};
use crate::checks::pattern::places;
use crate::diagnostic::{Diagnostic, Place};
use crate::path::{Path, Segment};
use crate::rules;
use crate::value::{Object, Value};

const FUNCTION: &str = "AWS::Lambda::Function";

/// Properties that name a function, by type; the service that invokes it; and a property with which another way is
/// taken, such as a role.
const USES: [(&str, &str, &str, &str); 14] = [
    ("AWS::ApiGateway::Authorizer", "AuthorizerUri", "apigateway", "AuthorizerCredentials"),
    ("AWS::ApiGateway::Method", "Integration.Uri", "apigateway", "Integration.Credentials"),
    ("AWS::ApiGatewayV2::Authorizer", "AuthorizerUri", "apigateway", "AuthorizerCredentialsArn"),
    ("AWS::ApiGatewayV2::Integration", "IntegrationUri", "apigateway", "CredentialsArn"),
    ("AWS::Cognito::UserPool", "LambdaConfig.*", "cognito-idp", ""),
    ("AWS::Cognito::UserPool", "LambdaConfig.*.LambdaArn", "cognito-idp", ""),
    ("AWS::Events::Rule", "Targets.*.Arn", "events", ""),
    ("AWS::IoT::TopicRule", "TopicRulePayload.Actions.*.Lambda.FunctionArn", "iot", ""),
    ("AWS::Logs::SubscriptionFilter", "DestinationArn", "logs", ""),
    ("AWS::S3::Bucket", "NotificationConfiguration.LambdaConfigurations.*.Function", "s3", ""),
    ("AWS::SecretsManager::RotationSchedule", "RotationLambdaARN", "secretsmanager", ""),
    ("AWS::SES::ReceiptRule", "Rule.Actions.*.LambdaAction.FunctionArn", "ses", ""),
    ("AWS::SNS::Subscription", "Endpoint", "sns", ""),
    ("AWS::SNS::Topic", "Subscription.*.Endpoint", "sns", ""),
];

/// A permission of the template.
struct Permission<'a> {
    function: &'a str,
    /// The text of the principal.
    principal: &'a str,
    /// For what alone it is.
    source: Option<&'a Value>,
}

/// Who may invoke what, as far as it is known.
struct Permissions<'a> {
    given: Vec<Permission<'a>>,
}

impl<'a> Permissions<'a> {
    /// Those of the template; `None` if one may be for any function, or for any service.
    fn of(facts: &Facts<'a>) -> Option<Permissions<'a>> {
        let mut given = Vec::new();
        for body in facts.resources().values() {
            if body.get("Type").and_then(Value::as_str) != Some("AWS::Lambda::Permission") {
                continue;
            }
            let properties = body.get("Properties")?;
            let principal = properties.get("Principal")?;
            let text = match principal {
                Value::String(text) => text.as_str(),
                other => index::sub(other.get("Fn::Sub")?).0?,
            };
            let function = properties.get("FunctionName")?;
            let function = resources_in(facts, function, "").into_iter().next()?;
            given.push(Permission { function, principal: text, source: properties.get("SourceArn") });
        }
        Some(Permissions { given })
    }

    /// Whether one may let `service` invoke `function` for the resource `id`.
    fn has(&self, facts: &Facts<'_>, function: &str, service: &str, id: &str) -> bool {
        self.given.iter().any(|it| {
            let is_service = it.principal == "*" || it.principal.split('.').next() == Some(service);
            it.function == function
                && (is_service || it.principal.starts_with('$'))
                && it.source.is_none_or(|it| service != "events" || may_be(facts, it, id))
        })
    }
}

/// Whether the source of a permission may be the rule `id`.
fn may_be(facts: &Facts<'_>, source: &Value, id: &str) -> bool {
    let text = source.to_json();
    let name = facts.resource(id).and_then(|it| it.get("Properties")?.get("Name"));
    let is_named = match name {
        None => false,
        Some(Value::String(name)) => text.contains(name.as_str()),
        Some(_) => true,
    };
    is_named || source.has_unknown() || text.contains('*') || text.contains(id)
}

/// Finds resources for which nobody may invoke the function that they name.
pub fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    if facts.index.has_macros || facts.around.may_add_resources() {
        return;
    }
    let Some(permissions) = Permissions::of(facts) else { return };
    for (id, body) in facts.resources().iter() {
        let Some(kind) = body.get("Type").and_then(Value::as_str) else { continue };
        let Some(properties) = body.get("Properties").and_then(Value::as_object) else { continue };
        // What the framework makes of events has what it needs.
        if facts.written("Resources", &[Segment::from(id)]).is_none() {
            continue;
        }
        for (_, pattern, service, instead) in USES.iter().filter(|it| it.0 == kind) {
            if !instead.is_empty() && body.get("Properties").is_some_and(|it| has(it, instead)) {
                continue;
            }
            let root = Value::from(properties.clone());
            for (below, _) in places(&root, &Path::root(), pattern) {
                found.extend(of_use(facts, &permissions, id, &below, service));
            }
        }
    }
}

fn has(properties: &Value, path: &str) -> bool {
    !places(properties, &Path::root(), path).is_empty()
}

fn of_use(
    facts: &Facts<'_>,
    permissions: &Permissions<'_>,
    id: &EcoString,
    below: &Path,
    service: &str,
) -> Option<Diagnostic> {
    let value = facts.resource(id)?.get("Properties")?.at(below)?;
    let function = resources_in(facts, value, FUNCTION).into_iter().next()?;
    if permissions.has(facts, function, service, id) {
        return None;
    }
    let steps: Vec<Segment> = [Segment::from(id), "Properties".into()]
        .into_iter()
        .chain(below.segments().iter().cloned())
        .collect();
    let at = Place::value(facts.written("Resources", &steps)?);
    let message = eco_format!("no permission lets `{service}.amazonaws.com` invoke `{function}`");
    let diagnostic = Diagnostic::new(&rules::MISSING_PERMISSION, at, message)
        .why("the framework gives permissions for `events` of functions alone, and the function is never invoked without one")
        .help(eco_format!(
            "add an `AWS::Lambda::Permission` with `Action: lambda:InvokeFunction` and `Principal: {service}.amazonaws.com`"
        ));
    Some(match facts.entry_place(Owner { section: "Resources", id: function }) {
        Some(place) => diagnostic.related(place, "the function"),
        None => diagnostic,
    })
}

/// The resources that a value refers to outside of conditions; those of one type, unless that is empty.
fn resources_in<'a>(facts: &Facts<'a>, value: &'a Value, kind: &str) -> Vec<&'a str> {
    let mut ids = Vec::new();
    value.visit(&mut Path::root(), &mut |_, value| {
        let Some((name, argument)) = value.as_object().and_then(Object::single) else { return true };
        match name.as_str() {
            "Fn::If" => return false,
            "Ref" => ids.extend(argument.as_str()),
            "Fn::GetAtt" => ids.extend(index::get_att(argument).map(|it| it.0)),
            "Fn::Sub" => {
                let names = index::sub(argument).0.into_iter().flat_map(index::sub_names);
                ids.extend(names.filter_map(|it| it.text.split('.').next()));
            }
            _ => {}
        }
        true
    });
    let is_of = |id: &&str| {
        let of = facts.resource(id).and_then(|it| it.get("Type")).and_then(Value::as_str);
        of.is_some_and(|it| kind.is_empty() || it == kind)
    };
    ids.retain(is_of);
    ids
}
