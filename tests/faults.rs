//! Seeded mistakes: in valid services, one labelled mistake at a time, each to be found on its line.
//!
//! `faults/services` holds services in which nothing is wrong, `faults/classes` the mistakes; `faults/README.md` says
//! how they are written. Each class is planted at several places and services. [`Edit`] makes a plant, [`run`] asks
//! the compiler what it finds.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use slsc_core::db::{Content, Database, Db as _, Options, Service, System};
use slsc_core::diagnostic::{Severity, render};
use slsc_core::locate::locate;
use slsc_core::{pipeline, stages};

use crate::support::{files, top};

mod class;
mod plant;

use class::{Class, classes};
use plant::{Plant, plants};

/// How many of a hundred mistakes must be found.
const LEAST: f64 = 98.0;

/// The text files of a service by their paths in it.
type Texts = BTreeMap<String, Arc<str>>;

/// The valid services by name.
fn services() -> BTreeMap<String, Texts> {
    let root = top().join("tests/faults/services");
    let mut found: BTreeMap<String, Texts> = BTreeMap::new();
    for path in files(&root, "") {
        let inner = path.strip_prefix(&root).unwrap().to_string_lossy().replace('\\', "/");
        let (service, file) = inner.split_once('/').unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        found.entry(service.into()).or_default().insert(file.into(), text.into());
    }
    found
}

/// A service in memory, with its folders.
struct Memory(Texts);

impl System for Memory {
    fn read(&self, path: &str) -> Content {
        let path = path.trim_start_matches("/service").trim_start_matches('/');
        let folder = format!("{path}/");
        match self.0.get(path) {
            Some(text) => Content::Text(text.clone()),
            None if path.is_empty() || self.0.keys().any(|it| it.starts_with(&folder)) => Content::Directory,
            None => Content::Missing,
        }
    }

    fn names(&self, path: &str) -> Vec<String> {
        let folder = path.trim_start_matches("/service").trim_start_matches('/');
        let folder = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let below = self.0.keys().filter_map(|it| it.strip_prefix(folder.as_str()));
        let mut names: Vec<String> = below.filter_map(|it| it.split('/').next()).map(String::from).collect();
        names.dedup();
        names
    }
}

/// One diagnostic as a user meets it.
struct Finding {
    file: String,
    line: usize,
    text: String,
    severity: Severity,
    rule: &'static str,
    message: String,
}

impl std::fmt::Display for Finding {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Finding { file, line, severity, rule, message, text } = self;
        write!(out, "{file}:{line}: {}[{rule}] {message} ({text})", severity.word())
    }
}

/// What the compiler finds, in the selected stage or in all stages that the files of the service know.
fn findings(texts: &Texts, stage: Option<&str>, in_all_stages: bool) -> Vec<Finding> {
    let db = Database::new(Arc::new(Memory(texts.clone())));
    let config = db.file("/service/serverless.yml");
    let mut options =
        Options { stage: stage.map(Into::into), now: Some(1_795_000_000), ..Options::default() };
    if let Some(stage) = stage {
        options.options.insert("stage".into(), stage.into());
    }
    let service = Service::new(&db, "/service".into(), config, options, Arc::default(), Arc::default());
    let found = match in_all_stages {
        true => stages::diagnostics(&db, service, &stages::known(&db, service)),
        false => pipeline::diagnostics(&db, service),
    };
    let shown = found.iter().filter(|it| it.severity != Severity::Hint);
    let placed = shown.map(|it| {
        let span = locate(&db, service, &it.at);
        let text = pipeline::text(&db, span.file);
        Finding {
            file: render::display_path(&db, service, span.file),
            line: render::position(text, span.range.start).line,
            text: text.get(span.range.clone()).unwrap_or_default().to_owned(),
            severity: it.severity,
            rule: it.rule.id,
            message: it.message.to_string(),
        }
    });
    placed.collect()
}

