//! The baseline: findings that a team has when it begins, written down so that only new ones count.
//!
//! A finding is recognised by its file, its rule, the path in the file's document without the positions in lists, and
//! its message; so it stays known when lines move. Equal ones are counted. The file is picked up where it lies in the
//! directory of the run or above it, up to the root of the repository. What the compiler itself refuses is in none.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use ecow::EcoString;
use serde::{Deserialize, Serialize};
use slsc_core::db::{Database, Service, normalize};
use slsc_core::diagnostic::Diagnostic;
use slsc_core::locate::{has_places, locate};
use slsc_core::path::Segment;
use slsc_core::{document, pipeline, rules};

use crate::files;
use crate::output::Failure;

/// The name under which a baseline is picked up.
pub const NAME: &str = "slsc-baseline.json";
/// The version of the file's form.
const VERSION: u32 = 1;

/// What a finding is recognised by, in the order of the file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Known {
    /// The file, seen from the directory of the baseline.
    file: String,
    /// The rule.
    rule: String,
    /// The path in the file's document; `[]` stands for any item of a list.
    path: String,
    /// What is wrong.
    message: String,
}

#[derive(Serialize, Deserialize)]
struct Entry {
    #[serde(flatten)]
    known: Known,
    count: usize,
}

#[derive(Serialize, Deserialize)]
struct Stored {
    version: u32,
    findings: Vec<Entry>,
}

/// A baseline, and what of it has not been met yet.
#[derive(Clone)]
pub struct Baseline {
    /// The file.
    pub path: PathBuf,
    /// Its directory, from which files are seen.
    pub directory: EcoString,
    left: BTreeMap<Known, usize>,
}

impl Baseline {
    /// The one that is named, or the one that is picked up from `directory`, if there is one.
    pub fn open(named: Option<&Path>, directory: &Path) -> Result<Option<Baseline>, Failure> {
        match named {
            Some(path) => Baseline::read(&directory.join(path)).map(Some),
            None => find(directory).as_deref().map(Baseline::read).transpose(),
        }
    }

    fn read(path: &Path) -> Result<Baseline, Failure> {
        let shown = path.display().to_string();
        let shown = shown.strip_prefix("./").unwrap_or(&shown);
        let text = std::fs::read_to_string(path).map_err(|error| {
            Failure::usage(
                format!("cannot read the baseline `{shown}`: {error}"),
                "write one with `slsc check --write-baseline`",
            )
        })?;
        let stored: Result<Stored, String> = serde_json::from_str(&text).map_err(|it| it.to_string());
        let stored = stored.and_then(|it| match it.version {
            VERSION => Ok(it),
            other => Err(format!("its version is {other}, and {VERSION} is known")),
        });
        let stored = stored.map_err(|error| {
            Failure::usage(
                format!("`{shown}` is no baseline: {error}"),
                "write it anew with `slsc check --write-baseline`",
            )
        })?;
        let mut left = BTreeMap::new();
        stored.findings.into_iter().for_each(|it| *left.entry(it.known).or_default() += it.count);
        Ok(Baseline { path: path.to_owned(), directory: directory_of(path)?, left })
    }

    /// Whether a finding is known; each is once for each time that it was written down.
    pub fn take(&mut self, known: &Known) -> bool {
        match self.left.get_mut(known) {
            Some(count) if *count > 0 => {
                *count -= 1;
                true
            }
            _ => false,
        }
    }

    /// Takes known findings of a service out.
    pub fn hide(&mut self, db: &Database, service: Service, found: &mut Vec<Diagnostic>) {
        found.retain(|it| !known(db, service, &self.directory, it).is_some_and(|it| self.take(&it)));
    }

    /// How many findings of these files are known and were not met. What is found between services is not counted: not
    /// all of them may have been looked at.
    pub fn gone(&self, files: &BTreeSet<EcoString>) -> usize {
        let files: BTreeSet<String> = files.iter().map(|it| relative(&self.directory, it)).collect();
        let between = |known: &Known| rules::by_id(&known.rule).is_some_and(rules::needs_company);
        let left = self.left.iter().filter(|it| files.contains(&it.0.file) && !between(it.0));
        left.map(|it| it.1).sum()
    }
}

