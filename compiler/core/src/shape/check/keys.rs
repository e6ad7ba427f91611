//! What is wrong with the keys of a mapping: unknown, missing, old, too new, or beside their mapping.

use ecow::{EcoString, eco_format};

use super::{Checker, shorten};
use crate::diagnostic::{Diagnostic, Edit, Fix, Part, Place, Severity, nearest};
use crate::language::placement::{self, Meant};
use crate::path::Segment;
use crate::rules;
use crate::shape::{ByKeyShape, Field, ObjectShape};
use crate::value::{Object, Value};

pub(super) fn removed_key(key: &EcoString, field: &Field, cx: &mut Checker) {
    let place = Place::key(cx.path.join(key));
    let diagnostic =
        Diagnostic::new(&rules::UNKNOWN_KEY, place, eco_format!("`{key}` was removed in version 4"));
    let instead = field.deprecated.unwrap_or("the newer options");
    cx.report(diagnostic.help(eco_format!("use {}, or pin `frameworkVersion: '3'`", code(instead))));
}

/// A key in code marks; words stay as they are.
fn code(instead: &str) -> EcoString {
    if instead.contains(' ') { instead.into() } else { eco_format!("`{instead}`") }
}

pub(super) fn deprecated_key(
    key: &EcoString,
    field: &Field,
    object: &ObjectShape,
    entries: &Object,
    cx: &mut Checker,
) {
    let Some(instead) = field.deprecated else { return };
    let place = Place::key(cx.path.join(key));
    let message = eco_format!("`{key}` is deprecated");
    let mut diagnostic = Diagnostic::new(&rules::DEPRECATED_KEY, place.clone(), message)
        .help(eco_format!("use {}", code(instead)));
    // Only what pins an older version has it, and there it is right.
    if field.removed {
        diagnostic.severity = Severity::Info;
    }
    // A key beside it that takes the same is its new name.
    let renamed = object.field(instead).is_some_and(|it| std::ptr::eq(it.shape, field.shape));
    if renamed && !entries.contains_key(instead) {
        diagnostic = diagnostic.replace(eco_format!("rename to `{instead}`"), true, place, instead);
    }
    cx.diagnostics.push(diagnostic);
}

pub(super) fn unknown_key(key: &EcoString, entries: &Object, object: &ObjectShape, cx: &mut Checker) {
    let entry = entries.get(key).unwrap_or(&Value::Null);
    let may_be_right = object.open || cx.plugins.may_bring(object.name, key);
    let meant = match may_be_right {
        true => placement::surely_meant(&cx.path, key, entries, object, cx.old_keys),
        false => placement::meant(&cx.path, key, entry, object, cx.old_keys),
    };
    // What no plugin brings the framework passes over; what stands under `custom` is the user's own.
    let is_lost = object.open && object.name != "Custom" && !cx.plugins.may_bring(object.name, key);
    let meant = meant.or_else(|| {
        let mut absent =
            object.fields.iter().map(|it| it.key).filter(|it| is_lost && !entries.contains_key(it));
        // `deadLetterArn` for `deadLetterQueueArn`.
        let begins_alike =
            |it: &str| it.chars().zip(key.chars()).take_while(|(one, other)| one == other).count() >= 8;
        nearest(key, absent.clone()).or_else(|| absent.find(|it| begins_alike(it))).map(Meant::Key)
    });
    // What another language takes as a comment is no key of a plugin.
    if may_be_right && meant.is_none() && !key.starts_with("//") {
        return;
    }
    let place = Place::key(cx.path.join(key));
    if let Some(first) = first_without_section(key, entries, object) {
        if first == key {
            let message =
                eco_format!("unknown key `{}` in `resources`, which has no `Resources`", shorten(key));
            let diagnostic = Diagnostic::new(&rules::UNKNOWN_KEY, place, message)
                .why("the resources of a template stand below `Resources`");
            cx.report(diagnostic.help("write `Resources:` above it, and indent the resources below that"));
        }
        return;
    }
    let message = match cx.path.last() {
        Some(Segment::Key(parent)) => eco_format!("unknown key `{}` in `{parent}`", shorten(key)),
        _ => eco_format!("unknown key `{}`", shorten(key)),
    };
    let mut diagnostic = Diagnostic::new(&rules::UNKNOWN_KEY, place.clone(), message);
    if may_be_right && stands_for(key, entries, object, cx).is_none() {
        // A plugin may bring a key of this name after all, or the framework passes it over.
        diagnostic.severity = Severity::Warning;
    }
    cx.report(match meant {
        Some(Meant::Key(near)) => {
            // Where a mistake is only warned of, the service is deployed without the key today.
            let stops = cx.level == Some(Severity::Error) && !may_be_right;
            let known = object.fields.iter().map(|it| it.key).filter(|it| *it != near);
            let others = known.filter(|it| nearest(key, [*it]).is_some()).count();
            let certain = stops && others == 0 && !entries.contains_key(near);
            renamed(diagnostic, place, near, certain)
        }
        Some(Meant::Place(where_to)) => diagnostic.help(eco_format!("it belongs {where_to}")),
        None => {
            diagnostic.help("remove it, or put it where it belongs; data of your own goes under `custom`")
        }
    });
}

