//! Runs a parsed glob over a path. Answers "where can a match that began here end?".
//!
//! Every node takes a set of positions to the set of those behind it, so that no part of the path is tried twice for
//! the same node: there is nothing to go back to.

use std::cell::OnceCell;

use super::Node;

/// A path that is made ready for matching.
#[derive(Clone, Debug)]
pub struct Text<'a> {
    written: &'a str,
    is_plain: bool,
    units: OnceCell<Vec<u16>>,
}

impl<'a> Text<'a> {
    /// Makes a path ready: relative, with `/` between steps.
    pub fn new(path: &'a str) -> Text<'a> {
        let in_line = path.is_ascii() || !path.contains(['\u{2028}', '\u{2029}']);
        let is_plain = in_line
            && !path.contains(['\n', '\r'])
            && path.split('/').all(|step| !matches!(step, "" | "." | ".."));
        Text { written: path, is_plain, units: OnceCell::new() }
    }

    /// The path.
    pub fn as_str(&self) -> &'a str {
        self.written
    }

    /// Whether it has neither an end of a line nor an empty, `.` or `..` step: `**` takes all of it.
    pub(super) fn is_plain(&self) -> bool {
        self.is_plain
    }

    fn units(&self) -> &[u16] {
        self.units.get_or_init(|| self.written.encode_utf16().collect())
    }

    fn at(&self, position: usize) -> Option<u16> {
        self.units().get(position).copied()
    }

    /// Whether `.` or `..` stands at `position` as a whole rest of a step.
    fn dots(&self, position: usize) -> bool {
        let is = |offset: usize, char: char| self.at(position + offset) == Some(char as u16);
        let ends = |offset: usize| self.at(position + offset).is_none_or(|it| it == SLASH);
        is(0, '.') && (ends(1) || is(1, '.') && ends(2))
    }
}

const SLASH: u16 = '/' as u16;

/// Steps that one match may take; a pattern that needs more matches nothing. No pattern of use comes near.
const MAX_WORK: usize = 1_000_000;

/// Whether one of the alternatives matches the whole text.
pub(super) fn matches(alternatives: &[Vec<Node>], text: &Text<'_>) -> bool {
    let end = text.units().len();
    let mut run = Run { text, end, work: 0 };
    // The usual path fits into one integer.
    let found = if end < 128 {
        run.any(alternatives, &1u128).has(end)
    } else {
        let mut start = Wide::default();
        start.put(0);
        run.any(alternatives, &start).has(end)
    };
    found && run.work <= MAX_WORK
}

/// A set of positions.
trait Positions: Default + Clone {
    fn put(&mut self, position: usize);
    fn has(&self, position: usize) -> bool;
    /// The first position from `from` on.
    fn next(&self, from: usize) -> Option<usize>;
    fn unite(&mut self, other: &Self);
    fn remove(&mut self, other: &Self);
}

impl Positions for u128 {
    fn put(&mut self, position: usize) {
        *self |= 1u128.checked_shl(position as u32).unwrap_or(0);
    }

    fn has(&self, position: usize) -> bool {
        self.checked_shr(position as u32).unwrap_or(0) & 1 == 1
    }

    fn next(&self, from: usize) -> Option<usize> {
        let rest = self.checked_shr(from as u32).unwrap_or(0);
        (rest != 0).then(|| from + rest.trailing_zeros() as usize)
    }

    fn unite(&mut self, other: &Self) {
        *self |= other;
    }

    fn remove(&mut self, other: &Self) {
        *self &= !other;
    }
}

/// Positions of a long path.
#[derive(Clone, Default)]
struct Wide(Vec<u64>);

impl Positions for Wide {
    fn put(&mut self, position: usize) {
        if self.0.len() <= position / 64 {
            self.0.resize(position / 64 + 1, 0);
        }
        if let Some(word) = self.0.get_mut(position / 64) {
            *word |= 1 << (position % 64);
        }
    }

    fn has(&self, position: usize) -> bool {
        self.0.get(position / 64).is_some_and(|it| it >> (position % 64) & 1 == 1)
    }

    fn next(&self, from: usize) -> Option<usize> {
        let first = self.0.get(from / 64)? >> (from % 64);
        if first != 0 {
            return Some(from + first.trailing_zeros() as usize);
        }
        let later = self.0.iter().enumerate().skip(from / 64 + 1).find(|(_, word)| **word != 0);
        later.map(|(at, word)| at * 64 + word.trailing_zeros() as usize)
    }

    fn unite(&mut self, other: &Self) {
        if self.0.len() < other.0.len() {
            self.0.resize(other.0.len(), 0);
        }
        self.0.iter_mut().zip(&other.0).for_each(|(own, other)| *own |= other);
    }

