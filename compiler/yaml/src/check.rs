//! What a tree can be wrong about although it parses: equal keys, keys that are missing, aliases without anchors,
//! unknown tags, several documents, and aliases that expand without bound.

use std::borrow::Cow;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::{Entry, Node, NodeId, NodeKind, Problem, ProblemKind, Range, Tree, lines};

/// A tree may expand to this many nodes, and ten times what is written.
const EXPANSION: usize = 100_000;

/// Adds what is wrong with the tree to `problems`, and sorts them.
pub(crate) fn check(text: &str, tree: &Tree, known_tags: Option<&[&str]>, problems: &mut Vec<Problem>) {
    let mut check = Check { text, tree, known_tags, found: Vec::new(), aliases: false, anchors: None };
    for index in 0..tree.nodes.len() {
        check.node(NodeId(u32::try_from(index).unwrap_or(u32::MAX)));
    }
    check.documents();
    if check.aliases {
        check.expansion();
    }
    let mut found = check.found;
    if problems.is_empty() && found.is_empty() {
        return;
    }
    // What is half typed, and mended for that, needs no second complaint.
    let broken: FxHashSet<usize> = problems.iter().map(|it| lines::start(text, it.range.start)).collect();
    found.retain(|it| !broken.contains(&lines::start(text, it.range.start)));
    problems.append(&mut found);
    problems.sort_by_key(|it| (it.range.start, it.range.end));
}

struct Check<'a> {
    text: &'a str,
    tree: &'a Tree,
    known_tags: Option<&'a [&'a str]>,
    found: Vec<Problem>,
    aliases: bool,
    /// The names of all anchors, once an alias asks for them.
    anchors: Option<FxHashSet<&'a str>>,
}

impl<'a> Check<'a> {
    fn node(&mut self, id: NodeId) {
        let node = self.tree.node(id);
        match &node.kind {
            NodeKind::Mapping(entries) => {
                self.duplicates(entries);
                // A pair inside `[ ]` is a mapping without braces of its own.
                let outer = self
                    .tree
                    .parent(id)
                    .and_then(|it| self.text.as_bytes().get(self.tree.node(it).range.start));
                let flow = outer == Some(&b'[') || self.text.as_bytes().get(node.range.start) == Some(&b'{');
                entries.iter().for_each(|it| self.entry(it, flow));
            }
            NodeKind::Sequence(items) if self.text.as_bytes().get(node.range.start) != Some(&b'[') => {
                items.iter().for_each(|it| self.tabs_before_item(*it));
            }
            NodeKind::Alias(alias) => {
                self.aliases = true;
                match alias.target {
                    None => self.undefined(&alias.name, &node.range),
                    Some(target) if self.encloses(target, id) => {
                        let message = format!("`*{}` stands inside the value of its own anchor", alias.name);
                        let help = "refer to a value that does not hold the alias";
                        self.report(ProblemKind::AliasBomb, node.range.clone(), message, help);
                    }
                    Some(_) => {}
                }
            }
            _ => {}
        }
        if node.tag.is_some() {
            self.tag(node);
        }
    }

    fn report(
        &mut self,
        kind: ProblemKind,
        range: Range,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        let (message, help) = (message.into(), Some(help.into()));
        self.found.push(Problem { kind, message, help, range, related: Vec::new() });
    }

