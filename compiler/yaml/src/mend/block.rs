//! Outside brackets: lines without a colon, with two of them, indented with tabs or to no one's level.

use super::{Mend, Mended, char_at, problem, quoted, unreadable};
use crate::events::Failure;
use crate::{ProblemKind, Range, lines};

/// A line that should be a key and has no `:`.
pub(super) fn no_colon(text: &str, at: usize) -> Mend {
    let line = lines::start(text, at);
    let content = lines::behind_dashes(text, line)..lines::content(text, line).end;
    match colon_for(text, content.clone(), false) {
        Some(mend) if may_be_key(text, line) => mend,
        Some(mend) => Mend { edits: vec![(content.clone(), " ".repeat(content.len()))], ..mend },
        None => no_key(text, line),
    }
}

/// A line that nothing makes a key of.
fn no_key(text: &str, line: usize) -> Mend {
    let content = lines::behind_dashes(text, line)..lines::content(text, line).end;
    Mend {
        problem: problem(
            ProblemKind::Syntax,
            content.clone(),
            "this line is neither a key nor a list item",
            "write `key: value` or `- item`, or put a text of several lines in quotes",
        ),
        edits: vec![(content.clone(), " ".repeat(content.len()))],
        line,
    }
}

/// Whether a key on `line` would be a neighbour of others, and would not take the lines below from the one above.
fn may_be_key(text: &str, line: usize) -> bool {
    let indent = lines::indent(text, line);
    let deeper = |it: usize| lines::indent(text, it) > indent;
    let takes = lines::next_content(text, line).is_some_and(deeper)
        && lines::above(text, line).next().is_some_and(|it| opens(text, it) && !deeper(it));
    !takes && columns(text, line).keys.contains(&indent)
}

/// Whether what a line's key or dash holds stands on the lines below.
fn opens(text: &str, line: usize) -> bool {
    lines::value(text, line).is_empty() && !lines::is_blank(text, line)
}

/// Adds what makes `content` a key: the space behind its colon, or the colon. Several words are a key and its value
/// only where the lines below say that this is a key.
fn colon_for(text: &str, content: Range, any_value: bool) -> Option<Mend> {
    let written = text.get(content.clone())?;
    if let Some((key, value)) = written.split_once(':')
        && is_name(key)
        && !value.is_empty()
        && !value.starts_with("//")
    {
        let colon = content.start + key.len();
        return Some(Mend {
            problem: problem(
                ProblemKind::Syntax,
                colon..colon + 1,
                "there is no space behind this `:`",
                format!("write `{key}: {value}`"),
            ),
            edits: vec![(colon + 1..colon + 1, " ".into())],
            line: content.start,
        });
    }
    if let Some((key, value)) = written.split_once(' ')
        && is_name(key)
        && (any_value || !value.contains(' ') || value.starts_with(['"', '\'', '[', '{', '!', '$', '&']))
        && !value.starts_with('#')
    {
        let end = content.start + key.len();
        return Some(Mend {
            problem: problem(
                ProblemKind::Syntax,
                content.start..end,
                format!("there is no `:` behind `{key}`"),
                format!("write `{key}: {value}`"),
            ),
            edits: vec![(end..end, ":".into())],
            line: content.start,
        });
    }
    is_name(written).then(|| Mend {
        problem: problem(
            ProblemKind::Syntax,
            content.clone(),
            format!("there is no `:` behind `{written}`"),
            format!("write `{written}: ` and its value"),
        ),
        edits: vec![(content.end..content.end, ":".into())],
        line: content.start,
    })
}

/// Whether `text` may be a key that is half typed.
fn is_name(text: &str) -> bool {
    let word = |it: char| it.is_alphanumeric() || matches!(it, '_' | '-' | '.' | '$' | '/' | '<');
    text.contains(|it: char| it.is_alphanumeric() || it == '<') && text.chars().all(word)
}

