//! Reads the tables of facts in `facts/*.txt`. `facts/README.md` says how they are written.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

/// The tables, one a family of types.
const TABLES: &[&str] = &[
    include_str!("facts/apis.txt"),
    include_str!("facts/compute.txt"),
    include_str!("facts/databases.txt"),
    include_str!("facts/delivery.txt"),
    include_str!("facts/events.txt"),
    include_str!("facts/identity.txt"),
    include_str!("facts/messages.txt"),
    include_str!("facts/network.txt"),
    include_str!("facts/storage.txt"),
    include_str!("facts/words.txt"),
];

/// The rows of properties that many types have.
pub const ALL: &str = "*";

/// One fact of a type.
pub struct Row {
    /// The mappings that it is said of, as a path from the properties on; empty for the properties themselves.
    pub at: &'static str,
    /// What must hold there.
    pub conditions: Vec<Condition>,
    /// Whether AWS takes what is wrong, and it is a mistake nevertheless.
    pub warns: bool,
    /// What is known.
    pub fact: Fact,
    /// Why, as a sentence; empty if the fact says enough.
    pub why: &'static str,
    /// The page of AWS that says it; empty for the page of the type.
    pub page: &'static str,
}

/// What is known of a mapping.
pub enum Fact {
    /// One of these must be there.
    Needs(Vec<&'static str>),
    /// One of these must be there, and no two.
    One(Vec<&'static str>),
    /// No two of these may be there.
    Either(Vec<&'static str>),
    /// This must not be there.
    Not(&'static str),
    /// This has no effect.
    Idle(&'static str),
    /// The first was replaced by the second.
    Old(&'static str, &'static str),
    /// What stands here is refused.
    Bad(&'static str),
    /// The first number is not above the second.
    Order(&'static str, &'static str),
    /// The first number is greater than each of the second by more than the third.
    Above(&'static str, &'static str, f64),
    /// The keys of a mapping have this form.
    Keys(&'static str, &'static str),
    /// No two of these texts are the same.
    Unique(Vec<&'static str>),
    /// Each of the first texts is among the second.
    Among(&'static str, Vec<&'static str>),
    /// What is known of each value at a path.
    Value(&'static str, Form),
}

/// What is known of a value.
pub enum Form {
    /// It is one of these words; in any letters if so said.
    Words(Vec<&'static str>, bool),
    /// It has this form.
    Like(&'static str),
    /// It does not have the first form, but for what has the second.
    Unlike(&'static str, Option<&'static str>),
    /// It has so many characters.
    Length(Option<f64>, Option<f64>),
    /// It has so many items.
    Count(Option<f64>, Option<f64>),
    /// It lies between these.
    Range(Option<f64>, Option<f64>),
    /// It is a multiple of this.
    Step(f64),
    /// It is JSON.
    Json,
    /// It is a list.
    List,
    /// It is a list or a mapping.
    Tree,
}

/// What must hold in a mapping.
pub struct Condition {
    /// The property, as a path from the mapping on.
    pub path: &'static str,
    /// What holds of it.
    pub test: Test,
}

/// What may hold of a property.
pub enum Test {
    /// It is there.
    Present,
    /// It is not there.
    Absent,
    /// It is one of these; `-` stands for one that is not there.
    Is(Vec<&'static str>),
    /// It is there, and none of these.
    IsNot(Vec<&'static str>),
    /// It is a number above this one.
    Above(f64),
    /// It has this form.
    Like(&'static str),
    /// It refers to a resource of one of these types: by an attribute if one is named, `Ref` for `Ref`.
    Of(Vec<&'static str>),
    /// It refers to a resource of this type, a property of which is one of these words; `-` stands for one that is not
    /// there.
    With(&'static str, &'static str, Vec<&'static str>),
}

/// What is known of the type `kind`.
pub fn rows(kind: &str) -> &'static [Row] {
    table().get(kind).map(Vec::as_slice).unwrap_or_default()
}

/// All types of which something is known, with their rows.
pub fn table() -> &'static FxHashMap<&'static str, Vec<Row>> {
    static TABLE: LazyLock<FxHashMap<&'static str, Vec<Row>>> = LazyLock::new(|| {
        let mut all: FxHashMap<&'static str, Vec<Row>> = FxHashMap::default();
        for text in TABLES {
            read(text, &mut |kind, row| all.entry(kind).or_default().extend(row));
        }
        all
    });
    &TABLE
}

/// Calls `add` with each row and its type; with `None` where a line is none.
fn read(text: &'static str, add: &mut dyn FnMut(&'static str, Option<Row>)) {
    let (mut kind, mut page) = ("", "");
    for line in text.lines().filter(|it| !it.trim().is_empty() && !it.starts_with('#')) {
        match line.strip_prefix("  ") {
            None => (kind, page) = (line.trim(), ""),
            Some(line) => match line.strip_prefix("see ") {
                Some(link) => page = link.trim(),
                None => add(kind, row(line, page)),
            },
        }
    }
}

fn row(line: &'static str, page: &'static str) -> Option<Row> {
    let (mut rest, why) = line.split_once(" -- ").unwrap_or((line, ""));
    let (mut at, mut conditions, mut warns) = ("", Vec::new(), false);
    loop {
        if let Some((path, more)) = rest.strip_prefix("at ").and_then(|it| it.split_once(": ")) {
            (at, rest) = (path, more);
        } else if let Some((list, more)) = rest.strip_prefix("if ").and_then(|it| it.split_once(": ")) {
            conditions = list.split(" & ").map(condition).collect::<Option<_>>()?;
            rest = more;
        } else if let Some(more) = rest.strip_prefix("warn: ") {
            (warns, rest) = (true, more);
        } else {
            break;
        }
    }
    Some(Row { at, conditions, warns, fact: fact(rest.trim())?, why, page })
}

fn condition(text: &'static str) -> Option<Condition> {
    if let Some(path) = text.strip_prefix('!') {
        return Some(Condition { path, test: Test::Absent });
    }
    let is_path = |it: char| it.is_ascii_alphanumeric() || matches!(it, '.' | '*' | '-' | '_');
    let Some(end) = text.find(|it| !is_path(it)) else {
        return Some(Condition { path: text, test: Test::Present });
    };
    let (path, operation) = text.split_at_checked(end)?;
    let words = |it: &'static str| it.split('|').collect::<Vec<_>>();
    let rest = |sign: &str| operation.strip_prefix(sign);
    let test = if let Some(list) = rest("!=") {
        Test::IsNot(words(list))
    } else if let Some(list) = rest("=") {
        Test::Is(words(list))
    } else if let Some(form) = rest("~") {
        Test::Like(form)
    } else if let Some((kind, property)) = rest("@").and_then(|it| it.split_once('?')) {
        let (name, list) = property.split_once('=')?;
        Test::With(kind, name, words(list))
    } else if let Some(list) = rest("@") {
        Test::Of(words(list))
    } else {
        Test::Above(rest(">")?.parse().ok()?)
    };
    Some(Condition { path, test })
}

fn fact(text: &'static str) -> Option<Fact> {
    let (first, rest) = text.split_once(' ')?;
    let words = || rest.split_whitespace().collect::<Vec<_>>();
    let pair = || rest.split_once(' ').map(|(one, other)| (one, other.trim()));
    Some(match first {
        "needs" => Fact::Needs(words()),
        "one" => Fact::One(words()),
        "either" => Fact::Either(words()),
        "not" => Fact::Not(rest),
        "idle" => Fact::Idle(rest),
        "bad" => Fact::Bad(rest),
        "old" => pair().map(|(old, new)| Fact::Old(old, new))?,
        "keys" => pair().map(|(path, form)| Fact::Keys(path, form))?,
        "above" => {
            let (high, rest) = pair()?;
            let (low, by) = rest.split_once(' ')?;
            Fact::Above(high, low, by.parse().ok()?)
        }
        "order" => pair().map(|(low, high)| Fact::Order(low, high))?,
        "unique" => Fact::Unique(words()),
        path => {
            let (kind, argument) = rest.split_once(' ').unwrap_or((rest, ""));
            let words = || argument.split_whitespace().collect::<Vec<_>>();
            let form = match kind {
                "among" => return Some(Fact::Among(path, words())),
                "is" => Form::Words(words(), false),
                "is~" => Form::Words(words(), true),
                "like" => Form::Like(argument),
                "unlike" => match argument.split_once(" but ") {
                    Some((form, but)) => Form::Unlike(form, Some(but)),
                    None => Form::Unlike(argument, None),
                },
                "length" => limits(argument).map(|(least, most)| Form::Length(least, most))?,
                "count" => limits(argument).map(|(least, most)| Form::Count(least, most))?,
                "range" => limits(argument).map(|(least, most)| Form::Range(least, most))?,
                "step" => Form::Step(argument.parse().ok()?),
                "json" => Form::Json,
                "list" => Form::List,
                "tree" => Form::Tree,
                _ => return None,
            };
            Fact::Value(path, form)
        }
    })
}

/// `1..80`, where either may be left out.
fn limits(text: &str) -> Option<(Option<f64>, Option<f64>)> {
    let (least, most) = text.split_once("..")?;
    let number = |it: &str| if it.is_empty() { Some(None) } else { it.parse().ok().map(Some) };
    Some((number(least)?, number(most)?))
}

#[cfg(test)]
mod tests {
    use regex_lite::Regex;

    use super::*;
    use crate::cfn::schema::{self, Kinds, ResourceType};
    use crate::path::Segment;

    impl Row {
        /// All paths that the row names, from the properties on.
        fn paths(&self) -> Vec<String> {
            let mut names: Vec<&str> = self.conditions.iter().map(|it| it.path).collect();
            match &self.fact {
                Fact::Needs(list) | Fact::One(list) | Fact::Either(list) | Fact::Unique(list) => {
                    names.extend(list);
                }
                Fact::Not(name) | Fact::Idle(name) | Fact::Bad(name) => names.push(name),
                Fact::Value(name, _) | Fact::Keys(name, _) => names.push(name),
                Fact::Order(one, other) | Fact::Above(one, other, _) | Fact::Old(one, other) => {
                    names.extend([one, other]);
                }
                Fact::Among(path, list) => names.extend(list.iter().chain([path])),
            }
            if !self.at.is_empty() {
                names.retain(|it| !it.is_empty());
                return names.into_iter().map(|it| format!("{}.{it}", self.at)).collect();
            }
            names.into_iter().map(str::to_owned).collect()
        }

        fn forms(&self) -> Vec<&'static str> {
            let mut forms: Vec<&'static str> = self
                .conditions
                .iter()
                .filter_map(|it| if let Test::Like(form) = it.test { Some(form) } else { None })
                .collect();
            match self.fact {
                Fact::Value(_, Form::Like(form)) | Fact::Keys(_, form) => forms.push(form),
                Fact::Value(_, Form::Unlike(form, but)) => forms.extend(std::iter::once(form).chain(but)),
                _ => {}
            }
            forms
        }
    }

    /// Whether a type has a property at a path, as far as its schema says what is there.
    fn exists(kind: ResourceType, path: &str) -> bool {
        let mut steps: Vec<Segment> = Vec::new();
        for step in path.split('.') {
            let nodes = kind.nodes_at(&steps);
            let says = |it: &schema::Node| it.properties().next().is_some() || it.items().is_some();
            if !nodes.iter().any(says) {
                // Documents such as policies and the values of mappings may hold anything.
                return nodes.is_empty() || nodes.iter().any(|it| it.kinds() != Kinds::STRING);
            }
            let index = if step == "*" { Some(0) } else { step.parse::<usize>().ok() };
            steps.push(index.map_or_else(|| Segment::from(step), Segment::from));
            if kind.nodes_at(&steps).is_empty() {
                return false;
            }
        }
        true
    }

    #[test]
    fn each_line_is_a_fact_of_a_type_that_is_there() {
        let mut wrong: Vec<String> = Vec::new();
        for text in TABLES {
            for line in text.lines().filter(|it| it.starts_with("  ") && !it.starts_with("  see ")) {
                if row(line.trim_start(), "").is_none() {
                    wrong.push(format!("`{line}` is no fact"));
                }
            }
        }
        for (name, rows) in table() {
            let kind = schema::resource_type(name);
            if kind.is_none() && *name != ALL {
                wrong.push(format!("there is no type `{name}`"));
            }
            for row in rows {
                for path in row.paths() {
                    if kind.is_some_and(|it| !exists(it, &path)) {
                        wrong.push(format!("`{name}` has no `{path}`"));
                    }
                }
                let forms = row.forms();
                wrong.extend(
                    forms.iter().filter(|it| Regex::new(it).is_err()).map(|it| format!("{name}: `{it}`")),
                );
                if !row.page.is_empty() && !row.page.starts_with("https://docs.aws.amazon.com/") {
                    wrong.push(format!("{name}: {}", row.page));
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        assert!(table().values().map(Vec::len).sum::<usize>() > 400);
    }
}
