//! `package.patterns`: those that take files in must match some.

use ecow::{EcoString, eco_format};

use super::Facts;
use crate::checks::Files;
use crate::checks::function::handler::surroundings::Surroundings;
use crate::db::normalize;
use crate::diagnostic::{Diagnostic, Place};
use crate::glob::Glob;
use crate::language::placement::misspelt;
use crate::path::Path;
use crate::rules;
use crate::value::Value;

/// No more files than these are looked at for a pattern; beyond them it counts as matched.
const MOST: usize = 4_000;

/// What a compiler makes from sources.
const COMPILED: [&str; 10] = ["jar", "so", "zip", "dll", "exe", "wasm", "node", "whl", "pyc", "class"];

/// Finds patterns that match nothing.
pub fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    let around = Surroundings::of_service(facts.around);
    if !around.has_code || around.makes {
        return;
    }
    let looker = Looker { files: facts.around.files, around };
    let mut owners: Vec<(Path, EcoString)> = vec![(Path::root(), EcoString::new())];
    owners.extend(facts.functions.iter().map(|it| (it.listed.path.clone(), EcoString::new())));
    for (key, layer) in facts.around.context.layers.iter() {
        owners
            .push((Path::from(["layers", key.as_str()]), layer.path.clone().unwrap_or_else(|| key.clone())));
    }
    for (owner, root) in owners {
        let at = owner.join("package");
        let Some(package) = facts.config.at(&at) else { continue };
        if package.get("artifact").is_some() {
            continue;
        }
        for list in ["patterns", "include"] {
            let Some(patterns) = package.get(list).and_then(Value::as_array) else { continue };
            for (index, pattern) in patterns.iter().enumerate() {
                let Some(text) = pattern.as_str() else { continue };
                let place = Place::value(at.join(list).join(index));
                found.extend(match text.strip_prefix('!') {
                    Some(left_out) => looker.look_left_out(left_out, &root, place),
                    None => looker.look(text, &root, place),
                });
            }
        }
    }
}

struct Looker<'a> {
    files: &'a dyn Files,
    around: Surroundings,
}

impl Looker<'_> {
    /// What is wrong with a pattern below a folder.
    fn look(&self, text: &str, root: &str, place: Place) -> Option<Diagnostic> {
        let text = text.strip_prefix("./").unwrap_or(text);
        if text.is_empty() || text.starts_with('/') || text.contains("node_modules") || text.contains("${") {
            return None;
        }
        let special = text.find(|it| "*?!@+()|[]{}\\\"".contains(it)).unwrap_or(text.len());
        let literal = text.get(..special).unwrap_or_default();
        let base = literal.rsplit_once('/').map_or("", |it| it.0);
        let last = text.rsplit('/').next().unwrap_or_default();
        let extension = last.rsplit_once('.').map(|it| it.1);
        // A name without an ending may be a program that a build makes, and JavaScript may come from TypeScript.
        let may_be_built = match extension {
            Some("js" | "mjs" | "cjs" | "map") if self.around.compiles => true,
            Some(extension) => COMPILED.contains(&extension) || last.starts_with('.'),
            None => special == text.len() && !text.ends_with('/'),
        };
        let below = |path: &str| if root.is_empty() { path.to_owned() } else { format!("{root}/{path}") };
        let is_folder = special == text.len() && !self.files.names(&below(text)).is_empty();
        if is_folder {
            let folder = text.trim_end_matches('/');
            return Some(
                Diagnostic::new(
                    &rules::PATTERN_WITHOUT_MATCH,
                    place.clone(),
                    eco_format!("`{text}` is a folder, which matches none of its files"),
                )
                .why("a pattern matches files by their whole paths")
                .help(eco_format!("write `{folder}/**`"))
                .replace(
                    eco_format!("replace with `{folder}/**`"),
                    false,
                    place,
                    eco_format!("{folder}/**"),
                ),
            );
        }
        // What a bundler makes is matched, too; beside it only a slip of the pen is told.
        let is_slip = || {
            let missing = self.missing(&below(base))?;
            let (folder, name) = missing.rsplit_once('/').unwrap_or(("", &missing));
            let names = self.files.names(folder);
            misspelt(name, names.iter().map(EcoString::as_str)).map(drop)
        };
        if may_be_built
            || self.around.bundles && is_slip().is_none()
            || self.around.may_make(self.files, &below(text))
            || self.matches(text, &below(base), root)
        {
            return None;
        }
        let message = eco_format!("`{text}` matches no file");
        let diagnostic = Diagnostic::new(&rules::PATTERN_WITHOUT_MATCH, place, message)
            .help("mend the pattern, or remove it; it is relative to the service");
        Some(match self.missing(&below(base)) {
            Some(folder) => diagnostic.why(eco_format!("there is no folder `{folder}`")),
            None => diagnostic,
        })
    }

    /// What leaves nothing out is often there for any case; a folder that is nearly called so is a slip.
    fn look_left_out(&self, text: &str, root: &str, place: Place) -> Option<Diagnostic> {
        let (folder, rest) = text.strip_prefix("./").unwrap_or(text).split_once('/')?;
        if folder.contains(['*', '?', '{', '[', '(', '$']) || folder.starts_with('.') {
            return None;
        }
        let names = self.files.names(root);
        if names.iter().any(|it| it == folder) {
            return None;
        }
        let below = |name: &str| if root.is_empty() { name.into() } else { eco_format!("{root}/{name}") };
        let folders = names.iter().filter(|it| !self.files.names(&below(it)).is_empty());
        let near = misspelt(folder, folders.map(EcoString::as_str))?;
        let message = eco_format!("`!{text}` leaves nothing out");
        let meant = eco_format!("!{near}/{rest}");
        Some(
            Diagnostic::new(&rules::PATTERN_WITHOUT_MATCH, place.clone(), message)
                .why(eco_format!("there is no folder `{folder}`"))
                .meant("replace with", place, Some(meant), ""),
        )
    }

    /// Whether a file below `base` matches.
    fn matches(&self, pattern: &str, base: &str, root: &str) -> bool {
        let glob = Glob::new(pattern);
        let base = normalize(base);
        let mut folders = vec![base];
        let mut seen = 0;
        while let Some(folder) = folders.pop() {
            for name in self.files.names(&folder).iter() {
                seen += 1;
                if seen > MOST {
                    return true;
                }
                let path = if folder.is_empty() { name.clone() } else { eco_format!("{folder}/{name}") };
                let own = path.strip_prefix(root).map_or(path.as_str(), |it| it.trim_start_matches('/'));
                let is_match = glob.matches(own);
                if !self.files.names(&path).is_empty() {
                    if name != "node_modules" && name != ".git" {
                        folders.push(path);
                    }
                } else if is_match {
                    return true;
                }
            }
        }
        false
    }

    /// The first folder of a path that is not there.
    fn missing(&self, base: &str) -> Option<EcoString> {
        let mut at = EcoString::new();
        for step in base.split('/').filter(|it| !it.is_empty()) {
            let names = self.files.names(&at);
            at = if at.is_empty() { step.into() } else { eco_format!("{at}/{step}") };
            if step != ".." && !names.iter().any(|it| it == step) {
                return Some(at);
            }
        }
        None
    }
}
