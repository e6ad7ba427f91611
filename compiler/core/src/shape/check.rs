//! The check: a value against its shape. Finds every mistake, and gives the value as the framework would take it.
//!
//! The framework's validator coerces: `"512"` is taken as `512`, `1` as `"1"`, a single value as a list of one, and
//! an entry whose value is null as absent. What comes back here is the coerced value; what is wrong stays as it was
//! written, so that a service that asks for warnings only is lowered all the same.

mod collection;
pub(crate) mod keys;

use std::collections::hash_map::Entry;
use std::sync::{LazyLock, Mutex, PoisonError};

use ecow::{EcoString, eco_format};
use regex_lite::Regex;
use rustc_hash::FxHashMap;

use self::collection::{check_list, check_map};
use super::cfn::{is_intrinsic, is_one_of};
use super::grammar::Fault;
use super::{ByKeyShape, ChoiceShape, Field, Limits, ObjectShape, Shape, StringShape};
use crate::diagnostic::{Diagnostic, Part, Place, Severity, nearest};
use crate::language::placement;
use crate::path::{Path, Segment};
use crate::plugins::Listed;
use crate::rules;
use crate::value::{Object, Value};

/// Where the check stands, and what it has found.
#[derive(Debug)]
pub struct Checker {
    path: Path,
    /// What has been found so far.
    pub diagnostics: Vec<Diagnostic>,
    /// The level of what does not fit a shape: `configValidationMode`. `None` reports nothing.
    pub level: Option<Severity>,
    /// Keys that no shape knows may belong to one of these, so that they are no mistakes.
    pub plugins: Listed,
    /// Whether keys are taken that version 4 has removed.
    pub old_keys: bool,
    /// Whether words are refused that have ended, such as runtimes.
    pub strict: bool,
    /// The time in seconds since 1970 in UTC, where it is known: what has passed is told.
    pub now: Option<i64>,
}

impl Checker {
    /// A check of the value at `path` of the resolved configuration.
    pub fn new(path: Path, level: Option<Severity>, plugins: Listed) -> Checker {
        Checker { path, diagnostics: Vec::new(), level, plugins, old_keys: true, strict: false, now: None }
    }

    /// A check of another value by the same rules.
    pub fn fresh(&self, path: Path) -> Checker {
        Checker { path, diagnostics: Vec::new(), ..*self }
    }

    /// The path of the value that is looked at.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn report(&mut self, mut diagnostic: Diagnostic) {
        if let Some(level) = self.level {
            diagnostic.severity = level.max(diagnostic.severity);
            self.diagnostics.push(diagnostic);
        }
    }

    fn at(&self, part: Part) -> Place {
        Place::Resolved { path: self.path.clone(), part }
    }

    fn below<R>(&mut self, segment: impl Into<Segment>, each: impl FnOnce(&mut Checker) -> R) -> R {
        self.path.push(segment);
        let result = each(self);
        self.path.pop();
        result
    }
}

/// Checks `value` against `shape` and gives the value as it is taken.
pub fn check(value: &Value, shape: &Shape, cx: &mut Checker) -> Value {
    check_limited(value, shape, &Limits::NONE, cx)
}

/// Whether nothing is wrong with `value` where `shape` is expected.
pub fn fits(shape: &Shape, value: &Value) -> bool {
    let mut cx = Checker::new(Path::root(), Some(Severity::Error), Listed::default());
    check(value, shape, &mut cx);
    cx.diagnostics.is_empty()
}

