//! Allowances: comments that take findings of named rules out at one place.
//!
//! `# slsc: allow(rule, other-rule) reason` at the end of a line holds for that line; on a line of its own, for the
//! whole entry or list item that begins on the next line. What the compiler itself refuses cannot be allowed. An
//! allowance that nothing needs is reported, so that none outlives its reason.

use std::ops::Range;

use ecow::eco_format;
use rustc_hash::FxHashSet;
use slsc_yaml::{NodeKind, Tree};

use crate::db::{Db, File, Service};
use crate::diagnostic::{Diagnostic, Place};
use crate::levels::unknown_rule;
use crate::locate::{has_places, locate};
use crate::pipeline;
use crate::rules::{self, Rule};
use crate::stages;

/// How an allowance is written.
const FORM: &str = "# slsc: allow(rule) reason";
/// What a value depends on that may be another one elsewhere: a finding there may be seen by others only.
const OPEN_SOURCES: [&str; 8] =
    ["${env:", "${opt:", "${param:", "${ssm", "${cf", "${s3:", "${aws:", "${file("];

/// A comment that allows rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allowance {
    /// The names of the rules, each at its place.
    pub names: Vec<Range<usize>>,
    /// The comment, from its `#`.
    pub comment: Range<usize>,
    /// The text that it holds for.
    pub scope: Range<usize>,
    /// Whether the comment has a line of its own.
    pub own_line: bool,
}

/// The allowances of a file, and the comments that seem to be ones.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Allowances {
    /// What is allowed where.
    pub allowed: Vec<Allowance>,
    /// Comments that are not written as an allowance is.
    pub malformed: Vec<Range<usize>>,
}

/// The allowances of a file.
pub fn read(text: &str, tree: &Tree) -> Allowances {
    let mut found = Allowances::default();
    for comment in tree.comments() {
        let Some(written) = text.get(comment.clone()) else { continue };
        let Some(rest) = written.trim_start_matches('#').trim_start().strip_prefix("slsc:") else { continue };
        let Some(names) = names(written, rest) else {
            if rest.trim_start().starts_with("allow") {
                found.malformed.push(comment.clone());
            }
            continue;
        };
        let names = names.into_iter().map(|it| it.start + comment.start..it.end + comment.start).collect();
        let line = line_of(text, comment.start);
        let own_line = text.get(line.start..comment.start).is_some_and(|it| it.trim().is_empty());
        let scope = if own_line { block(text, tree, line.end) } else { line };
        found.allowed.push(Allowance { names, comment: comment.clone(), scope, own_line });
    }
    found
}

/// The ranges of the names in `allow(a, b)`, within `written`, whose end `rest` is.
fn names(written: &str, rest: &str) -> Option<Vec<Range<usize>>> {
    let inside = rest.trim_start().strip_prefix("allow")?.trim_start().strip_prefix('(')?;
    let (list, _) = inside.split_once(')')?;
    let start = written.len() - inside.len();
    let mut names = Vec::new();
    let mut at = start;
    for part in list.split(',') {
        let name = part.trim();
        if name.is_empty() {
            return None;
        }
        let from = at + (part.len() - part.trim_start().len());
        names.push(from..from + name.len());
        at += part.len() + 1;
    }
    Some(names)
}

/// The line that `offset` is in, without its line break.
fn line_of(text: &str, offset: usize) -> Range<usize> {
    let start = text.get(..offset).and_then(|it| it.rfind('\n')).map_or(0, |it| it + 1);
    let end = text.get(offset..).and_then(|it| it.find('\n')).map_or(text.len(), |it| offset + it);
    start..end
}

/// The entry or item that begins on the first line behind `offset` that is neither empty nor a comment.
fn block(text: &str, tree: &Tree, offset: usize) -> Range<usize> {
    let mut from = offset;
    while let Some(rest) = text.get(from..).filter(|it| !it.is_empty()) {
        let skipped = rest.len() - rest.trim_start().len();
        from += skipped;
        if text.get(from..).is_some_and(|it| it.starts_with('#')) {
            from = line_of(text, from).end;
            continue;
        }
        let line = from..line_of(text, from).end;
        let end = ends(tree, &line).max().unwrap_or(line.end).max(line.end);
        return from..end;
    }
    offset..offset
}

