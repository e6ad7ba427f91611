//! The configuration as the framework settles it before it packages: `slsc print` shows it, and the state that lies
//! beside the template holds it, where plugins and scripts read the names of functions.

use super::functions;
use crate::aws::context::ServiceContext;
use crate::value::{Object, Value};

/// `config` with the provider as a mapping that has stage and region, and the functions as one mapping in which each
/// has its name and its events.
pub fn settled(config: &Value, context: &ServiceContext) -> Value {
    let Value::Object(config) = config else { return config.clone() };
    let mut config = Object::clone(config);
    config.insert("service", &context.service);
    let mut provider = match config.get("provider") {
        Some(Value::Object(provider)) => Object::clone(provider),
        Some(name @ Value::String(_)) => Object::from_iter([("name".into(), name.clone())]),
        _ => Object::new(),
    };
    provider.insert("stage", &context.stage);
    provider.insert("region", &context.region);
    if provider.get("versionFunctions").is_none_or(Value::is_null) {
        provider.insert("versionFunctions", true);
    }
    config.insert("provider", provider);
    if let Some(section) = config.get("functions") {
        let mut all = Object::new();
        for (key, listed) in functions(section) {
            let mut function = match &listed.value {
                Value::Object(function) => Object::clone(function),
                _ => {
                    all.insert(key, listed.value);
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
