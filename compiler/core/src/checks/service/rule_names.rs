//! Names of rules and schedules: each is taken once.
//!
//! <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html>

use ecow::{EcoString, eco_format};
use rustc_hash::FxHashMap;

use super::Facts;
use crate::checks::function::Event;
use crate::diagnostic::{Diagnostic, Place};
use crate::rules;
use crate::value::Value;

/// Finds rules and schedules that take the name of another.
pub fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    let mut first: FxHashMap<(EcoString, EcoString), (Place, EcoString)> = FxHashMap::default();
    for function in facts.unconditional() {
        for event in function.events() {
            let Some((family, noun)) = family(&event) else { continue };
            let Some(name) = event.value.get("name").and_then(Value::as_str) else { continue };
            let at = Place::value(event.path.join("name"));
            let key = (family, EcoString::from(name));
            let Some((place, owner)) = first.get(&key) else {
                first.insert(key, (at, function.listed.key.clone()));
                continue;
            };
            found.push(
                Diagnostic::new(&rules::DUPLICATE_NAME, at, eco_format!("two {noun} are called `{name}`"))
                    .why("AWS has one of a name, so the second cannot be made")
                    .help("give one of them another `name`, or none")
                    .related(place.clone(), eco_format!("`{owner}` takes it here")),
            );
        }
    }
}

/// What shares names with the event's rule, and what such things are called.
fn family(event: &Event<'_>) -> Option<(EcoString, &'static str)> {
    let text = |key: &str| event.value.get(key).and_then(Value::as_str);
    match event.kind {
        "schedule" if text("method") == Some("scheduler") => {
            // A group that is not known here may be another one.
            let group = match event.value.get("groupName") {
                None => "default",
                Some(it) => it.as_str()?,
            };
            Some((eco_format!("schedule {group}"), "schedules"))
        }
        "schedule" | "cloudwatchEvent" => Some(("rule".into(), "rules")),
        "eventBridge" => match event.value.get("eventBus") {
            None => Some(("rule".into(), "rules")),
            Some(Value::String(bus)) if bus == "default" => Some(("rule".into(), "rules")),
            Some(bus) if bus.has_unknown() => None,
            Some(bus) => Some((eco_format!("rule {}", bus.to_json()), "rules of an event bus")),
        },
        "iot" => Some(("iot".into(), "rules of AWS IoT")),
        _ => None,
    }
}
