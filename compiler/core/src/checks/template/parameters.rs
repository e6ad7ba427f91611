//! Parameters of the stack: their form, their defaults, and that each gets a value.

use ecow::{EcoString, eco_format};
use regex_lite::Regex;
use rustc_hash::FxHashSet;

use super::index::Owner;
use super::places::inside;
use super::{Facts, conditions};
use crate::diagnostic::{Diagnostic, Place, nearest};
use crate::path::Path;
use crate::rules;
use crate::shape::check::shorten;
use crate::value::{Object, Value};

/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html>
const KEYS: [&str; 11] = [
    "AllowedPattern",
    "AllowedValues",
    "ConstraintDescription",
    "Default",
    "Description",
    "MaxLength",
    "MaxValue",
    "MinLength",
    "MinValue",
    "NoEcho",
    "Type",
];

/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-supplied-parameter-types.html>
const TYPES: [&str; 6] =
    ["String", "Number", "CommaDelimitedList", "List<Number>", "List<String>", "AWS::SSM::Parameter::Name"];

/// What of AWS's own may be a parameter's type, alone or as a list.
const AWS_TYPES: [&str; 10] = [
    "AWS::EC2::AvailabilityZone::Name",
    "AWS::EC2::Image::Id",
    "AWS::EC2::Instance::Id",
    "AWS::EC2::KeyPair::KeyName",
    "AWS::EC2::SecurityGroup::GroupName",
    "AWS::EC2::SecurityGroup::Id",
    "AWS::EC2::Subnet::Id",
    "AWS::EC2::Volume::Id",
    "AWS::EC2::VPC::Id",
    "AWS::Route53::HostedZone::Id",
];

/// Finds parameters that have no value, or are not written as CloudFormation takes them.
pub fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    let Some(parameters) = facts.section("Parameters") else {
        given_for_nothing(facts, None, found);
        return;
    };
    let given = given(facts);
    let used: FxHashSet<&str> = facts.index.references.iter().map(|it| it.target).collect();
    for (id, parameter) in parameters.iter() {
        let owner = Owner { section: "Parameters", id };
        let Some(Place::Resolved { path, .. }) = facts.entry_place(owner) else { continue };
        let Some(body) = parameter.as_object() else { continue };
        form(id, body, &path, found);
        let has_value = given.as_ref().is_none_or(|it| it.contains(id.as_str()));
        if !body.contains_key("Default") && !has_value {
            found.push(without_value(id, &path));
        }
        if !used.contains(id.as_str()) && !facts.index.has_macros && !facts.index.loops.are_there {
            found.extend(conditions::nobody(facts, owner, "parameter"));
        }
    }
    given_for_nothing(facts, Some(parameters), found);
}

/// The names that `stackParameters` gives values to; `None` if they are not all known.
fn given<'a>(facts: &Facts<'a>) -> Option<FxHashSet<&'a str>> {
    let list = match facts.config.get("provider").and_then(|it| it.get("stackParameters")) {
        None | Some(Value::Null) => return Some(FxHashSet::default()),
        Some(list) => list.as_array()?,
    };
    list.iter().map(|it| it.get("ParameterKey")?.as_str()).collect()
}

fn without_value(id: &EcoString, path: &Path) -> Diagnostic {
    Diagnostic::new(
        &rules::PARAMETER_WITHOUT_VALUE,
        Place::key(path.clone()),
        eco_format!("the parameter `{id}` has no value"),
    )
    .why("a deployment gives parameters only the values of `provider.stackParameters`")
    .help("give it a `Default`, or a value in `provider.stackParameters`")
}

fn given_for_nothing(facts: &Facts<'_>, parameters: Option<&Object>, found: &mut Vec<Diagnostic>) {
    let list =
        facts.config.get("provider").and_then(|it| it.get("stackParameters")).and_then(Value::as_array);
    for (index, key) in list
        .into_iter()
        .flatten()
        .enumerate()
        .filter_map(|(index, it)| Some((index, it.get("ParameterKey")?.as_str()?)))
    {
        let path = Path::from(["provider", "stackParameters"]).join(index);
        if let Some(parameter) = parameters.and_then(|it| it.get(key)) {
            found.extend(value(facts, key, parameter, &path));
            continue;
        }
        if facts.around.mode.plugins.may_add(key) {
            continue;
        }
        let path = path.join("ParameterKey");
        let known = parameters.into_iter().flat_map(Object::keys).map(EcoString::as_str);
        let message = eco_format!("the template has no parameter `{key}`");
        let diagnostic = Diagnostic::new(&rules::UNKNOWN_REFERENCE, inside(path, 0..key.len()), message)
            .why("CloudFormation refuses a value for a parameter that is not there");
        found.push(match nearest(key, known) {
            Some(near) => diagnostic.help(eco_format!("did you mean `{near}`?")),
            None => diagnostic.help("define it in `resources.Parameters`"),
        });
    }
}

/// A value of `stackParameters` that the parameter's own rules refuse.
fn value(facts: &Facts<'_>, key: &str, parameter: &Value, path: &Path) -> Option<Diagnostic> {
    let path = path.join("ParameterValue");
    let text = match facts.config.at(&path)? {
        value @ (Value::String(_) | Value::Number(_) | Value::Bool(_)) => value.to_js_string(),
        _ => return None,
    };
    let why = refusal(parameter.as_object()?, &text)?;
    let message = eco_format!("`{}` is not a value that the parameter `{key}` takes", shorten(&text));
    let diagnostic = Diagnostic::new(&rules::UNKNOWN_VALUE, Place::value(path), message).why(why);
    let diagnostic = diagnostic.help("change the value, or the rule");
    Some(match facts.written("Parameters", &[key.into()]) {
        Some(at) => diagnostic.related(Place::key(at), "the parameter"),
        None => diagnostic,
    })
}

