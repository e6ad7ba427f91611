//! Answers what resolving asks for: programs and plugins are run, AWS is asked, and the configuration is resolved again
//! with what they said, until nothing more is asked.

use std::collections::BTreeMap;
use std::sync::Arc;

use salsa::Setter as _;
use serde_json::{Value as Json, json};
use slsc_core::aws::version;
use slsc_core::db::Options;
use slsc_core::pipeline;
use slsc_core::service::Dialect;
use slsc_core::stages::Target;
use slsc_core::value::Value;
use slsc_core::variables::remote::{self, Outcome, Outcomes, ParameterType, Request};
use slsc_core::variables::resolve::ask::{Question, Told};
use slsc_deploy::aws::ParameterKind;
use slsc_deploy::variables::{Found, Lookup, look_up};
use slsc_deploy::{Connection, ErrorKind};

use crate::args::Global;
use crate::credentials;
use crate::host::{self, Host, Reply, Said};
use crate::output::Failure;
use crate::project::Project;

/// Who may be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Programs on this machine.
    Local,
    /// AWS, too.
    Aws,
    /// AWS, too; who does not want that is told of `--offline`.
    AwsUnlessOffline,
}

/// How often AWS is asked for what its own answers need, before they are taken to lead nowhere.
const MAX_ROUNDS: usize = 32;

/// The work of answering.
struct Work<'a> {
    project: &'a mut Project,
    global: &'a Global,
    reach: Reach,
    outcomes: Outcomes,
    host: Option<Host>,
    started: u64,
    /// What the process works on.
    running: BTreeMap<u64, Request>,
    /// What ran beside others when the process ended: each is run again alone, so that it is known who ends it.
    alone: Vec<Request>,
    /// What programs wait for: the request that asks, the number of the question.
    questions: Vec<(u64, u64, Question)>,
    rounds: usize,
}

/// Answers all that may be asked. What could not be is told where the configuration is checked.
pub fn answer(project: &mut Project, global: &Global, reach: Reach) -> Result<(), Failure> {
    let work = Work {
        project,
        global,
        reach,
        outcomes: Outcomes::new(),
        host: None,
        started: 0,
        running: BTreeMap::new(),
        alone: Vec::new(),
        questions: Vec::new(),
        rounds: 0,
    };
    work.run()
}

/// Asks programs for each stage, since what they say may depend on it. AWS is not asked.
pub fn answer_each(project: &mut Project, global: &Global, targets: &mut [Target]) -> Result<(), Failure> {
    let given = project.service.options(&project.db).clone();
    for target in targets {
        let options = Options { remote: Arc::default(), ..target.options(&given) };
        project.service.set_options(&mut project.db).to(options);
        answer(project, global, Reach::Local)?;
        target.remote = Some(project.service.options(&project.db).remote.clone());
    }
    project.service.set_options(&mut project.db).to(given);
    Ok(())
}

