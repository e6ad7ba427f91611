//! Checks of the linked template, generated resources and the user's own together.

mod arns;
mod attributes;
mod conditional;
mod conditions;
mod cycles;
mod deletion;
mod dimensions;
mod dynamic;
mod dynamodb;
mod exports;
mod fifo;
mod functions;
mod generated_names;
mod iam;
mod index;
mod invokers;
pub mod kinds;
mod lambda;
mod limits;
mod lists;
mod lost_tag;
mod mappings;
mod members;
mod names;
mod networks;
mod outputs;
mod parameter_values;
mod parameters;
mod parts;
mod places;
mod plain_sub;
mod properties;
mod queues;
mod references;
mod regions;
mod resource_type;
mod roles;
mod schedules;
mod state_machine;
mod twins;

use index::Index;

use super::Surroundings;
use crate::cfn::Template;
use crate::diagnostic::Diagnostic;
use crate::path::{Path, Segment};
use crate::value::{Object, Value};

/// What a check of a template sees.
pub struct Facts<'a> {
    /// The service.
    pub around: &'a Surroundings<'a>,
    /// The whole configuration, variables replaced.
    pub config: &'a Value,
    /// The template, and which part of the configuration made each resource.
    pub template: &'a Template,
    /// What in the template refers to what.
    pub index: Index<'a>,
    places: places::Known,
}

impl<'a> Facts<'a> {
    /// What a check may see of `template`.
    pub fn new(around: &'a Surroundings<'a>, config: &'a Value, template: &'a Template) -> Facts<'a> {
        Facts { around, config, template, index: Index::of(template), places: places::Known::default() }
    }

    /// All resources of the template.
    pub fn resources(&self) -> &'a Object {
        static NONE: std::sync::LazyLock<Object> = std::sync::LazyLock::new(Object::new);
        self.section("Resources").unwrap_or(&NONE)
    }

    /// The resource with a logical id.
    pub fn resource(&self, id: &str) -> Option<&'a Value> {
        self.section("Resources")?.get(id)
    }

    /// A section of the template, such as `Resources`.
    pub fn section(&self, name: &str) -> Option<&'a Object> {
        self.template.body.get(name).and_then(Value::as_object)
    }

    /// The parts of the user's own `resources`, each with its path: it is a mapping, or a list of mappings.
    pub fn own_parts(&self) -> Vec<(Path, &'a Value)> {
        super::own_parts(self.config)
    }

    /// These sections of the user's own `resources`, each with its path.
    pub fn own_sections(&self, names: &[&str]) -> Vec<(Path, &'a Value)> {
        let parts = self.own_parts().into_iter();
        let of_part = |(path, part): (Path, &'a Value)| {
            let section = |name: &&str| Some((path.join(*name), part.get(name)?));
            names.iter().filter_map(section).collect::<Vec<_>>()
        };
        parts.flat_map(of_part).collect()
    }

    /// Where the user wrote what stands at `below` of `section` in the template (`Resources`, `Orders`,
    /// `Properties`...), in `resources` or in its `extensions`: the path in the configuration. `None` for what the
    /// service generates; [`Facts::origin`] says what made that.
    pub fn written(&self, section: &str, below: &[Segment]) -> Option<Path> {
        let below: Path = below.iter().cloned().collect();
        let sections: &[&str] =
            if section == "Resources" { &["extensions", "Resources"] } else { &[section] };
        let parts = self.own_parts();
        sections.iter().find_map(|name| {
            // A later part is merged over an earlier one.
            parts.iter().rev().find_map(|(path, part)| {
                part.get(name)?.at(&below)?;
                Some(below.segments().iter().fold(path.join(*name), |path, it| path.join(it.clone())))
            })
        })
    }

    /// What in the configuration made the resource `id`.
    pub fn origin(&self, id: &str) -> Option<&'a Path> {
        self.index.origins.get(id)?.last().copied()
    }
}

/// A check of a template.
pub type Check = fn(&Facts<'_>, &mut Vec<Diagnostic>);

/// All checks of a template.
pub const CHECKS: &[Check] = &[
    limits::check,
    references::check,
    cycles::check,
    conditions::check,
    mappings::check,
    parameters::check,
    parts::check,
    functions::check,
    functions::check_variables,
    plain_sub::check,
    resource_type::check,
    properties::check,
    arns::check,
    attributes::check,
    conditional::check,
    deletion::check,
    dynamodb::check,
    iam::check,
    invokers::check,
    lambda::check,
    generated_names::check,
    names::check,
    outputs::check,
    queues::check,
    regions::check,
    roles::check,
    schedules::check,
    state_machine::check,
    lists::check,
    lost_tag::check,
    exports::check,
    dynamic::check,
    networks::check,
    parameter_values::check,
    dimensions::check,
    fifo::check,
    members::check,
    twins::check,
];
