//! A function of CloudFormation that has become a text: `Ref Topic` without its `!`, `'!Ref Topic'` in quotes.

use ecow::eco_format;

use super::{Facts, index};
use crate::diagnostic::{Diagnostic, Place};
use crate::path::{Path, Segment};
use crate::rules;
use crate::value::Value;

/// Keys whose texts are for people.
const FOR_PEOPLE: [&str; 4] = ["Comment", "Description", "Metadata", "description"];

/// Finds such texts in environments, and in the user's own resources and outputs.
pub fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    let mut roots = facts.own_sections(&["Resources", "Outputs", "extensions"]);
    for section in ["provider", "functions"] {
        roots.extend(facts.config.get(section).map(|it| (Path::from([section]), it)));
    }
    for (path, root) in roots {
        root.visit(&mut path.clone(), &mut |path, value| {
            if matches!(path.last(), Some(Segment::Key(key)) if FOR_PEOPLE.contains(&key.as_str())) {
                return false;
            }
            if let Value::String(text) = value
                && let Some((tag, rest)) = tag(text)
                && names_resource(facts, tag, rest)
            {
                let message = eco_format!("`{}` is a text here, and no function", text.trim());
                found.push(
                    Diagnostic::new(&rules::MISSING_SUB, Place::value(path.clone()), message)
                        .why("CloudFormation takes it as it is written")
                        .help(eco_format!("write `!{tag} {rest}`, without quotes")),
                );
            }
            true
        });
    }
}

/// The function that a text begins with, and what follows.
fn tag(text: &str) -> Option<(&'static str, &str)> {
    let text = text.trim();
    let text = text.strip_prefix('!').unwrap_or(text);
    ["Ref", "GetAtt", "Sub"]
        .into_iter()
        .find_map(|tag| Some((tag, text.strip_prefix(tag)?.strip_prefix(' ')?.trim())))
}

/// Whether the rest names what the template has, so that a function is meant.
fn names_resource(facts: &Facts<'_>, tag: &str, rest: &str) -> bool {
    let is_there = |id: &str| {
        facts.resource(id).is_some() || facts.section("Parameters").is_some_and(|it| it.contains_key(id))
    };
    match tag {
        "Ref" => is_there(rest) || rest.starts_with("AWS::"),
        "GetAtt" => rest.split_once('.').is_some_and(|(id, _)| is_there(id)),
        _ => index::sub_names(rest).any(|it| is_there(it.text) || it.text.starts_with("AWS::")),
    }
}
