//! Values as YAML text, for what is written into a file of the user's.

use crate::document;
use crate::value::{Object, Value, write_json_string};

/// The lines of a value below a key, each indented by `indent`; `None` if it fits behind the key.
pub fn block(value: &Value, indent: usize) -> Option<String> {
    let mut out = String::new();
    match value {
        Value::Object(object) if !object.is_empty() => entries(object, indent, &mut out),
        Value::Array(items) if !items.is_empty() && !is_short(items) => {
            for item in items.iter() {
                self::item(item, indent, &mut out);
            }
        }
        _ => return None,
    }
    Some(out)
}

/// An entry of a mapping, whole lines.
pub fn entry(key: &str, value: &Value, indent: usize) -> String {
    let mut out = String::new();
    entry_into(key, value, indent, &mut out);
    out
}

fn entries(object: &Object, indent: usize, out: &mut String) {
    object.iter().for_each(|(key, value)| entry_into(key, value, indent, out));
}

fn entry_into(key: &str, value: &Value, indent: usize, out: &mut String) {
    spaces(indent, out);
    out.push_str(&scalar(key));
    out.push(':');
    after_colon(value, indent, out);
}

fn after_colon(value: &Value, indent: usize, out: &mut String) {
    match block(value, indent + 2) {
        Some(lines) => {
            out.push('\n');
            out.push_str(&lines);
        }
        None if value.is_null() => out.push('\n'),
        None => {
            out.push(' ');
            out.push_str(&inline(value));
            out.push('\n');
        }
    }
}

fn item(value: &Value, indent: usize, out: &mut String) {
    spaces(indent, out);
    match block(value, indent + 2) {
        // The first line of the item stands behind its dash.
        Some(lines) => {
            out.push_str("- ");
            out.push_str(lines.trim_start_matches(' '));
        }
        None => {
            out.push_str("- ");
            out.push_str(&inline(value));
            out.push('\n');
        }
    }
}

/// Whether a list reads well on one line: some short texts or numbers.
fn is_short(items: &[Value]) -> bool {
    let plain = |it: &Value| !matches!(it, Value::Array(_) | Value::Object(_));
    items.len() <= 3 && items.iter().all(|it| plain(it) && flow(it).len() <= 24)
}

/// A value on one line, behind a key or a dash.
pub fn inline(value: &Value) -> String {
    if let Value::String(text) = value { quoted(text, &reads_back_in_block) } else { flow(value) }
}

/// A value on one line, inside brackets, too.
pub fn flow(value: &Value) -> String {
    match value {
        Value::String(text) => scalar(text),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(flow).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Object(object) => {
            let entries: Vec<String> =
                object.iter().map(|(key, value)| format!("{}: {}", scalar(key), flow(value))).collect();
            if entries.is_empty() { "{}".into() } else { format!("{{ {} }}", entries.join(", ")) }
        }
        Value::Unknown(it) => scalar(&it.text),
        other => other.to_js_string().into(),
    }
}

/// A text as a scalar that may stand anywhere: without quotes where it reads back as it is.
pub fn scalar(text: &str) -> String {
    quoted(text, &|written, text| reads_back_in_block(written, text) && reads_back_in_flow(written, text))
}

fn quoted(text: &str, reads_back: &dyn Fn(&str, &str) -> bool) -> String {
    if reads_back(text, text) {
        return text.into();
    }
    let quoted = format!("'{}'", text.replace('\'', "''"));
    if reads_back(&quoted, text) {
        return quoted;
    }
    let mut out = String::new();
    write_json_string(&mut out, text);
    out
}

fn reads_back_in_block(written: &str, text: &str) -> bool {
    !written.contains('\n') && read(&format!("k: {written}\n")).get("k").and_then(Value::as_str) == Some(text)
}

fn reads_back_in_flow(written: &str, text: &str) -> bool {
    let expected = Value::array([Value::from(text)]);
    !written.contains('\n') && read(&format!("k: [{written}]\n")).get("k") == Some(&expected)
}

/// What a text says; nothing if anything is wrong with it.
fn read(yaml: &str) -> Value {
    let parsed = document::parse(yaml);
    if parsed.problems.is_empty() { document::value(&parsed) } else { Value::Null }
}

fn spaces(count: usize, out: &mut String) {
    out.extend(std::iter::repeat_n(' ', count));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    #[test]
    fn values_read_back_as_they_are() {
        let value = json!({
            "plain": "a b", "number": "12", "yes": "yes", "colon": "a: b", "empty": "", "quote": "it's: ok",
            "variable": "${param:a}", "lines": "a\nb", "none": null, "true": true, "size": 1.5,
            "list": [{ "a": 1, "b": ["x", "y"] }, [], {}, "a, b"], "short": ["a", "b"]
        });
        let text = block(&value, 0).unwrap();
        assert_eq!(document::value(&document::parse(&text)), value, "{text}");
        assert!(text.contains("plain: a b\nnumber: '12'\nyes: yes\ncolon: 'a: b'\n"), "{text}");
        assert!(text.contains("  - a: 1\n    b: [x, y]\n"), "{text}");
    }
}
