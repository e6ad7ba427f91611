//! Finds the files of archives. Answers "which files are there, and under which names would they stand?".
//!
//! A directory is read once for all archives that are made of it, its subdirectories side by side. Links are followed,
//! but never back into a directory that is being walked; a link that leads nowhere is no file. What an earlier or this
//! very packaging wrote into the archives' directory is not looked at.

use std::collections::HashSet;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::make::Shared;
use super::record::{RECORD, Stamp};
use super::{ArchiveError, Job, PART};
use crate::artifacts::{CREATE_TEMPLATE, STATE, UPDATE_TEMPLATE};

/// A file that may go in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found {
    /// Its path below the root, or beside it: `../common/a`.
    pub source: String,
    /// How many bytes of it lead outside; the rest is its name in an archive.
    outside: usize,
    /// Whether it has a name that a zip can hold.
    is_named: bool,
    /// What tells that it has not changed.
    pub stamp: Stamp,
}

/// A name in a zip is at most this long, in bytes.
const MAX_NAME: usize = u16::MAX as usize;

impl Found {
    fn new(source: String, path: &Path, stamp: Stamp) -> Found {
        let mut outside = 0;
        while let Some(("." | "..", rest)) = source.get(outside..).and_then(|it| it.split_once('/')) {
            outside = source.len() - rest.len();
        }
        let is_lossy = source.contains(char::REPLACEMENT_CHARACTER) && path.to_str().is_none();
        Found { is_named: !is_lossy && source.len() <= MAX_NAME, source, outside, stamp }
    }

    /// Its name in an archive.
    pub fn name(&self) -> &str {
        self.source.get(self.outside..).unwrap_or_default()
    }

    /// Where it is.
    pub fn path(&self, root: &Path) -> PathBuf {
        root.join(&self.source)
    }
}

/// The files that may go into some archives of one root, in the order of their names.
pub(super) struct Tree {
    /// The root.
    pub root: PathBuf,
    /// The files.
    pub files: Vec<Found>,
    /// What its archives have in common, if it has several.
    pub shared: Option<Shared>,
}

impl Tree {
    /// Reads the root of some jobs, all of the same root. `targets` are the names of all archives.
    pub fn read(jobs: &[&Job<'_>], targets: &HashSet<OsString>) -> Result<Tree, ArchiveError> {
        let Some(first) = jobs.first() else {
            return Err(ArchiveError::new("no archive".into(), "try again"));
        };
        let root = &first.root;
        if !root.is_dir() {
            let what = format!("there is no directory `{}`", root.display());
            return Err(ArchiveError::new(what, "create it, or correct the `path` that names it"));
        }
        let directory = first.target.parent().unwrap_or(Path::new("."));
        let written = fs::canonicalize(directory).unwrap_or_default();
        let walk = Walk { jobs, targets, written };
        let mut files = walk.directory(None, root, "", true)?;
        for outside in &first.outside {
            let path = root.join(outside);
            if path.is_dir() {
                files.extend(walk.directory(None, &path, &format!("{outside}/"), true)?);
            } else if let Ok(metadata) = fs::metadata(&path) {
                files.push(Found::new(outside.clone(), &path, Stamp::of(&metadata)));
            }
        }
        files.par_sort_unstable_by(|a, b| (a.name(), &a.source).cmp(&(b.name(), &b.source)));
        // A pattern may lead to a place by two ways.
        files.dedup_by(|a, b| a.source == b.source);
        let shared = (jobs.len() > 1).then(|| Shared::new(files.len()));
        Ok(Tree { root: root.clone(), files, shared })
    }

    /// The places of the files that go into a job's archive, in their order.
    pub fn selected(&self, job: &Job<'_>) -> Result<Vec<usize>, ArchiveError> {
        let mut selected: Vec<usize> = Vec::new();
        let mut last: Option<&Found> = None;
        for (at, file) in self.files.iter().enumerate().filter(|it| (job.selects)(&it.1.source)) {
            if !file.is_named {
                let path = file.path(&self.root);
                let what = format!("the name of `{}` cannot stand in an archive", path.display());
                let help = "rename the file with UTF-8 letters and a shorter path, or leave it out with `package.patterns`";
                return Err(ArchiveError::new(what, help));
            }
            if let Some(other) = last.filter(|it| it.name() == file.name()) {
                let (one, two) = (other.path(&self.root), file.path(&self.root));
                let (one, two, into) = (one.display(), two.display(), job.target.display());
                let what = format!("`{one}` and `{two}` would have the same name in `{into}`");
                return Err(ArchiveError::new(what, "leave one of them out with `package.patterns`"));
            }
            selected.push(at);
            last = Some(file);
        }
        Ok(selected)
    }
}

struct Walk<'a> {
    jobs: &'a [&'a Job<'a>],
    /// The names of all archives.
    targets: &'a HashSet<OsString>,
    /// Where the archives go, without links.
    written: PathBuf,
}