/// A `:` where no key can end: the line above lacks its own, this line is indented too deep, or the value of a key
/// holds a second one.
pub(super) fn second_colon(text: &str, at: usize, mended: &Mended) -> Mend {
    let line = lines::start(text, at);
    if let Some(mend) = below_mended(text, line, mended) {
        return mend;
    }
    let own = lines::behind_dashes(text, line);
    if lines::colon(text, own).is_some_and(|it| it < at) {
        let colon = char_at(text, at);
        let value = lines::value(text, line);
        return Mend {
            problem: problem(
                ProblemKind::Syntax,
                colon,
                "the value of a key cannot hold another `: `",
                "put the value in quotes, or begin a new line",
            ),
            edits: quoted(text, value),
            line,
        };
    }
    let Some(above) = lines::above(text, line).next() else { return unreadable(text, at) };
    let above_from = lines::behind_dashes(text, above);
    let further = lines::above(text, above).next();
    let continues = further.is_some_and(|it| {
        lines::indent(text, it) < lines::indent(text, above)
            && !lines::value(text, it).is_empty()
            && lines::colon(text, lines::behind_dashes(text, it)).is_some()
    });
    let complete = lines::colon(text, above_from).is_some();
    if complete && let Some(mend) = first_alone(text, line) {
        return mend;
    }
    let same = lines::indent(text, above) >= lines::indent(text, line);
    let run_on = continues && above_from == above + lines::indent(text, above);
    if !complete
        && !run_on
        && let Some(mend) = colon_for(text, above_from..lines::content(text, above).end, true)
    {
        return mend;
    }
    if !complete && same {
        // A text that is no key, where the keys begin.
        return no_key(text, above);
    }
    let start = if continues && !complete { further.unwrap_or(above) } else { above };
    let first = if continues && !complete { above } else { line };
    let column = lines::behind_dashes(text, start) - start;
    let content = lines::content(text, line);
    let key = text.get(lines::behind_dashes(text, start)..).unwrap_or_default();
    let key: String = key.chars().take_while(|it| !matches!(it, ':' | '\n' | '\r')).collect();
    let edits = match first == line {
        true => shift(text, line, column),
        false => vec![(lines::content(text, above), String::new())]
            .into_iter()
            .chain(shift(text, line, column))
            .collect(),
    };
    Mend {
        problem: problem(
            ProblemKind::Indentation,
            content,
            "this line is indented deeper than the one above it, which is complete",
            format!("line it up with `{key}`"),
        ),
        edits,
        line,
    }
}

/// Lines below a value that was only mended: they are the value, and what was mended is taken out.
fn below_mended(text: &str, line: usize, mended: &Mended) -> Option<Mend> {
    let above = lines::above(text, line).next()?;
    let number = text.get(..above)?.matches('\n').count();
    let value = lines::value(text, above);
    let holds = mended.contains(&number) && lines::indent(text, above) < lines::indent(text, line);
    (holds && !value.is_empty()).then(|| {
        let spaces = " ".repeat(value.len());
        Mend { problem: None, edits: vec![(value, spaces)], line: above }
    })
}

/// Moves a line, the lines that belong to it, and its neighbours at the same wrong column, to `column`.
fn shift(text: &str, line: usize, column: usize) -> Vec<(Range, String)> {
    let own = lines::indent(text, line);
    let mut edits = Vec::new();
    // The column of what the last line at the own column holds, once it is known.
    let mut child = None;
    let mut holds = false;
    let mut at = Some(line);
    while let Some(line) = at {
        let indent = lines::indent(text, line);
        let belongs = holds && child.is_none_or(|it| indent >= it);
        if indent < own || (indent > own && indent == column && !belongs) {
            break;
        }
        match indent == own {
            true => (holds, child) = (opens(text, line), None),
            false => child = child.or(Some(indent)),
        }
        edits.push((line..line + indent, " ".repeat((indent + column).saturating_sub(own))));
        at = lines::next_content(text, line);
    }
    edits
}

/// How many lines above a line are looked at for its neighbours.
const ABOVE: usize = 300;

/// The columns at which keys and dashes of the lines around `line` stand, nearest line first.
struct Columns {
    keys: Vec<usize>,
    dashes: Vec<usize>,
}

