//! Fixes as changes of texts: which of them go together, and the text behind them.

use std::ops::Range;

use crate::db::{Content, Db, File, Service};
use crate::diagnostic::{Diagnostic, Fix, render};
use crate::locate::locate;

/// A replacement of characters of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replacement {
    /// The file.
    pub file: File,
    /// Byte offsets.
    pub range: Range<usize>,
    /// The new text.
    pub text: String,
}

/// A fix of one finding, with its characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mending {
    /// The rule whose finding it mends.
    pub rule: &'static str,
    /// What it does.
    pub title: String,
    /// What is wrong.
    pub message: String,
    /// The changes.
    pub replacements: Vec<Replacement>,
}

/// The changes that a fix means.
pub fn replacements(db: &dyn Db, service: Service, fix: &Fix) -> Vec<Replacement> {
    let one = |it: &crate::diagnostic::Edit| {
        let span = locate(db, service, &it.at);
        let text = render::as_written(span.file.path(db), &it.text);
        Replacement { file: span.file, range: span.range, text }
    };
    fix.edits.iter().map(one).collect()
}

/// The safe fixes of findings, one for each finding that has one. Nothing is changed in what a program gives, nor in
/// packages of others.
pub fn safe(db: &dyn Db, service: Service, found: &[Diagnostic]) -> Vec<Mending> {
    let mending = |it: &Diagnostic| {
        let fix = it.fixes.iter().find(|it| it.safe)?;
        let replacements = replacements(db, service, fix);
        let own = |it: &Replacement| {
            matches!(it.file.content(db), Content::Text(_)) && !it.file.path(db).contains("/node_modules/")
        };
        let whole = !replacements.is_empty() && replacements.iter().all(own);
        whole.then(|| Mending {
            rule: it.rule.id,
            title: fix.title.to_string(),
            message: it.message.to_string(),
            replacements,
        })
    };
    found.iter().filter_map(mending).collect()
}

/// Those that can be done at once: where two touch the same characters, the first alone.
pub fn disjoint(mendings: Vec<Mending>) -> Vec<Mending> {
    let mut kept: Vec<Mending> = Vec::new();
    for mending in mendings {
        let taken = kept.iter().flat_map(|it| &it.replacements);
        let free = taken.clone().all(|one| mending.replacements.iter().all(|other| !touch(one, other)));
        if free {
            kept.push(mending);
        }
    }
    kept
}

fn touch(one: &Replacement, other: &Replacement) -> bool {
    one.file == other.file && one.range.start <= other.range.end && other.range.start <= one.range.end
}

/// The text of `file` behind the changes of it among `replacements`, which do not touch each other.
pub fn applied<'a>(text: &str, file: File, replacements: impl Iterator<Item = &'a Replacement>) -> String {
    let mut own: Vec<&Replacement> = replacements.filter(|it| it.file == file).collect();
    own.sort_by_key(|it| (it.range.start, it.range.end));
    let mut out = String::with_capacity(text.len() + 64);
    let mut done = 0;
    for replacement in own {
        let Some(kept) = text.get(done..replacement.range.start) else { continue };
        out.push_str(kept);
        out.push_str(&replacement.text);
        done = replacement.range.end;
    }
    out.push_str(text.get(done..).unwrap_or_default());
    out
}
