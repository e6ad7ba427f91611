//! The syntax of `${...}`: a text to pieces of text and variables.
//!
//! `${type(param, param):address, fallback, ...}`. What starts like a variable and is none, such as
//! `${AWS::Region}`, stays text up to its `}`, and only variables inside it are read. `\${` writes `${`, and two
//! backslashes before a variable write one. The character behind a `$` that opens nothing is always text.

use std::ops::Range;

use ecow::EcoString;

use crate::value::Value;

/// A part of a text.
#[derive(Clone, Debug, PartialEq)]
pub enum Piece {
    /// Text as it stands there.
    Text(EcoString),
    /// What an escape writes: backslashes, or `$`.
    Escape(EcoString),
    /// A variable.
    Variable(Variable),
}

/// `${...}`.
#[derive(Clone, Debug, PartialEq)]
pub struct Variable {
    /// Where it stands in the text, from the `$` to behind the `}`.
    pub range: Range<usize>,
    /// The sources that are asked, in order.
    pub sources: Vec<Source>,
}

/// One of the alternatives of a variable.
#[derive(Clone, Debug, PartialEq)]
pub enum Source {
    /// A value written out: the last fallback.
    Literal(Value),
    /// A source that is asked.
    Call(Call),
}

/// A source with what it is asked.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// Its name, such as `self`.
    pub name: EcoString,
    /// Where the whole alternative stands in the text.
    pub range: Range<usize>,
    /// What stands between the parentheses; `None` for one that is left out or says nothing: `false`, `0`, `null`.
    pub params: Option<Vec<Option<Operand>>>,
    /// Where each of them stands in the text.
    pub param_ranges: Vec<Range<usize>>,
    /// What stands behind the colon.
    pub address: Option<Operand>,
    /// Where the address stands in the text.
    pub address_range: Range<usize>,
}

/// A parameter or an address.
#[derive(Clone, Debug, PartialEq)]
pub enum Operand {
    /// Written out.
    Literal(Value),
    /// Made of variables.
    Template(Vec<Piece>),
}

/// What is wrong with a variable.
#[derive(Clone, Debug, PartialEq)]
pub struct SyntaxError {
    /// What is wrong.
    pub message: EcoString,
    /// What to do.
    pub help: &'static str,
    /// Where, in the text.
    pub range: Range<usize>,
}

/// Whether a text is one variable and nothing else.
pub fn is_one_variable(text: &str) -> bool {
    may_hold_variable(text)
        && matches!(parse(text), Ok(Some(pieces)) if matches!(pieces.as_slice(), [Piece::Variable(_)]))
}

/// Whether a text may hold a variable. Most do not, and need no look at all.
pub fn may_hold_variable(text: &str) -> bool {
    text.contains("${")
}

/// The pieces of `text`; `None` if there is neither a variable nor an escape.
pub fn parse(text: &str) -> Result<Option<Vec<Piece>>, SyntaxError> {
    if !may_hold_variable(text) {
        return Ok(None);
    }
    let mut reader = Reader {
        parser: Parser { text, at: 0 },
        pieces: Vec::new(),
        plain: String::new(),
        changed: false,
        foreign: 0,
    };
    while let Some(char) = reader.parser.peek() {
        match char {
            '\\' if reader.foreign == 0 => reader.backslashes(),
            '$' => reader.dollars()?,
            char => {
                reader.foreign -= usize::from(char == '}' && reader.foreign > 0);
                reader.take(char);
            }
        }
    }
    push_text(&mut reader.pieces, &mut reader.plain);
    Ok(reader.changed.then_some(reader.pieces))
}

/// A text on its way to pieces.
struct Reader<'a> {
    parser: Parser<'a>,
    pieces: Vec<Piece>,
    plain: String,
    changed: bool,
    /// How many `${` of others are open.
    foreign: usize,
}

