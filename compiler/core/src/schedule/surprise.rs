//! What a schedule does that its writer may not expect: it never runs, or at other times than it seems.

use std::ops::Range;

use ecow::eco_format;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::cron::{Field, ItemKind, Unit};
use super::{At, Cron, Expression, Rate};
use crate::rules;
use crate::shape::grammar::Fault;

/// How many seconds local times may be ahead of UTC or behind it, and more.
const ANY_ZONE: i64 = 24 * 60 * 60;

/// Looks at an expression that has no mistake.
pub(super) fn of(expression: &Expression, text: &str, now: Option<i64>) -> Vec<Fault> {
    match expression {
        Expression::Rate(it) => of_rate(it).into_iter().collect(),
        Expression::At(it) => past(it, now).into_iter().collect(),
        Expression::Cron(it) => of_cron(it, text, now),
    }
}

fn hint(within: Range<usize>, message: impl Into<ecow::EcoString>) -> Fault {
    Fault::new(&rules::SCHEDULE_SURPRISE, within, message)
}

fn never(within: Range<usize>, message: impl Into<ecow::EcoString>) -> Fault {
    Fault::new(&rules::SCHEDULE_NEVER_RUNS, within, message)
}

/// A rate of whole days runs at a time of day that nobody has chosen.
fn of_rate(rate: &Rate) -> Option<Fault> {
    let days = rate.minutes() / (24 * 60);
    let whole = rate.minutes().is_multiple_of(24 * 60);
    let instead = match days {
        1 => "`cron(0 12 * * ? *)`",
        7 => "`cron(0 12 ? * MON *)`",
        _ => "a `cron` schedule",
    };
    (whole && days > 0).then(|| {
        hint(rate.value_at.start..rate.unit_at.end, "it runs at the time of day at which it was created")
            .help(eco_format!("write {instead} for a time of your own"))
    })
}

fn date_of(seconds: i64) -> Option<Date> {
    Timestamp::from_second(seconds).ok().map(|it| TimeZone::UTC.to_datetime(it).date())
}

fn past(at: &At, now: Option<i64>) -> Option<Fault> {
    let moment = TimeZone::UTC.to_timestamp(at.time).ok()?.as_second();
    (moment + ANY_ZONE < now?).then(|| {
        never(at.at.clone(), "this time has passed").help("write a time to come, or remove the schedule")
    })
}

fn of_cron(cron: &Cron, text: &str, now: Option<i64>) -> Vec<Fault> {
    // A weekday that no month has so often has been told.
    if cron
        .weekdays
        .items
        .iter()
        .any(|it| matches!(it.kind, ItemKind::Nth { nth, .. } if !(1..=5).contains(&nth)))
    {
        return Vec::new();
    }
    if let Some(fault) = never_runs(cron).or_else(|| over(cron, now)) {
        return vec![fault];
    }
    let steps = [&cron.minutes, &cron.hours, &cron.days, &cron.months].into_iter().flat_map(uneven);
    let mut found: Vec<Fault> = steps.collect();
    found.extend(each_minute(cron));
    found.extend(skipped_months(cron));
    found.extend(numbered_weekdays(cron, text));
    found
}

/// The dates of a year on which it runs.
fn dates(cron: &Cron, year: u16) -> impl Iterator<Item = Date> + '_ {
    let months = cron.months.values();
    let firsts = months
        .into_iter()
        .filter_map(move |month| Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, 1).ok());
    let of_month = |first: Date| {
        (1..=first.days_in_month()).filter_map(move |day| Date::new(first.year(), first.month(), day).ok())
    };
    firsts.flat_map(of_month).filter(|it| cron.takes_date(*it))
}

fn never_runs(cron: &Cron) -> Option<Fault> {
    if cron.years.values().into_iter().any(|year| dates(cron, year).next().is_some()) {
        return None;
    }
    let field = if cron.days.is_open() { &cron.weekdays } else { &cron.days };
    let within = field.at.start.min(cron.months.at.start)..field.at.end.max(cron.months.at.end);
    let leap = cron.days.values() == [29] && cron.months.values() == [2];
    let (message, within) = if leap {
        ("none of these years has a February 29", cron.years.at.clone())
    } else {
        ("no month that it names has such a day, so it never runs", within)
    };
    Some(never(within, message).help("mend the day or the month; `L` is the last day of each month"))
}

