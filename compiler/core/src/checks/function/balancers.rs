//! `alb` events: conditions and health checks that a load balancer refuses.
//!
//! <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html>

use ecow::eco_format;

use super::{Event, Facts};
use crate::diagnostic::{Diagnostic, Place, Severity};
use crate::rules;
use crate::value::{Object, Value};

/// The most values that a rule has.
const VALUES: usize = 5;
/// Seconds between two questions, and until no answer is a bad one, where nothing is said.
const INTERVAL: f64 = 35.0;
const TIMEOUT: f64 = 30.0;

/// Finds settings that a load balancer refuses.
pub fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    for event in facts.events().filter(|it| it.kind == "alb") {
        values(&event, found);
        let Some(check) = event.value.get("healthCheck").and_then(Value::as_object) else { continue };
        found.extend(pause(&event, check));
        found.extend(answers(&event, check));
    }
}

/// The values of one condition.
fn count(value: &Value) -> Option<usize> {
    match value {
        Value::Array(items) => {
            items.iter().map(|it| if it.as_object().is_some() { count(it) } else { Some(1) }).sum()
        }
        Value::Object(object) if crate::shape::cfn::is_intrinsic(object) => None,
        // A header with its values, or the parameters of a query.
        Value::Object(object) => match object.get("values") {
            Some(values) => count(values),
            None => Some(object.len()),
        },
        Value::Unknown(_) | Value::Null => None,
        _ => Some(1),
    }
}

fn values(event: &Event<'_>, found: &mut Vec<Diagnostic>) {
    let Some(conditions) = event.value.get("conditions").and_then(Value::as_object) else { return };
    let path = event.path.join("conditions");
    for (key, value) in conditions.iter() {
        if value.as_array().is_some_and(<[Value]>::is_empty) {
            let message = eco_format!("the condition `{key}` has no value");
            found.push(
                Diagnostic::new(&rules::OUT_OF_RANGE, Place::key(path.join(key)), message)
                    .why("a load balancer refuses a condition without one")
                    .help("add a value, or remove the condition"),
            );
        }
    }
    // A rule has five values, all its conditions together; many are written with one of each kind to show them.
    for (key, value) in conditions.iter() {
        let Some(total) = count(value).filter(|it| *it > VALUES) else { continue };
        let message = eco_format!("the condition `{key}` has {total} values, which are more than {VALUES}");
        found.push(
            Diagnostic::new(&rules::OUT_OF_RANGE, Place::key(path.join(key)), message)
                .why("a rule of a load balancer has five at most, all its conditions together")
                .help("make two events of it, or use wildcards")
                .page(
                    "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-rules.html",
                ),
        );
    }
}

fn pause(event: &Event<'_>, check: &Object) -> Option<Diagnostic> {
    let number = |key: &str| match check.get(key) {
        None => Some(None),
        Some(it) => it.as_number().map(Some),
    };
    let (interval, timeout) = (number("intervalSeconds")?, number("timeoutSeconds")?);
    let (pause, wait) = (interval.unwrap_or(INTERVAL), timeout.unwrap_or(TIMEOUT));
    if pause > wait {
        return None;
    }
    let key = if interval.is_some() { "intervalSeconds" } else { "timeoutSeconds" };
    let at = Place::value(event.path.join("healthCheck").join(key));
    let message = eco_format!("the function is asked every {pause} seconds, and answers may take {wait}");
    let mut diagnostic = Diagnostic::new(&rules::OUT_OF_RANGE, at, message)
        .why("a load balancer asks again only after the time for an answer is over")
        .help("make `intervalSeconds` larger than `timeoutSeconds`")
        .page(
            "https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateTargetGroup.html",
        );
    if pause == wait {
        diagnostic.severity = Severity::Warning;
    }
    Some(diagnostic)
}

fn answers(event: &Event<'_>, check: &Object) -> Option<Diagnostic> {
    let codes = check.get("matcher")?.get("httpCode")?.to_js_string();
    let wrong =
        codes.split([',', '-']).find(|it| it.parse::<u16>().is_ok_and(|it| !(200..=499).contains(&it)))?;
    let at = Place::value(event.path.join("healthCheck").join("matcher").join("httpCode"));
    Some(
        Diagnostic::new(&rules::OUT_OF_RANGE, at, eco_format!("{wrong} is not between 200 and 499"))
            .why("a load balancer takes no other answers as good ones")
            .help("write codes from 200 to 499")
            .page("https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_Matcher.html"),
    )
}