impl Reader<'_> {
    fn take(&mut self, char: char) {
        self.plain.push(char);
        self.parser.at += char.len_utf8();
    }

    /// Backslashes, which count only before `${`.
    fn backslashes(&mut self) {
        let run = self.parser.run('\\');
        let odd = run % 2 == 1;
        if !self.parser.rest().starts_with("${") {
            self.plain.extend(std::iter::repeat_n('\\', run));
            // The `$` behind an odd one belongs to it, so that what follows may not be opened by it.
            if odd && self.parser.peek() == Some('$') {
                self.take('$');
            }
            return;
        }
        self.changed = true;
        push_text(&mut self.pieces, &mut self.plain);
        let dollar = if odd { "$" } else { "" };
        self.parser.at += dollar.len();
        self.pieces.push(Piece::Escape(ecow::eco_format!("{}{dollar}", "\\".repeat(run / 2))));
    }

    /// A `$`, and the variable that it opens, if it does. Further ones between it and the brace are lost.
    fn dollars(&mut self) -> Result<(), SyntaxError> {
        let start = self.parser.at;
        let run = self.parser.run('$');
        if self.parser.peek() != Some('{') {
            self.plain.extend(std::iter::repeat_n('$', run));
            if let Some(char) = self.parser.peek() {
                self.take(char);
            }
            return Ok(());
        }
        self.parser.at += 1;
        let body = self.parser.at;
        if let Some(variable) = self.parser.variable(start, false)? {
            self.changed = true;
            push_text(&mut self.pieces, &mut self.plain);
            self.pieces.push(Piece::Variable(variable));
            return Ok(());
        }
        self.plain.extend(std::iter::repeat_n('$', run));
        self.plain.push('{');
        self.parser.at = body;
        while let Some(char) = self.parser.peek().filter(|it| is_name_char(*it)) {
            self.take(char);
        }
        match self.parser.peek() {
            Some('}') => self.take('}'),
            Some(_) => self.foreign += 1,
            None => {}
        }
        Ok(())
    }
}

fn is_name_char(char: char) -> bool {
    char.is_ascii_alphanumeric() || matches!(char, '.' | '-')
}

/// White space as JavaScript trims it: with the byte order mark, without U+0085.
fn is_space(char: char) -> bool {
    char == '\u{feff}' || char.is_whitespace() && char != '\u{85}'
}

fn push_text(pieces: &mut Vec<Piece>, plain: &mut String) {
    if !plain.is_empty() {
        pieces.push(Piece::Text(plain.as_str().into()));
        plain.clear();
    }
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
}

enum Next {
    End,
    Fallback,
}

