//! Groups of a glob: parentheses, extended groups and braces. Answers "what does a group mean once it is closed?".

use super::{Broken, Kind, Outcome, Parser, class};
use crate::glob::Node;

/// What opened a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FrameKind {
    /// The whole pattern.
    Whole,
    /// `(`, also behind `@`.
    Group,
    /// `(?=` and `(?!`.
    Look { negated: bool },
    /// `?(`, `*(`, `+(` and `!(`.
    Extended(char),
    /// `{`
    Brace,
}

/// A group that is open.
pub(super) struct Frame {
    pub kind: FrameKind,
    /// Its first character.
    pub start: usize,
    pub alternatives: Vec<Vec<Node>>,
    /// Whether `..` stands in the brace.
    pub dots: bool,
    /// Whether a comma stands in the brace.
    comma: bool,
    slash: bool,
    star: bool,
    signs: usize,
}

impl Frame {
    pub fn new(kind: FrameKind, start: usize) -> Frame {
        let alternatives = vec![Vec::new()];
        Frame { kind, start, alternatives, dots: false, comma: false, slash: false, star: false, signs: 0 }
    }

    pub fn is_extended(&self) -> bool {
        matches!(self.kind, FrameKind::Extended(_))
    }

    pub fn is_parenthesis(&self) -> bool {
        matches!(self.kind, FrameKind::Group | FrameKind::Look { .. } | FrameKind::Extended(_))
    }

    /// Remembers a sign inside.
    pub fn note(&mut self, sign: char) {
        self.slash |= sign == '/';
        self.star |= sign == '*';
        self.signs += 1;
    }
}

impl Parser {
    pub(super) fn open(&mut self, kind: FrameKind, start: usize) {
        self.kinds.push(Kind::Open);
        self.frames.push(Frame::new(kind, start));
    }

    pub(super) fn open_extended(&mut self, sign: char) {
        self.push(if sign == '*' { Kind::Star } else { Kind::Other }, sign);
        let start = self.at - 1;
        self.at += 1;
        self.open(FrameKind::Extended(sign), start);
    }

    pub(super) fn open_brace(&mut self) {
        let start = self.at - 1;
        self.push(Kind::Brace, '{');
        self.frames.push(Frame::new(FrameKind::Brace, start));
    }

    /// `(?:`, `(?=` and `(?!` are those of regular expressions.
    pub(super) fn open_look(&mut self) -> Outcome {
        let sign = self.peek(0);
        self.at += 1;
        self.kinds.push(Kind::Other);
        let frame = self.frames.last_mut().filter(|it| it.kind == FrameKind::Group).ok_or(Broken)?;
        match sign {
            Some(':') => {}
            sign => frame.kind = FrameKind::Look { negated: sign == Some('!') },
        }
        Ok(())
    }

    pub(super) fn alternative(&mut self, kind: Kind, sign: char) {
        if let Some(frame) = self.frames.last_mut() {
            frame.alternatives.push(Vec::new());
        }
        self.push(kind, sign);
    }

    pub(super) fn comma(&mut self) {
        match self.frames.last_mut() {
            Some(frame) if frame.kind == FrameKind::Brace => {
                frame.comma = true;
                self.alternative(Kind::Comma, ',');
            }
            _ => self.text(',', Kind::Comma),
        }
    }

    pub(super) fn close_parenthesis(&mut self) -> Outcome {
        if !self.in_parentheses() {
            self.text(')', Kind::Close);
            return Ok(());
        }
        let Some(frame) = self.frames.pop_if(|it| it.is_parenthesis()) else { return Err(Broken) };
        match frame.kind {
            FrameKind::Extended('!') => self.close_negation(frame),
            FrameKind::Extended(sign) => self.close_extended(sign, frame),
            FrameKind::Look { negated } => {
                self.add(Node::Look { negated, alternatives: frame.alternatives });
            }
            _ => self.add(Node::Group(frame.alternatives)),
        }
        self.kinds.push(Kind::Close);
        Ok(())
    }

