//! Executes a change set and follows it. Answers "did the change happen?", also when the answer of AWS was lost.

use super::Context;
use super::change_set::{self, Ready};
use crate::aws::{Aws, AwsError, Cause, ChangeSetKind, Template};
use crate::cause;
use crate::error::Error;
use crate::follow::{Follow, Mark};
use crate::random;
use crate::status::is_success;

/// Executes `ready` and waits until the stack rests.
pub(crate) async fn run<A: Aws>(context: &mut Context<'_, A>, ready: &Ready) -> Result<(), Error> {
    let stack = ready.stack_id.as_str();
    let token = random::token();
    let mark = match Mark::now(context.aws, stack).await {
        Ok(mark) => mark,
        Err(error) if error.cause == Cause::Denied || error.is_missing() => Mark::default(),
        Err(error) => {
            abandon(context, ready).await;
            return Err(error.into_error("read the events of the stack"));
        }
    };
    let disable_rollback = context.package.stack.disable_rollback;
    let name = context.package.target.stack_name.as_str();
    let executed = context.aws.execute_change_set(name, &ready.name, &token, disable_rollback).await;
    if let Err(error) = executed {
        if !has_begun(context, ready, &token).await {
            abandon(context, ready).await;
            return Err(not_executed(error));
        }
        context.note("The answer of AWS was lost, but the change set is being executed.");
    }
    let poll = context.options.poll;
    let follow = Follow { aws: context.aws, stack_id: stack, token: &token, poll };
    let ending = follow.to_the_end(mark, context.on_event).await?;
    if is_success(&ending.stack.status) {
        return Ok(());
    }
    let doing = if ready.kind == ChangeSetKind::Create { "created" } else { "updated" };
    Err(cause::operation_failed(context.aws, &ending, doing).await)
}

/// Whether AWS took the request although its answer did not arrive: a second attempt is then refused because the
/// first one runs.
async fn has_begun<A: Aws>(context: &Context<'_, A>, ready: &Ready, token: &str) -> bool {
    for attempt in 0..3 {
        if attempt > 0 {
            tokio::time::sleep(context.options.poll.interval).await;
        }
        if let Ok(set) =
            context.aws.describe_change_set(&context.package.target.stack_name, &ready.name).await
        {
            match set.execution.as_str() {
                "EXECUTE_IN_PROGRESS" | "EXECUTE_COMPLETE" | "EXECUTE_FAILED" => return true,
                "AVAILABLE" | "UNAVAILABLE" => return false,
                _ => {}
            }
        }
        if let Ok(page) = context.aws.stack_events(&ready.stack_id, None).await
            && page.events.iter().any(|event| event.token.as_deref() == Some(token))
        {
            return true;
        }
    }
    false
}

async fn abandon<A: Aws>(context: &mut Context<'_, A>, ready: &Ready) {
    let mut request = context.change_set_request(ready.kind, Template::Body(String::new()));
    request.name = ready.name.clone();
    change_set::discard(context, &request).await;
}

fn not_executed(error: AwsError) -> Error {
    let mut error = error.into_error("execute the change set");
    error.help = format!("Nothing was changed. {}", error.help).trim_end().to_owned();
    error
}
