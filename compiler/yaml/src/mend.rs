//! What a failure means and how to mend it: the problem in plain words, and edits after which the parser reads on.
//!
//! A mend guesses what was meant (a colon that is not typed yet, a quote that is not closed), so that the tree keeps
//! what is written. What js-yaml accepts although the parser does not is mended without a problem.

mod block;
mod flow;
mod quotes;

use granit_parser::ErrorKind;
use rustc_hash::FxHashSet;

use crate::events::{Failure, MAX_DEPTH};
use crate::{Problem, ProblemKind, Range, lines};

/// How to go on after a failure. All offsets are those of the text that was parsed.
pub(crate) struct Mend {
    /// What is wrong; nothing where only the parser minds.
    pub problem: Option<Problem>,
    /// What to put where. The ranges do not overlap.
    pub edits: Vec<(Range, String)>,
    /// An offset on the line that is to blame.
    pub line: usize,
}

/// The numbers of the lines that have been mended before.
pub(crate) type Mended = FxHashSet<usize>;

/// What to do about `failure`.
pub(crate) fn plan(text: &str, failure: &Failure, mended: &Mended) -> Mend {
    let at = char_start(text, failure.at);
    match &failure.kind {
        ErrorKind::RecursionLimitExceeded => {
            Mend { problem: Some(too_deep(char_at(text, at))), edits: Vec::new(), line: at }
        }
        ErrorKind::UnclosedQuotedScalar
        | ErrorKind::InvalidQuotedScalarIndent
        | ErrorKind::DocumentIndicatorInQuotedScalar
        | ErrorKind::TabInIndentation => quotes::unclosed(text, failure),
        ErrorKind::InvalidTrailingSingleQuotedScalar | ErrorKind::InvalidTrailingDoubleQuotedScalar => {
            quotes::trailing(text, failure)
        }
        ErrorKind::UnknownQuotedScalarEscape
        | ErrorKind::InvalidQuotedScalarHexEscape
        | ErrorKind::InvalidLowSurrogateHexEscape
        | ErrorKind::InvalidLowSurrogate
        | ErrorKind::MissingLowSurrogate
        | ErrorKind::UnpairedLowSurrogate
        | ErrorKind::InvalidUnicodeEscape => quotes::escape(text, failure),
        ErrorKind::CommentNotSeparated => Mend { problem: None, edits: vec![(at..at, " ".into())], line: at },
        ErrorKind::TabInBlockIndentation
        | ErrorKind::TabInPlainScalar
        | ErrorKind::TabNotAllowed
        | ErrorKind::TabAtBlockScalarStart => block::tab(text, failure),
        ErrorKind::UnexpectedCharacter { character } if character.is_control() => {
            invisible(text, at, *character)
        }
        ErrorKind::UnexpectedCharacter { .. }
        | ErrorKind::UnexpectedEofBlockMapping
        | ErrorKind::UnexpectedEofBlockSequence
        | ErrorKind::MappingKeyNotAllowed
        | ErrorKind::PlainScalarStartsWithDashFlowIndicator
        | ErrorKind::BlockSequenceEntryNotAllowed => value_start(text, failure),
        ErrorKind::MissingAnchorOrAliasName => nameless(text, at),
        ErrorKind::UndeclaredTagHandle
        | ErrorKind::UnclosedVerbatimTag
        | ErrorKind::InvalidTagTerminator
        | ErrorKind::MissingTagUri
        | ErrorKind::ExpectedTagBang
        | ErrorKind::InvalidTagEscape
        | ErrorKind::InvalidGlobalTagCharacter
        | ErrorKind::InvalidTagUtf8LeadingByte
        | ErrorKind::InvalidTagUtf8TrailingByte
        | ErrorKind::InvalidTagUtf8 => tag(text, at),
        ErrorKind::InvalidBlockScalarHeader | ErrorKind::ZeroBlockScalarIndent => block::header(text, at),
        ErrorKind::MisplacedFlowCollectionEnd => flow::stray(text, at),
        ErrorKind::MismatchedFlowCollectionEnd { .. } => flow::mismatched(text, failure),
        ErrorKind::UnclosedFlowCollection { .. } => flow::unclosed(text, at),
        _ if !failure.brackets.is_empty() => flow::inside(text, failure),
        ErrorKind::SimpleKeyExpected => block::no_colon(text, at),
        ErrorKind::MappingValueNotAllowed => block::second_colon(text, at, mended),
        ErrorKind::ExpectedBlockMappingKey
        | ErrorKind::ExpectedBlockSequenceEntry
        | ErrorKind::InvalidIndentation
        | ErrorKind::InvalidBlockScalarIndent
        | ErrorKind::InvalidFlowScalarIndent => block::misaligned(text, failure, mended),
        ErrorKind::ExpectedDocumentStart
        | ErrorKind::MissingDocumentEndBeforeDirective
        | ErrorKind::InvalidDirectiveName
        | ErrorKind::MissingDirectiveName => directive(text, at),
        _ => unreadable(text, at),
    }
}

