//! `slsc migrate`: a service of the betas, or with forms of versions 1 to 3, in today's language, as a diff first.
//!
//! The new text is compiled beside the old one, for every stage and region that the files of the service know; it is
//! only written if the templates are the same.

use std::collections::BTreeSet;
use std::path::Path as FilePath;
use std::process::ExitCode;
use std::sync::Arc;

use slsc_core::cfn::Template;
use slsc_core::db::{Content, Database, Db as _, Options, Service, System};
use slsc_core::diagnostic::Place;
use slsc_core::legacy::{self, migrate};
use slsc_core::shape::check::shorten;
use slsc_core::stages::{self, Target};
use slsc_core::value::Value;
use slsc_core::{pipeline, rules};

use crate::args::{Global, Migrate};
use crate::diff::unified;
use crate::files;
use crate::output::{self, Failure};
use crate::project::Project;
use crate::system::Disk;

/// The ending of what is kept of the old files.
const KEPT: &str = "orig";

/// Shows what would change, writes it, or only says whether there is anything.
pub fn run(args: &Migrate, global: &Global) -> Result<ExitCode, Failure> {
    let project = Project::open(global)?;
    let Some(migration) = migration(&project)? else {
        anstream::eprintln!("nothing to migrate: the service is in today's language");
        return Ok(ExitCode::SUCCESS);
    };
    let compared = verify(&project, &migration)?;
    if !args.write {
        output::result(&diff(&migration, global))?;
    }
    migration.notes.iter().for_each(|it| anstream::eprintln!("note: {it}"));
    let templates =
        if compared == 1 { "the template is".into() } else { format!("{compared} templates are") };
    if args.check {
        anstream::eprintln!("the service can be migrated; {templates} the same: run `slsc migrate --write`");
        return Ok(ExitCode::FAILURE);
    }
    if !args.write {
        anstream::eprintln!("{templates} the same before and after; apply this with `--write`");
        return Ok(ExitCode::SUCCESS);
    }
    write(&migration)?;
    anstream::eprintln!("migrated; {templates} the same. What was there is kept with the ending `.{KEPT}`");
    Ok(ExitCode::SUCCESS)
}

/// What is to become of the files.
struct Migration {
    config: String,
    old: String,
    new: String,
    env_file: Option<(String, String)>,
    /// What the files of the service know; nothing stands for what the command line selects.
    targets: Vec<Option<Target>>,
    notes: Vec<String>,
}

fn migration(project: &Project) -> Result<Option<Migration>, Failure> {
    let (db, service) = (&project.db, project.service);
    let config = service.config(db);
    if ![".yml", ".yaml"].iter().any(|it| config.path(db).ends_with(it)) {
        return Err(Failure::usage(
            format!("`{}` is no YAML", shown(config.path(db))),
            "change a program or a JSON file by hand, as `slsc check` says",
        ));
    }
    let syntax = pipeline::syntax(db, config);
    if let Some(problem) = syntax.iter().find(|it| it.is_error()) {
        return Err(Failure::failed(
            format!("`{}` cannot be read as it is: {}", config.path(db), problem.message),
            "mend what `slsc check` shows first",
        ));
    }
    let unwritable = |it: legacy::text::Unwritable| {
        Failure::failed(
            format!("`{}` cannot be rewritten: {}", it.path, it.reason),
            "change this place by hand, as `slsc check` says, and run it again",
        )
    };
    let modern = pipeline::modern(db, service);
    let draft = migrate::draft(config, pipeline::document(db, config), modern).map_err(unwritable)?;
    let Some(draft) = draft else { return Ok(None) };
    let found = project.diagnostics();
    let ignored = found.iter().filter(|it| it.rule == &rules::BETA_IGNORED).filter_map(|it| match &it.at {
        Place::Resolved { path, .. } => Some(path.clone()),
        _ => None,
    });
    let ended_runtime = modern.is_beta && found.iter().any(|it| it.rule == &rules::RUNTIME_ENDED);
    let findings = migrate::Findings { ignored: ignored.collect(), ended_runtime };
    let old = pipeline::text(db, config).to_owned();
    let new = migrate::migrate(&old, draft, &findings).map_err(unwritable)?;
    let mut notes = Vec::new();
    if ended_runtime {
        notes.push("a runtime has ended: `configValidationMode: warn` lets the framework take it until you choose another".into());
    }
    if let Some(variables) = &modern.variables {
        notes.push(format!(
            "`{}` is not needed any more: look through `params` for secrets, and write `${{ssm:...}}` or `${{env:...}}` for those",
            shown(variables.file.path(db))
        ));
    }
    let mut targets: Vec<Option<Target>> = stages::known(db, service).into_iter().map(Some).collect();
    if targets.is_empty() {
        // A `serverless.env.yml` without regions knows none, but something is compared in any case.
        targets.push(None);
    }
    let env_file = modern
        .variables
        .as_ref()
        .map(|it| (it.file.path(db).to_owned(), pipeline::text(db, it.file).to_owned()));
    Ok(Some(Migration { config: config.path(db).into(), old, new, env_file, targets, notes }))
}

