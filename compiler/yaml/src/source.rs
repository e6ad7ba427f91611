//! From a place inside a string's value back to the text that wrote it.
//!
//! The text is decoded once more, with the offset at which each byte of the value was written. Where that does not
//! give the value that the node has, the answer is the whole node.

use crate::{NodeId, NodeKind, Range, ScalarStyle, Tree};

/// The range of the text for a byte range of the value.
pub(crate) fn range(tree: &Tree, text: &str, id: NodeId, value: Range) -> Range {
    let node = tree.node(id);
    let whole = node.range.clone();
    let NodeKind::String(string) = &node.kind else { return whole };
    let Some(raw) = text.get(whole.clone()) else { return whole };
    if value.start > value.end || value.end > string.len() {
        return whole;
    }
    // Most strings stand in the text as they are, perhaps in quotes.
    let quotes = usize::from(raw.starts_with(['"', '\'']));
    if raw.get(quotes..).is_some_and(|it| it.starts_with(&**string) && it.len() <= string.len() + quotes) {
        return whole.start + quotes + value.start..whole.start + quotes + value.end;
    }
    let Some(offsets) = offsets(raw, string, tree.style(id)) else { return whole };
    match (offsets.get(value.start), offsets.get(value.end)) {
        (Some(start), Some(end)) if start <= end && *end <= raw.len() => {
            whole.start + start..whole.start + end
        }
        _ => whole,
    }
}

/// For each byte of `value`, and for its end, the offset in `raw`.
fn offsets(raw: &str, value: &str, style: Option<ScalarStyle>) -> Option<Vec<usize>> {
    if matches!(style?, ScalarStyle::Literal | ScalarStyle::Folded) {
        return block(raw, value);
    }
    let decoded = match style? {
        ScalarStyle::SingleQuoted => flow(raw, Some('\'')),
        ScalarStyle::DoubleQuoted => flow(raw, Some('"')),
        _ => flow(raw, None),
    };
    (decoded.value == value).then_some(decoded.offsets)
}

#[derive(Default)]
struct Decoded {
    value: String,
    offsets: Vec<usize>,
}

impl Decoded {
    /// Adds a character that is written at `at`.
    fn push(&mut self, char: char, at: usize) {
        self.value.push(char);
        self.offsets.extend(std::iter::repeat_n(at, char.len_utf8()));
    }

    /// Takes white space off the end, down to `keep` bytes, and answers where it began.
    fn trim(&mut self, keep: usize) -> Option<usize> {
        let length = self.value.trim_end_matches([' ', '\t']).len().max(keep);
        let at = self.offsets.get(length).copied();
        self.value.truncate(length);
        self.offsets.truncate(length);
        at
    }
}

/// Plain and quoted scalars: lines are folded, and the quotes have their escapes.
fn flow(raw: &str, quote: Option<char>) -> Decoded {
    let mut decoded = Decoded::default();
    let mut at = quote.filter(|it| raw.starts_with(*it)).map_or(0, char::len_utf8);
    // White space that an escape wrote, or that stands before one, is not folded away.
    let mut keep = 0;
    while let Some(char) = raw.get(at..).and_then(|it| it.chars().next()) {
        match char {
            '\n' | '\r' => {
                let start = decoded.trim(keep).unwrap_or(at);
                at = fold(raw, at, start, false, &mut decoded);
                keep = decoded.value.len();
            }
            '\\' if quote == Some('"')
                && raw.get(at + 1..).is_some_and(|it| it.starts_with(['\n', '\r'])) =>
            {
                at = fold(raw, at + 1, at, true, &mut decoded);
                keep = decoded.value.len();
            }
            '\\' if quote == Some('"') => {
                let Some((char, width)) = escape(raw.get(at..).unwrap_or_default()) else { break };
                decoded.push(char, at);
                keep = decoded.value.len();
                at += width;
            }
            _ if Some(char) == quote => {
                if char == '"' || !raw.get(at + 1..).is_some_and(|it| it.starts_with('\'')) {
                    break;
                }
                decoded.push(char, at);
                at += 2;
            }
            _ => {
                decoded.push(char, at);
                at += char.len_utf8();
            }
        }
    }
    decoded.offsets.push(at);
    decoded
}

