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
use crate::path::Path;
use crate::pipeline::LoweredFunction;
use crate::value::{Object, Value};
use crate::variables::sources::sls::INSTANCE_ID;

/// How the logical id of the deployment of a REST API begins.
const DEPLOYMENT: &str = "ApiGatewayDeployment";

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
    let named = deployment_by_run(&template, parts.resources);
    resources::user::merge(named.as_ref().unwrap_or(parts.resources), &mut template, &mut linked.diagnostics);
    linked.template = template;
    linked
}

/// `resources` with the deployment of the REST API by its name, where it is written as `ApiGatewayDeployment` and the
/// `${sls:instanceId}` of the run, as the framework calls it. `None` where it is not.
fn deployment_by_run(template: &Template, own: &Value) -> Option<Value> {
    let written = ecow::eco_format!("{DEPLOYMENT}{INSTANCE_ID}");
    let mut is_named = false;
    own.visit(&mut Path::root(), &mut |_, value| {
        is_named |= match value {
            Value::String(text) => text.contains(written.as_str()),
            Value::Object(object) => object.contains_key(&written),
            _ => false,
        };
        !is_named
    });
    let resources = template.body.get("Resources").filter(|_| is_named)?.as_object()?;
    let id = resources.keys().find(|it| it.starts_with(DEPLOYMENT))?;
    Some(renamed(own, &written, id))
}

fn renamed(value: &Value, written: &str, id: &str) -> Value {
    match value {
        Value::String(text) if text.contains(written) => Value::from(text.replace(written, id).as_str()),
        Value::Array(items) => Value::array(items.iter().map(|it| renamed(it, written, id))),
        Value::Object(object) => {
            let name = |key: &EcoString| if key == written { id.into() } else { key.clone() };
            Value::from(
                object.iter().map(|(key, it)| (name(key), renamed(it, written, id))).collect::<Object>(),
            )
        }
        other => other.clone(),
    }
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
