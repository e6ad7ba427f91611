//! A queue of ActiveMQ to Lambda: `functions.*.events[].activemq`.
//!
//! Lowers to one `AWS::Lambda::EventSourceMapping` for each event, and statements for each function that has one.

use super::poll::{self, FilterPattern, Polling, Queue};
use super::{EventSource, FunctionEvents};
use crate::aws::context::ServiceContext;
use crate::cfn::Fragment;
use crate::shape::scalar::{BrokerArn, SecretArn};
use crate::shape::{Number, RefOrImport, Text, Typed};

/// Reads a queue of a ActiveMQ broker of Amazon MQ and invokes the function with batches of messages.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub struct Activemq {
    /// ARN of the broker.
    pub arn: RefOrImport<BrokerArn>,
    /// ARN of the secret with the name and the password that Lambda signs in with.
    pub basic_auth_arn: RefOrImport<SecretArn>,
    /// The name of the queue.
    pub queue: Text,
    /// Most messages in one invocation. 100 by default.
    #[range(1, 10_000)]
    pub batch_size: Option<Number>,
    /// Seconds to gather messages for a batch. Half a second by default.
    #[range(0, 300)]
    pub maximum_batching_window: Option<Number>,
    /// Whether the queue is read. `true` by default.
    pub enabled: Option<bool>,
    /// Patterns of messages that invoke the function.
    #[items(1, 10)]
    pub filter_patterns: Option<Vec<FilterPattern>>,
}

impl EventSource for Activemq {
    const KEY: &'static str = "activemq";
    const PAGE: &'static str = include_str!("activemq.md");

    fn lower(events: &FunctionEvents<'_, Self>, _: &ServiceContext, out: &mut Fragment) {
        let queues = events.events.iter().map(|placed| {
            let Activemq {
                arn,
                basic_auth_arn,
                queue,
                batch_size,
                maximum_batching_window,
                enabled,
                filter_patterns,
            } = placed.event.clone();
            Queue {
                arn: arn.0.into(),
                secret: basic_auth_arn.0.into(),
                queue,
                virtual_host: None,
                polling: Polling { batch_size, maximum_batching_window, enabled, filter_patterns },
                from: events.function.event_path(placed.index, Self::KEY),
            }
        });
        poll::lower_queues("ActiveMQ", queues.collect(), events.function, out);
    }
}
