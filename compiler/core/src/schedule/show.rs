//! The next runs of a schedule as lines of text.

use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

use super::{Expression, next};

/// The next runs after `now`, in seconds since 1970 in UTC, each as a line: in the time zone, and in UTC where
/// that is another.
pub fn runs(expression: &Expression, zone: &TimeZone, now: i64, count: usize) -> Vec<String> {
    let Ok(now) = Timestamp::from_second(now) else { return Vec::new() };
    next::runs(expression, zone, now).take(count).map(|it| line(&it.to_zoned(zone.clone()))).collect()
}

fn line(run: &Zoned) -> String {
    let seconds = if run.second() == 0 { "%H:%M" } else { "%H:%M:%S" };
    let in_zone = run.strftime(&format!("%a %Y-%m-%d {seconds} %Z")).to_string();
    let utc = run.with_time_zone(TimeZone::UTC);
    if utc.date() == run.date() && utc.time() == run.time() {
        return in_zone;
    }
    let in_utc = if utc.date() == run.date() { seconds.to_owned() } else { format!("%Y-%m-%d {seconds}") };
    format!("{in_zone} ({} UTC)", utc.strftime(&in_utc))
}
