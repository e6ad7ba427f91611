//! The sources of variables: one file each, listed once below.

pub mod custom;
pub mod env;
pub mod file;
pub mod opt;
pub mod param;
pub mod remote;
pub mod self_;
pub mod sls;
pub mod str_to_bool;

use ecow::EcoString;

use super::Written;
use super::resolve::Resolver;
use super::syntax::Call;
use crate::value::{Unknown, Value};

/// Asks a source.
pub type Ask = fn(&Question<'_>, &mut Resolver<'_>) -> Answer;

/// A source of variables.
pub struct Source {
    /// The word before the colon.
    pub name: &'static str,
    /// How it is written.
    pub syntax: &'static str,
    /// What it gives, for hover and completion.
    pub docs: &'static str,
    /// Asks it.
    pub ask: Ask,
}

/// All sources, by name.
pub static SOURCES: &[Source] = &[
    remote::AWS,
    remote::CF,
    env::ENV,
    file::FILE,
    opt::OPT,
    param::PARAM,
    remote::S3,
    self_::SELF,
    sls::SLS,
    remote::SSM,
    str_to_bool::STR_TO_BOOL,
];

/// The source called `name`.
pub fn find(name: &str) -> Option<&'static Source> {
    SOURCES.iter().find(|it| it.name == name)
}

/// What a source is asked.
pub struct Question<'a> {
    /// The call as it is written.
    pub call: &'a Call,
    /// The parameters.
    pub params: Vec<Value>,
    /// The address.
    pub address: Option<Value>,
}

impl Question<'_> {
    /// The address as a text; an empty one counts as none.
    pub fn address_text(&self) -> Option<EcoString> {
        self.address.as_ref().filter(|it| !it.is_null()).map(Value::to_js_string).filter(|it| !it.is_empty())
    }
}

/// What a source answers.
pub enum Answer {
    /// A value, and where it was written, if in a file. Variables inside it are still to be resolved.
    Value(Value, Option<Written>),
    /// Nothing: the next fallback is asked. Says what was missed, and what to do.
    Missing {
        /// What is missing.
        message: EcoString,
        /// What to do about it.
        help: Option<EcoString>,
    },
    /// It cannot be known here.
    Unknown(Unknown),
    /// The question makes no sense: fallbacks are not asked.
    Refused {
        /// Why not.
        message: EcoString,
        /// What to do about it.
        help: EcoString,
    },
    /// A value that it needs has failed, which has been reported.
    Failed,
}

impl Answer {
    /// A value that no file holds.
    pub fn plain(value: impl Into<Value>) -> Answer {
        Answer::Value(value.into(), None)
    }

    /// Refuses the question.
    pub fn refused(message: impl Into<EcoString>, help: impl Into<EcoString>) -> Answer {
        Answer::Refused { message: message.into(), help: help.into() }
    }

    /// Has no value.
    pub fn missing(message: impl Into<EcoString>, help: impl Into<EcoString>) -> Answer {
        Answer::Missing { message: message.into(), help: Some(help.into()) }
    }
}