/// The findings of several services, to be written.
pub struct Draft {
    path: PathBuf,
    /// The directory of the file, from which files are seen.
    pub directory: EcoString,
    counts: BTreeMap<Known, usize>,
}

impl Draft {
    /// An empty one, for the file that is named, the one that is picked up from `directory`, or a new one there.
    pub fn new(named: Option<&Path>, directory: &Path) -> Result<Draft, Failure> {
        let path = match named {
            Some(path) => directory.join(path),
            None => find(directory).unwrap_or_else(|| directory.join(NAME)),
        };
        Ok(Draft { directory: directory_of(&path)?, path, counts: BTreeMap::new() })
    }

    /// Takes a finding in.
    pub fn add(&mut self, known: Known) {
        *self.counts.entry(known).or_default() += 1;
    }

    /// Writes the file, whole; answers where, and how many findings it holds.
    pub fn write(self) -> Result<(PathBuf, usize), Failure> {
        let count = self.counts.values().sum();
        let findings = self.counts.into_iter().map(|(known, count)| Entry { known, count });
        let stored = Stored { version: VERSION, findings: findings.collect() };
        let text = serde_json::to_string_pretty(&stored)
            .map_err(|it| Failure::failed(format!("cannot write the baseline: {it}"), ""))?;
        files::write(&self.path, format!("{text}\n").as_bytes())?;
        Ok((self.path, count))
    }
}

/// The nearest baseline from `directory` up to the root of its repository.
fn find(directory: &Path) -> Option<PathBuf> {
    let absolute = std::path::absolute(directory).ok()?;
    for above in absolute.ancestors() {
        let path = above.join(NAME);
        if path.is_file() {
            // As it was named, where it lies there: messages show it.
            return Some(if above == absolute { directory.join(NAME) } else { path });
        }
        if above.join(".git").exists() {
            break;
        }
    }
    None
}

/// The directory of a file as the compiler names directories.
fn directory_of(path: &Path) -> Result<EcoString, Failure> {
    let absolute = std::path::absolute(path).map_err(|error| {
        Failure::usage(format!("cannot find `{}`: {error}", path.display()), "give a path that exists")
    })?;
    Ok(normalize(&absolute.parent().unwrap_or(&absolute).to_string_lossy()))
}

/// What a finding is recognised by, in a baseline in `directory`; nothing where it is for editors only, or where the
/// compiler refuses it.
pub fn known(db: &Database, service: Service, directory: &str, diagnostic: &Diagnostic) -> Option<Known> {
    if diagnostic.firm || !diagnostic.is_shown() {
        return None;
    }
    let span = locate(db, service, &diagnostic.at);
    let mut path = String::new();
    if has_places(db, span.file) {
        let tree = &pipeline::parsed(db, span.file).tree;
        // A tag is outside of its node.
        let text = pipeline::text(db, span.file).get(span.range.clone()).unwrap_or_default();
        let tag = text.strip_prefix('!').and_then(|it| it.find(' ')).map_or(0, |it| it + 2);
        let node = tree.path_at(span.range.start + tag).last().copied();
        for segment in node.map(|it| document::path_of(tree, it)).unwrap_or_default().segments() {
            match segment {
                Segment::Index(_) => path.push_str("[]"),
                Segment::Key(key) if path.is_empty() => path.push_str(key),
                Segment::Key(key) => path.push_str(&format!(".{key}")),
            }
        }
    }
    Some(Known {
        file: relative(directory, span.file.path(db)),
        rule: diagnostic.rule.id.into(),
        path,
        message: diagnostic.message.to_string(),
    })
}

/// `path` as seen from `directory`; both are absolute.
fn relative(directory: &str, path: &str) -> String {
    let from: Vec<&str> = directory.split('/').filter(|it| !it.is_empty()).collect();
    let to: Vec<&str> = path.split('/').filter(|it| !it.is_empty()).collect();
    let common = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    let up = std::iter::repeat_n("..", from.len() - common);
    up.chain(to.get(common..).unwrap_or_default().iter().copied()).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_seen_from_the_baseline() {
        assert_eq!(relative("/a/b", "/a/b/c/d.yml"), "c/d.yml");
        assert_eq!(relative("/a/b", "/a/d.yml"), "../d.yml");
    }
}
