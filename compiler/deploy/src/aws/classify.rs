//! From an error of the SDK to its cause: no credentials, expired, refused, missing, throttled, unreachable.
//! Answers "what does this failed call mean?".

use aws_credential_types::provider::error::CredentialsError;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_runtime_api::http::Response;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use crate::error::{Error, ErrorKind};

/// Why a call failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// No credentials were found.
    NoCredentials,
    /// AWS does not accept the credentials.
    BadCredentials,
    /// The credentials are too old.
    ExpiredCredentials,
    /// Not allowed.
    Denied,
    /// What was asked for does not exist.
    Missing,
    /// Too many requests, even after the retries.
    Throttled,
    /// No answer, or half of one.
    Network,
    /// Anything else that AWS says.
    Other,
}

/// A failed call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AwsError {
    /// The operation, `DescribeStacks`.
    pub operation: &'static str,
    /// Why.
    pub cause: Cause,
    /// AWS's code, empty when there was no answer.
    pub code: String,
    /// AWS's words, or those of the machine.
    pub message: String,
}

impl AwsError {
    /// Takes an error of the SDK apart.
    pub(crate) fn of<E>(operation: &'static str, error: &SdkError<E, Response>) -> Self
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        match error {
            SdkError::ServiceError(service) => {
                let status = service.raw().status().as_u16();
                let code = service.err().code().unwrap_or_default().to_owned();
                let message = service.err().message().unwrap_or_default().to_owned();
                let cause = cause_of_answer(&code, &message, status);
                let message = if message.is_empty() { format!("HTTP status {status}") } else { message };
                Self { operation, cause, code, message }
            }
            other => {
                let (cause, message) = cause_without_answer(other);
                Self { operation, cause, code: String::new(), message }
            }
        }
    }

    /// The error of credentials that are looked up before anything is sent.
    pub(crate) fn of_credentials(error: &CredentialsError) -> Self {
        let (cause, message) = cause_of_credentials(error);
        Self { operation: "Credentials", cause, code: String::new(), message }
    }

    /// Whether AWS says that something does not exist.
    pub fn is_missing(&self) -> bool {
        self.cause == Cause::Missing
    }

    /// The error for the user; `doing` completes "Could not ...".
    pub fn into_error(self, doing: &str) -> Error {
        let (kind, help) = match self.cause {
            Cause::NoCredentials => return no_credentials(doing, &self.message),
            Cause::BadCredentials => (
                ErrorKind::BadCredentials,
                "Check the access key, its secret and the session token, or name a profile with `--aws-profile`."
                    .to_owned(),
            ),
            Cause::ExpiredCredentials => (
                ErrorKind::ExpiredCredentials,
                "Sign in again (for instance with `aws sso login`), then repeat the command.".to_owned(),
            ),
            Cause::Denied => (
                ErrorKind::AccessDenied,
                format!("Allow the action `{}` to the identity that deploys.", self.action()),
            ),
            Cause::Missing => (ErrorKind::Aws, "Check the name, the account and the region.".to_owned()),
            Cause::Throttled => {
                (ErrorKind::Throttled, "Other callers use up the account's rate; try again in a minute.".to_owned())
            }
            Cause::Network => (
                ErrorKind::Network,
                "Check the connection, the region and a set `AWS_ENDPOINT_URL`, then repeat the command.".to_owned(),
            ),
            Cause::Other => (ErrorKind::Aws, String::new()),
        };
        let code = if self.code.is_empty() { String::new() } else { format!(" ({})", self.code) };
        let why = format!("{}: {}{code}", self.operation, self.message.trim());
        Error::new(kind, format!("Could not {doing}."), why, help)
    }

    /// The IAM action of the operation.
    fn action(&self) -> String {
        match self.operation {
            "HeadObject" | "GetObject" => "s3:GetObject".to_owned(),
            "HeadBucket" | "ListObjectsV2" => "s3:ListBucket".to_owned(),
            "ListObjectVersions" => "s3:ListBucketVersions".to_owned(),
            "DeleteObjects" => "s3:DeleteObject".to_owned(),
            "PutObject" => "s3:PutObject".to_owned(),
            "GetCallerIdentity" => "sts:GetCallerIdentity".to_owned(),
            "GetParameter" => "ssm:GetParameter".to_owned(),
            other => format!("cloudformation:{other}"),
        }
    }
}

