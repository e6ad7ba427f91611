//! `Ref`, `Fn::GetAtt`, `Fn::Sub` and `DependsOn` name what the template has.

use ecow::{EcoString, eco_format};
use rustc_hash::FxHashSet;

use super::Facts;
use super::index::{Kind, Reference};
use super::state_machine::plugin;
use crate::aws::naming;
use crate::diagnostic::{Diagnostic, Place, nearest};
use crate::rules;
use crate::value::{Object, Value};

/// What CloudFormation itself defines.
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/pseudo-parameter-reference.html>
pub const PSEUDO_PARAMETERS: [&str; 8] = [
    "AWS::AccountId",
    "AWS::NoValue",
    "AWS::NotificationARNs",
    "AWS::Partition",
    "AWS::Region",
    "AWS::StackId",
    "AWS::StackName",
    "AWS::URLSuffix",
];

/// Ids that begin like this are of the API of an event of this kind.
const APIS: [(&str, &str); 3] = [("ApiGateway", "http"), ("HttpApi", "httpApi"), ("Websockets", "websocket")];

/// Finds references to what is not there.
pub fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    if facts.index.has_macros {
        return;
    }
    let mut reported: FxHashSet<Place> = FxHashSet::default();
    for reference in facts.index.references.iter().chain(&plugin::references(facts)) {
        if is_right(facts, reference) || may_be_there(facts, reference.target) {
            continue;
        }
        let place = facts.target_place(reference);
        found.extend(place.filter(|it| reported.insert(it.clone())).map(|at| dangling(facts, reference, at)));
    }
}

fn is_right(facts: &Facts<'_>, reference: &Reference<'_>) -> bool {
    let target = reference.target;
    let is_resource = || facts.resource(target).is_some();
    let is_parameter = || {
        PSEUDO_PARAMETERS.contains(&target)
            || facts.section("Parameters").is_some_and(|it| it.contains_key(target))
    };
    match (reference.owner.section, reference.kind) {
        ("Resources" | "Outputs", Kind::DependsOn | Kind::GetAtt) => is_resource(),
        ("Resources" | "Outputs", _) => is_resource() || (reference.attribute.is_none() && is_parameter()),
        ("Conditions", _) => is_parameter(),
        // There functions are called by their keys, too.
        (plugin::SECTION, _) => is_resource() || is_parameter() || is_function(facts, target),
        // Rules are of parameters, too, but few know them.
        _ => true,
    }
}

/// What a plugin may add, and what is missing only because the part that makes it has a mistake of its own.
fn may_be_there(facts: &Facts<'_>, id: &str) -> bool {
    if facts.around.mode.plugins.may_add(id) || facts.index.may_make(id) || plugin::may_make(facts, id) {
        return true;
    }
    // A module brings resources whose ids begin with its own.
    // <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/module-ref-resources.html>
    let is_module =
        |it: &Value| it.get("Type").and_then(Value::as_str).is_some_and(|it| it.ends_with("::MODULE"));
    if facts.resources().iter().any(|(module, it)| is_module(it) && id.starts_with(module.as_str())) {
        return true;
    }
    // An id of variables of another syntax.
    if id.contains("::") {
        return !id.starts_with("AWS::");
    }
    let is_of_function = |key: &EcoString| {
        id.starts_with(naming::normalized(key).as_str()) && facts.resource(&naming::function(key)).is_none()
    };
    let is_of_event = |(start, event): (&str, &str)| {
        id.starts_with(start)
            && !facts.resources().keys().any(|it| it.starts_with(start))
            && has_event(facts, event)
    };
    functions(facts).map(|it| it.0).any(is_of_function) || APIS.into_iter().any(is_of_event)
}

/// The functions with their keys, as they are written.
fn functions<'a>(facts: &Facts<'a>) -> impl Iterator<Item = (&'a EcoString, &'a Value)> {
    let parts: &[Value] = match facts.config.get("functions") {
        Some(Value::Array(parts)) => parts,
        Some(part) => std::slice::from_ref(part),
        None => &[],
    };
    parts.iter().filter_map(Value::as_object).flat_map(Object::iter)
}

