//! Compresses files. Answers "what stands in an archive for this file?".
//!
//! A file is read and compressed as a whole; the compressor and its buffers belong to the thread and are used again.

use std::cell::RefCell;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use flate2::{Compress, Compression, Crc, FlushCompress, Status};
use sha2::{Digest as _, Sha256};

/// How hard to compress: zlib's usual level, as the framework has it.
pub(super) const LEVEL: u32 = 6;

/// A file as it stands in an archive.
pub(super) struct Deflated {
    /// CRC-32 of the file.
    pub crc: u32,
    /// Its size in bytes.
    pub size: u64,
    /// Its bytes, deflated.
    pub data: Vec<u8>,
    /// SHA-256 of the file.
    pub sha256: [u8; 32],
}

struct Tools {
    compress: Compress,
    content: Vec<u8>,
}

thread_local! {
    static TOOLS: RefCell<Tools> =
        RefCell::new(Tools { compress: Compress::new(Compression::new(LEVEL), false), content: Vec::new() });
}

/// Compresses the file at `path`.
pub(super) fn file(path: &Path) -> io::Result<Deflated> {
    TOOLS.with_borrow_mut(|tools| {
        tools.content.clear();
        File::open(path)?.read_to_end(&mut tools.content)?;
        let Tools { compress, content } = tools;
        deflated(compress, content)
    })
}

/// Compresses a text.
pub(super) fn text(content: &[u8]) -> io::Result<Deflated> {
    TOOLS.with_borrow_mut(|tools| deflated(&mut tools.compress, content))
}

fn deflated(compress: &mut Compress, content: &[u8]) -> io::Result<Deflated> {
    let data = bytes(compress, content)?;
    let mut crc = Crc::new();
    crc.update(content);
    let sha256 = Sha256::digest(content).into();
    Ok(Deflated { crc: crc.sum(), size: content.len() as u64, data, sha256 })
}

fn bytes(compress: &mut Compress, content: &[u8]) -> io::Result<Vec<u8>> {
    compress.reset();
    let mut data = Vec::with_capacity(content.len() / 2 + 64);
    loop {
        let rest = content.get(compress.total_in() as usize..).unwrap_or_default();
        match compress.compress_vec(rest, &mut data, FlushCompress::Finish)? {
            Status::StreamEnd => break,
            Status::Ok | Status::BufError => data.reserve(data.capacity().max(4096)),
        }
    }
    data.shrink_to_fit();
    Ok(data)
}

/// SHA-256 of the file at `path`, and its size.
pub(super) fn sha256(path: &Path) -> io::Result<([u8; 32], u64)> {
    let mut file = File::open(path)?;
    let mut hash = Sha256::new();
    let mut size = 0;
    TOOLS.with_borrow_mut(|tools| {
        let buffer = &mut tools.content;
        buffer.resize(buffer.len().max(64 * 1024), 0);
        loop {
            let read = file.read(buffer)?;
            let Some(part) = buffer.get(..read).filter(|it| !it.is_empty()) else { break };
            hash.update(part);
            size += read as u64;
        }
        Ok((hash.finalize().into(), size))
    })
}
