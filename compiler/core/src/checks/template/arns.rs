//! ARNs that are written out in properties of resources: they are whole, of a partition and of an account.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html>

use super::Facts;
use crate::checks::arn::look_any;
use crate::diagnostic::{Diagnostic, Place};
use crate::path::Path;
use crate::value::{Object, Value};

/// Finds ARNs that are none.
pub fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    for (path, part) in facts.own_parts() {
        let resources = part.get("Resources").and_then(Value::as_object);
        for (id, body) in resources.into_iter().flat_map(Object::iter) {
            let is_aws = body.get("Type").and_then(Value::as_str).is_some_and(|it| it.starts_with("AWS::"));
            if let Some(properties) = body.get("Properties").filter(|_| is_aws) {
                below(properties, &path.join("Resources").join(id).join("Properties"), false, found);
            }
        }
    }
}

fn below(value: &Value, path: &Path, is_arn: bool, found: &mut Vec<Diagnostic>) {
    match value {
        Value::String(text) if is_arn => look_any(text, Place::value(path.clone()), found),
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                below(item, &path.join(index), is_arn, found);
            }
        }
        Value::Object(object) if crate::shape::cfn::is_intrinsic(object) => {}
        Value::Object(object) => {
            for (key, value) in object.iter() {
                let named = key.trim_end_matches('s').to_lowercase().ends_with("arn");
                // In a condition of a policy any pattern may stand.
                let of_condition = key.contains(':');
                below(value, &path.join(key), named && !of_condition, found);
            }
        }
        _ => {}
    }
}
