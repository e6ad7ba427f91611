//! From a place inside a string's value back to the text that wrote it.

use crate::{NodeId, NodeKind, Range, ScalarStyle, Tree};

/// The range of the text for a byte range of the value; the whole node where the way back is not clear.
pub(crate) fn range(tree: &Tree, text: &str, id: NodeId, value: Range) -> Range {
    let node = tree.node(id);
    let whole = node.range.clone();
    let NodeKind::String(string) = &node.kind else { return whole };
    let Some(raw) = text.get(whole.clone()) else { return whole };
    let offsets = match tree.style(id) {
        Some(ScalarStyle::Plain) => lines(raw, string, 0),
        Some(ScalarStyle::SingleQuoted) => quoted(raw, string, '\''),
        Some(ScalarStyle::DoubleQuoted) => quoted(raw, string, '"'),
        Some(ScalarStyle::Literal | ScalarStyle::Folded) => block(raw, string),
        None => return whole,
    };
    let at = |offset: usize| offsets.as_ref().and_then(|it| it.get(offset).copied());
    match (at(value.start), at(value.end)) {
        (Some(start), Some(end)) if start <= end && end <= raw.len() => {
            whole.start + start..whole.start + end
        }
        _ => whole,
    }
}

/// For each byte of `value`, and for its end, the offset in `raw`. White space that was folded maps to itself.
fn lines(raw: &str, value: &str, start: usize) -> Option<Vec<usize>> {
    let mut offsets = Vec::with_capacity(value.len() + 1);
    let mut at = start;
    for char in value.chars() {
        let rest = raw.get(at..)?;
        if char == '\n' || char == ' ' {
            if rest.starts_with(char)
                && char == ' '
                && !rest.trim_start_matches(' ').starts_with(['\n', '\r'])
            {
                offsets.push(at);
                at += 1;
            } else {
                offsets.push(at);
                let folded = rest.len() - rest.trim_start().len();
                at += folded;
            }
            continue;
        }
        let skipped = rest.len() - rest.trim_start().len();
        at += skipped;
        if !raw.get(at..)?.starts_with(char) {
            return None;
        }
        offsets.extend((0..char.len_utf8()).map(|it| at + it));
        at += char.len_utf8();
    }
    offsets.push(at);
    Some(offsets)
}

fn quoted(raw: &str, value: &str, quote: char) -> Option<Vec<usize>> {
    let mut offsets = Vec::with_capacity(value.len() + 1);
    let mut at = 1;
    for char in value.chars() {
        let rest = raw.get(at..)?;
        let width = if quote == '\'' && rest.starts_with("''") {
            2
        } else if quote == '"' && rest.starts_with('\\') {
            escape_width(rest)
        } else if rest.starts_with(char) && !rest.starts_with('\n') {
            char.len_utf8()
        } else {
            // A folded line break.
            let folded = rest.len() - rest.trim_start().len();
            if folded == 0 {
                return None;
            }
            folded
        };
        offsets.extend(std::iter::repeat_n(at, char.len_utf8()));
        at += width;
    }
    offsets.push(at);
    Some(offsets)
}

fn escape_width(rest: &str) -> usize {
    match rest.as_bytes().get(1) {
        Some(b'x') => 4,
        Some(b'u') => 6,
        Some(b'U') => 10,
        _ => 1 + rest.chars().nth(1).map_or(0, char::len_utf8),
    }
}

fn block(raw: &str, value: &str) -> Option<Vec<usize>> {
    // Some parsers' ranges start at the indicator, some at the content: the content is what the value says.
    let first: String = value.lines().find(|it| !it.trim().is_empty())?.trim_start().into();
    let start = raw.find(&first)?;
    let leading = value.find(&first)?;
    let mut offsets = vec![start; leading];
    let tail = lines(raw, value.get(leading..)?.trim_end_matches('\n'), start)?;
    offsets.extend(tail);
    let end = offsets.last().copied()?;
    offsets.extend(std::iter::repeat_n(end, value.len() + 1 - offsets.len().min(value.len() + 1)));
    Some(offsets)
}
