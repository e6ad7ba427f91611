//! A reference gives what its property takes: the id of a VPC where one belongs, the ARN of a role where one belongs.
//!
//! Only what is certain is told: what the property takes is known, and so is what `Ref` or the attribute gives.

mod own;
mod table;

use ecow::{EcoString, eco_format};

use super::Facts;
pub use super::iam::gives_name;
use super::index::{self, Reference};
use super::properties::certain_name;
use crate::cfn::schema;
use crate::diagnostic::{Diagnostic, Place};
use crate::path::Segment;
use crate::rules;
use crate::value::Value;
use table::Wanted;

pub use table::is_at;

/// How attributes end that are no ARNs.
const NO_ARNS: [&str; 8] = ["Name", "Id", "Url", "URL", "Endpoint", "DomainName", "Address", "Port"];

/// What is wrong with a reference to a resource of the type `given`, if its property takes something else.
pub fn of_resource(facts: &Facts<'_>, reference: &Reference<'_>, given: &str) -> Option<Diagnostic> {
    if !matches!(reference.kind, index::Kind::Ref | index::Kind::GetAtt) {
        return None;
    }
    let known = schema::resource_type(given)?;
    let (of, path) = place(facts, reference)?;
    if is_told(facts, reference, given) {
        return None;
    }
    let wanted = table::wanted(of, reference.key, &path)?;
    let attribute = reference.attribute.filter(|_| reference.kind == index::Kind::GetAtt);
    if reference.kind == index::Kind::GetAtt && attribute.is_none() {
        return None;
    }
    let format = attribute.and_then(|it| known.attribute(it));
    let formats = format.into_iter().flat_map(|it| it.alternatives()).filter_map(|it| it.format());
    if formats.into_iter().any(|it| wanted.formats.contains(&it))
        || !is_other(&wanted, reference.key, given, attribute)
    {
        return None;
    }
    // What the form of the property says is told by its own check.
    if attribute.is_none() && certain_name(of, reference.key, &path, reference.holder, facts.resources()) {
        return None;
    }
    let is_of = gives(&wanted, given).next().is_some();
    let at = match attribute.filter(|_| is_of) {
        Some(_) => facts.attribute_place(reference)?,
        None => facts.place_under_key(reference)?,
    };
    let what = match attribute {
        Some(attribute) => eco_format!("`{}` of `{}` is not", attribute, reference.target),
        None if is_of => eco_format!("`Ref` of `{}` does not give", reference.target),
        None => eco_format!("`{}` is not", reference.target),
    };
    Some(diagnostic(facts, reference, &wanted, given, at, &what))
}

/// What the property `key` at `path` of the type `of` takes, if a reference to a resource of the type `given` that stands
/// in another template gives something else for sure.
pub fn other_kind(
    of: &str,
    key: &str,
    path: &[Segment],
    given: &str,
    attribute: Option<&str>,
) -> Option<&'static str> {
    let known = schema::resource_type(given)?;
    let wanted = table::wanted(of, key, path)?;
    let format = attribute.and_then(|it| known.attribute(it));
    let mut formats = format.into_iter().flat_map(|it| it.alternatives()).filter_map(|it| it.format());
    if formats.any(|it| wanted.formats.contains(&it)) || !is_other(&wanted, key, given, attribute) {
        return None;
    }
    wanted.kinds.first().map(|it| it.noun)
}

/// Whether the checks of functions and events, which have made the resource that refers, tell of the reference.
fn is_told(facts: &Facts<'_>, reference: &Reference<'_>, given: &str) -> bool {
    if facts.written("Resources", &[Segment::from(reference.owner.id)]).is_some() {
        return false;
    }
    let is_result = || matches!(given, "AWS::SQS::Queue" | "AWS::SNS::Topic");
    match reference.key {
        "FunctionName" => true,
        // A role that is named by its id alone.
        "Role" => facts.path_of(reference.owner, reference.holder).is_none(),
        "TargetArn" => is_result(),
        "Destination" => {
            let of = facts.resource(reference.owner.id).and_then(|it| it.get("Type")).and_then(Value::as_str);
            of == Some("AWS::Lambda::EventInvokeConfig")
                && (is_result() || matches!(given, "AWS::Lambda::Function" | "AWS::Events::EventBus"))
        }
        "EventSourceArn" => {
            let origin = facts.origin(reference.owner.id);
            let is_event = |kind: &str| origin.is_some_and(|it| it.segments().contains(&Segment::from(kind)));
            reference.kind == index::Kind::GetAtt && (is_event("sqs") || is_event("stream"))
        }
        _ => false,
    }
}

