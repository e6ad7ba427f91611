//! One text: its variables asked for, and their values put in their places.

use std::ops::Range;

use ecow::{EcoString, eco_format};

use super::report::{self, failed};
use super::{Located, MAX_DEPTH, MAX_EXPANSION, MAX_NESTING, Phase, Resolver, Seen, Traced};
use crate::diagnostic::{Diagnostic, Part, Place};
use crate::language::placement::misspelt;
use crate::rules;
use crate::value::{Object, Unknown, Value};
use crate::variables::Written;
use crate::variables::sources::{self, Answer, Question};
use crate::variables::syntax::{self, Call, Operand, Piece, Source, Variable};

/// A text that is looked at.
#[derive(Clone, Copy)]
pub(in crate::variables) struct Spot<'a> {
    /// Where it was written.
    pub at: &'a Written,
    /// Whether it stands there as it is, so that its characters can be pointed at. What the environment or an option
    /// has brought does not.
    pub exact: bool,
}

/// The value of a variable.
struct Found {
    value: Value,
    /// Where it was written, if in a file.
    at: Option<Written>,
    /// The variables that it came through.
    through: Vec<Written>,
}

/// A part of a text that is put together.
struct TextPart {
    text: EcoString,
    /// Where it was written, if it stands there as it is.
    at: Option<Written>,
}

/// The parts of a text, each of which is looked into for itself. Texts side by side are one.
#[derive(Default)]
struct Parts {
    ended: Vec<TextPart>,
    open: EcoString,
}

impl Parts {
    fn push(&mut self, part: TextPart) {
        let text = std::mem::take(&mut self.open);
        self.ended.push(TextPart { text, at: None });
        self.ended.push(part);
    }

    fn ended(mut self) -> Vec<TextPart> {
        self.ended.push(TextPart { text: self.open, at: None });
        self.ended
    }
}

impl Found {
    fn plain(value: Value) -> Found {
        Found { value, at: None, through: Vec::new() }
    }
}

