//! YAML as a tree with exact spans that survives mistakes.
//!
//! [`parse`] never fails: it gives a tree of what can be read and a list of problems, each at its place. Scalars are
//! resolved by YAML 1.2's core schema as js-yaml 4 reads it (`yes` is a string, `0o14` is 12, dates stay strings).
//! The parser underneath stays behind this crate; nothing of it shows in the interface.
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        clippy::unreachable
    )
)]

mod check;
mod comments;
mod events;
mod json;
mod lines;
mod mend;
mod patch;
mod repair;
mod scalar;
mod source;
#[cfg(test)]
mod tests;

/// Byte offsets into the text. A byte order mark counts as it stands, and so do both bytes of CRLF.
pub type Range = std::ops::Range<usize>;

/// Parses `text`, accepting any local tag.
pub fn parse(text: &str) -> Parsed {
    repair::parse(text, None)
}

/// Parses `text`; a local tag (`!Ref`) that is not in `known_tags` is a problem.
pub fn parse_with(text: &str, known_tags: &[&str]) -> Parsed {
    repair::parse(text, Some(known_tags))
}

/// Parses `text` as JSON: strictly, as `JSON.parse` does.
pub fn parse_json(text: &str) -> Parsed {
    json::parse(text)
}

/// What was read, and what is wrong with it.
#[derive(Clone, Debug, PartialEq)]
pub struct Parsed {
    /// The tree of everything that could be read.
    pub tree: Tree,
    /// What is wrong, in the order of the text.
    pub problems: Vec<Problem>,
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    /// What kind of mistake it is.
    pub kind: ProblemKind,
    /// What is wrong, in one line.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
    /// Where.
    pub range: Range,
    /// Other places that belong to it, with what is there.
    pub related: Vec<(Range, String)>,
}

/// Kinds of mistakes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ProblemKind {
    /// The text is not YAML.
    Syntax,
    /// A key is written twice in one mapping.
    DuplicateKey,
    /// A line is indented so that it belongs nowhere.
    Indentation,
    /// A tab indents a line.
    Tab,
    /// A quote or a bracket is not closed.
    Unclosed,
    /// An alias names no anchor.
    UndefinedAlias,
    /// A tag is known to nobody.
    UnknownTag,
    /// The document is nested too deep.
    TooDeep,
    /// Aliases expand to too much.
    AliasBomb,
    /// There is more than one document.
    SeveralDocuments,
    /// The text is not JSON.
    Json,
}

impl ProblemKind {
    /// A permanent name.
    pub fn id(self) -> &'static str {
        match self {
            ProblemKind::Syntax => "yaml-syntax",
            ProblemKind::DuplicateKey => "yaml-duplicate-key",
            ProblemKind::Indentation => "yaml-indentation",
            ProblemKind::Tab => "yaml-tab",
            ProblemKind::Unclosed => "yaml-unclosed",
            ProblemKind::UndefinedAlias => "yaml-undefined-alias",
            ProblemKind::UnknownTag => "yaml-unknown-tag",
            ProblemKind::TooDeep => "yaml-too-deep",
            ProblemKind::AliasBomb => "yaml-alias-bomb",
            ProblemKind::SeveralDocuments => "yaml-several-documents",
            ProblemKind::Json => "json-syntax",
        }
    }
}

/// A node of a [`Tree`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(pub u32);

/// The nodes of a text, in the order in which they begin.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tree {
    nodes: Vec<Node>,
    parents: Vec<Option<NodeId>>,
    styles: Vec<Option<ScalarStyle>>,
    documents: Vec<NodeId>,
    comments: Vec<Range>,
}

/// One node.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// What it is.
    pub kind: NodeKind,
    /// Its content, without tag and anchor. A collection ends with its last item.
    pub range: Range,
    /// Its tag, if it has one.
    pub tag: Option<Tag>,
    /// Its anchor, if it has one.
    pub anchor: Option<Anchor>,
}

/// What a node is.
#[derive(Clone, Debug, PartialEq)]
pub enum NodeKind {
    /// Nothing: empty, `~` or `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number.
    Number(f64),
    /// A string.
    String(Box<str>),
    /// A list.
    Sequence(Vec<NodeId>),
    /// A mapping.
    Mapping(Vec<Entry>),
    /// `*name`.
    Alias(Alias),
}

