//! Services that are checked together: a few groups, side by side, each with one database, so that what services share
//! is read and parsed once.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use ecow::EcoString;
use rayon::prelude::*;
use slsc_core::db::{Database, Options, Service};
use slsc_core::diagnostic::Diagnostic;
use slsc_core::several::{self, Facts};
use slsc_core::stages::{self, Target};
use slsc_core::{levels, locate, pipeline};

use crate::answers;
use crate::args::{Check, Global};
use crate::output::Failure;
use crate::project::{self, CONFIG_NAMES, Project};

/// A service of a group.
pub struct Member {
    /// The directory, as it is shown.
    pub directory: PathBuf,
    /// The service.
    pub service: Service,
    /// The stages to look at; `None` for the one that is selected.
    targets: Option<Vec<Target>>,
}

/// Services with one database.
pub struct Group {
    /// The database, and the service that is worked on.
    project: Project,
    /// The services.
    pub members: Vec<Member>,
}

impl Group {
    /// Opens the services in `directories`, with what their programs say.
    fn open(
        directories: &[PathBuf],
        options: &Options,
        args: &Check,
        global: &Global,
    ) -> Result<Option<Group>, Failure> {
        let mut group: Option<Group> = None;
        for directory in directories {
            let service;
            let group = match &mut group {
                Some(group) => {
                    service = project::add(&mut group.project.db, directory, global, options.clone())?;
                    group
                }
                None => {
                    let project = Project::read(directory, global, options.clone())?;
                    service = project.service;
                    group.insert(Group { project, members: Vec::new() })
                }
            };
            group.members.push(Member { directory: directory.clone(), service, targets: None });
            group.answer(group.members.len() - 1, args, global)?;
        }
        Ok(group)
    }

    /// Asks programs for what a service lacks.
    fn answer(&mut self, index: usize, args: &Check, global: &Global) -> Result<(), Failure> {
        let member = &mut self.members[index];
        self.project.service = member.service;
        answers::answer(&mut self.project, global, answers::Reach::Local)?;
        if args.all_stages {
            let mut targets = stages::known(&self.project.db, member.service);
            answers::answer_each(&mut self.project, global, &mut targets)?;
            member.targets = Some(targets);
        }
        Ok(())
    }

    /// The database.
    pub fn db(&self) -> &Database {
        &self.project.db
    }

    /// The database, to be changed.
    pub fn db_mut(&mut self) -> &mut Database {
        &mut self.project.db
    }

    /// Everything that is wrong with a service by itself.
    fn found(&self, member: &Member) -> Vec<Diagnostic> {
        match &member.targets {
            Some(targets) => stages::diagnostics(self.db(), member.service, targets),
            None => pipeline::diagnostics(self.db(), member.service),
        }
    }

    #[allow(dead_code)]
    /// Reads anew what lies at or below the paths that have changed, and runs programs again whose results may be
    /// others now. Whether anything has changed.
    pub fn refresh(
        &mut self,
        paths: &BTreeSet<EcoString>,
        args: &Check,
        global: &Global,
    ) -> Result<bool, Failure> {
        let configs: Vec<EcoString> =
            self.members.iter().map(|it| it.service.config(self.db()).path(self.db()).into()).collect();
        let mut changed = false;
        for path in self.project.db.known_paths() {
            let touched = paths.iter().any(|it| is_at_or_below(&path, it));
            if !touched {
                continue;
            }
            match configs.iter().position(|it| *it == path && crate::program::is_program(it)) {
                Some(index) => {
                    let service = self.members[index].service;
                    changed |= project::evaluate_again(&mut self.project.db, service, global)?;
                }
                None => changed |= self.project.db.refresh(&path),
            }
        }
        for index in 0..self.members.len() {
            if changed {
                project::forget_answers(&mut self.project.db, self.members[index].service);
                self.answer(index, args, global)?;
            }
        }
        Ok(changed)
    }
}

#[allow(dead_code)]
/// Whether `path` is `other`, or lies below it.
pub fn is_at_or_below(path: &str, other: &str) -> bool {
    path.strip_prefix(other).is_some_and(|it| it.is_empty() || it.starts_with('/'))
}

/// What is found, by group and service.
pub type Found = Vec<Vec<Vec<Diagnostic>>>;

/// Opens services, in as many groups as there are processors, or in one.
pub fn open(
    directories: &[PathBuf],
    args: &Check,
    global: &Global,
    options: &Options,
    together: bool,
) -> Result<Vec<Group>, Failure> {
    let groups = if together { 1 } else { rayon::current_num_threads().clamp(1, directories.len().max(1)) };
    let size = directories.len().div_ceil(groups).max(1);
    let parts: Vec<&[PathBuf]> = directories.chunks(size).collect();
    let opened: Result<Vec<Option<Group>>, Failure> =
        parts.into_par_iter().map(|it| Group::open(it, options, args, global)).collect();
    Ok(opened?.into_iter().flatten().collect())
}

/// Everything that is wrong, in each service and between them.
pub fn look(groups: &mut [Group]) -> Found {
    let several = groups.iter().map(|it| it.members.len()).sum::<usize>() > 1;
    let looked: Vec<(Vec<Vec<Diagnostic>>, Vec<Option<Facts>>)> = groups
        .par_iter_mut()
        .map(|group| {
            let found = group.members.iter().map(|it| group.found(it)).collect();
            let facts = group.members.iter().filter(|_| several);
            (found, facts.map(|it| several::facts(group.db(), it.service)).collect())
        })
        .collect();
    let (mut found, facts): (Found, Vec<_>) = looked.into_iter().unzip();
    let facts: Vec<Option<Facts>> = facts.into_iter().flatten().collect();
    let places: Vec<(usize, usize)> = groups
        .iter()
        .enumerate()
        .flat_map(|(group, it)| (0..it.members.len()).map(move |member| (group, member)))
        .collect();
    for finding in several::findings(&facts) {
        let (group, member) = places[finding.service];
        let db = groups[group].db();
        let service = groups[group].members[member].service;
        let settled = levels::settle_others(db, service, vec![finding.diagnostic(db)]);
        let found = &mut found[group][member];
        found.extend(settled);
        locate::sort(db, service, found);
    }
    found
}

/// The directories that hold services: those that are named, or all below them.
pub fn directories(args: &Check, global: &Global) -> Result<Vec<PathBuf>, Failure> {
    let here = global.directory.clone();
    if args.paths.is_empty() {
        if global.config.is_some() || is_service(&here) {
            return Ok(vec![here]);
        }
        let below = below(&here);
        // Where nothing is found, what is missing is said as for every command.
        return Ok(if below.is_empty() { vec![here] } else { below });
    }
    let mut found = Vec::new();
    for path in &args.paths {
        let path = global.directory.join(path);
        if global.config.is_some() || is_service(&path) {
            found.push(path);
            continue;
        }
        let below = below(&path);
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

/// The services below a directory, without those that `.gitignore` and packages of others hold.
fn below(path: &Path) -> Vec<PathBuf> {
    let walk = ignore::WalkBuilder::new(path).filter_entry(|it| it.file_name() != "node_modules").build();
    let directories = walk.filter_map(Result::ok).filter(|it| it.path().is_dir() && is_service(it.path()));
    let mut found: Vec<PathBuf> = directories.map(ignore::DirEntry::into_path).collect();
    found.sort();
    found
}

fn is_service(directory: &Path) -> bool {
    CONFIG_NAMES.iter().any(|it| directory.join(it).is_file())
}
