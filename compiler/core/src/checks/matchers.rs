//! What matches in patterns of events: values, and operators such as `prefix` and `numeric`.
//!
//! <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html>,
//! <https://docs.aws.amazon.com/sns/latest/dg/string-value-matching.html> and
//! <https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html>

use ecow::{EcoString, eco_format};

use super::function::event_options::is_block;
use crate::diagnostic::{Diagnostic, Place, nearest};
use crate::path::Path;
use crate::rules;
use crate::value::{Object, Value};

const OPERATORS: [&str; 8] =
    ["anything-but", "cidr", "equals-ignore-case", "exists", "numeric", "prefix", "suffix", "wildcard"];

/// How people call operators that have other names.
const CALLED: [(&str, &str); 12] = [
    ("beginsWith", "prefix"),
    ("begins-with", "prefix"),
    ("contains", "wildcard"),
    ("endsWith", "suffix"),
    ("ends-with", "suffix"),
    ("equals", "equals-ignore-case"),
    ("equalsIgnoreCase", "equals-ignore-case"),
    ("like", "wildcard"),
    ("not", "anything-but"),
    ("not-equals", "anything-but"),
    ("startsWith", "prefix"),
    ("starts-with", "prefix"),
];

/// The signs of `numeric`.
const SIGNS: [&str; 5] = ["<", "<=", "=", ">", ">="];

/// What operators take that compare with one text.
const OF_TEXTS: [&str; 4] = ["equals-ignore-case", "prefix", "suffix", "wildcard"];

/// Looks at all lists of what matches below `pattern`.
pub fn check(pattern: &Value, path: &Path, found: &mut Vec<Diagnostic>) {
    match pattern {
        Value::Object(object) if crate::shape::cfn::is_intrinsic(object) => {}
        Value::Object(object) => {
            for (key, value) in object.iter() {
                match (key.as_str(), value) {
                    // Patterns, one of which is enough.
                    ("$or", Value::Array(items)) => {
                        for (index, item) in items.iter().enumerate() {
                            check(item, &path.join(key).join(index), found);
                        }
                    }
                    _ => check(value, &path.join(key), found),
                }
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                of_item(item, &path.join(index), found);
            }
        }
        _ => {}
    }
}

fn of_item(item: &Value, path: &Path, found: &mut Vec<Diagnostic>) {
    let object = match item {
        Value::Object(object) if !crate::shape::cfn::is_intrinsic(object) => object,
        Value::Array(_) => {
            let message = "a list stands in the list of what matches".into();
            found.push(wrong(Place::value(path.clone()), message, "write its items into the list itself"));
            return;
        }
        _ => return,
    };
    if object.keys().any(|it| it.contains("::") || it == "Ref") {
        return;
    }
    if object.len() > 1 && object.keys().all(|it| OPERATORS.contains(&it.as_str())) {
        let message = "two operators stand in one item".into();
        found.push(wrong(Place::value(path.clone()), message, "give each operator an item of its own"));
    }
    for (name, value) in object.iter() {
        let path = path.join(name);
        if OPERATORS.contains(&name.as_str()) {
            found.extend(argument(name, value, &path));
        } else {
            found.push(unknown(name, path));
        }
    }
}

/// An operator that nobody knows. AWS adds some, so this is a warning.
fn unknown(name: &EcoString, path: Path) -> Diagnostic {
    let at = Place::key(path);
    let called = CALLED.iter().find(|it| it.0.eq_ignore_ascii_case(name)).map(|it| it.1);
    let near = called.or_else(|| nearest(name, OPERATORS));
    let message = eco_format!("patterns have no operator `{name}`");
    let diagnostic = Diagnostic::new(&rules::INVALID_PATTERN, at.clone(), message)
        .why("AWS refuses the pattern")
        .warning();
    let all = OPERATORS.map(|it| format!("`{it}`")).join(", ");
    diagnostic.meant("rename to", at, near, eco_format!("a mapping in a list is an operator: {all}"))
}

fn wrong(at: Place, message: EcoString, help: impl Into<EcoString>) -> Diagnostic {
    Diagnostic::new(&rules::INVALID_PATTERN, at, message).why("AWS refuses the pattern").help(help)
}

/// What is wrong with the argument of an operator.
fn argument(name: &str, value: &Value, path: &Path) -> Option<Diagnostic> {
    if is_open(value) {
        return None;
    }
    let at = || Place::value(path.clone());
    match name {
        "numeric" => numeric(value, path),
        "exists" => {
            let is_truth =
                matches!(value, Value::Bool(_)) || matches!(value.as_str(), Some("true" | "false"));
            let message = || "`exists` is `true` or `false`".into();
            (!is_truth).then(|| wrong(at(), message(), "write `exists: true`"))
        }
        "cidr" => {
            let text = value.as_str();
            let message = || eco_format!("`{}` is no block of addresses", value.to_js_string());
            (!text.is_some_and(is_block)).then(|| wrong(at(), message(), "write it as `10.0.0.0/24`"))
        }
        "anything-but" => anything_but(value, path),
        name if OF_TEXTS.contains(&name) => text(name, value, path),
        _ => None,
    }
}

/// `prefix` and its like: a text, or how its letters are compared.
fn text(name: &str, value: &Value, path: &Path) -> Option<Diagnostic> {
    let is_text = match value {
        Value::String(_) => true,
        Value::Object(object) => {
            matches!(name, "prefix" | "suffix") && object.keys().all(|it| it == "equals-ignore-case")
        }
        _ => false,
    };
    let message = || eco_format!("`{name}` takes a text, and this is {}", value.noun());
    let help = "write a text; several texts are several items: `- prefix: a`, `- prefix: b`";
    (!is_text).then(|| wrong(Place::value(path.clone()), message(), help))
}

