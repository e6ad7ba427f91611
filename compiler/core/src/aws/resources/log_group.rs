//! Log groups: one for each function that writes logs.

use crate::aws::context::{FunctionContext, ServiceContext};
use crate::aws::function::Function;
use crate::cfn::Fragment;

/// The log group of a function.
pub fn lower(function: &Function, context: &FunctionContext, service: &ServiceContext) -> Fragment {
    let _ = (function, context, service);
    Fragment::default()
}
