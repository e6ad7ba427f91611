//! Our own cases, with the template that the real framework makes of each.
//!
//! `tests/peer/regenerate` makes the goldens again; `tests/peer/differences.md` lists where ours differs on purpose.

use std::path::{Path, PathBuf};
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
pub fn difference(expected: &Value, actual: &Value, path: &str) -> Option<String> {
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

/// A case: a service as a user writes it.
struct Case {
    directory: PathBuf,
    name: String,
}

fn cases() -> Vec<Case> {
    let all = std::fs::read_dir(top().join("tests/peer/cases")).unwrap().map(|it| it.unwrap().path());
    let name = |it: &Path| it.file_name().unwrap().to_string_lossy().into_owned();
    let mut cases: Vec<_> = all.map(|it| Case { name: name(&it), directory: it }).collect();
    cases.sort_by(|a, b| a.name.cmp(&b.name));
    cases
}

impl Case {
    fn read(&self, file: &str) -> Option<Value> {
        let text = std::fs::read_to_string(self.directory.join(file)).ok()?;
        Some(serde_json::from_str(&text).unwrap())
    }

    /// What we make of it in `directory`: the template, or what is said on standard error.
    fn template(&self, directory: &Path) -> Result<Value, String> {
        let settings = self.read("case.json").unwrap_or_default();
        let mut command = Command::new(binary());
        command.arg("-C").arg(directory).arg("template").env_clear();
        command.args(settings["args"].as_array().into_iter().flatten().filter_map(Value::as_str));
        let env = settings["env"].as_object().into_iter().flatten();
        command.envs(env.map(|(key, it)| (key, it.as_str().unwrap())));
        let output = command.output().unwrap();
        if output.status.success() {
            Ok(normalized(&serde_json::from_slice(&output.stdout).unwrap()))
        } else {
            Err(String::from_utf8_lossy(&output.stderr).into_owned())
        }
    }
}

/// The cases that differ, held against the list of those that may.
pub fn report(title: &str, compared: &[(String, Option<String>)]) {
    let listed = std::fs::read_to_string(top().join("tests/peer/differences.md")).unwrap();
    let section = listed.split("\n## ").find(|it| it.starts_with(title)).unwrap_or_default();
    let failures: Vec<String> = compared
        .iter()
        .filter_map(|(name, failure)| match (failure, section.contains(&format!("| `{name}` |"))) {
            (Some(failure), false) => Some(format!("{name}: {failure}")),
            (None, true) => Some(format!("{name}: is equal; remove its row from differences.md")),
            _ => None,
        })
        .collect();
    assert!(
        failures.is_empty(),
        "{} of {} cases differ:\n{}",
        failures.len(),
        compared.len(),
        failures.join("\n")
    );
}

#[test]
fn templates_are_those_of_the_framework() {
    let cases = cases();
    assert!(cases.len() >= 250, "only {} cases", cases.len());
    let compare = |case: &Case| {
        let expected = case.read("expected.json");
        let expected = expected
            .unwrap_or_else(|| panic!("{} has no expected.json: run tests/peer/regenerate", case.name));
        match (expected.get("error"), case.template(&case.directory)) {
            (Some(_), Err(_)) => None,
            (Some(error), Ok(_)) => Some(format!("the framework refuses it: {error}")),
            (None, Err(error)) => Some(format!("refused: {error}")),
            (None, Ok(actual)) => difference(&expected, &actual, ""),
        }
    };
    let compared: Vec<_> = cases.iter().map(|it| (it.name.clone(), compare(it))).collect();
    report("Version 4", &compared);
}

/// The same cases in a service that says `frameworkVersion: '3'`, with what version 3 makes of them.
#[test]
fn templates_of_pinned_services_are_those_of_version_3() {
    let mut compared = Vec::new();
    for case in cases() {
        let Some(pinned) = case.read("pinned.json").filter(|it| it.get("refused").is_none()) else {
            continue;
        };
        let expected = if pinned["same"] == true { case.read("expected.json").unwrap() } else { pinned };
        let copy = tempfile::tempdir().unwrap();
        copy_all(&case.directory, copy.path());
        let config = ["serverless.yml", "serverless.yaml"].map(|it| copy.path().join(it));
        let config = config.iter().find(|it| it.exists()).unwrap();
        let text = std::fs::read_to_string(config).unwrap();
        let kept = text.split_inclusive('\n').filter(|it| !it.starts_with("frameworkVersion:"));
        std::fs::write(config, format!("frameworkVersion: '3'\n{}", kept.collect::<String>())).unwrap();
        let failure = match case.template(copy.path()) {
            Err(error) => Some(format!("refused: {error}")),
            Ok(actual) => difference(&expected, &actual, ""),
        };
        compared.push((case.name, failure));
    }
    assert!(compared.len() >= 60, "only {} pinned cases", compared.len());
    report("Version 3", &compared);
}

pub fn copy_all(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            std::fs::create_dir(&target).unwrap();
            copy_all(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}