    fn close_extended(&mut self, sign: char, frame: Frame) {
        let written = self.pattern.get(frame.start..self.at).unwrap_or_default().to_vec();
        let body: String = written.iter().skip(2).take(written.len().saturating_sub(3)).collect();
        let (least, endless) = match sign {
            '?' => (0, false),
            '*' => (0, true),
            _ => (1, true),
        };
        let risk = if endless { risk(&body) } else { Risk::None };
        match risk {
            Risk::None => {
                let body = Box::new(Node::Group(frame.alternatives));
                self.add(Node::Repeat { body, least, endless });
            }
            Risk::Chars(chars) => {
                let alternatives = chars.iter().map(|it| super::units(&it.to_string()).collect()).collect();
                let body = Box::new(Node::Group(alternatives));
                self.add(Node::Repeat { body, least: 0, endless: true });
            }
            Risk::Literal => written.into_iter().for_each(|it| self.add_char(it)),
        }
    }

    /// `!(a)`: at the end nothing that is `a`, elsewhere nothing that begins with `a`.
    fn close_negation(&mut self, frame: Frame) {
        let rest = self.rest();
        let ends = rest.iter().all(|it| *it == ')');
        let extension = frame.star
            && rest.first() == Some(&'.')
            && rest.len() > 1
            && !rest.iter().skip(1).any(|it| matches!(it, '\\' | '/' | '.'));
        let deep = frame.signs > 1 && frame.slash;
        let star = if deep { Node::Globstar } else { Node::Star };
        let mut refused = vec![Node::Group(frame.alternatives)];
        if extension {
            let mut parser = Parser::new(&rest.iter().collect::<String>());
            parser.plain = false;
            // What cannot be read here is read again behind the group, and breaks the pattern there.
            refused.push(Node::Group(parser.all().unwrap_or_default()));
        } else if ends || deep {
            refused.push(Node::End);
        }
        let look = Node::Look { negated: true, alternatives: vec![refused] };
        self.add(Node::Group(vec![vec![look, star]]));
    }

    pub(super) fn close_brace(&mut self) -> Outcome {
        if !self.in_braces() {
            self.text('}', Kind::Other);
            return Ok(());
        }
        let Some(frame) = self.frames.pop_if(|it| it.kind == FrameKind::Brace) else { return Err(Broken) };
        if frame.dots {
            let body = self.pattern.get(frame.start + 1..self.at - 1).unwrap_or_default();
            let nodes = class::range(&body.iter().collect::<String>());
            nodes.into_iter().for_each(|it| self.add(it));
        } else if frame.comma {
            self.add(Node::Group(frame.alternatives));
        } else {
            self.flatten('{', frame);
            self.add_char('}');
        }
        self.push(Kind::Brace, '}');
        Ok(())
    }

    /// A group that is none: its sign stands for itself, its content belongs to the group around it.
    fn flatten(&mut self, sign: char, frame: Frame) {
        self.add_char(sign);
        let mut alternatives = frame.alternatives.into_iter();
        alternatives.next().into_iter().flatten().for_each(|it| self.add(it));
        if let Some(parent) = self.frames.last_mut() {
            parent.alternatives.extend(alternatives);
        }
    }

    /// The end of the pattern: a parenthesis that is still open stands for itself, anything else breaks it.
    pub(super) fn close_all(&mut self) -> Result<Vec<Vec<Node>>, Broken> {
        while let Some(frame) = self.frames.pop() {
            match frame.kind {
                FrameKind::Whole => return Ok(frame.alternatives),
                FrameKind::Group => self.flatten('(', frame),
                _ => return Err(Broken),
            }
        }
        Err(Broken)
    }
}

/// What picomatch makes of a repetition that could take long.
enum Risk {
    /// A repetition like any other.
    None,
    /// Any number of these characters.
    Chars(Vec<char>),
    /// It stands for itself.
    Literal,
}

