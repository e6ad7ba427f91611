//! The time of a deployment, made of its content.
//!
//! The framework writes the time into the keys of its artifacts. Here the same inputs give the same bytes, so the
//! time is derived from the template itself, in the framework's own form: milliseconds, and the same as a date.

use std::collections::BTreeMap;

use ecow::EcoString;
use sha2::{Digest as _, Sha256};

use crate::aws::resources::deployment_bucket::STAMP;
use crate::value::{Object, Value};

/// Stands for the time of a deployment where it is a number of milliseconds.
pub const TIME: &str = "0000000000000-ms";

/// 2020-09-13T12:26:40Z; what is derived lies within the years behind it.
const START_MS: u64 = 1_600_000_000_000;
const SPAN_MS: u64 = 6_000_000_000_000 / 16;

/// The stamp of a template and of the archives that it names, by their hashes: `{ms}-{ISO date}`.
pub fn of(template: &Object, archives: &BTreeMap<EcoString, EcoString>) -> String {
    let mut content = Value::from(template.clone()).to_json();
    for (name, hash) in archives {
        content += &format!("\n{name} {hash}");
    }
    let ms = digits(&content);
    format!("{ms}-{}", iso(ms))
}

/// Digits for an id that changes exactly when `content` does, as many as a time in milliseconds has.
pub fn digits(content: &str) -> u64 {
    let digest = Sha256::digest(content.as_bytes());
    let number = digest.iter().take(8).fold(0u64, |all, it| (all << 8) | u64::from(*it));
    START_MS + number % SPAN_MS
}

/// The template with `stamp` in the place of the time.
pub fn apply(template: &Object, stamp: &str) -> Object {
    template.iter().map(|(key, value)| (key.clone(), replaced(value, stamp))).collect()
}

fn replaced(value: &Value, stamp: &str) -> Value {
    match value {
        Value::String(text) if text == TIME => {
            stamp.split_once('-').and_then(|(ms, _)| ms.parse().ok()).map_or(Value::Null, Value::Number)
        }
        Value::String(text) if text.contains(STAMP) => Value::from(text.replace(STAMP, stamp).as_str()),
        Value::Array(items) => Value::array(items.iter().map(|it| replaced(it, stamp))),
        Value::Object(object) => apply(object, stamp).into(),
        other => other.clone(),
    }
}

fn iso(ms: u64) -> String {
    date(ms as i64)
}

/// Milliseconds since 1970 as `2020-09-13T12:26:40.000Z`.
pub fn date(ms: i64) -> String {
    let (days, rest) = (ms.div_euclid(86_400_000), ms.rem_euclid(86_400_000));
    // Days to a date of the Gregorian calendar, by its cycle of 400 years that starts on the first of March.
    let shifted = days + 719_468;
    let (era, day) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let date = day - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = year + era * 400 + i64::from(month <= 2);
    let (hours, minutes, seconds) = (rest / 3_600_000, rest / 60_000 % 60, rest / 1000 % 60);
    format!("{year:04}-{month:02}-{date:02}T{hours:02}:{minutes:02}:{seconds:02}.{:03}Z", rest % 1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_dates_of_the_calendar() {
        assert_eq!(iso(0), "1970-01-01T00:00:00.000Z");
        assert_eq!(iso(1_600_000_000_123), "2020-09-13T12:26:40.123Z");
        assert_eq!(iso(1_709_164_800_000), "2024-02-29T00:00:00.000Z");
    }
}
