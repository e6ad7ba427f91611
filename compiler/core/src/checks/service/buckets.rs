//! Buckets of `s3` events: their notifications may not overlap, and each bucket is made once.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-filtering.html>

use ecow::{EcoString, eco_format};

use super::Facts;
use crate::aws::naming;
use crate::diagnostic::{Diagnostic, Part, Place};
use crate::path::Path;
use crate::rules;
use crate::value::Value;

/// A notification of a bucket.
struct Notification<'a> {
    bucket: &'a str,
    event: &'a str,
    prefix: EcoString,
    suffix: EcoString,
    existing: bool,
    function: &'a str,
    /// Whether the event is the bucket's name alone.
    bare: bool,
    has_event: bool,
    has_rules: bool,
    path: Path,
}

/// Finds notifications that S3 refuses, and buckets that are made twice.
pub fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    let mut all: Vec<Notification<'_>> = Vec::new();
    for function in facts.unconditional() {
        for event in function.events().filter(|it| it.kind == "s3") {
            let Some(one) = read(event.value, &function.listed.key, event.path.clone()) else { continue };
            if let Some(first) = all.iter().find(|it| overlap(it, &one)) {
                found.push(overlapping(first, &one));
            }
            all.push(one);
        }
    }
    made_twice(facts, &all, found);
}

fn read<'a>(value: &'a Value, function: &'a str, path: Path) -> Option<Notification<'a>> {
    let bucket = value.as_str().or_else(|| value.get("bucket").and_then(Value::as_str))?;
    let event = match value.get("event") {
        None => "s3:ObjectCreated:*",
        Some(it) => it.as_str()?,
    };
    let mut one = Notification {
        bucket,
        event,
        prefix: EcoString::new(),
        suffix: EcoString::new(),
        existing: value.get("existing").and_then(Value::as_bool) == Some(true),
        function,
        bare: value.as_str().is_some(),
        has_event: value.get("event").is_some(),
        has_rules: value.get("rules").and_then(Value::as_array).is_some_and(|it| !it.is_empty()),
        path,
    };
    for rule in value.get("rules").and_then(Value::as_array).into_iter().flatten() {
        match (rule.get("prefix"), rule.get("suffix")) {
            (Some(prefix), _) => one.prefix = prefix.as_str()?.into(),
            (None, Some(suffix)) => one.suffix = suffix.as_str()?.into(),
            (None, None) => {}
        }
    }
    Some(one)
}

/// Whether some object would tell both.
fn overlap(a: &Notification<'_>, b: &Notification<'_>) -> bool {
    let kind = |it: &str| EcoString::from(it.trim_end_matches('*'));
    let (one, other) = (kind(a.event), kind(b.event));
    a.bucket == b.bucket
        && (one.starts_with(other.as_str()) || other.starts_with(one.as_str()))
        && (a.prefix.starts_with(b.prefix.as_str()) || b.prefix.starts_with(a.prefix.as_str()))
        && (a.suffix.ends_with(b.suffix.as_str()) || b.suffix.ends_with(a.suffix.as_str()))
}

fn overlapping(first: &Notification<'_>, second: &Notification<'_>) -> Diagnostic {
    let message = eco_format!("`{}` of the bucket `{}` has a function already", second.event, second.bucket);
    Diagnostic::new(&rules::OVERLAPPING_NOTIFICATIONS, second.filter(), message)
        .why("S3 refuses two notifications of one event for the same objects")
        .help("tell them apart by a `prefix` or a `suffix` in `rules`, or send the event to an SNS topic")
        .related(first.place(), eco_format!("`{}` has it here", first.function))
}

/// A bucket of an event that `resources` makes, too.
fn made_twice(facts: &Facts<'_>, all: &[Notification<'_>], found: &mut Vec<Diagnostic>) {
    let mut told: Vec<&str> = Vec::new();
    for one in all.iter().filter(|it| !it.existing) {
        let settings = facts.config.at(&Path::from(["provider", "s3", one.bucket]));
        let name = settings.and_then(|it| it.get("name")).and_then(Value::as_str).unwrap_or(one.bucket);
        let id = eco_format!("S3Bucket{}", naming::alphanumeric(one.bucket));
        for (own, path, resource) in facts.own_resources() {
            let bucket = resource.get("Properties").and_then(|it| it.get("BucketName"));
            let same = resource.get("Type").and_then(Value::as_str) == Some("AWS::S3::Bucket")
                && bucket.and_then(Value::as_str) == Some(name)
                && resource.get("Condition").is_none();
            if !same || *own == id || told.contains(&name) {
                continue;
            }
            told.push(name);
            found.push(
                Diagnostic::new(
                    &rules::DUPLICATE_NAME,
                    one.place(),
                    eco_format!("the bucket `{name}` is made twice"),
                )
                .why("the event makes the bucket, and so does `resources`")
                .help("add `existing: true` to the event, or take the bucket out of `resources`")
                .related(Place::key(path), "made here, too"),
            );
        }
    }
}

impl Notification<'_> {
    /// What should tell the notification from others: its event, its rules, or its bucket where it has neither.
    fn filter(&self) -> Place {
        match (self.has_event, self.has_rules) {
            (true, _) => Place::value(self.path.join("event")),
            (_, true) => Place::key(self.path.join("rules")),
            _ => self.place(),
        }
    }

    /// Where the bucket is named.
    fn place(&self) -> Place {
        let path = if self.bare { self.path.clone() } else { self.path.join("bucket") };
        Place::Resolved { path, part: Part::Use }
    }
}
