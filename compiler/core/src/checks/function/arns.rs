//! ARNs of a function and its events: they are whole, and of what they should be.

use ecow::eco_format;

use super::{Event, Facts};
use crate::checks::arn::{Arn, Expected, look, other_region};
use crate::diagnostic::{Diagnostic, Place};
use crate::path::Path;
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
    resource: &["layer:"],
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
    resource: &[],
    example: "arn:aws:lambda:eu-west-1:123456789012:function:authorize",
};
const FAILURES: Expected<'static> = Expected {
    noun: "a queue or a topic",
    services: &["sqs", "sns", "s3", "kafka"],
    resource: &[],
    example: "arn:aws:sqs:eu-west-1:123456789012:failed",
};
const BUS: Expected<'static> = Expected {
    noun: "an event bus",
    services: &["events"],
    resource: &["event-bus/"],
    example: "arn:aws:events:eu-west-1:123456789012:event-bus/orders",
};

/// Finds ARNs that AWS refuses.
pub fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    let value = &facts.listed.value;
    let path = &facts.listed.path;
    look(value.get("role"), facts.value("role"), &ROLE, found);
    for key in ["kmsKeyArn", "awsKmsKeyArn"] {
        // That it is a key's is told by the shape.
        let key_arn = value.get(key).filter(|it| it.as_str().is_some_and(|it| it.contains(":kms")));
        look(key_arn, facts.value(key), &KEY, found);
    }
    for end in ["onSuccess", "onFailure"] {
        let at = Place::value(path.join("destinations").join(end));
        look(value.get("destinations").and_then(|it| it.get(end)), at, &DESTINATION, found);
    }
    layers(value.get("layers"), &path.join("layers"), region(facts).as_deref(), found);
    for event in facts.events() {
        one(&event, facts, found);
    }
}

/// The region that the service is written for.
fn region(facts: &Facts<'_>) -> Option<String> {
    facts.around.context.provider.region.map(|_| facts.around.context.region.to_string())
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
        let versioned = arn.is_none_or(|it| it.resource.split(':').count() >= 3);
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

fn one(event: &Event<'_>, facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    let bare = event.value.as_str().is_some();
    let field = |key: &str| if bare { Some(event.value) } else { event.value.get(key) };
    let at = |key: &str| Place::value(if bare { event.path.clone() } else { event.path.join(key) });
    let expected = match event.kind {
        "sqs" => &QUEUE,
        "sns" => &TOPIC,
        "stream" => &STREAM,
        "msk" => &CLUSTER,
        "eventBridge" if !bare => {
            let bus = event.value.get("eventBus");
            look(bus, Place::value(event.path.join("eventBus")), &BUS, found);
            let queue = event.value.get("deadLetterQueueArn");
            look(queue, Place::value(event.path.join("deadLetterQueueArn")), &QUEUE, found);
            return;
        }
        "http" | "websocket" if !bare => {
            let authorizer = event.value.get("authorizer");
            let path = event.path.join("authorizer");
            look(authorizer, Place::value(path.clone()), &AUTHORIZER, found);
            look(authorizer.and_then(|it| it.get("arn")), Place::value(path.join("arn")), &AUTHORIZER, found);
            return;
        }
        _ => return,
    };
    let before = found.len();
    look(field("arn"), at("arn"), expected, found);
    if matches!(event.kind, "sqs" | "stream" | "msk")
        && found.len() == before
        && let Some(other) = other_region(field("arn"), region(facts).as_deref())
    {
        found.push(
            Diagnostic::new(&rules::OTHER_REGION, at("arn"), eco_format!("the source is in `{other}`"))
                .why("Lambda reads queues and streams of its own region only")
                .help("move one of the two, or write the ARN of a source in the region of the service"),
        );
    }
    if event.kind == "stream" {
        let failure = event.value.get("destinations").and_then(|it| it.get("onFailure"));
        let path = event.path.join("destinations").join("onFailure");
        look(failure, Place::value(path.clone()), &FAILURES, found);
        look(failure.and_then(|it| it.get("arn")), Place::value(path.join("arn")), &FAILURES, found);
    }
}
