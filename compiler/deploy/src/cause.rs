//! Finds the resource that failed first and AWS's words about it, in nested stacks too. Answers "why did it fail,
//! and what now?".

use crate::aws::{Aws, Finding, Findings};
use crate::error::{Error, ErrorKind, Failure};
use crate::event::StackEvent;
use crate::follow::Ending;
use crate::status::is_failure;

/// Resources that fail because another one did.
fn is_consequence(reason: &str) -> bool {
    let reason = reason.to_ascii_lowercase();
    reason.contains("cancelled")
        || reason.contains("canceled")
        || reason.starts_with("the following resource(s) failed")
}

/// The earliest failure among `events` (oldest first) that is not the consequence of another.
fn earliest<'a>(events: &'a [StackEvent], stack_id: &str) -> Option<&'a StackEvent> {
    let failures =
        || events.iter().filter(|event| is_failure(&event.status) && event.physical_id != stack_id);
    let first =
        failures().find(|event| event.reason.as_deref().is_some_and(|reason| !is_consequence(reason)));
    // A stack can fail without any of its resources: a trigger of the rollback, a hook, a refused role.
    let whole = || {
        let roots = events.iter().filter(|event| event.physical_id == stack_id && event.reason.is_some());
        roots.into_iter().find(|event| is_failure(&event.status) || event.status.contains("ROLLBACK"))
    };
    first.or_else(|| failures().next()).or_else(whole)
}

fn failure_of(event: &StackEvent) -> Failure {
    Failure {
        stack: event.stack.clone(),
        logical_id: event.logical_id.clone(),
        resource_type: event.resource_type.clone(),
        status: event.status.clone(),
        reason: event.reason.clone().unwrap_or_else(|| event.status.clone()),
    }
}

/// The first failure of an operation; a nested stack's own events are asked for, as its parent only repeats them.
pub(crate) async fn first_failure<A: Aws>(aws: &A, stack_id: &str, events: &[StackEvent]) -> Option<Failure> {
    let mut event = earliest(events, stack_id)?.clone();
    for _ in 0..8 {
        let nested =
            event.resource_type == "AWS::CloudFormation::Stack" && event.physical_id.starts_with("arn:");
        if !nested || event.physical_id == stack_id {
            break;
        }
        let Ok(mut page) = aws.stack_events(&event.physical_id, None).await else { break };
        page.events.reverse();
        // The operation of the nested stack began with its last start, whatever its history before.
        let root = &event.physical_id;
        let starts = ["CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS", "DELETE_IN_PROGRESS"];
        let start =
            page.events.iter().rposition(|e| &e.physical_id == root && starts.contains(&e.status.as_str()));
        let tail: Vec<_> = page.events.iter().skip(start.unwrap_or_default()).cloned().collect();
        match earliest(&tail, root) {
            Some(inner) if inner.physical_id != *root => event = inner.clone(),
            _ => break,
        }
    }
    let failure = failure_of(&event);
    // A validation before the first resource says in the stack's event only that there is more to ask for.
    if failure.reason.contains("DescribeEvents")
        && let Ok(findings) = aws.findings(Findings::Stack(&event.physical_id)).await
        && let Some(finding) = findings.into_iter().next()
    {
        let Finding { logical_id, resource_type, reason } = finding;
        return Some(Failure { logical_id, resource_type, reason, ..failure });
    }
    Some(failure)
}

/// The error for an operation that ended badly; `doing` is "created", "updated" or "removed".
pub(crate) async fn operation_failed<A: Aws>(aws: &A, ending: &Ending, doing: &str) -> Error {
    let stack = &ending.stack;
    let failure = first_failure(aws, &stack.id, &ending.events).await;
    let what = format!("The stack `{}` was not {doing}.", stack.name);
    let status = stack.status.as_str();
    let Some(failure) = failure else {
        let why = stack.reason.clone().unwrap_or_else(|| format!("Its state is {status}."));
        return Error::new(ErrorKind::OperationFailed, what, why, state_help(status, &stack.name))
            .with_status(status);
    };
    let why = format!("`{}` ({}): {}", failure.logical_id, failure.resource_type, failure.reason);
    let help = [reason_help(&failure.reason), state_help(status, &stack.name)];
    let help: Vec<_> = help.into_iter().filter(|text| !text.is_empty()).collect();
    Error::new(ErrorKind::OperationFailed, what, why, help.join(" "))
        .with_status(status)
        .with_failure(failure)
}

