//! Configurations that are programs: JavaScript and TypeScript, evaluated by `node`.
//!
//! The program runs in a process of its own, in the directory of the service, with the arguments of this one. What it
//! prints goes to standard error. The configuration comes back as JSON in a file.

use std::io::ErrorKind;
use std::process::{Command, Stdio};

use serde::Deserialize;

use crate::output::Failure;

/// The endings of configurations that are programs.
pub const ENDINGS: [&str; 4] = ["js", "mjs", "cjs", "ts"];

/// What evaluates the program, for `node --eval`.
const EVALUATE: &str = concat!(include_str!("node/load.cjs"), include_str!("node/evaluate.cjs"));

/// What comes back.
#[derive(Deserialize)]
struct Outcome {
    value: Option<serde_json::Value>,
    error: Option<Refusal>,
}

/// Why a program gives nothing.
#[derive(Deserialize)]
pub struct Refusal {
    what: String,
    at: Option<String>,
    help: Option<String>,
    trace: Option<String>,
}

impl Refusal {
    /// What went wrong, and what to do. `verbose` also shows where an error of the program came from.
    pub fn told(self, verbose: bool) -> (String, String) {
        if let Some(trace) = self.trace.filter(|_| verbose) {
            anstream::eprintln!("{trace}");
        }
        let help = match (self.at, self.help) {
            (_, Some(help)) => help,
            (Some(at), None) => format!("look at {at}"),
            (None, None) => "run it with `--verbose` for where it comes from".into(),
        };
        (self.what, help)
    }
}

/// Whether a file of this name is a program.
pub fn is_program(name: &str) -> bool {
    name.rsplit_once('.').is_some_and(|(_, ending)| ENDINGS.contains(&ending))
}

/// The configuration that the program `config` in `directory` gives, as JSON. `verbose` also shows where an error
/// of the program came from.
pub fn evaluate(directory: &str, config: &str, verbose: bool) -> Result<String, Failure> {
    let name = config.rsplit('/').next().unwrap_or(config);
    let out = tempfile::NamedTempFile::new()
        .map_err(|it| Failure::failed(format!("cannot write a temporary file: {it}"), "check the disk"))?;
    let status = Command::new("node")
        .args(["--eval", EVALUATE, "--", config])
        .arg(out.path())
        .args(std::env::args_os().skip(1))
        .current_dir(directory)
        .stdin(Stdio::null())
        .stdout(std::io::stderr())
        .status();
    match status {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            return Err(Failure::usage(
                format!("`{name}` is a program, and there is no `node` to run it"),
                "install Node.js, or write the configuration in YAML or JSON",
            ));
        }
        Err(error) => {
            return Err(Failure::usage(
                format!("cannot run `node`: {error}"),
                "check the installation of Node.js",
            ));
        }
        Ok(_) => {}
    }
    let written = std::fs::read_to_string(out.path()).unwrap_or_default();
    let outcome: Option<Outcome> = serde_json::from_str(&written).ok();
    match outcome {
        Some(Outcome { value: Some(value), .. }) => Ok(value.to_string()),
        Some(Outcome { error: Some(refusal), .. }) => {
            let (what, help) = refusal.told(verbose);
            Err(Failure::usage(what, help))
        }
        _ => Err(Failure::usage(
            format!("`{name}` ended its process before it gave a configuration"),
            "export the configuration, and do not call `process.exit`",
        )),
    }
}
