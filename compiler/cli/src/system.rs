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
}
