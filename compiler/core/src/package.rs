//! What goes into which archive: `package` of the service, its functions and its layers. Answers "which archives are
//! made, and which files go into each?".
//!
//! Patterns are read in order and the last that matches a file decides; before them stand the framework's own, which
//! leave out what no archive needs.

pub mod object;

use std::cell::RefCell;
use std::sync::Arc;

use ecow::{EcoString, eco_format};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::aws::layer::Layer;
use crate::aws::resources::layer as layers;
use crate::glob::{Glob, Text};
use crate::service::PackageSettings;
use crate::service::package::FunctionPackage;
use crate::shape::{Map, Typed as _};
use crate::value::Value;

/// An archive that is to be made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ArchivePlan {
    /// The file's name, such as `service.zip`.
    pub name: EcoString,
    /// The directory whose files go in, relative to the service; empty for the service itself.
    pub root: EcoString,
    /// Which files go in.
    pub patterns: Vec<Pattern>,
    /// A ready archive that is taken instead, relative to the service, or an object in S3 ([`object::named`]).
    pub ready: Option<EcoString>,
    /// The functions whose code it holds.
    pub functions: Vec<EcoString>,
    /// What stays out whatever the patterns say.
    pub excluded: Arc<Exclusions>,
}

/// A pattern and whether it takes files in or leaves them out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    /// Whether it takes files in.
    pub takes: bool,
    /// What it matches.
    pub glob: Glob,
    /// What its directory matches, of a pattern that ends in `/**`: all below such a directory matches the pattern.
    directory: Option<Glob>,
    /// Whether it has a say in which directories are read, as the patterns that a user takes files in with have.
    lists: bool,
    /// Whether a directory that it matches is not read: `!node_modules` leaves out all that is below.
    stops: bool,
}

impl Pattern {
    /// A pattern as `package.patterns` has it: a `!` in front leaves files out.
    pub fn new(text: &str) -> Pattern {
        let pattern = match text.strip_prefix('!') {
            Some(inner) => Pattern::with(false, inner),
            None => Pattern::with(true, text),
        };
        let last = text.rsplit('/').next().unwrap_or_default();
        let is_literal = !pattern.takes && !last.contains(['*', '?', '[', '(', '{', '\\']);
        Pattern { lists: true, stops: is_literal, ..pattern }
    }

    fn with(takes: bool, text: &str) -> Pattern {
        let is_simple = |it: char| !"!()|[]{}\\\"?".contains(it);
        let directory = text.strip_suffix("/**").filter(|it| it.chars().all(is_simple)).map(Glob::new);
        Pattern { takes, glob: Glob::new(text), directory, lists: false, stops: false }
    }

    /// Turns a pattern that leaves out, as `package.exclude` has it, where a `!` takes in.
    fn excluding(text: &str) -> Pattern {
        match text.strip_prefix('!') {
            Some(inner) => Pattern::with(true, inner),
            None => Pattern::with(false, text),
        }
    }

    fn covers(&self, directory: &str) -> bool {
        let Some(glob) = &self.directory else { return false };
        steps(directory).any(|it| glob.matches(it))
    }

    /// Whether nothing in it is special.
    fn is_literal(&self) -> bool {
        let text = self.glob.as_str();
        text.strip_prefix("./").unwrap_or(text) == self.literal_start()
    }

    /// The directory that every match is in; empty for the root.
    fn base(&self) -> &str {
        self.literal_start().rsplit_once('/').map_or("", |it| it.0)
    }

    /// What every match begins with.
    fn literal_start(&self) -> &str {
        let text = self.glob.as_str();
        let text = text.strip_prefix("./").unwrap_or(text);
        let special = text.find(|it| "*?!@+()|[]{}\\\"".contains(it)).unwrap_or(text.len());
        text.get(..special).unwrap_or_default()
    }
}

impl ArchivePlan {
    /// Whether a file goes in, by its path below the root: the last pattern that matches decides. A pattern such as
    /// `!node_modules` also leaves out what is below, unless a later pattern takes it in.
    pub fn selects(&self, path: &str) -> bool {
        let text = Text::new(path);
        let last = self.patterns.iter().rev().find(|it| it.glob.matches_text(&text));
        last.is_some_and(|it| it.takes) && !self.excluded.has(&text) && self.lists(path, &text)
    }

