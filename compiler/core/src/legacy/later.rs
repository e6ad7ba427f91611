//! Forms of versions 1 to 3 that have newer ones: they are read as they are, and only written anew by a migration.

use ecow::eco_format;

use super::draft::Draft;
use crate::aws::provider::Provider;
use crate::path::{Path, Segment};
use crate::service::Root;
use crate::shape::{Shape, Typed as _};
use crate::value::Value;

/// Writes the newer forms, where nothing stands yet.
pub fn replace(draft: &mut Draft) {
    service_object(draft);
    let package = Path::from(["package"]);
    globs(draft, &package);
    let functions = Path::from(["functions"]);
    for key in draft.keys(&functions) {
        globs(draft, &functions.join(&key).join("package"));
    }
    keys(draft, &Path::from(["provider"]), Provider::SHAPE);
    keys(draft, &Path::root(), Root::SHAPE);
}

/// `service: {name: shop}`.
fn service_object(draft: &mut Draft) {
    let service = Path::from(["service"]);
    let Some(Value::Object(object)) = draft.get(&service) else { return };
    if let (1, Some(name @ Value::String(_))) = (object.len(), object.get("name").cloned()) {
        draft.put(&service, name, &service.join("name"));
    }
}

/// Keys whose shape names another place.
fn keys(draft: &mut Draft, holder: &Path, shape: &Shape) {
    let Shape::Object(shape) = shape else { return };
    for field in shape.fields {
        let Some(instead) = field.deprecated.filter(|it| is_path(it)) else { continue };
        let from = holder.join(field.key);
        let to: Path = instead.split('.').map(Segment::from).collect();
        if draft.get(&from).is_some() && has_room(draft, &to) {
            draft.relocate(&from, &to);
        }
    }
}

/// Whether a key's successor is a place named from the top. `kmsKeyArn`, which has no dot, also changes the role.
fn is_path(instead: &str) -> bool {
    let is_word = instead.chars().all(|it| it.is_ascii_alphanumeric() || it == '.');
    is_word && instead.contains('.') && !instead.ends_with("patterns")
}

/// Whether nothing stands at a path, and what stands above it are mappings written out.
fn has_room(draft: &Draft, path: &Path) -> bool {
    let mut above = path.parent();
    while above.last().is_some() {
        if !matches!(draft.get(&above), None | Some(Value::Null | Value::Object(_))) {
            return false;
        }
        above.pop();
    }
    draft.get(path).is_none()
}

/// `exclude` and `include` as patterns: what is excluded first, as those versions took them.
fn globs(draft: &mut Draft, package: &Path) {
    let list = |key: &str| draft.get(&package.join(key)).cloned();
    let (exclude, include) = (list("exclude"), list("include"));
    let Some(first) = ["exclude", "include"].into_iter().find(|it| draft.get(&package.join(*it)).is_some())
    else {
        return;
    };
    let mut patterns = Vec::new();
    for (sign, list) in [("!", exclude), ("", include), ("", list("patterns"))] {
        let Some(list) = list else { continue };
        let Some(items) = list.as_array().filter(|it| it.iter().all(|it| it.as_str().is_some())) else {
            return;
        };
        patterns.extend(items.iter().filter_map(Value::as_str).map(|it| {
            let negated = it.strip_prefix('!').filter(|_| sign == "!");
            Value::from(negated.map_or_else(|| eco_format!("{sign}{it}"), Into::into))
        }));
    }
    draft.put(&package.join("patterns"), Value::from(patterns), &package.join(first));
    for key in ["exclude", "include"] {
        draft.remove(&package.join(key));
    }
}
