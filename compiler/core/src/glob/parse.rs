//! Parses a glob. Answers "what does this pattern mean?", by the rules of picomatch with hidden files included.
//!
//! One pass over the characters. Groups that are open wait on a stack of [`Frame`]s; what a sign means depends on the
//! kinds of the signs before it. A pattern without a sound reading is [`Broken`]: it matches itself alone.

mod class;
mod group;

use super::Node;
use group::{Frame, FrameKind};

/// What a pattern says.
pub(super) struct Parsed {
    /// Whether it stands for what it does not match.
    pub negated: bool,
    /// What it matches; `None` if it is broken.
    pub alternatives: Option<Vec<Vec<Node>>>,
}

/// The pattern has no sound reading.
struct Broken;

type Outcome = Result<(), Broken>;

/// Longer patterns match themselves alone.
const MAX_LENGTH: usize = 64 * 1024;

/// Deeper patterns match themselves alone.
const MAX_DEPTH: usize = 100;

/// What the sign before was, as far as the meaning of the next depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Nothing: the start.
    Start,
    Slash,
    /// A dot at the start of a step, or any in a group.
    Dot,
    Star,
    Globstar,
    Open,
    Close,
    Bracket,
    Brace,
    Comma,
    Other,
}

pub(super) fn parse(pattern: &str) -> Parsed {
    let pattern = match pattern {
        "***" => "*",
        "**/**" | "**/**/**" => "**",
        other => other,
    };
    if pattern.is_empty() || pattern.len() > MAX_LENGTH {
        return Parsed { negated: false, alternatives: None };
    }
    let rest = pattern.strip_prefix("./").unwrap_or(pattern);
    if pattern.starts_with(['.', '*'])
        && let Some(nodes) = common(rest)
    {
        return Parsed { negated: false, alternatives: Some(vec![nodes]) };
    }
    let mut parser = Parser::new(rest);
    let alternatives = parser.all().ok();
    Parsed { negated: parser.negated && alternatives.is_some(), alternatives }
}

fn units(text: &str) -> impl Iterator<Item = Node> + '_ {
    text.encode_utf16().map(Node::Unit)
}

/// The most common patterns, with extensions behind them. They differ from the others in small things: `**.js` looks
/// into directories, and something must follow the dot of `*.*`.
fn common(pattern: &str) -> Option<Vec<Node>> {
    use Node::{Globstar, NoDotStep, NotLast, Star, Unit};
    let slash = || Unit('/' as u16);
    let dot = || Unit('.' as u16);
    let below = || Node::Repeat {
        body: Box::new(Node::Group(vec![vec![NoDotStep, Globstar, slash()]])),
        least: 0,
        endless: false,
    };
    Some(match pattern {
        "*" => vec![NoDotStep, NotLast, Star],
        ".*" => vec![dot(), NotLast, Star],
        "*.*" => vec![NoDotStep, Star, dot(), NotLast, Star],
        "*/*" => vec![NoDotStep, Star, slash(), NotLast, NoDotStep, Star],
        "**" => vec![NoDotStep, Globstar],
        "**/*" => vec![below(), NoDotStep, NotLast, Star],
        "**/*.*" => vec![below(), NoDotStep, Star, dot(), NotLast, Star],
        "**/.*" => vec![below(), dot(), NotLast, Star],
        _ => {
            let (before, extension) = pattern.rsplit_once('.')?;
            let is_word = |it: char| it.is_ascii_alphanumeric() || it == '_';
            if extension.is_empty() || !extension.chars().all(is_word) {
                return None;
            }
            let mut nodes = common(before)?;
            nodes.push(dot());
            nodes.extend(units(extension));
            nodes
        }
    })
}

struct Parser {
    pattern: Vec<char>,
    /// The next character.
    at: usize,
    /// Where the pattern begins behind `!` and `./`.
    start: usize,
    /// Whether the pattern is one step without groups, classes and braces: less is special in it.
    plain: bool,
    negated: bool,
    frames: Vec<Frame>,
    kinds: Vec<Kind>,
}

