//! One strict parse: the parser's events into a tree, up to the first thing that it cannot read.

use granit_parser::{Event, Parser, ScalarStyle as Style, StructureStyle, options};
use rustc_hash::FxHashMap;

use crate::{Alias, Anchor, Entry, Node, NodeId, NodeKind, Range, ScalarStyle, Tag, Tree, scalar};

/// Nesting beyond this is not read: no configuration needs it, and everything that walks a tree may recurse.
pub(crate) const MAX_DEPTH: usize = 200;

/// Where a strict parse ended.
pub(crate) struct Failure {
    /// The offset that the parser stopped at.
    pub at: usize,
    /// What it says.
    pub message: String,
    /// The outermost bracket that is open.
    pub open_bracket: Option<usize>,
    /// The end of the last scalar.
    pub last_end: usize,
    /// Whether it ended because of the depth.
    pub too_deep: bool,
}

enum Frame {
    Sequence(NodeId, Vec<NodeId>),
    Mapping(NodeId, Vec<Entry>, Option<NodeId>),
}

struct Builder<'a> {
    text: &'a str,
    tree: Tree,
    frames: Vec<Frame>,
    brackets: Vec<Option<usize>>,
    anchors: FxHashMap<String, NodeId>,
    last_end: usize,
}

/// Parses until the end or the first failure; the tree holds everything before it.
pub(crate) fn parse(text: &str) -> (Tree, Option<Failure>) {
    let mut builder = Builder {
        text,
        tree: Tree::default(),
        frames: Vec::new(),
        brackets: Vec::new(),
        anchors: FxHashMap::default(),
        last_end: 0,
    };
    let options = options! { emit_anchor_events: true, emit_unresolved_aliases: true };
    let mut failure = None;
    for event in Parser::new_from_str_with_options(text, options) {
        match event {
            Ok((event, span)) => {
                let range = span.byte_range().unwrap_or(0..0);
                let tag_range = span.tag_span().and_then(|it| it.byte_range());
                builder.event(event, range, tag_range);
                if builder.frames.len() > MAX_DEPTH {
                    failure = Some(builder.failure(builder.last_end, String::new(), true));
                    break;
                }
            }
            Err(error) => {
                let marker = error.marker();
                let by_chars = || text.char_indices().nth(marker.index()).map_or(text.len(), |it| it.0);
                let at = marker.byte_offset().unwrap_or_else(by_chars).min(text.len());
                let too_deep = builder.frames.len() >= MAX_DEPTH || error.info().contains("recursion limit");
                failure = Some(builder.failure(at, error.info(), too_deep));
                break;
            }
        }
    }
    (builder.finish(), failure)
}

