//! SARIF 2.1.0, which GitHub's code scanning and others read.
//! <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>

use std::collections::BTreeMap;

use serde_json::{Value, json};
use slsc_core::diagnostic::Severity;
use slsc_core::diagnostic::render::{JsonDiagnostic, PositionRange, url};
use slsc_core::rules::{self, Rule};

use super::{Found, fingerprinted, full_message};

/// The address of the schema.
const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// A log with one run. It names the rules that were broken.
pub fn write(found: &[Found]) -> String {
    let all = fingerprinted(found);
    let mut broken: BTreeMap<&str, &Rule> = BTreeMap::new();
    broken.extend(all.iter().filter_map(|(it, _)| Some((it.code, rules::find(it.code)?))));
    let indices: BTreeMap<&str, usize> =
        broken.keys().enumerate().map(|(index, code)| (*code, index)).collect();
    let results: Vec<Value> = all.iter().map(|(it, mark)| result(it, mark, indices.get(it.code))).collect();
    let log = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "slsc",
                "version": env!("CARGO_PKG_VERSION"),
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "informationUri": env!("CARGO_PKG_REPOSITORY"),
                "rules": broken.values().map(|it| rule(it)).collect::<Vec<_>>(),
            } },
            "columnKind": "unicodeCodePoints",
            "originalUriBaseIds": { "%SRCROOT%": { "description": { "text": "The directory that `slsc check` ran in." } } },
            "results": results,
        }],
    });
    format!("{log:#}\n")
}

fn rule(rule: &Rule) -> Value {
    json!({
        "id": rule.id,
        "shortDescription": { "text": rule.summary },
        "help": { "text": rule.page, "markdown": rule.page },
        "helpUri": url(rule.id),
        "defaultConfiguration": { "level": level(rule.level.word()) },
        "properties": { "problem.severity": match rule.level {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Info | Severity::Hint => "recommendation",
        } },
    })
}

fn level(severity: &str) -> &str {
    match severity {
        "error" | "warning" => severity,
        _ => "note",
    }
}

fn result(it: &JsonDiagnostic, fingerprint: &str, index: Option<&usize>) -> Value {
    let mut result = json!({
        "ruleId": it.code,
        "level": level(it.severity),
        "message": { "text": full_message(it) },
        "locations": [location(&it.file, &it.range, None)],
        "partialFingerprints": { "slsc/v1": fingerprint },
    });
    let related: Vec<Value> =
        it.related.iter().map(|it| location(&it.file, &it.range, Some(&it.message))).collect();
    let fixes: Vec<Value> = it.fixes.iter().map(|fix| json!({
        "description": { "text": fix.title },
        "artifactChanges": fix.edits.iter().map(|edit| json!({
            "artifactLocation": artifact(&edit.file),
            "replacements": [{ "deletedRegion": region(&edit.range), "insertedContent": { "text": edit.text } }],
        })).collect::<Vec<_>>(),
    })).collect();
    if let Some(object) = result.as_object_mut() {
        object.extend(index.map(|it| ("ruleIndex".to_owned(), json!(it))));
        object.extend((!related.is_empty()).then(|| ("relatedLocations".to_owned(), json!(related))));
        object.extend((!fixes.is_empty()).then(|| ("fixes".to_owned(), json!(fixes))));
    }
    result
}

fn location(file: &str, range: &PositionRange, message: Option<&str>) -> Value {
    let physical = json!({ "artifactLocation": artifact(file), "region": region(range) });
    match message {
        Some(message) => json!({ "physicalLocation": physical, "message": { "text": message } }),
        None => json!({ "physicalLocation": physical }),
    }
}

fn artifact(file: &str) -> Value {
    if file.starts_with('/') {
        return json!({ "uri": format!("file://{}", encode(file)) });
    }
    json!({ "uri": encode(file), "uriBaseId": "%SRCROOT%" })
}

fn region(range: &PositionRange) -> Value {
    json!({
        "startLine": range.start.line,
        "startColumn": range.start.column,
        "endLine": range.end.line,
        "endColumn": range.end.column,
    })
}

/// A path as a URI: RFC 3986's unreserved characters and slashes stay.
fn encode(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                out.push(byte.into())
            }
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}
