//! One strict parse: the parser's events into a tree, up to the first thing that it cannot read.

use granit_parser::{ErrorKind, Event, Parser, ScalarStyle as Style, StructureStyle, options};
use rustc_hash::FxHashMap;

use crate::{Alias, Anchor, Entry, Node, NodeId, NodeKind, Range, ScalarStyle, Tag, Tree, comments, scalar};

/// Nesting beyond this is not read. js-yaml stops here, and everything that walks a tree may recurse.
pub(crate) const MAX_DEPTH: usize = 100;

/// Where a strict parse ended.
pub(crate) struct Failure {
    /// The offset that the parser blames.
    pub at: usize,
    /// What it could not read.
    pub kind: ErrorKind,
    /// The brackets that are open, outermost first.
    pub brackets: Vec<usize>,
    /// The end of the last scalar, alias or opening bracket.
    pub last_end: usize,
}

/// What one strict parse gives.
pub(crate) struct Strict {
    /// Everything before the failure.
    pub tree: Tree,
    /// What ended it early.
    pub failure: Option<Failure>,
    /// The first node that is nested too deep; what is in it is left out.
    pub too_deep: Option<Range>,
}

enum Frame {
    Sequence { id: NodeId, items: Vec<NodeId>, bracket: Option<usize> },
    Mapping { id: NodeId, entries: Vec<Entry>, key: Option<NodeId>, bracket: Option<usize> },
}

impl Frame {
    fn bracket(&self) -> Option<usize> {
        match self {
            Frame::Sequence { bracket, .. } | Frame::Mapping { bracket, .. } => *bracket,
        }
    }
}

struct Builder<'a> {
    text: &'a str,
    tree: Tree,
    frames: Vec<Frame>,
    anchors: FxHashMap<String, NodeId>,
    last_end: usize,
    /// How many collections deep the parser is in what is left out.
    skipped: usize,
    too_deep: Option<Range>,
}

/// Parses until the end or the first failure.
pub(crate) fn parse(text: &str) -> Strict {
    let mut builder = Builder {
        text,
        tree: Tree::default(),
        frames: Vec::new(),
        anchors: FxHashMap::default(),
        last_end: 0,
        skipped: 0,
        too_deep: None,
    };
    // Services have about one node for every ten bytes; a wrong guess costs a copy, not more.
    builder.tree.reserve(text.len() / 10);
    // Comments are found in the gaps afterwards: asking the parser for them costs a sixth of its time.
    let options = options! {
        emit_anchor_events: true,
        emit_unresolved_aliases: true,
        emit_comments: false,
        simple_key_max_lookahead: 1 << 20,
    };
    let mut failure = None;
    for event in Parser::new_from_str_with_options(text, options) {
        match event {
            Ok((event, span)) => {
                let range = span.byte_range().unwrap_or(0..0);
                let tag_range = span.tag_span().and_then(|it| it.byte_range());
                builder.event(event, range, tag_range);
            }
            Err(error) => {
                let marker = error.marker();
                let by_chars = || text.char_indices().nth(marker.index()).map_or(text.len(), |it| it.0);
                let at = marker.byte_offset().unwrap_or_else(by_chars).min(text.len());
                let brackets = builder.frames.iter().filter_map(Frame::bracket).collect();
                let last_end = builder.last_end;
                failure = Some(Failure { at, kind: error.kind().clone(), brackets, last_end });
                break;
            }
        }
    }
    let too_deep = builder.too_deep.take();
    Strict { tree: builder.finish(), failure, too_deep }
}

