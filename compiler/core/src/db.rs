//! The inputs of the compiler: files, and one service with the options of an invocation.
//!
//! The compiler does no IO. It reads files through a [`System`], which the command line answers from the disk and
//! the language server from the open buffers first; the environment and the options come in as values.

// What salsa generates has no documentation; everything written here has.
#![allow(missing_docs)]

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use ecow::EcoString;
use rustc_hash::FxHashMap;

use crate::levels::Levels;
use crate::variables::remote::Outcomes;

/// What a path holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// A text in UTF-8.
    Text(Arc<str>),
    /// What the program that is there gave as a configuration, in JSON. Its values have no places in the file.
    Evaluated(Arc<str>),
    /// Bytes that are no UTF-8.
    Binary,
    /// A directory.
    Directory,
    /// Nothing.
    Missing,
}

/// Where files come from.
pub trait System: Send + Sync {
    /// What is at `path`: an absolute path, or one relative to wherever the system says, with `/` between steps.
    fn read(&self, path: &str) -> Content;

    /// The names of what is in the directory at `path`, as they are written there, if the system can tell.
    fn names(&self, path: &str) -> Vec<String> {
        let _ = path;
        Vec::new()
    }
}

/// A file, by its path. There is one for each path that was asked for, whether or not it exists.
#[salsa::input(debug)]
pub struct File {
    /// The path, normalised, with `/` between steps.
    #[returns(deref)]
    pub path: EcoString,
    /// What it holds.
    #[returns(ref)]
    pub content: Content,
}

/// What is in a directory, by its path. There is one for each path that was asked for, whether or not it exists.
#[salsa::input(debug)]
pub struct Folder {
    /// The path, normalised, with `/` between steps.
    #[returns(deref)]
    pub path: EcoString,
    /// The names of what is in it, as they are written there; none if there is no such directory.
    #[returns(ref)]
    pub names: Arc<[EcoString]>,
}

/// What the command line or the editor says about an invocation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// `--stage`.
    pub stage: Option<EcoString>,
    /// `--region`.
    pub region: Option<EcoString>,
    /// All options as `${opt:...}` sees them, by their long names; `stage` and `region` among them if given.
    pub options: BTreeMap<EcoString, EcoString>,
    /// `--param key=value`.
    pub params: BTreeMap<EcoString, EcoString>,
    /// The environment.
    pub env: Arc<BTreeMap<EcoString, EcoString>>,
    /// The time in seconds since 1970 in UTC, where it is known. It is only used to tell what has passed.
    pub now: Option<i64>,
    /// What AWS and programs have answered so far.
    pub remote: Arc<Outcomes>,
    /// The directory that paths of files are shown from; the service's own unless it is given.
    pub shown_from: Option<EcoString>,
    /// The levels of rules that the command line gives: they win over those of the service.
    pub levels: Levels,
}

/// One service as it is compiled.
#[salsa::input(debug)]
pub struct Service {
    /// The directory of the service, normalised, with `/` between steps.
    #[returns(deref)]
    pub directory: EcoString,
    /// The configuration file.
    #[returns(copy)]
    pub config: File,
    /// The options.
    #[returns(ref)]
    pub options: Options,
    /// The archives that have been made: their names and the base64 of their SHA-256. Empty before packaging.
    #[returns(ref)]
    pub archives: Arc<BTreeMap<EcoString, EcoString>>,
    /// The images that have been built or looked up: their URIs with digests, by the names or URIs by which functions
    /// name them. Empty before packaging.
    #[returns(ref)]
    pub images: Arc<BTreeMap<EcoString, EcoString>>,
}

/// The database as the stages see it.
#[salsa::db]
pub trait Db: salsa::Database {
    /// The file at `path`.
    fn file(&self, path: &str) -> File;
    /// The directory at `path`.
    fn folder(&self, path: &str) -> Folder;
    /// The names of what is in a directory, for suggestions: nothing is told when they change.
    fn names(&self, path: &str) -> Vec<EcoString>;
}

/// The one implementation of [`Db`].
#[salsa::db]
#[derive(Clone)]
pub struct Database {
    storage: salsa::Storage<Self>,
    system: Arc<dyn System>,
    files: Arc<Mutex<FxHashMap<EcoString, File>>>,
    folders: Arc<Mutex<FxHashMap<EcoString, Folder>>>,
}

