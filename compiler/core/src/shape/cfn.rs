//! `Cfn<T>`: a value that may be left to CloudFormation, and the functions that do so.

use super::{Shape, Typed};
use crate::value::{Object, Value};

/// A value, an intrinsic function that CloudFormation evaluates, or a value that is not known here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cfn<T> {
    /// A value of the type itself.
    Value(T),
    /// An intrinsic function, such as `{"Ref": "Table"}`.
    Intrinsic(Value),
    /// A value that only a remote source knows.
    Unknown(Value),
}

impl<T> Cfn<T> {
    /// The value, if it is known here.
    pub fn value(&self) -> Option<&T> {
        if let Cfn::Value(it) = self { Some(it) } else { None }
    }

    /// The intrinsic function, if it is one.
    pub fn intrinsic(&self) -> Option<&Value> {
        if let Cfn::Intrinsic(it) = self { Some(it) } else { None }
    }
}

impl<T: Clone + Into<Value>> Cfn<T> {
    /// As it goes into a template.
    pub fn to_value(&self) -> Value {
        match self {
            Cfn::Value(it) => it.clone().into(),
            Cfn::Intrinsic(it) | Cfn::Unknown(it) => it.clone(),
        }
    }
}

impl<T: Into<Value>> From<Cfn<T>> for Value {
    fn from(it: Cfn<T>) -> Value {
        match it {
            Cfn::Value(it) => it.into(),
            Cfn::Intrinsic(it) | Cfn::Unknown(it) => it,
        }
    }
}

impl<T: Typed> Typed for Cfn<T> {
    const SHAPE: &'static Shape = &Shape::OneOf(&[T::SHAPE, &Shape::Intrinsic]);

    fn decode(value: &Value) -> Option<Cfn<T>> {
        match value {
            Value::Unknown(_) => Some(Cfn::Unknown(value.clone())),
            Value::Object(it) if is_intrinsic(it) => Some(Cfn::Intrinsic(value.clone())),
            _ => T::decode(value).map(Cfn::Value),
        }
    }
}

/// A value, or a reference to one: `!Ref` or `!ImportValue`. Other functions of CloudFormation are not taken, since
/// they say nothing that could name what is referred to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefOrImport<T>(pub Cfn<T>);

impl<T: Typed> Typed for RefOrImport<T> {
    const SHAPE: &'static Shape =
        &Shape::OneOf(&[T::SHAPE, &Shape::IntrinsicOf(&["Ref", "Fn::ImportValue"])]);

    fn decode(value: &Value) -> Option<RefOrImport<T>> {
        Cfn::decode(value).map(RefOrImport)
    }
}

/// A list, or one of the functions of CloudFormation that make a list of a text: a `!Ref` gives no list that the framework
/// takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListOrMade<T>(pub Cfn<Vec<T>>);

impl<T: Typed> Typed for ListOrMade<T> {
    const SHAPE: &'static Shape =
        &Shape::OneOf(&[<Vec<T> as Typed>::SHAPE, &Shape::IntrinsicOf(&["Fn::Split", "Fn::FindInMap"])]);

    fn decode(value: &Value) -> Option<ListOrMade<T>> {
        Cfn::decode(value).map(ListOrMade)
    }
}

/// The intrinsic functions that give a value.
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference.html>
pub const FUNCTIONS: &[&str] = &[
    "Ref",
    "Fn::Base64",
    "Fn::Cidr",
    "Fn::FindInMap",
    "Fn::GetAZs",
    "Fn::GetAtt",
    "Fn::GetStackOutput",
    "Fn::If",
    "Fn::ImportValue",
    "Fn::Join",
    "Fn::Length",
    "Fn::Select",
    "Fn::Split",
    "Fn::Sub",
    "Fn::ToJsonString",
    "Fn::Transform",
];

/// Whether `object` is one of CloudFormation's functions: a mapping with one key, the function's name.
pub fn is_intrinsic(object: &Object) -> bool {
    is_one_of(object, FUNCTIONS)
}

/// Whether `object` is one of these functions.
pub fn is_one_of(object: &Object, names: &[&str]) -> bool {
    object.single().is_some_and(|(key, _)| names.contains(&key.as_str()))
}

/// Whether `value` is one of CloudFormation's functions.
pub fn is_intrinsic_value(value: &Value) -> bool {
    value.as_object().is_some_and(is_intrinsic)
}
