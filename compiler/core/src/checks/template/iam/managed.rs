//! Managed policies are named by ARNs of policies, and those of AWS are there.
//!
//! The names of AWS's policies are read from `schemas/aws/managed-policies.txt`; `schemas/aws/generate-managed` writes it.
//! What it does not know may be newer: only what is almost the name of one that there is is told.

use ecow::eco_format;

use crate::checks::template::index;
use crate::diagnostic::{Diagnostic, Place, nearest};
use crate::path::Path;
use crate::rules;
use crate::value::Value;

static NAMES: &str = include_str!("../../../../../../schemas/aws/managed-policies.txt");

/// How many letters may be wrong.
const FAR: usize = 2;

/// The names of AWS's policies, with their paths.
fn names() -> impl Iterator<Item = &'static str> {
    NAMES.lines().filter(|it| !it.starts_with('#'))
}

fn plain(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or_default()
}

/// Looks at a list of ARNs.
pub fn check(arns: &Value, path: &Path, found: &mut Vec<Diagnostic>) {
    for (index, arn) in arns.as_array().unwrap_or_default().iter().enumerate() {
        check_one(arn, &path.join(index), found);
    }
}

/// Looks at one ARN.
pub fn check_one(arn: &Value, path: &Path, found: &mut Vec<Diagnostic>) {
    let written = match arn {
        Value::String(text) => Some(text.as_str()),
        other => other.get("Fn::Sub").and_then(|it| index::sub(it).0),
    };
    let Some(text) =
        written.filter(|it| it.starts_with("arn:") && !it.contains(['#', '*']) && !it.contains("{{"))
    else {
        return;
    };
    if let Some((_, name)) = text.split_once(":iam::aws:policy/") {
        found.extend(of_aws(name, path));
    }
    let is_of_iam = text.contains(":iam::") && !text.contains('$');
    if is_of_iam && !text.contains(":policy/") {
        let message = eco_format!("`{text}` is no ARN of a managed policy");
        found.push(
            Diagnostic::new(&rules::IAM_POLICY, Place::value(path.clone()), message)
                .why("IAM attaches policies alone")
                .help(
                    "the ARN has `:policy/` in it, such as `arn:aws:iam::aws:policy/AmazonSQSReadOnlyAccess`",
                ),
        );
    }
}

/// What is wrong with the name of one of AWS's policies.
fn of_aws(name: &str, path: &Path) -> Option<Diagnostic> {
    if name.contains('$') || names().any(|it| it == name) {
        return None;
    }
    let warn = |message, why: &'static str, meant: &str| {
        let diagnostic = Diagnostic::new(&rules::IAM_POLICY, Place::value(path.clone()), message)
            .why(why)
            .help(eco_format!("write `arn:aws:iam::aws:policy/{meant}`"))
            .warning();
        Some(diagnostic)
    };
    if let Some(other) = names().find(|it| plain(it) == plain(name)) {
        let place = other.strip_suffix(plain(other)).map(|it| it.trim_end_matches('/')).unwrap_or_default();
        let message = if place.is_empty() {
            eco_format!("the policy `{}` of AWS lies in no path", plain(name))
        } else {
            eco_format!("the policy `{}` of AWS lies in `{place}`", plain(name))
        };
        return warn(message, "IAM finds none by this ARN, and refuses it", other);
    }
    let near = nearest(plain(name), names().map(plain)).filter(|it| is_near(plain(name), it))?;
    let whole = names().find(|it| plain(it) == near)?;
    let message = eco_format!("AWS has no policy `{name}`");
    warn(message, "IAM refuses what is not there, or not there any longer", whole)
}

/// Whether a name is that of another policy with a mistake, and not of a newer version.
fn is_near(written: &str, known: &str) -> bool {
    let letters =
        |it: &str| it.trim_end_matches(|it: char| it.is_ascii_digit() || it == 'V' || it == 'v').to_owned();
    strsim::osa_distance(written, known) <= FAR && letters(written) != letters(known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn policies_of_aws_are_there() {
        let told =
            |name: &str| of_aws(name, &Path::root()).map(|it| it.message.to_string()).unwrap_or_default();
        assert_eq!(told("AWSXrayWriteOnlyAccess"), "");
        assert_eq!(told("AWSXrayWriteOnlyAcces"), "AWS has no policy `AWSXrayWriteOnlyAcces`");
        assert_eq!(
            told("AWSLambdaBasicExecutionRole"),
            "the policy `AWSLambdaBasicExecutionRole` of AWS lies in `service-role`"
        );
        assert_eq!(
            told("service-role/AmazonS3FullAccess"),
            "the policy `AmazonS3FullAccess` of AWS lies in no path"
        );
        assert_eq!(told("AmazonNewThingFullAccess"), "");
        assert_eq!(told("AWSXrayWriteOnlyAccessV2"), "");
    }

    #[test]
    fn no_two_policies_share_a_name() {
        let mut all: Vec<&str> = names().map(plain).collect();
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), count);
        assert!(count > 1500);
    }
}