    fn duplicates(&mut self, entries: &'a [Entry]) {
        // Most mappings are small, and comparing a few keys is faster than hashing them.
        let small = entries.len() <= 12;
        let mut seen: FxHashMap<Cow<'a, str>, NodeId> = FxHashMap::default();
        let mut few: Vec<(Cow<'a, str>, NodeId)> = Vec::with_capacity(if small { entries.len() } else { 0 });
        for entry in entries.iter().filter(|it| !it.merge) {
            let Some(name) = self.key_name(entry.key) else { continue };
            let first = match small {
                true => few.iter().find(|it| it.0 == name).map(|it| it.1),
                false => seen.get(&name).copied(),
            };
            match first {
                Some(first) => self.duplicate(&name, first, entry.key),
                None if small => few.push((name, entry.key)),
                None => drop(seen.insert(name, entry.key)),
            }
        }
    }

    fn duplicate(&mut self, name: &str, first: NodeId, second: NodeId) {
        self.found.push(Problem {
            kind: ProblemKind::DuplicateKey,
            message: format!("the key `{name}` is written twice"),
            help: Some("keep one of them, or merge the two".into()),
            range: self.tree.node(second).range.clone(),
            related: vec![(self.tree.node(first).range.clone(), "it is written here first".into())],
        });
    }

    /// The name of a property that a key makes. Keys that are no scalars are left alone.
    fn key_name(&self, key: NodeId) -> Option<Cow<'a, str>> {
        let key = self.tree.node(self.tree.target(key));
        match &key.kind {
            NodeKind::String(it) if key.tag.as_ref().is_none_or(|it| it.text.starts_with("!!")) => {
                Some(Cow::Borrowed(it))
            }
            NodeKind::Null => Some(Cow::Borrowed("null")),
            NodeKind::Bool(it) => Some(Cow::Borrowed(if *it { "true" } else { "false" })),
            NodeKind::Number(it) => Some(Cow::Owned(it.to_string())),
            _ => None,
        }
    }

    fn entry(&mut self, entry: &Entry, flow: bool) {
        let key = self.tree.node(entry.key);
        if !flow {
            self.tabs_before(key.range.start);
            let bare = key.range.is_empty() && key.tag.is_none() && key.anchor.is_none();
            let before = self.text.get(..key.range.start).unwrap_or_default().trim_end();
            if bare && !before.ends_with('?') {
                let rest = self.text.get(key.range.start..).unwrap_or_default();
                let start = key.range.start + rest.find(':').unwrap_or(rest.len());
                let colon = start..(start + 1).min(self.text.len());
                self.report(ProblemKind::Syntax, colon, "there is no key before this `:`", "write the key");
            }
        } else {
            self.colon_on_line_of_key(&key.range, &self.tree.node(entry.value).range);
        }
        if entry.merge {
            self.merge(entry.value);
        }
    }

    /// In block style the indentation of a key or an item may not hold a tab, be it behind spaces.
    fn tabs_before(&mut self, at: usize) {
        let before = self.text.as_bytes().get(..at).unwrap_or_default();
        let blank = before.iter().rev().take_while(|it| matches!(it, b' ' | b'\t' | b'-')).count();
        let line = at - blank;
        let begins = line == 0 || before.get(line - 1) == Some(&b'\n');
        let white = before.get(line..).unwrap_or_default();
        if begins && let Some(tab) = white.iter().position(|it| *it == b'\t') {
            // Of several such lines in a row the first is reported.
            if lines::above(self.text, line).next().is_some_and(|it| lines::has_tab(self.text, it)) {
                return;
            }
            let tab = line + tab..line + tab + 1;
            let help = "indent with spaces, as YAML does not allow tabs";
            self.report(ProblemKind::Tab, tab, "a tab indents this line", help);
        }
    }

    /// A tab may stand between a dash and a scalar or a bracket, but not before the dash.
    fn tabs_before_item(&mut self, item: NodeId) {
        let at = self.tree.node(item).range.start;
        let before = self.text.get(..at).unwrap_or_default();
        let dash = before.trim_end_matches([' ', '\t']).len();
        if before.get(..dash).is_some_and(|it| it.ends_with('-')) {
            self.tabs_before(dash - 1);
        }
    }

    /// Inside braces js-yaml wants the `:` on the line on which the key begins.
    fn colon_on_line_of_key(&mut self, key: &Range, value: &Range) {
        let between = self.text.get(key.end..value.start.max(key.end)).unwrap_or_default();
        let Some(colon) = between.find(':') else { return };
        let whole = self.text.get(key.start..key.end + colon).unwrap_or_default();
        let explicit = self.text.get(..key.start).unwrap_or_default().trim_end().ends_with('?');
        if whole.contains(['\n', '\r']) && !explicit {
            let colon = key.end + colon..key.end + colon + 1;
            let help = "write the key and its `:` on one line";
            self.report(ProblemKind::Syntax, colon, "this `:` is not on the line of its key", help);
        }
    }

