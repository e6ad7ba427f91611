//! Has CloudFormation work out a change set, and cleans up after one that failed. Answers "what would change, and
//! would AWS take it?".

use super::Context;
use crate::aws::{Aws, AwsError, Cause, ChangeSet, ChangeSetKind, ChangeSetRequest, Finding, Findings};
use crate::error::{Error, ErrorKind, Failure};
use crate::event::{Change, Event};
use crate::follow::jitter;

/// A change set that can be executed.
#[derive(Debug, Clone)]
pub(crate) struct Ready {
    /// Its name.
    pub name: String,
    /// ARN of the stack.
    pub stack_id: String,
    /// Whether it makes the stack.
    pub kind: ChangeSetKind,
    /// What it changes.
    pub changes: Vec<Change>,
}

/// Makes a change set; `None` when nothing would change. Whatever is not ready is deleted again.
pub(crate) async fn make<A: Aws>(
    context: &mut Context<'_, A>,
    request: ChangeSetRequest,
) -> Result<Option<Ready>, Error> {
    match context.aws.create_change_set(&request).await {
        Ok(_) => {}
        // The answer to an earlier attempt was lost on the way: the name is ours alone.
        Err(error) if error.code == "AlreadyExistsException" => {}
        Err(error) => return Err(refused(context, error)),
    }
    let outcome = wait(context, &request).await;
    let failed = match outcome {
        Ok(set) if set.status == "CREATE_COMPLETE" => {
            for change in &set.changes {
                (context.on_event)(Event::Change(change.clone()));
            }
            let ChangeSet { stack_id, changes, .. } = set;
            return Ok(Some(Ready { name: request.name, stack_id, kind: request.kind, changes }));
        }
        Ok(set) if is_empty(&set) => {
            discard(context, &request).await;
            return Ok(None);
        }
        Ok(set) => {
            let findings = context.aws.findings(Findings::ChangeSet(&set.id)).await.unwrap_or_default();
            change_set_failed(context, &set, &findings)
        }
        Err(error) => error.into_error("read the change set"),
    };
    discard(context, &request).await;
    Err(failed)
}

/// Deletes a change set that will not be executed, and the empty stack that came with it.
pub(crate) async fn discard<A: Aws>(context: &mut Context<'_, A>, request: &ChangeSetRequest) {
    let stack = request.stack_name.as_str();
    if let Err(error) = context.aws.delete_change_set(stack, &request.name).await {
        context.note(format!("The change set `{}` could not be deleted: {}", request.name, error.message));
    }
    if request.kind == ChangeSetKind::Update {
        return;
    }
    let shell = context.aws.describe_stack(stack).await;
    if shell.is_ok_and(|shell| shell.is_some_and(|shell| shell.status == "REVIEW_IN_PROGRESS")) {
        match context.aws.delete_stack(stack, None, &request.token).await {
            Ok(()) => {}
            Err(error) => context.note(format!(
                "The stack `{stack}` is left empty and under review; `slsc remove` deletes it ({}).",
                error.message
            )),
        }
    }
}

async fn wait<A: Aws>(
    context: &mut Context<'_, A>,
    request: &ChangeSetRequest,
) -> Result<ChangeSet, AwsError> {
    let mut failures = 0;
    let mut pause = context.options.poll.interval / 4;
    loop {
        match context.aws.describe_change_set(&request.stack_name, &request.name).await {
            Ok(set) if !matches!(set.status.as_str(), "CREATE_PENDING" | "CREATE_IN_PROGRESS") => {
                return Ok(set);
            }
            Ok(_) => failures = 0,
            // Just made, it may not be visible everywhere yet.
            Err(error) if matches!(error.cause, Cause::Throttled | Cause::Network | Cause::Missing) => {
                failures += 1;
                if failures > context.options.poll.failures {
                    return Err(error);
                }
            }
            Err(error) => return Err(error),
        }
        tokio::time::sleep(jitter(pause)).await;
        pause = pause.saturating_mul(2).min(context.options.poll.interval);
    }
}

/// CloudFormation has no status for this, only these words.
fn is_empty(set: &ChangeSet) -> bool {
    let reasons = ["didn't contain changes", "No updates are to be performed"];
    set.status == "FAILED" && reasons.iter().any(|reason| set.reason.contains(reason))
}

fn refused<A>(context: &Context<'_, A>, error: AwsError) -> Error {
    let template = error.cause == Cause::Other
        && matches!(error.code.as_str(), "ValidationError" | "LimitExceededException");
    if !template {
        return error.into_error("create the change set");
    }
    let what = format!("CloudFormation refused the template of `{}`.", context.package.target.stack_name);
    Error::new(
        ErrorKind::ChangeSetFailed,
        what,
        error.message,
        "Nothing was changed; correct it and deploy again.",
    )
}

fn change_set_failed<A>(context: &Context<'_, A>, set: &ChangeSet, findings: &[Finding]) -> Error {
    let stack = &context.package.target.stack_name;
    let what = format!("CloudFormation refused the changes of `{stack}`.");
    let help = "Nothing was changed; correct it and deploy again.";
    let Some(first) = findings.first() else {
        return Error::new(ErrorKind::ChangeSetFailed, what, set.reason.clone(), help);
    };
    let each = findings.iter().map(|finding| format!("`{}`: {}", finding.logical_id, finding.reason));
    let why = each.collect::<Vec<_>>().join(" ");
    Error::new(ErrorKind::ChangeSetFailed, what, why, help).with_failure(Failure {
        stack: stack.clone(),
        logical_id: first.logical_id.clone(),
        resource_type: first.resource_type.clone(),
        status: set.status.clone(),
        reason: first.reason.clone(),
    })
}
