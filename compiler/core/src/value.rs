//! Values without positions: what a configuration says and what a template holds.
//!
//! The framework works on JavaScript values, so these have JavaScript's shape: numbers are doubles, objects keep
//! the order of insertion (integer-like keys first), and strings made of other values follow JavaScript's rules.
//! A [`Value`] is cheap to clone and carries no position: places are found by [`crate::path::Path`].

use std::fmt::{self, Write as _};
use std::sync::Arc;

use ecow::EcoString;
use indexmap::IndexMap;
use rustc_hash::FxBuildHasher;

use crate::path::{Path, Segment};

/// One value of a configuration or of a template.
#[derive(Clone, Debug, Default)]
pub enum Value {
    /// `null`, or an empty value.
    #[default]
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number, as JavaScript keeps it.
    Number(f64),
    /// A string.
    String(EcoString),
    /// A list.
    Array(Arc<Vec<Value>>),
    /// A mapping.
    Object(Arc<Object>),
    /// A value that cannot be known without the network, or that a mistake reported elsewhere left open.
    /// It decodes as any type without a diagnostic of its own.
    Unknown(Arc<Unknown>),
}

/// Why a value is not known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unknown {
    /// The text that stands for the value, such as `${ssm:/token}`.
    pub text: EcoString,
    /// Why it is unknown, in words that end a sentence: `it is read from SSM at deploy time`.
    pub reason: EcoString,
    /// Whether a diagnostic has already been reported for it, so that nobody insists a second time.
    pub reported: bool,
}

/// A mapping in the order of JavaScript's own keys: integer-like keys ascending, then the others as inserted.
#[derive(Clone, Debug, Default)]
pub struct Object(IndexMap<EcoString, Value, FxBuildHasher>);

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Value::Null, Value::Null) => true,
            (Value::Bool(a), Value::Bool(b)) => a == b,
            (Value::Number(a), Value::Number(b)) => a.to_bits() == b.to_bits(),
            (Value::String(a), Value::String(b)) => a == b,
            (Value::Array(a), Value::Array(b)) => Arc::ptr_eq(a, b) || a == b,
            (Value::Object(a), Value::Object(b)) => Arc::ptr_eq(a, b) || a == b,
            (Value::Unknown(a), Value::Unknown(b)) => a == b,
            _ => false,
        }
    }
}

/// Bitwise equality of numbers makes this reflexive, NaN included.
impl Eq for Value {}

impl PartialEq for Object {
    /// Equal when keys, values and their order are: the order shows in hashes and in print.
    fn eq(&self, other: &Self) -> bool {
        self.0.len() == other.0.len() && self.0.iter().eq(other.0.iter())
    }
}

impl Eq for Object {}

impl Object {
    /// An object without entries.
    pub fn new() -> Self {
        Self::default()
    }

    /// The value at `key`.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.0.get(key)
    }

    /// The value at `key`, to change it.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Value> {
        self.0.get_mut(key)
    }

    /// Whether `key` is there, whatever its value.
    pub fn contains_key(&self, key: &str) -> bool {
        self.0.contains_key(key)
    }

    /// Sets `key`; an existing key keeps its place.
    pub fn insert(&mut self, key: impl Into<EcoString>, value: impl Into<Value>) {
        let key = key.into();
        let Some(index) = array_index(&key) else {
            self.0.insert(key, value.into());
            return;
        };
        if let Some(slot) = self.0.get_mut(&key) {
            *slot = value.into();
            return;
        }
        let at = self.0.keys().take_while(|it| array_index(it).is_some_and(|it| it < index)).count();
        self.0.shift_insert(at, key, value.into());
    }

    /// Sets `key` if there is a value.
    pub fn insert_some(&mut self, key: impl Into<EcoString>, value: Option<impl Into<Value>>) {
        if let Some(value) = value {
            self.insert(key, value);
        }
    }

    /// Removes `key`; the others keep their order.
    pub fn remove(&mut self, key: &str) -> Option<Value> {
        self.0.shift_remove(key)
    }

    /// The entries in order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&EcoString, &Value)> + Clone {
        self.0.iter()
    }

    /// The keys in order.
    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &EcoString> {
        self.0.keys()
    }

    /// The values in order.
    pub fn values(&self) -> impl DoubleEndedIterator<Item = &Value> {
        self.0.values()
    }

    /// The values in order, to change them.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut Value> {
        self.0.values_mut()
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The only entry, if there is exactly one.
    pub fn single(&self) -> Option<(&EcoString, &Value)> {
        if self.0.len() == 1 { self.0.first() } else { None }
    }

    /// Changes the object at `key`, which becomes an empty object first if it is none.
    pub fn edit_object<R>(&mut self, key: &str, edit: impl FnOnce(&mut Object) -> R) -> R {
        let mut object = match self.0.get_mut(key).map(std::mem::take) {
            Some(Value::Object(it)) => Arc::unwrap_or_clone(it),
            _ => Object::new(),
        };
        let result = edit(&mut object);
        self.insert(key, object);
        result
    }
}

