//! Services that are checked together: groups, side by side, each with one database, so that what services share is
//! read and parsed once.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use slsc_core::db::{Database, Options, Service};
use slsc_core::diagnostic::Diagnostic;
use slsc_core::several::{self, Facts};
use slsc_core::stages::{self, Target};
use slsc_core::{levels, pipeline};

use super::finding::{Manner, Seen};
use crate::answers;
use crate::args::{Check, Global};
use crate::output::Failure;
use crate::project::{self, CONFIG_NAMES, Project};

/// How many services are open at a time in each thread: they share what they read, and are forgotten together.
const GROUP: usize = 16;

/// What services are opened with.
pub struct Setup<'a> {
    /// The options of the command.
    pub args: &'a Check,
    /// The options of every command.
    pub global: &'a Global,
    /// The options of the compiler.
    pub options: Options,
}

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
    /// Opens the services in `directories`, of which there is one at least, with what their programs say.
    fn open(directories: &[PathBuf], setup: &Setup<'_>) -> Result<Group, Failure> {
        let (first, others) = directories.split_first().expect("a group has services");
        let project = Project::read(first, setup.global, setup.options.clone())?;
        let member =
            |directory: &PathBuf, service| Member { directory: directory.clone(), service, targets: None };
        let mut group = Group { members: vec![member(first, project.service)], project };
        group.answer(0, setup)?;
        for directory in others {
            let service =
                project::add(&mut group.project.db, directory, setup.global, setup.options.clone())?;
            group.members.push(member(directory, service));
            group.answer(group.members.len() - 1, setup)?;
        }
        Ok(group)
    }

    /// Asks programs for what a service lacks.
    pub fn answer(&mut self, index: usize, setup: &Setup<'_>) -> Result<(), Failure> {
        let member = &mut self.members[index];
        self.project.service = member.service;
        answers::answer(&mut self.project, setup.global, answers::Reach::Local)?;
        if setup.args.all_stages {
            let mut targets = stages::known(&self.project.db, member.service);
            answers::answer_each(&mut self.project, setup.global, &mut targets)?;
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
    pub fn found(&self, member: &Member) -> Vec<Diagnostic> {
        match &member.targets {
            Some(targets) => stages::diagnostics(self.db(), member.service, targets),
            None => pipeline::diagnostics(self.db(), member.service),
        }
    }
}

impl Group {
    /// What is seen in each service; `several` also gathers what they are to each other.
    pub fn examine(&self, manner: &Manner, several: bool) -> Vec<Seen> {
        let db = self.db();
        let one = |it: &Member| Seen {
            directory: it.directory.clone(),
            findings: manner.findings(db, it.service, self.found(it)),
            facts: several.then(|| several::facts(db, it.service)).flatten(),
            files: pipeline::resolved(db, it.service).files.iter().map(|it| it.path(db).into()).collect(),
            failure: None,
        };
        self.members.iter().map(one).collect()
    }
}

/// What is seen in these services. One of `several` that cannot be opened does not keep the others from being checked.
fn examine(
    directories: &[PathBuf],
    several: bool,
    manner: &Manner,
    setup: &Setup<'_>,
) -> Result<Vec<Seen>, Failure> {
    match (Group::open(directories, setup), directories) {
        (Ok(group), _) => Ok(group.examine(manner, several)),
        (Err(failure), [one]) if several => Ok(vec![Seen::unseen(one.clone(), failure)]),
        (Err(failure), [] | [_]) => Err(failure),
        (Err(_), many) => {
            let each = many.iter().map(|it| examine(std::slice::from_ref(it), several, manner, setup));
            Ok(each.collect::<Result<Vec<_>, Failure>>()?.into_iter().flatten().collect())
        }
    }
}

/// Services to be looked at.
pub enum Services {
    /// Those that stay open: they are fixed, or looked at again.
    Open(Vec<Group>),
    /// Those that are opened when they are looked at, and closed then.
    Closed(Vec<PathBuf>),
}

impl Services {
    /// Opens services for good: in as many groups as there are processors, or in one.
    pub fn open(directories: &[PathBuf], setup: &Setup<'_>, together: bool) -> Result<Services, Failure> {
        let groups = if together { 1 } else { rayon::current_num_threads() };
        let size = directories.len().div_ceil(groups.max(1)).max(1);
        let parts: Vec<&[PathBuf]> = directories.chunks(size).collect();
        let opened: Result<Vec<Group>, Failure> =
            parts.into_par_iter().map(|it| Group::open(it, setup)).collect();
        opened.map(Services::Open)
    }

    /// What is seen in each service, in their order.
    pub fn examine(&mut self, manner: &Manner, setup: &Setup<'_>) -> Result<Vec<Seen>, Failure> {
        let seen: Result<Vec<Vec<Seen>>, Failure> = match self {
            Services::Open(groups) => {
                let several = groups.iter().map(|it| it.members.len()).sum::<usize>() > 1;
                groups.par_iter_mut().map(|it| Ok(it.examine(manner, several))).collect()
            }
            Services::Closed(directories) => {
                let several = directories.len() > 1;
                let parts: Vec<&[PathBuf]> = directories.chunks(GROUP).collect();
                parts.into_par_iter().map(|it| examine(it, several, manner, setup)).collect()
            }
        };
        let mut seen: Vec<Seen> = seen?.into_iter().flatten().collect();
        let facts: Vec<Option<Facts>> = seen.iter_mut().map(|it| it.facts.take()).collect();
        let mut between: BTreeMap<usize, Vec<several::Finding>> = BTreeMap::new();
        for finding in several::findings(&facts) {
            between.entry(finding.service).or_default().push(finding);
        }
        for (index, findings) in between {
            let Some(seen) = seen.get_mut(index) else { continue };
            let Project { db, service } =
                Project::read(&seen.directory, setup.global, setup.options.clone())?;
            let found = findings.iter().map(|it| it.diagnostic(&db)).collect();
            let settled = levels::settle_others(&db, service, found);
            seen.findings.extend(manner.findings(&db, service, settled));
            seen.findings.sort_by(|a, b| a.key.cmp(&b.key));
        }
        Ok(seen)
    }
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