fn check_limited(value: &Value, shape: &Shape, limits: &Limits, cx: &mut Checker) -> Value {
    if matches!(value, Value::Unknown(_)) {
        return value.clone();
    }
    match shape {
        Shape::Any => value.clone(),
        Shape::Intrinsic => match value {
            Value::Object(it) if is_intrinsic(it) => value.clone(),
            _ => wrong_type(value, shape, cx),
        },
        Shape::IntrinsicOf(names) => match value {
            Value::Object(it) if is_one_of(it, names) => value.clone(),
            _ => wrong_type(value, shape, cx),
        },
        Shape::Object(object) => check_object(value, shape, object, cx),
        Shape::Map(map) => check_map(value, shape, map, limits, cx),
        Shape::ByKey(by_key) => check_by_key(value, shape, by_key, cx),
        Shape::List(item) => check_list(value, shape, item, limits, cx),
        Shape::OneOf(shapes) => check_one_of(value, shape, shapes, limits, cx),
        Shape::Bool | Shape::Number { .. } | Shape::String(_) | Shape::Choice(_) => {
            match coerce(value, shape) {
                Some(scalar) => {
                    check_scalar(&scalar, shape, limits, cx);
                    scalar
                }
                None => wrong_type(value, shape, cx),
            }
        }
    }
}

fn wrong_type(value: &Value, shape: &Shape, cx: &mut Checker) -> Value {
    let message = eco_format!("expected {}, found {}", shape.noun(), value.noun());
    let part = match value {
        Value::Array(_) | Value::Object(_) => Part::Use,
        _ => Part::Value,
    };
    let diagnostic = Diagnostic::new(&rules::WRONG_TYPE, cx.at(part), message);
    cx.report(diagnostic.help(eco_format!("write {} here", shape.noun())));
    value.clone()
}

/// The value as the scalar shape takes it, if it can be taken at all.
fn coerce(value: &Value, shape: &Shape) -> Option<Value> {
    let value = match value {
        Value::Array(items) if items.len() == 1 => items.first()?,
        _ => value,
    };
    match (shape, value) {
        (Shape::Bool, Value::Bool(_)) | (Shape::Number { .. }, Value::Number(_)) => Some(value.clone()),
        (Shape::Bool, Value::String(it)) => match it.as_str() {
            "true" => Some(true.into()),
            "false" => Some(false.into()),
            _ => None,
        },
        (Shape::Bool, Value::Number(it)) if *it == 0.0 || *it == 1.0 => Some((*it == 1.0).into()),
        (Shape::Number { .. }, Value::Bool(it)) => Some(i32::from(*it).into()),
        (Shape::Number { .. }, Value::String(it)) => number_of_text(it).map(Value::Number),
        (Shape::String(_), Value::String(_)) => Some(value.clone()),
        (Shape::String(_), Value::Number(_) | Value::Bool(_)) => Some(Value::String(value.to_js_string())),
        (Shape::Choice(_), Value::String(_)) => Some(value.clone()),
        (Shape::Choice(choice), Value::Number(_) | Value::Bool(_)) => {
            let text = value.to_js_string();
            // A word such as `1.0` is written as a number as often as not; `false` stands for the boolean itself.
            let known = choice.words.iter().any(|it| it.text == text);
            if known && value.as_bool().is_some() { Some(value.clone()) } else { Some(Value::String(text)) }
        }
        _ => None,
    }
}

fn number_of_text(text: &str) -> Option<f64> {
    let text = text.trim();
    if text.is_empty() || !text.bytes().all(|it| it.is_ascii_digit() || b"+-.eE".contains(&it)) {
        return None;
    }
    text.parse().ok()
}

fn check_scalar(value: &Value, shape: &Shape, limits: &Limits, cx: &mut Checker) {
    match (shape, value) {
        (Shape::Number { integer }, Value::Number(number)) => check_number(*number, *integer, limits, cx),
        (Shape::String(string), Value::String(text)) => check_string(text, string, limits, cx),
        (Shape::Choice(choice), value) => check_choice(&value.to_js_string(), choice, cx),
        _ => {}
    }
}

