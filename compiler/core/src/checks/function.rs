//! Checks of one function by itself. An edit of another function does not run them again.

pub mod arns;
mod balancers;
mod batches;
mod brokers;
mod buses;
mod concurrency;
mod edge;
mod environment;
pub mod event_options;
pub mod handler;
mod name_length;
pub mod options;
mod paths;
pub mod patterns;
mod rest_events;
pub mod role;
mod source_kinds;
mod sources;
mod targets;
mod without_effect;

use super::Surroundings;
use crate::aws::context::FunctionContext;
use crate::aws::function::Function;
use crate::diagnostic::{Diagnostic, Place};
use crate::path::Path;
use crate::service::ListedFunction;
use crate::value::Value;

/// What a check of a function sees.
pub struct Facts<'a> {
    /// The service around it.
    pub around: &'a Surroundings<'a>,
    /// Its key, its path, and its options as they were written, variables replaced.
    pub listed: &'a ListedFunction,
    /// Its options, typed. What was reported as wrong is not there.
    pub function: &'a Function,
    /// What it has from the service: its name in Lambda, its role, the values of the provider or the defaults.
    pub context: &'a FunctionContext,
}

/// One event of a function as it is written, variables replaced.
#[derive(Clone, Debug)]
pub struct Event<'a> {
    /// Its kind, such as `sqs`.
    pub kind: &'a str,
    /// What stands below the kind.
    pub value: &'a Value,
    /// Where that stands.
    pub path: Path,
}

impl<'a> Facts<'a> {
    /// The events, those aside that are not one key and a value.
    pub fn events(&self) -> impl Iterator<Item = Event<'a>> {
        let path = self.listed.path.join("events");
        let listed: &'a ListedFunction = self.listed;
        let items = listed.value.get("events").and_then(Value::as_array).unwrap_or_default();
        items.iter().enumerate().filter_map(move |(index, item)| {
            let (kind, value) = item.as_object()?.single()?;
            Some(Event { kind, value, path: path.join(index).join(kind) })
        })
    }
}

impl Facts<'_> {
    /// The key of the function.
    pub fn key(&self) -> Place {
        Place::key(self.listed.path.clone())
    }

    /// The value of one of its options.
    pub fn value(&self, option: &str) -> Place {
        Place::value(self.listed.path.join(option))
    }
}

/// A check of one function.
pub type Check = fn(&Facts<'_>, &mut Vec<Diagnostic>);

/// All checks of one function.
pub const CHECKS: &[Check] = &[
    arns::check,
    balancers::check,
    batches::check,
    brokers::check,
    buses::check,
    concurrency::check,
    edge::check,
    environment::check,
    event_options::check,
    handler::check,
    name_length::check,
    options::check,
    paths::check,
    patterns::check,
    rest_events::check,
    role::check,
    source_kinds::check,
    sources::check,
    targets::check,
    without_effect::check,
];
