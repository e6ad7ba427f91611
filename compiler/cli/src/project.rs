//! A service on the disk: its configuration file, its options, its database.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use salsa::Setter as _;
use slsc_core::db::{Content, Database, Db as _, Options, Service};
use slsc_core::diagnostic::{Diagnostic, Severity, render};
use slsc_core::levels::Levels;
use slsc_core::{pipeline, rules};

use crate::answers::{self, Reach};
use crate::args::Global;
use crate::baseline::Baseline;
use crate::output::Failure;
use crate::program;
use crate::system::Disk;

/// The names of configuration files, in the order in which the framework looks for them.
pub const CONFIG_NAMES: [&str; 7] = [
    "serverless.yml",
    "serverless.yaml",
    "serverless.json",
    "serverless.js",
    "serverless.mjs",
    "serverless.cjs",
    "serverless.ts",
];

/// A service with its database.
pub struct Project {
    /// The database.
    pub db: Database,
    /// The service.
    pub service: Service,
}

impl Project {
    /// Opens the service in the directory that the options name, with what its programs say. AWS is not asked.
    pub fn open(global: &Global) -> Result<Project, Failure> {
        Project::fetch(global, Reach::Local)
    }

    /// Opens the service in the directory that the options name, with what its programs and AWS say.
    pub fn fetch(global: &Global, reach: Reach) -> Result<Project, Failure> {
        let mut project = Project::read(&global.directory, global, options_from(global)?)?;
        answers::answer(&mut project, global, reach)?;
        Ok(project)
    }

    /// Reads the service in `directory`.
    pub fn read(directory: &Path, global: &Global, options: Options) -> Result<Project, Failure> {
        let mut db = Database::new(Arc::new(Disk));
        let service = add(&mut db, directory, global, options)?;
        Ok(Project { db, service })
    }

    /// Everything that is wrong.
    pub fn diagnostics(&self) -> Vec<Diagnostic> {
        pipeline::diagnostics(&self.db, self.service)
    }

    /// Stops if the configuration could not be resolved; other mistakes do not matter to its reader.
    pub fn demand_resolved(&self, global: &Global) -> Result<(), Failure> {
        let mut found: Vec<Diagnostic> = Vec::new();
        let resolved = pipeline::resolved(&self.db, self.service);
        resolved.files.iter().for_each(|it| found.extend(pipeline::syntax(&self.db, *it).iter().cloned()));
        found.extend(resolved.diagnostics.iter().cloned());
        refuse(self.print(&found, global))
    }

    /// Shows what is wrong on standard error, and stops if anything is an error. `insist` also asks for what only
    /// packaging needs to know.
    pub fn demand_sound(&self, global: &Global, insist: bool) -> Result<(), Failure> {
        let needed = if insist { pipeline::insist(&self.db, self.service) } else { Vec::new() };
        self.demand(needed, global)
    }

    /// Shows what is wrong, and stops only at what the framework refuses, too, so that a template can be looked at that
    /// AWS would not take. Offline, a value that only AWS knows is a warning, unless there is no template without it.
    pub fn demand_compiled(&self, global: &Global, offline: bool) -> Result<(), Failure> {
        let mut needed = pipeline::insist(&self.db, self.service);
        if offline && pipeline::context(&self.db, self.service).is_some() {
            let unknown = needed.iter_mut().filter(|it| it.rule == &rules::UNKNOWN_AT_PACKAGE);
            unknown.for_each(|it| it.severity = Severity::Warning);
        }
        let refused = pipeline::compilation_diagnostics(&self.db, self.service);
        let errors = refused.iter().chain(&needed).filter(|it| it.is_error()).count();
        self.show(needed, global);
        refuse(errors)
    }

    fn demand(&self, needed: Vec<Diagnostic>, global: &Global) -> Result<(), Failure> {
        refuse(self.show(needed, global))
    }

    /// Prints everything that is wrong, and what is `needed`, and counts the errors.
    fn show(&self, needed: Vec<Diagnostic>, global: &Global) -> usize {
        let mut found = self.diagnostics();
        // A finding that a team has written down stops nothing, here as in `check`.
        match Baseline::open(None, &global.directory) {
            Ok(Some(mut baseline)) => baseline.hide(&self.db, self.service, &mut found),
            Ok(None) => {}
            Err(failure) => failure.print(),
        }
        found.extend(needed);
        found.retain(Diagnostic::is_shown);
        self.print(&found, global)
    }

    fn print(&self, found: &[Diagnostic], global: &Global) -> usize {
        anstream::eprint!("{}", render::human(&self.db, self.service, found, crate::output::color(global)));
        found.iter().filter(|it| it.is_error()).count()
    }
}

