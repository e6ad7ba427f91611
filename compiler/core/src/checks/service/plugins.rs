//! Plugins: those of the service's own are there, and the names of others are those of packages that it has.

use ecow::{EcoString, eco_format};

use super::Facts;
use crate::checks::function::handler::search::{self, Found};
use crate::checks::function::handler::surroundings::Surroundings;
use crate::db::Content;
use crate::diagnostic::{Diagnostic, Place};
use crate::language::placement::misspelt;
use crate::plugins;
use crate::rules;

/// Finds plugins that the framework would not find.
pub fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    let mut around = Surroundings::of_service(facts.around);
    // A plugin does not make the file that it is itself.
    around.makes = false;
    if !around.has_code {
        return;
    }
    let (root, names) = plugins::listed(facts.config);
    let installed = installed(facts);
    for (index, name) in names.iter().enumerate() {
        let Some(name) = name.as_str().filter(|it| !it.contains("${")) else { continue };
        let at = Place::value(root.join(index));
        if name.starts_with("./") {
            found.extend(local(facts, &around, name, at));
        } else if !name.starts_with(['.', '/']) {
            found.extend(package(facts, &installed, name, at));
        }
    }
}

fn not_there(at: Place, message: EcoString) -> Diagnostic {
    Diagnostic::new(&rules::PLUGIN_NOT_FOUND, at, message)
        .why("the framework refuses a plugin that is not there")
}

/// A plugin of the service's own: a file, or a folder with an index.
fn local(facts: &Facts<'_>, around: &Surroundings, name: &str, at: Place) -> Option<Diagnostic> {
    const FILES: [&str; 6] = ["", ".js", ".cjs", ".mjs", ".ts", ".json"];
    const INSIDE: [&str; 5] = ["index.js", "index.cjs", "index.mjs", "index.ts", "package.json"];
    let files = facts.around.files;
    let Found::Missing(missing) = search::find(files, name, &FILES, &INSIDE) else { return None };
    if around.may_make(files, name) {
        return None;
    }
    let diagnostic = not_there(at.clone(), eco_format!("there is no plugin `{name}`"));
    let near = missing.near.filter(|it| it.ends_with("js") || it.ends_with(".ts"));
    let near = near.map(|it| eco_format!("./{}", search::stem(&it)));
    Some(diagnostic.meant("replace with", at, near, "mend the path, which is relative to the service"))
}

/// A package that the service does not have, where it has one of nearly that name.
fn package(facts: &Facts<'_>, installed: &[EcoString], name: &str, at: Place) -> Option<Diagnostic> {
    if installed.iter().any(|it| it == name) {
        return None;
    }
    let others = installed.iter().map(EcoString::as_str).filter(|it| !facts.around.plugins.contains(it));
    let near = misspelt(name, others)?;
    let diagnostic = not_there(at.clone(), eco_format!("the plugin `{name}` is not installed"));
    Some(diagnostic.meant("replace with", at, Some(near), ""))
}

/// The packages that the service asks for, or has.
fn installed(facts: &Facts<'_>) -> Vec<EcoString> {
    let mut names: Vec<EcoString> = facts.around.files.names("node_modules").to_vec();
    if let Content::Text(text) = facts.around.files.content("package.json") {
        let quoted = text.split('"').skip(1).step_by(2);
        names.extend(quoted.filter(|it| it.contains("serverless")).map(EcoString::from));
    }
    names
}