fn check_number(number: f64, integer: bool, limits: &Limits, cx: &mut Checker) {
    if integer && number.fract() != 0.0 {
        let message =
            eco_format!("expected a whole number, found {}", crate::value::number_to_string(number));
        cx.report(
            Diagnostic::new(&rules::WRONG_TYPE, cx.at(Part::Value), message).help("leave the fraction out"),
        );
        return;
    }
    let Some((least, most)) = limits.range else { return };
    if number < least as f64 || number > most as f64 {
        let wanted = number;
        let number = crate::value::number_to_string(number);
        let (message, help) = if most == i64::MAX {
            (eco_format!("{number} is below {least}"), eco_format!("write {least} or more"))
        } else {
            (
                eco_format!("{number} is not between {least} and {most}"),
                placement::other_unit(&cx.path, wanted)
                    .unwrap_or_else(|| eco_format!("write a number from {least} to {most}")),
            )
        };
        cx.report(Diagnostic::new(&rules::OUT_OF_RANGE, cx.at(Part::Value), message).help(help));
    }
}

fn check_string(text: &EcoString, shape: &StringShape, limits: &Limits, cx: &mut Checker) {
    if let Some((least, most)) = limits.length {
        let count = text.chars().count();
        if count < least || count > most {
            let message = if count < least && least == 1 {
                eco_format!("expected {}, found an empty string", shape.noun)
            } else {
                eco_format!("{count} characters are not between {least} and {most}")
            };
            cx.report(
                Diagnostic::new(&rules::OUT_OF_RANGE, cx.at(Part::Value), message)
                    .help(eco_format!("write {least} to {most} characters")),
            );
            return;
        }
    }
    if let Some(grammar) = shape.grammar {
        (grammar.check)(text, cx.now).into_iter().for_each(|it| report_fault(it, text, cx));
        return;
    }
    for (pattern, noun) in [shape.pattern.map(|it| (it, shape.noun)), limits.pattern].into_iter().flatten() {
        if !matches(pattern, text) {
            // What follows a colon says more of it.
            let name = noun.split(':').next().unwrap_or(noun);
            let message = eco_format!("`{}` is not {name}", shorten(text));
            let help = eco_format!("write {noun}");
            cx.report(Diagnostic::new(&rules::INVALID_FORMAT, cx.at(Part::Value), message).help(help));
            return;
        }
    }
}

fn report_fault(fault: Fault, text: &EcoString, cx: &mut Checker) {
    let at = Place::Inside { path: cx.path.clone(), within: fault.within };
    let mut diagnostic = Diagnostic::new(fault.rule, at, fault.message);
    diagnostic.severity = fault.severity;
    diagnostic.why = fault.why;
    diagnostic.help = fault.help;
    cx.report(match fault.instead {
        Some(instead) => {
            let whole = Place::Inside { path: cx.path.clone(), within: 0..text.len() };
            diagnostic.replace(eco_format!("replace with `{instead}`"), false, whole, instead)
        }
        None => diagnostic,
    });
}

/// A text short enough to stand in a message.
pub fn shorten(text: &str) -> EcoString {
    if text.chars().count() <= 80 {
        return text.into();
    }
    let start: String = text.chars().take(77).collect();
    eco_format!("{start}...")
}

fn check_choice(text: &str, shape: &ChoiceShape, cx: &mut Checker) {
    let fits = |word: &str| if shape.ignore_case { word.eq_ignore_ascii_case(text) } else { word == text };
    if shape.words.iter().any(|it| fits(it.text) && !(it.ended && cx.strict)) {
        return;
    }
    // A plugin may bring runtimes of its own.
    if cx.plugins.may_bring_words() && placement::may_be_foreign(&cx.path, text, shape) {
        return;
    }
    let message = eco_format!("`{}` is not {}", shorten(text), Shape::noun_of_choice(shape));
    let diagnostic = Diagnostic::new(&rules::UNKNOWN_VALUE, cx.at(Part::Value), message);
    if shape.words.iter().any(|it| fits(it.text)) {
        cx.report(diagnostic.help("it has ended: write one of these"));
        return;
    }
    let near = nearest(text, shape.words.iter().filter(|it| !it.ended).map(|it| it.text));
    cx.report(diagnostic.meant("replace with", cx.at(Part::Value), near, "write one of these"));
}

