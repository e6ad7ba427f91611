//! SQS queue to Lambda: `functions.*.events[].sqs`.
//!
//! Lowers to one `AWS::Lambda::EventSourceMapping` for each event and one IAM statement for the service.

use ecow::eco_format;

use super::{EventSource, FunctionEvents};
use crate::aws::context::ServiceContext;
use crate::aws::naming;
use crate::aws::types::arn_resource_name;
use crate::cfn::Fragment;
use crate::shape::{Arn, Cfn, Int, Typed};
use crate::value::{Object, Value};

/// Polls an SQS queue and invokes the function with batches of messages.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub struct Sqs {
    /// ARN of the queue.
    #[shorthand]
    pub arn: Cfn<Arn>,
    /// Most messages in one invocation. 10 by default.
    #[range(1, 10_000)]
    pub batch_size: Option<Int>,
    /// Whether the queue is polled. `true` by default.
    pub enabled: Option<bool>,
    /// Seconds to gather messages for a batch.
    #[range(0, 300)]
    pub maximum_batching_window: Option<Int>,
    /// What the function's response reports.
    pub function_response_type: Option<ResponseType>,
    /// Patterns of messages that invoke the function; the others are deleted from the queue.
    #[items(1, 10)]
    pub filter_patterns: Option<Vec<Value>>,
    /// Most concurrent invocations by this queue.
    #[range(2, 1000)]
    pub maximum_concurrency: Option<Int>,
}

/// What the response of a function that takes batches reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Typed)]
pub enum ResponseType {
    /// Only the messages that the response lists return to the queue.
    ReportBatchItemFailures,
}

impl EventSource for Sqs {
    const KEY: &'static str = "sqs";
    const PAGE: &'static str = include_str!("sqs.md");
    const SHARED: bool = true;

    fn lower(events: &FunctionEvents<'_, Self>, _: &ServiceContext, out: &mut Fragment) {
        for placed in &events.events {
            let Sqs {
                arn,
                batch_size,
                enabled,
                maximum_batching_window,
                function_response_type,
                filter_patterns,
                maximum_concurrency,
            } = placed.event.clone();
            let queue = naming::alphanumeric(&arn_resource_name(&arn.to_value()));
            let mut properties = Object::new();
            properties.insert("BatchSize", batch_size.unwrap_or(Int(10)));
            properties.insert("EventSourceArn", arn.to_value());
            properties.insert("FunctionName", events.function.target());
            properties.insert("Enabled", enabled.unwrap_or(true));
            properties.insert_some("MaximumBatchingWindowInSeconds", maximum_batching_window);
            properties.insert_some("FunctionResponseTypes", function_response_type.map(|it| Value::array([it.into()])));
            properties.insert_some("FilterCriteria", filter_patterns.map(super::filter_criteria));
            properties.insert_some("ScalingConfig", maximum_concurrency.map(|it| crate::json!({ "MaximumConcurrency": it })));
            let id = eco_format!("{}EventSourceMappingSQS{queue}", events.function.id());
            let from = events.function.event_path(placed.index, Self::KEY);
            out.push(super::event_source_mapping(id, properties, events.function, &from));
        }
    }

    fn lower_shared(functions: &[FunctionEvents<'_, Self>], _: &ServiceContext, out: &mut Fragment) {
        let queues: Vec<Value> = functions.iter().flat_map(|it| &it.events).map(|it| it.event.arn.to_value()).collect();
        if !queues.is_empty() {
            out.allow(&["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"], queues);
        }
    }
}
