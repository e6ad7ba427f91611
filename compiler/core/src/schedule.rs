//! Schedules: the expressions `rate(...)`, `cron(...)` and `at(...)` of EventBridge.
//!
//! [`parse`] gives the typed expression with the place of each field, and what is wrong; [`next`] its next runs in a
//! time zone; [`words`] what it says. The time of day comes in as a value, as everything else does.
//! <https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html>

pub mod at;
pub mod cron;
pub mod next;
pub mod rate;
pub mod show;
pub mod surprise;
pub mod unix;
pub mod words;
pub mod zone;

use std::ops::Range;

use ecow::{EcoString, eco_format};

use crate::rules;
use crate::shape::grammar::{Fault, Grammar, GrammarKind};
pub use at::At;
pub use cron::Cron;
pub use rate::Rate;

/// The most characters of an expression.
const LONGEST: usize = 256;

/// What is said of white space that is not one space.
const MANY_SPACES: &str = "there is not exactly one space here";

/// When something runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expression {
    /// Again and again at an interval.
    Rate(Rate),
    /// At times of the calendar.
    Cron(Box<Cron>),
    /// Once.
    At(At),
}

/// What a text says, and what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parsed {
    /// The expression, if it can be read at all; where a field is wrong, it is not there.
    pub expression: Option<Expression>,
    /// What is wrong or surprising, in the order of the text.
    pub faults: Vec<Fault>,
}

/// The language of schedules.
pub const GRAMMAR: Grammar =
    Grammar { kind: GrammarKind::Schedule, check: |text, now| parse(text, now).faults, proposals };

/// The language of schedules as a rule of the event bus takes it: any white space, and nothing that runs once.
pub const BUS_GRAMMAR: Grammar = Grammar {
    kind: GrammarKind::Schedule,
    check: |text, now| {
        let parsed = parse(text, now);
        let once = matches!(parsed.expression, Some(Expression::At(_))).then(|| {
            wrong(0..text.len(), "only the scheduler takes `at(...)`")
                .help("make it a `schedule` with `method: scheduler`")
        });
        parsed.faults.into_iter().filter(|it| it.message != MANY_SPACES).chain(once).collect()
    },
    proposals,
};

fn proposals() -> Vec<(EcoString, EcoString)> {
    let texts = [
        "rate(5 minutes)",
        "rate(1 hour)",
        "cron(0 12 * * ? *)",
        "cron(0 8 ? * MON-FRI *)",
        "cron(0/15 * * * ? *)",
        "cron(0 0 1 * ? *)",
        "cron(0 0 L * ? *)",
    ];
    let said = |text: &str| match parse(text, None).expression {
        Some(it) => eco_format!("Runs {}.", words::of(&it)),
        None => EcoString::new(),
    };
    texts.into_iter().map(|it| (it.into(), said(it))).collect()
}

/// A fault that AWS refuses.
pub(crate) fn wrong(within: Range<usize>, message: impl Into<EcoString>) -> Fault {
    Fault::new(&rules::SCHEDULE_EXPRESSION, within, message)
}

/// A form that AWS does not document, or that cannot be meant.
pub(crate) fn doubtful(within: Range<usize>, message: impl Into<EcoString>) -> Fault {
    Fault::new(&rules::SCHEDULE_DOUBTFUL, within, message)
}

/// Reads an expression. `now` is the time in seconds since 1970 in UTC: with it, what only ran in the past is told.
pub fn parse(text: &str, now: Option<i64>) -> Parsed {
    let mut faults = Vec::new();
    let expression = read(text, &mut faults);
    let length = text.chars().count();
    if length > LONGEST {
        let message = eco_format!("{length} characters are not between 1 and {LONGEST}");
        faults.push(
            Fault::new(&rules::OUT_OF_RANGE, 0..text.len(), message)
                .help("write several schedules, each with a part of the times"),
        );
    }
    let refused = faults.iter().any(|it| it.rule.level == crate::diagnostic::Severity::Error);
    let expression = expression.filter(|_| !refused);
    if let Some(expression) = &expression {
        faults.extend(surprise::of(expression, text, now));
    }
    faults.sort_by_key(|it| it.within.start);
    Parsed { expression, faults }
}

fn read(text: &str, faults: &mut Vec<Fault>) -> Option<Expression> {
    let (name, inner) = open(text, faults)?;
    let start = inner.start;
    let inner = text.get(inner).unwrap_or_default();
    match name {
        "rate" => rate::read(inner, start, faults).map(Expression::Rate),
        "at" => at::read(inner, start, faults).map(Expression::At),
        _ => cron::read(inner, start, faults).map(|it| Expression::Cron(Box::new(it))),
    }
}

