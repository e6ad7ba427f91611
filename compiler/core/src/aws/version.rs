//! `frameworkVersion`: which framework a service was written for.

use nodejs_semver::{Range, Version};

use crate::service::Dialect;
use crate::value::Value;

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