/// Where the entries and items end that begin in `line`.
fn ends(tree: &Tree, line: &Range<usize>) -> impl Iterator<Item = usize> {
    let ends = tree.ids().flat_map(move |id| match &tree.node(id).kind {
        NodeKind::Mapping(entries) => {
            entries.iter().map(|it| (tree.node(it.key).range.start, tree.node(it.value).range.end)).collect()
        }
        NodeKind::Sequence(items) => {
            items.iter().map(|it| (tree.node(*it).range.start, tree.node(*it).range.end)).collect()
        }
        _ => Vec::new(),
    });
    let line = line.clone();
    ends.filter(move |(start, _)| line.contains(start)).map(|it| it.1)
}

/// Takes out of `found` what the comments of the service's files allow, and adds what is wrong with these comments.
pub fn apply(db: &dyn Db, service: Service, found: &mut Vec<Diagnostic>) {
    let files = files(db, service);
    if files.is_empty() {
        return;
    }
    let mut used = FxHashSet::default();
    found.retain_mut(|diagnostic| {
        let allowed = allowing(db, service, &files, diagnostic);
        used.extend(allowed.iter().copied());
        if allowed.is_empty() {
            return true;
        }
        if diagnostic.firm {
            diagnostic.stays_an_error();
        }
        diagnostic.firm
    });
    // Where something stops the compiler, much is not looked at.
    let stopped = found.iter().any(|it| it.firm);
    let candidates = names_of(db, &files).any(|it| !used.contains(&it.0) && it.1.is_some());
    if candidates && !stopped {
        used.extend(used_elsewhere(db, service, &files));
    }
    for (file, allowances) in &files {
        report(db, *file, allowances, &used, stopped, found);
    }
}

/// Whether a comment of the service allows `rule` at `at`; for findings that are made beside the service's own.
pub fn is_allowed(db: &dyn Db, service: Service, diagnostic: &Diagnostic) -> bool {
    !allowing(db, service, &files(db, service), diagnostic).is_empty()
}

type OfFiles<'db> = Vec<(File, &'db Allowances)>;
/// A name in an allowance: the file and where it stands.
type NameKey = (File, usize);

/// The files that the service reads and that hold such comments.
fn files(db: &dyn Db, service: Service) -> OfFiles<'_> {
    let files = pipeline::resolved(db, service).files.iter().filter(|it| has_places(db, **it));
    let files = files.filter(|it| pipeline::text(db, **it).contains("slsc:"));
    let all = files.map(|it| (*it, pipeline::allowances(db, *it)));
    all.filter(|(_, it)| !it.allowed.is_empty() || !it.malformed.is_empty()).collect()
}

/// The names that allow a finding.
fn allowing(db: &dyn Db, service: Service, files: &OfFiles<'_>, diagnostic: &Diagnostic) -> Vec<NameKey> {
    let span = locate(db, service, &diagnostic.at);
    let Some((file, allowances)) = files.iter().find(|(file, _)| *file == span.file) else {
        return Vec::new();
    };
    let text = pipeline::text(db, *file);
    let holding = allowances.allowed.iter().filter(|it| {
        it.scope.contains(&span.range.start) || (it.scope.end == span.range.start && span.range.is_empty())
    });
    let names = holding.flat_map(|it| &it.names);
    let names = names.filter(|it| text.get((*it).clone()) == Some(diagnostic.rule.id));
    names.map(|it| (*file, it.start)).collect()
}

/// All names in allowances, with their rules.
fn names_of<'a>(
    db: &'a dyn Db,
    files: &'a OfFiles<'_>,
) -> impl Iterator<Item = (NameKey, Option<&'static Rule>)> + 'a {
    let names = |(file, allowances): &'a (File, &Allowances)| {
        let text = pipeline::text(db, *file);
        let names = allowances.allowed.iter().flat_map(|it| &it.names);
        names.map(move |it| ((*file, it.start), text.get(it.clone()).and_then(rules::by_id)))
    };
    files.iter().flat_map(names)
}

