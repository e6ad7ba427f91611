//! `${strToBool(value)}`: a text as a boolean.

use super::{Answer, Asked, Question, Source};
use crate::variables::resolve::{Phase, Resolver};

/// The source.
pub const STR_TO_BOOL: Source = Source {
    name: "strToBool",
    syntax: "${strToBool(value)}",
    docs: "`true` or `1` as true, `false` or `0` as false. Other texts are refused.",
    phase: |_| Phase::Start,
    ask,
};

fn ask(question: &Question<'_>, _: &mut Resolver<'_>) -> Answer {
    const HELP: &str = "give it a text: `true`, `false`, `1` or `0`";
    let Some(input) = question.params.first().filter(|it| !it.is_null()) else {
        return Answer::refused("`strToBool` has nothing to convert", HELP);
    };
    match input.to_js_string().trim().to_lowercase().as_str() {
        "true" | "1" => Answer::plain(true),
        "false" | "0" => Answer::plain(false),
        other => {
            let shown = question.shown(other);
            let message = ecow::eco_format!("`{shown}` is neither true nor false");
            Answer::refused(message, HELP).about(Asked::Param(0))
        }
    }
}
