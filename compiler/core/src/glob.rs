//! Globs as `package.patterns` has them: those of micromatch with hidden files included. Answers "does this path
//! match this pattern?".
//!
//! `*`, `?`, `**`, classes (`[a-z]`, `[^a]`, `[[:alpha:]]`), braces (`{a,b}`, `{1..3}`), groups (`(a|b)`) and the
//! extended groups `@(a|b)`, `?(a)`, `*(a)`, `+(a)` and `!(a)`. Whatever is not closed stands for itself alone. Three
//! rules surprise: `[!a]` is the class of `!` and `a`, `[ab]` also matches itself, and `!(a).js` refuses every name
//! that begins with `a`.
//!
//! A pattern becomes a small regular expression ([`parse`]), which is run over sets of positions ([`run`]): no pattern
//! makes it slow. Most paths are decided before that: by how a pattern begins and ends, or because it is `**`.

mod parse;
mod run;

use std::sync::Arc;

pub use run::Text;

/// A compiled glob. A clone costs nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Glob(Arc<Compiled>);

#[derive(Debug, PartialEq, Eq)]
struct Compiled {
    /// The pattern as it is written.
    pattern: String,
    /// What it matches, unless it is broken: then it matches itself alone.
    alternatives: Option<Vec<Vec<Node>>>,
    /// Whether an odd number of `!` stands in front.
    negated: bool,
    /// What every match begins with.
    start: String,
    /// What every match ends with.
    end: String,
    /// `**` and `directory/**`, which take any plain path that begins so.
    below: Option<String>,
}

/// A part of a pattern. Characters are units of UTF-16, as in JavaScript.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Node {
    Unit(u16),
    /// Any unit but an end of line.
    Any,
    Class(Class),
    /// Any number of units within a step of the path.
    Star,
    /// Any number of units that make no `.` or `..` step.
    Globstar,
    /// Some unit follows.
    NotLast,
    /// No `.` or `..` step begins here.
    NoDotStep,
    /// Behind a dot: neither the end of the step nor a second dot that ends it follows.
    NoSecondDot,
    Start,
    End,
    Group(Vec<Vec<Node>>),
    Repeat {
        body: Box<Node>,
        least: u8,
        endless: bool,
    },
    /// What follows matches, or matches not; nothing is taken.
    Look {
        negated: bool,
        alternatives: Vec<Vec<Node>>,
    },
}

/// A class of units.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Class {
    negated: bool,
    ranges: Vec<(u16, u16)>,
}

impl Class {
    fn has(&self, unit: u16) -> bool {
        self.ranges.iter().any(|(low, high)| (*low..=*high).contains(&unit)) != self.negated
    }
}

impl Glob {
    /// Compiles a pattern. It never fails.
    pub fn new(pattern: &str) -> Glob {
        let parsed = parse::parse(pattern);
        let below = parsed.alternatives.as_ref().and_then(|_| below(pattern));
        let (start, end) = match parsed.alternatives.as_deref() {
            Some([nodes]) => (literal(nodes.iter(), false), literal(nodes.iter().rev(), true)),
            _ => (String::new(), String::new()),
        };
        Glob(Arc::new(Compiled {
            pattern: pattern.to_owned(),
            negated: parsed.negated,
            alternatives: parsed.alternatives,
            start,
            end,
            below,
        }))
    }

    /// The pattern as it is written.
    pub fn as_str(&self) -> &str {
        &self.0.pattern
    }

    /// Whether `path` matches: relative, with `/` between steps.
    pub fn matches(&self, path: &str) -> bool {
        self.matches_text(&Text::new(path))
    }