/// A problem without other places.
fn problem(
    kind: ProblemKind,
    range: Range,
    message: impl Into<String>,
    help: impl Into<String>,
) -> Option<Problem> {
    Some(Problem { kind, message: message.into(), help: Some(help.into()), range, related: Vec::new() })
}

/// The problem of a node that is nested too deep.
pub(crate) fn too_deep(range: Range) -> Problem {
    Problem {
        kind: ProblemKind::TooDeep,
        message: format!("this is nested more than {MAX_DEPTH} levels deep"),
        help: Some("flatten it, or move a part into a file of its own".into()),
        range,
        related: Vec::new(),
    }
}

fn char_start(text: &str, at: usize) -> usize {
    text.floor_char_boundary(at.min(text.len()))
}

/// The character at `at`; at the end of the text an empty range.
fn char_at(text: &str, at: usize) -> Range {
    let at = char_start(text, at);
    let width = text.get(at..).and_then(|it| it.chars().next()).map_or(0, char::len_utf8);
    at..at + width
}

/// Puts quotes around `range`, or takes it out where it holds both kinds.
fn quoted(text: &str, range: Range) -> Vec<(Range, String)> {
    let inside = text.get(range.clone()).unwrap_or_default();
    let quote = match (inside.contains('\''), inside.contains(['"', '\\'])) {
        (false, _) => "'",
        (true, false) => "\"",
        (true, true) => return vec![(range.clone(), " ".repeat(range.len()))],
    };
    vec![(range.start..range.start, quote.into()), (range.end..range.end, quote.into())]
}

/// The scalar that begins at `at`: to the end of the line, or of the entry inside brackets.
fn token(text: &str, at: usize, inside_brackets: bool) -> Range {
    let line = lines::content_end(text, at..lines::end(text, at));
    if !inside_brackets {
        return line;
    }
    let mut depth = 0usize;
    for (offset, it) in text.get(line.clone()).unwrap_or_default().char_indices() {
        match it {
            '{' | '[' => depth += 1,
            '}' | ']' if depth > 0 => depth -= 1,
            ',' | '}' | ']' if depth == 0 => {
                let inside = text.get(at..at + offset).unwrap_or_default();
                return at..at + inside.trim_end().len();
            }
            _ => {}
        }
    }
    line
}

fn value_start(text: &str, failure: &Failure) -> Mend {
    let at = char_start(text, failure.at);
    let range = char_at(text, at);
    let sign = text.get(range.clone()).unwrap_or_default();
    // Between a comma or a bracket and a comma there is nothing to quote.
    if sign == "," && !failure.brackets.is_empty() {
        return flow::missing(text, at);
    }
    let (message, help) = match sign {
        "-" => (
            "a list cannot begin on the line of its key".to_owned(),
            "put `- ` on the next line, or put the value in quotes",
        ),
        "?" => ("`? ` cannot begin a value here".to_owned(), "put the value in quotes"),
        _ => (format!("a value cannot begin with `{sign}`"), "put the value in quotes"),
    };
    let edits = quoted(text, token(text, at, !failure.brackets.is_empty()));
    Mend { problem: problem(ProblemKind::Syntax, range, message, help), edits, line: at }
}

