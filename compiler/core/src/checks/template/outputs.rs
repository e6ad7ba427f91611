//! Outputs have values and names that are taken, no export has the name of another; and what stands at the top of the
//! template.

use ecow::{EcoString, eco_format};
use rustc_hash::FxHashMap;

use super::index::Owner;
use super::{Facts, parameters};
use crate::aws::resources::user::UserResources;
use crate::diagnostic::{Diagnostic, Place, Severity, nearest};
use crate::path::{Path, Segment};
use crate::rules;
use crate::shape::cfn::is_intrinsic_value;
use crate::shape::{Shape, Typed as _};
use crate::value::{Object, Value};

const KEYS: [&str; 4] = ["Condition", "Description", "Export", "Value"];

/// The most bytes of a template's description.
const DESCRIPTION: usize = 1024;

/// The macros of AWS.
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/transform-reference.html>
const TRANSFORMS: [&str; 8] = [
    "AWS::CodeDeployBlueGreen",
    "AWS::CodeStar",
    "AWS::Include",
    "AWS::LanguageExtensions",
    "AWS::SecretsManager-2020-07-23",
    "AWS::SecretsManager-2024-09-16",
    "AWS::Serverless-2016-10-31",
    "AWS::ServiceCatalog",
];

/// Finds what is wrong with outputs.
pub fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    head(facts, found);
    let mut exported: FxHashMap<String, &EcoString> = FxHashMap::default();
    for (id, body) in facts.section("Outputs").into_iter().flat_map(Object::iter) {
        let name = body.get("Export").and_then(|it| it.get("Name"));
        if let Some(name) = name.filter(|it| !it.has_unknown()) {
            match exported.get(&name.to_json()) {
                Some(first) => found.extend(exported_twice(facts, id, first, name)),
                None => drop(exported.insert(name.to_json(), id)),
            }
        }
        if let Some(path) = facts.written("Outputs", &[Segment::from(id)])
            && !id.starts_with("Fn::")
        {
            match misplaced(facts, id, body, &path) {
                Some(diagnostic) => found.push(diagnostic),
                None if body.is_null() && stands_beside(facts, id) => {}
                None => form(id, body, &path, found),
            }
        }
    }
}

/// What is said of the template as a whole.
fn head(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    for (path, part) in facts.own_parts() {
        sections(part, &path, facts, found);
        transforms(part, &path, found);
        if let Some(Value::String(version)) = part.get("AWSTemplateFormatVersion")
            && version != "2010-09-09"
        {
            let at = Place::value(path.join("AWSTemplateFormatVersion"));
            let message = eco_format!("`{version}` is no version of the template's format");
            found.push(
                Diagnostic::new(&rules::UNKNOWN_VALUE, at.clone(), message)
                    .why("it is not the date of your template: CloudFormation has one version, `2010-09-09`")
                    .help("write `'2010-09-09'`, or remove it")
                    .replace("replace with `'2010-09-09'`", false, at, "'2010-09-09'"),
            );
        }
        if let Some(Value::String(text)) = part.get("Description")
            && text.len() > DESCRIPTION
        {
            let message = eco_format!("the description of the template has {} bytes", text.len());
            let at = Place::value(path.join("Description"));
            found.push(
                Diagnostic::new(&rules::OUT_OF_RANGE, at, message)
                    .why(eco_format!("CloudFormation takes {DESCRIPTION} at most"))
                    .help("shorten it"),
            );
        }
    }
}

