//! Names of exports, and values that are imported: CloudFormation knows both before it makes a resource.
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/outputs-section-structure.html>

use ecow::{EcoString, eco_format};

use super::Facts;
use super::index::{self, Owner};
use super::places::inside;
use crate::diagnostic::{Diagnostic, Place};
use crate::path::Path;
use crate::rules;
use crate::several;
use crate::value::{Object, Value};

/// The most bytes of an output's description.
const DESCRIPTION: usize = 1024;

/// Finds names that depend on resources, or have characters that no export has.
pub fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    if facts.index.has_macros {
        return;
    }
    for (path, part) in facts.own_parts() {
        for (id, output) in part.get("Outputs").and_then(Value::as_object).into_iter().flat_map(Object::iter)
        {
            let path = path.join("Outputs").join(id);
            of_output(facts, output, &path, found);
        }
        imports(facts, path, part, found);
    }
    for section in ["provider", "functions", "layers"] {
        if let Some(part) = facts.config.get(section) {
            imports(facts, Path::from([section]), part, found);
        }
    }
}

fn imports(facts: &Facts<'_>, path: Path, part: &Value, found: &mut Vec<Diagnostic>) {
    part.visit(&mut path.clone(), &mut |path, value| {
        let Some(argument) = value.get("Fn::ImportValue") else { return true };
        let why = "CloudFormation looks up what is imported before it makes a resource";
        found.extend(resource_in(facts, argument, &path.join("Fn::ImportValue"), why));
        found.extend(of_itself(facts, argument, &path.join("Fn::ImportValue")));
        true
    });
}

/// An import of what the stack exports itself.
fn of_itself(facts: &Facts<'_>, argument: &Value, path: &Path) -> Option<Diagnostic> {
    let context = facts.around.context;
    let stack = context.stack_name();
    let known = |value: &Value| several::known(value, &stack, &context.region);
    let name = known(argument).filter(|it| !it.is_empty())?;
    let mut outputs = facts.section("Outputs")?.iter();
    // What a condition leaves out another stack may export.
    let exports = |output: &Value| {
        let export = output.get("Export").filter(|_| output.get("Condition").is_none());
        export.and_then(|it| it.get("Name")).and_then(known)
    };
    let (id, _) = outputs.find(|it| exports(it.1).is_some_and(|it| it == name))?;
    let message = eco_format!("the stack imports `{name}`, which it exports itself");
    let diagnostic = Diagnostic::new(&rules::IMPORT_CYCLE, Place::value(path.clone()), message)
        .why("the export is only there when the stack is, which waits for it")
        .help("use `!Ref` or `!GetAtt`");
    Some(match facts.entry_place(Owner { section: "Outputs", id }) {
        Some(place) => diagnostic.related(place, "exported here"),
        None => diagnostic,
    })
}

fn of_output(facts: &Facts<'_>, output: &Value, path: &Path, found: &mut Vec<Diagnostic>) {
    if let Some(text) = output.get("Description").and_then(Value::as_str)
        && text.len() > DESCRIPTION
    {
        let message = eco_format!("the description of the output has {} bytes", text.len());
        let at = Place::value(path.join("Description"));
        found.push(
            Diagnostic::new(&rules::OUT_OF_RANGE, at, message)
                .why(eco_format!("CloudFormation takes {DESCRIPTION} at most"))
                .help("shorten it"),
        );
    }
    let Some(name) = output.get("Export").and_then(|it| it.get("Name")) else { return };
    let path = path.join("Export").join("Name");
    if name.is_null() {
        found.push(
            Diagnostic::new(&rules::MISSING_KEY, Place::key(path), "the `Name` of the export is empty")
                .why("CloudFormation refuses the template")
                .help("write the name under which other stacks import it"),
        );
        return;
    }
    let why = "CloudFormation must know the name of an export before it makes a resource";
    found.extend(resource_in(facts, name, &path, why));
    found.extend(characters(name, &path));
}

/// A resource on which a value depends.
fn resource_in(facts: &Facts<'_>, value: &Value, path: &Path, why: &'static str) -> Option<Diagnostic> {
    let mut first: Option<(Path, EcoString)> = None;
    value.visit(&mut path.clone(), &mut |path, value| {
        let Some((name, argument)) = value.as_object().and_then(Object::single) else {
            return first.is_none();
        };
        let id = match name.as_str() {
            "Ref" => argument.as_str(),
            "Fn::GetAtt" => index::get_att(argument).map(|it| it.0),
            "Fn::Sub" => {
                let (text, variables) = index::sub(argument);
                let names = text.into_iter().flat_map(index::sub_names).map(|it| it.text);
                let own = variables.and_then(Value::as_object);
                let mut ids = names.filter(|it| !own.is_some_and(|own| own.contains_key(it)));
                ids.find_map(|it| {
                    let id = it.split('.').next()?;
                    facts.resource(id).map(|_| id)
                })
            }
            _ => None,
        };
        if let Some(id) = id.filter(|it| facts.resource(it).is_some())
            && first.is_none()
        {
            first = Some((path.clone(), id.into()));
        }
        first.is_none()
    });
    let (path, id) = first?;
    let message = eco_format!("the name depends on the resource `{id}`");
    Some(
        Diagnostic::new(&rules::CFN_FUNCTION, Place::value(path), message)
            .why(why)
            .help("put the name together of texts, parameters and `${AWS::StackName}`"),
    )
}

/// A character that the name of an export does not have.
fn characters(name: &Value, path: &Path) -> Option<Diagnostic> {
    let (text, path) = match name {
        Value::String(text) => (text.as_str(), path.clone()),
        _ => {
            let argument = name.get("Fn::Sub")?;
            let path = path.join("Fn::Sub");
            let path = if argument.as_array().is_some() { path.join(0) } else { path };
            (index::sub(argument).0?, path)
        }
    };
    if text.contains("{{") {
        return None;
    }
    let mut depth = 0_u32;
    let mut before = ' ';
    let wrong = text.char_indices().find(|(_, it)| {
        let is_open = *it == '{' && before == '$';
        depth = if is_open { depth + 1 } else { depth };
        let inside = depth > 0;
        if *it == '}' {
            depth = depth.saturating_sub(1);
        }
        before = *it;
        !inside && !it.is_ascii_alphanumeric() && !matches!(it, ':' | '-' | '$')
    });
    let (start, character) = wrong?;
    let message = eco_format!("the name of an export has no `{character}`");
    Some(
        Diagnostic::new(&rules::INVALID_FORMAT, inside(path, start..start + character.len_utf8()), message)
            .why("CloudFormation takes letters, digits, `:` and `-`")
            .help("write `:` or `-` instead"),
    )
}
