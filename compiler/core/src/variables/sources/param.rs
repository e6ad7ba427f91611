//! `${param:name}`: a parameter, from `--param`, `params.{stage}` or `params.default`.

use ecow::{EcoString, eco_format};

use super::{Answer, Asked, Question, Source};
use crate::db::Content;
use crate::diagnostic::nearest;
use crate::value::{Unknown, Value};
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
    if let Some(file) = composed(&name, cx) {
        let text = eco_format!("${{param:{name}}}");
        let reason = eco_format!("`{file}` gives it from another service");
        return Answer::Unknown(Unknown { text, reason, reported: false });
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

/// How many directories above the service are looked into for a file that composes services.
const LEVELS: usize = 3;

/// The file above that composes services and gives this one the parameter, as `osls` does when it runs them together.
fn composed(name: &str, cx: &Resolver<'_>) -> Option<EcoString> {
    let host = cx.host();
    for level in 1..=LEVELS {
        for ending in ["yml", "yaml"] {
            let path = eco_format!("{}serverless-compose.{ending}", "../".repeat(level));
            let file = host.file(&path);
            if !matches!(host.content(file), Content::Text(_)) {
                continue;
            }
            let document = host.document(file);
            let services = document.get("services").and_then(Value::as_object)?;
            // Whose path it is cannot be told without the name of this directory; the name of the parameter is enough.
            let gives = |it: &Value| it.get("params").is_some_and(|it| it.get(name).is_some());
            return services.values().any(gives).then_some(path);
        }
    }
    None
}
