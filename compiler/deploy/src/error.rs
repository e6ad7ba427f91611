//! What went wrong, in the shape that a user needs: what, why, and the way out. Answers "which errors can the
//! backend return, and how do they look as JSON?".

use serde::{Deserialize, Serialize};

/// The kind of an error: a permanent kebab-case name that scripts may match on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ErrorKind {
    /// No credentials were found anywhere that the AWS SDK looks.
    NoCredentials,
    /// AWS does not know the credentials, or their signature does not fit.
    BadCredentials,
    /// The credentials were valid and are no longer.
    ExpiredCredentials,
    /// AWS knows who asks and refuses.
    AccessDenied,
    /// The stack does not exist in this account and region.
    StackMissing,
    /// Another operation runs on the stack.
    StackBusy,
    /// The stack is in a state that no deploy can leave by itself.
    StackStuck,
    /// The stack is protected against deletion.
    StackProtected,
    /// The deployment bucket does not exist.
    BucketMissing,
    /// The deployment bucket lies in another region.
    BucketRegion,
    /// The package on disk is incomplete or cannot be read.
    Package,
    /// CloudFormation refused the change set.
    ChangeSetFailed,
    /// A saved plan no longer fits what is packaged or deployed.
    PlanStale,
    /// A resource failed, and the operation with it.
    OperationFailed,
    /// AWS kept refusing for too many requests.
    Throttled,
    /// AWS could not be reached, or stopped answering.
    Network,
    /// Any other answer of AWS.
    Aws,
    /// The program `docker` is missing or failed, or an image is not there.
    Docker,
    /// This machine could not start the work.
    Machine,
}

/// The resource that failed first, as AWS tells it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// Name of the stack that holds the resource (a nested stack has its own).
    pub stack: String,
    /// Logical id in the template.
    pub logical_id: String,
    /// CloudFormation type, `AWS::Lambda::Function`.
    pub resource_type: String,
    /// Status of the resource, `CREATE_FAILED`.
    pub status: String,
    /// AWS's own words.
    pub reason: String,
}

/// An error with its way out. Each text is one short sentence or a few.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Error {
    /// The permanent name.
    pub kind: ErrorKind,
    /// What did not work.
    pub what: String,
    /// Why, in AWS's own words where it gave any.
    pub why: String,
    /// What to do next.
    pub help: String,
    /// The first resource that failed, if one did.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub failure: Option<Box<Failure>>,
    /// The state that the stack was left in, if it is known.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub stack_status: Option<String>,
}

impl Error {
    /// An error of `kind` with its three texts.
    pub fn new(
        kind: ErrorKind,
        what: impl Into<String>,
        why: impl Into<String>,
        help: impl Into<String>,
    ) -> Self {
        Self {
            kind,
            what: what.into(),
            why: why.into(),
            help: help.into(),
            failure: None,
            stack_status: None,
        }
    }

    /// The same error, naming the state of the stack.
    pub fn with_status(mut self, status: &str) -> Self {
        self.stack_status = Some(status.to_owned());
        self
    }

    /// The same error, naming the resource that failed first.
    pub fn with_failure(mut self, failure: Failure) -> Self {
        self.failure = Some(Box::new(failure));
        self
    }
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.what)?;
        for text in [&self.why, &self.help] {
            if !text.is_empty() {
                write!(f, " {text}")?;
            }
        }
        Ok(())
    }
}

impl std::error::Error for Error {}
