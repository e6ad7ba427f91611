//! Archives: the files of a directory that a plan selects, in a zip that is the same byte for byte whenever it is made.
//!
//! Entries are sorted, times are fixed, and of the permissions only whether a file may be run is kept. An archive is
//! written beside its place and moved there when it is whole.

use std::fs::{self, File};
use std::io::{self, BufWriter, Read as _, Write as _};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rayon::prelude::*;
use sha2::{Digest as _, Sha256};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

/// An archive to make.
pub struct Job<'a> {
    /// The directory whose files go in.
    pub root: PathBuf,
    /// Where the archive goes.
    pub target: PathBuf,
    /// Whether a file goes in, by its path below the root with `/` between steps.
    pub selects: &'a (dyn Fn(&str) -> bool + Sync),
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
        ArchiveError::new(
            format!("cannot read or write `{}`: {error}", path.display()),
            "check that it exists and may be used",
        )
    }
}

/// Makes archives, several at a time. The result is in the order of the jobs.
pub fn make(jobs: &[Job<'_>]) -> Result<Vec<Archive>, ArchiveError> {
    jobs.par_iter().map(one).collect()
}

fn one(job: &Job<'_>) -> Result<Archive, ArchiveError> {
    if let Some(ready) = &job.ready {
        let (sha256, size) = hash(ready)?;
        return Ok(Archive { path: ready.clone(), sha256, size, entries: 0 });
    }
    let mut files = Vec::new();
    walk(&job.root, String::new(), &mut files)?;
    files.retain(|(name, _)| (job.selects)(name));
    files.sort();
    if files.is_empty() {
        let what = format!("no file goes into `{}`", job.target.display());
        return Err(ArchiveError::new(
            what,
            "check `package.patterns`: the last pattern that matches a file decides",
        ));
    }
    let directory = job.target.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(directory).map_err(|it| ArchiveError::io(directory, &it))?;
    let part = tempfile::NamedTempFile::new_in(directory).map_err(|it| ArchiveError::io(directory, &it))?;
    write(&files, part.as_file(), &job.target)?;
    part.persist(&job.target).map_err(|it| ArchiveError::io(&job.target, &it.error))?;
    set_readable(&job.target)?;
    let (sha256, size) = hash(&job.target)?;
    Ok(Archive { path: job.target.clone(), sha256, size, entries: files.len() })
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

/// The files below `directory` with their names; links are followed, a link to a directory above is not.
fn walk(directory: &Path, prefix: String, files: &mut Vec<(String, PathBuf)>) -> Result<(), ArchiveError> {
    const MAX_DEPTH: usize = 64;
    let entries = fs::read_dir(directory).map_err(|it| ArchiveError::io(directory, &it))?;
    for entry in entries {
        let entry = entry.map_err(|it| ArchiveError::io(directory, &it))?;
        let path = entry.path();
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        // A dangling link is no file.
        let Ok(kind) = fs::metadata(&path) else { continue };
        if kind.is_dir() {
            let skipped = prefix.is_empty() && matches!(name.as_str(), ".git" | ".serverless");
            if !skipped && name.matches('/').count() < MAX_DEPTH {
                walk(&path, format!("{name}/"), files)?;
            }
        } else if kind.is_file() {
            files.push((name, path));
        }
    }
    Ok(())
}

fn write(files: &[(String, PathBuf)], target: &File, shown: &Path) -> Result<(), ArchiveError> {
    let failed = |error: &dyn std::fmt::Display| {
        ArchiveError::new(
            format!("cannot write `{}`: {error}", shown.display()),
            "check the space on the disk",
        )
    };
    let mut zip = ZipWriter::new(BufWriter::new(target));
    let mut content = Vec::new();
    for (name, path) in files {
        content.clear();
        File::open(path)
            .and_then(|mut it| it.read_to_end(&mut content))
            .map_err(|it| ArchiveError::io(path, &it))?;
        let mode = if executable(path) { 0o755 } else { 0o644 };
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .last_modified_time(DateTime::default())
            .unix_permissions(mode)
            .large_file(content.len() as u64 > u64::from(u32::MAX));
        zip.start_file(name.as_str(), options).map_err(|it| failed(&it))?;
        zip.write_all(&content).map_err(|it| failed(&it))?;
    }
    let mut inner = zip.finish().map_err(|it| failed(&it))?;
    inner.flush().map_err(|it| failed(&it))
}

#[cfg(unix)]
fn executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    fs::metadata(path).is_ok_and(|it| it.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn executable(_: &Path) -> bool {
    false
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
mod tests {
    use super::*;

    #[test]
    fn an_archive_is_the_same_whenever_it_is_made() {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path().join("service");
        fs::create_dir_all(root.join("src")).unwrap();
        for name in ["src/b.js", "src/a.js", "left.md"] {
            fs::write(root.join(name), name).unwrap();
        }
        let selects = |it: &str| it.ends_with(".js");
        let make_one = |target: &str| {
            let target = directory.path().join(target);
            make(&[Job { root: root.clone(), target, selects: &selects, ready: None }]).unwrap().remove(0)
        };
        let first = make_one("one.zip");
        std::thread::sleep(std::time::Duration::from_millis(20));
        let second = make_one("two.zip");
        assert_eq!((first.entries, &first.sha256), (2, &second.sha256));
        let mut zip = zip::ZipArchive::new(File::open(&first.path).unwrap()).unwrap();
        assert_eq!(
            (0..zip.len())
                .map(|it| zip.by_index(it).unwrap().name().unwrap().into_owned())
                .collect::<Vec<_>>(),
            ["src/a.js", "src/b.js"]
        );
    }

    #[test]
    fn an_empty_archive_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        let job = Job {
            root: directory.path().into(),
            target: directory.path().join("x.zip"),
            selects: &|_| false,
            ready: None,
        };
        assert!(make(&[job]).unwrap_err().what.starts_with("no file goes into"));
        assert!(!directory.path().join("x.zip").exists());
    }
}
