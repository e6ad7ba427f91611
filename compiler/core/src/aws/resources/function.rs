//! Functions: `functions.*` to `AWS::Lambda::Function` with its version, alias, URL and invocation settings.

use ecow::EcoString;

use crate::aws::context::{Alias, FunctionContext, ServiceContext};
use crate::aws::function::Function;
use crate::cfn::Fragment;

/// A function with what belongs to it.
pub fn lower(function: &Function, context: &FunctionContext, service: &ServiceContext) -> Fragment {
    let _ = (function, context, service);
    Fragment::default()
}

/// The alias that a function's events invoke.
pub fn alias(key: &EcoString, function: &Function) -> Option<Alias> {
    let _ = (key, function);
    None
}