/// What is wrong with the name of an entry that takes letters and digits.
pub fn name(noun: &str, id: &EcoString, path: &Path) -> Option<Diagnostic> {
    if id.len() <= 255 && id.bytes().all(|it| it.is_ascii_alphanumeric()) {
        return None;
    }
    let message = eco_format!("`{id}` is no name of {noun}");
    Some(
        Diagnostic::new(&rules::INVALID_FORMAT, Place::key(path.clone()), message)
            .why("CloudFormation takes letters and digits only")
            .help("leave the other signs out, here and where it is named"),
    )
}

fn form(id: &EcoString, body: &Object, path: &Path, found: &mut Vec<Diagnostic>) {
    if body.keys().any(|it| it.starts_with("Fn::")) {
        return;
    }
    found.extend(name("a parameter", id, path));
    for key in body.keys().filter(|it| !KEYS.contains(&it.as_str())) {
        let at = Place::key(path.join(key));
        let message = eco_format!("a parameter has no `{key}`");
        let diagnostic = Diagnostic::new(&rules::UNKNOWN_KEY, at.clone(), message)
            .why("CloudFormation refuses the template");
        found.push(diagnostic.meant("rename to", at, nearest(key, KEYS), "remove it"));
    }
    match body.get("Type") {
        None => found.push(
            Diagnostic::new(
                &rules::MISSING_KEY,
                Place::key(path.clone()),
                eco_format!("the parameter `{id}` has no `Type`"),
            )
            .why("CloudFormation must know what it takes")
            .help("most are `Type: String`"),
        ),
        Some(Value::String(kind)) if !is_type(kind) => found.push(unknown_type(kind, path)),
        _ => {}
    }
    found.extend(default(id, body, path));
}

fn is_type(kind: &str) -> bool {
    let inner = |start: &str| kind.strip_prefix(start).and_then(|it| it.strip_suffix('>'));
    let is_aws = |it: &str| AWS_TYPES.contains(&it);
    TYPES.contains(&kind)
        || is_aws(kind)
        || inner("List<").is_some_and(is_aws)
        || inner("AWS::SSM::Parameter::Value<").is_some_and(|it| {
            let list = it.strip_prefix("List<").and_then(|it| it.strip_suffix('>'));
            matches!(it, "String" | "CommaDelimitedList")
                || is_aws(list.unwrap_or(it))
                || list == Some("String")
        })
}

fn unknown_type(kind: &EcoString, path: &Path) -> Diagnostic {
    let at = inside(path.join("Type"), 0..kind.len());
    let message = eco_format!("`{kind}` is no type of a parameter");
    let diagnostic = Diagnostic::new(&rules::UNKNOWN_VALUE, at.clone(), message);
    diagnostic.meant(
        "replace with",
        at,
        nearest(kind, TYPES.into_iter().chain(AWS_TYPES)),
        "use `String`, `Number`, `CommaDelimitedList`, or a type of AWS's own",
    )
}

/// A default that the parameter's own rules refuse.
fn default(id: &EcoString, body: &Object, path: &Path) -> Option<Diagnostic> {
    let text = match body.get("Default")? {
        Value::Array(_) | Value::Object(_) => {
            let noun = body.get("Default").map_or("nothing", Value::noun);
            let message = eco_format!("the default of the parameter `{id}` is {noun}");
            let place = Place::key(path.join("Default"));
            let diagnostic = Diagnostic::new(&rules::WRONG_TYPE, place, message);
            return Some(diagnostic.help("write a text; a list is a text with commas"));
        }
        Value::Null | Value::Unknown(_) => return None,
        other => other.to_js_string(),
    };
    let message = eco_format!("the default of the parameter `{id}` is not one that it takes");
    Some(
        Diagnostic::new(&rules::UNKNOWN_VALUE, Place::value(path.join("Default")), message)
            .why(refusal(body, &text)?)
            .help("change the default, or the rule"),
    )
}

/// Why a parameter does not take a text.
fn refusal(body: &Object, text: &str) -> Option<EcoString> {
    let kind = body.get("Type").and_then(Value::as_str).unwrap_or_default();
    if let Some(allowed) = body.get("AllowedValues").and_then(Value::as_array)
        && !kind.contains("List")
        && !allowed.iter().any(|it| matches!(it, Value::Unknown(_)) || it.to_js_string() == text)
    {
        let allowed: Vec<EcoString> =
            allowed.iter().map(|it| eco_format!("`{}`", it.to_js_string())).collect();
        return Some(eco_format!("`AllowedValues` are {}", allowed.join(", ")));
    }
    let bound = |key: &str| body.get(key).and_then(|it| it.to_js_string().parse::<f64>().ok());
    if kind == "Number" {
        let Ok(number) = text.trim().parse::<f64>() else {
            return Some(eco_format!("`{text}` is no number"));
        };
        if bound("MinValue").is_some_and(|it| number < it) || bound("MaxValue").is_some_and(|it| number > it)
        {
            return Some("it is not between `MinValue` and `MaxValue`".into());
        }
    }
    if kind == "String" {
        let length = text.chars().count() as f64;
        if bound("MinLength").is_some_and(|it| length < it)
            || bound("MaxLength").is_some_and(|it| length > it)
        {
            return Some("its length is not between `MinLength` and `MaxLength`".into());
        }
        let pattern = body.get("AllowedPattern").and_then(Value::as_str);
        let pattern = pattern.and_then(|it| Regex::new(&format!("^(?:{it})$")).ok());
        if pattern.is_some_and(|it| !it.is_match(text)) {
            return Some("`AllowedPattern` does not match it".into());
        }
    }
    None
}
