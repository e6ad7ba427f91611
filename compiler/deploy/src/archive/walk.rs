//! Finds the files of an archive. Answers "which files are selected, and under which names?".
//!
//! Links are followed, but never back into a directory that is being walked; a link that leads nowhere is no file.
//! What an earlier or this very packaging wrote into the archives' directory is not looked at.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use super::{ArchiveError, Job, PART};
use crate::artifacts::{CREATE_TEMPLATE, STATE, UPDATE_TEMPLATE};

/// A file that goes in.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Found {
    /// Its name in the archive.
    pub name: String,
    /// Where it is.
    pub path: PathBuf,
}

/// A name in a zip is at most this long, in bytes.
const MAX_NAME: usize = u16::MAX as usize;

pub(super) struct Walk<'a> {
    job: &'a Job<'a>,
    /// The names of all archives.
    targets: Vec<&'a OsStr>,
    /// Where the archives go, without links.
    written: PathBuf,
    /// The directories that are being walked, without links.
    open: Vec<PathBuf>,
    files: Vec<Found>,
}

impl<'a> Walk<'a> {
    pub fn new(job: &'a Job<'a>, targets: &[&'a Path]) -> Result<Walk<'a>, ArchiveError> {
        let directory = job.target.parent().unwrap_or(Path::new("."));
        let written = fs::canonicalize(directory).map_err(|it| ArchiveError::io(directory, &it))?;
        let targets = targets.iter().filter_map(|it| it.file_name()).collect();
        Ok(Walk { job, targets, written, open: Vec::new(), files: Vec::new() })
    }

    /// The selected files in the order of their names.
    pub fn files(mut self) -> Result<Vec<Found>, ArchiveError> {
        let root = &self.job.root;
        if !root.is_dir() {
            let what = format!("there is no directory `{}`", root.display());
            return Err(ArchiveError::new(what, "create it, or correct the `path` that names it"));
        }
        self.directory(root, "", true)?;
        for outside in &self.job.outside {
            let path = root.join(outside);
            if path.is_dir() {
                self.directory(&path, &format!("{outside}/"), true)?;
            } else if path.is_file() {
                self.file(outside.clone(), path)?;
            }
        }
        self.files.sort();
        // A pattern may lead to a place by two ways.
        self.files.dedup();
        let twice = self.files.windows(2).find_map(|it| match it {
            [first, second] if first.name == second.name => Some((first, second)),
            _ => None,
        });
        if let Some((first, second)) = twice {
            let what = format!(
                "`{}` and `{}` would have the same name in `{}`",
                first.path.display(),
                second.path.display(),
                self.job.target.display()
            );
            return Err(ArchiveError::new(what, "leave one of them out with `package.patterns`"));
        }
        Ok(self.files)
    }

    /// Walks a directory whose files have names that begin with `prefix`.
    fn directory(&mut self, directory: &Path, prefix: &str, linked: bool) -> Result<(), ArchiveError> {
        let failed = |it: &std::io::Error| ArchiveError::io(directory, it);
        let real = match (linked, self.open.last(), directory.file_name()) {
            (false, Some(parent), Some(name)) => parent.join(name),
            _ => fs::canonicalize(directory).map_err(|it| failed(&it))?,
        };
        // Only a link can lead back.
        if linked && self.open.iter().any(|it| it.starts_with(&real)) {
            return Ok(());
        }
        let products = real == self.written;
        self.open.push(real);
        for entry in fs::read_dir(directory).map_err(|it| failed(&it))? {
            let entry = entry.map_err(|it| failed(&it))?;
            if products && self.is_product(&entry.file_name()) {
                continue;
            }
            let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
            let mut kind = entry.file_type().map_err(|it| failed(&it))?;
            let linked = kind.is_symlink();
            if linked {
                let Ok(metadata) = fs::metadata(entry.path()) else { continue };
                kind = metadata.file_type();
            }
            if kind.is_file() {
                self.file(name, entry.path())?;
            } else if kind.is_dir() && !(self.job.skips)(&name) {
                self.directory(&entry.path(), &format!("{name}/"), linked)?;
            }
        }
        self.open.pop();
        Ok(())
    }

    fn is_product(&self, name: &OsStr) -> bool {
        let documents = [CREATE_TEMPLATE, UPDATE_TEMPLATE, STATE];
        let name_text = name.to_string_lossy();
        self.targets.contains(&name) || documents.contains(&&*name_text) || name_text.starts_with(PART)
    }

    fn file(&mut self, name: String, path: PathBuf) -> Result<(), ArchiveError> {
        if !(self.job.selects)(&name) {
            return Ok(());
        }
        let unreadable = name.contains(char::REPLACEMENT_CHARACTER) && path.to_str().is_none();
        if unreadable || name.len() > MAX_NAME {
            let what = format!("the name of `{}` cannot stand in an archive", path.display());
            let help = "rename the file with UTF-8 letters and a shorter path, or leave it out with `package.patterns`";
            return Err(ArchiveError::new(what, help));
        }
        let steps = name.split('/').skip_while(|it| matches!(*it, "." | ".."));
        let name = steps.collect::<Vec<_>>().join("/");
        self.files.push(Found { name, path });
        Ok(())
    }
}
