//! `slsc check --watch`: checks again when a file changes that the services read, or one appears that they missed.

use std::collections::BTreeSet;
use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use ecow::EcoString;
use notify::event::{AccessKind, AccessMode};
use notify::{EventKind, RecursiveMode, Watcher as _};

use salsa::Setter as _;
use slsc_core::db::{Content, Database, Options, Service, normalize};

use super::group::{Group, Services, Setup};
use super::{Outcome, Run};
use crate::output::{self, Failure};
use crate::program;

/// How long nothing may happen before what has happened is looked at: editors write in several steps.
const QUIET: Duration = Duration::from_millis(30);
/// How long it may take until it is looked at all the same.
const PATIENCE: Duration = Duration::from_millis(500);
/// What a program ends with that is interrupted.
const INTERRUPTED: i32 = 130;

/// Checks until it is interrupted.
pub fn run(mut run: Run<'_>) -> Result<ExitCode, Failure> {
    let (sender, events) = channel();
    let failed = |error: notify::Error| {
        Failure::failed(format!("cannot watch files: {error}"), "check without `--watch`")
    };
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        // The receiver ends with the process.
        drop(sender.send(event));
    })
    .map_err(failed)?;
    end_when_interrupted();
    let mut watched: BTreeSet<PathBuf> = BTreeSet::new();
    let mut started = Instant::now();
    loop {
        let outcome = run.check();
        // What is watched from now on may have changed since it was read.
        let more = watch(&mut watcher, &mut watched, &known_paths(&run));
        if more && told(refresh(&mut run, None)) {
            continue;
        }
        if let Err(failure) = outcome.and_then(|it| show(it, &run, started)) {
            failure.print();
        }
        loop {
            let Some(changed) = changes(&events, &known_paths(&run)) else { return Ok(ExitCode::SUCCESS) };
            watched.retain(|it| it.is_dir());
            started = Instant::now();
            if told(refresh(&mut run, Some(&changed))) {
                break;
            }
        }
    }
}

/// Whether something has changed; what went wrong is said, and is no change.
fn told(changed: Result<bool, Failure>) -> bool {
    changed.unwrap_or_else(|failure| {
        failure.print();
        false
    })
}

/// Watches the directories of these paths; answers whether there are more of them than before.
fn watch(
    watcher: &mut notify::RecommendedWatcher,
    watched: &mut BTreeSet<PathBuf>,
    paths: &BTreeSet<EcoString>,
) -> bool {
    let mut more = false;
    for directory in directories(paths) {
        // One that has gone meanwhile is found again with the next change.
        if !watched.contains(&directory) && watcher.watch(&directory, RecursiveMode::NonRecursive).is_ok() {
            watched.insert(directory);
            more = true;
        }
    }
    more
}

/// Shows what is found, and how long it took.
fn show(outcome: Outcome, run: &Run<'_>, started: Instant) -> Result<(), Failure> {
    if std::io::stdout().is_terminal() {
        output::result("\u{1b}[2J\u{1b}[3J\u{1b}[H")?;
    }
    outcome.print(run)?;
    let time = started.elapsed().as_secs_f64() * 1000.0;
    anstream::eprintln!("checked in {time:.0} ms; waiting for changes");
    Ok(())
}

/// The directories in which something can happen to one of these paths: those that hold them, or, where these are
/// missing, the nearest above.
fn directories(paths: &BTreeSet<EcoString>) -> BTreeSet<PathBuf> {
    let holder = |path: &EcoString| {
        Path::new(path.as_str()).ancestors().skip(1).find(|it| it.is_dir()).map(Path::to_owned)
    };
    paths.iter().filter_map(holder).collect()
}

/// Waits until something happens to one of these paths, and gathers what has; `None` when nothing ever will.
fn changes(
    events: &Receiver<notify::Result<notify::Event>>,
    known: &BTreeSet<EcoString>,
) -> Option<BTreeSet<EcoString>> {
    let mut changed = BTreeSet::new();
    let mut since = None;
    loop {
        let event = match since {
            None => events.recv().map_err(|_| RecvTimeoutError::Disconnected),
            Some(_) => events.recv_timeout(QUIET),
        };
        match event {
            Ok(event) => {
                changed.extend(event.iter().flat_map(|it| paths(it, known)));
                // Some of what happens may have been lost.
                if event.as_ref().is_ok_and(notify::Event::need_rescan) {
                    changed.extend(known.iter().cloned());
                }
            }
            Err(RecvTimeoutError::Timeout) => return Some(changed),
            Err(RecvTimeoutError::Disconnected) => return None,
        }
        if !changed.is_empty() {
            let since = *since.get_or_insert_with(Instant::now);
            if since.elapsed() > PATIENCE {
                return Some(changed);
            }
        }
    }
}

