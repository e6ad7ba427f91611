//! Diagnostics as text: for people, for logs, and as JSON for programs.

use codespan_reporting::diagnostic::{Diagnostic as Report, Label, LabelStyle, Severity as ReportSeverity};
use codespan_reporting::files::{Error as FilesError, Files};
use codespan_reporting::term::{self, Config};
use ecow::EcoString;
use rustc_hash::FxHashMap;
use serde::Serialize;

use super::{Diagnostic, Place, Severity};
use crate::db::{Db, File, Service};
use crate::locate::{Span, has_places, hops, locate, related};
use crate::path::Path;
use crate::pipeline;

/// The files of a report, with their lines.
struct Sources<'db> {
    db: &'db dyn Db,
    names: FxHashMap<File, (String, Vec<usize>)>,
}

impl<'db> Sources<'db> {
    fn new(db: &'db dyn Db, service: Service, files: impl Iterator<Item = File>) -> Sources<'db> {
        let entry = |file: File| {
            let text = pipeline::text(db, file);
            (file, (display_path(db, service, file), codespan_reporting::files::line_starts(text).collect()))
        };
        Sources { db, names: files.map(entry).collect() }
    }
}

impl<'a> Files<'a> for Sources<'_> {
    type FileId = File;
    type Name = &'a str;
    type Source = &'a str;

    fn name(&'a self, id: File) -> Result<&'a str, FilesError> {
        self.names.get(&id).map(|it| it.0.as_str()).ok_or(FilesError::FileMissing)
    }

    fn source(&'a self, id: File) -> Result<&'a str, FilesError> {
        Ok(pipeline::text(self.db, id))
    }

    fn line_index(&'a self, id: File, byte: usize) -> Result<usize, FilesError> {
        let starts = &self.names.get(&id).ok_or(FilesError::FileMissing)?.1;
        Ok(starts.binary_search(&byte).unwrap_or_else(|next| next.saturating_sub(1)))
    }

    fn line_range(&'a self, id: File, line: usize) -> Result<std::ops::Range<usize>, FilesError> {
        let starts = &self.names.get(&id).ok_or(FilesError::FileMissing)?.1;
        let start = *starts.get(line).ok_or(FilesError::LineTooLarge { given: line, max: starts.len() })?;
        let end = starts.get(line + 1).copied().unwrap_or_else(|| pipeline::text(self.db, id).len());
        Ok(start..end)
    }
}

/// The path of a file as users know it: from the directory that paths are shown from, if it lies below.
pub fn display_path(db: &dyn Db, service: Service, file: File) -> String {
    let path = file.path(db);
    let directory = service.options(db).shown_from.as_deref().unwrap_or(service.directory(db));
    let inside = path.strip_prefix(directory).and_then(|it| it.strip_prefix('/'));
    inside.unwrap_or(path).to_owned()
}

/// A place as `file:line:column`; where the file is a program, the file with the path in what it gives.
pub fn place(db: &dyn Db, service: Service, at: &Place) -> String {
    let span = locate(db, service, at);
    let file = display_path(db, service, span.file);
    match given_path(db, &span, at) {
        None => {
            let Position { line, column } = positions(db, &span).start;
            format!("{file}:{line}:{column}")
        }
        Some(path) if path.segments().is_empty() => file,
        Some(path) => format!("{file}, `{path}`"),
    }
}

/// The path in what a program gives, where that is all that is known of a place.
fn given_path<'a>(db: &dyn Db, span: &Span, at: &'a Place) -> Option<&'a Path> {
    match at {
        Place::Resolved { path, .. } | Place::Inside { path, .. } | Place::Written { path, .. } => {
            (!has_places(db, span.file)).then_some(path)
        }
        Place::Source { .. } => None,
    }
}

/// For people: each diagnostic with its code, its text and what to do. `color` writes ANSI colours.
pub fn human(db: &dyn Db, service: Service, diagnostics: &[Diagnostic], color: bool) -> String {
    human_each(db, service, diagnostics, color).concat()
}

