//! `slsc explain 'cron(0 12 * * ? *)'`: a schedule in words, its next runs, and what is wrong with it.

use std::process::ExitCode;

use slsc_core::diagnostic::Severity;
use slsc_core::schedule::{self, Expression, show, words, zone};
use slsc_core::shape::grammar::Fault;

use crate::clock;
use crate::output::{self, Failure};

/// How many runs are shown.
const SHOWN: usize = 5;

/// Whether a schedule is asked for: nothing else that can be explained has a parenthesis, white space or an `@`.
pub fn is_meant(id: &str) -> bool {
    id.contains(['(', '@']) || id.trim().contains(char::is_whitespace)
}

/// Explains a schedule in a time zone.
pub fn run(text: &str, time_zone: Option<&str>) -> Result<ExitCode, Failure> {
    let name = time_zone.unwrap_or("UTC");
    if let Some(fault) = zone::check(name).into_iter().find(|it| it.severity == Severity::Error) {
        return Err(Failure::usage(fault.message.as_str(), fault.help.unwrap_or_default()));
    }
    let now = clock::now();
    let parsed = schedule::parse(text, Some(now));
    let mut out = String::new();
    if let Some(expression) = &parsed.expression {
        out += &format!("`{text}` runs {}.\n", words::of(expression));
        let runs = zone::find(name).map(|it| show::runs(expression, &it, now, SHOWN)).unwrap_or_default();
        if !runs.is_empty() {
            out += &format!("\nNext runs in {name}:\n  {}\n", runs.join("\n  "));
        } else if !matches!(expression, Expression::Rate(_)) {
            out += "\nIt never runs again.\n";
        }
    } else {
        out += &format!("`{text}` is not a schedule that AWS takes.\n");
    }
    for fault in &parsed.faults {
        out += &shown(text, fault);
    }
    output::result(&out)?;
    let refused = parsed.faults.iter().any(|it| it.severity == Severity::Error);
    Ok(if refused { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// A fault below the characters that it is about.
fn shown(text: &str, fault: &Fault) -> String {
    let width = |range: std::ops::Range<usize>| text.get(range).map_or(0, |it| it.chars().count());
    let marks = "^".repeat(width(fault.within.clone()).max(1));
    let mut out = format!(
        "\n{}[{}]: {}\n  {text}\n  {}{marks}\n",
        fault.severity.word(),
        fault.rule.id,
        fault.message,
        " ".repeat(width(0..fault.within.start))
    );
    for (word, said) in [("why", &fault.why), ("help", &fault.help)] {
        if let Some(said) = said {
            out += &format!("  {word}: {said}\n");
        }
    }
    out
}
