//! The check of lists and of mappings with free keys.

use ecow::eco_format;

use super::{Checker, check_limited, matches, shorten, wrong_type};
use crate::diagnostic::{Diagnostic, Part, Place};
use crate::rules;
use crate::shape::{Limits, MapShape, Shape};
use crate::value::{Object, Value};

pub(super) fn check_list(
    value: &Value,
    shape: &Shape,
    item: &Shape,
    limits: &Limits,
    cx: &mut Checker,
) -> Value {
    let items = match value {
        Value::Array(items) => items.as_slice(),
        Value::Object(_) | Value::Null => return wrong_type(value, shape, cx),
        // A single value is taken as a list of one.
        single => std::slice::from_ref(single),
    };
    check_count(items.len(), limits, cx);
    if limits.unique {
        check_unique(items, cx);
    }
    let scalar_value = !matches!(value, Value::Array(_));
    let limits = Limits { items: None, unique: false, ..*limits };
    let checked = items.iter().enumerate().map(|(index, it)| {
        if scalar_value {
            check_limited(it, item, &limits, cx)
        } else {
            cx.below(index, |cx| check_limited(it, item, &limits, cx))
        }
    });
    let checked: Vec<Value> = checked.collect();
    if checked == items && !scalar_value { value.clone() } else { Value::from(checked) }
}

pub(super) fn check_map(
    value: &Value,
    shape: &Shape,
    map: &MapShape,
    limits: &Limits,
    cx: &mut Checker,
) -> Value {
    let Value::Object(object) = value else { return wrong_type(value, shape, cx) };
    check_count(object.len(), limits, cx);
    let limits = &Limits { items: None, ..*limits };
    let mut checked = Object::new();
    for (key, entry) in object.iter() {
        if let Some(pattern) = map.key.as_ref().and_then(|it| it.pattern)
            && !matches(pattern, key)
        {
            let message =
                eco_format!("`{}` is not {}", shorten(key), map.key.as_ref().map_or("a key", |it| it.noun));
            let place = Place::key(cx.path.join(key));
            cx.report(
                Diagnostic::new(&rules::INVALID_FORMAT, place, message)
                    .help(eco_format!("write it so that it matches `{pattern}`")),
            );
        }
        // A null counts as absent, but it may switch off what another part has under the key.
        let entry = if entry.is_null() {
            Value::Null
        } else {
            cx.below(key, |cx| check_limited(entry, map.value, limits, cx))
        };
        checked.insert(key.clone(), entry);
    }
    checked.into()
}

/// How many items a list has, or entries a mapping.
fn check_count(count: usize, limits: &Limits, cx: &mut Checker) {
    let Some((least, most)) = limits.items else { return };
    if count < least || count > most {
        let message = if most == usize::MAX {
            eco_format!("expected {least} or more items, found {count}")
        } else {
            eco_format!("expected {least} to {most} items, found {count}")
        };
        let help = if count < least { "add what is missing" } else { "remove some" };
        cx.report(Diagnostic::new(&rules::OUT_OF_RANGE, cx.at(Part::Use), message).help(help));
    }
}

/// Items that stand in a list twice. They are compared as text, since `1` and `"1"` become the same.
fn check_unique(items: &[Value], cx: &mut Checker) {
    let known: Vec<_> = items.iter().map(|it| (!it.has_unknown()).then(|| it.to_js_string())).collect();
    for (index, item) in known.iter().enumerate() {
        let Some(text) = item else { continue };
        let Some(first) = known.iter().position(|it| it == item).filter(|it| *it < index) else { continue };
        let list = cx.path().clone();
        cx.report(
            Diagnostic::new(
                &rules::DUPLICATE_ITEM,
                Place::value(list.join(index)),
                eco_format!("`{}` is in the list already", shorten(text)),
            )
            .help("remove one of them")
            .related(Place::value(list.join(first)), "it stands here first"),
        );
    }
}
