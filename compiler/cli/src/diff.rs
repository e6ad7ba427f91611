//! Changes of texts as unified diffs.

use similar::{ChangeTag, TextDiff};

/// How the file `name` changes; an empty new text stands for a file that is removed.
pub fn unified(name: &str, old: &str, new: &str, color: bool) -> String {
    let diff = TextDiff::from_lines(old, new);
    let target = if new.is_empty() { "/dev/null".to_owned() } else { format!("b/{name}") };
    let mut out = format!("--- a/{name}\n+++ {target}\n");
    for hunk in diff.unified_diff().context_radius(3).iter_hunks() {
        out.push_str(&format!("{}\n", hunk.header()));
        for change in hunk.iter_changes() {
            let (sign, style) = match change.tag() {
                ChangeTag::Delete => ("-", "\u{1b}[31m"),
                ChangeTag::Insert => ("+", "\u{1b}[32m"),
                ChangeTag::Equal => (" ", ""),
            };
            let line = change.value().trim_end_matches(['\n', '\r']);
            match color && !style.is_empty() {
                true => out.push_str(&format!("{style}{sign}{line}\u{1b}[0m\n")),
                false => out.push_str(&format!("{sign}{line}\n")),
            }
        }
    }
    out
}
