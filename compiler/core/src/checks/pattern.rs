//! Places that a pattern such as `Rules.*.Name` means in a value: `*` is each item of a list, or each entry of a mapping.

use crate::path::Path;
use crate::value::Value;

/// The places below `at`, where `value` stands, and what stands at each.
pub fn places<'v>(value: &'v Value, at: &Path, pattern: &str) -> Vec<(Path, &'v Value)> {
    let mut places = vec![(at.clone(), value)];
    for step in pattern.split('.') {
        let mut next = Vec::new();
        for (path, value) in places {
            match (step, value) {
                ("*", Value::Array(items)) => {
                    next.extend(items.iter().enumerate().map(|(index, it)| (path.join(index), it)));
                }
                ("*", Value::Object(object)) => {
                    next.extend(object.iter().map(|(key, it)| (path.join(key), it)));
                }
                (key, Value::Object(object)) => next.extend(object.get(key).map(|it| (path.join(key), it))),
                _ => {}
            }
        }
        places = next;
    }
    places
}
