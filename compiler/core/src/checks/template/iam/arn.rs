//! The parts of an ARN that a statement names: partition, region, account, and what kind of thing it is.
//! <https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html>

use ecow::{EcoString, eco_format};

use crate::cfn::schema;
use crate::checks::template::index;
use crate::diagnostic::{Diagnostic, Place, Severity, nearest};
use crate::path::Path;
use crate::rules;
use crate::shape::check::shorten;
use crate::value::Value;

/// Of services: what the last part of their ARNs begins with. Those that are whole have no others; of the rest only
/// words that are almost one of these are told.
const KINDS: [(&str, bool, &[&str]); 12] = [
    ("dynamodb", true, &["table", "global-table"]),
    (
        "events",
        false,
        &[
            "event-bus",
            "rule",
            "archive",
            "replay",
            "connection",
            "api-destination",
            "endpoint",
            "event-source",
            "target",
        ],
    ),
    ("firehose", true, &["deliverystream"]),
    ("kinesis", true, &["stream"]),
    ("kms", true, &["key", "alias"]),
    (
        "lambda",
        false,
        &["function", "layer", "event-source-mapping", "code-signing-config", "capacity-provider"],
    ),
    ("logs", false, &["log-group", "destination", "query-definition", "delivery", "anomaly-detector"]),
    ("secretsmanager", true, &["secret"]),
    (
        "ssm",
        false,
        &[
            "parameter",
            "document",
            "session",
            "automation-definition",
            "automation-execution",
            "association",
            "managed-instance",
            "maintenancewindow",
            "opsitem",
            "patchbaseline",
            "resource-data-sync",
        ],
    ),
    ("states", false, &["stateMachine", "execution", "express", "activity", "mapRun", "labelled"]),
    ("cognito-idp", true, &["userpool"]),
    (
        "iam",
        false,
        &[
            "role",
            "user",
            "group",
            "policy",
            "instance-profile",
            "mfa",
            "oidc-provider",
            "saml-provider",
            "server-certificate",
        ],
    ),
];

const PARTITIONS: [&str; 8] =
    ["aws", "aws-cn", "aws-us-gov", "aws-eusc", "aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f"];

/// A character that stands for what is only known later.
const OPEN: char = '\0';

/// Finds parts that no ARN has, in a resource of a statement at `path`.
pub fn check(resource: &Value, path: &Path, found: &mut Vec<Diagnostic>) {
    let text = match resource {
        Value::String(text) => Some(text.as_str()),
        _ => resource.get("Fn::Sub").and_then(|it| index::sub(it).0),
    };
    let Some(text) = text.filter(|it| it.starts_with("arn:") && !it.contains("{{") && !it.contains('#'))
    else {
        return;
    };
    let masked = mask(text);
    let parts: Vec<&str> = masked.splitn(6, ':').collect();
    // `arn:s3:::photos/*`.
    if let Some(service) = parts.get(1).filter(|it| is_service(it)) {
        let at = Place::value(path.clone());
        let message = eco_format!("the ARN lacks the partition before `{service}`");
        let diagnostic = Diagnostic::new(&rules::INVALID_ARN, at.clone(), message)
            .why("an ARN is `arn:partition:service:region:account:resource`, and IAM refuses the policy");
        let whole = eco_format!("arn:aws:{}", text.trim_start_matches("arn:"));
        found.push(diagnostic.help(eco_format!("write `{}`", shorten(&whole))).warning());
        return;
    }
    if let Some(word) = misplaced(&parts) {
        let message = eco_format!("the ARN lacks a part before `{word}`");
        let diagnostic = Diagnostic::new(&rules::INVALID_ARN, Place::value(path.clone()), message)
            .why("an ARN is `arn:partition:service:region:account:resource`, and the statement is about nothing")
            .help("write the region and the account, or `*` for each").warning();
        found.push(diagnostic);
        return;
    }
    let [_, partition, service, region, account, rest] = parts.as_slice() else { return };
    if let Some((message, why, help, severity)) = fault(partition, service, region, account, rest) {
        let mut diagnostic =
            Diagnostic::new(&rules::INVALID_ARN, Place::value(path.clone()), message).why(why).help(help);
        diagnostic.severity = severity;
        found.push(diagnostic);
    }
}

/// Whether a part is the name of a service, which stands behind the partition.
fn is_service(part: &str) -> bool {
    ["s3", "sns", "sqs"].contains(&part) || KINDS.iter().any(|it| it.0 == part)
}

/// The word of a resource that stands where a region or an account does.
fn misplaced<'t>(parts: &[&'t str]) -> Option<&'t str> {
    let (_, _, words) = KINDS.iter().find(|it| Some(&it.0) == parts.get(2))?;
    let place = parts.iter().take(5).skip(3).find(|it| {
        let word = it.split('/').next().unwrap_or_default();
        words.contains(&word)
    })?;
    place.split('/').next()
}

/// The text with one character for each `${...}`.
pub fn mask(text: &str) -> String {
    let mut masked = String::new();
    let mut rest = text;
    while let Some((before, more)) = rest.split_once("${") {
        masked.push_str(before);
        masked.push(OPEN);
        rest = more.split_once('}').map_or("", |it| it.1);
    }
    masked.push_str(rest);
    masked
}