    /// Whether the framework comes upon a file: by a pattern that takes it in, none of those behind it being in the way.
    fn lists(&self, path: &str, text: &Text<'_>) -> bool {
        if !self.patterns.iter().any(|it| it.stops) {
            return true;
        }
        let taken = |(at, pattern): (usize, &Pattern)| {
            if !pattern.takes || !pattern.lists || !pattern.glob.matches_text(text) {
                return false;
            }
            // A path without anything special is looked up, not searched for.
            if pattern.is_literal() {
                return true;
            }
            // A search begins at the literal part of its pattern, but at the root if a pattern beside it, with none
            // that leaves out between, begins there.
            let before = self.patterns.iter().take(at).rev().filter(|it| it.lists).take_while(|it| it.takes);
            let behind = self.patterns.iter().skip(at).filter(|it| it.lists).take_while(|it| it.takes);
            let outside = pattern.base().starts_with("..");
            let from_root =
                !outside && before.chain(behind).any(|it| !it.is_literal() && it.base().is_empty());
            let from = if from_root { 0 } else { pattern.base().len() };
            let above =
                || path.match_indices('/').filter(|(at, _)| *at > from).filter_map(|(at, _)| path.get(..at));
            !self.patterns.iter().skip(at + 1).filter(|it| it.lists && !it.takes).any(|it| {
                it.glob.matches_text(text) || it.stops && above().any(|directory| it.glob.matches(directory))
            })
        };
        self.patterns.iter().enumerate().any(taken)
    }

    /// Whether no file below a directory can go in, so that nobody has to look there. `false` may be said in error.
    pub fn skips(&self, directory: &str) -> bool {
        if self.excluded.covers(directory) {
            return true;
        }
        let below = format!("{directory}/");
        for pattern in self.patterns.iter().rev() {
            let start = pattern.literal_start();
            if pattern.takes && (start.starts_with(&below) || below.starts_with(start)) {
                return false;
            }
            if !pattern.takes && pattern.covers(directory) {
                return true;
            }
        }
        false
    }

    /// Files and directories outside of the root that patterns such as `../common/**` take in. Their names in the
    /// archive are without the `../`.
    pub fn outside(&self) -> Vec<EcoString> {
        let mut all: Vec<EcoString> = Vec::new();
        for pattern in self.patterns.iter().filter(|it| it.takes) {
            let text = pattern.glob.as_str();
            let text = text.strip_prefix("./").unwrap_or(text);
            if !text.starts_with("../") {
                continue;
            }
            let start = pattern.literal_start();
            let base = if start.len() == text.len() {
                start
            } else {
                start.rsplit_once('/').map_or("..", |it| it.0)
            };
            let base = EcoString::from(base);
            if !all.contains(&base) {
                all.push(base);
            }
        }
        all
    }

    /// What decides which files go in, as a text: archives with the same text hold the same files.
    pub fn contents_key(&self) -> String {
        let mut key = self.root.to_string();
        for pattern in &self.patterns {
            key.push_str(if pattern.takes { "\n" } else { "\n!" });
            key.push_str(pattern.glob.as_str());
        }
        key
    }
}

/// What stays out of archives whatever the patterns say, such as the dependencies that only development needs: globs,
/// most of them of the form `directory/**`.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Exclusions {
    /// What lies in them stays out.
    directories: FxHashSet<EcoString>,
    /// Files that stay out.
    files: FxHashSet<EcoString>,
    /// All that is more than a path.
    globs: Vec<Glob>,
}

impl Exclusions {
    /// Makes globs ready to be asked of many files.
    pub fn new(globs: impl IntoIterator<Item = EcoString>) -> Exclusions {
        let mut made = Exclusions::default();
        for glob in globs {
            let is_plain = |it: &str| !it.contains(SPECIAL) && !it.starts_with('.');
            match glob.strip_suffix("/**") {
                Some(directory) if is_plain(directory) => drop(made.directories.insert(directory.into())),
                None if is_plain(&glob) => drop(made.files.insert(glob)),
                _ => made.globs.push(Glob::new(&glob)),
            }
        }
        made
    }

    fn has(&self, text: &Text<'_>) -> bool {
        let path = text.as_str();
        self.covers(path) || self.files.contains(path) || self.globs.iter().any(|it| it.matches_text(text))
    }