/// For a resource that stands directly in `resources`, where there is no `Resources`: the first that does so. One line
/// is missing, so one of them is told.
fn first_without_section<'e>(key: &str, entries: &'e Object, object: &ObjectShape) -> Option<&'e EcoString> {
    let is_resource = |it: &Value| it.get("Type").is_some();
    let stands_here = object.name == "UserResources" && entries.get(key).is_some_and(is_resource);
    let mut entries = entries.iter().filter(|_| stands_here && !entries.contains_key("Resources"));
    entries.find(|(key, it)| object.field(key).is_none() && is_resource(it)).map(|it| it.0)
}

fn renamed(diagnostic: Diagnostic, place: Place, near: &str, certain: bool) -> Diagnostic {
    diagnostic.help(eco_format!("did you mean `{near}`?")).replace(
        eco_format!("rename to `{near}`"),
        certain,
        place,
        near,
    )
}

/// A key that names nothing that may stand here: an event that nobody knows.
pub(super) fn unknown_case(key: &EcoString, by_key: &ByKeyShape, cx: &mut Checker) {
    let known = || by_key.cases.iter().map(|it| it.key);
    let is_option = placement::is_function_option(key);
    // Nobody calls an event as one of ours in the plural.
    let plural = || known().find(|it| key.strip_suffix('s') == Some(*it));
    let slip = || placement::misspelt(key, known()).or_else(plural);
    let may_be_right = cx.plugins.may_bring("Event", key);
    let near = if may_be_right { slip() } else { nearest(key, known()) };
    if may_be_right && near.is_none() && !is_option {
        return;
    }
    let place = Place::key(cx.path.join(key));
    let message = eco_format!("no {} is called `{}`", by_key.noun, shorten(key));
    let mut diagnostic = Diagnostic::new(&rules::UNKNOWN_EVENT, place.clone(), message);
    if may_be_right {
        diagnostic.severity = Severity::Warning;
    }
    cx.report(match near {
        _ if is_option => diagnostic.help("it is an option of the function: write it beside `events`"),
        Some(near) => renamed(diagnostic, place, near, false),
        None => diagnostic.help(eco_format!(
            "write a known {}, or name the plugin that brings it under `plugins`",
            by_key.noun
        )),
    });
}

/// A key that version 3 does not know is left out, as that version leaves it out.
pub(super) fn newer_key(key: &EcoString, cx: &mut Checker) {
    let place = Place::key(cx.path.join(key));
    let message = eco_format!("version 3 does not know `{key}`");
    cx.report(
        Diagnostic::new(&rules::UNKNOWN_KEY, place, message)
            .why("`frameworkVersion` says that the service was written for it, so the key has no effect")
            .help(eco_format!("remove `frameworkVersion`, or remove `{key}`")),
    );
}

/// The key that an unknown one surely stands for, where that one is needed and not there. One mistake is told once:
/// where the misspelt key is written, and not as a missing key as well.
fn stands_for(key: &str, entries: &Object, object: &ObjectShape, cx: &Checker) -> Option<&'static str> {
    let entry = entries.get(key).unwrap_or(&Value::Null);
    let meant = match object.open || cx.plugins.may_bring(object.name, key) {
        true => placement::surely_meant(&cx.path, key, entries, object, cx.old_keys),
        false => placement::meant(&cx.path, key, entry, object, cx.old_keys),
    };
    let Some(Meant::Key(near)) = meant else { return None };
    let is_needed = object.field(near).is_some_and(|it| it.required)
        || object.requires.iter().any(|keys| keys.contains(&near))
        || object.name == "Function" && matches!(near, "handler" | "image");
    (is_needed && !entries.contains_key(near)).then_some(near)
}

