//! Python: the names of a module. Answers "what does `import module` leave in it?".
//!
//! Strings and comments are blanked first and lines that go on are joined, without moving anything; then each line is
//! a statement. What stands in a `def` or a `class` is its own; `if`, `try`, `with` and loops pass names on.

use super::lines::{behind, range_in, word};
use ecow::EcoString;

use super::{Exports, Unfit};

/// What makes names that are not written out.
const DYNAMIC: [&str; 5] = ["globals(", "locals()[", "vars()[", "exec(", "sys.modules"];

/// The names that a module has when it is imported.
pub fn exports(text: &str) -> Exports {
    let Some(plain) = blank(text) else { return Exports::unknown() };
    let mut found = Exports { empty: plain.trim().is_empty(), ..Exports::default() };
    found.open = DYNAMIC.iter().any(|it| plain.contains(it));
    let mut reader = Reader { whole: &plain, found: &mut found, decorated: false, defined: Vec::new() };
    // The indentation of the blocks around, and whether their names are their own.
    let mut blocks: Vec<(usize, bool)> = Vec::new();
    for line in plain.lines() {
        let statement = line.trim();
        if statement.is_empty() {
            continue;
        }
        let indent = line.len() - line.trim_start().len();
        while blocks.last().is_some_and(|(at, _)| *at >= indent) {
            blocks.pop();
        }
        let inside = blocks.iter().any(|(_, own)| *own);
        let own = if inside { reader.local(statement) } else { reader.statement(statement) };
        reader.decorated = !inside && statement.starts_with('@');
        // A decorator and what ends without a colon open no block, which the next line then shows by its indentation.
        blocks.push((indent, own));
    }
    let defined = reader.defined;
    let fits = |name: &str| defined.iter().any(|it| it.0 == name && it.1.is_none());
    found.unfit = defined
        .iter()
        .filter(|it| !fits(it.0))
        .filter_map(|(name, unfit)| Some((EcoString::from(*name), (*unfit)?)))
        .collect();
    found
}

/// How many arguments a function takes that is called with two, if it does not take these.
fn wrong_arguments(rest: &str) -> Option<usize> {
    let open = rest.find('(')?;
    let close = closing(rest, open)?;
    let inner = rest.get(open + 1..close)?;
    let (mut needed, mut most) = (0, 0);
    let mut depth = 0_usize;
    for parameter in inner.split(|it: char| {
        match it {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        it == ',' && depth == 0
    }) {
        let parameter = parameter.trim();
        if parameter.starts_with("**") || parameter == "*" {
            break;
        }
        if parameter.starts_with('*') {
            most = usize::MAX;
            break;
        }
        if !parameter.is_empty() && parameter != "/" {
            most += 1;
            needed += usize::from(!parameter.contains('='));
        }
    }
    match (needed, most) {
        (3.., _) => Some(needed),
        (_, 0..=1) => Some(most),
        _ => None,
    }
}

/// Where the bracket closes that opens at a place.
fn closing(text: &str, open: usize) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, char) in text.char_indices().skip_while(|it| it.0 < open) {
        match char {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return Some(at);
                }
            }
            _ => {}
        }
    }
    None
}

/// Whether a value that is written out cannot be called.
fn is_no_function(value: &str) -> bool {
    matches!(value, "None" | "True" | "False")
        || !value.is_empty() && value.bytes().all(|it| it.is_ascii_digit())
        || value.starts_with('"') && value.bytes().all(|it| it == b'"')
}

struct Reader<'p, 't> {
    whole: &'t str,
    found: &'p mut Exports,
    /// Whether a decorator stands in front, which may make another thing of a function.
    decorated: bool,
    /// What is defined, and why it is no handler.
    defined: Vec<(&'t str, Option<Unfit>)>,
}

impl Reader<'_, '_> {
    fn add(&mut self, name: &str) {
        let starts = |it: &str| it.starts_with(|it: char| it.is_alphabetic() || it == '_');
        if starts(name) && word(name) == name {
            self.found.add(name, range_in(self.whole, name));
        }
    }

    fn define(&mut self, name: &str, unfit: Option<Unfit>) {
        if let Some(name) = self.whole.get(range_in(self.whole, name)) {
            self.defined.push((name, unfit));
        }
    }

    /// In a function or a class, `global` alone reaches the module.
    fn local(&mut self, statement: &str) -> bool {
        if let Some(names) = behind(statement, "global") {
            names.split(',').map(str::trim).for_each(|it| {
                self.add(it);
                self.define(it, None);
            });
        }
        true
    }

