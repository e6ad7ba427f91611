//! Code actions: the fixes of the diagnostics under the cursor, and comments that allow them.

use std::ops::Range;

use slsc_core::allow;
use slsc_core::db::{Database, File, Service};
use slsc_core::diagnostic::{Diagnostic, Severity};
use slsc_core::fix;
use slsc_core::locate::{has_places, locate};
use slsc_core::{pipeline, rules};

/// A change that is offered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action {
    /// What it does.
    pub title: String,
    /// The rule whose finding it mends.
    pub rule: &'static str,
    /// Whether it cannot change what the service does otherwise.
    pub safe: bool,
    /// The replacements, by file.
    pub edits: Vec<(File, Range<usize>, String)>,
}

/// What can be mended in `range` of a file, and then what can be allowed.
pub fn at(db: &Database, service: Service, file: File, range: &Range<usize>) -> Vec<Action> {
    let mut found = Vec::new();
    let mut allowing: Vec<Action> = Vec::new();
    for diagnostic in &pipeline::diagnostics(db, service) {
        let span = locate(db, service, &diagnostic.at);
        if span.file != file || span.range.end < range.start || range.end < span.range.start {
            continue;
        }
        for fix in &diagnostic.fixes {
            let edits = fix::replacements(db, service, fix);
            found.push(Action {
                title: fix.title.to_string(),
                rule: diagnostic.rule.id,
                safe: fix.safe,
                edits: edits.into_iter().map(|it| (it.file, it.range, it.text)).collect(),
            });
        }
        let known = allowing.iter().any(|it| it.rule == diagnostic.rule.id);
        allowing.extend(allow_here(db, diagnostic, file, span.range.start).filter(|_| !known));
    }
    found.extend(allowing);
    found
}

/// The comment that allows a finding on its line; none for what the compiler refuses, for hints, and in JSON.
fn allow_here(db: &Database, diagnostic: &Diagnostic, file: File, offset: usize) -> Option<Action> {
    let about_comments = [&rules::UNUSED_ALLOWANCE, &rules::UNKNOWN_RULE, &rules::INVALID_ALLOWANCE]
        .contains(&diagnostic.rule);
    let is_yaml = [".yml", ".yaml"].iter().any(|it| file.path(db).ends_with(it));
    let is_open = !diagnostic.firm && diagnostic.severity != Severity::Hint && !about_comments;
    if !is_open || !is_yaml || !has_places(db, file) {
        return None;
    }
    let tree = &pipeline::parsed(db, file).tree;
    let (range, text) = allow::insertion(pipeline::text(db, file), tree, offset, diagnostic.rule)?;
    Some(Action {
        title: format!("allow `{}` on this line", diagnostic.rule.id),
        rule: diagnostic.rule.id,
        safe: false,
        edits: vec![(file, range, text)],
    })
}
