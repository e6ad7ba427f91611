//! Handlers of Python: `package/module.name` or `package.module.name`. The name is what follows the last dot.
//!
//! <https://docs.aws.amazon.com/lambda/latest/dg/python-handler.html>

use std::ops::Range;

use ecow::{EcoString, eco_format};

use super::search::{self, Found, Missing};
use super::{Handler, code};
use crate::checks::Files;
use crate::db::Content;
use crate::diagnostic::Diagnostic;

/// The module and the name of a handler.
fn split(text: &str) -> Option<(Range<usize>, Range<usize>)> {
    let dot = text.rfind('.').filter(|dot| text.rfind('/').is_none_or(|slash| slash < *dot))?;
    (dot > 0 && dot + 1 < text.len()).then_some((0..dot, dot + 1..text.len()))
}

fn find(files: &dyn Files, module: &str) -> Found {
    search::find(files, &module.replace('.', "/"), &[".py"], &["__init__.py"])
}

/// The file that a handler means, and the name that it takes from there.
pub fn target<'t>(files: &dyn Files, text: &'t str) -> Option<(EcoString, &'t str)> {
    let (module, name) = split(text)?;
    let Found::Here { path } = find(files, text.get(module)?) else { return None };
    Some((path, text.get(name)?))
}

/// Finds what Python would not find.
pub fn check(handler: &Handler<'_>, found: &mut Vec<Diagnostic>) {
    let text = handler.text;
    if text.starts_with("/opt/") || text.starts_with("/var/") {
        return;
    }
    if let Some(diagnostic) = path_format(handler) {
        found.push(diagnostic);
        return;
    }
    let Some((module, name)) = split(text).filter(|it| !handler.part(it.1.clone()).contains([':', '#', '@']))
    else {
        found.extend(malformed(handler));
        return;
    };
    let shown = handler.part(module.clone());
    if let Some(stem) = shown.strip_suffix(".py") {
        let diagnostic = handler
            .malformed(stem.len()..shown.len(), "the handler has the extension `.py` in it")
            .why("Python takes each dot for the next step of a module's path");
        found.push(handler.instead(diagnostic, &eco_format!("{stem}.{}", handler.part(name))));
        return;
    }
    let prefixed = handler.around.module.as_ref().map(|it| eco_format!("{it}/{shown}"));
    let in_module = prefixed.as_ref().map(|it| find(handler.files(), it));
    let result = match (in_module, find(handler.files(), shown)) {
        (Some(Found::Missing(_)) | None, other) => other,
        (Some(other), _) => other,
    };
    match result {
        Found::Here { path } => exported(handler, &path, name, found),
        Found::OtherCase { path } => {
            let stem = search::stem(&path);
            let stem = handler
                .around
                .module
                .as_ref()
                .and_then(|it| stem.strip_prefix(&format!("{it}/")))
                .unwrap_or(stem);
            found.push(handler.other_case(module, &path, &as_written(shown, stem)));
        }
        Found::Missing(missing) => found.extend(missing_module(handler, module, name, missing)),
    }
}

/// A path in the form of the one that is written: with dots, or with slashes.
fn as_written(written: &str, path: &str) -> EcoString {
    if written.contains('.') && !written.contains('/') { path.replace('/', ".").into() } else { path.into() }
}

fn exported(handler: &Handler<'_>, path: &str, name: Range<usize>, found: &mut Vec<Diagnostic>) {
    let exports = code::all(handler.files(), path);
    let written = handler.part(name.clone());
    if let Some(at) = handler.files().exports(path).broken.filter(|_| !handler.around.makes) {
        found.push(handler.unreadable(0..name.start - 1, path, at, "Python"));
        return;
    }
    if let Some(unfit) = handler.files().exports(path).unfit(written) {
        found.push(handler.unfit(name, path, unfit));
        return;
    }
    let is_known = exports.names.iter().any(|it| it.name.text == written);
    if is_known || exports.open || exports.empty {
        return;
    }
    if written == "py" {
        let diagnostic = handler
            .malformed(name.start - 1..name.end, "the handler has the extension `.py` in it")
            .why("what follows the last dot is the name of the function");
        let stem = handler.part(0..name.start - 1);
        found.push(diagnostic.help(eco_format!("write `{stem}.` and the name of the function")));
    } else {
        found.push(handler.not_exported(path, name, &exports, "define"));
    }
}