    /// Whether a path is one of the directories, or lies in one.
    fn covers(&self, path: &str) -> bool {
        !self.directories.is_empty() && steps(path).any(|it| self.directories.contains(it))
    }
}

/// What has a meaning in a glob somewhere.
const SPECIAL: [char; 10] = ['*', '?', '!', '(', ')', '|', '[', '{', '\\', '"'];

/// The directories that a path lies in, and the path.
fn steps(path: &str) -> impl Iterator<Item = &str> {
    path.match_indices('/').filter_map(|(at, _)| path.get(..at)).chain([path])
}

/// Left out of every archive unless a pattern takes it in.
const DEFAULT_EXCLUDES: [&str; 7] = [
    ".git/**",
    ".gitignore",
    ".DS_Store",
    "npm-debug.log",
    "yarn-*.log",
    ".serverless/**",
    ".serverless_plugins/**",
];

/// The archives of a service. `config_name` is the name of the configuration file, which does not go in.
pub fn plan(config: &Value, config_name: &str) -> Vec<ArchivePlan> {
    let service = config.get("package").and_then(PackageSettings::decode).unwrap_or_default();
    let layers = config.get("layers").and_then(<Map<Layer>>::decode).unwrap_or_default();
    let compiled = RefCell::default();
    let sources = Sources { config, config_name, service: &service, layers: &layers, compiled };
    let mut plans: Vec<ArchivePlan> = Vec::new();
    let mut shared: Vec<EcoString> = Vec::new();
    for listed in config.get("functions").map(crate::service::functions).unwrap_or_default().into_values() {
        if listed.value.get("image").is_some_and(Value::is_truthy) {
            continue;
        }
        let own = listed.value.get("package").and_then(FunctionPackage::decode).unwrap_or_default();
        let key = EcoString::from(&*listed.key);
        if let Some(ready) = &own.artifact {
            add_ready(&mut plans, ready, vec![key]);
        } else if own.individually == Some(true)
            || (service.individually == Some(true) && service.artifact.is_none())
        {
            let patterns = sources.patterns(Owner::Function(&own));
            let name = eco_format!("{key}.zip");
            plans.push(ArchivePlan { name, patterns, functions: vec![key], ..ArchivePlan::default() });
        } else {
            shared.push(key);
        }
    }
    if !shared.is_empty() {
        match &service.artifact {
            Some(ready) => add_ready(&mut plans, ready, shared),
            None => {
                let name = config.get("service").map(|it| it.get("name").unwrap_or(it).to_js_string());
                let name = eco_format!("{}.zip", name.unwrap_or_default());
                let patterns = sources.patterns(Owner::Service);
                plans.push(ArchivePlan { name, patterns, functions: shared, ..ArchivePlan::default() });
            }
        }
    }
    for (key, layer) in &layers {
        let settings = layer.package.clone().unwrap_or_default();
        if let Some(ready) = &settings.artifact {
            add_ready(&mut plans, ready, Vec::new());
            continue;
        }
        plans.push(ArchivePlan {
            name: layers::archive(key, layer),
            root: layer.path.clone().unwrap_or_else(|| key.clone()),
            patterns: sources.patterns(Owner::Layer(settings.patterns.as_deref().unwrap_or_default())),
            ..ArchivePlan::default()
        });
    }
    plans
}

/// A ready archive is hashed once, however many functions use it.
fn add_ready(plans: &mut Vec<ArchivePlan>, path: &EcoString, functions: Vec<EcoString>) {
    if let Some(known) = plans.iter_mut().find(|it| it.ready.as_ref() == Some(path)) {
        known.functions.extend(functions);
        return;
    }
    let name = object::base(path);
    let ready = Some(path.clone());
    plans.push(ArchivePlan { name, ready, functions, ..ArchivePlan::default() });
}

/// Whose patterns are asked for.
#[derive(Clone, Copy)]
enum Owner<'a> {
    Service,
    Function(&'a FunctionPackage),
    Layer(&'a [EcoString]),
}

/// Where patterns come from.
struct Sources<'a> {
    config: &'a Value,
    config_name: &'a str,
    service: &'a PackageSettings,
    layers: &'a Map<Layer>,
    /// Patterns by what was written: a thousand functions share most of theirs.
    compiled: RefCell<FxHashMap<(bool, EcoString), Pattern>>,
}