/// What is wrong with a reference to a parameter of a type of AWS's own.
pub fn of_parameter(facts: &Facts<'_>, reference: &Reference<'_>) -> Option<Diagnostic> {
    if reference.kind != index::Kind::Ref {
        return None;
    }
    let kind = facts.section("Parameters")?.get(reference.target)?.get("Type")?.as_str()?;
    let given = own::of_parameter(kind)?;
    let (of, path) = place(facts, reference)?;
    let wanted = table::wanted(of, reference.key, &path)?;
    if gives(&wanted, given).any(|it| it.contains(&"")) {
        return None;
    }
    let at = facts.place_under_key(reference)?;
    let what = eco_format!("`{}` is not", reference.target);
    Some(diagnostic(facts, reference, &wanted, kind, at, &what))
}

/// The type of the resource that refers, and the path of the reference in its properties.
fn place<'a>(facts: &Facts<'a>, reference: &Reference<'_>) -> Option<(&'a str, Vec<Segment>)> {
    if reference.owner.section != "Resources" || reference.key.starts_with("Fn::") {
        return None;
    }
    let body = facts.resource(reference.owner.id)?;
    let of = body.get("Type")?.as_str()?;
    let mut path = index::steps(body.get("Properties")?, reference.holder)?;
    path.reverse();
    Some((of, path))
}

/// The attributes of the type `given` that give what is wanted.
fn gives(wanted: &Wanted, given: &str) -> impl Iterator<Item = &'static [&'static str]> {
    let all = wanted.kinds.iter().flat_map(|it| it.gives);
    all.filter(move |it| it.0 == given).map(|it| it.1)
}

/// Whether a reference gives another kind of value for sure.
fn is_other(wanted: &Wanted, key: &str, given: &str, attribute: Option<&str>) -> bool {
    let name = attribute.unwrap_or_default();
    if gives(wanted, given).any(|it| it.contains(&name)) || key.len() > 3 && name.eq_ignore_ascii_case(key) {
        return false;
    }
    let is_of = gives(wanted, given).next().is_some();
    let any_arn = wanted.kinds.iter().all(|it| it.is_arn && it.gives.is_empty());
    let no_arn = wanted.kinds.iter().all(|it| it.is_arn) && NO_ARNS.iter().any(|it| name.ends_with(it));
    let Some(attribute) = attribute else {
        return if any_arn { gives_name(given) } else { is_of || own::is_own(given) };
    };
    if any_arn {
        return no_arn && own::is_own(given);
    }
    let last = given.rsplit("::").next().unwrap_or_default();
    let of_itself = attribute.strip_prefix(last).unwrap_or(attribute);
    let is_own = ["Arn", "ARN", "Id", "Name", "Url", "URL"].contains(&of_itself);
    is_of || own::is_own(given) && (is_own || no_arn)
}

fn diagnostic(
    facts: &Facts<'_>,
    reference: &Reference<'_>,
    wanted: &Wanted,
    given: &str,
    at: Place,
    what: &str,
) -> Diagnostic {
    let noun = wanted.kinds.first().map_or("something else", |it| it.noun);
    let message = eco_format!("`{}` takes {noun}, which {what}", reference.key);
    let diagnostic = Diagnostic::new(&rules::CFN_WRONG_REFERENCE, at, message)
        .why(eco_format!("it is of type `{given}`, and the deployment fails"));
    match advice(facts, reference, wanted, given) {
        Some(help) => diagnostic.help(help),
        None => diagnostic.help(eco_format!("name {noun}")),
    }
}

/// How to ask for what is wanted: of the resource that is named, or of the only one in the template that gives it.
fn advice(facts: &Facts<'_>, reference: &Reference<'_>, wanted: &Wanted, given: &str) -> Option<EcoString> {
    let ask = |id: &str, attribute: &str| match attribute {
        "" => eco_format!("`!Ref {id}`"),
        _ => eco_format!("`!GetAtt {id}.{attribute}`"),
    };
    if let Some(attribute) = gives(wanted, given).next().and_then(<[_]>::first) {
        return Some(eco_format!("use {}", ask(reference.target, attribute)));
    }
    let kind = |body: &Value| body.get("Type").and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut fitting = facts.resources().iter().filter_map(|(id, body)| {
        let attribute = gives(wanted, &kind(body)).next()?.first()?;
        (id != reference.owner.id).then_some((id, *attribute))
    });
    let (id, attribute) = fitting.next()?;
    fitting.next().is_none().then(|| eco_format!("did you mean {}?", ask(id, attribute)))
}
