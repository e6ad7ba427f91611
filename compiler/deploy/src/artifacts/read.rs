//! Reads a package from a directory that `package` wrote (or the framework itself: the file names and the state
//! are the same). Answers "is the package whole, and what does it say?".

use std::path::{Path, PathBuf};

use base64::Engine;
use serde_json::Value;
use sha2::Digest;

use super::{
    ArtifactFile, CREATE_TEMPLATE, Encryption, Package, Parameter, STATE, StackSettings, Target,
    UPDATE_TEMPLATE,
};
use crate::error::{Error, ErrorKind};

/// SHA-256 in base64: the form of the metadata `filesha256`.
pub fn sha256_base64(bytes: &[u8]) -> String {
    base64::engine::general_purpose::STANDARD.encode(sha2::Sha256::digest(bytes))
}

impl Package {
    /// Reads the package in `directory`, usually `.serverless`.
    ///
    /// # Errors
    /// A missing or broken file, a missing archive, or a state that names no service, stage or region.
    pub fn read(directory: &Path) -> Result<Self, Error> {
        let create_template_json = read_text(directory, CREATE_TEMPLATE)?;
        let update_template_json = read_text(directory, UPDATE_TEMPLATE)?;
        let state_json = read_text(directory, STATE)?;
        parse(directory, CREATE_TEMPLATE, &create_template_json)?;
        let mut package = Self::of_texts(directory, create_template_json, update_template_json, state_json)?;
        let state = parse(directory, STATE, &package.state_json)?;
        let template = parse(directory, UPDATE_TEMPLATE, &package.update_template_json)?;
        package.files = files(directory, &state, &template, &package.artifact_directory)?;
        Ok(package)
    }

    /// The package that these texts describe, without its archives; `origin` is named in errors.
    pub(crate) fn of_texts(
        origin: &Path,
        create_template_json: String,
        update_template_json: String,
        state_json: String,
    ) -> Result<Self, Error> {
        let template = parse(origin, UPDATE_TEMPLATE, &update_template_json)?;
        let state = parse(origin, STATE, &state_json)?;
        let provider = state.pointer("/service/provider").unwrap_or(&Value::Null);
        let target = target(origin, &state, provider)?;
        let artifact_directory = text(state.pointer("/package/artifactDirectoryName"))
            .ok_or_else(|| incomplete(origin, "package.artifactDirectoryName"))?;
        let bucket = provider.get("deploymentBucketObject").filter(|bucket| bucket.is_object());
        let bucket = bucket.or_else(|| provider.get("deploymentBucket")).unwrap_or(&Value::Null);
        Ok(Self {
            stack: settings(provider, &target.stage, &template),
            encryption: encryption(bucket),
            keep_previous: keep(bucket),
            target,
            create_template_json,
            update_template_json,
            state_json,
            artifact_directory,
            files: Vec::new(),
        })
    }
}

fn broken(what: String, why: String) -> Error {
    Error::new(
        ErrorKind::Package,
        what,
        why,
        "Run `slsc package` again, or check the path given with `--package`.",
    )
}

fn incomplete(directory: &Path, key: &str) -> Error {
    let file = directory.join(STATE);
    broken(
        format!("`{}` is not a whole package.", directory.display()),
        format!("`{}` has no `{key}`.", file.display()),
    )
}

fn read_text(directory: &Path, name: &str) -> Result<String, Error> {
    let path = directory.join(name);
    std::fs::read_to_string(&path)
        .map_err(|error| broken(format!("Could not read `{}`.", path.display()), format!("{error}.")))
}

fn parse(directory: &Path, name: &str, text: &str) -> Result<Value, Error> {
    serde_json::from_str(text).map_err(|error| {
        broken(format!("`{}` is not JSON.", directory.join(name).display()), format!("{error}."))
    })
}

/// Scalars as text: tags and parameters may be written as numbers.
fn text(value: Option<&Value>) -> Option<String> {
    match value? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        _ => None,
    }
}

fn target(directory: &Path, state: &Value, provider: &Value) -> Result<Target, Error> {
    let service = state.get("service").unwrap_or(&Value::Null);
    let name = text(service.get("service")).or_else(|| text(service.pointer("/service/name")));
    let name = name.ok_or_else(|| incomplete(directory, "service.service"))?;
    let stage = text(provider.get("stage")).ok_or_else(|| incomplete(directory, "service.provider.stage"))?;
    let region =
        text(provider.get("region")).ok_or_else(|| incomplete(directory, "service.provider.region"))?;
    let mut target = Target::new(&name, &stage, &region);
    if let Some(stack_name) = text(provider.get("stackName")) {
        target.stack_name = stack_name;
    }
    if let Some(prefix) = text(provider.get("deploymentPrefix")) {
        target.deployment_prefix = prefix;
    }
    let bucket = provider.get("deploymentBucket");
    target.bucket = text(bucket).or_else(|| text(bucket.and_then(|bucket| bucket.get("name"))));
    Ok(target)
}

