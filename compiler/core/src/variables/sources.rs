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
use super::resolve::{Phase, Resolver};
use super::syntax::{Call, Operand};
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
    /// When it can answer.
    pub phase: fn(&Question<'_>) -> Phase,
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
    /// Whether a part of them comes from the environment, and is not shown.
    pub secret: bool,
}

impl Question<'_> {
    /// The address as a text; an empty one counts as none.
    pub fn address_text(&self) -> Option<EcoString> {
        self.address.as_ref().filter(|it| !it.is_null()).map(Value::to_js_string).filter(|it| !it.is_empty())
    }

    /// The address as a name; `false` and `0` count as none.
    pub fn name(&self) -> Option<EcoString> {
        self.address.as_ref().filter(|it| it.is_truthy()).map(Value::to_js_string)
    }

    /// A value of the question as a message may show it.
    pub fn shown(&self, value: &str) -> EcoString {
        if self.secret { "...".into() } else { value.into() }
    }

    /// Whether the parameter number `index` is written out.
    pub fn is_written_out(&self, index: usize) -> bool {
        let params = self.call.params.as_deref().unwrap_or_default();
        matches!(params.get(index), None | Some(None | Some(Operand::Literal(_))))
    }
}

/// The part of a question that an answer is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// All of it.
    Call,
    /// The name of the source.
    Name,
    /// A parameter.
    Param(usize),
    /// The address.
    Address,
    /// A key of the address, from 0.
    Key {
        /// Its number.
        step: usize,
        /// How many there are.
        of: usize,
    },
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
        /// What it is about.
        about: Asked,
        /// What was likely meant instead.
        near: Option<EcoString>,
    },
    /// It cannot be known here.
    Unknown(Unknown),
    /// The question makes no sense: fallbacks are not asked.
    Refused {
        /// Why not.
        message: EcoString,
        /// What to do about it.
        help: EcoString,
        /// What it is about.
        about: Asked,
        /// What was likely meant instead.
        near: Option<EcoString>,
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
        Answer::Refused { message: message.into(), help: help.into(), about: Asked::Call, near: None }
    }

    /// Has no value.
    pub fn missing(message: impl Into<EcoString>, help: impl Into<EcoString>) -> Answer {
        Answer::Missing { message: message.into(), help: Some(help.into()), about: Asked::Call, near: None }
    }

    /// Says which part of the question it is about.
    #[must_use]
    pub fn about(mut self, asked: Asked) -> Answer {
        if let Answer::Missing { about, .. } | Answer::Refused { about, .. } = &mut self {
            *about = asked;
        }
        self
    }

    /// Says what stands there if it was meant.
    #[must_use]
    pub fn near(mut self, name: Option<impl Into<EcoString>>) -> Answer {
        if let Answer::Missing { near, .. } | Answer::Refused { near, .. } = &mut self {
            *near = name.map(Into::into);
        }
        self
    }
}
