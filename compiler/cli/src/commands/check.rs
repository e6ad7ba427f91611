//! `slsc check`: every mistake of a service, or of all services below a directory, in one run.

mod fix;
mod group;

use std::collections::{BTreeMap, BTreeSet};
use std::process::ExitCode;

use ecow::EcoString;
use rayon::prelude::*;
use rustc_hash::FxHashSet;
use serde_json::json;
use slsc_core::db::Service;
use slsc_core::diagnostic::{Diagnostic, Severity, nearest, render};
use slsc_core::levels::{Level, Levels, Selector};
use slsc_core::locate::locate;
use slsc_core::{pipeline, rules};

use self::group::{Found, Group};
use crate::args::{Check, CheckFormat, Global};
use crate::baseline::{Baseline, Draft};
use crate::output::{self, Failure};
use crate::project;
use crate::report;

/// Checks, and ends with 1 if there are errors.
pub fn run(args: &Check, global: &Global) -> Result<ExitCode, Failure> {
    let mut run = Run::open(args, global)?;
    if args.write_baseline.is_some() {
        return run.write_baseline();
    }
    if args.diff {
        let fixed = fix::run(&mut run.groups);
        output::result(&fixed.diff(output::color_of_result(global)))?;
        fixed.left.iter().for_each(|it| anstream::eprintln!("{it}"));
        anstream::eprintln!("would fix {}", fixed.count());
        return Ok(ExitCode::from(u8::from(fixed.mistakes > 0)));
    }
    if args.fix {
        let fixed = fix::run(&mut run.groups);
        fixed.write()?;
        fixed.left.iter().for_each(|it| anstream::eprintln!("{it}"));
        anstream::eprintln!("fixed {}", fixed.count());
    }
    let outcome = run.check()?;
    outcome.print(&run)
}

/// The services of a run.
pub struct Run<'a> {
    args: &'a Check,
    global: &'a Global,
    groups: Vec<Group>,
}

/// What one service was found to be.
struct Report {
    text: String,
    found: report::Found,
    rules: BTreeMap<(Severity, &'static str), usize>,
}

/// What all services were found to be.
struct Outcome {
    reports: Vec<Report>,
    files: usize,
    /// The file of the baseline, how many findings it holds back, and how many of its own are gone.
    baseline: Option<(String, usize, usize)>,
}

impl<'a> Run<'a> {
    fn open(args: &'a Check, global: &'a Global) -> Result<Run<'a>, Failure> {
        let mut options = project::options_from(global)?;
        options.levels = levels(args)?;
        let directories = group::directories(args, global)?;
        // Texts that are changed must be the same for all services that read them.
        let together = args.fix || args.diff;
        let groups = group::open(&directories, args, global, &options, together)?;
        Ok(Run { args, global, groups })
    }

    /// All services, in order.
    fn services(&self) -> impl Iterator<Item = (&Group, Service)> {
        self.groups.iter().flat_map(|group| group.members.iter().map(move |it| (group, it.service)))
    }

    #[allow(dead_code)]
    /// The paths of all that was asked for.
    fn known_paths(&self) -> BTreeSet<EcoString> {
        self.groups.iter().flat_map(|it| it.db().known_paths()).collect()
    }

    #[allow(dead_code)]
    /// Reads anew what has changed; answers whether something has.
    fn refresh(&mut self, paths: &BTreeSet<EcoString>) -> Result<bool, Failure> {
        let (args, global) = (self.args, self.global);
        let changed: Result<Vec<bool>, Failure> =
            self.groups.par_iter_mut().map(|it| it.refresh(paths, args, global)).collect();
        Ok(changed?.contains(&true))
    }

