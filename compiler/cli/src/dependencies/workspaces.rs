//! Workspaces: packages that a project around them installs for. Answers "whose `node_modules` does this package use?".

use std::fs;
use std::path::{Path, PathBuf};

use slsc_core::glob::Glob;

use super::tree::{Manifest, names_in};

/// Whether a directory, by its path below the project, is a workspace: the last pattern that matches decides.
pub(super) fn takes(patterns: &[&str], path: &Path) -> bool {
    let steps: Option<Vec<&str>> = path.iter().map(|it| it.to_str()).collect();
    let Some(steps) = steps.filter(|it| !it.is_empty() && !it.contains(&"node_modules")) else {
        return false;
    };
    let path = steps.join("/");
    let matches = |text: &str| {
        Glob::new(text.trim_start_matches("./").trim_start_matches('/').trim_end_matches('/')).matches(&path)
    };
    let last = patterns.iter().rev().find_map(|it| match it.strip_prefix('!') {
        Some(inner) => matches(inner).then_some(false),
        None => matches(it).then_some(true),
    });
    last == Some(true)
}

/// The project that a package is a workspace of.
pub(super) fn project_of(package: &Path) -> Option<PathBuf> {
    let is_project = |around: &&Path| {
        let below = package.strip_prefix(around).unwrap_or(package);
        takes(&Manifest::read(around).workspaces(), below)
    };
    package.ancestors().skip(1).find(is_project).map(Path::to_owned)
}

/// The links in a project's `node_modules` that lead to its workspaces.
pub(super) fn links(project: &Path, patterns: &[&str]) -> Vec<PathBuf> {
    if patterns.is_empty() {
        return Vec::new();
    }
    let installed = project.join("node_modules");
    let is_workspace = |it: &PathBuf| {
        let linked = fs::symlink_metadata(it).is_ok_and(|it| it.is_symlink());
        let real = linked.then(|| it.canonicalize().ok()).flatten();
        real.is_some_and(|it| it.strip_prefix(project).is_ok_and(|it| takes(patterns, it)))
    };
    names_in(&installed).into_iter().map(|it| installed.join(it)).filter(is_workspace).collect()
}
