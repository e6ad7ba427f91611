//! `slsc check`: every mistake of a service, or of all services below a directory, in one run.

mod finding;
mod fix;
mod group;
mod watch;

use std::collections::{BTreeMap, BTreeSet};
use std::process::ExitCode;

use ecow::EcoString;
use rustc_hash::FxHashSet;
use serde_json::json;
use slsc_core::db::Options;
use slsc_core::diagnostic::{Severity, nearest};
use slsc_core::levels::{Level, Levels, Selector};
use slsc_core::rules;

use self::finding::{Key, Manner, Seen};
use self::group::{Services, Setup};
use crate::args::{Check, Global};
use crate::baseline::{Baseline, Draft};
use crate::output::{self, Failure};
use crate::project;
use crate::report;

/// Checks, and ends with 1 if there are errors.
pub fn run(args: &Check, global: &Global) -> Result<ExitCode, Failure> {
    let mut run = Run::open(args, global)?;
    if args.watch {
        return watch::run(run);
    }
    if args.write_baseline.is_some() {
        return run.write_baseline();
    }
    if let (true, Services::Open(groups)) = (args.fix || args.diff, &mut run.services) {
        let fixed = fix::run(groups);
        if args.diff {
            output::result(&fixed.diff(output::color_of_result(global)))?;
        } else {
            fixed.write()?;
        }
        fixed.left.iter().for_each(|it| anstream::eprintln!("{it}"));
        anstream::eprintln!("{} {}", if args.diff { "would fix" } else { "fixed" }, fixed.count());
        if args.diff {
            return Ok(ExitCode::from(u8::from(fixed.mistakes > 0)));
        }
    }
    run.check()?.print(&run)
}

/// A run over services.
pub struct Run<'a> {
    setup: Setup<'a>,
    services: Services,
}

/// What all services were found to be.
struct Outcome {
    seen: Vec<Seen>,
    /// The file of the baseline, how many findings it holds back, and how many of its own are gone.
    baseline: Option<(String, usize, usize)>,
}

impl<'a> Run<'a> {
    fn open(args: &'a Check, global: &'a Global) -> Result<Run<'a>, Failure> {
        let options = Options { levels: levels(args)?, ..project::options_from(global)? };
        let setup = Setup { args, global, options };
        let directories = group::directories(args, global)?;
        // Texts that are changed must be the same for all services that read them.
        let together = args.fix || args.diff;
        let services = match together || args.watch {
            true => Services::open(&directories, &setup, together)?,
            false => Services::Closed(directories),
        };
        Ok(Run { setup, services })
    }

    fn manner(&self, baseline: Option<EcoString>) -> Manner {
        let color = output::color_of_result(self.setup.global);
        Manner { format: self.setup.args.format, color, baseline }
    }

    /// Finds everything that is wrong, and leaves out what the baseline knows.
    fn check(&mut self) -> Result<Outcome, Failure> {
        let (args, global) = (self.setup.args, self.setup.global);
        let mut baseline = match args.no_baseline {
            true => None,
            false => Baseline::open(args.baseline.as_deref(), &global.directory)?,
        };
        let manner = self.manner(baseline.as_ref().map(|it| it.directory.clone()));
        let mut seen = self.services.examine(&manner, &self.setup)?;
        once_each(&mut seen);
        let stopped = seen.iter().flat_map(|it| &it.findings).any(|it| it.firm);
        let known = baseline.as_mut().map(|baseline| {
            let before: usize = seen.iter().map(|it| it.findings.len()).sum();
            seen.iter_mut().for_each(|it| {
                it.findings.retain(|it| !it.known.as_ref().is_some_and(|it| baseline.take(it)));
            });
            let after: usize = seen.iter().map(|it| it.findings.len()).sum();
            let files: BTreeSet<EcoString> = seen.iter().flat_map(|it| it.files.iter().cloned()).collect();
            // Where something stops the compiler, much is not looked at.
            let gone = if stopped { 0 } else { baseline.gone(&files) };
            (shown(&baseline.path), before - after, gone)
        });
        Ok(Outcome { seen, baseline: known })
    }

    /// Writes all that is found as known. What the compiler refuses is shown instead.
    fn write_baseline(&mut self) -> Result<ExitCode, Failure> {
        let named = self.setup.args.write_baseline.as_ref().and_then(Option::as_deref);
        let mut draft = Draft::new(named, &self.setup.global.directory)?;
        let manner = self.manner(Some(draft.directory.clone()));
        let mut seen = self.services.examine(&manner, &self.setup)?;
        once_each(&mut seen);
        let left_out = left_out(&seen);
        let mut firm = 0;
        for finding in seen.into_iter().flat_map(|it| it.findings) {
            if finding.firm {
                firm += 1;
                anstream::eprint!("{}", finding.text);
            }
            finding.known.into_iter().for_each(|it| draft.add(it));
        }
        let (path, count) = draft.write()?;
        anstream::eprintln!("wrote {} to `{}`", counted(count, "known finding"), shown(&path));
        if firm > 0 {
            let errors = counted(firm, "error");
            anstream::eprintln!("{errors} above cannot be known ones: the service does not compile");
        }
        Ok(left_out.unwrap_or_else(|| ExitCode::from(u8::from(firm > 0))))
    }
}

