//! An SNS topic to Lambda: `functions.*.events[].sns`.
//!
//! A topic by name is made, with its subscriptions; a topic by ARN is subscribed to. Each event has a permission.

use ecow::{EcoString, eco_format};

use super::{EventSource, FunctionEvents};
use crate::aws::context::{FunctionContext, ServiceContext};
use crate::aws::naming;
use crate::cfn::{Fragment, Resource, get_att, join, reference};
use crate::diagnostic::{Diagnostic, Place};
use crate::json;
use crate::path::Path;
use crate::rules;
use crate::shape::{Arn, Cfn, Map, Shape, StringShape, Text, Typed};
use crate::value::{Object, Value};

/// Invokes the function for each message of a topic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sns {
    /// The name of a topic that is made, or the ARN of one that exists.
    Topic(TopicReference),
    /// A topic with settings.
    Settings(Box<SnsSettings>),
}

impl Typed for Sns {
    const SHAPE: &'static Shape = &Shape::OneOf(&[TopicReference::SHAPE, SnsSettings::SHAPE]);

    fn decode(value: &Value) -> Option<Sns> {
        match value {
            Value::Object(_) => SnsSettings::decode(value).map(Box::new).map(Sns::Settings),
            _ => TopicReference::decode(value).map(Sns::Topic),
        }
    }
}

/// The name of a topic, or an ARN.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TopicReference(pub Text);

impl Typed for TopicReference {
    const SHAPE: &'static Shape =
        &Shape::String(StringShape { noun: "the name or the ARN of a topic", pattern: Some(r"^[\w-]{1,256}$|^arn:"), grammar: None });

    fn decode(value: &Value) -> Option<TopicReference> {
        Text::decode(value).map(TopicReference)
    }
}

/// A topic with settings.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
#[requires("arn", "topicName")]
pub struct SnsSettings {
    /// The ARN of a topic that exists.
    pub arn: Option<Cfn<Arn>>,
    /// The name of a topic that is made, or of the one that `arn` gives by a function of CloudFormation.
    #[pattern(r"^[\w-]+$", "the name of a topic: letters, digits, `-` and `_`")]
    #[length(1, 256)]
    pub topic_name: Option<Text>,
    /// The name that is shown to subscribers.
    #[length(1, usize::MAX)]
    pub display_name: Option<Text>,
    /// Which messages invoke the function.
    pub filter_policy: Option<Map<Value>>,
    /// Whether the filter looks at the attributes or at the body of messages.
    pub filter_policy_scope: Option<Text>,
    /// Where messages go that could not be delivered.
    pub redrive_policy: Option<RedrivePolicy>,
}

/// Where messages go that could not be delivered.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
#[requires("deadLetterTargetArn", "deadLetterTargetRef", "deadLetterTargetImport")]
pub struct RedrivePolicy {
    /// The ARN of a queue.
    pub dead_letter_target_arn: Option<Arn>,
    /// The logical id of a queue of this template.
    #[length(1, usize::MAX)]
    pub dead_letter_target_ref: Option<Text>,
    /// A queue that another stack exports.
    pub dead_letter_target_import: Option<ImportedQueue>,
}

/// A queue that another stack exports.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub struct ImportedQueue {
    /// The export of its ARN.
    pub arn: Arn,
    /// The export of its URL.
    #[length(1, usize::MAX)]
    pub url: Text,
}

impl EventSource for Sns {
    const KEY: &'static str = "sns";
    const PAGE: &'static str = include_str!("sns.md");
    const SHARED: bool = true;

