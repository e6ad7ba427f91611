//! Values of parameters: what may limit them, what they are compared with and looked up by, and who sees them.
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html>

use ecow::{EcoString, eco_format};

use super::index::{Kind, Owner};
use super::{Facts, places::inside};
use crate::diagnostic::{Diagnostic, Place, nearest};
use crate::path::Path;
use crate::rules;
use crate::value::{Object, Value};

/// How the ids begin that parameters of AWS's own types take.
const IDS: [(&str, &str); 7] = [
    ("AWS::EC2::Image::Id", "ami-"),
    ("AWS::EC2::Instance::Id", "i-"),
    ("AWS::EC2::SecurityGroup::Id", "sg-"),
    ("AWS::EC2::Subnet::Id", "subnet-"),
    ("AWS::EC2::VPC::Id", "vpc-"),
    ("AWS::EC2::Volume::Id", "vol-"),
    ("AWS::Route53::HostedZone::Id", "Z"),
];

/// Finds limits without effect, defaults that no deployment takes, and values that a parameter never has.
pub fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    for (path, part) in facts.own_parts() {
        let parameters = part.get("Parameters").and_then(Value::as_object);
        for (id, body) in parameters.into_iter().flat_map(Object::iter) {
            let path = path.join("Parameters").join(id);
            let Some(body) = body.as_object() else { continue };
            limits(body, &path, found);
            found.extend(form(body, &path));
            found.extend(id_of_aws(id, body, &path));
            if facts.resource(id).is_some() {
                let message = eco_format!("a resource and a parameter are both called `{id}`");
                found.push(
                    Diagnostic::new(&rules::CONFLICTING_OPTIONS, Place::key(path), message)
                        .why("`!Ref` could mean either, and CloudFormation refuses the template")
                        .help("give one of them another name"),
                );
            }
        }
    }
    if !facts.index.has_macros {
        compared(facts, found);
        looked_up(facts, found);
        shown(facts, found);
        interface(facts, found);
    }
}

/// Limits belong to types.
fn limits(body: &Object, path: &Path, found: &mut Vec<Diagnostic>) {
    let kind = body.get("Type").and_then(Value::as_str).unwrap_or_default();
    let of_type: &[(&str, &[&str])] =
        &[("Number", &["MinLength", "MaxLength"]), ("String", &["MinValue", "MaxValue"])];
    for (_, keys) in of_type.iter().filter(|it| it.0 == kind) {
        for key in keys.iter().filter(|it| body.contains_key(it)) {
            let message = eco_format!("`{key}` is not for parameters of the type `{kind}`");
            found.push(
                Diagnostic::new(&rules::UNKNOWN_KEY, Place::key(path.join(*key)), message)
                    .why("lengths are of texts, and values of numbers")
                    .help("remove it, or change the type")
                    .warning(),
            );
        }
    }
}

/// Words and forms of what limits a parameter.
fn form(body: &Object, path: &Path) -> Option<Diagnostic> {
    if let Some(Value::String(text)) = body.get("NoEcho")
        && !["true", "false"].contains(&text.to_lowercase().as_str())
        && !text.contains("${")
    {
        let message = eco_format!("`{text}` is no value of `NoEcho`");
        let at = Place::value(path.join("NoEcho"));
        return Some(Diagnostic::new(&rules::UNKNOWN_VALUE, at, message).help("write `true` or `false`"));
    }
    if let Some(value @ (Value::String(_) | Value::Number(_) | Value::Bool(_))) = body.get("AllowedValues") {
        let message = eco_format!("`AllowedValues` is {}, not a list", value.noun());
        let diagnostic =
            Diagnostic::new(&rules::WRONG_TYPE, Place::value(path.join("AllowedValues")), message);
        return Some(diagnostic.why("CloudFormation refuses the template").help("write a list"));
    }
    let pattern = body.get("AllowedPattern").and_then(Value::as_str).filter(|it| !is_balanced(it))?;
    let message = eco_format!("`{pattern}` is no pattern: a bracket is not closed, or not opened");
    Some(
        Diagnostic::new(&rules::INVALID_FORMAT, Place::value(path.join("AllowedPattern")), message)
            .why("CloudFormation reads it as a regular expression of Java, and refuses the template")
            .help("write a backslash before a bracket that is meant as it is"),
    )
}

