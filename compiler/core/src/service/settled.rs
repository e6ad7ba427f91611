//! The configuration as the framework settles it before it packages: `slsc print` shows it, and the state that lies
//! beside the template holds it, where plugins and scripts read the names of functions.

use ecow::eco_format;

use super::{Root, functions};
use crate::aws;
use crate::aws::context::ServiceContext;
use crate::aws::function::Function;
use crate::aws::layer::Layer;
use crate::aws::provider::Provider;
use crate::language;
use crate::path::{Path, Segment};
use crate::plugins::Listed;
use crate::shape::check::{Checker, check};
use crate::shape::{Map, Shape, Typed};
use crate::value::{Object, Value};

/// A value as the framework's validator leaves it: `5` where a text is expected is one, and a single value is a list.
fn taken(value: &Value, shape: &Shape, path: &mut Path) -> Value {
    let taken = check(value, shape, &mut Checker::new(path.clone(), None, Listed::ANY));
    converted(value, &taken, path)
}

/// What is written, with only the conversions of what is taken: nothing is left out or spelt out.
fn converted(written: &Value, taken: &Value, path: &mut Path) -> Value {
    let mut below = |segment: Segment, written: &Value, taken: &Value| {
        path.push(segment);
        let value = converted(written, taken, path);
        path.pop();
        value
    };
    match (written, taken) {
        (Value::Object(object), Value::Object(taken)) => {
            let entries = object.iter().map(|(key, it)| {
                let taken = taken.get(key).unwrap_or(it);
                (key.clone(), below(Segment::from(key), it, taken))
            });
            entries.collect::<Object>().into()
        }
        (Value::Array(items), Value::Array(taken)) if items.len() == taken.len() => {
            let pairs = items.iter().zip(taken.iter()).enumerate();
            Value::array(pairs.map(|(index, (it, taken))| below(Segment::from(index), it, taken)))
        }
        (Value::Array(_) | Value::Null | Value::Unknown(_), _) | (_, Value::Object(_)) => written.clone(),
        (_, Value::Array(items)) => match items.iter().as_slice() {
            [one] => Value::array([below(Segment::from(0_usize), written, one)]),
            _ => written.clone(),
        },
        // The words of a choice are numbers to the framework where they look so.
        (Value::Number(_), Value::String(_)) if is_choice(path) => written.clone(),
        _ => taken.clone(),
    }
}

fn is_choice(path: &Path) -> bool {
    language::shapes_at(path).iter().any(|it| matches!(it, Shape::Choice(_)))
}

/// The configuration with its values as they are taken. `resources` and `custom` may hold anything.
fn all_taken(config: &Value) -> Value {
    let Value::Object(object) = config else { return config.clone() };
    let root = taken(&aws::slim_root(config), Root::SHAPE, &mut Path::root());
    let entry = |key: &str, value: &Value| match (key, value) {
        ("provider", Value::Object(_)) => taken(value, Provider::SHAPE, &mut Path::from([key])),
        ("layers", Value::Object(_)) => taken(value, <Map<Layer>>::SHAPE, &mut Path::from([key])),
        ("provider" | "functions" | "layers" | "resources" | "custom", _) => value.clone(),
        _ => root.get(key).cloned().unwrap_or_else(|| value.clone()),
    };
    object.iter().map(|(key, value)| (key.clone(), entry(key, value))).collect::<Object>().into()
}

/// `config` with the provider as a mapping that has stage and region, and the functions as one mapping in which each
/// has its name and its events.
pub fn settled(config: &Value, context: &ServiceContext) -> Value {
    let Value::Object(config) = all_taken(config) else { return config.clone() };
    let mut config = Object::clone(&config);
    config.insert("service", &context.service);
    let mut provider = match config.get("provider") {
        Some(Value::Object(provider)) => Object::clone(provider),
        Some(name @ Value::String(_)) => Object::from_iter([("name".into(), name.clone())]),
        _ => Object::new(),
    };
    // The stage of `--stage` stays where it was given.
    if provider.get("stage").is_none_or(Value::is_null) {
        provider.insert("stage", "dev");
    }
    provider.insert("region", &context.region);
    if provider.get("versionFunctions").is_none_or(Value::is_null) {
        provider.insert("versionFunctions", true);
    }
    // The framework keeps the options of the bucket beside its name.
    if let Some(bucket @ Value::Object(_)) = provider.get("deploymentBucket").cloned() {
        provider.insert("deploymentBucket", bucket.get("name").cloned().unwrap_or_default());
        provider.insert("deploymentBucketObject", bucket);
    }
    let prefix = provider.get("deploymentPrefix").and_then(Value::as_str).unwrap_or("serverless");
    let artifacts = eco_format!("{prefix}/{}/{}/code-artifacts", context.service, context.stage);
    if let Some(Value::Object(package)) = config.get("package") {
        let mut package = Object::clone(package);
        package.insert("artifactsS3KeyDirname", artifacts);
        config.insert("package", package);
    }
    config.insert("provider", provider);
    if let Some(section) = config.get("functions").filter(|it| !it.is_null()) {
        let mut all = Object::new();
        for (key, listed) in functions(section) {
            let mut function =
                match taken(&listed.value, Function::SHAPE, &mut Path::from(["functions", key.as_str()])) {
                    Value::Object(function) => Object::clone(&function),
                    value => {
                        all.insert(key, value);
                        continue;
                    }
                };
            if function.get("events").is_none_or(Value::is_null) {
                function.insert("events", Value::from([]));
            }
            let name = context.function(&key).map(|it| it.name.clone()).unwrap_or_default();
            function.insert("name", name);
            all.insert(key, function);
        }
        config.insert("functions", all);
    }
    config.into()
}
