//! What a schedule says, in words.

use ecow::{EcoString, eco_format};

use super::cron::{Field, ItemKind, Unit};
use super::{Cron, Expression};

/// The most times of day that are told one by one.
const TOLD: usize = 6;

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const WEEKDAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const ORDINALS: [&str; 5] = ["first", "second", "third", "fourth", "fifth"];

/// When it runs, to stand behind `runs`.
pub fn of(expression: &Expression) -> EcoString {
    match expression {
        Expression::Rate(rate) => {
            let unit = rate.unit.counted(rate.value);
            let every = if rate.value == 1 { unit } else { eco_format!("{} {unit}", rate.value) };
            eco_format!("every {every}, counted from when the schedule is created")
        }
        Expression::At(at) => eco_format!("once, on {} at {}", at.time.date(), at.time.time()),
        Expression::Cron(cron) => of_cron(cron),
    }
}

fn of_cron(cron: &Cron) -> EcoString {
    let mut said = time(cron);
    said.push(' ');
    said.push_str(&days(cron));
    if !cron.months.is_any() {
        said.push_str(&eco_format!(", in {}", joined(&values(&cron.months))));
    }
    if !cron.years.is_any() {
        said.push_str(&eco_format!(", in {}", joined(&values(&cron.years))));
    }
    said
}

/// `a`, `a and b`, `a, b and c`.
fn joined(words: &[EcoString]) -> EcoString {
    match words {
        [] => EcoString::new(),
        [one] => one.clone(),
        [rest @ .., last] => eco_format!("{} and {last}", rest.join(", ")),
    }
}

fn named(unit: Unit, value: u16) -> EcoString {
    let of = |names: &[&str], least: u16| {
        value.checked_sub(least).and_then(|it| names.get(usize::from(it))).map(|it| EcoString::from(*it))
    };
    let name = match unit {
        Unit::Month => of(&MONTHS, 1),
        Unit::DayOfWeek => of(&WEEKDAYS, 1),
        _ => None,
    };
    name.unwrap_or_else(|| eco_format!("{value}"))
}

/// The values of a field, item by item.
fn values(field: &Field) -> Vec<EcoString> {
    let mut said = Vec::new();
    for item in &field.items {
        match item.kind {
            ItemKind::One(it) => said.push(named(field.unit, it)),
            ItemKind::Span { first, last } => {
                said.push(eco_format!("{} to {}", named(field.unit, first), named(field.unit, last)));
            }
            ItemKind::Step { .. } => {
                let (least, most) = field.unit.range();
                let alone = Field { items: vec![item.clone()], ..field.clone() };
                let all: Vec<u16> = (least..=most).filter(|it| alone.takes(*it)).collect();
                match all.as_slice() {
                    [first, second, .., last] if all.len() > 12 => {
                        let (first, second) = (named(field.unit, *first), named(field.unit, *second));
                        said.push(eco_format!("{first}, {second} and so on to {}", named(field.unit, *last)));
                    }
                    all => said.extend(all.iter().map(|it| named(field.unit, *it))),
                }
            }
            _ => {}
        }
    }
    said
}

/// Whether the field lists its values one by one.
fn listed(field: &Field) -> bool {
    field.items.iter().all(|it| matches!(it.kind, ItemKind::One(_)))
}

fn time(cron: &Cron) -> EcoString {
    let (minutes, hours) = (cron.minutes.values(), cron.hours.values());
    if listed(&cron.minutes) && listed(&cron.hours) && minutes.len() * hours.len() <= TOLD {
        let times: Vec<EcoString> = hours
            .iter()
            .flat_map(|hour| minutes.iter().map(move |minute| eco_format!("{hour:02}:{minute:02}")))
            .collect();
        return eco_format!("at {}", joined(&times));
    }
    let hour = match cron.hours.items.as_slice() {
        _ if cron.hours.is_any() => EcoString::new(),
        [one] => match one.kind {
            ItemKind::Span { first, last } => eco_format!(" from {first:02}:00 to {last:02}:59"),
            ItemKind::One(hour) => eco_format!(" from {hour:02}:00 to {hour:02}:59"),
            _ => eco_format!(" of the hours {}", joined(&values(&cron.hours))),
        },
        _ => eco_format!(" of the hours {}", joined(&values(&cron.hours))),
    };
    let minute: EcoString = match cron.minutes.items.as_slice() {
        _ if cron.minutes.is_any() => "every minute".into(),
        [one] => match one.kind {
            ItemKind::Step { first: 0, last: 59, step } if 60 % step == 0 => every(step),
            ItemKind::One(0) if cron.hours.is_any() => "at the start of every hour".into(),
            ItemKind::One(it) if cron.hours.is_any() => eco_format!("at minute {it} of every hour"),
            ItemKind::One(it) => eco_format!("at minute {it}"),
            _ => eco_format!("at minutes {}", joined(&values(&cron.minutes))),
        },
        _ => eco_format!("at minutes {}", joined(&values(&cron.minutes))),
    };
    eco_format!("{minute}{hour}")
}

fn every(minutes: u16) -> EcoString {
    if minutes == 1 { "every minute".into() } else { eco_format!("every {minutes} minutes") }
}

fn days(cron: &Cron) -> EcoString {
    let field = if cron.days.is_open() { &cron.weekdays } else { &cron.days };
    if field.is_any() || field.is_open() {
        return "every day".into();
    }
    let mut said: Vec<EcoString> = Vec::new();
    let plain = values(field);
    match (field.unit, plain.as_slice()) {
        (_, []) => {}
        (Unit::DayOfWeek, all) => said.push(joined(all)),
        (_, [one]) if !one.contains(' ') => said.push(eco_format!("day {one} of the month")),
        (_, all) => said.push(eco_format!("the days {} of the month", joined(all))),
    }
    for item in &field.items {
        said.extend(dated(item.kind));
    }
    eco_format!("on {}", joined(&said))
}

/// A day that depends on the month.
fn dated(kind: ItemKind) -> Option<EcoString> {
    Some(match kind {
        ItemKind::LastDay(0) => "the last day of the month".into(),
        ItemKind::LastDay(1) => "the day before the last of the month".into(),
        ItemKind::LastDay(before) => eco_format!("the day {before} days before the last of the month"),
        ItemKind::LastWorkday => "the last day of Monday to Friday in the month".into(),
        ItemKind::NearestWorkday(day) => {
            eco_format!("the day of Monday to Friday that is nearest to day {day} of the month")
        }
        ItemKind::LastOf(day) => eco_format!("the last {} of the month", named(Unit::DayOfWeek, day)),
        ItemKind::Nth { weekday, nth } => {
            let which = nth.checked_sub(1).and_then(|it| ORDINALS.get(usize::from(it))).copied();
            let day = named(Unit::DayOfWeek, weekday);
            match which {
                Some(which) => eco_format!("the {which} {day} of the month"),
                None => eco_format!("{day} number {nth} of the month"),
            }
        }
        _ => return None,
    })
}
