//! Options of a function and its events that nothing reads, for what stands beside them.

use ecow::{EcoString, eco_format};

use super::{Event, Facts};
use crate::diagnostic::{Diagnostic, Place};
use crate::path::Path;
use crate::rules;
use crate::value::Value;

/// Finds such options.
pub fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    let path = &facts.listed.path;
    let value = &facts.listed.value;
    if value.get("disableLogs").and_then(Value::as_bool) == Some(true) {
        for key in ["logRetentionInDays", "logDataProtectionPolicy"] {
            if value.get(key).is_some_and(|it| !it.is_null()) {
                let message = eco_format!("`{key}` has no effect with `disableLogs`");
                found.push(unused(
                    path.join(key),
                    message,
                    "the function has no log group",
                    "remove one of the two",
                ));
            }
        }
    }
    package(facts, found);
    of_asynchronous(facts, found);
    for event in facts.events() {
        match event.kind {
            "sns" => scope(&event, found),
            "s3" | "cognitoUserPool" => existing(&event, found),
            "schedule" => time_zone(&event, found),
            "http" => claims(&event, found),
            _ => {}
        }
    }
}

fn unused(at: Path, message: EcoString, why: &'static str, help: &'static str) -> Diagnostic {
    Diagnostic::new(&rules::UNUSED_OPTION, Place::key(at), message).why(why).help(help)
}

/// What is taken into the archive of a function, where it has none of its own.
fn package(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    let own = facts.listed.value.get("package");
    let path = facts.listed.path.join("package");
    let individually = |it: &Value| it.get("individually").and_then(Value::as_bool) == Some(true);
    let all = facts.around.context.package.individually == Some(true);
    let has_artifact = own.is_some_and(|it| it.get("artifact").is_some_and(|it| !it.is_null()));
    let shared = !all && !own.is_some_and(individually) && facts.around.plugins.is_empty();
    for key in ["patterns", "include", "exclude"] {
        if own.and_then(|it| it.get(key)).is_none_or(Value::is_null) {
            continue;
        }
        let message = eco_format!("`package.{key}` of a function has no effect here");
        if has_artifact {
            let help = "remove `artifact`, or the patterns";
            found.push(unused(path.join(key), message, "the archive is ready, as `artifact` says", help));
        } else if shared {
            let help =
                "set `package: {individually: true}`, or move the patterns to `package` of the service";
            found.push(unused(path.join(key), message, "the functions share one archive", help));
        }
    }
}

/// Events that wait for the answer of the function, or are read from a queue or a stream.
const SYNCHRONOUS: [&str; 11] = [
    "activemq",
    "alb",
    "cognitoUserPool",
    "http",
    "httpApi",
    "kafka",
    "msk",
    "rabbitmq",
    "sqs",
    "stream",
    "websocket",
];

/// What becomes of events that nobody waits for.
/// <https://docs.aws.amazon.com/lambda/latest/dg/invocation-async.html>
fn of_asynchronous(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    let kinds: Vec<&str> = facts.events().map(|it| it.kind).collect();
    if kinds.is_empty() || !kinds.iter().all(|it| SYNCHRONOUS.contains(it)) {
        return;
    }
    for key in ["destinations", "maximumEventAge", "maximumRetryAttempts"] {
        if facts.listed.value.get(key).is_none_or(Value::is_null) {
            continue;
        }
        let message = eco_format!("`{key}` has no effect for the events of this function");
        let why =
            "it is of asynchronous invocations alone, as those of `sns`, `s3`, `schedule` and `eventBridge`";
        let help = "remove it, or set what the event itself has, such as `destinations` of a `stream`";
        // Other code may call the function without waiting, too.
        found.push(unused(facts.listed.path.join(key), message, why, help).info());
    }
}

/// What a filter looks at, without a filter.
fn scope(event: &Event<'_>, found: &mut Vec<Diagnostic>) {
    let is_set = |key: &str| event.value.get(key).is_some_and(|it| !it.is_null());
    if is_set("filterPolicyScope") && !is_set("filterPolicy") {
        let message = "`filterPolicyScope` has no effect without `filterPolicy`".into();
        let why = "the subscription takes all messages";
        found.push(unused(event.path.join("filterPolicyScope"), message, why, "remove it, or add a filter"));
    }
}

fn existing(event: &Event<'_>, found: &mut Vec<Diagnostic>) {
    let is_set = |key: &str| event.value.get(key).and_then(Value::as_bool) == Some(true);
    if is_set("forceDeploy") && event.value.get("existing").is_none() {
        let message = "`forceDeploy` has no effect without `existing`".into();
        let why = "CloudFormation itself sets what calls the function where the service makes its source";
        found.push(unused(
            event.path.join("forceDeploy"),
            message,
            why,
            "remove it, or set `existing: true`",
        ));
    }
}

/// A rate runs so many minutes apart, wherever the sun stands.
fn time_zone(event: &Event<'_>, found: &mut Vec<Diagnostic>) {
    let is_rate = |it: &Value| it.as_str().is_some_and(|it| it.trim_start().starts_with("rate"));
    // Without the scheduler the zone is refused.
    if event.value.get("method").and_then(Value::as_str) != Some("scheduler") {
        return;
    }
    let only_rates = match event.value.get("rate") {
        Some(Value::Array(rates)) => !rates.is_empty() && rates.iter().all(is_rate),
        Some(rate) => is_rate(rate),
        None => false,
    };
    if only_rates && event.value.get("timezone").is_some_and(|it| !it.is_null()) {
        let message = "`timezone` has no effect with `rate(...)`".into();
        let why = "a rate is a span of time, which is the same in every zone";
        let help = "remove it, or write a `cron(...)`";
        found.push(unused(event.path.join("timezone"), message, why, help).info());
    }
}

/// What only a user pool checks.
fn claims(event: &Event<'_>, found: &mut Vec<Diagnostic>) {
    let Some(authorizer) = event.value.get("authorizer").filter(|it| it.as_object().is_some()) else {
        return;
    };
    let kind = authorizer.get("type").and_then(Value::as_str).unwrap_or_default().to_uppercase();
    // A name alone is that of a function.
    let is_function =
        kind == "TOKEN" || kind == "REQUEST" || kind.is_empty() && authorizer.get("arn").is_none();
    for key in ["scopes", "claims"] {
        if is_function
            && authorizer.get("authorizerId").is_none()
            && authorizer.get(key).is_some_and(|it| !it.is_null())
        {
            let message = eco_format!("`{key}` has no effect with an authorizer that is a function");
            let path = event.path.join("authorizer").join(key);
            let why = "only a user pool of Cognito checks them";
            found.push(unused(path, message, why, "remove it, and let the function check the token"));
        }
    }
}
