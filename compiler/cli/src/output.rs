//! What goes to the terminal, and how a command ends.

use std::io::{IsTerminal as _, Write as _};
use std::process::ExitCode;

use crate::args::{ColorChoice, Global};

/// Why a command could not do its work.
#[derive(Debug)]
pub struct Failure {
    /// What went wrong, in one line.
    pub what: String,
    /// What to do.
    pub help: Option<String>,
    /// Whether the usage or a file is to blame (exit status 2) or the operation (1).
    pub usage: bool,
}

impl Failure {
    /// The usage, or a file that cannot be read.
    pub fn usage(what: impl Into<String>, help: impl Into<String>) -> Failure {
        Failure { what: what.into(), help: Some(help.into()), usage: true }
    }

    /// The operation failed.
    pub fn failed(what: impl Into<String>, help: impl Into<String>) -> Failure {
        Failure { what: what.into(), help: Some(help.into()), usage: false }
    }

    /// Says it.
    pub fn print(&self) {
        let help = self
            .help
            .as_ref()
            .filter(|it| !it.is_empty())
            .map_or(String::new(), |it| format!("\n  help: {it}"));
        anstream::eprintln!("error: {}{help}", self.what);
    }

    /// The exit status.
    pub fn code(&self) -> ExitCode {
        ExitCode::from(if self.usage { 2 } else { 1 })
    }
}

/// Whether to write colours to standard error.
pub fn color(global: &Global) -> bool {
    color_on(global, std::io::stderr().is_terminal())
}

/// Whether to write colours to standard output.
pub fn color_of_result(global: &Global) -> bool {
    color_on(global, std::io::stdout().is_terminal())
}

fn color_on(global: &Global, is_terminal: bool) -> bool {
    match global.color {
        ColorChoice::Always => true,
        ColorChoice::Never => false,
        ColorChoice::Auto => is_terminal && std::env::var_os("NO_COLOR").is_none(),
    }
}

/// Writes a result to standard output. A reader that has gone away ends the program quietly.
pub fn result(text: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(Failure::failed(
            format!("cannot write to standard output: {error}"),
            "look at what reads the output",
        )),
        _ => Ok(()),
    }
}
