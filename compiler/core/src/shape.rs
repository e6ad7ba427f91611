//! Shapes: the one description of what may be written where.
//!
//! A Rust type that implements [`Typed`] yields both a [`Shape`] and a decoder. The shape is plain data with four
//! readers, none of which names a key of the language: [`check`](check::check), which finds mistakes and coerces as
//! the framework does; completion and hover; the JSON Schema writer; `explain`. The decoder makes the typed value
//! that lowering reads, and says nothing: what it cannot read has been reported by the check.

pub mod cfn;
pub mod check;
pub mod grammar;
pub mod scalar;
pub mod schema;

use indexmap::IndexMap;
use rustc_hash::FxBuildHasher;

use ecow::EcoString;

use crate::value::Value;

pub use cfn::{Cfn, ListOrMade, RefOrImport};
pub use grammar::Grammar;
pub use scalar::{Arn, Int, Number, Text};
pub use slsc_derive::Typed;

/// What may be written at a place.
#[derive(Debug)]
pub enum Shape {
    /// Anything; passed through as it stands.
    Any,
    /// `true` or `false`.
    Bool,
    /// A number.
    Number {
        /// Whether fractions are refused.
        integer: bool,
    },
    /// A string.
    String(StringShape),
    /// One of a closed set of words.
    Choice(&'static ChoiceShape),
    /// A list of items of one shape.
    List(&'static Shape),
    /// A mapping with free keys and values of one shape.
    Map(&'static MapShape),
    /// A mapping with known keys.
    Object(&'static ObjectShape),
    /// A mapping with exactly one known key that says what its value is.
    ByKey(&'static ByKeyShape),
    /// The first of these that fits.
    OneOf(&'static [&'static Shape]),
    /// One of CloudFormation's intrinsic functions, such as `!Ref` or `Fn::Sub`.
    Intrinsic,
    /// One of these intrinsic functions, by their full names.
    IntrinsicOf(&'static [&'static str]),
}

/// What a string must look like.
#[derive(Debug)]
pub struct StringShape {
    /// What it is, after `expected`: `an ARN`.
    pub noun: &'static str,
    /// A regular expression that it must contain a match of.
    pub pattern: Option<&'static str>,
    /// The language that it is in, if it has one: that says what is wrong, and the pattern is for schemas only.
    pub grammar: Option<&'static Grammar>,
}

/// A closed set of words.
#[derive(Debug)]
pub struct ChoiceShape {
    /// The words.
    pub words: &'static [Word],
    /// Whether letter case does not matter.
    pub ignore_case: bool,
}

/// A word of a [`ChoiceShape`].
#[derive(Debug)]
pub struct Word {
    /// As it is written.
    pub text: &'static str,
    /// What it means.
    pub docs: &'static str,
    /// Whether it is only kept for old services.
    pub ended: bool,
}

/// A mapping with free keys.
#[derive(Debug)]
pub struct MapShape {
    /// What a key must look like.
    pub key: Option<StringShape>,
    /// What the values are.
    pub value: &'static Shape,
}

/// A mapping with known keys.
#[derive(Debug)]
pub struct ObjectShape {
    /// The name of its type, for the JSON Schema.
    pub name: &'static str,
    /// What it is for.
    pub docs: &'static str,
    /// The field that a bare scalar stands for.
    pub shorthand: Option<&'static str>,
    /// The fields.
    pub fields: &'static [Field],
    /// Whether other keys are allowed.
    pub open: bool,
    /// Sets of keys of which at least one set must be complete; empty when there is no such rule.
    pub requires: &'static [&'static [&'static str]],
}

/// A field of an [`ObjectShape`].
#[derive(Debug)]
pub struct Field {
    /// The key.
    pub key: &'static str,
    /// What it is for, in Markdown.
    pub docs: &'static str,
    /// What its value is.
    pub shape: &'static Shape,
    /// Whether it must be there.
    pub required: bool,
    /// Limits of the value.
    pub limits: Limits,
    /// What to use instead, if it is only kept for old services.
    pub deprecated: Option<&'static str>,
    /// Whether version 4 of the framework has removed it.
    pub removed: bool,
    /// Whether version 4 of the framework has brought it.
    pub since_4: bool,
}

/// Limits of a field's value. They hold for the scalar itself, for each item of a list, and never for intrinsics.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The least and the greatest number.
    pub range: Option<(i64, i64)>,
    /// The fewest and the most characters.
    pub length: Option<(usize, usize)>,
    /// A regular expression that a string must contain a match of, and what such a string is, after `is not`.
    pub pattern: Option<(&'static str, &'static str)>,
    /// The fewest and the most items of a list, or entries of a mapping with free keys.
    pub items: Option<(usize, usize)>,
    /// Whether each item of a list may stand there once only.
    pub unique: bool,
}

impl Limits {
    /// No limits.
    pub const NONE: Limits = Limits { range: None, length: None, pattern: None, items: None, unique: false };
}

/// A mapping whose one key says what it is: an event.
#[derive(Debug)]
pub struct ByKeyShape {
    /// What it is, after `a` or `no`: `event`.
    pub noun: &'static str,
    /// The keys.
    pub cases: &'static [Case],
}

/// A key of a [`ByKeyShape`].
#[derive(Debug)]
pub struct Case {
    /// The key.
    pub key: &'static str,
    /// What is below it.
    pub shape: &'static Shape,
}

impl ObjectShape {
    /// The field called `key`.
    pub fn field(&self, key: &str) -> Option<&'static Field> {
        self.fields.iter().find(|it| it.key == key)
    }
}

impl Shape {
    /// The documentation that the shape carries itself.
    pub fn docs(&self) -> &'static str {
        match self {
            Shape::Object(it) => it.docs,
            Shape::OneOf(shapes) => shapes.iter().map(|it| it.docs()).find(|it| !it.is_empty()).unwrap_or(""),
            _ => "",
        }
    }

    /// What is expected, in words after `expected`.
    pub fn noun(&self) -> String {
        match self {
            Shape::Any => "a value".into(),
            Shape::Bool => "`true` or `false`".into(),
            Shape::Number { integer: true } => "a whole number".into(),
            Shape::Number { integer: false } => "a number".into(),
            Shape::String(it) => it.noun.into(),
            Shape::Choice(it) => {
                let words: Vec<String> =
                    it.words.iter().filter(|it| !it.ended).map(|it| format!("`{}`", it.text)).collect();
                match words.split_last() {
                    Some((last, [])) => last.clone(),
                    Some((last, rest)) => format!("one of {} or {last}", rest.join(", ")),
                    None => "nothing".into(),
                }
            }
            Shape::List(_) => "a list".into(),
            Shape::Map(_) => "a mapping".into(),
            Shape::Object(it) => match it.shorthand.and_then(|key| it.field(key)) {
                Some(field) => format!("{} or a mapping", field.shape.noun()),
                None => "a mapping".into(),
            },
            Shape::ByKey(it) => format!("a mapping with one key, the {}", it.noun),
            Shape::OneOf(shapes) => {
                let mut nouns: Vec<String> = Vec::new();
                for noun in shapes.iter().map(|it| it.noun()) {
                    if !nouns.contains(&noun) {
                        nouns.push(noun);
                    }
                }
                nouns.join(" or ")
            }
            Shape::Intrinsic => "a CloudFormation function".into(),
            Shape::IntrinsicOf(names) => {
                let tags: Vec<String> =
                    names.iter().map(|it| format!("`!{}`", it.trim_start_matches("Fn::"))).collect();
                tags.join(" or ")
            }
        }
    }
}

/// A type of the language: its shape, and how it is read.
pub trait Typed: Sized {
    /// What may be written.
    const SHAPE: &'static Shape;

