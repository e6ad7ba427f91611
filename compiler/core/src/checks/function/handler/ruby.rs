//! Handlers of Ruby: `directory/file.method`, or `directory/file.Module::Class.method`.
//!
//! <https://docs.aws.amazon.com/lambda/latest/dg/ruby-handler.html>

use std::ops::Range;

use ecow::{EcoString, eco_format};

use super::search::{self, Found};
use super::{Handler, code};
use crate::checks::Files;
use crate::code::Method;
use crate::diagnostic::Diagnostic;
use crate::rules;

/// The file, the class if there is one, and the method of a handler.
type Parts = (Range<usize>, Option<Range<usize>>, Range<usize>);

fn split(text: &str) -> Option<Parts> {
    let slash = text.rfind('/').map_or(0, |it| it + 1);
    let dots: Vec<usize> = text.get(slash..)?.match_indices('.').map(|it| slash + it.0).collect();
    match dots.as_slice() {
        [dot] => Some((0..*dot, None, dot + 1..text.len())),
        [dot, second] => Some((0..*dot, Some(dot + 1..*second), second + 1..text.len())),
        _ => None,
    }
    .filter(|it| !it.0.is_empty() && !it.2.is_empty())
}

fn find(files: &dyn Files, path: &str) -> Found {
    search::find(files, path, &[".rb"], &[])
}

/// The file that a handler means, and the method that it calls.
pub fn target<'t>(files: &dyn Files, text: &'t str) -> Option<(EcoString, &'t str)> {
    let (file, _, method) = split(text)?;
    let Found::Here { path } = find(files, text.get(file)?) else { return None };
    Some((path, text.get(method)?))
}

/// Finds what Ruby would not find.
pub fn check(handler: &Handler<'_>, found: &mut Vec<Diagnostic>) {
    let text = handler.text;
    if text.starts_with("/opt/") || text.starts_with("/var/") {
        return;
    }
    if let Some(at) = text.find('\\') {
        let diagnostic = handler
            .malformed(at..at + 1, "the handler has a `\\` in its path")
            .why("Lambda runs on Linux, where directories end with `/`");
        found.push(handler.instead(diagnostic, &text.replace('\\', "/")));
        return;
    }
    let Some((file, class, method)) = split(text) else {
        if !handler.around.makes {
            let diagnostic =
                handler.malformed(0..text.len(), eco_format!("the handler `{text}` names no method"));
            found.push(
                diagnostic
                    .why("it is a file without its extension, a dot, and a method")
                    .help("write `file.method` or `file.Class.method`"),
            );
        }
        return;
    };
    match find(handler.files(), handler.part(file.clone())) {
        Found::Here { path } => defined(handler, &path, class, method, found),
        Found::OtherCase { path } => found.push(handler.other_case(file, &path, search::stem(&path))),
        Found::Missing(missing) => {
            let shown = eco_format!("{}.rb", handler.part(file.clone()));
            found.extend(handler.missing(file, &shown, &missing));
        }
    }
}

fn defined(
    handler: &Handler<'_>,
    path: &str,
    class: Option<Range<usize>>,
    method: Range<usize>,
    found: &mut Vec<Diagnostic>,
) {
    let first = class.clone().unwrap_or_else(|| method.clone());
    if handler.part(first.clone()) == "rb" {
        let diagnostic = handler
            .malformed(first.start - 1..first.end, "the handler has the extension `.rb` in it")
            .why("what follows the first dot is a class or a method");
        let stem = handler.part(0..first.start - 1);
        found.push(if class.is_some() {
            handler.instead(diagnostic, &eco_format!("{stem}.{}", handler.part(method)))
        } else {
            diagnostic.help(eco_format!("write `{stem}.` and the name of the method"))
        });
        return;
    }
    let exports = code::all(handler.files(), path);
    if exports.open || exports.empty {
        return;
    }
    let class_name = class.clone().map(|it| handler.part(it));
    let is_defined = |name: &str| exports.names.iter().any(|it| it.name.text == name);
    if let Some(class) = class {
        let mut start = class.start;
        for step in handler.part(class).split("::") {
            if !is_defined(step) {
                found.push(handler.not_exported(path, start..start + step.len(), &exports, "define"));
                return;
            }
            start += step.len() + 2;
        }
    }
    if !is_defined(handler.part(method.clone())) {
        found.push(handler.not_exported(path, method, &exports, "define"));
    } else {
        found.extend(callable(handler, path, class_name, method));
    }
}

/// A method is called on the class that is named, or on nothing.
fn callable(
    handler: &Handler<'_>,
    path: &str,
    class: Option<&str>,
    method: Range<usize>,
) -> Option<Diagnostic> {
    let exports = handler.files().exports(path);
    let name = handler.part(method.clone());
    let defined: Vec<&Method> = exports.methods.iter().filter(|it| it.name == name).collect();
    let first = defined.first()?;
    let (message, help) = match class {
        None => {
            if defined.iter().any(|it| it.owner.is_none()) {
                return arguments(handler, &defined, method);
            }
            let owner = first.owner.as_ref()?;
            let stem = handler.part(0..method.start);
            let message = eco_format!("`{name}` is a method of `{owner}`");
            (message, eco_format!("write `{stem}{owner}.{name}`"))
        }
        Some(class) => {
            let last = class.rsplit("::").next()?;
            let mut own = defined.iter().filter(|it| it.owner.as_deref() == Some(last)).peekable();
            own.peek()?;
            if own.any(|it| it.of_class) {
                return arguments(handler, &defined, method);
            }
            let message = eco_format!("`{name}` is a method of the instances of `{class}`");
            (message, eco_format!("define it as `def self.{name}`"))
        }
    };
    Some(
        Diagnostic::new(&rules::HANDLER_EXPORT, handler.at(method), message)
            .why("Lambda calls it without an object, and would fail at the first invocation")
            .help(help),
    )
}

/// Lambda gives a method its arguments by name: `event:` and `context:`.
fn arguments(handler: &Handler<'_>, defined: &[&Method], method: Range<usize>) -> Option<Diagnostic> {
    let [only] = defined else { return None };
    let written = only.parameters.as_ref()?;
    let names: Vec<&str> = written.split(',').map(str::trim).filter(|it| !it.is_empty()).collect();
    let is_plain = |it: &&str| it.chars().all(|it| it.is_alphanumeric() || it == '_');
    let plain = names.iter().filter(|it| is_plain(it)).count();
    let is_open = names.iter().any(|it| it.starts_with('*') || *it == "...");
    let takes = |name: &str| names.iter().any(|it| it.split_once(':').is_some_and(|it| it.0.trim() == name));
    let is_unknown = |it: &&str| {
        it.split_once(':').is_some_and(|(name, rest)| {
            rest.trim().is_empty() && !["event", "context"].contains(&name.trim())
        })
    };
    let by_name = names.iter().any(|it| it.contains(':'));
    let is_wrong = plain > 1
        || by_name && !is_open && !(takes("event") && takes("context"))
        || names.iter().any(is_unknown);
    if !is_wrong {
        return None;
    }
    let message = eco_format!("`{}` takes `({written})`", handler.part(method.clone()));
    Some(
        Diagnostic::new(&rules::HANDLER_EXPORT, handler.at(method), message)
            .why("Lambda calls it with `event:` and `context:`, and would fail at the first invocation")
            .help("let it take `(event:, context:)`"),
    )
}
