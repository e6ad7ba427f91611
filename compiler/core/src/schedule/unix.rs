//! From a line of `crontab` to a schedule: five fields, no `?`, and Sunday is 0 or 7.

use ecow::{EcoString, eco_format};

use super::cron::Unit;

/// The schedule that means the same as the five fields. `None` where there is no single one, since `crontab` runs on
/// the days of the month and on those of the week when both are given.
pub(super) fn translate(line: &str) -> Option<EcoString> {
    let fields: Vec<&str> = line.split_whitespace().collect();
    let [minutes, hours, days, months, weekdays] = fields.as_slice() else { return None };
    let (days, weekdays): (EcoString, EcoString) = match (*days, *weekdays) {
        (days, "*" | "?") => (days.replace('?', "*").into(), "?".into()),
        ("*" | "?", weekdays) => ("?".into(), shifted(weekdays)?),
        _ => return None,
    };
    let meant = eco_format!("cron({} {} {days} {months} {weekdays} *)", from_zero(minutes), from_zero(hours));
    let mut faults = Vec::new();
    let read = super::read(&meant, &mut faults);
    (read.is_some() && faults.is_empty()).then_some(meant)
}

/// `@daily` and the like.
pub(super) fn nickname(text: &str) -> Option<EcoString> {
    let meant = match text {
        "@hourly" => "cron(0 * * * ? *)",
        "@daily" | "@midnight" => "cron(0 0 * * ? *)",
        "@weekly" => "cron(0 0 ? * SUN *)",
        "@monthly" => "cron(0 0 1 * ? *)",
        "@yearly" | "@annually" => "cron(0 0 1 1 ? *)",
        _ => return None,
    };
    Some(meant.into())
}

/// Steps from the start are written as `0/n` in the documentation.
fn from_zero(field: &str) -> EcoString {
    field.strip_prefix("*/").map_or_else(|| field.into(), |step| eco_format!("0/{step}"))
}

/// The days of the week by their names, which count from Sunday as 0 in `crontab`.
fn shifted(field: &str) -> Option<EcoString> {
    let mut shown: Vec<EcoString> = Vec::new();
    for item in field.split(',') {
        let (base, step) =
            item.split_once('/').map_or((item, 1), |(base, step)| (base, step.parse().unwrap_or(0)));
        let (first, last) = match base.split_once('-') {
            Some((first, last)) => (index(first)?, index(last)?),
            None if base == "*" => (0, 6),
            None if item.contains('/') => (index(base)?, 6),
            None => (index(base)?, index(base)?),
        };
        match (step, first.cmp(&last)) {
            (1, std::cmp::Ordering::Less) if last < 7 => {
                shown.push(eco_format!("{}-{}", name(first)?, name(last)?))
            }
            (0, _) | (_, std::cmp::Ordering::Greater) => return None,
            _ => {
                for day in (first..=last).step_by(step) {
                    shown.push(name(day)?.into());
                }
            }
        }
    }
    Some(shown.join(",").into())
}

fn name(index: usize) -> Option<&'static str> {
    Unit::DayOfWeek.names().get(index % 7).copied()
}

fn index(text: &str) -> Option<usize> {
    match text.parse::<usize>() {
        Ok(number) => (number <= 7).then_some(number),
        Err(_) => Unit::DayOfWeek.names().iter().position(|it| it.eq_ignore_ascii_case(text)),
    }
}
