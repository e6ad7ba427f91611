//! Writes a zip, byte after byte, with its hash. Answers "how do entries stand in an archive?".
//!
//! The format is PKWARE's APPNOTE. All entries are deflated; their time is the first that a zip can have. A file that
//! is too large to be held is written as it is compressed, and its sizes follow it.

use std::fs::File;
use std::io::{self, BufWriter, Read as _, Write};
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::write::DeflateEncoder;
use flate2::{Compression, Crc};
use sha2::{Digest as _, Sha256};

use super::deflate::{Deflated, LEVEL};

/// Values from here on stand in a zip64 field.
const LIMIT: u64 = u32::MAX as u64;
/// 1980-01-01.
const DATE: u16 = 0x21;
/// Names are in UTF-8.
const UTF8: u16 = 1 << 11;
/// Sizes follow the file.
const SIZES_FOLLOW: u16 = 1 << 3;
const DEFLATED: u16 = 8;

/// What is written in a whole.
pub(super) struct Written {
    /// The base64 of the archive's SHA-256.
    pub sha256: String,
    /// Its size in bytes.
    pub size: u64,
    /// SHA-256 of the names, permissions and contents of its files.
    pub contents: [u8; 32],
}

/// An archive that is being written.
pub(super) struct Writer {
    sink: Sink,
    /// The directory at the end, as far as it is known.
    directory: Vec<u8>,
    entries: u64,
    contents: Contents,
}

/// The hash of what is in an archive.
#[derive(Default)]
pub(super) struct Contents(Sha256);

impl Contents {
    /// Adds a file.
    pub fn add(&mut self, name: &str, executable: bool, sha256: &[u8; 32]) {
        self.0.update((name.len() as u64).to_le_bytes());
        self.0.update(name);
        self.0.update([u8::from(executable)]);
        self.0.update(sha256);
    }

    /// The hash of all that was added.
    pub fn finish(self) -> [u8; 32] {
        self.0.finalize().into()
    }
}

/// Where an archive goes; hashes what passes.
struct Sink {
    file: BufWriter<File>,
    hash: Sha256,
    at: u64,
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write_all(bytes)?;
        self.hash.update(bytes);
        self.at += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// What the directory says of an entry.
struct Entry<'a> {
    name: &'a str,
    executable: bool,
    flags: u16,
    crc: u32,
    packed: u64,
    size: u64,
    offset: u64,
}

impl Writer {
    /// Begins an archive in an empty file.
    pub fn new(file: File) -> Writer {
        let sink = Sink { file: BufWriter::with_capacity(64 * 1024, file), hash: Sha256::new(), at: 0 };
        Writer { sink, directory: Vec::new(), entries: 0, contents: Contents::default() }
    }

    /// Writes a file that has been compressed.
    pub fn add(&mut self, name: &str, executable: bool, file: &Deflated) -> io::Result<()> {
        let (packed, offset) = (file.data.len() as u64, self.sink.at);
        let Deflated { crc, size, .. } = *file;
        let entry = Entry { name, executable, flags: UTF8, crc, packed, size, offset };
        self.sink.write_all(&local(&entry, false))?;
        self.sink.write_all(&file.data)?;
        self.list(&entry, &file.sha256);
        Ok(())
    }

    /// Compresses a file into the archive, a piece at a time.
    pub fn stream(&mut self, name: &str, executable: bool, path: &Path) -> io::Result<()> {
        let mut file = File::open(path)?;
        // Room is kept for what cannot be compressed.
        let is_large = file.metadata()?.len() >= LIMIT - LIMIT / 16;
        let flags = UTF8 | SIZES_FOLLOW;
        let mut entry = Entry { name, executable, flags, crc: 0, packed: 0, size: 0, offset: self.sink.at };
        self.sink.write_all(&local(&entry, is_large))?;
        let begin = self.sink.at;
        let (mut crc, mut hash) = (Crc::new(), Sha256::new());
        let mut encoder = DeflateEncoder::new(&mut self.sink, Compression::new(LEVEL));
        let mut buffer = vec![0; 256 * 1024];
        loop {
            let read = fill(&mut file, &mut buffer)?;
            let Some(part) = buffer.get(..read).filter(|it| !it.is_empty()) else { break };
            crc.update(part);
            hash.update(part);
            encoder.write_all(part)?;
            entry.size += read as u64;
        }
        encoder.finish()?;
        (entry.crc, entry.packed) = (crc.sum(), self.sink.at - begin);
        if !is_large && entry.size.max(entry.packed) >= LIMIT {
            return Err(io::Error::other("it grew while it was read"));
        }
        let mut sizes = Fields::new(0x0807_4b50);
        sizes.u32(entry.crc);
        if is_large {
            sizes.u64(entry.packed).u64(entry.size)
        } else {
            sizes.size(entry.packed).size(entry.size)
        };
        self.sink.write_all(&sizes.0)?;
        self.list(&entry, &hash.finalize().into());
        Ok(())
    }