/// Whether all its years have passed.
fn over(cron: &Cron, now: Option<i64>) -> Option<Fault> {
    let today = date_of(now? - ANY_ZONE)?;
    let year = u16::try_from(today.year()).ok()?;
    let last = cron.years.values().into_iter().rev().find(|it| dates(cron, *it).next().is_some())?;
    let passed = last < year || last == year && dates(cron, year).all(|it| it < today);
    passed.then(|| {
        let message = eco_format!("its last run was in {last}");
        never(cron.years.at.clone(), message).help("write `*` for every year, or remove the schedule")
    })
}

/// Steps that do not come out even, so that the last gap is shorter.
fn uneven(field: &Field) -> Option<Fault> {
    let [item] = field.items.as_slice() else { return None };
    let ItemKind::Step { step, .. } = item.kind else { return None };
    let (least, most) = field.unit.range();
    let values = field.values();
    let (Some(first), Some(last)) = (values.first(), values.last()) else { return None };
    let gap = most - least + 1 - last + first;
    let reaches = last + step > most;
    if first == last || !reaches || (gap == step && field.unit != Unit::DayOfMonth) {
        return None;
    }
    let found = match field.unit {
        Unit::Minutes => {
            hint(item.at.clone(), eco_format!("after minute {last} comes minute {first} of the next hour"))
                .why(eco_format!("an hour does not divide by {step}"))
                .help(eco_format!("for an even interval write `rate({step} minutes)`"))
        }
        Unit::Hours => {
            hint(item.at.clone(), eco_format!("after hour {last} comes hour {first} of the next day"))
                .why(eco_format!("a day does not divide by {step}"))
                .help(eco_format!("for an even interval write `rate({step} hours)`"))
        }
        Unit::DayOfMonth => {
            hint(item.at.clone(), "each month begins anew, so the interval changes at its end")
                .help(eco_format!("for an even interval write `rate({step} days)`"))
        }
        _ => hint(item.at.clone(), "each year begins anew, so the interval changes at its end")
            .help("list the months"),
    };
    // What begins in the middle of an hour is meant to end with it.
    (first - least < step).then_some(found)
}

/// `* 12`: each minute of an hour, where one run is meant.
fn each_minute(cron: &Cron) -> Option<Fault> {
    let hours = cron.hours.items.iter().all(|it| matches!(it.kind, ItemKind::One(_)));
    (cron.minutes.is_any() && hours).then(|| {
        hint(cron.minutes.at.clone(), "it runs each minute of the hour, 60 times")
            .help("write `0` to run once, at the full hour")
    })
}

fn skipped_months(cron: &Cron) -> Option<Fault> {
    let fifth = cron.weekdays.items.iter().find(|it| matches!(it.kind, ItemKind::Nth { nth: 5, .. }));
    if let Some(item) = fifth {
        let help = "for the last one of each month write `L` behind the day, such as `FRIL`";
        return Some(hint(item.at.clone(), "months with four such days are skipped").help(help));
    }
    let plain = cron.days.items.iter().all(|it| {
        matches!(
            it.kind,
            ItemKind::One(_) | ItemKind::Span { .. } | ItemKind::Step { .. } | ItemKind::NearestWorkday(_)
        )
    });
    let wanted = |kind: ItemKind| match kind {
        ItemKind::NearestWorkday(day) => Some(day),
        _ => None,
    };
    let nearest = cron.days.items.iter().filter_map(|it| wanted(it.kind));
    let first = cron.days.values().into_iter().chain(nearest).min()?;
    // 2024 was a leap year, 2023 was not.
    let has = |year: i16, month: u16| {
        let date = i8::try_from(month).ok().and_then(|month| Date::new(year, month, 1).ok());
        date.is_some_and(|it| u16::from(it.days_in_month().unsigned_abs()) >= first)
    };
    let months = cron.months.values();
    if !plain || months.iter().all(|it| has(2023, *it)) {
        return None;
    }
    let fault = hint(
        cron.days.at.clone(),
        match months.iter().any(|it| has(2023, *it)) {
            true => eco_format!("months without a day {first} are skipped"),
            false => "it runs in leap years only".into(),
        },
    );
    Some(fault.help("`L` is the last day of each month"))
}

/// `1-5`, which is Monday to Friday for `crontab` alone.
fn numbered_weekdays(cron: &Cron, text: &str) -> Option<Fault> {
    let item = cron.weekdays.items.iter().find(|it| it.kind == ItemKind::Span { first: 1, last: 5 })?;
    let written = text.get(item.at.clone())?;
    (written == "1-5").then(|| {
        hint(item.at.clone(), "`1-5` is Sunday to Thursday here")
            .why("1 is Sunday, unlike in `crontab`")
            .help("for Monday to Friday write `MON-FRI`")
    })
}
