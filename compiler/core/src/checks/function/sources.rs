//! Sources of events: a function has each queue, stream or topic once, and the same event once.
//!
//! <https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html>

use ecow::EcoString;
use rustc_hash::FxHashMap;

use super::{Event, Facts};
use crate::diagnostic::{Diagnostic, Place};
use crate::rules;
use crate::value::Value;

/// Finds sources that stand twice in one function.
pub fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    let mut first: FxHashMap<(&str, EcoString), Place> = FxHashMap::default();
    for event in facts.events() {
        let Some(source) = source(&event) else { continue };
        let arn = event.value.as_object().is_some_and(|it| it.contains_key("arn"));
        let at = Place::value(if arn { event.path.join("arn") } else { event.path.clone() });
        let Some(place) = first.get(&(event.kind, source.clone())) else {
            first.insert((event.kind, source), at);
            continue;
        };
        let (message, why) = match event.kind {
            "sqs" | "stream" | "sns" => (
                "the function has this source already",
                "a function has one connection to a source: the settings of the last one hold",
            ),
            _ => ("the function has this very event already", "it would be invoked twice for each"),
        };
        found.push(
            Diagnostic::new(&rules::DUPLICATE_SOURCE, at, message)
                .why(why)
                .help("remove one of the two")
                .related(place.clone(), "it stands here first"),
        );
    }
}

/// What tells the source from others. `None` where it is not known, or where another check looks.
fn source(event: &Event<'_>) -> Option<EcoString> {
    let value = match event.kind {
        "sqs" | "stream" => {
            let own = event.value.as_object().and_then(|it| it.get("arn"));
            own.unwrap_or(event.value)
        }
        "sns" => {
            let own = event.value.get("arn").or_else(|| event.value.get("topicName"));
            own.unwrap_or(event.value)
        }
        "httpApi" if event.value.as_str() == Some("*") => event.value,
        "schedule" | "eventBridge" | "cloudwatchEvent" | "iot" => event.value,
        _ => return None,
    };
    let known = !value.has_unknown() && !matches!(value, Value::Null);
    known.then(|| value.to_json().into())
}
