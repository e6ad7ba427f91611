//! `${env:NAME}`: an environment variable.

use ecow::eco_format;

use super::{Answer, Question, Source};
use crate::variables::resolve::Resolver;

/// The source.
pub const ENV: Source = Source {
    name: "env",
    syntax: "${env:NAME}",
    docs: "An environment variable, as a string. With `useDotenv: true` also those of `.env` and `.env.{stage}`.",
    ask,
};

fn ask(question: &Question<'_>, cx: &mut Resolver<'_>) -> Answer {
    let Some(name) = question.address_text() else {
        return Answer::refused(
            "`env` needs the name of a variable",
            "write it behind the colon: `${env:NAME}`",
        );
    };
    match cx.env(&name) {
        Some(value) => Answer::plain(value),
        None => Answer::missing(
            eco_format!("the environment variable `{name}` is not set"),
            eco_format!("set `{name}`, or add a fallback: `${{env:{name}, 'value'}}`"),
        ),
    }
}
