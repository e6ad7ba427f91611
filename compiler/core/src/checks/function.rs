//! Checks of one function by itself. An edit of another function does not run them again.

pub mod handler;
mod name_length;

use super::Surroundings;
use crate::aws::context::FunctionContext;
use crate::aws::function::Function;
use crate::diagnostic::{Diagnostic, Place};
use crate::service::ListedFunction;

/// What a check of a function sees.
pub struct Facts<'a> {
    /// The service around it.
    pub around: &'a Surroundings<'a>,
    /// Its key, its path, and its options as they were written, variables replaced.
    pub listed: &'a ListedFunction,
    /// Its options, typed. What was reported as wrong is not there.
    pub function: &'a Function,
    /// What it has from the service: its name in Lambda, its role, the values of the provider or the defaults.
    pub context: &'a FunctionContext,
}

impl Facts<'_> {
    /// The key of the function.
    pub fn key(&self) -> Place {
        Place::key(self.listed.path.clone())
    }

    /// The value of one of its options.
    pub fn value(&self, option: &str) -> Place {
        Place::value(self.listed.path.join(option))
    }
}

/// A check of one function.
pub type Check = fn(&Facts<'_>, &mut Vec<Diagnostic>);

/// All checks of one function.
pub const CHECKS: &[Check] = &[handler::check, name_length::check];
