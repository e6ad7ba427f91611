//! Globs as `package.patterns` has them: those of picomatch with hidden files included.
//!
//! `*`, `?`, `**` as a whole step, classes, braces with lists and ranges, and the extended groups `@(a|b)`, `?(a)`,
//! `*(a)`, `+(a)` and `!(a)`. A pattern that is not closed stands for itself.

/// A compiled glob.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Glob {
    alternatives: Vec<Vec<Node>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Node {
    Char(char),
    /// `?`
    One,
    /// `*`
    Star,
    /// `*` as a whole step: at least one character.
    Step,
    /// `**/`: any number of steps with their slashes.
    Steps,
    /// `/**` at the end: nothing, or a slash and anything.
    Below,
    /// `**` alone: anything.
    Anything,
    Class {
        negated: bool,
        ranges: Vec<(char, char)>,
    },
    Group {
        kind: GroupKind,
        alternatives: Vec<Vec<Node>>,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum GroupKind {
    Once,
    Optional,
    Any,
    Many,
    Not,
}

/// Braces expand to at most this many alternatives.
const MAX_ALTERNATIVES: usize = 1024;
/// Steps that one match may take; a pattern that needs more matches nothing.
const MAX_STEPS: usize = 200_000;

impl Glob {
    /// Compiles a pattern. It never fails.
    pub fn new(pattern: &str) -> Glob {
        let pattern = pattern.strip_prefix("./").unwrap_or(pattern);
        let mut expanded = Vec::new();
        expand(pattern, &mut expanded);
        Glob { alternatives: expanded.iter().map(|it| parse(&it.chars().collect::<Vec<_>>())).collect() }
    }

    /// Whether `path` matches: relative, with `/` between steps.
    pub fn matches(&self, path: &str) -> bool {
        let text: Vec<char> = path.chars().collect();
        self.alternatives.iter().any(|nodes| {
            let mut steps = MAX_STEPS;
            run(nodes, &text, 0, &mut steps, &mut |at, _| at == text.len())
        })
    }
}

/// Expands braces: `{a,b}` and `{1..3}`, nested ones too.
fn expand(pattern: &str, out: &mut Vec<String>) {
    if out.len() >= MAX_ALTERNATIVES {
        return;
    }
    let Some((open, close)) = braces(pattern) else {
        out.push(pattern.to_owned());
        return;
    };
    let (before, rest) = pattern.split_at(open);
    let inner = rest.get(1..close - open).unwrap_or_default();
    let after = rest.get(close - open + 1..).unwrap_or_default();
    let choices = choices(inner);
    if choices.is_empty() {
        // No list: the brace stands for itself. What follows is looked at on its own.
        let mut tails = Vec::new();
        expand(rest.get(1..).unwrap_or_default(), &mut tails);
        out.extend(tails.into_iter().map(|it| format!("{before}\\{{{it}")));
        return;
    }
    for choice in choices {
        expand(&format!("{before}{choice}{after}"), out);
    }
}

/// The first brace that is closed, and where.
fn braces(pattern: &str) -> Option<(usize, usize)> {
    let mut open: Vec<usize> = Vec::new();
    let mut escaped = false;
    for (at, char) in pattern.char_indices() {
        match char {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '{' => open.push(at),
            '}' => match open.as_slice() {
                [first] => return Some((*first, at)),
                [_, ..] => drop(open.pop()),
                [] => {}
            },
            _ => {}
        }
    }
    None
}

fn choices(inner: &str) -> Vec<String> {
    if let Some((from, to)) = inner.split_once("..")
        && let (Ok(from), Ok(to)) = (from.parse::<i64>(), to.parse::<i64>())
    {
        let (low, high) = (from.min(to), from.max(to));
        let numbers = (low..=high).take(MAX_ALTERNATIVES).map(|it| it.to_string());
        return if from <= to {
            numbers.collect()
        } else {
            numbers.collect::<Vec<_>>().into_iter().rev().collect()
        };
    }
    let mut parts = vec![String::new()];
    let mut depth = 0usize;
    for char in inner.chars() {
        match char {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                parts.push(String::new());
                continue;
            }
            _ => {}
        }
        if let Some(last) = parts.last_mut() {
            last.push(char);
        }
    }
    if parts.len() > 1 { parts } else { Vec::new() }
}

fn parse(pattern: &[char]) -> Vec<Node> {
    if pattern == ['*', '*'] {
        return vec![Node::Anything];
    }
    let mut nodes = Vec::new();
    let mut at = 0;
    while let Some(char) = pattern.get(at).copied() {
        let rest = pattern.get(at..).unwrap_or_default();
        let starts = at == 0 || pattern.get(at - 1) == Some(&'/');
        if starts && rest.starts_with(&['*', '*', '/']) {
            nodes.push(Node::Steps);
            at += 3;
            continue;
        }
        if char == '/' && rest == ['/', '*', '*'] {
            nodes.push(Node::Below);
            break;
        }
        let next = rest.get(1).copied();
        if next == Some('(')
            && let Some(kind) = group_kind(char)
            && let Some((alternatives, width)) = group(rest.get(2..).unwrap_or_default())
        {
            nodes.push(Node::Group { kind, alternatives });
            at += 2 + width;
            continue;
        }
        let (node, width) = single(char, rest, starts);
        nodes.push(node);
        at += width;
    }
    nodes
}

fn single(char: char, rest: &[char], starts: bool) -> (Node, usize) {
    match char {
        '\\' => match rest.get(1) {
            Some(next) => (Node::Char(*next), 2),
            None => (Node::Char('\\'), 1),
        },
        '?' => (Node::One, 1),
        '*' => {
            let stars = rest.iter().take_while(|it| **it == '*').count();
            let whole = starts && matches!(rest.get(stars), None | Some('/'));
            (if whole { Node::Step } else { Node::Star }, stars)
        }
        '[' => class(rest).unwrap_or((Node::Char('['), 1)),
        char => (Node::Char(char), 1),
    }
}

fn group_kind(char: char) -> Option<GroupKind> {
    match char {
        '@' => Some(GroupKind::Once),
        '?' => Some(GroupKind::Optional),
        '*' => Some(GroupKind::Any),
        '+' => Some(GroupKind::Many),
        '!' => Some(GroupKind::Not),
        _ => None,
    }
}

/// The alternatives of a group whose parenthesis has been read, and how wide it is with the closing one.
fn group(rest: &[char]) -> Option<(Vec<Vec<Node>>, usize)> {
    let mut alternatives = vec![Vec::new()];
    let mut depth = 0usize;
    for (at, char) in rest.iter().enumerate() {
        match char {
            '(' => depth += 1,
            ')' if depth == 0 => {
                return Some((alternatives.iter().map(|it: &Vec<char>| parse(it)).collect(), at + 1));
            }
            ')' => depth -= 1,
            '|' if depth == 0 => {
                alternatives.push(Vec::new());
                continue;
            }
            _ => {}
        }
        alternatives.last_mut()?.push(*char);
    }
    None
}

/// A class such as `[a-z]`, `[!0-9]` or `[[:alpha:]]`, and how wide it is.
fn class(rest: &[char]) -> Option<(Node, usize)> {
    let negated = matches!(rest.get(1), Some('!' | '^'));
    let mut at = if negated { 2 } else { 1 };
    let start = at;
    let mut ranges = Vec::new();
    loop {
        let char = *rest.get(at)?;
        if char == ']' && at > start {
            return Some((Node::Class { negated, ranges }, at + 1));
        }
        if char == '[' && rest.get(at + 1) == Some(&':') {
            let tail: String = rest.get(at + 2..)?.iter().collect();
            let (name, _) = tail.split_once(":]")?;
            ranges.extend(posix(name)?.iter().copied());
            at += name.chars().count() + 4;
            continue;
        }
        let (low, width) = if char == '\\' { (*rest.get(at + 1)?, 2) } else { (char, 1) };
        at += width;
        match (rest.get(at), rest.get(at + 1)) {
            (Some('-'), Some(high)) if *high != ']' => {
                ranges.push((low, *high));
                at += 2;
            }
            _ => ranges.push((low, low)),
        }
    }
}

fn posix(name: &str) -> Option<&'static [(char, char)]> {
    Some(match name {
        "alnum" => &[('a', 'z'), ('A', 'Z'), ('0', '9')],
        "alpha" => &[('a', 'z'), ('A', 'Z')],
        "digit" => &[('0', '9')],
        "lower" => &[('a', 'z')],
        "upper" => &[('A', 'Z')],
        "space" => &[(' ', ' '), ('\t', '\r')],
        "word" => &[('a', 'z'), ('A', 'Z'), ('0', '9'), ('_', '_')],
        "xdigit" => &[('a', 'f'), ('A', 'F'), ('0', '9')],
        "punct" => &[('!', '/'), (':', '@'), ('[', '`'), ('{', '~')],
        _ => return None,
    })
}

