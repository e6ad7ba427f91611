//! States of a stack and what they allow. Answers "may a deploy or a removal begin, and if not, what is the way
//! out?". The states: <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html>.

use crate::aws::Stack;
use crate::error::{Error, ErrorKind};

/// The longest template that a request may carry, in bytes
/// (<https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html>).
pub const BODY_LIMIT: usize = 51_200;

/// Whether an operation still runs.
pub fn is_running(status: &str) -> bool {
    status.ends_with("_IN_PROGRESS") && status != "REVIEW_IN_PROGRESS"
}

/// Whether the operation that ended in this state did what it was asked to.
pub fn is_success(status: &str) -> bool {
    matches!(status, "CREATE_COMPLETE" | "UPDATE_COMPLETE" | "DELETE_COMPLETE" | "IMPORT_COMPLETE")
}

/// Whether a resource or a stack failed.
pub fn is_failure(status: &str) -> bool {
    status.ends_with("_FAILED")
}

fn busy(stack: &Stack) -> Error {
    Error::new(
        ErrorKind::StackBusy,
        format!("Another operation runs on the stack `{}`.", stack.name),
        format!("Its state is {}.", stack.status),
        "Wait until it has ended, then repeat the command.",
    )
    .with_status(&stack.status)
}

/// Says why a deploy cannot begin, if it cannot.
pub fn check_deployable(stack: &Stack) -> Result<(), Error> {
    let name = &stack.name;
    let stuck = |why: &str, help: String| {
        let reason = stack.reason.as_deref().map(|reason| format!(" AWS says: {reason}")).unwrap_or_default();
        let what = format!("The stack `{name}` cannot be updated: its state is {}.", stack.status);
        Err(Error::new(ErrorKind::StackStuck, what, format!("{why}{reason}"), help)
            .with_status(&stack.status))
    };
    match stack.status.as_str() {
        "ROLLBACK_COMPLETE" | "ROLLBACK_FAILED" => stuck(
            "Its first creation failed, and such a stack can only be deleted.",
            "Run `slsc remove`, then deploy again.".to_owned(),
        ),
        "DELETE_FAILED" => {
            stuck("Its deletion began and did not end.", "Run `slsc remove` again, then deploy.".to_owned())
        }
        "UPDATE_ROLLBACK_FAILED" => stuck(
            "An update failed, and so did the way back.",
            format!(
                "Repair what AWS names, then run `aws cloudformation continue-update-rollback --stack-name {name}` \
                 (with `--resources-to-skip` for what cannot be repaired), and deploy again."
            ),
        ),
        "IMPORT_ROLLBACK_FAILED" => stuck(
            "An import failed, and so did the way back.",
            "Repair it in the CloudFormation console, then deploy again.".to_owned(),
        ),
        status if is_running(status) => Err(busy(stack)),
        _ => Ok(()),
    }
}

/// Says why a removal cannot begin, if it cannot.
pub fn check_removable(stack: &Stack) -> Result<(), Error> {
    if is_running(&stack.status) {
        return Err(busy(stack));
    }
    if stack.protected {
        return Err(Error::new(
            ErrorKind::StackProtected,
            format!("The stack `{}` was not removed.", stack.name),
            "It is protected against deletion.",
            format!(
                "Run `aws cloudformation update-termination-protection --no-enable-termination-protection \
                 --stack-name {}`, then remove it again.",
                stack.name
            ),
        )
        .with_status(&stack.status));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn in_state(status: &str) -> Stack {
        Stack { name: "shop-dev".to_owned(), status: status.to_owned(), ..Stack::default() }
    }

    #[test]
    fn each_state_has_its_way_out() {
        for status in ["CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "REVIEW_IN_PROGRESS"]
        {
            assert_eq!(check_deployable(&in_state(status)), Ok(()), "{status}");
        }
        let error = check_deployable(&in_state("ROLLBACK_COMPLETE")).unwrap_err();
        assert_eq!(
            (error.kind, error.help.as_str()),
            (ErrorKind::StackStuck, "Run `slsc remove`, then deploy again.")
        );
        let error = check_deployable(&in_state("UPDATE_ROLLBACK_FAILED")).unwrap_err();
        assert!(error.help.contains("continue-update-rollback --stack-name shop-dev"), "{}", error.help);
        let error = check_deployable(&in_state("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS")).unwrap_err();
        assert_eq!(error.kind, ErrorKind::StackBusy);
    }
}
