//! That the shapes take what the framework takes.
//!
//! `tests/peer/accepted.txt` lists every path that the framework accepts with the kinds of value that it takes there;
//! `tests/peer/accepted` makes it. What we refuse on purpose is listed in `tests/peer/refused.md`, with the reason.

use std::collections::BTreeSet;

use slsc_core::aws::events::KINDS;
use slsc_core::language::shapes_at;
use slsc_core::path::Segment;
use slsc_core::shape::{Shape, check::matches};

use crate::support::top;

/// A path as it is listed: `*` is any key, `[]` the items of a list.
fn steps(listed: &str) -> Vec<Segment> {
    let mut steps = Vec::new();
    for step in listed.split('.') {
        let key = step.trim_end_matches("[]");
        steps.push(Segment::from(key));
        steps.extend((key.len()..step.len()).step_by(2).map(|_| Segment::from(0usize)));
    }
    steps
}

/// Whether a value of the kind may stand at a place of the shape.
fn takes(shape: &'static Shape, kind: &str) -> bool {
    let word = kind.strip_prefix('"').and_then(|it| it.strip_suffix('"'));
    match (shape, kind) {
        (Shape::Any, _) => true,
        (Shape::OneOf(shapes), _) => shapes.iter().any(|it| takes(it, kind)),
        (Shape::Object(object), kind) if kind != "map" => {
            object.shorthand.and_then(|it| object.field(it)).is_some_and(|it| takes(it.shape, kind))
        }
        (Shape::Map(_) | Shape::Object(_) | Shape::ByKey(_), "map") => true,
        // A single value is taken as a list of one.
        (Shape::List(item), kind) if !["list", "map"].contains(&kind) => takes(item, kind),
        (Shape::List(_), "list") | (Shape::Bool, "boolean" | "\"true\"" | "\"false\"") => true,
        (Shape::Number { .. } | Shape::String(_), "number") | (Shape::String(_), "text") => true,
        (Shape::Choice(choice), "number") => choice.words.iter().all(|it| it.text.parse::<f64>().is_ok()),
        (Shape::Intrinsic | Shape::IntrinsicOf(_), "function") => true,
        (Shape::Choice(choice), _) => word.is_some_and(|word| {
            choice
                .words
                .iter()
                .any(|it| it.text == word || choice.ignore_case && it.text.eq_ignore_ascii_case(word))
        }),
        (Shape::String(string), _) => {
            word.is_some_and(|it| string.pattern.is_none_or(|pattern| matches(pattern, it)))
        }
        (Shape::Number { .. }, _) => word.is_some_and(|it| it.parse::<f64>().is_ok()),
        _ => false,
    }
}

/// The kinds of a listed line that no shape takes.
fn refused<'a>(listed: &str, kinds: &'a str) -> Vec<&'a str> {
    let shapes = shapes_at(&steps(listed).into_iter().collect());
    kinds.split(", ").filter(|kind| !shapes.iter().any(|it| takes(it, kind))).collect()
}

/// Whether a path is about an event that we do not have at all, which `unknown-event` says.
fn is_of_missing_event(listed: &str) -> bool {
    let event =
        listed.strip_prefix("functions.*.events[].").or(listed.strip_prefix("functions[].*.events[]."));
    let kind = event.map(|it| it.split(['.', '[']).next().unwrap_or_default());
    kind.is_some_and(|kind| KINDS.iter().all(|it| it.key() != kind))
}

#[test]
fn what_the_framework_accepts_is_accepted() {
    let listed = std::fs::read_to_string(top().join("tests/peer/accepted.txt")).unwrap();
    let page = std::fs::read_to_string(top().join("tests/peer/refused.md")).unwrap();
    let rows =
        page.lines().filter_map(|it| it.strip_prefix("| `")?.split_once("` |").map(|it| it.0.to_owned()));
    let mut unused: BTreeSet<String> = rows.collect();
    let rows = unused.clone();
    let mut found = Vec::new();
    for line in listed.lines() {
        let (path, kinds) = line.split_once(": ").unwrap();
        let kinds = refused(path, kinds);
        if kinds.is_empty() || is_of_missing_event(path) {
            continue;
        }
        // A row stands for the path and what is below it, in lists of functions or resources, too.
        let plain = path.replacen("functions[]", "functions", 1).replacen("resources[]", "resources", 1);
        let row = rows.iter().find(|it| {
            plain == **it || plain.strip_prefix(it.as_str()).is_some_and(|it| it.starts_with(['.', '[']))
        });
        match row {
            Some(row) => drop(unused.remove(row)),
            None => found.push(format!("{path}: {}", kinds.join(", "))),
        }
    }
    assert!(found.is_empty(), "the framework accepts, and we do not:\n{}", found.join("\n"));
    assert!(unused.is_empty(), "rows of refused.md that are taken now:\n{unused:?}");
    assert!(listed.lines().count() > 900);
}