impl Work<'_> {
    fn run(mut self) -> Result<(), Failure> {
        loop {
            let mut wanted = pipeline::resolved(&self.project.db, self.project.service).requests.clone();
            self.alone.retain(|it| wanted.contains(it));
            let next = self.alone.last().filter(|_| self.running.is_empty()).cloned();
            wanted.retain(|it| !self.alone.contains(it) || next.as_ref() == Some(it));
            let replied = self.reply(&mut wanted);
            wanted.retain(|it| self.may_ask(it) && !self.running.values().any(|running| running == it));
            let (local, aws): (Vec<Request>, Vec<Request>) = wanted.into_iter().partition(Request::is_local);
            let begun = !local.is_empty();
            for request in local {
                self.begin(request)?;
            }
            if begun && self.running.is_empty() {
                // There is nothing to run them with, which is an answer, too.
                self.resolve_again();
                continue;
            }
            let (free, held): (Vec<Request>, Vec<Request>) = aws.into_iter().partition(|it| !self.waits(it));
            // What needs the service's own region or profile comes when all else is known.
            let turn = if free.is_empty() && self.running.is_empty() { held } else { free };
            if !turn.is_empty() && self.rounds < MAX_ROUNDS {
                self.rounds += 1;
                self.ask_aws(turn);
                self.resolve_again();
            } else if self.running.is_empty() && !replied {
                return Ok(());
            } else if !self.running.is_empty() {
                if !replied && !begun {
                    self.open_circle();
                }
                self.listen();
            }
        }
    }

    fn may_ask(&self, request: &Request) -> bool {
        self.reach != Reach::Local || request.is_local()
    }

    /// Lets the configuration be resolved with all that is known by now.
    fn resolve_again(&mut self) {
        let Project { db, service } = &mut *self.project;
        let mut options = service.options(db).clone();
        options.remote = self.outcomes.clone().into();
        service.set_options(db).to(options);
    }

    // --- Programs and plugins ------------------------------------------------------------------------------------

    /// Begins to run what answers a request.
    fn begin(&mut self, request: Request) -> Result<(), Failure> {
        let directory = self.project.service.directory(&self.project.db).to_owned();
        if self.host.is_none() || self.alone.contains(&request) && self.running.is_empty() {
            self.host = Host::start(&directory).map_err(|error| {
                Failure::usage(format!("cannot run `node`: {error}"), "check the installation of Node.js")
            })?;
        }
        let context = self.context(matches!(request, Request::Plugin { .. }));
        let Some(host) = &mut self.host else {
            let reason = "there is no `node` here to run what makes it";
            self.outcomes.insert(request, Outcome::Unknown(reason.into()));
            return Ok(());
        };
        self.alone.retain(|it| *it != request);
        self.started += 1;
        host.begin(self.started, &request, &directory, &context);
        self.running.insert(self.started, request);
        Ok(())
    }

    /// What programs and plugins are told of the service.
    fn context(&self, whole: bool) -> Json {
        let db = &self.project.db;
        let resolved = pipeline::resolved(db, self.project.service);
        let mut options: BTreeMap<&str, Json> =
            ["region", "aws-profile", "stage", "config", "help", "version", "verbose", "debug"]
                .map(|it| (it, Json::Null))
                .into();
        for (name, value) in &self.project.service.options(db).options {
            options.insert(name, json!(value.as_str()));
        }
        if self.global.verbose {
            options.insert("verbose", json!(true));
        }
        options.insert("debug", json!(self.global.debug));
        options.insert(
            "param",
            if self.global.params.is_empty() { Json::Null } else { json!(self.global.params) },
        );
        let version = match version::dialect(resolved.value.get("frameworkVersion").unwrap_or(&Value::Null)) {
            Dialect::Legacy => "2.72.4",
            Dialect::V3 => "3.40.0",
            Dialect::V4 => "4.3.1",
        };
        let env: BTreeMap<&str, &str> = resolved.dotenv.iter().map(|(key, it)| (&**key, &**it)).collect();
        let config = if whole { resolved.value.clone() } else { Value::Null };
        host::context(&options, json!(env), &config, version, &resolved.stage)
    }

    /// Answers what programs ask, as far as it is known; what it still needs joins `wanted`. Whether anything has changed.
    fn reply(&mut self, wanted: &mut Vec<Request>) -> bool {
        let mut replied = false;
        for (asker, number, question) in std::mem::take(&mut self.questions) {
            let reply = match pipeline::tell(&self.project.db, self.project.service, &question) {
                Told::Value(value) => Reply::Value(value),
                Told::Nothing => Reply::Nothing,
                Told::Failed(why) => Reply::Failed(why.into()),
                Told::Waits(requests) => {
                    if let Some(remote) = requests.iter().find(|it| !self.may_ask(it)) {
                        self.abandon(asker, remote);
                        replied = true;
                    } else {
                        wanted.extend(requests);
                        self.questions.push((asker, number, question));
                    }
                    continue;
                }
            };
            replied = true;
            if let Some(host) = &mut self.host {
                host.reply(number, reply);
            }
        }
        replied
    }

    /// Leaves what asks for `remote` open, since nobody here may be asked for that.
    fn abandon(&mut self, asker: u64, remote: &Request) {
        if let Some(request) = self.running.remove(&asker) {
            let reason = format!("it is made of `{remote}`, which only AWS knows");
            self.outcomes.insert(request, Outcome::Unknown(reason.into()));
            self.resolve_again();
        }
    }

    /// Where all that runs waits for an answer, it waits for itself.
    fn open_circle(&mut self) {
        let waits = |id: &u64| self.questions.iter().any(|it| it.0 == *id);
        if !self.running.keys().all(waits) {
            return;
        }
        let names: Vec<String> = self.running.values().map(|it| format!("`{it}`")).collect();
        let why = format!("these wait for each other, or for themselves: {}", names.join(", "));
        for (_, number, _) in std::mem::take(&mut self.questions) {
            if let Some(host) = &mut self.host {
                host.reply(number, Reply::Failed(why.clone()));
            }
        }
    }

    /// Waits for what the programs say next.
    fn listen(&mut self) {
        let verbose = self.global.verbose || self.global.debug.is_some();
        match self.host.as_mut().map_or(Said::End, |it| it.next(verbose)) {
            Said::Asks(id, number, question) => {
                if self.running.contains_key(&id) {
                    self.questions.push((id, number, question));
                }
                return;
            }
            Said::Done(id, outcome) => {
                if let Some(request) = self.running.remove(&id) {
                    self.outcomes.insert(request, outcome);
                    self.questions.retain(|it| it.0 != id);
                }
            }
            Said::End => {
                self.host = None;
                self.questions.clear();
                if self.running.len() > 1 {
                    self.alone.extend(std::mem::take(&mut self.running).into_values());
                    return;
                }
                for (_, request) in std::mem::take(&mut self.running) {
                    let message = format!("what makes `{request}` ended its process before it gave a value");
                    let help = "do not call `process.exit`, and do not wait for what never comes";
                    self.outcomes.insert(request, failed(message, help));
                }
            }
        }
        self.resolve_again();
    }

    // --- AWS -----------------------------------------------------------------------------------------------------

    /// Whether a request waits for a region or a profile of the service that are not known yet.
    fn waits(&self, request: &Request) -> bool {
        let own_region = match request {
            Request::StackOutput { region, .. } | Request::Parameter { region, .. } => region.is_none(),
            Request::Object { .. } => true,
            _ => false,
        };
        self.is_open("profile") || own_region && self.region().is_none()
    }

    fn provider(&self, key: &str) -> Option<&Value> {
        let resolved = pipeline::resolved(&self.project.db, self.project.service);
        resolved.value.get("provider")?.get(key)
    }

    fn is_open(&self, key: &str) -> bool {
        matches!(self.provider(key), Some(Value::Unknown(_)))
    }

    /// The region of the service; `None` if it is not known.
    fn region(&self) -> Option<String> {
        let given = self.project.service.options(&self.project.db).region.clone();
        match given {
            Some(given) => Some(given.into()),
            None if self.is_open("region") => None,
            None => Some(self.provider("region").and_then(Value::as_str).unwrap_or("us-east-1").to_owned()),
        }
    }

    fn ask_aws(&mut self, requests: Vec<Request>) {
        if self.is_open("profile") {
            let message = "the profile of the service is not known before AWS has been asked";
            let help = "write it out, or give it with `--aws-profile`";
            self.outcomes.extend(requests.into_iter().map(|it| (it, failed(message, help))));
            return;
        }
        let connection = Connection {
            attempts: 6,
            first_backoff: std::time::Duration::from_millis(500),
            attempt_timeout: std::time::Duration::from_secs(15),
            ..credentials::connection(self.project, self.global)
        };
        let mut lookups: Vec<Lookup> = requests.iter().filter_map(lookup).collect();
        lookups.sort();
        lookups.dedup();
        let answers = look_up(&lookups, self.region().as_deref(), &connection);
        let answers: BTreeMap<&Lookup, _> = lookups.iter().zip(&answers).collect();
        for request in requests {
            let Some(answer) = lookup(&request).and_then(|it| answers.get(&it).copied()) else { continue };
            let outcome = match answer {
                Ok(found) => {
                    found.as_ref().and_then(|it| value(&request, it)).map_or(Outcome::Missing, Outcome::Found)
                }
                Err(error) => self.refused(error),
            };
            self.outcomes.insert(request, outcome);
        }
    }

    fn refused(&self, error: &slsc_deploy::Error) -> Outcome {
        let what = phrase(&error.what);
        let message =
            if error.kind == ErrorKind::NoCredentials { what } else { format!("{what}: {}", error.why) };
        let mut help = phrase(&error.help);
        if self.reach == Reach::AwsUnlessOffline {
            help += if help.is_empty() { "" } else { "; " };
            help += "with `--offline`, what only AWS knows stays as it is written";
        }
        failed(message, &help)
    }
}