    /// `<<` takes a mapping, or a list of them.
    fn merge(&mut self, value: NodeId) {
        let target = self.tree.node(self.tree.target(value));
        let fits = match &target.kind {
            NodeKind::Sequence(items) if target.tag.is_none() => items.iter().all(|it| self.is_mapping(*it)),
            _ => self.is_mapping(value),
        };
        if !fits {
            let range = self.tree.node(value).range.clone();
            let range = if range.is_empty() { range.start.saturating_sub(1)..range.end } else { range };
            let help = "write `<<: *name` with the anchor of a mapping, or a list of such aliases";
            self.report(ProblemKind::Syntax, self.on_boundary(range), "`<<` can only merge mappings", help);
        }
    }

    fn on_boundary(&self, range: Range) -> Range {
        self.text.floor_char_boundary(range.start)..range.end
    }

    fn is_mapping(&self, id: NodeId) -> bool {
        let node = self.tree.node(self.tree.target(id));
        // A tag makes a mapping of what it tags, and an alias that leads nowhere is reported as such.
        node.tag.is_some() || matches!(node.kind, NodeKind::Mapping(_) | NodeKind::Alias(_))
    }

    fn tag(&mut self, node: &'a Node) {
        let Some(tag) = &node.tag else { return };
        match tag.text.strip_prefix("!!") {
            Some(core) => self.core_tag(core, node, tag.range.clone()),
            None => self.local_tag(&tag.text, tag.range.clone()),
        }
    }

    fn core_tag(&mut self, name: &str, node: &Node, range: Range) {
        let fits = matches!(
            (name, &node.kind),
            ("int" | "float", NodeKind::Number(_))
                | ("bool", NodeKind::Bool(_))
                | ("str" | "binary" | "timestamp" | "merge", NodeKind::String(_))
                | ("seq" | "omap" | "pairs", NodeKind::Sequence(_) | NodeKind::Null)
                | ("map" | "set", NodeKind::Mapping(_) | NodeKind::Null)
                | ("null" | "merge", NodeKind::Null)
        );
        const CORE: [&str; 13] = [
            "int",
            "float",
            "bool",
            "null",
            "str",
            "binary",
            "timestamp",
            "merge",
            "seq",
            "omap",
            "pairs",
            "map",
            "set",
        ];
        if !CORE.contains(&name) {
            let message = format!("there is no tag `!!{name}`");
            self.report(ProblemKind::UnknownTag, range, message, nearest(name, CORE, "!!"));
        } else if !fits {
            let help = "remove the tag, or write a value of that type";
            self.report(
                ProblemKind::Syntax,
                range,
                format!("this value is not of the type `!!{name}`"),
                help,
            );
        }
    }

    fn local_tag(&mut self, text: &str, range: Range) {
        let Some(known) = self.known_tags else { return };
        if text == "!" || known.contains(&text) {
            return;
        }
        let help = nearest(text, known.iter().copied(), "");
        self.report(ProblemKind::UnknownTag, range, format!("there is no tag `{text}`"), help);
    }

    fn undefined(&mut self, name: &str, range: &Range) {
        let (tree, anchors) = (self.tree, &mut self.anchors);
        let anchors = anchors.get_or_insert_with(|| {
            tree.nodes.iter().filter_map(|it| it.anchor.as_ref()).map(|it| it.name.as_str()).collect()
        });
        let later = anchors.contains(&name);
        let near = if later { None } else { closest(name, anchors.iter().copied()) };
        let help = match near {
            _ if later => format!("move `&{name}` above this line: an anchor comes before its aliases"),
            Some(near) => format!("did you mean `*{near}`?"),
            None => format!("define it above with `&{name}`, or put the text in quotes"),
        };
        let message = format!("`*{name}` refers to an anchor that is not defined above");
        self.report(ProblemKind::UndefinedAlias, range.clone(), message, help);
    }

    fn encloses(&self, outer: NodeId, inner: NodeId) -> bool {
        std::iter::successors(self.tree.parent(inner), |it| self.tree.parent(*it)).any(|it| it == outer)
    }

    fn documents(&mut self) {
        let Some(second) = self.tree.documents.get(1) else { return };
        let at = self.tree.node(*second).range.start;
        let before = self.text.get(..at).unwrap_or_default();
        let dashes = before.rfind("---").map_or(at..at, |it| it..it + 3);
        let help = "keep one document: remove the `---`, or move what follows into a file of its own";
        self.report(ProblemKind::SeveralDocuments, dashes, "a second document begins here", help);
    }

