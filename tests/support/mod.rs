//! What the tests share: the project's folders, the binary, and services in memory.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use slsc_core::db::{Content, Database, Db as _, Options, QueryLog, Service, System};

/// The top of the project.
pub fn top() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// The binary, built if it is not there: `$SLSC_BIN`, or that of this build.
pub fn binary() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| {
        if let Some(path) = std::env::var_os("SLSC_BIN") {
            return path.into();
        }
        // The test binary lies in `<target>/<profile>/deps`.
        let profile = std::env::current_exe().unwrap().parent().unwrap().parent().unwrap().to_owned();
        let status = std::process::Command::new(env!("CARGO"))
            .args(["build", "--quiet", "-p", "slsc"])
            .current_dir(top())
            .status()
            .unwrap();
        assert!(status.success(), "the binary does not build");
        profile.join("slsc")
    })
}

/// All files below a directory with this ending, sorted.
pub fn files(directory: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(directory).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(files(&path, ending));
        } else if path.to_string_lossy().ends_with(ending) {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// Files in memory.
pub struct Memory(pub BTreeMap<String, Arc<str>>);

impl System for Memory {
    fn read(&self, path: &str) -> Content {
        self.0
            .get(path.trim_start_matches("/service/"))
            .map_or(Content::Missing, |it| Content::Text(it.clone()))
    }

    fn names(&self, path: &str) -> Vec<String> {
        let folder = format!("{}/", path.trim_start_matches("/service").trim_start_matches('/'));
        let folder = if folder == "/" { "" } else { &folder };
        let below = self.0.keys().filter_map(|it| it.strip_prefix(folder));
        let mut names: Vec<String> = below.filter_map(|it| it.split('/').next()).map(String::from).collect();
        names.dedup();
        names
    }
}

/// A service of files in memory, with a log of the queries that run.
pub fn open(files: &BTreeMap<String, Arc<str>>, options: Options) -> (Database, Service, QueryLog) {
    let (db, log) = Database::logged(Arc::new(Memory(files.clone())));
    let config = db.file("/service/serverless.yml");
    let service = Service::new(&db, "/service".into(), config, options, Arc::default(), Arc::default());
    (db, service, log)
}
