//! The deploy backend of slsc: deploys a packaged service, tells what is deployed, removes it. Answers "how does a
//! package get to AWS, and what is said on the way?". It knows nothing of the compiler and prints nothing: data and
//! events in, data and events out.

#![cfg_attr(
    not(test),
    deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)
)]

pub mod archive;
pub mod artifacts;
pub mod aws;
mod cause;
pub mod deploy;
pub mod error;
pub mod event;
pub mod follow;
pub mod image;
pub mod info;
pub mod options;
pub mod plan;
pub mod preview;
mod random;
pub mod remove;
pub mod rollback;
pub mod status;
mod steps;
mod unchanged;
pub mod variables;

pub use artifacts::{Package, Target};
pub use deploy::{Done, Outcome, deploy_async, deploy_planned_async, deploy_with};
pub use error::{Error, ErrorKind, Failure};
pub use event::{Change, Event, StackEvent};
pub use info::{Info, info_async};
pub use options::{AccessKey, Connection, Options, Poll};
pub use plan::{Plan, Step};
pub use preview::{Preview, preview_async};
pub use remove::{Removed, remove_async, remove_with};
pub use rollback::{Deployment, deployments_async, rollback_async};

/// Deploys a package and waits for the end. `on_event` is called as things happen.
///
/// # Errors
/// As [`deploy_async`].
pub fn deploy(
    package: &Package,
    options: &Options,
    on_event: &mut dyn FnMut(Event),
) -> Result<Outcome, Error> {
    wait(deploy_async(package, options, on_event))
}

/// What a deploy would do and change; leaves nothing behind.
///
/// # Errors
/// As [`preview_async`].
pub fn plan(package: &Package, options: &Options) -> Result<Preview, Error> {
    wait(preview_async(package, options))
}

/// Deploys exactly what a saved plan shows, or refuses.
///
/// # Errors
/// As [`deploy_planned_async`].
pub fn deploy_planned(
    package: &Package,
    saved: &Preview,
    options: &Options,
    on_event: &mut dyn FnMut(Event),
) -> Result<Outcome, Error> {
    wait(deploy_planned_async(package, saved, options, on_event))
}

/// Reads what is deployed.
///
/// # Errors
/// As [`info_async`].
pub fn info(target: &Target, options: &Options) -> Result<Info, Error> {
    wait(info_async(target, options))
}

/// Removes what is deployed and waits for the end.
///
/// # Errors
/// As [`remove_async`].
pub fn remove(target: &Target, options: &Options, on_event: &mut dyn FnMut(Event)) -> Result<Removed, Error> {
    wait(remove_async(target, options, on_event))
}

/// The deployments that are still in the bucket, oldest first.
///
/// # Errors
/// As [`deployments_async`].
pub fn deployments(target: &Target, options: &Options) -> Result<Vec<Deployment>, Error> {
    wait(deployments_async(target, options))
}

/// Deploys an earlier deployment again and waits for the end.
///
/// # Errors
/// As [`rollback_async`].
pub fn rollback(
    target: &Target,
    timestamp: &str,
    options: &Options,
    on_event: &mut dyn FnMut(Event),
) -> Result<Outcome, Error> {
    wait(rollback_async(target, timestamp, options, on_event))
}

/// Account id of the credentials.
///
/// # Errors
/// Whatever AWS refuses; [`ErrorKind::NoCredentials`] when there are none.
pub fn account_id(region: &str, connection: &Connection) -> Result<String, Error> {
    use aws::Aws;
    wait(async {
        let aws = aws::Sdk::connect(region, connection).await;
        let identity = aws.caller_identity().await;
        identity
            .map(|(account, _)| account)
            .map_err(|error| error.into_error("ask AWS whose credentials these are"))
    })
}

fn wait<T>(work: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    runtime()?.block_on(work)
}

fn runtime() -> Result<tokio::runtime::Runtime, Error> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(|error| {
        Error::new(ErrorKind::Machine, "The work could not be started.", error.to_string(), "Try again.")
    })
}