fn missing_module(
    handler: &Handler<'_>,
    module: Range<usize>,
    name: Range<usize>,
    missing: Missing,
) -> Option<Diagnostic> {
    let shown = handler.part(module.clone());
    // `app.py`: the file is there, and no function is named.
    let top = shown.split(['/', '.']).next().unwrap_or_default();
    if missing.near.is_none() && handler.around.module.is_none() && is_required(handler.files(), top) {
        return None;
    }
    let near = missing.near.as_ref().map(|it| as_written(shown, search::stem(it)));
    let path = eco_format!("{}.py", shown.replace('.', "/"));
    let missing =
        Missing { near: if handler.around.module.is_some() { None } else { missing.near }, ..missing };
    let mut diagnostic = handler.missing(module.clone(), &path, &missing)?;
    // A module is written with dots where the handler has them.
    if let (Some(near), true) = (near, missing.near.is_some()) {
        diagnostic.fixes.clear();
        let instead = eco_format!("{near}.{}", handler.part(name));
        diagnostic = handler.instead(diagnostic, &instead).help(eco_format!("did you mean `{near}`?"));
    }
    Some(diagnostic)
}

/// Whether a module may come from a package that is installed.
fn is_required(files: &dyn Files, module: &str) -> bool {
    const LISTS: [&str; 5] = ["requirements.txt", "pyproject.toml", "Pipfile", "setup.py", "setup.cfg"];
    let plain = |text: &str| text.to_lowercase().replace(['_', '.'], "-");
    let names = files.names("");
    LISTS.iter().filter(|it| names.iter().any(|name| name == *it)).any(|it| {
        let Content::Text(text) = files.content(it) else { return true };
        plain(&text).contains(&plain(module))
    })
}

/// What is wrong with the path, whatever is there.
fn path_format(handler: &Handler<'_>) -> Option<Diagnostic> {
    let text = handler.text;
    if let Some(at) = text.find('\\') {
        let diagnostic = handler
            .malformed(at..at + 1, "the handler has a `\\` in its path")
            .why("Lambda runs on Linux, where directories end with `/`");
        return Some(handler.instead(diagnostic, &text.replace('\\', "/")));
    }
    for prefix in ["./", "../", "/"] {
        if text.starts_with(prefix) && !handler.around.makes {
            let diagnostic = handler
                .malformed(0..prefix.len(), eco_format!("the handler begins with `{prefix}`"))
                .why("Python would take it for the start of a relative import, which it refuses here");
            return Some(match prefix {
                "../" => diagnostic.help("keep the file in the directory of the service"),
                _ => handler.instead(diagnostic, text.trim_start_matches(['.', '/'])),
            });
        }
    }
    None
}

/// A handler that names no function.
fn malformed(handler: &Handler<'_>) -> Option<Diagnostic> {
    let text = handler.text;
    if handler.around.makes {
        return None;
    }
    if let Some(at) = text.rfind([':', '#', '@']).filter(|at| *at > 0) {
        let first = text.get(..at).unwrap_or_default().trim_end_matches([':', '#', '@']).len();
        let separator = handler.part(first..at + 1);
        let diagnostic = handler
            .malformed(first..at + 1, eco_format!("`{separator}` separates the module from the function"))
            .why("Lambda takes a dot for that");
        let instead = eco_format!("{}.{}", handler.part(0..first), handler.part(at + 1..text.len()));
        return Some(handler.instead(diagnostic, &instead));
    }
    let diagnostic = handler
        .malformed(0..text.len(), eco_format!("the handler `{text}` names no function"))
        .why("it is a module, a dot, and the name of a function in it");
    let (folder, last) = text.rsplit_once('/').unwrap_or(("", text));
    if let Found::Here { path } = find(handler.files(), folder)
        && code::all(handler.files(), &path).names.iter().any(|it| it.name.text == last)
    {
        return Some(handler.instead(diagnostic, &eco_format!("{folder}.{last}")));
    }
    let stem = text.trim_end_matches('.');
    Some(diagnostic.help(eco_format!("write `{stem}.` and the name of the function")))
}
