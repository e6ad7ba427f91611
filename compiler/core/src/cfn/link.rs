//! Linking: the fragments of a service to one template. The only place where they meet.
//!
//! The order is the framework's: the deployment bucket, log groups, the shared role, layers, functions, then the
//! events kind by kind, and what their custom resources need; then `resources` is merged over it all.

use ecow::EcoString;

use super::{Fragment, Resource, Template};
use crate::aws::context::ServiceContext;
use crate::aws::events::EventKind;
use crate::aws::resources::{self, custom_resource};
use crate::diagnostic::Diagnostic;
use crate::pipeline::LoweredFunction;
use crate::value::{Object, Value};

/// What is linked.
pub struct Parts<'a> {
    /// The service.
    pub service: &'a ServiceContext,
    /// The functions in the order of the file.
    pub functions: &'a [&'a LoweredFunction],
    /// What the functions share, by kind.
    pub shared: &'a [(EventKind, &'a Fragment)],
    /// The layers.
    pub layers: &'a Fragment,
    /// `resources` as it is written.
    pub resources: &'a Value,
}

/// A template, and what linking found wrong.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Linked {
    /// The template of an update: everything.
    pub template: Template,
    /// The template of the first step of a first deployment: the bucket alone.
    pub core: Object,
    /// Whether the template has custom resources, whose functions need [`custom_resource::ARCHIVE`].
    pub custom_resources: bool,
    /// What linking found wrong.
    pub diagnostics: Vec<Diagnostic>,
}

/// Links a template.
pub fn link(parts: &Parts<'_>) -> Linked {
    let mut linked = Linked::default();
    let bucket = resources::deployment_bucket::lower(parts.service);
    linked.core = document(&[&bucket]).body;

    let mut rest: Vec<&Fragment> = vec![parts.layers];
    rest.extend(parts.functions.iter().map(|it| &it.function));
    for kind in crate::aws::events::KINDS {
        for function in parts.functions {
            rest.extend(function.events.iter().filter(|(it, _)| it == kind).map(|(_, it)| it));
        }
        rest.extend(parts.shared.iter().filter(|(it, _)| it == kind).map(|(_, it)| *it));
    }
    let custom = custom_resource::lower(parts.service, &rest);
    linked.custom_resources = !custom.resources.is_empty();
    let role = resources::role::lower(parts.service, parts.functions, &rest);
    let mut all: Vec<&Fragment> = vec![&bucket];
    all.extend(parts.functions.iter().map(|it| &it.log_group));
    all.push(&role);
    all.extend(rest);
    all.push(&custom);
    let mut template = document(&all);
    export_outputs(&mut template.body, parts.service);
    resources::user::merge(parts.resources, &mut template, &mut linked.diagnostics);
    linked.template = template;
    linked
}

/// The template of fragments: their resources by id, and their outputs.
fn document(fragments: &[&Fragment]) -> Template {
    let mut resources = Object::new();
    let mut origins = Vec::new();
    for Resource { id, body, from } in fragments.iter().flat_map(|it| &it.resources) {
        // A later one of the same id replaces the earlier, as the framework assigns them.
        resources.insert(id.clone(), body.clone());
        origins.push((id.clone(), from.clone()));
    }
    let mut outputs = Object::new();
    for (id, body) in fragments.iter().flat_map(|it| &it.outputs) {
        outputs.insert(id.clone(), body.clone());
    }
    let mut body = Object::new();
    body.insert("AWSTemplateFormatVersion", "2010-09-09");
    body.insert("Description", "The AWS CloudFormation template for this Serverless application");
    body.insert("Resources", resources);
    body.insert("Outputs", outputs);
    Template { body, origins }
}

/// Every generated output is exported as `sls-{service}-{stage}-{output}`.
fn export_outputs(template: &mut Object, service: &ServiceContext) {
    template.edit_object("Outputs", |outputs| {
        let ids: Vec<EcoString> = outputs.keys().cloned().collect();
        for id in ids {
            let name = ecow::eco_format!("sls-{}-{}-{id}", service.service, service.stage);
            outputs.edit_object(&id, |it| it.insert("Export", crate::json!({ "Name": name })));
        }
    });
}
