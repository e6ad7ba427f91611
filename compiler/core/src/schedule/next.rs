//! The next runs of a schedule, in its time zone.
//!
//! A local time that the clocks skip is skipped, and one that they repeat runs the first time only.
//! <https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#daylist-savings-time>

use std::collections::VecDeque;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::{AmbiguousOffset, TimeZone};

use super::{Cron, Expression};

/// The runs after a moment, in order. A rate has none of its own: it counts from when it is created.
pub fn runs<'a>(
    expression: &'a Expression,
    zone: &'a TimeZone,
    after: Timestamp,
) -> Box<dyn Iterator<Item = Timestamp> + 'a> {
    match expression {
        Expression::Rate(_) => Box::new(std::iter::empty()),
        Expression::At(it) => Box::new(instant(zone, it.time).into_iter().filter(move |it| *it > after)),
        Expression::Cron(cron) => Box::new(Runs {
            cron,
            zone,
            after,
            date: Some(zone.to_datetime(after).date()),
            found: VecDeque::new(),
        }),
    }
}

/// The moment of a local time: the first, if there are two, and none if the clocks skip it.
fn instant(zone: &TimeZone, local: DateTime) -> Option<Timestamp> {
    let offset = match zone.to_ambiguous_timestamp(local).offset() {
        AmbiguousOffset::Unambiguous { offset } => offset,
        AmbiguousOffset::Fold { before, .. } => before,
        AmbiguousOffset::Gap { .. } => return None,
    };
    offset.to_timestamp(local).ok()
}

struct Runs<'a> {
    cron: &'a Cron,
    zone: &'a TimeZone,
    after: Timestamp,
    /// The day that is looked at next.
    date: Option<Date>,
    /// What is left of the day before it.
    found: VecDeque<Timestamp>,
}

impl Runs<'_> {
    /// Looks at one day; answers whether there are more.
    fn look(&mut self) -> Option<()> {
        let last_year = i16::try_from(super::cron::Unit::Year.range().1).unwrap_or(i16::MAX);
        let date = self.date.filter(|it| it.year() <= last_year)?;
        if !self.cron.takes_month(date) {
            self.date = date.last_of_month().tomorrow().ok();
            return Some(());
        }
        self.date = date.tomorrow().ok();
        if self.cron.takes_date(date) {
            let minutes = self.cron.minutes.values();
            for hour in self.cron.hours.values() {
                for minute in &minutes {
                    let (hour, minute) = (i8::try_from(hour).ok()?, i8::try_from(*minute).ok()?);
                    self.found.extend(
                        instant(self.zone, date.at(hour, minute, 0, 0)).filter(|it| *it > self.after),
                    );
                }
            }
        }
        Some(())
    }
}

impl Iterator for Runs<'_> {
    type Item = Timestamp;

    fn next(&mut self) -> Option<Timestamp> {
        loop {
            if let Some(found) = self.found.pop_front() {
                return Some(found);
            }
            self.look()?;
        }
    }
}
