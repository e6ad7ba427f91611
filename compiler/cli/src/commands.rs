//! One file for each command.

mod check;
mod completions;
mod lsp;
mod template;

use std::process::ExitCode;

use crate::args::{Args, Command};
use crate::output::Failure;

/// Runs the command that was asked for.
pub fn run(args: &Args) -> Result<ExitCode, Failure> {
    match &args.command {
        Command::Check(it) => check::run(it, &args.global),
        Command::Template(it) => template::run(it, &args.global),
        Command::Lsp => lsp::run(),
        Command::Completions(it) => completions::run(it),
        Command::Version => {
            crate::output::result(concat!("slsc ", env!("CARGO_PKG_VERSION"), "\n"))?;
            Ok(ExitCode::SUCCESS)
        }
        other => Err(Failure::failed(format!("not there yet: {other:?}"), "")),
    }
}
