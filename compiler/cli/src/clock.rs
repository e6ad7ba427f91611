//! The time, which the compiler takes as a value.

use std::time::{SystemTime, UNIX_EPOCH};

/// The time in seconds since 1970 in UTC; that of `SOURCE_DATE_EPOCH` if it is set, so that output can be repeated.
pub fn now() -> i64 {
    let fixed = std::env::var("SOURCE_DATE_EPOCH").ok().and_then(|it| it.parse().ok());
    fixed.unwrap_or_else(|| {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
    })
}
