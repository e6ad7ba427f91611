//! What may make the file of a handler before it is packaged: plugins, builds, layers. Answers "can it be known that
//! a file will not be there?".

use ecow::EcoString;

use super::Facts;
use crate::checks::{self, Files};
use crate::db::Content;

/// What is around a handler.
pub struct Surroundings {
    /// Whether a ready archive holds the code.
    pub ready: bool,
    /// Whether the code is here at all: a directory with nothing but configuration says nothing about it.
    pub has_code: bool,
    /// Whether a plugin reads the sources and makes the files that Lambda runs.
    pub bundles: bool,
    /// Whether the service has a build that makes JavaScript.
    pub compiles: bool,
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
pub const OUTPUTS: [&str; 10] =
    ["dist", "build", "out", "output", "target", "publish", "artifacts", "release", "vendor", "vendored"];

impl Surroundings {
    /// What is around the handler of a function.
    pub fn of(facts: &Facts<'_>) -> Surroundings {
        let service = Surroundings::of_service(facts.around);
        let own = facts.function.package.as_ref().and_then(|it| it.artifact.as_ref());
        let layers = facts.function.layers.as_ref().is_some_and(|it| !it.is_empty());
        let module = facts.listed.value.get("module").and_then(|it| it.as_str());
        Surroundings {
            ready: own.is_some() || service.ready,
            layers: layers || service.layers,
            module: module.map(EcoString::from),
            ..service
        }
    }

    /// What is around all of a service.
    pub fn of_service(around: &checks::Surroundings<'_>) -> Surroundings {
        let plugins = || around.plugins.iter().map(|it| it.to_lowercase());
        let is_of = |it: &str, parts: &[&str]| parts.iter().any(|part| it.contains(part));
        Surroundings {
            ready: around.context.package.artifact.is_some(),
            has_code: has_code(around.files),
            bundles: plugins().any(|it| is_of(&it, &BUNDLERS)),
            makes: plugins()
                .filter(|it| !it.starts_with("./vendor/bref/"))
                .any(|it| is_of(&it, &MAKERS) && !is_of(&it, &BUNDLERS) || it.starts_with(['.', '/'])),
            compiles: is_built(around.files),
            layers: around.context.provider.layers.as_ref().is_some_and(|it| !it.is_empty()),
            module: None,
        }
    }

    /// Whether the file of a handler at `path`, which is not there, may be there when the function runs.
    pub fn may_bring(&self, files: &dyn Files, path: &str) -> bool {
        let path = path.trim_start_matches("./");
        let first = path.split('/').next().unwrap_or_default();
        // A module by its name alone, or a directory, may come from a layer, unless it is here.
        let name = first.split('.').next().unwrap_or_default();
        let is_here = files.names("").iter().any(|it| it == name);
        let is_alone = first == path;
        self.makes
            || path.starts_with('/')
            || self.layers && !is_here
            || !is_alone && self.may_make(files, path)
    }

    /// Whether what is at `path` may be made before it is packaged.
    pub fn may_make(&self, files: &dyn Files, path: &str) -> bool {
        let first = path.trim_start_matches("./").split('/').next().unwrap_or_default();
        let listed = files.names("");
        let is_there = listed.iter().any(|it| it == first);
        let is_output = match first {
            // These hold sources as often.
            "lib" => !is_there && is_built(files),
            "bin" => !is_there,
            _ => OUTPUTS.contains(&first),
        };
        let is_hidden = first.starts_with(['.', '_']) && first != "..";
        let is_made = is_output || is_hidden || first == "node_modules";
        self.makes || path.starts_with('/') || is_made || is_out_dir(files, first) || is_ignored(files, first)
    }
}

/// Whether there is anything but configuration.
fn has_code(files: &dyn Files) -> bool {
    const CODE: [&str; 22] = [
        "js", "mjs", "cjs", "ts", "mts", "cts", "tsx", "jsx", "py", "rb", "go", "mod", "java", "kt", "scala",
        "groovy", "cs", "csproj", "fs", "vb", "php", "rs",
    ];
    const NAMED: [&str; 5] = ["package.json", "Cargo.toml", "requirements.txt", "pyproject.toml", "Gemfile"];
    // The configuration may be a program, too.
    let is_code = |name: &EcoString| {
        !name.starts_with("serverless.") && name.rsplit_once('.').is_some_and(|(_, end)| CODE.contains(&end))
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

/// Whether the service has a build of TypeScript, or one of its own.
fn is_built(files: &dyn Files) -> bool {
    let names = files.names("");
    let has = |name: &str| names.iter().any(|it| it == name);
    let scripts =
        || matches!(files.content("package.json"), Content::Text(text) if text.contains("\"build\""));
    has("tsconfig.json") || has("Makefile") || has("package.json") && scripts()
}
