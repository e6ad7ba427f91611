//! Completion: keys, values and variables, out of the shapes and the configuration itself.

use slsc_core::db::{Database, File, Service};
use slsc_core::language;
use slsc_core::legacy::{Variables, env_file};
use slsc_core::path::{Path, Segment};
use slsc_core::pipeline;
use slsc_core::shape::check::shorten;
use slsc_core::shape::{Field, Shape};
use slsc_core::value::Value;
use slsc_core::variables::sources::SOURCES;

use super::{beta, handler, resource};
use crate::cursor::{self, Cursor, CursorKind};

/// A proposal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// What is shown and looked for.
    pub label: String,
    /// What is written.
    pub insert: String,
    /// What it is.
    pub kind: ProposalKind,
    /// What it is for, in Markdown.
    pub docs: String,
    /// How many bytes before the cursor it replaces.
    pub replaces: usize,
}

/// What a proposal is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProposalKind {
    /// A key.
    Key,
    /// A word or a value.
    Value,
    /// A source or an address of a variable.
    Variable,
}

/// What may be written at `offset` of a file.
pub fn at(db: &Database, service: Service, file: File, offset: usize) -> Vec<Proposal> {
    let text = pipeline::text(db, file);
    let Cursor { path, kind } = cursor::at(text, offset);
    let in_config = file == service.config(db);
    if let Some(variables) = beta::variables(db, service) {
        match &kind {
            CursorKind::Variable { prefix } if in_config => return beta_variables(variables, prefix),
            CursorKind::Key { prefix, siblings, column } if file == variables.file => {
                let names = beta::keys(db, service, variables, &path).into_iter();
                let names = names.filter(|it| !siblings.contains(&it.0));
                let holds_more = path.segments().last().is_none_or(|it| *it != Segment::from("vars"));
                let insert = |name: &str| match holds_more {
                    true => format!("{name}:\n{}", " ".repeat(column + 2)),
                    false => format!("{name}: "),
                };
                return names.map(|(name, docs)| key(&name, &docs, insert(&name), prefix)).collect();
            }
            _ => {}
        }
    }
    if let Some(found) = resource::complete(db, service, file, &path, &kind) {
        return found;
    }
    match kind {
        CursorKind::Variable { prefix } => variable(db, service, &prefix),
        _ if !in_config => Vec::new(),
        CursorKind::Key { prefix, siblings, column } => keys(&path, &prefix, &siblings, column),
        CursorKind::Value { key: Some(key), prefix } if key == "handler" && is_function(&path) => {
            handler::proposals(db, service, &path, &prefix)
        }
        CursorKind::Value { key, prefix } => values(&path, key.as_deref(), &prefix),
        CursorKind::Nothing => Vec::new(),
    }
}

/// Whether a path is that of a function.
fn is_function(path: &Path) -> bool {
    path.segments().first() == Some(&Segment::from("functions"))
}

/// The variables of a service of the betas, with their values for the selected stage and region.
fn beta_variables(variables: &Variables, prefix: &str) -> Vec<Proposal> {
    let names = env_file::names(&variables.values).into_iter();
    let proposal = |name: &str| Proposal {
        label: name.into(),
        insert: name.into(),
        kind: ProposalKind::Variable,
        docs: beta::table(variables, name),
        replaces: prefix.len(),
    };
    names.map(|it| proposal(&it)).collect()
}

fn keys(path: &Path, prefix: &str, siblings: &[String], column: usize) -> Vec<Proposal> {
    let mut found: Vec<Proposal> = Vec::new();
    for shape in language::shapes_at(path) {
        match shape {
            Shape::Object(object) => {
                let fields = object.fields.iter().filter(|it| !it.removed && it.deprecated.is_none());
                for field in fields.filter(|it| !siblings.iter().any(|key| key == it.key)) {
                    found.push(key(field.key, field.docs, insertion(field, column), prefix));
                }
            }
            Shape::ByKey(by_key) if siblings.is_empty() => {
                for case in by_key.cases {
                    let below = format!("{}:\n{}", case.key, " ".repeat(column + 4));
                    let insert = if scalar(case.shape) { format!("{}: ", case.key) } else { below };
                    found.push(key(case.key, case.shape.docs(), insert, prefix));
                }
            }
            Shape::Choice(_) | Shape::Bool => found.extend(words(shape, prefix)),
            _ => {}
        }
    }
    found
}

fn key(label: &str, docs: &str, insert: String, prefix: &str) -> Proposal {
    Proposal {
        label: label.into(),
        insert,
        kind: ProposalKind::Key,
        docs: docs.into(),
        replaces: prefix.len(),
    }
}

