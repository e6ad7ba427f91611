//! JUnit's XML, which most CI servers show: a suite for each service, a failed case for each error, and one case that
//! passes where there is none.

use super::{Found, full_message};

/// The suites.
pub fn write(found: &[Found]) -> String {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let errors = |it: &Found| it.diagnostics.iter().filter(|it| it.severity == "error").count();
    let cases = |it: &Found| it.diagnostics.len().max(1);
    out.push_str(&format!(
        "<testsuites name=\"slsc check\" tests=\"{}\" failures=\"{}\">\n",
        found.iter().map(cases).sum::<usize>(),
        found.iter().map(errors).sum::<usize>()
    ));
    for service in found {
        out.push_str(&format!(
            "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\">\n",
            escape(&service.service),
            cases(service),
            errors(service)
        ));
        for it in &service.diagnostics {
            let place = format!("{}:{}:{}", it.file, it.range.start.line, it.range.start.column);
            out.push_str(&format!(
                "    <testcase classname=\"{}\" name=\"{}\" file=\"{}\" line=\"{}\">\n",
                escape(it.code),
                escape(&place),
                escape(&it.file),
                it.range.start.line
            ));
            let text = escape(&full_message(it));
            match it.severity {
                "error" => out.push_str(&format!(
                    "      <failure type=\"{}\" message=\"{}\">{text}</failure>\n",
                    escape(it.code),
                    escape(&it.message)
                )),
                _ => out.push_str(&format!("      <system-out>{}: {text}</system-out>\n", it.severity)),
            }
            out.push_str("    </testcase>\n");
        }
        if service.diagnostics.is_empty() {
            out.push_str("    <testcase classname=\"slsc\" name=\"no mistakes\"/>\n");
        }
        out.push_str("  </testsuite>\n");
    }
    out.push_str("</testsuites>\n");
    out
}

/// A text in XML; characters that XML cannot hold are left out.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' => out.push_str("&#10;"),
            '\t' => out.push(' '),
            char if char.is_control() || matches!(char, '\u{fffe}' | '\u{ffff}') => {}
            char => out.push(char),
        }
    }
    out
}
