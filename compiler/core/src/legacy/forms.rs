//! The old forms of `serverless.yml`: one file each, in the order in which they are replaced.
//!
//! A form looks for what it knows in the draft, replaces it by what means the same today, and says so.

mod events;
mod functions;
pub mod json_reference;
mod logical_ids;
mod package;
mod provider;

use super::draft::Draft;

/// Replaces one kind of old form.
pub type Form = fn(&mut Draft);

/// All forms. Each sees what those before it have made.
pub static FORMS: &[Form] = &[
    provider::replace,
    functions::replace,
    events::replace,
    package::replace,
    logical_ids::replace,
    json_reference::replace,
];