    /// Reads a checked value. `None` means that it is absent, unknown, or was reported by the check.
    fn decode(value: &Value) -> Option<Self>;
}

/// What a field of type `Self` looks like in an object: `T` is required, `Option<T>` is not.
pub trait FieldType: Sized {
    /// The shape of the value.
    const FIELD: &'static Shape;
    /// Whether the key must be there.
    const REQUIRED: bool;

    /// Reads the field of an object. `None` means that the object cannot be made without it.
    fn decode_field(value: Option<&Value>) -> Option<Self>;
}

impl<T: Typed> FieldType for T {
    const FIELD: &'static Shape = T::SHAPE;
    const REQUIRED: bool = true;

    fn decode_field(value: Option<&Value>) -> Option<T> {
        value.and_then(T::decode)
    }
}

/// `Option` is not `Typed` itself, so absence is only expressible where a key may be absent.
impl<T: Typed> FieldType for Option<T> {
    const FIELD: &'static Shape = T::SHAPE;
    const REQUIRED: bool = false;

    fn decode_field(value: Option<&Value>) -> Option<Option<T>> {
        Some(value.and_then(T::decode))
    }
}

impl Typed for bool {
    const SHAPE: &'static Shape = &Shape::Bool;

    fn decode(value: &Value) -> Option<bool> {
        match value {
            Value::Bool(it) => Some(*it),
            Value::String(it) if it == "true" => Some(true),
            Value::String(it) if it == "false" => Some(false),
            _ => None,
        }
    }
}

/// Anything, passed through.
impl Typed for Value {
    const SHAPE: &'static Shape = &Shape::Any;