    /// Reads a statement, and answers whether the names of the block that it opens are its own.
    fn statement(&mut self, statement: &str) -> bool {
        let definition = behind(statement, "async").unwrap_or(statement);
        if let Some(rest) = behind(definition, "def").or_else(|| behind(definition, "class")) {
            let name = word(rest);
            self.add(name);
            self.found.open |= name == "__getattr__";
            let is_function = behind(definition, "def").is_some();
            let unfit = if is_function && !self.decorated { wrong_arguments(rest) } else { None };
            self.define(name, unfit.map(Unfit::Arguments));
            // What ends behind its arguments has no body.
            let end = if is_function { rest.find('(').and_then(|open| closing(rest, open)) } else { None };
            let is_broken = end.is_some_and(|it| rest.get(it + 1..).is_some_and(|it| it.trim().is_empty()));
            if is_broken && self.found.broken.is_none() {
                self.found.broken = Some(range_in(self.whole, name).start);
            }
            return true;
        }
        if let Some(tail) = self.header(definition) {
            return !tail.is_empty() && self.statement(tail);
        }
        for part in statement.split(';').map(str::trim) {
            if let Some(names) = behind(part, "import") {
                self.imports(names);
            } else if let Some(rest) = behind(part, "from") {
                self.imports_from(rest);
            } else {
                self.assignment(part);
            }
        }
        false
    }

    /// The header of a block: what follows its colon.
    fn header<'s>(&mut self, statement: &'s str) -> Option<&'s str> {
        const KEYWORDS: [&str; 11] =
            ["if", "elif", "else", "try", "except", "finally", "with", "for", "while", "match", "case"];
        let keyword = word(statement);
        if !KEYWORDS.contains(&keyword) {
            return None;
        }
        let colon = outside(statement, |rest| rest.starts_with(':') && !rest.starts_with(":="))?;
        let head = statement.get(keyword.len()..colon)?;
        // `match` and `case` are names as well.
        if head.trim_start().starts_with(['=', '.', ':']) {
            return None;
        }
        if keyword == "for" {
            let targets = head.split(" in ").next().unwrap_or_default();
            self.targets(targets);
        }
        for (at, _) in head.match_indices(" as ") {
            self.targets(head.get(at + 4..).unwrap_or_default().split([',', ')']).next().unwrap_or_default());
        }
        statement.get(colon + 1..).map(str::trim)
    }

    fn imports(&mut self, names: &str) {
        for name in names.split(',').map(str::trim) {
            match name.split_once(" as ") {
                Some((_, alias)) => self.import(alias.trim()),
                None => self.import(word(name)),
            }
        }
    }

    fn import(&mut self, name: &str) {
        self.add(name);
        self.define(name, None);
    }

    fn imports_from(&mut self, rest: &str) {
        let Some(at) = rest.find(" import") else { return };
        let names = rest.get(at + " import".len()..).unwrap_or_default();
        let names = names.trim_matches(|it: char| it.is_whitespace() || it == '(' || it == ')');
        if names.starts_with('*') {
            self.found.open = true;
        }
        self.imports(names);
    }

    /// `a = b = value`, `a: int = value`, `a, b = value`, `a += value`.
    fn assignment(&mut self, statement: &str) {
        let mut rest = statement;
        while let Some(at) = outside(rest, is_assignment) {
            let target = rest.get(..at).unwrap_or_default();
            let target = target.trim_end_matches(['+', '-', '*', '/', '%', '&', '|', '^', '@', '<', '>']);
            let target = target.split(':').next().unwrap_or_default();
            self.targets(target);
            rest = rest.get(at + 1..).unwrap_or_default();
            let unfit = is_no_function(rest.trim()).then_some(Unfit::NoFunction);
            target.split(',').for_each(|it| self.define(it.trim(), unfit));
        }
    }

    fn targets(&mut self, text: &str) {
        for name in text.split(',') {
            self.add(name.trim_matches(|it: char| it.is_whitespace() || "()[]*".contains(it)));
        }
    }
}

/// Whether a text begins with the `=` of an assignment; what is in front of it is looked at by [`outside`].
fn is_assignment(rest: &str) -> bool {
    rest.starts_with('=') && !rest.starts_with("==")
}

/// Where something begins outside of brackets. A `=` that ends a comparison is passed over.
fn outside(text: &str, begins: impl Fn(&str) -> bool) -> Option<usize> {
    let mut depth: usize = 0;
    let mut before = ' ';
    for (at, char) in text.char_indices() {
        match char {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            '=' if matches!(before, '=' | '!' | ':') => {}
            '=' if matches!(before, '<' | '>') && !is_shift(text, at) => {}
            _ if depth == 0 && text.get(at..).is_some_and(&begins) => return Some(at),
            _ => {}
        }
        before = char;
    }
    None
}

