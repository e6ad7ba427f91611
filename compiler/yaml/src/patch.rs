//! A text under repair: edits that keep the line breaks, and the way back from its offsets to those of the original.

use crate::Range;

/// The text with the edits made so far.
pub(crate) struct Patched {
    /// The text as it is now.
    pub text: String,
    /// What was done, step by step; the edits of a step in the order of the text.
    steps: Vec<Vec<Edit>>,
}

#[derive(Clone, Copy)]
struct Edit {
    /// Where it is in the text before the step,
    before: usize,
    /// and in the text after it.
    after: usize,
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
        Patched { text: text.to_owned(), steps: Vec::new() }
    }

    /// Replaces ranges that do not overlap; answers whether that changes anything.
    pub(crate) fn apply(&mut self, mut edits: Vec<(Range, String)>) -> bool {
        edits.retain(|(range, with)| self.text.get(range.clone()).is_some_and(|old| old != with));
        edits.sort_by_key(|it| (it.0.start, it.0.end));
        let mut text = String::with_capacity(self.text.len() + 16);
        let mut step = Vec::with_capacity(edits.len());
        let mut done = 0;
        for (range, with) in edits {
            let Some(kept) = self.text.get(done..range.start) else { continue };
            text.push_str(kept);
            let (removed, inserted) = (range.len(), with.len());
            step.push(Edit { before: range.start, after: text.len(), removed, inserted });
            text.push_str(&with);
            done = range.end;
        }
        if step.is_empty() {
            return false;
        }
        text.push_str(self.text.get(done..).unwrap_or_default());
        self.text = text;
        self.steps.push(step);
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
        self.steps.iter().rev().fold(offset, |offset, step| {
            let index = step.partition_point(|it| it.after <= offset);
            let Some(edit) = index.checked_sub(1).and_then(|it| step.get(it)) else { return offset };
            let inside = offset - edit.after;
            if inside < edit.inserted || (inside == 0 && side == Side::Before) {
                edit.before
            } else {
                edit.before + edit.removed + inside - edit.inserted
            }
        })
    }
}
