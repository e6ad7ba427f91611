//! What stands under the cursor, read off the text itself: while a line is typed there is no tree to ask.

use slsc_core::path::{Path, Segment};

/// Where the cursor is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// The path of the mapping or list that holds the cursor's line.
    pub path: Path,
    /// What is being written there.
    pub kind: CursorKind,
}

/// What is being written at the cursor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CursorKind {
    /// A key.
    Key {
        /// What stands before the cursor.
        prefix: String,
        /// The keys that stand beside it.
        siblings: Vec<String>,
        /// The column of the key.
        column: usize,
    },
    /// The value of a key, or an item of a list.
    Value {
        /// The key; `None` for an item.
        key: Option<String>,
        /// What stands before the cursor.
        prefix: String,
    },
    /// The inside of `${`.
    Variable {
        /// What stands between the `${` and the cursor.
        prefix: String,
    },
    /// A comment, or nothing that can be completed.
    Nothing,
}

/// The parts of a line: its dashes, its key and its value.
struct Line<'a> {
    /// The columns of its dashes.
    dashes: Vec<usize>,
    /// The column behind the dashes.
    column: usize,
    key: Option<&'a str>,
    /// What stands behind the colon or the dashes.
    rest: &'a str,
}

fn read(line: &str) -> Line<'_> {
    let mut dashes = Vec::new();
    let mut column = line.len() - line.trim_start_matches(' ').len();
    let mut rest = line.get(column..).unwrap_or_default();
    while rest == "-" || rest.starts_with("- ") {
        dashes.push(column);
        let inner = rest.get(1..).unwrap_or_default();
        let gap = inner.len() - inner.trim_start_matches(' ').len();
        column += 1 + gap;
        rest = inner.trim_start_matches(' ');
    }
    let colon = rest.find(": ").or_else(|| rest.strip_suffix(':').map(str::len));
    match colon {
        Some(at) if !rest.starts_with(['"', '\'', '{', '[', '#']) => {
            let (key, value) = rest.split_at(at);
            Line { dashes, column, key: Some(key.trim()), rest: value.get(1..).unwrap_or_default() }
        }
        _ => Line { dashes, column, key: None, rest },
    }
}

/// Reads the place of `offset`.
pub fn at(text: &str, offset: usize) -> Cursor {
    let before = text.get(..offset).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |it| it + 1);
    let written = before.get(line_start..).unwrap_or_default();
    let above: Vec<&str> = before.get(..line_start).unwrap_or_default().lines().collect();
    let line = read(written);
    let (path, siblings) = climb(&above, &line);
    let kind = kind(written, &line, text.get(offset..).unwrap_or_default(), siblings);
    Cursor { path, kind }
}

fn kind(written: &str, line: &Line<'_>, behind: &str, mut siblings: Vec<String>) -> CursorKind {
    if let Some(open) = written.rfind("${")
        && !written.get(open..).unwrap_or_default().contains('}')
    {
        return CursorKind::Variable { prefix: written.get(open + 2..).unwrap_or_default().into() };
    }
    if written.trim_start().starts_with('#') || written.contains(" #") {
        return CursorKind::Nothing;
    }
    match line.key {
        Some(key) => CursorKind::Value { key: Some(key.into()), prefix: line.rest.trim_start().into() },
        None if line.rest.chars().all(|it| it.is_alphanumeric() || matches!(it, '_' | '-' | '.' | ':')) => {
            siblings.extend(below(behind, line.column));
            CursorKind::Key { prefix: line.rest.into(), siblings, column: line.column }
        }
        None => CursorKind::Value { key: None, prefix: line.rest.into() },
    }
}

/// The keys that follow at the same column.
fn below(behind: &str, column: usize) -> Vec<String> {
    let mut found = Vec::new();
    for text in behind.lines().skip(1).filter(|it| !it.trim().is_empty()) {
        let line = read(text);
        let first = line.dashes.first().copied().unwrap_or(line.column);
        if first < column {
            break;
        }
        if line.dashes.is_empty() && line.column == column {
            found.extend(line.key.map(str::to_owned));
        }
    }
    found
}

