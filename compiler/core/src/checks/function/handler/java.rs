//! Handlers of Java: `package.Class::method`, or `package.Class` for its `handleRequest`. Sources of the service are
//! looked at, wherever the archive comes from.
//!
//! <https://docs.aws.amazon.com/lambda/latest/dg/java-handler.html>

use std::ops::Range;

use ecow::{EcoString, eco_format};

use super::{Handler, search};
use crate::checks::Files;
use crate::code::types::{self, Type};
use crate::db::Content;
use crate::diagnostic::{Diagnostic, nearest};
use crate::rules;

/// Where Maven and Gradle have sources, and where there is no such order.
const ROOTS: [&str; 6] =
    ["src/main/java", "src/main/kotlin", "src/main/scala", "src/main/groovy", "app/src/main/java", "src"];

const EXTENSIONS: [&str; 4] = [".java", ".kt", ".scala", ".groovy"];

/// Where sources may be: in the service, or in a module of its own below it.
fn roots(files: &dyn Files) -> Vec<EcoString> {
    let own = ROOTS.into_iter().map(EcoString::from);
    let names = files.names("");
    let modules = names.iter().filter(|it| !it.contains('.') && files.names(it).iter().any(|it| it == "src"));
    own.chain(modules.map(|it| eco_format!("{it}/src/main/java"))).collect()
}

/// The class of a handler, and its method if it names one.
fn split(text: &str) -> (Range<usize>, Option<Range<usize>>) {
    match text.find("::") {
        Some(at) => (0..at, Some(at + 2..text.len())),
        None => (0..text.len(), None),
    }
}

/// The file of a handler and the place of its method.
pub fn target(files: &dyn Files, text: &str) -> Option<(EcoString, Range<usize>)> {
    let (class, method) = split(text);
    let (path, of) = source(files, text.get(class)?)?;
    let method = method.and_then(|it| text.get(it)).unwrap_or("handleRequest");
    let named = of.as_ref().and_then(|it| it.methods.iter().find(|it| it.text == method));
    let range = named.or(of.as_ref().map(|it| &it.name)).map_or(0..0, |it| it.range.clone());
    Some((path, range))
}

/// A handler that is written wrongly, whatever the sources have.
pub fn separator(handler: &Handler<'_>) -> Option<Diagnostic> {
    let name = handler.part(split(handler.text).0);
    let (class, method) = name.split_once(':')?;
    let diagnostic = handler
        .malformed(class.len()..class.len() + 1, "`:` separates the class from the method")
        .why("Java takes `::` for that");
    Some(handler.instead(diagnostic, &eco_format!("{class}::{method}")))
}

/// Finds a class or a method that is not in the sources.
pub fn check(handler: &Handler<'_>, found: &mut Vec<Diagnostic>) {
    let (class, method) = split(handler.text);
    let name = handler.part(class.clone());
    if name.contains(['/', '\\']) {
        found.push(path(handler, name));
        return;
    }
    if name.contains('$') {
        return;
    }
    if name.contains(':') {
        return;
    }
    let files = handler.files();
    if let Some((path, Some(of))) = source(files, name) {
        if path.ends_with(".java") {
            found.extend(without_method(handler, &path, &of, class, method));
        }
        return;
    }
    let (package, simple) = name.rsplit_once('.').unwrap_or(("", name));
    // `Class.method` for `Class::method`.
    if method.is_none() && source(files, package).is_some_and(|it| it.1.is_some()) {
        let dot = package.len();
        let diagnostic = handler
            .malformed(dot..dot + 1, "`.` separates the class from the method")
            .why("Java takes `::` for that");
        found.push(handler.instead(diagnostic, &eco_format!("{package}::{simple}")));
        return;
    }
    found.extend(missing(handler, class, package, simple));
}

/// The file with a class, and the class, if it can be read. `None` if no source has it.
fn source(files: &dyn Files, name: &str) -> Option<(EcoString, Option<Type>)> {
    let (package, simple) = name.rsplit_once('.').unwrap_or(("", name));
    for root in roots(files) {
        let folder = eco_format!("{root}/{}", package.replace('.', "/"));
        let folder = folder.trim_end_matches('/');
        let names = files.names(folder);
        // A file of that name comes first; but a file may hold several classes.
        let own = |it: &&EcoString| EXTENSIONS.iter().any(|end| it.strip_suffix(end) == Some(simple));
        let sources = |it: &&EcoString| EXTENSIONS.iter().any(|end| it.ends_with(end));
        let ordered = names.iter().filter(own).chain(names.iter().filter(|it| sources(it) && !own(it)));
        for file in ordered {
            let path = eco_format!("{folder}/{file}");
            let Content::Text(text) = files.content(&path) else { continue };
            let types = types::types(&text);
            if let Some(it) = types.types.into_iter().find(|it| it.name.text == simple) {
                return Some((path, Some(it)));
            }
            if own(&file) {
                return Some((path, None));
            }
        }
    }
    None
}

