//! Grammars: strings that are a small language of their own, such as the expression of a schedule.
//!
//! A grammar reads a text and says which of its characters are wrong; the check turns that into diagnostics that
//! stand on these characters. It also proposes what may be written, for editors.

use std::ops::Range;

use ecow::EcoString;

use crate::diagnostic::{Rule, Severity};

/// A language inside of strings.
#[derive(Debug)]
pub struct Grammar {
    /// What it is a language of.
    pub kind: GrammarKind,
    /// What is wrong with a text; the time in seconds since 1970 in UTC, where it is known.
    pub check: fn(&str, Option<i64>) -> Vec<Fault>,
    /// What may be written, each with what it is.
    pub proposals: fn() -> Vec<(EcoString, EcoString)>,
}

/// The languages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GrammarKind {
    /// The expression of a schedule.
    Schedule,
    /// The name of a time zone.
    TimeZone,
}

/// What is wrong inside of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The rule it belongs to.
    pub rule: &'static Rule,
    /// How serious it is.
    pub severity: Severity,
    /// The bytes of the text that are wrong.
    pub within: Range<usize>,
    /// What is wrong.
    pub message: EcoString,
    /// Why, if the message does not say.
    pub why: Option<EcoString>,
    /// What to do.
    pub help: Option<EcoString>,
    /// The whole text as it is meant, where that is clear.
    pub instead: Option<EcoString>,
}

impl Fault {
    /// A fault of `rule` at its own level.
    pub fn new(rule: &'static Rule, within: Range<usize>, message: impl Into<EcoString>) -> Fault {
        Fault {
            rule,
            severity: rule.level,
            within,
            message: message.into(),
            why: None,
            help: None,
            instead: None,
        }
    }

    /// Makes it more or less serious than its rule is.
    #[must_use]
    pub fn level(mut self, severity: Severity) -> Fault {
        self.severity = severity;
        self
    }

    /// Says why.
    #[must_use]
    pub fn why(mut self, why: impl Into<EcoString>) -> Fault {
        self.why = Some(why.into());
        self
    }

    /// Says what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<EcoString>) -> Fault {
        self.help = Some(help.into());
        self
    }

    /// Gives the whole text as it is meant.
    #[must_use]
    pub fn instead(mut self, text: impl Into<EcoString>) -> Fault {
        self.instead = Some(text.into());
        self
    }
}