impl Shape {
    /// The words of a choice, cut short where there are many.
    fn noun_of_choice(shape: &ChoiceShape) -> String {
        const SHOWN: usize = 12;
        let words: Vec<String> =
            shape.words.iter().filter(|it| !it.ended).map(|it| format!("`{}`", it.text)).collect();
        match words.as_slice() {
            [one] => one.clone(),
            [rest @ .., last] if words.len() <= SHOWN => format!("one of {} or {last}", rest.join(", ")),
            all => format!(
                "one of {} and {} more",
                all.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", "),
                all.len().saturating_sub(SHOWN)
            ),
        }
    }
}

fn check_object(value: &Value, shape: &Shape, object: &ObjectShape, cx: &mut Checker) -> Value {
    let entries = match (value, object.shorthand.and_then(|key| object.field(key))) {
        (Value::Object(entries), Some(field)) if is_intrinsic(entries) && accepts_intrinsic(field.shape) => {
            report_short_function(field.key, cx);
            return shorthand(value, field, cx);
        }
        (Value::Object(entries), _) => entries,
        (Value::String(_) | Value::Number(_) | Value::Bool(_), Some(field)) => {
            return shorthand(value, field, cx);
        }
        _ => return wrong_type(value, shape, cx),
    };
    let mut checked = Object::new();
    for (key, entry) in entries.iter() {
        match object.field(key) {
            // A null counts as absent, but some keys are switched off by it.
            Some(_) if entry.is_null() => checked.insert(key.clone(), Value::Null),
            Some(field) if field.since_4 && cx.old_keys => keys::newer_key(key, cx),
            Some(field) => {
                if field.removed && !cx.old_keys {
                    keys::removed_key(key, field, cx);
                } else {
                    keys::deprecated_key(key, field, object, entries, cx);
                }
                let entry = cx.below(key, |cx| check_limited(entry, field.shape, &field.limits, cx));
                checked.insert(key.clone(), entry);
            }
            None => {
                keys::unknown_key(key, entries, object, cx);
                checked.insert(key.clone(), entry);
            }
        }
    }
    keys::missing_keys(object, &checked, cx);
    checked.into()
}

/// The framework takes a text alone in the short form.
fn report_short_function(key: &str, cx: &mut Checker) {
    let message = "a function of CloudFormation cannot stand here alone";
    cx.report(
        Diagnostic::new(&rules::WRONG_TYPE, cx.at(Part::Use), message)
            .why("the short form is a text; the framework takes the function for the mapping of the long one")
            .help(eco_format!("write it below `{key}:`")),
    );
}

fn accepts_intrinsic(shape: &Shape) -> bool {
    match shape {
        Shape::Intrinsic | Shape::IntrinsicOf(_) | Shape::Any => true,
        Shape::OneOf(shapes) => shapes.iter().any(|it| accepts_intrinsic(it)),
        _ => false,
    }
}

/// A bare value stands for the mapping with one field.
fn shorthand(value: &Value, field: &Field, cx: &mut Checker) -> Value {
    let checked = check_limited(value, field.shape, &field.limits, cx);
    Value::from(Object::from_iter([(field.key.into(), checked)]))
}

fn check_by_key(value: &Value, shape: &Shape, by_key: &ByKeyShape, cx: &mut Checker) -> Value {
    let Value::Object(object) = value else { return wrong_type(value, shape, cx) };
    let Some((key, entry)) = object.single() else { return keys::several_keys(object, by_key, value, cx) };
    match by_key.cases.iter().find(|it| it.key == key.as_str()) {
        Some(_) if entry.is_null() => {
            let message = eco_format!("`{key}` has no value");
            cx.report(
                Diagnostic::new(&rules::MISSING_KEY, Place::key(cx.path.join(key)), message)
                    .help(eco_format!("indent what belongs to `{key}` below it")),
            );
            value.clone()
        }
        Some(case) => {
            let entry = cx.below(key, |cx| check(entry, case.shape, cx));
            Value::from(Object::from_iter([(key.clone(), entry)]))
        }
        None => {
            keys::unknown_case(key, by_key, cx);
            value.clone()
        }
    }
}

