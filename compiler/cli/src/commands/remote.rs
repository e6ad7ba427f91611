//! What the commands that talk to AWS share: which service is meant, how to reach AWS, and how events and errors are
//! shown. As JSON each event, result and error is one object on a line of its own.

use std::process::ExitCode;

use serde::Serialize;
use slsc_core::pipeline;
use slsc_core::value::Value;
use slsc_deploy::{Change, Connection, Event, Info, Options, StackEvent, Step, Target};

use crate::answers::{self, Reach};
use crate::args::Global;
use crate::credentials;
use crate::output::{self, Failure};
use crate::project::Project;

/// How to reach AWS, for a service that has been opened.
pub fn options(global: &Global, project: &Project) -> Options {
    Options { connection: credentials::connection(project, global), ..Options::default() }
}

/// How to reach AWS where there is no service: `--aws-profile`, then whatever the SDK finds.
pub fn options_alone(global: &Global) -> Options {
    let connection = Connection { profile: global.aws_profile.clone(), ..Connection::default() };
    Options { connection, ..Options::default() }
}

/// The stack of the service, and how to reach it.
pub fn target(global: &Global) -> Result<(Target, Options), Failure> {
    let mut project = Project::open(global)?;
    if names_are_open(&project) {
        answers::answer(&mut project, global, Reach::Aws)?;
    }
    project.demand_resolved(global)?;
    let Some(context) = pipeline::context(&project.db, project.service) else {
        return Err(Failure::failed("the service has no name or no provider", "run `slsc check`"));
    };
    let mut target = Target::new(&context.service, &context.stage, &context.region);
    target.stack_name = context.stack_name().to_string();
    let provider =
        pipeline::resolved(&project.db, project.service).value.get("provider").cloned().unwrap_or_default();
    let bucket = provider.get("deploymentBucket");
    let bucket = bucket.and_then(|it| it.as_str().or_else(|| it.get("name").and_then(Value::as_str)));
    target.bucket = bucket.map(str::to_owned);
    if let Some(prefix) = provider.get("deploymentPrefix").and_then(Value::as_str) {
        prefix.clone_into(&mut target.deployment_prefix);
    }
    let options = options(global, &project);
    Ok((target, options))
}

/// Whether only AWS knows what says which stack is meant.
fn names_are_open(project: &Project) -> bool {
    let config = &pipeline::resolved(&project.db, project.service).value;
    let provider = config.get("provider");
    let keys = ["stage", "region", "profile", "stackName", "deploymentBucket", "deploymentPrefix"];
    let named = keys.iter().filter_map(|it| provider?.get(it)).chain(config.get("service")).chain(provider);
    let is_open = |it: &Value| matches!(it, Value::Unknown(it) if !it.reported);
    named.into_iter().any(|it| is_open(it) || it.get("name").is_some_and(is_open))
}

/// Shows events as they happen.
pub struct Reporter {
    /// As lines of JSON on standard output, instead of words on standard error.
    pub json: bool,
}

impl Reporter {
    /// Shows one event.
    pub fn event(&self, event: &Event) {
        if self.json {
            // A reader that has gone away must not stop a deploy half way.
            let _ = output::result(&line(event));
            return;
        }
        match event {
            Event::Step { step } => anstream::eprintln!("{}", step_text(step)),
            Event::Uploaded { key, bytes, done, total } => {
                let name = key.rsplit('/').next().unwrap_or(key);
                anstream::eprintln!("  [{done}/{total}] {name} ({})", size(*bytes));
            }
            Event::Change(it) => anstream::eprintln!("  {}", change_text(it)),
            Event::StackEvent(it) => anstream::eprintln!("  {}", stack_event_text(it)),
            Event::Emptied { bucket, objects } => {
                anstream::eprintln!("  {objects} objects deleted from `{bucket}`")
            }
            Event::Note { text } => anstream::eprintln!("note: {text}"),
        }
    }

