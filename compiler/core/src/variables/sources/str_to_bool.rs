//! `${strToBool(value)}`: a text as a boolean.

use super::{Answer, Question, Source};
use crate::value::Value;
use crate::variables::resolve::Resolver;

/// The source.
pub const STR_TO_BOOL: Source = Source {
    name: "strToBool",
    syntax: "${strToBool(value)}",
    docs: "`true` or `1` as true, `false` or `0` as false. Other texts are refused.",
    ask,
};

fn ask(question: &Question<'_>, _: &mut Resolver<'_>) -> Answer {
    const HELP: &str = "give it a text: `true`, `false`, `1` or `0`";
    // The framework takes a falsy value that is written out as no input at all.
    let written_out = matches!(
        question.call.params.as_deref(),
        Some([Some(super::super::syntax::Operand::Literal(_)), ..])
    );
    let input = question.params.first().filter(|it| !it.is_null() && (it.is_truthy() || !written_out));
    let Some(input) = input else { return Answer::refused("`strToBool` has nothing to convert", HELP) };
    if matches!(input, Value::Array(_) | Value::Object(_)) {
        return Answer::refused("`strToBool` converts texts only", HELP);
    }
    match input.to_js_string().trim().to_lowercase().as_str() {
        "true" | "1" => Answer::plain(true),
        "false" | "0" => Answer::plain(false),
        other => Answer::refused(ecow::eco_format!("`{other}` is neither true nor false"), HELP),
    }
}
