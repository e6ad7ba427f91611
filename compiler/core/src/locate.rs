//! Places: from a path in the configuration to characters of a file.
//!
//! Nothing before this knows positions. A resolved path is followed through the variables that brought its value
//! to the file that wrote it, and down that file's tree to the smallest node.

use std::ops::Range;

use ecow::EcoString;
use slsc_yaml::{NodeId, NodeKind, Tree};

use crate::db::{Content, Db, File, Service};
use crate::diagnostic::{Diagnostic, Part, Place, Related};
use crate::document::{Found, find};
use crate::path::{Path, Segment};
use crate::pipeline;
use crate::value::Value;
use crate::variables::{Graft, Grafts, Written};

/// Characters of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// The file.
    pub file: File,
    /// Byte offsets.
    pub range: Range<usize>,
}

/// The characters that `place` means. For a value that came through a variable, the place where it was written;
/// [`used`] gives the places where the variables stand.
pub fn locate(db: &dyn Db, service: Service, place: &Place) -> Span {
    match place {
        Place::Source { file, range } if has_places(db, *file) => Span { file: *file, range: range.clone() },
        Place::Source { file, .. } => Span { file: *file, range: 0..0 },
        Place::Written { file, path, part, within } => {
            let span = written(db, &Written { file: *file, path: path.clone() }, *part);
            match within {
                Some(within) if has_places(db, *file) => {
                    inside(db, *file, path, within.clone()).unwrap_or(span)
                }
                _ => span,
            }
        }
        Place::Resolved { path, part } => {
            let (at, part) = origin(db, service, path, *part);
            written(db, &at, part)
        }
        Place::Inside { path, within } => {
            let (at, part) = origin(db, service, path, Part::Value);
            piece(db, service, path, &at, within.clone()).unwrap_or_else(|| written(db, &at, part))
        }
    }
}

/// Where `part` of the entry at `path` of the resolved configuration was written, or the variable that it came
/// through, which stands as a value.
fn origin(db: &dyn Db, service: Service, path: &Path, part: Part) -> (Written, Part) {
    let grafts = &pipeline::resolved(db, service).grafts;
    if part == Part::Use {
        return match whole(grafts, path) {
            Some(graft) => (graft.used.clone(), Part::Value),
            None => (origin(db, service, path, Part::Value).0, Part::Use),
        };
    }
    // The key of an entry stands where the entry does, even if its value came from elsewhere.
    let key_of_graft = part == Part::Key
        && grafts.nearest(path).is_some_and(|(graft, below)| !graft.moved && below.segments().is_empty());
    let (found, below) = if key_of_graft {
        let parent = path.parent();
        match grafts.nearest(&parent) {
            Some((graft, below)) => {
                (Some(graft), path.last().map_or(below.clone(), |it| below.join(it.clone())))
            }
            None => (None, path.clone()),
        }
    } else {
        match grafts.nearest(path) {
            Some((graft, below)) => (Some(graft), below),
            None => (None, path.clone()),
        }
    };
    match found {
        Some(graft) => match &graft.written {
            Some(origin) => {
                let path =
                    below.segments().iter().fold(origin.path.clone(), |path, it| path.join(it.clone()));
                (Written { file: origin.file, path }, part)
            }
            None => (graft.used.clone(), Part::Value),
        },
        None => (Written { file: service.config(db), path: below }, part),
    }
}

/// The variable that gives the value at `path`, and nothing else.
fn whole<'a>(grafts: &'a Grafts, path: &Path) -> Option<&'a Graft> {
    let (graft, below) = grafts.nearest(path)?;
    (below.segments().is_empty() && !graft.moved).then_some(graft)
}

/// The characters of a piece of the string at `path`, if the string stands at `at` as it is in the configuration.
fn piece(db: &dyn Db, service: Service, path: &Path, at: &Written, within: Range<usize>) -> Option<Span> {
    let value = pipeline::resolved(db, service).value.at(path);
    if !has_places(db, at.file) {
        return None;
    }
    let tree = &pipeline::parsed(db, at.file).tree;
    let found = find(tree, tree.root()?, &at.path);
    match (&tree.node(tree.target(found.value)).kind, value?) {
        (NodeKind::String(text), Value::String(whole)) => {
            let start = start_of(text, whole, path)?;
            inside(db, at.file, &at.path, start + within.start..start + within.end)
        }
        _ => None,
    }
}

/// Where the value `whole` at `path` begins in the `text` that was written: it is all of it, or a half of `!GetAtt a.b`.
fn start_of(text: &str, whole: &str, path: &Path) -> Option<usize> {
    match path.segments() {
        _ if text == whole => Some(0),
        [.., Segment::Key(function), Segment::Index(half)] if function == "Fn::GetAtt" => {
            let (id, attribute) = text.split_once('.')?;
            let (start, found) = if *half == 0 { (0, id) } else { (id.len() + 1, attribute) };
            (found == whole).then_some(start)
        }
        _ => None,
    }
}

/// Where the variable stands through which the value at `path` came, if it came through one.
pub fn used(db: &dyn Db, service: Service, path: &Path) -> Option<Span> {
    let grafts = &pipeline::resolved(db, service).grafts;
    grafts.nearest(path).map(|(graft, _)| written(db, &graft.used, Part::Value))
}

/// The other places of a diagnostic: its own, and the variables that the value came through, in order.
pub fn related(db: &dyn Db, service: Service, diagnostic: &Diagnostic) -> Vec<Related> {
    let own = diagnostic.related.iter().cloned();
    own.chain(hops(db, service, &diagnostic.at)).collect()
}

