//! Logical ids of the betas, in references and in overrides of what the service generates.

use std::collections::BTreeMap;

use ecow::{EcoString, eco_format};

use crate::aws::naming;
use crate::diagnostic::Part;
use crate::legacy::draft::Draft;
use crate::path::{Path, Segment};
use crate::rules;
use crate::value::Value;

pub(super) fn replace(draft: &mut Draft) {
    let resources = Path::from(["resources", "Resources"]);
    below_provider(draft);
    let own = draft.keys(&resources);
    let ids: BTreeMap<EcoString, EcoString> =
        old_ids(&draft.value).into_iter().filter(|(old, new)| old != new).collect();
    for id in &own {
        // An override of what the betas generated; a resource of the user's own by a function's name is his.
        let path = resources.join(id);
        let Some(new) = ids.get(id).filter(|new| !own.contains(new)) else { continue };
        if draft.get(&path.join("Type")).is_some() && id != "IamRoleLambda" {
            continue;
        }
        say(draft, &path, Part::Key, id, new);
        if draft.get(&path.join("Type")).is_some() {
            draft.rename(&path, new);
        } else {
            // Resources must have a type today; changes of what is generated stand apart.
            draft.relocate(&path, &Path::from(["resources", "extensions", new.as_str()]));
        }
    }
    let mut found = Vec::new();
    for section in [Path::from(["resources"]), Path::from(["provider", "iamRoleStatements"])] {
        if let Some(value) = draft.get(&section) {
            value.visit(&mut section.clone(), &mut |path, value| {
                let named = names_ids(path);
                found.extend(named.then(|| (path.clone(), value.clone())));
                !named
            });
        }
    }
    let own = draft.keys(&resources);
    for (path, value) in found {
        replace_reference(draft, &path, &value, &ids, &own);
    }
}

/// The development tree kept `Resources` below the provider.
fn below_provider(draft: &mut Draft) {
    let nested = Path::from(["resources", "aws", "Resources"]);
    if draft.get(&nested).is_none() {
        return;
    }
    let aws = Path::from(["resources", "aws"]);
    draft.report(
        &rules::BETA_KEY,
        &aws,
        Part::Key,
        "`resources` belong to no provider today",
        "move them up by one level",
    );
    super::provider::move_or_drop(draft, &nested, &Path::from(["resources", "Resources"]));
    draft.remove(&aws);
}

fn say(draft: &mut Draft, path: &Path, part: Part, old: &str, new: &str) {
    let message = eco_format!("`{old}` is called `{new}` today");
    draft.report(&rules::BETA_LOGICAL_ID, path, part, message, eco_format!("write `{new}`"));
}

fn replace_reference(
    draft: &mut Draft,
    path: &Path,
    value: &Value,
    ids: &BTreeMap<EcoString, EcoString>,
    own: &[EcoString],
) {
    let new = |id: &str| ids.get(id).filter(|_| !own.iter().any(|it| it == id)).cloned();
    match value {
        Value::String(id) => {
            if let Some(new) = new(id) {
                say(draft, path, Part::Value, id, &new);
                draft.put(path, Value::from(new), path);
            }
        }
        Value::Array(items) => {
            let [Value::String(id), rest @ ..] = items.as_slice() else { return };
            if let Some(new) = new(id) {
                say(draft, path, Part::Value, id, &new);
                let items = std::iter::once(Value::from(new)).chain(rest.iter().cloned());
                draft.put(path, Value::array(items), path);
            }
        }
        _ => {}
    }
}

/// Whether a path ends where logical ids are named.
fn names_ids(path: &Path) -> bool {
    matches!(path.last(), Some(Segment::Key(key)) if matches!(key.as_str(), "Ref" | "Fn::GetAtt" | "DependsOn"))
}

/// The ids of the betas with those of today.
fn old_ids(config: &Value) -> BTreeMap<EcoString, EcoString> {
    let mut ids: BTreeMap<EcoString, EcoString> = BTreeMap::from([
        ("IamRoleLambda".into(), naming::ROLE.into()),
        ("coreBucket".into(), naming::DEPLOYMENT_BUCKET.into()),
        ("RestApiApigEvent".into(), "ApiGatewayRestApi".into()),
    ]);
    let functions = config.get("functions").and_then(Value::as_object);
    for (key, function) in functions.into_iter().flat_map(|it| it.iter()) {
        ids.insert(key.clone(), naming::function(key));
        let mut schedules = 0;
        for (index, event) in
            function.get("events").and_then(Value::as_array).unwrap_or_default().iter().enumerate()
        {
            if event.get("schedule").is_some() {
                schedules += 1;
                let new = eco_format!("{}EventsRuleSchedule{schedules}", naming::normalized(key));
                ids.insert(eco_format!("{key}ScheduleEvent{index}"), new);
            }
            let http = event.get("http");
            let text = |it: &str| http.and_then(|http| http.get(it)?.as_str());
            if let (Some(path), Some(method)) = (text("path"), text("method")) {
                let (path, method) =
                    (naming::path(path.trim_matches('/')), naming::upper_first(&method.to_lowercase()));
                let function = naming::upper_first(key);
                ids.insert(
                    eco_format!("{method}MethodApigEvent{function}{path}"),
                    eco_format!("ApiGatewayMethod{path}{method}"),
                );
                ids.insert(
                    eco_format!("ResourceApigEvent{function}{path}"),
                    eco_format!("ApiGatewayResource{path}"),
                );
            }
        }
    }
    ids
}
