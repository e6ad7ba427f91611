//! The whole language as a JSON Schema.
//!
//! Plugins may bring keys at the root, in functions, and in events; so those are only closed where a service names no
//! plugins.

use ecow::EcoString;

use super::{alternatives, section};
use crate::aws::events::Event;
use crate::aws::function::Function;
use crate::aws::resources::user::UserResource;
use crate::json;
use crate::levels::Level;
use crate::service::Root;
use crate::shape::schema::{Writer, any_of, common, reference, words};
use crate::shape::{Limits, ObjectShape, Shape, Typed as _};
use crate::value::{Object, Value};

/// The address by which editors know the schema.
pub const ID: &str = "https://raw.githubusercontent.com/slsc/slsc/main/schemas/serverless.schema.json";

/// The schema of `serverless.yml`.
pub fn schema() -> Value {
    let resource = resource();
    let rule_levels = rule_levels();
    let with_sections = |object: &ObjectShape, field: &crate::shape::Field| match (object.name, field.key) {
        ("UserResources", "Resources") => Some(resource.clone()),
        // The names of the rules are checked by the compiler: a schema that lists them grows old with each new one.
        ("Settings", "rules") => Some(rule_levels.clone()),
        ("Root", key) => section(key).map(|_| json!({ "allOf": [(reference(&format!("section-{key}")))] })),
        _ => None,
    };
    let events = event_objects();
    let open = |object: &ObjectShape| {
        matches!(object.name, "Root" | "Function")
            || events.iter().any(|(_, names, _)| names.contains(&object.name))
    };
    let mut writer = Writer { definitions: common(), instead: &with_sections, open: &open };
    sections(&mut writer);
    let mut out = Object::new();
    out.insert("$schema", "http://json-schema.org/draft-07/schema#");
    out.insert("$id", ID);
    let root = writer.described(Root::shape());
    root.as_object()
        .into_iter()
        .flat_map(Object::iter)
        .for_each(|(key, it)| out.insert(key.clone(), it.clone()));
    out.insert("title", "A service of the Serverless Framework");
    out.insert("description", "What `serverless.yml` may hold.");
    out.insert(
        "if",
        json!({
            "required": ["plugins"],
            "properties": { "plugins": { "anyOf": [{ "type": "array", "minItems": 1 }, { "type": "object" }] } }
        }),
    );
    out.insert("then", true);
    out.insert("else", closed());
    out.insert("definitions", writer.definitions);
    out.into()
}

/// The larger sections, which the root keeps as plain values, and a resource of the user's own.
fn sections(writer: &mut Writer<'_>) {
    let resource = any_of(writer.alternatives(UserResource::SHAPE, &Limits::NONE));
    writer.definitions.insert("resource", resource);
    for key in ["provider", "functions", "layers", "resources", "custom"] {
        let Some(shape) = section(key) else { continue };
        let mut schemas = writer.alternatives(shape, &Limits::NONE);
        match key {
            // The name of the provider alone.
            "provider" => schemas.push(json!({ "enum": ["aws"] })),
            // Anything may stand there, of which one key is ours.
            "custom" => schemas.push(json!({ "not": { "type": "object" } })),
            // The parts of a list are merged.
            "functions" | "resources" => {
                let part = writer.place(shape, &Limits::NONE);
                schemas.push(json!({ "type": "array", "items": part }));
            }
            _ => {}
        }
        schemas.push(reference("variable"));
        writer.definitions.insert(ecow::eco_format!("section-{key}"), any_of(schemas));
    }
}

/// `resources.Resources`: besides resources, loops such as `Fn::ForEach::Name`.
fn resource() -> Value {
    let one = any_of(vec![reference("resource"), reference("variable")]);
    let resources =
        json!({ "type": "object", "patternProperties": { "^Fn::": {} }, "additionalProperties": one });
    any_of(vec![resources, reference("variable")])
}

/// `custom.slsc.rules`: names of rules with levels.
fn rule_levels() -> Value {
    let Shape::Choice(level) = Level::SHAPE else { return json!({}) };
    let levels = any_of(words(level));
    json!({
        "type": "object",
        "propertyNames": { "pattern": "^[a-z][a-z0-9-]*$" },
        "additionalProperties": levels
    })
}

/// Each kind of event, with the names and the keys of the mappings that it may be; no keys where any is taken.
fn event_objects() -> Vec<(&'static str, Vec<&'static str>, Vec<&'static str>)> {
    let Shape::ByKey(by_key) = Event::SHAPE else { return Vec::new() };
    let cases = by_key.cases.iter().map(|case| {
        let shapes = alternatives(case.shape);
        let objects =
            shapes.iter().filter_map(|it| if let Shape::Object(it) = it { Some(*it) } else { None });
        let closed = objects.clone().filter(|it| !it.open);
        let any = shapes.iter().any(|it| matches!(it, Shape::Any | Shape::Map(_) | Shape::Intrinsic));
        let keys = if any || objects.clone().any(|it| it.open) {
            Vec::new()
        } else {
            objects.flat_map(|it| it.fields.iter().map(|it| it.key)).collect()
        };
        (case.key, closed.map(|it| it.name).collect(), keys)
    });
    cases.collect()
}

/// What holds where no plugin brings keys.
fn closed() -> Value {
    let names = |keys: &[&str]| json!({ "enum": (Value::array(keys.iter().map(|it| Value::from(*it)))) });
    let keys = |shape: &'static Shape| -> Vec<&str> {
        if let Shape::Object(it) = shape { it.fields.iter().map(|it| it.key).collect() } else { Vec::new() }
    };
    let events = event_objects();
    let kinds: Vec<&str> = events.iter().map(|it| it.0).collect();
    let of_events = events.iter().filter(|it| !it.2.is_empty());
    let of_events = of_events.map(|(kind, _, keys)| {
        // A function of CloudFormation may stand for the event.
        let keys: Vec<&str> = keys.iter().chain(crate::shape::cfn::FUNCTIONS).copied().collect();
        (EcoString::from(*kind), json!({ "propertyNames": (names(&keys)) }))
    });
    let event = json!({ "propertyNames": (names(&kinds)), "properties": (Value::from(Object::from_iter(of_events))) });
    let function = json!({
        "propertyNames": (names(&keys(Function::SHAPE))),
        "properties": { "events": { "items": event } }
    });
    let functions = json!({ "additionalProperties": function });
    json!({
        "propertyNames": (names(&keys(Root::SHAPE))),
        "properties": {
            "functions": { "additionalProperties": (functions.get("additionalProperties").cloned().unwrap_or_default()), "items": functions }
        }
    })
}