impl Parser {
    fn new(pattern: &str) -> Parser {
        let special = ['/', '(', ')', '[', ']', '{', '}', '"'];
        Parser {
            pattern: pattern.chars().collect(),
            at: 0,
            start: 0,
            plain: !pattern.starts_with(['*', '!']) && !pattern.contains(special),
            negated: false,
            frames: vec![Frame::new(FrameKind::Whole, 0)],
            kinds: vec![Kind::Start],
        }
    }

    fn all(&mut self) -> Result<Vec<Vec<Node>>, Broken> {
        while let Some(char) = self.peek(0) {
            self.at += 1;
            self.sign(char)?;
            if self.frames.len() > MAX_DEPTH {
                return Err(Broken);
            }
        }
        self.close_all()
    }

    /// The character `offset` behind the next.
    fn peek(&self, offset: usize) -> Option<char> {
        self.pattern.get(self.at + offset).copied()
    }

    fn rest(&self) -> &[char] {
        self.pattern.get(self.at..).unwrap_or_default()
    }

    /// The kind of a sign before: 0 is the last.
    fn kind(&self, back: usize) -> Option<Kind> {
        self.kinds.iter().rev().nth(back).copied()
    }

    fn last(&self) -> Kind {
        self.kind(0).unwrap_or(Kind::Start)
    }

    fn current(&mut self) -> Option<&mut Vec<Node>> {
        self.frames.last_mut()?.alternatives.last_mut()
    }

    fn add(&mut self, node: Node) {
        if let Some(nodes) = self.current() {
            nodes.push(node);
        }
    }

    fn add_char(&mut self, char: char) {
        let mut buffer = [0; 2];
        for unit in char.encode_utf16(&mut buffer) {
            self.add(Node::Unit(*unit));
        }
    }

    fn text(&mut self, char: char, kind: Kind) {
        self.add_char(char);
        self.push(kind, char);
    }

    /// Remembers a sign.
    fn push(&mut self, kind: Kind, char: char) {
        self.kinds.push(kind);
        if let Some(frame) = self.frames.iter_mut().rev().find(|it| it.is_extended()) {
            frame.note(char);
        }
    }

    fn in_braces(&self) -> bool {
        self.frames.iter().any(|it| it.kind == FrameKind::Brace)
    }

    fn in_parentheses(&self) -> bool {
        self.frames.iter().any(|it| it.is_parenthesis())
    }

    fn sign(&mut self, char: char) -> Outcome {
        match char {
            '\0' => {}
            '\\' => self.escape(),
            '*' => return self.star(),
            '?' => return self.question_mark(),
            '.' => self.dot(),
            '/' => self.slash(),
            '!' if self.at == 1 && !self.opens_negation(0) => self.negate(),
            _ if self.plain => self.text(char, Kind::Other),
            '"' => self.quotes(),
            '(' => self.open(FrameKind::Group, self.at - 1),
            ')' => return self.close_parenthesis(),
            '[' => return self.bracket(),
            '{' => self.open_brace(),
            '}' => return self.close_brace(),
            '|' => self.alternative(Kind::Other, '|'),
            ',' => self.comma(),
            '!' if self.opens_negation(0) => self.open_extended('!'),
            '+' => return self.plus(),
            // The parenthesis does the work.
            '@' if self.opens_group() => self.push(Kind::Other, '@'),
            _ => self.word(char),
        }
        Ok(())
    }

    /// Text. A double quote behind it is a part of it.
    fn word(&mut self, char: char) {
        self.text(char, Kind::Other);
        while char != '@' && self.peek(0) == Some('"') {
            self.at += 1;
            self.text('"', Kind::Other);
        }
    }

    /// Whether a parenthesis follows that makes the sign before it the sign of an extended group.
    fn opens_group(&self) -> bool {
        self.peek(0) == Some('(') && self.peek(1) != Some('?')
    }

    /// The same for `!` with `offset` characters between.
    fn opens_negation(&self, offset: usize) -> bool {
        let look = self.peek(offset + 1) == Some('?')
            && matches!(self.peek(offset + 2), Some('!' | '=' | '<' | ':'));
        self.peek(offset) == Some('(') && !look
    }

    /// `!` in front of everything: an odd number turns the meaning.
    fn negate(&mut self) {
        let mut count = 1;
        while self.peek(0) == Some('!') && (self.peek(1) != Some('(') || self.peek(2) == Some('?')) {
            self.at += 1;
            count += 1;
        }
        self.negated = count % 2 == 1;
        self.start = self.at;
    }