/// AWS's macros are those that there are; the others are of users.
fn transforms(part: &Value, path: &Path, found: &mut Vec<Diagnostic>) {
    let Some(written) = part.get("Transform") else { return };
    let path = path.join("Transform");
    let names: Vec<(Path, &Value)> = match written {
        Value::Array(names) => names.iter().enumerate().map(|(index, it)| (path.join(index), it)).collect(),
        one => vec![(path, one)],
    };
    for (path, name) in names {
        let Some(name) = name.as_str().filter(|it| !TRANSFORMS.contains(it)) else { continue };
        let near = nearest(name, TRANSFORMS);
        if near.is_none() && !name.starts_with("AWS::") {
            continue;
        }
        let at = Place::value(path);
        let message = eco_format!("AWS has no macro `{name}`");
        let mut diagnostic = Diagnostic::new(&rules::CFN_UNKNOWN_VALUE, at.clone(), message)
            .why("CloudFormation refuses a template whose macro is not there");
        if near.is_none() {
            diagnostic.severity = Severity::Warning;
        }
        let otherwise = "name one of AWS's macros, or one of your own without `AWS::`";
        found.push(diagnostic.meant("replace with", at, near, otherwise));
    }
}

/// Sections that a template does not have. Where the service wants its keys checked, they have been reported. The
/// framework merges them into the template as they are, so they are told at the level of what only AWS refuses.
fn sections(part: &Value, path: &Path, facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    let mode = facts.around.mode;
    let (Some(sections), Shape::Object(shape)) = (part.as_object(), UserResources::SHAPE) else { return };
    if mode.validation.level().is_some() && !mode.plugins.may_bring_any_key() {
        return;
    }
    let is_section = |key: &EcoString| shape.fields.iter().any(|it| it.key == key);
    for key in sections.keys().filter(|it| !is_section(it) && !it.starts_with("Fn::")) {
        let at = Place::key(path.join(key));
        let message = eco_format!("a template has no section `{key}`");
        let is_resource = sections.get(key).is_some_and(|it| it.get("Type").is_some());
        let diagnostic = Diagnostic::new(&rules::UNKNOWN_KEY, at.clone(), message)
            .why("CloudFormation refuses the template")
            .warning();
        let near = nearest(key, shape.fields.iter().map(|it| it.key));
        let otherwise = "resources stand below `Resources`, and what they give below `Outputs`";
        found.push(match is_resource {
            true => diagnostic.help("move it below `Resources`"),
            false => diagnostic.meant("rename to", at, near, otherwise),
        });
    }
}

/// A key of an output that stands beside it: the output is empty then. The framework packages it.
fn misplaced(facts: &Facts<'_>, id: &EcoString, body: &Value, path: &Path) -> Option<Diagnostic> {
    let before = facts.section("Outputs")?.iter().take_while(|it| it.0 != id);
    let (empty, _) = before.filter(|it| !KEYS.contains(&it.0.as_str())).last().filter(|it| it.1.is_null())?;
    let message = eco_format!("`{id}` stands beside the output `{empty}`");
    is_key(id, body).then(|| {
        Diagnostic::new(&rules::MISPLACED_KEY, Place::key(path.clone()), message)
            .why("what stands directly below `Outputs` is taken as an output")
            .help(eco_format!("indent it below `{empty}`"))
            .warning()
    })
}

/// Whether the keys of an output stand beside it.
fn stands_beside(facts: &Facts<'_>, id: &EcoString) -> bool {
    let mut after =
        facts.section("Outputs").into_iter().flat_map(|it| it.iter().skip_while(move |it| it.0 != id));
    after.nth(1).is_some_and(|(key, body)| is_key(key, body))
}

/// Whether what is called an output is a key of one.
fn is_key(id: &EcoString, body: &Value) -> bool {
    KEYS.contains(&id.as_str()) && body.as_object().is_none_or(|it| !it.contains_key("Value"))
}

