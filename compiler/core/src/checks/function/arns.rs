//! ARNs of a function and its events: they are whole, and of what they should be.

use ecow::eco_format;

use super::{Event, Facts};
use crate::checks::arn::{Arn, Expected, look, other_region};
use crate::checks::pattern;
use crate::diagnostic::{Diagnostic, Place};
use crate::path::{Path, Segment};
use crate::rules;
use crate::value::Value;

/// A queue.
pub const QUEUE: Expected<'static> = Expected {
    noun: "a queue",
    services: &["sqs"],
    resource: &[],
    example: "arn:aws:sqs:eu-west-1:123456789012:orders",
};
/// A topic.
pub const TOPIC: Expected<'static> = Expected {
    noun: "a topic",
    services: &["sns"],
    resource: &[],
    example: "arn:aws:sns:eu-west-1:123456789012:orders",
};
/// A role.
pub const ROLE: Expected<'static> = Expected {
    noun: "a role",
    services: &["iam", "sts"],
    resource: &["role/", "assumed-role/"],
    example: "arn:aws:iam::123456789012:role/orders",
};
/// A key of KMS.
pub const KEY: Expected<'static> = Expected {
    noun: "a key of KMS",
    services: &["kms"],
    resource: &["key/", "alias/"],
    example: "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab",
};
const LAYER: Expected<'static> = Expected {
    noun: "a layer",
    services: &["lambda"],
    resource: &["layer:", "awslayer:"],
    example: "arn:aws:lambda:eu-west-1:123456789012:layer:tools:3",
};
const STREAM: Expected<'static> = Expected {
    noun: "a stream",
    services: &["dynamodb", "kinesis"],
    resource: &["table/", "stream/"],
    example: "arn:aws:kinesis:eu-west-1:123456789012:stream/orders",
};
const CLUSTER: Expected<'static> = Expected {
    noun: "a cluster of MSK",
    services: &["kafka"],
    resource: &[],
    example: "arn:aws:kafka:eu-west-1:123456789012:cluster/orders/1234abcd-12ab-34cd-56ef-1234567890ab-1",
};
const DESTINATION: Expected<'static> = Expected {
    noun: "something that takes results: a queue, a topic, a function or an event bus",
    services: &["sqs", "sns", "lambda", "events"],
    resource: &[],
    example: "arn:aws:sqs:eu-west-1:123456789012:failed",
};
const AUTHORIZER: Expected<'static> = Expected {
    noun: "a function or a user pool",
    services: &["lambda", "cognito-idp"],
    resource: &["function:", "userpool/"],
    example: "arn:aws:lambda:eu-west-1:123456789012:function:authorize",
};
const FAILURES: Expected<'static> = Expected {
    noun: "a queue or a topic",
    services: &["sqs", "sns", "s3", "kafka"],
    resource: &[],
    example: "arn:aws:sqs:eu-west-1:123456789012:failed",
};
const BROKER: Expected<'static> = Expected {
    noun: "a broker of Amazon MQ",
    services: &["mq"],
    resource: &["broker:"],
    example: "arn:aws:mq:eu-west-1:123456789012:broker:orders:b-1234abcd-12ab-34cd-56ef-1234567890ab",
};
const SECRET: Expected<'static> = Expected {
    noun: "a secret",
    services: &["secretsmanager"],
    resource: &["secret:"],
    example: "arn:aws:secretsmanager:eu-west-1:123456789012:secret:orders-a1b2c3",
};
const BUS: Expected<'static> = Expected {
    noun: "an event bus",
    services: &["events"],
    resource: &["event-bus/"],
    example: "arn:aws:events:eu-west-1:123456789012:event-bus/orders",
};

const LISTENER: Expected<'static> = Expected {
    noun: "a listener of an application load balancer",
    services: &["elasticloadbalancing"],
    resource: &["listener/app/"],
    example: "arn:aws:elasticloadbalancing:eu-west-1:123456789012:listener/app/orders/50dc6c495c0c9188/f2f7dc8efc522ab2",
};

