//! One configuration file as values: the tree of `slsc-yaml` with its positions left behind.
//!
//! Aliases and merge keys are expanded, and the short forms of CloudFormation's functions (`!Ref x`) become the
//! long ones (`{"Ref": "x"}`), as the framework's reader does. [`find`] goes the other way: from a path in the
//! values to the node of the tree that wrote it.

use ecow::EcoString;
use slsc_yaml::{NodeId, NodeKind, Parsed, ScalarStyle, Tree};

use crate::db::File;
use crate::diagnostic::{Diagnostic, Edit, Fix, Place};
use crate::path::{Path, Segment};
use crate::rules;
use crate::value::{Object, Value};

pub mod timestamp;

/// The short forms that may tag a value, without the `!`.
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference.html>
pub const TAGS: &[&str] = &[
    "!And",
    "!Base64",
    "!Cidr",
    "!Condition",
    "!Equals",
    "!FindInMap",
    "!ForEach",
    "!GetAZs",
    "!GetAtt",
    "!GetStackOutput",
    "!If",
    "!ImportValue",
    "!Join",
    "!Length",
    "!Not",
    "!Or",
    "!Ref",
    "!Select",
    "!Split",
    "!Sub",
    "!ToJsonString",
    "!Transform",
];

/// Reads `text` as YAML with CloudFormation's tags.
pub fn parse(text: &str) -> Parsed {
    slsc_yaml::parse_with(text, TAGS)
}

/// The value of the first document of `parsed`.
pub fn value(parsed: &Parsed) -> Value {
    read(parsed, false)
}

/// The same as version 3 of the framework reads it: plain dates are points in time.
pub fn value_with_times(parsed: &Parsed) -> Value {
    read(parsed, true)
}

fn read(parsed: &Parsed, times: bool) -> Value {
    let tree = &parsed.tree;
    tree.root().map(|root| Reader { tree, depth: 0, times }.value(root)).unwrap_or_default()
}

struct Reader<'a> {
    tree: &'a Tree,
    depth: usize,
    /// Whether plain dates are points in time.
    times: bool,
}

/// Aliases may nest deeper than any text that the parser accepts; beyond this a value is cut off.
const MAX_DEPTH: usize = 400;

impl Reader<'_> {
    fn value(&mut self, id: NodeId) -> Value {
        if self.depth >= MAX_DEPTH {
            return Value::Null;
        }
        self.depth += 1;
        let node = self.tree.node(id);
        let plain = match &node.kind {
            NodeKind::Null => Value::Null,
            NodeKind::Bool(it) => Value::Bool(*it),
            NodeKind::Number(it) => Value::Number(*it),
            NodeKind::String(it) => self.string(id, it),
            NodeKind::Sequence(items) => {
                Value::array(items.iter().map(|it| self.value(*it)).collect::<Vec<_>>())
            }
            NodeKind::Mapping(_) => Value::from(self.object(id)),
            NodeKind::Alias(_) => match self.tree.target(id) {
                target if target == id => Value::Null,
                target => self.value(target),
            },
        };
        self.depth -= 1;
        match node.tag.as_ref().and_then(|it| long_form(&it.text)) {
            Some(name) => intrinsic(&name, plain),
            None => plain,
        }
    }

    fn string(&self, id: NodeId, text: &str) -> Value {
        let plain =
            self.times && self.tree.node(id).tag.is_none() && self.tree.style(id) == Some(ScalarStyle::Plain);
        let time = if plain { timestamp::time(text) } else { None };
        time.map_or_else(|| Value::string(text), |it| Value::from(it.as_str()))
    }

    fn object(&mut self, id: NodeId) -> Object {
        let mut object = Object::new();
        let mut merged = Vec::new();
        let NodeKind::Mapping(entries) = &self.tree.node(id).kind else { return object };
        for entry in entries {
            if entry.merge {
                for source in merge_sources(self.tree, entry.value) {
                    if let Value::Object(it) = self.value(source) {
                        for (key, value) in
                            it.iter().filter(|(key, _)| !object.contains_key(key)).collect::<Vec<_>>()
                        {
                            merged.push(key.clone());
                            object.insert(key.clone(), value);
                        }
                    }
                }
                continue;
            }
            let key = key_text(self.tree, entry.key);
            // Of two equal keys the first stays, and the parser has reported the second; a merged one gives way.
            if !object.contains_key(&key) || merged.contains(&key) {
                merged.retain(|it| *it != key);
                let times = self.times;
                self.times = times && !timestamp::NAMES_OF_VERSIONS.contains(&key.as_str());
                let value = self.value(entry.value);
                self.times = times;
                object.insert(key, value);
            }
        }
        object
    }
}

/// The mappings that a merge key brings in, in order of precedence.
fn merge_sources(tree: &Tree, value: NodeId) -> Vec<NodeId> {
    let target = tree.target(value);
    match &tree.node(target).kind {
        NodeKind::Sequence(items) => items.iter().map(|it| tree.target(*it)).collect(),
        _ => vec![target],
    }
}

/// The text of a key as JavaScript makes a property name of it.
pub fn key_text(tree: &Tree, key: NodeId) -> EcoString {
    match &tree.node(tree.target(key)).kind {
        NodeKind::Null => "null".into(),
        NodeKind::Bool(it) => Value::Bool(*it).to_js_string(),
        NodeKind::Number(it) => Value::Number(*it).to_js_string(),
        NodeKind::String(it) => EcoString::from(&**it),
        NodeKind::Sequence(_) | NodeKind::Mapping(_) | NodeKind::Alias(_) => "[object Object]".into(),
    }
}

