//! Values as CloudFormation takes them: it makes numbers and truth of text, and text of numbers.

use ecow::EcoString;

use crate::cfn::schema::{Kinds, Word};
use crate::shape::cfn::FUNCTIONS;
use crate::value::{Object, Value};

/// What stands at a place, as far as it can be known before CloudFormation evaluates its functions.
pub enum Known<'a> {
    /// A value.
    Value(&'a Value),
    /// One of two values: the places of both below the place.
    Either(&'a Value, &'a Value),
    /// `!Ref AWS::NoValue`, which is as nothing.
    Nothing,
    /// Only known later.
    Open,
}

/// What is known of `value`.
pub fn known(value: &Value) -> Known<'_> {
    match value {
        Value::Unknown(_) | Value::Null => Known::Open,
        Value::Object(object) => match function(object) {
            Some(("Ref", argument)) if argument.as_str() == Some("AWS::NoValue") => Known::Nothing,
            Some(("Fn::If", argument)) => match argument.as_array() {
                Some([_, yes, no]) => Known::Either(yes, no),
                _ => Known::Open,
            },
            Some(_) => Known::Open,
            None => Known::Value(value),
        },
        _ => Known::Value(value),
    }
}

/// The function of CloudFormation that a mapping is, with its argument. One that is not known counts, too: macros and
/// newer functions have the same form.
fn function(object: &Object) -> Option<(&str, &Value)> {
    let (name, argument) = object.single()?;
    (FUNCTIONS.contains(&name.as_str())
        || name.starts_with("Fn::")
        || name == "Condition" && is_text(argument))
    .then_some((name.as_str(), argument))
}

fn is_text(value: &Value) -> bool {
    value.as_str().is_some()
}

/// Whether an entry of a mapping is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// It is.
    Present,
    /// It is not.
    Absent,
    /// That depends on a condition of the template.
    Maybe,
}

/// Whether the property `name` is there.
pub fn presence(object: &Object, name: &str) -> Presence {
    object.get(name).map_or(Presence::Absent, of_value)
}

fn of_value(value: &Value) -> Presence {
    match known(value) {
        Known::Nothing => Presence::Absent,
        Known::Either(yes, no) => match (of_value(yes), of_value(no)) {
            (a, b) if a == b => a,
            _ => Presence::Maybe,
        },
        Known::Value(_) => Presence::Present,
        Known::Open if value.is_null() => Presence::Absent,
        Known::Open => Presence::Present,
    }
}

/// Whether keys may come out of a function that stands among them, such as `Fn::Transform` or `Fn::ForEach::...`.
pub fn is_open(object: &Object) -> bool {
    object.keys().any(|it| it.starts_with("Fn::"))
}

/// Whether text is replaced before AWS sees it: dynamic references, and what plugins put in.
pub fn is_replaced(text: &str) -> bool {
    ["{{resolve:", "#{", "${"].iter().any(|it| text.contains(it))
}

/// Whether a place that takes `kinds` takes `value`.
pub fn takes(kinds: Kinds, value: &Value) -> bool {
    if kinds.is_any() {
        return true;
    }
    match value {
        Value::Object(_) => kinds.takes(Kinds::OBJECT),
        Value::Array(_) => kinds.takes(Kinds::ARRAY),
        Value::Bool(_) => kinds.takes(Kinds::BOOLEAN) || kinds.takes(Kinds::STRING),
        Value::Number(it) => {
            kinds.takes(Kinds::STRING)
                || kinds.takes(Kinds::NUMBER)
                || kinds.takes(Kinds::INTEGER) && it.fract() == 0.0
        }
        Value::String(text) => {
            kinds.takes(Kinds::STRING)
                || is_replaced(text)
                || kinds.takes(Kinds::NUMBER) && text.trim().parse::<f64>().is_ok()
                || kinds.takes(Kinds::INTEGER) && text.trim().parse::<i64>().is_ok()
                || kinds.takes(Kinds::BOOLEAN) && ["true", "false"].contains(&text.to_lowercase().as_str())
        }
        Value::Null | Value::Unknown(_) => true,
    }
}

/// The number that a scalar is, if it is one.
pub fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Number(it) => Some(*it),
        Value::String(it) => it.trim().parse().ok(),
        _ => None,
    }
}

/// The text that a scalar is.
pub fn text(value: &Value) -> Option<EcoString> {
    match value {
        Value::String(it) => Some(it.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_js_string()),
        _ => None,
    }
}

/// A word as text.
pub fn shown(word: Word) -> EcoString {
    match word {
        Word::Bool(it) => if it { "true" } else { "false" }.into(),
        Word::Text(it) => it.into(),
        Word::Number(it) => crate::value::number_to_string(it),
    }
}

/// Whether a scalar is `word`.
pub fn is_word(value: &Value, word: Word, ignores_case: bool) -> bool {
    let Some(text) = text(value) else { return false };
    match word {
        Word::Bool(it) => text.to_lowercase() == if it { "true" } else { "false" },
        Word::Number(it) => number(value) == Some(it),
        Word::Text(it) if ignores_case => it.eq_ignore_ascii_case(&text),
        // The schemas write some truths as text.
        Word::Text(it) if matches!(value, Value::Bool(_)) => it.eq_ignore_ascii_case(&text),
        Word::Text(it) => it == text,
    }
}

/// Whether two words differ in their digits alone, as a newer version does from those that are known.
pub fn differ_in_digits(one: &str, other: &str) -> bool {
    let letters = |it: &str| it.chars().filter(|it| !it.is_ascii_digit()).collect::<String>();
    let has_digits = |it: &str| it.contains(|it: char| it.is_ascii_digit());
    has_digits(one) && has_digits(other) && letters(one) == letters(other) && !letters(one).is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    #[test]
    fn text_counts_as_what_it_says() {
        assert!(takes(Kinds::INTEGER, &json!("5")));
        assert!(takes(Kinds::BOOLEAN, &json!("True")));
        assert!(takes(Kinds::STRING, &json!(5)));
        assert!(!takes(Kinds::INTEGER, &json!("five")));
        assert!(!takes(Kinds::ARRAY, &json!("five")));
        assert!(takes(Kinds::INTEGER, &json!("{{resolve:ssm:size}}")));
    }

    #[test]
    fn conditions_decide_what_is_there() {
        let object = json!({
            "a": { "Ref": "AWS::NoValue" },
            "b": { "Fn::If": ["Big", 1, { "Ref": "AWS::NoValue" }] },
            "c": { "Fn::If": ["Big", 1, 2] }
        });
        let object = object.as_object().unwrap();
        let all = ["a", "b", "c", "d"].map(|it| presence(object, it));
        assert_eq!(all, [Presence::Absent, Presence::Maybe, Presence::Present, Presence::Absent]);
    }

    #[test]
    fn newer_versions_differ_in_digits() {
        assert!(differ_in_digits("nodejs26.x", "nodejs24.x"));
        assert!(!differ_in_digits("PAY_PER_REQUESTS", "PAY_PER_REQUEST"));
    }
}
