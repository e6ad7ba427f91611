//! Diagnostics: what is wrong, where, why, and what to do about it.
//!
//! A diagnostic names its place by path, so it stays equal when text above it moves; [`crate::locate`] finds
//! the characters when it is shown. Each belongs to a [`Rule`], whose name is its permanent code.

pub mod render;

use ecow::{EcoString, eco_format};
use std::ops::Range;

use crate::db::File;
use crate::path::Path;
pub use crate::rules::Rule;

/// How serious a diagnostic is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// Stops `package` and `deploy`.
    Error,
    /// Works today, and is likely wrong or will be.
    Warning,
    /// Worth knowing.
    Info,
    /// Shown by editors only.
    Hint,
}

impl Severity {
    /// The word that users read and write.
    pub fn word(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Info => "info",
            Severity::Hint => "hint",
        }
    }
}

/// Which part of an entry a place means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    /// The key, such as a misspelt one.
    Key,
    /// The value.
    Value,
    /// The variable that brought the value, if one did and the value is all that it gives: a mapping where a text
    /// belongs is the wrong variable, not the wrong mapping.
    Use,
}

/// A place that survives edits elsewhere.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// In the resolved configuration: found through the variables and files that made it.
    Resolved {
        /// The path in the resolved configuration.
        path: Path,
        /// Its key or its value.
        part: Part,
    },
    /// A piece of a string of the resolved configuration; the whole value where it was not written in one piece.
    Inside {
        /// The path in the resolved configuration.
        path: Path,
        /// A byte range inside of the string.
        within: Range<usize>,
    },
    /// In one file as it is written.
    Written {
        /// The file.
        file: File,
        /// The path in the file's own document.
        path: Path,
        /// Its key or its value.
        part: Part,
        /// A byte range inside the value of a string, where only a piece of it is meant.
        within: Option<Range<usize>>,
    },
    /// Characters of a file, where there is no tree to name them by.
    Source {
        /// The file.
        file: File,
        /// Byte offsets.
        range: Range<usize>,
    },
}

impl Place {
    /// The value at `path` of the resolved configuration.
    pub fn value(path: Path) -> Place {
        Place::Resolved { path, part: Part::Value }
    }

    /// The key that `path` of the resolved configuration ends with.
    pub fn key(path: Path) -> Place {
        Place::Resolved { path, part: Part::Key }
    }
}

/// A second place that belongs to the story.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Related {
    /// Where.
    pub at: Place,
    /// What is there, such as `first defined here`.
    pub message: EcoString,
}

/// A change of the text that mends the mistake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What it does, as an imperative: ``replace with `timeout` ``.
    pub title: EcoString,
    /// Whether `--fix` may apply it unasked: it cannot change what the service does otherwise.
    pub safe: bool,
    /// The changes.
    pub edits: Vec<Edit>,
}

/// One replacement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// What is replaced.
    pub at: Place,
    /// By what.
    pub text: EcoString,
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// The rule it belongs to.
    pub rule: &'static Rule,
    /// How serious it is here: the rule's own level, unless the service or the command line says otherwise.
    pub severity: Severity,
    /// What is wrong, in one line that stands alone.
    pub message: EcoString,
    /// The smallest text that is wrong.
    pub at: Place,
    /// Why it is wrong, if the message does not say.
    pub why: Option<EcoString>,
    /// What to do.
    pub help: Option<EcoString>,
    /// A page of AWS that says so, if it is not the rule's own, [`Rule::aws_page`].
    pub page: Option<EcoString>,
    /// Other places of the story.
    pub related: Vec<Related>,
    /// Changes that mend it.
    pub fixes: Vec<Fix>,
    /// The stages in which it holds, if several were looked at and it does not hold in all.
    pub stages: Vec<EcoString>,
    /// Whether the compiler itself refuses it: no level, allowance or baseline changes that.
    pub firm: bool,
    /// The name that it is about, where others may [follow](crate::follow_up) from it, or it from others: a key that is
    /// missing, a condition that there is not.
    pub about: Option<EcoString>,
}

