//! Layers: `layers.*` to `AWS::Lambda::LayerVersion`.

use crate::aws::context::ServiceContext;
use crate::cfn::Fragment;
use crate::shape::check::Checker;
use crate::value::Value;

/// All layers of the service.
pub fn lower(layers: &Value, service: &ServiceContext, cx: &mut Checker) -> Fragment {
    let _ = (layers, service, cx);
    Fragment::default()
}
