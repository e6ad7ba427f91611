//! `slsc check`: every mistake of a service, or of all services below a directory, in one run.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use rayon::prelude::*;
use serde_json::json;
use slsc_core::diagnostic::{Diagnostic, Severity, nearest, render};
use slsc_core::{rules, stages};

use crate::answers;
use crate::args::{Check, CheckFormat, Global};
use crate::output::{self, Failure};
use crate::project::{CONFIG_NAMES, Project};
use crate::report::{self, Found};

/// What one service was found to be.
struct Report {
    text: String,
    found: Found,
    errors: usize,
    warnings: usize,
    files: usize,
    rules: BTreeMap<(Severity, &'static str), usize>,
}

/// Checks, and ends with 1 if there are errors.
pub fn run(args: &Check, global: &Global) -> Result<ExitCode, Failure> {
    let levels = Levels::new(args)?;
    let directories = services(args, global)?;
    let reports: Vec<Report> = directories
        .par_iter()
        .map(|it| check(it, args, global, &levels))
        .collect::<Result<Vec<_>, Failure>>()?;
    let errors: usize = reports.iter().map(|it| it.errors).sum();
    let warnings: usize = reports.iter().map(|it| it.warnings).sum();
    let files: usize = reports.iter().map(|it| it.files).sum();
    let for_people = matches!(args.format, CheckFormat::Human | CheckFormat::Concise);
    if args.statistics {
        output::result(&statistics(&reports))?;
    } else if for_people {
        output::result(&reports.iter().map(|it| it.text.as_str()).collect::<String>())?;
    } else {
        let found: Vec<Found> = reports.into_iter().map(|it| it.found).collect();
        let text = report::write(args.format, &found).unwrap_or_else(|| {
            let diagnostics: Vec<_> = found.into_iter().flat_map(|it| it.diagnostics).collect();
            let summary =
                json!({ "services": directories.len(), "files": files, "errors": errors, "warnings": warnings });
            format!("{:#}\n", json!({ "diagnostics": diagnostics, "summary": summary }))
        });
        output::result(&text)?;
    }
    if for_people {
        let count = |count: usize, word: &str| format!("{count} {word}{}", if count == 1 { "" } else { "s" });
        let services =
            if directories.len() > 1 { format!(" in {} services", directories.len()) } else { String::new() };
        anstream::eprintln!("{}, {}{services}", count(errors, "error"), count(warnings, "warning"));
    }
    Ok(ExitCode::from(u8::from(errors > 0)))
}

/// How often each rule was broken, the most frequent first.
fn statistics(reports: &[Report]) -> String {
    let mut counts: BTreeMap<(Severity, &str), usize> = BTreeMap::new();
    for (rule, count) in reports.iter().flat_map(|it| &it.rules) {
        *counts.entry(*rule).or_default() += count;
    }
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by_key(|(rule, count)| (std::cmp::Reverse(*count), *rule));
    let line = |((severity, id), count): ((Severity, &str), usize)| {
        let summary = rules::find(id).map_or("", |it| it.summary);
        format!("{count:>6}  {:<7}  {id:<24}  {summary}\n", severity.word())
    };
    counts.into_iter().map(line).collect()
}

fn check(directory: &Path, args: &Check, global: &Global, levels: &Levels) -> Result<Report, Failure> {
    let mut project = Project::open_in(directory, global)?;
    let mut found = match args.all_stages {
        true => {
            let mut targets = stages::known(&project.db, project.service);
            answers::answer_each(&mut project, global, &mut targets)?;
            stages::diagnostics(&project.db, project.service, &targets)
        }
        false => project.diagnostics(),
    };
    levels.apply(&mut found);
    found.retain(Diagnostic::is_shown);
    let count = |severity: Severity| found.iter().filter(|it| it.severity == severity).count();
    let (db, service) = (&project.db, project.service);
    let text = match args.format {
        CheckFormat::Human => render::human(db, service, &found, output::color_of_result(global)),
        CheckFormat::Concise => render::concise(db, service, &found),
        _ => String::new(),
    };
    let mut rules: BTreeMap<(Severity, &'static str), usize> = BTreeMap::new();
    found.iter().for_each(|it| *rules.entry((it.severity, it.rule.id)).or_default() += 1);
    let diagnostics = if text.is_empty() { render::json(db, service, &found) } else { Vec::new() };
    Ok(Report {
        text,
        found: Found { service: directory.display().to_string(), diagnostics },
        errors: count(Severity::Error),
        warnings: count(Severity::Warning),
        files: slsc_core::pipeline::resolved(db, service).files.len(),
        rules,
    })
}

/// The levels that the command line gives to rules.
struct Levels(Vec<(String, Option<Severity>)>);

impl Levels {
    /// Reads them: what is denied wins over what is allowed.
    fn new(args: &Check) -> Result<Levels, Failure> {
        let given =
            [(&args.allow, None), (&args.warn, Some(Severity::Warning)), (&args.deny, Some(Severity::Error))];
        let mut levels = Vec::new();
        for (names, level) in given {
            for name in names {
                if name != "warnings" && rules::RULES.iter().all(|it| it.id != name) {
                    let near = nearest(name, rules::RULES.iter().map(|it| it.id));
                    return Err(Failure::usage(
                        format!("no rule is called `{name}`"),
                        near.map_or("`slsc explain` lists the rules".into(), |it| {
                            format!("did you mean `{it}`?")
                        }),
                    ));
                }
                levels.push((name.clone(), level));
            }
        }
        Ok(Levels(levels))
    }

    fn apply(&self, found: &mut Vec<Diagnostic>) {
        for (name, level) in &self.0 {
            let fits = |it: &Diagnostic| {
                it.rule.id == name || (name == "warnings" && it.severity == Severity::Warning)
            };
            match level {
                Some(level) => found.iter_mut().filter(|it| fits(it)).for_each(|it| it.severity = *level),
                None => found.retain(|it| !fits(it)),
            }
        }
    }
}

/// The directories that hold services: those that are named, or all below them.
fn services(args: &Check, global: &Global) -> Result<Vec<PathBuf>, Failure> {
    if args.paths.is_empty() {
        return Ok(vec![global.directory.clone()]);
    }
    let mut found = Vec::new();
    for path in &args.paths {
        let path = global.directory.join(path);
        if global.config.is_some() || is_service(&path) {
            found.push(path);
            continue;
        }
        let walk =
            ignore::WalkBuilder::new(&path).filter_entry(|it| it.file_name() != "node_modules").build();
        let below = walk.filter_map(Result::ok).filter(|it| it.path().is_dir() && is_service(it.path()));
        let mut below: Vec<PathBuf> = below.map(ignore::DirEntry::into_path).collect();
        below.sort();
        if below.is_empty() {
            return Err(Failure::usage(
                format!("there is no service in `{}` nor below it", path.display()),
                "name a directory with a `serverless.yml`",
            ));
        }
        found.extend(below);
    }
    Ok(found)
}

fn is_service(directory: &Path) -> bool {
    CONFIG_NAMES.iter().any(|it| directory.join(it).is_file())
}