impl FromIterator<(EcoString, Value)> for Object {
    fn from_iter<I: IntoIterator<Item = (EcoString, Value)>>(entries: I) -> Self {
        let mut object = Object::new();
        entries.into_iter().for_each(|(key, value)| object.insert(key, value));
        object
    }
}

impl IntoIterator for Object {
    type Item = (EcoString, Value);
    type IntoIter = indexmap::map::IntoIter<EcoString, Value>;
    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

/// JavaScript's array index keys come before all other keys of an object.
fn array_index(key: &str) -> Option<u32> {
    if !key.as_bytes().first().is_some_and(u8::is_ascii_digit) || (key.len() > 1 && key.starts_with('0')) {
        return None;
    }
    key.parse().ok().filter(|it| *it != u32::MAX)
}

impl Value {
    /// A string value.
    pub fn string(text: impl Into<EcoString>) -> Value {
        Value::String(text.into())
    }

    /// A list value.
    pub fn array(items: impl IntoIterator<Item = Value>) -> Value {
        Value::Array(Arc::new(items.into_iter().collect()))
    }

    /// The string, if it is one.
    pub fn as_str(&self) -> Option<&str> {
        if let Value::String(it) = self { Some(it) } else { None }
    }

    /// The boolean, if it is one.
    pub fn as_bool(&self) -> Option<bool> {
        if let Value::Bool(it) = self { Some(*it) } else { None }
    }

    /// The number, if it is one.
    pub fn as_number(&self) -> Option<f64> {
        if let Value::Number(it) = self { Some(*it) } else { None }
    }

    /// The items, if it is a list.
    pub fn as_array(&self) -> Option<&[Value]> {
        if let Value::Array(it) = self { Some(it) } else { None }
    }

    /// The entries, if it is a mapping.
    pub fn as_object(&self) -> Option<&Object> {
        if let Value::Object(it) = self { Some(it) } else { None }
    }

    /// The value at `key`, if this is a mapping that has it.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.as_object().and_then(|it| it.get(key))
    }

    /// The value at a path below this one.
    pub fn at(&self, path: &Path) -> Option<&Value> {
        path.segments().iter().try_fold(self, |value, segment| match (value, segment) {
            (Value::Array(items), Segment::Index(index)) => items.get(usize::try_from(*index).ok()?),
            (Value::Object(object), Segment::Key(key)) => object.get(key),
            _ => None,
        })
    }

    /// The value at a dotted address below this one; numbers count the items of lists.
    pub fn at_address(&self, address: &str) -> Option<&Value> {
        let mut keys = address.split('.').filter(|it| !it.is_empty());
        keys.try_fold(self, |value, key| match value {
            Value::Array(items) => key.parse::<usize>().ok().and_then(|it| items.get(it)),
            other => other.get(key),
        })
    }