/// A directory that is being walked, without links, and those around it.
struct Open<'a> {
    real: PathBuf,
    around: Option<&'a Open<'a>>,
}

impl Open<'_> {
    fn holds(&self, directory: &Path) -> bool {
        self.real.starts_with(directory) || self.around.is_some_and(|it| it.holds(directory))
    }
}

impl Walk<'_> {
    /// Walks a directory whose files have names that begin with `prefix`.
    fn directory(
        &self,
        around: Option<&Open<'_>>,
        directory: &Path,
        prefix: &str,
        linked: bool,
    ) -> Result<Vec<Found>, ArchiveError> {
        let failed = |it: &std::io::Error| ArchiveError::io(directory, it);
        let real = match (linked, around, directory.file_name()) {
            (false, Some(parent), Some(name)) => parent.real.join(name),
            _ => fs::canonicalize(directory).map_err(|it| failed(&it))?,
        };
        // Only a link can lead back.
        if linked && around.is_some_and(|it| it.holds(&real)) {
            return Ok(Vec::new());
        }
        let products = real == self.written;
        let open = Open { real, around };
        let (mut files, mut directories) = (Vec::new(), Vec::new());
        for entry in fs::read_dir(directory).map_err(|it| failed(&it))? {
            let entry = entry.map_err(|it| failed(&it))?;
            let file_name = entry.file_name();
            if products && self.is_product(&file_name) {
                continue;
            }
            let name = format!("{prefix}{}", file_name.to_string_lossy());
            let kind = entry.file_type().map_err(|it| failed(&it))?;
            let linked = kind.is_symlink();
            if kind.is_dir() {
                directories.push((entry.path(), name, linked));
            } else if linked || kind.is_file() {
                let path = entry.path();
                let metadata = if linked { fs::metadata(&path) } else { entry.metadata() };
                // What is gone in the meantime, or leads nowhere, is no file.
                let Ok(metadata) = metadata else { continue };
                if metadata.is_dir() {
                    directories.push((path, name, linked));
                } else if metadata.is_file() {
                    files.push(Found::new(name, &path, Stamp::of(&metadata)));
                }
            }
        }
        directories.retain(|(_, name, _)| !self.jobs.iter().all(|it| (it.skips)(name)));
        let below: Result<Vec<Vec<Found>>, ArchiveError> = directories
            .par_iter()
            .map(|(path, name, linked)| self.directory(Some(&open), path, &format!("{name}/"), *linked))
            .collect();
        files.extend(below?.into_iter().flatten());
        Ok(files)
    }

    fn is_product(&self, name: &OsStr) -> bool {
        let documents = [CREATE_TEMPLATE, UPDATE_TEMPLATE, STATE, RECORD];
        let name_text = name.to_string_lossy();
        self.targets.contains(name) || documents.contains(&&*name_text) || name_text.starts_with(PART)
    }
}
