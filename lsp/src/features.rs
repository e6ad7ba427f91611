//! What the editor may ask: one file for each.

pub mod beta;
pub mod code_action;
pub mod completion;
pub mod definition;
pub mod diagnostics;
pub mod handler;
pub mod hover;
pub mod rename;
pub mod resource;
pub mod schedule;
pub mod variable;
