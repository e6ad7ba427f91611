//! `provider: aws`, `defaults` and a `runtime` at the top: they all belong into `provider`.

use ecow::eco_format;

use crate::diagnostic::Part;
use crate::legacy::draft::Draft;
use crate::path::Path;
use crate::rules;
use crate::value::Value;

/// What `defaults` could say, and what it is called in `provider`.
const DEFAULTS: [(&str, &str); 4] =
    [("stage", "stage"), ("region", "region"), ("memory", "memorySize"), ("timeout", "timeout")];

pub(super) fn replace(draft: &mut Draft) {
    let provider = Path::from(["provider"]);
    if let Some(name) = draft.get(&provider).and_then(Value::as_str).map(Value::from) {
        draft.put(&provider, crate::json!({ "name": (name) }), &provider);
        draft.came_from(provider.join("name"), provider.clone());
    }
    let runtime = Path::from(["runtime"]);
    if draft.get(&runtime).is_some() {
        let message = "`runtime` at the top of the file had no effect";
        draft.report(&rules::BETA_KEY, &runtime, Part::Key, message, "write it below `provider`");
        move_or_drop(draft, &runtime, &provider.join("runtime"));
    }
    defaults(draft, &provider);
}

fn defaults(draft: &mut Draft, provider: &Path) {
    let defaults = Path::from(["defaults"]);
    if draft.get(&defaults).is_none() {
        return;
    }
    draft.report(
        &rules::BETA_KEY,
        &defaults,
        Part::Key,
        "`defaults` is read no more: today the stage and the region of this service would be `dev` and `us-east-1`",
        "write `stage` and `region` below `provider`",
    );
    for (old, new) in DEFAULTS {
        move_or_drop(draft, &defaults.join(old), &provider.join(new));
    }
    for key in draft.keys(&defaults).iter().filter(|it| it.as_str() != "variableSyntax") {
        let message = eco_format!("`defaults.{key}` had no effect");
        draft.report(&rules::BETA_IGNORED, &defaults.join(key), Part::Key, message, "remove it");
    }
    draft.remove(&defaults);
}

/// Moves an entry to where nothing stands yet; what stands there wins.
pub(super) fn move_or_drop(draft: &mut Draft, from: &Path, to: &Path) {
    if draft.get(from).is_none() {
        return;
    }
    if draft.get(to).is_none_or(Value::is_null) {
        draft.relocate(from, to);
    } else {
        draft.remove(from);
    }
}
