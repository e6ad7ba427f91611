//! Plain dates, which version 3 of the framework read as points in time: `2024-05-01` became
//! `2024-05-01T00:00:00.000Z` in the template. Version 4 keeps their text.

use std::sync::LazyLock;

use regex_lite::{Captures, Regex};

use crate::cfn::stamp;

/// Keys whose date is the name of a version. Version 3 made a time of them, too, which AWS refuses.
pub const NAMES_OF_VERSIONS: [&str; 2] = ["Version", "AWSTemplateFormatVersion"];

/// YAML 1.1's timestamps: a date, or a date with a time and a time zone. <https://yaml.org/type/timestamp.html>
static TIMESTAMP: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(concat!(
        r"^(?:(\d{4})-(\d\d)-(\d\d)|(\d{4})-(\d\d?)-(\d\d?)(?:[Tt]|[ \t]+)(\d\d?):(\d\d):(\d\d)",
        r"(?:\.(\d*))?(?:[ \t]*(?:Z|([-+])(\d\d?)(?::(\d\d))?))?)$"
    ))
    .ok()
});

/// The point in time that a plain scalar means, as JavaScript writes it in JSON.
pub fn time(text: &str) -> Option<String> {
    if !text.starts_with(|it: char| it.is_ascii_digit()) {
        return None;
    }
    let found = TIMESTAMP.as_ref()?.captures(text)?;
    let number = |group: usize| number(&found, group).unwrap_or(0);
    let at = if found.get(1).is_some() { 1 } else { 4 };
    let days = days(number(at), number(at + 1), number(at + 2));
    // Of the fraction three digits count.
    let fraction: String =
        found.get(10).map_or("", |it| it.as_str()).chars().chain("000".chars()).take(3).collect();
    let east = if found.get(11).is_some_and(|it| it.as_str() == "-") { -1 } else { 1 };
    let minutes = number(7) * 60 + number(8) - east * (number(12) * 60 + number(13));
    let seconds = days * 86_400 + minutes * 60 + number(9);
    Some(stamp::date(seconds * 1000 + fraction.parse::<i64>().unwrap_or(0)))
}

fn number(found: &Captures<'_>, group: usize) -> Option<i64> {
    found.get(group)?.as_str().parse().ok()
}

/// Days from 1970 to a date of the Gregorian calendar. Days and months beyond the end run on, as in JavaScript.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let months = year * 12 + month - 1;
    let (year, month) = (months.div_euclid(12), months.rem_euclid(12) + 1);
    // A year of this count starts in March, so that the leap day is its last.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    365 * year + leap_days + (153 * month + 2) / 5 + day - 1 - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_points_in_time() {
        let is = |text: &str, expected: &str| assert_eq!(time(text).as_deref(), Some(expected), "{text}");
        is("2024-05-01", "2024-05-01T00:00:00.000Z");
        is("2024-02-31", "2024-03-02T00:00:00.000Z");
        is("2001-12-14t21:59:43.10-05:00", "2001-12-15T02:59:43.100Z");
        is("2001-01-01 10:11:12", "2001-01-01T10:11:12.000Z");
        is("2001-12-15 2:59:43.1 +1", "2001-12-15T01:59:43.100Z");
        is("1969-07-20", "1969-07-20T00:00:00.000Z");
        for text in ["2024-5-1", "10.0.0.1", "20240501", "2024-05-01x", ""] {
            assert_eq!(time(text), None, "{text}");
        }
    }
}
