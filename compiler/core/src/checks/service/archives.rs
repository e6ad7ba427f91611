//! Ready archives: one that is not there, beside one of nearly that name; one that is a directory, or no archive; and
//! patterns, which have no effect beside one.
//!
//! A build may make an archive that is not there yet. So only one is told beside archives that are there: of nearly its
//! name, in its place, or that the service names as well.

use ecow::{EcoString, eco_format};

use super::Facts;
use crate::checks::function::handler::search::{self, Found};
use crate::checks::function::handler::surroundings::OUTPUTS;
use crate::db::Content;
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
    idle_patterns(facts, &written, found);
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
            Found::Here { path } => {
                found.extend(no_archive(facts, file, &path, at));
                continue;
            }
        };
        let is_named = |near: &EcoString| written.iter().any(|(_, it)| it.trim_start_matches("./") == near);
        let near = missing.near.filter(|it| missing.folder.is_none() && slip(file, it) && !is_named(it));
        let near = near.or_else(|| built_elsewhere(facts, file));
        // Where the build has made the other archives, it made this one, too.
        let others = written.iter().filter(|it| it.1 != *file).any(|(_, it)| facts.around.files.is_file(it));
        if near.is_none() && !others {
            continue;
        }
        let at = Place::value(at.clone());
        let diagnostic =
            Diagnostic::new(&rules::MISSING_FILE, at.clone(), eco_format!("there is no archive `{file}`"))
                .why("packaging takes the archive as it is")
                .warning();
        found.push(diagnostic.meant("replace with", at, near, "name the archive that the build makes"));
    }
}

/// An archive that is there in the place of one that is not: the only one of its folder, or of the same name in another
/// folder that builds write into.
fn built_elsewhere(facts: &Facts<'_>, file: &str) -> Option<EcoString> {
    let files = facts.around.files;
    let (folder, name) = file.trim_start_matches("./").rsplit_once('/')?;
    let extension = name.rsplit_once('.')?.1;
    let names = files.names(folder);
    let is_archive = |it: &&EcoString| it.rsplit_once('.').is_some_and(|it| it.1 == extension);
    let mut beside = names.iter().filter(is_archive);
    if let (Some(only), None) = (beside.next(), beside.next()) {
        return Some(eco_format!("{folder}/{only}"));
    }
    let same = |other: &&str| *other != folder && files.names(other).iter().any(|it| it == name);
    OUTPUTS.iter().copied().find(|it| same(it)).map(|it| eco_format!("{it}/{name}"))
}

/// What is there and cannot be unpacked: a directory, or a text.
fn no_archive(facts: &Facts<'_>, file: &str, path: &EcoString, at: &Path) -> Option<Diagnostic> {
    let is_named = [".zip", ".jar", ".war"].iter().any(|it| path.ends_with(it));
    let is_folder = !facts.around.files.names(path).is_empty();
    let (message, why) = match facts.around.files.content(path) {
        Content::Directory | Content::Missing if is_folder => (
            eco_format!("`{file}` is a directory, and no archive"),
            "packaging reads the archive as a file, and fails",
        ),
        Content::Text(_) if !is_named => {
            (eco_format!("`{file}` is no archive"), "Lambda cannot unpack it, and refuses it")
        }
        _ => return None,
    };
    let diagnostic = Diagnostic::new(&rules::MISSING_FILE, Place::value(at.clone()), message).why(why);
    Some(diagnostic.help("name the `.zip` or the `.jar` that the build makes, or remove `artifact`"))
}

/// Patterns of the service beside its ready archive, from which nothing else is made. Those of a function are told where
/// its options are looked at.
fn idle_patterns(facts: &Facts<'_>, written: &[(Path, &str)], found: &mut Vec<Diagnostic>) {
    let root = Path::from(["package"]);
    let individually =
        |it: Option<&Value>| it.and_then(|it| it.get("individually")).is_some_and(Value::is_truthy);
    let mut packages = facts.functions.iter().map(|it| it.listed.value.get("package"));
    // They are of each function that is packaged by itself, too, and of layers.
    let used = individually(facts.config.at(&root)) || packages.any(individually);
    let Some((artifact, _)) = written.iter().find(|it| it.0.parent() == root) else { return };
    let idle = |key: &str, why: &str| {
        let message = eco_format!("`{key}` has no effect beside `artifact`");
        Diagnostic::new(&rules::UNUSED_OPTION, Place::key(root.join(key)), message)
            .why(why)
            .help("remove one of the two")
            .related(Place::key(artifact.clone()), "the archive")
    };
    if individually(facts.config.at(&root)) {
        found.push(idle("individually", "the functions take the ready archive of the service").info());
    }
    if used || facts.config.get("layers").is_some() {
        return;
    }
    for key in ["patterns", "include", "exclude"] {
        let list = facts.config.at(&root.join(key)).and_then(Value::as_array);
        if list.is_some_and(|it| !it.is_empty()) {
            found.push(idle(key, "a ready archive is taken as it is").warning());
        }
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
