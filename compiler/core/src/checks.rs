//! What the framework lets through and AWS, or the first invocation, would not: each check finds one kind of mistake.
//!
//! Three families by what a check must see: [`function`] one function by itself, [`service`] what functions, provider
//! and files say together, [`template`] the linked template with what was written of it. A check is a file with a
//! pure function and a line in the table of its family. Checks are told of each other's values, never of findings.
//! They stop `check`, `package` and `deploy`; `template`, which shows what the framework makes, only prints them.

// What salsa generates has no documentation; everything written here has.
#![allow(missing_docs)]

pub mod arn;
pub mod environment;
pub mod function;
pub mod matchers;
pub mod pattern;
pub mod route;
pub mod schema;
pub mod service;
pub mod template;

use std::ops::Range;
use std::sync::Arc;

use ecow::EcoString;

use crate::aws::context::ServiceContext;
use crate::code::{self, Exports};
use crate::db::{Content, Db, Service, join};
use crate::diagnostic::{Diagnostic, Place};
use crate::path::Path;
use crate::pipeline::{self, FunctionId, Mode};
use crate::plugins;
use crate::value::Value;

/// The files of a service. Paths are relative to its directory.
pub trait Files {
    /// What is at `path`.
    fn content(&self, path: &str) -> Content;

    /// The names of what is in a directory, as they are written there; the service's own is empty.
    fn names(&self, folder: &str) -> Arc<[EcoString]>;

    /// What a source file exports.
    fn exports(&self, path: &str) -> Arc<Exports>;

    /// Characters of a file.
    fn place(&self, path: &str, range: Range<usize>) -> Place;

    /// Whether a file is at `path`.
    fn is_file(&self, path: &str) -> bool {
        !matches!(self.content(path), Content::Missing | Content::Directory)
    }
}

/// What every check may ask.
pub struct Surroundings<'a> {
    /// The service: its name, stage, region, provider, and the names of all its functions.
    pub context: &'a ServiceContext,
    /// How the service is read.
    pub mode: Mode,
    /// The plugins that it lists. What one of them may bring is not reported.
    pub plugins: Vec<&'a str>,
    /// Seconds since 1970 in UTC, where the time is known.
    pub now: Option<i64>,
    /// Its files.
    pub files: &'a dyn Files,
}

/// The files of a service.
pub fn files(db: &dyn Db, service: Service) -> impl Files {
    ServiceFiles { db, directory: service.directory(db) }
}

impl Surroundings<'_> {
    /// Whether the template may have resources that are not known here: of plugins, or of macros.
    pub fn may_add_resources(&self) -> bool {
        let macros = self.context.user_resources.keys().any(|it| it.starts_with("Fn::"));
        macros || self.mode.plugins.may_add("")
    }
}

struct ServiceFiles<'db> {
    db: &'db dyn Db,
    directory: &'db str,
}

impl Files for ServiceFiles<'_> {
    fn content(&self, path: &str) -> Content {
        self.db.file(&join(self.directory, path)).content(self.db).clone()
    }

    fn names(&self, folder: &str) -> Arc<[EcoString]> {
        self.db.folder(&join(self.directory, folder)).names(self.db).clone()
    }

    fn exports(&self, path: &str) -> Arc<Exports> {
        code::exports(self.db, self.db.file(&join(self.directory, path))).clone()
    }

    fn place(&self, path: &str, range: Range<usize>) -> Place {
        Place::Source { file: self.db.file(&join(self.directory, path)), range }
    }
}

/// The parts of the user's own `resources`, each with its path: it is a mapping, or a list of mappings.
fn own_parts(config: &Value) -> Vec<(Path, &Value)> {
    let root = Path::from(["resources"]);
    match config.get("resources") {
        Some(Value::Array(parts)) => {
            parts.iter().enumerate().map(|(index, it)| (root.join(index), it)).collect()
        }
        Some(part) => vec![(root, part)],
        None => Vec::new(),
    }
}

/// All findings of a service.
pub fn findings(db: &dyn Db, service: Service) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for key in pipeline::function_keys(db, service) {
        found.extend(function_findings(db, FunctionId::new(db, service, key.clone())).iter().cloned());
    }
    found.extend(service_findings(db, service).iter().cloned());
    found.extend(template_findings(db, service).iter().cloned());
    found
}

fn with_surroundings<R: Default>(
    db: &dyn Db,
    service: Service,
    look: impl FnOnce(&Surroundings<'_>) -> R,
) -> R {
    let Some(context) = pipeline::context(db, service) else { return R::default() };
    let files = ServiceFiles { db, directory: service.directory(db) };
    let section = pipeline::section(db, service, "plugins");
    let around = Surroundings {
        context,
        mode: pipeline::mode(db, service),
        plugins: plugins::names(section),
        now: service.options(db).now,
        files: &files,
    };
    look(&around)
}

#[salsa::tracked]
fn function_findings<'db>(db: &'db dyn Db, id: FunctionId<'db>) -> Vec<Diagnostic> {
    with_surroundings(db, id.service(db), |around| {
        let facts = function_facts(db, id, around);
        facts.map(|it| run(function::CHECKS, &it)).unwrap_or_default()
    })
}

#[salsa::tracked]
fn service_findings(db: &dyn Db, service: Service) -> Vec<Diagnostic> {
    with_surroundings(db, service, |around| {
        let ids = pipeline::function_keys(db, service).iter();
        let files = pipeline::resolved(db, service).files.iter();
        let ids = ids.map(|key| FunctionId::new(db, service, key.clone()));
        let facts = service::Facts {
            around,
            config: &pipeline::resolved(db, service).value,
            documents: files.map(|it| (*it, pipeline::document(db, *it))).collect(),
            functions: ids.filter_map(|id| function_facts(db, id, around)).collect(),
        };
        run(service::CHECKS, &facts)
    })
}

#[salsa::tracked]
fn template_findings(db: &dyn Db, service: Service) -> Vec<Diagnostic> {
    with_surroundings(db, service, |around| {
        let config = &pipeline::resolved(db, service).value;
        let facts = template::Facts::new(around, config, &pipeline::linked(db, service).template);
        run(template::CHECKS, &facts)
    })
}

fn function_facts<'a>(
    db: &'a dyn Db,
    id: FunctionId<'a>,
    around: &'a Surroundings<'a>,
) -> Option<function::Facts<'a>> {
    Some(function::Facts {
        around,
        listed: pipeline::listed_function(db, id).as_ref()?,
        function: pipeline::function(db, id).as_ref()?,
        context: pipeline::function_context(db, id).as_ref()?,
    })
}

fn run<Facts>(checks: &[fn(&Facts, &mut Vec<Diagnostic>)], facts: &Facts) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    checks.iter().for_each(|check| check(facts, &mut found));
    found
}