/// Whether `<<` or `>>` ends at a place.
fn is_shift(text: &str, at: usize) -> bool {
    text.get(..at).is_some_and(|it| it.ends_with("<<") || it.ends_with(">>"))
}

/// The text with each byte in its place, but quotes for strings, and spaces for comments and for the line breaks of
/// lines that go on. `None` if a string is not closed.
fn blank(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let mut plain = String::with_capacity(text.len());
    let mut depth: usize = 0;
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let rest = text.get(at..)?;
        let length = match byte {
            b'#' => rest.find('\n').unwrap_or(rest.len()),
            b'"' | b'\'' => string(rest)?,
            b'\\' if rest.starts_with("\\\r\n") => 3,
            b'\\' if rest.starts_with("\\\n") => 2,
            b'\n' if depth > 0 => 1,
            _ => 0,
        };
        if length > 0 {
            plain.extend(std::iter::repeat_n(if matches!(byte, b'"' | b'\'') { '"' } else { ' ' }, length));
            at += length;
            continue;
        }
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        let char = rest.chars().next()?;
        plain.push(char);
        at += char.len_utf8();
    }
    Some(plain)
}

/// How long the string is that a text begins with.
fn string(text: &str) -> Option<usize> {
    let quote = text.get(..1)?;
    let triple = quote.repeat(3);
    let (open, is_long) = if text.starts_with(&triple) { (triple.as_str(), true) } else { (quote, false) };
    let mut at = open.len();
    loop {
        let rest = text.get(at..)?;
        if rest.starts_with(open) {
            return Some(at + open.len());
        }
        let mut chars = rest.chars();
        match chars.next()? {
            '\\' => at += 1 + chars.next()?.len_utf8(),
            '\n' if !is_long => return None,
            char => at += char.len_utf8(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn names(text: &str) -> String {
        let found = exports(text);
        for it in &found.names {
            assert_eq!(text.get(it.range.clone()), Some(it.text.as_str()));
        }
        let names: Vec<&str> = found.names.iter().map(|it| it.text.as_str()).collect();
        format!("{}{}", names.join(" "), if found.open { " ..." } else { "" })
    }

    #[test]
    fn definitions() {
        assert_eq!(
            names(
                "def a(x=1,\n  y=2):\n  b = 1\n  def c(): pass\n\nasync def d(): pass\nclass E:\n  f = 1\n"
            ),
            "a d E"
        );
        assert_eq!(
            names("import os, a.b.c as d, e.f\nfrom x import (g,\n  h as i,)\nfrom . import j"),
            "os d e g i j"
        );
        assert_eq!(
            names("a = b = 1\nc: int = 2\nd, (e, f) = x\ng.h = 1\ni[0] = 2\nj == 1\nk += 1\nl: int\n"),
            "a b c d e f k"
        );
        assert_eq!(
            names("try:\n  import a\nexcept ImportError as e:\n  a = None\nif x: b = 1\nelse:\n  c = 1"),
            "a e b c"
        );
        assert_eq!(
            names("for a, b in x: c = f(d=1)\nwith open(x) as g:\n  h = 1\nmatch = 1"),
            "a b c g h match"
        );
        assert_eq!(names("def f():\n  global handler\n  handler = 1"), "f handler");
        assert_eq!(names("@app.route('/')\ndef a(): return {'x': 1}\nb = lambda x=1: x"), "a b");
    }

    #[test]
    fn strings_and_comments() {
        assert_eq!(
            names("\"\"\"\ndef no(): pass\n\"\"\"\n# def no\na = 'def no\\'' \\\n  + r'\\d'\ndef b(): pass"),
            "a b"
        );
        assert!(exports("# only\n\n  # this").empty);
        assert_eq!(names("a = 'not closed\ndef b(): pass"), " ...");
    }

    #[test]
    fn what_is_made_while_it_runs() {
        assert_eq!(names("from x import *\ndef a(): pass"), "a ...");
        assert_eq!(names("globals()['a'] = 1"), " ...");
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in "[a-c =:;,()\\[\\]'\"#\\\\\n\t\r*é.@]{0,60}|\\PC{0,40}") {
            let found = exports(&text);
            for it in &found.names {
                prop_assert_eq!(text.get(it.range.clone()), Some(it.text.as_str()));
            }
        }
    }
}
