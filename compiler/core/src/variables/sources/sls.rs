//! `${sls:stage}` and `${sls:instanceId}`: what the framework knows of the run.

use ecow::eco_format;

use super::{Answer, Asked, Question, Source};
use crate::diagnostic::nearest;
use crate::variables::resolve::{Phase, Resolver};

/// The source.
pub const SLS: Source = Source {
    name: "sls",
    syntax: "${sls:stage}",
    docs: "`stage`: the stage, from `--stage`, `provider.stage` or `dev`. `instanceId`: a number for the run.",
    phase,
    ask,
};

/// The `instanceId`: the framework takes the time of the run; here the same inputs give the same bytes.
pub const INSTANCE_ID: &str = "1600000000000";

fn phase(question: &Question<'_>) -> Phase {
    match question.name().as_deref() {
        Some("instanceId") => Phase::Service,
        _ => Phase::Start,
    }
}

fn ask(question: &Question<'_>, cx: &mut Resolver<'_>) -> Answer {
    const HELP: &str = "write `${sls:stage}` or `${sls:instanceId}`";
    match question.name().as_deref() {
        Some("stage") => cx.valid_stage().map_or(Answer::Failed, Answer::plain),
        Some("instanceId") => Answer::plain(INSTANCE_ID),
        Some(other) => {
            let near = nearest(other, ["stage", "instanceId"]);
            Answer::refused(eco_format!("`sls` has no `{}`", question.shown(other)), HELP)
                .about(Asked::Address)
                .near(near)
        }
        None => Answer::refused("`sls` needs an address", HELP),
    }
}
