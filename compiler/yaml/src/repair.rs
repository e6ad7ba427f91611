//! Reading on after a mistake: the text that is to blame is blanked with spaces, so that every offset stays, and
//! the rest is parsed again.

use crate::events::{self, Failure};
use crate::{Parsed, Problem, ProblemKind, Range, Tree, check};

/// Most repairs of one text; each costs one parse. What is behind the last one is not in the tree.
const MAX_REPAIRS: usize = 8;

/// Parses with repairs.
pub(crate) fn parse(text: &str, known_tags: Option<&[&str]>) -> Parsed {
    let (tree, failure) = events::parse(text);
    let Some(failure) = failure else {
        let mut problems = Vec::new();
        check::check(text, &tree, known_tags, &mut problems);
        return Parsed { tree, problems };
    };
    let mut repair = Repair { buffer: text.as_bytes().to_vec(), problems: Vec::new(), last: None };
    let tree = repair.run(tree, failure);
    let mut problems = repair.problems;
    check::check(text, &tree, known_tags, &mut problems);
    problems.sort_by_key(|it| (it.range.start, it.range.end));
    problems.dedup_by(|a, b| a.range == b.range && a.kind == b.kind);
    Parsed { tree, problems }
}

struct Repair {
    buffer: Vec<u8>,
    problems: Vec<Problem>,
    /// The line that was blamed last, and how much of it has been taken out.
    last: Option<(usize, Level)>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    /// The value behind the key.
    Value,
    /// The line.
    Line,
    /// The line and all that is indented deeper below it.
    Block,
    /// Nothing more can be taken out here.
    Spent,
}

impl Repair {
    fn run(&mut self, mut tree: Tree, mut failure: Failure) -> Tree {
        for _ in 0..MAX_REPAIRS {
            if failure.too_deep {
                let range = self.char_range(failure.at.min(self.buffer.len().saturating_sub(1)));
                self.problems.push(too_deep(range));
                return tree;
            }
            if !self.blank(&failure) {
                return tree;
            }
            // Only whole characters are replaced, and by spaces: the buffer stays UTF-8.
            let Ok(text) = std::str::from_utf8(&self.buffer) else { return tree };
            let (next, failed) = events::parse(text);
            tree = next;
            match failed {
                Some(it) => failure = it,
                None => return tree,
            }
        }
        tree
    }

    /// Takes out what is to blame; answers whether there was anything.
    fn blank(&mut self, failure: &Failure) -> bool {
        let blamed = self.blame(failure);
        let start = self.blamed_line(blamed, failure);
        let level = match self.last {
            Some((line, level)) if line == start => next(level),
            _ => Level::Value,
        };
        if level == Level::Spent {
            return false;
        }
        if level == Level::Value {
            let problem = self.describe(failure, blamed, start);
            self.problems.push(problem);
        }
        let range = self.extent(start, level);
        let changed = self.fill(range);
        self.last = Some((start, level));
        // A line that is blank already needs the next level at once.
        changed || self.blank(failure)
    }

    /// The offset that is to blame: a bracket or a quote that was opened on an earlier line, else the error's own.
    fn blame(&self, failure: &Failure) -> usize {
        let at = failure.at.min(self.buffer.len().saturating_sub(1));
        let earlier = |it: usize| self.line_start(it) != self.line_start(at);
        if let Some(bracket) = failure.open_bracket
            && earlier(bracket)
        {
            return bracket;
        }
        let since = self.buffer.get(failure.last_end.min(at)..at).unwrap_or_default();
        let quote = since.iter().position(|it| matches!(it, b'"' | b'\'')).map(|it| it + failure.last_end.min(at));
        quote.filter(|it| earlier(*it)).unwrap_or(at)
    }

    fn blamed_line(&self, blamed: usize, failure: &Failure) -> usize {
        // A plain scalar that runs on over a line that should have been a key: the first line it swallowed.
        if failure.message.contains("simple key expected") {
            return self.line_start(failure.at.min(self.buffer.len()));
        }
        let mut start = self.line_start(blamed);
        // A value seems to run on over a line that a tab indents: the tab is to blame.
        let following = self.line_end(start) + 1;
        if following < self.buffer.len() && !self.is_blank(following) && self.tab(following).is_some() {
            return following;
        }
        while start > 0 && self.is_blank(start) {
            start = self.line_start(start - 1);
        }
        start
    }

    fn extent(&self, start: usize, level: Level) -> Range {
        let end = self.line_end(start);
        match level {
            Level::Value => {
                let line = self.buffer.get(start..end).unwrap_or_default();
                let key = line.iter().position(|it| *it == b':').filter(|colon| {
                    let (before, after) = line.split_at(*colon);
                    let plain = !before.iter().any(|it| matches!(it, b'"' | b'\'' | b'[' | b'{' | b'\t'));
                    plain && after.get(1).is_none_or(|it| *it == b' ')
                });
                match key {
                    Some(colon) => start + colon + 1..end,
                    None => start..end,
                }
            }
            Level::Line => start..end,
            Level::Block | Level::Spent => start..self.block_end(start),
        }
    }

    fn block_end(&self, start: usize) -> usize {
        let indent = self.indent(start);
        let mut end = self.line_end(start);
        while end < self.buffer.len() {
            let next = end + 1;
            if next >= self.buffer.len() || (!self.is_blank(next) && self.indent(next) <= indent) {
                break;
            }
            end = self.line_end(next);
        }
        end
    }