/// As [`human`], a text for each diagnostic.
pub fn human_each(db: &dyn Db, service: Service, diagnostics: &[Diagnostic], color: bool) -> Vec<String> {
    let mut files: Vec<File> = Vec::new();
    let mut reports = Vec::new();
    for diagnostic in diagnostics {
        let at = locate(db, service, &diagnostic.at);
        let mut labels = Vec::new();
        let mut notes = Vec::new();
        if has_places(db, at.file) {
            files.push(at.file);
            labels.push(Label::new(LabelStyle::Primary, at.file, at.range));
        } else {
            notes.push(format!("at: {}", place(db, service, &diagnostic.at)));
        }
        for related in &related(db, service, diagnostic) {
            let span = locate(db, service, &related.at);
            if has_places(db, span.file) {
                files.push(span.file);
                let label = Label::new(LabelStyle::Secondary, span.file, span.range);
                labels.push(label.with_message(related.message.as_str()));
            } else {
                notes.push(format!("{}: {}", related.message, place(db, service, &related.at)));
            }
        }
        let words = [("why", &diagnostic.why), ("help", &diagnostic.help)];
        notes.extend(words.iter().filter_map(|(word, text)| text.as_ref().map(|it| format!("{word}: {it}"))));
        notes.extend(diagnostic.aws_page().map(|it| format!("see: {it}")));
        if !diagnostic.stages.is_empty() {
            notes.push(format!("only with {}", stages(&diagnostic.stages)));
        }
        reports.push(Report {
            severity: severity(diagnostic.severity),
            code: Some(diagnostic.rule.id.into()),
            message: diagnostic.message.to_string(),
            labels,
            notes,
        });
    }
    let sources = Sources::new(db, service, files.into_iter());
    let config = Config::default();
    let emit = |report: &Report<File>| {
        let mut out = Vec::new();
        // Writing to memory cannot fail, and every file of a label is in `sources`.
        let result = if color {
            term::emit_to_write_style(
                &mut codespan_reporting::term::termcolor::Ansi::new(&mut out),
                &config,
                &sources,
                report,
            )
        } else {
            term::emit_to_io_write(&mut out, &config, &sources, report)
        };
        drop(result);
        String::from_utf8_lossy(&out).into_owned()
    };
    reports.iter().map(emit).collect()
}

fn severity(severity: Severity) -> ReportSeverity {
    match severity {
        Severity::Error => ReportSeverity::Error,
        Severity::Warning => ReportSeverity::Warning,
        Severity::Info => ReportSeverity::Note,
        Severity::Hint => ReportSeverity::Help,
    }
}

/// A place by line and column, both from 1; a column counts Unicode scalar values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Position {
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1.
    pub column: usize,
}

/// A range of positions; the end is behind the last character.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct PositionRange {
    /// The first character.
    pub start: Position,
    /// Behind the last character.
    pub end: Position,
}

/// The position of a byte offset.
pub fn position(text: &str, offset: usize) -> Position {
    let before = text.get(..offset.min(text.len())).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |it| it + 1);
    let line = before.bytes().filter(|it| *it == b'\n').count() + 1;
    let column = before.get(line_start..).map_or(0, |it| it.chars().count()) + 1;
    Position { line, column }
}

fn positions(db: &dyn Db, span: &Span) -> PositionRange {
    let text = pipeline::text(db, span.file);
    PositionRange { start: position(text, span.range.start), end: position(text, span.range.end) }
}

/// One line for each: `file:line:column: severity[code]: message`, with the place as [`place`] writes it.
pub fn concise(db: &dyn Db, service: Service, diagnostics: &[Diagnostic]) -> String {
    let mut out = String::new();
    for diagnostic in diagnostics {
        let place = place(db, service, &diagnostic.at);
        let word = diagnostic.severity.word();
        out.push_str(&format!("{place}: {word}[{}]: {}", diagnostic.rule.id, diagnostic.message));
        out.push_str(&through(db, service, &diagnostic.at));
        if !diagnostic.stages.is_empty() {
            out.push_str(&format!(" (with {})", stages(&diagnostic.stages)));
        }
        out.push('\n');
    }
    out
}

/// The places of the variables that a value came through, in brackets.
fn through(db: &dyn Db, service: Service, at: &Place) -> String {
    let places: Vec<String> = hops(db, service, at).iter().map(|it| place(db, service, &it.at)).collect();
    if places.is_empty() { String::new() } else { format!(" (through {})", places.join(", ")) }
}

