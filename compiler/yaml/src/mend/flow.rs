//! Inside brackets: what is not closed, what closes nothing, and what needs a comma or quotes.

use super::{Mend, char_start, problem};
use crate::events::Failure;
use crate::{ProblemKind, Range, lines};

fn closer(text: &str, open: usize) -> char {
    if text.as_bytes().get(open) == Some(&b'{') { '}' } else { ']' }
}

fn opener(text: &str, open: usize) -> char {
    if text.as_bytes().get(open) == Some(&b'{') { '{' } else { '[' }
}

/// A bracket that nothing closes: it is closed before the next line that cannot be inside, because it stands as far
/// left as the bracket's own, is an item of a list, or follows a value without a comma.
pub(super) fn unclosed(text: &str, open: usize) -> Mend {
    let line = lines::start(text, open);
    let own = lines::indent(text, line);
    let mut last = line;
    let mut commas = false;
    while let Some(next) = lines::next_content(text, last) {
        let begins = text.get(next + lines::indent(text, next)..).unwrap_or_default();
        let before = text.get(open..lines::content(text, last).end).unwrap_or_default();
        let continues = before.ends_with([',', '[', '{', ':']) || begins.starts_with([',', ']', '}']);
        if lines::indent(text, next) <= own {
            break;
        }
        if begins.starts_with("- ") || !continues {
            // Lines without commas are no entries of the bracket, but the value that was there before it.
            last = if commas { last } else { line };
            break;
        }
        commas |= lines::content(text, next).end > next
            && text.get(..lines::content(text, next).end).is_some_and(|it| it.ends_with(','));
        last = next;
    }
    let end = lines::content(text, last).end.max(open + 1);
    let (opener, closer) = (opener(text, open), closer(text, open));
    Mend {
        problem: problem(
            ProblemKind::Unclosed,
            open..open + 1,
            format!("this `{opener}` is not closed"),
            format!("add `{closer}` where the value ends"),
        ),
        edits: vec![(end..end, closer.into())],
        line: open,
    }
}

/// A bracket that is closed by the wrong sign.
pub(super) fn mismatched(text: &str, failure: &Failure) -> Mend {
    let open = char_start(text, failure.at);
    let (opener, closer) = (opener(text, open), closer(text, open));
    let End::Wrong(wrong) = end_of(text, open) else { return unclosed(text, open) };
    let sign = text.get(wrong..wrong + 1).unwrap_or_default();
    let outer = failure.brackets.iter().rev().find(|it| **it < open);
    let belongs_outside = outer.is_some_and(|it| sign.starts_with(self::closer(text, *it)));
    let before = text.get(..wrong).unwrap_or_default().trim_end().len();
    let edit = match belongs_outside {
        true => (before..before, closer.to_string()),
        false => (wrong..wrong + 1, closer.to_string()),
    };
    let mut found = problem(
        ProblemKind::Unclosed,
        open..open + 1,
        format!("this `{opener}` is not closed"),
        format!("add `{closer}` before the `{sign}`"),
    );
    if let Some(it) = &mut found {
        it.related.push((wrong..wrong + 1, format!("`{sign}` stands here instead")));
    }
    Mend { problem: found, edits: vec![edit], line: open }
}

/// How what a bracket opens comes to its end.
enum End {
    /// At its closing bracket.
    Closed(usize),
    /// At a closing bracket of the other kind.
    Wrong(usize),
    /// Not at all.
    Missing,
}

