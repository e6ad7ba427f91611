//! The thread that owns the database. What comes in is done in order; whatever reads works on a snapshot, which a
//! change cancels.

use std::collections::{BTreeMap, HashMap};
use std::panic::AssertUnwindSafe;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};

use salsa::Setter as _;
use slsc_core::db::{Content, Database, Db as _, File, Options, Service, System};

use crate::features::diagnostics::{self, Placed};
use crate::position::{Encoding, LinePosition, offset};

/// Texts of open documents, by path.
type Buffers = Arc<Mutex<HashMap<String, Arc<str>>>>;

/// Open documents first, then the disk.
struct Overlay {
    open: Buffers,
}

impl System for Overlay {
    fn read(&self, path: &str) -> Content {
        if let Some(text) = self.open.lock().unwrap_or_else(PoisonError::into_inner).get(path) {
            return Content::Text(text.clone());
        }
        match std::fs::read(path) {
            Ok(bytes) => String::from_utf8(bytes).map_or(Content::Binary, |it| Content::Text(it.into())),
            Err(error) if error.kind() == std::io::ErrorKind::IsADirectory => Content::Directory,
            Err(_) => Content::Missing,
        }
    }

    fn names(&self, path: &str) -> Vec<String> {
        let entries = std::fs::read_dir(path).into_iter().flatten().flatten();
        let mut names: Vec<String> =
            entries.map(|it| it.file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }
}

/// A replacement of a document's text; without a range, of all of it.
pub struct Change {
    /// What is replaced.
    pub range: Option<(LinePosition, LinePosition)>,
    /// By what.
    pub text: String,
}

/// A query of a snapshot: the database, the service and the file.
pub type Query = Box<dyn FnOnce(&Database, Service, File) + Send>;

/// What the thread is told.
pub enum Message {
    /// The client counts positions this way.
    Encoding(Encoding),
    /// A document is open.
    Open { path: String, version: i32, text: String },
    /// A document has changed.
    Change { path: String, version: i32, changes: Vec<Change> },
    /// A document is closed.
    Close { path: String },
    /// Files have changed on the disk.
    Touched { paths: Vec<String> },
    /// Something is asked of a document.
    Query { path: String, query: Query },
}

/// The diagnostics of a file, with the version of the document that they belong to.
pub struct Published {
    /// The file.
    pub path: String,
    /// Its text.
    pub text: Arc<str>,
    /// The version, if it is open.
    pub version: Option<i32>,
    /// What is wrong.
    pub diagnostics: Vec<Placed>,
    /// The paths and texts of other files that diagnostics point to.
    pub others: Vec<(File, String, Arc<str>)>,
}

/// Says what is wrong.
pub type Publish = Box<dyn Fn(Published) + Send>;

struct Document {
    version: i32,
    text: String,
}

struct Worker {
    db: Database,
    open: Buffers,
    documents: HashMap<String, Document>,
    services: BTreeMap<String, Service>,
    environment: Options,
    encoding: Encoding,
    checker: Sender<Job>,
}

struct Job {
    db: Database,
    services: Vec<Service>,
    versions: HashMap<String, i32>,
}

/// Starts the thread; what is sent to it is done in order. `now` tells what has passed.
pub fn start(environment: BTreeMap<String, String>, now: i64, publish: Publish) -> Sender<Message> {
    let (sender, receiver) = channel();
    let (checker, jobs) = channel();
    std::thread::spawn(move || check(&jobs, &publish));
    std::thread::spawn(move || {
        let open = Buffers::default();
        let env = environment.into_iter().map(|(key, value)| (key.into(), value.into())).collect();
        let worker = Worker {
            db: Database::new(Arc::new(Overlay { open: open.clone() })),
            open,
            documents: HashMap::new(),
            services: BTreeMap::new(),
            environment: Options { env: Arc::new(env), now: Some(now), ..Options::default() },
            encoding: Encoding::Utf16,
            checker,
        };
        worker.run(&receiver);
    });
    sender
}

impl Worker {
    fn run(mut self, messages: &Receiver<Message>) {
        while let Ok(first) = messages.recv() {
            let mut changed = self.handle(first);
            // What has piled up is done before anything is computed: stale results help nobody.
            while let Ok(next) = messages.try_recv() {
                changed |= self.handle(next);
            }
            if changed {
                self.publish();
            }
        }
    }

