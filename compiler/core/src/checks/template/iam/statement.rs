//! The form of policies and of their statements.

use ecow::{EcoString, eco_format};
use rustc_hash::FxHashMap;

use super::table::Actions;
use super::{Kind, Policy, action, condition, principal};
use crate::checks::function::event_options::is_block;
use crate::checks::pattern::places;
use crate::checks::template::Facts;
use crate::checks::template::places::inside;
use crate::diagnostic::{Diagnostic, Place, nearest};
use crate::path::Path;
use crate::rules;
use crate::value::{Object, Value};

const DOCUMENT: [&str; 3] = ["Id", "Statement", "Version"];

const KEYS: [&str; 9] = [
    "Action",
    "Condition",
    "Effect",
    "NotAction",
    "NotPrincipal",
    "NotResource",
    "Principal",
    "Resource",
    "Sid",
];

/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html>
const OPERATORS: [&str; 28] = [
    "ArnEquals",
    "ArnLike",
    "ArnNotEquals",
    "ArnNotLike",
    "BinaryEquals",
    "Bool",
    "DateEquals",
    "DateGreaterThan",
    "DateGreaterThanEquals",
    "DateLessThan",
    "DateLessThanEquals",
    "DateNotEquals",
    "IpAddress",
    "NotIpAddress",
    "Null",
    "NumericEquals",
    "NumericGreaterThan",
    "NumericGreaterThanEquals",
    "NumericLessThan",
    "NumericLessThanEquals",
    "NumericNotEquals",
    "StringEquals",
    "StringEqualsIgnoreCase",
    "StringLike",
    "StringNotEquals",
    "StringNotEqualsIgnoreCase",
    "StringNotLike",
    "BinaryNotEquals",
];

/// Looks at a document, and gives its statements.
pub fn document<'a>(
    document: &'a Object,
    kind: Kind,
    path: &Path,
    found: &mut Vec<Diagnostic>,
) -> Option<Policy<'a>> {
    if is_left_to_cloudformation(document) {
        return None;
    }
    for key in document.keys().filter(|it| !DOCUMENT.contains(&it.as_str())) {
        found.push(unknown_key(path, key, "a policy", DOCUMENT));
    }
    if let Some(version) =
        document.get("Version").filter(|it| matches!(it, Value::String(_) | Value::Number(_)))
    {
        let text = version.to_js_string();
        if text != "2012-10-17" && text != "2008-10-17" {
            let at = Place::value(path.join("Version"));
            let message = eco_format!("`{text}` is no version of the language of policies");
            found.push(
                Diagnostic::new(&rules::IAM_POLICY, at.clone(), message)
                    .why("it is not the date of your policy: AWS has two versions, `2012-10-17` and an older one")
                    .help("write `'2012-10-17'`")
                    .replace("replace with `'2012-10-17'`", false, at, "'2012-10-17'"),
            );
        }
    }
    let Some(statements) = document.get("Statement") else {
        if document.keys().any(|it| !DOCUMENT.contains(&it.as_str()) && nearest(it, ["Statement"]).is_some())
        {
            return None;
        }
        let message = "the policy has no `Statement`";
        found.push(
            Diagnostic::new(&rules::IAM_POLICY, Place::key(path.clone()), message)
                .help("add a list of statements"),
        );
        return None;
    };
    Some(Policy { kind, path: path.join("Statement"), statements, has_shape: false })
}

fn is_left_to_cloudformation(object: &Object) -> bool {
    object.keys().any(|it| it.starts_with("Fn::") || it == "Ref")
}

