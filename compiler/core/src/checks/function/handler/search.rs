//! A file by its path without an extension, as Linux would find it. Answers "is it there, is it there in other letters,
//! or which one is near?".

use ecow::{EcoString, eco_format};

use crate::checks::Files;
use crate::db::normalize;
use crate::diagnostic::nearest;

/// What was found.
pub enum Found {
    /// The file.
    Here {
        /// Its path.
        path: EcoString,
    },
    /// One that differs in upper and lower case alone.
    OtherCase {
        /// Its path, as it is written on the disk.
        path: EcoString,
    },
    /// Nothing.
    Missing(Missing),
}

/// What is there instead.
#[derive(Default)]
pub struct Missing {
    /// A file that is likely meant.
    pub near: Option<EcoString>,
    /// The first directory of the path that is not there.
    pub folder: Option<EcoString>,
}

/// Looks for `path` with one of `extensions`, or for a directory of that name with one of the files `inside`.
pub fn find(files: &dyn Files, path: &str, extensions: &[&str], inside: &[&str]) -> Found {
    let path = normalize(path);
    let (folder, last) = path.rsplit_once('/').unwrap_or(("", &path));
    let walked = walk(files, folder);
    let Walked { actual, same, missing } = walked;
    if let Some(folder) = missing {
        let near = elsewhere(files, last, extensions);
        return Found::Missing(Missing { near, folder: Some(folder) });
    }
    let names = files.names(&actual);
    let has = |name: &str| names.iter().any(|it| it == name);
    let here =
        |name: &str| if actual.is_empty() { EcoString::from(name) } else { eco_format!("{actual}/{name}") };
    let told = |path: EcoString, exact: bool| {
        if exact && same { Found::Here { path } } else { Found::OtherCase { path } }
    };
    if let Some(it) = extensions.iter().find(|it| has(&format!("{last}{it}"))) {
        return told(here(&format!("{last}{it}")), true);
    }
    if !inside.is_empty() && has(last) {
        let listed = files.names(&here(last));
        if let Some(it) = inside.iter().find(|it| listed.iter().any(|name| name == **it)) {
            return told(here(&format!("{last}/{it}")), true);
        }
    }
    let stems = || names.iter().filter_map(|it| Some((it, stem_of(it, extensions)?)));
    let lower = last.to_lowercase();
    if let Some((name, _)) = stems().find(|it| it.1.to_lowercase() == lower) {
        return told(here(name), false);
    }
    let near = nearest(last, stems().map(|it| it.1));
    let near = near.and_then(|near| stems().find(|it| it.1 == near)).map(|it| here(it.0));
    Found::Missing(Missing { near: near.or_else(|| elsewhere(files, last, extensions)), folder: None })
}

/// Looks for a file by its whole name.
pub fn exact(files: &dyn Files, path: &str) -> Found {
    find(files, path, &[""], &[])
}

/// A path without its extension; a package of Python without its `__init__.py`.
pub fn stem(path: &str) -> &str {
    let path = path.strip_suffix("/__init__.py").unwrap_or(path);
    let dot = path.rfind('.').filter(|dot| path.rfind('/').is_none_or(|slash| slash < *dot));
    dot.and_then(|it| path.get(..it)).unwrap_or(path)
}

fn stem_of<'n>(name: &'n str, extensions: &[&str]) -> Option<&'n str> {
    extensions.iter().find_map(|it| name.strip_suffix(it))
}

struct Walked {
    /// The directory, as it is written on the disk.
    actual: EcoString,
    /// Whether it is written so in the path, too.
    same: bool,
    /// The first directory that is not there.
    missing: Option<EcoString>,
}

fn walk(files: &dyn Files, folder: &str) -> Walked {
    let mut walked = Walked { actual: EcoString::new(), same: true, missing: None };
    for step in folder.split('/').filter(|it| !it.is_empty()) {
        let below = |step: &str| match walked.actual.as_str() {
            "" => EcoString::from(step),
            above => eco_format!("{above}/{step}"),
        };
        if step == ".." {
            walked.actual = below(step);
            continue;
        }
        let names = files.names(&walked.actual);
        let lower = step.to_lowercase();
        if names.iter().any(|it| it == step) {
            walked.actual = below(step);
        } else if let Some(name) = names.iter().find(|it| it.to_lowercase() == lower) {
            walked.actual = below(name);
            walked.same = false;
        } else {
            walked.missing = Some(below(step));
            return walked;
        }
    }
    walked
}

/// A file of the same name in another directory of the service, if there is one alone.
pub fn elsewhere(files: &dyn Files, name: &str, extensions: &[&str]) -> Option<EcoString> {
    const DIRECTORIES: usize = 100;
    let mut folders: Vec<EcoString> = vec![EcoString::new()];
    let mut found: Option<EcoString> = None;
    let mut at = 0;
    while let Some(folder) = folders.get(at).cloned() {
        at += 1;
        for entry in files.names(&folder).iter() {
            let path = if folder.is_empty() { entry.clone() } else { eco_format!("{folder}/{entry}") };
            if stem_of(entry, extensions).is_some_and(|it| it == name) {
                if found.is_some() {
                    return None;
                }
                found = Some(path);
            } else if !entry.contains('.') && entry != "node_modules" && folders.len() < DIRECTORIES {
                folders.push(path);
            }
        }
    }
    found
}