    /// Shows why the work failed.
    pub fn error(&self, error: &slsc_deploy::Error) -> ExitCode {
        if self.json {
            let _ = output::result(&line(&serde_json::json!({ "event": "error", "error": error })));
        }
        anstream::eprintln!("error: {}", error.what);
        if let Some(it) = &error.failure {
            anstream::eprintln!(
                "  --> {} ({}) in `{}`: {}",
                it.logical_id,
                it.resource_type,
                it.stack,
                it.status
            );
        }
        for (word, text) in [("why", &error.why), ("help", &error.help)] {
            if !text.is_empty() {
                anstream::eprintln!("  {word}: {text}");
            }
        }
        if let Some(status) = &error.stack_status {
            anstream::eprintln!("  the stack is left as {status}");
        }
        ExitCode::FAILURE
    }

    /// Writes a result: as JSON, or as `text` makes it.
    pub fn result<T: Serialize>(&self, result: &T, text: impl FnOnce(&T) -> String) -> Result<(), Failure> {
        output::result(&if self.json { line(result) } else { text(result) })
    }
}

fn line(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default() + "\n"
}

fn step_text(step: &Step) -> String {
    match step {
        Step::CreateStack { stack } => format!("creating the stack `{stack}` with its deployment bucket"),
        Step::AddBucket { stack } => format!("adding a deployment bucket to the stack `{stack}`"),
        Step::Upload { keys, bytes, .. } => {
            format!("uploading {} files ({} of archives)", keys.len(), size(*bytes))
        }
        Step::ChangeSet { stack, .. } => format!("asking CloudFormation what changes in `{stack}`"),
        Step::Execute { stack } => format!("changing `{stack}`"),
        Step::SetPolicy { stack } => format!("setting the policy of the stack `{stack}`"),
        Step::Prune { keep } => format!("keeping the last {keep} deployments in the bucket"),
    }
}

fn change_text(change: &Change) -> String {
    let Change { action, logical_id, resource_type, replacement, properties, loses_data } = change;
    let sign = match action.as_str() {
        "Add" => "+",
        "Remove" => "-",
        _ => "~",
    };
    let mut text = format!("{sign} {logical_id} ({resource_type})");
    if !properties.is_empty() {
        text += &format!(": {}", properties.join(", "));
    }
    match replacement.as_deref() {
        Some("True") => text += ", replaced",
        Some("Conditional") => text += ", may be replaced",
        _ => {}
    }
    if *loses_data {
        text += " — its data is lost";
    }
    text
}

fn stack_event_text(event: &StackEvent) -> String {
    let reason = event.reason.as_ref().map_or(String::new(), |it| format!(": {it}"));
    format!("{} {} {}{reason}", event.status, event.logical_id, event.resource_type)
}

fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{}.{} kB", bytes / 1_000, bytes % 1_000 / 100),
        _ => format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000),
    }
}

/// What is deployed, for people. `conceal` leaves out outputs, which may hold secrets.
pub fn info_text(info: &Info, conceal: bool) -> String {
    let mut text = format!(
        "service: {}\nstage: {}\nregion: {}\nstack: {} ({})\n",
        info.service, info.stage, info.region, info.stack_name, info.stack_status
    );
    let mut list = |title: &str, lines: Vec<String>| {
        if !lines.is_empty() {
            text += &format!("{title}:\n");
            lines.iter().for_each(|it| text += &format!("  {it}\n"));
        }
    };
    list("endpoints", info.endpoints.iter().map(|it| format!("{}: {}", it.output, it.url)).collect());
    let function = |it: &slsc_deploy::info::Function| match &it.url {
        Some(url) => format!("{} {url}", it.name),
        None => it.name.clone(),
    };
    list("functions", info.functions.iter().map(function).collect());
    if !conceal {
        list("layers", info.layers.iter().map(|it| format!("{}: {}", it.key, it.value)).collect());
        list("outputs", info.outputs.iter().map(|it| format!("{}: {}", it.key, it.value)).collect());
    }
    text
}

/// What is deployed, without its outputs.
pub fn concealed(mut info: Info) -> Info {
    info.outputs.clear();
    info.layers.clear();
    info
}
