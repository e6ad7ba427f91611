//! Deep merging, as the framework merges `resources` over what it generates.

use std::sync::Arc;

use crate::value::{Object, Value};

/// Merges `source` into `target`: mappings key by key, lists item by item, everything else replaced.
pub fn merge(target: &mut Object, source: &Object) {
    for (key, value) in source.iter() {
        match target.get_mut(key) {
            Some(existing) => merge_value(existing, value),
            None => target.insert(key.clone(), value),
        }
    }
}

fn merge_value(target: &mut Value, source: &Value) {
    match (&mut *target, source) {
        (Value::Object(into), Value::Object(from)) => merge(Arc::make_mut(into), from),
        (Value::Array(into), Value::Array(from)) => {
            let into = Arc::make_mut(into);
            for (index, item) in from.iter().enumerate() {
                match into.get_mut(index) {
                    Some(existing) => merge_value(existing, item),
                    None => into.push(item.clone()),
                }
            }
        }
        _ => *target = source.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    #[test]
    fn lists_merge_by_index_and_scalars_are_replaced() {
        let mut target = Object::new();
        target.insert("a", json!([{ "x": 1 }, 2]));
        let source = json!({ "a": [{ "y": 3 }], "b": null });
        if let Value::Object(source) = &source {
            merge(&mut target, source);
        }
        assert_eq!(Value::from(target).to_json(), r#"{"a":[{"x":1,"y":3},2],"b":null}"#);
    }
}
