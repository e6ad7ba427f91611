//! `${self:path}`: another value of the configuration.

use super::{Answer, Asked, Question, Source};
use crate::value::Value;
use crate::variables::resolve::{Phase, Resolver};

/// The source.
pub const SELF: Source = Source {
    name: "self",
    syntax: "${self:path.to.value}",
    docs: "Another value of this configuration, with its type; list items by their number. `${self:}` is all of it.",
    phase: |_| Phase::Start,
    ask,
};

fn ask(question: &Question<'_>, cx: &mut Resolver<'_>) -> Answer {
    match &question.address {
        Some(Value::String(path)) => cx.config_value(path),
        Some(address) if address.is_truthy() => Answer::refused(
            "the address of `self` is not a text",
            "write it out, or refer to a text that holds it",
        )
        .about(Asked::Address),
        _ => cx.config_value(""),
    }
}
