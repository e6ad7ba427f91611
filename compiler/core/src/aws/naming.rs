//! Logical ids: the contract with stacks that the framework has deployed.
//!
//! An id that changes makes CloudFormation replace the resource, so these never do.

use ecow::{EcoString, eco_format};
use md5::{Digest as _, Md5};

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

/// A path of an API as it goes into logical ids: `users/{id}` is `UsersIdVar`.
pub fn path(path: &str) -> EcoString {
    path.split('/').map(path_part).collect()
}

fn path_part(part: &str) -> EcoString {
    let mut part = part.to_lowercase().replace('-', "Dash");
    if let (Some(open), Some(close)) = (part.find('{'), part.rfind('}'))
        && open < close
        && let (Some(before), Some(inner), Some(after)) =
            (part.get(..open), part.get(open + 1..close), part.get(close + 1..))
    {
        part = format!("{before}{inner}Var{after}");
    }
    alphanumeric(&part)
}

/// The words of a name: runs of letters and digits, parted where a lower-case letter meets an upper-case one.
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut previous = ' ';
    for char in name.chars() {
        let breaks = !previous.is_alphanumeric()
            || (previous.is_lowercase() && char.is_uppercase())
            || (previous.is_ascii_digit() != char.is_ascii_digit());
        if char.is_alphanumeric() {
            match words.last_mut().filter(|_| !breaks) {
                Some(word) => word.push(char),
                None => words.push(char.to_string()),
            }
        }
        previous = char;
    }
    words
}

/// `my-schema name` as `MySchemaName`, the rest of each word in lower case.
pub fn upper_camel(name: &str) -> EcoString {
    words(name).iter().map(|it| upper_first(&it.to_lowercase())).collect()
}

/// `application/json` as `ApplicationJson`, the rest of each word as it is.
pub fn start_case(name: &str) -> EcoString {
    words(name).iter().map(|it| upper_first(it)).collect()
}

/// The MD5 of a name in hexadecimal digits, for names that are too long to stand themselves.
pub fn md5(name: &str) -> String {
    Md5::digest(name).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// `{N}LambdaFunction`.
pub fn function(key: &str) -> EcoString {
    eco_format!("{}LambdaFunction", normalized(key))
}

/// The logical id of a layer, without what is added to it where the layer is retained.
pub fn layer(key: &str) -> EcoString {
    eco_format!("{}LambdaLayer", normalized(key))
}

/// `{N}LogGroup`.
pub fn log_group(key: &str) -> EcoString {
    eco_format!("{}LogGroup", normalized(key))
}
