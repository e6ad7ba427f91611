//! Handlers of .NET: `Assembly::Namespace.Class::Method`. An executable assembly is named alone.
//!
//! <https://docs.aws.amazon.com/lambda/latest/dg/csharp-handler.html>

use ecow::{EcoString, eco_format};

use super::Handler;
use crate::checks::Files;
use crate::code::types::{self, Type};
use crate::db::Content;
use crate::diagnostic::{Diagnostic, nearest};
use crate::rules;

/// A class of the sources: its whole name, its file, and what is in it.
struct Class {
    name: EcoString,
    path: EcoString,
    of: Type,
}

/// Finds a class or a method that is not in the sources.
pub fn check(handler: &Handler<'_>, found: &mut Vec<Diagnostic>) {
    let text = handler.text;
    let Some((assembly, rest)) = text.split_once("::") else { return };
    let Some((class, method)) = rest.split_once("::") else { return };
    let start = assembly.len() + 2;
    let Some(classes) = sources(handler.files()).filter(|it| !it.is_empty()) else { return };
    // What a generator makes is not in the sources.
    if text.contains("_Generated") || class.contains('+') {
        return;
    }
    let same: Vec<&Class> = classes.iter().filter(|it| it.name == class).collect();
    let Some(first) = same.first() else {
        let namespace = |it: &str| it.rsplit_once('.').map_or("", |it| it.0).to_owned();
        let near = nearest(class, classes.iter().map(|it| it.name.as_str()));
        if near.is_none() && !classes.iter().any(|it| namespace(&it.name) == namespace(class)) {
            return;
        }
        let at = handler.at(start..start + class.len());
        let message = eco_format!("the sources have no class `{class}`");
        let diagnostic = Diagnostic::new(&rules::HANDLER_FILE, at.clone(), message)
            .why("Lambda would fail at the first invocation");
        found.push(diagnostic.meant("replace with", at, near, "mend its name or its namespace"));
        return;
    };
    let mut methods = same.iter().flat_map(|it| &it.of.methods);
    if same.iter().any(|it| it.of.inherits) || methods.any(|it| it.text == method) {
        return;
    }
    let at = handler.at(text.len() - method.len()..text.len());
    let message = eco_format!("`{class}` has no method `{method}`");
    let diagnostic = Diagnostic::new(&rules::HANDLER_EXPORT, at.clone(), message)
        .why("Lambda would fail at the first invocation")
        .related(handler.files().place(&first.path, first.of.name.range.clone()), "the class");
    found.push(diagnostic.meant(
        "replace with",
        at,
        nearest(method, first.of.methods.iter().map(|it| it.text.as_str())),
        eco_format!("add `{method}` to it, or mend the name"),
    ));
}

/// All classes of the service. `None` if others may come from beside it, or there are too many files.
fn sources(files: &dyn Files) -> Option<Vec<Class>> {
    const MOST: usize = 200;
    let mut found = Vec::new();
    let mut folders: Vec<EcoString> = vec![EcoString::new()];
    let mut at = 0;
    while let Some(folder) = folders.get(at).cloned() {
        at += 1;
        for name in files.names(&folder).iter() {
            let path = if folder.is_empty() { name.clone() } else { eco_format!("{folder}/{name}") };
            if name.ends_with(".csproj") || name.ends_with(".cs") {
                let Content::Text(text) = files.content(&path) else { continue };
                if name.ends_with(".csproj") {
                    if text.contains("ProjectReference") {
                        return None;
                    }
                    continue;
                }
                let types = types::types(&text);
                let whole = |name: &str| match types.namespace.as_str() {
                    "" => EcoString::from(name),
                    namespace => eco_format!("{namespace}.{name}"),
                };
                found.extend(types.types.iter().map(|of| Class {
                    name: whole(&of.name.text),
                    path: path.clone(),
                    of: of.clone(),
                }));
            } else if name.ends_with(".fs") || name.ends_with(".vb") {
                return None;
            } else if !name.starts_with('.') && !matches!(name.as_str(), "bin" | "obj" | "node_modules") {
                // Directories have dots in their names here.
                folders.push(path);
            }
            if folders.len() + found.len() > MOST {
                return None;
            }
        }
    }
    Some(found)
}
