//! `${opt:name}`: an option of the command line.

use ecow::eco_format;

use super::{Answer, Asked, Question, Source};
use crate::diagnostic::nearest;
use crate::value::{Object, Value};
use crate::variables::resolve::{Phase, Resolver};

/// The source.
pub const OPT: Source = Source {
    name: "opt",
    syntax: "${opt:name}",
    docs: "An option of the command line, such as `stage` for `--stage`, as a string. Missing if it was not given.",
    phase,
    ask,
};

/// The options that every command has. Others may be those of a plugin, and are known when it is.
const COMMON: &[&str] =
    &["aws-profile", "config", "debug", "help", "param", "region", "stage", "verbose", "version"];

fn phase(question: &Question<'_>) -> Phase {
    match question.address_text() {
        Some(name) if COMMON.contains(&name.as_str()) => Phase::Start,
        _ => Phase::Service,
    }
}

fn ask(question: &Question<'_>, cx: &mut Resolver<'_>) -> Answer {
    let options = &cx.options().options;
    let Some(name) = question.address.as_ref().filter(|it| !it.is_null()).map(Value::to_js_string) else {
        let all: Object = options.iter().map(|(key, value)| (key.clone(), Value::from(value))).collect();
        return Answer::plain(all);
    };
    if let Some(value) = options.get(&name) {
        return Answer::plain(value);
    }
    let params = &cx.options().params;
    if name == "param" && !params.is_empty() {
        return Answer::plain(Value::array(
            params.iter().map(|(key, it)| Value::from(eco_format!("{key}={it}"))),
        ));
    }
    let shown = question.shown(&name);
    let known = COMMON.iter().copied().chain(options.keys().map(ecow::EcoString::as_str));
    let near = if question.secret || COMMON.contains(&name.as_str()) { None } else { nearest(&name, known) };
    let help = match near {
        Some(near) => eco_format!("did you mean `{near}`?"),
        None => eco_format!("give it on the command line, or add a fallback: `${{opt:{shown}, 'value'}}`"),
    };
    Answer::missing(eco_format!("the option `--{shown}` was not given"), help)
        .about(Asked::Address)
        .near(near)
}
