//! Concurrency of a function: what is kept warm, what a queue may use, and what there is at most.
//!
//! <https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html>

use ecow::eco_format;

use super::Facts;
use crate::diagnostic::{Diagnostic, Place};
use crate::rules;
use crate::value::Value;

/// Finds numbers that exceed the function's own limit.
pub fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    let number = |key: &str| facts.listed.value.get(key).and_then(Value::as_number);
    let Some(most) = number("reservedConcurrency") else { return };
    let limit = facts.value("reservedConcurrency");
    if let Some(warm) = number("provisionedConcurrency").filter(|it| *it > most) {
        let message = eco_format!("{warm} instances are kept warm, but {most} may run");
        found.push(
            Diagnostic::new(&rules::CONFLICTING_OPTIONS, facts.value("provisionedConcurrency"), message)
                .why("Lambda refuses `provisionedConcurrency` above `reservedConcurrency`")
                .help("lower the one, or raise the other")
                .related(limit.clone(), "the limit"),
        );
    }
    for event in facts.events().filter(|it| it.kind == "sqs") {
        let written = event.value.get("maximumConcurrency").and_then(Value::as_number);
        if let Some(wanted) = written.filter(|it| *it > most) {
            let at = Place::value(event.path.join("maximumConcurrency"));
            let message = eco_format!("the queue may use {wanted} invocations, but {most} may run");
            found.push(Diagnostic::new(&rules::CONFLICTING_OPTIONS, at, message)
                .why("messages that meet the limit of the function are tried again, and may end in the dead-letter queue")
                .help("lower `maximumConcurrency`, or raise `reservedConcurrency`")
                .related(limit.clone(), "the limit").warning());
        }
    }
}