impl Sources<'_> {
    /// Everything, less what is left out, and what is taken in after all. A text that is listed twice counts where it
    /// stands first.
    fn patterns(&self, owner: Owner<'_>) -> Vec<Pattern> {
        let mut excludes: Vec<EcoString> = DEFAULT_EXCLUDES.iter().map(|it| EcoString::from(*it)).collect();
        excludes.push(self.config_name.into());
        let local = self.config.get("plugins").and_then(|it| it.get("localPath")).and_then(Value::as_str);
        excludes.extend(local.map(EcoString::from));
        excludes.extend(self.service.exclude.iter().flatten().cloned());
        if !matches!(owner, Owner::Layer(_)) {
            let paths = self.layers.iter().map(|(key, layer)| layer.path.as_ref().unwrap_or(key));
            excludes.extend(paths.map(|it| eco_format!("{it}/**")));
        }
        if self.config.get("useDotenv").is_some_and(Value::is_truthy) {
            excludes.push(".env*".into());
        }
        let mut includes: Vec<EcoString> = Vec::new();
        let lists = [&self.service.include, &self.service.patterns];
        includes.extend(lists.into_iter().flatten().flatten().cloned());
        match owner {
            Owner::Service => {}
            Owner::Function(own) => {
                excludes.extend(own.exclude.iter().flatten().cloned());
                includes.extend([&own.include, &own.patterns].into_iter().flatten().flatten().cloned());
            }
            Owner::Layer(own) => includes.extend(own.iter().cloned()),
        }
        let mut all = vec![self.pattern(true, "**")];
        all.extend(once(&excludes).map(|it| self.pattern(false, it)));
        all.extend(once(&includes).map(|it| self.pattern(true, it)));
        all
    }

    /// A pattern of a list that takes in, or of one that leaves out.
    fn pattern(&self, takes: bool, text: &str) -> Pattern {
        let make = || if takes { Pattern::new(text) } else { Pattern::excluding(text) };
        self.compiled.borrow_mut().entry((takes, text.into())).or_insert_with(make).clone()
    }
}

