//! Options of functions: `memory`, and those that the development tree kept below `provider.aws`.

use ecow::eco_format;

use super::provider::move_or_drop;
use crate::diagnostic::Part;
use crate::legacy::draft::Draft;
use crate::path::Path;
use crate::rules;

pub(super) fn replace(draft: &mut Draft) {
    let functions = Path::from(["functions"]);
    for key in draft.keys(&functions) {
        let function = functions.join(&key);
        rename(draft, &function, "memory", "memorySize");
        provider(draft, &function);
    }
}

fn rename(draft: &mut Draft, function: &Path, old: &str, new: &str) {
    let written = function.join(old);
    if draft.get(&written).is_none() {
        return;
    }
    let message = eco_format!("`{old}` is called `{new}` today");
    draft.report(&rules::BETA_KEY, &written, Part::Key, message, eco_format!("write `{new}`"));
    if draft.get(&function.join(new)).is_some() {
        draft.remove(&written);
    } else {
        draft.rename(&written, new);
    }
}

fn provider(draft: &mut Draft, function: &Path) {
    let provider = function.join("provider");
    let aws = provider.join("aws");
    if draft.get(&aws).is_none() {
        return;
    }
    let message = "options below `provider.aws` of a function stand beside its `handler` today";
    draft.report(&rules::BETA_KEY, &provider, Part::Key, message, "move them up by two levels");
    for key in draft.keys(&aws) {
        move_or_drop(draft, &aws.join(&key), &function.join(&key));
    }
    draft.remove(&provider);
}
