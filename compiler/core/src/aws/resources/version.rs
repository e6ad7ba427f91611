//! Versions and aliases: `AWS::Lambda::Version` under an id that changes with the function, and `AWS::Lambda::Alias`.

use std::cmp::Ordering;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ecow::{EcoString, eco_format};
use sha2::{Digest as _, Sha256};

use super::{function::artifact, image, layer};
use crate::aws::context::{FunctionContext, ServiceContext};
use crate::aws::function::Function;
use crate::cfn::{Fragment, Resource, get_att, reference};
use crate::diagnostic::{Diagnostic, Place};
use crate::json;
use crate::rules;
use crate::value::{Object, Value};

/// The version, its output and the alias, if the function has them. `properties` are the function's, as they are
/// before its log settings.
pub fn lower(
    function: &Function,
    context: &FunctionContext,
    service: &ServiceContext,
    properties: &Object,
    out: &mut Fragment,
) {
    let wanted = function.version_function.or(service.provider.version_functions).unwrap_or(true);
    let versioned = wanted || function.durable_config.is_some() || context.at_edge;
    let alias = context.alias.as_ref();
    if !versioned && alias.is_none() {
        return;
    }
    if function.snap_start == Some(true) && function.provisioned_concurrency.is_some() {
        let at = Place::key(context.path.join("snapStart"));
        out.report(
            Diagnostic::new(
                &rules::CONFLICTING_OPTIONS,
                at,
                "`snapStart` and `provisionedConcurrency` exclude each other",
            )
            .help("remove one of the two")
            .related(Place::key(context.path.join("provisionedConcurrency")), "set here"),
        );
    }
    let (code, digest) = hashes(function, context, service, properties);
    let id = id_of(context, &digest);
    let mut version = Object::new();
    version.insert("FunctionName", reference(context.logical_id()));
    version.insert("CodeSha256", code);
    version.insert_some("Description", super::function::description(function));
    let keep = versioned || alias.is_none();
    out.push(
        Resource::new(id.clone(), "AWS::Lambda::Version", version, &context.path)
            .with_some("DeletionPolicy", keep.then_some("Retain"))
            .with_some("Condition", context.condition.clone()),
    );
    let mut output = Object::new();
    output.insert("Description", "Current Lambda function version");
    output.insert("Value", reference(id.clone()));
    output.insert_some("Condition", context.condition.clone());
    out.outputs.push((eco_format!("{}LambdaFunctionQualifiedArn", context.id()), output));

    let Some(alias) = alias else { return };
    let mut properties = Object::new();
    properties.insert("FunctionName", reference(context.logical_id()));
    properties.insert("FunctionVersion", get_att(id, "Version"));
    properties.insert("Name", &alias.name);
    let provisioned = function.provisioned_concurrency.clone().map(Value::from).filter(Value::is_truthy);
    properties.insert_some(
        "ProvisionedConcurrencyConfig",
        provisioned.map(|it| json!({ "ProvisionedConcurrentExecutions": it })),
    );
    out.push(
        Resource::new(alias.id.clone(), "AWS::Lambda::Alias", properties, &context.path)
            .with("DependsOn", context.logical_id())
            .with_some("Condition", context.condition.clone()),
    );
}

/// The logical id of the version that [`lower`] makes of the same.
pub fn id(
    function: &Function,
    context: &FunctionContext,
    service: &ServiceContext,
    properties: &Object,
) -> EcoString {
    id_of(context, &hashes(function, context, service, properties).1)
}

fn id_of(context: &FunctionContext, digest: &str) -> EcoString {
    eco_format!("{}LambdaVersion{digest}", context.id())
}

/// The hash of the code, and that of all that makes a version: the code, the layers and the configuration.
fn hashes(
    function: &Function,
    context: &FunctionContext,
    service: &ServiceContext,
    properties: &Object,
) -> (EcoString, String) {
    let mut hash = Sha256::new();
    let code = match image::digest(function, service) {
        Some(digest) => digest,
        None => {
            let code = service.code_hash(&artifact(function, context, service));
            hash.update(code.as_bytes());
            code
        }
    };
    let layers = layer::used(properties, service);
    let mut archives: Vec<&EcoString> = layers.iter().map(|it| &it.archive).collect();
    archives.sort();
    archives.iter().for_each(|it| hash.update(service.code_hash(it).as_bytes()));
    let mut configuration = properties.clone();
    if function.image.is_none() {
        configuration.remove("Code");
    }
    configuration.remove("ReservedConcurrentExecutions");
    configuration.remove("Tags");
    if !service.is_version_4() {
        // Version 3 starts from snapshots only once the id is taken.
        configuration.remove("SnapStart");
    }
    let layers: Vec<Value> = layers.into_iter().map(|it| it.configuration).collect();
    configuration.insert("layerConfigurations", layers);
    hash.update(sorted(&Value::from(configuration)).to_json().as_bytes());
    let digest = STANDARD.encode(hash.finalize());
    (code, digest.chars().filter(char::is_ascii_alphanumeric).collect())
}

/// The value with the keys of its mappings in the order of JavaScript's `localeCompare`.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Array(items) => Value::array(items.iter().map(sorted)),
        Value::Object(object) => {
            let mut entries: Vec<(&EcoString, &Value)> = object.iter().collect();
            entries.sort_by(|(a, _), (b, _)| locale_compare(a, b));
            Value::from(
                entries.into_iter().map(|(key, value)| (key.clone(), sorted(value))).collect::<Object>(),
            )
        }
        other => other.clone(),
    }
}

/// The order of the Unicode collation for the characters of configuration keys: signs, digits, letters; case counts
/// only where nothing else differs, the lower one first.
fn locale_compare(a: &str, b: &str) -> Ordering {
    let weight =
        |it: char| (if it.is_alphabetic() { 2 } else { u8::from(it.is_numeric()) }, it.to_ascii_lowercase());
    let by_letters = a.chars().map(weight).cmp(b.chars().map(weight));
    by_letters.then_with(|| a.chars().map(|it| it.is_uppercase()).cmp(b.chars().map(|it| it.is_uppercase())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_sort_as_javascript_collates_them() {
        let mut keys =
            vec!["MemorySize", "layerConfigurations", "Handler", "_x", "A1", "a", "A", "Environment"];
        keys.sort_by(|a, b| locale_compare(a, b));
        assert_eq!(
            keys,
            ["_x", "a", "A", "A1", "Environment", "Handler", "layerConfigurations", "MemorySize"]
        );
    }
}