impl Builder<'_> {
    fn failure(&self, at: usize, message: String, too_deep: bool) -> Failure {
        let open_bracket = self.brackets.iter().find_map(|it| *it);
        Failure { at, message, open_bracket, last_end: self.last_end, too_deep }
    }

    fn event(&mut self, event: Event<'_>, range: Range, tag_range: Option<Range>) {
        let tag = event.tag().map(|it| {
            let range = tag_range.unwrap_or(range.start..range.start);
            (it.original(), it.is_custom(), it.is_yaml_core_schema_tag("str"), range)
        });
        match event {
            Event::Scalar(value, style, ..) => {
                let is_text = tag.as_ref().is_some_and(|it| it.1 || it.2) || style != Style::Plain;
                let kind = match (is_text, range.is_empty() && style == Style::Plain) {
                    (false, true) => NodeKind::Null,
                    (true, true) => NodeKind::String("".into()),
                    (true, false) => NodeKind::String(value.into()),
                    (false, false) => scalar::resolve(&value),
                };
                self.last_end = range.end;
                self.push(kind, range, tag.map(|it| Tag { text: it.0, range: it.3 }), Some(style_of(style)));
            }
            Event::Alias(_) | Event::UnresolvedAlias(_) => {
                let name = self.text.get(range.clone()).unwrap_or_default().trim_start_matches('*').to_owned();
                let target = self.anchors.get(&name).copied();
                self.last_end = range.end;
                self.push(NodeKind::Alias(Alias { name, target }), range, None, None);
            }
            Event::Anchor(_, name) => {
                let id = NodeId(u32::try_from(self.tree.nodes.len().saturating_sub(1)).unwrap_or(u32::MAX));
                if let Some(node) = self.tree.nodes.last_mut() {
                    node.anchor = Some(Anchor { name: name.to_string(), range });
                }
                self.anchors.insert(name.into_owned(), id);
            }
            Event::SequenceStart(style, ..) => {
                let id = self.open(NodeKind::Sequence(Vec::new()), style, range, tag.map(|it| Tag { text: it.0, range: it.3 }));
                self.frames.push(Frame::Sequence(id, Vec::new()));
            }
            Event::MappingStart(style, ..) => {
                let id = self.open(NodeKind::Mapping(Vec::new()), style, range, tag.map(|it| Tag { text: it.0, range: it.3 }));
                self.frames.push(Frame::Mapping(id, Vec::new(), None));
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(range.end),
            Event::DocumentStart(..) => self.anchors.clear(),
            Event::Comment(..) => self.tree.comments.push(range),
            _ => {}
        }
    }

    fn open(&mut self, kind: NodeKind, style: StructureStyle, range: Range, tag: Option<Tag>) -> NodeId {
        let flow = matches!(style, StructureStyle::Flow);
        self.brackets.push(flow.then_some(range.start));
        self.last_end = range.end;
        self.push(kind, range, tag, None)
    }

    fn push(&mut self, kind: NodeKind, range: Range, tag: Option<Tag>, style: Option<ScalarStyle>) -> NodeId {
        let id = NodeId(u32::try_from(self.tree.nodes.len()).unwrap_or(u32::MAX));
        let is_merge = |node: &Node| matches!(&node.kind, NodeKind::String(it) if &**it == "<<") && node.tag.is_none();
        let parent = match self.frames.last_mut() {
            None => {
                self.tree.documents.push(id);
                None
            }
            Some(Frame::Sequence(parent, items)) => {
                items.push(id);
                Some(*parent)
            }
            Some(Frame::Mapping(parent, entries, key)) => {
                match key.take() {
                    Some(key) => {
                        let plain = self.tree.styles.get(key.0 as usize) == Some(&Some(ScalarStyle::Plain));
                        let merge = plain && self.tree.nodes.get(key.0 as usize).is_some_and(is_merge);
                        entries.push(Entry { key, value: id, merge });
                    }
                    None => *key = Some(id),
                }
                Some(*parent)
            }
        };
        self.tree.nodes.push(Node { kind, range, tag, anchor: None });
        self.tree.parents.push(parent);
        self.tree.styles.push(style);
        id
    }

    fn close(&mut self, end: usize) {
        let flow = self.brackets.pop().flatten().is_some();
        let Some(frame) = self.frames.pop() else { return };
        let id = match &frame {
            Frame::Sequence(id, _) | Frame::Mapping(id, ..) => *id,
        };
        let last = match &frame {
            Frame::Sequence(_, items) => items.last().copied(),
            Frame::Mapping(_, entries, _) => entries.last().map(|it| it.value),
        };
        let last_key = match &frame {
            Frame::Mapping(_, entries, _) => entries.last().map(|it| it.key),
            Frame::Sequence(..) => None,
        };
        let start = self.tree.node(id).range.start;
        // A block collection's own end is the start of what comes next; it ends with its last item.
        let inner = [last, last_key].into_iter().flatten().map(|it| self.tree.node(it).range.end).max();
        let mut end = if flow { end } else { inner.unwrap_or(end).max(start) };
        if !flow && let Some(empty) = last_key.filter(|_| last.is_some_and(|it| self.tree.node(it).range.is_empty())) {
            end = self.after_colon(self.tree.node(empty).range.end).max(start);
        }
        self.finish_frame(frame, start..end.max(start));
    }

    /// Past the `:` of a key without a value, so that the entry holds it.
    fn after_colon(&self, key_end: usize) -> usize {
        let rest = self.text.get(key_end..).unwrap_or_default();
        let gap = rest.len() - rest.trim_start_matches([' ', '\t']).len();
        if rest.get(gap..).is_some_and(|it| it.starts_with(':')) { key_end + gap + 1 } else { key_end }
    }

    fn finish_frame(&mut self, frame: Frame, range: Range) {
        let (id, kind) = match frame {
            Frame::Sequence(id, items) => (id, NodeKind::Sequence(items)),
            Frame::Mapping(id, mut entries, key) => {
                if let Some(key) = key {
                    // The text ended behind a key: its value is empty.
                    let end = self.tree.node(key).range.end;
                    let value = NodeId(u32::try_from(self.tree.nodes.len()).unwrap_or(u32::MAX));
                    self.tree.nodes.push(Node { kind: NodeKind::Null, range: end..end, tag: None, anchor: None });
                    self.tree.parents.push(Some(id));
                    self.tree.styles.push(Some(ScalarStyle::Plain));
                    entries.push(Entry { key, value, merge: false });
                }
                (id, NodeKind::Mapping(entries))
            }
        };
        if let Some(node) = self.tree.nodes.get_mut(id.0 as usize) {
            node.kind = kind;
            node.range = range;
        }
    }

    fn finish(mut self) -> Tree {
        while let Some(frame) = self.frames.pop() {
            let id = match &frame {
                Frame::Sequence(id, _) | Frame::Mapping(id, ..) => *id,
            };
            let start = self.tree.node(id).range.start;
            self.finish_frame(frame, start..self.last_end.max(start));
        }
        self.tree
    }
}

fn style_of(style: Style) -> ScalarStyle {
    match style {
        Style::SingleQuoted => ScalarStyle::SingleQuoted,
        Style::DoubleQuoted => ScalarStyle::DoubleQuoted,
        Style::Literal => ScalarStyle::Literal,
        Style::Folded => ScalarStyle::Folded,
        _ => ScalarStyle::Plain,
    }
}