/// The function's long name for a tag: `Ref` and `Condition` keep theirs.
fn long_form(tag: &str) -> Option<EcoString> {
    let name = tag.strip_prefix('!').filter(|_| TAGS.contains(&tag))?;
    Some(if matches!(name, "Ref" | "Condition") { name.into() } else { ecow::eco_format!("Fn::{name}") })
}

fn intrinsic(name: &str, argument: Value) -> Value {
    let argument = match (name, &argument) {
        ("Fn::GetAtt", Value::String(text)) => match text.split_once('.') {
            Some((id, attribute)) => Value::from([Value::from(id), Value::from(attribute)]),
            None => Value::from([argument]),
        },
        _ => argument,
    };
    Value::from(Object::from_iter([(EcoString::from(name), argument)]))
}

/// Where a path leads in a tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    /// The key that the last step went through, if it was a mapping's.
    pub key: Option<NodeId>,
    /// The value.
    pub value: NodeId,
    /// How many steps of the path were taken; fewer than asked when the tree ends before.
    pub steps: usize,
}

/// Follows `path` from `from` as far as the tree goes.
pub fn find(tree: &Tree, from: NodeId, path: &Path) -> Found {
    let mut found = Found { key: None, value: from, steps: 0 };
    for segment in path.segments() {
        let Some((key, value)) = child(tree, found.value, segment) else { break };
        found =
            Found { key: key.or(found.key.filter(|_| value == found.value)), value, steps: found.steps + 1 };
    }
    found
}

fn child(tree: &Tree, node: NodeId, segment: &Segment) -> Option<(Option<NodeId>, NodeId)> {
    let written = tree.node(node);
    let is_tag = written
        .tag
        .as_ref()
        .and_then(|it| long_form(&it.text))
        .is_some_and(|it| *segment == Segment::Key(it));
    if is_tag {
        return Some((None, node));
    }
    let target = tree.target(node);
    match (&tree.node(target).kind, segment) {
        (NodeKind::Sequence(items), Segment::Index(index)) => {
            items.get(*index as usize).map(|it| (None, *it))
        }
        // The second half of `!GetAtt a.b`.
        (NodeKind::String(_), Segment::Index(_)) => Some((None, target)),
        (NodeKind::Mapping(entries), segment) => {
            let name = segment.to_string();
            let own = entries.iter().find(|it| !it.merge && key_text(tree, it.key) == name);
            own.map(|it| (Some(it.key), it.value)).or_else(|| {
                let merges = entries.iter().filter(|it| it.merge);
                merges.flat_map(|it| merge_sources(tree, it.value)).find_map(|it| child(tree, it, segment))
            })
        }
        _ => None,
    }
}

/// What is wrong with the syntax of a file with this text.
pub fn diagnostics(file: File, text: &str, parsed: &Parsed) -> Vec<Diagnostic> {
    let of = |problem: &slsc_yaml::Problem| {
        let rule = rules::find(problem.kind.id()).unwrap_or(&rules::YAML_SYNTAX);
        let at = Place::Source { file, range: problem.range.clone() };
        let mut diagnostic = Diagnostic::new(rule, at, problem.message.as_str());
        diagnostic.help = problem.help.as_deref().map(EcoString::from);
        if problem.kind == slsc_yaml::ProblemKind::Tab {
            diagnostic.fixes.extend(spaces_for_tabs(file, text, problem.range.start));
        }
        problem.related.iter().fold(diagnostic, |it, (range, message)| {
            it.related(Place::Source { file, range: range.clone() }, message.as_str())
        })
    };
    parsed.problems.iter().map(of).collect()
}

/// Spaces in the place of the tabs that indent the line of `offset` and the lines below it that have some, too: as
/// many for a tab as the least indented line of the file has.
fn spaces_for_tabs(file: File, text: &str, offset: usize) -> Option<Fix> {
    let white = |line: &str| line.len() - line.trim_start_matches([' ', '\t']).len();
    let indented =
        text.lines().filter(|it| !it.trim().is_empty()).map(|it| it.get(..white(it)).unwrap_or(""));
    let unit = indented.filter(|it| !it.is_empty() && !it.contains('\t')).map(str::len).min().unwrap_or(2);
    let mut start = text.get(..offset)?.rfind('\n').map_or(0, |it| it + 1);
    let mut edits = Vec::new();
    for line in text.get(start..)?.split_inclusive('\n') {
        let old = line.get(..white(line))?;
        if !old.contains('\t') {
            break;
        }
        let width: usize = old.chars().map(|it| if it == '\t' { unit } else { 1 }).sum();
        let at = Place::Source { file, range: start..start + old.len() };
        edits.push(Edit { at, text: " ".repeat(width).into() });
        start += line.len();
    }
    // Without the change nothing of the file is taken, so it can change nothing else.
    (!edits.is_empty()).then(|| Fix { title: "indent with spaces".into(), safe: true, edits })
}

/// The path of a node: that of the entry for a key as well as for a value.
pub fn path_of(tree: &Tree, node: NodeId) -> Path {
    let mut steps: Vec<Segment> = Vec::new();
    let mut at = node;
    while let Some(parent) = tree.parent(at) {
        match &tree.node(parent).kind {
            NodeKind::Sequence(items) => {
                steps.extend(items.iter().position(|it| *it == at).map(Segment::from));
            }
            NodeKind::Mapping(entries) => {
                let entry = entries.iter().find(|it| it.key == at || it.value == at);
                steps.extend(entry.filter(|it| !it.merge).map(|it| Segment::from(key_text(tree, it.key))));
            }
            _ => {}
        }
        at = parent;
    }
    steps.into_iter().rev().collect()
}
