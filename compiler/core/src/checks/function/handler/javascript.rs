//! Handlers of Node.js: `directory/file.name`. The file ends at the first dot behind the last slash; the name may lead
//! into what is exported (`api.create`).
//!
//! <https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html>

use std::ops::Range;

use ecow::{EcoString, eco_format};

use super::modules;
use super::search::{self, Found};
use super::{Handler, code};
use crate::checks::Files;
use crate::code::javascript::EXTENSIONS;
use crate::db::normalize;
use crate::diagnostic::{Diagnostic, Place, nearest};
use crate::rules;

const FILES: [&str; 8] = [".js", ".mjs", ".cjs", ".ts", ".mts", ".cts", ".tsx", ".jsx"];
const INDEX: [&str; 4] = ["index.js", "index.ts", "index.cjs", "index.mjs"];

/// The file and the name of a handler.
fn split(text: &str) -> Option<(Range<usize>, Range<usize>)> {
    let slash = text.rfind('/').map_or(0, |it| it + 1);
    let dot = slash + text.get(slash..)?.find('.')?;
    (dot > slash && dot + 1 < text.len()).then_some((0..dot, dot + 1..text.len()))
}

/// As [`split`], as bundlers do it: at the last dot.
fn split_last(text: &str) -> Option<(Range<usize>, Range<usize>)> {
    let dot = text.rfind('.').filter(|dot| text.rfind('/').is_none_or(|slash| slash < *dot))?;
    Some((0..dot, dot + 1..text.len()))
}

fn find(files: &dyn Files, path: &str) -> Found {
    search::find(files, path, &FILES, &INDEX)
}

/// The file that a handler means, and the name that it takes from there.
pub fn target<'t>(files: &dyn Files, text: &'t str) -> Option<(EcoString, &'t str)> {
    [split(text), split_last(text)].into_iter().flatten().find_map(|(file, name)| {
        let Found::Here { path } = find(files, text.get(file)?) else { return None };
        Some((path, text.get(name)?.split('.').next()?))
    })
}

/// Finds what Node.js would not find.
pub fn check(handler: &Handler<'_>, found: &mut Vec<Diagnostic>) {
    let text = handler.text;
    if text.starts_with("/opt/") || text.starts_with("/var/") {
        return;
    }
    let Some((file, name)) = split(text) else {
        found.extend(malformed(handler));
        return;
    };
    if let Some(diagnostic) = path_format(handler) {
        found.push(diagnostic);
        return;
    }
    // A bundler may take what Lambda takes for a part of the name as a part of the file.
    if let Some((last, name)) = split_last(text).filter(|it| handler.around.bundles && it.0 != file)
        && let Found::Here { path } = find(handler.files(), handler.part(last.clone()))
    {
        exported(handler, &path, last, name, found);
        return;
    }
    let path = handler.part(file.clone());
    match find(handler.files(), path) {
        Found::Here { path } => exported(handler, &path, file, name, found),
        Found::OtherCase { path } => {
            let written = search::stem(&path).trim_end_matches("/index");
            found.push(handler.other_case(file, &path, written));
        }
        Found::Missing(missing) => {
            if let Some((last, _)) = split_last(text).filter(|it| it.0 != file)
                && let Found::Here { path } = find(handler.files(), handler.part(last.clone()))
            {
                found.extend(dotted(handler, &path, last));
            } else {
                let shown = eco_format!("{path}.js");
                found.extend(handler.missing(file, &shown, &missing));
            }
        }
    }
}

/// A file with a dot in its name, which Lambda takes for the end of the name. A bundler may take it otherwise.
fn dotted(handler: &Handler<'_>, path: &str, file: Range<usize>) -> Option<Diagnostic> {
    if handler.around.bundles || code::all(handler.files(), path).empty {
        return None;
    }
    let dot = split(handler.text)?.0.end;
    let message = eco_format!("the file `{path}` has a dot in its name");
    let diagnostic = handler.malformed(dot..file.end, message);
    let why =
        eco_format!("Lambda ends the file's name at the first dot and looks for `{}`", handler.part(0..dot));
    Some(diagnostic.why(why).help("rename the file, with `-` for the dot"))
}

fn exported(
    handler: &Handler<'_>,
    path: &str,
    file: Range<usize>,
    name: Range<usize>,
    found: &mut Vec<Diagnostic>,
) {
    if let Some(diagnostic) = modules::check(handler, path, file.clone()) {
        found.push(diagnostic);
        return;
    }
    if let Some(diagnostic) = modules::without_file(handler, path, file.clone()) {
        found.push(diagnostic);
        return;
    }
    let exports = code::all(handler.files(), path);
    let first = handler.part(name.clone()).split('.').next().unwrap_or_default();
    if exports.names.iter().any(|it| it.name.text == first) {
        let unfit =
            handler.files().exports(path).unfit(first).filter(|_| handler.part(name.clone()) == first);
        match unfit {
            Some(unfit) => found.push(handler.unfit(name, path, unfit)),
            None => found.extend(passed_on(handler, path, first, file)),
        }
        return;
    }
    if let Some(at) = exports.broken.filter(|_| !handler.around.bundles) {
        found.push(handler.unreadable(file, path, at, "JavaScript or TypeScript"));
    } else if EXTENSIONS.contains(&first) {
        found.push(with_extension(handler, file, name, first, &exports));
    } else if !exports.open && !exports.empty {
        found.push(handler.not_exported(path, name.start..name.start + first.len(), &exports, "export"));
    }
}

