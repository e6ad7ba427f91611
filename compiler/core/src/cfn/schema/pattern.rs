//! Regular expressions of the facts: compiled when a string is first held against one, and kept.

use std::sync::{Arc, RwLock};

use regex_lite::{Regex, RegexBuilder};
use rustc_hash::FxHashMap;

use super::Pattern;
use super::facts;

/// The largest program of an expression in bytes; a larger one is not held against anything.
const LARGEST: usize = 1 << 20;
/// The longest string in bytes that is held against an expression.
const LONGEST: usize = 4096;

type Compiled = Option<Arc<Regex>>;

static KEPT: RwLock<Option<FxHashMap<u32, Compiled>>> = RwLock::new(None);

/// The expression with this number; `None` if it cannot be compiled.
fn compiled(number: u32) -> Compiled {
    if let Ok(kept) = KEPT.read()
        && let Some(found) = kept.as_ref().and_then(|it| it.get(&number))
    {
        return found.clone();
    }
    let text = facts::string(number).unwrap_or_default();
    let made = RegexBuilder::new(text).size_limit(LARGEST).build().ok().map(Arc::new);
    if let Ok(mut kept) = KEPT.write() {
        kept.get_or_insert_default().insert(number, made.clone());
    }
    made
}

/// Whether `text` contains a match of the expression with this number. What cannot be tried fits.
pub fn fits_one(number: u32, text: &str) -> bool {
    text.len() > LONGEST || compiled(number).is_none_or(|it| it.is_match(text))
}

/// Whether `text` has this form. What cannot be tried fits. A line break at its end, which YAML's `|` leaves, is no
/// matter.
pub fn fits(pattern: Pattern, text: &str) -> bool {
    let text = text.strip_suffix('\n').unwrap_or(text);
    if text.len() > LONGEST {
        return true;
    }
    pattern.taken().all(|it| compiled(it).is_none_or(|it| it.is_match(text)))
        && !pattern.refused().any(|it| compiled(it).is_some_and(|it| it.is_match(text)))
}

#[cfg(test)]
mod tests {
    use super::super::{names, resource_type};
    use super::*;

    #[test]
    fn forms_are_tried() {
        let form = super::super::format("AWS::S3::Bucket.Name").unwrap();
        assert!(fits(form, "my-bucket.logs"));
        assert!(!fits(form, "My_Bucket"));
        assert!(!fits(form, "my..bucket"));
    }

    /// The generator says everything in the dialect that is compiled here.
    #[test]
    fn all_expressions_of_properties_compile() {
        let mut refused = Vec::new();
        let forms = names().filter_map(resource_type).flat_map(|it| it.root().properties());
        for number in forms.filter_map(|it| it.1.pattern()).flat_map(|it| it.taken().chain(it.refused())) {
            if compiled(number).is_none() {
                refused.extend(facts::string(number));
            }
        }
        assert!(refused.is_empty(), "{refused:#?}");
    }
}
