//! Where failures and results go, and the version of a runtime that stays: references that are no ARNs, or of another
//! kind than is said.
//!
//! <https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html>

use ecow::eco_format;

use super::Facts;
use crate::diagnostic::{Diagnostic, Place, Severity};
use crate::path::Path;
use crate::rules;
use crate::value::Value;

/// What may take results: the type of the resource, its `type` in `destinations`, and the attribute that is its ARN.
const TARGETS: [(&str, &str, &str); 4] = [
    ("AWS::SQS::Queue", "sqs", "Arn"),
    ("AWS::SNS::Topic", "sns", "TopicArn"),
    ("AWS::Lambda::Function", "function", "Arn"),
    ("AWS::Events::EventBus", "eventBus", "Arn"),
];

/// Finds targets that Lambda refuses.
pub fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    if let Some(target) = facts.listed.value.get("onError") {
        found.extend(attribute(target, facts.listed.path.join("onError"), facts));
    }
    let destinations = facts.listed.value.get("destinations");
    for key in ["onSuccess", "onFailure"] {
        let path = facts.listed.path.join("destinations").join(key);
        let Some(settings) = destinations.and_then(|it| it.get(key)) else { continue };
        if let Some(target) = settings.get("arn") {
            let before = found.len();
            found.extend(attribute(target, path.join("arn"), facts));
            if found.len() == before {
                found.extend(kind(settings, target, &path, facts));
            }
        }
    }
    for event in facts.events() {
        let Some(settings) = event.value.get("destinations").and_then(|it| it.get("onFailure")) else {
            continue;
        };
        let path = event.path.join("destinations").join("onFailure");
        found.extend(settings.get("arn").and_then(|it| kind(settings, it, &path, facts)));
    }
    found.extend(manual(facts));
    found.extend(layers(facts));
}

/// A row of [`TARGETS`].
type Row = &'static (&'static str, &'static str, &'static str);

/// The id and the attribute of a function that gives something of a resource of the service, and the row of its type.
fn row<'v>(target: &'v Value, facts: &Facts<'_>) -> Option<(&'v str, Option<&'v str>, Row)> {
    let (id, attribute) = match (target.get("Fn::GetAtt"), target.get("Ref")) {
        (Some(Value::Array(parts)), _) => (parts.first()?.as_str()?, Some(parts.get(1)?.as_str()?)),
        (Some(Value::String(text)), _) => text.split_once('.').map(|(id, it)| (id, Some(it)))?,
        (_, Some(Value::String(id))) => (id.as_str(), None),
        _ => return None,
    };
    let kind = facts.around.context.user_resources.get(id)?.get("Type")?.as_str()?;
    Some((id, attribute, TARGETS.iter().find(|it| it.0 == kind)?))
}

fn attribute(target: &Value, path: Path, facts: &Facts<'_>) -> Option<Diagnostic> {
    let (id, attribute, (kind, _, arn)) = row(target, facts)?;
    let is_arn = match attribute {
        Some(it) => it == *arn,
        None => *kind == "AWS::SNS::Topic",
    };
    if is_arn {
        return None;
    }
    let what = match attribute {
        Some(it) => eco_format!("`{id}.{it}`"),
        None => eco_format!("`!Ref {id}`"),
    };
    Some(
        Diagnostic::new(&rules::INVALID_ARN, Place::value(path), eco_format!("{what} is no ARN"))
            .why("Lambda sends what failed to an ARN")
            .help(eco_format!("write `!GetAtt {id}.{arn}`")),
    )
}

fn kind(settings: &Value, target: &Value, path: &Path, facts: &Facts<'_>) -> Option<Diagnostic> {
    let written = settings.get("type")?.as_str()?;
    let (id, _, (kind, word, _)) = row(target, facts)?;
    if written == *word || !TARGETS.iter().any(|it| it.1 == written) {
        return None;
    }
    let at = Place::value(path.join("type"));
    Some(
        Diagnostic::new(
            &rules::CONFLICTING_OPTIONS,
            at.clone(),
            eco_format!("`{id}` is no `{written}`, but `{kind}`"),
        )
        .why("the role gets the permission of the type, so the result could not be sent")
        .help(eco_format!("write `type: {word}`"))
        .replace(eco_format!("replace with `{word}`"), false, at, *word)
        .related(Place::value(path.join("arn")), "the ARN"),
    )
}

/// A runtime that stays at a version needs to know which.
/// <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-update.html>
fn manual(facts: &Facts<'_>) -> Option<Diagnostic> {
    let settings = facts.listed.value.get("runtimeManagement")?;
    let is_manual = settings.get("mode")?.as_str()? == "manual";
    (is_manual && settings.get("arn").is_none()).then(|| {
        let at = Place::value(facts.listed.path.join("runtimeManagement").join("mode"));
        Diagnostic::new(&rules::MISSING_KEY, at, "missing key `arn`")
            .why("with `manual` the runtime stays at a version, which Lambda must know")
            .help("add the `arn` of the version of the runtime, or write `auto`")
            .page("https://docs.aws.amazon.com/lambda/latest/dg/runtimes-update.html")
    })
}

/// A layer that stands twice, in one version or in two.
/// <https://docs.aws.amazon.com/lambda/latest/dg/adding-layers.html>
fn layers(facts: &Facts<'_>) -> Option<Diagnostic> {
    let items = facts.listed.value.get("layers")?.as_array()?;
    let name = |it: &Value| match it {
        Value::String(text) if text.starts_with("arn:") => {
            let version = text.rsplit_once(':').filter(|(_, it)| it.bytes().all(|it| it.is_ascii_digit()));
            Some(version.map_or(text.as_str(), |it| it.0).to_owned())
        }
        Value::Object(_) if !it.has_unknown() => Some(it.to_json()),
        _ => None,
    };
    let names: Vec<Option<String>> = items.iter().map(name).collect();
    let (index, first) = names.iter().enumerate().find_map(|(index, name)| {
        let first = names.iter().position(|it| it.is_some() && it == name)?;
        (first < index).then_some((index, first))
    })?;
    let path = facts.listed.path.join("layers");
    let mut diagnostic = Diagnostic::new(
        &rules::DUPLICATE_ITEM,
        Place::value(path.join(index)),
        "the layer is in the list already",
    )
    .why("a function takes a layer once, in one version")
    .help("remove one of the two")
    .related(Place::value(path.join(first)), "it stands here first");
    // The framework packages it, and only Lambda refuses it.
    diagnostic.severity = Severity::Warning;
    Some(diagnostic)
}
