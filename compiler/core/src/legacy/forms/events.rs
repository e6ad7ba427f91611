//! Events: the map by provider, old names, and what they meant when nothing else was said.

use ecow::{EcoString, eco_format};

use crate::diagnostic::Part;
use crate::legacy::draft::Draft;
use crate::path::Path;
use crate::rules;
use crate::value::{Object, Value};

pub(super) fn replace(draft: &mut Draft) {
    let functions = Path::from(["functions"]);
    for key in draft.keys(&functions) {
        let events = functions.join(&key).join("events");
        by_provider(draft, &events);
        let count = draft.get(&events).and_then(Value::as_array).map_or(0, <[Value]>::len);
        for index in 0..count {
            let event = events.join(index);
            http(draft, &event.join("http"));
            schedule(draft, &event.join("schedule"));
            sns(draft, &event.join("sns"));
        }
    }
}

/// `events: aws: schedule: ...` as a list of events.
fn by_provider(draft: &mut Draft, events: &Path) {
    let aws = events.join("aws");
    let Some(map) = draft.get(&aws).and_then(Value::as_object).cloned() else { return };
    draft.report(
        &rules::BETA_EVENTS,
        &aws,
        Part::Key,
        "events are a list today, and belong to the one provider of the service",
        "write `- ` before each event, and leave `aws:` out",
    );
    let mut list = Vec::new();
    let mut origins = Vec::new();
    for (kind, value) in map.iter() {
        let written = draft.origin(&aws.join(kind));
        for (event, below) in listed(kind, value) {
            let name = event.single().map(|(name, _)| name.clone()).unwrap_or_default();
            let item = events.join(list.len());
            origins.push((item.clone(), written.clone()));
            let origin = below.iter().fold(written.clone(), |path, it| path.join(it.clone()));
            origins.push((item.join(name), origin));
            list.push(Value::from(event));
        }
    }
    draft.put(events, Value::from(list), &aws);
    for (path, origin) in origins {
        draft.came_from(path, origin);
    }
}

/// The events that one entry of the map means, each with the step below the entry that wrote it.
fn listed(kind: &str, value: &Value) -> Vec<(Object, Option<crate::path::Segment>)> {
    let one = |name: &str, value: Value| Object::from_iter([(EcoString::from(name), value)]);
    match (kind, value) {
        ("http_endpoint" | "http_endpoints", Value::Object(endpoints)) => endpoints
            .iter()
            .map(|(method, path)| {
                let http = crate::json!({ "path": (path.clone()), "method": (method.as_str()) });
                (one("http", http), Some(method.into()))
            })
            .collect(),
        (_, Value::Array(items)) => items
            .iter()
            .enumerate()
            .map(|(index, item)| (one(kind, item.clone()), Some(index.into())))
            .collect(),
        _ => vec![(one(kind, value.clone()), None)],
    }
}

/// Without an integration, functions were called through a template of API Gateway's.
fn http(draft: &mut Draft, http: &Path) {
    let spelled = match draft.get(http) {
        Some(Value::String(text)) => {
            let Some((method, path)) = text.trim().split_once(char::is_whitespace) else { return };
            let object = crate::json!({ "path": (path.trim()), "method": (method.to_lowercase()) });
            Some(object)
        }
        Some(Value::Object(object)) if !object.contains_key("integration") => None,
        _ => return,
    };
    draft.report(
        &rules::BETA_DEFAULT,
        http,
        Part::Key,
        "`http` events had the integration `lambda` in the betas; today it is `lambda-proxy`, which hands over other events",
        "write `integration: lambda`, or `lambda-proxy` once the handler answers with `statusCode` and `body`",
    );
    match spelled {
        Some(Value::Object(mut object)) => {
            std::sync::Arc::make_mut(&mut object).insert("integration", "lambda");
            draft.put(http, Value::Object(object), http);
        }
        _ => draft.put(&http.join("integration"), Value::from("lambda"), http),
    }
}

/// A schedule with options was off unless it said otherwise.
fn schedule(draft: &mut Draft, schedule: &Path) {
    let Some(Value::Object(options)) = draft.get(schedule) else { return };
    if options.contains_key("enabled") || !options.contains_key("rate") {
        return;
    }
    draft.report(
        &rules::BETA_DEFAULT,
        schedule,
        Part::Key,
        "a schedule with options was disabled unless it said `enabled: true`; today it is enabled",
        "write `enabled: false`, or `enabled: true` if it is to run",
    );
    draft.put(&schedule.join("enabled"), Value::Bool(false), schedule);
}

fn sns(draft: &mut Draft, sns: &Path) {
    for (old, new) in [("topic_name", "topicName"), ("display_name", "displayName")] {
        let written = sns.join(old);
        if draft.get(&written).is_some() {
            let message = eco_format!("`{old}` is called `{new}` today");
            draft.report(&rules::BETA_KEY, &written, Part::Key, message, eco_format!("write `{new}`"));
            draft.rename(&written, new);
        }
    }
}