fn end_of(text: &str, open: usize) -> End {
    let mut expected = Vec::new();
    let mut quote = None;
    let mut before = ' ';
    for (offset, it) in text.get(open..).unwrap_or_default().char_indices() {
        match (quote, it) {
            (Some(mark), it) if mark == it => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') if matches!(before, ' ' | ',' | '[' | '{' | '\n' | '\t') => quote = Some(it),
            (None, '[') => expected.push(']'),
            (None, '{') => expected.push('}'),
            (None, ']' | '}') => match expected.pop() {
                Some(fitting) if fitting != it => return End::Wrong(open + offset),
                _ if expected.is_empty() => return End::Closed(open + offset),
                _ => {}
            },
            _ => {}
        }
        before = it;
    }
    End::Missing
}

/// A closing bracket that closes nothing.
pub(super) fn stray(text: &str, at: usize) -> Mend {
    let range = super::char_at(text, at);
    let sign = text.get(range.clone()).unwrap_or_default();
    Mend {
        problem: problem(
            ProblemKind::Syntax,
            range.clone(),
            format!("this `{sign}` closes nothing"),
            "remove it, or put the value in quotes",
        ),
        edits: vec![(range, " ".into())],
        line: at,
    }
}

/// A comma with nothing before it.
pub(super) fn missing(text: &str, at: usize) -> Mend {
    let range = super::char_at(text, at);
    Mend {
        problem: problem(
            ProblemKind::Syntax,
            range.clone(),
            "there is no value before this `,`",
            "remove the `,`",
        ),
        edits: vec![(range, " ".into())],
        line: at,
    }
}

/// Something that cannot stand where it does inside brackets.
pub(super) fn inside(text: &str, failure: &Failure) -> Mend {
    let at = char_start(text, failure.at);
    let Some(open) = failure.brackets.last().copied() else { return super::unreadable(text, at) };
    let here = text.get(at..).unwrap_or_default();
    if here.starts_with('{') && text.get(..at).is_some_and(|it| it.ends_with('$')) {
        return unquoted_variable(text, open, at - 1);
    }
    if here.starts_with(',') {
        return missing(text, at);
    }
    let ends_too_late = |open: &&usize| match end_of(text, **open) {
        End::Closed(end) => left_behind(text, **open, end),
        End::Wrong(_) => left_behind(text, **open, at),
        End::Missing => true,
    };
    match failure.brackets.iter().rev().find(ends_too_late) {
        Some(open) => unclosed(text, *open),
        None => no_comma(text, open, at),
    }
}

/// How many lines above a failure are searched for the bracket that is to blame.
const LINES_ABOVE: usize = 40;

/// The first bracket in the lines above `at` that should have been closed before.
pub(super) fn left_open(text: &str, at: usize) -> Option<usize> {
    let here = lines::start(text, at.min(text.len().saturating_sub(1)));
    let mut above: Vec<usize> = lines::above(text, here).take(LINES_ABOVE).collect();
    above.reverse();
    above.into_iter().flat_map(|line| brackets(text, line)).find(|open| match end_of(text, *open) {
        End::Closed(end) => left_behind(text, *open, end.min(at)),
        End::Wrong(end) => left_behind(text, *open, end.min(at)),
        End::Missing => left_behind(text, *open, at),
    })
}

/// The brackets that a line opens: those in quotes, in comments and of variables are none.
fn brackets(text: &str, line: usize) -> Vec<usize> {
    let mut found = Vec::new();
    let mut quote = None;
    let mut before = ' ';
    for (offset, it) in text.get(line..lines::end(text, line)).unwrap_or_default().char_indices() {
        match (quote, it) {
            (Some(mark), it) if mark == it => quote = None,
            (Some(_), _) => {}
            (None, '#') if before == ' ' => break,
            (None, '"' | '\'') if matches!(before, ' ' | ',' | '[' | '{') => quote = Some(it),
            (None, '[' | '{') if matches!(before, ' ' | ',' | '[' | '{') => found.push(line + offset),
            _ => {}
        }
        before = it;
    }
    found
}

/// Whether a line between the bracket and `at` stands as far left as the bracket's own: the bracket was to end before.
fn left_behind(text: &str, open: usize, at: usize) -> bool {
    let own = lines::indent(text, lines::start(text, open));
    let below = std::iter::successors(lines::next_content(text, open), |it| lines::next_content(text, *it));
    let mut below = below.take_while(|it| *it <= at);
    below.any(|it| {
        let rest = text.get(it + lines::indent(text, it)..).unwrap_or_default();
        lines::indent(text, it) <= own && !rest.starts_with([']', '}'])
    })
}

/// How many variables are put in quotes at once.
const VARIABLES: usize = 100;

/// `${...}` without quotes: the braces are YAML's inside brackets. All those on the line are put in quotes.
fn unquoted_variable(text: &str, open: usize, at: usize) -> Mend {
    let range = entry(text, open, at);
    let name = text.get(range.clone()).unwrap_or_default();
    let mut edits = super::quoted(text, range.clone());
    let mut end = range.end;
    while edits.len() < 2 * VARIABLES
        && let Some(rest) = text.get(end..lines::end(text, end))
        && let Some(next) = rest.find("${")
        && !rest.get(..next).is_some_and(|it| it.contains(['"', '\'', '#']))
    {
        let next = entry(text, end, end + next);
        end = next.end.max(end + 1);
        edits.extend(super::quoted(text, next));
    }
    Mend {
        problem: problem(
            ProblemKind::Syntax,
            range.clone(),
            "a variable inside `[ ]` or `{ }` needs quotes",
            format!("write `\"{name}\"`"),
        ),
        edits,
        line: at,
    }
}

/// The entry of a bracket that holds `at`, looked for from `from` on.
fn entry(text: &str, from: usize, at: usize) -> Range {
    let before = text.get(from..at).unwrap_or_default();
    let start = before.rfind([',', '[', '{', '\n']).map_or(from.max(at - before.len()), |it| from + it + 1);
    let start = text.get(start..at).and_then(|it| it.rfind(": ")).map_or(start, |it| start + it + 2);
    super::token(text, (start + lines::indent(text, start)).min(at), true)
}

/// Two values without a comma between them.
fn no_comma(text: &str, open: usize, at: usize) -> Mend {
    let line = lines::start(text, at);
    let own = lines::content(text, line);
    // A `:` that fails at the key of a line: the line above runs on into it.
    let runs_on = text.get(at..).is_some_and(|it| it.starts_with(':'));
    let above = lines::above(text, line).next().filter(|it| *it >= lines::start(text, open));
    let (end, next) = match above {
        Some(above) if runs_on && lines::colon(text, own.start) == Some(at) => {
            (lines::content(text, above).end, own.start..at)
        }
        _ => (text.get(..at).unwrap_or_default().trim_end().len(), super::token(text, at, true)),
    };
    let next: Range = if next.is_empty() { super::char_at(text, at) } else { next };
    Mend {
        problem: problem(
            ProblemKind::Syntax,
            next,
            "a `,` is missing before this",
            "separate the values inside brackets with `,`",
        ),
        edits: vec![(end..end, ",".into())],
        line,
    }
}
