//! Schedules of rules and of EventBridge's scheduler in `resources`.
//!
//! <https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html>

use super::Facts;
use crate::diagnostic::{Diagnostic, Place};
use crate::path::Segment;
use crate::schedule;
use crate::value::Value;

/// Finds schedules that are not written as AWS takes them.
pub fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    for (id, resource) in facts.section("Resources").into_iter().flat_map(|it| it.iter()) {
        let grammar = match resource.get("Type").and_then(Value::as_str) {
            Some("AWS::Events::Rule") => &schedule::BUS_GRAMMAR,
            Some("AWS::Scheduler::Schedule") => &schedule::GRAMMAR,
            _ => continue,
        };
        let value = resource.get("Properties").and_then(|it| it.get("ScheduleExpression"));
        let Some(text) = value.and_then(Value::as_str) else { continue };
        let below: [Segment; 3] = [id.into(), "Properties".into(), "ScheduleExpression".into()];
        let Some(path) = facts.written("Resources", &below) else { continue };
        for fault in (grammar.check)(text, facts.around.now) {
            let at = Place::Inside { path: path.clone(), within: fault.within };
            let mut diagnostic = Diagnostic::new(fault.rule, at, fault.message);
            diagnostic.severity = fault.severity;
            diagnostic.why = fault.why;
            diagnostic.help = fault.help;
            found.push(diagnostic);
        }
    }
}
