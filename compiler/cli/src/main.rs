//! `slsc`: checks, compiles, deploys and serves Serverless Framework services.
//!
//! Results go to standard output, everything else to standard error. Exit status: 0 fine; 1 the service has errors
//! or the operation failed; 2 wrong usage, or a file that cannot be read.

mod answers;
mod args;
mod baseline;
mod clock;
mod commands;
mod credentials;
mod dependencies;
mod diff;
mod files;
mod host;
mod images;
mod output;
mod program;
mod project;
mod report;
mod system;

use std::process::ExitCode;

use clap::Parser as _;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let arguments = args::Args::parse();
    match commands::run(&arguments) {
        Ok(code) => code,
        Err(failure) => {
            failure.print();
            failure.code()
        }
    }
}
