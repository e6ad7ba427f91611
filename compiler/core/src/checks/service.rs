//! Checks of what functions, provider and files say together.

mod archives;
mod buckets;
mod duplicate_name;
mod empty_sources;
mod environment;
mod folders;
mod http_api;
mod layers;
mod numbers;
mod packaged;
mod patterns;
mod plugins;
mod provider_options;
mod provider_role;
mod rest_api;
mod routes;
mod rule_names;
pub mod runtimes;
mod secret_in_template;
mod secrets;
mod timeouts;
mod triggers;
mod unused;
mod wsgi;

use ecow::EcoString;

use super::{Surroundings, function};
use crate::db::File;
use crate::diagnostic::Diagnostic;
use crate::path::Path;
use crate::value::{Object, Value};

/// What a check of a service sees.
pub struct Facts<'a> {
    /// The service.
    pub around: &'a Surroundings<'a>,
    /// The whole configuration, variables replaced.
    pub config: &'a Value,
    /// The files that it is made of, as they are written, variables in place.
    pub documents: Vec<(File, &'a Value)>,
    /// The functions in the order of the file.
    pub functions: Vec<function::Facts<'a>>,
}

impl<'a> Facts<'a> {
    /// The functions that are there in any case: of two with conditions, one may be there only without the other.
    pub fn unconditional(&self) -> impl Iterator<Item = &function::Facts<'a>> {
        self.functions.iter().filter(|it| it.function.condition.is_none())
    }

    /// The parts of the user's own `resources`, each with its path: it is a mapping, or a list of mappings.
    pub fn own_parts(&self) -> Vec<(Path, &'a Value)> {
        super::own_parts(self.config)
    }

    /// The resources of the user's own, with their ids and places.
    pub fn own_resources(&self) -> Vec<(&'a EcoString, Path, &'a Value)> {
        let mut found = Vec::new();
        for (path, part) in self.own_parts() {
            let path = path.join("Resources");
            let resources = part.get("Resources").and_then(Value::as_object);
            found
                .extend(resources.into_iter().flat_map(Object::iter).map(|(id, it)| (id, path.join(id), it)));
        }
        found
    }
}

/// A check of a service.
pub type Check = fn(&Facts<'_>, &mut Vec<Diagnostic>);

/// All checks of a service.
pub const CHECKS: &[Check] = &[
    archives::check,
    buckets::check,
    duplicate_name::check,
    empty_sources::check,
    environment::check,
    folders::check,
    http_api::check,
    layers::check,
    numbers::check,
    packaged::check,
    patterns::check,
    plugins::check,
    provider_options::check,
    provider_role::check,
    rest_api::check,
    routes::check,
    rule_names::check,
    runtimes::check,
    secret_in_template::check,
    secrets::check,
    timeouts::check,
    triggers::check,
    unused::check,
    wsgi::check,
];
