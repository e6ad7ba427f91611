//! `at(yyyy-mm-ddThh:mm:ss)`: once, in the time zone of the schedule.

use std::ops::Range;

use ecow::eco_format;
use jiff::civil::{Date, DateTime, Time};

use super::wrong;
use crate::shape::grammar::Fault;

/// A moment on a clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct At {
    /// The date and the time of day, in the time zone of the schedule.
    pub time: DateTime,
    /// Where they stand.
    pub at: Range<usize>,
}

/// Reads what stands in the parenthesis, whose text begins at `start`.
pub(super) fn read(text: &str, start: usize, faults: &mut Vec<Fault>) -> Option<At> {
    let place = |from: usize, to: usize| start + from..start + to;
    let whole = place(0, text.len());
    let Some((date_text, time_text)) = text.split_once('T') else {
        let fault = wrong(whole, eco_format!("`{text}` is not a date and a time"));
        let meant = text.split_once([' ', 't']).map(|(date, time)| eco_format!("at({date}T{time})"));
        let fault = fault.help("write it as `at(2030-01-31T12:00:00)`");
        faults.push(match meant.filter(|it| it.len() == "at(2030-01-31T12:00:00)".len()) {
            Some(meant) => fault.instead(meant),
            None => fault,
        });
        return None;
    };
    let date = date(date_text)
        .map_err(|message| wrong(place(0, date_text.len()), message).help("write the date as `2030-01-31`"));
    let after = date_text.len() + 1;
    let plain = time_text.get(..8).unwrap_or(time_text);
    let time = time(plain).map_err(|message| {
        let fault = wrong(place(after, after + plain.len()), message).help("write the time as `12:00:00`");
        if is_hours_and_minutes(time_text) {
            fault.instead(eco_format!("at({date_text}T{time_text}:00)"))
        } else {
            fault
        }
    });
    let rest = time_text.get(8..).unwrap_or_default();
    let tail = (!rest.is_empty()).then(|| {
        let meant = eco_format!("at({date_text}T{plain})");
        let fault =
            wrong(place(after + 8, text.len()), eco_format!("`{rest}` does not belong to a time here"));
        let why = "it is in the time zone that `timezone` names, to the second";
        fault.why(why).help(eco_format!("write `{meant}`")).instead(meant)
    });
    let found = match (&date, &time) {
        (Ok(date), Ok(time)) if tail.is_none() => Some(At { time: date.to_datetime(*time), at: whole }),
        _ => None,
    };
    faults.extend(date.err().into_iter().chain(time.err()).chain(tail));
    found
}

fn is_hours_and_minutes(text: &str) -> bool {
    let parts: Vec<&str> = text.split(':').collect();
    parts.len() == 2 && parts.iter().all(|it| it.len() == 2 && it.bytes().all(|it| it.is_ascii_digit()))
}

/// Three numbers of these widths, with `separator` between them.
fn numbers(text: &str, separator: char, widths: [usize; 3]) -> Option<[i16; 3]> {
    let mut parts = text.split(separator);
    let mut next = |width: usize| {
        let part = parts.next().filter(|it| it.len() == width && it.bytes().all(|it| it.is_ascii_digit()))?;
        part.parse().ok()
    };
    let [first, second, third] = widths;
    let found = [next(first)?, next(second)?, next(third)?];
    parts.next().is_none().then_some(found)
}

fn date(text: &str) -> Result<Date, ecow::EcoString> {
    let Some([year, month, day]) = numbers(text, '-', [4, 2, 2]) else {
        return Err(eco_format!("`{text}` is not a date"));
    };
    let small = |it: i16| i8::try_from(it).unwrap_or(i8::MAX);
    Date::new(year, small(month), small(day)).map_err(|_| eco_format!("there is no day `{text}`"))
}

fn time(text: &str) -> Result<Time, ecow::EcoString> {
    let Some([hour, minute, second]) = numbers(text, ':', [2, 2, 2]) else {
        return Err(eco_format!("`{text}` is not a time of day"));
    };
    let small = |it: i16| i8::try_from(it).unwrap_or(i8::MAX);
    Time::new(small(hour), small(minute), small(second), 0)
        .map_err(|_| eco_format!("there is no time `{text}`"))
}
