//! The compiler: from the text of a Serverless Framework service to diagnostics and a CloudFormation template.
//!
//! The way of the data is in [`pipeline`], the one file with queries; each calls a plain function of a stage:
//! [`document`] (a file as values), [`variables`] (`${...}` replaced), [`shape`] (checked and typed), [`aws`]
//! (lowered to fragments), [`cfn`] (linked to a template). [`locate`] finds places when something is shown.
//!
//! Invariants: no IO and no panic on any input; values and fragments carry no positions; a stage never changes
//! another stage's output; same inputs, same bytes out.
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        clippy::unreachable
    )
)]

pub mod allow;
pub mod aws;
pub mod cfn;
pub mod checks;
pub mod code;
pub mod db;
pub mod diagnostic;
pub mod document;
pub mod dotenv;
pub mod fix;
pub mod follow_up;
pub mod glob;
pub mod language;
pub mod legacy;
pub mod levels;
pub mod locate;
pub mod package;
pub mod path;
pub mod pipeline;
pub mod plugins;
pub mod rules;
pub mod schedule;
pub mod service;
pub mod several;
pub mod shape;
pub mod stages;
pub mod value;
pub mod variables;
