//! GitHub Actions: a workflow command for each finding, which becomes an annotation of the change.
//! <https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions>

use super::{Found, full_message};

/// A line for each finding.
pub fn write(found: &[Found]) -> String {
    let mut out = String::new();
    for diagnostic in found.iter().flat_map(|it| &it.diagnostics) {
        let command = match diagnostic.severity {
            "error" | "warning" => diagnostic.severity,
            _ => "notice",
        };
        let (start, end) = (diagnostic.range.start, diagnostic.range.end);
        let mut properties = vec![
            ("file", diagnostic.file.clone()),
            ("line", start.line.to_string()),
            ("endLine", end.line.to_string()),
        ];
        // Columns are only taken within one line.
        if start.line == end.line {
            properties.push(("col", start.column.to_string()));
            properties.push(("endColumn", end.column.to_string()));
        }
        properties.push(("title", format!("slsc ({})", diagnostic.code)));
        let properties: Vec<String> =
            properties.iter().map(|(name, value)| format!("{name}={}", property(value))).collect();
        out.push_str(&format!("::{command} {}::{}\n", properties.join(","), data(&full_message(diagnostic))));
    }
    out
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
