//! The syntax of `${...}`: a text to pieces of text and variables.
//!
//! `${type(param, param):address, fallback, ...}`. What starts like a variable and is none, such as
//! `${AWS::Region}`, stays text. `\${` writes `${`, and two backslashes before a variable write one.

use std::ops::Range;

use ecow::EcoString;

use crate::value::Value;

/// A part of a text.
#[derive(Clone, Debug, PartialEq)]
pub enum Piece {
    /// Text as it is taken, escapes undone.
    Text(EcoString),
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
    /// What stands between the parentheses; `None` for one that is left out.
    pub params: Option<Vec<Option<Operand>>>,
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

/// Whether a text may hold a variable. Most do not, and need no look at all.
pub fn may_hold_variable(text: &str) -> bool {
    text.contains("${")
}

/// The pieces of `text`; `None` if there is neither a variable nor an escape.
pub fn parse(text: &str) -> Result<Option<Vec<Piece>>, SyntaxError> {
    if !may_hold_variable(text) {
        return Ok(None);
    }
    let mut parser = Parser { text, at: 0 };
    let mut pieces = Vec::new();
    let mut plain = String::new();
    let mut changed = false;
    while let Some(char) = parser.peek() {
        match char {
            '\\' => {
                let run = parser.run('\\');
                if parser.rest().starts_with("${") {
                    changed = true;
                    plain.extend(std::iter::repeat_n('\\', run / 2));
                    if run % 2 == 1 {
                        plain.push('$');
                        parser.at += 1;
                    }
                } else {
                    plain.extend(std::iter::repeat_n('\\', run));
                }
            }
            '$' => {
                let start = parser.at;
                let run = parser.run('$');
                if parser.peek() != Some('{') {
                    plain.extend(std::iter::repeat_n('$', run));
                    continue;
                }
                parser.at += 1;
                let body = parser.at;
                match parser.variable(start, false)? {
                    Some(variable) => {
                        changed = true;
                        push_text(&mut pieces, &mut plain);
                        pieces.push(Piece::Variable(variable));
                    }
                    None => {
                        plain.extend(std::iter::repeat_n('$', run));
                        plain.push('{');
                        parser.at = body;
                    }
                }
            }
            char => {
                plain.push(char);
                parser.at += char.len_utf8();
            }
        }
    }
    push_text(&mut pieces, &mut plain);
    Ok(changed.then_some(pieces))
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
        let width = self
            .rest()
            .bytes()
            .take_while(|it| it.is_ascii_alphanumeric() || matches!(it, b'.' | b'-'))
            .count();
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
        let params = if self.peek() == Some('(') { Some(self.params(variable)?) } else { None };
        self.run(' ');
        let mut call =
            Call { name, range: start..self.at, params, address: None, address_range: self.at..self.at };
        match self.peek() {
            Some(':') => self.at += 1,
            Some('}' | ',') => {
                call.range.end = self.at;
                return Ok(Some((call, self.next_source())));
            }
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
                let operand = self.operand(variable, &['}', ','])?;
                call.address = Some(match operand {
                    Operand::Literal(text) => Operand::Literal(text),
                    template @ Operand::Template(_) => template,
                });
                call.address_range = address..self.at;
            }
        }
        call.range.end = self.at;
        Ok(Some((call, self.next_source())))
    }

    /// Steps over the `}` or `,` that stands here.
    fn next_source(&mut self) -> Next {
        let next = if self.peek() == Some(',') { Next::Fallback } else { Next::End };
        self.at += 1;
        next
    }

    fn params(&mut self, variable: usize) -> Result<Vec<Option<Operand>>, SyntaxError> {
        self.at += 1;
        let mut params = Vec::new();
        loop {
            self.run(' ');
            match self.peek() {
                None => return Err(self.unterminated(variable)),
                Some(')') => {
                    self.at += 1;
                    return Ok(params);
                }
                Some(',') => {
                    self.at += 1;
                    params.push(None);
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
                    self.run(' ');
                    self.after_param(variable)?;
                }
                Some(_) => {
                    let operand = match self.operand(variable, &[')', ',', '}'])? {
                        Operand::Literal(text) => {
                            Operand::Literal(literal(&text.to_js_string()).unwrap_or(text))
                        }
                        template @ Operand::Template(_) => template,
                    };
                    params.push(Some(operand));
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

    /// Text and variables up to one of `stops`, which is not read; white space around it does not count.
    fn operand(&mut self, variable: usize, stops: &[char]) -> Result<Operand, SyntaxError> {
        let mut pieces = Vec::new();
        let mut plain = String::new();
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
                } else {
                    plain.extend(std::iter::repeat_n('$', run));
                }
                continue;
            }
            plain.push(char);
            self.at += char.len_utf8();
        }
        if pieces.is_empty() {
            return Ok(Operand::Literal(Value::from(plain.trim())));
        }
        let tail = plain.trim_end().to_owned();
        plain = tail;
        push_text(&mut pieces, &mut plain);
        Ok(Operand::Template(pieces))
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
        const HELP: &str = "write another source, a number, `true`, `false`, `null`, or a text in quotes";
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
                        None => Err(self.error(start, "this is no fallback", HELP)),
                    },
                    Some('}') => match literal(word.trim()) {
                        Some(value) => Ok((Source::Literal(value), self.next_source())),
                        None => Err(SyntaxError {
                            message: ecow::eco_format!("`{}` is neither a source nor a value", word.trim()),
                            help: "put a text in quotes; a source needs a colon",
                            range: start..start + word.trim_end().len(),
                        }),
                    },
                    Some(_) => Err(self.error(start, "this is no fallback", HELP)),
                }
            }
            Some(_) => Err(self.error(start, "this is no fallback", HELP)),
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
        _ if word.starts_with(|it: char| it.is_ascii_digit() || matches!(it, '-' | '+' | '.')) => {
            word.parse().ok().map(Value::Number)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(text: &str) -> String {
        match parse(text) {
            Ok(None) => "text".into(),
            Ok(Some(pieces)) => pieces.iter().map(piece).collect::<Vec<_>>().join(" + "),
            Err(error) => format!("error at {:?}: {}", &text[error.range], error.message),
        }
    }

    fn piece(piece: &Piece) -> String {
        match piece {
            Piece::Text(it) => format!("{it:?}"),
            Piece::Variable(it) => {
                format!("<{}>", it.sources.iter().map(source).collect::<Vec<_>>().join(" or "))
            }
        }
    }

    fn source(source: &Source) -> String {
        match source {
            Source::Literal(it) => it.to_json(),
            Source::Call(it) => {
                let operand = |it: &Operand| match it {
                    Operand::Literal(it) => it.to_json(),
                    Operand::Template(it) => it.iter().map(piece).collect::<Vec<_>>().join("+"),
                };
                let params = it.params.as_ref().map_or(String::new(), |it| {
                    format!(
                        "({})",
                        it.iter()
                            .map(|it| it.as_ref().map_or("-".into(), operand))
                            .collect::<Vec<_>>()
                            .join(",")
                    )
                });
                format!("{}{params}:{}", it.name, it.address.as_ref().map_or("-".into(), operand))
            }
        }
    }

    #[test]
    fn variables_and_text() {
        assert_eq!(show("plain"), "text");
        assert_eq!(show("${self:a.b}"), "<self:\"a.b\">");
        assert_eq!(
            show("a-${opt:stage, self:provider.stage, 'dev'}-b"),
            "\"a-\" + <opt:\"stage\" or self:\"provider.stage\" or \"dev\"> + \"-b\""
        );
        assert_eq!(show("${file(./a.${opt:x}.yml):b}"), "<file(\"./a.\"+<opt:\"x\">+\".yml\"):\"b\">");
        assert_eq!(show("${ssm(eu-west-1, raw):/a/b}"), "<ssm(\"eu-west-1\",\"raw\"):\"/a/b\">");
        assert_eq!(show("${opt:a, -1.5}"), "<opt:\"a\" or -1.5>");
        assert_eq!(show("${strToBool(${self:x})}"), "<strToBool(<self:\"x\">):->");
        assert_eq!(show("a$${self:n}b"), "\"a\" + <self:\"n\"> + \"b\"");
        assert_eq!(show("${self:}"), "<self:->");
    }

    #[test]
    fn what_is_no_variable_stays() {
        assert_eq!(show("${AWS::Region} ${} ${ self:x } ${foo} $x"), "text");
        assert_eq!(show("${foo::bar}"), "text");
        assert_eq!(show("${AWS::Region}-${self:a}"), "\"${AWS::Region}-\" + <self:\"a\">");
        assert_eq!(show("${self"), "text");
    }

    #[test]
    fn backslashes_escape() {
        assert_eq!(show(r"\${self:a}"), r#""${self:a}""#);
        assert_eq!(show(r"\\${self:a}"), r#""\\" + <self:"a">"#);
        assert_eq!(show(r"\x ${self:a}"), r#""\\x " + <self:"a">"#);
    }

    #[test]
    fn mistakes_have_their_place() {
        assert_eq!(show("${self:a"), "error at \"${self:a\": this variable is not closed");
        assert_eq!(show("${opt:a, ${self:b}}"), "error at \"$\": this is no fallback");
        assert_eq!(show("${opt:a, dev}"), "error at \"dev\": `dev` is neither a source nor a value");
        assert_eq!(show("${file(a}"), "error at \"}\": the parenthesis is not closed");
        assert_eq!(show("${self:a.${b}}"), "error at \"b\": a variable inside a variable needs a source");
    }
}
