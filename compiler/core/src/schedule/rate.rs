//! `rate(value unit)`: at an interval, counted from when the schedule is created.

use std::ops::Range;

use ecow::{EcoString, eco_format};

use super::{spaced, wrong};
use crate::diagnostic::nearest;
use crate::shape::grammar::Fault;

/// An interval.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rate {
    /// How many.
    pub value: u64,
    /// Of what.
    pub unit: Unit,
    /// Where the value stands.
    pub value_at: Range<usize>,
    /// Where the unit stands.
    pub unit_at: Range<usize>,
}

/// What a rate is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Minutes.
    Minute,
    /// Hours.
    Hour,
    /// Days of 24 hours.
    Day,
}

impl Unit {
    /// All units.
    const ALL: [Unit; 3] = [Unit::Minute, Unit::Hour, Unit::Day];

    /// Its name in the singular.
    pub fn word(self) -> &'static str {
        match self {
            Unit::Minute => "minute",
            Unit::Hour => "hour",
            Unit::Day => "day",
        }
    }

    /// How many minutes one has.
    pub fn minutes(self) -> u64 {
        match self {
            Unit::Minute => 1,
            Unit::Hour => 60,
            Unit::Day => 24 * 60,
        }
    }

    /// As it stands behind `count`.
    pub fn counted(self, count: u64) -> EcoString {
        if count == 1 { self.word().into() } else { eco_format!("{}s", self.word()) }
    }
}

impl Rate {
    /// The interval in minutes.
    pub fn minutes(&self) -> u64 {
        self.value.saturating_mul(self.unit.minutes())
    }
}

/// Reads what stands in the parenthesis, whose text begins at `start`.
pub(super) fn read(text: &str, start: usize, faults: &mut Vec<Fault>) -> Option<Rate> {
    let parts = spaced(text, start, faults);
    let [(value, value_at), (unit, unit_at)] = parts.as_slice() else {
        let message = "a rate is a number and a unit";
        faults.push(wrong(start..start + text.len(), message).help("write it as `rate(10 minutes)`"));
        return None;
    };
    let count = number(value, value_at, unit, faults);
    let unit = read_unit(unit, unit_at, value, count, faults);
    let rate = Rate { value: count?, unit: unit?, value_at: value_at.clone(), unit_at: unit_at.clone() };
    let proper = rate.unit.counted(rate.value);
    let written = text.split_whitespace().last().unwrap_or_default();
    if written != proper {
        let meant = eco_format!("rate({} {proper})", rate.value);
        let message = eco_format!("`{}` goes with `{proper}`, not `{written}`", rate.value);
        faults.push(wrong(unit_at.clone(), message).help(eco_format!("write `{meant}`")).instead(meant));
    }
    Some(rate)
}

fn number(text: &str, at: &Range<usize>, unit: &str, faults: &mut Vec<Fault>) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit());
    if !digits {
        let fault = wrong(at.clone(), eco_format!("`{text}` is not a whole number"));
        faults.push(fault.help("write a number of minutes, hours or days, such as `rate(90 minutes)`"));
        return None;
    }
    let stripped = text.trim_start_matches('0');
    if stripped.is_empty() {
        faults.push(wrong(at.clone(), "a rate is at least 1").help("write `rate(1 minute)` or more"));
        return None;
    }
    if stripped.len() != text.len() {
        let meant = eco_format!("rate({stripped} {unit})");
        let fault = wrong(at.clone(), "a rate has no zeros in front");
        faults.push(fault.help(eco_format!("write `{meant}`")).instead(meant));
    }
    Some(stripped.parse().unwrap_or(u64::MAX))
}

fn read_unit(
    text: &str,
    at: &Range<usize>,
    value: &str,
    count: Option<u64>,
    faults: &mut Vec<Fault>,
) -> Option<Unit> {
    let lower = text.to_ascii_lowercase();
    let stem = lower.strip_suffix('s').unwrap_or(&lower);
    if let Some(unit) = Unit::ALL.into_iter().find(|it| it.word() == stem) {
        if lower == text {
            return Some(unit);
        }
        let meant = eco_format!("rate({value} {lower})");
        let fault = wrong(at.clone(), "units are written in small letters");
        faults.push(fault.help(eco_format!("write `{lower}`")).instead(meant));
        return None;
    }
    let fault =
        wrong(at.clone(), eco_format!("`{}` is not a unit of a rate", crate::shape::check::shorten(text)));
    let near = nearest(text, ["minute", "minutes", "hour", "hours", "day", "days"]);
    faults.push(match (stem, count) {
        ("second" | "sec", _) => {
            fault.why("a schedule runs at most once a minute").help("write minutes, hours or days")
        }
        ("week", Some(count)) if count < 10_000 => {
            let meant = eco_format!("rate({} days)", count * 7);
            fault.help(eco_format!("write `{meant}`")).instead(meant)
        }
        ("month", Some(1)) => fault.help("write `cron(0 0 1 * ? *)` for the first day of each month"),
        ("year", Some(1)) => fault.help("write `cron(0 0 1 1 ? *)` for the first day of each year"),
        _ => match near.or(short(stem)) {
            Some(near) => {
                let fault = fault.help(eco_format!("did you mean `{near}`?"));
                fault.instead(eco_format!("rate({value} {near})"))
            }
            None => fault.help("write `minutes`, `hours` or `days`"),
        },
    });
    None
}

/// Abbreviations that people write.
fn short(stem: &str) -> Option<&'static str> {
    match stem {
        "m" | "min" => Some("minutes"),
        "h" | "hr" => Some("hours"),
        "d" => Some("days"),
        _ => None,
    }
}