fn columns(text: &str, line: usize) -> Columns {
    let mut found = Columns { keys: Vec::new(), dashes: Vec::new() };
    let mut limit = usize::MAX;
    for (count, above) in lines::above(text, line).take(ABOVE).enumerate() {
        let indent = lines::indent(text, above);
        let key = lines::behind_dashes(text, above) - above;
        if indent >= limit {
            continue;
        }
        let value = lines::value(text, above);
        if count == 0 && value.is_empty() {
            found.keys.push(key + 2);
            found.dashes.extend([key + 2, key]);
        }
        found.keys.push(key);
        if key != indent || text.get(above + indent..).is_some_and(|it| it.starts_with('-')) {
            found.dashes.push(indent);
        }
        limit = indent;
        if indent == 0 {
            break;
        }
    }
    found
}

/// The column that `line` was meant to stand at: left of what it holds, best where the next line stands, else the
/// nearest.
fn nearest(text: &str, line: usize) -> Option<usize> {
    let columns = columns(text, line);
    let indent = lines::indent(text, line);
    let rest = text.get(line + indent..).unwrap_or_default();
    let candidates = if rest.starts_with("- ") { columns.dashes } else { columns.keys };
    let below = lines::next_content(text, line).map(|it| lines::indent(text, it));
    // An odd column is a slip of this line alone; at an even one the line above may be the one that slipped.
    let child = below.filter(|it| *it > indent && indent % 2 == 1 && opens(text, line));
    let over = |it: usize| child.is_some_and(|child| it >= child);
    candidates
        .into_iter()
        .min_by_key(|it| (over(*it), it.abs_diff(indent), below != Some(*it), usize::MAX - it))
}

/// A line that stands at no column that is open, or is of another kind than its neighbours.
pub(super) fn misaligned(text: &str, failure: &Failure, mended: &Mended) -> Mend {
    let line = lines::start(text, failure.at.min(text.len().saturating_sub(1)));
    if lines::is_blank(text, line) {
        return unreadable(text, failure.at);
    }
    if let Some(mend) = below_mended(text, line, mended) {
        return mend;
    }
    if let Some(mend) = key_above(text, line) {
        return mend;
    }
    if let Some(mend) = first_alone(text, line) {
        return mend;
    }
    let content = lines::content(text, line);
    let indent = lines::indent(text, line);
    let item = text.get(content.clone()).is_some_and(|it| it == "-" || it.starts_with("- "));
    let whole_block =
        || vec![(line..lines::block_end(text, line), blank(text, line..lines::block_end(text, line)))];
    match nearest(text, line) {
        Some(column) if column != indent => Mend {
            problem: problem(
                ProblemKind::Indentation,
                content,
                "this line is indented so that it belongs to nothing",
                match column > indent {
                    true => format!(
                        "indent it by {} more, to line it up with its neighbours",
                        spaces(column - indent)
                    ),
                    false => format!(
                        "indent it by {} less, to line it up with its neighbours",
                        spaces(indent - column)
                    ),
                },
            ),
            edits: shift(text, line, column),
            line,
        },
        _ if item => Mend {
            problem: problem(
                ProblemKind::Indentation,
                content,
                "a list item stands among keys",
                "indent it below the key that it belongs to, or remove the `-`",
            ),
            edits: whole_block(),
            line,
        },
        _ => Mend {
            problem: match columns(text, line).dashes.contains(&indent) {
                true => problem(
                    ProblemKind::Indentation,
                    content,
                    "this line stands among list items and is none",
                    "begin it with `- `, or line it up with the key that it belongs to",
                ),
                false => problem(
                    ProblemKind::Indentation,
                    content,
                    "this line is indented so that it belongs to nothing",
                    "line it up with its neighbours",
                ),
            },
            edits: whole_block(),
            line,
        },
    }
}

