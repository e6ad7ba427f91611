//! Keys and values of conditions: keys that all services have, and values that the operator can compare.
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html>

use ecow::eco_format;

use crate::diagnostic::{Diagnostic, Place, nearest};
use crate::path::Path;
use crate::rules;
use crate::value::{Object, Value};

/// The keys of all services. Those that end with a slash go on with a name of the user's.
const GLOBAL: [&str; 46] = [
    "aws:AssumedRoot",
    "aws:CalledVia",
    "aws:CalledViaAWSMCP",
    "aws:CalledViaFirst",
    "aws:CalledViaLast",
    "aws:ChatbotSourceArn",
    "aws:CurrentTime",
    "aws:Ec2InstanceSourcePrivateIPv4",
    "aws:Ec2InstanceSourceVpc",
    "aws:EpochTime",
    "aws:FederatedProvider",
    "aws:IsMcpServiceAction",
    "aws:MultiFactorAuthAge",
    "aws:MultiFactorAuthPresent",
    "aws:PrincipalAccount",
    "aws:PrincipalArn",
    "aws:PrincipalIsAWSService",
    "aws:PrincipalOrgID",
    "aws:PrincipalOrgPaths",
    "aws:PrincipalServiceName",
    "aws:PrincipalServiceNamesList",
    "aws:PrincipalTag/",
    "aws:PrincipalType",
    "aws:referer",
    "aws:RequestTag/",
    "aws:RequestedRegion",
    "aws:ResourceAccount",
    "aws:ResourceOrgID",
    "aws:ResourceOrgPaths",
    "aws:ResourceTag/",
    "aws:SecureTransport",
    "aws:SourceAccount",
    "aws:SourceArn",
    "aws:SourceIdentity",
    "aws:SourceIp",
    "aws:SourceOrgID",
    "aws:SourceOrgPaths",
    "aws:SourceVpc",
    "aws:SourceVpcArn",
    "aws:SourceVpce",
    "aws:TagKeys",
    "aws:TokenIssueTime",
    "aws:UserAgent",
    "aws:VpceAccount",
    "aws:ViaAWSService",
    "aws:VpcSourceIp",
];

/// Looks at the keys and values below the operators of a statement at `path`.
pub fn check(statement: &Object, path: &Path, found: &mut Vec<Diagnostic>) {
    let operators = statement.get("Condition").and_then(Value::as_object);
    for (operator, keys) in operators.into_iter().flat_map(Object::iter) {
        let path = path.join("Condition").join(operator);
        let keys = keys.as_object().filter(|it| !it.keys().any(|it| it.starts_with("Fn::") || it == "Ref"));
        for (key, values) in keys.into_iter().flat_map(Object::iter) {
            found.extend(of_key(key, &path));
            values_of(operator, values, &path.join(key), found);
        }
    }
}

fn of_key(key: &str, path: &Path) -> Option<Diagnostic> {
    let at = Place::key(path.join(key));
    if key.contains("${") {
        return None;
    }
    if !key.contains(':') {
        let message = eco_format!("`{key}` is no key of a condition");
        let near =
            GLOBAL.iter().find(|it| it.strip_prefix("aws:").is_some_and(|it| it.eq_ignore_ascii_case(key)));
        let diagnostic = Diagnostic::new(&rules::IAM_POLICY, at, message)
            .why("a key begins with a service: `aws:SourceArn`, `s3:prefix`");
        return Some(match near {
            Some(near) => diagnostic.help(eco_format!("write `{near}`")),
            None => diagnostic.help("write the service and `:` before it"),
        });
    }
    let is_known = |it: &&str| {
        let is_same = it.eq_ignore_ascii_case(key);
        let start = key.get(..it.len()).unwrap_or_default();
        is_same || it.ends_with('/') && start.eq_ignore_ascii_case(it)
    };
    if let Some(near) = super::keys::meant(key) {
        return Some(misspelt(at, key, &near));
    }
    if !key.get(..4).is_some_and(|it| it.eq_ignore_ascii_case("aws:")) || GLOBAL.iter().any(is_known) {
        return None;
    }
    // AWS adds keys: only what is almost one that there is is told.
    Some(misspelt(at, key, nearest(key, GLOBAL)?))
}

fn misspelt(at: Place, key: &str, near: &str) -> Diagnostic {
    let message = eco_format!("no request has the key `{key}`");
    Diagnostic::new(&rules::IAM_POLICY, at, message)
        .why("the condition compares with nothing")
        .help(eco_format!("did you mean `{near}`?"))
        .warning()
}

fn values_of(operator: &str, values: &Value, path: &Path, found: &mut Vec<Diagnostic>) {
    let plain = operator.rsplit(':').next().unwrap_or_default();
    let plain = plain.strip_suffix("IfExists").unwrap_or(plain).to_lowercase();
    let (form, noun): (&'static str, &str) = match plain.as_str() {
        "bool" | "null" => ("(?i)^(true|false)$", "`true` or `false`"),
        it if it.starts_with("numeric") => (r"^-?\d+(\.\d+)?$", "a number"),
        it if it.starts_with("date") => (
            r"^\d{4}(-\d\d(-\d\d(T[\d:.]+(Z|[+-]\d\d:?\d\d)?)?)?)?$|^\d+$",
            "a date such as `2027-01-31T00:00:00Z`",
        ),
        _ => return,
    };
    let items: Vec<(Path, &Value)> = match values {
        Value::Array(items) => items.iter().enumerate().map(|(index, it)| (path.join(index), it)).collect(),
        one => vec![(path.clone(), one)],
    };
    for (path, value) in items {
        let text = match value {
            Value::String(text) => text.clone(),
            Value::Number(_) | Value::Bool(_) => value.to_js_string(),
            _ => continue,
        };
        let is_open = text.contains("${") || text.contains("{{") || text.contains('#');
        if is_open || crate::shape::check::matches(form, &text) {
            continue;
        }
        let message = eco_format!("`{operator}` compares with {noun}, and this is `{text}`");
        found.push(
            Diagnostic::new(&rules::IAM_POLICY, Place::value(path), message)
                .why("IAM refuses the policy, or the condition never holds")
                .help(eco_format!("write {noun}")),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    #[test]
    fn conditions_compare_what_can_be_compared() {
        let wrong = |condition: Value| {
            let mut found = Vec::new();
            let statement = json!({ "Condition": condition });
            statement.as_object().into_iter().for_each(|it| check(it, &Path::root(), &mut found));
            found.len()
        };
        assert_eq!(wrong(json!({ "Bool": { "aws:SecureTransport": "maybe" } })), 1);
        assert_eq!(wrong(json!({ "Bool": { "aws:SecureTransport": false } })), 0);
        assert_eq!(wrong(json!({ "DateGreaterThan": { "aws:CurrentTime": "tomorrow" } })), 1);
        assert_eq!(wrong(json!({ "DateLessThan": { "aws:CurrentTime": "2027-01-31T00:00:00Z" } })), 0);
        assert_eq!(wrong(json!({ "NumericLessThan": { "aws:MultiFactorAuthAge": "ten" } })), 1);
        assert_eq!(wrong(json!({ "StringEquals": { "SourceArn": "x" } })), 1);
        assert_eq!(wrong(json!({ "ArnLike": { "aws:SourceArns": "x" } })), 1);
        assert_eq!(
            wrong(json!({ "StringEquals": { "aws:RequestTag/team": "a", "AWS:SourceAccount": "1" } })),
            0
        );
    }
}
