//! A topic of a Kafka cluster of the user's own to Lambda: `functions.*.events[].kafka`.
//!
//! Lowers to one `AWS::Lambda::EventSourceMapping` for each event, and statements for each function that has one.

use ecow::eco_format;

use super::poll::{self, FilterPattern, Polling, said, shortened};
use super::stream::{StartingPosition, report_missing_time};
use super::{EventSource, FunctionEvents, event_source_mapping};
use crate::aws::context::ServiceContext;
use crate::cfn::Fragment;
use crate::diagnostic::{Diagnostic, Place};
use crate::json;
use crate::path::Path;
use crate::rules;
use crate::shape::scalar::SecretArn;
use crate::shape::{AsWritten, Map, Number, Shape, Text, Typed};
use crate::value::{Object, Value};

/// Reads a topic of a Kafka cluster of your own and invokes the function with batches of records.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub struct Kafka {
    /// How Lambda reaches the cluster and signs in.
    pub access_configurations: AccessConfigurations,
    /// The servers that Lambda asks first, each as `host:port`.
    #[items(1, usize::MAX)]
    pub bootstrap_servers: Vec<Text>,
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
    /// Where records go that were given up: the ARN of a topic, a queue or a bucket, or `kafka://` and a topic.
    #[since_4]
    pub on_failure_destination: Option<Text>,
    /// The id of the consumer group that Lambda joins. Lambda makes one by default.
    #[length(0, 200)]
    pub consumer_group_id: Option<Text>,
    /// Patterns of records that invoke the function.
    #[items(1, 10)]
    pub filter_patterns: Option<Vec<FilterPattern>>,
    /// Pollers that are kept for this topic alone.
    #[since_4]
    pub provisioned_poller_config: Option<KafkaPollers>,
}

/// Pollers that are kept for one topic.
/// <https://docs.aws.amazon.com/lambda/latest/dg/kafka-scaling-modes.html>
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
#[open]
#[requires("minimumPollers", "maximumPollers")]
pub struct KafkaPollers {
    /// The fewest. 1 by default.
    #[range(1, 200)]
    pub minimum_pollers: Option<Number>,
    /// The most. 200 by default.
    #[range(1, 2000)]
    pub maximum_pollers: Option<Number>,
}

/// How Lambda reaches the cluster and signs in, in the order in which it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessConfigurations(pub Map<Vec<Text>>);

impl Typed for AccessConfigurations {
    const SHAPE: &'static Shape = AccessFields::SHAPE;

    fn decode(value: &Value) -> Option<AccessConfigurations> {
        Map::decode(value).map(AccessConfigurations)
    }
}

/// What may be written of [`AccessConfigurations`].
/// <https://docs.aws.amazon.com/lambda/latest/api/API_SourceAccessConfiguration.html>
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
#[requires(
    "vpcSubnet",
    "vpcSecurityGroup",
    "saslPlainAuth",
    "saslScram256Auth",
    "saslScram512Auth",
    "clientCertificateTlsAuth",
    "serverRootCaCertificate"
)]
pub struct AccessFields {
    /// Ids of the subnets of the cluster.
    #[pattern("subnet-[a-z0-9]+", "a subnet, such as `subnet-0123456789`")]
    #[items(1, usize::MAX)]
    pub vpc_subnet: Option<Vec<Text>>,
    /// Ids of security groups that may reach the cluster.
    #[pattern("sg-[a-z0-9]+", "a security group, such as `sg-0123456789`")]
    #[items(1, usize::MAX)]
    pub vpc_security_group: Option<Vec<Text>>,
    /// ARNs of secrets with a name and a password, for SASL/PLAIN.
    #[items(1, usize::MAX)]
    pub sasl_plain_auth: Option<Vec<SecretArn>>,
    /// ARNs of secrets with a name and a password, for SASL/SCRAM-256.
    #[items(1, usize::MAX)]
    pub sasl_scram256_auth: Option<Vec<SecretArn>>,
    /// ARNs of secrets with a name and a password, for SASL/SCRAM-512.
    #[items(1, usize::MAX)]
    pub sasl_scram512_auth: Option<Vec<SecretArn>>,
    /// ARNs of secrets with a certificate and its key, for mutual TLS.
    #[items(1, usize::MAX)]
    pub client_certificate_tls_auth: Option<Vec<SecretArn>>,
    /// ARNs of secrets with the certificate of the authority that signed the servers' certificates.
    #[items(1, usize::MAX)]
    pub server_root_ca_certificate: Option<Vec<SecretArn>>,
}

/// What the function's role needs for its events.
#[derive(Default)]
struct Needs {
    secrets: Vec<Value>,
    network: bool,
}

impl EventSource for Kafka {
    const KEY: &'static str = "kafka";
    const PAGE: &'static str = include_str!("kafka.md");

