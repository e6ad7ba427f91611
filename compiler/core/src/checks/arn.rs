//! ARNs as they are written, for the checks that look into them.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html>

use ecow::{EcoString, eco_format};

use crate::aws::provider::REGIONS;
use crate::diagnostic::{Diagnostic, Place, Severity, nearest};
use crate::rules;
use crate::shape::check::shorten;
use crate::value::Value;

/// An ARN in its parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arn<'a> {
    /// The partition: `aws`, or one of the regions that are apart.
    pub partition: &'a str,
    /// The service that has the resource, such as `sqs`.
    pub service: &'a str,
    /// The region; empty for resources of none.
    pub region: &'a str,
    /// The account; empty where a name is unique without it.
    pub account: &'a str,
    /// The resource.
    pub resource: &'a str,
}

impl<'a> Arn<'a> {
    /// Reads an ARN.
    pub fn read(text: &'a str) -> Option<Arn<'a>> {
        let mut parts = text.splitn(6, ':');
        let (arn, partition) = (parts.next()?, parts.next()?);
        let (service, region, account, resource) =
            (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        (arn == "arn" && !resource.is_empty()).then_some(Arn {
            partition,
            service,
            region,
            account,
            resource,
        })
    }
}

/// What is expected of an ARN.
pub struct Expected<'a> {
    /// What it is the ARN of, after `the ARN of`.
    pub noun: &'static str,
    /// The services of which it may be.
    pub services: &'a [&'static str],
    /// How the resource starts, if it has to.
    pub resource: &'a [&'static str],
    /// An example.
    pub example: &'static str,
}

/// What is wrong with an ARN that is written out. What the shape tells is left to it: that it is no ARN at all.
pub fn look(value: Option<&Value>, at: Place, expected: &Expected<'_>, found: &mut Vec<Diagnostic>) {
    let Some(text) = value.and_then(Value::as_str).filter(|it| it.starts_with("arn:")) else { return };
    // What CloudFormation fills in later is not judged.
    if text.contains("${") || text.contains('<') || text.contains("{{") {
        return;
    }
    let wrong = |message: EcoString| {
        Diagnostic::new(&rules::INVALID_ARN, at.clone(), message)
            .help(eco_format!("write it as `{}`", expected.example))
    };
    let Some(arn) = Arn::read(text) else {
        let message = eco_format!("`{}` is no whole ARN", shorten(text));
        found.push(warning(wrong(message).why("an ARN has six parts, with a `:` between them")));
        return;
    };
    if text.contains(char::is_whitespace) {
        found.push(warning(wrong(eco_format!("`{}` has a space in it", shorten(text)))));
        return;
    }
    let known = arn.service.bytes().all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || it == b'-');
    let starts =
        expected.resource.is_empty() || expected.resource.iter().any(|it| arn.resource.starts_with(it));
    if !expected.services.contains(&arn.service) {
        if known && !arn.service.is_empty() && !arn.service.contains("xx") {
            let message = eco_format!("`{}` is not the ARN of {}", shorten(text), expected.noun);
            found.push(warning(wrong(message).why(eco_format!("it belongs to `{}`", arn.service))));
        }
    } else if !starts {
        let message = eco_format!("`{}` is not the ARN of {}", shorten(text), expected.noun);
        found.push(warning(wrong(message)));
    } else if let Some(message) = no_partition(arn.partition) {
        found.push(wrong(message).why("an ARN begins with `arn:aws:`, or with `arn:aws-cn:` and the like"));
    } else if let Some(message) = no_account(&arn) {
        found.push(warning(wrong(message).why("an account has 12 digits")));
    } else if let Some(part) = left_out(&arn) {
        let message = eco_format!("`{}` names no {part}", shorten(text));
        found.push(warning(wrong(message).why(eco_format!("ARNs of `{}` have one", arn.service))));
    } else if let Some(near) = no_region(arn.region) {
        let message = eco_format!("`{}` is no region of AWS", arn.region);
        let diagnostic = match near {
            Some(near) => Diagnostic::new(&rules::INVALID_ARN, at.clone(), message)
                .help(eco_format!("did you mean `{near}`?")),
            None => wrong(message),
        };
        found.push(warning(diagnostic.about(arn.region)));
    }
}

/// What to say of a partition that is none. <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html>
fn no_partition(partition: &str) -> Option<EcoString> {
    let known = partition == "aws" || partition.starts_with("aws-") || partition == "*";
    let plain = partition.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'-');
    (!known && plain).then(|| eco_format!("`{partition}` is no partition of AWS"))
}