    /// Does what a message says; answers whether a text has changed.
    fn handle(&mut self, message: Message) -> bool {
        match message {
            Message::Encoding(encoding) => {
                self.encoding = encoding;
                false
            }
            Message::Open { path, version, text } => {
                self.set(&path, version, text);
                self.find_service(&path);
                true
            }
            Message::Change { path, version, changes } => {
                let Some(document) = self.documents.remove(&path) else { return false };
                let mut text = document.text;
                for change in changes {
                    apply(&mut text, change, self.encoding);
                }
                self.set(&path, version, text);
                true
            }
            Message::Close { path } => {
                self.documents.remove(&path);
                self.open.lock().unwrap_or_else(PoisonError::into_inner).remove(&path);
                self.db.refresh(&path)
            }
            Message::Touched { paths } => {
                paths.iter().map(|it| self.db.refresh(it)).filter(|changed| *changed).count() > 0
            }
            Message::Query { path, query } => {
                if let Some(service) = self.service_of(&path) {
                    let db = self.db.clone();
                    // A cancelled query drops its answer, which its asker takes as `ContentModified`.
                    std::thread::spawn(move || {
                        let file = db.file(&path);
                        drop(salsa::Cancelled::catch(AssertUnwindSafe(|| query(&db, service, file))));
                    });
                }
                false
            }
        }
    }

    fn set(&mut self, path: &str, version: i32, text: String) {
        let shared: Arc<str> = text.as_str().into();
        self.open.lock().unwrap_or_else(PoisonError::into_inner).insert(path.to_owned(), shared.clone());
        self.documents.insert(path.to_owned(), Document { version, text });
        let file = self.db.file(path);
        if !matches!(file.content(&self.db), Content::Text(it) if **it == *shared) {
            file.set_content(&mut self.db).to(Content::Text(shared));
        }
    }

    /// Registers the service that a document belongs to: its own, or that of the nearest directory above.
    fn find_service(&mut self, path: &str) {
        let mut directory = path.rsplit_once('/').map_or("", |it| it.0);
        loop {
            for name in ["serverless.yml", "serverless.yaml", "serverless.json"] {
                let config = format!("{directory}/{name}");
                let named = path == config;
                if !named && !std::path::Path::new(&config).is_file() {
                    continue;
                }
                if !self.services.contains_key(directory) {
                    let file = self.db.file(&config);
                    let options = self.environment.clone();
                    let service = Service::new(
                        &self.db,
                        directory.into(),
                        file,
                        options,
                        Arc::default(),
                        Arc::default(),
                    );
                    self.services.insert(directory.to_owned(), service);
                }
                return;
            }
            match directory.rsplit_once('/') {
                Some((above, _)) => directory = above,
                None => return,
            }
        }
    }

    fn service_of(&self, path: &str) -> Option<Service> {
        let holds = |directory: &str| path.strip_prefix(directory).is_some_and(|it| it.starts_with('/'));
        self.services
            .iter()
            .filter(|(directory, _)| holds(directory))
            .max_by_key(|(it, _)| it.len())
            .map(|it| *it.1)
    }

    fn publish(&self) {
        let versions = self.documents.iter().map(|(path, it)| (path.clone(), it.version)).collect();
        let services = self.services.values().copied().collect();
        // The receiver ends with the process.
        drop(self.checker.send(Job { db: self.db.clone(), services, versions }));
    }
}

/// Replaces text as the client did.
fn apply(text: &mut String, change: Change, encoding: Encoding) {
    match change.range {
        None => *text = change.text,
        Some((start, end)) => {
            let from = offset(text, start, encoding);
            let to = offset(text, end, encoding).max(from);
            text.replace_range(from..to, &change.text);
        }
    }
}

/// Computes diagnostics, the newest job only; a change cancels what is being computed.
fn check(jobs: &Receiver<Job>, publish: &Publish) {
    let mut shown: HashMap<String, bool> = HashMap::new();
    while let Ok(mut job) = jobs.recv() {
        while let Ok(newer) = jobs.try_recv() {
            job = newer;
        }
        let Job { db, services, versions } = job;
        let found = salsa::Cancelled::catch(AssertUnwindSafe(|| {
            services
                .iter()
                .flat_map(|it| diagnostics::of(&db, *it))
                .map(|(file, placed)| prepare(&db, file, placed))
                .collect::<Vec<_>>()
        }));
        drop(db);
        for mut published in found.unwrap_or_default() {
            let has = !published.diagnostics.is_empty();
            let open = versions.get(&published.path).copied();
            if has || open.is_some() || shown.get(&published.path) == Some(&true) {
                published.version = open;
                shown.insert(published.path.clone(), has);
                publish(published);
            }
        }
    }
}

fn prepare(db: &Database, file: File, diagnostics: Vec<Placed>) -> Published {
    let text = |file: File| match file.content(db) {
        Content::Text(text) => text.clone(),
        _ => "".into(),
    };
    let others = diagnostics
        .iter()
        .flat_map(|it| &it.related)
        .map(|(it, ..)| (*it, it.path(db).to_owned(), text(*it)));
    let others = others.collect();
    Published { path: file.path(db).to_owned(), text: text(file), version: None, diagnostics, others }
}
