//! Tells whether a package is what is deployed already. Answers "is there anything to do?" before a byte is
//! uploaded; when in doubt there is, and the change set decides.

use serde_json::{Map, Value};

use crate::artifacts::Package;
use crate::aws::{Aws, Stack};

/// Whether `stack` already is what `package` would make: the same template but for the names that change with each
/// packaging, the same archives, parameters, tags and topics.
pub(crate) async fn is_unchanged<A: Aws>(aws: &A, package: &Package, stack: &Stack, bucket: &str) -> bool {
    let at_rest = matches!(stack.status.as_str(), "CREATE_COMPLETE" | "UPDATE_COMPLETE");
    if !at_rest || !same_settings(package, stack) || reads_elsewhere(&package.update_template_json) {
        return false;
    }
    let Ok(ours) = serde_json::from_str::<Value>(&package.update_template_json) else { return false };
    let Ok(theirs) = aws.stack_template(&stack.id).await else { return false };
    let Ok(theirs) = serde_json::from_str::<Value>(&theirs) else { return false };
    if normalised(package, &ours) != normalised(package, &theirs) {
        return false;
    }
    let mut compared: Vec<(String, String)> = Vec::new();
    for (our_key, their_key) in archive_keys(&ours).into_iter().zip(archive_keys(&theirs)) {
        let Some(file) = package.files.iter().find(|file| file.key == our_key) else {
            if our_key != their_key {
                return false;
            }
            continue;
        };
        let pair = (our_key, their_key);
        if compared.contains(&pair) {
            continue;
        }
        let deployed = aws.object_sha256(bucket, &pair.1).await;
        if !deployed.is_ok_and(|sha256| sha256.as_deref() == Some(file.sha256_base64.as_str())) {
            return false;
        }
        compared.push(pair);
    }
    true
}

fn same_settings(package: &Package, stack: &Stack) -> bool {
    let sorted = |list: &[(String, String)]| {
        let mut list = list.to_vec();
        list.sort();
        list
    };
    let same_parameters = package.stack.parameters.iter().all(|wanted| {
        let deployed = stack.parameters.iter().find(|(key, _)| *key == wanted.key);
        match (&wanted.value, deployed) {
            (Some(value), Some((_, deployed))) => value == deployed,
            (None, deployed) => deployed.is_some(),
            (Some(_), None) => false,
        }
    });
    let mut wanted_topics = package.stack.notification_arns.clone();
    let mut topics = stack.notification_arns.clone();
    wanted_topics.sort();
    topics.sort();
    let same_role = package.stack.role_arn.is_none() || package.stack.role_arn == stack.role_arn;
    sorted(&package.stack.tags) == sorted(&stack.tags)
        && same_parameters
        && wanted_topics == topics
        && same_role
}

/// Whether the template takes values from outside at deployment, which may have changed although it has not.
fn reads_elsewhere(template: &str) -> bool {
    let marks =
        ["{{resolve:", "AWS::SSM::Parameter::Value", "\"Transform\"", "Fn::Transform", "AWS::Include"];
    marks.iter().any(|mark| template.contains(mark))
}

/// The template with what changes at each packaging made equal, and its keys in order.
pub(crate) fn normalised(package: &Package, template: &Value) -> Value {
    let renames = deployment_ids(template);
    sort(template, &package.target.base(), &renames)
}

/// Logical ids of API deployments: each packaging makes another.
fn deployment_ids(template: &Value) -> Vec<(String, &'static str)> {
    let resources = template.get("Resources").and_then(Value::as_object).into_iter().flatten();
    let renamed = resources.filter_map(|(id, resource)| {
        let name = match resource.get("Type").and_then(Value::as_str)? {
            "AWS::ApiGateway::Deployment" if id.starts_with("ApiGatewayDeployment") => "ApiGatewayDeployment",
            "AWS::ApiGatewayV2::Deployment" if id.starts_with("WebsocketsDeployment") => {
                "WebsocketsDeployment"
            }
            _ => return None,
        };
        Some((id.clone(), name))
    });
    renamed.collect()
}

fn sort(value: &Value, base: &str, renames: &[(String, &'static str)]) -> Value {
    let rename = |text: &str| {
        let found = renames.iter().find(|(id, _)| id == text);
        found.map_or_else(|| text.to_owned(), |(_, name)| (*name).to_owned())
    };
    match value {
        Value::Object(fields) => {
            let mut fields: Vec<_> = fields.iter().collect();
            fields.sort_by(|left, right| left.0.cmp(right.0));
            let fields = fields.into_iter().map(|(key, value)| match value {
                Value::String(text) if key == "S3Key" && text.starts_with(base) => {
                    (rename(key), Value::from(""))
                }
                value => (rename(key), sort(value, base, renames)),
            });
            Value::Object(fields.collect::<Map<_, _>>())
        }
        Value::Array(items) => Value::Array(items.iter().map(|item| sort(item, base, renames)).collect()),
        Value::String(text) => Value::String(rename(text)),
        other => other.clone(),
    }
}

/// Keys of archives in the order of their resources' names, so that two templates with the same resources give
/// lists that fit.
fn archive_keys(template: &Value) -> Vec<String> {
    fn collect(value: &Value, keys: &mut Vec<String>) {
        match value {
            Value::Object(fields) => {
                let mut fields: Vec<_> = fields.iter().collect();
                fields.sort_by(|left, right| left.0.cmp(right.0));
                for (name, value) in fields {
                    match value {
                        Value::String(key) if name == "S3Key" => keys.push(key.clone()),
                        other => collect(other, keys),
                    }
                }
            }
            Value::Array(items) => items.iter().for_each(|item| collect(item, keys)),
            _ => {}
        }
    }
    let mut keys = Vec::new();
    if let Some(resources) = template.get("Resources") {
        collect(resources, &mut keys);
    }
    keys
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn names_that_change_with_each_packaging_do_not_count() {
        let template = |time: &str, memory: u32| {
            json!({ "Resources": {
                "F": { "Type": "AWS::Lambda::Function", "Properties": {
                    "MemorySize": memory, "Code": { "S3Key": format!("serverless/shop/dev/{time}/shop.zip") } } },
                format!("ApiGatewayDeployment{time}"): { "Type": "AWS::ApiGateway::Deployment" },
                "Plan": { "DependsOn": [format!("ApiGatewayDeployment{time}")] } } })
        };
        let plain = |template: Value| {
            let base = "serverless/shop/dev/";
            sort(&template, base, &deployment_ids(&template))
        };
        assert_eq!(plain(template("1", 128)), plain(template("2", 128)));
        assert_ne!(plain(template("1", 128)), plain(template("1", 256)));
        assert_eq!(archive_keys(&template("7", 1)), ["serverless/shop/dev/7/shop.zip"]);
    }

    #[test]
    fn values_from_outside_leave_the_answer_to_aws() {
        assert!(reads_elsewhere(r#"{"A":"{{resolve:ssm:x:1}}"}"#));
        assert!(!reads_elsewhere(r#"{"Resources":{}}"#));
    }
}
