//! Runtimes by the dates that AWS has set them.
//!
//! <https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html>

use ecow::eco_format;
use jiff::civil::Date;
use jiff::{Span, Timestamp, tz::TimeZone};

use super::Facts;
use crate::aws::runtime::{Lifecycle, RUNTIMES, TABLE, lifecycle};
use crate::checks::Surroundings;
use crate::diagnostic::{Diagnostic, Place, Severity};
use crate::path::Path;
use crate::rules;
use crate::value::Value;

/// How many days before it ends a runtime is told.
const AHEAD: i64 = 180;

/// Finds runtimes that have ended, or will soon.
pub fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    let mut look = |path: Path, written: Option<&Value>| {
        if let Some(runtime) = written.and_then(Value::as_str) {
            // Where `error` is asked for, the check of the shape has refused it.
            if facts.around.mode.strict && RUNTIMES.iter().any(|it| it.ended && it.text == runtime) {
                return;
            }
            found.extend(judge(runtime, Place::value(path), facts.around));
        }
    };
    let functions = &facts.functions;
    let inherits = |value: &Value| value.get("runtime").is_none() && value.get("image").is_none();
    if functions.is_empty() || functions.iter().any(|it| inherits(&it.listed.value)) {
        let path = Path::from(["provider", "runtime"]);
        look(path.clone(), facts.config.at(&path));
    }
    for (key, _) in facts.around.context.layers.iter() {
        let path = Path::from(["layers", key.as_str(), "compatibleRuntimes"]);
        let listed = facts.config.at(&path).and_then(Value::as_array).unwrap_or_default();
        for (index, runtime) in listed.iter().enumerate() {
            look(path.join(index), Some(runtime));
        }
    }
    for function in functions {
        look(function.listed.path.join("runtime"), function.listed.value.get("runtime"));
    }
}

/// Where today is not known, only what had passed when the table was written is told.
pub fn judge(runtime: &str, at: Place, around: &Surroundings<'_>) -> Option<Diagnostic> {
    let now = around.now.and_then(|it| Timestamp::from_second(it).ok());
    let today: Option<Date> = now.map(|it| it.to_zoned(TimeZone::UTC).date());
    let mode = around.mode;
    let (name, Lifecycle { deprecation, creation, update }) = lifecycle(runtime)?;
    let now = today.map_or_else(|| TABLE.into(), |it| it.to_string());
    let soon = today.map(|it| it.checked_add(Span::new().days(AHEAD)));
    let soon = soon.and_then(Result::ok).map(|it| it.to_string());
    let has_come = |date: &str| date <= now.as_str();
    let (severity, message, why) = if has_come(update) {
        // Where mistakes are warnings, the framework packages it.
        let severity = mode.validation.level().unwrap_or(Severity::Warning);
        let why = eco_format!("Lambda takes no new functions with it, and since {update} no changes either");
        (severity, eco_format!("{name} has ended"), why)
    } else if today.is_none() {
        return None;
    } else if has_come(creation) {
        let why =
            eco_format!("Lambda takes no new functions with it, and from {update} on no changes either");
        (Severity::Warning, eco_format!("{name} has ended"), why)
    } else if has_come(deprecation) {
        let why = eco_format!(
            "Lambda updates it no more since {deprecation}; from {creation} on it takes no new functions with it"
        );
        // What the framework itself takes no more ended long ago.
        let refused = RUNTIMES.iter().any(|it| it.ended && it.text == runtime);
        let severity = if refused { Severity::Warning } else { Severity::Info };
        (severity, eco_format!("{name} is out of support"), why)
    } else if soon.is_some_and(|it| deprecation <= it.as_str()) {
        let why =
            eco_format!("Lambda updates it until {deprecation}, and takes new functions until {creation}");
        // Half a year is far away: editors tell it, the terminal does not.
        (Severity::Hint, eco_format!("{name} ends soon"), why)
    } else {
        return None;
    };
    let mut diagnostic =
        Diagnostic::new(&rules::RUNTIME_ENDED, at, message).why(why).help("move to a newer runtime");
    diagnostic.severity = severity;
    Some(diagnostic)
}
