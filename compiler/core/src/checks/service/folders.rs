//! Folders that are packaged as they are: those of layers, and those that images are built from.

use ecow::{EcoString, eco_format};

use super::Facts;
use crate::aws::types::ecr::EcrImage;
use crate::checks::function::handler::search::{self, Found};
use crate::checks::function::handler::surroundings::Surroundings;
use crate::diagnostic::{Diagnostic, Place};
use crate::path::Path;
use crate::rules;

/// Finds folders that are not there or have nothing in them, and images without their Dockerfile.
pub fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    let around = Surroundings::of_service(facts.around);
    if !around.has_code {
        return;
    }
    let looker = Looker { facts, around };
    for (key, layer) in facts.around.context.layers.iter() {
        if layer.package.as_ref().is_some_and(|it| it.artifact.is_some()) {
            continue;
        }
        // A layer without a path is told of as such.
        let Some(path) = &layer.path else { continue };
        let place = Place::value(Path::from(["layers", key.as_str(), "path"]));
        let folder = looker.folder(path, place.clone(), "layer", found);
        if folder.is_some_and(|it| facts.around.files.names(&it).is_empty()) {
            found.push(
                Diagnostic::new(
                    &rules::MISSING_FILE,
                    place,
                    eco_format!("there is nothing in `{path}` for this layer"),
                )
                .why("Lambda takes no empty layer")
                .help("put what it is to bring into the folder"),
            );
        }
    }
    looker.images(found);
}

struct Looker<'a> {
    facts: &'a Facts<'a>,
    around: Surroundings,
}

impl Looker<'_> {
    /// The folder at a path, which is reported if it is not there.
    fn folder(&self, path: &str, place: Place, of: &str, found: &mut Vec<Diagnostic>) -> Option<EcoString> {
        let files = self.facts.around.files;
        if path.is_empty() || path.starts_with('/') || path.contains("${") {
            return None;
        }
        if matches!(path.trim_end_matches('/'), "." | "./." | "..")
            || path.trim_start_matches(['.', '/']).is_empty()
        {
            return Some(path.into());
        }
        match search::exact(files, path) {
            Found::Here { path } if files.is_file(&path) => {
                let message = eco_format!("`{path}` is a file, not the folder of a {of}");
                found.push(
                    Diagnostic::new(&rules::MISSING_FILE, place, message)
                        .why("what is in the folder is packaged, not the folder itself")
                        .help("name the folder that the file is in"),
                );
            }
            Found::Here { path } => return Some(path),
            Found::OtherCase { path: actual } => {
                let message = eco_format!("the folder of the {of} is written `{actual}`");
                let diagnostic = Diagnostic::new(&rules::LETTER_CASE, place.clone(), message)
                    .why("on Linux upper and lower case differ")
                    .help(eco_format!("write `{actual}`"));
                found.push(diagnostic.replace(eco_format!("replace with `{actual}`"), false, place, actual));
            }
            Found::Missing(missing) if !self.around.may_make(files, path) && !self.around.bundles => {
                let message = eco_format!("there is no folder `{path}` for this {of}");
                let diagnostic = Diagnostic::new(&rules::MISSING_FILE, place.clone(), message);
                found.push(diagnostic.meant(
                    "replace with",
                    place,
                    missing.near.filter(|it| !files.is_file(it)),
                    "create it, or mend the path, which is relative to the service",
                ));
            }
            Found::Missing(_) => {}
        }
        None
    }

    /// The folders that images are built from, and their Dockerfiles.
    fn images(&self, found: &mut Vec<Diagnostic>) {
        let Some(ecr) = &self.facts.around.context.provider.ecr else { return };
        for (key, image) in ecr.images.iter() {
            let at = Path::from(["provider", "ecr", "images", key.as_str()]);
            let (path, place, file, file_place) = match image {
                EcrImage::Reference(it) if it.contains(".dkr.ecr.") || it.contains('@') => continue,
                EcrImage::Reference(it) => (it, Place::value(at.clone()), None, Place::value(at)),
                EcrImage::Settings(it) => {
                    let Some(path) = &it.path else { continue };
                    let has_own = it
                        .build_options
                        .iter()
                        .flatten()
                        .any(|it| it.starts_with("-f") || it.starts_with("--file"));
                    if has_own {
                        continue;
                    }
                    let file_place = if it.file.is_some() { at.join("file") } else { at.join("path") };
                    (path, Place::value(at.join("path")), it.file.as_ref(), Place::value(file_place))
                }
            };
            let Some(folder) = self.folder(path, place, "image", found) else { continue };
            let name = file.map_or("Dockerfile", |it| it);
            let dockerfile = eco_format!("{folder}/{name}");
            if self.facts.around.files.is_file(&dockerfile) {
                continue;
            }
            let shown = crate::db::normalize(&dockerfile);
            found.push(
                Diagnostic::new(
                    &rules::MISSING_FILE,
                    file_place,
                    eco_format!("there is no Dockerfile `{shown}`"),
                )
                .why("the image is built from it")
                .help(if file.is_some() {
                    "mend the name, which is relative to `path`"
                } else {
                    "create it, or name another as `file`"
                }),
            );
        }
    }
}
