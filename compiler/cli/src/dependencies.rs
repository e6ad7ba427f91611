//! The dependencies that only development needs, as they are installed. Answers "which directories of `node_modules`
//! stay out of an archive?".
//!
//! The framework asks `npm ls` for the packages that a service needs with and without its `devDependencies`; what is
//! only in the first list stays out. The same lists are made here from what is installed ([`tree`]), as a lock file
//! only says what once should have been: with npm, Yarn and pnpm alike, a package needs what its `package.json` names,
//! and finds it in the nearest `node_modules`. A package that anything but development needs always stays.
//!
//! Stores of links, as pnpm has one in `node_modules/.pnpm`, are not understood by `npm ls`, which leaves most of them
//! in. Here a package of a store stays out if only development leads to it.

mod tree;
mod workspaces;

use std::collections::{BTreeSet, HashSet};
use std::path::{Path, PathBuf};

use ecow::{EcoString, eco_format};
use ignore::WalkBuilder;

use tree::{Tree, names_in};

/// Globs of what stays out, relative to the service.
pub fn of_development(service: &Path) -> Vec<EcoString> {
    let Ok(service) = service.canonicalize() else { return Vec::new() };
    let (mut with, mut without) = (BTreeSet::new(), HashSet::new());
    let (mut real_with, mut real_without) = (BTreeSet::new(), HashSet::new());
    let mut stores = Vec::new();
    for directory in packages(&service) {
        let tree = Tree::read(&directory);
        let (all, needed) = (tree.reached(true), tree.reached(false));
        for (at, node) in tree.nodes.iter().enumerate() {
            if all.contains(&at) {
                with.insert(node.path.clone());
                real_with.insert(node.real.clone());
            }
            if needed.contains(&at) {
                without.insert(node.path.clone());
                real_without.insert(node.real.clone());
            }
        }
        stores.push(directory.join("node_modules/.pnpm/node_modules"));
    }
    let unneeded = |it: &PathBuf| real_with.contains(it) && !real_without.contains(it);
    let mut out: BTreeSet<PathBuf> = with.difference(&without.iter().cloned().collect()).cloned().collect();
    out.extend(real_with.iter().filter(|it| unneeded(it)).cloned());
    // Links to all packages of a store, which is how one finds another that it does not name.
    for store in stores {
        let links = names_in(&store).into_iter().map(|it| store.join(it));
        out.extend(links.filter(|it| it.canonicalize().is_ok_and(|real| unneeded(&real))));
    }
    out.iter()
        .filter_map(|it| Some((it, relative(it, &service)?)))
        .flat_map(|(it, path)| globs(it, &path))
        .collect()
}

/// A path below the service with `/` between its steps, if it is one of an installed package.
fn relative(path: &Path, service: &Path) -> Option<String> {
    let steps: Option<Vec<&str>> = path.strip_prefix(service).ok()?.iter().map(|it| it.to_str()).collect();
    let steps = steps?;
    (steps.len() > 1 && steps.iter().rev().skip(1).any(|it| *it == "node_modules")).then(|| steps.join("/"))
}

/// What leaves out a package: its directory, and its commands beside it. As with the framework, one without a
/// readable `package.json` stays.
fn globs(path: &Path, shown: &str) -> Vec<EcoString> {
    let text = std::fs::read(path.join("package.json")).unwrap_or_default();
    let Ok(serde_json::Value::Object(package)) = serde_json::from_slice(&text) else { return Vec::new() };
    let (around, name) = shown.rsplit_once('/').unwrap_or(("", shown));
    let mut globs = vec![eco_format!("{shown}/**")];
    match package.get("bin") {
        Some(serde_json::Value::Object(commands)) => {
            globs.extend(commands.keys().map(|it| eco_format!("{around}/.bin/{it}")));
        }
        Some(serde_json::Value::Null) => globs.clear(),
        Some(serde_json::Value::String(_)) => globs.push(eco_format!("{around}/.bin/{name}")),
        _ => {}
    }
    globs
}

/// The directories with a `package.json` of the service's own.
fn packages(service: &Path) -> Vec<PathBuf> {
    let mut walk = WalkBuilder::new(service);
    walk.standard_filters(false).follow_links(true);
    walk.filter_entry(|it| !matches!(it.file_name().to_str(), Some("node_modules" | ".git")));
    let entries = walk.build().flatten().filter(|it| it.file_name() == "package.json");
    let mut found: Vec<PathBuf> = entries
        .filter(|it| it.path().is_file())
        .filter_map(|it| it.path().parent()?.canonicalize().ok())
        .filter(|it| it.strip_prefix(service).is_ok_and(|it| !it.to_string_lossy().contains("node_modules")))
        .collect();
    found.sort();
    found.dedup();
    found
}

#[cfg(test)]
mod tests;
