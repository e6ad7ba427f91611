//! Quotes that are not closed, that close too early, and escapes that there are not.

use super::{Mend, problem};
use crate::events::Failure;
use crate::{ProblemKind, lines};

/// The closing quote of the one at `open`.
fn closing(text: &str, open: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let quote = *bytes.get(open)?;
    let mut at = open + 1;
    loop {
        match *bytes.get(at)? {
            b'\\' if quote == b'"' => at += 2,
            it if it == quote && quote == b'\'' && bytes.get(at + 1) == Some(&b'\'') => at += 2,
            it if it == quote => return Some(at),
            _ => at += 1,
        }
    }
}

/// The quote that opens the scalar which the parser failed in or, for text that trails it, behind.
fn opening(text: &str, failure: &Failure, trailing: bool) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = failure.last_end.min(failure.at);
    let mut separate = true;
    while at <= failure.at {
        match *bytes.get(at)? {
            b'#' if separate => at = lines::end(text, at),
            b'"' | b'\'' => match closing(text, at) {
                Some(end) if end < failure.at => {
                    let gap = text.get(end + 1..failure.at).unwrap_or_default();
                    if trailing && gap.trim().is_empty() {
                        return Some(at);
                    }
                    at = end;
                }
                _ => return Some(at),
            },
            it => separate = it.is_ascii_whitespace(),
        }
        at += 1;
    }
    None
}

/// A quote without an end, or with an end that the parser does not accept because of the lines between.
pub(super) fn unclosed(text: &str, failure: &Failure) -> Mend {
    let Some(open) = opening(text, failure, false) else { return super::unreadable(text, failure.at) };
    if let Some(end) = closing(text, open)
        && ends_there(text, end, !failure.brackets.is_empty())
        && let Some(edits) = continuation(text, open, end)
    {
        return Mend { problem: None, edits, line: open };
    }
    close(text, open, !failure.brackets.is_empty())
}

/// Whether what stands behind a closing quote lets the scalar end.
fn ends_there(text: &str, end: usize, inside_brackets: bool) -> bool {
    let rest = text.get(end + 1..lines::end(text, end)).unwrap_or_default().trim_start();
    let bracket = inside_brackets && rest.starts_with([',', ']', '}']);
    rest.is_empty() || rest.starts_with('#') || bracket
}

/// js-yaml does not mind how the further lines of a quoted scalar are indented, and their indentation is no part of
/// the value: they are indented so that the parser does not mind either.
fn continuation(text: &str, open: usize, end: usize) -> Option<Vec<(crate::Range, String)>> {
    let column = open - lines::start(text, open) + 1;
    let mut edits = Vec::new();
    let mut at = open;
    while let Some(line) = lines::next(text, at).filter(|it| *it <= end) {
        let rest = text.get(line..)?;
        if rest.starts_with("---") || rest.starts_with("...") {
            return None;
        }
        let indent = lines::indent(text, line);
        let empty = lines::end(text, line) == line + indent;
        if !empty && (indent < column || lines::has_tab(text, line)) {
            edits.push((line..line + indent, " ".repeat(column)));
        }
        at = line;
    }
    (!edits.is_empty()).then_some(edits)
}

/// Closes the quote at the end of its line.
fn close(text: &str, open: usize, inside_brackets: bool) -> Mend {
    let quote = if text.as_bytes().get(open) == Some(&b'\'') { '\'' } else { '"' };
    let line_end = lines::end(text, open);
    let inside = text.get(open + 1..line_end).unwrap_or_default();
    let inside = inside.find(" #").and_then(|it| inside.get(..it)).unwrap_or(inside).trim_end();
    let inside = if inside_brackets { inside.trim_end_matches([',', ']', '}', ' ']) } else { inside };
    // A backslash at the end would escape the quote.
    let escapes = inside.len() - inside.trim_end_matches('\\').len();
    let inside = if quote == '"' && escapes % 2 == 1 {
        inside.get(..inside.len() - 1).unwrap_or(inside)
    } else {
        inside
    };
    let end = open + 1 + inside.len();
    let rest_of_escape = text.get(end..end + 1).filter(|it| *it == "\\").map_or(0, str::len);
    Mend {
        problem: problem(
            ProblemKind::Unclosed,
            open..open + 1,
            format!("this `{quote}` is not closed"),
            format!("add `{quote}` where the value ends"),
        ),
        edits: vec![(end..end + rest_of_escape, quote.into())],
        line: open,
    }
}

/// Text behind a closing quote.
pub(super) fn trailing(text: &str, failure: &Failure) -> Mend {
    let Some(open) = opening(text, failure, true) else { return super::unreadable(text, failure.at) };
    let line = lines::start(text, failure.at);
    // A quote that closes on a later line, with text behind it, is the next value's: the first has no end.
    if lines::start(text, open) != line {
        return close(text, open, !failure.brackets.is_empty());
    }
    let quote = if text.as_bytes().get(open) == Some(&b'\'') { '\'' } else { '"' };
    let range = super::token(text, failure.at, !failure.brackets.is_empty());
    let help = match quote {
        '\'' => "write `''` for a quote inside the value",
        _ => "write `\\\"` for a quote inside the value",
    };
    // Where the text ends with the same quote, the one in the middle was meant as a part of the value.
    let whole = text.get(range.clone()).unwrap_or_default();
    let inner = whole.strip_suffix(quote).filter(|it| !it.contains([quote, '\\']));
    let close_at = text.get(..failure.at).unwrap_or_default().trim_end().len().saturating_sub(1);
    let edits = match inner {
        Some(_) if quote == '\'' => vec![(close_at..close_at, "'".into())],
        Some(_) => vec![(close_at..close_at, "\\".into())],
        None => vec![(range.clone(), " ".repeat(range.len()))],
    };
    Mend {
        problem: problem(ProblemKind::Syntax, range, "there is text behind the closing quote", help),
        edits,
        line,
    }
}

/// A backslash that begins no escape.
pub(super) fn escape(text: &str, failure: &Failure) -> Mend {
    let open = failure.at.min(text.len());
    let end = closing(text, open).unwrap_or(text.len());
    let bytes = text.as_bytes();
    let mut at = open + 1;
    while at < end {
        if bytes.get(at) == Some(&b'\\') {
            let known = match bytes.get(at + 1) {
                Some(b'x') => hex(text, at + 2, 2),
                Some(b'u') => hex(text, at + 2, 4),
                Some(b'U') => hex(text, at + 2, 8),
                Some(it) => b"0abtnvfre \"/\\N_LP\t\n\r".contains(it),
                None => false,
            };
            if !known {
                break;
            }
            at += 1;
        }
        at += 1;
    }
    if at >= end {
        return super::unreadable(text, failure.at);
    }
    let range = at..super::char_at(text, at + 1).end;
    let written = text.get(range.clone()).unwrap_or_default();
    Mend {
        problem: problem(
            ProblemKind::Syntax,
            range.clone(),
            format!("`{written}` means nothing in double quotes"),
            format!("write `\\{written}`, or use single quotes"),
        ),
        edits: vec![(at..at, "\\".into())],
        line: at,
    }
}

/// Whether `digits` hexadecimal digits stand at `at` that are a character.
fn hex(text: &str, at: usize, digits: usize) -> bool {
    let code = text.get(at..at + digits).and_then(|it| u32::from_str_radix(it, 16).ok());
    code.is_some_and(|it| char::from_u32(it).is_some())
}
