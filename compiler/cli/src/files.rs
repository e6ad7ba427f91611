//! Files written whole or not at all.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use crate::output::Failure;

/// Writes a file beside its place and moves it there. One that is there keeps its permissions, and a link to it stays.
pub fn write(path: &Path, content: &[u8]) -> Result<(), Failure> {
    let failed = |error: &dyn std::fmt::Display| {
        Failure::failed(
            format!("cannot write `{}`: {error}", path.display()),
            "check the permissions and the space on the disk",
        )
    };
    let place = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let kept = fs::metadata(&place).ok().map(|it| it.permissions());
    let directory = match place.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    };
    fs::create_dir_all(directory).map_err(|it| failed(&it))?;
    let mut part = tempfile::NamedTempFile::new_in(directory).map_err(|it| failed(&it))?;
    part.write_all(content).map_err(|it| failed(&it))?;
    let file = part.persist(&place).map_err(|it| failed(&it.error))?;
    let set = match kept {
        Some(permissions) => file.set_permissions(permissions),
        None => readable(&file),
    };
    set.map_err(|it| failed(&it))
}

/// A temporary file is its owner's alone; what we write is like any other file.
#[cfg(unix)]
fn readable(file: &fs::File) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    file.set_permissions(fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn readable(_: &fs::File) -> std::io::Result<()> {
    Ok(())
}
