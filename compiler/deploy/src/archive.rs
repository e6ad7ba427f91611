//! Archives: the files of a directory that a plan selects, in a zip that is the same byte for byte whenever it is
//! made. Answers "what is uploaded, and what is its hash?".
//!
//! Entries are sorted, times are fixed, and of the permissions only whether a file may be run is kept. An archive is
//! written beside its place and moved there when it is whole. [`walk`] finds the files.

mod walk;

use std::fmt::Display;
use std::fs::{self, File};
use std::io::{self, BufWriter, Read as _, Write as _};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rayon::prelude::*;
use sha2::{Digest as _, Sha256};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, System, ZipWriter};

use walk::{Found, Walk};

/// An archive to make.
pub struct Job<'a> {
    /// The directory whose files go in.
    pub root: PathBuf,
    /// Where the archive goes.
    pub target: PathBuf,
    /// Whether a file goes in, by its path below the root with `/` between steps.
    pub selects: &'a (dyn Fn(&str) -> bool + Sync),
    /// Whether nothing below a directory can go in, so that nobody has to look there.
    pub skips: &'a (dyn Fn(&str) -> bool + Sync),
    /// Files and directories beside or above the root that are looked at too, such as `../common`.
    pub outside: Vec<String>,
    /// A ready archive that is taken as it is.
    pub ready: Option<PathBuf>,
}

/// An archive that has been made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Archive {
    /// Where it is.
    pub path: PathBuf,
    /// The base64 of its SHA-256, as Lambda has it.
    pub sha256: String,
    /// Its size in bytes.
    pub size: u64,
    /// How many files it holds; 0 for one that was ready.
    pub entries: usize,
}

/// Why an archive could not be made.
#[derive(Debug)]
pub struct ArchiveError {
    /// What went wrong, in one line.
    pub what: String,
    /// What to do.
    pub help: String,
}

impl ArchiveError {
    fn new(what: String, help: &str) -> ArchiveError {
        ArchiveError { what, help: help.into() }
    }

    fn io(path: &Path, error: &io::Error) -> ArchiveError {
        let what = format!("cannot read or write `{}`: {error}", path.display());
        ArchiveError::new(what, "check that it exists and may be used")
    }
}

/// What the file of an archive is called until it is whole.
const PART: &str = ".slsc-part-";

/// Makes archives, several at a time. The result is in the order of the jobs.
pub fn make(jobs: &[Job<'_>]) -> Result<Vec<Archive>, ArchiveError> {
    let targets: Vec<&Path> = jobs.iter().map(|it| it.target.as_path()).collect();
    jobs.par_iter().map(|job| one(job, &targets)).collect()
}

fn one(job: &Job<'_>, targets: &[&Path]) -> Result<Archive, ArchiveError> {
    if let Some(ready) = &job.ready {
        return self::ready(ready);
    }
    let directory = job.target.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(directory).map_err(|it| ArchiveError::io(directory, &it))?;
    let files = Walk::new(job, targets)?.files()?;
    if files.is_empty() {
        let what = format!("no file goes into `{}`", job.target.display());
        return Err(ArchiveError::new(
            what,
            "check `package.patterns`: the last pattern that matches a file decides",
        ));
    }
    place(&job.target, files.len(), |part| write(&files, part, &job.target))
}

fn ready(path: &Path) -> Result<Archive, ArchiveError> {
    if !path.is_file() {
        let what = format!("there is no archive `{}`", path.display());
        return Err(ArchiveError::new(what, "make it first, or correct `package.artifact`"));
    }
    let (sha256, size) = hash(path)?;
    Ok(Archive { path: path.to_owned(), sha256, size, entries: 0 })
}

/// A temporary file is its owner's alone; an archive is like any other file.
#[cfg(unix)]
fn set_readable(path: &Path) -> Result<(), ArchiveError> {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(path, fs::Permissions::from_mode(0o644)).map_err(|it| ArchiveError::io(path, &it))
}

#[cfg(not(unix))]
fn set_readable(_: &Path) -> Result<(), ArchiveError> {
    Ok(())
}

/// Makes an archive of texts, by name.
///
/// # Errors
/// When it cannot be written.
pub fn of_texts(target: &Path, texts: &[(&str, &str)]) -> Result<Archive, ArchiveError> {
    let directory = target.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(directory).map_err(|it| ArchiveError::io(directory, &it))?;
    place(target, texts.len(), |part| {
        let mut zip = ZipWriter::new(part);
        for (name, text) in texts {
            zip.start_file(*name, options(false)).map_err(|it| unwritten(target, &it))?;
            zip.write_all(text.as_bytes()).map_err(|it| unwritten(target, &it))?;
        }
        zip.finish().map(drop).map_err(|it| unwritten(target, &it))
    })
}

/// Lets an archive be written beside its place, and moves it there.
fn place(
    target: &Path,
    entries: usize,
    write: impl FnOnce(&File) -> Result<(), ArchiveError>,
) -> Result<Archive, ArchiveError> {
    let directory = target.parent().unwrap_or(Path::new("."));
    let mut part = tempfile::Builder::new();
    let part = part.prefix(PART).tempfile_in(directory).map_err(|it| ArchiveError::io(directory, &it))?;
    write(part.as_file())?;
    part.persist(target).map_err(|it| ArchiveError::io(target, &it.error))?;
    set_readable(target)?;
    let (sha256, size) = hash(target)?;
    Ok(Archive { path: target.to_owned(), sha256, size, entries })
}

/// An entry of an archive: nothing of it depends on the machine.
fn options(executable: bool) -> SimpleFileOptions {
    SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::default())
        .system(System::Unix)
        .unix_permissions(if executable { 0o755 } else { 0o644 })
}