/// What findings of other stages need.
fn used_elsewhere(db: &dyn Db, service: Service, files: &OfFiles<'_>) -> FxHashSet<NameKey> {
    let here = &pipeline::resolved(db, service).stage;
    let others = stages::known(db, service).into_iter().filter(|it| it.stage != *here);
    let mut used = FxHashSet::default();
    for target in others {
        let other = target.service(db, service);
        let found = pipeline::everything(db, other);
        used.extend(found.iter().flat_map(|it| allowing(db, other, files, it)));
    }
    used
}

/// What is wrong with the allowances of a file.
fn report(
    db: &dyn Db,
    file: File,
    allowances: &Allowances,
    used: &FxHashSet<NameKey>,
    stopped: bool,
    found: &mut Vec<Diagnostic>,
) {
    let text = pipeline::text(db, file);
    let at = |range: &Range<usize>| Place::Source { file, range: range.clone() };
    for comment in &allowances.malformed {
        let message = "this comment allows nothing";
        let diagnostic = Diagnostic::new(&rules::INVALID_ALLOWANCE, at(comment), message);
        found.push(diagnostic.help(eco_format!("write `{FORM}`")));
    }
    for allowance in &allowances.allowed {
        let open = text
            .get(allowance.scope.clone())
            .is_none_or(|it| OPEN_SOURCES.iter().any(|open| it.contains(open)));
        let mut unused = Vec::new();
        for name in &allowance.names {
            let written = text.get(name.clone()).unwrap_or_default();
            match rules::by_id(written) {
                None => found.push(unknown_rule(written, at(name))),
                Some(rule) if used.contains(&(file, name.start)) || rules::needs_company(rule) => {}
                Some(_) if stopped || open => {}
                Some(_) => unused.push(name),
            }
        }
        for name in &unused {
            let written = text.get((*name).clone()).unwrap_or_default();
            let whole = unused.len() == allowance.names.len();
            let (title, range) = match whole {
                true => ("remove the comment", whole_comment(text, allowance)),
                false => ("remove the rule from the comment", with_comma(text, name)),
            };
            let message = eco_format!("nothing here is found by `{written}`");
            found.push(
                Diagnostic::new(&rules::UNUSED_ALLOWANCE, at(name), message)
                    .help("remove it, so that it hides nothing later")
                    .replace(title, true, at(&range), ""),
            );
        }
    }
}

/// A comment with the white space before it; where it has a line of its own, that line.
fn whole_comment(text: &str, allowance: &Allowance) -> Range<usize> {
    let line = line_of(text, allowance.comment.start);
    if allowance.own_line {
        let behind = text.get(line.end..).is_some_and(|it| it.starts_with('\n'));
        return line.start..line.end + usize::from(behind);
    }
    let before = text.get(line.start..allowance.comment.start).unwrap_or_default().trim_end();
    line.start + before.len()..allowance.comment.end
}

/// A name in a list with the comma that goes with it.
fn with_comma(text: &str, name: &Range<usize>) -> Range<usize> {
    let after = text.get(name.end..).unwrap_or_default();
    if let Some(rest) = after.trim_start().strip_prefix(',') {
        return name.start..text.len() - rest.trim_start().len();
    }
    let before = text.get(..name.start).unwrap_or_default().trim_end();
    before.strip_suffix(',').map_or(name.start, |it| it.trim_end().len())..name.end
}