    /// Counts what the tree expands to. A target begins before its alias, but may end behind other aliases, so sizes
    /// are asked for as they are needed.
    fn expansion(&mut self) {
        let limit = EXPANSION.saturating_add(self.tree.nodes.len().saturating_mul(10));
        let sizes = Sizes::of(self.tree, limit);
        if self.tree.root().map_or(0, |it| sizes.get(it)) <= limit {
            return;
        }
        let aliases =
            (0..).map(NodeId).zip(&self.tree.nodes).filter(|it| matches!(it.1.kind, NodeKind::Alias(_)));
        let worst = aliases.max_by_key(|it| sizes.get(it.0));
        let range = worst.map_or(0..0, |it| it.1.range.clone());
        let message = format!("the aliases of this file expand to more than {limit} values");
        self.report(ProblemKind::AliasBomb, range, message, "write the values out, or nest fewer aliases");
    }
}

/// How many nodes each node expands to, up to one more than a limit.
struct Sizes(Vec<usize>);

impl Sizes {
    fn of(tree: &Tree, limit: usize) -> Self {
        let mut sizes = Sizes(vec![0; tree.nodes.len()]);
        // A stack of its own, as the aliases can lead deeper than the text.
        let mut stack: Vec<(NodeId, bool)> = tree.root().map(|it| (it, false)).into_iter().collect();
        let mut entered = vec![false; tree.nodes.len()];
        while let Some((id, done)) = stack.pop() {
            let Some(node) = tree.nodes.get(id.0 as usize) else { continue };
            let mut children = Vec::new();
            match &node.kind {
                NodeKind::Sequence(items) => children.extend_from_slice(items),
                NodeKind::Mapping(entries) => {
                    children.extend(entries.iter().flat_map(|it| [it.key, it.value]))
                }
                NodeKind::Alias(alias) => children.extend(alias.target),
                _ => {}
            }
            if done {
                let total = children.iter().map(|it| sizes.get(*it)).fold(1, usize::saturating_add);
                sizes.set(id, total.min(limit + 1));
            } else if let Some(seen) = entered.get_mut(id.0 as usize)
                && !std::mem::replace(seen, true)
            {
                stack.push((id, true));
                stack.extend(children.into_iter().map(|it| (it, false)));
            }
        }
        sizes
    }

    fn get(&self, id: NodeId) -> usize {
        self.0.get(id.0 as usize).copied().unwrap_or(0)
    }

    fn set(&mut self, id: NodeId, size: usize) {
        if let Some(it) = self.0.get_mut(id.0 as usize) {
            *it = size;
        }
    }
}

/// The help for a tag that there is not.
fn nearest<'n>(name: &str, known: impl IntoIterator<Item = &'n str>, prefix: &str) -> String {
    match closest(name, known) {
        Some(near) => format!("did you mean `{prefix}{near}`?"),
        None => "remove it, write the long form of the function, or put the value in quotes".into(),
    }
}

/// The name that is a typing mistake away, if there is one.
fn closest<'n>(name: &str, known: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let limit = (name.chars().count() / 3).clamp(1, 3);
    let distances = known.into_iter().map(|it| (distance(&it.to_lowercase(), &name.to_lowercase()), it));
    distances.filter(|it| it.0 <= limit).min_by_key(|it| it.0).map(|it| it.1)
}

/// Edits between two names, with neighbours swapped as one.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut before: Vec<usize> = Vec::new();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    let at = |row: &[usize], it: usize| row.get(it).copied().unwrap_or(usize::MAX / 2);
    for (i, ca) in a.iter().enumerate() {
        let mut next = vec![i + 1];
        for (j, cb) in b.iter().enumerate() {
            let left = next.last().copied().unwrap_or(usize::MAX / 2);
            let mut best = (at(&row, j) + usize::from(ca != cb)).min(at(&row, j + 1) + 1).min(left + 1);
            if i > 0 && j > 0 && a.get(i - 1) == Some(cb) && b.get(j - 1) == Some(ca) {
                best = best.min(at(&before, j - 1) + 1);
            }
            next.push(best);
        }
        before = std::mem::replace(&mut row, next);
    }
    row.last().copied().unwrap_or(usize::MAX)
}