fn check_one_of(value: &Value, whole: &Shape, shapes: &[&Shape], limits: &Limits, cx: &mut Checker) -> Value {
    let native: Vec<&&Shape> = shapes.iter().filter(|it| takes(it, value, false)).collect();
    let candidates =
        if native.is_empty() { shapes.iter().filter(|it| takes(it, value, true)).collect() } else { native };
    let said = candidates.iter().filter(|it| fits_words(it, value)).copied().collect::<Vec<_>>();
    if said.is_empty()
        && let Some((key, choices)) = word_of_none(&candidates, value)
    {
        return report_word_of_none(value, key, &choices, cx);
    }
    let candidates = if said.is_empty() { candidates } else { said };
    let mut best: Option<(Value, Vec<Diagnostic>)> = None;
    for shape in &candidates {
        let mut trial = Checker { level: Some(Severity::Error), ..cx.fresh(cx.path.clone()) };
        let checked = check_limited(value, shape, limits, &mut trial);
        let found = trial.diagnostics;
        if !found.iter().any(Diagnostic::is_error) {
            cx.diagnostics.extend(found);
            return checked;
        }
        if best.as_ref().is_none_or(|(_, it)| closeness(&found) > closeness(it)) {
            best = Some((checked, found));
        }
    }
    match best {
        Some((checked, found)) => {
            found
                .into_iter()
                .for_each(|it| if it.is_error() { cx.report(it) } else { cx.diagnostics.push(it) });
            checked
        }
        None => wrong_type(value, whole, cx),
    }
}

/// Whether the words in a mapping, such as its `type`, are all of those that `shape` takes at their keys.
fn fits_words(shape: &Shape, value: &Value) -> bool {
    let (Shape::Object(object), Value::Object(entries)) = (shape, value) else { return true };
    object.fields.iter().all(|field| match (field.shape, entries.get(field.key)) {
        (Shape::Choice(choice), Some(Value::String(word))) => choice
            .words
            .iter()
            .any(|it| if choice.ignore_case { it.text.eq_ignore_ascii_case(word) } else { it.text == word }),
        _ => true,
    })
}

/// The key whose word tells the alternatives apart, where it is the word of none of them, and their choices.
fn word_of_none<'v>(
    shapes: &[&&Shape],
    value: &'v Value,
) -> Option<(&'v EcoString, Vec<&'static ChoiceShape>)> {
    value.as_object().filter(|_| shapes.len() > 1)?.iter().find_map(|(key, entry)| {
        let word = entry.as_str()?;
        let choice = |shape: &&&Shape| match **shape {
            Shape::Object(object) => match object.field(key)?.shape {
                Shape::Choice(choice) => Some(*choice),
                _ => None,
            },
            _ => None,
        };
        let choices: Vec<&'static ChoiceShape> = shapes.iter().map(choice).collect::<Option<_>>()?;
        let takes = |it: &&ChoiceShape| it.words.iter().any(|it| it.text.eq_ignore_ascii_case(word));
        (!choices.iter().any(takes)).then_some((key, choices))
    })
}

