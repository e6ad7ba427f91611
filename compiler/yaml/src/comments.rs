//! The comments of a text: what stands behind a `#` that is in no scalar.

use crate::{NodeKind, ScalarStyle, Tree};

/// Finds the comments between the nodes of `tree`.
pub(crate) fn find(text: &str, tree: &mut Tree) {
    let bytes = text.as_bytes();
    let mut comments = Vec::new();
    let mut index = 0;
    let mut from = 0;
    for (at, _) in text.match_indices('#') {
        // A `#` inside a comment does not begin another, and one behind a letter is a letter.
        let behind = at.checked_sub(1).and_then(|it| bytes.get(it));
        let separate = behind.is_none_or(|it| matches!(it, b' ' | b'\t' | b'\n' | b'\r' | 0xBF));
        if at < from || !separate {
            continue;
        }
        // Scalars stand in the order of the text: those that end before this place are done with.
        while tree.nodes.get(index).is_some_and(|it| it.range.end <= at || is_collection(&it.kind)) {
            index += 1;
        }
        let inside =
            tree.nodes.get(index).is_some_and(|it| it.range.start <= at && !header(text, tree, index, at));
        if !inside {
            let rest = text.get(at..).unwrap_or_default();
            let length = rest.find(['\n', '\r']).unwrap_or(rest.len());
            comments.push(at..at + length);
            from = at + length;
        }
    }
    tree.comments = comments;
}

fn is_collection(kind: &NodeKind) -> bool {
    matches!(kind, NodeKind::Sequence(_) | NodeKind::Mapping(_))
}

/// Whether `at` is in the first line of a block scalar, where its `|` stands.
fn header(text: &str, tree: &Tree, index: usize, at: usize) -> bool {
    let block = matches!(tree.styles.get(index), Some(Some(ScalarStyle::Literal | ScalarStyle::Folded)));
    let start = tree.nodes.get(index).map_or(at, |it| it.range.start);
    block && !text.get(start..at).unwrap_or_default().contains('\n')
}
