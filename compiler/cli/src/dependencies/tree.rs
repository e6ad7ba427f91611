//! Installed packages and what they need. Answers "which packages does this one lead to?".
//!
//! A package finds another in the `node_modules` of its own directory, then of those around it, up to the project. In a
//! store of links a package also needs whatever was put beside it.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use serde_json::{Map, Value};

use super::workspaces;

/// Why a package needs another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Need {
    /// To run.
    Run,
    /// To be developed.
    Develop,
    /// Nothing: it uses what happens to be there.
    Maybe,
}

/// A package as it is found.
#[derive(Debug, Default)]
pub(super) struct Node {
    /// Where it is found.
    pub path: PathBuf,
    /// Where it is, without links.
    pub real: PathBuf,
    /// What it needs, by places in the tree.
    needs: Vec<(Need, usize)>,
    /// What is installed in its own directory.
    inside: Vec<usize>,
    /// Whether it is one of the project's workspaces.
    is_workspace: bool,
}

/// The packages that a package leads to.
pub(super) struct Tree {
    /// All packages; the one that leads to them is the first.
    pub nodes: Vec<Node>,
}

/// A `package.json`.
#[derive(Default)]
pub(super) struct Manifest(Map<String, Value>);

impl Manifest {
    /// The `package.json` of a directory; an empty one if it cannot be read.
    pub fn read(directory: &Path) -> Manifest {
        let text = fs::read(directory.join("package.json")).unwrap_or_default();
        let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&text);
        Manifest(serde_json::from_slice(text).unwrap_or_default())
    }

    /// `workspaces`: a list of globs, or a mapping that has it.
    pub fn workspaces(&self) -> Vec<&str> {
        let written = self.0.get("workspaces");
        let list = written.map(|it| it.get("packages").unwrap_or(it)).and_then(Value::as_array);
        list.into_iter().flatten().filter_map(Value::as_str).collect()
    }

    fn names(&self, key: &str) -> impl Iterator<Item = &str> {
        self.0.get(key).and_then(Value::as_object).into_iter().flat_map(|it| it.keys().map(String::as_str))
    }

    /// What the package needs. A dependency of two lists is needed to run if one of them says so, except that what is
    /// also developed with is no longer expected of others.
    fn needs(&self, develops: bool) -> HashMap<&str, Need> {
        let meta = self.0.get("peerDependenciesMeta");
        let is_optional = |name: &str| {
            meta.is_some_and(|it| it.get(name).and_then(|it| it.get("optional")) == Some(&Value::Bool(true)))
        };
        let mut needs = HashMap::new();
        for name in self.names("peerDependencies") {
            needs.insert(name, if is_optional(name) { Need::Maybe } else { Need::Run });
        }
        if develops {
            needs.extend(self.names("devDependencies").map(|it| (it, Need::Develop)));
        }
        needs.extend(self.names("dependencies").map(|it| (it, Need::Run)));
        needs.extend(self.names("optionalDependencies").map(|it| (it, Need::Run)));
        needs
    }
}

/// What was found out about one package.
struct Looked {
    needs: Vec<(Need, PathBuf)>,
    inside: Vec<PathBuf>,
    is_workspace: bool,
}

impl Tree {
    /// Reads all that a package leads to. One that is a workspace finds it in the project around it, too.
    pub fn read(package: &Path) -> Tree {
        let project = workspaces::project_of(package).unwrap_or_else(|| package.to_owned());
        let manifest = Manifest::read(&project);
        let project = Project { root: &project, package, workspaces: &manifest.workspaces() };
        let mut tree = Tree { nodes: Vec::new() };
        let mut known: HashMap<PathBuf, usize> = HashMap::new();
        tree.intern(package.to_owned(), &mut known);
        let mut from = 0;
        while from < tree.nodes.len() {
            let new = tree.nodes.get(from..).unwrap_or_default();
            let looked: Vec<Looked> = new.par_iter().map(|it| look(it, &project)).collect();
            let until = from + looked.len();
            for (at, Looked { needs, inside, is_workspace }) in (from..until).zip(looked) {
                let needs =
                    needs.into_iter().map(|(need, path)| (need, tree.intern(path, &mut known))).collect();
                let inside = inside.into_iter().map(|path| tree.intern(path, &mut known)).collect();
                if let Some(node) = tree.nodes.get_mut(at) {
                    (node.needs, node.inside, node.is_workspace) = (needs, inside, is_workspace);
                }
            }
            from = until;
        }
        tree
    }

    fn intern(&mut self, path: PathBuf, known: &mut HashMap<PathBuf, usize>) -> usize {
        *known.entry(path).or_insert_with_key(|path| {
            let linked = fs::symlink_metadata(path).is_ok_and(|it| it.is_symlink());
            let real =
                if linked { path.canonicalize().unwrap_or_else(|_| path.clone()) } else { path.clone() };
            self.nodes.push(Node { path: path.clone(), real, ..Node::default() });
            self.nodes.len() - 1
        })
    }

