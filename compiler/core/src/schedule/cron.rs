//! `cron(minutes hours day-of-month month day-of-week year)`: at times of the calendar.
//!
//! A field is a list of items, each with its place in the text. What AWS documents is taken, what it excludes is an
//! error, and what it does not speak of is doubtful.
//! <https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#cron-based>

mod field;

use std::ops::Range;

use ecow::{EcoString, eco_format};
use jiff::civil::Date;

use super::{doubtful, spaced, unix, wrong};
use crate::shape::grammar::Fault;

/// The calendar times at which something runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cron {
    /// The minutes of an hour.
    pub minutes: Field,
    /// The hours of a day.
    pub hours: Field,
    /// The days of a month.
    pub days: Field,
    /// The months.
    pub months: Field,
    /// The days of a week, 1 being Sunday.
    pub weekdays: Field,
    /// The years.
    pub years: Field,
}

/// What a field counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Minutes.
    Minutes,
    /// Hours.
    Hours,
    /// Days of the month.
    DayOfMonth,
    /// Months.
    Month,
    /// Days of the week.
    DayOfWeek,
    /// Years.
    Year,
}

/// The fields in their order.
const UNITS: [Unit; 6] =
    [Unit::Minutes, Unit::Hours, Unit::DayOfMonth, Unit::Month, Unit::DayOfWeek, Unit::Year];

impl Unit {
    /// As AWS calls the field.
    pub fn name(self) -> &'static str {
        match self {
            Unit::Minutes => "minutes",
            Unit::Hours => "hours",
            Unit::DayOfMonth => "day-of-month",
            Unit::Month => "month",
            Unit::DayOfWeek => "day-of-week",
            Unit::Year => "year",
        }
    }

    /// The least and the greatest value.
    pub fn range(self) -> (u16, u16) {
        match self {
            Unit::Minutes => (0, 59),
            Unit::Hours => (0, 23),
            Unit::DayOfMonth => (1, 31),
            Unit::Month => (1, 12),
            Unit::DayOfWeek => (1, 7),
            Unit::Year => (1970, 2199),
        }
    }

    /// The names of its values, from the least on.
    pub fn names(self) -> &'static [&'static str] {
        match self {
            Unit::Month => {
                &["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
            }
            Unit::DayOfWeek => &["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"],
            _ => &[],
        }
    }

    /// Whether it is one of the two fields for days.
    pub fn is_day(self) -> bool {
        matches!(self, Unit::DayOfMonth | Unit::DayOfWeek)
    }
}

/// A field: what it takes is what any of its items takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// What it counts.
    pub unit: Unit,
    /// The items, in the order of the text.
    pub items: Vec<Item>,
    /// Where it stands.
    pub at: Range<usize>,
}

/// An item of a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// What it takes.
    pub kind: ItemKind,
    /// Where it stands.
    pub at: Range<usize>,
}

/// What an item of a field takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ItemKind {
    /// `*`: everything.
    Any,
    /// `?`: the other field for days decides.
    Open,
    /// One value.
    One(u16),
    /// `a-b`, and beyond the end where `b` is below `a`.
    Span {
        /// The first value.
        first: u16,
        /// The last value.
        last: u16,
    },
    /// `a/n`, `*/n`, `a-b/n`.
    Step {
        /// The first value.
        first: u16,
        /// The last value that may be.
        last: u16,
        /// From one to the next.
        step: u16,
    },
    /// `L` of the month, or so many days before: `L-3`.
    LastDay(u16),
    /// `LW`: the last of Monday to Friday in the month.
    LastWorkday,
    /// `15W`: of Monday to Friday the day nearest to this one, in the same month.
    NearestWorkday(u16),
    /// `6L`: the last such weekday of the month.
    LastOf(u16),
    /// `2#1`: the first Monday of the month.
    Nth {
        /// The weekday.
        weekday: u16,
        /// Which of the month, from 1.
        nth: u16,
    },
}

impl Field {
    /// Whether the field takes a value. Items that ask for a date take none.
    pub fn takes(&self, value: u16) -> bool {
        self.items.iter().any(|it| it.kind.takes(value, self.unit))
    }

    /// The values that the field takes, ascending.
    pub fn values(&self) -> Vec<u16> {
        let (least, most) = self.unit.range();
        (least..=most).filter(|it| self.takes(*it)).collect()
    }

    /// Whether it is `*`, perhaps in more words.
    pub fn is_any(&self) -> bool {
        self.items.iter().any(|it| it.kind == ItemKind::Any)
    }

    /// Whether it is `?`.
    pub fn is_open(&self) -> bool {
        self.items.iter().all(|it| it.kind == ItemKind::Open)
    }

    fn takes_date(&self, date: Date) -> bool {
        let plain = match self.unit {
            Unit::DayOfWeek => weekday(date),
            _ => day(date),
        };
        self.items.iter().any(|it| it.kind.takes(plain, self.unit) || it.kind.takes_date(date))
    }
}

/// 1 for Sunday to 7 for Saturday.
fn weekday(date: Date) -> u16 {
    date.weekday().to_sunday_one_offset().unsigned_abs().into()
}

fn day(date: Date) -> u16 {
    date.day().unsigned_abs().into()
}

fn days_of(date: Date) -> u16 {
    date.days_in_month().unsigned_abs().into()
}

impl ItemKind {
    fn takes(self, value: u16, unit: Unit) -> bool {
        match self {
            ItemKind::Any => true,
            ItemKind::One(it) => it == value,
            ItemKind::Span { first, last } => in_span(value, first, last),
            ItemKind::Step { first, last, step } => {
                let (least, most) = unit.range();
                // A span that goes beyond the end is counted on from the least value.
                let distance =
                    if value >= first { value - first } else { value + (most - least + 1) - first };
                in_span(value, first, last) && distance.checked_rem(step) == Some(0)
            }
            _ => false,
        }
    }