fn settings(provider: &Value, stage: &str, template: &Value) -> StackSettings {
    let mut capabilities = vec!["CAPABILITY_IAM".to_owned(), "CAPABILITY_NAMED_IAM".to_owned()];
    if template.get("Transform").is_some() {
        capabilities.push("CAPABILITY_AUTO_EXPAND".to_owned());
    }
    let list = |key: &str| provider.get(key).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let role = provider.pointer("/iam/deploymentRole").or_else(|| provider.get("cfnRole"));
    let policy = Some(list("stackPolicy")).filter(|statements| !statements.is_empty());
    StackSettings {
        tags: tags(provider.get("stackTags"), stage),
        parameters: list("stackParameters").iter().filter_map(parameter).collect(),
        notification_arns: list("notificationArns").iter().filter_map(|arn| text(Some(arn))).collect(),
        role_arn: text(role),
        capabilities,
        disable_rollback: provider.get("disableRollback").and_then(Value::as_bool).unwrap_or_default(),
        rollback_configuration: provider
            .get("rollbackConfiguration")
            .filter(|value| value.is_object())
            .cloned(),
        policy: policy.map(|statements| serde_json::json!({ "Statement": statements }).to_string()),
    }
}

/// The stage is a tag of every stack, unless the service has such a tag in whatever case.
fn tags(own: Option<&Value>, stage: &str) -> Vec<(String, String)> {
    let own = own.and_then(Value::as_object).into_iter().flatten();
    let own: Vec<_> = own.filter_map(|(key, value)| Some((key.clone(), text(Some(value))?))).collect();
    let mut tags = Vec::new();
    if !own.iter().any(|(key, _)| key.eq_ignore_ascii_case("STAGE")) {
        tags.push(("STAGE".to_owned(), stage.to_owned()));
    }
    tags.extend(own);
    tags
}

fn parameter(value: &Value) -> Option<Parameter> {
    let previous = value.get("UsePreviousValue").and_then(Value::as_bool).unwrap_or_default();
    let given = text(value.get("ParameterValue")).filter(|_| !previous);
    Some(Parameter { key: text(value.get("ParameterKey"))?, value: given })
}

fn encryption(bucket: &Value) -> Encryption {
    Encryption {
        algorithm: text(bucket.get("serverSideEncryption")),
        kms_key_id: text(bucket.get("sseKMSKeyId")),
        customer_algorithm: text(bucket.get("sseCustomerAlgorithim")),
        customer_key: text(bucket.get("sseCustomerKey")),
        customer_key_md5: text(bucket.get("sseCustomerKeyMD5")),
    }
}

fn keep(bucket: &Value) -> usize {
    let keep = bucket.get("maxPreviousDeploymentArtifacts").and_then(Value::as_u64);
    keep.and_then(|keep| usize::try_from(keep).ok()).unwrap_or(5)
}

/// The archives that the template names below this package's directory in the bucket. What the template does not
/// name is not needed; what it names must be there.
fn files(
    directory: &Path,
    state: &Value,
    template: &Value,
    prefix: &str,
) -> Result<Vec<ArtifactFile>, Error> {
    let mut keys = Vec::new();
    collect_keys(template, &format!("{prefix}/"), &mut keys);
    let elsewhere = artifacts_elsewhere(directory, state);
    let mut files = Vec::new();
    for key in keys {
        let name = key.rsplit('/').next().unwrap_or_default();
        let here = directory.join(name);
        let by_name = |path: &&PathBuf| path.file_name().is_some_and(|file| file == name);
        let path = if here.is_file() { Some(&here) } else { elsewhere.iter().find(by_name) };
        let Some(path) = path else {
            return Err(broken(
                format!("The archive `{name}` is missing."),
                format!("The template names it and `{}` does not exist.", here.display()),
            ));
        };
        let bytes = std::fs::read(path)
            .map_err(|error| broken(format!("Could not read `{}`.", path.display()), format!("{error}.")))?;
        let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        files.push(ArtifactFile {
            path: path.clone(),
            key,
            sha256_base64: sha256_base64(&bytes),
            bytes: length,
        });
    }
    Ok(files)
}

