//! The handler: its file is there, in the same letters, and exports the name.
//!
//! Each runtime reads a handler in its own way, so each family of runtimes has a file. What a plugin or a build makes
//! cannot be known before: [`surroundings`] says what there is of that, and nothing is reported that it may bring.

mod dotnet;
mod go;
mod java;
mod javascript;
mod modules;
mod python;
mod ruby;
pub mod search;
pub mod surroundings;

use std::ops::Range;

use ecow::{EcoString, eco_format};

use super::Facts;
use crate::aws::resources::function::default_runtime;
use crate::checks::Files;
use crate::code::{self, AllExports, Unfit};
use crate::diagnostic::{Diagnostic, Place, nearest};
use crate::path::Path;
use crate::rules;
use search::{Found, Missing};
use surroundings::Surroundings;

/// Finds a handler that its runtime would not find.
pub fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    let (Some(text), None) = (&facts.function.handler, &facts.function.image) else { return };
    let runtime = runtime(facts);
    let handler = Handler { facts, text, around: Surroundings::of(facts) };
    if text.is_empty() {
        let empty = Diagnostic::new(&rules::HANDLER_FORMAT, facts.value("handler"), "the handler is empty");
        found.push(empty.why("Lambda would not know what to run").help("write `file.function`"));
        return;
    }
    if text.contains("${") {
        return;
    }
    if runtime.starts_with("java") {
        found.extend(java::separator(&handler));
    }
    if !handler.around.has_code {
        return;
    }
    if runtime.starts_with("java") {
        return java::check(&handler, found);
    }
    if runtime.starts_with("dotnet") {
        return dotnet::check(&handler, found);
    }
    if handler.around.ready {
        return;
    }
    if let Some((at, space)) = text.char_indices().find(|it| it.1.is_whitespace()) {
        found.push(
            handler
                .malformed(at..at + space.len_utf8(), eco_format!("the handler `{text}` has a space in it"))
                .why("Lambda takes none in a handler")
                .help("remove it"),
        );
        return;
    }
    if runtime.starts_with("nodejs") {
        javascript::check(&handler, found);
    } else if runtime.starts_with("python") {
        python::check(&handler, found);
    } else if runtime.starts_with("ruby") {
        ruby::check(&handler, found);
    } else {
        named_file(&handler, found);
    }
}

/// The runtime that a function has.
pub fn runtime<'a>(facts: &'a Facts<'_>) -> &'a str {
    let own = facts.function.runtime.as_ref();
    let runtime = own.or(facts.around.context.provider.runtime.as_ref());
    runtime.map_or_else(|| default_runtime(facts.around.context), |it| &it.0)
}

/// A handler, and what is known of where it stands.
pub struct Handler<'a> {
    facts: &'a Facts<'a>,
    /// As it is written.
    text: &'a str,
    around: Surroundings,
}

