//! What `check` found, in the formats that other programs read: one file each.

mod github;
mod gitlab;
mod junit;
mod sarif;

use sha2::{Digest as _, Sha256};
use slsc_core::diagnostic::render::JsonDiagnostic;

use crate::args::CheckFormat;

/// What was found in one service.
pub struct Found {
    /// The service's directory, as it is shown.
    pub service: String,
    /// What is wrong.
    pub diagnostics: Vec<JsonDiagnostic>,
}

/// Everything in one of the formats for programs; `None` for one that is not.
pub fn write(format: CheckFormat, found: &[Found]) -> Option<String> {
    match format {
        CheckFormat::Sarif => Some(sarif::write(found)),
        CheckFormat::Github => Some(github::write(found)),
        CheckFormat::Gitlab => Some(gitlab::write(found)),
        CheckFormat::Junit => Some(junit::write(found)),
        CheckFormat::Human | CheckFormat::Concise | CheckFormat::Json => None,
    }
}

/// The message with why and what to do, in lines.
fn full_message(diagnostic: &JsonDiagnostic) -> String {
    let mut text = diagnostic.message.clone();
    for (word, more) in [("Why", &diagnostic.why), ("Help", &diagnostic.help)] {
        if let Some(more) = more {
            text.push_str(&format!("\n{word}: {more}"));
        }
    }
    if !diagnostic.stages.is_empty() {
        text.push_str(&format!("\nOnly with: {}", diagnostic.stages.join(", ")));
    }
    text
}

/// A text that stays the same while lines above the diagnostic change: what it says, and in which file; `nth` tells
/// equal ones apart.
fn fingerprint(diagnostic: &JsonDiagnostic, nth: usize) -> String {
    let text = format!("{}\n{}\n{}\n{nth}", diagnostic.file, diagnostic.code, diagnostic.message);
    Sha256::digest(text.as_bytes()).iter().take(16).map(|it| format!("{it:02x}")).collect()
}

/// Each diagnostic with its fingerprint.
fn fingerprinted(found: &[Found]) -> Vec<(&JsonDiagnostic, String)> {
    let mut seen: std::collections::BTreeMap<String, usize> = std::collections::BTreeMap::new();
    let all = found.iter().flat_map(|it| &it.diagnostics);
    all.map(|it| {
        let count = seen.entry(fingerprint(it, 0)).or_default();
        *count += 1;
        (it, fingerprint(it, *count - 1))
    })
    .collect()
}
