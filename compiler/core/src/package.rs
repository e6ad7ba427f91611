//! What goes into which archive: `package` of the service, its functions and its layers.
//!
//! Patterns are read in order and the last that matches decides; before them stand the framework's own.

use ecow::{EcoString, eco_format};

use crate::aws::layer::Layer;
use crate::aws::resources::layer as layers;
use crate::glob::Glob;
use crate::service::PackageSettings;
use crate::service::package::FunctionPackage;
use crate::shape::{Map, Typed as _};
use crate::value::Value;

/// An archive that is to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArchivePlan {
    /// The file's name, such as `service.zip`.
    pub name: EcoString,
    /// The directory whose files go in, relative to the service; empty for the service itself.
    pub root: EcoString,
    /// Which files go in.
    pub patterns: Vec<Pattern>,
    /// A ready archive that is taken instead, relative to the service.
    pub ready: Option<EcoString>,
}

/// A pattern and whether it takes files in or leaves them out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    /// Whether it takes files in.
    pub takes: bool,
    /// What it matches.
    pub glob: Glob,
}

impl Pattern {
    fn new(text: &str) -> Pattern {
        match text.strip_prefix('!') {
            Some(inner) if !inner.starts_with('(') => Pattern { takes: false, glob: Glob::new(inner) },
            _ => Pattern { takes: true, glob: Glob::new(text) },
        }
    }
}

impl ArchivePlan {
    /// Whether a file goes in: the last pattern that matches decides.
    pub fn selects(&self, path: &str) -> bool {
        self.patterns.iter().rev().find(|it| it.glob.matches(path)).is_some_and(|it| it.takes)
    }
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
    let mut plans: Vec<ArchivePlan> = Vec::new();
    let defaults = defaults(config, config_name, &layers);
    let common = patterns(defaults, &service.exclude, &service.include, &service.patterns);
    let name =
        config.get("service").map(|it| it.get("name").unwrap_or(it).to_js_string()).unwrap_or_default();
    let mut shared = false;
    for listed in config.get("functions").map(crate::service::functions).unwrap_or_default().into_values() {
        if listed.value.get("image").is_some_and(Value::is_truthy) {
            continue;
        }
        let own = listed.value.get("package").and_then(FunctionPackage::decode).unwrap_or_default();
        if let Some(ready) = &own.artifact {
            plans.push(ready_made(ready));
        } else if service.artifact.is_none()
            && (service.individually == Some(true) || own.individually == Some(true))
        {
            let patterns = patterns(common.clone(), &own.exclude, &own.include, &own.patterns);
            plans.push(ArchivePlan {
                name: eco_format!("{}.zip", listed.key),
                root: EcoString::new(),
                patterns,
                ready: None,
            });
        } else {
            shared = true;
        }
    }
    match &service.artifact {
        Some(ready) => plans.push(ready_made(ready)),
        None if shared => {
            plans.push(ArchivePlan {
                name: eco_format!("{name}.zip"),
                root: EcoString::new(),
                patterns: common,
                ready: None,
            });
        }
        None => {}
    }
    for (key, layer) in &layers {
        let settings = layer.package.clone().unwrap_or_default();
        plans.push(match &settings.artifact {
            Some(ready) => ready_made(ready),
            None => ArchivePlan {
                name: layers::archive(key, layer),
                root: layer.path.clone().unwrap_or_else(|| key.clone()),
                patterns: patterns(vec![Pattern::new("**")], &None, &None, &settings.patterns),
                ready: None,
            },
        });
    }
    plans.dedup_by(|a, b| a.name == b.name && a.ready == b.ready);
    plans
}

fn ready_made(path: &EcoString) -> ArchivePlan {
    let name = path.rsplit(['/', '\\']).next().unwrap_or_default().into();
    ArchivePlan { name, root: EcoString::new(), patterns: Vec::new(), ready: Some(path.clone()) }
}

fn defaults(config: &Value, config_name: &str, layers: &Map<Layer>) -> Vec<Pattern> {
    let out = |it: &str| Pattern { takes: false, glob: Glob::new(it) };
    let mut all = vec![Pattern::new("**")];
    all.extend(DEFAULT_EXCLUDES.iter().map(|it| out(it)));
    all.push(out(config_name));
    if config.get("useDotenv").and_then(Value::as_bool) == Some(true) {
        all.push(out(".env*"));
    }
    let local = config.get("plugins").and_then(|it| it.get("localPath")).and_then(Value::as_str);
    all.extend(local.map(|it| out(&format!("{}/**", it.trim_end_matches('/')))));
    for (key, layer) in layers {
        let path = layer.path.as_deref().unwrap_or(key);
        all.push(out(&format!("{}/**", path.trim_start_matches("./").trim_end_matches('/'))));
    }
    all
}

/// The earlier patterns, then those that leave out, then those that take in, then the newer ones that do both.
fn patterns(
    mut all: Vec<Pattern>,
    exclude: &Option<Vec<EcoString>>,
    include: &Option<Vec<EcoString>>,
    patterns: &Option<Vec<EcoString>>,
) -> Vec<Pattern> {
    for text in exclude.iter().flatten() {
        all.push(match text.strip_prefix('!') {
            Some(inner) => Pattern { takes: true, glob: Glob::new(inner) },
            None => Pattern { takes: false, glob: Glob::new(text) },
        });
    }
    all.extend(include.iter().flatten().chain(patterns.iter().flatten()).map(|it| Pattern::new(it)));
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    #[test]
    fn the_last_pattern_that_matches_decides() {
        let config = json!({
            "service": "shop",
            "package": { "patterns": ["!src/**", "src/keep.js"] },
            "functions": { "a": { "handler": "x" }, "b": { "handler": "x", "package": { "individually": true, "patterns": ["src/b.js"] } } },
        });
        let plans = plan(&config, "serverless.yml");
        assert_eq!(plans.iter().map(|it| it.name.as_str()).collect::<Vec<_>>(), ["b.zip", "shop.zip"]);
        let selected = |plan: usize| {
            let files = [
                "index.js",
                "src/a.js",
                "src/b.js",
                "src/keep.js",
                ".git/x",
                "serverless.yml",
                "node_modules/m/.hidden",
            ];
            files.into_iter().filter(|it| plans[plan].selects(it)).collect::<Vec<_>>()
        };
        assert_eq!(selected(0), ["index.js", "src/b.js", "src/keep.js", "node_modules/m/.hidden"]);
        assert_eq!(selected(1), ["index.js", "src/keep.js", "node_modules/m/.hidden"]);
    }
}