/// What follows a match: told where it ends, answers whether the rest fits.
type Then<'a> = dyn FnMut(usize, &mut usize) -> bool + 'a;

fn run(nodes: &[Node], text: &[char], at: usize, steps: &mut usize, then: &mut Then<'_>) -> bool {
    let Some((node, rest)) = nodes.split_first() else { return then(at, steps) };
    if *steps == 0 {
        return false;
    }
    *steps -= 1;
    let here = text.get(at).copied();
    let mut tail = |from: usize, steps: &mut usize| run(rest, text, from, steps, then);
    match node {
        Node::Char(char) => here == Some(*char) && tail(at + 1, steps),
        Node::One => here.is_some_and(|it| it != '/') && tail(at + 1, steps),
        Node::Class { negated, ranges } => {
            let inside = |it: char| ranges.iter().any(|(low, high)| (*low..=*high).contains(&it));
            here.is_some_and(|it| it != '/' && inside(it) != *negated) && tail(at + 1, steps)
        }
        Node::Star | Node::Step => {
            let least = usize::from(*node == Node::Step);
            let width = text.get(at..).unwrap_or_default().iter().take_while(|it| **it != '/').count();
            (least..=width).any(|it| tail(at + it, steps))
        }
        Node::Anything => (at..=text.len()).rev().any(|it| tail(it, steps)),
        Node::Below => (at == text.len() || here == Some('/')) && tail(text.len(), steps),
        Node::Steps => {
            if tail(at, steps) {
                return true;
            }
            let slashes = (at..text.len()).filter(|it| text.get(*it) == Some(&'/'));
            slashes.into_iter().any(|it| tail(it + 1, steps))
        }
        Node::Group { kind, alternatives } => group_run(*kind, alternatives, text, at, steps, &mut tail),
    }
}

