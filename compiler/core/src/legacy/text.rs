//! Changes of a configuration written into its text: what does not change stays as it is, comments and order too.

mod snippet;

use std::ops::Range;

use ecow::{EcoString, eco_format};
use slsc_yaml::{NodeId, NodeKind, Parsed, Tree};

use self::snippet::Snippet;
use super::draft::Change;
use super::write;
use crate::document::{self, find};
use crate::path::{Path, Segment};
use crate::value::{Object, Value};

/// A change that cannot be written into this text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unwritable {
    /// The entry.
    pub path: Path,
    /// Why not.
    pub reason: EcoString,
}

/// The text with the changes made, one after the other.
pub fn apply(text: &str, changes: &[Change]) -> Result<String, Unwritable> {
    let crlf = text.contains("\r\n");
    let mut text = text.replace("\r\n", "\n");
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    for change in changes {
        text = Edit::new(&text).make(change)?;
    }
    Ok(if crlf { text.replace('\n', "\r\n") } else { text })
}

/// The one replacement that makes `new` of `old`: whole lines, or nothing if they are equal.
pub fn replacement(old: &str, new: &str) -> Option<(Range<usize>, EcoString)> {
    if old == new {
        return None;
    }
    let lines = |text: &str| -> Vec<usize> {
        std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect()
    };
    let same = old.bytes().zip(new.bytes()).take_while(|(a, b)| a == b).count();
    let start = lines(old).into_iter().rfind(|it| *it <= same).unwrap_or_default();
    let most = old.len().min(new.len()) - start;
    let same = old.bytes().rev().zip(new.bytes().rev()).take(most).take_while(|(a, b)| a == b).count();
    let end = lines(old).into_iter().find(|it| *it >= old.len() - same).unwrap_or(old.len());
    let tail = old.len() - end;
    Some((start..end, new.get(start..new.len() - tail)?.into()))
}

/// One change of one text.
struct Edit<'a> {
    text: &'a str,
    parsed: Parsed,
}

/// An entry of a mapping, as it stands in the text.
#[derive(Clone, Copy)]
struct Entry {
    mapping: NodeId,
    key: NodeId,
    value: NodeId,
}