/// Whether the groups of a regular expression are closed.
fn is_balanced(pattern: &str) -> bool {
    let (mut depth, mut is_class, mut characters) = (0_i32, false, pattern.chars());
    while let Some(character) = characters.next() {
        match character {
            '\\' if characters.next() == Some('Q') => return true,
            '[' => is_class = true,
            ']' => is_class = false,
            '(' if !is_class => depth += 1,
            ')' if !is_class => depth -= 1,
            _ => {}
        }
        if depth < 0 {
            return false;
        }
    }
    depth == 0 && !is_class
}

/// A default that is no id of what the type names.
fn id_of_aws(id: &EcoString, body: &Object, path: &Path) -> Option<Diagnostic> {
    let kind = body.get("Type")?.as_str()?;
    let inner = kind.strip_prefix("List<").and_then(|it| it.strip_suffix('>')).unwrap_or(kind);
    let (_, start) = IDS.iter().find(|it| it.0 == inner)?;
    let default = body.get("Default")?.as_str().filter(|it| !it.contains("${"))?;
    let is_id = |it: &str| {
        let rest = it.trim().strip_prefix(start);
        let is_of_id =
            |it: u8| if *start == "Z" { it.is_ascii_alphanumeric() } else { it.is_ascii_hexdigit() };
        rest.is_some_and(|it| !it.is_empty() && it.bytes().all(is_of_id))
    };
    if default.split(',').all(is_id) {
        return None;
    }
    let message = eco_format!("the default of the parameter `{id}` is not one that it takes");
    let diagnostic = Diagnostic::new(&rules::UNKNOWN_VALUE, Place::value(path.join("Default")), message)
        .why(eco_format!("values of `{kind}` begin with `{start}`"))
        .help("write the id of one that is there")
        .warning();
    Some(diagnostic)
}

/// The values that a parameter may have.
fn allowed<'a>(facts: &Facts<'a>, id: &str) -> Option<&'a [Value]> {
    facts.section("Parameters")?.get(id)?.get("AllowedValues")?.as_array()
}

fn referred(value: &Value) -> Option<&str> {
    value.as_object()?.single().filter(|it| it.0 == "Ref")?.1.as_str()
}

/// Conditions that compare a parameter with what it never is.
fn compared(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    for (root, part) in facts.own_parts() {
        let Some(conditions) = part.get("Conditions") else { continue };
        conditions.visit(&mut root.join("Conditions"), &mut |path, value| {
            let Some([one, other]) = value.get("Fn::Equals").and_then(Value::as_array) else { return true };
            for (index, reference, text) in [(1usize, one, other), (0, other, one)] {
                let Some(id) = referred(reference) else { continue };
                let (Some(allowed), Some(text)) = (allowed(facts, id), scalar(text)) else { continue };
                let all: Option<Vec<EcoString>> = allowed.iter().map(scalar).collect();
                let Some(all) = all.filter(|it| !it.contains(&text) && !text.is_empty()) else { continue };
                let message = eco_format!("the parameter `{id}` is never `{text}`");
                let at = Place::value(path.join("Fn::Equals").join(index));
                let diagnostic = Diagnostic::new(&rules::UNKNOWN_VALUE, at, message)
                    .why("`AllowedValues` has no such value, so the condition never holds")
                    .warning();
                found.push(match nearest(&text, all.iter().map(EcoString::as_str)) {
                    Some(near) => diagnostic.help(eco_format!("did you mean `{near}`?")),
                    None => diagnostic.help("compare it with a value that it may have, or allow this one"),
                });
            }
            true
        });
    }
}

fn scalar(value: &Value) -> Option<EcoString> {
    match value {
        Value::String(it) => Some(it.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_js_string()),
        _ => None,
    }
}

