//! Where in the configuration a value of the template was written: at its own place in `resources`, or in what made the
//! resource, where lowering copied it from.

use std::cell::RefCell;
use std::ops::Range;

use ecow::EcoString;
use rustc_hash::FxHashMap;

use super::Facts;
use super::index::{self, Kind, Owner, Reference};
use super::state_machine::plugin;
use crate::diagnostic::Place;
use crate::path::{Path, Segment};
use crate::value::Value;

/// Values that were looked for in the whole configuration, as JSON, and where they stand.
pub type Known = RefCell<FxHashMap<EcoString, Option<Path>>>;

/// The sections of the configuration whose values lowering copies.
const COPIED: [&str; 4] = ["provider", "functions", "layers", "resources"];

/// The keys whose texts are names of conditions and logical ids.
const NAMES: [&str; 6] = ["Condition", "DependsOn", "condition", "deadLetterTargetRef", "dependsOn", "role"];

impl Facts<'_> {
    /// The path in the configuration of `holder`, a value in the entry `owner` of the template; `None` if it was not
    /// written by the user.
    pub fn path_of(&self, owner: Owner<'_>, holder: &Value) -> Option<Path> {
        if owner.section == plugin::SECTION {
            return plugin::path_of(self, holder);
        }
        let own = || {
            let body = self.section(owner.section)?.get(owner.id)?;
            let mut below = index::steps(body, holder)?;
            below.push(Segment::from(owner.id));
            below.reverse();
            self.written_as(owner.section, &below, holder)
        };
        own().or_else(|| self.copied_from(owner, holder))
    }

    /// As [`Facts::written`], where what is written equals `holder`, or is a list of it alone.
    fn written_as(&self, section: &str, below: &[Segment], holder: &Value) -> Option<Path> {
        let is_same = |path: &Path| self.config.at(path) == Some(holder);
        let at = self.written(section, below).filter(is_same);
        at.or_else(|| {
            // What was written by itself became a list.
            let (_, list) = below.split_last().filter(|(last, _)| matches!(last, Segment::Index(_)))?;
            self.written(section, list).filter(is_same)
        })
    }

    fn copied_from(&self, owner: Owner<'_>, holder: &Value) -> Option<Path> {
        let origins = if owner.section == "Resources" { self.index.origins.get(owner.id) } else { None };
        let near = |path: &&Path| search(self.config.at(path)?, path, holder);
        let near = origins.into_iter().flatten().rev().find_map(near);
        near.or_else(|| self.anywhere(holder))
    }

    fn anywhere(&self, holder: &Value) -> Option<Path> {
        let key = EcoString::from(holder.to_json());
        let known = self.places.borrow().get(&key).cloned();
        known.unwrap_or_else(|| {
            let found =
                COPIED.iter().find_map(|name| search(self.config.get(name)?, &Path::from([*name]), holder));
            self.places.borrow_mut().insert(key, found.clone());
            found
        })
    }

    /// The text of the id that a reference names, where it was written under the key that lowering made the
    /// reference's of; where that is not known as [`Facts::target_place`].
    pub fn place_under_key(&self, reference: &Reference<'_>) -> Option<Place> {
        let is_key = |path: &Path| {
            let mut steps = path.segments().iter();
            steps.any(|it| matches!(it, Segment::Key(key) if key.eq_ignore_ascii_case(reference.key)))
        };
        let provider = Path::from(["provider"]);
        let origins = self.index.origins.get(reference.owner.id).into_iter().flatten().rev().copied();
        let copied = || {
            let mut found = None;
            for root in origins.chain([&provider]) {
                self.config.at(root)?.visit(&mut root.clone(), &mut |at, value| {
                    if found.is_none() && value == reference.holder && is_key(at) {
                        found = Some(at.clone());
                    }
                    found.is_none()
                });
            }
            found
        };
        let is_own = self.written(reference.owner.section, &[Segment::from(reference.owner.id)]).is_some();
        match if is_own { None } else { copied() } {
            Some(path) => Some(self.piece(reference, &path, false)),
            None => self.target_place(reference),
        }
    }

    /// The text of the id that a reference names.
    pub fn target_place(&self, reference: &Reference<'_>) -> Option<Place> {
        match self.path_of(reference.owner, reference.holder) {
            Some(path) => Some(self.piece(reference, &path, false)),
            // A name of which lowering made the reference.
            None => {
                let path = self.copied_from(reference.owner, &Value::from(reference.target))?;
                Some(inside(path, 0..reference.target.len()))
            }
        }
    }

    /// The text of the attribute that a reference names.
    pub fn attribute_place(&self, reference: &Reference<'_>) -> Option<Place> {
        let path = self.path_of(reference.owner, reference.holder)?;
        Some(self.piece(reference, &path, true))
    }

    fn piece(&self, reference: &Reference<'_>, path: &Path, attribute: bool) -> Place {
        let (target, name) = (reference.target, reference.attribute.unwrap_or_default());
        let after = target.len() + 1;
        let part = if attribute { after..after + name.len() } else { 0..target.len() };
        match reference.kind {
            Kind::DependsOn => inside(path.clone(), part),
            Kind::Ref => inside(path.join("Ref"), part),
            Kind::GetAtt => {
                let path = path.join("Fn::GetAtt");
                match reference.holder.get("Fn::GetAtt") {
                    Some(Value::Array(_)) => {
                        let length = if attribute { name.len() } else { target.len() };
                        inside(path.join(usize::from(attribute)), 0..length)
                    }
                    _ => inside(path, part),
                }
            }
            Kind::Sub => {
                let argument = reference.holder.get("Fn::Sub");
                let path = path.join("Fn::Sub");
                let path =
                    if argument.is_some_and(|it| it.as_array().is_some()) { path.join(0) } else { path };
                let text = argument.and_then(|it| index::sub(it).0).unwrap_or_default();
                let whole = |it: &index::SubName<'_>| {
                    let rest = it.text.strip_prefix(target);
                    rest.is_some_and(|rest| match reference.attribute {
                        Some(name) => rest.strip_prefix('.') == Some(name),
                        None => rest.is_empty(),
                    })
                };
                let start = index::sub_names(text).find(whole).map_or(0, |it| it.start);
                inside(path, start + part.start..start + part.end)
            }
        }
    }

    /// What in the configuration made an entry of the template: its key.
    pub fn entry_place(&self, owner: Owner<'_>) -> Option<Place> {
        let id = Segment::from(owner.id);
        let own = self.written(owner.section, std::slice::from_ref(&id));
        let origin = || self.index.origins.get(owner.id).and_then(|it| it.last()).map(|it| (*it).clone());
        own.or_else(origin).map(Place::key)
    }
}

/// A piece of the text at `path`.
pub fn inside(path: Path, within: Range<usize>) -> Place {
    Place::Inside { path, within }
}

/// The path of the first value equal to `wanted` below `root`, whose path is `path`. A plain text counts only under a
/// key whose texts are names.
fn search(root: &Value, path: &Path, wanted: &Value) -> Option<Path> {
    let is_text = wanted.as_str().is_some();
    let names = |at: &Path| {
        let keys = at.segments().iter().rev().take(2);
        keys.into_iter().any(|it| matches!(it, Segment::Key(key) if NAMES.contains(&key.as_str())))
    };
    let mut found = None;
    root.visit(&mut path.clone(), &mut |at, value| {
        if found.is_none() && value == wanted && (!is_text || names(at)) {
            found = Some(at.clone());
        }
        found.is_none()
    });
    found
}
