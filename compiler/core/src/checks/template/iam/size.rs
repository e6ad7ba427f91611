//! How long policies may be, and how many a role may have.
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>

use ecow::eco_format;

use crate::checks::template::Facts;
use crate::checks::template::index::Owner;
use crate::diagnostic::{Diagnostic, Place};
use crate::path::Path;
use crate::rules;
use crate::value::Value;

/// The most characters of all inline policies of a role together, without white space.
const INLINE: usize = 10_240;
/// The most characters of a managed policy.
const MANAGED: usize = 6_144;
/// The most managed policies of a role, by default and at all.
const ATTACHED: (usize, usize) = (10, 20);
/// An ARN that CloudFormation puts in has at least this many characters.
const ARN: usize = 20;

/// Finds policies that are too long, and roles with too many.
pub fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    for (id, body) in facts.resources().iter() {
        let Some(properties) = body.get("Properties") else { continue };
        match body.get("Type").and_then(Value::as_str) {
            Some("AWS::IAM::Role") => {
                let inline = properties.get("Policies").and_then(Value::as_array).unwrap_or_default();
                let size = inline.iter().filter_map(|it| it.get("PolicyDocument")).map(length).sum();
                found.extend(too_long(facts, id, size, INLINE, "the inline policies of the role"));
                found.extend(too_many(facts, id, properties));
            }
            Some("AWS::IAM::ManagedPolicy") => {
                let size = properties.get("PolicyDocument").map_or(0, length);
                found.extend(too_long(facts, id, size, MANAGED, "the managed policy"));
            }
            _ => {}
        }
    }
}

/// The least length of a document: what CloudFormation puts in is taken as short as it may be.
fn length(value: &Value) -> usize {
    match value {
        Value::Object(object) => match object.single() {
            Some((name, argument)) if name == "Fn::Sub" || name == "Fn::Join" => inner(argument),
            Some((name, _)) if name == "Fn::GetAtt" => ARN + 2,
            Some((name, _)) if name == "Ref" || name.starts_with("Fn::") => 3,
            _ => 1 + object.iter().map(|(key, it)| key.len() + 4 + length(it)).sum::<usize>().max(1),
        },
        Value::Array(items) => 1 + items.iter().map(|it| length(it) + 1).sum::<usize>().max(1),
        Value::String(text) => text.chars().filter(|it| !it.is_whitespace()).count() + 2,
        Value::Unknown(_) => 2,
        other => other.to_js_string().len(),
    }
}

/// The texts of a function that are sure to stay.
fn inner(argument: &Value) -> usize {
    match argument {
        Value::String(text) => {
            let names: usize =
                crate::checks::template::index::sub_names(text).map(|it| it.text.len() + 3).sum();
            text.len().saturating_sub(names) + 2
        }
        Value::Array(items) => match items.as_slice() {
            [Value::String(text), Value::Object(_)] => inner(&Value::from(text)),
            [Value::String(_), Value::Array(parts)] => {
                2 + parts.iter().filter_map(Value::as_str).map(str::len).sum::<usize>()
            }
            _ => 2,
        },
        _ => 2,
    }
}

/// The part of the configuration that a role or a policy is made of.
fn place(facts: &Facts<'_>, id: &str) -> Option<Place> {
    let owner = Owner { section: "Resources", id };
    let statements =
        [["provider", "iam", "role", "statements"].as_slice(), &["provider", "iamRoleStatements"]];
    let written = statements.into_iter().find_map(|keys| {
        let path: Path = keys.iter().map(|it| crate::path::Segment::from(*it)).collect();
        facts.config.at(&path).map(|_| Place::key(path))
    });
    match id {
        crate::aws::naming::ROLE if written.is_some() => written,
        _ => facts.entry_place(owner),
    }
}

fn too_long(facts: &Facts<'_>, id: &str, size: usize, most: usize, what: &str) -> Option<Diagnostic> {
    if size <= most {
        return None;
    }
    let message = eco_format!("{what} `{id}` have at least {size} characters");
    let diagnostic = Diagnostic::new(&rules::POLICY_TOO_LARGE, place(facts, id)?, message);
    let help = "join statements, name several resources by a pattern, or give functions roles of their own";
    Some(diagnostic.why(eco_format!("IAM takes {most} at most")).help(help))
}

fn too_many(facts: &Facts<'_>, id: &str, properties: &Value) -> Option<Diagnostic> {
    let count = properties.get("ManagedPolicyArns").and_then(Value::as_array)?.len();
    let (usual, most) = ATTACHED;
    if count <= usual {
        return None;
    }
    let message = eco_format!("the role `{id}` has {count} managed policies");
    let diagnostic = Diagnostic::new(&rules::POLICY_TOO_LARGE, place(facts, id)?, message);
    let mut diagnostic = diagnostic
        .why(eco_format!("IAM takes {usual}, or up to {most} where the account has asked for more"))
        .help("join some of them in one policy");
    if count <= most {
        diagnostic.severity = crate::diagnostic::Severity::Warning;
    }
    Some(diagnostic)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    #[test]
    fn lengths_count_what_is_sure() {
        assert_eq!(length(&json!({ "Effect": "Allow" })), "{\"Effect\":\"Allow\"}".len());
        assert_eq!(length(&json!(["a", "b"])), "[\"a\",\"b\"]".len());
        assert_eq!(length(&json!({ "Fn::Sub": "arn:${AWS::Region}:x" })), "\"arn::x\"".len());
    }
}