/// Where events have ARNs: the kind of the event, the places below it, and of what they are.
const EVENTS: &[(&str, &str, &Expected<'static>)] = &[
    ("activemq", "arn", &BROKER),
    ("activemq", "basicAuthArn", &SECRET),
    ("alb", "listenerArn", &LISTENER),
    ("eventBridge", "deadLetterQueueArn", &QUEUE),
    ("eventBridge", "eventBus", &BUS),
    ("http", "authorizer", &AUTHORIZER),
    ("http", "authorizer.arn", &AUTHORIZER),
    ("iotFleetProvisioning", "provisioningRoleArn", &ROLE),
    ("kafka", "accessConfigurations.clientCertificateTlsAuth", &SECRET),
    ("kafka", "accessConfigurations.clientCertificateTlsAuth.*", &SECRET),
    ("kafka", "accessConfigurations.saslPlainAuth", &SECRET),
    ("kafka", "accessConfigurations.saslPlainAuth.*", &SECRET),
    ("kafka", "accessConfigurations.saslScram256Auth", &SECRET),
    ("kafka", "accessConfigurations.saslScram256Auth.*", &SECRET),
    ("kafka", "accessConfigurations.saslScram512Auth", &SECRET),
    ("kafka", "accessConfigurations.saslScram512Auth.*", &SECRET),
    ("kafka", "accessConfigurations.serverRootCaCertificate", &SECRET),
    ("kafka", "accessConfigurations.serverRootCaCertificate.*", &SECRET),
    ("msk", "arn", &CLUSTER),
    ("msk", "saslScram512", &SECRET),
    ("rabbitmq", "arn", &BROKER),
    ("rabbitmq", "basicAuthArn", &SECRET),
    ("sns", "arn", &TOPIC),
    ("sns", "redrivePolicy.deadLetterTargetArn", &QUEUE),
    ("sqs", "arn", &QUEUE),
    ("stream", "arn", &STREAM),
    ("stream", "destinations.onFailure", &FAILURES),
    ("stream", "destinations.onFailure.arn", &FAILURES),
    ("websocket", "authorizer", &AUTHORIZER),
    ("websocket", "authorizer.arn", &AUTHORIZER),
];

/// Finds ARNs that AWS refuses.
pub fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    let value = &facts.listed.value;
    let path = &facts.listed.path;
    look(value.get("role"), facts.value("role"), &ROLE, found);
    for key in ["kmsKeyArn", "awsKmsKeyArn"] {
        // That it is a key's is told by the shape.
        let key_arn = value.get(key).filter(|it| it.as_str().is_some_and(|it| it.contains(":kms")));
        look(key_arn, facts.value(key), &KEY, found);
        key_region(key_arn, facts.value(key), region(facts).as_deref(), found);
    }
    for end in ["onSuccess", "onFailure"] {
        let at = Place::value(path.join("destinations").join(end));
        look(value.get("destinations").and_then(|it| it.get(end)), at, &DESTINATION, found);
    }
    layers(value.get("layers"), &path.join("layers"), region(facts).as_deref(), found);
    let failed = "https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html";
    let mounted = "https://docs.aws.amazon.com/lambda/latest/dg/configuration-filesystem.html";
    for (keys, noun, page) in [
        (&["onError"][..], "what takes failed events", failed),
        (&["fileSystemConfig", "arn"], "the file system", mounted),
    ] {
        let place = keys.iter().fold(path.clone(), |path, key| path.join(*key));
        let written = value.at(&keys.iter().map(|it| Segment::from(*it)).collect());
        if let Some(other) = other_region(written, region(facts).as_deref()) {
            found.push(
                Diagnostic::new(
                    &rules::OTHER_REGION,
                    Place::value(place),
                    eco_format!("{noun} is in `{other}`"),
                )
                .why("Lambda takes what is in its own region only")
                .help("write the ARN of one in the region of the service")
                .page(page),
            );
        }
    }
    for event in facts.events() {
        one(&event, facts, found);
    }
}

