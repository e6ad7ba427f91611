//! One file for each command.

mod check;
mod completions;
mod deploy;
mod explain;
mod info;
mod lsp;
mod migrate;
mod package;
mod print;
pub mod remote;
mod remove;
mod schema;
mod template;

use std::process::ExitCode;

use crate::args::{Args, Command};
use crate::output::Failure;

/// Runs the command that was asked for.
pub fn run(args: &Args) -> Result<ExitCode, Failure> {
    match &args.command {
        Command::Check(it) => check::run(it, &args.global),
        Command::Template(it) => template::run(it, &args.global),
        Command::Package(it) => package::run(it, &args.global),
        Command::Print(it) => print::run(it, &args.global),
        Command::Explain(it) => explain::run(it, &args.global),
        Command::Deploy(it) => deploy::run(it, &args.global),
        Command::Info(it) => info::run(it, &args.global),
        Command::Remove(it) => remove::run(it, &args.global),
        Command::Migrate(it) => migrate::run(it, &args.global),
        Command::Schema => schema::run(),
        Command::Lsp => lsp::run(),
        Command::Completions(it) => completions::run(it),
        Command::Version => {
            crate::output::result(concat!("slsc ", env!("CARGO_PKG_VERSION"), "\n"))?;
            Ok(ExitCode::SUCCESS)
        }
    }
}
