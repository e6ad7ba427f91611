//! The AWS provider: what its configuration means, and what it becomes in CloudFormation.
//!
//! Reading order: [`provider`] and [`function`] say what may be written, [`context`] what every part may ask of the
//! service, [`naming`] the logical ids, [`resources`] what a service needs of its own, and [`events`] the sources
//! that invoke functions.

pub mod context;
pub mod durable;
pub mod events;
pub mod function;
pub mod layer;
pub mod naming;
pub mod provider;
pub mod resources;
pub mod rules;
pub mod runtime;
pub mod types;
pub mod version;

use ecow::EcoString;

use crate::value::{Object, Value};

/// The region: `--region`, else the provider's, else `us-east-1`.
pub fn region(option: Option<&EcoString>, provider: &provider::Provider) -> EcoString {
    option.cloned().or_else(|| provider.region.map(|it| it.0.into())).unwrap_or_else(|| "us-east-1".into())
}

/// The root with its large sections emptied: they are checked on their own, piece by piece.
pub fn slim_root(config: &Value) -> Value {
    let Value::Object(root) = config else { return config.clone() };
    let slim = root.iter().map(|(key, value)| {
        let large = matches!(key.as_str(), "provider" | "functions" | "layers" | "resources" | "custom");
        (key.clone(), if large && !value.is_null() { Value::from(Object::new()) } else { value.clone() })
    });
    Value::from(slim.collect::<Object>())
}
