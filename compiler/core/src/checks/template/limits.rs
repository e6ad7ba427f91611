//! Quotas of CloudFormation: <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html>

use ecow::{EcoString, eco_format};

use super::Facts;
use crate::diagnostic::{Diagnostic, Place};
use crate::path::Path;
use crate::rules;
use crate::value::{Object, Value};

/// How many entries a section may have, and what to do with more.
const SECTIONS: [(&str, usize, &str); 4] = [
    ("Resources", 500, "split the service in two"),
    ("Outputs", 200, "remove outputs that nobody reads, or split the service in two"),
    ("Parameters", 200, "put several values into one parameter, as a list"),
    ("Mappings", 200, "join mappings, or take values from `custom`"),
];

/// The most bytes that a template on S3 may have.
const LARGEST: usize = 1_048_576;

/// Finds a template that is too large.
pub fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    if facts.around.mode.plugins.may_divide() {
        return;
    }
    for (name, most, help) in SECTIONS {
        let count = facts.section(name).map_or(0, |it| it.len());
        if count > most {
            let noun = name.to_lowercase();
            let message = eco_format!("the template has {count} {noun}");
            found.push(too_large(
                facts,
                name,
                message,
                eco_format!("CloudFormation takes {most} at most"),
                help,
            ));
        }
    }
    let size = length_of_entries(&facts.template.body);
    if size > LARGEST {
        let message = eco_format!("the template has {size} bytes");
        let why = eco_format!("CloudFormation takes {LARGEST} at most");
        found.push(too_large(facts, "Resources", message, why, "split the service in two"));
    }
}

/// The bytes of a value as JSON without white space, without making it.
fn length(value: &Value) -> usize {
    match value {
        Value::Null => 4,
        Value::Bool(it) => {
            if *it {
                4
            } else {
                5
            }
        }
        Value::Number(_) => value.to_js_string().len(),
        Value::String(text) => quoted(text),
        Value::Unknown(it) => quoted(&it.text),
        Value::Array(items) => 1 + items.iter().map(|it| length(it) + 1).sum::<usize>().max(1),
        Value::Object(object) => length_of_entries(object),
    }
}

fn length_of_entries(object: &Object) -> usize {
    1 + object.iter().map(|(key, it)| quoted(key) + length(it) + 2).sum::<usize>().max(1)
}

/// The bytes of a text in quotes.
fn quoted(text: &str) -> usize {
    let escaped = |it: &u8| *it < b' ' || matches!(it, b'"' | b'\\');
    let escapes: usize = match text.bytes().any(|it| escaped(&it)) {
        false => 0,
        true => text.bytes().filter(escaped).map(length_of_escape).sum(),
    };
    text.len() + escapes + 2
}

/// How many bytes longer an escape is than what it stands for.
fn length_of_escape(byte: u8) -> usize {
    if matches!(byte, b'"' | b'\\' | b'\n' | b'\r' | b'\t' | 8 | 12) { 1 } else { 5 }
}

fn too_large(facts: &Facts<'_>, section: &str, message: EcoString, why: EcoString, help: &str) -> Diagnostic {
    let entries = |part: &Value| part.get(section).and_then(Value::as_object).map_or(0, |it| it.len());
    let own: usize = facts.own_parts().iter().map(|(_, part)| entries(part)).sum();
    let all = facts.section(section).map_or(0, |it| it.len());
    // What most of them come from.
    let at = match facts.own_parts().as_slice() {
        [(path, _)] if own * 2 > all => path.join(section),
        [_, ..] if own * 2 > all => Path::from(["resources"]),
        _ => Path::from(["functions"]),
    };
    Diagnostic::new(&rules::TEMPLATE_TOO_LARGE, Place::key(at), message).why(why).help(help)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    #[test]
    fn lengths_are_those_of_the_text() {
        let value = json!({ "a": [1, true, null, "x\n\"\u{1}é"], "b": {}, "c": [] });
        assert_eq!(length(&value), value.to_json().len());
    }
}
