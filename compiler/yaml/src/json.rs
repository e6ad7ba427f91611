//! JSON as a tree with exact spans: strictly what `JSON.parse` reads.
//!
//! YAML's reader takes more than JSON (comments, commas at the end) and less (tabs that indent, keys written twice, of
//! which JSON keeps the last). Comments and commas that JSON has not are problems, and the reading goes on behind them.
//! What cannot be read at all ends it, and the tree is the one that YAML's reader can make of the text.

use crate::events::MAX_DEPTH;
use crate::{Entry, Node, NodeId, NodeKind, Parsed, Problem, ProblemKind, Range, ScalarStyle, Tree, repair};

/// Parses `text` as JSON.
pub(crate) fn parse(text: &str) -> Parsed {
    let mut reader = Reader { text, at: 0, tree: Tree::default(), depth: 0, problems: Vec::new() };
    match reader.document() {
        Ok(()) => Parsed { tree: reader.tree, problems: reader.problems },
        Err(problem) => {
            reader.problems.push(problem);
            Parsed { tree: repair::parse(text, None).tree, problems: reader.problems }
        }
    }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    tree: Tree,
    depth: usize,
    problems: Vec<Problem>,
}

type Read<T> = Result<T, Problem>;

impl Reader<'_> {
    fn document(&mut self) -> Read<()> {
        self.at = if self.text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        let root = self.value(None)?;
        self.tree.documents.push(root);
        self.space();
        match self.peek() {
            None => Ok(()),
            Some(_) => Err(self.syntax("something stands behind the end of the JSON", "remove it")),
        }
    }

    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    /// Skips white space, and comments, of which the first is a problem.
    fn space(&mut self) {
        loop {
            let rest = self.rest();
            let blank = rest.len() - rest.trim_start_matches([' ', '\t', '\n', '\r']).len();
            let after = rest.get(blank..).unwrap_or_default();
            let line = after.find('\n').unwrap_or(after.len());
            let comment = match after.get(..2) {
                Some("//") => line,
                Some("/*") => after.find("*/").map_or(after.len(), |it| it + 2),
                _ if after.starts_with('#') => line,
                _ => 0,
            };
            self.at += blank;
            if comment == 0 {
                return;
            }
            let message = "JSON has no comments";
            if self.problems.iter().all(|it| it.message != message) {
                let help = "remove them, or write the file in YAML";
                let range = self.at..self.at + line.min(comment);
                self.problems.push(problem(ProblemKind::Json, range, message, help));
            }
            self.at += comment;
        }
    }

    /// Takes `wanted` if it is next.
    fn take(&mut self, wanted: char) -> bool {
        self.space();
        let found = self.peek() == Some(wanted);
        if found {
            self.at += wanted.len_utf8();
        }
        found
    }

    /// A problem at the next character, or at the last one where the text ends.
    fn syntax(&self, message: &str, help: &str) -> Problem {
        let range = match self.peek() {
            Some(char) => self.at..self.at + char.len_utf8(),
            None => {
                let end = self.text.trim_end().len();
                let last = self.text.get(..end).and_then(|it| it.chars().last()).map_or(0, char::len_utf8);
                end - last..end
            }
        };
        problem(ProblemKind::Json, range, message, help)
    }

    fn node(&mut self, kind: NodeKind, range: Range, parent: Option<NodeId>) -> NodeId {
        let id = NodeId(u32::try_from(self.tree.nodes.len()).unwrap_or(u32::MAX));
        self.tree.styles.push(match &kind {
            NodeKind::String(_) => Some(ScalarStyle::DoubleQuoted),
            NodeKind::Sequence(_) | NodeKind::Mapping(_) => None,
            _ => Some(ScalarStyle::Plain),
        });
        self.tree.nodes.push(Node { kind, range, tag: None, anchor: None });
        self.tree.parents.push(parent);
        id
    }

    fn value(&mut self, parent: Option<NodeId>) -> Read<NodeId> {
        self.space();
        let start = self.at;
        match self.peek() {
            Some('{') => self.collection(parent, NodeKind::Mapping(Vec::new()), Self::mapping),
            Some('[') => self.collection(parent, NodeKind::Sequence(Vec::new()), Self::sequence),
            Some('"') => {
                let text = self.string()?;
                Ok(self.node(NodeKind::String(text.into()), start..self.at, parent))
            }
            Some('\'') => Err(self.syntax("JSON has no single quotes", "write `\"` instead")),
            Some('/' | '#') => {
                Err(self.syntax("JSON has no comments", "remove it, or write the file in YAML"))
            }
            None => Err(self.syntax("the JSON ends before a value", "write the value")),
            Some(_) => self.word(parent),
        }
    }

    /// A number, `true`, `false` or `null`.
    fn word(&mut self, parent: Option<NodeId>) -> Read<NodeId> {
        let rest = self.rest();
        let end = rest.find(|it: char| !(it.is_alphanumeric() || "+-._$".contains(it))).unwrap_or(rest.len());
        let word = rest.get(..end).unwrap_or_default();
        let kind = match word {
            "true" => NodeKind::Bool(true),
            "false" => NodeKind::Bool(false),
            "null" => NodeKind::Null,
            "" => return Err(self.syntax("a value is missing here", "write a value, or remove the comma")),
            // As in JavaScript, what is too large for a number is written as null.
            _ if is_number(word) => match word.parse() {
                Ok(number) if f64::is_finite(number) => NodeKind::Number(number),
                _ => NodeKind::Null,
            },
            _ => {
                let range = self.at..self.at + end;
                return Err(problem(
                    ProblemKind::Json,
                    range,
                    &format!("`{word}` is no JSON"),
                    "put a string in double quotes",
                ));
            }
        };
        let start = self.at;
        self.at += end;
        Ok(self.node(kind, start..self.at, parent))
    }

    fn collection(
        &mut self,
        parent: Option<NodeId>,
        empty: NodeKind,
        read: fn(&mut Self, NodeId) -> Read<NodeKind>,
    ) -> Read<NodeId> {
        let start = self.at;
        if self.depth >= MAX_DEPTH {
            let message = format!("the file is nested deeper than {MAX_DEPTH} levels");
            return Err(problem(ProblemKind::TooDeep, start..start + 1, &message, "nest it less deep"));
        }
        let id = self.node(empty, start..start, parent);
        self.at += 1;
        self.depth += 1;
        let kind = read(self, id)?;
        self.depth -= 1;
        if let Some(node) = self.tree.nodes.get_mut(id.0 as usize) {
            node.kind = kind;
            node.range = start..self.at;
        }
        Ok(id)
    }

    fn sequence(&mut self, id: NodeId) -> Read<NodeKind> {
        let mut items = Vec::new();
        if self.take(']') {
            return Ok(NodeKind::Sequence(items));
        }
        loop {
            items.push(self.value(Some(id))?);
            if self.take(']') {
                return Ok(NodeKind::Sequence(items));
            }
            if self.comma(']')? {
                return Ok(NodeKind::Sequence(items));
            }
        }
    }

    fn mapping(&mut self, id: NodeId) -> Read<NodeKind> {
        let mut entries: Vec<Entry> = Vec::new();
        if self.take('}') {
            return Ok(NodeKind::Mapping(entries));
        }
        loop {
            self.space();
            let start = self.at;
            if self.peek() != Some('"') {
                return Err(self.syntax("a key in double quotes is expected here", "write it as `\"key\"`"));
            }
            let text = self.string()?;
            let key = self.node(NodeKind::String(text.as_str().into()), start..self.at, Some(id));
            if !self.take(':') {
                return Err(self.syntax("`:` is expected behind a key", "write `: ` and the value"));
            }
            let value = self.value(Some(id))?;
            let entry = Entry { key, value, merge: false };
            // Of two equal keys the last one counts, at the place of the first.
            let same = |it: &&mut Entry| matches!(&self.tree.node(it.key).kind, NodeKind::String(it) if **it == *text);
            match entries.iter_mut().find(same) {
                Some(earlier) => *earlier = entry,
                None => entries.push(entry),
            }
            if self.take('}') {
                return Ok(NodeKind::Mapping(entries));
            }
            if self.comma('}')? {
                return Ok(NodeKind::Mapping(entries));
            }
        }
    }

    /// The comma behind an item. Answers whether the collection ends behind it, which is a problem.
    fn comma(&mut self, close: char) -> Read<bool> {
        if !self.take(',') {
            let problem = match self.peek() {
                None => return Err(self.syntax(&format!("`{close}` is missing"), "close what is open")),
                Some(_) => {
                    self.syntax(&format!("`,` or `{close}` is expected here"), "add a comma before it")
                }
            };
            // The next item may well begin here.
            if self.peek().is_some_and(|it| "\"{[".contains(it)) {
                self.problems.push(problem);
                return Ok(false);
            }
            return Err(problem);
        }
        let comma = self.at - 1;
        self.space();
        let ends = self.peek() == Some(close);
        if ends {
            let message = "JSON has no comma behind the last item";
            self.problems.push(problem(ProblemKind::Json, comma..comma + 1, message, "remove it"));
            self.at += close.len_utf8();
        }
        Ok(ends)
    }

    /// A string, from its opening quote.
    fn string(&mut self) -> Read<String> {
        let start = self.at;
        self.at += 1;
        let mut value = String::new();
        loop {
            let Some(char) = self.peek() else {
                return Err(problem(
                    ProblemKind::Json,
                    start..start + 1,
                    "the string is not closed",
                    "add a `\"`",
                ));
            };
            match char {
                '"' => {
                    self.at += 1;
                    return Ok(value);
                }
                '\\' => value.push(self.escape()?),
                '\u{0}'..='\u{1f}' => {
                    return Err(
                        self.syntax("a string goes on over the end of the line", "close it, or write `\\n`")
                    );
                }
                _ => {
                    self.at += char.len_utf8();
                    value.push(char);
                }
            }
        }
    }

    fn escape(&mut self) -> Read<char> {
        let code = self.rest().chars().nth(1);
        let char = match code {
            Some('n') => '\n',
            Some('t') => '\t',
            Some('r') => '\r',
            Some('b') => '\u{8}',
            Some('f') => '\u{c}',
            Some(it @ ('"' | '\\' | '/')) => it,
            Some('u') => return self.unicode(),
            _ => return Err(self.syntax("JSON has no such escape", "write the backslash twice")),
        };
        self.at += 2;
        Ok(char)
    }

    /// `\uXXXX`, or two of them that make one character. Half of such a pair is no character.
    fn unicode(&mut self) -> Read<char> {
        let Some(first) = self.unit() else {
            return Err(self.syntax("`\\u` needs four hexadecimal digits", "write them"));
        };
        self.at += 6;
        let before = self.at;
        if (0xd800..0xdc00).contains(&first)
            && let Some(second @ 0xdc00..0xe000) = self.unit()
        {
            self.at = before + 6;
            let code = 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00);
            return Ok(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
        }
        Ok(char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER))
    }

    /// The number of the `\uXXXX` that is next.
    fn unit(&self) -> Option<u32> {
        let digits = self.rest().strip_prefix("\\u")?.get(..4)?;
        let hexadecimal = digits.bytes().all(|it| it.is_ascii_hexdigit());
        hexadecimal.then(|| u32::from_str_radix(digits, 16).ok()).flatten()
    }
}

