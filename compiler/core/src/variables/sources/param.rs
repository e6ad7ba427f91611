//! `${param:name}`: a parameter, from `--param`, `params.{stage}` or `params.default`.

use ecow::eco_format;

use super::{Answer, Asked, Question, Source};
use crate::diagnostic::nearest;
use crate::variables::resolve::{Phase, Resolver};

/// The source.
pub const PARAM: Source = Source {
    name: "param",
    syntax: "${param:name}",
    docs: "A parameter: `--param name=value`, else `params.{stage}.name`, else `params.default.name`.",
    phase: |_| Phase::Service,
    ask,
};

fn ask(question: &Question<'_>, cx: &mut Resolver<'_>) -> Answer {
    let Some(name) = question.name() else {
        return Answer::refused(
            "`param` needs the name of a parameter",
            "write it behind the colon: `${param:name}`",
        );
    };
    let Some(stage) = cx.valid_stage() else { return Answer::Failed };
    if let Some(value) = cx.options().params.get(&name) {
        return Answer::plain(value);
    }
    for section in [stage.as_str(), "default"] {
        let keys = ["params", section, name.as_str()];
        match cx.config_above(&keys) {
            Answer::Missing { .. } => {}
            found @ Answer::Value(..) => return cx.late_text(&keys).unwrap_or(found),
            found => return found,
        }
    }
    let shown = question.shown(&name);
    let near = if question.secret { None } else { nearest(&name, cx.param_names(&stage)) };
    let help = match near {
        Some(near) => eco_format!("did you mean `{near}`?"),
        None => {
            eco_format!("add it under `params.default` or `params.{stage}`, or give `--param {shown}=value`")
        }
    };
    Answer::missing(eco_format!("no parameter is called `{shown}`"), help).about(Asked::Address).near(near)
}
