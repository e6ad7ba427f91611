//! What may make the file of a handler before it is packaged: plugins, builds, layers. Answers "can it be known that
//! a file will not be there?".

use ecow::EcoString;

use super::Facts;
use crate::checks::Files;
use crate::db::Content;

/// What is around a handler.
pub struct Surroundings {
    /// Whether a ready archive holds the code.
    pub ready: bool,
    /// Whether the code is here at all: a directory with nothing but configuration says nothing about it.
    pub has_code: bool,
    /// Whether a plugin reads the sources and makes the files that Lambda runs.
    pub bundles: bool,
    /// Whether a plugin may make any file.
    pub makes: bool,
    /// Whether the function has layers, which bring files as well.
    layers: bool,
    /// The directory that a plugin takes the function from, as `module` names it.
    pub module: Option<EcoString>,
}

/// Parts of the names of plugins that read sources.
const BUNDLERS: [&str; 16] = [
    "webpack",
    "esbuild",
    "bundle",
    "rollup",
    "vite",
    "parcel",
    "optimize",
    "typescript",
    "babel",
    "swc",
    "ncc",
    "browserify",
    "tsc",
    "rspack",
    "tsup",
    "plugin-ts",
];

/// Parts of the names of plugins that make files of any kind.
const MAKERS: [&str; 29] = [
    "rust",
    "haskell",
    "scala",
    "kotlin",
    "clj",
    "elm",
    "fable",
    "next",
    "nuxt",
    "svelte",
    "sapper",
    "gatsby",
    "build",
    "compile",
    "gradle",
    "maven",
    "golang",
    "go-plugin",
    "dart",
    "swift",
    "crystal",
    "script",
    "hooks",
    "exec",
    "gulp",
    "docker",
    "wsgi",
    "generat",
    "sentry",
];

/// Directories that builds write into.
const OUTPUTS: [&str; 10] =
    ["dist", "build", "out", "output", "target", "publish", "bin", "lib", "artifacts", "release"];

impl Surroundings {
    /// What is around the handler of a function.
    pub fn of(facts: &Facts<'_>) -> Surroundings {
        let context = facts.around.context;
        let own = facts.function.package.as_ref().and_then(|it| it.artifact.as_ref());
        let plugins = || facts.around.plugins.iter().map(|it| it.to_lowercase());
        let names = |parts: &[&str]| plugins().any(|it| parts.iter().any(|part| it.contains(part)));
        let is_local = |it: String| it.starts_with(['.', '/']);
        let has = |it: &Option<Vec<_>>| it.as_ref().is_some_and(|it| !it.is_empty());
        let module = facts.listed.value.get("module").and_then(|it| it.as_str());
        Surroundings {
            ready: own.is_some() || context.package.artifact.is_some(),
            has_code: has_code(facts.around.files),
            bundles: names(&BUNDLERS),
            makes: names(&MAKERS) || plugins().any(is_local),
            layers: has(&facts.function.layers) || has(&context.provider.layers),
            module: module.map(EcoString::from),
        }
    }

    /// Whether the file at `path`, which is not there, may be there when the function runs.
    pub fn may_make(&self, files: &dyn Files, path: &str) -> bool {
        if self.makes || path.starts_with('/') {
            return true;
        }
        let Some((first, _)) = path.trim_start_matches("./").split_once('/') else {
            // A module by its name alone may also come from a layer.
            return self.layers;
        };
        let is_there = files.names("").iter().any(|it| it == first);
        // `lib` and `bin` hold sources as often.
        let is_output = OUTPUTS.contains(&first) && !(is_there && matches!(first, "lib" | "bin"));
        let is_hidden = first.starts_with(['.', '_']) && first != "..";
        let is_made = is_output || is_hidden || first == "node_modules";
        is_made || is_out_dir(files, first) || is_ignored(files, first) || self.layers && !is_there
    }
}

/// Whether there is anything but configuration.
fn has_code(files: &dyn Files) -> bool {
    const CONFIGURATION: [&str; 12] =
        ["yml", "yaml", "md", "txt", "env", "toml", "lock", "json", "graphql", "ini", "cfg", "vtl"];
    const NAMED: [&str; 7] = [
        "package.json",
        "tsconfig.json",
        "go.mod",
        "Cargo.toml",
        "requirements.txt",
        "pyproject.toml",
        "Gemfile",
    ];
    let is_code = |name: &EcoString| match name.rsplit_once('.') {
        Some(("", _)) | None => false,
        Some((_, extension)) => !CONFIGURATION.contains(&extension),
    };
    let mut folders: Vec<EcoString> = vec![EcoString::new()];
    let mut at = 0;
    while let Some(folder) = folders.get(at).cloned() {
        at += 1;
        let names = files.names(&folder);
        if names.iter().any(|it| is_code(it) || folder.is_empty() && NAMED.contains(&it.as_str())) {
            return true;
        }
        let below = names.iter().filter(|it| !it.contains('.') && *it != "node_modules");
        if folders.len() < 50 {
            folders.extend(below.map(|it| match folder.as_str() {
                "" => it.clone(),
                above => ecow::eco_format!("{above}/{it}"),
            }));
        }
    }
    false
}

/// Whether the compiler of TypeScript writes into a directory.
fn is_out_dir(files: &dyn Files, first: &str) -> bool {
    let names = files.names("");
    let configs = names.iter().filter(|it| it.starts_with("tsconfig") && it.ends_with(".json"));
    configs.into_iter().any(|it| {
        let Content::Text(text) = files.content(it) else { return false };
        let mut values = text.split("\"outDir\"").skip(1).filter_map(|it| it.split('"').nth(1));
        values.any(|it| it.trim_start_matches("./").split('/').next() == Some(first))
    })
}

/// Whether version control leaves a directory out, which then is made by something.
fn is_ignored(files: &dyn Files, first: &str) -> bool {
    if !files.names("").iter().any(|it| it == ".gitignore") {
        return false;
    }
    let Content::Text(text) = files.content(".gitignore") else { return false };
    text.lines().any(|it| it.trim().trim_start_matches('/').trim_end_matches(['/', '*']) == first)
}
