//! Log groups: one for each function that writes logs.

use ecow::{EcoString, eco_format};

use crate::aws::context::{FunctionContext, ServiceContext};
use crate::aws::function::Function;
use crate::aws::naming;
use crate::aws::types::DataProtectionPolicy;
use crate::cfn::{Fragment, Resource};
use crate::path::Path;
use crate::value::{Object, Value};

/// The name of a function's log group.
pub fn name(function: &str) -> EcoString {
    eco_format!("/aws/lambda/{function}")
}

/// The log group of a function.
pub fn lower(function: &Function, context: &FunctionContext, service: &ServiceContext) -> Fragment {
    let mut out = Fragment::default();
    if function.disable_logs == Some(true) {
        return out;
    }
    let provider = &service.provider;
    let mut properties = Object::new();
    properties.insert("LogGroupName", name(&context.name));
    properties.insert_some(
        "RetentionInDays",
        function.log_retention_in_days.or(provider.log_retention_in_days).map(|it| it.0),
    );
    let protection =
        function.log_data_protection_policy.as_ref().or(provider.log_data_protection_policy.as_ref());
    properties.insert_some("DataProtectionPolicy", protection.map(policy));
    let id = naming::log_group(&context.key);
    out.push(
        Resource::new(id, "AWS::Logs::LogGroup", properties, &context.path)
            .with_some("Condition", context.condition.clone()),
    );
    out
}

/// The log group of something that the service needs besides its functions.
pub fn other(id: &str, name: EcoString, service: &ServiceContext, from: &Path) -> Resource {
    let provider = &service.provider;
    let mut properties = Object::new();
    properties.insert("LogGroupName", name);
    properties.insert_some("RetentionInDays", provider.log_retention_in_days.map(|it| it.0));
    properties.insert_some("DataProtectionPolicy", provider.log_data_protection_policy.as_ref().map(policy));
    Resource::new(id, "AWS::Logs::LogGroup", properties, from)
}

fn policy(policy: &DataProtectionPolicy) -> Value {
    let DataProtectionPolicy { name, description, version, statement } = policy;
    let mut out = Object::new();
    out.insert("Name", name);
    out.insert_some("Description", description.clone());
    out.insert("Version", version);
    out.insert("Statement", statement.clone());
    out.into()
}