/// What is written for a key: a line for its value, or the place below it where its own keys begin.
fn insertion(field: &Field, column: usize) -> String {
    match field.shape {
        Shape::List(_) => format!("{}:\n{}- ", field.key, " ".repeat(column + 2)),
        shape if scalar(shape) => format!("{}: ", field.key),
        _ => format!("{}:\n{}", field.key, " ".repeat(column + 2)),
    }
}

/// Whether a value may stand on the key's own line.
fn scalar(shape: &Shape) -> bool {
    match shape {
        Shape::Bool | Shape::Number { .. } | Shape::String(_) | Shape::Choice(_) => true,
        Shape::Intrinsic | Shape::IntrinsicOf(_) => true,
        Shape::OneOf(shapes) => shapes.iter().any(|it| scalar(it)),
        Shape::Object(object) => object.shorthand.is_some(),
        Shape::Any | Shape::List(_) | Shape::Map(_) | Shape::ByKey(_) => false,
    }
}

fn values(path: &Path, key: Option<&str>, prefix: &str) -> Vec<Proposal> {
    let path = key.map_or_else(|| path.clone(), |it| path.join(it));
    language::shapes_at(&path).into_iter().flat_map(|it| words(it, prefix)).collect()
}

fn words(shape: &Shape, prefix: &str) -> Vec<Proposal> {
    let value = |text: &str, docs: &str| Proposal {
        label: text.into(),
        insert: text.into(),
        kind: ProposalKind::Value,
        docs: docs.into(),
        replaces: prefix.len(),
    };
    match shape {
        Shape::Bool => vec![value("true", ""), value("false", "")],
        Shape::Choice(choice) => {
            choice.words.iter().filter(|it| !it.ended).map(|it| value(it.text, it.docs)).collect()
        }
        Shape::String(string) => {
            let proposals = string.grammar.map(|it| (it.proposals)()).unwrap_or_default();
            proposals.iter().map(|(text, docs)| value(text, docs)).collect()
        }
        Shape::Object(object) => object
            .shorthand
            .and_then(|key| object.field(key))
            .map_or_else(Vec::new, |field| words(field.shape, prefix)),
        Shape::List(item) => words(item, prefix),
        Shape::OneOf(shapes) => shapes.iter().flat_map(|it| words(it, prefix)).collect(),
        _ => Vec::new(),
    }
}

fn variable(db: &Database, service: Service, prefix: &str) -> Vec<Proposal> {
    // Only what stands behind the last separator is being written.
    let prefix = prefix.rsplit(", ").next().unwrap_or(prefix);
    let prefix = prefix.rsplit("${").next().unwrap_or(prefix);
    let proposal = |label: &str, insert: String, docs: &str, replaces: usize| Proposal {
        label: label.into(),
        insert,
        kind: ProposalKind::Variable,
        docs: docs.into(),
        replaces,
    };
    let Some((source, address)) = prefix.split_once(':') else {
        let called = |name: &str| {
            if matches!(name, "file" | "strToBool") { format!("{name}(") } else { format!("{name}:") }
        };
        return SOURCES.iter().map(|it| proposal(it.name, called(it.name), it.docs, prefix.len())).collect();
    };
    let config = &pipeline::resolved(db, service).value;
    let last = address.rsplit('.').next().unwrap_or_default().len();
    let names =
        |names: Vec<String>| names.iter().map(|it| proposal(it, it.clone(), "", last)).collect::<Vec<_>>();
    match source {
        "self" => {
            let above = address.rsplit_once('.').map_or("", |it| it.0);
            let holder = config.at_address(above);
            let object = holder.and_then(Value::as_object);
            let shown = object.into_iter().flat_map(|it| it.iter());
            shown
                .map(|(key, value)| proposal(key, key.to_string(), &shorten(&value.to_json()), last))
                .collect()
        }
        "opt" => names(vec!["stage".into(), "region".into()]),
        "sls" => names(vec!["stage".into(), "instanceId".into()]),
        "aws" => names(vec!["accountId".into(), "region".into()]),
        "param" => {
            let stages = config.get("params").and_then(Value::as_object);
            let all = stages.into_iter().flat_map(|it| it.values()).filter_map(Value::as_object);
            let mut keys: Vec<String> = all.flat_map(|it| it.keys()).map(ToString::to_string).collect();
            keys.sort();
            keys.dedup();
            names(keys)
        }
        "env" => names(
            service
                .options(db)
                .env
                .keys()
                .filter(|it| !it.starts_with('_'))
                .map(ToString::to_string)
                .collect(),
        ),
        _ => Vec::new(),
    }
}

/// The segments of a path as text, for tests.
pub fn shown(path: &Path) -> String {
    path.segments().iter().map(Segment::to_string).collect::<Vec<_>>().join(".")
}
