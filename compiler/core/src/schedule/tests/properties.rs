//! Next runs against a clock that is looked at minute by minute; and that anything can be read.

use std::collections::BTreeSet;

use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use proptest::prelude::*;

use super::super::{next, parse, show, words, zone};
use crate::rules;
use crate::shape::check::matches;

/// Whether an item as it is written takes a value; a second reading of the language, by the text alone.
fn item_takes(item: &str, value: i64, least: i64, most: i64, names: &[&str]) -> bool {
    let number = |text: &str| {
        let name = names.iter().position(|it| *it == text).map(|it| it as i64 + least);
        name.unwrap_or_else(|| text.parse().unwrap())
    };
    let (base, step) = item.split_once('/').map_or((item, None), |(base, step)| (base, Some(number(step))));
    let (first, last) = match base.split_once('-') {
        _ if base == "*" => (least, most),
        Some((first, last)) => (number(first), number(last)),
        None => (number(base), if step.is_some() { most } else { number(base) }),
    };
    (first..=last).contains(&value) && (value - first) % step.unwrap_or(1) == 0
}

fn takes(field: &str, value: i64, least: i64, most: i64, names: &[&str]) -> bool {
    field.split(',').any(|it| item_takes(it, value, least, most, names))
}

const MONTHS: [&str; 12] =
    ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const WEEKDAYS: [&str; 7] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

fn day_takes(days: &str, weekdays: &str, at: jiff::civil::DateTime) -> bool {
    let (day, last) = (i64::from(at.day()), i64::from(at.days_in_month()));
    let weekday = i64::from(at.weekday().to_sunday_one_offset());
    let named = |text: &str| match WEEKDAYS.iter().position(|it| *it == text) {
        Some(index) => index as i64 + 1,
        None => text.parse().unwrap(),
    };
    let of_month = match days {
        "?" => true,
        "L" => day == last,
        _ => match days.strip_suffix('W') {
            // The nearest of Monday to Friday, by trying one after the other.
            Some(wanted) => {
                let wanted: i64 = wanted.parse().unwrap();
                let is_workday = |day: i64| {
                    let date = at.date().with().day(day as i8).build().unwrap();
                    !matches!(date.weekday().to_sunday_one_offset(), 1 | 7)
                };
                let near = [0, -1, 1, -2, 2].into_iter().map(|it| wanted + it);
                wanted <= last
                    && near.filter(|it| (1..=last).contains(it)).find(|it| is_workday(*it)) == Some(day)
            }
            None => takes(days, day, 1, 31, &[]),
        },
    };
    let of_week = match weekdays {
        "?" => true,
        "L" => weekday == 7,
        _ if weekdays.contains('#') => {
            let (wanted, nth) = weekdays.split_once('#').unwrap();
            weekday == named(wanted) && (day - 1) / 7 + 1 == nth.parse::<i64>().unwrap()
        }
        _ if weekdays.len() != 3 && weekdays.ends_with('L') => {
            weekday == named(weekdays.trim_end_matches('L')) && day > last - 7
        }
        _ => takes(weekdays, weekday, 1, 7, &WEEKDAYS),
    };
    of_month && of_week
}

/// All runs in a span, by looking at each minute of it.
fn minute_by_minute(text: &str, zone: &TimeZone, from: Timestamp, minutes: i64) -> Vec<Timestamp> {
    let inner = text.strip_prefix("cron(").unwrap().strip_suffix(')').unwrap();
    let fields: Vec<&str> = inner.split(' ').collect();
    // Local times that the clock has shown; they run the first time only.
    let mut shown = BTreeSet::new();
    let mut found = Vec::new();
    for minute in -240..=minutes {
        let moment = from + minute.minutes();
        let local = zone.to_datetime(moment);
        let first = shown.insert(local);
        if minute > 0
            && first
            && takes(fields[0], local.minute().into(), 0, 59, &[])
            && takes(fields[1], local.hour().into(), 0, 23, &[])
            && takes(fields[3], local.month().into(), 1, 12, &MONTHS)
            && takes(fields[5], local.year().into(), 1970, 2199, &[])
            && day_takes(fields[2], fields[4], local)
        {
            found.push(moment);
        }
    }
    found
}

fn plain(least: u32, most: u32) -> impl Strategy<Value = String> {
    let range = (least..=most, least..=most).prop_map(|(a, b)| (a.min(b), a.max(b)));
    let item = prop_oneof![
        (least..=most).prop_map(|it| it.to_string()),
        range.clone().prop_map(|(a, b)| format!("{a}-{b}")),
        (least..=most, 1u32..12).prop_map(|(a, n)| format!("{a}/{n}")),
        (range, 1u32..6).prop_map(|((a, b), n)| format!("{a}-{b}/{n}")),
    ];
    prop_oneof![
        2 => Just("*".to_owned()),
        1 => (1u32..12).prop_map(|it| format!("*/{it}")),
        4 => proptest::collection::vec(item, 1..4).prop_map(|it| it.join(",")),
    ]
}