    fn lower_shared(functions: &[FunctionEvents<'_, Self>], service: &ServiceContext, out: &mut Fragment) {
        for FunctionEvents { function, events } in functions {
            for placed in events {
                let from = function.event_path(placed.index, Self::KEY);
                one(&placed.event, function, service, &from, out);
            }
        }
    }
}

struct Topic {
    name: EcoString,
    arn: Option<Value>,
    region: Option<EcoString>,
}

fn topic(event: &Sns, service: &ServiceContext, from: &Path, out: &mut Fragment) -> Option<Topic> {
    let by_arn = |arn: &str| {
        let mut parts = arn.split(':');
        let region = parts.nth(3).filter(|it| *it != service.region).map(EcoString::from);
        let name = arn.rsplit(':').next().unwrap_or_default().into();
        Topic { name, arn: Some(Value::from(arn)), region }
    };
    match event {
        // As the framework, which looks at the region of an `arn` alone.
        Sns::Topic(TopicReference(text)) if text.starts_with("arn:") => Some(Topic { region: None, ..by_arn(text) }),
        Sns::Topic(TopicReference(text)) => Some(Topic { name: text.clone(), arn: None, region: None }),
        Sns::Settings(settings) => match (&settings.arn, &settings.topic_name) {
            (Some(Cfn::Value(arn)), _) => {
                let topic = by_arn(arn);
                Some(Topic { name: settings.topic_name.clone().unwrap_or(topic.name), ..topic })
            }
            (Some(arn), Some(name)) => Some(Topic { name: name.clone(), arn: Some(arn.to_value()), region: None }),
            (Some(arn), None) => {
                let from_join = arn.intrinsic().and_then(|it| it.get("Fn::Join")).is_some();
                let name = crate::aws::types::arn_resource_name(&arn.to_value());
                if from_join && !name.is_empty() {
                    let name = name.rsplit(':').next().unwrap_or_default().into();
                    return Some(Topic { name, arn: Some(arn.to_value()), region: None });
                }
                if matches!(arn, Cfn::Intrinsic(_)) {
                    out.report(
                        Diagnostic::new(&rules::MISSING_KEY, Place::key(from.clone()), "missing key `topicName`")
                            .why("the name of the topic cannot be read off a function of CloudFormation")
                            .help("add `topicName`"),
                    );
                }
                None
            }
            (None, Some(name)) => Some(Topic { name: name.clone(), arn: None, region: None }),
            (None, None) => None,
        },
    }
}

fn one(event: &Sns, function: &FunctionContext, service: &ServiceContext, from: &Path, out: &mut Fragment) {
    let Some(Topic { name, arn, region }) = topic(event, service, from, out) else { return };
    let settings = if let Sns::Settings(it) = event { Some(&**it) } else { None };
    let redrive = settings.and_then(|it| it.redrive_policy.as_ref()).map(|it| dead_letters(it, arn.as_ref(), &name, function, from, out));
    let short = naming::alphanumeric(&name);
    let subscription_id = eco_format!("{}SnsSubscription{short}", function.id());
    let filter = settings.and_then(|it| it.filter_policy.clone()).map(|it| it.into_iter().collect::<Object>());
    let scope = settings.and_then(|it| it.filter_policy_scope.clone());
    let mut subscription = Object::new();
    // In version 3 the subscription to a topic of this service does not wait for the alias.
    let waits = function.alias_id().filter(|_| arn.is_some() || service.is_version_4());
    let subscribe = |subscription: Object| {
        Resource::new(subscription_id.clone(), "AWS::SNS::Subscription", subscription, from)
            .with_some("DependsOn", waits)
    };
    let source = match arn {
        Some(arn) => {
            subscription.insert("TopicArn", &arn);
            subscription.insert("Protocol", "lambda");
            subscription.insert("Endpoint", function.target());
            subscription.insert_some("FilterPolicy", filter);
            subscription.insert_some("FilterPolicyScope", scope);
            subscription.insert_some("RedrivePolicy", redrive);
            subscription.insert_some("Region", region);
            out.push(subscribe(subscription));
            arn
        }
        None => {
            let topic_id = eco_format!("SNSTopic{short}");
            let display = settings.and_then(|it| it.display_name.clone());
            let index = topic_resource(&topic_id, &name, display, (function, service), from, out);
            subscription.insert("Endpoint", function.target());
            subscription.insert("Protocol", "lambda");
            if filter.is_some() || redrive.is_some() {
                subscription.insert("TopicArn", reference(topic_id));
                subscription.insert_some("FilterPolicy", filter);
                subscription.insert_some("FilterPolicyScope", scope);
                subscription.insert_some("RedrivePolicy", redrive);
                out.push(subscribe(subscription));
            } else if let Some(topic) = out.resources.get_mut(index) {
                topic.body.edit_object("Properties", |properties| {
                    let mut all = properties.get("Subscription").and_then(Value::as_array).unwrap_or_default().to_vec();
                    all.push(subscription.into());
                    properties.insert("Subscription", all);
                });
            }
            let parts = ["arn:".into(), reference("AWS::Partition"), ":sns:".into(), reference("AWS::Region"), ":".into()];
            let tail = [reference("AWS::AccountId"), ":".into(), Value::from(&name)];
            join("", parts.into_iter().chain(tail).collect())
        }
    };
    let properties = json!({
        "FunctionName": (function.target()),
        "Action": "lambda:InvokeFunction",
        "Principal": "sns.amazonaws.com",
        "SourceArn": source,
    });
    out.push(super::permission(eco_format!("{}LambdaPermission{short}SNS", function.id()), properties, function, from));
}

/// The index of the topic in the fragment, which is made if it is not there yet.
fn topic_resource(
    id: &EcoString,
    name: &EcoString,
    display: Option<EcoString>,
    (function, service): (&FunctionContext, &ServiceContext),
    from: &Path,
    out: &mut Fragment,
) -> usize {
    let known = out.resources.iter().position(|it| it.id == *id);
    let index = known.unwrap_or_else(|| {
        let mut properties = Object::new();
        properties.insert("TopicName", name);
        properties.insert_some("DisplayName", display);
        out.push(Resource::new(id.clone(), "AWS::SNS::Topic", properties, from));
        out.resources.len() - 1
    });
    // In version 3 a topic waits for the alias of its first function alone.
    let alias = function.alias_id().filter(|_| known.is_none() || service.is_version_4());
    if let (Some(alias), Some(topic)) = (alias, out.resources.get_mut(index)) {
        let waits = match topic.body.get("DependsOn") {
            None => Value::from(alias),
            Some(Value::String(one)) if *one == alias => Value::from(alias),
            Some(Value::String(one)) => Value::from(vec![one.clone(), alias]),
            Some(Value::Array(all)) if !all.contains(&Value::from(&alias)) => {
                Value::array(all.iter().cloned().chain([Value::from(alias)]))
            }
            Some(other) => other.clone(),
        };
        topic.body.insert("DependsOn", waits);
    }
    index
}

/// The policy of the dead-letter queue; answers the redrive policy of the subscription.
fn dead_letters(
    policy: &RedrivePolicy,
    topic: Option<&Value>,
    name: &str,
    function: &FunctionContext,
    from: &Path,
    out: &mut Fragment,
) -> Value {
    let RedrivePolicy { dead_letter_target_arn, dead_letter_target_ref, dead_letter_target_import } = policy;
    let (arn, url) = match (dead_letter_target_arn, dead_letter_target_ref, dead_letter_target_import) {
        (Some(arn), _, _) => {
            let mut parts = arn.rsplit(':');
            let (queue, account, region) = (parts.next(), parts.next(), parts.next());
            let host = eco_format!("https://sqs.{}.", region.unwrap_or_default());
            let path = eco_format!("/{}/{}", account.unwrap_or_default(), queue.unwrap_or_default());
            (Value::from(arn.clone()), join("", vec![host.into(), reference("AWS::URLSuffix"), path.into()]))
        }
        (None, Some(id), _) => (get_att(id.clone(), "Arn"), reference(id.clone())),
        (None, None, Some(ImportedQueue { arn, url })) => {
            (json!({ "Fn::ImportValue": (arn.clone()) }), json!({ "Fn::ImportValue": url }))
        }
        (None, None, None) => (Value::Null, Value::Null),
    };
    let id = eco_format!("{}To{}DLQPolicy", naming::alphanumeric(name), function.id());
    let mut equals = Object::new();
    equals.insert_some("aws:SourceArn", topic);
    let properties = json!({
        "PolicyDocument": {
            "Version": "2012-10-17",
            "Id": (id.clone()),
            "Statement": [{
                "Effect": "Allow",
                "Principal": { "Service": "sns.amazonaws.com" },
                "Action": "sqs:SendMessage",
                "Resource": (arn.clone()),
                "Condition": { "ArnEquals": equals },
            }],
        },
        "Queues": [url],
    });
    out.push(Resource::new(id, "AWS::SQS::QueuePolicy", properties, from));
    json!({ "deadLetterTargetArn": arn })
}