pub(super) fn missing_keys(object: &ObjectShape, checked: &Object, cx: &mut Checker) {
    let unknown = || checked.keys().filter(|it| object.field(it).is_none());
    // An unknown key is refused, and is likely the one that is asked for, however it is written.
    // In the large mappings the two have likely nothing to do with each other.
    let is_large = matches!(object.name, "Root" | "Provider" | "Function");
    let is_strict = cx.level == Some(Severity::Error) && !object.open && !is_large;
    let is_refused = |key: &EcoString| !cx.plugins.may_bring(object.name, key);
    let is_told = is_strict && unknown().count() == 1 && unknown().all(is_refused);
    let misspelt: Vec<&str> = unknown().filter_map(|it| stands_for(it, checked, object, cx)).collect();
    let present = |key: &str| checked.get(key).is_some_and(|it| !it.is_null()) || misspelt.contains(&key);
    let missing: Vec<&Field> = object.fields.iter().filter(|it| it.required && !present(it.key)).collect();
    let is_same = is_told && missing.len() == 1;
    for field in missing.into_iter().filter(|_| !is_same) {
        let message = eco_format!("missing key `{}`", field.key);
        let summary = field.docs.lines().next().unwrap_or_default();
        cx.report(
            Diagnostic::new(&rules::MISSING_KEY, cx.at(Part::Key), message)
                .help(eco_format!("add `{}`: {summary}", field.key))
                .about(field.key),
        );
    }
    let lacks = |keys: &&'static [&'static str]| {
        keys.iter().copied().filter(|it| !present(it)).collect::<Vec<&'static str>>()
    };
    let lacking: Vec<Vec<&str>> = object.requires.iter().map(lacks).collect();
    if is_told || lacking.iter().any(Vec::is_empty) {
        return;
    }
    // What is nearest to be whole is asked for.
    let fewest = lacking.iter().map(Vec::len).min();
    let mut sets: Vec<&Vec<&str>> = lacking.iter().filter(|it| Some(it.len()) == fewest).collect();
    sets.dedup();
    let shown = |keys: &&Vec<&str>| keys.iter().map(|it| format!("`{it}`")).collect::<Vec<_>>().join(" and ");
    let (message, help) = match sets.as_slice() {
        [] => return,
        [one] if one.len() == 1 => {
            (eco_format!("missing key {}", shown(one)), eco_format!("add {}", shown(one)))
        }
        all => {
            let all: Vec<String> = all.iter().map(shown).collect();
            (eco_format!("one of {} is needed", all.join(" or ")), "add the one that you mean".into())
        }
    };
    cx.report(Diagnostic::new(&rules::MISSING_KEY, cx.at(Part::Key), message).help(help));
}

/// Several keys where one names the thing: most often the keys of an event beside it instead of under it.
pub(super) fn several_keys(object: &Object, by_key: &ByKeyShape, value: &Value, cx: &mut Checker) -> Value {
    let named = object.iter().find(|(key, _)| by_key.cases.iter().any(|it| it.key == key.as_str()));
    let (Some((name, entry)), 2..) = (named, object.len()) else {
        let known = || by_key.cases.iter().map(|it| it.key);
        if let Some(key) = object.keys().find(|it| placement::misspelt(it, known()).is_some()) {
            unknown_case(key, by_key, cx);
            return value.clone();
        }
        let message =
            eco_format!("expected a mapping with one key, the {}; found {} keys", by_key.noun, object.len());
        cx.report(Diagnostic::new(&rules::WRONG_TYPE, cx.at(Part::Value), message));
        return value.clone();
    };
    let mut others = object.keys().filter(|it| *it != name);
    if entry.is_null() {
        let at = Place::key(cx.path.join(others.next().unwrap_or(name)));
        let message = eco_format!("the keys of `{name}` stand beside it");
        let mut diagnostic = Diagnostic::new(&rules::EVENT_INDENTATION, at, message)
            .help(eco_format!("indent them two spaces further, below `{name}`"))
            .related(Place::key(cx.path.join(name)), "they belong below this");
        diagnostic.fixes.extend(indented_below(name, object, cx));
        cx.report(diagnostic);
        return value.clone();
    }
    let mut at_name = false;
    for key in others {
        let at = Place::key(cx.path.join(key));
        let misplaced = |message: EcoString| Diagnostic::new(&rules::EVENT_INDENTATION, at, message);
        let beside = eco_format!("`{}` stands beside `{name}`", shorten(key));
        if entry.as_object().is_some() && placement::is_option_of_event(name, key) {
            cx.report(misplaced(beside).help(eco_format!("indent it as the keys below `{name}` are")));
        } else if placement::is_function_option(key) {
            cx.report(misplaced(beside).help("it is an option of the function: write it beside `events`"));
        } else if !std::mem::replace(&mut at_name, true) {
            let at = Place::key(cx.path.join(name));
            let message = eco_format!("one list item holds `{name}` and more");
            cx.report(
                Diagnostic::new(&rules::EVENT_INDENTATION, at, message)
                    .help(eco_format!("give each {} an item of its own, with its own `-`", by_key.noun)),
            );
        }
    }
    value.clone()
}

/// The keys beside `name` put below it, where each has a line of its own: the value of none goes over several lines.
fn indented_below(name: &EcoString, object: &Object, cx: &Checker) -> Option<Fix> {
    let below = object.iter().skip_while(|(key, _)| key != &name);
    let keys: Vec<&EcoString> = below.skip(1).map(|it| it.0).collect();
    let on_one_line = |it: &Value| match it {
        Value::String(text) => !text.contains('\n'),
        other => matches!(other, Value::Number(_) | Value::Bool(_)),
    };
    let all = keys.len() + 1 == object.len();
    let plain = keys.iter().all(|key| object.get(key).is_some_and(on_one_line));
    let edit = |key: &&EcoString| Edit { at: Place::key(cx.path.join(*key)), text: eco_format!("  {key}") };
    // A service that is refused as it is changes in nothing else.
    let stops = cx.level == Some(Severity::Error);
    (all && plain).then(|| Fix {
        title: eco_format!("indent them below `{name}`"),
        safe: stops,
        edits: keys.iter().map(edit).collect(),
    })
}
