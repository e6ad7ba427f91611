//! The error codes of the framework, for those who come with one: what it means, and what finds the same here.
//!
//! The table is `codes.md`. Rules that name the code in [`Rule::peer`] come before what the table says, unless it says
//! the same and more.

use super::{RULES, Rule};

/// The table.
const TABLE: &str = include_str!("codes.md");

/// An error code of the framework.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Code {
    /// As the framework writes it; at the end, `*` stands for anything.
    pub name: &'static str,
    /// What it means, in one sentence.
    pub meaning: &'static str,
    /// What finds the same here.
    pub found: Found,
}

/// What finds the same mistake here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// Rules.
    Rules(Vec<&'static Rule>),
    /// Only AWS can tell.
    Aws,
    /// It is about running this command.
    Command(&'static str),
    /// It is about the code of a plugin.
    Plugin,
    /// The command line or the file of the configuration cannot be read.
    Usage,
    /// It cannot happen, as the meaning says.
    Never,
}

/// All codes, sorted.
pub fn all() -> impl Iterator<Item = Code> {
    TABLE.lines().filter_map(row)
}

/// The code called `name`, in any letter case.
pub fn find(name: &str) -> Option<Code> {
    let name = name.to_ascii_uppercase();
    let fits = |it: &Code| match it.name.strip_suffix('*') {
        Some(start) => name.starts_with(start),
        None => it.name == name,
    };
    all().find(fits)
}

fn row(line: &'static str) -> Option<Code> {
    let mut cells = line.strip_prefix("| ")?.strip_suffix(" |")?.splitn(3, " | ");
    let (name, found, meaning) = (cells.next()?, cells.next()?, cells.next()?);
    if !name.starts_with(|it: char| it.is_ascii_uppercase())
        || name.contains(|it: char| it.is_ascii_lowercase())
    {
        return None;
    }
    let naming: Vec<&Rule> = RULES.iter().copied().filter(|it| it.peer.contains(&name)).collect();
    let found = match reason(found)? {
        Found::Rules(more) if naming.iter().all(|it| more.contains(it)) => Found::Rules(more),
        other if naming.is_empty() => other,
        _ => Found::Rules(naming),
    };
    Some(Code { name, meaning, found })
}

/// The second column: rules in backticks, or a reason.
fn reason(cell: &'static str) -> Option<Found> {
    Some(match cell {
        "aws" => Found::Aws,
        "plugin" => Found::Plugin,
        "usage" => Found::Usage,
        "never" => Found::Never,
        _ => match cell.strip_prefix("command ") {
            Some(command) => Found::Command(command),
            None => {
                let ids = cell.split(' ').map(|it| it.trim_matches('`'));
                Found::Rules(ids.map(super::by_id).collect::<Option<_>>()?)
            }
        },
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// A row that cannot be read, or that names a rule which does not exist, would be left out.
    #[test]
    fn every_row_is_read() {
        let rows = TABLE.lines().filter(|it| it.starts_with("| ") && !it.starts_with("| Code"));
        assert_eq!(all().count(), rows.count());
        assert!(all().count() >= 297);
    }

    #[test]
    fn rows_are_sorted_and_say_something() {
        let names: Vec<&str> = all().map(|it| it.name).collect();
        assert_eq!(names, names.iter().copied().collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>());
        for code in all() {
            assert!(code.meaning.ends_with('.') && code.meaning.len() > 20, "{code:?}");
        }
    }

    #[test]
    fn rules_name_codes_that_there_are() {
        let unknown = RULES.iter().flat_map(|it| it.peer).filter(|it| find(it).is_none());
        assert_eq!(unknown.collect::<Vec<_>>(), Vec::<&&str>::new());
    }

    #[test]
    fn codes_are_found_in_any_case() {
        assert_eq!(find("invalid_stage").map(|it| it.name), Some("INVALID_STAGE"));
        assert_eq!(find("REJECTED_DEPRECATION_X").map(|it| it.name), Some("REJECTED_DEPRECATION_*"));
        assert_eq!(find("NO_SUCH_CODE"), None);
    }
}
