//! What a text becomes: values, spans and problems.

use proptest::prelude::*;

use crate::{NodeId, NodeKind, Tree, parse, parse_with};

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

fn problems(text: &str) -> Vec<String> {
    let parsed = parse_with(text, &["!Ref", "!Sub", "!GetAtt"]);
    parsed
        .problems
        .iter()
        .map(|it| {
            let line = text[..it.range.start].matches('\n').count() + 1;
            format!("{line} {} {:?}", it.kind.id(), &text[it.range.clone()])
        })
        .collect()
}

#[test]
fn scalars_are_those_of_the_core_schema() {
    let text = "[yes, on, 012, 0o14, 0x1F, 0b11, 1_000, 2012-10-17, 1., .5, 1e3, +5, -0, 08, ~, Null, True, '1', 1:30, 12345678901234567890]";
    assert_eq!(
        values(text),
        "[\"yes\", \"on\", 12, 12, 31, 3, \"1_000\", \"2012-10-17\", 1, 0.5, 1000, 5, -0, 8, null, null, true, \"1\", \"1:30\", 12345678901234567000]"
    );
}

#[test]
fn tagged_scalars_are_strings() {
    assert_eq!(values("a: !Ref 1\nb: !!str 1\nc: !Sub"), "{\"a\": \"1\", \"b\": \"1\", \"c\": null}");
}

#[test]
fn aliases_lead_to_their_anchors() {
    assert_eq!(values("a: &x [1]\nb: *x"), "{\"a\": [1], \"b\": [1]}");
}

#[test]
fn each_mistake_has_its_place() {
    assert_eq!(problems("a: 1\nb: 2\na: 3\n"), ["3 yaml-duplicate-key \"a\""]);
    assert_eq!(
        problems("a: *nope\nb: !Reff x\n"),
        ["1 yaml-undefined-alias \"*nope\"", "2 yaml-unknown-tag \"!Reff\""]
    );
    assert_eq!(problems("a:\n  b: 1\n\tc: 2\nd: 3\n"), ["3 yaml-tab \"\\t\""]);
    assert_eq!(problems("a: [1, 2\nb: 3\n"), ["1 yaml-unclosed \"[\""]);
    assert_eq!(problems("a: \"x\nb: 3\n"), ["1 yaml-unclosed \"\\\"\""]);
    assert_eq!(problems("a: 1\n---\nb: 2\n").len(), 1);
}

#[test]
fn the_rest_of_a_broken_file_stays() {
    let text = "service: x\nfunctions:\n  a:\n    handler: [a\n  b:\n    handler: b.b\nprovider: aws\n";
    let shown = values(text);
    assert!(
        shown.contains("\"b\": {\"handler\": \"b.b\"}") && shown.contains("\"provider\": \"aws\""),
        "{shown}"
    );
}

#[test]
fn several_mistakes_are_found_in_one_run() {
    let text = "a: \"x\nb: 1\nc: [1\nd: 2\ne: @x\nf: 3\n";
    assert_eq!(problems(text).len(), 3, "{:?}", problems(text));
    assert!(values(text).contains("\"f\": 3"), "{}", values(text));
}

#[test]
fn deep_nesting_ends_in_a_problem() {
    let text = "[".repeat(5000);
    assert_eq!(problems(&text).first().map(String::as_str), Some("1 yaml-too-deep \"[\""));
}

#[test]
fn alias_bombs_are_refused() {
    let mut text = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
    for level in 1..9 {
        let alias = format!("*a{}", level - 1);
        text += &format!("a{level}: &a{level} [{}]\n", [alias.as_str(); 9].join(", "));
    }
    assert!(parse(&text).problems.iter().any(|it| it.kind.id() == "yaml-alias-bomb"));
}

#[test]
fn places_inside_strings_are_found() {
    let inside = |text: &str, value: &str, part: &str| {
        let parsed = parse(text);
        let node = (0..parsed.tree.len())
            .map(|it| NodeId(it as u32))
            .find(|it| matches!(&parsed.tree.node(*it).kind, NodeKind::String(s) if &**s == value));
        let start = value.find(part).unwrap();
        let range = parsed.tree.source_range(text, node.unwrap(), start..start + part.len());
        text[range].to_owned()
    };
    assert_eq!(inside("a: x${b}y", "x${b}y", "${b}"), "${b}");
    assert_eq!(inside("a: 'it''s ${b}'", "it's ${b}", "${b}"), "${b}");
    assert_eq!(inside("a: \"\\t\\u0041 ${b}\"", "\tA ${b}", "${b}"), "${b}");
    assert_eq!(inside("a: |\n  one\n  two ${b}\n", "one\ntwo ${b}\n", "${b}"), "${b}");
    assert_eq!(inside("a: one\n  two ${b}", "one two ${b}", "${b}"), "${b}");
}

fn yaml_like() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("a: ".to_owned()),
        Just("\n".to_owned()),
        Just("  ".to_owned()),
        Just("- ".to_owned()),
        Just("\t".to_owned()),
        Just("[".to_owned()),
        Just("]".to_owned()),
        Just("{".to_owned()),
        Just("}".to_owned()),
        Just("\"".to_owned()),
        Just("'".to_owned()),
        Just("&x ".to_owned()),
        Just("*x".to_owned()),
        Just("<<: ".to_owned()),
        Just("|\n".to_owned()),
        Just("!Ref ".to_owned()),
        Just("# c\n".to_owned()),
        Just("${self:a}".to_owned()),
        Just("é😀".to_owned()),
        Just("\r\n".to_owned()),
        Just("---\n".to_owned()),
        "[a-z:,]{1,4}",
    ];
    prop::collection::vec(piece, 0..60).prop_map(|it| it.concat())
}

proptest! {
    #[test]
    fn any_text_gives_a_tree_with_sound_ranges(text in prop_oneof![any::<String>(), yaml_like()]) {
        let parsed = parse(&text);
        for id in (0..parsed.tree.len()).map(|it| NodeId(it as u32)) {
            let node = parsed.tree.node(id);
            prop_assert!(text.get(node.range.clone()).is_some(), "{:?} {:?}", node, text);
            if let Some(parent) = parsed.tree.parent(id) {
                prop_assert!(parent < id);
            }
            parsed.tree.source_range(&text, id, 0..1);
        }
        for problem in &parsed.problems {
            prop_assert!(text.get(problem.range.clone()).is_some(), "{:?} {:?}", problem, text);
        }
        let middle = text.len() / 2;
        parsed.tree.path_at(middle);
    }
}