impl Parser<'_> {
    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn run(&mut self, char: char) -> usize {
        let count = self.rest().chars().take_while(|it| *it == char).count();
        self.at += count * char.len_utf8();
        count
    }

    fn error(&self, start: usize, message: impl Into<EcoString>, help: &'static str) -> SyntaxError {
        let end =
            self.text.get(start..).and_then(|it| it.chars().next()).map_or(start, |it| start + it.len_utf8());
        SyntaxError {
            message: message.into(),
            help,
            range: start.min(self.text.len())..end.min(self.text.len()),
        }
    }

    fn unterminated(&self, start: usize) -> SyntaxError {
        SyntaxError {
            message: "this variable is not closed".into(),
            help: "add the missing `}`",
            range: start..self.text.len(),
        }
    }

    /// A variable whose `${` has been read. `None` if it is no variable of ours.
    fn variable(&mut self, start: usize, nested: bool) -> Result<Option<Variable>, SyntaxError> {
        let name_start = self.at;
        let starts = self.peek().is_some_and(|it| it.is_ascii_lowercase());
        let width = self.rest().bytes().take_while(|it| is_name_char(char::from(*it))).count();
        let after = self.rest().as_bytes().get(width).copied();
        if !starts || !matches!(after, Some(b':' | b'(')) {
            return match (nested, after) {
                (false, _) => Ok(None),
                (true, None) => Err(self.unterminated(start)),
                (true, Some(_)) => Err(self.error(
                    name_start,
                    "a variable inside a variable needs a source",
                    "write a source and a colon, such as `${self:...}`",
                )),
            };
        }
        let mut sources = Vec::new();
        self.at += width;
        let Some((call, mut next)) = self.call(start, name_start, nested)? else { return Ok(None) };
        sources.push(Source::Call(call));
        while let Next::Fallback = next {
            let (source, following) = self.fallback(start)?;
            sources.push(source);
            next = following;
        }
        Ok(Some(Variable { range: start..self.at, sources }))
    }

    /// The rest of a source whose name has been read, with what ends it.
    fn call(
        &mut self,
        variable: usize,
        start: usize,
        nested: bool,
    ) -> Result<Option<(Call, Next)>, SyntaxError> {
        let name: EcoString = self.text.get(start..self.at).unwrap_or_default().into();
        let mut param_ranges = Vec::new();
        let params =
            if self.peek() == Some('(') { Some(self.params(variable, &mut param_ranges)?) } else { None };
        let params_end = self.at;
        if params.is_some() {
            self.run(' ');
        }
        let mut call = Call {
            name,
            range: start..params_end,
            params,
            param_ranges,
            address: None,
            address_range: params_end..params_end,
        };
        match self.peek() {
            Some(':') => self.at += 1,
            Some('}' | ',') => return Ok(Some((call, self.next_source()))),
            None => return Err(self.unterminated(variable)),
            Some(_) => {
                return Err(self.error(
                    self.at,
                    "a colon belongs between a source and its address",
                    "write `:` here",
                ));
            }
        }
        self.run(' ');
        let address = self.at;
        match self.peek() {
            None => return Err(self.unterminated(variable)),
            Some('}' | ',') => {}
            Some(':') if call.params.is_none() && !nested => return Ok(None),
            Some(':') => {
                return Err(self.error(
                    address,
                    "an address cannot start with a colon",
                    "remove the second `:`",
                ));
            }
            Some('"' | '\'') => {
                call.address = Some(Operand::Literal(self.quoted(variable)?));
                call.address_range = address..self.at;
                self.run(' ');
                if !matches!(self.peek(), Some('}' | ',')) {
                    return Err(self.error(
                        self.at,
                        "something follows the quoted address",
                        "end the variable with `}`, or write `, ` and a fallback",
                    ));
                }
            }
            Some(_) => {
                let (operand, range) = self.operand(variable, &['}', ','])?;
                let is_empty = matches!(&operand, Operand::Literal(it) if !it.is_truthy());
                call.address = (!is_empty).then_some(operand);
                call.address_range = range;
            }
        }
        call.range.end = call.address_range.end.max(address);
        Ok(Some((call, self.next_source())))
    }

    /// Steps over the `}` or `,` that stands here.
    fn next_source(&mut self) -> Next {
        let next = if self.peek() == Some(',') { Next::Fallback } else { Next::End };
        self.at += 1;
        next
    }

    fn params(
        &mut self,
        variable: usize,
        ranges: &mut Vec<Range<usize>>,
    ) -> Result<Vec<Option<Operand>>, SyntaxError> {
        self.at += 1;
        let mut params = Vec::new();
        loop {
            self.run(' ');
            let start = self.at;
            match self.peek() {
                None => return Err(self.unterminated(variable)),
                Some(')') => {
                    self.at += 1;
                    return Ok(params);
                }
                Some(',') => {
                    self.at += 1;
                    params.push(None);
                    ranges.push(start..start);
                }
                Some('}') => {
                    return Err(self.error(
                        self.at,
                        "the parenthesis is not closed",
                        "add `)` before the `}`",
                    ));
                }
                Some('"' | '\'') => {
                    params.push(Some(Operand::Literal(self.quoted(variable)?)));
                    ranges.push(start..self.at);
                    self.run(' ');
                    self.after_param(variable)?;
                }
                Some(_) => {
                    let (operand, range) = self.operand(variable, &[')', ',', '}'])?;
                    params.push(match operand {
                        Operand::Literal(text) => {
                            let value = literal(&text.to_js_string()).unwrap_or(text);
                            value.is_truthy().then_some(Operand::Literal(value))
                        }
                        template @ Operand::Template(_) => Some(template),
                    });
                    ranges.push(range);
                    self.after_param(variable)?;
                }
            }
        }
    }

    fn after_param(&mut self, variable: usize) -> Result<(), SyntaxError> {
        match self.peek() {
            None => Err(self.unterminated(variable)),
            Some(',') => {
                self.at += 1;
                Ok(())
            }
            Some(')') => Ok(()),
            Some(_) => Err(self.error(self.at, "the parenthesis is not closed", "add `)` here")),
        }
    }

    /// Text and variables up to one of `stops`, which is not read, and where they stand. White space around them
    /// does not count.
    fn operand(&mut self, variable: usize, stops: &[char]) -> Result<(Operand, Range<usize>), SyntaxError> {
        let mut pieces = Vec::new();
        let mut plain = String::new();
        while self.peek().is_some_and(is_space) {
            self.at += self.peek().map_or(0, char::len_utf8);
        }
        let start = self.at;
        loop {
            let Some(char) = self.peek() else { return Err(self.unterminated(variable)) };
            if stops.contains(&char) {
                break;
            }
            if char == '$' {
                let start = self.at;
                let run = self.run('$');
                if self.peek() == Some('{') {
                    self.at += 1;
                    push_text(&mut pieces, &mut plain);
                    pieces.extend(self.variable(start, true)?.map(Piece::Variable));
                    continue;
                }
                // Whatever stands behind such a `$` is text, even what would end the variable.
                plain.extend(std::iter::repeat_n('$', run));
                let Some(char) = self.peek() else { return Err(self.unterminated(variable)) };
                plain.push(char);
                self.at += char.len_utf8();
                continue;
            }
            plain.push(char);
            self.at += char.len_utf8();
        }
        let end = start + self.text.get(start..self.at).unwrap_or_default().trim_end_matches(is_space).len();
        if pieces.is_empty() {
            return Ok((Operand::Literal(Value::from(plain.trim_matches(is_space))), start..end));
        }
        plain.truncate(plain.trim_end_matches(is_space).len());
        push_text(&mut pieces, &mut plain);
        Ok((Operand::Template(pieces), start..end))
    }

    fn quoted(&mut self, variable: usize) -> Result<Value, SyntaxError> {
        let start = self.at;
        let quote = self.peek().unwrap_or('"');
        self.at += 1;
        let mut escaped = false;
        loop {
            let Some(char) = self.peek() else { return Err(self.unterminated(variable)) };
            self.at += char.len_utf8();
            if char == quote && !escaped {
                break;
            }
            escaped = quote == '"' && char == '\\' && !escaped;
        }
        let raw = self.text.get(start..self.at).unwrap_or_default();
        if quote == '\'' {
            return Ok(Value::from(raw.trim_matches('\'')));
        }
        let parsed: Result<String, _> = serde_json::from_str(raw);
        parsed.map(Value::from).map_err(|_| SyntaxError {
            message: "this string is not written as JSON writes strings".into(),
            help: "escape quotes and backslashes with `\\`, or use single quotes",
            range: start..self.at,
        })
    }

    fn fallback(&mut self, variable: usize) -> Result<(Source, Next), SyntaxError> {
        self.run(' ');
        let start = self.at;
        match self.peek() {
            None => Err(self.unterminated(variable)),
            Some('"' | '\'') => {
                let value = self.quoted(variable)?;
                self.run(' ');
                match self.peek() {
                    Some('}') => Ok((Source::Literal(value), self.next_source())),
                    None => Err(self.unterminated(variable)),
                    Some(_) => Err(self.error(
                        self.at,
                        "a text is the last fallback",
                        "end the variable with `}` here",
                    )),
                }
            }
            Some(char) if char.is_ascii_alphanumeric() || matches!(char, '.' | '-') => {
                let width = self
                    .rest()
                    .bytes()
                    .take_while(|it| it.is_ascii_alphanumeric() || matches!(it, b'.' | b'-' | b' '))
                    .count();
                self.at += width;
                let word = self.text.get(start..self.at).unwrap_or_default();
                match self.peek() {
                    None => Err(self.unterminated(variable)),
                    Some(':' | '(') if is_type(word) => match self.call(variable, start, true)? {
                        Some((call, next)) => Ok((Source::Call(call), next)),
                        None => Err(self.no_fallback(start)),
                    },
                    Some('}') => match literal(word.trim()) {
                        Some(value) => Ok((Source::Literal(value), self.next_source())),
                        None => Err(SyntaxError {
                            message: ecow::eco_format!("`{}` is neither a source nor a value", word.trim()),
                            help: "put a text in quotes; a source needs a colon",
                            range: start..start + word.trim_end().len(),
                        }),
                    },
                    Some(_) => Err(self.no_fallback(start)),
                }
            }
            Some('$') => Err(SyntaxError {
                message: "a fallback stands without `${` and `}` of its own".into(),
                help: "write the source alone, such as `self:custom.name`",
                ..self.no_fallback(start)
            }),
            Some(_) => Err(self.no_fallback(start)),
        }
    }

    /// What stands at `start`, up to the end of the variable or the next comma.
    fn no_fallback(&self, start: usize) -> SyntaxError {
        let rest = self.text.get(start..).unwrap_or_default();
        let nested = rest.starts_with("${");
        let end = if nested { rest.find('}').map(|it| it + 1) } else { rest.find(['}', ',']) };
        let wrong = rest.get(..end.unwrap_or(rest.len())).unwrap_or_default().trim_end();
        SyntaxError {
            message: "this is no fallback".into(),
            help: "write another source, a number, `true`, `false`, `null`, or a text in quotes",
            range: start..start + wrong.len(),
        }
    }
}

