//! `slsc info`: what is deployed.

use std::process::ExitCode;

use super::remote::{self, Reporter};
use crate::args::{Global, Info};
use crate::output::Failure;

/// Shows what is deployed.
pub fn run(args: &Info, global: &Global) -> Result<ExitCode, Failure> {
    let reporter = Reporter { json: args.json };
    let (target, options) = remote::target(global)?;
    let info = match slsc_deploy::info(&target, &options) {
        Ok(info) => info,
        Err(error) => return Ok(reporter.error(&error)),
    };
    let info = if args.conceal { remote::concealed(info) } else { info };
    reporter.result(&info, |it| remote::info_text(it, args.conceal))?;
    Ok(ExitCode::SUCCESS)
}
