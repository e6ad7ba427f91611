//! Modules of Node.js: a file is read as an ES module or as CommonJS by its ending, or by the nearest `package.json`, and
//! must be written as that. The files that it needs when it starts are there.
//!
//! <https://nodejs.org/api/packages.html#determining-module-system>,
//! <https://docs.aws.amazon.com/lambda/latest/dg/lambda-nodejs.html>

use std::ops::Range;

use ecow::eco_format;

use super::Handler;
use super::search::{self, Found};
use crate::checks::Files;
use crate::code::Syntax;
use crate::db::{Content, normalize};
use crate::diagnostic::Diagnostic;
use crate::rules;

/// Runtimes in which Lambda lets Node.js find out by itself how a file is written.
const DETECTING: [&str; 1] = ["nodejs24.x"];

/// Finds a file that Node.js reads as something else than it is written as.
pub fn check(handler: &Handler<'_>, path: &str, file: Range<usize>) -> Option<Diagnostic> {
    let around = &handler.around;
    if around.bundles || around.makes || around.compiles || may_be_switched(handler) {
        return None;
    }
    let exports = handler.files().exports(path);
    let written = exports.syntax?;
    let (read, decides) = match path.rsplit('.').next()? {
        "mjs" => (Syntax::Es, "its ending"),
        "cjs" => (Syntax::CommonJs, "its ending"),
        "js" => by_package(handler.files(), path),
        _ => return None,
    };
    let detects = DETECTING.contains(&super::runtime(handler.facts)) && !path.ends_with(".cjs");
    if read == written || written == Syntax::Es && detects {
        let call = exports.requires.clone()?;
        let message = eco_format!("`{path}` is an ES module, and calls `require`");
        let diagnostic = Diagnostic::new(&rules::HANDLER_EXPORT, handler.at(file), message)
            .why("ES modules have no `require`, and Lambda would fail at the first invocation")
            .help("`import` it, or make `require` by `createRequire(import.meta.url)`")
            .related(handler.files().place(path, call), "it is called here");
        return Some(diagnostic.warning());
    }
    let (noun, other, ending) = match written {
        Syntax::Es => ("an ES module", "CommonJS", "mjs"),
        Syntax::CommonJs => ("CommonJS", "an ES module", "cjs"),
    };
    let message = eco_format!("`{path}` is written as {noun}, and Node.js reads it as {other}");
    let diagnostic = Diagnostic::new(&rules::HANDLER_EXPORT, handler.at(file), message)
        .why(eco_format!("{decides} says so, and Lambda would fail at the first invocation"))
        .help(match (written, decides) {
            (Syntax::Es, "its ending") => eco_format!("let it end in `.{ending}`"),
            (Syntax::Es, _) => {
                eco_format!("let it end in `.{ending}`, or write `\"type\": \"module\"` into `package.json`")
            }
            (Syntax::CommonJs, _) => eco_format!("let it end in `.{ending}`, or `export` the handler"),
        })
        .warning();
    Some(diagnostic)
}

/// Finds a file that the module needs when it starts, which is not there, where one of nearly that name is.
pub fn without_file(handler: &Handler<'_>, path: &str, file: Range<usize>) -> Option<Diagnostic> {
    const ENDINGS: [&str; 5] = [".js", ".json", ".node", ".cjs", ""];
    const INSIDE: [&str; 3] = ["index.js", "index.json", "package.json"];
    let around = &handler.around;
    let is_js = [".js", ".cjs", ".mjs"].iter().any(|it| path.ends_with(it));
    if around.bundles || around.makes || around.compiles || !is_js {
        return None;
    }
    let folder = path.rsplit_once('/').map_or("", |it| it.0);
    for import in handler.files().exports(path).imports.clone() {
        let wanted = eco_format!("{folder}/{}", import.text);
        let Found::Missing(missing) = search::find(handler.files(), &wanted, &ENDINGS, &INSIDE) else {
            continue;
        };
        let wanted = normalize(&wanted);
        let above = |it: &str| it.rsplit_once('/').map_or("", |it| it.0).to_owned();
        let Some(near) = missing.near.filter(|it| missing.folder.is_none() && above(it) == above(&wanted))
        else {
            continue;
        };
        if handler.around.may_make(handler.files(), &wanted) {
            continue;
        }
        let message = eco_format!("`{path}` needs `{}`, which is not there", import.text);
        return Some(
            Diagnostic::new(&rules::HANDLER_FILE, handler.at(file), message)
                .why("Node.js finds no such module, and Lambda would fail at the first invocation")
                .help(eco_format!("did you mean `{near}`?"))
                .related(handler.files().place(path, import.range), "it is needed here"),
        );
    }
    None
}

/// Whether options of Node.js may change how files are read.
fn may_be_switched(handler: &Handler<'_>) -> bool {
    let inherited = handler.facts.around.context.provider.environment.as_ref();
    let both = handler.facts.function.environment.as_ref().into_iter().chain(inherited);
    both.into_iter().any(|it| it.0.contains_key("NODE_OPTIONS"))
}

/// What the nearest `package.json` says, and which that is.
fn by_package(files: &dyn Files, path: &str) -> (Syntax, &'static str) {
    let mut folder = path;
    loop {
        folder = folder.rsplit_once('/').map_or("", |it| it.0);
        let package =
            if folder.is_empty() { "package.json".into() } else { eco_format!("{folder}/package.json") };
        if let Content::Text(text) = files.content(&package) {
            let package: Option<serde_json::Value> = serde_json::from_str(&text).ok();
            let is_module = package.is_some_and(|it| it.get("type").is_some_and(|it| it == "module"));
            let syntax = if is_module { Syntax::Es } else { Syntax::CommonJs };
            return (syntax, "`package.json`");
        }
        if folder.is_empty() {
            return (Syntax::CommonJs, "the lack of a `package.json`");
        }
    }
}