/// Names of the queries that ran, for tests that pin what an edit re-runs.
pub type QueryLog = Arc<Mutex<Vec<String>>>;

#[salsa::db]
impl salsa::Database for Database {}

#[salsa::db]
impl Db for Database {
    fn file(&self, path: &str) -> File {
        let path = normalize(path);
        let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        *files.entry(path.clone()).or_insert_with(|| File::new(self, path.clone(), self.system.read(&path)))
    }

    fn folder(&self, path: &str) -> Folder {
        let path = normalize(path);
        let mut folders = self.folders.lock().unwrap_or_else(PoisonError::into_inner);
        *folders
            .entry(path.clone())
            .or_insert_with(|| Folder::new(self, path.clone(), Db::names(self, &path).into()))
    }

    fn names(&self, path: &str) -> Vec<EcoString> {
        self.system.names(&normalize(path)).into_iter().map(Into::into).collect()
    }
}

impl Database {
    /// A database that reads from `system`.
    pub fn new(system: Arc<dyn System>) -> Database {
        Database {
            storage: salsa::Storage::default(),
            system,
            files: Arc::default(),
            folders: Arc::default(),
        }
    }

    /// A database that also writes down which queries run.
    pub fn logged(system: Arc<dyn System>) -> (Database, QueryLog) {
        let log = QueryLog::default();
        let sink = log.clone();
        let storage = salsa::Storage::new(Some(Box::new(move |event: salsa::Event| {
            if let salsa::EventKind::WillExecute { database_key } = event.kind {
                sink.lock().unwrap_or_else(PoisonError::into_inner).push(format!("{database_key:?}"));
            }
        })));
        (Database { storage, system, files: Arc::default(), folders: Arc::default() }, log)
    }

    /// Reads `path`, and the directory that it is in, anew and tells the queries if they changed. Answers whether they
    /// did.
    pub fn refresh(&mut self, path: &str) -> bool {
        let path = normalize(path);
        let folder = path.rsplit_once('/').map_or("", |it| it.0).to_owned();
        let listed = self.refresh_folder(&folder) | self.refresh_folder(&path);
        self.refresh_file(&path) | listed
    }

    fn refresh_folder(&mut self, path: &str) -> bool {
        use salsa::Setter as _;
        let known = self.folders.lock().unwrap_or_else(PoisonError::into_inner).get(path).copied();
        let Some(folder) = known else { return false };
        let names: Arc<[EcoString]> = Db::names(self, path).into();
        let changed = *folder.names(self) != names;
        if changed {
            folder.set_names(self).to(names);
        }
        changed
    }

    fn refresh_file(&mut self, path: &str) -> bool {
        use salsa::Setter as _;
        let known = self.files.lock().unwrap_or_else(PoisonError::into_inner).get(path).copied();
        let Some(file) = known else { return false };
        let content = self.system.read(path);
        // A setter does not compare, so an unchanged file would make every query look again.
        let changed = *file.content(self) != content;
        if changed {
            file.set_content(self).to(content);
        }
        changed
    }

    /// The paths of files and directories that have been asked for.
    pub fn known_paths(&self) -> Vec<EcoString> {
        let mut paths: Vec<EcoString> =
            self.files.lock().unwrap_or_else(PoisonError::into_inner).keys().cloned().collect();
        paths.extend(self.folders.lock().unwrap_or_else(PoisonError::into_inner).keys().cloned());
        paths
    }
}

/// `path` with `/` between steps, and without `.` and `..` where they can be resolved.
pub fn normalize(path: &str) -> EcoString {
    let path = path.replace('\\', "/");
    let mut steps: Vec<&str> = Vec::new();
    for step in path.split('/') {
        match step {
            "" | "." => {}
            ".." if steps.last().is_some_and(|it| *it != "..") => drop(steps.pop()),
            ".." if path.starts_with('/') => {}
            step => steps.push(step),
        }
    }
    let joined = steps.join("/");
    if path.starts_with('/') { EcoString::from(format!("/{joined}")) } else { joined.into() }
}

/// `path` as seen from `directory`, unless it is absolute.
pub fn join(directory: &str, path: &str) -> EcoString {
    if path.starts_with('/') || directory.is_empty() {
        normalize(path)
    } else {
        normalize(&format!("{directory}/{path}"))
    }
}
