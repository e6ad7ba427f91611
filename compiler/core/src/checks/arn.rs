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
        let (arn, _partition) = (parts.next()?, parts.next()?);
        let (service, region, account, resource) =
            (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        (arn == "arn" && !resource.is_empty()).then_some(Arn { service, region, account, resource })
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
    // What stands for something that is filled in later is not judged.
    if text.contains("${") || text.contains('<') || text.contains('*') || text.contains("{{") {
        return;
    }
    let wrong = |message: EcoString| {
        Diagnostic::new(&rules::INVALID_ARN, at.clone(), message)
            .help(eco_format!("write it as `{}`", expected.example))
    };
    let Some(arn) = Arn::read(text) else {
        // `arn:xxx` is an example's.
        let service = text.split(':').nth(2);
        if service.is_some_and(|it| expected.services.contains(&it)) {
            let message = eco_format!("`{}` is no whole ARN", shorten(text));
            found.push(warning(wrong(message).why("an ARN has six parts, with a `:` between them")));
        }
        return;
    };
    let known = arn.service.bytes().all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || it == b'-');
    if !expected.services.contains(&arn.service) {
        if known && !arn.service.is_empty() && !arn.service.contains("xx") {
            let message = eco_format!("`{}` is not the ARN of {}", shorten(text), expected.noun);
            found.push(wrong(message).why(eco_format!("it belongs to `{}`", arn.service)));
        }
        return;
    }
    let starts = expected.resource.iter().any(|it| arn.resource.starts_with(it));
    if !expected.resource.is_empty() && !starts {
        let message = eco_format!("`{}` is not the ARN of {}", shorten(text), expected.noun);
        found.push(warning(wrong(message)));
        return;
    }
    let digits = arn.account.bytes().all(|it| it.is_ascii_digit());
    if digits && !arn.account.is_empty() && arn.account.len() != 12 {
        let message = eco_format!("`{}` is no account: it has {} digits", arn.account, arn.account.len());
        found.push(warning(wrong(message).why("an account has 12 digits")));
    }
    let regions = || REGIONS.iter().map(|it| it.text);
    if !arn.region.is_empty() && !regions().any(|it| it == arn.region) {
        let near = nearest(arn.region, regions());
        // A word such as `region` is an example's.
        if let Some(near) = near.filter(|_| arn.region.contains('-')) {
            let message = eco_format!("`{}` is no region of AWS", arn.region);
            found.push(warning(
                Diagnostic::new(&rules::INVALID_ARN, at.clone(), message)
                    .help(eco_format!("did you mean `{near}`?")),
            ));
        }
    }
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
