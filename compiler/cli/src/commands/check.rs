//! `slsc check`: every mistake of a service, or of all services below a directory, in one run.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use rayon::prelude::*;
use serde_json::json;
use slsc_core::diagnostic::{Diagnostic, Severity, render};
use slsc_core::stages;

use crate::answers;
use crate::args::{Check, CheckFormat, Global};
use crate::output::{self, Failure};
use crate::project::{CONFIG_NAMES, Project};

/// What one service was found to be.
struct Report {
    text: String,
    json: Vec<render::JsonDiagnostic>,
    errors: usize,
    warnings: usize,
    files: usize,
}

/// Checks, and ends with 1 if there are errors.
pub fn run(args: &Check, global: &Global) -> Result<ExitCode, Failure> {
    let directories = services(args, global)?;
    let reports: Vec<Report> =
        directories.par_iter().map(|it| check(it, args, global)).collect::<Result<Vec<_>, Failure>>()?;
    let errors: usize = reports.iter().map(|it| it.errors).sum();
    let warnings: usize = reports.iter().map(|it| it.warnings).sum();
    let files: usize = reports.iter().map(|it| it.files).sum();
    match args.format {
        CheckFormat::Json => {
            let diagnostics: Vec<_> = reports.into_iter().flat_map(|it| it.json).collect();
            let report = json!({
                "diagnostics": diagnostics,
                "summary": { "services": directories.len(), "files": files, "errors": errors, "warnings": warnings },
            });
            output::result(&format!("{report:#}\n"))?;
        }
        CheckFormat::Human | CheckFormat::Concise => {
            output::result(&reports.iter().map(|it| it.text.as_str()).collect::<String>())?;
            let count =
                |count: usize, word: &str| format!("{count} {word}{}", if count == 1 { "" } else { "s" });
            let services = if directories.len() > 1 {
                format!(" in {} services", directories.len())
            } else {
                String::new()
            };
            anstream::eprintln!("{}, {}{services}", count(errors, "error"), count(warnings, "warning"));
        }
    }
    Ok(ExitCode::from(u8::from(errors > 0)))
}

fn check(directory: &Path, args: &Check, global: &Global) -> Result<Report, Failure> {
    let mut project = Project::open_in(directory, global)?;
    let mut found = match args.all_stages {
        true => {
            let mut targets = stages::known(&project.db, project.service);
            answers::answer_each(&mut project, global, &mut targets)?;
            stages::diagnostics(&project.db, project.service, &targets)
        }
        false => project.diagnostics(),
    };
    found.retain(Diagnostic::is_shown);
    let count = |severity: Severity| found.iter().filter(|it| it.severity == severity).count();
    let (db, service) = (&project.db, project.service);
    let text = match args.format {
        CheckFormat::Human => render::human(db, service, &found, stdout_color(global)),
        CheckFormat::Concise => render::concise(db, service, &found),
        CheckFormat::Json => String::new(),
    };
    let json = if args.format == CheckFormat::Json { render::json(db, service, &found) } else { Vec::new() };
    let files = slsc_core::pipeline::resolved(db, service).files.len();
    Ok(Report { text, json, errors: count(Severity::Error), warnings: count(Severity::Warning), files })
}

fn stdout_color(global: &Global) -> bool {
    use std::io::IsTerminal as _;
    match global.color {
        crate::args::ColorChoice::Auto => {
            std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none()
        }
        crate::args::ColorChoice::Always => true,
        crate::args::ColorChoice::Never => false,
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
