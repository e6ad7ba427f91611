//! `slsc remove`: takes the service out of AWS.

use std::process::ExitCode;

use slsc_deploy::Event;

use super::remote::{self, Reporter};
use crate::args::{Global, Remove};
use crate::output::Failure;

/// Empties the deployment bucket, deletes the stack and waits until it is gone.
pub fn run(args: &Remove, global: &Global) -> Result<ExitCode, Failure> {
    let reporter = Reporter { json: args.json };
    let (target, options) = remote::target(global)?;
    match slsc_deploy::remove(&target, &options, &mut |event: Event| reporter.event(&event)) {
        Ok(removed) => {
            reporter.result(&removed, |it| format!("removed `{}` from {}\n", it.stack_name, it.region))?;
            Ok(ExitCode::SUCCESS)
        }
        Err(error) => Ok(reporter.error(&error)),
    }
}
