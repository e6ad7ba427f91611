//! CloudFormation in the editor: types, properties and words of resources, with what AWS says of them.
//!
//! A resource is known by its `Type`, wherever it stands: in `resources`, or in a file that is taken in there.

use slsc_core::cfn::schema::docs::{self, Documentation, Page};
use slsc_core::cfn::schema::{self, Kinds, Node, ResourceType, Word};
use slsc_core::db::{Database, File, Service};
use slsc_core::document;
use slsc_core::path::{Path, Segment};
use slsc_core::pipeline;
use slsc_core::value::{Value, number_to_string};

use super::completion::{Proposal, ProposalKind};
use super::hover::Hover;
use crate::cursor::CursorKind;

/// A place in a resource: its type, and the path from `Properties` on.
struct Inside {
    kind: ResourceType,
    below: Vec<Segment>,
}

/// The resource whose properties `path` of a file is in.
fn inside(db: &Database, service: Service, file: File, path: &Path) -> Option<Inside> {
    let segments = path.segments();
    let properties = Segment::from("Properties");
    let at = segments.iter().position(|it| *it == properties)?;
    let (above, below) = segments.split_at_checked(at)?;
    let kind = resource_at(db, service, file, above)?;
    Some(Inside { kind, below: below.get(1..)?.to_vec() })
}

/// The type of the resource at a path of a file: it is written there, or the service generates the resource.
fn resource_at(db: &Database, service: Service, file: File, path: &[Segment]) -> Option<ResourceType> {
    let at: Path = path.iter().cloned().collect();
    let written = pipeline::document(db, file).at(&at).and_then(|it| it.get("Type")).and_then(Value::as_str);
    if let Some(name) = written {
        return schema::resource_type(name);
    }
    let Some(Segment::Key(id)) = path.last() else { return None };
    let resources = pipeline::linked(db, service).template.body.get("Resources")?;
    resources.get(id)?.get("Type")?.as_str().and_then(schema::resource_type)
}

/// What may be written at a cursor in a resource; `None` where it is in none.
pub fn complete(
    db: &Database,
    service: Service,
    file: File,
    path: &Path,
    kind: &CursorKind,
) -> Option<Vec<Proposal>> {
    match kind {
        CursorKind::Value { key: Some(key), prefix } if key == "Type" && holds_resource(path) => {
            Some(types(prefix))
        }
        CursorKind::Key { prefix, siblings, column } => {
            let inside = inside(db, service, file, path)?;
            let nodes = inside.kind.nodes_at(&inside.below);
            let page = docs::page(inside.kind);
            let mut found = properties(&nodes, &inside, page.as_ref(), (prefix, siblings, *column));
            found.extend(nodes.iter().flat_map(|it| words(*it, prefix)));
            Some(found)
        }
        CursorKind::Value { key, prefix } => {
            let path = key.as_deref().map_or_else(|| path.clone(), |it| path.join(it));
            let inside = inside(db, service, file, &path)?;
            let nodes = inside.kind.nodes_at(&inside.below);
            Some(nodes.iter().flat_map(|it| words(*it, prefix)).collect())
        }
        _ => None,
    }
}

/// Whether a mapping at `path` is a resource: it stands in a mapping called `Resources`.
fn holds_resource(path: &Path) -> bool {
    let above = path.parent();
    above.last() == Some(&Segment::from("Resources"))
}

fn types(prefix: &str) -> Vec<Proposal> {
    let lower = prefix.to_lowercase();
    let fits = schema::names().filter(|it| it.to_lowercase().starts_with(&lower));
    let proposal = |name: &str| Proposal {
        label: name.into(),
        insert: name.into(),
        kind: ProposalKind::Value,
        docs: String::new(),
        replaces: prefix.len(),
    };
    fits.map(proposal).collect()
}

fn properties(
    nodes: &[Node],
    inside: &Inside,
    page: Option<&Page>,
    (prefix, siblings, column): (&str, &[String], usize),
) -> Vec<Proposal> {
    let mut found: Vec<Proposal> = Vec::new();
    let set = |name: &str| inside.below.is_empty() && inside.kind.read_only().any(|it| it == name);
    for (name, node) in nodes.iter().flat_map(|it| it.properties()) {
        let known = siblings.iter().any(|it| it == name) || found.iter().any(|it| it.label == name);
        if known || set(name) || node.is_never() {
            continue;
        }
        let keys = keys(&inside.below).chain([name]);
        let docs = page.and_then(|it| it.property(keys)).map(|it| told(&it)).unwrap_or_default();
        found.push(Proposal {
            label: name.into(),
            insert: insertion(name, node, column),
            kind: ProposalKind::Key,
            docs,
            replaces: prefix.len(),
        });
    }
    found
}