/// The paths of an event that mean one of those that are known. Reading a file is an event, too, but no change.
fn paths(event: &notify::Event, known: &BTreeSet<EcoString>) -> Vec<EcoString> {
    let is_change = match event.kind {
        EventKind::Access(AccessKind::Close(AccessMode::Write)) => true,
        EventKind::Access(_) => false,
        _ => true,
    };
    let paths = event.paths.iter().filter(|_| is_change).map(|it| normalize(&it.to_string_lossy()));
    paths.filter(|path| known.iter().any(|it| is_at_or_below(it, path))).collect()
}

/// Ends the process as a shell expects it of one that is interrupted.
fn end_when_interrupted() {
    std::thread::spawn(|| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        // Without it, the signal ends the process by itself.
        if let Ok(runtime) = runtime
            && runtime.block_on(tokio::signal::ctrl_c()).is_ok()
        {
            std::process::exit(INTERRUPTED);
        }
    });
}

/// The paths of all that was asked for.
fn known_paths(run: &Run<'_>) -> BTreeSet<EcoString> {
    let Services::Open(groups) = &run.services else { return BTreeSet::new() };
    groups.iter().flat_map(|it| it.db().known_paths()).collect()
}

/// Reads anew what is at these paths, or everything; answers whether something has changed.
fn refresh(run: &mut Run<'_>, paths: Option<&BTreeSet<EcoString>>) -> Result<bool, Failure> {
    let Services::Open(groups) = &mut run.services else { return Ok(false) };
    let mut changed = false;
    for group in groups {
        changed |= refresh_group(group, paths, &run.setup)?;
    }
    Ok(changed)
}

/// Reads anew what lies at or below the paths, and runs programs again whose results may be others now.
fn refresh_group(
    group: &mut Group,
    paths: Option<&BTreeSet<EcoString>>,
    setup: &Setup<'_>,
) -> Result<bool, Failure> {
    let services: Vec<Service> = group.members.iter().map(|it| it.service).collect();
    let db = group.db_mut();
    let mut changed = false;
    for path in db.known_paths() {
        if paths.is_some_and(|paths| !paths.iter().any(|it| is_at_or_below(&path, it))) {
            continue;
        }
        match services.iter().find(|it| it.config(db).path(db) == path.as_str() && program::is_program(&path))
        {
            Some(service) => changed |= evaluate_again(db, *service, setup)?,
            None => changed |= db.refresh(&path),
        }
    }
    for (index, service) in services.into_iter().enumerate().filter(|_| changed) {
        forget_answers(group.db_mut(), service);
        group.answer(index, setup)?;
    }
    Ok(changed)
}

/// Whether `path` is `other`, or lies below it.
fn is_at_or_below(path: &str, other: &str) -> bool {
    path.strip_prefix(other).is_some_and(|it| it.is_empty() || it.starts_with('/'))
}

/// Runs the program again that is the configuration of a service; answers whether it gives something else.
fn evaluate_again(db: &mut Database, service: Service, setup: &Setup<'_>) -> Result<bool, Failure> {
    let file = service.config(db);
    let verbose = setup.global.verbose || setup.global.debug.is_some();
    let json = program::evaluate(service.directory(db), file.path(db), verbose)?;
    let content = Content::Evaluated(json.into());
    let changed = *file.content(db) != content;
    if changed {
        file.set_content(db).to(content);
    }
    Ok(changed)
}

/// Forgets what programs have said of a service, so that they are asked again.
fn forget_answers(db: &mut Database, service: Service) {
    let options = service.options(db);
    if !options.remote.is_empty() {
        let options = Options { remote: Default::default(), ..options.clone() };
        service.set_options(db).to(options);
    }
}
