//! That the cases of `tests/peer` touch every property that may be written.
//!
//! A property that no case touches is compared with the framework by nobody. Properties that cannot be compared are
//! listed in `tests/peer/uncovered.md`, each with the reason.

use std::collections::{BTreeMap, BTreeSet};

use slsc_core::aws::events::Event;
use slsc_core::aws::function::Function;
use slsc_core::aws::layer::Layer;
use slsc_core::aws::provider::Provider;
use slsc_core::document;
use slsc_core::service::Root;
use slsc_core::shape::{Map, Shape, Typed};
use slsc_core::value::Value;

use crate::support::top;

/// A property: the mapping that has it, and its key.
type Property = (&'static str, &'static str);

/// Every property below `shape`, with a path to it.
fn properties(shape: &'static Shape, path: &str, all: &mut BTreeMap<Property, String>) {
    match shape {
        Shape::Object(object) => {
            // What version 4 has removed is refused by the framework that makes the goldens.
            for field in object.fields.iter().filter(|it| !it.removed) {
                let path = format!("{path}.{}", field.key);
                if all.insert((object.name, field.key), path.clone()).is_none() {
                    properties(field.shape, &path, all);
                }
            }
        }
        Shape::ByKey(by_key) => {
            by_key.cases.iter().for_each(|it| properties(it.shape, &format!("{path}.{}", it.key), all));
        }
        Shape::List(item) => properties(item, &format!("{path}[]"), all),
        Shape::Map(map) => properties(map.value, &format!("{path}.*"), all),
        Shape::OneOf(shapes) => shapes.iter().for_each(|it| properties(it, path, all)),
        _ => {}
    }
}

/// Marks what `value` touches of `shape`.
fn touch(value: &Value, shape: &'static Shape, touched: &mut BTreeSet<Property>) {
    match shape {
        Shape::Object(object) => {
            let Value::Object(entries) = value else {
                if let Some(key) = object.shorthand {
                    touched.insert((object.name, key));
                }
                return;
            };
            for (key, value) in entries.iter() {
                if let Some(field) = object.field(key) {
                    touched.insert((object.name, field.key));
                    touch(value, field.shape, touched);
                }
            }
        }
        Shape::ByKey(by_key) => {
            for (key, value) in value.as_object().into_iter().flat_map(|it| it.iter()) {
                let case = by_key.cases.iter().find(|it| it.key == key);
                case.into_iter().for_each(|it| touch(value, it.shape, touched));
            }
        }
        Shape::List(item) => match value {
            Value::Array(items) => items.iter().for_each(|it| touch(it, item, touched)),
            one => touch(one, item, touched),
        },
        Shape::Map(map) => {
            value
                .as_object()
                .into_iter()
                .flat_map(|it| it.values())
                .for_each(|it| touch(it, map.value, touched));
        }
        Shape::OneOf(shapes) => shapes.iter().for_each(|it| touch(value, it, touched)),
        _ => {}
    }
}

/// The sections of a service, each with its shape.
fn sections() -> [(&'static str, &'static Shape); 3] {
    [("provider", Provider::SHAPE), ("functions", <Map<Function>>::SHAPE), ("layers", <Map<Layer>>::SHAPE)]
}

#[test]
fn every_property_is_compared_with_the_framework() {
    let mut all = BTreeMap::new();
    properties(Root::SHAPE, "", &mut all);
    sections().iter().for_each(|(key, shape)| properties(shape, key, &mut all));
    let mut events = BTreeMap::new();
    properties(Event::SHAPE, "events", &mut events);

    let mut touched = BTreeSet::new();
    for case in std::fs::read_dir(top().join("tests/peer/cases")).unwrap() {
        let Ok(text) = std::fs::read_to_string(case.unwrap().path().join("serverless.yml")) else { continue };
        let value = document::value(&document::parse(&text));
        touch(&value, Root::SHAPE, &mut touched);
        for (key, shape) in sections() {
            match value.get(key) {
                Some(Value::Array(parts)) => parts.iter().for_each(|it| touch(it, shape, &mut touched)),
                Some(section) => touch(section, shape, &mut touched),
                None => {}
            }
        }
    }
    let listed = std::fs::read_to_string(top().join("tests/peer/uncovered.md")).unwrap();
    let listed = |path: &str| listed.contains(&format!("| `{}` |", path.trim_start_matches('.')));
    let untouched: Vec<&str> = all
        .iter()
        .filter(|(property, path)| {
            !touched.contains(*property) && (events.contains_key(*property) || !listed(path))
        })
        .map(|(_, path)| path.trim_start_matches('.'))
        .collect();
    assert!(untouched.is_empty(), "no case of tests/peer touches:\n{}", untouched.join("\n"));
}
