//! What the event sources share that read from brokers: `msk`, `kafka`, `activemq` and `rabbitmq`.
//!
//! Lambda reaches such a broker through the network of the user, and signs in with a secret.

use ecow::eco_format;

use super::{event_source_mapping, filter_criteria};
use crate::aws::context::FunctionContext;
use crate::aws::naming;
use crate::cfn::{Fragment, Permission};
use crate::json;
use crate::path::Path;
use crate::shape::{MapShape, Number, Shape, Text, Typed};
use crate::value::{Object, Value};

/// A pattern of records: a mapping.
/// <https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html>
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilterPattern(pub Value);

impl Typed for FilterPattern {
    const SHAPE: &'static Shape = &Shape::Map(&MapShape { key: None, value: &Shape::Any });

    fn decode(value: &Value) -> Option<FilterPattern> {
        Some(FilterPattern(value.clone()))
    }
}

/// How a broker is read, whatever broker it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Polling {
    /// Most records in one invocation.
    pub batch_size: Option<Number>,
    /// Seconds to gather records for a batch.
    pub maximum_batching_window: Option<Number>,
    /// Whether the broker is read.
    pub enabled: Option<bool>,
    /// Patterns of records that invoke the function.
    pub filter_patterns: Option<Vec<FilterPattern>>,
}

impl Polling {
    /// Sets the properties of the mapping. A window of no seconds is left out.
    pub fn insert(self, properties: &mut Object) {
        let Polling { batch_size, maximum_batching_window, enabled, filter_patterns } = self;
        let is_set = |it: &Number| it.0 != 0.0;
        let patterns = filter_patterns.map(|it| it.into_iter().map(|it| it.0).collect());
        properties.insert_some("BatchSize", batch_size.filter(is_set));
        properties.insert_some("MaximumBatchingWindowInSeconds", maximum_batching_window.filter(is_set));
        properties.insert_some("Enabled", enabled);
        properties.insert_some("FilterCriteria", patterns.map(filter_criteria));
    }
}

/// A text that says something: an empty one is left out.
pub fn said(text: Option<Text>) -> Option<Text> {
    text.filter(|it| !it.is_empty())
}

/// A name as it goes into the id of a mapping: cut so that the id keeps within the 255 characters of CloudFormation.
pub fn shortened(name: &str, most: usize) -> Text {
    naming::alphanumeric(name).chars().take(most).collect()
}

/// Lets the role make the network interfaces through which Lambda reaches a broker.
/// <https://docs.aws.amazon.com/lambda/latest/dg/with-kafka-configure.html>
pub fn allow_network(out: &mut Fragment) {
    let statement = json!({
        "Effect": "Allow",
        "Action": [
            "ec2:CreateNetworkInterface",
            "ec2:DescribeNetworkInterfaces",
            "ec2:DescribeVpcs",
            "ec2:DeleteNetworkInterface",
            "ec2:DescribeSubnets",
            "ec2:DescribeSecurityGroups",
        ],
        "Resource": "*",
    });
    out.statements.push(Permission { statement, once: false, late: false });
}

/// Lets the role read the secrets that Lambda signs in with.
pub fn allow_secrets(secrets: Vec<Value>, out: &mut Fragment) {
    out.allow(&["secretsmanager:GetSecretValue"], secrets);
}

/// A queue of a broker of Amazon MQ.
pub struct Queue {
    /// The ARN of the broker.
    pub arn: Value,
    /// The ARN of the secret with the user's name and password.
    pub secret: Value,
    /// The name of the queue.
    pub queue: Text,
    /// The virtual host of RabbitMQ.
    pub virtual_host: Option<Text>,
    /// How it is read.
    pub polling: Polling,
    /// The event.
    pub from: Path,
}

/// Lowers the queues that one function reads of brokers of one `engine`, which goes into the ids.
/// <https://docs.aws.amazon.com/lambda/latest/dg/with-mq.html>
pub fn lower_queues(engine: &str, queues: Vec<Queue>, function: &FunctionContext, out: &mut Fragment) {
    let (mut secrets, mut brokers) = (Vec::new(), Vec::new());
    for Queue { arn, secret, queue, virtual_host, polling, from } in queues {
        let mut access = vec![json!({ "Type": "BASIC_AUTH", "URI": (secret.clone()) })];
        access.extend(said(virtual_host).map(|it| json!({ "Type": "VIRTUAL_HOST", "URI": it })));
        let mut properties = Object::new();
        properties.insert("FunctionName", function.target());
        properties.insert("EventSourceArn", arn.clone());
        properties.insert("Queues", Value::from([Value::from(&queue)]));
        properties.insert("SourceAccessConfigurations", access);
        polling.insert(&mut properties);
        let id = eco_format!("{}EventSourceMapping{engine}{}", function.id(), shortened(&queue, 150));
        out.push(event_source_mapping(id, properties, function, &from));
        brokers.push(arn);
        secrets.push(secret);
    }
    allow_secrets(secrets, out);
    out.allow(&["mq:DescribeBroker"], brokers);
    allow_network(out);
}