/// An entry of a mapping.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The key.
    pub key: NodeId,
    /// The value.
    pub value: NodeId,
    /// Whether the key is the merge key `<<`.
    pub merge: bool,
}

/// A tag as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag {
    /// Such as `!Ref`.
    pub text: String,
    /// Where it stands.
    pub range: Range,
}

/// An anchor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Anchor {
    /// Its name, without the `&`.
    pub name: String,
    /// Where it stands, with the `&`.
    pub range: Range,
}

/// An alias.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alias {
    /// Its name, without the `*`.
    pub name: String,
    /// The node that it stands for, if there is one.
    pub target: Option<NodeId>,
}

/// How a scalar is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ScalarStyle {
    /// Without quotes.
    Plain,
    /// `'...'`.
    SingleQuoted,
    /// `"..."`.
    DoubleQuoted,
    /// `|`.
    Literal,
    /// `>`.
    Folded,
}

static NOTHING: Node = Node { kind: NodeKind::Null, range: 0..0, tag: None, anchor: None };

impl Tree {
    /// The root of the first document.
    pub fn root(&self) -> Option<NodeId> {
        self.documents.first().copied()
    }

    /// The roots of all documents.
    pub fn documents(&self) -> &[NodeId] {
        &self.documents
    }

    /// Whether a key is the merge key: `<<` without quotes or a tag.
    fn is_merge_key(&self, key: NodeId) -> bool {
        let plain = self.style(key) == Some(ScalarStyle::Plain);
        let node = self.node(key);
        plain && node.tag.is_none() && matches!(&node.kind, NodeKind::String(it) if &**it == "<<")
    }

    fn reserve(&mut self, nodes: usize) {
        self.nodes.reserve(nodes);
        self.parents.reserve(nodes);
        self.styles.reserve(nodes);
    }

    /// A node. An id of another tree gives an empty one.
    pub fn node(&self, id: NodeId) -> &Node {
        self.nodes.get(id.0 as usize).unwrap_or(&NOTHING)
    }

    /// All nodes, in the order in which they begin.
    pub fn ids(&self) -> impl Iterator<Item = NodeId> + use<> {
        (0..u32::try_from(self.nodes.len()).unwrap_or(u32::MAX)).map(NodeId)
    }

    /// How many nodes there are.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// The comments, each from its `#` to the end of the line.
    pub fn comments(&self) -> &[Range] {
        &self.comments
    }

    /// The node that holds this one.
    pub fn parent(&self, id: NodeId) -> Option<NodeId> {
        self.parents.get(id.0 as usize).copied().flatten()
    }

    /// How a scalar is written; `None` for what is none.
    pub fn style(&self, id: NodeId) -> Option<ScalarStyle> {
        self.styles.get(id.0 as usize).copied().flatten()
    }

    /// The node that an alias stands for, else the node itself.
    pub fn target(&self, id: NodeId) -> NodeId {
        let mut at = id;
        // An alias may stand for an alias, but a chain as long as the tree is a circle.
        for _ in 0..=self.nodes.len() {
            match &self.node(at).kind {
                NodeKind::Alias(Alias { target: Some(target), .. }) => at = *target,
                _ => return at,
            }
        }
        id
    }

    /// The nodes that hold `offset`, from the root to the deepest. Keys are nodes, too.
    pub fn path_at(&self, offset: usize) -> Vec<NodeId> {
        let mut path = Vec::new();
        let holds = |id: &NodeId| {
            let range = &self.node(*id).range;
            range.start <= offset && offset <= range.end
        };
        let mut at = self.documents.iter().copied().find(|it| holds(it));
        while let Some(id) = at {
            path.push(id);
            at = match &self.node(id).kind {
                NodeKind::Sequence(items) => items.iter().copied().find(|it| holds(it)),
                NodeKind::Mapping(entries) => {
                    entries.iter().flat_map(|it| [it.key, it.value]).find(|it| holds(it))
                }
                _ => None,
            };
        }
        path
    }

    /// Where a byte range of a string's value stands in the text; the whole node where that cannot be told.
    pub fn source_range(&self, text: &str, id: NodeId, value: Range) -> Range {
        source::range(self, text, id, value)
    }
}