/// The name before the parenthesis, and the range of what stands inside of it.
fn open<'a>(text: &'a str, faults: &mut Vec<Fault>) -> Option<(&'a str, Range<usize>)> {
    let whole = 0..text.len();
    let Some((name, rest)) = text.split_once('(') else {
        faults.push(bare(text));
        return None;
    };
    let known = ["rate", "cron", "at"].into_iter().find(|it| name.trim().eq_ignore_ascii_case(it));
    let Some(known) = known else {
        let message = eco_format!("no schedule is called `{}`", crate::shape::check::shorten(name));
        let near = crate::diagnostic::nearest(name.trim(), ["rate", "cron", "at"]);
        let help = match near {
            Some(near) => eco_format!("did you mean `{near}`?"),
            None => "write `rate(...)`, `cron(...)` or `at(...)`".into(),
        };
        faults.push(wrong(0..name.len(), message).help(help));
        return None;
    };
    let inside = name.len() + 1;
    let Some(close) = rest.find(')') else {
        let written = text.trim_end();
        let last = written.chars().next_back().map_or(0, char::len_utf8);
        faults.push(
            wrong(written.len() - last..written.len(), "the parenthesis is not closed")
                .help("end the schedule with `)`")
                .instead(eco_format!("{written})")),
        );
        return None;
    };
    let end = inside + close;
    let plain = eco_format!("{known}({})", text.get(inside..end).unwrap_or_default().trim());
    if name != known {
        let help = eco_format!("write `{known}(` in small letters, without space");
        faults.push(wrong(0..name.len(), eco_format!("`{name}` is not `{known}`")).help(help).instead(plain));
    } else if end + 1 < text.len() {
        let help = "a schedule ends with its parenthesis: remove what follows";
        faults.push(
            wrong(end + 1..whole.end, "there is something behind the schedule").help(help).instead(plain),
        );
    }
    Some((known, inside..end))
}

/// A text without a parenthesis: often a line of `crontab`, or a rate without its name.
fn bare(text: &str) -> Fault {
    let shown = crate::shape::check::shorten(text);
    let fault = wrong(0..text.len(), eco_format!("`{shown}` is not a schedule"));
    let fields = text.split_whitespace().count();
    let meant = match fields {
        1 => unix::nickname(text.trim()),
        2 => Some(eco_format!("rate({})", text.trim())),
        5 => unix::translate(text.trim()),
        6 => Some(eco_format!("cron({})", text.trim())),
        _ => None,
    };
    let meant = meant.filter(|it| {
        let mut faults = Vec::new();
        read(it, &mut faults).is_some() && faults.iter().all(|it| it.rule != &rules::SCHEDULE_EXPRESSION)
    });
    match meant {
        Some(meant) => fault.help(eco_format!("write `{meant}`")).instead(meant),
        None => fault.help("write `rate(10 minutes)`, `cron(0 12 * * ? *)` or `at(2030-01-31T12:00:00)`"),
    }
}

/// The words of a text with their places. What separates them must be one space; other white space is wrong.
pub(crate) fn spaced<'a>(
    text: &'a str,
    start: usize,
    faults: &mut Vec<Fault>,
) -> Vec<(&'a str, Range<usize>)> {
    let mut found: Vec<(&str, Range<usize>)> = Vec::new();
    let mut at = 0;
    for part in text.split(char::is_whitespace) {
        if !part.is_empty() {
            found.push((part, start + at..start + at + part.len()));
        }
        let end = at + part.len();
        at = end + text.get(end..).and_then(|it| it.chars().next()).map_or(0, char::len_utf8);
    }
    let single = found.iter().map(|it| it.0).collect::<Vec<_>>().join(" ");
    if single != text {
        let wide = wide_space(text).map_or(0..text.len(), |it| it);
        faults.push(
            wrong(start + wide.start..start + wide.end, MANY_SPACES)
                .help("write exactly one space between the fields, and none beside the parentheses"),
        );
    }
    found
}

/// The first white space that is not a single space between words.
fn wide_space(text: &str) -> Option<Range<usize>> {
    let mut at = 0;
    while let Some(found) = text.get(at..).and_then(|it| it.find(char::is_whitespace)) {
        let start = at + found;
        let rest = text.get(start..).unwrap_or_default();
        let end = start + (rest.len() - rest.trim_start().len());
        if start == 0 || end == text.len() || text.get(start..end) != Some(" ") {
            return Some(start..end);
        }
        at = end;
    }
    None
}

#[cfg(test)]
mod tests;
