//! A text under repair: edits that keep the line breaks, and the way back from its offsets to those of the original.

use crate::Range;

/// The text with the edits made so far.
pub(crate) struct Patched {
    /// The text as it is now.
    pub text: String,
    edits: Vec<Edit>,
}

struct Edit {
    at: usize,
    removed: usize,
    inserted: usize,
}

/// Which side of removed text an offset belongs to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Before,
    After,
}

impl Patched {
    /// No edits yet.
    pub(crate) fn new(text: &str) -> Self {
        Patched { text: text.to_owned(), edits: Vec::new() }
    }

    /// Puts `with` in the place of `range`; answers whether that changes anything.
    pub(crate) fn replace(&mut self, range: Range, with: &str) -> bool {
        let Some(old) = self.text.get(range.clone()) else { return false };
        if old == with {
            return false;
        }
        self.edits.push(Edit { at: range.start, removed: range.len(), inserted: with.len() });
        self.text.replace_range(range, with);
        true
    }

    /// Overwrites `range` with spaces, except its line breaks; answers whether that changes anything.
    pub(crate) fn blank(&mut self, range: Range) -> bool {
        let Some(old) = self.text.get(range.clone()) else { return false };
        if old.bytes().all(|it| matches!(it, b' ' | b'\n' | b'\r')) {
            return false;
        }
        let blank: String =
            old.bytes().map(|it| if matches!(it, b'\n' | b'\r') { it.into() } else { ' ' }).collect();
        // Every byte keeps its place, so there is no edit to remember.
        self.text.replace_range(range, &blank);
        true
    }

    /// The range of the original text that a range of this text came from.
    pub(crate) fn origin(&self, original: &str, range: &Range) -> Range {
        let start = original.floor_char_boundary(self.back(range.start, Side::After));
        let side = if range.is_empty() { Side::After } else { Side::Before };
        let end = original.floor_char_boundary(self.back(range.end, side));
        start..end.max(start)
    }

    fn back(&self, offset: usize, side: Side) -> usize {
        self.edits.iter().rev().fold(offset, |offset, edit| {
            let behind = edit.at + edit.inserted;
            if offset < edit.at || (offset == edit.at && (edit.inserted > 0 || side == Side::Before)) {
                offset
            } else if offset >= behind {
                offset - edit.inserted + edit.removed
            } else {
                edit.at
            }
        })
    }
}
