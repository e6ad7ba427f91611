//! A topic of Amazon MSK to Lambda: `functions.*.events[].msk`.
//!
//! Lowers to one `AWS::Lambda::EventSourceMapping` for each event, and statements for each function that has one.

use ecow::{EcoString, eco_format};

use super::poll::{self, FilterPattern, Polling, said, shortened};
use super::stream::{StartingPosition, report_missing_time};
use super::{EventSource, FunctionEvents, event_source_mapping};
use crate::aws::context::ServiceContext;
use crate::cfn::Fragment;
use crate::diagnostic::{Diagnostic, Place};
use crate::json;
use crate::path::Path;
use crate::rules;
use crate::shape::{Arn, AsWritten, Cfn, Int, Number, Text, Typed};
use crate::value::{Object, Value};

/// Reads a topic of an Amazon MSK cluster and invokes the function with batches of records.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub struct Msk {
    /// ARN of the cluster, `!Ref` of a parameter or `!ImportValue` of an export.
    pub arn: Cfn<Arn>,
    /// The name of the topic.
    pub topic: Text,
    /// Most records in one invocation. 100 by default.
    #[range(1, 10_000)]
    pub batch_size: Option<Number>,
    /// Seconds to gather records for a batch. Half a second by default.
    #[range(0, 300)]
    pub maximum_batching_window: Option<Number>,
    /// Whether the topic is read. `true` by default.
    pub enabled: Option<bool>,
    /// Where reading starts. `TRIM_HORIZON` by default.
    pub starting_position: Option<AsWritten<StartingPosition>>,
    /// The time at which reading starts, in seconds since 1970. For `AT_TIMESTAMP`.
    pub starting_position_timestamp: Option<Number>,
    /// ARN of the secret with the name and the password that Lambda signs in with, by SASL/SCRAM.
    pub sasl_scram512: Option<Arn>,
    /// The id of the consumer group that Lambda joins. Lambda makes one by default.
    #[length(0, 200)]
    pub consumer_group_id: Option<Text>,
    /// Patterns of records that invoke the function.
    #[items(1, 10)]
    pub filter_patterns: Option<Vec<FilterPattern>>,
    /// Pollers that are kept for this topic alone.
    #[since_4]
    pub provisioned_poller_config: Option<MskPollers>,
}

/// Pollers that are kept for one topic.
/// <https://docs.aws.amazon.com/lambda/latest/dg/kafka-scaling-modes.html>
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
#[open]
pub struct MskPollers {
    /// The fewest. 1 by default.
    #[range(1, 1000)]
    pub minimum_pollers: Option<Int>,
    /// The most. 200 by default.
    #[range(1, 1000)]
    pub maximum_pollers: Option<Int>,
}

impl EventSource for Msk {
    const KEY: &'static str = "msk";
    const PAGE: &'static str = include_str!("msk.md");

    fn lower(events: &FunctionEvents<'_, Self>, _: &ServiceContext, out: &mut Fragment) {
        let function = events.function;
        for placed in &events.events {
            let from = function.event_path(placed.index, Self::KEY);
            let event = &placed.event;
            report_missing_time(
                event.starting_position.as_ref(),
                event.starting_position_timestamp,
                &from,
                out,
            );
            let cluster = cluster(&event.arn, &from, out);
            let (cluster, topic) = (shortened(&cluster, 79), shortened(&event.topic, 79));
            let id = eco_format!("{}EventSourceMappingMSK{cluster}{topic}", function.id());
            let properties = properties(event.clone(), function.target());
            out.push(event_source_mapping(id, properties, function, &from));
        }
        let clusters = events.events.iter().map(|it| it.event.arn.to_value());
        out.allow(&["kafka:DescribeCluster", "kafka:GetBootstrapBrokers"], clusters.collect());
        poll::allow_network(out);
    }
}

/// What the id of the mapping calls the cluster: its name, or the name of the export or of the parameter.
fn cluster(arn: &Cfn<Arn>, from: &Path, out: &mut Fragment) -> EcoString {
    let at = || Place::value(from.join("arn"));
    match arn {
        Cfn::Value(arn) => arn.split('/').nth(1).map(EcoString::from).unwrap_or_else(|| {
            out.report(
                Diagnostic::new(&rules::INVALID_FORMAT, at(), "the ARN names no cluster")
                    .help("write it as `arn:aws:kafka:region:account:cluster/name/id`"),
            );
            EcoString::new()
        }),
        Cfn::Intrinsic(it) => {
            let name = it.get("Fn::ImportValue").or_else(|| it.get("Ref")).and_then(Value::as_str);
            name.map(EcoString::from).unwrap_or_else(|| {
                out.report(
                    Diagnostic::new(&rules::WRONG_TYPE, at(), "the name of the cluster is not known here")
                        .why("it goes into the logical id of the mapping")
                        .help("write the ARN, `!Ref Parameter` or `!ImportValue name`"),
                );
                EcoString::new()
            })
        }
        Cfn::Unknown(_) => EcoString::new(),
    }
}

fn properties(event: Msk, target: Value) -> Object {
    let Msk {
        arn,
        topic,
        batch_size,
        maximum_batching_window,
        enabled,
        starting_position,
        starting_position_timestamp,
        sasl_scram512,
        consumer_group_id,
        filter_patterns,
        provisioned_poller_config,
    } = event;
    let mut properties = Object::new();
    properties.insert("EventSourceArn", arn);
    properties.insert("FunctionName", target);
    properties.insert(
        "StartingPosition",
        starting_position.unwrap_or_else(|| StartingPosition::TrimHorizon.into()),
    );
    properties.insert("Topics", Value::from([topic.into()]));
    properties.insert_some("StartingPositionTimestamp", starting_position_timestamp);
    properties.insert_some(
        "AmazonManagedKafkaEventSourceConfig",
        said(consumer_group_id).map(|it| json!({ "ConsumerGroupId": it })),
    );
    properties.insert_some(
        "SourceAccessConfigurations",
        sasl_scram512.map(|it| json!([{ "Type": "SASL_SCRAM_512_AUTH", "URI": it }])),
    );
    Polling { batch_size, maximum_batching_window, enabled, filter_patterns }.insert(&mut properties);
    properties.insert_some(
        "ProvisionedPollerConfig",
        provisioned_poller_config.map(|MskPollers { minimum_pollers, maximum_pollers }| {
            let mut config = Object::new();
            config.insert_some("MinimumPollers", minimum_pollers);
            config.insert_some("MaximumPollers", maximum_pollers);
            config
        }),
    );
    properties
}