fn unknown_key<const N: usize>(
    path: &Path,
    key: &EcoString,
    of: &str,
    known: [&'static str; N],
) -> Diagnostic {
    let at = Place::key(path.join(key));
    let message = eco_format!("{of} has no `{key}`");
    let diagnostic = Diagnostic::new(&rules::IAM_POLICY, at.clone(), message).why("IAM refuses the policy");
    diagnostic.meant("rename to", at, nearest(key, known), eco_format!("it has {}", known.join(", ")))
}

/// Looks at the statements of a policy.
pub fn check(facts: &Facts<'_>, policy: &Policy<'_>, actions: &mut Actions, found: &mut Vec<Diagnostic>) {
    let (items, is_list) = match policy.statements {
        Value::Array(items) => (items.as_slice(), true),
        one => (std::slice::from_ref(one), false),
    };
    let mut sids: FxHashMap<&str, Path> = FxHashMap::default();
    for (index, item) in items.iter().enumerate() {
        let path = if is_list { policy.path.join(index) } else { policy.path.clone() };
        let Value::Object(statement) = item else { continue };
        if is_left_to_cloudformation(statement) {
            continue;
        }
        if policy.has_shape {
            exclusive(statement, &path, found);
            principals(policy.kind, statement, &path, found);
        } else {
            form(policy.kind, statement, &path, found);
        }
        nothing(statement, &path, found);
        sid(policy.kind, statement, &path, &mut sids, found);
        operators(statement, &path, found);
        addresses(statement, &path, found);
        condition::check(statement, &path, found);
        principal::check(policy.kind, statement, &path, found);
        action::check(facts, policy.kind, statement, &path, actions, found);
    }
}

/// A list without items says nothing of what the statement is about.
fn nothing(statement: &Object, path: &Path, found: &mut Vec<Diagnostic>) {
    for key in ["Action", "NotAction", "Resource", "NotResource"] {
        if statement.get(key).and_then(Value::as_array).is_some_and(<[Value]>::is_empty) {
            let message = eco_format!("`{key}` is an empty list");
            let at = Place::key(path.join(key));
            let diagnostic = Diagnostic::new(&rules::IAM_POLICY, at, message).why("IAM refuses the policy");
            found.push(diagnostic.help("add what the statement is about, or remove the statement"));
        }
    }
}

/// Who acts, where the shape has looked at the rest.
fn principals(kind: Kind, statement: &Object, path: &Path, found: &mut Vec<Diagnostic>) {
    let given = statement.keys().any(|it| nearest(it, ["Principal", "NotPrincipal"]).is_some());
    if matches!(kind, Kind::Resource { .. }) && !given {
        let at = Place::key(path.clone());
        found.push(
            Diagnostic::new(&rules::IAM_POLICY, at, "the statement has no `Principal`")
                .why("a policy of a resource says who may act")
                .help("write `Principal: '*'`, or name who may"),
        );
    }
    forbidden(kind, statement, path, found);
}

fn form(kind: Kind, statement: &Object, path: &Path, found: &mut Vec<Diagnostic>) {
    for key in statement.keys().filter(|it| !KEYS.contains(&it.as_str())) {
        found.push(unknown_key(path, key, "a statement", KEYS));
    }
    let has = |key: &str| statement.contains_key(key);
    let has_like = |keys: [&str; 2]| {
        // A misspelt key was reported as unknown.
        keys.iter().any(|it| has(it))
            || statement.keys().any(|it| !KEYS.contains(&it.as_str()) && nearest(it, keys).is_some())
    };
    let mut report = |message: EcoString, help: &str| {
        let diagnostic = Diagnostic::new(&rules::IAM_POLICY, Place::key(path.clone()), message);
        found.push(diagnostic.why("IAM refuses the policy").help(help));
    };
    if !has_like(["Effect", "Effect"]) {
        report("the statement has no `Effect`".into(), "write `Effect: Allow` or `Effect: Deny`");
    }
    if !has_like(["Action", "NotAction"]) {
        report("the statement has no `Action`".into(), "list the actions that it is about");
    }
    let (needs_resource, needs_principal) = match kind {
        Kind::Identity => (true, false),
        Kind::Resource { needs_resource, .. } => (needs_resource, true),
        Kind::Trust => (false, true),
    };
    if needs_resource && !has_like(["Resource", "NotResource"]) {
        report("the statement has no `Resource`".into(), "name what it acts on by ARN, or `'*'`");
    }
    if needs_principal && !has_like(["Principal", "NotPrincipal"]) {
        report(
            "the statement has no `Principal`".into(),
            "say who may act: `Principal: {Service: lambda.amazonaws.com}`",
        );
    }
    exclusive(statement, path, found);
    forbidden(kind, statement, path, found);
    kinds(statement, path, found);
    if let Some(Value::String(effect)) = statement.get("Effect")
        && !matches!(effect.as_str(), "Allow" | "Deny")
    {
        let at = inside(path.join("Effect"), 0..effect.len());
        let message = eco_format!("`{effect}` is no effect");
        let diagnostic = Diagnostic::new(&rules::IAM_POLICY, at.clone(), message);
        let near = nearest(effect, ["Allow", "Deny"]).unwrap_or("Allow");
        found.push(
            diagnostic
                .why("a statement has `Allow` or `Deny`")
                .help(eco_format!("did you mean `{near}`?"))
                .replace(eco_format!("replace with `{near}`"), false, at, near),
        );
    }
}

/// Values that are neither texts nor lists of them.
fn kinds(statement: &Object, path: &Path, found: &mut Vec<Diagnostic>) {
    for key in ["Effect", "Action", "NotAction"] {
        let Some(value) = statement.get(key) else { continue };
        let is_wrong = match value {
            Value::Number(_) | Value::Bool(_) => true,
            Value::Object(object) => !is_left_to_cloudformation(object),
            _ => false,
        };
        if is_wrong {
            let message = eco_format!("`{key}` is {}", value.noun());
            found.push(
                Diagnostic::new(&rules::IAM_POLICY, Place::value(path.join(key)), message)
                    .why("IAM takes a text here")
                    .help(if key == "Effect" { "write `Allow` or `Deny`" } else { "list actions" }),
            );
        }
    }
}

/// Keys that exclude each other.
fn exclusive(statement: &Object, path: &Path, found: &mut Vec<Diagnostic>) {
    for (one, other) in [("Action", "NotAction"), ("Resource", "NotResource"), ("Principal", "NotPrincipal")]
    {
        if statement.contains_key(one) && statement.contains_key(other) {
            let message = eco_format!("the statement has both `{one}` and `{other}`");
            let at = Place::key(path.join(other));
            found.push(Diagnostic::new(&rules::IAM_POLICY, at, message).help("remove one of them"));
        }
    }
}

fn forbidden(kind: Kind, statement: &Object, path: &Path, found: &mut Vec<Diagnostic>) {
    let (keys, why, help) = match kind {
        Kind::Identity => (
            ["Principal", "NotPrincipal"],
            "the policy is attached to who acts, and IAM refuses it",
            "remove it; who may take on the role stands in `AssumeRolePolicyDocument`",
        ),
        Kind::Trust => (
            ["Resource", "NotResource"],
            "the policy is about the role itself, and IAM refuses it",
            "remove it; what the role may do stands in its `Policies`",
        ),
        Kind::Resource { .. } => return,
    };
    for key in keys.into_iter().filter(|it| statement.contains_key(it)) {
        let message = eco_format!("a statement of this policy takes no `{key}`");
        let diagnostic = Diagnostic::new(&rules::IAM_POLICY, Place::key(path.join(key)), message);
        found.push(diagnostic.why(why).help(help));
    }
}

fn sid<'a>(
    kind: Kind,
    statement: &'a Object,
    path: &Path,
    seen: &mut FxHashMap<&'a str, Path>,
    found: &mut Vec<Diagnostic>,
) {
    let Some(Value::String(sid)) = statement.get("Sid") else { return };
    let at = path.join("Sid");
    if kind == Kind::Identity && !sid.bytes().all(|it| it.is_ascii_alphanumeric()) {
        let message = eco_format!("the `Sid` `{sid}` has characters that IAM does not take");
        let diagnostic = Diagnostic::new(&rules::IAM_POLICY, Place::value(at.clone()), message);
        found.push(
            diagnostic
                .why("in policies of identities it has letters and digits only")
                .help("remove the others"),
        );
    }
    if sid.is_empty() {
        return;
    }
    match seen.get(sid.as_str()) {
        Some(first) => found.push(
            Diagnostic::new(
                &rules::IAM_POLICY,
                Place::value(at),
                eco_format!("the `Sid` `{sid}` is there twice"),
            )
            .why("IAM takes each once in a policy")
            .help("give one of them another name")
            .related(Place::value(first.clone()), "first used here"),
        ),
        None => drop(seen.insert(sid, at)),
    }
}

