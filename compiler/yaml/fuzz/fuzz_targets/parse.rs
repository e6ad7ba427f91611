//! Any text must give a tree whose ranges lie in the text, on the bounds of characters, and in their parents.
#![no_main]

use libfuzzer_sys::fuzz_target;
use slsc_yaml::{NodeId, NodeKind};

fuzz_target!(|text: &str| {
    let parsed = slsc_yaml::parse_with(text, &["!Ref", "!Sub"]);
    let tree = &parsed.tree;
    for id in (0..tree.len() as u32).map(NodeId) {
        let node = tree.node(id);
        assert!(text.get(node.range.clone()).is_some(), "{node:?}");
        if let Some(parent) = tree.parent(id) {
            let outer = &tree.node(parent).range;
            assert!(outer.start <= node.range.start && node.range.end <= outer.end, "{node:?} in {outer:?}");
        }
        if let NodeKind::String(value) = &node.kind {
            let inside = tree.source_range(text, id, 0..value.len());
            assert!(text.get(inside).is_some(), "{node:?}");
        }
    }
    for problem in &parsed.problems {
        assert!(text.get(problem.range.clone()).is_some(), "{problem:?}");
    }
    tree.path_at(text.len() / 2);
});