    /// Adds an entry to the directory at the end.
    fn list(&mut self, entry: &Entry<'_>, sha256: &[u8; 32]) {
        self.contents.add(entry.name, entry.executable, sha256);
        self.entries += 1;
        let wide: Vec<u64> =
            [entry.size, entry.packed, entry.offset].into_iter().filter(|it| *it >= LIMIT).collect();
        let version = if wide.is_empty() { 20 } else { 45 };
        let mode: u32 = if entry.executable { 0o100_755 } else { 0o100_644 };
        let mut fields = Fields::new(0x0201_4b50);
        // Made on Unix, whose permissions are kept.
        fields.u16(3 << 8 | version).u16(version);
        fields.u16(entry.flags).u16(DEFLATED).u16(0).u16(DATE).u32(entry.crc);
        fields.size(entry.packed).size(entry.size).u16(entry.name.len() as u16);
        fields.u16(if wide.is_empty() { 0 } else { 4 + 8 * wide.len() as u16 });
        // No comment, the first disk, no attributes of MS-DOS.
        fields.u16(0).u16(0).u16(0).u32(mode << 16).size(entry.offset);
        self.directory.extend_from_slice(&fields.0);
        self.directory.extend_from_slice(entry.name.as_bytes());
        if !wide.is_empty() {
            let mut extra = Fields(Vec::new());
            extra.u16(1).u16(8 * wide.len() as u16);
            for value in wide {
                extra.u64(value);
            }
            self.directory.extend_from_slice(&extra.0);
        }
    }

    /// Ends the archive.
    pub fn finish(mut self) -> io::Result<Written> {
        let (at, size, entries) = (self.sink.at, self.directory.len() as u64, self.entries);
        let mut end = Fields(Vec::new());
        if entries >= u64::from(u16::MAX) || at >= LIMIT || size >= LIMIT {
            end.u32(0x0606_4b50).u64(44).u16(3 << 8 | 45).u16(45).u32(0).u32(0);
            end.u64(entries).u64(entries).u64(size).u64(at);
            end.u32(0x0706_4b50).u32(0).u64(at + size).u32(1);
        }
        let count = u16::try_from(entries).unwrap_or(u16::MAX);
        end.u32(0x0605_4b50).u16(0).u16(0).u16(count).u16(count).size(size).size(at).u16(0);
        let directory = std::mem::take(&mut self.directory);
        self.sink.write_all(&directory)?;
        self.sink.write_all(&end.0)?;
        self.sink.flush()?;
        let sha256 = STANDARD.encode(self.sink.hash.finalize());
        Ok(Written { sha256, size: self.sink.at, contents: self.contents.finish() })
    }
}

/// What stands before a file. `is_large` keeps room for sizes of 64 bits.
fn local(entry: &Entry<'_>, is_large: bool) -> Vec<u8> {
    let mut fields = Fields::new(0x0403_4b50);
    fields.u16(if is_large { 45 } else { 20 }).u16(entry.flags).u16(DEFLATED).u16(0).u16(DATE).u32(entry.crc);
    if is_large {
        fields.u32(u32::MAX).u32(u32::MAX)
    } else {
        fields.size(entry.packed).size(entry.size)
    };
    fields.u16(entry.name.len() as u16).u16(if is_large { 20 } else { 0 });
    fields.0.extend_from_slice(entry.name.as_bytes());
    if is_large {
        fields.u16(1).u16(16).u64(0).u64(0);
    }
    fields.0
}

/// Fills a buffer as far as the file reaches, so that the pieces are always the same.
fn fill(file: &mut File, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while let Some(rest) = buffer.get_mut(filled..).filter(|it| !it.is_empty()) {
        match file.read(rest)? {
            0 => break,
            read => filled += read,
        }
    }
    Ok(filled)
}

/// Numbers in a row, the least byte first.
struct Fields(Vec<u8>);

impl Fields {
    fn new(signature: u32) -> Fields {
        Fields(signature.to_le_bytes().to_vec())
    }

    fn u16(&mut self, value: u16) -> &mut Fields {
        self.0.extend_from_slice(&value.to_le_bytes());
        self
    }

    fn u32(&mut self, value: u32) -> &mut Fields {
        self.0.extend_from_slice(&value.to_le_bytes());
        self
    }

    fn u64(&mut self, value: u64) -> &mut Fields {
        self.0.extend_from_slice(&value.to_le_bytes());
        self
    }

    /// A size or a place; one that does not fit says that it stands elsewhere.
    fn size(&mut self, value: u64) -> &mut Fields {
        self.u32(u32::try_from(value).unwrap_or(u32::MAX))
    }
}
