//! `.env` files, read as dotenv and dotenv-expand read them. Answers "which variables does this text set?".
//!
//! `NAME=value` or `NAME: value`, an optional `export`, values in single, double or back quotes over several lines,
//! comments, and `$NAME`, `${NAME}`, `${NAME:-default}` and `${NAME:+alternative}` inside values.

/// The variables of a text, each once, where it stood first and with the value that it had last.
pub fn parse(text: &str) -> Vec<(String, String)> {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let mut variables: Vec<(String, String)> = Vec::new();
    let mut rest = text.as_str();
    while !rest.is_empty() {
        let Some((name, after_name)) = name(rest) else {
            rest = after_line(rest);
            continue;
        };
        let (value, after_value) = value(after_name);
        match variables.iter_mut().find(|(it, _)| it == name) {
            Some((_, old)) => *old = value,
            None => variables.push((name.to_owned(), value)),
        }
        rest = after_line(after_value);
    }
    variables
}

/// What sets nothing or too much: a line without `=`, and a quote that is not closed in its line. Byte ranges of the text.
pub fn mistakes(text: &str) -> Vec<(std::ops::Range<usize>, &'static str)> {
    let mut found = Vec::new();
    let mut offset = 0;
    let mut inside: Option<char> = None;
    for line in text.split_inclusive('\n') {
        let content = line.trim();
        let start = offset + (line.len() - line.trim_start().len());
        offset += line.len();
        if let Some(quote) = inside {
            if content.contains(quote) {
                inside = None;
            }
            continue;
        }
        if content.is_empty() || content.starts_with(['#', '\u{feff}']) {
            continue;
        }
        let range = start..start + content.len();
        let Some((_, value)) = name(content) else {
            found.push((range, "this line sets no variable: it has no `=`"));
            continue;
        };
        let value = value.trim_start();
        let Some(quote) = value.chars().next().filter(|it| matches!(it, '"' | '\'')) else { continue };
        if value.get(1..).is_some_and(|it| !it.contains(quote)) {
            // Values may run over several lines, as keys in PEM do.
            match text.get(offset..).is_some_and(|it| closes(it, quote)) {
                true => inside = Some(quote),
                false => found.push((range, "the quote is not closed, so it is a part of the value")),
            }
        }
    }
    found
}

/// Whether a value that goes on in the next lines is closed: by a quote at the end of a line that sets nothing itself.
fn closes(rest: &str, quote: char) -> bool {
    let mut lines = rest.lines().take_while(|it| !it.split('=').nth(1).is_some_and(|it| it.contains(quote)));
    lines.any(|it| it.trim_end().ends_with(quote))
}

fn after_line(text: &str) -> &str {
    text.split_once('\n').map_or("", |(_, after)| after)
}

/// White space as regular expressions of JavaScript have it: with the byte order mark, without U+0085.
fn is_space(char: char) -> bool {
    char == '\u{feff}' || char.is_whitespace() && char != '\u{85}'
}

/// The name at the start of `text` and what stands behind its `=` or `: `. Space before it may run over lines.
fn name(text: &str) -> Option<(&str, &str)> {
    let text = text.trim_start_matches(is_space);
    let exported = text.strip_prefix("export").filter(|it| it.starts_with(is_space));
    exported.and_then(|it| assigned(it.trim_start_matches(is_space))).or_else(|| assigned(text))
}

fn assigned(text: &str) -> Option<(&str, &str)> {
    let is_name = |it: char| it.is_ascii_alphanumeric() || matches!(it, '_' | '.' | '-');
    let end = text.find(|it| !is_name(it)).filter(|it| *it > 0)?;
    let (name, tail) = text.split_at(end);
    let value = match tail.trim_start_matches(is_space).strip_prefix('=') {
        Some(value) => value,
        // The space is a part of the sign, even where it is the end of the line.
        None => tail.strip_prefix(':')?.strip_prefix(is_space)?,
    };
    Some((name, value))
}

/// The value at the start of `text`, and what stands behind it.
fn value(text: &str) -> (String, &str) {
    let (written, after) = quoted(text).unwrap_or_else(|| {
        let end = text.find(['#', '\n']).unwrap_or(text.len());
        text.split_at(end)
    });
    let written = written.trim_matches(is_space);
    let quote = written.chars().next().filter(|it| matches!(it, '"' | '\'' | '`'));
    let inner = quote.and_then(|it| written.strip_prefix(it)?.strip_suffix(it)).unwrap_or(written);
    // A double quote counts even if it is never closed.
    let value =
        if quote == Some('"') { inner.replace("\\n", "\n").replace("\\r", "\r") } else { inner.to_owned() };
    (value, after)
}