/// The region that the service is written for.
fn region(facts: &Facts<'_>) -> Option<String> {
    facts.around.context.provider.region.map(|_| facts.around.context.region.to_string())
}

/// Finds a key of another region.
pub fn key_region(value: Option<&Value>, at: Place, region: Option<&str>, found: &mut Vec<Diagnostic>) {
    if let Some(other) = other_region(value, region) {
        found.push(
            Diagnostic::new(&rules::OTHER_REGION, at, eco_format!("the key is in `{other}`"))
                .why("Lambda takes keys of its own region only")
                .help("write the ARN of a key in the region of the service")
                .page("https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars-encryption.html"),
        );
    }
}

/// Finds layers that are no versions of layers, or in another region.
pub fn layers(list: Option<&Value>, path: &Path, region: Option<&str>, found: &mut Vec<Diagnostic>) {
    for (index, layer) in list.and_then(Value::as_array).into_iter().flatten().enumerate() {
        let at = Place::value(path.join(index));
        let before = found.len();
        look(Some(layer), at.clone(), &LAYER, found);
        if found.len() > before {
            continue;
        }
        let arn = layer.as_str().filter(|it| !it.contains("${")).and_then(Arn::read);
        // A version is a number: `layer:name:3`.
        let versioned =
            arn.is_none_or(|it| it.resource.starts_with("aws") || is_number(it.resource.split(':').nth(2)));
        if !versioned {
            found.push(
                Diagnostic::new(&rules::INVALID_ARN, at, "the ARN of a layer ends with its version")
                    .why("Lambda takes versions of layers only")
                    .help(eco_format!("write it as `{}`", LAYER.example)),
            );
        } else if let Some(other) = other_region(Some(layer), region) {
            found.push(
                Diagnostic::new(&rules::OTHER_REGION, at, eco_format!("the layer is in `{other}`"))
                    .why("a function takes layers of its own region only")
                    .help("write the ARN that the layer has in the region of the service"),
            );
        }
    }
}

fn is_number(text: Option<&str>) -> bool {
    text.is_some_and(|it| !it.is_empty() && it.bytes().all(|it| it.is_ascii_digit() || it == b'*'))
}

fn one(event: &Event<'_>, facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    let before = found.len();
    let mut source = None;
    for (_, pattern, expected) in EVENTS.iter().filter(|it| it.0 == event.kind) {
        // Where an event is a text alone, that is the ARN.
        let places = match event.value {
            Value::String(_) if *pattern == "arn" => vec![(event.path.clone(), event.value)],
            value => pattern::places(value, &event.path, pattern),
        };
        for (path, value) in places {
            // That it is of another service is told by the shapes of listeners, brokers and clusters.
            let service = value.as_str().and_then(|it| it.split(':').nth(2));
            if matches!(event.kind, "activemq" | "alb" | "kafka" | "rabbitmq")
                && service.is_none_or(|it| !expected.services.contains(&it))
            {
                continue;
            }
            look(Some(value), Place::value(path.clone()), expected, found);
            if matches!(*pattern, "arn" | "listenerArn") {
                source = Some((path, value));
            }
        }
    }
    if matches!(event.kind, "alb" | "sqs" | "stream" | "msk")
        && found.len() == before
        && let Some((path, arn)) = source
        && let Some(other) = other_region(Some(arn), region(facts).as_deref())
    {
        let (noun, why, page) = match event.kind {
            "alb" => (
                "listener",
                "a load balancer has rules and targets of its own region only",
                "https://docs.aws.amazon.com/lambda/latest/dg/services-alb.html",
            ),
            _ => (
                "source",
                "Lambda reads queues and streams of its own region only",
                "https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventsourcemapping.html",
            ),
        };
        found.push(
            Diagnostic::new(
                &rules::OTHER_REGION,
                Place::value(path),
                eco_format!("the {noun} is in `{other}`"),
            )
            .why(why)
            .help(eco_format!(
                "move one of the two, or write the ARN of a {noun} in the region of the service"
            ))
            .page(page),
        );
    }
}
