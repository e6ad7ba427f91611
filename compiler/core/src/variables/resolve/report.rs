//! What is wrong with variables: at which characters, and which name was likely meant.

use std::ops::Range;

use ecow::{EcoString, eco_format};

use super::expand::Spot;
use super::{Located, MAX_EXPANSION, MAX_NESTING, Resolver};
use crate::diagnostic::{Diagnostic, Place, nearest};
use crate::rules;
use crate::value::{Unknown, Value};
use crate::variables::Written;
use crate::variables::sources::{self, Answer, Asked};
use crate::variables::syntax::{self, Call, Operand, Piece, SyntaxError};

const INSIDE_ITSELF: &str = "this variable stands inside the value that it refers to";
const REFER_BELOW: &str = "refer to the values below it that are needed";

impl Resolver<'_> {
    /// An answer without a value, at the characters that it is about.
    pub(super) fn report_answer(&mut self, call: &Call, answer: Answer, spot: Spot<'_>) {
        let (message, help, about, near) = match answer {
            Answer::Missing { message, help, about, near } => (message, help, about, near),
            Answer::Refused { message, help, about, near } => (message, Some(help), about, near),
            _ => return,
        };
        let (range, whole) = characters(call, about);
        let place = self.place(spot, range);
        let mut diagnostic = Diagnostic::new(&rules::UNRESOLVED_VARIABLE, place.clone(), message);
        diagnostic.help = help;
        if let Some(near) = near.filter(|_| spot.exact && whole) {
            diagnostic = diagnostic.replace(eco_format!("replace with `{near}`"), false, place, near);
        }
        self.out.diagnostics.push(diagnostic);
    }

    /// A variable that is not written as variables are.
    pub(super) fn report_syntax(&mut self, spot: Spot<'_>, error: SyntaxError) {
        // What is not written in a file may be a secret.
        let message =
            if spot.exact { error.message } else { "this brings a text with a broken variable".into() };
        let diagnostic = Diagnostic::new(&rules::VARIABLE_SYNTAX, self.place(spot, error.range), message);
        self.out.diagnostics.push(diagnostic.help(error.help));
    }

    /// Reports broken variables in a value that is not resolved.
    pub(super) fn check_syntax(&mut self, value: &Value, at: &mut Written) {
        let file = at.file;
        value.visit(&mut at.path, &mut |path, value| {
            if let Value::String(text) = value
                && let Err(error) = syntax::parse(text)
            {
                let at = Written { file, path: path.clone() };
                self.report_syntax(Spot { at: &at, exact: true }, error);
            }
            true
        });
    }

    pub(super) fn report_nesting(&mut self, place: Place) {
        let message = eco_format!("variables lead to variables more than {MAX_NESTING} times here");
        let told = |it: &Diagnostic| it.message == message;
        if self.out.diagnostics.iter().filter(|it| told(it)).count() >= MAX_NESTING {
            return;
        }
        self.out
            .diagnostics
            .push(Diagnostic::new(&rules::VARIABLE_CYCLE, place, message).help("write the value out"));
    }

    /// Values that wait for each other, each with the place of the variable that names the next.
    pub(super) fn report_cycle(&mut self, start: usize) {
        let cycle: Vec<_> = self.waiting.iter().skip(start).cloned().collect();
        let Some(first) = cycle.first() else { return };
        let mut steps: Vec<String> = cycle.iter().map(|it| format!("`{}`", it.path)).collect();
        steps.push(format!("`{}`", first.path));
        let message = match cycle.len() {
            1 => eco_format!("`{}` refers to itself", first.path),
            _ => eco_format!("these values refer to each other: {}", steps.join(" -> ")),
        };
        let told = |it: &Diagnostic| {
            it.rule == &rules::VARIABLE_CYCLE && steps.iter().all(|step| it.message.contains(step.as_str()))
        };
        if self.out.diagnostics.iter().any(told) {
            return;
        }
        let place = |index: usize| {
            cycle.get(index).map(|it| {
                let spot = Spot { at: &it.at, exact: it.within.is_some() };
                self.place(spot, it.within.clone().unwrap_or_default())
            })
        };
        let Some(at) = place(0) else { return };
        let mut diagnostic = Diagnostic::new(&rules::VARIABLE_CYCLE, at, message)
            .help("write one of them out, so that the circle is open");
        for (index, pair) in steps.windows(2).enumerate().skip(1) {
            if let (Some(place), [step, next]) = (place(index), pair) {
                diagnostic = diagnostic.related(place, eco_format!("{step} refers to {next}"));
            }
        }
        self.out.diagnostics.push(diagnostic);
    }

    /// A variable that refers to the whole configuration, in which it stands itself.
    pub(super) fn holds_itself(&mut self) -> Answer {
        if let Some(waiting) = self.waiting.last() {
            let spot = Spot { at: &waiting.at, exact: waiting.within.is_some() };
            let place = self.place(spot, waiting.within.clone().unwrap_or_default());
            self.out
                .diagnostics
                .push(Diagnostic::new(&rules::VARIABLE_CYCLE, place, INSIDE_ITSELF).help(REFER_BELOW));
        }
        Answer::Failed
    }

    /// Whether a value may be copied to where a variable asks for it: not into itself, and not without end.
    pub(super) fn may_copy(&mut self, value: &Located, at: &Written) -> bool {
        let holder = matches!(value.value, Value::Object(_) | Value::Array(_));
        let holds_itself = holder && self.copying.contains(&value.at);
        let message = if holds_itself {
            INSIDE_ITSELF.into()
        } else if self.expanded >= MAX_EXPANSION {
            eco_format!("the variables of this service bring more than {MAX_EXPANSION} values")
        } else {
            return true;
        };
        let place = self.place(Spot { at, exact: false }, 0..0);
        let told = |it: &Diagnostic| it.message == message && (it.at == place || !holds_itself);
        if !self.out.diagnostics.iter().any(told) {
            self.out
                .diagnostics
                .push(Diagnostic::new(&rules::VARIABLE_CYCLE, place, message).help(REFER_BELOW));
        }
        false
    }

    /// The step of `keys` that `parent` does not have.
    pub(super) fn missing_key(&self, parent: &Value, keys: &[&str], step: usize, whole: &str) -> Answer {
        let about = Asked::Key { step, of: keys.len() };
        let Some(key) = keys.get(step).copied().filter(|_| !self.hidden) else {
            return Answer::missing(
                eco_format!("{whole} has nothing at this address"),
                "add the value, or a fallback behind a comma",
            )
            .about(about);
        };
        let address = keys.join(".");
        let siblings: Vec<&str> =
            parent.as_object().map(|it| it.keys().map(EcoString::as_str).collect()).unwrap_or_default();
        let near = nearest(key, siblings.iter().copied().filter(|it| *it != key));
        let elsewhere = (step == 0).then(|| self.section_with(key)).flatten();
        let help = match (near, elsewhere, parent) {
            (Some(near), ..) => eco_format!("did you mean `{near}`?"),
            (None, Some(section), _) => eco_format!("did you mean `{section}.{address}`?"),
            (None, None, Value::Array(items)) if items.is_empty() => "the list is empty".into(),
            (None, None, Value::Array(items)) => {
                eco_format!("the list has the items 0 to {}", items.len() - 1)
            }
            _ if siblings.is_empty() => "add the value, or a fallback behind a comma".into(),
            _ => eco_format!(
                "there is: {}",
                siblings.iter().take(12).map(|it| format!("`{it}`")).collect::<Vec<_>>().join(", ")
            ),
        };
        let message = if keys.len() == 1 {
            eco_format!("{whole} has no `{address}`")
        } else {
            eco_format!("{whole} has no `{address}`: `{key}` is missing")
        };
        let replacement = near.map(EcoString::from);
        Answer::missing(message, help).about(about).near(replacement)
    }

    /// A section in which people expect to be who leave it out.
    fn section_with(&self, key: &str) -> Option<&'static str> {
        ["custom", "provider"].into_iter().find(|it| {
            self.root.get(it).and_then(Value::as_object).is_some_and(|section| section.get(key).is_some())
        })
    }
}

