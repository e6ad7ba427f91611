//! Scalars of the language: numbers, strings and strings of a known format.

use ecow::EcoString;

use super::{Shape, StringShape, Typed};
use crate::value::Value;

/// A whole number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Int(pub i64);

impl Typed for Int {
    const SHAPE: &'static Shape = &Shape::Number { integer: true };

    fn decode(value: &Value) -> Option<Int> {
        // Whole numbers of this language are far below 2^53, so the conversion loses nothing.
        Number::decode(value).filter(|it| it.0.is_finite()).map(|it| Int(it.0 as i64))
    }
}

impl From<Int> for Value {
    fn from(it: Int) -> Value {
        Value::Number(it.0 as f64)
    }
}

/// A number, with or without a fraction.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Number(pub f64);

/// Numbers come from text, where NaN is not written.
impl Eq for Number {}

impl Typed for Number {
    const SHAPE: &'static Shape = &Shape::Number { integer: false };

    fn decode(value: &Value) -> Option<Number> {
        match value {
            Value::Number(it) => Some(Number(*it)),
            Value::String(it) => it.trim().parse().ok().map(Number),
            _ => None,
        }
    }
}

impl From<Number> for Value {
    fn from(it: Number) -> Value {
        Value::Number(it.0)
    }
}

/// A string of any form.
pub type Text = EcoString;

impl Typed for EcoString {
    const SHAPE: &'static Shape =
        &Shape::String(StringShape { noun: "a string", pattern: None, grammar: None });

    fn decode(value: &Value) -> Option<EcoString> {
        match value {
            Value::String(it) => Some(it.clone()),
            Value::Number(_) | Value::Bool(_) => Some(value.to_js_string()),
            _ => None,
        }
    }
}

/// Declares string types, each with what it is and the pattern that it matches.
macro_rules! formats {
    ($( $(#[doc = $docs:literal])+ $name:ident, $noun:literal, $pattern:expr; )*) => { $(
        $(#[doc = $docs])+
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        pub struct $name(pub EcoString);

        impl Typed for $name {
            const SHAPE: &'static Shape = &Shape::String(StringShape { noun: $noun, pattern: Some($pattern), grammar: None });

            fn decode(value: &Value) -> Option<$name> {
                EcoString::decode(value).map($name)
            }
        }

        impl From<$name> for Value {
            fn from(it: $name) -> Value {
                Value::String(it.0)
            }
        }

        impl std::ops::Deref for $name {
            type Target = str;
            fn deref(&self) -> &str {
                &self.0
            }
        }
    )* };
}

formats! {
    /// An Amazon Resource Name.
    Arn, "an ARN", r"^arn:";
    /// The ARN of a KMS key.
    KmsArn, "the ARN of a KMS key", r"^arn:aws[a-z-]*:kms";
    /// The ARN of a secret in Secrets Manager.
    SecretArn, "the ARN of a secret", r"arn:[a-z-]+:secretsmanager:[a-z0-9-]+:\d+:secret:[A-Za-z0-9/_+=.@-]+";
    /// The ARN of a broker of Amazon MQ.
    BrokerArn, "the ARN of a broker", r"arn:[a-z-]+:mq:[a-z0-9-]+:\d+:broker:[A-Za-z0-9/_+=.@-]+:b-[a-z0-9-]+";
    /// The name of an S3 bucket. <https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html>
    BucketName, "a bucket name", r"^(([a-z0-9]|[a-z0-9][a-z0-9-]*[a-z0-9])\.)*([a-z0-9]|[a-z0-9][a-z0-9-]*[a-z0-9])$";
    /// A logical id of the template.
    LogicalId, "a logical id", r"^[A-Za-z0-9]+$";
    /// The name of a log group. <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html>
    LogGroupName, "the name of a log group", r"^[/#A-Za-z0-9\-_.]+$";
}