fn reason_help(reason: &str) -> String {
    let lower = reason.to_ascii_lowercase();
    if let Some(action) = action_in(reason) {
        return format!(
            "Allow `{action}` to the identity that deploys, or to the service role of the stack."
        );
    }
    if lower.contains("already exists") {
        return "Something outside of this stack has that name: rename the resource, or delete the other."
            .to_owned();
    }
    if lower.contains("bucket you tried to delete is not empty") {
        return "Empty that bucket, or give it `DeletionPolicy: Retain`.".to_owned();
    }
    String::new()
}

/// The action in "... is not authorized to perform: iam:CreateRole on resource ...".
fn action_in(reason: &str) -> Option<&str> {
    let (_, rest) = reason.split_once("not authorized to perform: ")?;
    rest.split_whitespace().next().filter(|action| action.contains(':'))
}

fn state_help(status: &str, stack: &str) -> String {
    match status {
        "UPDATE_ROLLBACK_COMPLETE" => {
            "Everything is as it was before; correct the cause and deploy again.".to_owned()
        }
        "ROLLBACK_COMPLETE" | "ROLLBACK_FAILED" => {
            "Correct the cause, run `slsc remove`, then deploy again: such a stack can only be deleted."
                .to_owned()
        }
        "UPDATE_ROLLBACK_FAILED" => format!(
            "The way back failed too: repair what AWS names, then run \
             `aws cloudformation continue-update-rollback --stack-name {stack}`."
        ),
        "CREATE_FAILED" | "UPDATE_FAILED" => {
            "What was made is kept, as `disableRollback` asks; correct the cause and deploy again.".to_owned()
        }
        "DELETE_FAILED" => "Correct the cause, then run `slsc remove` again.".to_owned(),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(logical_id: &str, status: &str, reason: Option<&str>) -> StackEvent {
        StackEvent {
            id: format!("{logical_id}-{status}"),
            time: String::new(),
            stack: "shop-dev".to_owned(),
            logical_id: logical_id.to_owned(),
            physical_id: if logical_id == "shop-dev" { "arn:stack".to_owned() } else { String::new() },
            resource_type: String::new(),
            status: status.to_owned(),
            reason: reason.map(str::to_owned),
            token: None,
        }
    }

    #[test]
    fn the_first_real_failure_is_named_not_its_consequences() {
        let events = [
            event("shop-dev", "UPDATE_IN_PROGRESS", Some("User Initiated")),
            event("Table", "CREATE_FAILED", Some("Resource creation cancelled")),
            event("Queue", "CREATE_FAILED", Some("Invalid value for DelaySeconds")),
            event("Topic", "CREATE_FAILED", Some("Later")),
            event(
                "shop-dev",
                "UPDATE_ROLLBACK_IN_PROGRESS",
                Some("The following resource(s) failed to create: [Queue]"),
            ),
        ];
        assert_eq!(earliest(&events, "arn:stack").unwrap().logical_id, "Queue");
        assert_eq!(earliest(&events[..2], "arn:stack").unwrap().logical_id, "Table");
        assert_eq!(
            earliest(&[events[0].clone(), events[4].clone()], "arn:stack").unwrap().logical_id,
            "shop-dev"
        );
    }

    #[test]
    fn a_missing_permission_is_named() {
        let reason =
            "User: arn:aws:iam::1:user/x is not authorized to perform: iam:CreateRole on resource: r";
        assert_eq!(
            reason_help(reason),
            "Allow `iam:CreateRole` to the identity that deploys, or to the service role of the stack."
        );
    }
}