/// Stops if there are errors.
fn refuse(errors: usize) -> Result<(), Failure> {
    let word = if errors == 1 { "error" } else { "errors" };
    match errors {
        0 => Ok(()),
        _ => Err(Failure::failed(format!("the service has {errors} {word}"), "mend what is shown above")),
    }
}

/// Reads the service in `directory` into a database that others may be in.
pub fn add(
    db: &mut Database,
    directory: &Path,
    global: &Global,
    options: Options,
) -> Result<Service, Failure> {
    let directory = absolute(directory)?;
    let config = config_file(&directory, global)?;
    let file = db.file(&config);
    if *file.content(db) == Content::Binary {
        return Err(Failure::usage(format!("`{config}` is not a text in UTF-8"), "save the file as UTF-8"));
    }
    if program::is_program(&config) {
        let json = program::evaluate(&directory, &config, global.verbose || global.debug.is_some())?;
        file.set_content(db).to(Content::Evaluated(json.into()));
    }
    Ok(Service::new(db, directory, file, options, Arc::default(), Arc::default()))
}

fn absolute(directory: &Path) -> Result<ecow::EcoString, Failure> {
    let absolute = std::path::absolute(directory).map_err(|error| {
        Failure::usage(
            format!("cannot find `{}`: {error}", directory.display()),
            "give a directory that exists",
        )
    })?;
    Ok(slsc_core::db::normalize(&absolute.to_string_lossy()))
}

/// The configuration file: the one that `--config` names, or the first that is there.
fn config_file(directory: &str, global: &Global) -> Result<String, Failure> {
    let is_file = |path: &str| Path::new(path).is_file();
    let Some(name) = &global.config else {
        let candidates = CONFIG_NAMES.iter().map(|it| format!("{directory}/{it}"));
        return candidates.clone().find(|it| is_file(it)).ok_or_else(|| {
            Failure::usage(
                format!("there is no service in `{directory}`"),
                "go to a directory with a `serverless.yml`, or name one with `-C`",
            )
        });
    };
    let config = slsc_core::db::join(directory, name);
    let endings = CONFIG_NAMES.map(|it| it.trim_start_matches("serverless."));
    if !config.rsplit_once('.').is_some_and(|(_, ending)| endings.contains(&ending)) {
        let known = endings.join("`, `.");
        return Err(Failure::usage(
            format!("`--config {name}` is no kind of file that a configuration can be"),
            format!("name a file that ends with one of `.{known}`"),
        ));
    }
    if !is_file(&config) {
        return Err(Failure::usage(
            format!("there is no file `{config}`"),
            "name the configuration file with `--config`",
        ));
    }
    if config.rsplit_once('/').is_none_or(|(parent, _)| parent != directory) {
        return Err(Failure::usage(
            format!("`--config {name}` lies in another directory"),
            "name a file in the directory of the service, and choose that with `-C`",
        ));
    }
    Ok(config.into())
}

/// The options of a run: files are shown from the directory that it names.
pub fn options_from(global: &Global) -> Result<Options, Failure> {
    Ok(Options { shown_from: Some(absolute(&global.directory)?), ..options(global)? })
}

/// The options as the compiler takes them.
fn options(global: &Global) -> Result<Options, Failure> {
    let mut params = BTreeMap::new();
    for param in &global.params {
        match param.split_once('=').filter(|(key, value)| !key.is_empty() && !value.is_empty()) {
            Some((key, value)) => drop(params.insert(key.into(), value.trim_end().into())),
            // As with the framework, one that nobody asks for does no harm.
            None => anstream::eprintln!("warning: `--param {param}` has no value: write `--param key=value`"),
        }
    }
    let mut all = BTreeMap::new();
    let named = [
        ("stage", &global.stage),
        ("region", &global.region),
        ("aws-profile", &global.aws_profile),
        ("config", &global.config),
    ];
    for (name, value) in named {
        if let Some(value) = value {
            all.insert(name.into(), value.as_str().into());
        }
    }
    let text = |it: std::ffi::OsString| it.into_string().ok().map(Into::into);
    let env = std::env::vars_os().filter_map(|(name, value)| Some((text(name)?, text(value)?))).collect();
    Ok(Options {
        stage: global.stage.as_deref().map(Into::into),
        region: global.region.as_deref().map(Into::into),
        options: all,
        params,
        env: Arc::new(env),
        now: Some(crate::clock::now()),
        remote: Arc::default(),
        shown_from: None,
        levels: Levels::default(),
    })
}