    /// Finds everything that is wrong, and makes a report of each service.
    fn check(&mut self) -> Result<Outcome, Failure> {
        let mut found = group::look(&mut self.groups);
        self.once_each(&mut found);
        let baseline = self.hide_known(&mut found)?;
        let (args, global) = (self.args, self.global);
        let reports: Vec<Vec<Report>> = self
            .groups
            .par_iter_mut()
            .zip(found)
            .map(|(group, found)| {
                let members = group.members.iter().zip(&found);
                members.map(|(it, found)| Report::new(group, it, found, args, global)).collect()
            })
            .collect();
        let read = |(group, service): (&Group, Service)| pipeline::resolved(group.db(), service).files.len();
        let files = self.services().map(read).sum();
        Ok(Outcome { reports: reports.into_iter().flatten().collect(), files, baseline })
    }

    /// Leaves out hints, and what another service has found already in a file that both read.
    fn once_each(&self, found: &mut Found) {
        let mut seen: FxHashSet<(EcoString, usize, usize, &'static str, EcoString)> = FxHashSet::default();
        for (group, found) in self.groups.iter().zip(found) {
            for (member, found) in group.members.iter().zip(found) {
                let (db, service) = (group.db(), member.service);
                found.retain(|it| {
                    if !it.is_shown() {
                        return false;
                    }
                    let span = locate(db, service, &it.at);
                    let shared = span.file != service.config(db);
                    let path = EcoString::from(span.file.path(db));
                    !shared
                        || seen.insert((
                            path,
                            span.range.start,
                            span.range.end,
                            it.rule.id,
                            it.message.clone(),
                        ))
                });
            }
        }
    }

    /// Leaves out what the baseline knows; answers its file, how much it held back, and what of it is gone.
    fn hide_known(&self, found: &mut Found) -> Result<Option<(String, usize, usize)>, Failure> {
        if self.args.no_baseline {
            return Ok(None);
        }
        let named = self.args.baseline.as_deref();
        let Some(mut baseline) = Baseline::open(named, &self.global.directory)? else { return Ok(None) };
        let stopped = found.iter().flatten().flatten().any(|it| it.firm);
        let mut hidden = 0;
        let mut files: BTreeSet<EcoString> = BTreeSet::new();
        for (group, found) in self.groups.iter().zip(found) {
            for (member, found) in group.members.iter().zip(found) {
                let (db, service) = (group.db(), member.service);
                hidden += baseline.hide(db, service, found);
                files.extend(pipeline::resolved(db, service).files.iter().map(|it| it.path(db).into()));
            }
        }
        // Where something stops the compiler, much is not looked at.
        let gone = if stopped { 0 } else { baseline.gone(&files) };
        Ok(Some((shown(&baseline.path), hidden, gone)))
    }

    /// Writes all that is found as known. What the compiler refuses is shown instead.
    fn write_baseline(&mut self) -> Result<ExitCode, Failure> {
        let mut found = group::look(&mut self.groups);
        self.once_each(&mut found);
        let named = self.args.write_baseline.as_ref().and_then(Option::as_deref);
        let mut draft = Draft::new(named, &self.global.directory)?;
        let color = output::color(self.global);
        let mut firm = 0;
        for (group, found) in self.groups.iter().zip(&found) {
            for (member, found) in group.members.iter().zip(found) {
                draft.add(group.db(), member.service, found);
                let stays: Vec<Diagnostic> = found.iter().filter(|it| it.firm).cloned().collect();
                firm += stays.len();
                anstream::eprint!("{}", render::human(group.db(), member.service, &stays, color));
            }
        }
        let (path, count) = draft.write()?;
        anstream::eprintln!("wrote {} to `{}`", counted(count, "known finding"), shown(&path));
        if firm > 0 {
            anstream::eprintln!(
                "{} above cannot be known ones: the service does not compile",
                counted(firm, "error")
            );
        }
        Ok(ExitCode::from(u8::from(firm > 0)))
    }
}

/// A path as it is shown.
fn shown(path: &std::path::Path) -> String {
    let text = path.display().to_string();
    text.strip_prefix("./").map(str::to_owned).unwrap_or(text)
}

/// `1 error`, `2 errors`.
fn counted(count: usize, word: &str) -> String {
    format!("{count} {word}{}", if count == 1 { "" } else { "s" })
}

impl Report {
    fn new(
        group: &Group,
        member: &group::Member,
        found: &[Diagnostic],
        args: &Check,
        global: &Global,
    ) -> Report {
        let (db, service) = (group.db(), member.service);
        let text = match args.format {
            CheckFormat::Human => render::human(db, service, found, output::color_of_result(global)),
            CheckFormat::Concise => render::concise(db, service, found),
            _ => String::new(),
        };
        let for_people = matches!(args.format, CheckFormat::Human | CheckFormat::Concise);
        let diagnostics = if for_people { Vec::new() } else { render::json(db, service, found) };
        let mut rules: BTreeMap<(Severity, &'static str), usize> = BTreeMap::new();
        found.iter().for_each(|it| *rules.entry((it.severity, it.rule.id)).or_default() += 1);
        let service = member.directory.display().to_string();
        Report { text, found: report::Found { service, diagnostics }, rules }
    }

    fn count(&self, severity: Severity) -> usize {
        self.rules.iter().filter(|it| it.0.0 == severity).map(|it| it.1).sum()
    }
}

impl Outcome {
    fn count(&self, severity: Severity) -> usize {
        self.reports.iter().map(|it| it.count(severity)).sum()
    }