fn expression() -> impl Strategy<Value = String> {
    let month = prop_oneof![4 => Just("*".to_owned()), 2 => plain(1, 12), 1 => (0usize..12).prop_map(|it| MONTHS[it].to_owned())];
    let days = prop_oneof![plain(1, 31), Just("L".to_owned()), (1u32..=31).prop_map(|it| format!("{it}W")),];
    let weekdays = prop_oneof![
        Just("L".to_owned()),
        (1u32..=7).prop_map(|it| it.to_string()),
        (0usize..7).prop_map(|it| WEEKDAYS[it].to_owned()),
        (0usize..3, 3usize..7).prop_map(|(a, b)| format!("{}-{}", WEEKDAYS[a], WEEKDAYS[b])),
        (0usize..7, 1u32..=5).prop_map(|(a, k)| format!("{}#{k}", WEEKDAYS[a])),
        (1u32..=7).prop_map(|it| format!("{it}L")),
        (0usize..7).prop_map(|it| format!("{}L", WEEKDAYS[it])),
    ];
    let either =
        prop_oneof![days.prop_map(|it| (it, "?".to_owned())), weekdays.prop_map(|it| ("?".to_owned(), it))];
    let year =
        prop_oneof![3 => Just("*".to_owned()), 1 => (2025u32..2029).prop_map(|it| format!("{it}-2030"))];
    (plain(0, 59), plain(0, 23), either, month, year).prop_map(
        |(minutes, hours, (days, weekdays), month, year)| {
            format!("cron({minutes} {hours} {days} {month} {weekdays} {year})")
        },
    )
}

/// Days around which clocks change, and others.
const STARTS: [&str; 8] = [
    "2026-03-28T12:00:00Z",
    "2026-10-24T12:00:00Z",
    "2026-03-07T12:00:00Z",
    "2026-10-31T12:00:00Z",
    "2026-04-04T00:00:00Z",
    "2026-10-03T00:00:00Z",
    "2024-02-28T00:00:00Z",
    "2026-12-31T00:00:00Z",
];
const ZONES: [&str; 6] = [
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "America/Sao_Paulo",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn next_runs_are_those_of_the_clock(
        text in expression(),
        start in proptest::sample::select(STARTS.as_slice()),
        name in proptest::sample::select(ZONES.as_slice()),
        offset in 0i64..2000,
    ) {
        const SPAN: i64 = 4 * 24 * 60;
        let zone = zone::find(name).unwrap();
        let from = start.parse::<Timestamp>().unwrap() + offset.minutes();
        let parsed = parse(&text, None);
        prop_assert!(parsed.faults.iter().all(|it| it.rule != &rules::SCHEDULE_EXPRESSION), "{text}: {:?}", parsed.faults);
        let expression = parsed.expression.unwrap();
        let end = from + SPAN.minutes();
        let found: Vec<Timestamp> = next::runs(&expression, &zone, from).take_while(|it| *it <= end).collect();
        prop_assert_eq!(found, minute_by_minute(&text, &zone, from, SPAN), "{} in {} from {}", text, name, from);
    }

    #[test]
    fn anything_can_be_read(text in "(cron|rate|at|Cron)?\\(?[-0-9A-Za-z*?/#,LW :T.@ü\t]{0,24}\\)?") {
        let parsed = parse(&text, Some(1_780_000_000));
        for fault in &parsed.faults {
            prop_assert!(text.get(fault.within.clone()).is_some(), "{:?} of {:?}", fault, text);
        }
        if let Some(expression) = &parsed.expression {
            drop(words::of(expression));
            drop(show::runs(expression, &TimeZone::UTC, 1_780_000_000, 3));
        }
        zone::check(&text);
        // What the framework refuses is refused.
        let taken = r"^rate\((?:1 (?:minute|hour|day)|(?:1\d+|[2-9]\d*) (?:minute|hour|day)s)\)$|^cron\(\S+ \S+ \S+ \S+ \S+ \S+\)$|^at\(";
        prop_assert!(matches(taken, &text) || parsed.expression.is_none(), "{:?}", text);
    }

    #[test]
    fn anything_of_six_fields_can_be_read(text in "cron\\([-0-9A-Z*?/#,LW]{1,6}( [-0-9A-Z*?/#,LWa-z]{1,6}){5}\\)") {
        let parsed = parse(&text, Some(1_780_000_000));
        for fault in &parsed.faults {
            prop_assert!(text.get(fault.within.clone()).is_some(), "{:?} of {:?}", fault, text);
        }
        if let Some(expression) = &parsed.expression {
            drop(words::of(expression));
            drop(show::runs(expression, &TimeZone::UTC, 1_780_000_000, 3));
        }
    }
}
