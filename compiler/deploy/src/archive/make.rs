//! Makes archives out of pieces. Answers "what is compressed and written when?".
//!
//! Pieces of several archives make a batch. While one batch is written, the next is compressed; no more than these two
//! are in memory, and what [`Shared`] keeps.

use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use rayon::prelude::*;
use tempfile::TempPath;

use super::deflate::{self, Deflated};
use super::walk::{Found, Tree};
use super::writer::{Contents, Writer, Written};
use super::{ArchiveError, part};

/// Larger files are compressed as they are written, in bytes.
const LARGE: u64 = 8 << 20;
/// The files of a batch have about so many bytes.
const BATCH: u64 = 8 << 20;
/// A batch has at most so many files, however small they are.
const FILES: usize = 1024;
/// So many bytes of compressed files are kept for the other archives of a tree.
const KEPT: u64 = 64 << 20;

/// Compressed files that several archives of a tree have in common.
pub(super) struct Shared {
    files: Vec<OnceLock<Arc<Deflated>>>,
    kept: AtomicU64,
}

impl Shared {
    /// For a tree of so many files.
    pub fn new(files: usize) -> Shared {
        Shared { files: (0..files).map(|_| OnceLock::new()).collect(), kept: AtomicU64::new(0) }
    }

    fn get(&self, at: usize) -> Option<Arc<Deflated>> {
        self.files.get(at)?.get().cloned()
    }

    fn keep(&self, at: usize, file: &Arc<Deflated>) {
        let size = file.data.len() as u64;
        if self.kept.fetch_add(size, Ordering::Relaxed) + size > KEPT {
            self.kept.fetch_sub(size, Ordering::Relaxed);
        } else if let Some(place) = self.files.get(at) {
            let _ = place.set(file.clone());
        }
    }
}

/// An archive that is being made.
pub(super) struct Making<'a> {
    tree: &'a Tree,
    files: Vec<usize>,
    target: &'a Path,
    directory: &'a Path,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    open: Option<(Writer, TempPath)>,
    done: Option<(Written, TempPath)>,
}

impl<'a> Making<'a> {
    /// An archive of some files of a tree, made in `directory`. `target` is what it is called when something fails.
    pub fn new(tree: &'a Tree, files: Vec<usize>, target: &'a Path, directory: &'a Path) -> Making<'a> {
        Making { tree, files, target, directory, state: Mutex::default() }
    }

    /// How many files go in.
    pub fn entries(&self) -> usize {
        self.files.len()
    }

    /// The archive that was made.
    pub fn done(self) -> Result<(Written, TempPath), ArchiveError> {
        let state = self.state.into_inner().unwrap_or_else(PoisonError::into_inner);
        state.done.ok_or_else(|| {
            let what = format!("`{}` was not finished", self.target.display());
            ArchiveError::new(what, "try again")
        })
    }

    fn compressed(&self, at: usize) -> Result<Option<Arc<Deflated>>, ArchiveError> {
        let Some(file) = self.tree.files.get(at).filter(|it| it.stamp.size <= LARGE) else { return Ok(None) };
        if let Some(known) = self.tree.shared.as_ref().and_then(|it| it.get(at)) {
            return Ok(Some(known));
        }
        let path = file.path(&self.tree.root);
        let made = Arc::new(deflate::file(&path).map_err(|it| ArchiveError::io(&path, &it))?);
        self.tree.shared.iter().for_each(|it| it.keep(at, &made));
        Ok(Some(made))
    }

    /// Writes the files of a piece, which lie behind those that have been written.
    fn write(&self, piece: &Piece, compressed: &Compressed) -> Result<(), ArchiveError> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut writer, path) = match state.open.take() {
            Some(open) => open,
            None => {
                let (file, path) = part(self.directory)?.into_parts();
                (Writer::new(file), path)
            }
        };
        let failed = |it: &std::io::Error| {
            let what = format!("cannot write `{}`: {it}", self.target.display());
            ArchiveError::new(what, "check the space on the disk, and whether its files may be read")
        };
        for (at, content) in self.files.get(piece.from..piece.to).into_iter().flatten().zip(compressed) {
            let Some(file) = self.tree.files.get(*at) else { continue };
            let Found { stamp, .. } = file;
            match content {
                Some(content) => writer.add(file.name(), stamp.executable, content),
                None => writer.stream(file.name(), stamp.executable, &file.path(&self.tree.root)),
            }
            .map_err(|it| failed(&it))?;
        }
        if piece.to == self.files.len() {
            state.done = Some((writer.finish().map_err(|it| failed(&it))?, path));
        } else {
            state.open = Some((writer, path));
        }
        Ok(())
    }
}

