//! `${opt:name}`: an option of the command line.

use ecow::eco_format;

use super::{Answer, Question, Source};
use crate::value::{Object, Value};
use crate::variables::resolve::Resolver;

/// The source.
pub const OPT: Source = Source {
    name: "opt",
    syntax: "${opt:name}",
    docs: "An option of the command line, such as `stage` for `--stage`, as a string. Missing if it was not given.",
    ask,
};

fn ask(question: &Question<'_>, cx: &mut Resolver<'_>) -> Answer {
    let options = &cx.options().options;
    let Some(name) = question.address_text() else {
        let all: Object = options.iter().map(|(key, value)| (key.clone(), Value::from(value))).collect();
        return Answer::plain(all);
    };
    match options.get(&name) {
        Some(value) => Answer::plain(value),
        None => Answer::missing(
            eco_format!("the option `--{name}` was not given"),
            eco_format!("give it on the command line, or add a fallback: `${{opt:{name}, 'value'}}`"),
        ),
    }
}
