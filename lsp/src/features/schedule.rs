//! Hover on a schedule: what it says in words, and its next runs.

use slsc_core::db::{Database, File, Service};
use slsc_core::document::{find, path_of};
use slsc_core::language;
use slsc_core::path::Path;
use slsc_core::pipeline;
use slsc_core::schedule::{self, Expression, show, words, zone};
use slsc_core::shape::Shape;
use slsc_core::shape::grammar::GrammarKind;
use slsc_core::value::Value;

use super::hover::Hover;

/// How many runs are shown.
const SHOWN: usize = 5;

/// What is to be said of the schedule at `offset` of the configuration.
pub fn at(db: &Database, service: Service, file: File, offset: usize, now: i64) -> Option<Hover> {
    if file != service.config(db) {
        return None;
    }
    let tree = &pipeline::parsed(db, file).tree;
    let node = *tree.path_at(offset).last()?;
    let path = path_of(tree, node);
    let is_value = find(tree, tree.root()?, &path).value == node;
    if !is_value || !language::shapes_at(&path).into_iter().any(is_schedule) {
        return None;
    }
    let config = &pipeline::resolved(db, service).value;
    let text = config.at(&path)?.as_str()?;
    let expression = schedule::parse(text, None).expression?;
    let zone_name = time_zone(config, &path).unwrap_or("UTC");
    let mut markdown = format!("`{text}`\n\nRuns {}.", words::of(&expression));
    if !matches!(expression, Expression::Rate(_)) {
        let zone = zone::find(zone_name)?;
        let runs = show::runs(&expression, &zone, now, SHOWN);
        markdown.push_str(&match runs.is_empty() {
            true => "\n\nIt never runs again.".to_owned(),
            false => format!("\n\nNext runs in `{zone_name}`:\n\n* {}", runs.join("\n* ")),
        });
    }
    Some(Hover { markdown, range: tree.node(node).range.clone() })
}

/// Whether a string of a shape is a schedule, perhaps as the only item of a list or the only key of a mapping.
fn is_schedule(shape: &Shape) -> bool {
    match shape {
        Shape::String(it) => it.grammar.is_some_and(|it| it.kind == GrammarKind::Schedule),
        Shape::List(item) => is_schedule(item),
        Shape::OneOf(shapes) => shapes.iter().any(|it| is_schedule(it)),
        Shape::Object(it) => {
            it.shorthand.and_then(|key| it.field(key)).is_some_and(|it| is_schedule(it.shape))
        }
        _ => false,
    }
}

/// The time zone that stands beside the schedule, or beside the list that it is in.
fn time_zone<'a>(config: &'a Value, path: &Path) -> Option<&'a str> {
    let parent = path.parent();
    let holders = [parent.parent(), parent];
    holders.iter().find_map(|it| config.at(it)?.get("timezone")?.as_str())
}
