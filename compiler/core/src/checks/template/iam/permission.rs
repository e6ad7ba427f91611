//! Permissions of functions: what may be done, and who does it for the resource that is named.
//!
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-permission.html>

use ecow::{EcoString, eco_format};

use super::table::Actions;
use crate::checks::template::Facts;
use crate::checks::template::index::get_att;
use crate::diagnostic::{Diagnostic, Place, nearest};
use crate::path::Path;
use crate::rules;
use crate::value::{Object, Value};

/// Types whose resources invoke functions, with the service that does.
const INVOKERS: [(&str, &str); 9] = [
    ("AWS::ApiGateway::RestApi", "apigateway"),
    ("AWS::ApiGatewayV2::Api", "apigateway"),
    ("AWS::Cognito::UserPool", "cognito-idp"),
    ("AWS::ElasticLoadBalancingV2::TargetGroup", "elasticloadbalancing"),
    ("AWS::Events::Rule", "events"),
    ("AWS::IoT::TopicRule", "iot"),
    ("AWS::S3::Bucket", "s3"),
    ("AWS::SNS::Topic", "sns"),
    ("AWS::SecretsManager::Secret", "secretsmanager"),
];

/// Looks at a permission.
pub fn check(facts: &Facts<'_>, properties: &Object, path: &Path, found: &mut Vec<Diagnostic>) {
    found.extend(action(properties, path));
    found.extend(invoker(facts, properties, path));
}

fn action(properties: &Object, path: &Path) -> Option<Diagnostic> {
    let text = properties.get("Action")?.as_str().filter(|it| !it.contains("${") && *it != "*")?;
    let name = text.strip_prefix("lambda:")?;
    let mut actions = Actions::default();
    let known = actions.of("lambda").filter(|it| !it.is_empty())?;
    if name == "*" || known.iter().any(|it| it.name.eq_ignore_ascii_case(name)) {
        return None;
    }
    let message = eco_format!("Lambda has no action `{name}`");
    let at = Place::value(path.join("Action"));
    let near = nearest(name, known.iter().map(|it| it.name.as_str())).unwrap_or("InvokeFunction");
    Some(
        Diagnostic::new(&rules::UNKNOWN_ACTION, at, message)
            .why("the permission allows nothing")
            .help(eco_format!("did you mean `lambda:{near}`?")),
    )
}

/// The service that invokes the function is that of the resource in whose name it does.
fn invoker(facts: &Facts<'_>, properties: &Object, path: &Path) -> Option<Diagnostic> {
    let principal = properties.get("Principal")?.as_str()?;
    let name = principal.strip_suffix(".amazonaws.com").filter(|it| !it.contains(['.', '$', '{']))?;
    let (function, argument) = properties.get("SourceArn")?.as_object()?.single()?;
    let id = match (function.as_str(), argument) {
        ("Ref", Value::String(id)) => id.as_str(),
        ("Fn::GetAtt", argument) => get_att(argument).filter(|it| it.1 == Some("Arn"))?.0,
        _ => return None,
    };
    let kind = facts.resource(id)?.get("Type")?.as_str()?;
    let (_, service) = INVOKERS.iter().find(|it| it.0 == kind)?;
    // Whom the name of a service means that there is not is told elsewhere.
    if name == *service || super::services::meant(principal).is_some() {
        return None;
    }
    let message: EcoString = eco_format!("`{principal}` invokes nothing for `{id}`");
    let at = Place::value(path.join("Principal"));
    let diagnostic = Diagnostic::new(&rules::IAM_POLICY, at, message)
        .why(eco_format!("`{id}` is of type `{kind}`, for which another service does"))
        .help(eco_format!("write `{service}.amazonaws.com`"))
        .warning();
    Some(diagnostic)
}
