//! Custom resources that are handled at every deployment. Answers "what of a package depends on when it is deployed?".

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::Value;

use super::Package;

impl Package {
    /// The package as it is deployed now: `ForceDeploy` of a custom resource is the time, so that CloudFormation has
    /// the resource handled again although nothing else of it has changed.
    #[must_use]
    pub fn deployed_at(mut self, time: SystemTime) -> Package {
        let milliseconds = time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis());
        let Ok(milliseconds) = u64::try_from(milliseconds) else { return self };
        let Ok(mut template) = serde_json::from_str::<Value>(&self.update_template_json) else { return self };
        let resources = template.get_mut("Resources").and_then(Value::as_object_mut).into_iter().flatten();
        let mut forced = false;
        for (_, resource) in resources {
            let kind = resource.get("Type").and_then(Value::as_str).unwrap_or_default();
            if !matches!(kind, "Custom::S3" | "Custom::CognitoUserPool") {
                continue;
            }
            if let Some(time) = resource.pointer_mut("/Properties/ForceDeploy") {
                *time = milliseconds.into();
                forced = true;
            }
        }
        if forced {
            self.update_template_json = template.to_string();
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::time::Duration;

    use super::*;
    use serde_json::json;

    #[test]
    fn the_time_goes_where_it_is_asked_for() {
        let resource = |kind: &str| json!({ "Type": kind, "Properties": { "ForceDeploy": 1 } });
        let template = |resources: Value| {
            let state = json!({
                "service": { "service": "shop", "provider": { "stage": "dev", "region": "eu-west-1" } },
                "package": { "artifactDirectoryName": "serverless/shop/dev/1-x" },
            });
            let text = json!({ "Resources": resources }).to_string();
            let package = Package::of_texts(Path::new("x"), "{}".into(), text, state.to_string()).unwrap();
            let package = package.deployed_at(UNIX_EPOCH + Duration::from_millis(7));
            serde_json::from_str::<Value>(&package.update_template_json).unwrap()
        };
        let made = template(json!({ "A": resource("Custom::S3"), "B": resource("Custom::Mine") }));
        assert_eq!(made.pointer("/Resources/A/Properties/ForceDeploy"), Some(&json!(7)));
        assert_eq!(made.pointer("/Resources/B/Properties/ForceDeploy"), Some(&json!(1)));
    }
}