/// Mappings that lack a value that the parameter may have by which they are looked up.
fn looked_up(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    for used in &facts.index.mappings {
        let Some([_, first, second]) = used.holder.get("Fn::FindInMap").and_then(Value::as_array) else {
            continue;
        };
        let Some((id, allowed)) = referred(first).and_then(|it| Some((it, allowed(facts, it)?))) else {
            continue;
        };
        let mapping = facts.section("Mappings").and_then(|it| it.get(used.name)).and_then(Value::as_object);
        let Some(mapping) = mapping.filter(|it| !it.values().any(Value::has_unknown)) else { continue };
        let lacks = |value: &EcoString| match (mapping.get(value), second.as_str()) {
            (None, _) => true,
            (Some(keys), Some(key)) => keys.as_object().is_some_and(|it| !it.contains_key(key)),
            _ => false,
        };
        // A condition may keep the others away.
        let Some(missing) = allowed.iter().filter_map(scalar).find(lacks) else { continue };
        let Some(path) = facts.path_of(used.owner, used.holder) else { continue };
        let message = eco_format!("the mapping `{}` has nothing for `{missing}`", used.name);
        let diagnostic = Diagnostic::new(
            &rules::UNKNOWN_MAPPING,
            Place::value(path.join("Fn::FindInMap").join(1)),
            message,
        )
        .why(eco_format!("the parameter `{id}` may have this value, and the deployment fails then"))
        .help("add it to the mapping, or do not allow it")
        .warning();
        let owner = Owner { section: "Mappings", id: used.name };
        found.push(match facts.entry_place(owner) {
            Some(place) => diagnostic.related(place, "the mapping"),
            None => diagnostic,
        });
    }
}

/// Outputs that show what is not to be shown.
fn shown(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    let of_outputs = facts.index.references.iter().filter(|it| it.owner.section == "Outputs");
    for reference in of_outputs.filter(|it| matches!(it.kind, Kind::Ref | Kind::Sub)) {
        let parameter = facts.section("Parameters").and_then(|it| it.get(reference.target));
        let is_hidden = parameter.and_then(|it| it.get("NoEcho")).and_then(scalar);
        if !is_hidden.is_some_and(|it| it.eq_ignore_ascii_case("true")) {
            continue;
        }
        let Some(at) = facts.target_place(reference) else { continue };
        let message = eco_format!("the output shows `{}`, which is `NoEcho`", reference.target);
        found.push(
            Diagnostic::new(&rules::PLAIN_SECRET, at, message)
                .why("outputs are not masked: whoever sees the stack sees the value")
                .help("remove the output, or keep the secret in Secrets Manager"),
        );
    }
}

/// The console's picture of the parameters names those that there are.
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudformation-interface.html>
fn interface(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    let known = facts.section("Parameters");
    let mut report = |id: &str, at: Place| {
        if known.is_some_and(|it| it.contains_key(id)) {
            return;
        }
        let message = eco_format!("the template has no parameter `{id}`");
        let diagnostic = Diagnostic::new(&rules::UNKNOWN_REFERENCE, at, message).warning();
        let names = known.into_iter().flat_map(Object::keys).map(EcoString::as_str);
        found.push(match nearest(id, names) {
            Some(near) => diagnostic.help(eco_format!("did you mean `{near}`?")),
            None => diagnostic.help("remove it, or define the parameter"),
        });
    };
    for (path, part) in facts.own_parts() {
        let name = "AWS::CloudFormation::Interface";
        let Some(interface) = part.get("Metadata").and_then(|it| it.get(name)) else { continue };
        let path = path.join("Metadata").join(name);
        let groups = crate::checks::pattern::places(interface, &path, "ParameterGroups.*.Parameters.*");
        for (at, id) in groups {
            let Some(id) = id.as_str() else { continue };
            report(id, inside(at, 0..id.len()));
        }
        let labels = interface.get("ParameterLabels").and_then(Value::as_object);
        for id in labels.into_iter().flat_map(Object::keys) {
            report(id, Place::key(path.join("ParameterLabels").join(id)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_closed() {
        assert!(is_balanced(r"^[^@(]+@([^@]+)$"));
        assert!(!is_balanced("^[^@]+@([^@]+$"));
        assert!(is_balanced(r"^\([a-z]+\)$"));
        assert!(!is_balanced("a)"));
    }
}