/// Some stages in words.
fn stages(stages: &[EcoString]) -> String {
    let names: Vec<String> = stages.iter().map(|it| format!("`{it}`")).collect();
    format!("the stage{} {}", if names.len() == 1 { "" } else { "s" }, names.join(", "))
}

/// A diagnostic for programs; the fields are a contract.
#[derive(Clone, Debug, Serialize)]
pub struct JsonDiagnostic {
    /// The rule's name.
    pub code: &'static str,
    /// `error`, `warning`, `info` or `hint`.
    pub severity: &'static str,
    /// What is wrong.
    pub message: String,
    /// Why, if it is said.
    pub why: Option<String>,
    /// What to do.
    pub help: Option<String>,
    /// The page of the rule.
    pub url: String,
    /// The page of AWS that says so, where it is a rule of AWS.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aws: Option<String>,
    /// The file.
    pub file: String,
    /// Where in the file.
    pub range: PositionRange,
    /// Where in the configuration, if the file is a program and `range` says nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Other places of the story.
    pub related: Vec<JsonRelated>,
    /// Changes that mend it.
    pub fixes: Vec<JsonFix>,
    /// The stages in which it holds, if it does not hold in all that were looked at.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub stages: Vec<String>,
}

/// Another place of a [`JsonDiagnostic`].
#[derive(Clone, Debug, Serialize)]
pub struct JsonRelated {
    /// What is there.
    pub message: String,
    /// The file.
    pub file: String,
    /// Where in the file.
    pub range: PositionRange,
}

/// A change that mends a [`JsonDiagnostic`].
#[derive(Clone, Debug, Serialize)]
pub struct JsonFix {
    /// What it does.
    pub title: String,
    /// Whether it may be applied unasked.
    pub safe: bool,
    /// The replacements.
    pub edits: Vec<JsonEdit>,
}

/// A replacement of a [`JsonFix`].
#[derive(Clone, Debug, Serialize)]
pub struct JsonEdit {
    /// The file.
    pub file: String,
    /// What is replaced.
    pub range: PositionRange,
    /// By what.
    pub text: String,
}

/// The page of a rule on the web.
pub fn url(rule: &str) -> String {
    format!("https://github.com/slsc/slsc/blob/main/compiler/core/rules/{rule}.md")
}

/// A text of an edit as a file writes it: JSON has all texts in quotes.
pub fn as_written(file: &str, text: &str) -> String {
    if file.ends_with(".json") && !text.starts_with('"') {
        crate::value::Value::from(text).to_json()
    } else {
        text.to_owned()
    }
}

/// Diagnostics for programs.
pub fn json(db: &dyn Db, service: Service, diagnostics: &[Diagnostic]) -> Vec<JsonDiagnostic> {
    let place = |at: &super::Place| {
        let span = locate(db, service, at);
        (display_path(db, service, span.file), positions(db, &span))
    };
    let one = |it: &Diagnostic| {
        let (file, range) = place(&it.at);
        let others = related(db, service, it);
        let related = others.iter().map(|related| {
            let (file, range) = place(&related.at);
            JsonRelated { message: related.message.to_string(), file, range }
        });
        let fixes = it.fixes.iter().map(|fix| JsonFix {
            title: fix.title.to_string(),
            safe: fix.safe,
            edits: fix
                .edits
                .iter()
                .map(|edit| {
                    let (file, range) = place(&edit.at);
                    JsonEdit { text: as_written(&file, &edit.text), file, range }
                })
                .collect(),
        });
        let span = locate(db, service, &it.at);
        let path = given_path(db, &span, &it.at).map(ToString::to_string);
        // Nothing can be replaced in a program.
        let fixes = fixes.filter(|_| path.is_none()).collect();
        JsonDiagnostic {
            code: it.rule.id,
            severity: it.severity.word(),
            message: it.message.to_string(),
            why: it.why.as_ref().map(ToString::to_string),
            help: it.help.as_ref().map(ToString::to_string),
            url: url(it.rule.id),
            aws: it.aws_page().map(str::to_owned),
            related: related.collect(),
            file,
            range,
            path,
            fixes,
            stages: it.stages.iter().map(ToString::to_string).collect(),
        }
    };
    diagnostics.iter().map(one).collect()
}