    fn escape(&mut self) {
        match self.peek(0) {
            // A backslash in front of these is nothing.
            Some('/' | '.' | ';') => return,
            None => return self.text('\\', Kind::Other),
            Some(_) => {}
        }
        let slashes = self.rest().iter().take_while(|it| **it == '\\').count();
        if slashes > 2 {
            self.at += slashes;
            if slashes % 2 == 1 {
                self.text('\\', Kind::Other);
                return;
            }
        }
        let Some(char) = self.peek(0) else { return self.text('\\', Kind::Other) };
        self.at += 1;
        match class::escaped(char) {
            Some(class) => self.add(Node::Class(class)),
            None => self.add_char(class::control(char).unwrap_or(char)),
        }
        self.push(Kind::Other, char);
    }

    /// What stands in double quotes is meant as it is written; the quotes themselves are nothing.
    fn quotes(&mut self) {
        while let Some(char) = self.peek(0) {
            self.at += 1;
            match char {
                '"' => return,
                '\\' => self.escape(),
                char => self.add_char(char),
            }
        }
    }

    fn slash(&mut self) {
        if self.last() == Kind::Dot && self.at == self.start + 2 {
            // A leading `./` is nothing.
            self.start = self.at;
            self.kinds = vec![Kind::Start];
            self.current().map(Vec::clear);
            return;
        }
        self.text('/', Kind::Slash);
    }

    fn dot(&mut self) {
        if self.last() == Kind::Dot && self.in_braces() {
            if let Some(frame) = self.frames.iter_mut().rev().find(|it| it.kind == FrameKind::Brace) {
                frame.dots = true;
            }
            self.kinds.pop();
            return self.text('.', Kind::Other);
        }
        let grouped = self.in_braces() || self.in_parentheses();
        let first = matches!(self.last(), Kind::Start | Kind::Slash);
        self.text('.', if grouped || first { Kind::Dot } else { Kind::Other });
    }

    fn question_mark(&mut self) -> Outcome {
        let one = Node::Class(super::Class { negated: true, ranges: vec![('/' as u16, '/' as u16)] });
        if !self.plain {
            if self.last() != Kind::Open && self.opens_group() {
                self.open_extended('?');
                return Ok(());
            }
            match (self.last(), self.peek(0)) {
                (Kind::Open, Some('!' | '=' | ':')) => return self.open_look(),
                (Kind::Open | Kind::Close, Some('<')) => return Err(Broken),
                (Kind::Open, _) => {
                    self.text('?', Kind::Other);
                    return Ok(());
                }
                (Kind::Close, _) => {
                    self.push(Kind::Other, '?');
                    return self.quantify(0, false);
                }
                _ => {}
            }
        }
        self.add(one);
        self.push(Kind::Other, '?');
        Ok(())
    }

    fn plus(&mut self) -> Outcome {
        if self.opens_group() {
            self.open_extended('+');
            return Ok(());
        }
        let behind_group = matches!(self.last(), Kind::Bracket | Kind::Close | Kind::Brace);
        if self.last() != Kind::Open && (behind_group || self.in_parentheses()) {
            self.push(Kind::Other, '+');
            return self.quantify(1, true);
        }
        self.text('+', Kind::Other);
        Ok(())
    }

    /// The last node may stand again, or not at all.
    fn quantify(&mut self, least: u8, endless: bool) -> Outcome {
        let nodes = self.current().ok_or(Broken)?;
        match nodes.pop() {
            // A second `?` only says which match is preferred.
            Some(node @ (Node::Repeat { .. } | Node::Star)) if !endless => nodes.push(node),
            Some(node @ (Node::Unit(_) | Node::Any | Node::Class(_) | Node::Group(_))) => {
                nodes.push(Node::Repeat { body: Box::new(node), least, endless });
            }
            _ => return Err(Broken),
        }
        Ok(())
    }