fn collect_keys(value: &Value, prefix: &str, keys: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                match value {
                    Value::String(key) if name == "S3Key" && key.starts_with(prefix) => {
                        if !keys.contains(key) {
                            keys.push(key.clone());
                        }
                    }
                    other => collect_keys(other, prefix, keys),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect_keys(item, prefix, keys)),
        _ => {}
    }
}

/// Archives that a function, a layer or the service brings itself (`package.artifact`), which stay where they are.
fn artifacts_elsewhere(directory: &Path, state: &Value) -> Vec<PathBuf> {
    let service = state.get("service").unwrap_or(&Value::Null);
    let members = ["functions", "layers"].iter().filter_map(|key| service.get(key)?.as_object());
    let members =
        members.flat_map(|members| members.values()).filter_map(|member| member.pointer("/package/artifact"));
    let whole = [service.get("artifact"), service.pointer("/package/artifact")].into_iter().flatten();
    let root = directory.parent().unwrap_or(directory);
    whole
        .chain(members)
        .filter_map(Value::as_str)
        .map(|path| root.join(path))
        .filter(|path| path.is_file())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn write(directory: &Path, state: &Value, template: &Value) {
        std::fs::write(directory.join(CREATE_TEMPLATE), "{}").unwrap();
        std::fs::write(directory.join(UPDATE_TEMPLATE), template.to_string()).unwrap();
        std::fs::write(directory.join(STATE), state.to_string()).unwrap();
    }

    fn state(provider: Value) -> Value {
        json!({
            "service": { "service": "shop", "provider": provider },
            "package": { "artifactDirectoryName": "serverless/shop/dev/1-x", "artifact": "shop.zip" },
        })
    }

    #[test]
    fn the_state_says_where_and_how_to_deploy() {
        let directory = tempfile::tempdir().unwrap();
        let provider = json!({
            "stage": "dev", "region": "eu-west-1", "stackTags": { "stage": "mine", "cost": 7 },
            "stackParameters": [
                { "ParameterKey": "Size", "ParameterValue": "3" },
                { "ParameterKey": "Old", "UsePreviousValue": true },
            ],
            "deploymentBucket": {
                "name": "ours", "serverSideEncryption": "AES256", "maxPreviousDeploymentArtifacts": 2,
            },
            "iam": { "deploymentRole": "arn:aws:iam::1:role/r" }, "stackPolicy": [{ "Effect": "Allow" }],
        });
        let code = json!({ "S3Key": "serverless/shop/dev/1-x/shop.zip" });
        let template = json!({ "Transform": "X", "Resources": { "F": { "Properties": { "Code": code } } } });
        write(directory.path(), &state(provider), &template);
        let missing = Package::read(directory.path()).unwrap_err();
        assert_eq!(missing.what, "The archive `shop.zip` is missing.");

        std::fs::write(directory.path().join("shop.zip"), "zip").unwrap();
        let package = Package::read(directory.path()).unwrap();
        assert_eq!(package.target.stack_name, "shop-dev");
        assert_eq!(package.target.bucket.as_deref(), Some("ours"));
        assert_eq!(
            package.stack.tags,
            [("stage".to_owned(), "mine".to_owned()), ("cost".to_owned(), "7".to_owned())]
        );
        assert_eq!(
            package.stack.parameters.iter().map(|p| p.value.as_deref()).collect::<Vec<_>>(),
            [Some("3"), None]
        );
        assert_eq!(package.stack.capabilities.last().unwrap(), "CAPABILITY_AUTO_EXPAND");
        assert_eq!(package.stack.policy.as_deref(), Some(r#"{"Statement":[{"Effect":"Allow"}]}"#));
        assert_eq!(package.keep_previous, 2);
        assert_eq!(package.files.len(), 1);
        assert_eq!(
            package.template_url("b"),
            "https://s3.eu-west-1.amazonaws.com/b/serverless/shop/dev/1-x/compiled-cloudformation-template.json"
        );
    }

    #[test]
    fn a_state_without_region_is_refused_by_name() {
        let directory = tempfile::tempdir().unwrap();
        write(directory.path(), &state(json!({ "stage": "dev" })), &json!({}));
        let error = Package::read(directory.path()).unwrap_err();
        assert!(error.why.ends_with("has no `service.provider.region`."), "{}", error.why);
    }
}