impl Resolver<'_> {
    /// The characters in `range` of a text.
    pub(in crate::variables) fn place(&self, spot: Spot<'_>, range: Range<usize>) -> Place {
        let at = self.in_file(spot.at);
        Place::Written {
            file: at.file,
            path: at.path,
            part: Part::Value,
            within: spot.exact.then_some(range),
        }
    }

    /// Resolves a text. The result may be a value with variables inside, never a text with variables.
    pub(in crate::variables) fn expand(
        &mut self,
        located: Located,
        text: &EcoString,
        exact: bool,
        nesting: usize,
    ) -> Traced {
        let spot = Spot { at: &located.at, exact };
        let ended =
            |value: Value| Traced::new(Located { value, at: located.at.clone() }, vec![located.at.clone()]);
        let pieces = match syntax::parse(text) {
            Ok(Some(pieces)) => pieces,
            Ok(None) => return ended(located.value.clone()),
            Err(error) => {
                self.report_syntax(spot, error);
                return ended(failed(&located.value));
            }
        };
        // Texts that bring themselves in several times grow with a power of the depth, so depth is what counts.
        self.expanded += nesting;
        if nesting >= MAX_NESTING || self.expanded >= MAX_EXPANSION {
            let place = self.place(spot, 0..text.len());
            self.report_nesting(place);
            return ended(failed(&located.value));
        }
        let [Piece::Variable(variable)] = pieces.as_slice() else {
            return ended(self.spliced(&pieces, text, spot, nesting));
        };
        let found = self.variable(variable, spot);
        let through = std::iter::once(located.at.clone()).chain(found.through);
        let exact = found.at.is_some();
        let at = found.at.unwrap_or_else(|| located.at.clone());
        let next = Located { value: found.value, at };
        match &next.value {
            Value::String(text) if syntax::may_hold_variable(text) => {
                let text = text.clone();
                let mut traced = self.expand(next, &text, exact, nesting + 1);
                // A text that needs no more work is no place on the way.
                let more = traced.through.into_iter().filter(|it| exact && *it != traced.located.at);
                traced.through = through.chain(more).collect();
                traced
            }
            _ => Traced::new(next, through.collect()),
        }
    }

    /// A text with several pieces. Its variables are asked, then those that their values have brought, and so on.
    fn spliced(&mut self, pieces: &[Piece], text: &EcoString, spot: Spot<'_>, nesting: usize) -> Value {
        let mut unknown: Option<Unknown> = None;
        let mut parts = Parts::default();
        self.splice(pieces, spot, &mut parts, &mut unknown);
        for nesting in nesting + 1.. {
            let mut again = Parts::default();
            let mut changed = false;
            for part in parts.ended() {
                let at = part.at.as_ref().unwrap_or(spot.at);
                let spot = Spot { at, exact: part.at.is_some() };
                match syntax::parse(&part.text) {
                    Ok(None) => again.open.push_str(&part.text),
                    Ok(Some(_)) if nesting >= MAX_NESTING || self.expanded >= MAX_EXPANSION => {
                        let place = self.place(Spot { exact: false, ..spot }, 0..0);
                        self.report_nesting(place);
                        return failed(&Value::String(text.clone()));
                    }
                    Ok(Some(pieces)) => {
                        changed = true;
                        self.expanded += nesting;
                        self.splice(&pieces, spot, &mut again, &mut unknown);
                    }
                    Err(error) => {
                        self.report_syntax(spot, error);
                        return failed(&Value::String(text.clone()));
                    }
                }
            }
            if let Some(unknown) = unknown {
                return Value::Unknown(Unknown { text: text.clone(), ..unknown }.into());
            }
            parts = again;
            if !changed {
                break;
            }
        }
        Value::String(parts.ended().into_iter().map(|it| it.text).collect())
    }

    /// Puts pieces to parts, the values of variables among them.
    fn splice(&mut self, pieces: &[Piece], spot: Spot<'_>, parts: &mut Parts, unknown: &mut Option<Unknown>) {
        for piece in pieces {
            match piece {
                Piece::Text(it) => parts.open.push_str(it),
                Piece::Escape(it) => parts.push(TextPart { text: it.clone(), at: None }),
                Piece::Variable(variable) => {
                    let found = self.variable(variable, spot);
                    match self.as_text(found, variable, spot) {
                        Ok(part) => parts.push(part),
                        Err(it) => {
                            let reported = it.reported || unknown.as_ref().is_some_and(|it| it.reported);
                            *unknown = Some(Unknown { reported, ..unknown.take().unwrap_or(it) });
                        }
                    }
                }
            }
        }
    }

    /// A value as a part of a text.
    fn as_text(&mut self, found: Found, variable: &Variable, spot: Spot<'_>) -> Result<TextPart, Unknown> {
        let message = match &found.value {
            Value::Object(_) => "this variable is a mapping, which cannot stand inside a text",
            Value::Null => "this variable is null, which cannot stand inside a text",
            value => {
                if let Some(unknown) = first_unknown(value) {
                    return Err(unknown.clone());
                }
                // The text of a list is nowhere written as it is.
                let at = found.at.filter(|_| matches!(value, Value::String(_)));
                return Ok(TextPart { text: value.to_js_string(), at });
            }
        };
        let place = self.place(spot, variable.range.clone());
        self.out.diagnostics.push(
            Diagnostic::new(&rules::VARIABLE_TYPE, place, message)
                .help("refer to one of its values, or let the variable stand alone"),
        );
        Err(Unknown { text: EcoString::new(), reason: report::FAILED.into(), reported: true })
    }

    /// Asks the sources of a variable in turn.
    fn variable(&mut self, variable: &Variable, spot: Spot<'_>) -> Found {
        let mut missed = None;
        for source in &variable.sources {
            let call = match source {
                Source::Literal(value) => return Found::plain(value.clone()),
                Source::Call(call) => call,
            };
            if let Some(waiting) = self.waiting.last_mut()
                && waiting.at == *spot.at
                && spot.exact
            {
                waiting.within = Some(call.range.clone());
            }
            match self.ask(call, spot) {
                Answer::Value(Value::Null, _) => {}
                Answer::Value(value, at) => {
                    return Found { value, at, through: std::mem::take(&mut self.passed) };
                }
                missing @ Answer::Missing { .. } => missed = Some((call, missing)),
                Answer::Unknown(unknown) => return Found::plain(Value::Unknown(unknown.into())),
                Answer::Failed => return Found::plain(failed(&Value::Null)),
                refused @ Answer::Refused { .. } => {
                    self.report_answer(call, refused, spot);
                    return Found::plain(failed(&Value::Null));
                }
            }
        }
        match missed {
            Some((call, missing)) => self.report_answer(call, missing, spot),
            None => {
                let place = self.place(spot, variable.range.clone());
                self.out.diagnostics.push(
                    Diagnostic::new(&rules::UNRESOLVED_VARIABLE, place, "this variable has no value")
                        .help("add a fallback behind a comma"),
                );
            }
        }
        Found::plain(failed(&Value::Null))
    }

    fn ask(&mut self, call: &Call, spot: Spot<'_>) -> Answer {
        if self.depth >= MAX_DEPTH || self.expanded >= MAX_EXPANSION {
            let place = self.place(spot, call.range.clone());
            self.report_nesting(place);
            return Answer::Failed;
        }
        self.depth += 1;
        let answer = self.ask_source(call, spot);
        self.depth -= 1;
        answer
    }

    fn ask_source(&mut self, call: &Call, spot: Spot<'_>) -> Answer {
        let source = sources::find(&call.name);
        // A plugin brings a source under a name of its own, not under ours with a slip of the pen.
        let known = sources::SOURCES.iter().map(|it| it.name);
        let foreign = self.plugins && source.is_none() && misspelt(&call.name, known).is_none();
        let plugin = foreign.then_some(sources::custom::plugin as sources::Ask);
        let Some(ask) = source.map(|it| it.ask).or(plugin) else { return report::unknown_source(call) };
        let before = std::mem::take(&mut self.seen);
        let mut params = Vec::new();
        for param in call.params.iter().flatten() {
            params.push(param.as_ref().map_or(Value::Null, |it| self.operand(it, spot)));
        }
        let address = call.address.as_ref().map(|it| self.operand(it, spot));
        let secret = self.seen.secret;
        self.seen.add(&before);
        if let Some(unknown) = params.iter().chain(&address).find_map(first_unknown) {
            return Answer::Unknown(unknown.clone());
        }
        if address.iter().chain(&params).any(|it| matches!(it, Value::Object(_))) {
            return Answer::refused(
                eco_format!("what `{}` is asked is a mapping", call.name),
                "refer to a text or a number",
            );
        }
        let question = Question { call, params, address, secret };
        self.note(source.map_or(Phase::Remote, |it| (it.phase)(&question)), &call.name);
        self.seen.secret |= call.name == "env";
        let hidden = std::mem::replace(&mut self.hidden, secret);
        let answer = ask(&question, self);
        self.hidden = hidden;
        answer
    }

    /// Notes which source has been asked.
    fn note(&mut self, phase: Phase, source: &str) {
        self.seen.add(&Seen { late: Some((phase, source.into())), secret: false });
    }

    /// A parameter or an address, with everything in it resolved.
    fn operand(&mut self, operand: &Operand, spot: Spot<'_>) -> Value {
        let pieces = match operand {
            Operand::Literal(value) => return value.clone(),
            Operand::Template(pieces) => pieces,
        };
        let [Piece::Variable(variable)] = pieces.as_slice() else {
            return self.spliced(pieces, &EcoString::new(), spot, 1);
        };
        let found = self.variable(variable, spot);
        let exact = found.at.is_some();
        let at = found.at.unwrap_or_else(|| spot.at.clone());
        self.whole(Located { value: found.value, at }, exact, 1)
    }

    /// A value that stands nowhere in the configuration, resolved to its depth.
    pub(super) fn whole(&mut self, located: Located, exact: bool, nesting: usize) -> Value {
        let at = located.at;
        self.expanded += 1;
        if nesting > MAX_NESTING || self.expanded >= MAX_EXPANSION {
            let place = self.place(Spot { at: &at, exact: false }, 0..0);
            self.report_nesting(place);
            return failed(&located.value);
        }
        match located.value {
            Value::String(text) if syntax::may_hold_variable(&text) => {
                let value = Value::String(text.clone());
                let resolved = self.expand(Located { value, at }, &text, exact, nesting).located;
                match resolved.value {
                    Value::Array(_) | Value::Object(_) => self.whole(resolved, exact, nesting + 1),
                    value => value,
                }
            }
            Value::Array(items) => Value::from(
                items
                    .iter()
                    .enumerate()
                    .map(|(index, it)| {
                        let at = Written { file: at.file, path: at.path.join(index) };
                        self.whole(Located { value: it.clone(), at }, exact, nesting)
                    })
                    .collect::<Vec<_>>(),
            ),
            Value::Object(object) => {
                let entries = object.iter().map(|(key, it)| {
                    let at = Written { file: at.file, path: at.path.join(key) };
                    (key.clone(), self.whole(Located { value: it.clone(), at }, exact, nesting))
                });
                Value::from(entries.collect::<Object>())
            }
            value => value,
        }
    }
}

/// The first value inside that is not known.
fn first_unknown(value: &Value) -> Option<&Unknown> {
    match value {
        Value::Unknown(unknown) => Some(unknown),
        Value::Array(items) => items.iter().find_map(first_unknown),
        Value::Object(object) => object.values().find_map(first_unknown),
        _ => None,
    }
}
