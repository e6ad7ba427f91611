//! What looks like a variable and is none: `${stage}` has no source, `$(self:stage)` other brackets, so both stay in the
//! template as they are written.

use ecow::{EcoString, eco_format};

use crate::db::File;
use crate::diagnostic::{Diagnostic, Part, Place};
use crate::legacy::syntax::Syntax;
use crate::path::{Path, Segment};
use crate::rules;
use crate::value::Value;
use crate::variables::lookalike;

/// Keys below which a text has a language of its own, with variables of its own.
const OTHER_LANGUAGES: [&str; 12] = [
    "Fn::Sub",
    "custom",
    "input",
    "inputTransformer",
    "inputTemplate",
    "request",
    "response",
    "template",
    "DefinitionString",
    "Definition",
    "Sql",
    "UserData",
];

/// A warning for each text that names something of the service as a variable without a source. `config` is what
/// `file` says, variables as they are written.
pub fn check(file: File, config: &Value) -> Vec<Diagnostic> {
    let mut found = of_file(file, config);
    config.visit(&mut Path::root(), &mut |path, value| {
        let is_of_plugins = matches!(path.segments().first(), Some(Segment::Key(key)) if key == "custom");
        if path.segments().len() == 1 && is_of_plugins {
            return true;
        }
        if matches!(path.last(), Some(Segment::Key(key)) if OTHER_LANGUAGES.contains(&key.as_str())) {
            return false;
        }
        // A plugin may have a language of its own, but not beside variables.
        let is_ours =
            |text: &str| ["self", "sls", "opt", "param"].iter().any(|it| text.contains(&format!("${{{it}:")));
        if let Value::String(text) = value
            && (!is_of_plugins || is_ours(text))
        {
            of_text(file, config, path, text, &mut found);
        }
        true
    });
    found
}

/// A warning for each text of a file that is written nearly as a variable is.
pub fn of_file(file: File, document: &Value) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    document.visit(&mut Path::root(), &mut |path, value| {
        if let Value::String(text) = value {
            lookalikes(file, path, text, &mut found);
        }
        true
    });
    found
}

fn lookalikes(file: File, path: &Path, text: &str, found: &mut Vec<Diagnostic>) {
    for it in lookalike::find(text) {
        let written = text.get(it.range.clone()).unwrap_or_default();
        let at =
            Place::Written { file, path: path.clone(), part: Part::Value, within: Some(it.range.clone()) };
        let message = eco_format!("`{written}` stays as it is written: it is no variable");
        let title = eco_format!("replace with `{}`", it.meant);
        found.push(
            Diagnostic::new(&rules::LITERAL_VARIABLE, at.clone(), message)
                .help(eco_format!("write `{}`", it.meant))
                .replace(title, false, at, it.meant),
        );
    }
}

fn of_text(file: File, config: &Value, path: &Path, text: &str, found: &mut Vec<Diagnostic>) {
    for reference in Syntax::default().references(text) {
        let before = text.get(..reference.range.start).unwrap_or_default();
        let written = text.get(reference.range.clone()).unwrap_or_default();
        let Some(meant) = meant(config, &reference.address).filter(|_| !before.ends_with('\\')) else {
            continue;
        };
        let at = Place::Written {
            file,
            path: path.clone(),
            part: Part::Value,
            within: Some(reference.range.clone()),
        };
        let message = eco_format!("`{written}` stays as it is written: it names no source");
        let help = eco_format!("write `${{{meant}}}` for the value, or `\\{written}` if it is meant so");
        found.push(Diagnostic::new(&rules::LITERAL_VARIABLE, at, message).help(help));
    }
}

/// The variable that a bare name most likely means.
fn meant(config: &Value, name: &str) -> Option<EcoString> {
    let has = |section: &str, name: &str| config.get(section).is_some_and(|it| it.get(name).is_some());
    let params = config.get("params").and_then(Value::as_object);
    match name {
        "stage" => Some("sls:stage".into()),
        "region" => Some("aws:region".into()),
        "service" => Some("self:service".into()),
        _ if params.is_some_and(|it| it.values().any(|it| it.get(name).is_some())) => {
            Some(eco_format!("param:{name}"))
        }
        _ if has("custom", name) => Some(eco_format!("self:custom.{name}")),
        _ => None,
    }
}
