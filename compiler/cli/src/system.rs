//! Files from the disk.

use std::fs;
use std::io::ErrorKind;

use slsc_core::db::{Content, System};

/// Reads from the disk.
pub struct Disk;

impl System for Disk {
    fn read(&self, path: &str) -> Content {
        match fs::read(path) {
            Ok(bytes) => match String::from_utf8(bytes) {
                Ok(text) => Content::Text(text.into()),
                Err(_) => Content::Binary,
            },
            Err(error) if error.kind() == ErrorKind::IsADirectory => Content::Directory,
            Err(_) => Content::Missing,
        }
    }

    fn names(&self, path: &str) -> Vec<String> {
        let entries = fs::read_dir(path).into_iter().flatten().flatten();
        let mut names: Vec<String> =
            entries.map(|it| it.file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }
}