/// The first line below a key, if it alone stands at another column than its neighbours, of which `line` is the next:
/// there are more of them, or they keep the step of the file and it does not.
fn first_alone(text: &str, line: usize) -> Option<Mend> {
    let column = lines::indent(text, line);
    let is_item = |it: usize| text.get(lines::content(text, it)).is_some_and(|it| it.starts_with('-'));
    let mut candidates = Vec::new();
    let mut below = None;
    for above in lines::above(text, line).take(ABOVE) {
        let indent = lines::indent(text, above);
        if let Some(first) = below
            && indent < column
            && indent < lines::indent(text, first)
            && opens(text, above)
        {
            candidates.push((lines::indent(text, first).abs_diff(column), above, first));
        }
        below = Some(above);
        if indent == 0 {
            break;
        }
    }
    let (_, parent, first) = candidates.into_iter().min_by_key(|it| it.0)?;
    let (own, outer) = (lines::indent(text, first), lines::indent(text, parent));
    let between = || lines::above(text, line).take_while(|it| *it > first);
    let is_alone = own != column && between().all(|it| lines::indent(text, it) > own.max(column));
    let is_alike = is_item(first) == is_item(line)
        && (is_item(line)
            || [first, line].iter().all(|it| lines::colon(text, lines::content(text, *it).start).is_some()));
    if !is_alone || !is_alike {
        return None;
    }
    let next = std::iter::successors(Some(line), |it| lines::next_content(text, *it));
    let neighbours = next
        .take_while(|it| lines::indent(text, *it) >= column)
        .filter(|it| lines::indent(text, *it) == column)
        .count();
    let keeps_step = column - outer == 2 && own.abs_diff(column) % 2 == 1;
    let (change, word) = (own.abs_diff(column), if own > column { "less" } else { "more" });
    (neighbours > 1 || keeps_step).then(|| Mend {
        problem: problem(
            ProblemKind::Indentation,
            lines::content(text, first),
            "this line is not in line with its neighbours below",
            format!("indent it by {} {word}", spaces(change)),
        ),
        edits: between()
            .chain([first])
            .map(|it| {
                let indent = lines::indent(text, it);
                (it..it + indent, " ".repeat((indent + column).saturating_sub(own)))
            })
            .collect::<Vec<_>>()
            .into_iter()
            .rev()
            .collect(),
        line: first,
    })
}

/// The line above, if it is the key of this one and lacks its colon. A comment may stand between the two.
fn key_above(text: &str, line: usize) -> Option<Mend> {
    let above = lines::above(text, line).next()?;
    let from = lines::behind_dashes(text, above);
    let holds = from - above <= lines::indent(text, line) && lines::colon(text, from).is_none();
    let key = from..lines::content(text, above).end.max(from);
    if holds { colon_for(text, key, true) } else { None }
}

fn spaces(count: usize) -> String {
    if count == 1 { "one space".into() } else { format!("{count} spaces") }
}

fn blank(text: &str, range: Range) -> String {
    let bytes = text.get(range).unwrap_or_default().bytes();
    bytes.map(|it| if matches!(it, b'\n' | b'\r') { char::from(it) } else { ' ' }).collect()
}

/// A line behind the end of the value that is the whole document.
pub(super) fn behind_the_end(text: &str, at: usize) -> Mend {
    let line = lines::start(text, at);
    let root = lines::above(text, line)
        .take_while(|it| !text.get(*it..).is_some_and(|it| it.starts_with("---")))
        .last();
    if let Some(root) = root.filter(|it| lines::indent(text, *it) > lines::indent(text, line)) {
        return Mend {
            problem: problem(
                ProblemKind::Indentation,
                lines::content(text, root),
                "the document begins here, and this line is indented deeper than others",
                "line it up with the other keys",
            ),
            edits: shift(text, root, lines::indent(text, line)),
            line: root,
        };
    }
    let key = root.and_then(|it| colon_for(text, lines::content(text, it), true));
    key.unwrap_or_else(|| {
        let content = lines::content(text, line);
        let end = lines::block_end(text, line);
        Mend {
            problem: problem(
                ProblemKind::Syntax,
                content,
                "the document is complete above this line",
                "remove the line, or make the text above it a key",
            ),
            edits: vec![(line..end, blank(text, line..end))],
            line,
        }
    })
}

