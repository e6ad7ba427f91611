//! Files of handlers that say nothing, in a service whose other files do.
//!
//! A service may be shown with files that are only placeholders: then nothing is said.

use ecow::eco_format;

use super::Facts;
use crate::checks::function::handler;
use crate::checks::function::handler::surroundings::Surroundings;
use crate::code;
use crate::diagnostic::Diagnostic;
use crate::rules;

/// Finds such files.
pub fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    let files = facts.around.files;
    let mut empty = Vec::new();
    let mut others = 0;
    for function in &facts.functions {
        let (Some(text), None) = (&function.function.handler, &function.function.image) else { continue };
        let around = Surroundings::of(function);
        let target = handler::target(files, handler::runtime(function), text);
        let Some((path, _)) = target.filter(|_| !around.ready && !around.makes) else { continue };
        if code::all(files, &path).empty {
            empty.push((function, path));
        } else {
            others += 1;
        }
    }
    if others == 0 {
        return;
    }
    for (function, path) in empty {
        found.push(
            Diagnostic::new(
                &rules::HANDLER_EXPORT,
                function.value("handler"),
                eco_format!("the file `{path}` of this handler is empty"),
            )
            .why("Lambda would fail at the first invocation")
            .help("write the function, or name the file that has it"),
        );
    }
}
