//! `resources`: CloudFormation of the user's own, merged over what the service generates.

use ecow::{EcoString, eco_format};

use crate::cfn::Template;
use crate::cfn::merge::merge as merge_objects;
use crate::diagnostic::{Diagnostic, Part, Place, nearest};
use crate::path::Path;
use crate::plugins::Listed;
use crate::rules;
use crate::shape::cfn::Cfn;
use crate::shape::check::{Checker, check as check_shape};
use crate::shape::{Map, Text, Typed};
use crate::value::{Object, Value};

/// `resources`.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub struct UserResources {
    /// The version of the template's format.
    #[key("AWSTemplateFormatVersion")]
    pub format_version: Option<Text>,
    /// Conditions, by name.
    #[key("Conditions")]
    pub conditions: Option<Map<Value>>,
    /// What the template is for.
    #[key("Description")]
    pub description: Option<Text>,
    /// Look-up tables, by name.
    #[key("Mappings")]
    pub mappings: Option<Map<Value>>,
    /// Data for tools.
    #[key("Metadata")]
    pub metadata: Option<Map<Value>>,
    /// Outputs of the stack, by name.
    #[key("Outputs")]
    pub outputs: Option<Map<Value>>,
    /// Parameters of the stack, by name.
    #[key("Parameters")]
    pub parameters: Option<Map<Value>>,
    /// Resources, by logical id.
    #[key("Resources")]
    pub resources: Option<Map<Value>>,
    /// Rules that check parameters.
    #[key("Rules")]
    pub rules: Option<Map<Value>>,
    /// Hooks of the stack.
    #[key("Hooks")]
    pub hooks: Option<Map<Value>>,
    /// Macros that change the template.
    #[key("Transform")]
    pub transform: Option<Vec<Text>>,
    /// Changes of resources that the service generates, by logical id.
    pub extensions: Option<Map<Extension>>,
}

/// A resource of the user's own.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub struct UserResource {
    /// The type, such as `AWS::S3::Bucket`.
    #[key("Type")]
    pub kind: Text,
    /// The properties of the type.
    #[key("Properties")]
    pub properties: Option<Map<Value>>,
    /// What CloudFormation waits for when it creates the resource.
    #[key("CreationPolicy")]
    pub creation_policy: Option<Map<Value>>,
    /// What becomes of the resource when it leaves the stack.
    #[key("DeletionPolicy")]
    pub deletion_policy: Option<Cfn<Text>>,
    /// Resources that must be there first.
    #[key("DependsOn")]
    pub depends_on: Option<Vec<Text>>,
    /// Data for tools.
    #[key("Metadata")]
    pub metadata: Option<Map<Value>>,
    /// How CloudFormation updates the resource.
    #[key("UpdatePolicy")]
    pub update_policy: Option<Map<Value>>,
    /// What becomes of the old resource when it is replaced.
    #[key("UpdateReplacePolicy")]
    pub update_replace_policy: Option<Cfn<Text>>,
    /// The condition under which it exists.
    #[key("Condition")]
    pub condition: Option<Text>,
}

/// A change of a resource that the service generates.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub struct Extension {
    /// Properties that are set.
    #[key("Properties")]
    pub properties: Option<Map<Value>>,
    /// Replaces the creation policy.
    #[key("CreationPolicy")]
    pub creation_policy: Option<Map<Value>>,
    /// Replaces the deletion policy.
    #[key("DeletionPolicy")]
    pub deletion_policy: Option<Cfn<Text>>,
    /// Resources that must be there first, besides those that are named already.
    #[key("DependsOn")]
    pub depends_on: Option<Vec<Text>>,
    /// Data that is set.
    #[key("Metadata")]
    pub metadata: Option<Map<Value>>,
    /// Replaces the update policy.
    #[key("UpdatePolicy")]
    pub update_policy: Option<Map<Value>>,
    /// Replaces the update-replace policy.
    #[key("UpdateReplacePolicy")]
    pub update_replace_policy: Option<Cfn<Text>>,
    /// Replaces the condition.
    #[key("Condition")]
    pub condition: Option<Text>,
}

