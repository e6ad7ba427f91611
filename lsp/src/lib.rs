//! The language server: the compiler's queries, pushed to an editor.
//!
//! [`server`] speaks the protocol and posts what comes in, in order, to one thread ([`worker`]) that owns the
//! database. A change cancels what is being computed; requests and diagnostics run on snapshots. The features are
//! plain functions from a snapshot and an offset to plain data; only `server` and `protocol` know the protocol's types.
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        clippy::unreachable
    )
)]

pub mod cursor;
pub mod features;
pub mod position;
mod protocol;
mod server;
mod worker;

use std::collections::BTreeMap;

/// The time in seconds since 1970 in UTC.
pub type Clock = fn() -> i64;

/// Serves an editor over standard input and output until it says goodbye. `environment` is what `${env:...}` sees.
pub fn run(environment: BTreeMap<String, String>, clock: Clock) -> std::io::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(server::serve(environment, clock));
    Ok(())
}
