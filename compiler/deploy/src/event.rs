//! What the backend tells its caller while it works. Answers "what can be printed live?"; the crate itself
//! prints nothing.

use serde::{Deserialize, Serialize};

use crate::plan::Step;

/// One thing that just happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum Event {
    /// A step of the plan begins.
    Step {
        /// The step.
        step: Step,
    },
    /// One file is in the deployment bucket.
    Uploaded {
        /// Key of the object.
        key: String,
        /// Size in bytes.
        bytes: u64,
        /// Files uploaded so far, this one included.
        done: usize,
        /// Files to upload.
        total: usize,
    },
    /// A change that CloudFormation is about to make.
    Change(Change),
    /// An event of the stack, as CloudFormation reports it.
    StackEvent(StackEvent),
    /// Objects were deleted from a bucket.
    Emptied {
        /// Name of the bucket.
        bucket: String,
        /// Objects and versions deleted in total.
        objects: usize,
    },
    /// Something worth a line that is neither progress nor an error.
    Note {
        /// One sentence.
        text: String,
    },
}

impl Event {
    /// A note of one sentence.
    pub(crate) fn note(text: impl Into<String>) -> Self {
        Self::Note { text: text.into() }
    }
}

/// One event of a stack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StackEvent {
    /// Unique id of the event.
    pub id: String,
    /// When, as RFC 3339 in UTC.
    pub time: String,
    /// Name of the stack.
    pub stack: String,
    /// Logical id of the resource; the stack's own name for the stack itself.
    pub logical_id: String,
    /// Physical id of the resource, empty while there is none.
    pub physical_id: String,
    /// CloudFormation type.
    pub resource_type: String,
    /// Status of the resource.
    pub status: String,
    /// AWS's reason, if it gives one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reason: Option<String>,
    /// The token of the request that caused the event, if any.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub token: Option<String>,
}

/// One change of a change set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// `Add`, `Modify`, `Remove`, `Import` or `Dynamic`.
    pub action: String,
    /// Logical id of the resource.
    pub logical_id: String,
    /// CloudFormation type.
    pub resource_type: String,
    /// `True`, `False` or `Conditional` for a `Modify`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub replacement: Option<String>,
    /// Names of the properties that change, in AWS's order.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub properties: Vec<String>,
    /// Whether stored data goes with the resource: it is deleted or replaced, and not retained.
    #[serde(default)]
    pub loses_data: bool,
}