impl<'a> Handler<'a> {
    fn files(&self) -> &'a dyn Files {
        self.facts.around.files
    }

    /// Some of its characters.
    fn at(&self, within: Range<usize>) -> Place {
        Place::Inside { path: self.facts.listed.path.join("handler"), within }
    }

    /// A part of the text, where it stands.
    fn part(&self, range: Range<usize>) -> &'a str {
        self.text.get(range).unwrap_or_default()
    }

    fn malformed(&self, within: Range<usize>, message: impl Into<EcoString>) -> Diagnostic {
        Diagnostic::new(&rules::HANDLER_FORMAT, self.at(within), message)
    }

    /// A finding that another text mends.
    fn instead(&self, diagnostic: Diagnostic, text: &str) -> Diagnostic {
        let whole = self.at(0..self.text.len());
        diagnostic.help(eco_format!("write `{text}`")).replace(
            eco_format!("replace with `{text}`"),
            false,
            whole,
            text,
        )
    }

    /// Reports that the file is written in other letters.
    fn other_case(&self, file: Range<usize>, actual: &str, written: &str) -> Diagnostic {
        let message = eco_format!("the file of the handler is written `{actual}`");
        Diagnostic::new(&rules::LETTER_CASE, self.at(file.clone()), message)
            .why("Lambda runs on Linux, where upper and lower case differ")
            .help(eco_format!("write `{written}`"))
            .replace(eco_format!("replace with `{written}`"), false, self.at(file), written)
    }

    /// Reports that the file is there, in another language than that of the runtime.
    fn other_language(&self, file: Range<usize>, shown: &str) -> Option<Diagnostic> {
        const SOURCES: [&str; 8] = [".js", ".mjs", ".cjs", ".ts", ".py", ".rb", ".go", ".php"];
        let Found::Here { path } = search::find(self.files(), search::stem(shown), &SOURCES, &[]) else {
            return None;
        };
        let runtime = runtime(self.facts);
        if let Some(diagnostic) = self.no_runtime(runtime, &path) {
            return Some(diagnostic);
        }
        let message = eco_format!("`{runtime}` cannot run `{path}`");
        let extension = shown.rsplit('.').next().unwrap_or_default();
        Some(
            Diagnostic::new(&rules::HANDLER_FILE, self.at(file), message)
                .why(eco_format!("it looks for `{}.{extension}`, which is not there", search::stem(shown)))
                .help("mend the runtime, or the handler"),
        )
    }

    /// Reports that a file is in another language because nobody says which runtime it has. That is one mistake, in
    /// however many functions.
    fn no_runtime(&self, default: &str, path: &str) -> Option<Diagnostic> {
        let is_set = self.facts.listed.value.get("runtime").is_some()
            || self.facts.around.context.provider.runtime.is_some();
        let (language, wanted) = match path.rsplit('.').next()? {
            "go" => ("Go", "provided.al2023"),
            "php" => ("PHP", "provided.al2023"),
            "py" => ("Python", "python3.13"),
            "rb" => ("Ruby", "ruby3.4"),
            _ => return None,
        };
        let message = eco_format!("no `runtime` is set, and the default `{default}` runs no {language}");
        let at = Place::key(Path::from(["provider"]));
        let diagnostic = Diagnostic::new(&rules::HANDLER_FILE, at, message).about("runtime");
        (!is_set).then(|| {
            diagnostic
                .why(eco_format!("a handler is in `{path}`"))
                .help(eco_format!("add `runtime: {wanted}` to `provider`, or to the functions in {language}"))
        })
    }

    /// Reports that the file is not there.
    fn missing(&self, file: Range<usize>, shown: &str, missing: &Missing) -> Option<Diagnostic> {
        if let Some(diagnostic) = self.other_language(file.clone(), shown) {
            return Some(diagnostic);
        }
        // What a build makes of a source is not there yet, and its source is.
        let top = |path: &str| path.trim_start_matches("./").split('/').next().map(EcoString::from);
        let is_source = |near: &EcoString| self.around.compiles && top(near) != top(shown);
        if missing.near.as_ref().is_none_or(is_source) && self.around.may_bring(self.files(), shown) {
            return None;
        }
        let written = missing.near.as_ref().map(|it| search::stem(it));
        Some(self.absent(file, shown, missing, written))
    }

    /// The same, wherever it may come from; `written` is how the handler names the file that is near.
    fn absent(
        &self,
        file: Range<usize>,
        shown: &str,
        missing: &Missing,
        written: Option<&str>,
    ) -> Diagnostic {
        let mut diagnostic = Diagnostic::new(
            &rules::HANDLER_FILE,
            self.at(file.clone()),
            eco_format!("there is no file `{shown}` for this handler"),
        );
        diagnostic = match (&missing.near, written) {
            (Some(near), Some(written)) => diagnostic
                .related(self.files().place(near, 0..0), "this file is there")
                .help(eco_format!("did you mean `{written}`?"))
                .replace(eco_format!("replace with `{written}`"), false, self.at(file), written),
            _ => diagnostic.help("create it, or mend the path, which is relative to the service"),
        };
        match &missing.folder {
            Some(folder) if missing.near.is_none() => {
                diagnostic.why(eco_format!("there is no directory `{folder}`"))
            }
            _ => diagnostic.why("Lambda would fail at the first invocation"),
        }
    }

    /// Reports that the file cannot be read, from a place on.
    fn unreadable(&self, file: Range<usize>, path: &str, at: usize, language: &str) -> Diagnostic {
        let message = eco_format!("`{path}` cannot be read as {language}");
        Diagnostic::new(&rules::SOURCE_SYNTAX, self.at(file), message)
            .why("Lambda would fail at the first invocation")
            .related(self.files().place(path, at..at), "up to here")
            .help("mend the syntax of the file")
    }

    /// Reports that what the file exports by a name is no handler.
    fn unfit(&self, name: Range<usize>, path: &str, unfit: Unfit) -> Diagnostic {
        let written = self.part(name.clone());
        let (message, help) = match unfit {
            Unfit::NoFunction => (eco_format!("`{written}` of `{path}` is no function"), "export a function"),
            Unfit::Class => (
                eco_format!("`{written}` of `{path}` is a class"),
                "export a function: nobody calls a class without `new`",
            ),
            Unfit::Lost => (
                eco_format!("`{path}` loses `{written}`: it replaces `module.exports`"),
                "put it into the object that is assigned to `module.exports`",
            ),
            Unfit::Arguments(count) => (
                eco_format!("`{written}` of `{path}` takes {count} arguments"),
                "let it take two: the event and the context",
            ),
        };
        Diagnostic::new(&rules::HANDLER_EXPORT, self.at(name), message)
            .why("Lambda would fail at the first invocation")
            .help(help)
    }

    /// Reports that the file does not export a name.
    fn not_exported(&self, path: &str, name: Range<usize>, exports: &AllExports, verb: &str) -> Diagnostic {
        let written = self.part(name.clone());
        let message = eco_format!("`{path}` does not {verb} `{written}`");
        let diagnostic = Diagnostic::new(&rules::HANDLER_EXPORT, self.at(name.clone()), message)
            .why("Lambda would fail at the first invocation");
        if let Some(local) = exports.locals.iter().find(|it| it.text == written) {
            return diagnostic
                .related(self.files().place(path, local.range.clone()), "defined here, not exported")
                .help(eco_format!("export `{written}` from the file"));
        }
        let known = || exports.names.iter().map(|it| it.name.text.as_str());
        if let Some(near) = nearest(written, known()) {
            let diagnostic = diagnostic.help(eco_format!("did you mean `{near}`?")).replace(
                eco_format!("replace with `{near}`"),
                false,
                self.at(name),
                near,
            );
            let placed = exports.names.iter().find(|it| it.name.text == near);
            return placed.into_iter().fold(diagnostic, |it, placed| {
                it.related(self.files().place(&placed.path, placed.name.range.clone()), "this one is")
            });
        }
        let names: Vec<EcoString> = known().take(6).map(|it| eco_format!("`{it}`")).collect();
        diagnostic.help(match names.as_slice() {
            [] => eco_format!("it has nothing to {verb}: add `{written}` to it"),
            _ => eco_format!("it has {}", names.join(", ")),
        })
    }
}