fn invisible(text: &str, at: usize, character: char) -> Mend {
    // The parser blames the scalar that holds it.
    let at = text.get(at..).and_then(|it| it.find(character)).map_or(at, |it| at + it);
    let range = char_at(text, at);
    let message = format!("there is an invisible character here (U+{:04X})", u32::from(character));
    Mend {
        problem: problem(ProblemKind::Syntax, range.clone(), message, "remove it"),
        edits: vec![(range.clone(), " ".repeat(range.len()))],
        line: at,
    }
}

fn nameless(text: &str, at: usize) -> Mend {
    let range = char_at(text, at);
    let sign = text.get(range.clone()).unwrap_or_default();
    let (message, help) = match sign {
        "&" => ("an anchor needs a name", "write `&name`, or put the value in quotes"),
        _ => ("an alias needs the name of an anchor", "write `*name`, or put the value in quotes"),
    };
    let whole = token(text, at, true);
    // A sign with nothing behind it is a name that is not typed yet; with text behind it, it is text.
    let edits = if whole.len() <= 1 { vec![(range.clone(), " ".into())] } else { quoted(text, whole) };
    Mend { problem: problem(ProblemKind::Syntax, range, message, help), edits, line: at }
}

fn tag(text: &str, at: usize) -> Mend {
    let start =
        text.get(..at).and_then(|it| it.rfind([' ', '\t', '\n', '[', '{', ','])).map_or(0, |it| it + 1);
    let start = if text.get(at..).is_some_and(|it| it.starts_with('!')) { at } else { start };
    let rest = text.get(start..).unwrap_or_default();
    let range = start..start + rest.find([' ', '\t', '\r', '\n', ',', ']', '}']).unwrap_or(rest.len());
    let written = text.get(range.clone()).unwrap_or_default();
    Mend {
        problem: problem(
            ProblemKind::UnknownTag,
            range.clone(),
            format!("`{written}` is not a tag"),
            "write a tag such as `!Ref`, or put the value in quotes",
        ),
        edits: vec![(range.clone(), " ".repeat(range.len()))],
        line: start,
    }
}

fn directive(text: &str, at: usize) -> Mend {
    let percent = |it: &usize| text.get(*it..).is_some_and(|it| it.starts_with('%'));
    let line = lines::start(text, at);
    let Some(line) = std::iter::once(line).chain(lines::above(text, line)).find(percent) else {
        return block::behind_the_end(text, at);
    };
    let range = lines::content(text, line);
    Mend {
        problem: problem(
            ProblemKind::Syntax,
            range.clone(),
            "a line that begins with `%` is a directive, and this is none",
            "remove the line, or put its text in quotes",
        ),
        edits: vec![(range.clone(), " ".repeat(range.len()))],
        line,
    }
}

/// What no rule explains: the value is taken out.
fn unreadable(text: &str, at: usize) -> Mend {
    if let Some(open) = flow::left_open(text, at) {
        return flow::unclosed(text, open);
    }
    let last = text.len().saturating_sub(1).min(at);
    let mut line = lines::start(text, last);
    if lines::is_blank(text, line) {
        line = lines::above(text, line).next().unwrap_or(line);
    }
    let content = lines::content(text, line);
    let range = if content.contains(&at) { char_at(text, at) } else { content };
    let value = lines::value(text, line);
    Mend {
        problem: problem(
            ProblemKind::Syntax,
            range,
            "this cannot be read as YAML",
            "check the quotes, the brackets and the indentation here",
        ),
        edits: vec![(value.clone(), " ".repeat(value.len()))],
        line,
    }
}
