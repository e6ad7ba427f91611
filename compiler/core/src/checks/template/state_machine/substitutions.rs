//! `DefinitionSubstitutions`: each name in the definition has a value, and each value a name.
//!
//! <https://docs.aws.amazon.com/step-functions/latest/dg/concepts-cloudformation.html>

use ecow::{EcoString, eco_format};

use super::source::Source;
use crate::diagnostic::{Diagnostic, nearest};
use crate::path::Path;
use crate::rules;
use crate::shape::cfn::is_intrinsic;
use crate::value::{Object, Value};

/// Finds names without a value, and values that nothing names. In a `Fn::Sub` names begin with `!`.
pub fn check(source: &Source, is_sub: bool, substituted: &Object, at: &Path, found: &mut Vec<Diagnostic>) {
    if substituted.keys().any(|it| it.starts_with("Fn::")) {
        return;
    }
    let mut used: Vec<EcoString> = Vec::new();
    let mut open = false;
    source.value.visit(&mut Path::root(), &mut |path, value| {
        match value {
            Value::Object(object) if is_intrinsic(object) => {
                // What a function makes may name any.
                open = true;
                return false;
            }
            Value::Object(object) => {
                for key in object.keys() {
                    used.extend(names(key, is_sub));
                }
            }
            Value::String(text) => {
                for name in names(text, is_sub) {
                    if !substituted.contains_key(&name) && !used.contains(&name) {
                        found.push(without_value(source, path, &name, substituted));
                    }
                    used.push(name);
                }
            }
            _ => {}
        }
        true
    });
    for name in substituted.keys().filter(|it| !open && !used.contains(it)) {
        let message = eco_format!("the definition has no `${{{name}}}`");
        found.push(
            Diagnostic::new(
                &rules::UNUSED_DECLARATION,
                crate::diagnostic::Place::key(at.join(name)),
                message,
            )
            .help("remove it, or use it in the definition"),
        );
    }
}

fn without_value(source: &Source, path: &Path, name: &str, substituted: &Object) -> Diagnostic {
    let message = eco_format!("nothing is put in for `${{{name}}}`");
    let diagnostic = Diagnostic::new(&rules::STATE_MACHINE, source.at_value(path), message)
        .why("`DefinitionSubstitutions` has no such name, so the text stays as it is");
    match nearest(name, substituted.keys().map(EcoString::as_str)) {
        Some(near) => diagnostic.help(eco_format!("did you mean `${{{near}}}`?")),
        None => diagnostic.help(eco_format!("add `{name}` to `DefinitionSubstitutions`")),
    }
}

/// The names in a text that CloudFormation puts something in for.
fn names(text: &str, is_sub: bool) -> impl Iterator<Item = EcoString> {
    text.match_indices("${").filter_map(move |(at, open)| {
        let inner = text.get(at + open.len()..)?;
        let name = inner.get(..inner.find('}')?)?;
        let name = if is_sub { name.strip_prefix('!')? } else { name };
        let is_name = !name.is_empty() && name.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'_');
        is_name.then(|| name.into())
    })
}