/// Finds what is wrong with any ARN that is written out, whatever it is of: its partition, account or region, and a
/// first word that is not `arn`.
pub fn look_any(text: &str, at: Place, found: &mut Vec<Diagnostic>) {
    if text.contains("${") || text.contains('<') || text.contains("{{") || text.contains(['*', '#']) {
        return;
    }
    let first = text.split(':').next().unwrap_or_default();
    if first != "arn" {
        let is_slip = first.len() <= 4 && text.matches(':').count() >= 4 && nearest(first, ["arn"]).is_some();
        if is_slip {
            let message = eco_format!("`{}` is no ARN", shorten(text));
            let diagnostic = Diagnostic::new(&rules::INVALID_ARN, at, message);
            found.push(diagnostic.help(eco_format!("write `arn` for `{first}`")));
        }
        return;
    }
    let Some(arn) = Arn::read(text) else {
        let message = eco_format!("`{}` is no whole ARN", shorten(text));
        let diagnostic = Diagnostic::new(&rules::INVALID_ARN, at, message);
        found.push(warning(diagnostic.why("an ARN has six parts, with a `:` between them")));
        return;
    };
    let message = no_partition(arn.partition).or_else(|| no_account(&arn));
    if let Some(message) = message {
        found.push(warning(
            Diagnostic::new(&rules::INVALID_ARN, at, message)
                .why("AWS finds nothing there")
                .help("an ARN is written as `arn:aws:service:region:123456789012:resource`"),
        ));
    } else if let Some(Some(near)) = no_region(arn.region) {
        let message = eco_format!("`{}` is no region of AWS", arn.region);
        let diagnostic = Diagnostic::new(&rules::INVALID_ARN, at, message);
        found.push(warning(diagnostic.help(eco_format!("did you mean `{near}`?")).about(arn.region)));
    }
}

/// What to say of an account that is none.
fn no_account(arn: &Arn<'_>) -> Option<EcoString> {
    let account = arn.account;
    let digits = account.bytes().all(|it| it.is_ascii_digit());
    match account {
        // `aws` has what AWS itself manages.
        "" | "aws" => None,
        // The framework's documentation writes so in ARNs of these, for an account that is to be filled in.
        "12345" if matches!(arn.service, "elasticloadbalancing" | "events") => None,
        _ if !digits => Some(eco_format!("`{account}` is no account")),
        _ if account.len() != 12 => {
            Some(eco_format!("`{account}` is no account: it has {} digits", account.len()))
        }
        _ => None,
    }
}

/// The part that an ARN lacks, though all ARNs of its service have one.
/// <https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html>
fn left_out(arn: &Arn<'_>) -> Option<&'static str> {
    const PLACED: [&str; 13] = [
        "cognito-idp",
        "dynamodb",
        "elasticloadbalancing",
        "events",
        "kafka",
        "kinesis",
        "kms",
        "lambda",
        "logs",
        "mq",
        "secretsmanager",
        "sns",
        "sqs",
    ];
    let placed = PLACED.contains(&arn.service);
    match (arn.region, arn.account) {
        ("", _) if placed => Some("region"),
        (_, "") if placed => Some("account"),
        _ => None,
    }
}

/// For a region that is none: the one that was meant, if that can be told. AWS has new regions every year, so what
/// looks like one is taken.
fn no_region(region: &str) -> Option<Option<&'static str>> {
    let regions = || REGIONS.iter().map(|it| it.text);
    if region.is_empty() || regions().any(|it| it == region) {
        return None;
    }
    let near = nearest(region, regions()).filter(|_| region.contains('-'));
    let ends_in_number = region.rsplit('-').next().is_some_and(|it| it.parse::<u8>().is_ok());
    let looks_like_one = region.split('-').count() >= 3 && ends_in_number;
    (near.is_some() || !looks_like_one).then_some(near)
}

fn warning(mut diagnostic: Diagnostic) -> Diagnostic {
    diagnostic.severity = Severity::Warning;
    diagnostic
}

/// The region of an ARN that differs from that of the service, where both are written out.
pub fn other_region<'a>(value: Option<&'a Value>, own: Option<&str>) -> Option<&'a str> {
    let region = Arn::read(value?.as_str()?)?.region;
    let real = REGIONS.iter().any(|it| it.text == region);
    (real && own.is_some_and(|own| own != region)).then_some(region)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arn_has_six_parts() {
        let arn = Arn::read("arn:aws:lambda:eu-west-1:123456789012:layer:tools:3");
        assert_eq!(
            arn,
            Some(Arn {
                partition: "aws",
                service: "lambda",
                region: "eu-west-1",
                account: "123456789012",
                resource: "layer:tools:3"
            })
        );
        assert_eq!(Arn::read("arn:aws:kms:eu-west-1"), None);
        assert_eq!(Arn::read("my-key"), None);
    }
}
