//! What the editor may ask: one file for each.

pub mod completion;
pub mod definition;
pub mod diagnostics;
pub mod hover;
pub mod variable;
