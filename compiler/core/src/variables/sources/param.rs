//! `${param:name}`: a parameter, from `--param`, `params.{stage}` or `params.default`.

use ecow::eco_format;

use super::{Answer, Question, Source};
use crate::variables::resolve::Resolver;

/// The source.
pub const PARAM: Source = Source {
    name: "param",
    syntax: "${param:name}",
    docs: "A parameter: `--param name=value`, else `params.{stage}.name`, else `params.default.name`.",
    ask,
};

fn ask(question: &Question<'_>, cx: &mut Resolver<'_>) -> Answer {
    let Some(name) = question.address_text() else {
        return Answer::refused(
            "`param` needs the name of a parameter",
            "write it behind the colon: `${param:name}`",
        );
    };
    if let Some(value) = cx.options().params.get(&name) {
        return Answer::plain(value);
    }
    let stage = cx.stage();
    for section in [stage.as_str(), "default"] {
        match cx.config_at(&["params", section, name.as_str()]) {
            Answer::Missing { .. } => {}
            found => return found,
        }
    }
    Answer::missing(
        eco_format!("no parameter is called `{name}`"),
        eco_format!("add it under `params.default` or `params.{stage}`, or give `--param {name}=value`"),
    )
}
