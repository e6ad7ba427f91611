//! `include` and `exclude`: parts of paths and regular expressions then, patterns today.

use ecow::{EcoString, eco_format};

use crate::diagnostic::Part;
use crate::legacy::draft::Draft;
use crate::path::Path;
use crate::rules;
use crate::value::Value;

pub(super) fn replace(draft: &mut Draft) {
    let package = Path::from(["package"]);
    replace_lists(draft, &package, &package);
    let functions = Path::from(["functions"]);
    for key in draft.keys(&functions) {
        let function = functions.join(&key);
        let package = function.join("package");
        replace_lists(draft, &function, &package);
    }
}

/// Makes patterns of the lists below `holder`.
fn replace_lists(draft: &mut Draft, holder: &Path, package: &Path) {
    let mut patterns = Vec::new();
    let mut first = None;
    for key in ["exclude", "include"] {
        let list = holder.join(key);
        let Some(entries) = draft.get(&list).cloned() else { continue };
        draft.report(
            &rules::BETA_KEY,
            &list,
            Part::Key,
            eco_format!("`{key}` held parts of paths in the betas, and is replaced by patterns"),
            eco_format!(
                "write `patterns` below `package`{}",
                if key == "exclude" { ", with `!` before what stays out" } else { "" }
            ),
        );
        let sign = if key == "exclude" { "!" } else { "" };
        for entry in entries.as_array().unwrap_or_default().iter().filter_map(Value::as_str) {
            patterns.extend(globs(entry).into_iter().map(|it| Value::from(eco_format!("{sign}{it}"))));
        }
        first = first.or(Some(list));
    }
    let Some(first) = first else { return };
    draft.put(&package.join("patterns"), Value::from(patterns), &first);
    for key in ["exclude", "include"] {
        if draft.get(&holder.join(key)).is_some() {
            draft.remove(&holder.join(key));
        }
    }
}

/// The patterns of the files whose path holds `part`, or begins or ends with it where it says so.
fn globs(part: &str) -> Vec<EcoString> {
    let starts = part.starts_with('^');
    let ends = part.ends_with('$');
    let text = part.trim_start_matches('^').trim_end_matches('$').trim_start_matches("./");
    let text = text.trim_start_matches('/').replace('\\', "").replace(".*", "*");
    let before = if starts { "" } else { "**/*" };
    match text.strip_suffix('/') {
        Some(folder) => vec![eco_format!("{before}{folder}/**")],
        None if ends => vec![eco_format!("{before}{text}")],
        None => vec![eco_format!("{before}{text}*"), eco_format!("{before}{text}*/**")],
    }
}

#[cfg(test)]
mod tests {
    use super::globs;

    #[test]
    fn parts_of_paths_become_patterns() {
        assert_eq!(globs("tests"), ["**/*tests*", "**/*tests*/**"]);
        assert_eq!(globs("node_modules/chai/"), ["**/*node_modules/chai/**"]);
        assert_eq!(globs(r"^lib"), ["lib*", "lib*/**"]);
        assert_eq!(globs(r"\.md$"), ["**/*.md"]);
    }
}