/// The parts of `resources` with the paths of each: it is a mapping, or a list of mappings.
fn parts(section: &Value) -> Vec<(Path, &Value)> {
    let root = Path::from(["resources"]);
    match section {
        Value::Array(items) => items.iter().enumerate().map(|(index, it)| (root.join(index), it)).collect(),
        Value::Null => Vec::new(),
        other => vec![(root, other)],
    }
}

/// Checks what is written.
pub fn check(section: &Value, cx: &mut Checker) {
    for (path, part) in parts(section) {
        if part.is_null() {
            continue;
        }
        // CloudFormation's own language: no plugin adds keys to it.
        let mut below = cx.fresh(path.clone());
        below.plugins = Listed::default();
        check_shape(part, UserResources::SHAPE, &mut below);
        cx.diagnostics.append(&mut below.diagnostics);
        let resources = part.get("Resources").and_then(Value::as_object);
        for (id, resource) in
            resources.into_iter().flat_map(Object::iter).filter(|(id, _)| !id.starts_with("Fn::"))
        {
            let path = path.join("Resources").join(id);
            if let Some(diagnostic) = misplaced(id, resource, &path) {
                cx.diagnostics.push(diagnostic);
                continue;
            }
            check_id(id, &path, cx);
            let mut below = cx.fresh(path.clone());
            below.plugins = Listed::default();
            if resource.is_null() {
                below.diagnostics.push(
                    Diagnostic::new(
                        &rules::WRONG_TYPE,
                        Place::key(path),
                        eco_format!("the resource `{id}` is empty"),
                    )
                    .help("give it a `Type` and `Properties`, or remove it"),
                );
            } else {
                check_shape(resource, UserResource::SHAPE, &mut below);
            }
            cx.diagnostics.append(&mut below.diagnostics);
        }
    }
}

/// A part of a resource that stands beside the resources, or a section of the template among them.
fn misplaced(id: &EcoString, resource: &Value, path: &Path) -> Option<Diagnostic> {
    let parts =
        ["Type", "Properties", "DependsOn", "DeletionPolicy", "UpdateReplacePolicy", "CreationPolicy"];
    let sections = ["Resources", "Outputs", "Parameters", "Mappings", "Conditions"];
    if resource.get("Type").is_some_and(|it| it.as_str().is_some()) {
        return None;
    }
    let (message, help) = if parts.contains(&id.as_str()) {
        (eco_format!("`{id}` stands beside the resources"), "indent it below the resource that it belongs to")
    } else if sections.contains(&id.as_str()) {
        (eco_format!("`{id}` stands among the resources"), "move it to the left, beside `Resources`")
    } else {
        return None;
    };
    Some(
        Diagnostic::new(&rules::MISPLACED_KEY, Place::key(path.clone()), message)
            .why("what stands directly below `Resources` is taken as a resource")
            .help(help),
    )
}

fn check_id(id: &EcoString, path: &Path, cx: &mut Checker) {
    let fits = id.len() <= 255 && id.bytes().all(|it| it.is_ascii_alphanumeric());
    if let Some(level) = cx.level.filter(|_| !fits) {
        let at = Place::Resolved { path: path.clone(), part: Part::Key };
        let mut diagnostic =
            Diagnostic::new(&rules::INVALID_FORMAT, at, eco_format!("`{id}` is not a logical id"))
                .help("use letters and digits only");
        diagnostic.severity = level;
        cx.diagnostics.push(diagnostic);
    }
}

/// All parts merged, as the template takes them.
fn merged(section: &Value) -> Object {
    let mut all = Object::new();
    for (_, part) in parts(section) {
        if let Value::Object(part) = coerced(part) {
            merge_objects(&mut all, &part);
        }
    }
    all
}

/// A part as the check takes it: single values where lists belong are lists.
fn coerced(part: &Value) -> Value {
    let silent = || Checker::new(Path::root(), None, Listed::ANY);
    let mut part = check_shape(part, UserResources::SHAPE, &mut silent());
    if let Value::Object(object) = &mut part
        && object.get("Resources").is_some_and(|it| it.as_object().is_some())
    {
        std::sync::Arc::make_mut(object).edit_object("Resources", |resources| {
            for resource in resources.values_mut().filter(|it| it.as_object().is_some()) {
                *resource = check_shape(resource, UserResource::SHAPE, &mut silent());
            }
        });
    }
    part
}

