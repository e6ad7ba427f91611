//! Ready archives: one that is not there, beside one of nearly that name.
//!
//! A build may make an archive that is not there yet. So only a name that misses one by a letter or two is told, which
//! nothing else names.

use ecow::{EcoString, eco_format};

use super::Facts;
use crate::checks::function::handler::search::{self, Found};
use crate::diagnostic::{Diagnostic, Place};
use crate::package::object;
use crate::path::Path;
use crate::rules;
use crate::value::{Object, Value};

/// Finds archives whose names are misspelt.
pub fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    let mut owners = vec![Path::root()];
    owners.extend(facts.functions.iter().map(|it| it.listed.path.clone()));
    let layers = facts.config.get("layers").and_then(Value::as_object);
    owners.extend(layers.into_iter().flat_map(Object::keys).map(|it| Path::from(["layers", it.as_str()])));
    let written: Vec<(Path, &str)> = owners
        .into_iter()
        .filter_map(|owner| {
            let at = owner.join("package").join("artifact");
            let file = facts.config.at(&at)?.as_str()?;
            Some((at, file))
        })
        .collect();
    for (at, file) in &written {
        let outside = file.starts_with(['/', '.']) && !file.starts_with("./") || file.contains("${");
        if outside || object::named(file).is_some() {
            continue;
        }
        let missing = match search::exact(facts.around.files, file) {
            Found::Missing(missing) => missing,
            Found::OtherCase { path } => {
                found.push(other_case(file, &path, Place::value(at.clone())));
                continue;
            }
            Found::Here { .. } => continue,
        };
        let Some(near) = missing.near.filter(|it| missing.folder.is_none() && slip(file, it)) else {
            continue;
        };
        if written.iter().any(|(_, other)| other.trim_start_matches("./") == near) {
            continue;
        }
        let at = Place::value(at.clone());
        found.push(
            Diagnostic::new(&rules::MISSING_FILE, at.clone(), eco_format!("there is no archive `{file}`"))
                .why("packaging takes the archive as it is")
                .help(eco_format!("did you mean `{near}`?"))
                .replace(eco_format!("replace with `{near}`"), false, at, near),
        );
    }
}

fn other_case(file: &str, actual: &EcoString, at: Place) -> Diagnostic {
    Diagnostic::new(
        &rules::LETTER_CASE,
        at.clone(),
        eco_format!("the archive `{file}` is written `{actual}`"),
    )
    .why("packaging finds no file whose letters differ, on Linux at least")
    .help(eco_format!("write `{actual}`"))
    .replace(eco_format!("replace with `{actual}`"), true, at, actual.clone())
}

/// Whether two paths differ in letters alone: a number tells one archive from another.
fn slip(one: &str, other: &str) -> bool {
    let digits = |it: &str| it.chars().filter(char::is_ascii_digit).collect::<EcoString>();
    digits(one) == digits(other)
}
