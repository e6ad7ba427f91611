//! `provider.apiGateway`: quotas of usage plans, and models of requests.
//!
//! <https://docs.aws.amazon.com/apigateway/latest/api/API_QuotaSettings.html>

use ecow::{EcoString, eco_format};

use super::Facts;
use crate::aws::events::http::config::KeySettings;
use crate::checks::pattern::places;
use crate::checks::schema;
use crate::diagnostic::{Diagnostic, Place};
use crate::language::placement::misspelt;
use crate::path::Path;
use crate::rules;
use crate::shape::{Shape, Typed};
use crate::value::{Object, Value};

/// Finds settings that API Gateway refuses.
pub fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    let root = Path::from(["provider", "apiGateway"]);
    let Some(settings) = facts.config.at(&root) else { return };
    for pattern in ["usagePlan.quota", "usagePlan.*.*.quota"] {
        for (path, quota) in places(settings, &root, pattern) {
            found.extend(period(quota, &path));
            found.extend(offset(quota, &path));
        }
    }
    keys(settings, &root, found);
    found.extend(idle_keys(facts, settings, &root));
    for (path, model) in places(settings, &root, "request.schemas.*") {
        schema::check(model.get("schema"), &path.join("schema"), found);
        let name = model.get("name").and_then(Value::as_str).filter(|it| !it.contains("${"));
        if let Some(name) = name.filter(|it| !it.bytes().all(|it| it.is_ascii_alphanumeric())) {
            let at = Place::value(path.join("name"));
            found.push(
                Diagnostic::new(&rules::INVALID_FORMAT, at, eco_format!("`{name}` is no name of a model"))
                    .why("API Gateway takes letters and digits only")
                    .help("leave the other signs out")
                    .page("https://docs.aws.amazon.com/apigateway/latest/api/API_CreateModel.html"),
            );
        }
    }
    for function in &facts.functions {
        for event in function.events().filter(|it| it.kind == "http") {
            for (path, model) in places(event.value, &event.path, "request.schemas.*") {
                match model.get("schema") {
                    Some(inner) => schema::check(Some(inner), &path.join("schema"), found),
                    None => schema::check(Some(model), &path, found),
                }
            }
        }
    }
}

/// Keys that nothing asks for.
fn idle_keys(facts: &Facts<'_>, settings: &Value, root: &Path) -> Option<Diagnostic> {
    let keys = settings.get("apiKeys")?.as_array().filter(|it| !it.is_empty())?;
    let of_rest = || facts.functions.iter().flat_map(|it| it.events()).filter(|it| it.kind == "http");
    let asks = |event: &crate::checks::function::Event<'_>| {
        event.value.get("private").is_some_and(|it| it.is_truthy() || it.has_unknown())
    };
    let own = |it: &(&EcoString, Path, &Value)| {
        it.2.get("Type").and_then(Value::as_str) == Some("AWS::ApiGateway::Method")
    };
    let is_quiet = facts.around.may_add_resources() || keys.iter().any(Value::has_unknown);
    if is_quiet
        || of_rest().next().is_none()
        || of_rest().any(|it| asks(&it))
        || facts.own_resources().iter().any(own)
    {
        return None;
    }
    let at = Place::key(root.join("apiKeys"));
    let diagnostic = Diagnostic::new(&rules::UNUSED_OPTION, at, "nothing asks for the keys in `apiKeys`")
        // Of `private`, however it is misspelt.
        .about("priv")
        .why("only events with `private: true` do, and the service has none")
        .help("add `private: true` to the events that need a key, or remove the keys")
        .warning();
    Some(diagnostic)
}

/// An entry of `apiKeys` is a key with its settings, or lists the keys of usage plans: another key with a text is a
/// misspelt setting.
fn keys(settings: &Value, root: &Path, found: &mut Vec<Diagnostic>) {
    let Shape::Object(known) = KeySettings::SHAPE else { return };
    for (path, entry) in places(settings, root, "apiKeys.*") {
        for (key, value) in entry.as_object().into_iter().flat_map(Object::iter) {
            if !matches!(value, Value::String(_)) || known.field(key).is_some() {
                continue;
            }
            let at = Place::key(path.join(key));
            let diagnostic =
                Diagnostic::new(&rules::UNKNOWN_KEY, at.clone(), eco_format!("an API key has no `{key}`"))
                    .why("a name that lists keys is that of a usage plan");
            let near = misspelt(key, known.fields.iter().map(|it| it.key));
            let otherwise = "write a list of keys below the name of a usage plan";
            found.push(diagnostic.meant("rename to", at, near, otherwise));
        }
    }
}

/// A period starts on one of its days, counted from 0.
/// A quota counts the requests of a day, a week or a month.
fn period(quota: &Value, path: &Path) -> Option<Diagnostic> {
    let quota = quota.as_object().filter(|it| it.contains_key("limit"))?;
    let says = quota.keys().any(|it| !["limit", "offset"].contains(&it.as_str()));
    (!says).then(|| {
        let at = Place::key(path.clone());
        Diagnostic::new(&rules::MISSING_KEY, at, "the quota has a limit, and no period")
            .why("API Gateway does not know when to count anew")
            .help("add `period: DAY`, `WEEK` or `MONTH`")
            .page("https://docs.aws.amazon.com/apigateway/latest/api/API_QuotaSettings.html")
            .warning()
    })
}

fn offset(quota: &Value, path: &Path) -> Option<Diagnostic> {
    let (most, noun) = match quota.get("period").and_then(Value::as_str)? {
        "DAY" => (0.0, "day"),
        "WEEK" => (6.0, "week"),
        "MONTH" => (27.0, "month"),
        _ => return None,
    };
    let offset = quota.get("offset").and_then(Value::as_number).filter(|it| *it > most)?;
    let at = Place::value(path.join("offset"));
    let message = eco_format!("a quota of a {noun} takes no offset of {offset}");
    Some(
        Diagnostic::new(&rules::OUT_OF_RANGE, at, message)
            .why("the offset is the day of the period on which it starts")
            .help(if most == 0.0 { "write 0".into() } else { eco_format!("write 0 to {most}") })
            .page("https://docs.aws.amazon.com/apigateway/latest/api/API_QuotaSettings.html"),
    )
}
