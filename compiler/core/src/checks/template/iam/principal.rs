//! Who a statement is about: services and accounts in the forms that IAM takes.

use ecow::eco_format;

use super::{Kind, services};
use crate::checks::template::index;
use crate::checks::template::places::inside;
use crate::diagnostic::{Diagnostic, Place, Severity, nearest};
use crate::path::Path;
use crate::rules;
use crate::value::{Object, Value};

const KINDS: [&str; 4] = ["AWS", "CanonicalUser", "Federated", "Service"];

/// How the names of services end, in all partitions.
const ENDS: [&str; 7] = [
    ".amazonaws.com",
    ".amazonaws.com.cn",
    ".amazonaws.eu",
    ".amazon.com",
    ".aws.internal",
    ".api.aws",
    ".c2s.ic.gov",
];

/// Looks at the principals of a statement.
pub fn check(kind: Kind, statement: &Object, path: &Path, found: &mut Vec<Diagnostic>) {
    if kind == Kind::Identity {
        return;
    }
    for key in ["Principal", "NotPrincipal"] {
        let path = path.join(key);
        match statement.get(key) {
            Some(Value::String(text)) if text != "*" && !text.contains("${") && !text.starts_with("{{") => {
                let message = eco_format!("`{text}` is no principal");
                let diagnostic = Diagnostic::new(&rules::IAM_POLICY, Place::value(path), message)
                    .why("a principal is `'*'`, or a mapping that says of what kind it is");
                let is_arn = text.starts_with("arn:");
                let kind = if is_arn { "AWS" } else { "Service" };
                found.push(diagnostic.help(eco_format!("write `{{{kind}: {text}}}`")));
            }
            Some(Value::Object(kinds)) if !kinds.keys().any(|it| it.starts_with("Fn::") || it == "Ref") => {
                for (kind, value) in kinds.iter() {
                    if value.get("Ref").and_then(Value::as_str) == Some("AWS::NoValue") {
                        found.push(nobody(kind, path.join(kind)));
                    }
                    of_kind(kind, value, &path, kind, found);
                    if kind == "AWS" {
                        accounts(value, &path.join(kind), found);
                    }
                }
            }
            _ => {}
        }
    }
}

/// `AWS::NoValue` leaves a mapping without its key.
fn nobody(kind: &str, path: Path) -> Diagnostic {
    Diagnostic::new(&rules::IAM_POLICY, Place::value(path), eco_format!("`AWS::NoValue` leaves no `{kind}`"))
        .why("the statement names nobody, and IAM refuses the policy")
        .help("name who may act")
}

/// ARNs of accounts, users and roles.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html>
fn accounts(value: &Value, path: &Path, found: &mut Vec<Diagnostic>) {
    let items: Vec<(Path, &Value)> = match value {
        Value::Array(items) => items.iter().enumerate().map(|(index, it)| (path.join(index), it)).collect(),
        one => vec![(path.clone(), one)],
    };
    for (path, item) in items {
        let text = item.as_str().or_else(|| item.get("Fn::Sub").and_then(|it| index::sub(it).0));
        let Some(text) = text.filter(|it| it.starts_with("arn:") && !it.contains("{{") && !it.contains('#'))
        else {
            continue;
        };
        let masked = super::arn::mask(text);
        let parts: Vec<&str> = masked.splitn(6, ':').collect();
        let is_wrong = match parts.as_slice() {
            [_, _, "iam" | "sts", region, account, rest] => {
                let is_number = account.bytes().all(|it| it.is_ascii_digit());
                !region.is_empty()
                    || account.is_empty()
                    || rest.is_empty()
                    || is_number && account.len() != 12
                    || rest.contains('*')
            }
            [_, _, "iam" | "sts", ..] => true,
            _ => false,
        };
        if is_wrong {
            let message = eco_format!("`{text}` is no ARN of an account, a user or a role");
            found.push(
                Diagnostic::new(&rules::IAM_POLICY, Place::value(path), message)
                    .why("AWS refuses a principal that it does not know")
                    .help("write `arn:aws:iam::<account>:root`, or `:role/<name>` at its end"),
            );
        }
    }
}

/// Looks at who may invoke a function.
pub fn of_permission(properties: &Object, path: &Path, found: &mut Vec<Diagnostic>) {
    let Some(Value::String(text)) = properties.get("Principal") else { return };
    let is_account = text.len() == 12 && text.bytes().all(|it| it.is_ascii_digit());
    let is_arn = text.starts_with("arn:");
    if !is_account && !is_arn && !text.contains("#{") {
        of_kind("Service", &Value::from(text), path, "Principal", found);
    }
}

fn of_kind(kind: &str, value: &Value, path: &Path, key: &str, found: &mut Vec<Diagnostic>) {
    if !KINDS.contains(&kind) {
        let at = Place::key(path.join(kind));
        let message = eco_format!("there is no kind `{kind}` of principals");
        let diagnostic =
            Diagnostic::new(&rules::IAM_POLICY, at.clone(), message).why("IAM refuses the policy");
        found.push(diagnostic.meant(
            "rename to",
            at,
            nearest(kind, KINDS),
            "it is one of `AWS`, `Service`, `Federated` and `CanonicalUser`",
        ));
        return;
    }
    if kind != "Service" {
        return;
    }
    let path = path.join(key);
    let items: Vec<(Path, &Value)> = match value {
        Value::Array(items) => items.iter().enumerate().map(|(index, it)| (path.join(index), it)).collect(),
        one => vec![(path, one)],
    };
    for (path, item) in items {
        let Value::String(text) = item else { continue };
        if text == "*" || text.contains("${") || text.starts_with("{{") {
            continue;
        }
        if ENDS.iter().any(|it| text.ends_with(it)) {
            found.extend(services::meant(text).map(|near| {
                let at = inside(path, 0..text.len());
                let message = eco_format!("AWS has no service `{text}`");
                let mut diagnostic = Diagnostic::new(&rules::IAM_POLICY, at.clone(), message)
                    .why("IAM refuses a principal that it does not know")
                    .help(eco_format!("did you mean `{near}`?"))
                    .replace(eco_format!("replace with `{near}`"), false, at, near);
                // AWS publishes no list of its services as principals.
                diagnostic.severity = Severity::Warning;
                diagnostic
            }));
            continue;
        }
        let at = inside(path, 0..text.len());
        let message = eco_format!("`{text}` is no service");
        let name = text.split('.').next().unwrap_or_default();
        found.push(
            Diagnostic::new(&rules::IAM_POLICY, at, message)
                .why("services have names such as `lambda.amazonaws.com`, and IAM refuses others")
                .help(eco_format!("did you mean `{name}.amazonaws.com`?")),
        );
    }
}