fn shown(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |it| it.1)
}

/// The disk with the new text, and without the file of the variables.
struct Migrated {
    config: String,
    text: Arc<str>,
    env_file: Option<String>,
}

impl System for Migrated {
    fn read(&self, path: &str) -> Content {
        if path == self.config {
            Content::Text(self.text.clone())
        } else if self.env_file.as_deref() == Some(path) {
            Content::Missing
        } else {
            Disk.read(path)
        }
    }
}

/// Compiles both for each target; answers how many templates are the same.
fn verify(project: &Project, migration: &Migration) -> Result<usize, Failure> {
    let system = Migrated {
        config: migration.config.clone(),
        text: migration.new.as_str().into(),
        env_file: migration.env_file.as_ref().map(|it| it.0.clone()),
    };
    let migrated = Database::new(Arc::new(system));
    let given = project.service.options(&project.db);
    for target in &migration.targets {
        let options = target.as_ref().map_or_else(|| given.clone(), |it| it.options(given));
        let before =
            compile(&project.db, project.service.directory(&project.db), &migration.config, options.clone());
        let after = compile(&migrated, project.service.directory(&project.db), &migration.config, options);
        let place = match target {
            Some(Target { stage, region: Some(region), .. }) => {
                format!(" for the stage `{stage}` in `{region}`")
            }
            Some(Target { stage, region: None, .. }) => format!(" for the stage `{stage}`"),
            None => String::new(),
        };
        if let Some(error) = after.errors.difference(&before.errors).next() {
            return Err(Failure::failed(
                format!("the migrated service has a mistake that the old one has not{place}: {error}"),
                "nothing was written; change this place by hand first",
            ));
        }
        let bodies = [&before, &after].map(|it| Value::from(it.template.body.clone()));
        if let Some(difference) = difference(&bodies[0], &bodies[1], "") {
            return Err(Failure::failed(
                format!("the migrated service has another template{place}: {difference}"),
                "nothing was written; change this place by hand first",
            ));
        }
    }
    Ok(migration.targets.len())
}

struct Compiled {
    template: Template,
    errors: BTreeSet<String>,
}

fn compile(db: &Database, directory: &str, config: &str, options: Options) -> Compiled {
    let service =
        Service::new(db, directory.into(), db.file(config), options, Arc::default(), Arc::default());
    let errors = pipeline::compilation_diagnostics(db, service)
        .iter()
        .filter(|it| it.is_error())
        .map(|it| it.message.to_string())
        .collect();
    Compiled { template: pipeline::linked(db, service).template.clone(), errors }
}

/// The path of the first difference, with what stood there and what would.
fn difference(before: &Value, after: &Value, path: &str) -> Option<String> {
    let below = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
    let nothing = Value::Null;
    match (before, after) {
        (Value::Object(a), Value::Object(b)) => {
            let keys = a.keys().chain(b.keys().filter(|it| !a.contains_key(it)));
            keys.into_iter().find_map(|key| {
                difference(a.get(key).unwrap_or(&nothing), b.get(key).unwrap_or(&nothing), &below(key))
            })
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => a
            .iter()
            .zip(b.iter())
            .enumerate()
            .find_map(|(index, (a, b))| difference(a, b, &below(&index.to_string()))),
        (a, b) if a == b => None,
        (a, b) => {
            Some(format!("`{path}` is {} and would be {}", shorten(&a.to_json()), shorten(&b.to_json())))
        }
    }
}

/// Both files as they would change.
fn diff(migration: &Migration, global: &Global) -> String {
    let color = output::color_of_result(global);
    let mut out = unified(shown(&migration.config), &migration.old, &migration.new, color);
    if let Some((path, text)) = &migration.env_file {
        out.push_str(&unified(shown(path), text, "", color));
    }
    out
}

/// Keeps the old files, writes the new text, and then takes the file of the variables away.
fn write(migration: &Migration) -> Result<(), Failure> {
    let mut old = vec![(&migration.config, &migration.old)];
    old.extend(migration.env_file.as_ref().map(|it| (&it.0, &it.1)));
    for (path, _) in &old {
        let kept = format!("{path}.{KEPT}");
        if FilePath::new(&kept).exists() {
            return Err(Failure::failed(
                format!("`{}` is there already", shown(&kept)),
                "move it away: it may be all that is left of an earlier state",
            ));
        }
    }
    for (path, text) in old {
        files::write(FilePath::new(&format!("{path}.{KEPT}")), text.as_bytes())?;
    }
    files::write(FilePath::new(&migration.config), migration.new.as_bytes())?;
    if let Some((path, _)) = &migration.env_file {
        std::fs::remove_file(path).map_err(|error| {
            Failure::failed(
                format!("the service is migrated, but `{}` is still there: {error}", shown(path)),
                "remove it: nothing reads it any more",
            )
        })?;
    }
    Ok(())
}