fn anything_but(value: &Value, path: &Path) -> Option<Diagnostic> {
    match value {
        Value::Object(object) => {
            let name = object.keys().find(|it| !OF_TEXTS.contains(&it.as_str()))?;
            let at = Place::key(path.join(name));
            let message = eco_format!("`anything-but` has no `{name}`");
            Some(wrong(at, message, "write values, or `prefix`, `suffix`, `wildcard`, `equals-ignore-case`"))
        }
        Value::Array(items) => {
            let index = items.iter().position(|it| matches!(it, Value::Array(_)))?;
            let message = "`anything-but` takes texts and numbers".into();
            Some(wrong(Place::value(path.join(index)), message, "write its items into the list itself"))
        }
        _ => None,
    }
}

/// Signs and numbers: one of each, or a lower end and an upper one.
fn numeric(value: &Value, path: &Path) -> Option<Diagnostic> {
    let help = "write a sign and a number, or two of each: `['>', 0, '<=', 100]`";
    let Value::Array(items) = value else {
        let message = eco_format!("`numeric` takes a list, and this is {}", value.noun());
        return Some(wrong(Place::value(path.clone()), message, help));
    };
    if items.iter().any(is_open) {
        return None;
    }
    for (index, pair) in items.chunks(2).enumerate() {
        let at = path.join(index * 2);
        let sign = pair.first().map(Value::to_js_string).unwrap_or_default();
        if !SIGNS.contains(&sign.as_str()) {
            let meant = match sign.as_str() {
                "=>" | "gte" | "ge" => Some(">="),
                "=<" | "lte" | "le" => Some("<="),
                "==" | "eq" => Some("="),
                "gt" => Some(">"),
                "lt" => Some("<"),
                _ => None,
            };
            let message = eco_format!("`{sign}` is no sign of `numeric`");
            let help: EcoString = meant.map_or_else(
                || "it is one of `<`, `<=`, `=`, `>` and `>=`".into(),
                |it| eco_format!("write `{it}`"),
            );
            return Some(wrong(Place::value(at), message, help));
        }
        match pair.get(1) {
            None => {
                let message = eco_format!("no number stands behind `{sign}`");
                return Some(wrong(Place::value(at), message, help));
            }
            Some(number) if number_of(number).is_none() => {
                let message = eco_format!("`{}` is no number", number.to_js_string());
                return Some(wrong(Place::value(path.join(index * 2 + 1)), message, help));
            }
            Some(_) => {}
        }
    }
    range(items).map(|message| wrong(Place::value(path.clone()), message.into(), help))
}

/// What is wrong with the ends of a range.
fn range(items: &[Value]) -> Option<&'static str> {
    let sign = |index: usize| items.get(index).and_then(Value::as_str).unwrap_or_default();
    let number = |index: usize| items.get(index).and_then(number_of);
    match items.len() {
        0 => Some("`numeric` compares with nothing"),
        2 => None,
        4 if !sign(0).starts_with('>') || !sign(2).starts_with('<') => {
            Some("a range has its lower end first, with `>` or `>=`, then its upper one, with `<` or `<=`")
        }
        4 if number(1) >= number(3) && number(1).is_some() => {
            Some("the lower end of the range is not below the upper one")
        }
        4 => None,
        _ => Some("`numeric` has two ends at most"),
    }
}

fn number_of(value: &Value) -> Option<f64> {
    match value {
        Value::Number(it) => Some(*it),
        // Templates may hold numbers as texts.
        Value::String(it) => it.trim().parse().ok(),
        _ => None,
    }
}

fn is_open(value: &Value) -> bool {
    let is_function = |it: &Object| it.keys().any(|it| it.contains("::") || it == "Ref");
    value.has_unknown()
        || value.as_object().is_some_and(is_function)
        || value.as_str().is_some_and(|it| it.contains("${") || it.contains("{{"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    #[test]
    fn operators_take_what_they_compare_with() {
        let wrong = |item: Value| {
            let mut found = Vec::new();
            check(&json!({ "detail": { "a": [item] } }), &Path::root(), &mut found);
            found.len()
        };
        assert_eq!(wrong(json!({ "numeric": [">", 0, "<=", 5] })), 0);
        assert_eq!(wrong(json!({ "numeric": ["=", "3.5"] })), 0);
        assert_eq!(wrong(json!({ "numeric": ["gt", 0] })), 1);
        assert_eq!(wrong(json!({ "numeric": [">", 0, "<="] })), 1);
        assert_eq!(wrong(json!({ "numeric": ["<", 5, ">", 0] })), 1);
        assert_eq!(wrong(json!({ "numeric": [">", 5, "<", 5] })), 1);
        assert_eq!(wrong(json!({ "numeric": ["="] })), 1);
        assert_eq!(wrong(json!({ "prefix": { "equals-ignore-case": "a" } })), 0);
        assert_eq!(wrong(json!({ "prefix": ["a", "b"] })), 1);
        assert_eq!(wrong(json!({ "startsWith": "a" })), 1);
        assert_eq!(wrong(json!({ "prefix": "a", "suffix": "b" })), 1);
        assert_eq!(wrong(json!({ "anything-but": ["a", 1] })), 0);
        assert_eq!(wrong(json!({ "anything-but": { "prefix": "a" } })), 0);
        assert_eq!(wrong(json!({ "anything-but": { "numeric": [1] } })), 1);
        assert_eq!(wrong(json!({ "exists": "no" })), 1);
        assert_eq!(wrong(json!({ "cidr": "10.0.0.0" })), 1);
        assert_eq!(wrong(json!({ "Ref": "Kind" })), 0);
        assert_eq!(wrong(json!(["a"])), 1);
    }
}
