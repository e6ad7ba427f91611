//! `${env:NAME}`: an environment variable.

use ecow::eco_format;

use super::{Answer, Asked, Question, Source};
use crate::diagnostic::nearest;
use crate::variables::resolve::{Phase, Resolver};

/// The source.
pub const ENV: Source = Source {
    name: "env",
    syntax: "${env:NAME}",
    docs: "An environment variable, as a string. With `useDotenv: true` also those of `.env` and `.env.{stage}`.",
    phase: |_| Phase::Start,
    ask,
};

fn ask(question: &Question<'_>, cx: &mut Resolver<'_>) -> Answer {
    let Some(name) = question.name() else {
        return Answer::refused(
            "`env` needs the name of a variable",
            "write it behind the colon: `${env:NAME}`",
        );
    };
    if let Some(value) = cx.env(&name) {
        return Answer::plain(value);
    }
    let shown = question.shown(&name);
    let near = if question.secret { None } else { nearest(&name, cx.env_names()) };
    let help = match near {
        Some(near) => eco_format!("did you mean `{near}`?"),
        None => eco_format!("set `{shown}`, or add a fallback: `${{env:{shown}, 'value'}}`"),
    };
    Answer::missing(eco_format!("the environment variable `{shown}` is not set"), help)
        .about(Asked::Address)
        .near(near)
}