fn risk(body: &str) -> Risk {
    let branches: Vec<&str> = branches(body).into_iter().map(str::trim).collect();
    let only_wild = |it: &&str| !it.is_empty() && it.chars().all(|it| matches!(it, '*' | '?'));
    let plain = |it: &&str| plain_branch(it);
    if branches.len() > 1 {
        let same: Vec<char> = branches.iter().filter_map(plain).filter_map(|it| one_char(&it)).collect();
        let overlap = same.iter().enumerate().any(|(at, char)| same.iter().skip(at + 1).any(|it| it == char));
        if overlap || branches.iter().any(|it| it.is_empty() || only_wild(it)) {
            return Risk::Literal;
        }
    }
    for branch in branches {
        if let Some(chars) = starred_chars(branch) {
            return Risk::Chars(chars);
        }
        if repeated(branch).is_some_and(|(_, _, rest)| rest.is_empty()) {
            return Risk::Literal;
        }
    }
    Risk::None
}

/// The character of a text that has only one.
fn one_char(text: &str) -> Option<char> {
    let first = text.chars().next()?;
    text.chars().all(|it| it == first).then_some(first)
}

/// A branch without anything special, without its backslashes.
fn plain_branch(branch: &str) -> Option<String> {
    let mut branch = branch.trim();
    while let Some(inner) = branch.strip_prefix("@(").and_then(|it| it.strip_suffix(')')) {
        if inner.is_empty() || inner.contains(['\\', '(', ')', '[', ']', '{', '}', '|']) {
            break;
        }
        branch = inner;
    }
    let mut out = String::new();
    let mut chars = branch.chars();
    while let Some(char) = chars.next() {
        match char {
            '\\' => out.extend(chars.next()),
            '?' | '*' | '+' | '@' | '!' | '(' | ')' | '[' | ']' | '{' | '}' => return None,
            char => out.push(char),
        }
    }
    Some(out)
}

/// The characters of `*(a)*(b)`, if a branch is that.
fn starred_chars(branch: &str) -> Option<Vec<char>> {
    let mut chars = Vec::new();
    let mut rest = branch;
    while !rest.is_empty() {
        let (sign, body, after) = repeated(rest)?;
        let plain = plain_branch(body).filter(|_| sign == '*' && branches(body).len() == 1)?;
        let mut only = plain.chars();
        chars.extend(only.next().filter(|_| only.next().is_none()).map(Some)?);
        rest = after;
    }
    (!chars.is_empty()).then_some(chars)
}

/// The sign and the body of a `+(...)` or `*(...)` at the start, and what stands behind it.
fn repeated(text: &str) -> Option<(char, &str, &str)> {
    let sign = text.chars().next().filter(|it| matches!(it, '+' | '*'))?;
    let body = text.get(1..)?.strip_prefix('(')?;
    let mut depth = 1usize;
    let mut levels = Levels::default();
    for (at, char) in body.char_indices() {
        if !levels.is_open(char) {
            continue;
        }
        match char {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            let (body, rest) = body.split_at(at);
            return Some((sign, body, rest.get(1..).unwrap_or_default()));
        }
    }
    None
}

/// The parts between the `|` that stand in no parenthesis.
fn branches(body: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut from, mut depth) = (0, 0usize);
    let mut levels = Levels::default();
    for (at, char) in body.char_indices() {
        if !levels.is_open(char) {
            continue;
        }
        match char {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            '|' if depth == 0 => {
                parts.extend(body.get(from..at));
                from = at + 1;
            }
            _ => {}
        }
    }
    parts.extend(body.get(from..));
    parts
}

/// Tells which characters are neither escaped nor in quotes nor in a class.
#[derive(Default)]
struct Levels {
    escaped: bool,
    quoted: bool,
    brackets: usize,
}

impl Levels {
    fn is_open(&mut self, char: char) -> bool {
        if std::mem::take(&mut self.escaped) {
            return false;
        }
        match char {
            '\\' => self.escaped = true,
            '"' => self.quoted = !self.quoted,
            '[' if !self.quoted => self.brackets += 1,
            ']' if !self.quoted => self.brackets = self.brackets.saturating_sub(1),
            _ => return !self.quoted && self.brackets == 0,
        }
        false
    }
}