fn unwritten(target: &Path, error: &dyn Display) -> ArchiveError {
    let what = format!("cannot write `{}`: {error}", target.display());
    ArchiveError::new(what, "check the space on the disk and the names of the files")
}

fn write(files: &[Found], target: &File, shown: &Path) -> Result<(), ArchiveError> {
    let failed = |error: &dyn Display| unwritten(shown, error);
    let mut zip = ZipWriter::new(BufWriter::with_capacity(256 * 1024, target));
    let mut buffer = vec![0; 64 * 1024];
    for Found { name, path } in files {
        let mut file = File::open(path).map_err(|it| ArchiveError::io(path, &it))?;
        let metadata = file.metadata().map_err(|it| ArchiveError::io(path, &it))?;
        let options = options(executable(&metadata)).large_file(metadata.len() >= u64::from(u32::MAX));
        zip.start_file(name.as_str(), options).map_err(|it| failed(&it))?;
        loop {
            let read = file.read(&mut buffer).map_err(|it| ArchiveError::io(path, &it))?;
            let Some(content) = buffer.get(..read).filter(|it| !it.is_empty()) else { break };
            zip.write_all(content).map_err(|it| failed(&it))?;
        }
    }
    let mut inner = zip.finish().map_err(|it| failed(&it))?;
    inner.flush().map_err(|it| failed(&it))
}

/// Whether its owner may run a file. The framework looks at nobody else's permission.
#[cfg(unix)]
fn executable(metadata: &fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    metadata.permissions().mode() & 0o100 != 0
}

/// Windows knows no such permission: every file may be run, as the framework has it.
#[cfg(not(unix))]
fn executable(_: &fs::Metadata) -> bool {
    true
}

/// The base64 of a file's SHA-256, and its size.
pub fn hash(path: &Path) -> Result<(String, u64), ArchiveError> {
    let mut file = File::open(path).map_err(|it| ArchiveError::io(path, &it))?;
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 64 * 1024];
    let mut size = 0;
    loop {
        let read = file.read(&mut buffer).map_err(|it| ArchiveError::io(path, &it))?;
        if read == 0 {
            return Ok((STANDARD.encode(hash.finalize()), size));
        }
        hash.update(buffer.get(..read).unwrap_or_default());
        size += read as u64;
    }
}

#[cfg(test)]
mod tests;
