//! The sources that only the network can answer: `ssm`, `cf`, `s3` and `aws:accountId`.

use ecow::{EcoString, eco_format};

use super::{Answer, Question, Source};
use crate::value::{Unknown, Value};
use crate::variables::remote::{Outcome, Request};
use crate::variables::resolve::{Phase, Resolver};

/// `${aws:...}`.
pub const AWS: Source = Source {
    name: "aws",
    syntax: "${aws:accountId}",
    docs: "`accountId`: the account of the credentials, asked for when packaging. `region`: the region.",
    phase: |_| Phase::Remote,
    ask: aws,
};

/// `${cf:...}`.
pub const CF: Source = Source {
    name: "cf",
    syntax: "${cf:stack.Output}",
    docs: "An output of a CloudFormation stack, read when packaging; `${cf(region):stack.Output}` for another region.",
    phase: |_| Phase::Remote,
    ask: cf,
};

/// `${s3:...}`.
pub const S3: Source = Source {
    name: "s3",
    syntax: "${s3:bucket/key}",
    docs: "The text of an object in S3, in whichever region its bucket lies, read when packaging.",
    phase: |_| Phase::Remote,
    ask: s3,
};

/// `${ssm:...}`.
pub const SSM: Source = Source {
    name: "ssm",
    syntax: "${ssm:/path}",
    docs: "A parameter of the SSM Parameter Store, read when packaging: a list as a list; a secure text, or a secret \
           below `/aws/reference/secretsmanager/`, decrypted, and as a value if it is an object in JSON. \
           `${ssm(eu-west-1, raw, noDecrypt):/path}`: of another region, as text, as it is encrypted.",
    phase: |_| Phase::Remote,
    ask: ssm,
};

/// What was answered; a value that nobody has been asked for yet is unknown, for `reason`. `missing` says what is
/// missing if there is none, and what to do then.
pub(super) fn ask(
    request: Request,
    reason: &str,
    missing: (EcoString, &str),
    cx: &mut Resolver<'_>,
) -> Answer {
    let unknown = |request: &Request, reason: &str| {
        Answer::Unknown(Unknown { text: eco_format!("{request}"), reason: reason.into(), reported: false })
    };
    match cx.options().remote.get(&request) {
        Some(Outcome::Found(value)) => Answer::plain(value.clone()),
        Some(Outcome::Missing) => Answer::missing(missing.0, missing.1),
        Some(Outcome::Failed { message, help }) => Answer::refused(message.clone(), help.clone()),
        Some(Outcome::Unknown(reason)) => unknown(&request, reason),
        None => {
            let answer = unknown(&request, reason);
            cx.request(request);
            answer
        }
    }
}

/// The words in parentheses: a region, and what else the source takes.
fn words(question: &Question<'_>) -> Vec<EcoString> {
    question.params.iter().filter(|it| !it.is_null()).map(Value::to_js_string).collect()
}

fn aws(question: &Question<'_>, cx: &mut Resolver<'_>) -> Answer {
    match question.address_text().as_deref() {
        Some("accountId") => {
            let missing = ("AWS does not tell the account".into(), "look at the credentials");
            ask(Request::Account, "AWS tells the account when the service is packaged", missing, cx)
        }
        Some("region") => match cx.options().region.clone() {
            Some(region) => Answer::plain(region),
            None => match cx.config_at(&["provider", "region"]) {
                Answer::Missing { .. } => Answer::plain("us-east-1"),
                Answer::Value(region, _) if !region.is_truthy() => Answer::plain("us-east-1"),
                found => found,
            },
        },
        _ => Answer::refused(
            "`aws` has `accountId` and `region` only",
            "write `${aws:accountId}` or `${aws:region}`",
        ),
    }
}

fn cf(question: &Question<'_>, cx: &mut Resolver<'_>) -> Answer {
    let address = question.address_text().unwrap_or_default();
    let Some((stack, output)) =
        address.split_once('.').filter(|(stack, output)| !stack.is_empty() && !output.is_empty())
    else {
        return Answer::refused("`cf` needs a stack and an output", "write `${cf:stack.Output}`");
    };
    let missing = (
        eco_format!("there is no stack `{stack}` with an output `{output}`"),
        "deploy it first, or add a fallback",
    );
    let region = words(question).into_iter().next();
    let request = Request::StackOutput { region, stack: stack.into(), output: output.into() };
    ask(request, "it is an output of another stack", missing, cx)
}

fn s3(question: &Question<'_>, cx: &mut Resolver<'_>) -> Answer {
    let address = question.address_text().unwrap_or_default();
    let Some((bucket, key)) =
        address.split_once('/').filter(|(bucket, key)| !bucket.is_empty() && !key.is_empty())
    else {
        return Answer::refused("`s3` needs a bucket and a key", "write `${s3:bucket/key}`");
    };
    let missing =
        (eco_format!("the bucket `{bucket}` has no object `{key}`"), "upload it first, or add a fallback");
    ask(Request::Object { bucket: bucket.into(), key: key.into() }, "it is an object in S3", missing, cx)
}

fn ssm(question: &Question<'_>, cx: &mut Resolver<'_>) -> Answer {
    let Some(path) = question.address_text() else {
        return Answer::refused("`ssm` needs the path of a parameter", "write `${ssm:/path}`");
    };
    let words = words(question);
    let has = |word: &str| words.iter().any(|it| it == word);
    let mut regions = words.iter().filter(|it| !matches!(it.as_str(), "raw" | "noDecrypt"));
    let missing = (eco_format!("there is no parameter `{path}`"), "create it first, or add a fallback");
    let region = regions.next().cloned();
    let request = Request::Parameter { region, path, raw: has("raw"), encrypted: has("noDecrypt") };
    ask(request, "it is kept in the SSM Parameter Store", missing, cx)
}