    /// Whether a path matches that has been made ready for many globs.
    pub fn matches_text(&self, text: &Text<'_>) -> bool {
        let (path, own) = (text.as_str(), &*self.0);
        if path.is_empty() {
            return false;
        }
        if path == own.pattern {
            return true;
        }
        if let Some(directory) = own.below.as_deref().filter(|_| text.is_plain()) {
            let rest = path.strip_prefix(directory);
            return directory.is_empty() || rest.is_some_and(|it| it.is_empty() || it.starts_with('/'));
        }
        let Some(alternatives) = &own.alternatives else { return false };
        let can_match = path.starts_with(&own.start) && path.ends_with(&own.end);
        (can_match && run::matches(alternatives, text)) != own.negated
    }
}

/// The characters that stand at one end of some nodes as they are.
fn literal<'a>(nodes: impl Iterator<Item = &'a Node>, backwards: bool) -> String {
    let units = nodes.map_while(|it| if let Node::Unit(unit) = it { Some(*unit) } else { None });
    // Half of a character stays out, and what lies behind it.
    let chars = units.map_while(|it| char::from_u32(u32::from(it)));
    if backwards { chars.collect::<Vec<_>>().into_iter().rev().collect() } else { chars.collect() }
}

/// The directory of a `directory/**` in which nothing else is special; empty for `**`.
fn below(pattern: &str) -> Option<String> {
    if pattern == "**" {
        return Some(String::new());
    }
    let directory = pattern.strip_suffix("/**")?;
    let is_plain = |step: &str| !matches!(step, "" | "." | "..");
    let special = "*?!()[]{}|\\\"";
    (!directory.contains(|it| special.contains(it)) && directory.split('/').all(is_plain))
        .then(|| directory.to_owned())
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
    fn stars() {
        check("**", &["a", "a/b", ".a/b"], &["../a", ""]);
        check("*", &["a", ".a"], &["a/b", ""]);
        check("lib/*", &["lib/a", "lib/.a"], &["lib", "lib/a/b"]);
        check("lib/**", &["lib", "lib/a", "lib/.a/b"], &["library", "a/lib/b"]);
        check("*/**", &["lib/a"], &["lib"]);
        check("**/*.py", &["a.py", "a/b.py", "a/.b/c.py", ".py"], &["a.js"]);
        check("**/lib", &["lib", "a/lib", "a/b/lib"], &["alib", "lib/a"]);
        check("a/**/b", &["a/b", "a/x/b", "a/x/y/b"], &["ab"]);
        check("a/**/**/b", &["a/b", "a/x/y/b"], &["ab"]);
        check("a**b", &["ab", "axb"], &["a/b"]);
        check("**.py", &["a.py", "a/b.py"], &["a.js"]);
        check("lib/**.py", &["lib/a.py"], &["lib/a/b.py"]);
        check("*.*", &["a.b", ".a"], &["a", "a."]);
        check("a?c", &["abc"], &["a/c", "ac"]);
        check("../common/**", &["../common/a", "../common"], &["shared/a"]);
        check("é?/*", &["éé/ü"], &["é/ü"]);
    }

    #[test]
    fn the_start_of_a_pattern() {
        check("./a/b", &["a/b"], &[]);
        check("././a/*", &["a/b"], &["b"]);
        check("!lib/**", &["a", "a/lib"], &["lib/a"]);
        check("!!lib", &["lib"], &["a"]);
        check(".env*", &[".env", ".env.dev"], &["a.env", "a/.env"]);
        check(".*", &[".env"], &["a", "a/.env"]);
        check("lib/", &[], &["lib", "lib/a"]);
    }

    #[test]
    fn classes() {
        check("[a-c]x", &["bx"], &["dx", "ax/"]);
        check("[^a-c]x", &["dx"], &["bx", "/x"]);
        check("[!a]x", &["!x", "ax", "[!a]x"], &["bx"]);
        check("p/[id].js", &["p/i.js", "p/d.js", "p/[id].js"], &["p/id.js"]);
        check("p/\\[id\\].js", &["p/[id].js"], &["p/i.js"]);
        check("[[:digit:]]", &["5"], &["a"]);
        check("f[0-9]+", &["f1", "f22"], &["f", "f+"]);
        check("[]a]", &["]", "a"], &["b"]);
        check("a[b", &["a[b"], &["ab"]);
        check("[z-a]", &["[z-a]"], &["b"]);
    }

    #[test]
    fn braces() {
        check("{a,b/{c,d}}.js", &["a.js", "b/c.js", "b/d.js"], &["c.js"]);
        check("{lib,bin}/**", &["lib/a", "bin"], &["src"]);
        check("f{1..3}", &["f1", "f3"], &["f4"]);
        check("f{a..c}.{js,ts}", &["fb.ts"], &["fd.ts"]);
        check("f{a}", &["f{a}"], &["fa"]);
        check("f{a,b", &["f{a,b"], &["fa"]);
        check("*.{js,js.map}", &["a.js", "a.js.map"], &["a.map"]);
        check("{**/*.md,doc/**}", &["a/b.md", "doc/x"], &["a/b.js"]);
    }

    #[test]
    fn groups() {
        check("@(a|b)", &["a", "b"], &["ab"]);
        check("(a|b)/*", &["a/x", "b/x"], &["c/x"]);
        check("+(a|b)c", &["abac", "ac"], &["c"]);
        check("?(a)b", &["ab", "b"], &["aab"]);
        check("x*(ab)", &["x", "xabab"], &["xaba"]);
        check("!(a|b)", &["c", "ab"], &["a", "b"]);
        check("!(a|b).js", &["c.js"], &["a.js", "b.js", "ab.js"]);
        check("lib/!(*.d).ts", &["lib/a.ts"], &["lib/a.d.ts"]);
        check("lib/!(a/b)", &["lib/c"], &["lib/a/b"]);
        check("+(a|aa)", &["+(a|aa)"], &["a", "aaa"]);
        check("a(b", &["a(b"], &["ab"]);
        check("a)b", &["a)b"], &["ab"]);
        check("a/b|c", &["a/b", "c"], &["a/c"]);
        check("a|b", &["a|b"], &["a"]);
        check("a\\*b", &["a*b"], &["axb"]);
        check("\"a*\"b", &["a*b"], &["axb"]);
    }

    #[test]
    fn hard_patterns_end() {
        let text = format!("{}!", "a".repeat(4_000));
        let nested = format!("{}a{}", "+(".repeat(40), ")".repeat(40));
        for pattern in ["@(a+|a+b|@(a+|a)+)+b", "*a*a*a*a*a*a*a*a*b", "**/**/a/**/b/**/c/**", &nested] {
            assert!(!Glob::new(pattern).matches(&text));
        }
        let deep = "(".repeat(50_000);
        assert!(Glob::new(&deep).matches(&deep));
    }

    proptest! {
        #[test]
        fn any_pattern_ends(pattern in "[a*?!@+(){}|,/\\[\\]\\\\.^:\"-]{0,24}", path in "[a/.]{1,24}") {
            Glob::new(&pattern).matches(&path);
            prop_assert!(Glob::new(&path).matches(&path));
        }

        #[test]
        fn a_short_cut_leads_to_the_same(pattern in "[ab*@+!]{0,3}/?[ab*?{,}()|.]{0,6}(/[*]{1,2})?", path in "[ab./\\n\u{2028}]{1,8}") {
            let glob = Glob::new(&pattern);
            let run = glob.0.alternatives.as_ref().is_some_and(|it| run::matches(it, &Text::new(&path)) != glob.0.negated);
            prop_assert_eq!(glob.matches(&path), run || pattern == path, "{} {}", pattern, path);
        }

        #[test]
        fn a_wide_path_matches_as_a_narrow_one(pattern in "[ab*?@(|){,}/.]{0,12}", path in "[ab/.]{1,12}") {
            let filler = "x".repeat(150);
            let narrow = Glob::new(&format!("y/{pattern}")).matches(&format!("y/{path}"));
            prop_assert_eq!(narrow, Glob::new(&format!("{filler}/{pattern}")).matches(&format!("{filler}/{path}")));
        }
    }
}
