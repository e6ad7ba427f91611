//! `frameworkVersion`: which framework a service was written for, and what has changed since.

use nodejs_semver::{Range, Version};

use crate::service::{Dialect, functions};
use crate::value::{Object, Value};

/// The version of the reference.
pub const REFERENCE: &str = "4.3.1";
/// The last versions of the majors before it.
const LAST_V3: &str = "3.40.0";

/// The framework that `frameworkVersion` pins: the newest that the range takes.
pub fn dialect(written: &Value) -> Dialect {
    let text = match written {
        Value::String(text) => text.clone(),
        Value::Number(_) => written.to_js_string(),
        _ => return Dialect::V4,
    };
    let Ok(range) = Range::parse(&text) else { return Dialect::V4 };
    let takes = |version: &str| Version::parse(version).is_ok_and(|it| range.satisfies(&it));
    if takes(REFERENCE) {
        return Dialect::V4;
    }
    let lower_bound = range.min_version();
    match lower_bound.map(|it| it.major()) {
        _ if takes(LAST_V3) => Dialect::V3,
        Some(3) => Dialect::V3,
        Some(0..=2) => Dialect::Legacy,
        _ => Dialect::V4,
    }
}

/// What version 4 makes otherwise of the service, for those who think of leaving an older one.
pub fn changes(root: &Object) -> Vec<&'static str> {
    let provider = root.get("provider");
    let of_provider = |key: &str| provider.and_then(|it| it.get(key)).filter(|it| it.is_truthy());
    let functions = root.get("functions").map(functions).unwrap_or_default();
    let functions: Vec<&Value> = functions.values().map(|it| &it.value).collect();
    let any = |test: &dyn Fn(&Value) -> bool| functions.iter().any(|it| test(it));
    let has = |function: &Value, key: &str| function.get(key).is_some_and(Value::is_truthy);
    let event = |key: &str| {
        any(&|it| {
            let events = it.get("events").and_then(Value::as_array).unwrap_or_default();
            events.iter().any(|it| it.get(key).is_some() || it.as_str() == Some(key))
        })
    };
    let public = |it: &Value| has(it, "url") && it.get("url").and_then(|it| it.get("authorizer")).is_none();
    let tags = of_provider("tags").is_some();
    let no_runtime = |it: &Value| it.get("handler").is_some() && !has(it, "runtime");
    [
        (
            of_provider("runtime").is_none() && any(&no_runtime),
            "functions without `runtime` run on Node.js 24",
        ),
        (any(&public), "a public URL has a second permission"),
        (any(&|it| has(it, "condition")), "all that a function makes exists under its `condition`"),
        (tags && event("http"), "`provider.tags` are put on the REST API"),
        (tags && event("websocket"), "`provider.tags` are put on the websocket API"),
    ]
    .into_iter()
    .filter_map(|(touched, change)| touched.then_some(change))
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_means_the_newest_framework_that_it_takes() {
        let of = |text: &str| dialect(&Value::from(text));
        assert_eq!(of("3"), Dialect::V3);
        assert_eq!(of("^3.38.0"), Dialect::V3);
        assert_eq!(of(">=2.0.0 <4.0.0"), Dialect::V3);
        assert_eq!(of("3.40.1"), Dialect::V3);
        assert_eq!(of("2 || 3"), Dialect::V3);
        assert_eq!(of(">=1.1.0 <2.0.0"), Dialect::Legacy);
        assert_eq!(of("*"), Dialect::V4);
        assert_eq!(of(">=2"), Dialect::V4);
        assert_eq!(of("4"), Dialect::V4);
        assert_eq!(dialect(&Value::Null), Dialect::V4);
    }
}
