//! The process that runs what belongs to a configuration: programs that `${file(...)}` names, and plugins that bring
//! sources of variables. Answers "what do they give, and what do they ask on the way?".
//!
//! One `node` works on everything at once. It is told and tells in lines of JSON; its lines bear a mark, since programs
//! and their children may print where it writes.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, ErrorKind, Write as _};
use std::process::{Child, ChildStdout, Command, Stdio};

use serde::Deserialize;
use serde_json::{Value as Json, json};
use slsc_core::value::Value;
use slsc_core::variables::remote::{self, Outcome, Request};
use slsc_core::variables::resolve::ask::Question;

use crate::program::Refusal;

/// What the process runs, for `node --eval`.
const SCRIPT: &str =
    concat!(include_str!("node/load.cjs"), include_str!("node/plugins.cjs"), include_str!("node/host.cjs"));

/// The running process.
pub struct Host {
    process: Child,
    lines: BufReader<ChildStdout>,
    mark: String,
}

/// What the process says.
pub enum Said {
    /// A request has its answer.
    Done(u64, Outcome),
    /// A program asks; the reply goes to the second number.
    Asks(u64, u64, Question),
    /// It has ended.
    End,
}

#[derive(Deserialize)]
struct Line {
    id: u64,
    value: Option<Json>,
    unknown: Option<String>,
    error: Option<Refusal>,
    ask: Option<u64>,
    variable: Option<String>,
    text: Option<String>,
    property: Option<Vec<String>>,
}

/// What a question is answered with.
pub enum Reply {
    /// The value.
    Value(Value),
    /// There is none.
    Nothing,
    /// It cannot be answered: why not.
    Failed(String),
}

impl Host {
    /// Starts the process in `directory`. `None` if there is no `node`.
    pub fn start(directory: &str) -> std::io::Result<Option<Host>> {
        let mark = format!("slsc-{:x}-", std::process::id());
        let started = Command::new("node")
            .args(["--eval", SCRIPT, "--", &mark])
            .args(std::env::args_os().skip(1))
            .current_dir(directory)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn();
        let mut process = match started {
            Ok(process) => process,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let lines = process.stdout.take().ok_or(ErrorKind::BrokenPipe)?;
        Ok(Some(Host { process, lines: BufReader::new(lines), mark }))
    }

    /// Begins to work on a request.
    pub fn begin(&mut self, id: u64, request: &Request, directory: &str, context: &Json) {
        let parse = |it: &ecow::EcoString| serde_json::from_str::<Json>(it).unwrap_or_default();
        let (key, what) = match request {
            Request::Program { path, address } => {
                let file = slsc_core::db::join(directory, path);
                ("run", json!({ "file": file.as_str(), "address": address.as_deref() }))
            }
            Request::Plugin { source, params, address } => {
                let params: Vec<Json> = params.iter().map(parse).collect();
                let address = address.as_ref().map(parse);
                ("plugin", json!({ "source": source.as_str(), "params": params, "address": address }))
            }
            _ => return,
        };
        self.write(&json!({ "id": id, key: what, "context": context }));
    }

    /// Answers a question.
    pub fn reply(&mut self, question: u64, reply: Reply) {
        let parse = |it: &Value| serde_json::from_str::<Json>(&it.to_json()).unwrap_or_default();
        self.write(&match reply {
            Reply::Value(value) => json!({ "reply": question, "value": parse(&value) }),
            Reply::Nothing => json!({ "reply": question }),
            Reply::Failed(why) => json!({ "reply": question, "error": why }),
        });
    }

    fn write(&mut self, message: &Json) {
        if let Some(input) = &mut self.process.stdin {
            // A process that has gone away says so itself, by its end.
            let _ = writeln!(input, "{message}").and_then(|()| input.flush());
        }
    }

    /// Waits for what the process says next. `verbose` also shows where errors of programs come from.
    pub fn next(&mut self, verbose: bool) -> Said {
        loop {
            let mut line = Vec::new();
            if self.lines.read_until(b'\n', &mut line).unwrap_or(0) == 0 {
                return Said::End;
            }
            let line = String::from_utf8_lossy(&line);
            let told = line.strip_prefix(self.mark.as_str());
            match told.map(serde_json::from_str::<Line>) {
                Some(Ok(line)) => return said(line, verbose),
                // The mark stands on a line of its own, behind whatever a child has printed without an end.
                _ if line.trim_end().is_empty() => {}
                _ => anstream::eprint!("{line}"),
            }
        }
    }
}

/// The process ends when nobody asks any more; a program may have left timers behind.
impl Drop for Host {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn said(line: Line, verbose: bool) -> Said {
    if let Some(number) = line.ask {
        let question = match (line.variable, line.text, line.property) {
            (Some(variable), _, _) => Question::Variable(variable.into()),
            (_, Some(text), _) => Question::Text(text.into()),
            (_, _, keys) => Question::Property(keys.into_iter().flatten().map(Into::into).collect()),
        };
        return Said::Asks(line.id, number, question);
    }
    let outcome = match (line.value, line.unknown, line.error) {
        (_, _, Some(refusal)) => {
            let (message, help) = refusal.told(verbose);
            Outcome::Failed { message: message.into(), help: help.into() }
        }
        (_, Some(reason), _) => Outcome::Unknown(reason.into()),
        (Some(value), _, _) => {
            let value = remote::json(&value.to_string()).unwrap_or_default();
            if value.is_null() { Outcome::Missing } else { Outcome::Found(value) }
        }
        _ => Outcome::Missing,
    };
    Said::Done(line.id, outcome)
}

/// The variables of `.env` files, the options and the configuration, as programs and plugins see them.
pub fn context(
    options: &BTreeMap<&str, Json>,
    env: Json,
    config: &Value,
    version: &str,
    stage: &str,
) -> Json {
    let region = config.get("provider").and_then(|it| it.get("region")).and_then(Value::as_str);
    json!({
        "options": options,
        "env": env,
        "config": serde_json::from_str::<Json>(&config.to_json()).unwrap_or_default(),
        "stage": stage,
        "region": region.unwrap_or("us-east-1"),
        "version": version,
        "dialect": if version.starts_with('2') { "legacy" } else { "current" },
        "commands": std::env::args().skip(1).filter(|it| !it.starts_with('-')).take(1).collect::<Vec<_>>(),
    })
}