    fn star(&mut self) -> Outcome {
        if self.plain {
            if self.last() != Kind::Star {
                self.add(Node::Star);
            }
            self.push(Kind::Star, '*');
            return Ok(());
        }
        if self.last() == Kind::Globstar {
            // Three stars are one.
            if let Some(nodes) = self.current()
                && nodes.last() == Some(&Node::Globstar)
            {
                nodes.pop();
                nodes.push(Node::Star);
            }
            while self.peek(0) == Some('*') && self.peek(1) != Some('(') {
                self.at += 1;
            }
            self.kinds.pop();
            self.push(Kind::Star, '*');
            return Ok(());
        }
        if self.peek(0) == Some('(') && self.peek(1).is_some_and(|it| it != '?') {
            self.open_extended('*');
            return Ok(());
        }
        if self.last() == Kind::Star {
            self.second_star();
            return Ok(());
        }
        if self.at == self.start + 1 || matches!(self.last(), Kind::Slash | Kind::Dot) {
            let behind_dot = self.last() == Kind::Dot;
            self.add(if behind_dot { Node::NoSecondDot } else { Node::NoDotStep });
            if self.peek(0) != Some('*') {
                self.add(Node::NotLast);
            }
        }
        self.add(Node::Star);
        self.push(Kind::Star, '*');
        Ok(())
    }

    /// `**` is more than `*` where it begins a step or a group.
    fn second_star(&mut self) {
        let (prior, before) = (self.kind(1).unwrap_or(Kind::Start), self.kind(2).unwrap_or(Kind::Start));
        let in_braces = self.in_braces() && matches!(prior, Kind::Comma | Kind::Brace);
        if !in_braces && !matches!(prior, Kind::Slash | Kind::Start | Kind::Open | Kind::Close) {
            return self.push(Kind::Star, '*');
        }
        // More of the same is nothing.
        while self.rest().starts_with(&['/', '*', '*']) && matches!(self.peek(3), None | Some('/')) {
            self.at += 3;
        }
        let next = self.peek(0);
        let slash = Node::Unit('/' as u16);
        self.kinds.pop();
        self.push(Kind::Globstar, '*');
        let after_star = matches!(before, Kind::Star | Kind::Globstar);
        match (prior, next) {
            (Kind::Start, None) => self.replace(usize::MAX, vec![vec![Node::Globstar]]),
            (Kind::Start, Some('/')) => {
                let deep = vec![Node::Globstar, slash.clone()];
                self.replace(usize::MAX, vec![vec![Node::Start], vec![slash], deep]);
                self.at += 1;
                self.push(Kind::Slash, '/');
            }
            (Kind::Slash, None) if before != Kind::Start && !after_star && self.stands_alone() => {
                let deep = vec![slash, Node::NoDotStep, Node::Globstar];
                self.replace(3, vec![deep, vec![Node::End]]);
            }
            (Kind::Slash, Some('/')) if before != Kind::Start && self.stands_alone() => {
                let deep = vec![slash.clone(), Node::NoDotStep, Node::Globstar, slash.clone()];
                let end = self.peek(1).map(|_| vec![Node::End]);
                self.replace(3, [deep, vec![slash]].into_iter().chain(end).collect());
                self.at += 1;
                self.push(Kind::Slash, '/');
            }
            _ => self.open_globstar(next),
        }
    }

    /// Whether the star and the slash before it are the last nodes.
    fn stands_alone(&mut self) -> bool {
        let slash = Node::Unit('/' as u16);
        self.current().is_some_and(|it| it.ends_with(&[slash, Node::NoDotStep, Node::Star]))
    }

    /// Puts a group in the place of the last `count` nodes.
    fn replace(&mut self, count: usize, alternatives: Vec<Vec<Node>>) {
        if let Some(nodes) = self.current() {
            nodes.truncate(nodes.len().saturating_sub(count));
            nodes.push(Node::Group(alternatives));
        }
    }

    /// `**` elsewhere: text behind it makes it one star again.
    fn open_globstar(&mut self, next: Option<char>) {
        let stays = match next {
            None | Some('/' | ')' | '(' | '{' | '*') => true,
            Some(',' | '}') => self.in_braces(),
            Some('@') => self.peek(1) == Some('(') && self.peek(2) != Some('?'),
            _ => false,
        };
        if !stays {
            self.kinds.pop();
            self.kinds.push(Kind::Star);
            return;
        }
        if let Some(nodes) = self.current()
            && nodes.last() == Some(&Node::Star)
        {
            nodes.pop();
            nodes.push(Node::Globstar);
        }
    }
}