/// The characters of a call that an answer is about, and whether they are all of it and nothing else.
fn characters(call: &Call, about: Asked) -> (Range<usize>, bool) {
    match about {
        Asked::Call => (call.range.clone(), false),
        Asked::Name => (call.range.start..call.range.start + call.name.len(), true),
        Asked::Param(index) => match call.param_ranges.get(index) {
            Some(range) => (range.clone(), matches!(param(call, index), Some(Operand::Literal(_)))),
            None => (call.range.clone(), false),
        },
        Asked::Address if call.address.is_some() => {
            let written = matches!(&call.address, Some(Operand::Literal(it))
                if it.to_js_string().len() == call.address_range.len());
            (call.address_range.clone(), written)
        }
        Asked::Address => (call.range.clone(), false),
        Asked::Key { step, of } => match key_range(call, step, of) {
            Some(range) => (range, true),
            None if call.address.is_some() => (call.address_range.clone(), false),
            None => (call.range.clone(), false),
        },
    }
}

fn param(call: &Call, index: usize) -> Option<&Operand> {
    call.params.as_ref()?.get(index)?.as_ref()
}

/// Where the key number `step` of an address with `of` keys stands, if it is written out.
fn key_range(call: &Call, step: usize, of: usize) -> Option<Range<usize>> {
    let text = |it: &str, start: usize, step: usize| {
        let key = it.split('.').nth(step)?;
        let before: usize = it.split('.').take(step).map(|it| it.len() + 1).sum();
        Some(start + before..start + before + key.len())
    };
    let address = &call.address_range;
    match call.address.as_ref()? {
        Operand::Literal(value) => {
            let value = value.to_js_string();
            // In quotes without escapes, the text begins behind the quote.
            let quote = match address.len().checked_sub(value.len())? {
                0 => 0,
                2 => 1,
                _ => return None,
            };
            text(&value, address.start + quote, step)
        }
        Operand::Template(pieces) => {
            let last = step + 1 == of;
            match (pieces.first(), pieces.last()) {
                (Some(Piece::Text(first)), _) if step < first.split('.').count() - 1 => {
                    text(first, address.start, step)
                }
                (_, Some(Piece::Text(it)))
                    if of - step < it.split('.').count() || last && it.contains('.') =>
                {
                    let from_end = of - step;
                    let keys = it.split('.').count();
                    text(it, address.end - it.len(), keys.checked_sub(from_end)?)
                }
                _ => None,
            }
        }
    }
}

/// Nobody knows the source of a call.
pub(super) fn unknown_source(call: &Call) -> Answer {
    let near = nearest(&call.name, sources::SOURCES.iter().map(|it| it.name));
    let help = match near {
        Some(near) => eco_format!("did you mean `{near}`?"),
        None => "write a known source, or name the plugin that brings it under `plugins`".into(),
    };
    Answer::refused(eco_format!("no variable source is called `{}`", call.name), help)
        .about(Asked::Name)
        .near(near)
}

/// Why a value that has failed is not known.
pub(super) const FAILED: &str = "it could not be resolved";

/// The value in the place of one that has failed: nobody is to report it again.
pub(in crate::variables) fn failed(value: &Value) -> Value {
    let text = if let Value::String(text) = value { text.clone() } else { EcoString::new() };
    Value::Unknown(Unknown { text, reason: FAILED.into(), reported: true }.into())
}