type Fault = (EcoString, &'static str, EcoString, Severity);

fn fault(partition: &str, service: &str, region: &str, account: &str, rest: &str) -> Option<Fault> {
    let is_plain = |it: &str| !it.contains([OPEN, '*', '?']);
    if is_plain(partition) && !PARTITIONS.contains(&partition) {
        let message = eco_format!("`{partition}` is no partition of AWS");
        let why = "an ARN begins with `arn:aws:`, in China with `arn:aws-cn:`";
        return Some((
            message,
            why,
            "write `aws`, or `${AWS::Partition}` in a `Fn::Sub`".into(),
            Severity::Error,
        ));
    }
    let is_region = crate::shape::check::matches(r"^[a-z]{2}(-[a-z]+)+-\d$", region);
    if is_region && !schema::is_region(region) {
        let message = eco_format!("there is no region `{region}`");
        let help = schema::nearest_region(region).map_or_else(
            || "write the region of the resource".into(),
            |it| eco_format!("did you mean `{it}`?"),
        );
        return Some((message, "the statement is about nothing then", help, Severity::Warning));
    }
    let is_number = !account.is_empty() && account.chars().all(|it| it.is_ascii_digit() || it == '-');
    if is_number && (account.len() != 12 || account.contains('-')) {
        let message = eco_format!("`{account}` is no account");
        let why = "the number of an account has twelve digits, without dashes";
        return Some((
            message,
            why,
            "write twelve digits, or `${AWS::AccountId}` in a `Fn::Sub`".into(),
            Severity::Warning,
        ));
    }
    let warn =
        |message: EcoString, why, help: &str| Some((message, why, EcoString::from(help), Severity::Warning));
    match service {
        "iam" if is_plain(region) && !region.is_empty() => {
            return warn(
                eco_format!("an ARN of IAM has no region, and this has `{region}`"),
                "IAM is one for all regions, so the statement is about nothing",
                "leave the region out: `arn:aws:iam::<account>:role/<name>`",
            );
        }
        "s3" if is_plain(region) && is_plain(account) && !(region.is_empty() && account.is_empty()) => {
            let of_account = ["accesspoint", "job", "storage-lens", "access-grants", "async-request"];
            if of_account.iter().any(|it| rest.starts_with(it)) {
                return None;
            }
            return warn(
                "an ARN of a bucket has no region and no account".into(),
                "the names of buckets are unique in the world, so the statement is about nothing",
                "write `arn:aws:s3:::<bucket>/*`",
            );
        }
        "ssm" if rest.starts_with("parameter//") => {
            return warn(
                "the parameter has two slashes before its name".into(),
                "the first slash of its name is the one behind `parameter`, so the statement is about nothing",
                "write `parameter/` and the name without its first slash",
            );
        }
        _ => {}
    }
    kind(service, rest)
}

/// What is wrong with the word before the name.
fn kind(service: &str, rest: &str) -> Option<Fault> {
    let (_, is_whole, words) = KINDS.iter().find(|it| it.0 == service)?;
    let end =
        rest.find(|it: char| !it.is_ascii_alphanumeric() && it != '-' && it != '_').unwrap_or(rest.len());
    let (word, after) = rest.split_at_checked(end)?;
    // What follows may belong to the word.
    if word.is_empty() || words.contains(&word) || after.starts_with([OPEN, '*', '?']) {
        return None;
    }
    let near = nearest(word, words.iter().copied());
    if near.is_none() && !is_whole {
        return None;
    }
    let message = eco_format!("`{service}` has no resources `{word}`");
    let help = match (near, *words) {
        (Some(near), _) => eco_format!("did you mean `{near}`?"),
        (None, [first, ..]) => eco_format!("write `{first}` before the name"),
        _ => EcoString::new(),
    };
    Some((message, "the statement is about nothing then", help, Severity::Warning))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    #[test]
    fn arns_are_of_what_there_is() {
        let wrong = |arn: &str| {
            let mut found = Vec::new();
            check(&json!({ "Fn::Sub": arn }), &Path::root(), &mut found);
            !found.is_empty()
        };
        assert!(wrong("arn:amazon:sns:eu-west-1:123456789012:t"));
        assert!(wrong("arn:aws:sns:eu-wset-1:123456789012:t"));
        assert!(wrong("arn:aws:sns:eu-west-1:1234-5678-9012:t"));
        assert!(wrong("arn:aws:dynamodb:${AWS::Region}:${AWS::AccountId}:orders"));
        assert!(wrong("arn:aws:ssm:${AWS::Region}:${AWS::AccountId}:parameters/shop/*"));
        assert!(wrong("arn:aws:s3:eu-west-1:123456789012:lake/*"));
        assert!(wrong("arn:aws:ssm:${AWS::Region}:parameter/shop/*"));
        assert!(wrong("arn:aws:lambda:eu-west-1:function:shop"));
        assert!(!wrong("arn:aws:dynamodb:*:*:table/${Orders}"));
        assert!(!wrong("arn:aws:dynamodb:*:*:${Path}"));
        assert!(!wrong("arn:${AWS::Partition}:s3:::lake/*"));
        assert!(!wrong("arn:aws:s3:eu-west-1:123456789012:accesspoint/lake"));
        assert!(!wrong("arn:aws:lambda:*:*:function:shop-*"));
        assert!(!wrong("arn:aws:iam::*:role/shop"));
        assert!(!wrong("arn:aws:logs:*:*:log-group*"));
    }
}
