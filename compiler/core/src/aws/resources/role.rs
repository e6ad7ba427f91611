//! The role that the functions share, and what a function's own role is.

use crate::aws::context::{RoleReference, ServiceContext};
use crate::aws::function::Function;
use crate::aws::provider::Provider;
use crate::cfn::Fragment;
use crate::pipeline::LoweredFunction;

/// The shared role with all that the fragments allow it.
pub fn lower(service: &ServiceContext, functions: &[&LoweredFunction], rest: &Fragment) -> Fragment {
    let _ = (service, functions, rest);
    Fragment::default()
}

/// Whose role a function runs with.
pub fn reference(function: &Function, provider: &Provider) -> RoleReference {
    let _ = (function, provider);
    RoleReference::Shared
}