/// Leaves out what another service has found already in a file that both read.
fn once_each(seen: &mut [Seen]) {
    let mut met: FxHashSet<Key> = FxHashSet::default();
    for it in seen {
        it.findings.retain(|it| !it.key.included || met.insert(it.key.clone()));
    }
}

/// Says which services could not be looked at, and how a run ends in which there are any.
fn left_out(seen: &[Seen]) -> Option<ExitCode> {
    let mut ends_with = None;
    for (directory, failure) in seen.iter().filter_map(|it| Some((&it.directory, it.failure.as_ref()?))) {
        anstream::eprintln!("`{}` is left out:", shown(directory));
        failure.print();
        ends_with = Some(failure.code());
    }
    ends_with
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

impl Outcome {
    fn count(&self, severity: Severity) -> usize {
        self.seen.iter().flat_map(|it| &it.findings).filter(|it| it.severity == severity).count()
    }

    /// Shows it, and says how the run ends.
    fn print(self, run: &Run<'_>) -> Result<ExitCode, Failure> {
        let args = run.setup.args;
        let (errors, warnings) = (self.count(Severity::Error), self.count(Severity::Warning));
        let services = self.seen.len();
        let left_out = left_out(&self.seen);
        let for_people = run.manner(None).for_people();
        if args.statistics {
            output::result(&statistics(&self.seen))?;
        } else if for_people {
            let texts = self.seen.iter().flat_map(|it| &it.findings).map(|it| it.text.as_str());
            output::result(&texts.collect::<String>())?;
        } else {
            let files: usize = self.seen.iter().map(|it| it.files.len()).sum();
            let found: Vec<report::Found> = self.seen.into_iter().map(of_report).collect();
            let text = report::write(args.format, &found).unwrap_or_else(|| {
                let diagnostics: Vec<_> = found.into_iter().flat_map(|it| it.diagnostics).collect();
                let summary =
                    json!({ "services": services, "files": files, "errors": errors, "warnings": warnings });
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
            let (errors, warnings) = (counted(errors, "error"), counted(warnings, "warning"));
            anstream::eprintln!("{errors}, {warnings}{services}{known}");
            if let Some((path, _, gone)) = self.baseline.filter(|it| it.2 > 0) {
                let (findings, are) = (counted(gone, "finding"), if gone == 1 { "is" } else { "are" });
                anstream::eprintln!(
                    "{findings} of `{path}` {are} gone: `slsc check --write-baseline` takes them out"
                );
            }
        }
        Ok(left_out.unwrap_or_else(|| ExitCode::from(u8::from(errors > 0))))
    }
}

fn of_report(seen: Seen) -> report::Found {
    report::Found {
        service: seen.directory.display().to_string(),
        diagnostics: seen.findings.into_iter().filter_map(|it| it.json).collect(),
    }
}

/// How often each rule was broken, the most frequent first.
fn statistics(seen: &[Seen]) -> String {
    let mut counts: BTreeMap<(Severity, &str), usize> = BTreeMap::new();
    for finding in seen.iter().flat_map(|it| &it.findings) {
        *counts.entry((finding.severity, finding.rule)).or_default() += 1;
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
