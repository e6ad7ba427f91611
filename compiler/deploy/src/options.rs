//! How to reach AWS and how patient to be. Answers "what can the caller set?"; nothing here is read from the
//! environment, except by the AWS SDK for what is left empty.

use std::time::Duration;

/// An access key given by the caller instead of the SDK's search.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessKey {
    /// Access key id.
    pub id: String,
    /// Secret access key.
    pub secret: String,
    /// Session token of temporary credentials.
    pub session_token: Option<String>,
}

/// How to reach AWS. Whatever is `None` the SDK finds as it always does: environment, shared files, SSO,
/// container, instance (<https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html>).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connection {
    /// Named profile of the shared configuration.
    pub profile: Option<String>,
    /// Endpoint of every service; `AWS_ENDPOINT_URL` and its kin apply when empty.
    pub endpoint_url: Option<String>,
    /// Access key to use.
    pub access_key: Option<AccessKey>,
    /// Attempts a request, the first included.
    pub attempts: u32,
    /// Pause before the first retry; it doubles, with jitter.
    pub first_backoff: Duration,
    /// Time that one attempt of a small request may take.
    pub attempt_timeout: Duration,
    /// Time that one attempt of an upload may take.
    pub upload_timeout: Duration,
}

impl Default for Connection {
    fn default() -> Self {
        Self {
            profile: None,
            endpoint_url: None,
            access_key: None,
            attempts: 9,
            first_backoff: Duration::from_secs(1),
            attempt_timeout: Duration::from_secs(40),
            upload_timeout: Duration::from_secs(900),
        }
    }
}

/// How often to ask AWS how far it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Poll {
    /// Pause between two questions.
    pub interval: Duration,
    /// The longest pause, after throttling and while nothing happens.
    pub longest: Duration,
    /// Questions in a row that may fail before the backend stops following.
    pub failures: u32,
}

impl Default for Poll {
    fn default() -> Self {
        Self { interval: Duration::from_secs(2), longest: Duration::from_secs(15), failures: 8 }
    }
}

/// Options of every operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// How to reach AWS.
    pub connection: Connection,
    /// How often to ask.
    pub poll: Poll,
    /// Deploy even when nothing seems to have changed.
    pub force: bool,
    /// Files uploaded at a time.
    pub uploads: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { connection: Connection::default(), poll: Poll::default(), force: false, uploads: 3 }
    }
}