/// A value in quotes, which may stand on a later line and run over several, and what stands behind it: nothing
/// but space and a comment may, else the quotes are a part of a plain value.
fn quoted(text: &str) -> Option<(&str, &str)> {
    let start = text.find(|it| !is_space(it))?;
    let (_, opened) = text.split_at(start);
    let quote = opened.chars().next().filter(|it| matches!(it, '"' | '\'' | '`'))?;
    let mut ends: Vec<usize> = Vec::new();
    let mut before = quote;
    for (at, char) in opened.char_indices().skip(1) {
        if char == quote {
            ends.push(start + at + 1);
            if before != '\\' {
                break;
            }
        }
        before = char;
    }
    // The first quote without a backslash comes first; a quote with one closes the value only if that is in vain.
    ends.into_iter().rev().map(|it| text.split_at(it)).find(|(_, after)| {
        let rest = after.trim_start_matches(is_space);
        let space = after.strip_suffix(rest).unwrap_or_default();
        rest.is_empty() || rest.starts_with('#') || space.contains('\n')
    })
}

/// References that are replaced in one value at most; what is left after so many stays as it is written.
const MAX_REPLACEMENTS: usize = 1_000;
/// Bytes that a value may grow to.
const MAX_LENGTH: usize = 1 << 20;

/// Replaces references inside the values. The environment comes first, for the variables too; else a reference may
/// name a variable of the file that stands before or after it.
pub fn expand(
    variables: Vec<(String, String)>,
    environment: &dyn Fn(&str) -> Option<String>,
) -> Vec<(String, String)> {
    let mut expanded: Vec<(String, String)> = Vec::new();
    for (name, value) in &variables {
        let find = |list: &[(String, String)], name: &str| {
            list.iter().find(|(it, _)| it == name).map(|(_, value)| value.clone())
        };
        let look_up = |name: &str| environment(name).or_else(|| find(&variables, name));
        let done = |name: &str| find(&expanded, name);
        let value = match environment(name) {
            Some(outer) if !outer.is_empty() && outer != *value => outer,
            _ => interpolate(value, &look_up, &done),
        };
        expanded.push((name.clone(), value.replace("\\$", "$")));
    }
    expanded
}

fn interpolate(
    value: &str,
    look_up: &dyn Fn(&str) -> Option<String>,
    done: &dyn Fn(&str) -> Option<String>,
) -> String {
    let mut result = value.to_owned();
    let mut seen: Vec<String> = Vec::new();
    for _ in 0..MAX_REPLACEMENTS {
        let Some(reference) = Reference::find(&result) else { break };
        if result.len() > MAX_LENGTH {
            break;
        }
        seen.push(result.clone());
        let found = look_up(&reference.name).filter(|it| !it.is_empty());
        let replacement = match (&found, reference.alternative) {
            (Some(_), true) => reference.other.clone(),
            (None, true) => String::new(),
            // A value that was seen on the way here refers to itself.
            (Some(value), false) if !seen.contains(value) => value.clone(),
            _ => reference.other.clone(),
        };
        result = replace(&result, &reference.text, &replacement);
        if done(&reference.name).is_some_and(|it| it == result) {
            break;
        }
    }
    result
}

/// A reference in a value.
struct Reference {
    /// As it is written.
    text: String,
    /// The variable.
    name: String,
    /// What stands behind the sign: the default, or the alternative.
    other: String,
    /// Whether `other` stands for a variable that is set.
    alternative: bool,
}

impl Reference {
    /// The first reference that has no backslash in front.
    fn find(value: &str) -> Option<Reference> {
        let mut before = None;
        for (at, char) in value.char_indices() {
            if char == '$' && before != Some('\\') {
                let (_, text) = value.split_at(at);
                if let Some(found) = Reference::at(text) {
                    return Some(found);
                }
            }
            before = Some(char);
        }
        None
    }

    fn at(text: &str) -> Option<Reference> {
        let after = text.strip_prefix('$')?;
        if let Some(braced) = after.strip_prefix('{') {
            let end = braced.find(['{', '}']).filter(|it| *it > 0)?;
            let (inner, rest) = braced.split_at(end);
            let text = format!("${{{inner}}}");
            return rest.starts_with('}').then(|| Reference::braced(text, inner));
        }
        let end = after.find(|it: char| !it.is_ascii_alphanumeric() && it != '_').unwrap_or(after.len());
        let (name, _) = after.split_at(end);
        let starts = name.starts_with(|it: char| it.is_ascii_alphabetic() || it == '_');
        let named = || Reference {
            text: format!("${name}"),
            name: name.to_owned(),
            other: String::new(),
            alternative: false,
        };
        starts.then(named)
    }

