//! A configuration while its old forms are replaced: the values, where each of them was written, and the changes made.
//!
//! One list of changes serves twice: applied to the values it makes an old service compile, and applied to the text
//! ([`super::text`]) it moves the service over.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ecow::EcoString;

use crate::db::File;
use crate::diagnostic::{Diagnostic, Part, Place, Rule};
use crate::path::{Path, Segment};
use crate::value::{Object, Value};

/// One change. Paths are those of the configuration when the change is made, after all changes before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// The last key of a path becomes another one.
    Rename {
        /// The entry.
        path: Path,
        /// The new key.
        key: EcoString,
    },
    /// A value is written at a path, whether or not something stands there.
    Put {
        /// The entry.
        path: Path,
        /// The value.
        value: Value,
    },
    /// An entry goes away.
    Remove {
        /// The entry.
        path: Path,
    },
    /// An entry without effect becomes a comment.
    Disable {
        /// The entry.
        path: Path,
    },
    /// An entry goes to another place, where nothing stands yet.
    Relocate {
        /// From where.
        from: Path,
        /// To where.
        to: Path,
    },
}

impl Change {
    /// Makes the change in the values.
    fn apply(&self, value: &mut Value) {
        match self {
            Change::Rename { path, key } => rename(value, path, key),
            Change::Put { path, value: new } => set(value, path, new.clone()),
            Change::Remove { path } | Change::Disable { path } => drop(take(value, path)),
            Change::Relocate { from, to } => {
                if let Some(moved) = take(value, from) {
                    set(value, to, moved);
                }
            }
        }
    }
}

/// A configuration in the making.
#[derive(Clone, Debug)]
pub struct Draft {
    file: File,
    /// The values as they are now.
    pub value: Value,
    /// What has changed, in order.
    pub changes: Vec<Change>,
    /// What was said about it.
    pub diagnostics: Vec<Diagnostic>,
    /// How many changes there were when each diagnostic was made: those after it mend it.
    marks: Vec<usize>,
    /// The texts that hold variables of today, which the rest of the configuration does not.
    pub current: BTreeSet<Path>,
    /// Where values were written that stand elsewhere now.
    origins: BTreeMap<Path, Path>,
}

impl Draft {
    /// The configuration as it is written in `file`.
    pub fn new(file: File, value: Value) -> Draft {
        Draft {
            file,
            value,
            changes: Vec::new(),
            diagnostics: Vec::new(),
            marks: Vec::new(),
            current: BTreeSet::new(),
            origins: BTreeMap::new(),
        }
    }

    /// Where values were written that stand elsewhere now: the new path, and that in the file.
    pub fn origins(self) -> BTreeMap<Path, Path> {
        self.origins
    }

    /// The value at `path`.
    pub fn get(&self, path: &Path) -> Option<&Value> {
        self.value.at(path)
    }

    /// The keys of the mapping at `path`.
    pub fn keys(&self, path: &Path) -> Vec<EcoString> {
        self.get(path).and_then(Value::as_object).map(|it| it.keys().cloned().collect()).unwrap_or_default()
    }

    fn make(&mut self, change: Change) {
        change.apply(&mut self.value);
        self.changes.push(change);
    }

    /// Gives the entry at `path` another key; the entry keeps its place in the mapping.
    pub fn rename(&mut self, path: &Path, key: &str) {
        self.make(Change::Rename { path: path.clone(), key: key.into() });
        self.moved(path, &path.parent().join(key));
    }

    /// Writes `value` at `path`, made of what stands at `from`. Mappings on the way are made.
    pub fn put(&mut self, path: &Path, value: Value, from: &Path) {
        let origin = self.origin(from);
        self.origins.retain(|it, _| !path.contains(it));
        self.origins.insert(path.clone(), origin);
        self.make(Change::Put { path: path.clone(), value });
    }

    /// Writes `value` at `path` without a change of the text: what is only true where the old files are.
    pub fn put_unrecorded(&mut self, path: &Path, value: Value) {
        set(&mut self.value, path, value);
    }