    fn lower(events: &FunctionEvents<'_, Self>, _: &ServiceContext, out: &mut Fragment) {
        let function = events.function;
        let mut needs = Needs::default();
        for placed in &events.events {
            let from = function.event_path(placed.index, Self::KEY);
            let event = &placed.event;
            report_half_a_network(&event.access_configurations, &from, out);
            report_missing_time(
                event.starting_position.as_ref(),
                event.starting_position_timestamp,
                &from,
                out,
            );
            let id = eco_format!("{}EventSourceMappingKafka{}", function.id(), shortened(&event.topic, 158));
            let properties = properties(event.clone(), function.target(), &mut needs);
            out.push(event_source_mapping(id, properties, function, &from));
        }
        let Needs { secrets, network } = needs;
        if !secrets.is_empty() {
            poll::allow_secrets(secrets, out);
        }
        if network {
            poll::allow_network(out);
        }
    }
}

fn report_half_a_network(access: &AccessConfigurations, from: &Path, out: &mut Fragment) {
    let has = |key: &str| access.0.contains_key(key);
    let (there, missing) = match (has("vpcSubnet"), has("vpcSecurityGroup")) {
        (true, false) => ("vpcSubnet", "vpcSecurityGroup"),
        (false, true) => ("vpcSecurityGroup", "vpcSubnet"),
        _ => return,
    };
    let at = Place::key(from.join("accessConfigurations").join(there));
    out.report(
        Diagnostic::new(&rules::MISSING_KEY, at, eco_format!("missing key `{missing}` beside `{there}`"))
            .why("a network interface needs a subnet and a security group")
            .help(eco_format!("add at least one `{missing}`")),
    );
}

/// What the mapping calls an entry of `accessConfigurations`, what stands before each of its values, and whether
/// these are secrets.
fn access(key: &str) -> (&str, &'static str, bool) {
    match key {
        "vpcSubnet" => ("VPC_SUBNET", "subnet:", false),
        "vpcSecurityGroup" => ("VPC_SECURITY_GROUP", "security_group:", false),
        "saslPlainAuth" => ("BASIC_AUTH", "", true),
        "saslScram256Auth" => ("SASL_SCRAM_256_AUTH", "", true),
        "saslScram512Auth" => ("SASL_SCRAM_512_AUTH", "", true),
        "clientCertificateTlsAuth" => ("CLIENT_CERTIFICATE_TLS_AUTH", "", true),
        "serverRootCaCertificate" => ("SERVER_ROOT_CA_CERTIFICATE", "", true),
        other => (other, "", false),
    }
}

fn properties(event: Kafka, target: Value, needs: &mut Needs) -> Object {
    let Kafka {
        access_configurations,
        bootstrap_servers,
        topic,
        batch_size,
        maximum_batching_window,
        enabled,
        starting_position,
        starting_position_timestamp,
        on_failure_destination,
        consumer_group_id,
        filter_patterns,
        provisioned_poller_config,
    } = event;
    let mut accesses = Vec::new();
    for (key, values) in &access_configurations.0 {
        let (kind, prefix, secret) = access(key);
        needs.network |= !prefix.is_empty();
        for value in values {
            if secret {
                needs.secrets.push(value.into());
            }
            accesses.push(json!({ "Type": kind, "URI": (eco_format!("{prefix}{value}")) }));
        }
    }
    let servers = Value::array(bootstrap_servers.into_iter().map(Value::String));
    let mut properties = Object::new();
    properties.insert("FunctionName", target);
    properties.insert(
        "StartingPosition",
        starting_position.unwrap_or_else(|| StartingPosition::TrimHorizon.into()),
    );
    properties.insert("SelfManagedEventSource", json!({ "Endpoints": { "KafkaBootstrapServers": servers } }));
    properties.insert("Topics", Value::from([topic.into()]));
    properties.insert("SourceAccessConfigurations", accesses);
    Polling { batch_size, maximum_batching_window, enabled, filter_patterns }.insert(&mut properties);
    properties.insert_some(
        "SelfManagedKafkaEventSourceConfig",
        said(consumer_group_id).map(|it| json!({ "ConsumerGroupId": it })),
    );
    properties.insert_some("StartingPositionTimestamp", starting_position_timestamp);
    properties.insert_some(
        "DestinationConfig",
        said(on_failure_destination).map(|it| json!({ "OnFailure": { "Destination": it } })),
    );
    properties.insert_some(
        "ProvisionedPollerConfig",
        provisioned_poller_config.map(|KafkaPollers { minimum_pollers, maximum_pollers }| {
            let mut config = Object::new();
            config.insert_some("MinimumPollers", minimum_pollers);
            config.insert_some("MaximumPollers", maximum_pollers);
            config
        }),
    );
    properties
}