fn group_run(
    kind: GroupKind,
    alternatives: &[Vec<Node>],
    text: &[char],
    at: usize,
    steps: &mut usize,
    then: &mut Then<'_>,
) -> bool {
    match kind {
        GroupKind::Once => alternatives.iter().any(|it| run(it, text, at, steps, then)),
        GroupKind::Optional => {
            alternatives.iter().any(|it| run(it, text, at, steps, then)) || then(at, steps)
        }
        GroupKind::Any => then(at, steps) || repeat(alternatives, text, at, steps, then),
        GroupKind::Many => repeat(alternatives, text, at, steps, then),
        GroupKind::Not => {
            let width = text.get(at..).unwrap_or_default().iter().take_while(|it| **it != '/').count();
            (0..=width).rev().any(|it| {
                let end = at + it;
                let taken =
                    alternatives.iter().any(|nodes| run(nodes, text, at, steps, &mut |to, _| to == end));
                !taken && then(end, steps)
            })
        }
    }
}

fn repeat(
    alternatives: &[Vec<Node>],
    text: &[char],
    at: usize,
    steps: &mut usize,
    then: &mut Then<'_>,
) -> bool {
    alternatives.iter().any(|nodes| {
        run(nodes, text, at, steps, &mut |to, steps| {
            then(to, steps) || (to > at && repeat(alternatives, text, to, steps, then))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(pattern: &str, yes: &[&str], no: &[&str]) {
        let glob = Glob::new(pattern);
        yes.iter().for_each(|it| assert!(glob.matches(it), "{pattern} should match {it}"));
        no.iter().for_each(|it| assert!(!glob.matches(it), "{pattern} should not match {it}"));
    }

    #[test]
    fn globs_match_as_package_patterns_do() {
        check("**", &["a", "a/b", ".a/b"], &[]);
        check("*", &["a", ".a"], &["a/b", ""]);
        check("src/**", &["src", "src/a", "src/a/.b"], &["srca", "a/src/b"]);
        check("**/*.js", &["a.js", "a/b.js", "a/.b/c.js"], &["a.ts"]);
        check("a/**/b", &["a/b", "a/x/b", "a/x/y/b"], &["ab"]);
        check("a**b", &["ab", "axb"], &["a/b"]);
        check("./a/b", &["a/b"], &[]);
        check("a?c", &["abc"], &["a/c", "ac"]);
        check("[a-c]x", &["bx"], &["dx"]);
        check("[!a-c]x", &["dx"], &["bx", "/x"]);
        check("[[:digit:]]", &["5"], &["a"]);
        check("{a,b/{c,d}}.js", &["a.js", "b/c.js", "b/d.js"], &["c.js"]);
        check("f{1..3}", &["f1", "f3"], &["f4"]);
        check("{src,lib}/**", &["src/a", "lib"], &["bin"]);
        check("!(a|b).js", &["c.js", "ab.js"], &["a.js", "b.js"]);
        check("@(a|b)", &["a", "b"], &["ab"]);
        check("+(a|b)c", &["abac", "ac"], &["c"]);
        check("?(a)b", &["ab", "b"], &["aab"]);
        check("*(ab)", &["", "abab"], &["aba"]);
        check("a[b", &["a[b"], &["ab"]);
        check("a{b", &["a{b"], &["ab"]);
        check("a\\*b", &["a*b"], &["axb"]);
    }

    proptest! {
        #[test]
        fn any_pattern_ends(pattern in "[a*?!@+(){}|,/\\[\\]\\\\.-]{0,24}", path in "[a/.]{0,24}") {
            Glob::new(&pattern).matches(&path);
        }
    }
}