/// A tab in the indentation, or behind the dash of a list.
pub(super) fn tab(text: &str, failure: &Failure) -> Mend {
    let at = failure.at.min(text.len().saturating_sub(1));
    let line = lines::start(text, at);
    let line = match lines::has_tab(text, line) {
        true => line,
        false => lines::next_content(text, line).filter(|it| lines::has_tab(text, *it)).unwrap_or(line),
    };
    // Inside brackets, and on lines that are blank, tabs are as good as spaces.
    if let Some(open) = failure.brackets.last() {
        let column = open - lines::start(text, *open) + 1;
        let edits = vec![(line..line + lines::indent(text, line), " ".repeat(column))];
        return Mend { problem: None, edits, line };
    }
    let indent = line..line + lines::indent(text, line);
    if lines::is_blank(text, line) {
        return Mend { problem: None, edits: vec![(indent.clone(), " ".repeat(indent.len()))], line };
    }
    if !lines::has_tab(text, line) {
        let content = text.get(lines::content(text, line)).unwrap_or_default();
        let Some(tab) = content.find('\t').map(|it| lines::content(text, line).start + it) else {
            return unreadable(text, failure.at);
        };
        return Mend {
            problem: problem(ProblemKind::Tab, tab..tab + 1, "a tab cannot stand here", "use a space"),
            edits: vec![(tab..tab + 1, " ".into())],
            line,
        };
    }
    let first = text.get(indent.clone()).and_then(|it| it.find('\t')).map_or(indent.start, |it| line + it);
    let width = text.get(first..indent.end).unwrap_or_default().bytes().take_while(|it| *it == b'\t').count();
    Mend {
        problem: problem(
            ProblemKind::Tab,
            first..first + width,
            "a tab indents this line",
            "indent with spaces, as YAML does not allow tabs",
        ),
        edits: untabbed(text, line),
        line,
    }
}

/// Spaces for the tabs of `line` and of the lines with tabs that follow it.
fn untabbed(text: &str, line: usize) -> Vec<(Range, String)> {
    // Each line's column follows from the lines above as they are mended.
    let mut mended = text.get(..line).unwrap_or_default().to_owned();
    let mut edits = Vec::new();
    // How wide a tab is, once one is known: the lines that follow are typed with the same editor.
    let mut known = None;
    let mut tabbed = Some(line);
    while let Some(line) = tabbed.filter(|it| lines::has_tab(text, *it)) {
        let old = line..line + lines::indent(text, line);
        let indent = text.get(old.clone()).unwrap_or_default();
        let (tabs, blanks) = (indent.matches('\t').count(), indent.matches(' ').count());
        let candidates = [known.unwrap_or(4), 4, 2, 8].map(|width| tabs * width + blanks);
        let rest = text.get(old.end..).unwrap_or_default();
        let columns = columns(&mended, mended.len());
        let open = if rest.starts_with("- ") { columns.dashes } else { columns.keys };
        let next = lines::next_content(text, line);
        // What the line holds stands deeper, if that is indented with spaces already.
        let below = next.filter(|it| !lines::has_tab(text, *it));
        let below = below.map(|it| lines::indent(text, it)).filter(|it| *it > 0 && holds(text, line));
        let left_of_it = |it: &usize| below.is_none_or(|below| *it < below);
        let fitting = candidates.into_iter().filter(|it| open.contains(it));
        let best = fitting.clone().find(left_of_it).or_else(|| fitting.clone().next());
        let column = best.or_else(|| open.first().copied()).unwrap_or(0);
        known = known.or(column.checked_sub(blanks).map(|it| it / tabs.max(1)));
        let spaces = " ".repeat(column);
        mended.push_str(&spaces);
        mended.push_str(text.get(old.end..next.unwrap_or(text.len())).unwrap_or_default());
        edits.push((old, spaces));
        tabbed = next;
    }
    edits
}

/// Whether lines below a line must be deeper: its value is there, or it begins an item of several keys.
fn holds(text: &str, line: usize) -> bool {
    let from = lines::behind_dashes(text, line);
    opens(text, line) || (from > line + lines::indent(text, line) && lines::colon(text, from).is_some())
}

/// Text behind the `|` or `>` of a block scalar.
pub(super) fn header(text: &str, at: usize) -> Mend {
    let from = at + 1;
    let range = lines::content_end(text, from..lines::end(text, from).max(from));
    let start = range.start + lines::indent(text, range.start);
    let sign = text.get(at..from).unwrap_or_default();
    Mend {
        problem: problem(
            ProblemKind::Syntax,
            start..range.end.max(start),
            format!("text cannot stand on the line of `{sign}`"),
            "put the text on the lines below, or the value in quotes",
        ),
        edits: vec![(range.clone(), " ".repeat(range.len()))],
        line: at,
    }
}