/// A name that the file takes from another, which does not export it.
fn passed_on(handler: &Handler<'_>, path: &str, name: &str, file: Range<usize>) -> Option<Diagnostic> {
    let exports = handler.files().exports(path);
    let passed = exports.passed.iter().find(|it| it.name == name && it.from.starts_with('.'))?;
    let wanted = &passed.theirs.text;
    let at = handler.files().place(path, passed.theirs.range.clone());
    let Some(other) = code::forwarded(handler.files(), path, &passed.from) else {
        return not_there(handler, path, passed, file, at);
    };
    let theirs = code::all(handler.files(), &other);
    let is_open = theirs.open || theirs.empty || theirs.broken.is_some();
    if is_open || theirs.names.iter().any(|it| it.name.text == *wanted) {
        return None;
    }
    let message = eco_format!("`{path}` takes `{wanted}` from `{other}`, which does not export it");
    let near = nearest(wanted, theirs.names.iter().map(|it| it.name.text.as_str()));
    let diagnostic = Diagnostic::new(&rules::HANDLER_EXPORT, handler.at(file), message)
        .why("Lambda would fail at the first invocation")
        .related(at, "it is taken here");
    Some(match near {
        Some(near) => diagnostic.help(eco_format!("did you mean `{near}`?")),
        None => diagnostic.help(eco_format!("export `{wanted}` from `{other}`")),
    })
}

/// A file that is named for what it exports, which is not there, beside one of nearly that name.
fn not_there(
    handler: &Handler<'_>,
    path: &str,
    passed: &code::Passed,
    file: Range<usize>,
    at: Place,
) -> Option<Diagnostic> {
    let folder = path.rsplit_once('/').map_or("", |it| it.0);
    let Found::Missing(missing) = find(handler.files(), &normalize(&format!("{folder}/{}", passed.from)))
    else {
        return None;
    };
    let near = missing.near.filter(|_| missing.folder.is_none())?;
    let message = eco_format!("`{path}` exports from `{}`, which is not there", passed.from);
    Some(
        Diagnostic::new(&rules::HANDLER_FILE, handler.at(file), message)
            .why("Lambda would fail at the first invocation")
            .help(eco_format!("did you mean `{near}`?"))
            .related(at, "it is named here"),
    )
}

/// `file.js.create`, `file.ts`: Lambda adds the extension by itself.
fn with_extension(
    handler: &Handler<'_>,
    file: Range<usize>,
    name: Range<usize>,
    extension: &str,
    exports: &code::AllExports,
) -> Diagnostic {
    let end = name.start + extension.len();
    let diagnostic = handler
        .malformed(file.end..end, eco_format!("the handler has the extension `.{extension}` in it"))
        .why("what follows the first dot is the exported name; Lambda finds the extension by itself");
    let stem = handler.part(file);
    if end < name.end {
        return handler.instead(diagnostic, &eco_format!("{stem}{}", handler.part(end..name.end)));
    }
    match exports.names.as_slice() {
        [only] => handler.instead(diagnostic, &eco_format!("{stem}.{}", only.name.text)),
        _ => diagnostic.help(eco_format!("write `{stem}.` and the name that the file exports")),
    }
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
    if text.starts_with('/') {
        let diagnostic = handler
            .malformed(0..1, "the handler begins with `/`")
            .why("the path of a handler is relative to the service");
        return Some(handler.instead(diagnostic, text.trim_start_matches('/')));
    }
    let up = text.find("..").filter(|_| !handler.around.bundles && !handler.around.makes)?;
    Some(
        handler
            .malformed(up..up + 2, "the handler has `..` in it")
            .why("Lambda refuses a handler that leaves its directory")
            .help("keep the file in the directory of the service"),
    )
}

/// A handler that names no export.
fn malformed(handler: &Handler<'_>) -> Option<Diagnostic> {
    let text = handler.text;
    if handler.around.makes && !text.contains('/') {
        return None;
    }
    if let Some(it) = path_format(handler).filter(|_| text.contains('\\')) {
        return Some(it);
    }
    let slash = text.rfind('/').map_or(0, |it| it + 1);
    let wrong = text.get(slash..).and_then(|it| it.find([':', '#', '@', ',', ';'])).map(|it| slash + it);
    if let Some(at) = wrong.filter(|it| *it > slash) {
        let end = at
            + text
                .get(at..)
                .map_or(1, |it| it.len() - it.trim_start_matches([':', '#', '@', ',', ';']).len());
        let separator = handler.part(at..end);
        let diagnostic = handler
            .malformed(at..end, eco_format!("`{separator}` separates the file from the exported name"))
            .why("Lambda takes a dot for that");
        return Some(
            handler.instead(
                diagnostic,
                &eco_format!("{}.{}", handler.part(0..at), handler.part(end..text.len())),
            ),
        );
    }
    let diagnostic = handler
        .malformed(0..text.len(), eco_format!("the handler `{text}` names no export"))
        .why("it is a file without its extension, a dot, and a name that the file exports");
    // `src/users/create` for `src/users.create`.
    let folder = slash.checked_sub(1).and_then(|it| text.get(..it)).unwrap_or_default();
    if let Found::Here { path } = find(handler.files(), folder)
        && code::all(handler.files(), &path)
            .names
            .iter()
            .any(|it| it.name.text == handler.part(slash..text.len()))
    {
        let instead = eco_format!("{folder}.{}", handler.part(slash..text.len()));
        return Some(handler.instead(diagnostic, &instead));
    }
    let stem = text.trim_end_matches('.');
    if let Found::Here { path } = find(handler.files(), stem) {
        let exports = code::all(handler.files(), &path);
        if let [only] = exports.names.as_slice() {
            return Some(handler.instead(diagnostic, &eco_format!("{stem}.{}", only.name.text)));
        }
    }
    Some(diagnostic.help(eco_format!("write `{stem}.` and the name that the file exports")))
}