    /// The packages that are listed with or without what the package and its workspaces develop with. What nothing
    /// leads to is listed where it is installed, as nobody knows why it is there.
    pub fn reached(&self, develop: bool) -> HashSet<usize> {
        let known = self.walk(|_, need| need != Need::Maybe, |_| false);
        let is_own = |at: usize| at == 0 || self.nodes.get(at).is_some_and(|it| it.is_workspace);
        self.walk(|at, need| need != Need::Develop || develop || !is_own(at), |at| !known.contains(&at))
    }

    /// All that the package leads to by the needs that are taken, and those inside of it that are added.
    fn walk(&self, takes: impl Fn(usize, Need) -> bool, adds: impl Fn(usize) -> bool) -> HashSet<usize> {
        let mut seen = HashSet::from([0]);
        let mut open = vec![0];
        while let Some((at, node)) = open.pop().and_then(|at| Some((at, self.nodes.get(at)?))) {
            let needed = node.needs.iter().filter(|it| takes(at, it.0)).map(|it| it.1);
            let added = node.inside.iter().copied().filter(|it| adds(*it));
            open.extend(needed.chain(added).filter(|it| seen.insert(*it)));
        }
        seen
    }
}

/// Where packages are looked for.
struct Project<'a> {
    /// The project: the package, or what it is a workspace of.
    root: &'a Path,
    /// The package that leads to the others.
    package: &'a Path,
    /// The globs of the project's workspaces.
    workspaces: &'a [&'a str],
}

fn look(node: &Node, project: &Project<'_>) -> Looked {
    let manifest = Manifest::read(&node.real);
    let below = node.real.strip_prefix(project.root).unwrap_or(&node.real);
    // What is linked from a directory of its own is somebody's work, and brings what that is done with.
    let is_installed = node.path != project.package && below.iter().any(|it| it == "node_modules");
    let mut needs: Vec<(Need, PathBuf)> = manifest
        .needs(!is_installed)
        .into_iter()
        .filter_map(|(name, need)| Some((need, find(name, &node.real, project.root)?)))
        .collect();
    if node.path == project.root {
        let links = workspaces::links(project.root, project.workspaces);
        needs.extend(links.into_iter().map(|it| (Need::Run, it)));
    }
    if node.path != node.real
        && let Some(beside) = store_of(&node.real)
    {
        let links = names_in(&beside).into_iter().map(|it| beside.join(it));
        needs.extend(links.filter(|it| *it != node.real).map(|it| (Need::Run, it)));
    }
    let inside = node.real.join("node_modules");
    let inside = names_in(&inside).into_iter().map(|it| inside.join(it)).collect();
    Looked { needs, inside, is_workspace: workspaces::takes(project.workspaces, below) }
}

/// The `node_modules` in which a store has the packages that one of its packages may use:
/// `.pnpm/name@1/node_modules` of `.pnpm/name@1/node_modules/name`, `.store/name/node_modules` of `.store/name/package`.
fn store_of(real: &Path) -> Option<PathBuf> {
    let in_store = |it: &&Path| {
        let mut above = it.ancestors().skip(1).take(2).filter_map(|it| it.file_name());
        !it.ends_with("node_modules") && above.any(|it| it.to_string_lossy().starts_with('.'))
    };
    let entry = real.ancestors().skip(1).take(3).find(in_store)?;
    Some(entry.join("node_modules")).filter(|it| it.is_dir())
}

/// Where a package finds another: from its directory upwards, no further than what holds it and the project.
fn find(name: &str, from: &Path, project: &Path) -> Option<PathBuf> {
    let mut around = from
        .ancestors()
        .take_while(|it| !project.starts_with(it) || *it == project)
        .filter(|it| !it.ends_with("node_modules"));
    let inside = |it: &Path| Some(it.join("node_modules").join(name)).filter(|it| it.is_dir());
    // From outside of the project, up to the first directory that holds both.
    around.find_map(inside).or_else(|| {
        let shared = from.ancestors().find(|it| project.starts_with(it) && *it != project);
        shared.filter(|_| !from.starts_with(project)).and_then(inside)
    })
}

/// The packages in a `node_modules`, those of scopes with their scope.
pub(super) fn names_in(directory: &Path) -> Vec<String> {
    let list = |directory: &Path| -> Vec<String> {
        let entries = fs::read_dir(directory).into_iter().flatten().flatten();
        let names = entries.filter_map(|it| it.file_name().into_string().ok());
        names.filter(|it| !it.starts_with('.')).collect()
    };
    let mut names = Vec::new();
    for name in list(directory) {
        if name.starts_with('@') {
            names.extend(list(&directory.join(&name)).into_iter().map(|it| format!("{name}/{it}")));
        } else if directory.join(&name).is_dir() {
            names.push(name);
        }
    }
    names.sort();
    names
}