    fn braced(text: String, inner: &str) -> Reference {
        let sign = inner.char_indices().find_map(|(at, _)| {
            let (_, tail) = inner.split_at(at);
            [":+", "+", ":-", "-"].into_iter().find(|it| tail.starts_with(it)).map(|it| (at, it))
        });
        let Some((at, sign)) = sign else {
            return Reference { text, name: inner.to_owned(), other: String::new(), alternative: false };
        };
        let (name, tail) = inner.split_at(at);
        let other = tail.strip_prefix(sign).unwrap_or_default().to_owned();
        Reference { text, name: name.to_owned(), other, alternative: sign.ends_with('+') }
    }
}

/// Puts `replacement` in the place of the first `text`. A `$$`, `$&`, `` $` `` or `$'` in it means what it means to
/// JavaScript's `replace`: a `$`, the text, what stands before it, what stands behind it.
fn replace(whole: &str, text: &str, replacement: &str) -> String {
    let Some((before, after)) = whole.split_once(text) else { return whole.to_owned() };
    let mut out = before.to_owned();
    let mut rest = replacement;
    while let Some((plain, tail)) = rest.split_once('$') {
        out.push_str(plain);
        let special = match tail.chars().next() {
            Some('$') => Some("$"),
            Some('&') => Some(text),
            Some('`') => Some(before),
            Some('\'') => Some(after),
            _ => None,
        };
        out.push_str(special.unwrap_or("$"));
        rest = if special.is_some() { tail.get(1..).unwrap_or_default() } else { tail };
    }
    out.push_str(rest);
    out.push_str(after);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parsed(text: &str) -> String {
        parse(text).iter().map(|(name, value)| format!("{name}={value:?}")).collect::<Vec<_>>().join(" ")
    }

    fn expanded(text: &str) -> String {
        let environment = |name: &str| (name == "HOME").then(|| "/home/me".to_owned());
        let all = expand(parse(text), &environment);
        all.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn lines_that_set_nothing() {
        let found = |text: &str| -> Vec<String> {
            mistakes(text).into_iter().map(|(range, _)| text[range].to_owned()).collect()
        };
        assert!(found("# a\n\nA=1\nexport B: 2\nC=\nD='x y' # z\nE=it's\n").is_empty());
        assert!(found("KEY=\"-----BEGIN\nabc=\n-----END\"\nA=1\n").is_empty());
        assert_eq!(found("A 1\nB=2\n"), ["A 1"]);
        assert_eq!(found("A=\"x\nB=2\nC=\"3\"\n"), ["A=\"x"]);
    }

    #[test]
    fn names_and_plain_values() {
        assert_eq!(parsed("PORT=80\n"), r#"PORT="80""#);
        assert_eq!(parsed("\u{feff}  export TABLE = two words  # why"), r#"TABLE="two words""#);
        assert_eq!(parsed("A.B-C: yes\nX:no"), r#"A.B-C="yes""#);
        assert_eq!(parsed("# A=1\nnonsense\nB=\nC=#\r\nD=a#b"), r#"B="" C="" D="a""#);
        assert_eq!(parsed("A=1\nB=2\nA=3"), r#"A="3" B="2""#);
        assert_eq!(parsed("export=1\nURL=http://h/?a=b"), r#"export="1" URL="http://h/?a=b""#);
    }

    #[test]
    fn quoted_values() {
        assert_eq!(parsed("A='a # b' # why\nB=\"x\\ny\"\nC='x\\ny'"), r#"A="a # b" B="x\ny" C="x\\ny""#);
        assert_eq!(parsed("A=\"over\nlines\"\nB=`it's \"so\"`"), r#"A="over\nlines" B="it's \"so\"""#);
        assert_eq!(parsed("A=\"never closed\nB=it's"), r#"A="\"never closed" B="it's""#);
        assert_eq!(parsed("A='one' 'two'\nB=\"a\\\"b\""), r#"A="one' 'two" B="a\\\"b""#);
    }

    #[test]
    fn references() {
        assert_eq!(expanded("A=1\nB=$A-${A}x"), "A=1 B=1-1x");
        assert_eq!(expanded("B=$A\nA=later"), "B=later A=later");
        assert_eq!(expanded("A=${NO:-d}${NO-e}$NO.${HOME:+set}${NO:+set}"), "A=de.set");
        assert_eq!(expanded("A=1\nB='$A \\$A'\nC=\\${A}"), "A=1 B=1 $A C=${A}");
        assert_eq!(expanded("HOME=mine\nA=$HOME"), "HOME=/home/me A=/home/me");
        assert_eq!(expanded("A=$B\nB=$A\nC=$C\nD=$1"), "A= B= C= D=$1");
        assert_eq!(expanded("A=${B:-${HOME}}"), "A=/home/me");
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in "[AB=:#$\\\\{}'\"`\\- \n+]{0,60}") {
            expand(parse(&text), &|_| None);
        }
    }
}