/// A line break at `at`, with the blank lines and the indentation behind it: one space, or a break for each blank
/// line; nothing for an escaped break. Answers where the next line's text begins.
fn fold(raw: &str, at: usize, start: usize, escaped: bool, decoded: &mut Decoded) -> usize {
    let rest = raw.get(at..).unwrap_or_default();
    let gap =
        rest.get(..rest.len() - rest.trim_start_matches([' ', '\t', '\n', '\r']).len()).unwrap_or_default();
    let blank_lines = gap.matches('\n').count().saturating_sub(1);
    match blank_lines {
        0 if escaped => {}
        0 => decoded.push(' ', start),
        _ => (0..blank_lines).for_each(|_| decoded.push('\n', start)),
    }
    at + gap.len()
}

/// The character that an escape means, and how long the escape is.
fn escape(raw: &str) -> Option<(char, usize)> {
    let simple = |char: char| Some((char, 2));
    match raw.chars().nth(1)? {
        '0' => simple('\0'),
        'a' => simple('\u{7}'),
        'b' => simple('\u{8}'),
        't' | '\t' => simple('\t'),
        'n' => simple('\n'),
        'v' => simple('\u{b}'),
        'f' => simple('\u{c}'),
        'r' => simple('\r'),
        'e' => simple('\u{1b}'),
        'N' => simple('\u{85}'),
        '_' => simple('\u{a0}'),
        'L' => simple('\u{2028}'),
        'P' => simple('\u{2029}'),
        'x' => hex(raw, 2, 2),
        'u' => hex(raw, 2, 4).or_else(|| pair(raw)),
        'U' => hex(raw, 2, 8),
        char => Some((char, 1 + char.len_utf8())),
    }
}

fn code(raw: &str, at: usize, digits: usize) -> Option<u32> {
    raw.get(at..at + digits).and_then(|it| u32::from_str_radix(it, 16).ok())
}

fn hex(raw: &str, at: usize, digits: usize) -> Option<(char, usize)> {
    code(raw, at, digits).and_then(char::from_u32).map(|it| (it, at + digits))
}

/// A character that JSON writes as two escapes.
fn pair(raw: &str) -> Option<(char, usize)> {
    let second = raw.get(6..8).filter(|it| *it == "\\u").and_then(|_| code(raw, 8, 4))?;
    let units = [u16::try_from(code(raw, 2, 4)?).ok()?, u16::try_from(second).ok()?];
    let char = char::decode_utf16(units).next()?.ok()?;
    Some((char, 12))
}

/// Literal and folded scalars: the lines below the header are found in the value one after the other, and what is
/// between them in the value is their line breaks.
fn block(raw: &str, value: &str) -> Option<Vec<usize>> {
    let header = raw.find('\n')? + 1;
    let indent = block_indent(raw.get(header..)?, value)?;
    let mut offsets: Vec<usize> = Vec::with_capacity(value.len() + 1);
    let mut line_start = header;
    let mut line_end = header;
    for line in raw.get(header..)?.split_inclusive('\n') {
        let content = line.trim_end_matches(['\n', '\r']);
        let own = content.get(indent..).unwrap_or_default();
        if !own.is_empty() {
            let rest = value.get(offsets.len()..)?;
            let breaks = rest.len() - rest.trim_start_matches('\n').len();
            let folded = if breaks == 0 && !offsets.is_empty() { 1 } else { breaks };
            offsets.extend(std::iter::repeat_n(line_end, folded));
            if !value.get(offsets.len()..)?.starts_with(own) {
                return None;
            }
            offsets.extend((0..own.len()).map(|it| line_start + indent + it));
            line_end = line_start + content.len();
        }
        line_start += line.len();
    }
    // Only line breaks may be left.
    let rest = value.get(offsets.len()..)?;
    let breaks = rest.bytes().all(|it| it == b'\n');
    offsets.extend(std::iter::repeat_n(line_end, rest.len() + 1));
    breaks.then_some(offsets)
}

/// How deep the lines of a block scalar are indented: by what its first line of text has more than the value's.
fn block_indent(lines: &str, value: &str) -> Option<usize> {
    let spaces = |line: &str| line.len() - line.trim_start_matches(' ').len();
    let text = |it: &&str| !it.trim().is_empty();
    spaces(lines.lines().find(text)?).checked_sub(spaces(value.lines().find(text)?))
}
