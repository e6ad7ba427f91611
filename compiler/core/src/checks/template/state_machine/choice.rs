//! The rules of a state of the type `Choice`.
//!
//! <https://docs.aws.amazon.com/step-functions/latest/dg/state-choice.html>

use ecow::{EcoString, eco_format};

use super::states::{Language, Reader, is_closed, known_text};
use crate::diagnostic::nearest;
use crate::path::Path;
use crate::value::{Object, Value};

/// What an operator compares with.
#[derive(Clone, Copy, PartialEq, Eq)]
enum With {
    Text,
    Number,
    Truth,
}

const ORDERS: [&str; 5] = ["Equals", "LessThan", "GreaterThan", "LessThanEquals", "GreaterThanEquals"];
const KINDS: [(&str, With); 3] =
    [("String", With::Text), ("Numeric", With::Number), ("Timestamp", With::Text)];
const OTHERS: [(&str, With); 8] = [
    ("BooleanEquals", With::Truth),
    ("IsBoolean", With::Truth),
    ("IsNull", With::Truth),
    ("IsNumeric", With::Truth),
    ("IsPresent", With::Truth),
    ("IsString", With::Truth),
    ("IsTimestamp", With::Truth),
    ("StringMatches", With::Text),
];

/// The operators, with what each compares with.
fn operators() -> Vec<(String, With)> {
    let mut all: Vec<(String, With)> = OTHERS.iter().map(|it| (it.0.to_owned(), it.1)).collect();
    all.push(("BooleanEqualsPath".into(), With::Text));
    for (kind, with) in KINDS {
        for order in ORDERS {
            all.push((format!("{kind}{order}"), with));
            all.push((format!("{kind}{order}Path"), With::Text));
        }
    }
    all
}

/// The fields of a rule beside its operator.
const FIELDS: [&str; 9] =
    ["And", "Assign", "Comment", "Condition", "Next", "Not", "Or", "Output", "Variable"];

/// Looks at the rules of a state.
pub fn check(reader: &mut Reader<'_>, state: &Object, path: &Path, language: Language) {
    let path = path.join("Choices");
    let Some(Value::Array(rules)) = state.get("Choices") else { return };
    if rules.is_empty() {
        let message = EcoString::from("`Choices` is empty");
        reader.wrong(reader.source.at_value(&path), message, "add a rule");
    }
    let operators = operators();
    for (index, rule) in rules.iter().enumerate() {
        let Value::Object(rule) = rule else { continue };
        if is_closed(rule) {
            one(reader, rule, &path.join(index), language, &operators, true);
        }
    }
}

fn one(
    reader: &mut Reader<'_>,
    rule: &Object,
    path: &Path,
    language: Language,
    operators: &[(String, With)],
    is_top: bool,
) {
    let known = |key: &str| operators.iter().find(|it| it.0 == key);
    let mut unknown = false;
    for key in rule.keys().filter(|it| !FIELDS.contains(&it.as_str()) && known(it).is_none()) {
        unknown = true;
        let names = operators.iter().map(|it| it.0.as_str()).chain(FIELDS);
        let near = nearest(key, names.filter(|it| !rule.contains_key(it)));
        let message = eco_format!("there is no operator `{key}`");
        let help = "write an operator such as `StringEquals`, `NumericGreaterThan` or `IsPresent`";
        reader.misspelt(reader.source.at_key(&path.join(key)), message, near, help);
    }
    if is_top && !rule.contains_key("Next") && !unknown {
        let message = EcoString::from("a rule of `Choices` has no `Next`");
        reader.wrong(reader.source.at_value(path), message, "name the state that it leads to");
    }
    if !is_top && rule.contains_key("Next") {
        let message = EcoString::from("`Next` stands inside of a rule");
        let at = reader.source.at_key(&path.join("Next"));
        reader.wrong(at, message, "write it beside `And`, `Or` or `Not`");
    }
    if language == Language::Jsonata {
        let needs = is_top && !rule.contains_key("Condition") && !unknown;
        if needs {
            let message = EcoString::from("a rule of `Choices` has no `Condition`");
            let help = "the state speaks JSONata: write `Condition: \"{% $states.input.id = 1 %}\"`";
            reader.wrong(reader.source.at_value(path), message, help);
        }
        return;
    }
    nested(reader, rule, path, language, operators);
    let used: Vec<&(String, With)> = operators.iter().filter(|it| rule.contains_key(&it.0)).collect();
    let is_combined = ["And", "Or", "Not"].iter().any(|it| rule.contains_key(it));
    let has_condition = rule.contains_key("Condition") && language == Language::Either;
    match used.as_slice() {
        [] if !is_combined && !unknown && !has_condition => {
            let message = EcoString::from("a rule of `Choices` compares with nothing");
            let help = "add an operator such as `StringEquals`";
            reader.wrong(reader.source.at_value(path), message, help);
        }
        [(first, _), (second, _), ..] => {
            let message = eco_format!("a rule has both `{first}` and `{second}`");
            let at = reader.source.at_key(&path.join(second.as_str()));
            reader.wrong(at, message, "write two rules in an `And`");
        }
        [(operator, with)] => {
            compared(reader, rule, path, operator, *with);
            if !rule.contains_key("Variable") && !unknown {
                let message = eco_format!("a rule with `{operator}` has no `Variable`");
                let help = "name what is compared: `Variable: $.id`";
                reader.wrong(reader.source.at_value(path), message, help);
            }
        }
        [] => {}
    }
    if let Some(text) = rule.get("Variable").and_then(known_text).filter(|it| !it.starts_with('$')) {
        let message = eco_format!("`{text}` is no path");
        let help = eco_format!("a path begins with `$`: `$.{text}`");
        reader.wrong(reader.source.at_value(&path.join("Variable")), message, help);
    }
}

/// Rules within rules.
fn nested(
    reader: &mut Reader<'_>,
    rule: &Object,
    path: &Path,
    language: Language,
    operators: &[(String, With)],
) {
    for key in ["And", "Or"] {
        let items = rule.get(key).and_then(Value::as_array).unwrap_or_default();
        for (index, item) in items.iter().enumerate() {
            if let Some(item) = item.as_object().filter(|it| is_closed(it)) {
                one(reader, item, &path.join(key).join(index), language, operators, false);
            }
        }
    }
    if let Some(item) = rule.get("Not").and_then(Value::as_object).filter(|it| is_closed(it)) {
        one(reader, item, &path.join("Not"), language, operators, false);
    }
}

fn compared(reader: &mut Reader<'_>, rule: &Object, path: &Path, operator: &str, with: With) {
    let Some(value) = rule.get(operator) else { return };
    let fits = match value {
        Value::String(text) => with == With::Text || text.contains("${"),
        Value::Number(_) => with == With::Number,
        Value::Bool(_) => with == With::Truth,
        Value::Array(_) => false,
        _ => true,
    };
    let is_path = operator.ends_with("Path");
    let at = || reader.source.at_value(&path.join(operator));
    let noun = match with {
        With::Text => "a text",
        With::Number => "a number",
        With::Truth => "`true` or `false`",
    };
    if !fits {
        let message = eco_format!("`{operator}` compares with {noun}, not {}", value.noun());
        let at = at();
        reader.wrong(at, message, eco_format!("write {noun}, or use another operator"));
    } else if let Some(text) = known_text(value).filter(|it| is_path && !it.starts_with('$')) {
        let message = eco_format!("`{text}` is no path");
        let at = at();
        reader.wrong(at, message, eco_format!("a path begins with `$`: `$.{text}`"));
    }
}