    /// Shows `each` this value, whose path is `path`, and everything below it. What `each` answers says whether to go
    /// below the value that it was shown.
    pub fn visit<'a>(&'a self, path: &mut Path, each: &mut dyn FnMut(&Path, &'a Value) -> bool) {
        if !each(path, self) {
            return;
        }
        let mut below = |segment: Segment, value: &'a Value| {
            path.push(segment);
            value.visit(path, each);
            path.pop();
        };
        match self {
            Value::Array(items) => {
                items.iter().enumerate().for_each(|(index, item)| below(Segment::from(index), item));
            }
            Value::Object(object) => {
                object.iter().for_each(|(key, item)| below(Segment::from(key), item));
            }
            _ => {}
        }
    }

    /// Whether it is `null`.
    pub fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }

    /// What JavaScript takes as true in a condition. An unknown value counts as true: it is expected to be there.
    pub fn is_truthy(&self) -> bool {
        match self {
            Value::Null => false,
            Value::Bool(it) => *it,
            Value::Number(it) => *it != 0.0 && !it.is_nan(),
            Value::String(it) => !it.is_empty(),
            Value::Array(_) | Value::Object(_) | Value::Unknown(_) => true,
        }
    }

    /// Whether an unknown value stands anywhere inside.
    pub fn has_unknown(&self) -> bool {
        match self {
            Value::Unknown(_) => true,
            Value::Array(items) => items.iter().any(Value::has_unknown),
            Value::Object(object) => object.values().any(Value::has_unknown),
            _ => false,
        }
    }

    /// The kind of value in words that follow `found`: `a number`, `a list`.
    pub fn noun(&self) -> &'static str {
        match self {
            Value::Null => "nothing",
            Value::Bool(_) => "a boolean",
            Value::Number(_) => "a number",
            Value::String(_) => "a string",
            Value::Array(_) => "a list",
            Value::Object(_) => "a mapping",
            Value::Unknown(_) => "an unresolved variable",
        }
    }

    /// The value as JavaScript's `"" + value` writes it.
    pub fn to_js_string(&self) -> EcoString {
        match self {
            Value::Null => "null".into(),
            Value::Bool(it) => if *it { "true" } else { "false" }.into(),
            Value::Number(it) => number_to_string(*it),
            Value::String(it) => it.clone(),
            Value::Array(items) => {
                let parts: Vec<EcoString> = items
                    .iter()
                    .map(|it| if it.is_null() { EcoString::new() } else { it.to_js_string() })
                    .collect();
                parts.join(",").into()
            }
            Value::Object(_) => "[object Object]".into(),
            Value::Unknown(it) => it.text.clone(),
        }
    }

    /// The value as `JSON.stringify` writes it, without white space.
    pub fn to_json(&self) -> String {
        let mut out = String::new();
        JsonWriter { out: &mut out, indent: None }.value(self, 0);
        out
    }

    /// The value as `JSON.stringify(value, null, 2)` writes it.
    pub fn to_json_pretty(&self) -> String {
        let mut out = String::new();
        JsonWriter { out: &mut out, indent: Some(2) }.value(self, 0);
        out
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_json())
    }
}

/// A number as JavaScript prints it: `512`, `1e+21`, `0.5`.
pub fn number_to_string(number: f64) -> EcoString {
    if number == 0.0 {
        return "0".into();
    }
    ryu_js::Buffer::new().format(number).into()
}

struct JsonWriter<'a> {
    out: &'a mut String,
    indent: Option<usize>,
}

impl JsonWriter<'_> {
    fn value(&mut self, value: &Value, depth: usize) {
        match value {
            Value::Null => self.out.push_str("null"),
            Value::Bool(it) => self.out.push_str(if *it { "true" } else { "false" }),
            Value::Number(it) if it.is_finite() => self.out.push_str(&number_to_string(*it)),
            Value::Number(_) => self.out.push_str("null"),
            Value::String(it) => write_json_string(self.out, it),
            Value::Unknown(it) => write_json_string(self.out, &it.text),
            Value::Array(items) => {
                self.collection('[', ']', items.iter(), depth, |this, it, depth| this.value(it, depth));
            }
            Value::Object(object) => {
                self.collection('{', '}', object.iter(), depth, |this, (key, it), depth| {
                    write_json_string(this.out, key);
                    this.out.push_str(if this.indent.is_some() { ": " } else { ":" });
                    this.value(it, depth);
                })
            }
        }
    }

    fn collection<T>(
        &mut self,
        open: char,
        close: char,
        items: impl Iterator<Item = T>,
        depth: usize,
        mut each: impl FnMut(&mut Self, T, usize),
    ) {
        self.out.push(open);
        let mut empty = true;
        for item in items {
            if !empty {
                self.out.push(',');
            }
            empty = false;
            self.line(depth + 1);
            each(self, item, depth + 1);
        }
        if !empty {
            self.line(depth);
        }
        self.out.push(close);
    }

    fn line(&mut self, depth: usize) {
        if let Some(width) = self.indent {
            self.out.push('\n');
            self.out.extend(std::iter::repeat_n(' ', width * depth));
        }
    }
}