/// `Resources` of all parts, merged.
pub fn resources(section: &Value) -> Object {
    merged(section).get("Resources").and_then(Value::as_object).cloned().unwrap_or_default()
}

/// Merges `resources` into the template, then its `extensions`.
pub fn merge(section: &Value, template: &mut Template, diagnostics: &mut Vec<Diagnostic>) {
    let mut all = merged(section);
    let extensions = all.remove("extensions");
    let root = Path::from(["resources"]);
    if let Some(Value::Object(own)) = all.get("Resources") {
        for id in own.keys() {
            template.origins.push((id.clone(), locate(section, &root, "Resources", id)));
        }
    }
    merge_objects(&mut template.body, &all);
    if let Some(Value::Object(extensions)) = extensions {
        for (id, extension) in extensions.iter() {
            extend(id, extension, &locate(section, &root, "extensions", id), template, diagnostics);
        }
    }
    template.body.edit_object("Resources", |resources| {
        for resource in resources.values_mut() {
            if let Value::Object(body) = resource
                && body.get("Properties").is_some_and(has_null)
            {
                strip(std::sync::Arc::make_mut(body));
            }
        }
    });
}

/// Where an entry of a part is written.
fn locate(section: &Value, root: &Path, key: &str, id: &EcoString) -> Path {
    let holder =
        parts(section).into_iter().find(|(_, part)| part.get(key).and_then(|it| it.get(id)).is_some());
    holder.map_or_else(|| root.clone(), |(path, _)| path).join(key).join(id)
}

/// Null properties are left out, as the framework leaves them.
fn strip(body: &mut Object) {
    match body.get_mut("Properties") {
        Some(Value::Null) => drop(body.remove("Properties")),
        Some(properties) if has_null(properties) => *properties = without_null(properties),
        _ => {}
    }
}

fn has_null(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.iter().any(has_null),
        Value::Object(object) => object.values().any(has_null),
        _ => false,
    }
}

/// The value without the entries that are null, which count as absent.
pub fn without_null(value: &Value) -> Value {
    match value {
        Value::Array(items) => Value::array(items.iter().map(without_null)),
        Value::Object(object) => {
            let kept = object
                .iter()
                .filter(|(_, it)| !it.is_null())
                .map(|(key, it)| (key.clone(), without_null(it)));
            Value::from(kept.collect::<Object>())
        }
        other => other.clone(),
    }
}

fn extend(
    id: &EcoString,
    extension: &Value,
    path: &Path,
    template: &mut Template,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let known: Vec<EcoString> = template
        .body
        .get("Resources")
        .and_then(Value::as_object)
        .map(|it| it.keys().cloned().collect())
        .unwrap_or_default();
    if !known.contains(id) {
        let at = Place::key(path.clone());
        let diagnostic = Diagnostic::new(
            &rules::UNKNOWN_RESOURCE,
            at.clone(),
            eco_format!("the template has no resource `{id}` to extend"),
        )
        .about(id);
        diagnostics.push(diagnostic.meant(
            "rename to",
            at,
            nearest(id, known.iter().map(EcoString::as_str)),
            "a resource of your own goes under `resources.Resources`",
        ));
        return;
    }
    let Value::Object(extension) = extension else { return };
    template.body.edit_object("Resources", |resources| {
        resources.edit_object(id, |resource| {
            for (key, value) in extension.iter() {
                match (key.as_str(), value) {
                    ("Properties" | "Metadata", Value::Object(entries)) => {
                        resource.edit_object(key, |it| {
                            entries.iter().for_each(|(key, value)| it.insert(key.clone(), value))
                        });
                    }
                    ("DependsOn", value) => {
                        let list =
                            |it: &Value| it.as_array().map_or_else(|| vec![it.clone()], <[Value]>::to_vec);
                        let mut all = resource.get("DependsOn").map(list).unwrap_or_default();
                        all.extend(list(value));
                        resource.insert("DependsOn", all);
                    }
                    (key, value) => resource.insert(key, value),
                }
            }
        });
    });
    template.origins.push((id.clone(), path.clone()));
}