    /// Says that what stands at `path`, below a value that was put, was written at `origin` of the file.
    pub fn came_from(&mut self, path: Path, origin: Path) {
        self.origins.insert(path, origin);
    }

    /// Takes the entry at `path` away.
    pub fn remove(&mut self, path: &Path) {
        if self.get(path).is_some() {
            self.origins.retain(|it, _| !path.contains(it));
            self.make(Change::Remove { path: path.clone() });
        }
    }

    /// Makes a comment of the entry at `path`.
    pub fn disable(&mut self, path: &Path) {
        self.make(Change::Disable { path: path.clone() });
    }

    /// Moves the entry at `from` to `to`. A mapping that it leaves empty goes away.
    pub fn relocate(&mut self, from: &Path, to: &Path) {
        if self.get(from).is_none() {
            return;
        }
        self.make(Change::Relocate { from: from.clone(), to: to.clone() });
        self.moved(from, to);
        let parent = from.parent();
        if self.get(&parent).and_then(Value::as_object).is_some_and(Object::is_empty) {
            self.remove(&parent);
        }
    }

    /// Says something about what stands at `path`.
    pub fn report(
        &mut self,
        rule: &'static Rule,
        path: &Path,
        part: Part,
        message: impl Into<EcoString>,
        help: impl Into<EcoString>,
    ) {
        let diagnostic = Diagnostic::new(rule, self.place(path, part), message).help(help);
        self.diagnostics.push(diagnostic);
        self.marks.push(self.changes.len());
    }

    /// Offers to each diagnostic the changes of the text that mend it, where they stand by themselves.
    pub fn offer_fixes(&mut self, original: &Value, text: &str) {
        let ends = self.marks.iter().skip(1).copied().chain([self.changes.len()]);
        let ranges: Vec<(usize, usize)> = self.marks.iter().copied().zip(ends).collect();
        for (index, (start, end)) in ranges.iter().copied().enumerate() {
            // What is said twice before it is changed is mended by the same change.
            let later = ranges.iter().skip(index).find(|(start, end)| start < end).map_or(end, |it| it.1);
            let end = if start == end { later } else { end };
            let Some(changes) = self.changes.get(start..end).filter(|it| !it.is_empty()) else { continue };
            let mut expected = original.clone();
            changes.iter().for_each(|it| it.apply(&mut expected));
            let Ok(new) = super::text::apply(text, changes) else { continue };
            if super::text::says(&new, &expected).is_err() {
                continue;
            }
            let Some(edit) = super::text::replacement(text, &new) else { continue };
            let at = Place::Source { file: self.file, range: edit.0 };
            if let Some(diagnostic) = self.diagnostics.get_mut(index) {
                let title = diagnostic.help.clone().unwrap_or_default();
                *diagnostic = diagnostic.clone().replace(title, false, at, edit.1);
            }
        }
    }

    /// The place in the file of what stands at `path`.
    pub fn place(&self, path: &Path, part: Part) -> Place {
        Place::Written { file: self.file, path: self.origin(path), part, within: None }
    }

    /// Where what stands at `path` was written.
    pub fn origin(&self, path: &Path) -> Path {
        origin(&self.origins, path)
    }

    fn moved(&mut self, from: &Path, to: &Path) {
        let written = self.origin(from);
        let below: Vec<(Path, Path)> = self
            .origins
            .iter()
            .filter(|(it, _)| from.contains(it) && *it != from)
            .map(|(it, written)| (rebase(it, from, to), written.clone()))
            .collect();
        self.origins.retain(|it, _| !from.contains(it) && !to.contains(it));
        self.origins.insert(to.clone(), written);
        self.origins.extend(below);
    }
}

/// Where what stands at `path` was written: as the nearest entry of `origins` at or above it says.
pub fn origin(origins: &BTreeMap<Path, Path>, path: &Path) -> Path {
    if origins.is_empty() {
        return path.clone();
    }
    let mut above = path.clone();
    loop {
        if let Some(written) = origins.get(&above) {
            return rebase(path, &above, written);
        }
        if above.last().is_none() {
            return path.clone();
        }
        above.pop();
    }
}

