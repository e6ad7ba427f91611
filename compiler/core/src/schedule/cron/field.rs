//! One field of a `cron` schedule: a list of items.

use std::ops::Range;

use ecow::{EcoString, eco_format};

use super::{Field, Item, ItemKind, Unit};
use crate::diagnostic::{Severity, nearest};
use crate::rules;
use crate::schedule::{doubtful, wrong};
use crate::shape::grammar::Fault;

/// Reads a field that begins at `start`. Nothing if any item of it is wrong.
pub(super) fn read(unit: Unit, text: &str, start: usize, faults: &mut Vec<Fault>) -> Option<Field> {
    let mut items = Vec::new();
    let mut at = start;
    let parts: Vec<&str> = text.split(',').collect();
    for part in &parts {
        let place = at..at + part.len();
        at = place.end + 1;
        let kind = ItemReader { unit, faults: &mut *faults }.read(part, &place);
        items.push(kind.map(|kind| Item { kind, at: place }));
    }
    let whole = start..start + text.len();
    if parts.len() > 1 {
        list(unit, &items, &whole, faults);
    }
    let items = items.into_iter().collect::<Option<Vec<Item>>>()?;
    Some(Field { unit, items, at: whole })
}

/// What may not stand in a list.
fn list(unit: Unit, items: &[Option<Item>], whole: &Range<usize>, faults: &mut Vec<Fault>) {
    let items: Vec<&Item> = items.iter().flatten().collect();
    if items.iter().any(|it| matches!(it.kind, ItemKind::Nth { .. })) {
        let fault = wrong(whole.clone(), "a field with `#` takes one expression only");
        faults.push(fault.help("make a schedule for each"));
        return;
    }
    for item in items {
        let said = match item.kind {
            ItemKind::Any => "`*` in a list takes everything",
            ItemKind::Open => "`?` stands in a list",
            ItemKind::LastDay(_) | ItemKind::LastWorkday | ItemKind::LastOf(_) => "`L` stands in a list",
            ItemKind::NearestWorkday(_) => "`W` stands in a list",
            _ => continue,
        };
        let fault = doubtful(item.at.clone(), said);
        faults.push(
            fault
                .why("AWS does not document it")
                .help(eco_format!("write it as the whole of {}", unit.name())),
        );
    }
}

struct ItemReader<'a> {
    unit: Unit,
    faults: &'a mut Vec<Fault>,
}