fn form(id: &EcoString, body: &Value, path: &Path, found: &mut Vec<Diagnostic>) {
    found.extend(parameters::name("an output", id, path));
    let nothing = Object::new();
    let output = match body {
        Value::Object(output) => output.as_ref(),
        Value::Null => &nothing,
        _ => return,
    };
    for key in output.keys().filter(|it| !KEYS.contains(&it.as_str()) && !it.starts_with("Fn::")) {
        let at = Place::key(path.join(key));
        let message = eco_format!("an output has no `{key}`");
        let diagnostic = Diagnostic::new(&rules::UNKNOWN_KEY, at.clone(), message)
            .why("CloudFormation refuses the template");
        found.push(diagnostic.meant(
            "rename to",
            at,
            nearest(key, KEYS),
            "it has `Value`, `Description`, `Export` and `Condition`",
        ));
    }
    let misspelt =
        |wanted| output.keys().any(|it| !KEYS.contains(&it.as_str()) && nearest(it, [wanted]).is_some());
    match output.get("Value") {
        None | Some(Value::Null) if !misspelt("Value") => found.push(
            Diagnostic::new(
                &rules::MISSING_KEY,
                Place::key(path.clone()),
                eco_format!("the output `{id}` has no `Value`"),
            )
            .why("CloudFormation refuses an output without one")
            .help("say what it gives: `Value: !Ref Table`"),
        ),
        Some(value @ (Value::Array(_) | Value::Object(_))) if !is_function(value) => {
            let message = eco_format!("the value of the output `{id}` is {}", value.noun());
            found.push(
                Diagnostic::new(&rules::WRONG_TYPE, Place::key(path.join("Value")), message)
                    .why("an output gives one text")
                    .help("use `!Join [',', [...]]` for a list"),
            );
        }
        _ => {}
    }
    if let Some(value @ (Value::Object(_) | Value::Array(_))) = output.get("Description") {
        let message = eco_format!("the description of the output `{id}` is {}", value.noun());
        found.push(
            Diagnostic::new(&rules::WRONG_TYPE, Place::value(path.join("Description")), message)
                .why("CloudFormation takes a text here, and no function")
                .help("write a text"),
        );
    }
    export(output, path, found);
}

fn is_function(value: &Value) -> bool {
    is_intrinsic_value(value) || value.as_object().is_some_and(|it| it.keys().any(|it| it.starts_with("Fn:")))
}

fn export(output: &Object, path: &Path, found: &mut Vec<Diagnostic>) {
    let Some(export) = output.get("Export") else { return };
    let at = path.join("Export");
    let Some(entries) = export.as_object().filter(|_| !is_function(export)) else {
        if !matches!(export, Value::Unknown(_)) {
            found.push(
                Diagnostic::new(&rules::WRONG_TYPE, Place::key(at), "an export has its name under `Name`")
                    .why("CloudFormation refuses the template")
                    .help("write `Export: {Name: ...}`"),
            );
        }
        return;
    };
    if !entries.contains_key("Name") {
        let wrong = entries.keys().next();
        let place = wrong.map_or(at.clone(), |it| at.join(it));
        found.push(
            Diagnostic::new(&rules::MISSING_KEY, Place::key(place), "the export has no `Name`")
                .why("CloudFormation refuses the template")
                .help("write `Export: {Name: ...}`"),
        );
    }
}

fn exported_twice(facts: &Facts<'_>, id: &EcoString, first: &EcoString, name: &Value) -> Option<Diagnostic> {
    let place = |id: &EcoString| {
        let steps = [Segment::from(id), "Export".into(), "Name".into()];
        facts.written("Outputs", &steps).map(Place::value)
    };
    let (at, other) = match (place(id), place(first)) {
        (Some(at), other) => (at, other),
        (None, other) => (other?, None),
    };
    let condition = |id: &EcoString| facts.section("Outputs")?.get(id)?.get("Condition").cloned();
    if condition(id).is_some() && condition(first).is_some() {
        return None;
    }
    let text = name.as_str().map_or_else(|| "the same name".into(), |it| eco_format!("`{it}`"));
    let message = eco_format!("the outputs `{first}` and `{id}` are both exported as {text}");
    let diagnostic = Diagnostic::new(&rules::EXPORTED_TWICE, at, message)
        .why("an account has each export once in a region, so the deployment fails")
        .help("export one of them under another name");
    let generated = facts.entry_place(Owner { section: "Outputs", id: first });
    Some(match other.or(generated) {
        Some(place) => diagnostic.related(place, "first exported here"),
        None => diagnostic,
    })
}