impl Diagnostic {
    /// A finding of `rule` at its own level.
    pub fn new(rule: &'static Rule, at: Place, message: impl Into<EcoString>) -> Diagnostic {
        Diagnostic {
            rule,
            severity: rule.level,
            message: message.into(),
            at,
            why: None,
            help: None,
            page: None,
            related: Vec::new(),
            fixes: Vec::new(),
            stages: Vec::new(),
            firm: false,
            about: None,
        }
    }

    /// Proposes what may be meant in place of the text at `at`, with a fix that is not certain. Where nothing is near, the
    /// help is `otherwise`.
    pub fn meant(
        self,
        verb: &str,
        at: Place,
        near: Option<impl Into<EcoString>>,
        otherwise: impl Into<EcoString>,
    ) -> Diagnostic {
        let Some(near) = near.map(Into::<EcoString>::into) else { return self.help(otherwise) };
        let title = eco_format!("{verb} `{near}`");
        self.help(eco_format!("did you mean `{near}`?")).replace(title, false, at, near)
    }

    /// Names what it is about.
    pub fn about(self, name: impl Into<EcoString>) -> Diagnostic {
        Diagnostic { about: Some(name.into()), ..self }
    }

    /// A warning, whatever the level of its rule: the service is packaged with it.
    #[must_use]
    pub fn warning(self) -> Diagnostic {
        Diagnostic { severity: Severity::Warning, ..self }
    }

    /// Information, whatever the level of its rule.
    #[must_use]
    pub fn info(self) -> Diagnostic {
        Diagnostic { severity: Severity::Info, ..self }
    }

    /// Says why.
    #[must_use]
    pub fn why(mut self, why: impl Into<EcoString>) -> Diagnostic {
        self.why = Some(why.into());
        self
    }

    /// Says what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<EcoString>) -> Diagnostic {
        self.help = Some(help.into());
        self
    }

    /// Names the page of AWS that says so.
    #[must_use]
    pub fn page(mut self, url: impl Into<EcoString>) -> Diagnostic {
        self.page = Some(url.into());
        self
    }

    /// The page of AWS that says so: its own, or the rule's.
    pub fn aws_page(&self) -> Option<&str> {
        self.page.as_deref().or_else(|| self.rule.aws_page())
    }

    /// Points at another place.
    #[must_use]
    pub fn related(mut self, at: Place, message: impl Into<EcoString>) -> Diagnostic {
        self.related.push(Related { at, message: message.into() });
        self
    }

    /// Offers to replace the text at `at`.
    #[must_use]
    pub fn replace(
        mut self,
        title: impl Into<EcoString>,
        safe: bool,
        at: Place,
        text: impl Into<EcoString>,
    ) -> Self {
        self.fixes.push(Fix { title: title.into(), safe, edits: vec![Edit { at, text: text.into() }] });
        self
    }

    /// Whether the terminal shows it. Hints are for editors.
    pub fn is_shown(&self) -> bool {
        self.severity != Severity::Hint
    }

    /// Whether it stops `package` and `deploy`.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

/// The name in `known` that `written` most likely means. Numbers and versions are near to nothing.
pub fn nearest<'a>(written: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let lower = written.to_lowercase();
    if written.bytes().all(|it| it.is_ascii_digit() || it == b'.') {
        return None;
    }
    let allowed = match written.chars().count() {
        0..=2 => 1,
        3..=5 => 2,
        _ => 3,
    };
    known
        .into_iter()
        .map(|it| (strsim::osa_distance(&it.to_lowercase(), &lower), it))
        // Two names without a letter in common are not near, however short they are.
        .filter(|(distance, it)| *distance <= allowed && *distance < lower.len().max(it.len()))
        .min_by_key(|(distance, it)| (*distance, it.len().abs_diff(written.len())))
        .map(|(_, it)| it)
}