impl ItemReader<'_> {
    fn wrong(
        &mut self,
        at: Range<usize>,
        message: impl Into<EcoString>,
        help: impl Into<EcoString>,
    ) -> Option<ItemKind> {
        self.faults.push(wrong(at, message).help(help));
        None
    }

    fn doubtful(&mut self, at: Range<usize>, message: impl Into<EcoString>, help: impl Into<EcoString>) {
        self.faults.push(doubtful(at, message).why("AWS does not document it").help(help));
    }

    fn read(&mut self, text: &str, at: &Range<usize>) -> Option<ItemKind> {
        let unit = self.unit;
        match text {
            "" => {
                return self.wrong(
                    at.clone(),
                    "an item of the list is missing",
                    "remove the comma that is too much",
                );
            }
            "*" => return Some(ItemKind::Any),
            "?" if unit.is_day() => return Some(ItemKind::Open),
            "?" => {
                let help = "write `*`; `?` stands only for day-of-month or day-of-week";
                return self.wrong(at.clone(), eco_format!("{} cannot be `?`", unit.name()), help);
            }
            _ => {}
        }
        if let Some((base, step)) = text.split_once('/') {
            return self.step(base, step, at);
        }
        if let Some((weekday, nth)) = text.split_once('#') {
            return self.nth(weekday, nth, at);
        }
        // Names such as `JUL` and `WED` have an `L` or a `W`, too.
        let named = unit.names().iter().any(|it| it.eq_ignore_ascii_case(text));
        if !named && text.eq_ignore_ascii_case("LW") {
            return self.last_workday(text, at);
        }
        if !named
            && text.to_ascii_uppercase().starts_with("L")
            && text.get(1..).is_some_and(|it| it.is_empty() || it.starts_with('-'))
        {
            return self.last(text, at);
        }
        if let Some(base) = text.strip_suffix(['L', 'l']).filter(|it| !named && self.is_value(it)) {
            return self.last_of(base, at);
        }
        if let Some(base) = text
            .strip_suffix(['W', 'w'])
            .filter(|it| !named && it.chars().all(|it| it.is_ascii_digit() || it == '-'))
        {
            return self.nearest_workday(base, at);
        }
        if let Some((first, last)) = text.split_once('-').filter(|it| !it.0.is_empty()) {
            return self.span(first, last, at);
        }
        self.value(text, at.clone()).map(ItemKind::One)
    }

    fn is_value(&self, text: &str) -> bool {
        let digits = !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit());
        digits || self.unit.names().iter().any(|it| it.eq_ignore_ascii_case(text))
    }

    fn span(&mut self, first: &str, last: &str, at: &Range<usize>) -> Option<ItemKind> {
        let middle = at.start + first.len();
        let from = self.value(first, at.start..middle);
        let to = self.value(last, middle + 1..at.end);
        let (from, to) = (from?, to?);
        // The day after Sunday and the hour after midnight are counted on; no year is.
        // <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html>
        if from > to && self.unit == Unit::Year {
            let help = eco_format!(
                "write two ranges: `{first}-{}` and `{}-{last}`",
                self.shown(false),
                self.shown(true)
            );
            self.doubtful(
                at.clone(),
                eco_format!("`{first}-{last}` goes beyond the end of {}", self.unit.name()),
                help,
            );
        }
        Some(ItemKind::Span { first: from, last: to })
    }

    /// The least or the greatest value as it is written.
    fn shown(&self, least: bool) -> EcoString {
        let names = self.unit.names();
        let name = if least { names.first() } else { names.last() };
        let (first, last) = self.unit.range();
        name.map_or_else(|| eco_format!("{}", if least { first } else { last }), |it| (*it).into())
    }

    fn step(&mut self, base: &str, step: &str, at: &Range<usize>) -> Option<ItemKind> {
        let unit = self.unit;
        let (least, most) = unit.range();
        let slash = at.start + base.len();
        let base_at = at.start..slash;
        let (first, last) = match base {
            "*" => (Some(least), most),
            "" => {
                self.doubtful(
                    slash..slash + 1,
                    "nothing stands before `/`",
                    eco_format!("write `{least}/{step}`"),
                );
                (Some(least), most)
            }
            "?" => {
                self.wrong(base_at, "`?` has no steps", "write `*` instead");
                (None, most)
            }
            _ => match base.split_once('-').filter(|it| !it.0.is_empty()) {
                Some((from, to)) => match self.span(from, to, &base_at) {
                    Some(ItemKind::Span { first, last }) => (Some(first), last),
                    _ => (None, most),
                },
                None => (self.value(base, base_at), most),
            },
        };
        let step_at = slash + 1..at.end;
        let Some(count) =
            step.parse::<u16>().ok().filter(|it| *it >= 1 && step.bytes().all(|it| it.is_ascii_digit()))
        else {
            return self.wrong(
                step_at,
                eco_format!("`{step}` is not a step"),
                "write a whole number of at least 1",
            );
        };
        if unit == Unit::DayOfWeek {
            let help = "list the days, such as `MON,WED,FRI`";
            self.doubtful(slash..slash + 1, "day-of-week has a step", help);
        } else if count > most - least {
            let fault =
                doubtful(step_at, eco_format!("a step of {count} leaves the {} at once", unit.name()));
            self.faults.push(
                fault.why(eco_format!("they go from {least} to {most}")).help("write the one value alone"),
            );
        }
        Some(ItemKind::Step { first: first?, last, step: count })
    }

    fn nth(&mut self, weekday: &str, nth: &str, at: &Range<usize>) -> Option<ItemKind> {
        let hash = at.start + weekday.len();
        if self.unit != Unit::DayOfWeek {
            let message = eco_format!("{} has no `#`", self.unit.name());
            return self.wrong(at.clone(), message, "only day-of-week has one, such as `MON#1`");
        }
        let weekday = self.value(weekday, at.start..hash);
        let nth_at = hash + 1..at.end;
        let Some(count) = nth.parse::<u16>().ok().filter(|_| nth.bytes().all(|it| it.is_ascii_digit()))
        else {
            let help = "write which of the month it is, from 1 to 5: `MON#1`";
            return self.wrong(nth_at, eco_format!("`{nth}` is not a number"), help);
        };
        if !(1..=5).contains(&count) {
            let message = eco_format!("a month has no weekday number {count}");
            self.faults.push(doubtful(nth_at, message).help("write a number from 1 to 5"));
        }
        Some(ItemKind::Nth { weekday: weekday?, nth: count })
    }

    fn last(&mut self, text: &str, at: &Range<usize>) -> Option<ItemKind> {
        let before = text.get(2..).filter(|it| !it.is_empty());
        self.capital("L", text, at);
        match (self.unit, before) {
            (Unit::DayOfMonth, None) if text.len() == 1 => Some(ItemKind::LastDay(0)),
            (Unit::DayOfWeek, None) if text.len() == 1 => Some(ItemKind::One(7)),
            (Unit::DayOfMonth, Some(before)) if before.bytes().all(|it| it.is_ascii_digit()) => {
                let help = "write a day that each month has, or `L`";
                self.doubtful(at.clone(), eco_format!("`L` has days before it: `{text}`"), help);
                Some(ItemKind::LastDay(before.parse().unwrap_or(99).min(99)))
            }
            (Unit::DayOfMonth | Unit::DayOfWeek, _) => self.wrong(
                at.clone(),
                eco_format!("`{text}` is not a value of {}", self.unit.name()),
                "write `L` alone",
            ),
            _ => self.no_letter('L', at),
        }
    }

    fn last_workday(&mut self, text: &str, at: &Range<usize>) -> Option<ItemKind> {
        if self.unit != Unit::DayOfMonth {
            return self.no_letter('W', at);
        }
        self.capital("LW", text, at);
        self.doubtful(at.clone(), "`L` and `W` stand together", "write `L`, or a day with `W` such as `28W`");
        Some(ItemKind::LastWorkday)
    }

    fn last_of(&mut self, base: &str, at: &Range<usize>) -> Option<ItemKind> {
        match self.unit {
            Unit::DayOfWeek => self.value(base, at.start..at.start + base.len()).map(ItemKind::LastOf),
            Unit::DayOfMonth => {
                let message = "`L` of day-of-month stands alone";
                self.wrong(at.clone(), message, eco_format!("write `L` or `{base}`"))
            }
            _ => self.no_letter('L', at),
        }
    }

    fn nearest_workday(&mut self, base: &str, at: &Range<usize>) -> Option<ItemKind> {
        if self.unit != Unit::DayOfMonth {
            return self.no_letter('W', at);
        }
        if base.is_empty() || base.contains('-') {
            let help = "write a day before it: `15W` is the weekday nearest to the 15th";
            return self.wrong(at.clone(), "`W` stands behind a single day", help);
        }
        self.value(base, at.start..at.start + base.len()).map(ItemKind::NearestWorkday)
    }

    fn no_letter(&mut self, letter: char, at: &Range<usize>) -> Option<ItemKind> {
        let where_it_stands = if letter == 'L' { "day-of-month and day-of-week" } else { "day-of-month" };
        let message = eco_format!("{} has no `{letter}`", self.unit.name());
        self.wrong(at.clone(), message, eco_format!("it stands in {where_it_stands} only"))
    }

    fn capital(&mut self, proper: &str, text: &str, at: &Range<usize>) {
        if !text.starts_with(proper) {
            self.small(proper, at.start..at.start + proper.len());
        }
    }

    fn small(&mut self, proper: &str, at: Range<usize>) {
        let fault = Fault::new(&rules::SCHEDULE_SURPRISE, at, "AWS documents names in capital letters only");
        self.faults.push(fault.level(Severity::Hint).help(eco_format!("write `{proper}`")));
    }

    /// A number or a name.
    fn value(&mut self, text: &str, at: Range<usize>) -> Option<u16> {
        let unit = self.unit;
        let (least, most) = unit.range();
        if !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit()) {
            let number = text.parse::<u16>().ok().filter(|it| (least..=most).contains(it));
            if number.is_none() {
                let message = eco_format!("{} go from {least} to {most}", plural(unit));
                let help = match (unit, text.trim_start_matches('0')) {
                    (Unit::DayOfWeek, "") => "Sunday is `1` or `SUN` here".into(),
                    (Unit::Hours, "24") => "midnight is `0`".into(),
                    (Unit::Minutes, "60") => "the full hour is `0`".into(),
                    _ => eco_format!("write a number from {least} to {most}"),
                };
                self.faults.push(wrong(at, eco_format!("`{text}` is out of range: {message}")).help(help));
            }
            return number;
        }
        let names = unit.names();
        if let Some(index) = names.iter().position(|it| it.eq_ignore_ascii_case(text)) {
            if let Some(proper) = names.get(index).filter(|it| **it != text) {
                self.small(proper, at);
            }
            return u16::try_from(index).ok().map(|it| it + least);
        }
        let long =
            text.get(..3).and_then(|it| names.iter().copied().find(|name| name.eq_ignore_ascii_case(it)));
        let near = long.or_else(|| if text.len() > 1 { nearest(text, names.iter().copied()) } else { None });
        let help = match near {
            Some(near) => eco_format!("did you mean `{near}`?"),
            None if names.is_empty() => eco_format!("write a number from {least} to {most}"),
            None => eco_format!("write {least} to {most}, or {} to {}", self.shown(true), self.shown(false)),
        };
        let message = if text.is_empty() {
            eco_format!("a value of {} is missing", unit.name())
        } else {
            eco_format!("`{}` is not a value of {}", crate::shape::check::shorten(text), unit.name())
        };
        self.faults.push(wrong(at, message).help(help));
        None
    }
}

/// What a field counts, in the plural.
fn plural(unit: Unit) -> &'static str {
    match unit {
        Unit::Minutes => "minutes",
        Unit::Hours => "hours",
        Unit::DayOfMonth => "days",
        Unit::Month => "months",
        Unit::DayOfWeek => "days of the week",
        Unit::Year => "years",
    }
}
