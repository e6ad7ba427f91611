//! Our own cases, with the template that the real framework makes of each.
//!
//! `tests/peer/regenerate` makes the goldens again; `tests/peer/differences.md` lists where ours differs on purpose.

use std::process::Command;

use serde_json::{Map, Value};

use crate::support::{binary, top};

/// What depends on the time or on the bytes of an archive is replaced, as `tests/peer/README.md` says.
fn normalized(template: &Value) -> Value {
    let mut names: Map<String, Value> = Map::new();
    for (name, resource) in template["Resources"].as_object().into_iter().flatten() {
        match resource["Type"].as_str() {
            Some("AWS::ApiGateway::Deployment") => {
                let digits = name.trim_end_matches(|it: char| it.is_ascii_digit());
                names.insert(name.clone(), format!("{digits}ID").into());
            }
            Some("AWS::Lambda::Version") => {
                let end = name.rfind("LambdaVersion").unwrap() + "LambdaVersion".len();
                names.insert(name.clone(), format!("{}HASH", &name[..end]).into());
            }
            Some("AWS::Lambda::LayerVersion" | "AWS::Lambda::LayerVersionPermission") => {
                let end = name.len().saturating_sub(40);
                if name[end..].len() == 40 && name[end..].bytes().all(|it| it.is_ascii_hexdigit()) {
                    names.insert(name.clone(), format!("{}HASH", &name[..end]).into());
                }
            }
            _ => {}
        }
    }
    let mut out = walk(template, &names);
    for resource in out["Resources"].as_object_mut().into_iter().flatten().map(|it| it.1) {
        if resource["Type"] == "AWS::Lambda::Version" {
            resource["Properties"]["CodeSha256"] = "HASH".into();
        }
        if resource["Type"].as_str().is_some_and(|it| it.starts_with("Custom::"))
            && let Some(time) = resource["Properties"].get_mut("ForceDeploy")
        {
            *time = "STAMP".into();
        }
    }
    for (name, output) in out["Outputs"].as_object_mut().into_iter().flatten() {
        if name.ends_with("LambdaLayerHash") {
            output["Value"] = "HASH".into();
        }
    }
    out
}

fn walk(value: &Value, names: &Map<String, Value>) -> Value {
    match value {
        Value::String(text) => names.get(text).cloned().unwrap_or_else(|| unstamped(text).into()),
        Value::Array(items) => items.iter().map(|it| walk(it, names)).collect(),
        Value::Object(object) => {
            let name = |key: &String| names.get(key).and_then(Value::as_str).unwrap_or(key).to_owned();
            Value::Object(object.iter().map(|(key, it)| (name(key), walk(it, names))).collect())
        }
        other => other.clone(),
    }
}

/// `1600000000000-2020-09-13T12:26:40.000Z` becomes `STAMP`.
fn unstamped(text: &str) -> String {
    let parts: Vec<String> =
        text.split('/').map(|part| if is_stamp(part) { "STAMP".into() } else { part.to_owned() }).collect();
    parts.join("/")
}

fn is_stamp(part: &str) -> bool {
    part.split_once('-').is_some_and(|(ms, date)| {
        ms.len() == 13 && ms.bytes().all(|it| it.is_ascii_digit()) && date.len() == 24 && date.ends_with('Z')
    })
}

/// Where two values differ, as a path and the two.
fn difference(expected: &Value, actual: &Value, path: &str) -> Option<String> {
    match (expected, actual) {
        (Value::Object(a), Value::Object(b)) => {
            let keys = a.keys().chain(b.keys().filter(|it| !a.contains_key(*it)));
            keys.into_iter().find_map(|key| {
                let at = format!("{path}/{key}");
                match (a.get(key), b.get(key)) {
                    (Some(a), Some(b)) => difference(a, b, &at),
                    (Some(a), None) => Some(format!("{at} is missing: {a}")),
                    (None, b) => Some(format!("{at} is not the framework's: {}", b?)),
                }
            })
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => a
            .iter()
            .zip(b)
            .enumerate()
            .find_map(|(index, (a, b))| difference(a, b, &format!("{path}/{index}"))),
        (Value::Number(a), Value::Number(b)) if a.as_f64() == b.as_f64() => None,
        _ if expected == actual => None,
        _ => Some(format!("{path}: the framework has {expected}, we have {actual}")),
    }
}

#[test]
fn templates_are_those_of_the_framework() {
    let accepted = std::fs::read_to_string(top().join("tests/peer/differences.md")).unwrap();
    let mut cases: Vec<_> =
        std::fs::read_dir(top().join("tests/peer/cases")).unwrap().map(|it| it.unwrap().path()).collect();
    cases.sort();
    assert!(cases.len() >= 60, "only {} cases", cases.len());
    let mut failures = Vec::new();
    for case in &cases {
        let name = case.file_name().unwrap().to_string_lossy().into_owned();
        let read = |it: &str| {
            std::fs::read_to_string(case.join(it)).ok().map(|it| serde_json::from_str::<Value>(&it).unwrap())
        };
        let expected = read("expected.json")
            .unwrap_or_else(|| panic!("{name} has no expected.json: run tests/peer/regenerate"));
        let settings = read("case.json").unwrap_or_default();
        let mut command = Command::new(binary());
        command.arg("-C").arg(case).arg("template").env_clear();
        command.args(settings["args"].as_array().into_iter().flatten().filter_map(Value::as_str));
        command.envs(
            settings["env"].as_object().into_iter().flatten().map(|(key, it)| (key, it.as_str().unwrap())),
        );
        let output = command.output().unwrap();
        let refused = expected.get("error").is_some();
        let failure = match (refused, output.status.success()) {
            (true, false) => None,
            (true, true) => Some(format!("the framework refuses it: {}", expected["error"])),
            (false, false) => Some(format!("refused: {}", String::from_utf8_lossy(&output.stderr))),
            (false, true) => {
                let actual = normalized(&serde_json::from_slice(&output.stdout).unwrap());
                difference(&expected, &actual, "")
            }
        };
        match (failure, accepted.contains(&format!("| `{name}` |"))) {
            (Some(failure), false) => failures.push(format!("{name}: {failure}")),
            (None, true) => failures.push(format!("{name}: is equal; remove its row from differences.md")),
            _ => {}
        }
    }
    assert!(
        failures.is_empty(),
        "{} of {} cases differ:\n{}",
        failures.len(),
        cases.len(),
        failures.join("\n")
    );
}