fn without_method(
    handler: &Handler<'_>,
    path: &str,
    of: &Type,
    class: Range<usize>,
    method: Option<Range<usize>>,
) -> Option<Diagnostic> {
    let at = method.clone().unwrap_or(class);
    let written = method.map_or("handleRequest", |it| handler.part(it));
    let own = of.methods.iter().filter(|it| it.text == written).count();
    if own > 0 && of.hidden.iter().filter(|it| *it == written).count() == own {
        let message = eco_format!("`{written}` of `{}` is not public", of.name.text);
        return Some(
            Diagnostic::new(&rules::HANDLER_EXPORT, handler.at(at), message)
                .why("Lambda calls public methods only, and would fail at the first invocation")
                .help("declare it as `public`"),
        );
    }
    if of.inherits || own > 0 {
        return None;
    }
    let message = eco_format!("`{}` has no method `{written}`", of.name.text);
    let diagnostic = Diagnostic::new(&rules::HANDLER_EXPORT, handler.at(at.clone()), message)
        .why("Lambda would fail at the first invocation");
    let related = |it: Diagnostic, name: &crate::code::Name, text: &str| {
        it.related(handler.files().place(path, name.range.clone()), text)
    };
    let known = || of.methods.iter().map(|it| it.text.as_str());
    Some(match nearest(written, known()).and_then(|near| of.methods.iter().find(|it| it.text == near)) {
        Some(near) => {
            related(diagnostic, near, "this one is there").help(eco_format!("did you mean `{}`?", near.text))
        }
        None => related(diagnostic, &of.name, "the class")
            .help(eco_format!("add `{written}` to it, or mend the name")),
    })
}

/// A handler that names a file.
fn path(handler: &Handler<'_>, name: &str) -> Diagnostic {
    let diagnostic = handler
        .malformed(0..name.len(), "a handler of Java names a class, not a file")
        .why("Java looks for a class by its package and its name");
    let root = ROOTS.iter().find_map(|it| name.strip_prefix(it)).unwrap_or(name);
    let stem = EXTENSIONS.iter().find_map(|it| root.strip_suffix(it)).unwrap_or(root);
    let class = stem.trim_matches('/').replace(['/', '\\'], ".");
    diagnostic.help(eco_format!("write `{class}`"))
}

/// A class that the sources have in another package alone.
fn other_package(
    handler: &Handler<'_>,
    class: Range<usize>,
    package: &str,
    simple: &str,
) -> Option<Diagnostic> {
    let files = handler.files();
    let path = search::elsewhere(files, simple, &[".java"])?;
    if package.is_empty() || !ROOTS.iter().any(|it| path.starts_with(&format!("{it}/"))) {
        return None;
    }
    let Content::Text(text) = files.content(&path) else { return None };
    let namespace = types::types(&text).namespace;
    if namespace == package {
        return None;
    }
    let near = eco_format!("{namespace}.{simple}");
    let at = handler.at(class);
    Some(
        Diagnostic::new(
            &rules::HANDLER_FILE,
            at.clone(),
            eco_format!("the sources have no class `{package}.{simple}`"),
        )
        .why("Lambda would fail at the first invocation")
        .related(files.place(&path, 0..0), "the class of this name")
        .help(eco_format!("did you mean `{near}`?"))
        .replace(eco_format!("replace with `{near}`"), false, at, near),
    )
}

/// A class that the sources do not have, though they have its package.
fn missing(handler: &Handler<'_>, class: Range<usize>, package: &str, simple: &str) -> Option<Diagnostic> {
    let files = handler.files();
    let folder = package.replace('.', "/");
    let listed = |root: EcoString| {
        let names = files.names(&format!("{root}/{folder}"));
        (!names.is_empty() && !folder.is_empty()).then_some(names)
    };
    let Some(names) = roots(files).into_iter().find_map(listed) else {
        return other_package(handler, class, package, simple);
    };
    // In these languages a class may come from anywhere.
    if names.iter().any(|it| it.ends_with(".kt") || it.ends_with(".scala") || it.ends_with(".groovy")) {
        return None;
    }
    let message = eco_format!("the sources have no class `{package}.{simple}`");
    let diagnostic = Diagnostic::new(&rules::HANDLER_FILE, handler.at(class.clone()), message)
        .why("Lambda would fail at the first invocation");
    let stems = names.iter().filter_map(|it| it.strip_suffix(".java"));
    Some(match nearest(simple, stems) {
        Some(near) => {
            let at = handler.at(class.end - simple.len()..class.end);
            diagnostic.help(eco_format!("did you mean `{package}.{near}`?")).replace(
                eco_format!("replace with `{near}`"),
                false,
                at,
                near,
            )
        }
        None => diagnostic.help("mend its name or its package"),
    })
}
