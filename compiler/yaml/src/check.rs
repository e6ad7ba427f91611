//! What a tree can be wrong about although it parses: equal keys, aliases without anchors, unknown tags, several
//! documents, and aliases that expand without bound.

use rustc_hash::FxHashMap;

use crate::{Entry, NodeId, NodeKind, Problem, ProblemKind, Tree};

/// A tree may expand to this many nodes, and ten times what is written.
const EXPANSION: usize = 100_000;

/// Looks the tree over.
pub(crate) fn check(text: &str, tree: &Tree, known_tags: Option<&[&str]>, problems: &mut Vec<Problem>) {
    let before = problems.len();
    for (index, node) in tree.nodes.iter().enumerate() {
        match &node.kind {
            NodeKind::Mapping(entries) => duplicates(text, tree, entries, problems),
            NodeKind::Alias(alias) if alias.target.is_none() => problems.push(Problem {
                kind: ProblemKind::UndefinedAlias,
                message: format!("`*{}` names no anchor above it", alias.name),
                help: Some(undefined_help(tree, &alias.name)),
                range: node.range.clone(),
                related: Vec::new(),
            }),
            NodeKind::Alias(alias) if alias.target.is_some_and(|it| encloses(tree, it, index)) => problems.push(Problem {
                kind: ProblemKind::AliasBomb,
                message: format!("`*{}` stands inside its own anchor", alias.name),
                help: Some("refer to a value that does not hold the alias".into()),
                range: node.range.clone(),
                related: Vec::new(),
            }),
            _ => {}
        }
        if let (Some(tag), Some(known)) = (&node.tag, known_tags)
            && tag.text.starts_with('!')
            && !tag.text.starts_with("!!")
            && !tag.text.starts_with("!<tag:yaml.org")
            && !known.contains(&tag.text.as_str())
            && tag.text != "!"
        {
            let near = known.iter().min_by_key(|it| distance(it, &tag.text)).filter(|it| distance(it, &tag.text) <= 3);
            problems.push(Problem {
                kind: ProblemKind::UnknownTag,
                message: format!("no tag is called `{}`", tag.text),
                help: Some(near.map_or_else(|| "write the long form, such as `Fn::Sub: ...`".into(), |it| format!("did you mean `{it}`?"))),
                range: tag.range.clone(),
                related: Vec::new(),
            });
        }
    }
    if let Some(second) = tree.documents.get(1) {
        let range = tree.node(*second).range.clone();
        let first = text.get(range.clone()).and_then(|it| it.chars().next()).map_or(0, char::len_utf8);
        problems.push(Problem {
            kind: ProblemKind::SeveralDocuments,
            message: "a second document starts here".into(),
            help: Some("keep one document: remove the `---` and what follows, or move it into a file of its own".into()),
            range: range.start..range.start + first,
            related: Vec::new(),
        });
    }
    bomb(tree, problems);
    if problems.len() > before {
        problems.sort_by_key(|it| (it.range.start, it.range.end));
    }
}

fn encloses(tree: &Tree, outer: NodeId, inner: usize) -> bool {
    let mut at = tree.parents.get(inner).copied().flatten();
    while let Some(id) = at {
        if id == outer {
            return true;
        }
        at = tree.parent(id);
    }
    false
}

fn undefined_help(tree: &Tree, name: &str) -> String {
    let anchors = tree.nodes.iter().filter_map(|it| it.anchor.as_ref()).map(|it| it.name.as_str());
    match anchors.min_by_key(|it| distance(it, name)).filter(|it| distance(it, name) <= 3) {
        Some(near) => format!("did you mean `*{near}`?"),
        None => format!("define it before, with `&{name}`; or put the text in quotes"),
    }
}

fn duplicates(text: &str, tree: &Tree, entries: &[Entry], problems: &mut Vec<Problem>) {
    let mut seen: FxHashMap<&str, NodeId> = FxHashMap::default();
    for entry in entries.iter().filter(|it| !it.merge) {
        let key = tree.node(tree.target(entry.key));
        let name = match &key.kind {
            NodeKind::String(it) => &**it,
            NodeKind::Sequence(_) | NodeKind::Mapping(_) | NodeKind::Alias(_) => continue,
            _ => text.get(key.range.clone()).unwrap_or_default(),
        };
        match seen.get(name) {
            Some(first) => problems.push(Problem {
                kind: ProblemKind::DuplicateKey,
                message: format!("`{name}` is written twice"),
                help: Some("keep one of them, or merge the two".into()),
                range: tree.node(entry.key).range.clone(),
                related: vec![(tree.node(*first).range.clone(), "first written here".into())],
            }),
            None => drop(seen.insert(name, entry.key)),
        }
    }
}

/// Counts what the tree expands to. Children come after their parents, so one pass from the end suffices.
fn bomb(tree: &Tree, problems: &mut Vec<Problem>) {
    let aliases = tree.nodes.iter().any(|it| matches!(it.kind, NodeKind::Alias(_)));
    if !aliases {
        return;
    }
    let limit = EXPANSION.saturating_add(tree.nodes.len().saturating_mul(10));
    let mut size = vec![1usize; tree.nodes.len()];
    // Targets stand before their aliases, so a second pass knows what the first could not; chains need no more
    // passes than there are aliases in a row, and each pass only grows what is already too large.
    for _ in 0..8 {
        for index in (0..tree.nodes.len()).rev() {
            let of = |id: &NodeId| size.get(id.0 as usize).copied().unwrap_or(1);
            let total = match tree.nodes.get(index).map(|it| &it.kind) {
                Some(NodeKind::Sequence(items)) => items.iter().map(of).fold(1usize, usize::saturating_add),
                Some(NodeKind::Mapping(entries)) => {
                    entries.iter().flat_map(|it| [of(&it.key), of(&it.value)]).fold(1usize, usize::saturating_add)
                }
                Some(NodeKind::Alias(alias)) => alias.target.as_ref().map_or(1, of),
                _ => 1,
            };
            if let Some(it) = size.get_mut(index) {
                *it = total.min(limit.saturating_add(1));
            }
        }
    }
    let root = tree.root().and_then(|it| size.get(it.0 as usize)).copied().unwrap_or(0);
    if root > limit {
        let worst = tree.nodes.iter().zip(&size).filter(|(it, _)| matches!(it.kind, NodeKind::Alias(_)));
        let range = worst.max_by_key(|(_, size)| **size).map_or(0..0, |(it, _)| it.range.clone());
        problems.push(Problem {
            kind: ProblemKind::AliasBomb,
            message: format!("the aliases of this file expand to more than {limit} values"),
            help: Some("write the values out, or nest fewer aliases in each other".into()),
            range,
            related: Vec::new(),
        });
    }
}

/// Edits between two names, with neighbours swapped as one.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.chars().enumerate() {
        let mut next = vec![i + 1];
        for (j, cb) in b.iter().enumerate() {
            let at = |k: usize| row.get(k).copied().unwrap_or(usize::MAX);
            let left = next.last().copied().unwrap_or(usize::MAX);
            next.push((at(j) + usize::from(ca != *cb)).min(at(j + 1) + 1).min(left + 1));
        }
        row = next;
    }
    row.last().copied().unwrap_or(usize::MAX)
}
