//! `.env` files, read as dotenv 16 and dotenv-expand read them.
//!
//! `NAME=value`, an optional `export`, values in single, double or back quotes over several lines, comments, and
//! `${NAME}`, `${NAME:-default}` and `$NAME` inside values.

/// The variables of a text, in order; a name that is written again replaces the earlier value.
pub fn parse(text: &str) -> Vec<(String, String)> {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let mut variables: Vec<(String, String)> = Vec::new();
    let mut rest = text.as_str();
    while !rest.is_empty() {
        let (line, after) = rest.split_once('\n').unwrap_or((rest, ""));
        let Some((name, value)) = assignment(line) else {
            rest = after;
            continue;
        };
        let value_start = rest.len() - line.len().min(rest.len());
        let _ = value_start;
        let (value, remaining) = quoted(value, rest, line, after).unwrap_or_else(|| (plain(value), after));
        variables.retain(|(it, _)| *it != name);
        variables.push((name, value));
        rest = remaining;
    }
    variables
}

/// The name of a line and what stands behind the `=` or `: `.
fn assignment(line: &str) -> Option<(String, &str)> {
    let line = line.trim_start();
    let line = line.strip_prefix("export ").map_or(line, str::trim_start);
    let end = line.find(|it: char| !(it.is_ascii_alphanumeric() || matches!(it, '_' | '.' | '-')))?;
    let (name, tail) = line.split_at(end);
    let spaced = tail.trim_start();
    let value = match spaced.strip_prefix('=') {
        Some(value) => value,
        None => tail.strip_prefix(':').filter(|it| it.starts_with([' ', '\t']))?,
    };
    (!name.is_empty()).then(|| (name.to_owned(), value.trim_start_matches([' ', '\t'])))
}

/// A value in quotes, which may run over lines, with the text behind its last line.
fn quoted<'a>(value: &str, rest: &'a str, line: &str, after: &'a str) -> Option<(String, &'a str)> {
    let quote = value.chars().next().filter(|it| matches!(it, '"' | '\'' | '`'))?;
    let start = line.len() - value.len() + 1;
    let body = rest.get(start..)?;
    let mut escaped = false;
    let end = body.char_indices().find_map(|(at, char)| {
        let closes = char == quote && !escaped;
        escaped = char == '\\' && !escaped;
        closes.then_some(at)
    })?;
    let inner = body.get(..end)?;
    let behind = body.get(end + 1..)?;
    let remaining = behind.split_once('\n').map_or("", |it| it.1);
    let _ = after;
    let text = if quote == '"' { inner.replace("\\n", "\n").replace("\\r", "\r") } else { inner.to_owned() };
    Some((text, remaining))
}

fn plain(value: &str) -> String {
    value.split('#').next().unwrap_or_default().trim().to_owned()
}

/// Replaces references inside the values: by the environment, which comes first, else by the variables above.
pub fn expand(
    variables: Vec<(String, String)>,
    environment: &dyn Fn(&str) -> Option<String>,
) -> Vec<(String, String)> {
    let mut expanded: Vec<(String, String)> = Vec::new();
    for (name, value) in variables {
        let look_up = |it: &str| {
            environment(it)
                .or_else(|| expanded.iter().find(|(name, _)| name == it).map(|(_, value)| value.clone()))
        };
        let value = environment(&name).unwrap_or_else(|| interpolate(&value, &look_up, 0));
        expanded.push((name, value));
    }
    expanded
}

fn interpolate(value: &str, look_up: &dyn Fn(&str) -> Option<String>, depth: usize) -> String {
    let mut out = String::new();
    let mut rest = value;
    while let Some(at) = rest.find('$') {
        let (before, tail) = rest.split_at(at);
        let reference = if before.ends_with('\\') || depth > 10 { None } else { reference(tail) };
        match reference {
            Some((name, default, width)) => {
                out.push_str(before);
                let found = look_up(name).filter(|it| !it.is_empty() || default.is_none());
                out.push_str(&found.unwrap_or_else(|| {
                    default.map_or_else(String::new, |it| interpolate(it, look_up, depth + 1))
                }));
                rest = tail.get(width..).unwrap_or_default();
            }
            None => {
                out.push_str(before.strip_suffix('\\').unwrap_or(before));
                out.push('$');
                rest = tail.get(1..).unwrap_or_default();
            }
        }
    }
    out.push_str(rest);
    out
}

/// The name and the default of a reference at the start of `text`, and how wide it is.
fn reference(text: &str) -> Option<(&str, Option<&str>, usize)> {
    let is_name = |it: char| it.is_ascii_alphanumeric() || it == '_';
    if let Some(braced) = text.strip_prefix("${") {
        let mut depth = 1usize;
        let end = braced.char_indices().find_map(|(at, char)| {
            match char {
                '{' => depth += 1,
                '}' => depth -= 1,
                _ => {}
            }
            (depth == 0).then_some(at)
        })?;
        let inner = braced.get(..end)?;
        let name_end = inner.find(|it| !is_name(it)).unwrap_or(inner.len());
        let (name, tail) = inner.split_at(name_end);
        let default = tail.strip_prefix(":-").or_else(|| tail.strip_prefix('-'));
        let known = !name.is_empty() && (tail.is_empty() || default.is_some());
        return known.then_some((name, default, end + 3));
    }
    let bare = text.strip_prefix('$')?;
    let end = bare.find(|it| !is_name(it)).unwrap_or(bare.len());
    let name =
        bare.get(..end).filter(|it| it.starts_with(|it: char| it.is_ascii_alphabetic() || it == '_'))?;
    Some((name, None, end + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_as_dotenv_does() {
        let text = "A=1\nexport B = two words # comment\nC='a # b'\nD=\"x\\ny\"\n# E=1\nF=\nG: yes\nH=\"over\nlines\"\nA=2\n";
        let show: Vec<String> = parse(text).iter().map(|(name, value)| format!("{name}={value:?}")).collect();
        assert_eq!(
            show,
            [
                "B=\"two words\"",
                "C=\"a # b\"",
                "D=\"x\\ny\"",
                "F=\"\"",
                "G=\"yes\"",
                "H=\"over\\nlines\"",
                "A=\"2\""
            ]
        );
    }

    #[test]
    fn references_are_replaced() {
        let variables = parse("A=1\nB=$A-${A}\nC=${NOPE:-d${A}}\nD=\\$A\nHOME=x\n");
        let expanded = expand(variables, &|name| (name == "HOME").then(|| "/home".into()));
        let show: Vec<String> = expanded.iter().map(|(name, value)| format!("{name}={value}")).collect();
        assert_eq!(show, ["A=1", "B=1-1", "C=d1", "D=$A", "HOME=/home"]);
    }
}
