//! What is remembered of the archives that were made, beside them. Answers "would this archive be the same again?".
//!
//! An archive is taken as it is if nobody touched it, and its files have the same names, sizes, times, permissions and
//! inodes as when it was made. If only the sizes and names are the same, the files are read and their hashes compared.
//! Times are believed only of files that were at rest when they were looked at: one that changed in the two seconds
//! before may change again within the same tick of the clock. Where a system does not tell when a file was changed
//! (only when its content is said to be from, which installers set as they like), the hashes alone are believed.

use std::collections::BTreeMap;
use std::fs::{self, Metadata};
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::deflate;
use super::walk::Found;

/// The file beside the archives.
pub(super) const RECORD: &str = "slsc-archives.json";

/// Whatever changes the bytes of an archive changes this.
const FORMAT: &str = concat!("1 ", env!("CARGO_PKG_VERSION"));

/// Times this close to the present are not believed, in nanoseconds: the coarsest clock of a file system.
const UNREST: i128 = 2_000_000_000;

/// What tells whether a file has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Stamp {
    /// Its size in bytes.
    pub size: u64,
    /// Whether its owner may run it.
    pub executable: bool,
    /// Where the system tells: when the content and when anything was changed, in nanoseconds, and the inode.
    times: Option<(i128, i128, u64)>,
}

impl Stamp {
    #[cfg(unix)]
    pub fn of(metadata: &Metadata) -> Stamp {
        use std::os::unix::fs::MetadataExt as _;
        let time = |seconds: i64, nanos: i64| i128::from(seconds) * 1_000_000_000 + i128::from(nanos);
        let modified = time(metadata.mtime(), metadata.mtime_nsec());
        let changed = time(metadata.ctime(), metadata.ctime_nsec());
        // The framework looks at nobody's permission but the owner's.
        let executable = metadata.mode() & 0o100 != 0;
        Stamp { size: metadata.len(), executable, times: Some((modified, changed, metadata.ino())) }
    }

    /// Windows knows no permission to run: every file may be run, as the framework has it.
    #[cfg(not(unix))]
    pub fn of(metadata: &Metadata) -> Stamp {
        Stamp { size: metadata.len(), executable: true, times: None }
    }

    /// Whether `new` differs at most in the names of the file.
    pub fn is_renamed(&self, new: &Stamp) -> bool {
        let names_aside = |it: &Stamp| it.times.map(|(modified, _, inode)| (it.size, modified, inode));
        self.times.is_some() && names_aside(self) == names_aside(new)
    }

    /// Whether it was at rest at a time, in nanoseconds.
    fn is_at_rest(&self, at: i128) -> bool {
        self.times.is_some_and(|(modified, changed, _)| modified.max(changed) + UNREST < at)
    }
}

/// Nanoseconds since 1970.
pub(super) fn now() -> i128 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |it| it.as_nanos() as i128)
}

/// What the files of an archive were.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Inputs {
    /// Hash of names, sizes and permissions.
    pub shape: String,
    /// Hash of all that the system tells; nothing if a file was not at rest.
    pub stamps: Option<String>,
}

impl Inputs {
    /// What files are, as they were looked at at a time in nanoseconds.
    pub fn of<'a>(files: impl Iterator<Item = &'a Found>, at: i128) -> Inputs {
        let (mut shape, mut stamps, mut at_rest) = (Sha256::new(), Sha256::new(), true);
        for Found { source, stamp, .. } in files {
            let head = [source.len() as u64, stamp.size, u64::from(stamp.executable)];
            head.iter().for_each(|it| shape.update(it.to_le_bytes()));
            shape.update(source);
            at_rest &= stamp.is_at_rest(at);
            let (modified, changed, inode) = stamp.times.unwrap_or_default();
            stamps.update(modified.to_le_bytes());
            stamps.update(changed.to_le_bytes());
            stamps.update(inode.to_le_bytes());
        }
        let shape = hex(&shape.finalize());
        stamps.update(&shape);
        Inputs { stamps: at_rest.then(|| hex(&stamps.finalize())), shape }
    }
}

/// An archive as it was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Known {
    /// What it was made of.
    pub inputs: Inputs,
    /// Hash of the names, permissions and contents of its files.
    pub contents: String,
    /// The base64 of its SHA-256.
    pub sha256: String,
    /// Its size in bytes.
    pub size: u64,
    /// How many files it holds.
    pub entries: usize,
    /// What tells that nobody touched it since.
    pub stamp: Option<Stamp>,
}

impl Known {
    /// Whether the archive at `path` is still the one that was made.
    pub fn is_at(&self, path: &Path) -> bool {
        let Ok(metadata) = fs::metadata(path) else { return false };
        let stamp = Stamp::of(&metadata);
        if !metadata.is_file() || stamp.size != self.size {
            return false;
        }
        let untouched = stamp.times.is_some() && self.stamp == Some(stamp);
        untouched || super::hash(path).is_ok_and(|(sha256, _)| sha256 == self.sha256)
    }
}

/// All archives of a directory, by their names.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Record {
    format: String,
    /// The archives.
    pub archives: BTreeMap<String, Known>,
}

impl Record {
    /// Reads the record of a directory; empty if there is none, or another version wrote it.
    pub fn read(directory: &Path) -> Record {
        let text = fs::read(directory.join(RECORD)).unwrap_or_default();
        let read: Record = serde_json::from_slice(&text).unwrap_or_default();
        let format = format!("{FORMAT} {}", deflate::LEVEL);
        if read.format == format { read } else { Record { format, archives: BTreeMap::new() } }
    }

    /// A record of nothing yet.
    pub fn emptied(&self) -> Record {
        Record { format: self.format.clone(), archives: BTreeMap::new() }
    }

    /// Writes the record; one that cannot be written is done without.
    pub fn write(&self, directory: &Path) {
        let Ok(text) = serde_json::to_vec(self) else { return };
        let part = tempfile::Builder::new().prefix(super::PART).tempfile_in(directory);
        let Ok(mut part) = part else { return };
        if std::io::Write::write_all(&mut part, &text).is_ok() {
            let _ = part.persist(directory.join(RECORD));
        }
    }
}

/// Bytes as hexadecimal digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|it| format!("{it:02x}")).collect()
}
