//! Archives: the files of a directory that a plan selects, in a zip that is the same byte for byte whenever it is
//! made, and on how many processors. Answers "what is uploaded, and what is its hash?".
//!
//! Entries are sorted, times are fixed, and of the permissions only whether a file may be run is kept. A root is read
//! once for all its archives ([`walk`]), and archives of the same files are made once. What is to be made is cut into
//! pieces of a few megabytes: while the files of one piece are compressed side by side ([`deflate`]), those of the
//! piece before are written ([`writer`]), so that memory stays small however large the archives are. Archives that would
//! be the same again are not made again ([`record`]).
//!
//! All archives are written beside their places, and moved there together by [`Prepared::commit`].

mod deflate;
mod make;
mod record;
mod walk;
mod writer;

use std::collections::{HashMap, HashSet};
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rayon::prelude::*;
use tempfile::TempPath;

use make::Making;
use record::{Inputs, Known, Record, Stamp};
use walk::Tree;
use writer::Writer;

/// An archive to make.
pub struct Job<'a> {
    /// The directory whose files go in.
    pub root: PathBuf,
    /// Where the archive goes. The archives of one call go into one directory.
    pub target: PathBuf,
    /// Whether a file goes in, by its path below the root with `/` between steps.
    pub selects: &'a (dyn Fn(&str) -> bool + Sync),
    /// Whether nothing below a directory can go in, so that nobody has to look there.
    pub skips: &'a (dyn Fn(&str) -> bool + Sync),
    /// Files and directories beside or above the root that are looked at too, such as `../common`.
    pub outside: Vec<String>,
    /// A ready archive that is taken as it is.
    pub ready: Option<PathBuf>,
    /// An earlier job that selects the same files of the same root: its archive gets a second name, or is copied.
    pub same_as: Option<usize>,
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

/// How many archives are looked at at a time.
const GROUP: usize = 64;

/// Archives that lie ready beside their places.
pub struct Prepared {
    directory: PathBuf,
    record: Record,
    outcomes: Vec<Outcome>,
    /// Whether the directory of the archives was made for them.
    is_new: bool,
}

struct Outcome {
    archive: Archive,
    /// The new archive; nothing if the one in its place stays.
    part: Option<TempPath>,
    /// What is remembered of it; nothing of a ready one.
    known: Option<Known>,
}

impl Prepared {
    /// The archives in the order of their jobs.
    pub fn archives(&self) -> impl Iterator<Item = &Archive> {
        self.outcomes.iter().map(|it| &it.archive)
    }

    /// Moves the archives to their places.
    pub fn commit(mut self) -> Result<Vec<Archive>, ArchiveError> {
        self.is_new = false;
        let place = |outcome: &mut Outcome| {
            let (Some(part), path) = (outcome.part.take(), &outcome.archive.path) else { return Ok(()) };
            let left = part.to_path_buf();
            part.persist(path).map_err(|it| ArchiveError::io(path, &it.error))?;
            // Nothing is moved onto a second name of the same file.
            let _ = fs::remove_file(left);
            outcome.known.iter_mut().for_each(|it| it.stamp = None);
            Ok(())
        };
        self.outcomes.par_iter_mut().try_for_each(place)?;
        // Each name that a file gets changes what the system tells of it, so this comes when all have theirs.
        self.outcomes.par_iter_mut().for_each(|outcome| {
            let stamp = fs::metadata(&outcome.archive.path).ok().map(|it| Stamp::of(&it));
            if let Some(known) = &mut outcome.known {
                let is_same = |new: &Stamp| known.stamp.is_none_or(|it| it.is_renamed(new));
                known.stamp = stamp.filter(is_same).or(known.stamp);
            }
        });
        let mut record = self.record.emptied();
        for outcome in &self.outcomes {
            if let (Some(known), Some(name)) = (&outcome.known, outcome.archive.path.file_name()) {
                record.archives.insert(name.to_string_lossy().into_owned(), known.clone());
            }
        }
        if record != self.record {
            record.write(&self.directory);
        }
        Ok(std::mem::take(&mut self.outcomes).into_iter().map(|it| it.archive).collect())
    }
}

impl Drop for Prepared {
    /// A directory that was made in vain goes again.
    fn drop(&mut self) {
        if self.is_new {
            self.outcomes.clear();
            let _ = fs::remove_dir(&self.directory);
        }
    }
}

