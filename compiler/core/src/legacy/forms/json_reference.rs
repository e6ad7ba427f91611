//! `$ref: ./file.json`: JSON references, which the betas followed and nobody does today.

use ecow::{EcoString, eco_format};

use crate::db::File;
use crate::diagnostic::{Diagnostic, Part, Place};
use crate::legacy::draft::Draft;
use crate::path::Path;
use crate::rules;
use crate::value::{Object, Value};

pub(super) fn replace(draft: &mut Draft) {
    let mut found = Vec::new();
    collect(&draft.value, &mut Path::root(), &mut found);
    for (path, target) in found {
        let Some(variable) = variable(&target) else { continue };
        draft.report(
            &rules::JSON_REFERENCE,
            &path.join("$ref"),
            Part::Key,
            "`$ref` is not followed any more: it would stay in the template as it is",
            eco_format!("write `{variable}` in its place"),
        );
        draft.put(&path, Value::from(variable), &path.join("$ref"));
        draft.current.insert(path);
    }
}

/// References to files in a service of today, where nobody follows them. Schemas and what belongs to plugins have
/// references of their own.
pub fn check(config: File, value: &Value) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for section in ["provider", "functions", "resources"] {
        if let Some(value) = value.get(section) {
            collect(value, &mut Path::from([section]), &mut found);
        }
    }
    found.retain(|(path, target)| {
        let in_schema = path
            .segments()
            .iter()
            .any(|it| ["request", "schemas", "Schema", "Body"].contains(&it.to_string().as_str()));
        !in_schema && [".json", ".yml", ".yaml"].iter().any(|it| target.ends_with(it))
    });
    let diagnostic = |(path, target): (Path, EcoString)| {
        let at = Place::Written { file: config, path: path.join("$ref"), part: Part::Key, within: None };
        let variable = variable(&target)?;
        let message = "`$ref` is not followed: it stays in the template as it is";
        Some(
            Diagnostic::new(&rules::JSON_REFERENCE, at, message)
                .help(eco_format!("write `{variable}` in its place")),
        )
    };
    found.into_iter().filter_map(diagnostic).collect()
}

fn collect(value: &Value, path: &mut Path, found: &mut Vec<(Path, EcoString)>) {
    value.visit(path, &mut |path, value| match value.as_object().and_then(Object::single) {
        Some((key, Value::String(target))) if key == "$ref" => {
            found.push((path.clone(), target.clone()));
            false
        }
        _ => true,
    });
}

/// What stands for a reference to a file, or to a value of one. References into the same document are not files.
fn variable(target: &str) -> Option<EcoString> {
    let (file, pointer) = target.split_once('#').unwrap_or((target, ""));
    if file.is_empty() || file.contains("://") {
        return None;
    }
    let address = pointer.trim_matches('/').replace('/', ".");
    Some(if address.is_empty() {
        eco_format!("${{file({file})}}")
    } else {
        eco_format!("${{file({file}):{address}}}")
    })
}