/// `path`, which lies at or below `from`, below `to` instead.
fn rebase(path: &Path, from: &Path, to: &Path) -> Path {
    let below = path.segments().iter().skip(from.segments().len());
    below.fold(to.clone(), |path, it| path.join(it.clone()))
}

/// Changes the value at `path` in place, if there is one.
fn edit(value: &mut Value, path: &Path, change: impl FnOnce(&mut Value)) {
    fn step(value: &mut Value, segments: &[Segment], change: impl FnOnce(&mut Value)) {
        let Some((first, rest)) = segments.split_first() else { return change(value) };
        match (value, first) {
            (Value::Array(items), Segment::Index(index)) => {
                if let Some(item) = Arc::make_mut(items).get_mut(*index as usize) {
                    step(item, rest, change);
                }
            }
            (Value::Object(object), Segment::Key(key)) => {
                if let Some(item) = Arc::make_mut(object).get_mut(key) {
                    step(item, rest, change);
                }
            }
            _ => {}
        }
    }
    step(value, path.segments(), change);
}

/// Gives an entry another key, in its place.
fn rename(value: &mut Value, path: &Path, key: &str) {
    let Some(Segment::Key(old)) = path.last() else { return };
    edit(value, &path.parent(), |parent| {
        let Value::Object(object) = parent else { return };
        let renamed: Object = object
            .iter()
            .map(|(name, value)| (if name == old { key.into() } else { name.clone() }, value.clone()))
            .collect();
        *parent = Value::from(renamed);
    });
}

/// Writes a value at a path; mappings on the way are made.
fn set(value: &mut Value, path: &Path, new: Value) {
    let mut at = Path::root();
    for segment in path.segments() {
        edit(value, &at, |parent| {
            let Segment::Key(key) = segment else { return };
            if !matches!(parent, Value::Object(_)) {
                *parent = Value::from(Object::new());
            }
            if let Value::Object(object) = parent
                && !object.contains_key(key)
            {
                Arc::make_mut(object).insert(key.clone(), Value::Null);
            }
        });
        at.push(segment.clone());
    }
    edit(value, path, |it| *it = new);
}

fn take(value: &mut Value, path: &Path) -> Option<Value> {
    let mut taken = None;
    edit(value, &path.parent(), |parent| match (parent, path.last()) {
        (Value::Object(object), Some(Segment::Key(key))) => taken = Arc::make_mut(object).remove(key),
        (Value::Array(items), Some(Segment::Index(index))) if (*index as usize) < items.len() => {
            taken = Some(Arc::make_mut(items).remove(*index as usize));
        }
        _ => {}
    });
    taken
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::{Content, Database, Db as _, System};

    struct Nothing;
    impl System for Nothing {
        fn read(&self, _: &str) -> Content {
            Content::Missing
        }
    }

    #[test]
    fn values_remember_where_they_were_written() {
        let db = Database::new(Arc::new(Nothing));
        let value =
            crate::json!({ "defaults": { "stage": "dev", "vpc": { "ids": ["a"] } }, "provider": "aws" });
        let mut draft = Draft::new(db.file("serverless.yml"), value);
        draft.put(&Path::from(["provider"]), crate::json!({ "name": "aws" }), &Path::from(["provider"]));
        draft.relocate(&Path::from(["defaults", "stage"]), &Path::from(["provider", "stage"]));
        draft.relocate(&Path::from(["defaults", "vpc"]), &Path::from(["provider", "network"]));
        draft.rename(&Path::from(["provider", "network", "ids"]), "subnetIds");
        draft.remove(&Path::from(["defaults"]));
        assert_eq!(
            draft.value.to_json(),
            r#"{"provider":{"name":"aws","stage":"dev","network":{"subnetIds":["a"]}}}"#
        );
        let origin =
            |path: &[&str]| draft.origin(&path.iter().map(|it| Segment::from(*it)).collect()).to_string();
        assert_eq!(origin(&["provider", "stage"]), "defaults.stage");
        assert_eq!(origin(&["provider", "network", "subnetIds"]), "defaults.vpc.ids");
        assert_eq!(origin(&["service"]), "service");
        assert_eq!(draft.changes.len(), 5, "`defaults` is removed once");
    }
}