/// What AWS is asked for a request; several may need the same.
fn lookup(request: &Request) -> Option<Lookup> {
    let text = |it: &Option<ecow::EcoString>| it.as_ref().map(ToString::to_string);
    Some(match request {
        Request::Account => Lookup::Account,
        Request::StackOutput { region, stack, .. } => {
            Lookup::Stack { region: text(region), name: stack.to_string() }
        }
        Request::Object { bucket, key } => {
            Lookup::Object { bucket: bucket.to_string(), key: key.to_string() }
        }
        Request::Parameter { region, path, encrypted, .. } => {
            Lookup::Parameter { region: text(region), name: path.to_string(), decrypt: !encrypted }
        }
        Request::Program { .. } | Request::Plugin { .. } => return None,
    })
}

/// The value that a request asks for, out of what AWS has said.
fn value(request: &Request, found: &Found) -> Option<Value> {
    match (request, found) {
        (Request::StackOutput { output, .. }, Found::Outputs(all)) => {
            all.get(output.as_str()).map(|it| it.as_str().into())
        }
        (Request::Parameter { raw, .. }, Found::Parameter(parameter)) => {
            let kind = match parameter.kind {
                ParameterKind::Text => ParameterType::Text,
                ParameterKind::List => ParameterType::List,
                ParameterKind::Secure => ParameterType::Secure,
            };
            Some(remote::parameter(kind, &parameter.text, *raw))
        }
        (_, Found::Text(text)) => Some(text.as_str().into()),
        _ => None,
    }
}

fn failed(message: impl Into<ecow::EcoString>, help: &str) -> Outcome {
    Outcome::Failed { message: message.into(), help: help.into() }
}

/// A sentence as a part of one: without its capital and its full stop.
fn phrase(sentence: &str) -> String {
    let mut rest = sentence.trim_end_matches('.').chars();
    rest.next().map_or_else(String::new, |first| first.to_lowercase().chain(rest).collect())
}