    /// Shows it, and says how the run ends.
    fn print(self, run: &Run<'_>) -> Result<ExitCode, Failure> {
        let args = run.args;
        let (errors, warnings) = (self.count(Severity::Error), self.count(Severity::Warning));
        let services = self.reports.len();
        let for_people = matches!(args.format, CheckFormat::Human | CheckFormat::Concise);
        if args.statistics {
            output::result(&statistics(&self.reports))?;
        } else if for_people {
            output::result(&self.reports.iter().map(|it| it.text.as_str()).collect::<String>())?;
        } else {
            let found: Vec<report::Found> = self.reports.into_iter().map(|it| it.found).collect();
            let text = report::write(args.format, &found).unwrap_or_else(|| {
                let diagnostics: Vec<_> = found.into_iter().flat_map(|it| it.diagnostics).collect();
                let summary =
                    json!({ "services": services, "files": self.files, "errors": errors, "warnings": warnings });
                format!("{:#}\n", json!({ "diagnostics": diagnostics, "summary": summary }))
            });
            output::result(&text)?;
        }
        if for_people {
            let services = if services > 1 { format!(" in {services} services") } else { String::new() };
            let known = match &self.baseline {
                Some((path, hidden, _)) if *hidden > 0 => format!(" ({hidden} known from `{path}`)"),
                _ => String::new(),
            };
            anstream::eprintln!(
                "{}, {}{services}{known}",
                counted(errors, "error"),
                counted(warnings, "warning")
            );
            if let Some((path, _, gone)) = self.baseline.filter(|it| it.2 > 0) {
                let (findings, are) = (counted(gone, "finding"), if gone == 1 { "is" } else { "are" });
                anstream::eprintln!(
                    "{findings} of `{path}` {are} gone: `slsc check --write-baseline` takes them out"
                );
            }
        }
        Ok(ExitCode::from(u8::from(errors > 0)))
    }
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

/// The levels that the command line gives: what is denied wins over what is allowed.
fn levels(args: &Check) -> Result<Levels, Failure> {
    let given = [(&args.allow, Level::Off), (&args.warn, Level::Warning), (&args.deny, Level::Error)];
    let mut levels = Levels::default();
    for (names, level) in given {
        for name in names {
            let selector = match rules::by_id(name) {
                Some(rule) => Selector::Rule(rule),
                None if name == "warnings" => Selector::Warnings,
                None => {
                    let near = nearest(name, rules::RULES.iter().map(|it| it.id));
                    let help = near.map_or("`slsc explain` lists the rules".into(), |it| {
                        format!("did you mean `{it}`?")
                    });
                    return Err(Failure::usage(format!("no rule is called `{name}`"), help));
                }
            };
            levels.0.push((selector, level));
        }
    }
    Ok(levels)
}
