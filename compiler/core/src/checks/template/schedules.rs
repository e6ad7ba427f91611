//! Schedules of rules and of EventBridge's scheduler in `resources`.
//!
//! <https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html>

use super::Facts;
use crate::diagnostic::{Diagnostic, Place};
use crate::path::Segment;
use crate::schedule;
use crate::shape::grammar::Grammar;
use crate::value::Value;

/// Of types: the properties that hold what of a schedule.
const HOLDERS: [(&str, &str, &Grammar); 3] = [
    ("AWS::Events::Rule", "ScheduleExpression", &schedule::BUS_GRAMMAR),
    ("AWS::Scheduler::Schedule", "ScheduleExpression", &schedule::GRAMMAR),
    ("AWS::Scheduler::Schedule", "ScheduleExpressionTimezone", &schedule::zone::GRAMMAR),
];

/// Finds schedules that are not written as AWS takes them.
pub fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    for (id, resource) in facts.section("Resources").into_iter().flat_map(|it| it.iter()) {
        let Some(kind) = resource.get("Type").and_then(Value::as_str) else { continue };
        for (_, property, grammar) in HOLDERS.into_iter().filter(|it| it.0 == kind) {
            let value = resource.get("Properties").and_then(|it| it.get(property));
            let Some(text) = value.and_then(Value::as_str) else { continue };
            let below: [Segment; 3] = [id.into(), "Properties".into(), property.into()];
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
}