    fn takes_date(self, date: Date) -> bool {
        let (day, last) = (day(date), days_of(date));
        let workday = |date: Date| (2..=6).contains(&weekday(date));
        match self {
            ItemKind::LastDay(before) => day + before == last,
            ItemKind::LastWorkday => workday(date) && day + 2 >= last && (weekday(date) == 6 || day == last),
            ItemKind::NearestWorkday(wanted) => workday(date) && nearest_workday(date, wanted) == Some(day),
            ItemKind::LastOf(wanted) => weekday(date) == wanted && day + 7 > last,
            ItemKind::Nth { weekday: wanted, nth } => weekday(date) == wanted && day.div_ceil(7) == nth,
            _ => false,
        }
    }
}

fn in_span(value: u16, first: u16, last: u16) -> bool {
    if first <= last { (first..=last).contains(&value) } else { value >= first || value <= last }
}

/// The day of Monday to Friday nearest to day `wanted` in the month of `date`.
fn nearest_workday(date: Date, wanted: u16) -> Option<u16> {
    let last = days_of(date);
    let at = Date::new(date.year(), date.month(), i8::try_from(wanted).ok()?).ok()?;
    Some(match weekday(at) {
        7 if wanted == 1 => 3,
        7 => wanted - 1,
        1 if wanted == last => wanted - 2,
        1 => wanted + 1,
        _ => wanted,
    })
}

impl Cron {
    /// The fields in their order.
    pub fn fields(&self) -> [&Field; 6] {
        [&self.minutes, &self.hours, &self.days, &self.months, &self.weekdays, &self.years]
    }

    /// Whether it runs on a date.
    pub fn takes_date(&self, date: Date) -> bool {
        self.takes_month(date)
            && (self.days.is_open() || self.days.takes_date(date))
            && (self.weekdays.is_open() || self.weekdays.takes_date(date))
    }

    /// Whether it runs in the month of a date.
    pub fn takes_month(&self, date: Date) -> bool {
        let year = u16::try_from(date.year()).unwrap_or_default();
        self.years.takes(year) && self.months.takes(date.month().unsigned_abs().into())
    }
}

/// Reads what stands in the parenthesis, whose text begins at `start`.
pub(super) fn read(text: &str, start: usize, faults: &mut Vec<Fault>) -> Option<Cron> {
    let parts = spaced(text, start, faults);
    if parts.len() != UNITS.len() {
        faults.push(wrong_count(text, start, parts.len()));
        return None;
    }
    let mut fields =
        UNITS.iter().zip(&parts).map(|(unit, (text, at))| field::read(*unit, text, at.start, faults));
    let mut next = || fields.next().flatten();
    let read = [next(), next(), next(), next(), next(), next()];
    drop(fields);
    if let [_, _, (days, days_at), _, (weekdays, weekdays_at), _] = parts.as_slice() {
        let with = |index: usize, instead: &str| {
            let words: Vec<&str> =
                parts.iter().enumerate().map(|(at, it)| if at == index { instead } else { it.0 }).collect();
            eco_format!("cron({})", words.join(" "))
        };
        faults.extend(day_fields((days, days_at), (weekdays, weekdays_at), &with));
    }
    let [minutes, hours, days, months, weekdays, years] = read;
    Some(Cron {
        minutes: minutes?,
        hours: hours?,
        days: days?,
        months: months?,
        weekdays: weekdays?,
        years: years?,
    })
}

/// One of the two fields for days is `?`.
fn day_fields(
    (days, days_at): (&str, &Range<usize>),
    (weekdays, weekdays_at): (&str, &Range<usize>),
    with: &dyn Fn(usize, &str) -> EcoString,
) -> Option<Fault> {
    let why = "day-of-month and day-of-week exclude each other";
    let must_be_open = |index: usize, at: &Range<usize>, name: &str| {
        let meant = with(index, "?");
        let fault = wrong(at.clone(), eco_format!("{name} has to be `?` here")).why(why);
        Some(fault.help("write `?` there").instead(meant))
    };
    match (days, weekdays) {
        ("?", "?") => {
            let fault = doubtful(weekdays_at.clone(), "both fields for days are `?`");
            let meant = with(2, "*");
            Some(fault.help(eco_format!("for every day write `{meant}`")).instead(meant))
        }
        ("?", _) | (_, "?") => None,
        ("*", "*") => must_be_open(4, weekdays_at, "day-of-week"),
        ("*", _) => must_be_open(2, days_at, "day-of-month"),
        (_, "*") => must_be_open(4, weekdays_at, "day-of-week"),
        _ => {
            let fault =
                wrong(weekdays_at.clone(), "days of the month and of the week are both given").why(why);
            Some(fault.help("write `?` for one of them, or make two schedules"))
        }
    }
}

fn wrong_count(text: &str, start: usize, count: usize) -> Fault {
    let place = start..start + text.len();
    let word = if count == 1 { "field" } else { "fields" };
    let fault = wrong(place, eco_format!("a `cron` schedule has six fields, here are {count} {word}"));
    let order = "the fields are minutes, hours, day-of-month, month, day-of-week and year";
    match count {
        5 => match unix::translate(text.trim()) {
            Some(meant) => fault
                .why("this is a line of `crontab`: here a year follows, and 1 is Sunday")
                .help(eco_format!("write `{meant}`"))
                .instead(meant),
            None => fault
                .why("this is a line of `crontab`: here a year follows, and 1 is Sunday")
                .help("make two schedules, one by day-of-month and one by day-of-week"),
        },
        7 => fault.why(order).help("leave the seconds out, which stand first in other languages"),
        _ => fault.help(order),
    }
}
