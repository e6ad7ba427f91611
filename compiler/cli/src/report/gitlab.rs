//! GitLab's code quality report. <https://docs.gitlab.com/ci/testing/code_quality/>

use serde_json::json;

use super::{Found, fingerprinted, full_message};

/// A list of findings.
pub fn write(found: &[Found]) -> String {
    let items: Vec<serde_json::Value> = fingerprinted(found)
        .into_iter()
        .map(|(it, fingerprint)| {
            json!({
                "description": full_message(it),
                "check_name": it.code,
                "fingerprint": fingerprint,
                "severity": match it.severity {
                    "error" => "major",
                    "warning" => "minor",
                    _ => "info",
                },
                "location": {
                    "path": it.file,
                    "lines": { "begin": it.range.start.line, "end": it.range.end.line },
                },
            })
        })
        .collect();
    format!("{:#}\n", serde_json::Value::from(items))
}