/// Makes archives and moves them to their places. The result is in the order of the jobs.
pub fn make(jobs: &[Job<'_>]) -> Result<Vec<Archive>, ArchiveError> {
    prepare(jobs, &AtomicBool::new(false))?.commit()
}

/// Makes archives beside their places, several at a time, unless `stop` says that nobody wants them.
pub fn prepare(jobs: &[Job<'_>], stop: &AtomicBool) -> Result<Prepared, ArchiveError> {
    let at = record::now();
    let made: Vec<&Job<'_>> = jobs.iter().filter(|it| it.ready.is_none()).collect();
    let directory = made.first().and_then(|it| it.target.parent()).unwrap_or(Path::new("")).to_owned();
    let is_new = !made.is_empty() && !directory.is_dir();
    if is_new {
        fs::create_dir_all(&directory).map_err(|it| ArchiveError::io(&directory, &it))?;
    }
    let record = Record::read(&directory);
    let mut prepared = Prepared { directory, record, outcomes: Vec::new(), is_new };
    let trees = trees(&made)?;
    let mut outcomes: Vec<Option<Outcome>> = jobs.iter().map(|_| None).collect();
    let originals: Vec<usize> =
        (0..jobs.len()).filter(|it| jobs.get(*it).is_some_and(|it| it.same_as.is_none())).collect();
    for group in originals.chunks(GROUP) {
        if stop.load(Ordering::Relaxed) {
            return Err(ArchiveError::new("packaging was stopped".into(), "mend what is shown above"));
        }
        let list: Vec<&Job<'_>> = group.iter().filter_map(|it| jobs.get(*it)).collect();
        let found = originals_of(&list, &trees, &prepared, at, stop)?;
        for (at, outcome) in group.iter().zip(found) {
            if let Some(place) = outcomes.get_mut(*at) {
                *place = Some(outcome);
            }
        }
    }
    let copies: Result<Vec<(usize, Outcome)>, ArchiveError> = jobs
        .par_iter()
        .enumerate()
        .filter_map(|(at, job)| Some((at, job, outcomes.get(job.same_as?)?.as_ref()?)))
        .map(|(at, job, original)| Ok((at, copy(job, original, &prepared)?)))
        .collect();
    for (at, outcome) in copies? {
        if let Some(place) = outcomes.get_mut(at) {
            *place = Some(outcome);
        }
    }
    prepared.outcomes = outcomes.into_iter().flatten().collect();
    Ok(prepared)
}

/// The trees of jobs, by root and by what is looked at beside it.
type Trees<'a> = HashMap<(&'a Path, &'a [String]), Tree>;

fn trees<'a>(jobs: &[&'a Job<'_>]) -> Result<Trees<'a>, ArchiveError> {
    let targets: HashSet<_> =
        jobs.iter().filter_map(|it| it.target.file_name().map(ToOwned::to_owned)).collect();
    let mut roots: HashMap<(&Path, &[String]), Vec<&Job<'_>>> = HashMap::new();
    for job in jobs.iter().filter(|it| it.same_as.is_none()) {
        roots.entry((&job.root, &job.outside)).or_default().push(job);
    }
    roots.into_par_iter().map(|(key, jobs)| Ok((key, Tree::read(&jobs, &targets)?))).collect()
}

/// What is to be done for an archive.
enum Step<'a> {
    Done(Box<Outcome>),
    Make(Box<Making<'a>>, Inputs),
}

fn look<'a>(
    job: &'a Job<'_>,
    trees: &'a Trees<'_>,
    prepared: &'a Prepared,
    at: i128,
) -> Result<Step<'a>, ArchiveError> {
    if let Some(path) = &job.ready {
        return Ok(Step::Done(Box::new(Outcome { archive: ready(path)?, part: None, known: None })));
    }
    let Some(tree) = trees.get(&(job.root.as_path(), job.outside.as_slice())) else {
        return Err(ArchiveError::new(format!("`{}` was not read", job.root.display()), "try again"));
    };
    let files = tree.selected(job)?;
    if files.is_empty() {
        let what = format!("no file goes into `{}`", job.target.display());
        let help = "check `package.patterns`: the last pattern that matches a file decides";
        return Err(ArchiveError::new(what, help));
    }
    let inputs = Inputs::of(files.iter().filter_map(|it| tree.files.get(*it)), at);
    match unchanged(job, tree, &files, &inputs, &prepared.record)? {
        Some(known) => Ok(Step::Done(Box::new(Outcome::kept(job, known)))),
        None => Ok(Step::Make(Box::new(Making::new(tree, files, &job.target, &prepared.directory)), inputs)),
    }
}