    fn decode(value: &Value) -> Option<Value> {
        (!value.is_null()).then(|| value.clone())
    }
}

impl<T: Typed> Typed for Vec<T> {
    const SHAPE: &'static Shape = &Shape::List(T::SHAPE);

    fn decode(value: &Value) -> Option<Vec<T>> {
        match value {
            Value::Array(items) => Some(items.iter().filter_map(T::decode).collect()),
            Value::Unknown(_) | Value::Null => None,
            single => T::decode(single).map(|it| vec![it]),
        }
    }
}

impl<T: Typed> Typed for Box<T> {
    const SHAPE: &'static Shape = T::SHAPE;

    fn decode(value: &Value) -> Option<Box<T>> {
        T::decode(value).map(Box::new)
    }
}

/// A mapping with free keys, in the order of the file.
pub type Map<T> = IndexMap<EcoString, T, FxBuildHasher>;

impl<T: Typed> Typed for Map<T> {
    const SHAPE: &'static Shape = &Shape::Map(&MapShape { key: None, value: T::SHAPE });

    fn decode(value: &Value) -> Option<Map<T>> {
        let object = value.as_object()?;
        Some(object.iter().filter_map(|(key, value)| Some((key.clone(), T::decode(value)?))).collect())
    }
}

/// A value that goes into the template as it is written, also where it does not fit and `configValidationMode: warn`
/// lets it pass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AsWritten<T> {
    /// The value, if it fits.
    pub fitting: Option<T>,
    /// As it is written.
    pub written: Value,
}

impl<T: Typed> Typed for AsWritten<T> {
    const SHAPE: &'static Shape = T::SHAPE;

    fn decode(value: &Value) -> Option<AsWritten<T>> {
        (!value.is_null()).then(|| AsWritten { fitting: T::decode(value), written: value.clone() })
    }
}

impl<T: Into<Value>> From<AsWritten<T>> for Value {
    fn from(it: AsWritten<T>) -> Value {
        it.fitting.map_or(it.written, T::into)
    }
}

impl<T: Into<Value>> From<T> for AsWritten<T>
where
    T: Clone,
{
    fn from(it: T) -> AsWritten<T> {
        AsWritten { written: it.clone().into(), fitting: Some(it) }
    }
}

/// A value, or a null that switches off what would be there without it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Nullable<T> {
    /// Switched off.
    Null,
    /// The value.
    Value(T),
}

impl<T> Nullable<T> {
    /// The value, if there is one.
    pub fn value(&self) -> Option<&T> {
        if let Nullable::Value(it) = self { Some(it) } else { None }
    }
}

impl<T: Typed> Typed for Nullable<T> {
    const SHAPE: &'static Shape = T::SHAPE;

    fn decode(value: &Value) -> Option<Nullable<T>> {
        if value.is_null() { Some(Nullable::Null) } else { T::decode(value).map(Nullable::Value) }
    }
}

/// The one of `true` and `false` that is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fixed<const VALUE: bool>;

/// `false` where a value switches something off.
pub type False = Fixed<false>;

/// `true` where a value switches something on.
pub type True = Fixed<true>;

impl<const VALUE: bool> Typed for Fixed<VALUE> {
    const SHAPE: &'static Shape = &Shape::Choice(&ChoiceShape {
        words: if VALUE {
            &[Word { text: "true", docs: "Switched on.", ended: false }]
        } else {
            &[Word { text: "false", docs: "Switched off.", ended: false }]
        },
        ignore_case: false,
    });

    fn decode(value: &Value) -> Option<Fixed<VALUE>> {
        matches!(value, Value::Bool(it) if *it == VALUE).then_some(Fixed)
    }
}
