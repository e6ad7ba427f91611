//! `${sls:stage}` and `${sls:instanceId}`: what the framework knows of the run.

use ecow::eco_format;

use super::{Answer, Question, Source};
use crate::variables::resolve::Resolver;

/// The source.
pub const SLS: Source = Source {
    name: "sls",
    syntax: "${sls:stage}",
    docs: "`stage`: the stage, from `--stage`, `provider.stage` or `dev`. `instanceId`: a number for the run.",
    ask,
};

/// The `instanceId`: the framework takes the time of the run; here the same inputs give the same bytes.
pub const INSTANCE_ID: &str = "1600000000000";

fn ask(question: &Question<'_>, cx: &mut Resolver<'_>) -> Answer {
    match question.address_text().as_deref() {
        Some("stage") => Answer::plain(cx.stage()),
        Some("instanceId") => Answer::plain(INSTANCE_ID),
        Some(other) => Answer::refused(
            eco_format!("`sls` has no `{other}`"),
            "write `${sls:stage}` or `${sls:instanceId}`",
        ),
        None => Answer::refused("`sls` needs an address", "write `${sls:stage}` or `${sls:instanceId}`"),
    }
}