impl<'a> Edit<'a> {
    fn new(text: &'a str) -> Edit<'a> {
        Edit { text, parsed: document::parse(text) }
    }

    fn tree(&self) -> &Tree {
        &self.parsed.tree
    }

    fn make(&self, change: &Change) -> Result<String, Unwritable> {
        match change {
            Change::Rename { path, key } => {
                let entry = self.entry(path)?;
                Ok(self.with(self.tree().node(entry.key).range.clone(), &write::scalar(key)))
            }
            Change::Put { path, value } => self.put(path, value),
            Change::Remove { path } => {
                let entry = self.entry(path)?;
                let (range, comments) = self.removal(entry);
                Ok(self.with(range, &comments))
            }
            Change::Disable { path } => self.disable(path),
            Change::Relocate { from, to } => self.relocate(from, to),
        }
    }

    fn with(&self, range: Range<usize>, new: &str) -> String {
        let before = self.text.get(..range.start).unwrap_or_default();
        let after = self.text.get(range.end..).unwrap_or_default();
        format!("{before}{new}{after}")
    }

    fn unwritable<T>(&self, path: &Path, reason: &str) -> Result<T, Unwritable> {
        Err(Unwritable { path: path.clone(), reason: reason.into() })
    }

    /// The entry at `path`, written in this text and not by an alias or a merge.
    fn entry(&self, path: &Path) -> Result<Entry, Unwritable> {
        let found = self.lookup(path);
        match found {
            Some((Some(key), value)) => match self.tree().parent(key) {
                Some(mapping) if !self.is_shared(mapping) => Ok(Entry { mapping, key, value }),
                _ => self.unwritable(path, "it is shared through an anchor"),
            },
            _ => self.unwritable(path, "it is not written as an entry of its own"),
        }
    }

    /// The key and the value at `path`, if the text has them.
    fn lookup(&self, path: &Path) -> Option<(Option<NodeId>, NodeId)> {
        let found = find(self.tree(), self.tree().root()?, path);
        (found.steps == path.segments().len()).then_some((found.key, found.value))
    }

    /// Whether an alias stands for this node or one above it, so that a change here is one elsewhere, too.
    fn is_shared(&self, node: NodeId) -> bool {
        let tree = self.tree();
        let mut at = Some(node);
        while let Some(id) = at {
            if tree.node(id).anchor.is_some() && self.has_alias_of(id) {
                return true;
            }
            at = tree.parent(id);
        }
        false
    }

    fn has_alias_of(&self, target: NodeId) -> bool {
        let tree = self.tree();
        tree.ids().any(|it| matches!(tree.node(it).kind, NodeKind::Alias(_)) && tree.target(it) == target)
    }

    fn is_flow(&self, collection: NodeId) -> bool {
        let start = self.tree().node(collection).range.start;
        self.text.get(start..).is_some_and(|it| it.starts_with(['{', '[']))
    }

    fn line_start(&self, offset: usize) -> usize {
        self.text.get(..offset).and_then(|it| it.rfind('\n')).map_or(0, |it| it + 1)
    }

    /// The start of the line behind that of `offset`.
    fn line_end(&self, offset: usize) -> usize {
        self.text.get(offset..).and_then(|it| it.find('\n')).map_or(self.text.len(), |it| offset + it + 1)
    }

    fn column(&self, node: NodeId) -> usize {
        let start = self.tree().node(node).range.start;
        start - self.line_start(start)
    }

    /// The end of a value's last character.
    fn value_end(&self, entry: Entry) -> usize {
        let value = self.tree().node(entry.value).range.end;
        let end = value.max(self.tree().node(entry.key).range.end);
        self.text.get(..end).map_or(end, |it| it.trim_end().len())
    }

    /// The whole lines of a block entry: with the comment behind it, and those below it that are indented deeper.
    fn lines(&self, entry: Entry) -> Range<usize> {
        let start = self.line_start(self.tree().node(entry.key).range.start);
        let column = self.column(entry.key);
        let mut end = self.line_end(self.value_end(entry));
        let mut at = end;
        while let Some(line) = self.text.get(at..self.line_end(at)).filter(|it| !it.is_empty()) {
            let trimmed = line.trim_start_matches(' ');
            if trimmed.starts_with('#') && line.len() - trimmed.len() > column {
                end = at + line.len();
            } else if !trimmed.trim().is_empty() {
                break;
            }
            at += line.len();
        }
        start..end
    }

    /// Whether the key stands behind the dash of a list item.
    fn follows_dash(&self, key: NodeId) -> bool {
        let start = self.tree().node(key).range.start;
        self.text.get(self.line_start(start)..start).is_some_and(|it| it.contains('-'))
    }

    fn entries(&self, mapping: NodeId) -> &[slsc_yaml::Entry] {
        match &self.tree().node(mapping).kind {
            NodeKind::Mapping(entries) => entries,
            _ => &[],
        }
    }

    /// The characters that go with an entry, and the comments among them that stay.
    fn removal(&self, entry: Entry) -> (Range<usize>, String) {
        let entries = self.entries(entry.mapping);
        let index = entries.iter().position(|it| it.key == entry.key).unwrap_or_default();
        let key_start = self.tree().node(entry.key).range.start;
        let start_of = |it: &slsc_yaml::Entry| self.tree().node(it.key).range.start;
        if self.is_flow(entry.mapping) {
            return match (entries.get(index + 1), index.checked_sub(1).and_then(|it| entries.get(it))) {
                (Some(next), _) => (key_start..start_of(next), String::new()),
                (None, Some(before)) => {
                    let before = Entry { mapping: entry.mapping, key: before.key, value: before.value };
                    (self.value_end(before)..self.value_end(entry), String::new())
                }
                (None, None) => (key_start..self.value_end(entry), String::new()),
            };
        }
        if self.follows_dash(entry.key) {
            return match entries.get(index + 1) {
                Some(next) => (key_start..start_of(next), String::new()),
                None => (key_start..self.value_end(entry), String::new()),
            };
        }
        let lines = self.lines(entry);
        let indent = " ".repeat(self.column(entry.key));
        let inside = self.text.get(lines.clone()).unwrap_or_default().lines().map(str::trim);
        let comments: String =
            inside.filter(|it| it.starts_with('#')).map(|it| format!("{indent}{it}\n")).collect();
        let mut lines = lines;
        let before = self.text.get(..lines.start).unwrap_or_default();
        if comments.is_empty()
            && before.ends_with("\n\n")
            && self.text.get(lines.end..).is_some_and(|it| it.starts_with('\n'))
        {
            // Of the blank lines around it, one stays.
            lines.end += 1;
        }
        (lines, comments)
    }

    /// Makes a comment of an entry.
    fn disable(&self, path: &Path) -> Result<String, Unwritable> {
        let entry = self.entry(path)?;
        if self.is_flow(entry.mapping) || self.follows_dash(entry.key) {
            let (range, comments) = self.removal(entry);
            return Ok(self.with(range, &comments));
        }
        let lines = self.lines(entry);
        let column = self.column(entry.key);
        let text = self.text.get(lines.clone()).unwrap_or_default();
        let commented: String = text
            .lines()
            .map(|line| match line.split_at_checked(column) {
                Some((indent, rest)) if !rest.trim().is_empty() => format!("{indent}# {rest}\n"),
                _ => format!("{line}\n"),
            })
            .collect();
        Ok(self.with(lines, &commented))
    }

    fn put(&self, path: &Path, value: &Value) -> Result<String, Unwritable> {
        let Some((key, node)) = self.lookup(path) else { return self.insert(path, value, None) };
        if self.is_shared(node) {
            return self.unwritable(path, "it is shared through an anchor");
        }
        let tree = self.tree();
        let written = tree.node(node);
        let parent = tree.parent(node);
        let in_flow = parent.is_some_and(|it| self.is_flow(it));
        // Below a tag, the tag stays.
        let keeps_tag =
            written.tag.is_some() && self.lookup(&path.parent()).is_some_and(|(_, it)| it == node);
        let start = match &written.tag {
            Some(tag) if !keeps_tag => tag.range.start.min(written.range.start),
            _ => written.range.start,
        };
        let (Some(key), false, false) = (key, in_flow, keeps_tag) else {
            let text = if in_flow { write::flow(value) } else { write::inline(value) };
            return Ok(self.with(start..written.range.end, &text));
        };
        let entry = Entry { mapping: parent.unwrap_or(node), key, value: node };
        let key_end = self.after_colon(entry);
        let end = self.value_end(entry).max(key_end);
        let comment = self.trailing_comment(entry);
        let column = self.column(key);
        let inner = self.inner_comments(start..end, column + 2);
        let body = match write::block(value, column + 2) {
            Some(lines) => format!("{comment}\n{inner}{}", lines.trim_end_matches('\n')),
            None if inner.is_empty() => format!(" {}{comment}", write::inline(value)),
            None => {
                let inner = inner.trim_start_matches(' ');
                format!(" {} {}", write::inline(value), inner.trim_end().replace('\n', " "))
            }
        };
        let line_end = self.line_end(end).saturating_sub(1).max(end);
        Ok(self.with(key_end..line_end, &body))
    }

    /// Behind the colon of an entry.
    fn after_colon(&self, entry: Entry) -> usize {
        let key_end = self.tree().node(entry.key).range.end;
        self.text.get(key_end..).and_then(|it| it.find(':')).map_or(key_end, |it| key_end + it + 1)
    }

    /// The comment at the end of the entry's last line, with a space before it.
    fn trailing_comment(&self, entry: Entry) -> String {
        let end = self.value_end(entry).max(self.after_colon(entry));
        let rest = self.text.get(end..self.line_end(end)).unwrap_or_default().trim();
        if rest.starts_with('#') { format!(" {rest}") } else { String::new() }
    }

    /// The comments of a range, as lines.
    fn inner_comments(&self, range: Range<usize>, indent: usize) -> String {
        let inside =
            self.tree().comments().iter().filter(|it| range.start <= it.start && it.end <= range.end);
        let indent = " ".repeat(indent);
        inside
            .filter_map(|it| self.text.get(it.clone()))
            .map(|it| format!("{indent}{}\n", it.trim_end()))
            .collect()
    }

    /// Writes an entry that is not there yet; `lines` is its text if it has one already.
    fn insert(&self, path: &Path, value: &Value, lines: Option<Snippet<'_>>) -> Result<String, Unwritable> {
        let Some(Segment::Key(key)) = path.last() else {
            return self.unwritable(path, "it is an item of a list");
        };
        let parent = path.parent();
        let Some((holder_key, mapping)) = self.lookup(&parent) else {
            let whole = Value::from(Object::from_iter([(key.clone(), value.clone())]));
            return self.insert(&parent, &whole, lines.map(|it| it.below(key)));
        };
        if self.is_shared(mapping) {
            return self.unwritable(path, "its mapping is shared through an anchor");
        }
        let entries = self.entries(mapping);
        if self.is_flow(mapping) && !path.segments().is_empty() {
            let end = self.tree().node(mapping).range.end;
            let close = self.text.get(..end).and_then(|it| it.rfind('}')).unwrap_or(end);
            let inside = self.text.get(..close).map_or(close, |it| it.trim_end().len());
            let comma = if entries.is_empty() { " " } else { ", " };
            let text = format!("{comma}{}: {} ", write::scalar(key), write::flow(value));
            return Ok(self.with(inside..close, &text));
        }
        let Some(last) = entries.last().copied() else {
            let Some(holder) = holder_key else {
                return Ok(format!("{}{}", self.text, write::entry(key, value, 0)));
            };
            let whole = Value::from(Object::from_iter([(key.clone(), value.clone())]));
            let entry = Entry { mapping, key: holder, value: mapping };
            let at = self.line_end(self.value_end(entry).max(self.after_colon(entry)));
            let column = self.column(holder) + 2;
            let text = match lines {
                Some(snippet) => snippet.at(key, column),
                None => write::block(&whole, column).unwrap_or_default(),
            };
            return Ok(self.with(at..at, &text));
        };
        let column = entries.first().map_or(0, |it| self.column(it.key));
        let after = self.sibling_before(mapping, key).unwrap_or(last);
        let at = self.lines(Entry { mapping, key: after.key, value: after.value }).end;
        let text = match lines {
            Some(snippet) => snippet.at(key, column),
            None => write::entry(key, value, column),
        };
        let gap = if parent.segments().is_empty() { "\n" } else { "" };
        Ok(self.with(at..at, &format!("{gap}{text}")))
    }

    /// What a new section of the root follows: the provider, or the name of the service.
    fn sibling_before(&self, mapping: NodeId, key: &str) -> Option<slsc_yaml::Entry> {
        let is_root = self.tree().parent(mapping).is_none();
        let named = |it: &&slsc_yaml::Entry| {
            let name = document::key_text(self.tree(), it.key);
            if key == "configValidationMode" { name == "service" } else { name == "provider" }
        };
        let follows = matches!(key, "params" | "custom" | "package" | "configValidationMode");
        self.entries(mapping).iter().filter(|_| is_root && follows).rfind(named).copied()
    }

    fn relocate(&self, from: &Path, to: &Path) -> Result<String, Unwritable> {
        let entry = self.entry(from)?;
        let value = self.value_at(from);
        let removal = self.removal(entry);
        let in_block = !self.is_flow(entry.mapping) && !self.follows_dash(entry.key);
        let mut lines = self.lines(entry);
        if in_block {
            lines.start = self.comments_above(entry);
        }
        let text = self.text.get(lines.clone()).unwrap_or_default();
        let without = if in_block { self.with(lines, "") } else { self.with(removal.0, &removal.1) };
        let column = self.column(entry.key);
        let snippet = Snippet { text, column, key: self.key_text(entry), below: Vec::new() };
        Edit::new(&without).insert(to, &value, in_block.then_some(snippet))
    }

    fn key_text(&self, entry: Entry) -> &str {
        self.text.get(self.tree().node(entry.key).range.clone()).unwrap_or_default()
    }

    fn value_at(&self, path: &Path) -> Value {
        let value = document::value(&self.parsed);
        value.at(path).cloned().unwrap_or_default()
    }

    /// The start of the comments that stand directly above an entry, at its column.
    fn comments_above(&self, entry: Entry) -> usize {
        let mut start = self.line_start(self.tree().node(entry.key).range.start);
        let column = self.column(entry.key);
        while start > 0 {
            let above = self.line_start(start - 1);
            let line = self.text.get(above..start).unwrap_or_default();
            let trimmed = line.trim_start_matches(' ');
            if !trimmed.starts_with('#') || line.len() - trimmed.len() != column {
                break;
            }
            start = above;
        }
        start
    }
}

/// Whether a text says `expected` once read; an empty mapping and nothing are the same.
pub fn says(text: &str, expected: &Value) -> Result<(), Unwritable> {
    fn differ(a: &Value, b: &Value, path: &mut Path) -> bool {
        let empty = |it: &Value| it.is_null() || it.as_object().is_some_and(Object::is_empty);
        match (a, b) {
            (a, b) if empty(a) && empty(b) => false,
            (Value::Object(a), Value::Object(b)) => {
                let keys = a.keys().chain(b.keys().filter(|it| !a.contains_key(it)));
                for key in keys {
                    let nothing = Value::Null;
                    path.push(key);
                    if differ(a.get(key).unwrap_or(&nothing), b.get(key).unwrap_or(&nothing), path) {
                        return true;
                    }
                    path.pop();
                }
                false
            }
            (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
                for (index, (a, b)) in a.iter().zip(b.iter()).enumerate() {
                    path.push(index);
                    if differ(a, b, path) {
                        return true;
                    }
                    path.pop();
                }
                false
            }
            (a, b) => a != b,
        }
    }
    let parsed = document::parse(text);
    let mut path = Path::root();
    if let Some(problem) = parsed.problems.first() {
        return Err(Unwritable {
            path,
            reason: eco_format!("the new text would not be YAML: {}", problem.message),
        });
    }
    if differ(&document::value(&parsed), expected, &mut path) {
        return Err(Unwritable {
            path,
            reason: "the text is written in a way that cannot be changed by itself".into(),
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    fn path(text: &str) -> Path {
        let segment = |it: &str| it.parse::<usize>().map_or_else(|_| Segment::from(it), Segment::from);
        text.split('.').map(segment).collect()
    }

    fn put(at: &str, value: Value) -> Change {
        Change::Put { path: path(at), value }
    }

    fn relocate(from: &str, to: &str) -> Change {
        Change::Relocate { from: path(from), to: path(to) }
    }

    #[test]
    fn entries_move_with_their_comments() {
        let text = "provider: aws # ours\n\n# what holds for all\ndefaults:\n  # live or test\n  stage: live # yes\n  # memory: 1\n  region: eu-west-1\nfunctions:\n  a:\n    handler: a.b\n";
        let changes = [
            put("provider", json!({ "name": "aws" })),
            relocate("defaults.stage", "provider.stage"),
            relocate("defaults.region", "provider.region"),
            Change::Remove { path: path("defaults") },
        ];
        assert_eq!(
            apply(text, &changes).unwrap(),
            "provider: # ours\n  name: aws\n  # live or test\n  stage: live # yes\n  # memory: 1\n  region: eu-west-1\n\n# what holds for all\nfunctions:\n  a:\n    handler: a.b\n"
        );
    }

    #[test]
    fn entries_move_below_mappings_that_are_made_for_them() {
        let text = "p:\n  name: aws\n  # may do\n  old:\n    - a: 1 # one\n";
        assert_eq!(
            apply(text, &[relocate("p.old", "p.iam.role.new")]).unwrap(),
            "p:\n  name: aws\n  iam:\n    role:\n      # may do\n      new:\n        - a: 1 # one\n"
        );
    }

    #[test]
    fn flow_mappings_and_list_items_change_in_place() {
        let text = "p: {name: aws, stage: dev, region: x}\nl:\n  - a: 1\n    b: 2\n  - c: 3\n";
        let changes = [
            Change::Remove { path: path("p.stage") },
            put("p.size", json!(5)),
            Change::Remove { path: path("l.0.a") },
            put("l.1.c", json!("x: y")),
            put("l.1.d", json!(true)),
            Change::Rename { path: path("p.region"), key: "zone".into() },
        ];
        assert_eq!(
            apply(text, &changes).unwrap(),
            "p: {name: aws, zone: x, size: 5 }\nl:\n  - b: 2\n  - c: 'x: y'\n    d: true\n"
        );
    }

    #[test]
    fn collections_replace_values_and_are_replaced() {
        let text = "events:\n  aws: # all\n    schedule: rate(1 hour) # often\n    s3: [a]\nafter: 1\r\n";
        let list = json!([{ "schedule": "rate(1 hour)" }, { "s3": "a" }]);
        assert_eq!(
            apply(text, &[put("events", list)]).unwrap().replace("\r\n", "\n"),
            "events:\n  # all\n  # often\n  - schedule: rate(1 hour)\n  - s3: a\nafter: 1\n"
        );
        let text = "r:\n  $ref: ./a.json\nn: 1\n";
        assert_eq!(
            apply(text, &[put("r", json!("${file(./a.json)}"))]).unwrap(),
            "r: ${file(./a.json)}\nn: 1\n"
        );
    }

    #[test]
    fn what_has_no_effect_becomes_a_comment() {
        let text = "a:\n  http:\n    path: x\n    templates:\n      # none\n      b: 1\n    method: get\n";
        assert_eq!(
            apply(text, &[Change::Disable { path: path("a.http.templates") }]).unwrap(),
            "a:\n  http:\n    path: x\n    # templates:\n    #   # none\n    #   b: 1\n    method: get\n"
        );
    }

    #[test]
    fn the_smallest_lines_are_replaced() {
        assert_eq!(replacement("a\nb\nc\n", "a\nx\ny\nc\n"), Some((2..4, "x\ny\n".into())));
        assert_eq!(replacement("a\n", "a\nb\n"), Some((2..2, "b\n".into())));
        assert_eq!(replacement("aa\naa\n", "aa\n"), Some((3..6, "".into())));
        assert_eq!(replacement("a\n", "a\n"), None);
    }

    #[test]
    fn what_is_shared_is_left_alone() {
        let text = "base: &base {a: 1}\nx: *base\n";
        assert!(apply(text, &[put("base.a", json!(2))]).is_err());
        assert!(apply(text, &[put("x.a", json!(2))]).is_err());
    }

    #[test]
    fn tags_stay_with_what_is_below_them() {
        let text = "a: !Ref old\nb: !GetAtt old.Arn\nc:\n  Fn::GetAtt: [old, Arn]\n";
        let changes = [
            put("a.Ref", json!("New")),
            put("b.Fn::GetAtt", json!(["New", "Arn"])),
            put("c.Fn::GetAtt", json!(["New", "Arn"])),
        ];
        assert_eq!(
            apply(text, &changes).unwrap(),
            "a: !Ref New\nb: !GetAtt [New, Arn]\nc:\n  Fn::GetAtt: [New, Arn]\n"
        );
    }
}
