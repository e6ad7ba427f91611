//! `provider.s3.*.notificationConfiguration`: notifications of a bucket besides those of the events.

use crate::shape::{Arn, Cfn, Text, Typed};

/// Notifications besides those of the events.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub struct BucketNotifications {
    /// To functions. They replace those of the events.
    #[key("LambdaConfigurations")]
    pub functions: Option<Vec<BucketFunction>>,
    /// To queues.
    #[key("QueueConfigurations")]
    pub queues: Option<Vec<BucketQueue>>,
    /// To topics.
    #[key("TopicConfigurations")]
    pub topics: Option<Vec<BucketTopic>>,
}

/// A notification to a function.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub struct BucketFunction {
    /// What happened.
    #[key("Event")]
    #[pattern("^s3:", "an event of S3, such as `s3:ObjectCreated:*`")]
    pub event: Text,
    /// Of which objects.
    #[key("Filter")]
    pub filter: Option<BucketFilter>,
    /// The function.
    #[key("Function")]
    pub function: Cfn<Arn>,
}

/// A notification to a queue.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub struct BucketQueue {
    /// What happened.
    #[key("Event")]
    #[pattern("^s3:", "an event of S3, such as `s3:ObjectCreated:*`")]
    pub event: Text,
    /// Of which objects.
    #[key("Filter")]
    pub filter: Option<BucketFilter>,
    /// The queue.
    #[key("Queue")]
    pub queue: Cfn<Arn>,
}

/// A notification to a topic.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub struct BucketTopic {
    /// What happened.
    #[key("Event")]
    #[pattern("^s3:", "an event of S3, such as `s3:ObjectCreated:*`")]
    pub event: Text,
    /// Of which objects.
    #[key("Filter")]
    pub filter: Option<BucketFilter>,
    /// The topic.
    #[key("Topic")]
    pub topic: Cfn<Arn>,
}

/// Of which objects a notification is.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub struct BucketFilter {
    /// What their keys are like.
    #[key("S3Key")]
    pub key: BucketKeyFilter,
}

/// What keys are like.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub struct BucketKeyFilter {
    /// How they start and end.
    #[key("Rules")]
    pub rules: Vec<BucketKeyRule>,
}

/// How keys start or end.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub struct BucketKeyRule {
    /// Which end of the key.
    #[key("Name")]
    pub name: KeyEnd,
    /// The text there.
    #[key("Value")]
    pub value: Text,
}

/// An end of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Typed)]
pub enum KeyEnd {
    /// The start.
    #[key("prefix")]
    Prefix,
    /// The end.
    #[key("suffix")]
    Suffix,
}