/// Looks at some jobs, and makes those of their archives that are new.
fn originals_of(
    jobs: &[&Job<'_>],
    trees: &Trees<'_>,
    prepared: &Prepared,
    at: i128,
    stop: &AtomicBool,
) -> Result<Vec<Outcome>, ArchiveError> {
    let steps: Result<Vec<Step<'_>>, ArchiveError> =
        jobs.par_iter().map(|job| look(job, trees, prepared, at)).collect();
    let steps = steps?;
    let makings = steps.iter().filter_map(|it| match it {
        Step::Make(making, _) => Some(&**making),
        Step::Done(_) => None,
    });
    make::all(&makings.collect::<Vec<_>>(), stop)?;
    let finished = jobs.iter().zip(steps).map(|(job, step)| match step {
        Step::Done(outcome) => Ok(*outcome),
        Step::Make(making, inputs) => {
            let entries = making.entries();
            let (written, part) = making.done()?;
            let (contents, sha256) = (record::hex(&written.contents), written.sha256);
            let known = Known { inputs, contents, sha256, size: written.size, entries, stamp: None };
            Ok(Outcome { part: Some(part), ..Outcome::kept(job, known) })
        }
    });
    finished.collect()
}

impl Outcome {
    /// The archive that lies in its place already.
    fn kept(job: &Job<'_>, known: Known) -> Outcome {
        let Known { ref sha256, size, entries, .. } = known;
        let archive = Archive { path: job.target.clone(), sha256: sha256.clone(), size, entries };
        Outcome { archive, part: None, known: Some(known) }
    }
}

/// What is known of a job's archive, if making it again would make the same.
fn unchanged(
    job: &Job<'_>,
    tree: &Tree,
    files: &[usize],
    inputs: &Inputs,
    record: &Record,
) -> Result<Option<Known>, ArchiveError> {
    let name = job.target.file_name().unwrap_or_default().to_string_lossy();
    let Some(known) = record.archives.get(&*name) else { return Ok(None) };
    if known.inputs.shape != inputs.shape || !known.is_at(&job.target) {
        return Ok(None);
    }
    let same = (inputs.stamps.is_some() && known.inputs.stamps == inputs.stamps)
        || record::hex(&make::contents(tree, files)?) == known.contents;
    Ok(same.then(|| {
        let stamp = fs::metadata(&job.target).ok().map(|it| Stamp::of(&it));
        Known { inputs: inputs.clone(), stamp, ..known.clone() }
    }))
}

/// The archive of a job whose files are those of an earlier one.
fn copy(job: &Job<'_>, original: &Outcome, prepared: &Prepared) -> Result<Outcome, ArchiveError> {
    let Some(source) = &original.known else {
        let what = format!("`{}` cannot be a copy", job.target.display());
        return Err(ArchiveError::new(what, "try again"));
    };
    let name = job.target.file_name().unwrap_or_default().to_string_lossy();
    let known = prepared.record.archives.get(&*name).filter(|it| it.contents == source.contents);
    if let Some(known) = known.filter(|it| it.sha256 == source.sha256 && it.is_at(&job.target)) {
        let stamp = fs::metadata(&job.target).ok().map(|it| Stamp::of(&it));
        return Ok(Outcome::kept(job, Known { stamp, ..source.clone() }).with_entries(known.entries));
    }
    let from = original.part.as_deref().unwrap_or(&original.archive.path);
    // A second name costs nothing; archives are replaced, and never written to.
    let link =
        tempfile::Builder::new().prefix(PART).make_in(&prepared.directory, |it| fs::hard_link(from, it));
    let part = match link {
        Ok(link) => link.into_temp_path(),
        Err(_) => {
            let failed = |it: io::Error| ArchiveError::io(&job.target, &it);
            let mut part = part(&prepared.directory)?;
            io::copy(&mut File::open(from).map_err(failed)?, part.as_file_mut()).map_err(failed)?;
            part.into_temp_path()
        }
    };
    let known = Known { stamp: None, ..source.clone() };
    Ok(Outcome { part: Some(part), ..Outcome::kept(job, known) })
}

impl Outcome {
    fn with_entries(mut self, entries: usize) -> Outcome {
        self.archive.entries = entries;
        self
    }
}

/// A file for an archive that is not whole yet. It may be read by whom any other file may.
fn part(directory: &Path) -> Result<tempfile::NamedTempFile, ArchiveError> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(PART);
    #[cfg(unix)]
    let builder = {
        use std::os::unix::fs::PermissionsExt as _;
        builder.permissions(fs::Permissions::from_mode(0o644))
    };
    builder.tempfile_in(directory).map_err(|it| ArchiveError::io(directory, &it))
}

fn ready(path: &Path) -> Result<Archive, ArchiveError> {
    if !path.is_file() {
        let what = format!("there is no archive `{}`", path.display());
        return Err(ArchiveError::new(what, "make it first, or correct `package.artifact`"));
    }
    let (sha256, size) = hash(path)?;
    Ok(Archive { path: path.to_owned(), sha256, size, entries: 0 })
}

/// Makes an archive of texts, by name, and moves it to its place.
///
/// # Errors
/// When it cannot be written.
pub fn of_texts(target: &Path, texts: &[(&str, &str)]) -> Result<Archive, ArchiveError> {
    let directory = target.parent().unwrap_or(Path::new("."));
    let failed = |it: io::Error| ArchiveError::io(target, &it);
    fs::create_dir_all(directory).map_err(failed)?;
    let (file, path) = part(directory)?.into_parts();
    let mut writer = Writer::new(file);
    for (name, text) in texts {
        let content = deflate::text(text.as_bytes()).map_err(failed)?;
        writer.add(name, false, &content).map_err(failed)?;
    }
    let written = writer.finish().map_err(failed)?;
    path.persist(target).map_err(|it| failed(it.error))?;
    let (sha256, size) = (written.sha256, written.size);
    Ok(Archive { path: target.to_owned(), sha256, size, entries: texts.len() })
}

/// The base64 of a file's SHA-256, and its size.
pub fn hash(path: &Path) -> Result<(String, u64), ArchiveError> {
    let (hash, size) = deflate::sha256(path).map_err(|it| ArchiveError::io(path, &it))?;
    Ok((STANDARD.encode(hash), size))
}

#[cfg(test)]
mod tests;
