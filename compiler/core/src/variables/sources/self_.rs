//! `${self:path}`: another value of the configuration.

use super::{Answer, Question, Source};
use crate::variables::resolve::Resolver;

/// The source.
pub const SELF: Source = Source {
    name: "self",
    syntax: "${self:path.to.value}",
    docs: "Another value of this configuration, with its type; list items by their number. `${self:}` is all of it.",
    ask,
};

fn ask(question: &Question<'_>, cx: &mut Resolver<'_>) -> Answer {
    let path = question.address_text().unwrap_or_default();
    cx.config_value(&path)
}