/// The text that allows `rule` in the line of a YAML text that `offset` is in, and where it goes: into the allowance
/// that stands there, or behind all else. `None` where a comment would be a part of a text.
pub fn insertion(text: &str, tree: &Tree, offset: usize, rule: &Rule) -> Option<(Range<usize>, String)> {
    let line = line_of(text, offset);
    let allowances = read(text, tree).allowed;
    if let Some(here) = allowances.iter().find(|it| !it.own_line && line.contains(&it.comment.start)) {
        let end = here.names.last()?.end;
        return Some((end..end, format!(", {}", rule.id)));
    }
    let comment = tree.comments().iter().any(|it| line.contains(&it.start));
    let content = text.get(line.clone())?.trim_end();
    let end = line.start + content.len();
    let in_text = tree.ids().any(|id| {
        let node = tree.node(id);
        let is_text = matches!(node.kind, NodeKind::String(_));
        is_text && node.range.start < end && end < node.range.end
    });
    if !comment && !in_text && !content.is_empty() {
        return Some((end..end, format!(" # slsc: allow({})", rule.id)));
    }
    // Where something stands behind the line already, the allowance goes above it.
    let starts_in_text = tree.ids().any(|id| {
        let node = tree.node(id);
        matches!(node.kind, NodeKind::String(_))
            && node.range.start < line.start
            && line.start < node.range.end
    });
    let indentation = content.len() - content.trim_start().len();
    let indentation = text.get(line.start..line.start + indentation)?;
    (!starts_in_text).then(|| (line.start..line.start, format!("{indentation}# slsc: allow({})\n", rule.id)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scopes(text: &str) -> Vec<(Vec<&str>, &str)> {
        let parsed = slsc_yaml::parse(text);
        let found = read(text, &parsed.tree).allowed;
        let one =
            |it: &Allowance| (it.names.iter().map(|it| &text[it.clone()]).collect(), &text[it.scope.clone()]);
        found.iter().map(one).collect()
    }

    #[test]
    fn a_comment_behind_something_holds_for_its_line() {
        let text = "a: 1\nb: # slsc: allow(x, y-z) because\n  c: 2\n";
        assert_eq!(scopes(text), [(vec!["x", "y-z"], "b: # slsc: allow(x, y-z) because")]);
    }

    #[test]
    fn a_comment_on_its_own_line_holds_for_what_begins_below() {
        let text = "a:\n  # slsc: allow(x)\n\n  # More.\n  b:\n    - 1\n    # slsc:allow( y )\n    - c: 2\n      d: 3\n    - 4\n  e: 5\n";
        let found = scopes(text);
        assert_eq!(found[0].1, text[text.find("b:").unwrap()..text.find("\n  e:").unwrap()].to_owned());
        assert_eq!((found[1].0.as_slice(), found[1].1), (&["y"][..], "- c: 2\n      d: 3"));
    }

    #[test]
    fn texts_that_hold_the_words_are_texts() {
        assert_eq!(scopes("a: '# slsc: allow(x)'\nb: |\n  # slsc: allow(x)\n"), []);
        let text = "a: 1 # slsc: allow\n";
        assert_eq!(read(text, &slsc_yaml::parse(text).tree).malformed, vec![5..text.len() - 1]);
    }

    fn inserted(text: &str, at: &str) -> Option<String> {
        let parsed = slsc_yaml::parse(text);
        let (range, new) = insertion(text, &parsed.tree, text.find(at).unwrap(), &rules::UNKNOWN_KEY)?;
        let mut text = text.to_owned();
        text.replace_range(range, &new);
        Some(text)
    }

    #[test]
    fn an_allowance_is_written_where_it_is_read() {
        let new = |text: &str, at: &str| inserted(text, at).unwrap();
        assert_eq!(new("a: 1\nb: 2\n", "a"), "a: 1 # slsc: allow(unknown-key)\nb: 2\n");
        assert_eq!(new("a: 1 # slsc: allow(x) why\n", "1"), "a: 1 # slsc: allow(x, unknown-key) why\n");
        assert_eq!(new("z:\n  a: 1 # why\n", "a"), "z:\n  # slsc: allow(unknown-key)\n  a: 1 # why\n");
        assert_eq!(new("a: |\n  x\n", "a"), "# slsc: allow(unknown-key)\na: |\n  x\n");
        assert_eq!(inserted("a: |\n  x\n  y\n", "x"), None);
    }
}
