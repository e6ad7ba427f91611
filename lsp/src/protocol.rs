//! Between our plain data and the protocol's types.

use std::path::Path;

use tower_lsp::ls_types::{
    CodeDescription, CompletionItem, CompletionItemKind, CompletionTextEdit, Diagnostic,
    DiagnosticRelatedInformation, DiagnosticSeverity, Documentation, Location, MarkupContent, MarkupKind,
    NumberOrString, Position, Range, TextEdit, Uri, WorkspaceEdit,
};

use slsc_core::db::{Database, File};
use slsc_core::diagnostic::Severity;
use slsc_core::pipeline;

use crate::features::completion::{Proposal, ProposalKind};
use crate::features::diagnostics::Placed;
use crate::position::{Encoding, LinePosition, Lines};
use crate::worker::Published;

/// The path of a document, normalised; `None` for one that is no file.
pub fn path(uri: &Uri) -> Option<String> {
    let path = uri.to_file_path()?;
    Some(slsc_core::db::normalize(&path.to_string_lossy()).into())
}

/// The address of a file.
pub fn uri(path: &str) -> Option<Uri> {
    Uri::from_file_path(Path::new(path))
}

/// A position of the client.
pub fn line_position(position: Position) -> LinePosition {
    LinePosition { line: position.line, character: position.character }
}

/// A range for the client.
pub fn range(lines: &Lines<'_>, range: &std::ops::Range<usize>, encoding: Encoding) -> Range {
    let position = |offset: usize| {
        let LinePosition { line, character } = lines.position(offset, encoding);
        Position { line, character }
    };
    Range { start: position(range.start), end: position(range.end) }
}

/// A place of a file.
pub fn location(
    db: &Database,
    file: File,
    at: &std::ops::Range<usize>,
    encoding: Encoding,
) -> Option<Location> {
    let lines = Lines::new(pipeline::text(db, file));
    Some(Location { uri: uri(file.path(db))?, range: range(&lines, at, encoding) })
}

/// Replacements in files.
pub fn workspace_edit(
    db: &Database,
    edits: impl IntoIterator<Item = (File, std::ops::Range<usize>, String)>,
    encoding: Encoding,
) -> WorkspaceEdit {
    let mut changes: std::collections::HashMap<Uri, Vec<TextEdit>> = std::collections::HashMap::new();
    for (file, at, new_text) in edits {
        if let Some(place) = location(db, file, &at, encoding) {
            changes.entry(place.uri).or_default().push(TextEdit { range: place.range, new_text });
        }
    }
    WorkspaceEdit { changes: Some(changes), ..WorkspaceEdit::default() }
}

/// The diagnostics of a file.
pub fn diagnostics(published: &Published, encoding: Encoding) -> Vec<Diagnostic> {
    let lines = Lines::new(&published.text);
    published.diagnostics.iter().map(|it| diagnostic(it, &lines, published, encoding)).collect()
}

fn diagnostic(placed: &Placed, lines: &Lines<'_>, published: &Published, encoding: Encoding) -> Diagnostic {
    let related = placed.related.iter().filter_map(|(file, at, message)| {
        let (_, path, text) = published.others.iter().find(|it| it.0 == *file)?;
        let location = Location { uri: uri(path)?, range: range(&Lines::new(text), at, encoding) };
        Some(DiagnosticRelatedInformation { location, message: message.clone() })
    });
    let related: Vec<_> = related.collect();
    Diagnostic {
        range: range(lines, &placed.range, encoding),
        severity: Some(match placed.severity {
            Severity::Error => DiagnosticSeverity::ERROR,
            Severity::Warning => DiagnosticSeverity::WARNING,
            Severity::Info => DiagnosticSeverity::INFORMATION,
            Severity::Hint => DiagnosticSeverity::HINT,
        }),
        code: Some(NumberOrString::String(placed.code.into())),
        code_description: placed.url.parse().ok().map(|href| CodeDescription { href }),
        source: Some("slsc".into()),
        message: placed.message.clone(),
        related_information: (!related.is_empty()).then_some(related),
        ..Diagnostic::default()
    }
}

/// A proposal, which replaces what has been typed of it.
pub fn completion(proposal: Proposal, text: &str, offset: usize, encoding: Encoding) -> CompletionItem {
    let lines = Lines::new(text);
    let typed = offset.saturating_sub(proposal.replaces)..offset;
    CompletionItem {
        label: proposal.label,
        kind: Some(match proposal.kind {
            ProposalKind::Key => CompletionItemKind::PROPERTY,
            ProposalKind::Value => CompletionItemKind::VALUE,
            ProposalKind::Variable => CompletionItemKind::VARIABLE,
        }),
        documentation: (!proposal.docs.is_empty())
            .then(|| Documentation::MarkupContent(markdown(proposal.docs))),
        text_edit: Some(CompletionTextEdit::Edit(TextEdit {
            range: range(&lines, &typed, encoding),
            new_text: proposal.insert,
        })),
        ..CompletionItem::default()
    }
}

/// Markdown for the client.
pub fn markdown(value: String) -> MarkupContent {
    MarkupContent { kind: MarkupKind::Markdown, value }
}