    fn remove(&mut self, other: &Self) {
        self.0.iter_mut().zip(&other.0).for_each(|(own, other)| *own &= !other);
    }
}

struct Run<'a> {
    text: &'a Text<'a>,
    end: usize,
    work: usize,
}

impl Run<'_> {
    /// Where any of the alternatives ends.
    fn any<P: Positions>(&mut self, alternatives: &[Vec<Node>], starts: &P) -> P {
        let mut ends = P::default();
        for nodes in alternatives {
            let mut at = starts.clone();
            for node in nodes {
                at = self.one(node, &at);
                if at.next(0).is_none() {
                    break;
                }
            }
            ends.unite(&at);
        }
        ends
    }

    fn one<P: Positions>(&mut self, node: &Node, starts: &P) -> P {
        self.work += 1 + self.end / 64;
        if self.work > MAX_WORK {
            return P::default();
        }
        let text = self.text;
        match node {
            Node::Unit(unit) => self.step(starts, |it| it == *unit),
            Node::Any => self.step(starts, is_in_line),
            Node::Class(class) => self.step(starts, |it| class.has(it)),
            Node::Star => self.run(starts, |at| text.at(at) != Some(SLASH)),
            Node::Globstar => self.run(starts, |at| {
                let unit = text.at(at);
                let dots = (unit == Some(SLASH) && text.dots(at + 1)) || (at == 0 && text.dots(0));
                unit.is_some_and(is_in_line) && !dots
            }),
            Node::NotLast => self.keep(starts, |at| text.at(at).is_some_and(is_in_line)),
            Node::NoDotStep => self.keep(starts, |at| !text.dots(at)),
            Node::NoSecondDot => self.keep(starts, |at| {
                let dot = usize::from(text.at(at) == Some('.' as u16));
                let ends = |at: usize| text.at(at).is_none_or(|it| it == SLASH);
                !ends(at) && (dot == 0 || !ends(at + 1))
            }),
            Node::Start => self.keep(starts, |at| at == 0),
            Node::End => {
                let end = self.end;
                self.keep(starts, |at| at == end)
            }
            Node::Group(alternatives) => self.any(alternatives, starts),
            Node::Repeat { body, least, endless } => self.repeat(body, *least, *endless, starts),
            Node::Look { negated, alternatives } => self.look(*negated, alternatives, starts),
        }
    }

    /// Takes one unit that fits.
    fn step<P: Positions>(&mut self, starts: &P, fits: impl Fn(u16) -> bool) -> P {
        let mut ends = P::default();
        let mut next = starts.next(0);
        while let Some(at) = next {
            if self.text.at(at).is_some_and(&fits) {
                ends.put(at + 1);
            }
            next = starts.next(at + 1);
        }
        ends
    }

    /// Takes any number of units that fit where they stand.
    fn run<P: Positions>(&mut self, starts: &P, fits: impl Fn(usize) -> bool) -> P {
        let mut ends = starts.clone();
        let mut next = starts.next(0);
        while let Some(mut at) = next {
            while at < self.end && fits(at) {
                at += 1;
                ends.put(at);
            }
            // What begins inside of this run ends where it does.
            next = starts.next(at + 1);
        }
        ends
    }

    fn keep<P: Positions>(&mut self, starts: &P, fits: impl Fn(usize) -> bool) -> P {
        let mut kept = P::default();
        let mut next = starts.next(0);
        while let Some(at) = next {
            if fits(at) {
                kept.put(at);
            }
            next = starts.next(at + 1);
        }
        kept
    }

    fn repeat<P: Positions>(&mut self, body: &Node, least: u8, endless: bool, starts: &P) -> P {
        let first = self.one(body, starts);
        let mut ends = if least == 0 { starts.clone() } else { P::default() };
        let mut new = first;
        new.remove(&ends);
        while new.next(0).is_some() {
            ends.unite(&new);
            if !endless {
                break;
            }
            new = self.one(body, &new);
            new.remove(&ends);
        }
        ends
    }

    fn look<P: Positions>(&mut self, negated: bool, alternatives: &[Vec<Node>], starts: &P) -> P {
        let mut kept = P::default();
        let mut next = starts.next(0);
        while let Some(at) = next {
            let mut start = P::default();
            start.put(at);
            if self.any(alternatives, &start).next(0).is_some() != negated {
                kept.put(at);
            }
            next = starts.next(at + 1);
        }
        kept
    }
}

/// Whether JavaScript's `.` takes the unit.
fn is_in_line(unit: u16) -> bool {
    !matches!(unit, 0x0a | 0x0d | 0x2028 | 0x2029)
}
