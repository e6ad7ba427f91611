//! `${name}` and `${name.sub}`: the variables of the betas. One pass over a text: what a variable brings is not
//! looked at again.

use std::ops::Range;

use ecow::EcoString;
use regex_lite::Regex;

/// How variables are written: as everybody does, or as `variableSyntax` says.
#[derive(Clone, Debug, Default)]
pub struct Syntax(Option<Regex>);

/// A variable in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// Where it stands, with its signs.
    pub range: Range<usize>,
    /// What stands between them, trimmed.
    pub address: EcoString,
}

impl Reference {
    /// The name of the variable.
    pub fn name(&self) -> &str {
        self.address.split('.').next().unwrap_or_default().trim()
    }

    /// The keys below it.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.address.split('.').skip(1).map(str::trim)
    }
}

impl PartialEq for Syntax {
    fn eq(&self, other: &Syntax) -> bool {
        self.0.as_ref().map(Regex::as_str) == other.0.as_ref().map(Regex::as_str)
    }
}

impl Eq for Syntax {}

impl Syntax {
    /// The syntax that a `variableSyntax` describes; none if it is no regular expression with one group.
    pub fn new(pattern: Option<&str>) -> Option<Syntax> {
        let Some(pattern) = pattern else { return Some(Syntax(None)) };
        let regex = Regex::new(&escape_braces(pattern)).ok()?;
        (regex.captures_len() == 2).then_some(Syntax(Some(regex)))
    }

    /// The variables in a text, in order.
    pub fn references(&self, text: &str) -> Vec<Reference> {
        let Some(regex) = &self.0 else { return plain(text) };
        let found = regex.captures_iter(text).filter_map(|it| {
            let (whole, inner) = (it.get(0)?, it.get(1)?);
            Some(Reference { range: whole.range(), address: inner.as_str().trim().into() })
        });
        found.filter(|it| !it.range.is_empty()).collect()
    }
}

/// `${...}`: any text up to the first brace that closes.
fn plain(text: &str) -> Vec<Reference> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(start) = text.get(from..).and_then(|it| it.find("${")).map(|it| it + from) {
        let inner = start + 2;
        let Some(length) = text.get(inner..).and_then(|it| it.find('}')) else { break };
        let address = text.get(inner..inner + length).unwrap_or_default().trim();
        from = inner + length + 1;
        if !address.is_empty() {
            found.push(Reference { range: start..from, address: address.into() });
        }
    }
    found
}

/// JavaScript takes a brace for itself where it repeats nothing; here it needs a backslash.
fn escape_braces(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len() + 4);
    let mut rest = pattern;
    let mut in_class = false;
    while let Some(next) = rest.chars().next() {
        let (taken, after) = match next {
            '\\' => rest.split_at(rest.chars().take(2).map(char::len_utf8).sum()),
            '{' if !in_class => match repetition(rest) {
                Some(length) => rest.split_at(length),
                None => {
                    out.push('\\');
                    rest.split_at(1)
                }
            },
            '}' if !in_class => {
                out.push('\\');
                rest.split_at(1)
            }
            other => {
                in_class = other == '[' || (in_class && other != ']');
                rest.split_at(other.len_utf8())
            }
        };
        out.push_str(taken);
        rest = after;
    }
    out
}

/// The length of a repetition such as `{2,3}` at the start of `text`.
fn repetition(text: &str) -> Option<usize> {
    let end = text.find('}')?;
    let inner = text.get(1..end)?;
    let counts = !inner.is_empty() && inner.chars().all(|it| it.is_ascii_digit() || it == ',');
    (counts && !inner.starts_with(',')).then_some(end + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(pattern: Option<&str>, text: &str) -> Vec<String> {
        let syntax = Syntax::new(pattern).unwrap();
        syntax
            .references(text)
            .iter()
            .map(|it| format!("{}={}", &text[it.range.clone()], it.address))
            .collect()
    }

    #[test]
    fn variables_are_found_in_texts() {
        assert_eq!(show(None, "a-${ stage }-${db.host}"), ["${ stage }=stage", "${db.host}=db.host"]);
        assert_eq!(show(None, "${open and ${}"), ["${open and ${}=open and ${"]);
        assert_eq!(show(None, "none, ${"), Vec::<String>::new());
    }

    #[test]
    fn another_syntax_leaves_the_usual_one_alone() {
        let pattern = Some(r"\${{([\s\S]+?)}}");
        assert_eq!(show(pattern, "${clientId()} ${{stage}}"), ["${{stage}}=stage"]);
        assert_eq!(show(Some(r"<<([a-z]{1,3})>>"), "<<ab>> <<abcd>>"), ["<<ab>>=ab"]);
        assert_eq!(Syntax::new(Some("no group")), None);
        assert_eq!(Syntax::new(Some("([")), None);
    }
}
