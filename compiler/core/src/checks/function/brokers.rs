//! How brokers are read: servers, groups and pollers that Lambda refuses.
//!
//! <https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html>

use ecow::{EcoString, eco_format};

use super::{Event, Facts};
use crate::checks::pattern::places;
use crate::diagnostic::{Diagnostic, Place};
use crate::path::Path;
use crate::rules;
use crate::shape::check::matches;
use crate::value::Value;

/// A server: a name or an address, and a port.
const SERVER: &str = r"^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?:[0-9]{1,5}$";

/// Texts that the framework looks at in part only, with the whole that AWS takes: events, place, form, noun, example.
const FORMS: &[(&[&str], &str, &str, &str, &str)] = &[
    (&["kafka"], "bootstrapServers.*", SERVER, "a server with its port", "broker.example.com:9092"),
    (&["kafka"], "bootstrapServers", SERVER, "a server with its port", "broker.example.com:9092"),
    (
        &["kafka", "msk"],
        "consumerGroupId",
        r"^[a-zA-Z0-9-/*:_+=.@]*$",
        "the id of a consumer group",
        "orders-1",
    ),
    (
        &["kafka"],
        "accessConfigurations.vpcSubnet",
        "^subnet-[a-z0-9]+$",
        "the id of a subnet",
        "subnet-0123456789abcdef0",
    ),
    (
        &["kafka"],
        "accessConfigurations.vpcSubnet.*",
        "^subnet-[a-z0-9]+$",
        "the id of a subnet",
        "subnet-0123456789abcdef0",
    ),
    (
        &["kafka"],
        "accessConfigurations.vpcSecurityGroup",
        "^sg-[a-z0-9]+$",
        "the id of a security group",
        "sg-0123456789abcdef0",
    ),
    (
        &["kafka"],
        "accessConfigurations.vpcSecurityGroup.*",
        "^sg-[a-z0-9]+$",
        "the id of a security group",
        "sg-0123456789abcdef0",
    ),
];

/// Numbers that CloudFormation takes whole.
const WHOLE: [&str; 2] = ["batchSize", "maximumBatchingWindow"];

/// Finds settings that Lambda refuses.
pub fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    for event in facts.events().filter(|it| matches!(it.kind, "activemq" | "kafka" | "msk" | "rabbitmq")) {
        for (kinds, pattern, form, noun, example) in FORMS {
            if kinds.contains(&event.kind) {
                for (path, value) in places(event.value, &event.path, pattern) {
                    found.extend(formed(value, path, form, noun, example));
                }
            }
        }
        for key in WHOLE {
            let number = event.value.get(key).and_then(Value::as_number).filter(|it| it.fract() != 0.0);
            if let Some(number) = number {
                let at = Place::value(event.path.join(key));
                found.push(
                    Diagnostic::new(
                        &rules::WRONG_TYPE,
                        at,
                        eco_format!("expected a whole number, found {number}"),
                    )
                    .why("CloudFormation refuses a fraction here")
                    .help("leave the fraction out"),
                );
            }
        }
        found.extend(pollers(&event));
        found.extend(sign_in(&event));
    }
}

fn formed(value: &Value, path: Path, form: &'static str, noun: &str, example: &str) -> Option<Diagnostic> {
    let text = value.as_str().filter(|it| !it.contains("${") && !it.contains("{{") && !matches(form, it))?;
    let message = eco_format!("`{}` is not {noun}", crate::shape::check::shorten(text));
    Some(
        Diagnostic::new(&rules::INVALID_FORMAT, Place::value(path), message)
            .why("Lambda refuses it")
            .help(eco_format!("write it as `{example}`"))
            .page("https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html"),
    )
}

fn pollers(event: &Event<'_>) -> Option<Diagnostic> {
    let settings = event.value.get("provisionedPollerConfig")?;
    let number = |key: &str| settings.get(key).and_then(Value::as_number);
    let (least, most) = (number("minimumPollers")?, number("maximumPollers")?);
    if least <= most {
        return None;
    }
    let path = event.path.join("provisionedPollerConfig");
    Some(
        Diagnostic::new(
            &rules::OUT_OF_RANGE,
            Place::value(path.join("minimumPollers")),
            "`minimumPollers` is above `maximumPollers`",
        )
        .why("Lambda refuses it")
        .help("lower the one, or raise the other")
        .related(Place::value(path.join("maximumPollers")), "the other"),
    )
}

/// Two ways to sign in by name and password: Lambda takes one.
fn sign_in(event: &Event<'_>) -> Option<Diagnostic> {
    const WAYS: [&str; 3] = ["saslPlainAuth", "saslScram256Auth", "saslScram512Auth"];
    let access = event.value.get("accessConfigurations")?.as_object()?;
    let mut given = access.keys().filter(|it| WAYS.contains(&it.as_str()));
    let (first, second): (&EcoString, &EcoString) = (given.next()?, given.next()?);
    let path = event.path.join("accessConfigurations");
    let diagnostic = Diagnostic::new(
        &rules::CONFLICTING_OPTIONS,
        Place::key(path.join(second)),
        eco_format!("`{second}` stands beside `{first}`"),
    )
    .why("Lambda signs in to a cluster in one way")
    .help("keep one of the two")
    .related(Place::key(path.join(first)), "the other")
    .warning();
    Some(diagnostic)
}