fn operators(statement: &Object, path: &Path, found: &mut Vec<Diagnostic>) {
    let conditions = statement.get("Condition").and_then(Value::as_object);
    let conditions = conditions.filter(|it| !is_left_to_cloudformation(it));
    for key in conditions.into_iter().flat_map(Object::keys) {
        let plain =
            key.strip_prefix("ForAllValues:").or_else(|| key.strip_prefix("ForAnyValue:")).unwrap_or(key);
        let plain = plain.strip_suffix("IfExists").unwrap_or(plain);
        if OPERATORS.iter().any(|it| it.eq_ignore_ascii_case(plain)) {
            continue;
        }
        let at = Place::key(path.join("Condition").join(key));
        let message = eco_format!("`{key}` is no operator of conditions");
        let diagnostic = Diagnostic::new(&rules::IAM_POLICY, at, message).why("IAM refuses the policy");
        found.push(match nearest(plain, OPERATORS) {
            Some(near) => diagnostic.help(eco_format!("did you mean `{near}`?")),
            None => diagnostic.help("a condition has an operator, then a key, then values: `StringEquals: {aws:SourceAccount: '1'}`"),
        });
    }
}

/// Blocks of addresses in conditions.
fn addresses(statement: &Object, path: &Path, found: &mut Vec<Diagnostic>) {
    let Some(conditions) = statement.get("Condition") else { return };
    let path = path.join("Condition");
    for pattern in ["IpAddress.*", "NotIpAddress.*", "IpAddress.*.*", "NotIpAddress.*.*"] {
        for (path, value) in places(conditions, &path, pattern) {
            let Some(text) = value.as_str().filter(|it| !it.contains(['$', '{', '*'])) else { continue };
            let whole = if text.contains('/') { EcoString::from(text) } else { eco_format!("{text}/32") };
            let is_address = is_block(&whole) || text.contains(':');
            if is_address {
                continue;
            }
            let message = eco_format!("`{text}` is no block of addresses");
            found.push(
                Diagnostic::new(&rules::IAM_POLICY, Place::value(path), message)
                    .why("IAM refuses the policy")
                    .help("write it as `192.0.2.0/24`, or `192.0.2.7` for one address"),
            );
        }
    }
}
