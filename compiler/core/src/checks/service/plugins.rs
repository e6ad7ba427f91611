//! Plugins: those of the service's own are there, and the names of others are those of packages that it has.

use ecow::{EcoString, eco_format};

use super::Facts;
use crate::checks::Files;
use crate::checks::function::handler::search::{self, Found};
use crate::checks::function::handler::surroundings::Surroundings;
use crate::db::Content;
use crate::diagnostic::{Diagnostic, Place};
use crate::language::placement::misspelt;
use crate::plugins;
use crate::rules;
use crate::value::Value;

/// In how many folders packages are looked for: that of the service and those above it.
const FOLDERS: usize = 5;

/// Finds plugins that the framework would not find.
pub fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    let mut around = Surroundings::of_service(facts.around);
    // A plugin does not make the file that it is itself.
    around.makes = false;
    if !around.has_code {
        return;
    }
    let (root, names) = plugins::listed(facts.config);
    if let Some(name) = facts.config.at(&root).and_then(Value::as_str) {
        found.push(
            Diagnostic::new(
                &rules::WRONG_TYPE,
                Place::value(root.clone()),
                "`plugins` is a text, not a list",
            )
            .why("the framework reads a list, and loads no plugin")
            .help(eco_format!("write `[{name}]`"))
            .warning(),
        );
    }
    let installed = Installed::of(facts.around.files);
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

/// A package that the service does not have: it has one of nearly that name, or lists its other plugins.
fn package(facts: &Facts<'_>, installed: &Installed, name: &str, at: Place) -> Option<Diagnostic> {
    if installed.has(name) {
        return None;
    }
    let others = installed.names.iter().map(EcoString::as_str);
    let others = others.filter(|it| it.contains("serverless") && !facts.around.plugins.contains(it));
    let diagnostic = not_there(at.clone(), eco_format!("the plugin `{name}` is not installed"));
    if let Some(near) = misspelt(name, others) {
        return Some(diagnostic.meant("replace with", at, Some(near), ""));
    }
    let lists_others =
        facts.around.plugins.iter().any(|it| *it != name && installed.asked.iter().any(|asked| asked == it));
    let diagnostic = diagnostic.help(eco_format!("run `npm install --save-dev {name}`")).warning();
    lists_others.then_some(diagnostic)
}

/// The packages of the service, and of the folders above it, where Node.js looks as well.
struct Installed {
    /// What `package.json` names beside the service.
    asked: Vec<EcoString>,
    /// These, what is in `node_modules`, and the same of the folders above.
    names: Vec<EcoString>,
}

impl Installed {
    fn of(files: &dyn Files) -> Installed {
        let (mut names, mut folder) = (Vec::new(), EcoString::new());
        for _ in 0..FOLDERS {
            names.extend(asked(files, &folder));
            names.extend(files.names(&eco_format!("{folder}node_modules")).iter().cloned());
            folder.push_str("../");
        }
        Installed { asked: asked(files, ""), names }
    }

    /// Whether a package is there; of those of a scope only the scope is seen.
    fn has(&self, name: &str) -> bool {
        let scope = name.split('/').next().filter(|it| it.starts_with('@'));
        self.names.iter().any(|it| it == name || scope.is_some_and(|scope| it == scope))
    }
}

/// What the `package.json` of a folder names: its dependencies, and more.
fn asked(files: &dyn Files, folder: &str) -> Vec<EcoString> {
    let Content::Text(text) = files.content(&eco_format!("{folder}package.json")) else { return Vec::new() };
    text.split('"').skip(1).step_by(2).map(EcoString::from).collect()
}
