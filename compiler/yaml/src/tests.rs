//! What a text becomes: values, ranges and problems, as somebody who writes YAML sees them.

mod mistakes;
mod properties;

use crate::{NodeId, NodeKind, ScalarStyle, Tree, parse, parse_with};

/// A tree as its values.
fn show(tree: &Tree, id: NodeId) -> String {
    match &tree.node(tree.target(id)).kind {
        NodeKind::Null => "null".into(),
        NodeKind::Bool(it) => it.to_string(),
        NodeKind::Number(it) => it.to_string(),
        NodeKind::String(it) => format!("{it:?}"),
        NodeKind::Sequence(items) => {
            format!("[{}]", items.iter().map(|it| show(tree, *it)).collect::<Vec<_>>().join(", "))
        }
        NodeKind::Mapping(entries) => {
            let entries =
                entries.iter().map(|it| format!("{}: {}", show(tree, it.key), show(tree, it.value)));
            format!("{{{}}}", entries.collect::<Vec<_>>().join(", "))
        }
        NodeKind::Alias(it) => format!("*{}", it.name),
    }
}

fn values(text: &str) -> String {
    let parsed = parse(text);
    parsed.tree.root().map_or_else(String::new, |it| show(&parsed.tree, it))
}

/// Each problem as `line kind "text"`.
fn problems(text: &str) -> Vec<String> {
    let parsed = parse_with(text, &["!Ref", "!Sub", "!GetAtt"]);
    let line = |at: usize| text[..at].matches('\n').count() + 1;
    let shown = parsed.problems.iter();
    shown
        .map(|it| format!("{} {} {:?}", line(it.range.start), it.kind.id(), &text[it.range.clone()]))
        .collect()
}

fn all_ids(tree: &Tree) -> impl Iterator<Item = NodeId> {
    (0..u32::try_from(tree.len()).unwrap()).map(NodeId)
}

/// The texts of all nodes, in order.
fn written(text: &str) -> Vec<&str> {
    let parsed = parse(text);
    all_ids(&parsed.tree).map(|it| &text[parsed.tree.node(it).range.clone()]).collect()
}

#[test]
fn scalars_are_those_of_the_core_schema() {
    let cases = [
        ("[yes, on, 012, 0o14, 0x1F, 0b11]", "[\"yes\", \"on\", 12, 12, 31, 3]"),
        ("[1_000, 2012-10-17, 1:30, '1', +.5]", "[\"1_000\", \"2012-10-17\", \"1:30\", \"1\", \"+.5\"]"),
        ("[1., .5, 1e3, +5, -0, 08]", "[1, 0.5, 1000, 5, -0, 8]"),
        ("[~, Null, NULL, True, FALSE, tRUE]", "[null, null, null, true, false, \"tRUE\"]"),
        ("[12345678901234567890, .inf, -.INF, .nan]", "[12345678901234567000, inf, -inf, NaN]"),
    ];
    for (text, expected) in cases {
        assert_eq!(values(text), expected, "{text}");
    }
}

#[test]
fn a_local_tag_gets_the_text_as_it_stands() {
    assert_eq!(values("a: !Ref 1\nb: !Sub\nc: !If [x, 1]"), "{\"a\": \"1\", \"b\": null, \"c\": [\"x\", 1]}");
}

#[test]
fn tags_of_the_core_schema_resolve() {
    let text = "a: !!str 1\nb: !!int '3'\nc: !!float 2\nd: !!str\ne: !!bool true";
    assert_eq!(values(text), "{\"a\": \"1\", \"b\": 3, \"c\": 2, \"d\": \"\", \"e\": true}");
    assert_eq!(
        problems("a: !!bool yes\nb: !!strr x\n"),
        ["1 yaml-syntax \"!!bool\"", "2 yaml-unknown-tag \"!!strr\""]
    );
}

#[test]
fn aliases_lead_to_their_anchors() {
    assert_eq!(values("a: &x [1]\nb: *x"), "{\"a\": [1], \"b\": [1]}");
    assert_eq!(values("a: &x 1\nb: &x 2\nc: *x"), "{\"a\": 1, \"b\": 2, \"c\": 2}");
}

#[test]
fn only_a_plain_key_merges() {
    let merges = |text: &str| {
        let parsed = parse(text);
        let NodeKind::Mapping(entries) = &parsed.tree.node(parsed.tree.root().unwrap()).kind else {
            panic!()
        };
        entries.iter().map(|it| it.merge).collect::<Vec<_>>()
    };
    assert_eq!(merges("<<: {a: 1}\n<<: [{b: 1}]\n'<<': 1\n!!str <<: 2\n"), [true, true, false, false]);
}

#[test]
fn ranges_hold_the_content_and_nothing_else() {
    let text = "a: &x !Ref b # c\nd:\n  - 'e'\n\n# f\ng: !Sub [h]   \n";
    let expected = [text.trim_end(), "a", "b", "d", "- 'e'", "'e'", "g", "[h]", "h"];
    assert_eq!(written(text), expected);
}