/// Files of one archive, by their places among its files.
struct Piece<'a> {
    making: &'a Making<'a>,
    from: usize,
    to: usize,
}

/// What stands in an archive for each file of a piece; nothing for a large file, which is read when it is written.
type Compressed = Vec<Option<Arc<Deflated>>>;

/// Makes archives, unless `stop` says that nobody wants them.
pub(super) fn all(makings: &[&Making<'_>], stop: &AtomicBool) -> Result<(), ArchiveError> {
    let batches = batches(makings);
    let mut batches = batches.iter();
    let Some(mut batch) = batches.next() else { return Ok(()) };
    let mut compressed = compress(batch)?;
    loop {
        if stop.load(Ordering::Relaxed) {
            return Err(ArchiveError::new("packaging was stopped".into(), "mend what is shown above"));
        }
        let next = batches.next();
        let (written, following) = rayon::join(
            || batch.par_iter().zip(&compressed).try_for_each(|(it, files)| it.making.write(it, files)),
            || next.map(|it| compress(it)),
        );
        written?;
        let (Some(next), Some(following)) = (next, following) else { return Ok(()) };
        (batch, compressed) = (next, following?);
    }
}

/// Cuts archives into pieces, and puts these together so that a batch is neither large nor long.
fn batches<'a>(makings: &[&'a Making<'a>]) -> Vec<Vec<Piece<'a>>> {
    let mut batches: Vec<Vec<Piece<'a>>> = vec![Vec::new()];
    let (mut bytes, mut count) = (0, 0);
    for making in makings {
        let mut from = 0;
        for (at, file) in making.files.iter().enumerate() {
            let size = making.tree.files.get(*file).map_or(0, |it| it.stamp.size);
            (bytes, count) = (bytes + if size > LARGE { 0 } else { size }, count + 1);
            let is_last = at + 1 == making.files.len();
            let is_full = bytes >= BATCH || count >= FILES;
            if is_last || is_full {
                batches.last_mut().into_iter().for_each(|it| it.push(Piece { making, from, to: at + 1 }));
                from = at + 1;
            }
            if is_full {
                batches.push(Vec::new());
                (bytes, count) = (0, 0);
            }
        }
    }
    batches.retain(|it| !it.is_empty());
    batches
}

fn compress(batch: &[Piece<'_>]) -> Result<Vec<Compressed>, ArchiveError> {
    let piece = |it: &Piece<'_>| {
        let files = it.making.files.get(it.from..it.to).unwrap_or_default();
        files.par_iter().map(|at| it.making.compressed(*at)).collect()
    };
    batch.par_iter().map(piece).collect()
}

/// The hash of what some files of a tree would be in an archive.
pub(super) fn contents(tree: &Tree, files: &[usize]) -> Result<[u8; 32], ArchiveError> {
    let read = |at: &usize| {
        let file = tree.files.get(*at)?;
        let path = file.path(&tree.root);
        Some(deflate::sha256(&path).map_err(|it| ArchiveError::io(&path, &it)).map(|(hash, _)| (file, hash)))
    };
    let hashes: Result<Vec<(&Found, [u8; 32])>, ArchiveError> = files.par_iter().filter_map(read).collect();
    let mut contents = Contents::default();
    hashes?.iter().for_each(|(file, hash)| contents.add(file.name(), file.stamp.executable, hash));
    Ok(contents.finish())
}
