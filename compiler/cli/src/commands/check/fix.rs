//! `slsc check --fix`: safe fixes, until there is none left. Each change is checked before it is kept: one that would
//! bring a mistake is taken back, and said.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use salsa::Setter as _;
use slsc_core::db::{Content, File};
use slsc_core::diagnostic::{Diagnostic, render};
use slsc_core::fix::{self, Mending};
use slsc_core::pipeline;

use super::group::Group;
use crate::diff;
use crate::files;
use crate::output::Failure;

/// How often fixes are looked for: one may make room for the next.
const MAX_ROUNDS: usize = 16;

/// What was done.
pub struct Fixed {
    /// How many mistakes were fixed.
    pub mistakes: usize,
    /// The files, with their old and new texts.
    files: Vec<(String, String, Arc<str>, String)>,
    /// What was not done, and why.
    pub left: Vec<String>,
}

impl Fixed {
    /// `3 mistakes in 2 files`.
    pub fn count(&self) -> String {
        let (mistakes, files) = (self.mistakes, self.files.len());
        let word = |count: usize, one: &str| format!("{count} {one}{}", if count == 1 { "" } else { "s" });
        format!("{} in {}", word(mistakes, "mistake"), word(files, "file"))
    }

    /// Writes the files.
    pub fn write(&self) -> Result<(), Failure> {
        self.files.iter().try_for_each(|(path, _, _, new)| files::write(Path::new(path), new.as_bytes()))
    }

    /// The changes as a diff.
    pub fn diff(&self, color: bool) -> String {
        self.files.iter().map(|(_, name, old, new)| diff::unified(name, old, new, color)).collect()
    }
}

/// The errors, each with how often it is there. Places do not count: a change moves them.
type Errors = BTreeMap<(&'static str, String), usize>;

/// A fix, recognised again after others have been done.
type Key = (&'static str, String, String);

/// The work of fixing.
struct Work<'a> {
    group: &'a mut Group,
    originals: BTreeMap<String, (File, Arc<str>)>,
    refused: BTreeSet<Key>,
    left: Vec<String>,
    mistakes: usize,
}

/// Fixes what can be fixed safely, in memory; the databases hold the new texts.
pub fn run(groups: &mut [Group]) -> Fixed {
    let mut fixed = Fixed { mistakes: 0, files: Vec::new(), left: Vec::new() };
    for group in groups {
        let mut work = Work {
            group,
            originals: BTreeMap::new(),
            refused: BTreeSet::new(),
            left: Vec::new(),
            mistakes: 0,
        };
        for _ in 0..MAX_ROUNDS {
            if !work.round() {
                break;
            }
        }
        let Work { group, originals, left, mistakes, .. } = work;
        fixed.mistakes += mistakes;
        fixed.left.extend(left);
        let Some(service) = group.members.first().map(|it| it.service) else { continue };
        for (path, (file, old)) in originals {
            let new = pipeline::text(group.db(), file).to_owned();
            if *new != *old {
                let name = render::display_path(group.db(), service, file);
                fixed.files.push((path, name, old, new));
            }
        }
    }
    fixed
}

impl Work<'_> {
    /// Does all fixes that go together; answers whether something has changed.
    fn round(&mut self) -> bool {
        let found = self.look();
        let before = errors(&found);
        let mendings = self.mendings(&found);
        if mendings.is_empty() {
            return false;
        }
        self.attempt(mendings, &before) > 0
    }

    fn look(&mut self) -> Vec<Vec<Diagnostic>> {
        self.group.members.iter().map(|it| self.group.found(it)).collect()
    }

    /// The fixes that may be done at once. A file that several services read has the same ones for each.
    fn mendings(&self, found: &[Vec<Diagnostic>]) -> Vec<Mending> {
        let mut all: Vec<Mending> = Vec::new();
        for (member, found) in self.group.members.iter().zip(found) {
            let safe = fix::safe(self.group.db(), member.service, found);
            for mending in safe.into_iter().filter(|it| !self.refused.contains(&self.key(it))) {
                if !all.iter().any(|it| it.replacements == mending.replacements) {
                    all.push(mending);
                }
            }
        }
        fix::disjoint(all)
    }

    fn key(&self, mending: &Mending) -> Key {
        let texts: Vec<String> = mending
            .replacements
            .iter()
            .map(|it| format!("{} {}", it.file.path(self.group.db()), it.text))
            .collect();
        (mending.rule, mending.message.clone(), texts.join("\n"))
    }

    /// Does fixes, unless they bring errors: then each half of them by itself. Answers how many were done.
    fn attempt(&mut self, mut mendings: Vec<Mending>, before: &Errors) -> usize {
        let old = self.apply(&mendings);
        let after = errors(&self.look());
        let new = after.iter().find(|(error, count)| before.get(*error).is_none_or(|known| known < *count));
        let Some(((rule, message), _)) = new else {
            self.mistakes += mendings.len();
            return mendings.len();
        };
        for (file, text) in old {
            file.set_content(self.group.db_mut()).to(Content::Text(text));
        }
        if let [one] = mendings.as_slice() {
            let name = one.replacements.first().map(|it| self.shown(it.file)).unwrap_or_default();
            self.left.push(format!(
                "`{name}` keeps \"{}\": to {} would bring error[{rule}]: {message}",
                one.message, one.title
            ));
            self.refused.insert(self.key(one));
            return 0;
        }
        let rest = mendings.split_off(mendings.len() / 2);
        let done = self.attempt(mendings, before);
        // What is left stands elsewhere now, and is looked for again.
        if done > 0 { done } else { self.attempt(rest, before) }
    }

    fn shown(&self, file: File) -> String {
        let service = self.group.members.first().map(|it| it.service);
        service.map(|it| render::display_path(self.group.db(), it, file)).unwrap_or_default()
    }

    /// Changes the texts; answers what they were.
    fn apply(&mut self, mendings: &[Mending]) -> Vec<(File, Arc<str>)> {
        let replacements: Vec<_> = mendings.iter().flat_map(|it| &it.replacements).collect();
        let mut files: Vec<File> = Vec::new();
        for replacement in &replacements {
            if !files.contains(&replacement.file) {
                files.push(replacement.file);
            }
        }
        let mut old = Vec::new();
        for file in files {
            let db = self.group.db_mut();
            let Content::Text(text) = file.content(db).clone() else { continue };
            let new = fix::applied(&text, file, replacements.iter().copied());
            self.originals.entry(file.path(db).into()).or_insert_with(|| (file, text.clone()));
            file.set_content(db).to(Content::Text(new.into()));
            old.push((file, text));
        }
        old
    }
}

fn errors(found: &[Vec<Diagnostic>]) -> Errors {
    let mut errors = Errors::new();
    for diagnostic in found.iter().flatten().filter(|it| it.is_error()) {
        *errors.entry((diagnostic.rule.id, diagnostic.message.to_string())).or_default() += 1;
    }
    errors
}
