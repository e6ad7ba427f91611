//! A definition and where its parts were written: in the configuration itself, or in a text of JSON.

use crate::diagnostic::{Diagnostic, Place};
use crate::document::{self, find};
use crate::path::Path;
use crate::rules;
use crate::value::Value;

/// A definition.
pub struct Source {
    /// Its value.
    pub value: Value,
    /// Where it stands in the configuration.
    path: Path,
    /// The tree of the text that it was read from.
    parsed: Option<slsc_yaml::Parsed>,
}

impl Source {
    /// A definition that is written as a mapping.
    pub fn of_value(value: &Value, path: Path) -> Source {
        Source { value: value.clone(), path, parsed: None }
    }

    /// A definition that is written as JSON; `None` if it is none, which is reported.
    pub fn of_text(text: &str, path: Path, found: &mut Vec<Diagnostic>) -> Option<Source> {
        if text.trim().is_empty() || text.contains("{{") || text.contains("#{") {
            return None;
        }
        let masked = mask(text);
        let parsed = slsc_yaml::parse_json(&masked);
        if let Some(problem) = parsed.problems.first() {
            // What stands behind a name outside of texts may be anything but a value; it closes what it opens.
            if masked == text || !is_balanced(&masked) {
                let at = Place::Inside { path, within: problem.range.clone() };
                let message = ecow::eco_format!("the definition is not JSON: {}", problem.message);
                found.push(
                    Diagnostic::new(&rules::JSON_SYNTAX, at, message)
                        .why("Step Functions reads the text as JSON")
                        .help("mend the text, or write `Definition` as a mapping"),
                );
            }
            return None;
        }
        Some(Source { value: document::value(&parsed), path, parsed: Some(parsed) })
    }

    /// The value at `path` of the definition.
    pub fn at_value(&self, path: &Path) -> Place {
        self.place(path, false)
    }

    /// The key that `path` of the definition ends with; the definition's own for the whole.
    pub fn at_key(&self, path: &Path) -> Place {
        self.place(path, true)
    }

    fn place(&self, below: &Path, key: bool) -> Place {
        let path = || below.segments().iter().fold(self.path.clone(), |path, it| path.join(it.clone()));
        let Some(parsed) = &self.parsed else {
            return if key { Place::key(path()) } else { Place::value(path()) };
        };
        let tree = &parsed.tree;
        let Some(root) = tree.root() else { return Place::value(self.path.clone()) };
        let found = find(tree, root, below);
        let node = found.key.filter(|_| key).unwrap_or(found.value);
        let range = tree.node(node).range.clone();
        // Of a mapping or a list its first character says enough.
        let end = if below.segments().is_empty() { range.start + 1 } else { range.end };
        Place::Inside { path: self.path.clone(), within: range.start..end }
    }
}

/// Whether each bracket outside of texts has its other half.
fn is_balanced(text: &str) -> bool {
    let (mut in_string, mut escaped) = (false, false);
    let mut open = Vec::new();
    for char in text.chars() {
        match char {
            '"' if !escaped => in_string = !in_string,
            '{' | '[' if !in_string => open.push(char),
            '}' if !in_string && open.pop() != Some('{') => return false,
            ']' if !in_string && open.pop() != Some('[') => return false,
            _ => {}
        }
        escaped = char == '\\' && !escaped;
    }
    open.is_empty()
}

/// The text with names such as `${Seconds}` that stand in place of a value made strings of the same length.
fn mask(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let (mut in_string, mut escaped) = (false, false);
    let mut rest = text;
    while let Some(char) = rest.chars().next() {
        if !in_string
            && rest.starts_with("${")
            && let Some(inner) = rest.find('}').and_then(|end| rest.get(2..end)).filter(|it| it.is_ascii())
        {
            let kept = inner.get(..inner.len().saturating_sub(1)).unwrap_or_default();
            let kept: String = kept.chars().map(|it| if it == '"' { '_' } else { it }).collect();
            out.push_str(&format!("\"${{{kept}\""));
            rest = rest.get(inner.len() + 3..).unwrap_or_default();
            continue;
        }
        match char {
            '"' if !escaped => in_string = !in_string,
            _ => {}
        }
        escaped = in_string && char == '\\' && !escaped;
        out.push(char);
        rest = rest.get(char.len_utf8()..).unwrap_or_default();
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_strings_of_their_length() {
        assert_eq!(mask(r#"{"a": ${Wait}, "b": "${Wait}"}"#), r#"{"a": "${Wai", "b": "${Wait}"}"#);
        assert_eq!(mask("${a}"), "\"${\"");
        assert_eq!(mask(r#""\"${a}""#), r#""\"${a}""#);
    }
}
