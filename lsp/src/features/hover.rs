//! Hover: what a key is for, and what a variable is here.

use std::ops::Range;

use slsc_core::db::{Database, File, Service};
use slsc_core::document;
use slsc_core::language;
use slsc_core::locate;
use slsc_core::path::Segment;
use slsc_core::pipeline;
use slsc_core::shape::Shape;
use slsc_core::value::Value;
use slsc_core::variables::sources;

use super::{beta, resource, schedule, variable};

/// What is shown, and for which characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hover {
    /// Markdown.
    pub markdown: String,
    /// The characters.
    pub range: Range<usize>,
}

/// What is to be said at `offset` of a file; `now` is the time in seconds since 1970 in UTC.
pub fn at(db: &Database, service: Service, file: File, offset: usize, now: i64) -> Option<Hover> {
    of_beta_variable(db, service, file, offset)
        .or_else(|| of_variable(db, service, file, offset))
        .or_else(|| schedule::at(db, service, file, offset, now))
        .or_else(|| resource::hover(db, service, file, offset))
        .or_else(|| of_key(db, service, file, offset))
}

fn of_beta_variable(db: &Database, service: Service, file: File, offset: usize) -> Option<Hover> {
    let symbol = beta::at(db, service, file, offset)?;
    let markdown = beta::table(beta::variables(db, service)?, &symbol.name);
    Some(Hover { markdown, range: symbol.range })
}

fn of_variable(db: &Database, service: Service, file: File, offset: usize) -> Option<Hover> {
    let found = variable::at(db, file, offset)?;
    let source = sources::find(&found.call.name)?;
    let mut markdown = format!("`{}`\n\n{}", source.syntax, source.docs);
    let resolved = pipeline::resolved(db, service);
    let path = if file == service.config(db) { Some(found.path) } else { None };
    let value = match (found.call.name.as_str(), variable::literal(found.call.address.as_ref())) {
        ("self", Some(address)) => resolved.value.at_address(&address).cloned(),
        _ => path.and_then(|it| resolved.value.at_address(&it.to_string()).cloned()),
    };
    if let Some(value) = value {
        let stage = &resolved.stage;
        match value {
            Value::Unknown(it) => markdown.push_str(&format!("\n\nNot known here: {}.", it.reason)),
            value => markdown.push_str(&format!(
                "\n\nIn stage `{stage}`:\n```json\n{}\n```",
                shorten(&value.to_json_pretty())
            )),
        }
    }
    Some(Hover { markdown, range: found.range })
}

fn shorten(text: &str) -> String {
    const LINES: usize = 20;
    let mut lines: Vec<&str> = text.lines().take(LINES).collect();
    if text.lines().count() > LINES {
        lines.push("...");
    }
    lines.join("\n")
}

fn of_key(db: &Database, service: Service, file: File, offset: usize) -> Option<Hover> {
    if file != service.config(db) {
        return None;
    }
    let tree = &pipeline::parsed(db, file).tree;
    let node = *tree.path_at(offset).last()?;
    let path = document::path_of(tree, node);
    let range = tree.node(node).range.clone();
    let Some(Segment::Key(key)) = path.last() else { return None };
    let docs = language::shapes_at(&path.parent()).into_iter().find_map(|shape| match shape {
        Shape::Object(object) => object.field(key).map(|field| match field.deprecated {
            Some(instead) => format!("{}\n\nDeprecated: use `{instead}`.", field.docs),
            None => field.docs.to_owned(),
        }),
        Shape::ByKey(by_key) => {
            by_key.cases.iter().find(|it| it.key == key.as_str()).map(|it| it.shape.docs().to_owned())
        }
        _ => None,
    });
    let mut markdown = docs.map(|it| format!("**{key}**\n\n{it}"))?;
    let expected: Vec<String> = language::shapes_at(&path).iter().map(|it| it.noun()).collect();
    if let Some(noun) = expected.first().filter(|it| it.len() < 200) {
        markdown.push_str(&format!("\n\nTakes {noun}."));
    }
    if let Some(used) = locate::used(db, service, &path).filter(|it| it.file != file) {
        markdown.push_str(&format!("\n\nFrom `{}`.", used.file.path(db)));
    }
    Some(Hover { markdown, range })
}