/// Whether a layer or a plugin of [Bref](https://bref.sh) runs the function.
fn runs_php(facts: &Facts<'_>) -> bool {
    let own = facts.listed.value.get("layers").map(|it| it.to_json()).unwrap_or_default();
    let provider = &facts.around.context.provider;
    let inherited = provider.layers.iter().flatten().map(|it| it.to_value().to_json());
    let is_php = |it: &str| it.contains(":layer:php-") || it.contains("bref:layer.php");
    is_php(&own)
        || inherited.into_iter().any(|it| is_php(&it))
        || facts.around.plugins.iter().any(|it| it.contains("bref"))
}

/// A handler of another runtime that names a source file: it must be there.
fn named_file(handler: &Handler<'_>, found: &mut Vec<Diagnostic>) {
    const SOURCES: [&str; 3] = [".php", ".go", ".sh"];
    let text = handler.text;
    if text.starts_with('/') {
        return;
    }
    // Bref runs files without an ending, too, such as `bin/console`.
    let is_script = runtime(handler.facts).starts_with("php-") && text.contains('/') && !text.contains('\\');
    if !SOURCES.iter().any(|it| text.ends_with(it)) && !is_script {
        let with_end = eco_format!("{text}.php");
        if runs_php(handler.facts) && matches!(search::exact(handler.files(), &with_end), Found::Here { .. })
        {
            let diagnostic = handler
                .malformed(0..text.len(), eco_format!("there is no file `{text}`"))
                .why("a handler of PHP is the whole name of a file");
            found.push(handler.instead(diagnostic, &with_end));
        }
        return;
    }
    match search::exact(handler.files(), text) {
        Found::Here { path } if text.ends_with(".go") => found.extend(go::check(handler, &path)),
        Found::Here { .. } => {}
        Found::OtherCase { path } => found.push(handler.other_case(0..text.len(), &path, &path)),
        Found::Missing(missing) => {
            // A layer brings PHP itself, and a plugin builds Go: neither brings the sources of the service.
            let may_come = || missing.near.is_none() && handler.around.may_make(handler.files(), text);
            if text.ends_with(".go") || (text.ends_with(".php") || is_script) && !may_come() {
                let near = missing.near.clone();
                found.push(handler.absent(0..text.len(), text, &missing, near.as_deref()));
                return;
            }
            let missing = Missing { near: None, ..missing };
            found.extend(handler.missing(0..text.len(), text, &missing));
        }
    }
}

/// Where a handler leads: the file and, where it is known, the place of the name in it. For editors.
pub fn target(files: &dyn Files, runtime: &str, text: &str) -> Option<(EcoString, Range<usize>)> {
    let (path, name) = if runtime.starts_with("nodejs") {
        javascript::target(files, text)?
    } else if runtime.starts_with("python") {
        python::target(files, text)?
    } else if runtime.starts_with("ruby") {
        ruby::target(files, text)?
    } else if runtime.starts_with("java") {
        return java::target(files, text);
    } else {
        match search::exact(files, text) {
            Found::Here { path } => return Some((path, 0..0)),
            _ => return None,
        }
    };
    let exports = code::all(files, &path);
    let placed = exports.names.into_iter().find(|it| it.name.text == name);
    Some(placed.map_or((path, 0..0), |it| (it.path, it.name.range)))
}