/// The variables that led from a place of the configuration to where its value was written.
pub fn hops(db: &dyn Db, service: Service, place: &Place) -> Vec<Related> {
    let Place::Resolved { path, part } = place else { return Vec::new() };
    let grafts = &pipeline::resolved(db, service).grafts;
    if *part == Part::Use
        && let Some(graft) = whole(grafts, path)
    {
        let value = |it: &Written| Related {
            at: Place::Written { file: it.file, path: it.path.clone(), part: Part::Value, within: None },
            message: "this is what the variable gives".into(),
        };
        return graft.written.iter().map(value).collect();
    }
    let Some((graft, _)) = grafts.nearest(path).filter(|it| !it.0.moved && it.0.written.is_some()) else {
        return Vec::new();
    };
    let hop = |at: &Written, message: EcoString| Related {
        at: Place::Written { file: at.file, path: at.path.clone(), part: Part::Value, within: None },
        message,
    };
    let first = hop(&graft.used, ecow::eco_format!("`{path}` takes the value from here"));
    let mut hops = vec![first];
    for at in &graft.through {
        let next = hop(at, "which leads on".into());
        if !hops.iter().any(|it| it.at == next.at) {
            hops.push(next);
        }
    }
    let is_placed = |it: &Related| has_places(db, locate(db, service, &it.at).file);
    hops.retain(is_placed);
    hops
}

/// Whether the values of `file` have places in it; those that a program gives have none.
pub fn has_places(db: &dyn Db, file: File) -> bool {
    !matches!(file.content(db), Content::Evaluated(_))
}

fn written(db: &dyn Db, at: &Written, part: Part) -> Span {
    if !has_places(db, at.file) {
        return Span { file: at.file, range: 0..0 };
    }
    let tree = &pipeline::parsed(db, at.file).tree;
    let Some(root) = tree.root() else { return Span { file: at.file, range: 0..0 } };
    let found = find(tree, root, &at.path);
    let complete = found.steps == at.path.segments().len();
    let range =
        match found.key.filter(|_| complete && part == Part::Use && is_block(db, at.file, tree, &found)) {
            // A block is pointed at by its key, not by all its lines.
            Some(key) => tree.node(key).range.clone(),
            None if part == Part::Use => range(tree, &found, Part::Value, complete),
            None => range(tree, &found, part, complete),
        };
    Span { file: at.file, range }
}

/// Whether the value of an entry is a mapping or a list that begins below its key.
fn is_block(db: &dyn Db, file: File, tree: &Tree, found: &Found) -> bool {
    let value = tree.node(found.value);
    let is_collection = matches!(value.kind, NodeKind::Mapping(_) | NodeKind::Sequence(_));
    let between = found.key.map(|key| tree.node(key).range.end..full_range(tree, found.value).start);
    let between = between.and_then(|it| pipeline::text(db, file).get(it));
    is_collection && between.is_some_and(|it| it.contains('\n'))
}

fn range(tree: &Tree, found: &Found, part: Part, complete: bool) -> Range<usize> {
    let key = found.key.map(|it| tree.node(it).range.clone());
    let value = full_range(tree, found.value);
    match (part, key) {
        (Part::Key, Some(key)) => key,
        // Where the tree ends before the path does, the entry's key is the nearest thing to point at.
        (Part::Value, Some(key)) if !complete || value.is_empty() => key,
        (_, None) if !complete => 0..0,
        // A list item that is a mapping is pointed at by its first key, not by all its lines.
        (Part::Key, None) => first_key(tree, found.value).unwrap_or(value),
        _ => value,
    }
}

fn first_key(tree: &Tree, node: NodeId) -> Option<Range<usize>> {
    match &tree.node(node).kind {
        slsc_yaml::NodeKind::Mapping(entries) => entries.first().map(|it| tree.node(it.key).range.clone()),
        _ => None,
    }
}

/// The range of a node with its tag.
fn full_range(tree: &Tree, node: NodeId) -> Range<usize> {
    let node = tree.node(node);
    let start = node.tag.as_ref().map_or(node.range.start, |it| it.range.start.min(node.range.start));
    start..node.range.end
}

fn inside(db: &dyn Db, file: File, path: &Path, within: Range<usize>) -> Option<Span> {
    let tree = &pipeline::parsed(db, file).tree;
    let found = find(tree, tree.root()?, path);
    let range = tree.source_range(pipeline::text(db, file), tree.target(found.value), within);
    Some(Span { file, range })
}

/// Sorts diagnostics by place: the configuration file first, then the others by path; and drops repetitions, such as of
/// one text that several functions take by variables.
pub fn sort(db: &dyn Db, service: Service, diagnostics: &mut Vec<Diagnostic>) {
    let config = service.config(db);
    let mut placed: Vec<(Span, Diagnostic)> =
        diagnostics.drain(..).map(|it| (locate(db, service, &it.at), it)).collect();
    placed.sort_by(|(span, one), (other_span, other)| {
        let key =
            |span: &'_ Span| (span.file != config, span.file.path(db), span.range.start, span.range.end);
        key(span)
            .cmp(&key(other_span))
            .then_with(|| (one.rule.id, &one.message).cmp(&(other.rule.id, &other.message)))
    });
    placed.dedup_by(|(span, it), (first_span, first)| {
        span == first_span && it.rule == first.rule && it.message == first.message
    });
    diagnostics.extend(placed.into_iter().map(|it| it.1));
}
