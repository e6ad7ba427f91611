//! What holds for any text, valid or not.

use proptest::prelude::*;

use super::all_ids;
use crate::{NodeKind, Parsed, parse};

/// Pieces of YAML in any order.
fn yaml_like() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "a: ",
        "b:",
        "\n",
        "\n  ",
        "\n    ",
        "  ",
        "- ",
        "\t",
        "[",
        "]",
        "{",
        "}",
        "\"",
        "'",
        "''",
        "\\",
        "&x ",
        "*x",
        "<<: ",
        "|\n",
        ">-\n",
        "!Ref ",
        "!!int ",
        "# c\n",
        "${self:a}",
        "é😀",
        "\r\n",
        "\r",
        "---\n",
        "...\n",
        "%",
        "@",
        "`",
        ",",
        ":",
        "? ",
        "\u{feff}",
        "\u{1}",
        "1",
        "~",
        "x y",
    ]);
    prop::collection::vec(prop_oneof![5 => pieces.prop_map(str::to_owned), 1 => "[a-z:,]{1,4}"], 0..60)
        .prop_map(|it| it.concat())
}

/// A service with one place damaged.
fn damaged() -> impl Strategy<Value = String> {
    let service = "service: x\nprovider: &p\n  name: aws\n  tags: {a: 1, b: [c, 'd']}\nfunctions:\n  one:\n    handler: \"a\\tb\"\n    \
        events:\n      - http:\n          path: /x\n      - sqs: !GetAtt [Q, Arn]\n  two:\n    <<: *p\n    description: >\n      some\n      \
        text é\n\n    env: |\n      y\n# end\n";
    let end = service.len();
    let damage =
        prop::sample::select(vec!["", "\"", "'", "[", "}", ":", "\t", " ", "\n", "- ", "@", "#", "*", "é"]);
    (0..end, 0..4usize, damage).prop_map(move |(at, removed, with)| {
        let start = service.floor_char_boundary(at);
        let end = service.floor_char_boundary((at + removed).min(service.len()));
        format!("{}{with}{}", &service[..start], &service[end.max(start)..])
    })
}

fn is_sound(text: &str, parsed: &Parsed) -> Result<(), TestCaseError> {
    let tree = &parsed.tree;
    for id in all_ids(tree) {
        let node = tree.node(id);
        prop_assert!(text.get(node.range.clone()).is_some(), "{node:?} in {text:?}");
        for range in node.tag.iter().map(|it| &it.range).chain(node.anchor.iter().map(|it| &it.range)) {
            prop_assert!(text.get(range.clone()).is_some(), "{node:?} in {text:?}");
        }
        if let Some(parent) = tree.parent(id) {
            let outer = &tree.node(parent).range;
            prop_assert!(parent < id);
            prop_assert!(
                outer.start <= node.range.start && node.range.end <= outer.end,
                "{node:?} in {outer:?} of {text:?}"
            );
        }
        if let NodeKind::String(value) = &node.kind {
            let inside = tree.source_range(text, id, 0..value.len());
            prop_assert!(
                node.range.start <= inside.start && inside.end <= node.range.end,
                "{node:?} in {text:?}"
            );
            prop_assert!(text.get(inside).is_some());
        }
    }
    for problem in &parsed.problems {
        prop_assert!(text.get(problem.range.clone()).is_some(), "{problem:?} in {text:?}");
        prop_assert!(
            problem.related.iter().all(|it| text.get(it.0.clone()).is_some()),
            "{problem:?} in {text:?}"
        );
    }
    prop_assert!(tree.comments().iter().all(|it| text.get(it.clone()).is_some_and(|it| it.starts_with('#'))));
    for at in 0..=text.len() {
        tree.path_at(at);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_text_gives_a_tree_with_sound_ranges(text in prop_oneof![1 => any::<String>(), 4 => yaml_like()]) {
        is_sound(&text, &parse(&text))?;
    }

    #[test]
    fn a_damaged_service_gives_a_tree_with_sound_ranges(text in damaged()) {
        is_sound(&text, &parse(&text))?;
    }

    #[test]
    fn strings_come_back_as_they_were_written(value in "\\PC*") {
        let double = serde_json::to_string(&value).unwrap();
        let single = format!("'{}'", value.replace('\'', "''"));
        for written in [double, single] {
            let text = format!("a: {written}\n");
            let parsed = parse(&text);
            let node = parsed.tree.node(crate::NodeId(2));
            prop_assert_eq!(&node.kind, &NodeKind::String(value.as_str().into()), "{}", text);
            // Each character leads to what wrote it.
            for (at, char) in value.char_indices() {
                let range = parsed.tree.source_range(&text, crate::NodeId(2), at..at + char.len_utf8());
                let written = &text[range];
                prop_assert!(written.starts_with(char) || written.starts_with('\\'), "{written:?} for {char:?} in {text:?}");
            }
        }
    }
}