fn report_word_of_none(
    value: &Value,
    key: &EcoString,
    choices: &[&'static ChoiceShape],
    cx: &mut Checker,
) -> Value {
    let mut words: Vec<&str> = Vec::new();
    for word in choices.iter().flat_map(|it| it.words) {
        if !words.contains(&word.text) {
            words.push(word.text);
        }
    }
    let written = value.get(key).and_then(Value::as_str).unwrap_or_default();
    let shown: Vec<String> = words.iter().map(|it| format!("`{it}`")).collect();
    let message = eco_format!("`{}` is not one of {}", shorten(written), shown.join(" or "));
    let at = Place::value(cx.path.join(key));
    let diagnostic = Diagnostic::new(&rules::UNKNOWN_VALUE, at.clone(), message);
    cx.report(diagnostic.meant("replace with", at, nearest(written, words), "write one of these"));
    value.clone()
}

/// How near an alternative came: fewer mistakes, and deeper ones, mean that it was probably meant.
fn closeness(found: &[Diagnostic]) -> (usize, std::cmp::Reverse<usize>) {
    let depth = |it: &Diagnostic| match &it.at {
        Place::Resolved { path, part } => path.segments().len() * 2 - usize::from(*part == Part::Key).min(1),
        Place::Inside { path, .. } => path.segments().len() * 2,
        _ => 0,
    };
    (found.iter().map(depth).min().unwrap_or_default(), std::cmp::Reverse(found.len()))
}

/// Whether a value of this kind may belong to `shape`; `coerced` when only a conversion makes it fit.
fn takes(shape: &Shape, value: &Value, coerced: bool) -> bool {
    match (shape, value) {
        (Shape::Any, _) => true,
        (Shape::OneOf(shapes), _) => shapes.iter().any(|it| takes(it, value, coerced)),
        (Shape::Intrinsic, Value::Object(it)) => is_intrinsic(it),
        (Shape::IntrinsicOf(names), Value::Object(it)) => is_one_of(it, names),
        (Shape::Object(it), Value::Object(_)) if it.shorthand.is_none() => !intrinsic_only(value),
        (Shape::Object(_), Value::Object(_)) => true,
        (Shape::Object(it), _) => {
            it.shorthand.and_then(|key| it.field(key)).is_some_and(|field| takes(field.shape, value, coerced))
        }
        (Shape::Map(_) | Shape::ByKey(_), Value::Object(_)) => !intrinsic_only(value),
        (Shape::List(_), Value::Array(_)) => true,
        (Shape::List(item), _) => coerced && takes(item, value, true),
        (Shape::Bool, Value::Bool(_)) | (Shape::Number { .. }, Value::Number(_)) => true,
        (Shape::String(_), Value::String(_)) => true,
        (Shape::Choice(_), Value::String(_)) => true,
        (Shape::Choice(choice), Value::Bool(_) | Value::Number(_)) => {
            let text = value.to_js_string();
            coerced || choice.words.iter().any(|it| it.text == text)
        }
        _ => coerced && coerce(value, shape).is_some(),
    }
}

fn intrinsic_only(value: &Value) -> bool {
    value.as_object().is_some_and(is_intrinsic)
}

/// Whether `text` contains a match of `pattern`. A pattern that starts with `(?i)` ignores letter case.
pub fn matches(pattern: &'static str, text: &str) -> bool {
    static COMPILED: LazyLock<Mutex<FxHashMap<&'static str, Option<&'static Regex>>>> =
        LazyLock::new(Mutex::default);
    let mut compiled = COMPILED.lock().unwrap_or_else(PoisonError::into_inner);
    let regex = match compiled.entry(pattern) {
        Entry::Occupied(it) => *it.get(),
        // The patterns are constants of this crate, so what is kept for ever is bounded.
        Entry::Vacant(it) => *it.insert(Regex::new(pattern).ok().map(|it| &*Box::leak(Box::new(it)))),
    };
    drop(compiled);
    regex.is_none_or(|it| it.is_match(text))
}

/// Decodes `value` as the alternative that it fits: the first that a check finds nothing wrong with, else the first
/// that can read it.
pub fn decode_one_of<T>(value: &Value, shapes: &[&Shape], decoders: &[fn(&Value) -> Option<T>]) -> Option<T> {
    for coerced in [false, true] {
        for (shape, decode) in shapes.iter().zip(decoders) {
            let unknown = matches!(value, Value::Unknown(_));
            if unknown || takes(shape, value, coerced) {
                let mut trial = Checker::new(Path::root(), Some(Severity::Error), Listed::ANY);
                check(value, shape, &mut trial);
                if !trial.diagnostics.iter().any(Diagnostic::is_error)
                    && let Some(it) = decode(value)
                {
                    return Some(it);
                }
            }
        }
    }
    let fitting = shapes.iter().zip(decoders).filter(|(shape, _)| takes(shape, value, false));
    fitting.map(|(_, decode)| decode).chain(decoders).find_map(|decode| decode(value))
}
