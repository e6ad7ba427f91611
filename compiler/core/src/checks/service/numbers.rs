//! Numbers, lengths and counts that AWS keeps within limits, where the framework has none or wider ones.

use ecow::eco_format;

use super::Facts;
use crate::checks::pattern::places;
use crate::diagnostic::{Diagnostic, Place, Severity};
use crate::path::Path;
use crate::rules;
use crate::value::Value;

/// What is counted.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Of {
    /// The number itself.
    Number,
    /// The characters of a text.
    Characters,
    /// The items of a list.
    Items,
}

/// A limit: where the value stands, what is counted, the least and the most, and AWS's page of it.
struct Limit(&'static str, Of, f64, f64, &'static str);

const LAMBDA_CORS: &str = "https://docs.aws.amazon.com/lambda/latest/api/API_Cors.html";
const ROLLBACK: &str =
    "https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_RollbackConfiguration.html";
const HTTP_CORS: &str = "https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid.html";
const KEYS: &str = "https://docs.aws.amazon.com/apigateway/latest/api/API_CreateApiKey.html";
const OIDC: &str = "https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_AuthenticateOidcActionConfig.html";
const FLEET: &str = "https://docs.aws.amazon.com/iot/latest/apireference/API_CreateProvisioningTemplate.html";

const WEEK: f64 = 604_800.0;
const DAY: f64 = 86_400.0;

/// Below the root.
const SERVICE: &[Limit] = &[
    Limit("provider.apiGateway.apiKeys.*.value", Of::Characters, 20.0, 128.0, KEYS),
    Limit("provider.apiGateway.apiKeys.*.*.*.value", Of::Characters, 20.0, 128.0, KEYS),
    Limit("provider.alb.authorizers.*.sessionTimeout", Of::Number, 1.0, WEEK, OIDC),
    Limit("provider.httpApi.cors.maxAge", Of::Number, -1.0, DAY, HTTP_CORS),
    Limit("provider.rollbackConfiguration.MonitoringTimeInMinutes", Of::Number, 0.0, 180.0, ROLLBACK),
    Limit("provider.rollbackConfiguration.RollbackTriggers", Of::Items, 0.0, 5.0, ROLLBACK),
];

/// Below a function.
const FUNCTION: &[Limit] = &[
    Limit("events.*.iotFleetProvisioning.templateName", Of::Characters, 1.0, 36.0, FLEET),
    Limit("url.cors.maxAge", Of::Number, 0.0, DAY, LAMBDA_CORS),
];

/// Finds what is out of its limits.
pub fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    for limit in SERVICE {
        look(facts.config, &Path::root(), limit, found);
    }
    for function in &facts.functions {
        for limit in FUNCTION {
            look(&function.listed.value, &function.listed.path, limit, found);
        }
    }
}

fn look(value: &Value, at: &Path, limit: &Limit, found: &mut Vec<Diagnostic>) {
    let Limit(pattern, of, least, most, page) = limit;
    for (path, value) in places(value, at, pattern) {
        let (count, noun) = match (of, value) {
            (Of::Number, Value::Number(number)) => (*number, ""),
            (Of::Characters, Value::String(text)) if !text.contains("${") && !text.contains("{{") => {
                (text.chars().count() as f64, " characters")
            }
            (Of::Items, Value::Array(items)) => (items.len() as f64, " items"),
            _ => continue,
        };
        if (*least..=*most).contains(&count) {
            continue;
        }
        let place = if *of == Of::Items { Place::key(path) } else { Place::value(path) };
        let message = eco_format!("{count}{noun} are not between {least} and {most}");
        let mut diagnostic = Diagnostic::new(&rules::OUT_OF_RANGE, place, message)
            .why("AWS takes no more and no less")
            .help(eco_format!("keep to {least} to {most}"))
            .page(*page);
        // The framework's own documentation has shorter texts.
        if *of == Of::Characters {
            diagnostic.severity = Severity::Warning;
        }
        found.push(diagnostic);
    }
}
