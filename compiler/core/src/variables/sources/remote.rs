//! The sources that only the network can answer: `ssm`, `cf`, `s3` and `aws:accountId`.

use ecow::{EcoString, eco_format};

use super::{Answer, Question, Source};
use crate::value::Unknown;
use crate::variables::resolve::Resolver;

/// `${aws:...}`.
pub const AWS: Source = Source {
    name: "aws",
    syntax: "${aws:accountId}",
    docs: "`accountId`: the account that is deployed to, known at deploy. `region`: the region.",
    ask: aws,
};

/// `${cf:...}`.
pub const CF: Source = Source {
    name: "cf",
    syntax: "${cf:stack.Output}",
    docs: "An output of a CloudFormation stack, read when packaging; `${cf(region):stack.Output}` for another region.",
    ask: cf,
};

/// `${s3:...}`.
pub const S3: Source = Source {
    name: "s3",
    syntax: "${s3:bucket/key}",
    docs: "The text of an object in S3, read when packaging.",
    ask: s3,
};

/// `${ssm:...}`.
pub const SSM: Source = Source {
    name: "ssm",
    syntax: "${ssm:/path}",
    docs: "A parameter of the SSM Parameter Store, or a secret, read when packaging; `${ssm(region, raw):/path}`.",
    ask: ssm,
};

fn unknown(question: &Question<'_>, reason: EcoString) -> Answer {
    let address = question.address_text().unwrap_or_default();
    let text = eco_format!("${{{}:{address}}}", question.call.name);
    Answer::Unknown(Unknown { text, reason, reported: false })
}

fn aws(question: &Question<'_>, cx: &mut Resolver<'_>) -> Answer {
    match question.address_text().as_deref() {
        Some("accountId") => unknown(question, "AWS tells the account when the service is deployed".into()),
        Some("region") => match cx.options().region.clone() {
            Some(region) => Answer::plain(region),
            None => match cx.config_at(&["provider", "region"]) {
                Answer::Missing { .. } => Answer::plain("us-east-1"),
                found => found,
            },
        },
        _ => Answer::refused(
            "`aws` has `accountId` and `region` only",
            "write `${aws:accountId}` or `${aws:region}`",
        ),
    }
}

fn cf(question: &Question<'_>, _: &mut Resolver<'_>) -> Answer {
    match question.address_text() {
        Some(address) if address.contains('.') => {
            unknown(question, "it is an output of another stack".into())
        }
        _ => Answer::refused("`cf` needs a stack and an output", "write `${cf:stack.Output}`"),
    }
}

fn s3(question: &Question<'_>, _: &mut Resolver<'_>) -> Answer {
    match question.address_text() {
        Some(address) if address.contains('/') => unknown(question, "it is an object in S3".into()),
        _ => Answer::refused("`s3` needs a bucket and a key", "write `${s3:bucket/key}`"),
    }
}

fn ssm(question: &Question<'_>, _: &mut Resolver<'_>) -> Answer {
    match question.address_text() {
        Some(_) => unknown(question, "it is kept in the SSM Parameter Store".into()),
        None => Answer::refused("`ssm` needs the path of a parameter", "write `${ssm:/path}`"),
    }
}
