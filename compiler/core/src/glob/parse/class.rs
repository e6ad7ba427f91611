//! Classes of a glob: `[a-z]`, `[[:alpha:]]`, `\d` and the ranges of braces. Answers "which characters does it take?".

use super::{Broken, Kind, Outcome, Parser};
use crate::glob::{Class, Node};

impl Parser {
    pub(super) fn bracket(&mut self) -> Outcome {
        let Some(body) = self.class_body() else {
            self.text('[', Kind::Bracket);
            return Ok(());
        };
        self.at += body.len() + 1;
        let text: String = body.iter().collect();
        let (class, posix) = class(&text)?;
        let node = Node::Class(class);
        let special = |it: char| "-*+?.^${}(|)[]".contains(it);
        if posix || text.contains(special) {
            self.add(node);
        } else {
            // A class of nothing but letters also matches as it is written: `[id].js` is a name of a file, too.
            let literal = format!("[{}]", text.replace('\\', ""));
            self.add(Node::Group(vec![super::units(&literal).collect(), vec![node]]));
        }
        self.push(Kind::Bracket, '[');
        Ok(())
    }

    /// What stands between the brackets; a `]` counts as the end unless it comes first, behind a backslash, or ends
    /// the name of a class.
    fn class_body(&self) -> Option<Vec<char>> {
        let rest = self.rest();
        let first = usize::from(rest.first() == Some(&'^'));
        let mut at = 0;
        loop {
            match (rest.get(at)?, rest.get(at + 1)) {
                ('\\', Some(_)) => at += 2,
                (']', _) if at > first => {
                    return rest.get(..at).map(<[char]>::to_vec);
                }
                ('[', Some(':')) => at += posix_at(rest.get(at..)?).map_or(1, |(_, width)| width),
                _ => at += 1,
            }
        }
    }
}

/// The class with a name such as `[:alpha:]` at the start, and how wide that is.
fn posix_at(text: &[char]) -> Option<(&'static [(char, char)], usize)> {
    let name: String = text.iter().skip(2).take_while(|it| it.is_ascii_lowercase()).collect();
    let width = name.len() + 2;
    let closed = text.get(width) == Some(&':') && text.get(width + 1) == Some(&']');
    closed.then(|| posix(&name)).flatten().map(|it| (it, width + 2))
}

fn posix(name: &str) -> Option<&'static [(char, char)]> {
    Some(match name {
        "alnum" => &[('a', 'z'), ('A', 'Z'), ('0', '9')],
        "alpha" => &[('a', 'z'), ('A', 'Z')],
        "ascii" => &[('\0', '\x7f')],
        "blank" => &[(' ', ' '), ('\t', '\t')],
        "cntrl" => &[('\0', '\x1f'), ('\x7f', '\x7f')],
        "digit" => &[('0', '9')],
        "graph" => &[('\x21', '\x7e')],
        "lower" => &[('a', 'z')],
        "print" => &[('\x20', '\x7e')],
        "punct" => &[('!', '/'), (':', '@'), ('[', '`'), ('{', '~')],
        "space" => &[(' ', ' '), ('\t', '\r')],
        "upper" => &[('A', 'Z')],
        "word" => &[('A', 'Z'), ('a', 'z'), ('0', '9'), ('_', '_')],
        "xdigit" => &[('A', 'F'), ('a', 'f'), ('0', '9')],
        _ => return None,
    })
}

/// The class of a text between brackets, and whether it has a class with a name.
fn class(body: &str) -> Result<(Class, bool), Broken> {
    let negated = body.starts_with('^');
    let body: Vec<char> = body.chars().skip(usize::from(negated)).collect();
    let mut ranges: Vec<(u16, u16)> = Vec::new();
    let mut posix = false;
    let mut rest = body.as_slice();
    while let Some((char, after)) = rest.split_first() {
        if *char == '[' && after.first() == Some(&':') {
            posix = true;
            if let Some((named, width)) = posix_at(rest) {
                ranges.extend(named.iter().map(|(low, high)| (*low as u16, *high as u16)));
                rest = rest.get(width..).unwrap_or_default();
                continue;
            }
        }
        let (low, after) = member(*char, after, &mut ranges);
        rest = after;
        let Some(low) = low else { continue };
        if let Some(('-', behind)) = rest.split_first().map(|(it, behind)| (*it, behind))
            && let Some((high, behind)) = behind.split_first()
            && let (Some(high), behind) = member(*high, behind, &mut ranges)
        {
            if low > high {
                return Err(Broken);
            }
            ranges.push((low, high));
            rest = behind;
        } else {
            ranges.push((low, low));
        }
    }
    if negated && !posix && !body.contains(&'/') {
        ranges.push(('/' as u16, '/' as u16));
    }
    Ok((Class { negated, ranges }, posix))
}

/// One member of a class; a class by itself, such as `\d`, goes into `ranges`.
fn member<'a>(char: char, after: &'a [char], ranges: &mut Vec<(u16, u16)>) -> (Option<u16>, &'a [char]) {
    if char == '\\'
        && let Some((next, after)) = after.split_first()
    {
        if let Some(class) = escaped(*next).filter(|it| !it.negated) {
            ranges.extend(class.ranges);
            return (None, after);
        }
        return (unit(control(*next).unwrap_or(*next), ranges), after);
    }
    (unit(char, ranges), after)
}

/// The unit of a character; of one with two units both are members.
fn unit(char: char, ranges: &mut Vec<(u16, u16)>) -> Option<u16> {
    let mut buffer = [0; 2];
    let units = char.encode_utf16(&mut buffer);
    let (last, others) = units.split_last()?;
    ranges.extend(others.iter().map(|it| (*it, *it)));
    Some(*last)
}

/// The classes that a backslash and a letter stand for.
pub(super) fn escaped(char: char) -> Option<Class> {
    let name = match char.to_ascii_lowercase() {
        'd' => "digit",
        'w' => "word",
        's' => "space",
        _ => return None,
    };
    let ranges = posix(name)?.iter().map(|(low, high)| (*low as u16, *high as u16)).collect();
    Some(Class { negated: char.is_ascii_uppercase(), ranges })
}

/// The control character that a backslash and a letter stand for.
pub(super) fn control(char: char) -> Option<char> {
    Some(match char {
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'v' => '\x0b',
        'f' => '\x0c',
        '0' => '\0',
        _ => return None,
    })
}

/// What `{1..3}` stands for: one character of a class from the least to the greatest of its ends as texts, so that
/// `{1..10}` is `0` and `1`. Ends that make no class stand for themselves with any two characters between.
pub(super) fn range(body: &str) -> Vec<Node> {
    let mut ends: Vec<&str> = Vec::new();
    for part in body.split("..") {
        for (at, piece) in part.split(',').enumerate() {
            ends.extend((at > 0).then_some(","));
            ends.extend((!piece.is_empty()).then_some(piece));
        }
    }
    ends.sort_unstable();
    match class(&ends.join("-")) {
        Ok((class, _)) => vec![Node::Class(class)],
        Err(Broken) => {
            let mut nodes = Vec::new();
            for (at, end) in ends.into_iter().enumerate() {
                nodes.extend((at > 0).then_some([Node::Any, Node::Any]).into_iter().flatten());
                nodes.extend(super::units(end));
            }
            nodes
        }
    }
}