/// Whether `word` is a number as JSON writes it: no leading zero, no `+`, digits on both sides of the point.
fn is_number(word: &str) -> bool {
    let digits = |it: &str| !it.is_empty() && it.bytes().all(|it| it.is_ascii_digit());
    let unsigned = word.strip_prefix('-').unwrap_or(word);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    digits(whole)
        && (whole == "0" || !whole.starts_with('0'))
        && fraction.is_none_or(digits)
        && exponent.is_none_or(|it| digits(it.strip_prefix(['+', '-']).unwrap_or(it)))
}

fn problem(kind: ProblemKind, range: Range, message: &str, help: &str) -> Problem {
    Problem { kind, message: message.into(), help: Some(help.into()), range, related: Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(text: &str) -> String {
        let parsed = parse(text);
        let problem = parsed.problems.first().unwrap();
        format!("{} at {:?}", problem.message, &text[problem.range.clone()])
    }

    #[test]
    fn texts_are_read_with_their_places() {
        let text = "{\n\t\"a\": [1, -2.5e3, true, null],\n\t\"b\\u0041\": \"\\ud83d\\ude00\\n\"\n}\n";
        let parsed = parse(text);
        assert_eq!(parsed.problems, []);
        let strings: Vec<&str> = (0..parsed.tree.len())
            .filter_map(|it| match &parsed.tree.node(NodeId(it as u32)).kind {
                NodeKind::String(text) => Some(&**text),
                _ => None,
            })
            .collect();
        assert_eq!(strings, ["a", "bA", "😀\n"]);
        let NodeKind::Mapping(entries) = &parsed.tree.node(parsed.tree.root().unwrap()).kind else {
            panic!()
        };
        assert_eq!(&text[parsed.tree.node(entries[0].value).range.clone()], "[1, -2.5e3, true, null]");
        assert_eq!(&text[parsed.tree.node(entries[1].key).range.clone()], "\"b\\u0041\"");
    }

    #[test]
    fn of_equal_keys_the_last_counts() {
        let parsed = parse(r#"{"a": 1, "b": 2, "a": 3}"#);
        let NodeKind::Mapping(entries) = &parsed.tree.node(parsed.tree.root().unwrap()).kind else {
            panic!()
        };
        assert_eq!(entries.len(), 2);
        assert_eq!(parsed.tree.node(entries[0].value).kind, NodeKind::Number(3.0));
    }

    #[test]
    fn what_is_no_json_is_said() {
        assert_eq!(message("{\"a\": 1,}"), "JSON has no comma behind the last item at \",\"");
        assert_eq!(message("{a: 1}"), "a key in double quotes is expected here at \"a\"");
        assert_eq!(message("{\"a\": 01}"), "`01` is no JSON at \"01\"");
        assert_eq!(message("{\"a\": 1 // one\n}"), "JSON has no comments at \"// one\"");
        assert_eq!(message("{\"a\": 1 \"b\": 2}"), "`,` or `}` is expected here at \"\\\"\"");
        assert_eq!(message("{\"a\": 1"), "`}` is missing at \"1\"");
        assert_eq!(message("{\"a\": 'b'}"), "JSON has no single quotes at \"'\"");
        assert_eq!(message("[1] 2"), "something stands behind the end of the JSON at \"2\"");
        assert_eq!(message(""), "the JSON ends before a value at \"\"");
        assert_eq!(message("{\"a\": \"b\n\"}"), "a string goes on over the end of the line at \"\\n\"");
        assert_eq!(message(&"[".repeat(200)), "the file is nested deeper than 100 levels at \"[\"");
    }
}
