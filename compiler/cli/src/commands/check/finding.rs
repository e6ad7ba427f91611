//! Findings that stand by themselves: nothing of the service is needed any more to count, compare and show them, so
//! that the databases of many services need not be kept.

use std::path::PathBuf;

use ecow::EcoString;
use slsc_core::db::{Database, Service};
use slsc_core::diagnostic::render::{self, JsonDiagnostic};
use slsc_core::diagnostic::{Diagnostic, Severity};
use slsc_core::locate::locate;
use slsc_core::several::Facts;

use crate::args::CheckFormat;
use crate::baseline::{self, Known};
use crate::output::Failure;

/// How findings are to be made.
pub struct Manner {
    /// How they are shown.
    pub format: CheckFormat,
    /// Whether texts have colours.
    pub color: bool,
    /// The directory of the baseline, if there is one.
    pub baseline: Option<EcoString>,
}

/// Where a finding stands, and what it says: in the order of a report.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// Whether the file is another one than the configuration itself.
    pub included: bool,
    file: EcoString,
    start: usize,
    end: usize,
    rule: &'static str,
    message: EcoString,
}

/// A finding.
pub struct Finding {
    /// Where it stands, and what it says.
    pub key: Key,
    /// How serious it is.
    pub severity: Severity,
    /// The rule.
    pub rule: &'static str,
    /// Whether the compiler itself refuses it.
    pub firm: bool,
    /// As people read it; empty in formats for programs.
    pub text: String,
    /// As programs read it.
    pub json: Option<JsonDiagnostic>,
    /// What a baseline knows it by.
    pub known: Option<Known>,
}

/// What was seen in a service.
pub struct Seen {
    /// Its directory, as it is shown.
    pub directory: PathBuf,
    /// The findings, in order.
    pub findings: Vec<Finding>,
    /// What other services may ask of it; nothing where there is no other.
    pub facts: Option<Facts>,
    /// The files that it reads.
    pub files: Vec<EcoString>,
    /// Why it could not be looked at, where others could.
    pub failure: Option<Failure>,
}

impl Seen {
    /// A service that could not be looked at.
    pub fn unseen(directory: PathBuf, failure: Failure) -> Seen {
        Seen { directory, findings: Vec::new(), facts: None, files: Vec::new(), failure: Some(failure) }
    }
}

impl Manner {
    /// Whether people read the report.
    pub fn for_people(&self) -> bool {
        matches!(self.format, CheckFormat::Human | CheckFormat::Concise)
    }

    /// Findings of a service; hints are left out.
    pub fn findings(&self, db: &Database, service: Service, mut found: Vec<Diagnostic>) -> Vec<Finding> {
        found.retain(Diagnostic::is_shown);
        let texts = match self.format {
            CheckFormat::Human => render::human_each(db, service, &found, self.color),
            CheckFormat::Concise => {
                found.iter().map(|it| render::concise(db, service, std::slice::from_ref(it))).collect()
            }
            _ => vec![String::new(); found.len()],
        };
        let mut json =
            if self.for_people() { Vec::new() } else { render::json(db, service, &found) }.into_iter();
        let with_texts = found.iter().zip(texts);
        with_texts
            .map(|(diagnostic, text)| {
                let span = locate(db, service, &diagnostic.at);
                Finding {
                    key: Key {
                        included: span.file != service.config(db),
                        file: span.file.path(db).into(),
                        start: span.range.start,
                        end: span.range.end,
                        rule: diagnostic.rule.id,
                        message: diagnostic.message.clone(),
                    },
                    severity: diagnostic.severity,
                    rule: diagnostic.rule.id,
                    firm: diagnostic.firm,
                    text,
                    json: json.next(),
                    known: self
                        .baseline
                        .as_deref()
                        .and_then(|it| baseline::known(db, service, it, diagnostic)),
                }
            })
            .collect()
    }
}