fn is_function(facts: &Facts<'_>, key: &str) -> bool {
    functions(facts).any(|it| it.0 == key)
}

fn has_event(facts: &Facts<'_>, event: &str) -> bool {
    let mut events = functions(facts).filter_map(|(_, it)| it.get("events")?.as_array()).flatten();
    events.any(|it| it.as_str() == Some(event) || it.get(event).is_some())
}

fn dangling(facts: &Facts<'_>, reference: &Reference<'_>, at: Place) -> Diagnostic {
    let target = reference.target;
    if reference.owner.section == "Conditions" && facts.resource(target).is_some() {
        let message = eco_format!("a condition refers to the resource `{target}`");
        return Diagnostic::new(&rules::UNKNOWN_REFERENCE, at, message)
            .why("conditions are evaluated before any resource is there")
            .help("refer to a parameter");
    }
    let is_parameter = facts.section("Parameters").is_some_and(|it| it.contains_key(target));
    if is_parameter || PSEUDO_PARAMETERS.contains(&target) {
        let message = eco_format!("`{target}` is a parameter, not a resource");
        let help = if reference.kind == Kind::DependsOn {
            "parameters are always there: remove it from `DependsOn`"
        } else {
            "a parameter has no attributes: use `Ref`"
        };
        return Diagnostic::new(&rules::UNKNOWN_REFERENCE, at, message).help(help);
    }
    let (message, why) = if reference.kind == Kind::DependsOn {
        (
            eco_format!("the template has no resource `{target}` to wait for"),
            "CloudFormation refuses the template",
        )
    } else {
        (
            eco_format!("the template has no resource or parameter `{target}`"),
            "CloudFormation refuses a template with a reference that leads nowhere",
        )
    };
    let diagnostic = Diagnostic::new(&rules::UNKNOWN_REFERENCE, at.clone(), message).why(why).about(target);
    with_suggestion(facts, reference, at, diagnostic)
}

fn with_suggestion(
    facts: &Facts<'_>,
    reference: &Reference<'_>,
    at: Place,
    diagnostic: Diagnostic,
) -> Diagnostic {
    let target = reference.target;
    if is_function(facts, target) {
        let id = naming::function(target);
        return diagnostic.help(eco_format!("the function `{target}` is the resource `{id}`")).replace(
            eco_format!("replace with `{id}`"),
            false,
            at,
            id,
        );
    }
    if let Some((id, attribute)) = target.split_once('.')
        && facts.resource(id).is_some()
    {
        let help = if reference.kind == Kind::DependsOn {
            eco_format!("name the resource alone: `{id}`")
        } else {
            eco_format!("an attribute is asked for with `!GetAtt {id}.{attribute}`")
        };
        return diagnostic.help(help);
    }
    for (section, help) in [
        ("Conditions", "it is a condition, which only `Condition` and `Fn::If` can name"),
        ("Mappings", "it is a mapping, which only `Fn::FindInMap` can read"),
        ("Outputs", "it is an output, which other stacks can import but this one cannot read"),
    ] {
        if facts.section(section).is_some_and(|it| it.contains_key(target)) {
            return diagnostic.help(help);
        }
    }
    let parameters = facts.section("Parameters").into_iter().flat_map(Object::keys);
    let known = facts.resources().keys().chain(parameters).map(EcoString::as_str);
    let known = known.chain(PSEUDO_PARAMETERS.into_iter().filter(|_| reference.kind != Kind::DependsOn));
    let by_key = functions(facts).filter(|_| reference.owner.section == plugin::SECTION);
    let known = known.chain(by_key.map(|it| it.0.as_str()));
    diagnostic.meant(
        "replace with",
        at,
        nearest(target, known).or_else(|| only_with(facts, target)),
        "define it in `resources.Resources`, or name one that is there",
    )
}

/// The only id that has all of `part` in it, such as `ApiGatewayRestApi` for `RestApi`.
fn only_with<'a>(facts: &Facts<'a>, part: &str) -> Option<&'a str> {
    let part = part.to_lowercase();
    let mut ids = facts.resources().keys().filter(|it| part.len() > 3 && it.to_lowercase().contains(&part));
    let first = ids.next()?;
    ids.next().is_none().then_some(first.as_str())
}
