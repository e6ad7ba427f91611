//! Values of variables, as `slsc print` and the framework's `print` say them.
//!
//! Each folder of `tests/peer/variables` is a group: every entry of its `serverless.yml` is a case, every line of
//! `refused.yml` a value of a service of its own, and every line of `services.yml` a service. `expected.json` holds what
//! the framework prints of them, made by `tests/peer/regenerate --variables`.

use std::path::Path;
use std::process::Command;

use serde_json::{Map, Value, json};

use crate::peer::{copy_all, difference, report};
use crate::support::{binary, top};

/// What we print of the service in `directory`, or null where we refuse.
fn printed(directory: &Path, settings: &Value) -> Value {
    let mut command = Command::new(binary());
    command.arg("-C").arg(directory).args(["print", "--format", "json"]).env_clear();
    command.args(settings["args"].as_array().into_iter().flatten().filter_map(Value::as_str));
    let env = settings["env"].as_object().into_iter().flatten();
    command.envs(env.map(|(key, it)| (key, it.as_str().unwrap())));
    let output = command.output().unwrap();
    if !output.status.success() {
        return json!({ "refused": String::from_utf8_lossy(&output.stderr) });
    }
    // As the goldens have it: `instanceId` is the time of the run.
    let text = String::from_utf8(output.stdout).unwrap();
    let stamp = regex::Regex::new(r#""1[0-9]{12}""#).unwrap();
    json!({ "value": serde_json::from_str::<Value>(&stamp.replace_all(&text, "\"STAMP\"")).unwrap() })
}

/// The entries that are compared one by one: those of `custom`, and the other sections.
fn entries(printed: &Value) -> Map<String, Value> {
    let sections = printed["value"].as_object().into_iter().flatten();
    let others = sections.filter(|it| it.0 != "custom").map(|(key, it)| (format!("({key})"), it.clone()));
    let custom = printed["value"]["custom"].as_object().into_iter().flatten();
    others.chain(custom.map(|(key, it)| (key.clone(), it.clone()))).collect()
}

fn lines(file: &Path) -> Vec<(String, String)> {
    let text = std::fs::read_to_string(file).unwrap_or_default();
    text.lines().filter_map(|it| it.split_once(": ")).map(|(name, it)| (name.into(), it.into())).collect()
}

fn outcome(expected: &Value, actual: &Value) -> Option<String> {
    match (expected.get("value"), actual.get("value")) {
        (Some(expected), Some(actual)) => difference(expected, actual, ""),
        (Some(_), None) => Some(format!("refused: {}", actual["refused"])),
        (None, Some(actual)) => {
            Some(format!("the framework refuses it: {}; we have {actual}", expected["error"]))
        }
        (None, None) => None,
    }
}

#[test]
fn values_are_those_of_the_framework() {
    let mut compared = Vec::new();
    let folders = std::fs::read_dir(top().join("tests/peer/variables")).unwrap();
    let mut folders: Vec<_> = folders.map(|it| it.unwrap().path()).collect();
    folders.sort();
    for folder in folders {
        let group = folder.file_name().unwrap().to_string_lossy().into_owned();
        let read = |file: &str| std::fs::read_to_string(folder.join(file)).ok();
        let parsed = |file: &str| read(file).map_or(Value::Null, |it| serde_json::from_str(&it).unwrap());
        let (settings, expected) = (parsed("case.json"), parsed("expected.json"));
        let actual = printed(&folder, &settings);
        let (theirs, ours) = (entries(&expected["all"]), entries(&actual));
        assert!(!theirs.is_empty(), "{group}: the framework refuses all of it: {}", expected["all"]);
        assert!(!ours.is_empty(), "{group}: {}", actual["refused"].as_str().unwrap_or_default());
        for key in theirs.keys().chain(ours.keys().filter(|it| !theirs.contains_key(*it))) {
            let whole = |it: &Map<String, Value>| it.get(key).cloned().unwrap_or(json!("(no such entry)"));
            compared.push((format!("{group}/{key}"), difference(&whole(&theirs), &whole(&ours), "")));
        }
        let copy = tempfile::tempdir().unwrap();
        copy_all(&folder, copy.path());
        let alone = lines(&folder.join("refused.yml")).into_iter().map(|(name, value)| {
            let text = format!("service: shop\nprovider:\n  name: aws\ncustom:\n  {name}: {value}\n");
            (name, text)
        });
        for (name, text) in alone.chain(lines(&folder.join("services.yml"))) {
            std::fs::write(copy.path().join("serverless.yml"), text).unwrap();
            let expected = &expected["alone"][&name];
            assert!(
                !expected.is_null(),
                "{group}/{name} has no golden: run tests/peer/regenerate --variables"
            );
            let actual = printed(copy.path(), &settings);
            compared.push((format!("{group}/{name} alone"), outcome(expected, &actual)));
        }
    }
    assert!(compared.len() >= 400, "only {} cases", compared.len());
    report("Variables", &compared);
}