impl Builder<'_> {
    fn event(&mut self, event: Event<'_>, range: Range, tag_range: Option<Range>) {
        if self.skipped > 0 {
            match event {
                Event::SequenceStart(..) | Event::MappingStart(..) => self.skipped += 1,
                Event::SequenceEnd | Event::MappingEnd => self.skipped -= 1,
                _ => {}
            }
            return;
        }
        let tag = event.tag().map(|it| tag_of(it, tag_range.unwrap_or(range.start..range.start)));
        match event {
            Event::Scalar(value, style, ..) => self.scalar(&value, style, range, tag),
            Event::Alias(_) | Event::UnresolvedAlias(_) => {
                let written = self.text.get(range.clone()).unwrap_or_default();
                let name = written.strip_prefix('*').unwrap_or(written).to_owned();
                let target = self.anchors.get(&name).copied();
                self.push(NodeKind::Alias(Alias { name, target }), range, None, None);
            }
            Event::Anchor(_, name) => self.anchor(name.into_owned(), range),
            Event::SequenceStart(style, ..) => {
                let bracket = self.bracket(style, &range);
                if let Some(id) = self.open(NodeKind::Sequence(Vec::new()), range, tag) {
                    self.frames.push(Frame::Sequence { id, items: Vec::new(), bracket });
                }
            }
            Event::MappingStart(style, ..) => {
                let bracket = self.bracket(style, &range);
                if let Some(id) = self.open(NodeKind::Mapping(Vec::new()), range, tag) {
                    self.frames.push(Frame::Mapping { id, entries: Vec::new(), key: None, bracket });
                }
            }
            Event::SequenceEnd | Event::MappingEnd => {
                if let Some(frame) = self.frames.pop() {
                    let end = frame.bracket().map(|_| range.end);
                    self.close(frame, end);
                }
            }
            Event::DocumentStart(..) => self.anchors.clear(),
            _ => {}
        }
    }

    /// Where a collection's bracket stands. A pair inside `[ ]` is in flow style and has none of its own.
    fn bracket(&self, style: StructureStyle, range: &Range) -> Option<usize> {
        let written = matches!(self.text.as_bytes().get(range.start), Some(b'[' | b'{'));
        (written && matches!(style, StructureStyle::Flow)).then_some(range.start)
    }

    fn scalar(&mut self, value: &str, style: Style, range: Range, tag: Option<(Tag, Option<String>)>) {
        let empty = range.is_empty() && style == Style::Plain;
        let kind = match &tag {
            None if empty => NodeKind::Null,
            None if style == Style::Plain => scalar::resolve(value),
            None => NodeKind::String(value.into()),
            Some((_, Some(core))) => scalar::resolve_as(core, if empty { "" } else { value }),
            // js-yaml hands a local tag the text as it stands, and nothing where nothing stands.
            Some((_, None)) if empty => NodeKind::Null,
            Some((_, None)) => NodeKind::String(value.into()),
        };
        let range = match style {
            Style::Literal | Style::Folded => self.block_range(range),
            Style::Plain if empty && tag.is_none() => self.empty_range(range),
            _ => range,
        };
        self.push(kind, range, tag.map(|it| it.0), Some(style_of(style)));
    }

    /// A block scalar from its `|` to the end of its last line that is not blank.
    fn block_range(&self, range: Range) -> Range {
        let before = self.text.get(..range.start).unwrap_or_default();
        let header_end = before.trim_end().len();
        let header_start = before.get(..header_end).unwrap_or_default().rfind('\n').map_or(0, |it| it + 1);
        let header = before.get(header_start..header_end).unwrap_or_default();
        let start = indicator(header).map_or(range.start, |it| header_start + it);
        let content = self.text.get(range.clone()).unwrap_or_default().trim_end().len();
        let end = if content == 0 { header_end.max(start) } else { range.start + content };
        start..end
    }

    /// The place of a value that is not written: behind the `:` of its key.
    fn empty_range(&self, range: Range) -> Range {
        let colon = self.text.as_bytes().get(range.start) == Some(&b':');
        let at = if colon && self.awaits_value() { range.start + 1 } else { range.start };
        at..at
    }

    fn awaits_value(&self) -> bool {
        matches!(self.frames.last(), Some(Frame::Mapping { key: Some(_), .. }))
    }

    fn anchor(&mut self, name: String, range: Range) {
        let Some(last) = self.tree.nodes.len().checked_sub(1) else { return };
        if let Some(node) = self.tree.nodes.last_mut() {
            // An empty scalar stands behind its anchor.
            if node.range.is_empty() && node.range.start < range.end {
                node.range = range.end..range.end;
            }
            self.last_end = self.last_end.max(node.range.end);
            node.anchor = Some(Anchor { name: name.clone(), range });
        }
        self.anchors.insert(name, id_of(last));
    }

    fn open(&mut self, kind: NodeKind, range: Range, tag: Option<(Tag, Option<String>)>) -> Option<NodeId> {
        let before = self.tree.nodes.len();
        let id = self.push(kind, range, tag.map(|it| it.0), None);
        (self.tree.nodes.len() > before && self.skipped == 0).then_some(id)
    }

    fn push(&mut self, kind: NodeKind, range: Range, tag: Option<Tag>, style: Option<ScalarStyle>) -> NodeId {
        let id = id_of(self.tree.nodes.len());
        let parent = match self.frames.last_mut() {
            None => {
                self.tree.documents.push(id);
                None
            }
            Some(Frame::Sequence { id: parent, items, .. }) => {
                items.push(id);
                Some(*parent)
            }
            Some(Frame::Mapping { id: parent, entries, key, .. }) => {
                match key.take() {
                    Some(key) => {
                        let merge = self.tree.is_merge_key(key);
                        entries.push(Entry { key, value: id, merge });
                    }
                    None => *key = Some(id),
                }
                Some(*parent)
            }
        };
        self.last_end = range.end;
        let too_deep = self.frames.len() >= MAX_DEPTH;
        let kind = if too_deep { self.leave_out(kind, &range) } else { kind };
        self.tree.nodes.push(Node { kind, range, tag, anchor: None });
        self.tree.parents.push(parent);
        self.tree.styles.push(style);
        id
    }

    /// Keeps a node that is nested too deep as an empty one.
    fn leave_out(&mut self, kind: NodeKind, range: &Range) -> NodeKind {
        self.too_deep.get_or_insert(range.clone());
        if matches!(kind, NodeKind::Sequence(_) | NodeKind::Mapping(_)) {
            self.skipped = 1;
        }
        NodeKind::Null
    }

    /// Ends a collection: at its bracket, or, in block style, with its last item. The parser's own end of a block
    /// collection is the start of whatever comes next.
    fn close(&mut self, frame: Frame, bracket_end: Option<usize>) {
        let (id, kind, inner) = match frame {
            Frame::Sequence { id, items, .. } => {
                let inner = items.last().map(|it| self.tree.node(*it).range.end);
                (id, NodeKind::Sequence(items), inner)
            }
            Frame::Mapping { id, mut entries, key, .. } => {
                if let Some(key) = key {
                    // The text ended behind a key: its value is empty.
                    let end = self.tree.node(key).range.end;
                    let value = id_of(self.tree.nodes.len());
                    self.tree.nodes.push(Node {
                        kind: NodeKind::Null,
                        range: end..end,
                        tag: None,
                        anchor: None,
                    });
                    self.tree.parents.push(Some(id));
                    self.tree.styles.push(Some(ScalarStyle::Plain));
                    entries.push(Entry { key, value, merge: false });
                }
                let last = entries.last();
                let inner =
                    last.map(|it| self.tree.node(it.value).range.end.max(self.tree.node(it.key).range.end));
                (id, NodeKind::Mapping(entries), inner)
            }
        };
        if let Some(node) = self.tree.nodes.get_mut(id.0 as usize) {
            let end = bracket_end.or(inner).unwrap_or(node.range.end);
            node.range.end = end.max(node.range.start);
            node.kind = kind;
            self.last_end = self.last_end.max(node.range.end);
        }
    }

    fn finish(mut self) -> Tree {
        while let Some(frame) = self.frames.pop() {
            let end = frame.bracket().map(|_| self.last_end);
            self.close(frame, end);
        }
        comments::find(self.text, &mut self.tree);
        self.tree
    }
}

/// The tag as it is written, and the name of the core schema's type if it is one of those.
fn tag_of(tag: &granit_parser::Tag, range: Range) -> (Tag, Option<String>) {
    let core = tag.suffix_in_namespace("tag:yaml.org,2002:").map(|it| it.into_owned());
    let text = match &core {
        Some(name) => format!("!!{name}"),
        None => format!("{}{}", tag.handle(), tag.suffix()),
    };
    (Tag { text, range }, core)
}

/// Where the `|` or `>` of a block scalar stands in its header line.
fn indicator(header: &str) -> Option<usize> {
    let comments = header.match_indices(" #").map(|it| it.0);
    std::iter::once(header.len()).chain(comments).find_map(|end| {
        let header =
            header.get(..end)?.trim_end().trim_end_matches(|it: char| matches!(it, '+' | '-' | '0'..='9'));
        header.ends_with(['|', '>']).then(|| header.len() - 1)
    })
}

fn id_of(index: usize) -> NodeId {
    NodeId(u32::try_from(index).unwrap_or(u32::MAX))
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