/// The texts of a list without those that stand in it before.
fn once(list: &[EcoString]) -> impl Iterator<Item = &EcoString> {
    list.iter()
        .enumerate()
        .filter(|(at, it)| !list.iter().take(*at).any(|earlier| earlier == *it))
        .map(|(_, it)| it)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    fn selected(plan: &ArchivePlan, files: &[&str]) -> String {
        files.iter().filter(|it| plan.selects(it)).copied().collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn the_last_pattern_that_matches_decides() {
        let config = json!({
            "service": "shop",
            "package": { "patterns": ["!src/**", "src/keep.js"] },
            "functions": {
                "a": { "handler": "x" },
                "b": { "handler": "x", "package": { "individually": true, "patterns": ["src/b.js"] } },
                "c": { "handler": "x" },
            },
        });
        let plans = plan(&config, "serverless.yml");
        let made: Vec<String> =
            plans.iter().map(|it| format!("{}: {}", it.name, it.functions.join(" "))).collect();
        assert_eq!(made, ["b.zip: b", "shop.zip: a c"]);
        let files =
            ["a.js", "src/a.js", "src/b.js", "src/keep.js", ".git/x", "serverless.yml", "node_modules/m/.h"];
        assert_eq!(selected(&plans[0], &files), "a.js src/b.js src/keep.js node_modules/m/.h");
        assert_eq!(selected(&plans[1], &files), "a.js src/keep.js node_modules/m/.h");
    }

    #[test]
    fn a_function_of_its_own_does_not_use_the_archive_of_the_service() {
        let config = json!({
            "service": "shop",
            "package": { "artifact": "out/all.zip", "individually": true },
            "functions": {
                "a": { "handler": "x" },
                "b": { "handler": "x", "package": { "individually": true } },
                "c": { "handler": "x", "package": { "artifact": "out/all.zip" } },
                "d": { "image": "i" },
            },
        });
        let plans = plan(&config, "serverless.yml");
        let made: Vec<String> =
            plans.iter().map(|it| format!("{}: {}", it.name, it.functions.join(" "))).collect();
        assert_eq!(made, ["b.zip: b", "all.zip: c a"]);
    }

    #[test]
    fn layers_take_the_patterns_of_the_service_and_leave_out_no_layer() {
        let config = json!({
            "service": "shop",
            "useDotenv": true,
            "plugins": { "localPath": "own.js", "modules": [] },
            "package": { "patterns": ["!**/*.md"] },
            "functions": { "a": { "handler": "x" } },
            "layers": { "base": { "path": "layers/base", "package": { "patterns": ["keep.md"] } } },
        });
        let plans = plan(&config, "sls.yml");
        let files =
            ["a.js", "a.md", "keep.md", "layers/base/x", ".env.dev", "own.js", "yarn-error.log", "sls.yml"];
        assert_eq!(selected(&plans[0], &files), "a.js");
        assert_eq!((plans[1].name.as_str(), plans[1].root.as_str()), ("base.zip", "layers/base"));
        assert_eq!(selected(&plans[1], &files), "a.js keep.md layers/base/x");
    }

    #[test]
    fn a_pattern_counts_where_it_stands_first() {
        let config = json!({
            "service": "shop",
            "package": { "patterns": ["a.js", "!a.js", "a.js"], "exclude": ["b/**", "!b/c"], "include": ["b/d"] },
            "functions": { "a": { "handler": "x" } },
        });
        assert_eq!(selected(&plan(&config, "s.yml")[0], &["a.js", "b/c", "b/d", "b/e"]), "b/c b/d");
    }

    #[test]
    fn directories_that_nothing_can_come_from_are_skipped() {
        let config = json!({
            "service": "shop",
            "package": { "patterns": ["!node_modules/**", "!**/test/**", "node_modules/x/**", "../lib/**", "../a.txt"] },
            "functions": { "a": { "handler": "x" } },
        });
        let plan = &plan(&config, "s.yml")[0];
        let skipped =
            ["node_modules", "node_modules/x", "node_modules/y", "src", "src/test", "src/test/a", ".git"];
        let skipped: Vec<&str> = skipped.into_iter().filter(|it| plan.skips(it)).collect();
        assert_eq!(skipped, ["node_modules/y", "src/test", "src/test/a", ".git"]);
        assert_eq!(plan.outside(), ["../lib", "../a.txt"]);
        assert_eq!(selected(plan, &["../lib/a", "../a.txt", "../b.txt"]), "../lib/a ../a.txt");
    }

    #[test]
    fn a_directory_that_is_left_out_by_its_name_is_left_out_with_all_below() {
        let with = |patterns: Value| {
            let config = json!({
                "service": "shop", "package": { "patterns": (patterns) }, "functions": { "a": { "handler": "x" } },
            });
            let files = ["a.js", "test/a", "test/b/c", "src/test/d", "src/e", "test2/f"];
            selected(&plan(&config, "s.yml")[0], &files)
        };
        assert_eq!(with(json!(["!test"])), "a.js src/test/d src/e test2/f");
        assert_eq!(with(json!(["!**/test"])), "a.js src/e test2/f");
        assert_eq!(with(json!(["!test", "test/b/**"])), "a.js test/b/c src/test/d src/e test2/f");
        assert_eq!(with(json!(["test/b/*", "!test"])), "a.js src/test/d src/e test2/f");
        assert_eq!(with(json!(["!x", "test/b/*", "!test"])), "a.js test/b/c src/test/d src/e test2/f");
        assert_eq!(with(json!(["test/a", "!test"])), "a.js test/a src/test/d src/e test2/f");
    }

    #[test]
    fn what_is_excluded_last_stays_out() {
        let config = json!({ "service": "shop", "package": { "patterns": ["**"] }, "functions": { "a": { "handler": "x" } } });
        let mut plan = plan(&config, "s.yml").remove(0);
        let globs = ["node_modules/dev/**", "node_modules/.bin/dev", "node_modules/(x)/**"];
        plan.excluded = Arc::new(Exclusions::new(globs.map(EcoString::from)));
        let files =
            ["node_modules/dev/a", "node_modules/b", ".git/x", "node_modules/.bin/dev", "node_modules/x/y"];
        assert_eq!(selected(&plan, &files), "node_modules/b .git/x");
        assert!(plan.skips("node_modules/dev") && plan.skips("node_modules/dev/lib"));
    }
}