/// Writes `text` as a JSON string with the escapes that `JSON.stringify` uses.
pub fn write_json_string(out: &mut String, text: &str) {
    out.push('"');
    let mut rest = text;
    while let Some(at) = rest.find(|c: char| c < '\u{20}' || c == '"' || c == '\\') {
        let (plain, tail) = rest.split_at(at);
        out.push_str(plain);
        let mut chars = tail.chars();
        match chars.next() {
            Some('"') => out.push_str("\\\""),
            Some('\\') => out.push_str("\\\\"),
            Some('\n') => out.push_str("\\n"),
            Some('\r') => out.push_str("\\r"),
            Some('\t') => out.push_str("\\t"),
            Some('\u{8}') => out.push_str("\\b"),
            Some('\u{c}') => out.push_str("\\f"),
            // Writing to a `String` cannot fail.
            Some(control) => drop(write!(out, "\\u{:04x}", u32::from(control))),
            None => {}
        }
        rest = chars.as_str();
    }
    out.push_str(rest);
    out.push('"');
}

macro_rules! from {
    ($($type:ty => $it:ident $value:expr;)*) => { $(
        impl From<$type> for Value {
            fn from($it: $type) -> Value { $value }
        }
    )* };
}

from! {
    bool => it Value::Bool(it);
    f64 => it Value::Number(it);
    i32 => it Value::Number(f64::from(it));
    u32 => it Value::Number(f64::from(it));
    &str => it Value::String(it.into());
    String => it Value::String(it.into());
    EcoString => it Value::String(it);
    &EcoString => it Value::String(it.clone());
    &String => it Value::String(it.as_str().into());
    Object => it Value::Object(Arc::new(it));
    &Value => it it.clone();
    Vec<Value> => it Value::Array(Arc::new(it));
}

impl<const N: usize> From<[Value; N]> for Value {
    fn from(items: [Value; N]) -> Value {
        Value::array(items)
    }
}

impl From<Vec<EcoString>> for Value {
    fn from(items: Vec<EcoString>) -> Value {
        Value::array(items.into_iter().map(Value::String))
    }
}

/// A [`Value`] written as JSON: `json!({ "Ref": id, "List": [1, "a"] })`. Expressions go through `Value::from`.
#[macro_export]
macro_rules! json {
    ({ $($key:tt : $value:tt),* $(,)? }) => {{
        #[allow(unused_mut)]
        let mut object = $crate::value::Object::new();
        $( object.insert($crate::json!(@key $key), $crate::json!($value)); )*
        $crate::value::Value::from(object)
    }};
    ([ $($item:tt),* $(,)? ]) => { $crate::value::Value::array([ $( $crate::json!($item) ),* ]) };
    (@key $key:literal) => { $key };
    (@key $key:tt) => { $key };
    (null) => { $crate::value::Value::Null };
    ($value:expr) => { $crate::value::Value::from($value) };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_come_in_javascript_order() {
        let mut object = Object::new();
        for key in ["b", "10", "a", "2", "01"] {
            object.insert(key, true);
        }
        assert_eq!(object.keys().map(|it| it.as_str()).collect::<Vec<_>>(), ["2", "10", "b", "a", "01"]);
    }

    #[test]
    fn prints_as_json_stringify_does() {
        let value = json!({ "a": [1, (1e21), (0.5), (-0.0)], "b": "x\n\u{1}\"\u{2028}", "c": {} });
        assert_eq!(value.to_json(), "{\"a\":[1,1e+21,0.5,0],\"b\":\"x\\n\\u0001\\\"\u{2028}\",\"c\":{}}");
        assert_eq!(
            json!({ "a": [] , "b": [1] }).to_json_pretty(),
            "{\n  \"a\": [],\n  \"b\": [\n    1\n  ]\n}"
        );
    }

    #[test]
    fn joins_as_javascript_does() {
        assert_eq!(json!([1, null, ["a", true]]).to_js_string(), "1,,a,true");
    }
}
