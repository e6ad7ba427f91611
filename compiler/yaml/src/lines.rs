//! What a line of YAML looks like to somebody who only sees that line: indentation, dashes, key, comment.

use crate::Range;

/// Where the line that holds `at` begins.
pub(crate) fn start(text: &str, at: usize) -> usize {
    let before = text.as_bytes().get(..at.min(text.len())).unwrap_or_default();
    before.iter().rposition(|it| *it == b'\n').map_or(0, |it| it + 1)
}

/// Where the line that holds `at` ends, before its line break.
pub(crate) fn end(text: &str, at: usize) -> usize {
    let at = at.min(text.len());
    let rest = text.as_bytes().get(at..).unwrap_or_default();
    let end = rest.iter().position(|it| *it == b'\n').map_or(text.len(), |it| at + it);
    if end > at && text.as_bytes().get(end - 1) == Some(&b'\r') { end - 1 } else { end }
}

/// Where the line after that of `at` begins.
pub(crate) fn next(text: &str, at: usize) -> Option<usize> {
    let at = at.min(text.len());
    let rest = text.as_bytes().get(at..).unwrap_or_default();
    rest.iter().position(|it| *it == b'\n').map(|it| at + it + 1).filter(|it| *it < text.len())
}

/// The next line that is neither blank nor a comment.
pub(crate) fn next_content(text: &str, at: usize) -> Option<usize> {
    std::iter::successors(next(text, at), |it| next(text, *it)).find(|it| !is_blank(text, *it))
}

/// The lines above that of `at` that are neither blank nor comments, from near to far.
pub(crate) fn above(text: &str, at: usize) -> impl Iterator<Item = usize> + '_ {
    let before = |line: usize| line.checked_sub(1).map(|it| start(text, it));
    std::iter::successors(before(start(text, at)), move |it| before(*it)).filter(|it| !is_blank(text, *it))
}

/// The bytes of white space that a line begins with.
pub(crate) fn indent(text: &str, line: usize) -> usize {
    let rest = text.as_bytes().get(line..).unwrap_or_default();
    rest.iter().take_while(|it| matches!(it, b' ' | b'\t')).count()
}

/// Whether there is a tab among them.
pub(crate) fn has_tab(text: &str, line: usize) -> bool {
    text.get(line..line + indent(text, line)).is_some_and(|it| it.contains('\t'))
}

/// Whether a line holds nothing, or only a comment.
pub(crate) fn is_blank(text: &str, line: usize) -> bool {
    let content = text.get(line..end(text, line)).unwrap_or_default().trim();
    content.is_empty() || content.starts_with('#')
}

/// What a line says, without indentation, comment and white space at its end.
pub(crate) fn content(text: &str, line: usize) -> Range {
    let from = line + indent(text, line);
    let to = end(text, line).max(from);
    content_end(text, from..to)
}

/// `range` without a comment and white space at its end.
pub(crate) fn content_end(text: &str, range: Range) -> Range {
    let inside = text.get(range.clone()).unwrap_or_default();
    let mut quote = None;
    let mut before = ' ';
    let mut length = inside.len();
    for (at, it) in inside.char_indices() {
        match (quote, it) {
            (Some(open), it) if it == open => quote = None,
            (None, '#') if before.is_whitespace() => {
                length = at;
                break;
            }
            (None, '"' | '\'') if !before.is_alphanumeric() => quote = Some(it),
            _ => {}
        }
        before = it;
    }
    // A quote that is not closed does not hide a comment.
    if quote.is_some() {
        length = inside.find(" #").unwrap_or(inside.len());
    }
    range.start..range.start + inside.get(..length).unwrap_or_default().trim_end().len()
}

/// Where the content of a line begins behind the dashes of lists.
pub(crate) fn behind_dashes(text: &str, line: usize) -> usize {
    let mut at = line + indent(text, line);
    while text.get(at..).is_some_and(|it| it.starts_with("- ")) {
        at += 1;
        at += indent(text, at);
    }
    at
}

/// The first `:` between `from` and the end of its line that ends a key.
pub(crate) fn colon(text: &str, from: usize) -> Option<usize> {
    let range = content_end(text, from..end(text, from));
    let inside = text.get(range.clone())?;
    let bytes = inside.as_bytes();
    let mut quote = None;
    for (at, byte) in bytes.iter().enumerate() {
        match (quote, byte) {
            (Some(open), it) if *it == open => quote = None,
            (Some(_), _) => {}
            (None, b'"' | b'\'') if at == 0 => quote = Some(*byte),
            (None, b':') if matches!(bytes.get(at + 1), None | Some(b' ' | b'\t')) => {
                return Some(range.start + at);
            }
            _ => {}
        }
    }
    None
}

/// Where the value of a line begins: behind its key, else behind its dashes.
pub(crate) fn value(text: &str, line: usize) -> Range {
    let from = behind_dashes(text, line);
    let from = colon(text, from).map_or(from, |it| it + 1);
    let from = from + indent(text, from);
    let end = content(text, line).end.max(from);
    from..end
}

/// The end of the lines below `line` that are indented deeper.
pub(crate) fn block_end(text: &str, line: usize) -> usize {
    let own = indent(text, line);
    let mut last = line;
    while let Some(following) = next(text, last) {
        if !is_blank(text, following) && indent(text, following) <= own {
            break;
        }
        last = following;
    }
    end(text, last)
}
