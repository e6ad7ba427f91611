//! `${Table}` in a text that no `Fn::Sub` reads stays as it is written.

use ecow::eco_format;

use super::Facts;
use super::index;
use super::places::inside;
use super::references::PSEUDO_PARAMETERS;
use crate::diagnostic::Diagnostic;
use crate::path::Segment;
use crate::rules;
use crate::value::Value;

/// Keys whose texts have variables of a language of their own, or are for people.
const OTHER_LANGUAGES: [&str; 25] = [
    "AppSpecContent",
    "Body",
    "BuildSpec",
    "Code",
    "Comment",
    "Content",
    "CustomResponseBodies",
    "Definition",
    "DefinitionBody",
    "DefinitionString",
    "Description",
    "Fn::Sub",
    "FunctionCode",
    "InputTemplate",
    "InputTransformer",
    "Metadata",
    "Parameters",
    "RequestMappingTemplate",
    "RequestParameters",
    "RequestTemplates",
    "ResponseMappingTemplate",
    "ResponseTemplates",
    "Sql",
    "TemplateBody",
    "ZipFile",
];

/// Finds names of the template in texts of the user's own resources and of environments, without a `Fn::Sub`.
pub fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    if facts.index.has_macros {
        return;
    }
    let mut roots = facts.own_sections(&["Resources", "Outputs", "extensions"]);
    let provider = facts.config.get("provider");
    for section in ["environment", "iam", "iamRoleStatements", "vpc", "tags"] {
        let at = crate::path::Path::from(["provider", section]);
        roots.extend(provider.and_then(|it| it.get(section)).map(|it| (at, it)));
    }
    roots.extend(facts.config.get("functions").map(|it| (crate::path::Path::from(["functions"]), it)));
    for (path, root) in roots {
        root.visit(&mut path.clone(), &mut |path, value| {
            if matches!(path.last(), Some(Segment::Key(key)) if is_other(key)) {
                return false;
            }
            if let Value::String(text) = value
                && let Some(name) = index::sub_names(text).find(|it| is_of_template(facts, it.text))
            {
                let at = inside(path.clone(), name.start - 2..name.start + name.text.len() + 1);
                let message =
                    eco_format!("`${{{}}}` stays as it is written: no `Fn::Sub` reads this text", name.text);
                found.push(
                    Diagnostic::new(&rules::MISSING_SUB, at, message)
                        .why("CloudFormation replaces names only in the text of a `Fn::Sub`")
                        .help("write `!Sub` before the text"),
                );
            }
            true
        });
    }
}

/// Whether texts below this key are of another language; options of events and requests have their own.
fn is_other(key: &str) -> bool {
    OTHER_LANGUAGES.contains(&key)
        || matches!(key, "input" | "inputTransformer" | "request" | "response" | "handler")
}

fn is_of_template(facts: &Facts<'_>, name: &str) -> bool {
    let id = name.split_once('.').map_or(name, |(id, _)| id);
    PSEUDO_PARAMETERS.contains(&name)
        || facts.resource(id).is_some()
        || facts.section("Parameters").is_some_and(|it| it.contains_key(name))
}