fn is_type(word: &str) -> bool {
    word.starts_with(|it: char| it.is_ascii_lowercase()) && word.bytes().all(|it| it.is_ascii_alphanumeric())
}

/// `true`, `false`, `null` and numbers.
fn literal(word: &str) -> Option<Value> {
    match word {
        "true" => Some(true.into()),
        "false" => Some(false.into()),
        "null" => Some(Value::Null),
        _ => number(word).map(Value::Number),
    }
}

/// A finite number as JavaScript reads it from a text.
fn number(word: &str) -> Option<f64> {
    for (prefix, radix) in [("0x", 16), ("0o", 8), ("0b", 2)] {
        if let Some(head) = word.get(..2)
            && head.eq_ignore_ascii_case(prefix)
        {
            let digits = word.get(2..).filter(|it| !it.is_empty())?;
            let add =
                |sum: f64, digit: char| Some(sum * f64::from(radix) + f64::from(digit.to_digit(radix)?));
            return digits.chars().try_fold(0.0, add).filter(|it| it.is_finite());
        }
    }
    // Rust also reads words: `inf`, `nan`.
    let spelt = word.bytes().all(|it| it.is_ascii_digit() || matches!(it, b'.' | b'-' | b'+' | b'e' | b'E'));
    word.parse().ok().filter(|it: &f64| spelt && it.is_finite())
}

#[cfg(test)]
mod tests;
