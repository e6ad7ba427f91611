//! Triggers of user pools: each has one function.
//!
//! <https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-identity-pools-working-with-aws-lambda-triggers.html>

use ecow::eco_format;
use rustc_hash::FxHashMap;

use super::Facts;
use crate::diagnostic::{Diagnostic, Place};
use crate::rules;
use crate::value::Value;

/// Finds triggers that two functions take.
pub fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    let mut first: FxHashMap<(&str, &str), (Place, &str)> = FxHashMap::default();
    for function in facts.unconditional() {
        for event in function.events().filter(|it| it.kind == "cognitoUserPool") {
            let text = |key: &str| event.value.get(key).and_then(Value::as_str);
            let (Some(pool), Some(trigger)) = (text("pool"), text("trigger")) else { continue };
            let at = Place::value(event.path.join("trigger"));
            let Some((place, owner)) = first.get(&(pool, trigger)) else {
                first.insert((pool, trigger), (at, &function.listed.key));
                continue;
            };
            let message = eco_format!("the trigger `{trigger}` of `{pool}` is taken");
            found.push(
                Diagnostic::new(&rules::DUPLICATE_TRIGGER, at, message)
                    .why("a pool calls one function for a trigger: the last one, and nobody calls the first")
                    .help("let one function do both, or remove one of the events")
                    .related(place.clone(), eco_format!("`{owner}` takes it here")),
            );
        }
    }
}
