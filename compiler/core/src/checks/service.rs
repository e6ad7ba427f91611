//! Checks of what functions, provider and files say together.

mod duplicate_name;
mod folders;
mod packaged;
mod patterns;
mod wsgi;

use super::{Surroundings, function};
use crate::diagnostic::Diagnostic;
use crate::value::Value;

/// What a check of a service sees.
pub struct Facts<'a> {
    /// The service.
    pub around: &'a Surroundings<'a>,
    /// The whole configuration, variables replaced.
    pub config: &'a Value,
    /// The functions in the order of the file.
    pub functions: Vec<function::Facts<'a>>,
}

/// A check of a service.
pub type Check = fn(&Facts<'_>, &mut Vec<Diagnostic>);

/// All checks of a service.
pub const CHECKS: &[Check] = &[duplicate_name::check, folders::check, packaged::check, patterns::check, wsgi::check];
