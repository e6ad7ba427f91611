//! `custom.wsgi.app` of `serverless-wsgi`: the module and the application in it.

use ecow::eco_format;

use super::Facts;
use crate::checks::function::handler::search::{self, Found};
use crate::checks::function::handler::surroundings::Surroundings;
use crate::code;
use crate::diagnostic::{Diagnostic, Place, nearest};
use crate::path::Path;
use crate::rules;
use crate::value::Value;

/// Finds an application that is not there.
pub fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    let path = Path::from(["custom", "wsgi", "app"]);
    let Some(app) = facts.config.at(&path).and_then(Value::as_str) else { return };
    let has_plugin = facts.around.plugins.contains(&"serverless-wsgi");
    if !has_plugin || !Surroundings::of_service(facts.around).has_code {
        return;
    }
    let Some((module, name)) = app.rsplit_once('.') else { return };
    let files = facts.around.files;
    let at = |within| Place::Inside { path: path.clone(), within };
    match search::find(files, &module.replace('.', "/"), &[".py"], &["__init__.py"]) {
        Found::Here { path } => {
            let exports = code::all(files, &path);
            let known = || exports.names.iter().map(|it| it.name.text.as_str());
            if exports.open || exports.empty || known().any(|it| it == name) {
                return;
            }
            let at = at(module.len() + 1..app.len());
            let message = eco_format!("`{path}` does not define `{name}`");
            let diagnostic = Diagnostic::new(&rules::HANDLER_EXPORT, at.clone(), message);
            found.push(diagnostic.meant(
                "replace with",
                at,
                nearest(name, known()),
                "name the application that it defines",
            ));
        }
        Found::OtherCase { path } => {
            let message = eco_format!("the module of the application is written `{path}`");
            found.push(
                Diagnostic::new(&rules::LETTER_CASE, at(0..module.len()), message)
                    .why("Lambda runs on Linux, where upper and lower case differ"),
            );
        }
        Found::Missing(missing) => {
            let shown = eco_format!("{}.py", module.replace('.', "/"));
            let message = eco_format!("there is no file `{shown}` for this application");
            let diagnostic = Diagnostic::new(&rules::HANDLER_FILE, at(0..module.len()), message);
            found.push(match missing.near {
                Some(near) => diagnostic.help(eco_format!("did you mean `{}`?", search::stem(&near))),
                None => diagnostic.help("create it, or mend the path, which is relative to the service"),
            });
        }
    }
}