/// Goes up the lines to the path of the mapping or list that holds `line`, gathering the keys beside it.
fn climb(above: &[&str], line: &Line<'_>) -> (Path, Vec<String>) {
    let mut steps: Vec<Segment> = Vec::new();
    let mut siblings = Vec::new();
    let mut column = line.column;
    let mut items: usize = 0;
    let mut list = line.dashes.last().copied();
    let mut first_level = true;
    if let Some(dash) = list {
        column = dash;
        first_level = false;
    }
    for text in above.iter().rev() {
        let trimmed = text.trim();
        if trimmed.is_empty() || trimmed.starts_with('#') {
            continue;
        }
        let line = read(text);
        let start = line.dashes.first().copied().unwrap_or(line.column);
        if let Some(dash) = list {
            // Inside a list: count its items, until the key that holds it. It may stand at the same column.
            if line.dashes.contains(&dash) {
                items += 1;
                continue;
            }
            let holds = line.column < dash || (line.column == dash && line.dashes.is_empty());
            if holds && line.key.is_some() {
                steps.push(Segment::from(items));
                steps.push(Segment::from(line.key.unwrap_or_default()));
                (column, list, items) = (line.column, line.dashes.last().copied(), 0);
                if let Some(dash) = list {
                    column = dash;
                }
                continue;
            }
            continue;
        }
        if line.column == column && first_level && line.key.is_some() {
            siblings.extend(line.key.map(str::to_owned));
        }
        if let Some(dash) = line.dashes.last().copied().filter(|_| line.column == column) {
            // The first key of an item.
            (list, column, items, first_level) = (Some(dash), dash, 0, false);
            continue;
        }
        if line.column < column {
            if let Some(key) = line.key {
                steps.push(Segment::from(key));
            }
            first_level = false;
            column = line.column;
            if let Some(dash) = line.dashes.last().copied() {
                (list, column, items) = (Some(dash), dash, 0);
            }
        } else if start < column && line.dashes.is_empty() {
            column = start;
        }
    }
    if list.is_some() {
        steps.push(Segment::from(items));
    }
    (steps.into_iter().rev().collect(), siblings)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(text: &str) -> String {
        let offset = text.find('|').unwrap();
        let text = text.replacen('|', "", 1);
        let Cursor { path, kind } = at(&text, offset);
        let kind = match kind {
            CursorKind::Key { prefix, siblings, .. } => format!("key {prefix:?} beside {siblings:?}"),
            CursorKind::Value { key, prefix } => format!("value of {key:?} {prefix:?}"),
            CursorKind::Variable { prefix } => format!("variable {prefix:?}"),
            CursorKind::Nothing => "nothing".into(),
        };
        format!("{path}: {kind}")
    }

    #[test]
    fn keys_have_the_path_of_their_mapping() {
        assert_eq!(show("ser|"), ": key \"ser\" beside []");
        assert_eq!(
            show("functions:\n  a:\n    handler: x\n    tim|\n    memorySize: 1\n"),
            "functions.a: key \"tim\" beside [\"handler\", \"memorySize\"]"
        );
        assert_eq!(
            show("functions:\n  a:\n    events:\n      - |"),
            "functions.a.events.0: key \"\" beside []"
        );
        assert_eq!(
            show(
                "functions:\n  a:\n    events:\n      - http: x\n      - sqs:\n          arn: y\n          ba|"
            ),
            "functions.a.events.1.sqs: key \"ba\" beside [\"arn\"]"
        );
        assert_eq!(show("a:\n- b: 1\n  c|"), "a.0: key \"c\" beside [\"b\"]");
    }

    #[test]
    fn values_and_variables() {
        assert_eq!(show("provider:\n  runtime: node|"), "provider: value of Some(\"runtime\") \"node\"");
        assert_eq!(show("custom:\n  a: x${self:cus|"), "custom: variable \"self:cus\"");
        assert_eq!(show("a: 1 # co|"), ": nothing");
    }
}