/// Why a plant is not found, or nothing.
fn miss(class: &Class, plant: &Plant) -> Option<String> {
    let least = if class.is_advice { Severity::Info } else { Severity::Warning };
    let is_it = |it: &Finding| {
        it.severity <= least
            && plant.expected.iter().any(|(file, line)| *file == it.file && *line == it.line)
            && plant.text.as_ref().is_none_or(|text| it.text == *text)
    };
    let found = findings(&plant.texts, plant.stage.as_deref(), false);
    if found.iter().any(is_it) || findings(&plant.texts, None, true).iter().any(is_it) {
        return None;
    }
    let places: Vec<String> = plant.expected.iter().map(|it| format!("{}:{}", it.0, it.1)).collect();
    let instead: Vec<String> = found.iter().take(3).map(|it| format!("\n      {it}")).collect();
    Some(format!(
        "{}: {} in {} at {}{}{}",
        class.page,
        class.id,
        plant.service,
        places.join(" or "),
        plant.text.as_ref().map_or(String::new(), |it| format!(" ({it})")),
        instead.join(""),
    ))
}

/// Runs `each` for all items on all processors; the answers are sorted.
fn everywhere<T: Sync>(items: &[T], each: impl Fn(&T) -> Option<String> + Sync) -> Vec<String> {
    let next = AtomicUsize::new(0);
    let answers = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(2, Into::into) {
            scope.spawn(|| {
                while let Some(item) = items.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let answer = each(item);
                    answers.lock().unwrap().extend(answer);
                }
            });
        }
    });
    let mut answers = answers.into_inner().unwrap();
    answers.sort();
    answers
}

#[test]
fn valid_services_are_left_alone() {
    let services: Vec<_> = services().into_iter().collect();
    let alarms = everywhere(&services, |(name, texts)| {
        let found = findings(texts, None, true);
        let loud: Vec<String> = found
            .iter()
            .filter(|it| it.severity <= Severity::Warning)
            .map(|it| format!("{name}: {it}"))
            .collect();
        (!loud.is_empty()).then(|| loud.join("\n"))
    });
    assert!(alarms.is_empty(), "false alarms:\n{}", alarms.join("\n"));
    assert!(services.len() >= 12);
}

#[test]
fn seeded_mistakes_are_found() {
    let services = services();
    let classes = classes(&top().join("tests/faults/classes"));
    let mut all = Vec::new();
    let mut idle = Vec::new();
    for class in &classes {
        for (index, recipe) in class.recipes.iter().enumerate() {
            let planted = plants(recipe, &services);
            if planted.is_empty() || planted.iter().any(|it| it.expected.is_empty()) {
                idle.push(format!("{}: {} (recipe {})", class.page, class.id, index + 1));
            }
            all.extend(planted.into_iter().map(|it| (class, it)));
        }
    }
    write_out(&all);
    let misses = everywhere(&all, |(class, plant)| miss(class, plant));
    let found = all.len() - misses.len();
    #[expect(clippy::cast_precision_loss, reason = "a few hundred")]
    let percent = 100.0 * found as f64 / all.len() as f64;
    println!("recipes that make nothing, or are expected nowhere:\n{}\n", idle.join("\n"));
    println!(
        "{} classes, {} plants, {found} found on their line ({percent:.1} %)\n{}",
        classes.len(),
        all.len(),
        misses.join("\n")
    );
    let names: std::collections::BTreeSet<_> = classes.iter().map(|it| (&it.page, &it.id)).collect();
    assert_eq!(names.len(), classes.len(), "two classes of a page have one name");
    assert!(idle.is_empty(), "recipes that make nothing, or are expected nowhere:\n{}", idle.join("\n"));
    assert!(classes.len() >= 150, "only {} classes", classes.len());
    assert!(percent >= LEAST, "only {percent:.1} % found; missed:\n{}", misses.join("\n"));
}

/// With `$SLSC_FAULTS_PLANTS`, each plant is written into a folder there, for a look or for another tool; `plants.tsv` lists
/// the folders with page, class, service, and where the mistake is expected.
fn write_out(plants: &[(&Class, Plant)]) {
    let Some(folder) = std::env::var_os("SLSC_FAULTS_PLANTS") else { return };
    let folder = Path::new(&folder);
    let mut list = String::new();
    for (index, (class, plant)) in plants.iter().enumerate() {
        for (file, text) in &plant.texts {
            let path = folder.join(index.to_string()).join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text.as_bytes()).unwrap();
        }
        let places: Vec<String> = plant.expected.iter().map(|it| format!("{}:{}", it.0, it.1)).collect();
        list += &format!("{index}\t{}\t{}\t{}\t{}\n", class.page, class.id, plant.service, places.join(" "));
    }
    std::fs::write(folder.join("plants.tsv"), list).unwrap();
}

/// The name of a file without its folders and ending.
fn stem(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}
