//! Code actions: the fixes of the diagnostics under the cursor.

use std::ops::Range;

use slsc_core::db::{Database, File, Service};
use slsc_core::diagnostic::render;
use slsc_core::locate::locate;
use slsc_core::pipeline;

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

/// What can be mended in `range` of a file.
pub fn at(db: &Database, service: Service, file: File, range: &Range<usize>) -> Vec<Action> {
    let mut found = Vec::new();
    for diagnostic in pipeline::diagnostics(db, service).iter().filter(|it| !it.fixes.is_empty()) {
        let span = locate(db, service, &diagnostic.at);
        if span.file != file || span.range.end < range.start || range.end < span.range.start {
            continue;
        }
        for fix in &diagnostic.fixes {
            let edit = |it: &slsc_core::diagnostic::Edit| {
                let span = locate(db, service, &it.at);
                let text = render::as_written(span.file.path(db), &it.text);
                (span.file, span.range, text)
            };
            found.push(Action {
                title: fix.title.to_string(),
                rule: diagnostic.rule.id,
                safe: fix.safe,
                edits: fix.edits.iter().map(edit).collect(),
            });
        }
    }
    found
}