#[test]
fn a_value_that_is_not_written_stands_behind_its_colon() {
    let places = |text: &str| {
        let parsed = parse(text);
        let empty =
            all_ids(&parsed.tree).map(|it| parsed.tree.node(it).range.clone()).filter(|it| it.is_empty());
        empty.map(|it| it.start).collect::<Vec<_>>()
    };
    assert_eq!(places("a:\nb:   # c\nc: 1\n"), [2, 5]);
    assert_eq!(places("{a, b: }"), [2, 6]);
    assert_eq!(places("a:\n  -\n  - b\n"), [6]);
}

#[test]
fn block_scalars_reach_from_the_indicator_to_the_last_line() {
    let text = "a: |\n  x\n  y\n\nb: >- # c\n  z\n\n# d\ne: |+\nf: 1\n";
    let parsed = parse(text);
    let block =
        |it: &NodeId| matches!(parsed.tree.style(*it), Some(ScalarStyle::Literal | ScalarStyle::Folded));
    let blocks: Vec<&str> =
        all_ids(&parsed.tree).filter(block).map(|it| &text[parsed.tree.node(it).range.clone()]).collect();
    assert_eq!(blocks, ["|\n  x\n  y", ">- # c\n  z", "|+"]);
    assert_eq!(values(text), "{\"a\": \"x\\ny\\n\", \"b\": \"z\", \"e\": \"\", \"f\": 1}");
}

#[test]
fn comments_are_found_where_they_are_comments() {
    let text = "# one\na: b#c # two\nd: '# no'\ne: |  # three\n  # no\nf: http://x/#y\n  #four\r\n";
    let parsed = parse(text);
    let comments: Vec<&str> = parsed.tree.comments().iter().map(|it| &text[it.clone()]).collect();
    assert_eq!(comments, ["# one", "# two", "# three", "#four"]);
}

#[test]
fn the_path_to_a_place_leads_through_keys_and_values() {
    let text = "a:\n  b: [c, d]\n";
    let parsed = parse(text);
    let path = |part: &str| {
        let found = parsed.tree.path_at(text.find(part).unwrap()).into_iter();
        found.map(|it| &text[parsed.tree.node(it).range.clone()]).collect::<Vec<_>>()
    };
    assert_eq!(path("b:"), [text.trim_end(), "b: [c, d]", "b"]);
    assert_eq!(path("d]"), [text.trim_end(), "b: [c, d]", "[c, d]", "d"]);
}

/// The text behind a part of the first string whose value holds it.
fn inside<'t>(text: &'t str, part: &str) -> &'t str {
    let parsed = parse(text);
    let found = all_ids(&parsed.tree).find_map(|it| match &parsed.tree.node(it).kind {
        NodeKind::String(value) => value.find(part).map(|at| (it, at)),
        _ => None,
    });
    let (id, at) = found.unwrap();
    &text[parsed.tree.source_range(text, id, at..at + part.len())]
}

#[test]
fn places_inside_strings_are_found() {
    let same = [
        "a: x${b}y",
        "a: 'it''s ${b}'",
        "a: \"\\t\\u0041\\x41\\U0001F600 é\\\"${b}\"",
        "a: \"\\uD83D\\uDE00${b}\"",
        "a: |\n  one\n  two ${b}\n",
        "a: |-\n\n   one\n\n    two ${b}",
        "a: |2\n    one\n  ${b}\n",
        "a: >\n  one\n  two\n\n    three\n   four\n  ${b} five\n",
        "a: one\n  two\n\n  ${b}",
        "a: 'one  \n  two\n\n\n  ${b}'",
        "a: \"one \\\n   two  \n  ${b}\"",
        "a: >-\r\n  one\r\n  ${b}\r\n",
        "a: [x, ${b}]",
        "a: \"${b}\nc: 1\n",
    ];
    for text in same {
        assert_eq!(inside(text, "${b}"), "${b}", "{text}");
    }
    assert_eq!(inside("a: \"x\\ty\"", "\t"), "\\t");
    assert_eq!(inside("a: 'x''y'", "'"), "''");
}

#[test]
fn a_byte_order_mark_and_both_bytes_of_a_line_break_count() {
    assert_eq!(written("\u{feff}a: é\r\nb: c\r\n")[1..], ["a", "é", "b", "c"]);
}

#[test]
fn a_text_without_nodes_has_no_root() {
    for text in ["", "# only a comment\n", "\n\n"] {
        assert_eq!(parse(text).tree.root(), None, "{text:?}");
        assert!(parse(text).problems.is_empty(), "{text:?}");
    }
}

#[test]
fn many_comments_and_long_keys_are_nothing_special() {
    let text = format!("a: 1\n{}{}: 2\n", "# c\n".repeat(500), "k".repeat(5000));
    assert!(parse(&text).problems.is_empty());
    assert_eq!(parse(&text).tree.comments().len(), 500);
}
