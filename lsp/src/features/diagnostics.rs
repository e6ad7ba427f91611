//! What is wrong, by file.

use std::ops::Range;

use slsc_core::db::{Database, Db as _, File, Service};
use slsc_core::diagnostic::{Severity, render};
use slsc_core::locate::locate;
use slsc_core::pipeline;

/// A diagnostic with its characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed {
    /// Where.
    pub range: Range<usize>,
    /// How serious.
    pub severity: Severity,
    /// The rule's name.
    pub code: &'static str,
    /// The page of the rule.
    pub url: String,
    /// What is wrong, why, and what to do.
    pub message: String,
    /// Other places of the story.
    pub related: Vec<(File, Range<usize>, String)>,
}

/// What is wrong with a service, for each of its files; files without a mistake have an empty list.
pub fn of(db: &Database, service: Service) -> Vec<(File, Vec<Placed>)> {
    let found = pipeline::diagnostics(db, service);
    let files = &pipeline::resolved(db, service).files;
    let mut by_file: Vec<(File, Vec<Placed>)> = files.iter().map(|it| (*it, Vec::new())).collect();
    for diagnostic in &found {
        let span = locate(db, service, &diagnostic.at);
        let mut message = diagnostic.message.to_string();
        let lines = [
            ("Why", diagnostic.why.as_deref()),
            ("Help", diagnostic.help.as_deref()),
            ("See", diagnostic.aws_page()),
        ];
        for (word, text) in lines {
            if let Some(text) = text {
                message.push_str(&format!("\n{word}: {text}"));
            }
        }
        let others = slsc_core::locate::related(db, service, diagnostic);
        let related = others.iter().map(|it| {
            let span = locate(db, service, &it.at);
            (span.file, span.range, it.message.to_string())
        });
        let placed = Placed {
            range: span.range,
            severity: diagnostic.severity,
            code: diagnostic.rule.id,
            url: render::url(diagnostic.rule.id),
            message,
            related: related.collect(),
        };
        match by_file.iter_mut().find(|(file, _)| *file == span.file) {
            Some((_, list)) => list.push(placed),
            None => by_file.push((span.file, vec![placed])),
        }
    }
    by_file
}

/// The file at a path of the service's.
pub fn file(db: &Database, path: &str) -> File {
    db.file(path)
}
