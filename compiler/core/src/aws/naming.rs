//! Logical ids: the contract with stacks that the framework has deployed.
//!
//! An id that changes makes CloudFormation replace the resource, so these never do.

use ecow::{EcoString, eco_format};

/// The logical id of the role that all functions share.
pub const ROLE: &str = "IamRoleLambdaExecution";
/// The logical id of the bucket that deployments go to.
pub const DEPLOYMENT_BUCKET: &str = "ServerlessDeploymentBucket";
/// The logical id of that bucket's policy.
pub const DEPLOYMENT_BUCKET_POLICY: &str = "ServerlessDeploymentBucketPolicy";

/// A function's or layer's key as it goes into logical ids: `my-fn_a` is `MyDashfnUnderscorea`.
pub fn normalized(key: &str) -> EcoString {
    upper_first(&key.replace('-', "Dash").replace('_', "Underscore"))
}

/// Any name as it goes into logical ids: without what is no letter or digit, the first letter in upper case.
pub fn alphanumeric(name: &str) -> EcoString {
    let kept: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    upper_first(&kept)
}

/// `text` with its first letter in upper case.
pub fn upper_first(text: &str) -> EcoString {
    let mut chars = text.chars();
    match chars.next() {
        Some(first) => first.to_uppercase().chain(chars).collect(),
        None => EcoString::new(),
    }
}

/// `{N}LambdaFunction`.
pub fn function(key: &str) -> EcoString {
    eco_format!("{}LambdaFunction", normalized(key))
}

/// `{N}LogGroup`.
pub fn log_group(key: &str) -> EcoString {
    eco_format!("{}LogGroup", normalized(key))
}
