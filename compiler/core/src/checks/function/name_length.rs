//! The name of a function in Lambda: it has at most 64 characters, and most are put together.

use ecow::eco_format;

use super::Facts;
use crate::diagnostic::Diagnostic;
use crate::rules;

/// <https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html>
const LONGEST: usize = 64;

/// Finds a name that Lambda refuses for its length.
pub fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    let (name, length) = (&facts.context.name, facts.context.name.chars().count());
    if length <= LONGEST || facts.listed.value.get("name").is_some_and(|it| it.as_str().is_none()) {
        return;
    }
    let own = facts.function.name.is_some();
    let at = if own { facts.value("name") } else { facts.key() };
    let message = eco_format!("the function's name `{name}` has {length} characters");
    let diagnostic = Diagnostic::new(&rules::NAME_TOO_LONG, at, message);
    let help = if own {
        eco_format!("shorten it by {}", length - LONGEST)
    } else {
        eco_format!(
            "it is `service-stage-function`: shorten one of them by {}, or give the function a `name`",
            length - LONGEST
        )
    };
    found.push(diagnostic.why("Lambda takes 64 at most").help(help));
}