fn no_credentials(doing: &str, why: &str) -> Error {
    Error::new(
        ErrorKind::NoCredentials,
        format!("Could not {doing}: no AWS credentials were found."),
        why,
        "Set `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`, or name a profile with `--aws-profile`, \
         or sign in with `aws sso login`.",
    )
}

fn cause_of_answer(code: &str, message: &str, status: u16) -> Cause {
    match code {
        "ExpiredToken" | "ExpiredTokenException" | "RequestExpired" | "TokenRefreshRequired" => {
            Cause::ExpiredCredentials
        }
        "InvalidClientTokenId"
        | "UnrecognizedClientException"
        | "SignatureDoesNotMatch"
        | "InvalidSignatureException"
        | "IncompleteSignature"
        | "InvalidAccessKeyId"
        | "MissingAuthenticationToken"
        | "AuthFailure"
        | "InvalidToken" => Cause::BadCredentials,
        "AccessDenied"
        | "AccessDeniedException"
        | "UnauthorizedOperation"
        | "AuthorizationError"
        | "AllAccessDisabled" => Cause::Denied,
        "Throttling"
        | "ThrottlingException"
        | "RequestLimitExceeded"
        | "SlowDown"
        | "TooManyRequestsException"
        | "RequestThrottled" => Cause::Throttled,
        "RepositoryNotFoundException" | "ImageNotFoundException" => Cause::Missing,
        "NoSuchBucket" | "NoSuchKey" | "NotFound" | "ChangeSetNotFound" | "ParameterNotFound" => {
            Cause::Missing
        }
        "ValidationError" if message.contains("does not exist") => Cause::Missing,
        // HEAD requests have no body, so there is no code to read.
        "" if status == 403 => Cause::Denied,
        "" if status == 404 => Cause::Missing,
        _ if status >= 500 => Cause::Network,
        _ => Cause::Other,
    }
}

fn cause_without_answer<E>(error: &SdkError<E, Response>) -> (Cause, String)
where
    E: std::error::Error + 'static,
{
    let mut source: Option<&(dyn std::error::Error + 'static)> = Some(error);
    let mut innermost = String::new();
    while let Some(current) = source {
        if let Some(credentials) = current.downcast_ref::<CredentialsError>() {
            return cause_of_credentials(credentials);
        }
        innermost = current.to_string();
        source = current.source();
    }
    let message = match error {
        SdkError::TimeoutError(_) => "AWS did not answer in time".to_owned(),
        _ => innermost,
    };
    (Cause::Network, message)
}

fn cause_of_credentials(error: &CredentialsError) -> (Cause, String) {
    match error {
        CredentialsError::CredentialsNotLoaded(_) => {
            (Cause::NoCredentials, "The environment, the shared files and the instance have none.".to_owned())
        }
        other => {
            let reason = other.source_text();
            (credential_failure(&reason), reason)
        }
    }
}

/// A provider that found a configuration and could not use it: an expired single sign-on session says so in
/// words only.
fn credential_failure(reason: &str) -> Cause {
    let reason = reason.to_ascii_lowercase();
    if reason.contains("expired") { Cause::ExpiredCredentials } else { Cause::BadCredentials }
}

trait SourceText {
    fn source_text(&self) -> String;
}

impl SourceText for CredentialsError {
    fn source_text(&self) -> String {
        let mut text = self.to_string();
        let mut source = std::error::Error::source(self);
        while let Some(current) = source {
            text = format!("{text}: {current}");
            source = current.source();
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_stack_and_a_refusal_are_told_apart() {
        let missing = cause_of_answer("ValidationError", "Stack with id x does not exist", 400);
        assert_eq!(missing, Cause::Missing);
        assert_eq!(
            cause_of_answer("ValidationError", "Stack [x] is in UPDATE_IN_PROGRESS state", 400),
            Cause::Other
        );
        assert_eq!(cause_of_answer("AccessDenied", "User is not authorized", 403), Cause::Denied);
        assert_eq!(cause_of_answer("", "", 403), Cause::Denied);
        assert_eq!(cause_of_answer("", "", 404), Cause::Missing);
    }

    #[test]
    fn a_refusal_names_the_action_to_allow() {
        let error = AwsError {
            operation: "CreateChangeSet",
            cause: Cause::Denied,
            code: "AccessDenied".to_owned(),
            message: "no".to_owned(),
        };
        let error = error.into_error("create the change set");
        assert_eq!(error.kind, ErrorKind::AccessDenied);
        assert!(error.help.contains("`cloudformation:CreateChangeSet`"), "{}", error.help);
    }
}