    fn fill(&mut self, range: Range) -> bool {
        let mut changed = false;
        for byte in self.buffer.get_mut(range).unwrap_or_default() {
            if !matches!(*byte, b'\n' | b'\r' | b' ') {
                *byte = b' ';
                changed = true;
            }
        }
        changed
    }

    fn describe(&self, failure: &Failure, blamed: usize, line: usize) -> Problem {
        let text = self.buffer.get(line..self.line_end(line)).unwrap_or_default();
        let byte = self.buffer.get(blamed).copied().unwrap_or_default();
        let moved = blamed != failure.at.min(self.buffer.len().saturating_sub(1));
        let message = failure.message.as_str();
        let char_end = |at: usize| at + 1;
        let whole_line = self.trimmed(line);
        if moved && matches!(byte, b'[' | b'{') || (failure.open_bracket.is_some() && message.contains("flow")) {
            let at = failure.open_bracket.unwrap_or(blamed);
            let open = self.buffer.get(at).copied().map_or('[', char::from);
            let close = if open == '{' { '}' } else { ']' };
            return problem(ProblemKind::Unclosed, at..char_end(at), format!("`{open}` is not closed"), &format!("add `{close}` where the value ends"));
        }
        if moved && matches!(byte, b'"' | b'\'') || message.contains("quoted scalar") && message.contains("end of") {
            let quote = self.quote_on(line).unwrap_or(blamed);
            let open = self.buffer.get(quote).copied().map_or('"', char::from);
            return problem(ProblemKind::Unclosed, quote..char_end(quote), format!("`{open}` is not closed"), &format!("add `{open}` at the end of the value"));
        }
        if let Some(tab) = self.tab(line) {
            return problem(ProblemKind::Tab, tab..line + self.indent(line), "a tab indents this line".into(), "indent with spaces");
        }
        if message.contains("indent") || message.contains("did not find expected") || message.contains("block mapping") {
            return problem(ProblemKind::Indentation, whole_line, "this line is indented so that it belongs to nothing".into(), "line it up with its neighbours");
        }
        let has_colon = text.contains(&b':');
        if !has_colon && !text.trim_ascii_start().starts_with(b"-") {
            return problem(ProblemKind::Syntax, whole_line, "this line is neither a key nor a list item".into(), "write `key: value`, or `- item`");
        }
        match text.iter().position(|it| matches!(it, b'@' | b'`' | b'%')) {
            Some(at) if message.contains("cannot start") || message.contains("unexpected character") || message.contains("reserved") => {
                let sign = text.get(at).copied().map_or('@', char::from);
                problem(ProblemKind::Syntax, line + at..line + at + 1, format!("a value cannot start with `{sign}`"), "put the value in quotes")
            }
            _ => {
                let at = failure.at.clamp(whole_line.start, whole_line.end);
                let range = if at < whole_line.end { self.char_range(at) } else { whole_line };
                problem(ProblemKind::Syntax, range, format!("this is not YAML: {message}"), "check quotes, brackets and indentation here")
            }
        }
    }

    fn quote_on(&self, line: usize) -> Option<usize> {
        let text = self.buffer.get(line..self.line_end(line))?;
        text.iter().position(|it| matches!(it, b'"' | b'\'')).map(|it| line + it)
    }

    fn char_range(&self, at: usize) -> Range {
        let rest = self.buffer.get(at..).unwrap_or_default();
        let width = 1 + rest.iter().skip(1).take_while(|it| (**it & 0xC0) == 0x80).count();
        let back = self.buffer.get(..=at).unwrap_or_default().iter().rev().take_while(|it| (**it & 0xC0) == 0x80).count();
        at - back..at + width
    }

    /// The line without its white space.
    fn trimmed(&self, line: usize) -> Range {
        let text = self.buffer.get(line..self.line_end(line)).unwrap_or_default();
        let start = line + (text.len() - text.trim_ascii_start().len());
        start..(start + text.trim_ascii().len()).max(start)
    }

    fn line_start(&self, at: usize) -> usize {
        let before = self.buffer.get(..at.min(self.buffer.len())).unwrap_or_default();
        before.iter().rposition(|it| *it == b'\n').map_or(0, |it| it + 1)
    }

    fn line_end(&self, at: usize) -> usize {
        let rest = self.buffer.get(at.min(self.buffer.len())..).unwrap_or_default();
        rest.iter().position(|it| *it == b'\n').map_or(self.buffer.len(), |it| at + it)
    }

    fn indent(&self, line: usize) -> usize {
        self.buffer.get(line..).unwrap_or_default().iter().take_while(|it| matches!(it, b' ' | b'\t')).count()
    }

    /// The first tab that indents a line.
    fn tab(&self, line: usize) -> Option<usize> {
        let indent = self.buffer.get(line..line + self.indent(line)).unwrap_or_default();
        indent.iter().position(|it| *it == b'\t').map(|it| line + it)
    }

    fn is_blank(&self, line: usize) -> bool {
        let text = self.buffer.get(line..self.line_end(line)).unwrap_or_default().trim_ascii();
        text.is_empty() || text.starts_with(b"#")
    }
}

fn next(level: Level) -> Level {
    match level {
        Level::Value => Level::Line,
        Level::Line => Level::Block,
        Level::Block | Level::Spent => Level::Spent,
    }
}

fn too_deep(range: Range) -> Problem {
    let message = format!("this is nested more than {} levels deep", events::MAX_DEPTH);
    problem(ProblemKind::TooDeep, range, message, "flatten it, or move a part into a file of its own")
}

fn problem(kind: ProblemKind, range: Range, message: String, help: &str) -> Problem {
    Problem { kind, message, help: Some(help.into()), range, related: Vec::new() }
}