/// What is written for a property: a line for its value, or the place below it where its own keys begin.
fn insertion(name: &str, node: Node, column: usize) -> String {
    let all = node.alternatives();
    let takes = |kind: Kinds| all.iter().any(|it| !it.kinds().is_any() && it.kinds().takes(kind));
    if takes(Kinds::STRING) || takes(Kinds::NUMBER) || takes(Kinds::INTEGER) || takes(Kinds::BOOLEAN) {
        return format!("{name}: ");
    }
    let dash = if takes(Kinds::ARRAY) { "- " } else { "" };
    if takes(Kinds::ARRAY) || takes(Kinds::OBJECT) {
        return format!("{name}:\n{}{dash}", " ".repeat(column + 2));
    }
    format!("{name}: ")
}

fn words(node: Node, prefix: &str) -> Vec<Proposal> {
    let node = node.items().filter(|_| node.kinds() == Kinds::ARRAY).unwrap_or(node);
    let mut texts: Vec<String> = node.words().map(shown).collect();
    if texts.is_empty() && node.kinds() == Kinds::BOOLEAN {
        texts = vec!["true".into(), "false".into()];
    }
    let proposal = |text: String| Proposal {
        label: text.clone(),
        insert: text,
        kind: ProposalKind::Value,
        docs: String::new(),
        replaces: prefix.len(),
    };
    texts.into_iter().map(proposal).collect()
}

fn shown(word: Word) -> String {
    match word {
        Word::Bool(it) => it.to_string(),
        Word::Text(it) => it.into(),
        Word::Number(it) => number_to_string(it).to_string(),
    }
}

/// The keys of a path, without the places in lists and the branches of conditions.
fn keys(path: &[Segment]) -> impl Iterator<Item = &str> {
    path.iter().filter_map(|it| match it {
        Segment::Key(key) if key != "Fn::If" => Some(key.as_str()),
        _ => None,
    })
}

fn told(it: &Documentation) -> String {
    let text = if it.text.is_empty() { String::new() } else { format!("{}\n\n", it.text) };
    format!("{text}[AWS documentation]({})", it.link)
}

/// What is to be said of a type or a property at `offset` of a file.
pub fn hover(db: &Database, service: Service, file: File, offset: usize) -> Option<Hover> {
    let tree = &pipeline::parsed(db, file).tree;
    let node = *tree.path_at(offset).last()?;
    let path = document::path_of(tree, node);
    let range = tree.node(node).range.clone();
    let Some(Segment::Key(key)) = path.last() else { return None };
    if key == "Type"
        && let Some(kind) = resource_at(db, service, file, path.parent().segments())
    {
        let page = docs::page(kind)?;
        return Some(Hover { markdown: format!("**{}**\n\n{}", kind.name(), told(&page.resource())), range });
    }
    let inside = inside(db, service, file, &path)?;
    if inside.below.is_empty() {
        return None;
    }
    let nodes = inside.kind.nodes_at(&inside.below);
    let documentation = docs::page(inside.kind)?.property(keys(&inside.below));
    if nodes.is_empty() && documentation.is_none() {
        return None;
    }
    let mut markdown = format!("**{key}**{}", facts(&nodes, &inside));
    if let Some(it) = documentation {
        markdown.push_str(&format!("\n\n{}", told(&it)));
    }
    Some(Hover { markdown, range })
}

/// The kind of a property, and its limits.
fn facts(nodes: &[Node], inside: &Inside) -> String {
    let mut found: Vec<String> = Vec::new();
    if let Some(node) = nodes.iter().find(|it| !it.kinds().is_any()) {
        found.push(node.kinds().noun());
    }
    let (parent, name) = match inside.below.split_last() {
        Some((Segment::Key(name), parent)) => (parent, name.as_str()),
        _ => return String::new(),
    };
    let holders = inside.kind.nodes_at(parent);
    if holders.first().is_some_and(|it| it.required().any(|it| it == name)) {
        found.push("required".into());
    }
    let path: Vec<&str> = keys(&inside.below).collect();
    let path = path.join(".");
    if inside.kind.create_only().any(|it| it.replace("*.", "") == path) {
        found.push("a change replaces the resource".into());
    }
    let words: Vec<String> =
        nodes.iter().flat_map(|it| it.words()).map(|it| format!("`{}`", shown(it))).collect();
    if (1..=20).contains(&words.len()) {
        found.push(format!("one of {}", words.join(", ")));
    }
    for node in nodes {
        found.extend(limits(node.range(), number_to_string));
        found.extend(limits(node.length(), |it| format!("{it}")).map(|it| format!("{it} characters")));
        found.extend(limits(node.item_count(), |it| format!("{it}")).map(|it| format!("{it} items")));
    }
    if found.is_empty() { String::new() } else { format!(": {}", found.join(", ")) }
}

fn limits<T: Copy, S: std::fmt::Display>(
    limits: (Option<T>, Option<T>),
    text: impl Fn(T) -> S,
) -> Option<String> {
    match limits {
        (Some(least), Some(most)) => Some(format!("{} to {}", text(least), text(most))),
        (Some(least), None) => Some(format!("at least {}", text(least))),
        (None, Some(most)) => Some(format!("at most {}", text(most))),
        (None, None) => None,
    }
}
