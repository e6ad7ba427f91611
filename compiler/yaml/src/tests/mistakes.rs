//! Mistakes: each has its place, and what is not wrong stays in the tree.

use super::{problems, values};
use crate::parse;

#[test]
fn each_mistake_has_its_place() {
    let cases: [(&str, &[&str]); 45] = [
        ("a: 1\nb: 2\na: 3\n", &["3 yaml-duplicate-key \"a\""]),
        ("1: a\n'1': b\n", &["2 yaml-duplicate-key \"'1'\""]),
        ("a: *nope\nb: !Reff x\n", &["1 yaml-undefined-alias \"*nope\"", "2 yaml-unknown-tag \"!Reff\""]),
        ("a:\n  b: 1\n\tc: 2\nd: 3\n", &["3 yaml-tab \"\\t\""]),
        ("a:\n\tb: 2\n\tc:\n\t\td: 3\n", &["2 yaml-tab \"\\t\""]),
        ("a:\n  b:\n  \t  c: 2\nd: 3\n", &["3 yaml-tab \"\\t\""]),
        ("a: [1, 2\nb: 3\n", &["1 yaml-unclosed \"[\""]),
        ("a: {x: [1, 2}\nb: 3\n", &["1 yaml-unclosed \"[\""]),
        ("r:\n  x: y\n  a:\n    - [x, y\n    - [z, w]\n  b: 1\n  c: 2\n", &["4 yaml-unclosed \"[\""]),
        ("a: [b}\nc: 1\n", &["1 yaml-unclosed \"[\""]),
        ("a: \"x\nb: 3\n", &["1 yaml-unclosed \"\\\"\""]),
        ("x:\n  a: \"x\n  b: \"y\"\nc: 3\n", &["2 yaml-unclosed \"\\\"\""]),
        ("a: 1\n---\nb: 2\n", &["2 yaml-several-documents \"---\""]),
        ("a:\n    b: 1\n   c: 2\nd: 3\n", &["3 yaml-indentation \"c: 2\""]),
        ("a:\n   b: 1\n  c: 2\n  d: 3\n", &["2 yaml-indentation \"b: 1\""]),
        ("a:\n     b: 1\n  c:\n    - 2\n  d: 3\n", &["2 yaml-indentation \"b: 1\""]),
        ("a:\n b:\n    c: 1\n  d:\n    e: 2\n  f: 3\n", &["2 yaml-indentation \"b:\""]),
        ("a:\n  b:\n   c: 1\n    d: 2\n    e: 3\n", &["3 yaml-indentation \"c: 1\""]),
        ("a:\n b: 1\n  c: 2\n  d: 3\n", &["2 yaml-indentation \"b: 1\""]),
        ("a:\n   - b\n  - c\n  - d\n", &["2 yaml-indentation \"- b\""]),
        ("a:\n  b: x\n    c: 1\nd: 2\n", &["3 yaml-indentation \"c: 1\""]),
        ("a:\n  - b: 1\n   c: 2\nd: 3\n", &["3 yaml-indentation \"c: 2\""]),
        ("a:\n  b: 1\n  memo\n  c: 2\n", &["3 yaml-syntax \"memo\""]),
        ("a:\n  b\n    c: 1\n", &["2 yaml-syntax \"b\""]),
        ("a: 1\nb:c\nd: 1\n", &["2 yaml-syntax \":\""]),
        ("a: b: c\nd: 1\n", &["1 yaml-syntax \":\""]),
        ("a: @x\n", &["1 yaml-syntax \"@\""]),
        ("a: %x\n", &["1 yaml-syntax \"%\""]),
        ("a: - b\nc: 1\n", &["1 yaml-syntax \"-\""]),
        ("a: [${self:x}]\n", &["1 yaml-syntax \"${self:x}\""]),
        ("a: {b: ${self:x}, c: 1}\n", &["1 yaml-syntax \"${self:x}\""]),
        ("a: {\n  b: 1\n  c: 2\n}\n", &["3 yaml-syntax \"c\""]),
        ("a: ['b' 'c']\n", &["1 yaml-syntax \"'c'\""]),
        ("a: [b, , c]\n", &["1 yaml-syntax \",\""]),
        ("a: ]\nb: 1\n", &["1 yaml-syntax \"]\""]),
        ("a: 'it's'\nb: 1\n", &["1 yaml-syntax \"s'\""]),
        ("a: \"\\d+\"\nb: 1\n", &["1 yaml-syntax \"\\\\d\""]),
        ("<<: *\nb: 1\n", &["1 yaml-syntax \"*\""]),
        ("<<: 1\nb: 1\n", &["1 yaml-syntax \"1\""]),
        ("a: 1\n: b\n", &["2 yaml-syntax \":\""]),
        ("? # c\né:\n", &["2 yaml-syntax \":\""]),
        ("a: |x\n  y\n", &["1 yaml-syntax \"x\""]),
        ("a: b\u{1}c\n", &["1 yaml-syntax \"\\u{1}\""]),
        ("a: !<x\nb: 1\n", &["1 yaml-unknown-tag \"!<x\""]),
        ("%FOO\na: 1\n", &["1 yaml-syntax \"%FOO\""]),
    ];
    for (text, expected) in cases {
        assert_eq!(problems(text), expected, "{text}");
    }
}

#[test]
fn what_js_yaml_accepts_is_accepted() {
    let cases = [
        ("a: \"x\ny\"\nb: 1\n", "{\"a\": \"x y\", \"b\": 1}"),
        ("a:\n  b: 'x\n\ty'\n", "{\"a\": {\"b\": \"x y\"}}"),
        ("a: \"v\"# c\nb: 1\n", "{\"a\": \"v\", \"b\": 1}"),
        ("a: !!set {b}\nc: !!binary aGk=\n", "{\"a\": {\"b\": null}, \"c\": \"aGk=\"}"),
        ("[: a]\n", "[{null: \"a\"}]"),
        ("a:\n  -\tb\n", "{\"a\": [\"b\"]}"),
        ("a: [b]# c\n", "{\"a\": [\"b\"]}"),
        ("{\n\t\"a\": [\n\t\t1\n\t]\n}\n", "{\"a\": [1]}"),
        ("x:\n  a: {\n\t\"a\": 1\n\t}\nb: 1\n", "{\"x\": {\"a\": {\"a\": 1}}, \"b\": 1}"),
        ("a: {\n  b: 1\n}\n", "{\"a\": {\"b\": 1}}"),
    ];
    for (text, expected) in cases {
        assert_eq!(
            (values(text).as_str(), problems(text).len()),
            (expected, 0),
            "{text} {:?}",
            problems(text)
        );
    }
}

#[test]
fn what_is_half_typed_is_in_the_tree() {
    let cases = [
        ("a:\n  one\n    b: 1\n  two: 2\n", "{\"a\": {\"one\": {\"b\": 1}, \"two\": 2}}"),
        ("a:\n  - http\n      path: x\n", "{\"a\": [{\"http\": {\"path\": \"x\"}}]}"),
        ("a: \"b\nc: 1\n", "{\"a\": \"b\", \"c\": 1}"),
        ("a: [b,\nc: 1\n", "{\"a\": [\"b\"], \"c\": 1}"),
        ("a: {b: c\nd: 1\n", "{\"a\": {\"b\": \"c\"}, \"d\": 1}"),
        ("a: [${b}, c]\n", "{\"a\": [\"${b}\", \"c\"]}"),
        (
            "a: [${b}, c: ${d}, ${e}, ${f}, {g: ${h}}]\n",
            "{\"a\": [\"${b}\", {\"c\": \"${d}\"}, \"${e}\", \"${f}\", {\"g\": \"${h}\"}]}",
        ),
        ("a: ${\nb: 1\n", "{\"a\": \"${\", \"b\": 1}"),
        ("a:\nb:\n  - \n", "{\"a\": null, \"b\": [null]}"),
        ("a: 'it's'\n", "{\"a\": \"it's\"}"),
        ("a: \"\\d\"\n", "{\"a\": \"\\\\d\"}"),
        ("a:b\nc: 1\n", "{\"a\": \"b\", \"c\": 1}"),
        ("a: b: c\n", "{\"a\": \"b: c\"}"),
        ("a:\n  b:\n\tc: 1\n\td:\n\t\t- e\nf: 1\n", "{\"a\": {\"b\": {\"c\": 1, \"d\": [\"e\"]}}, \"f\": 1}"),
        ("a:\n\tb:\n\t\tc: 1\n\td:\n\t\te: 1\n", "{\"a\": {\"b\": {\"c\": 1}, \"d\": {\"e\": 1}}}"),
        (" a: 1\nb: 2\n", "{\"a\": 1, \"b\": 2}"),
        ("a: @x\n  b: 1\n", "{\"a\": {\"b\": 1}}"),
        ("a: [b\n  c: 1\n  d: 2\ne: 3\n", "{\"a\": {\"c\": 1, \"d\": 2}, \"e\": 3}"),
        ("a:\n  b 1\n  c: 2\n", "{\"a\": {\"b\": 1, \"c\": 2}}"),
        ("a:\n  fo\n  b:\n  fo\n    c: 1\n", "{\"a\": {\"fo\": null, \"b\": {\"c\": 1}}}"),
        ("a:\n  - b: 1\n   c: 2\n  - d\n", "{\"a\": [{\"b\": 1, \"c\": 2}, \"d\"]}"),
        ("a:\n  b: 1\n   c: 2\n   d: 3\n", "{\"a\": {\"b\": 1, \"c\": 2, \"d\": 3}}"),
        ("a: {x: 1, y: [1, 2}\nb: 1\n", "{\"a\": {\"x\": 1, \"y\": [1, 2]}, \"b\": 1}"),
    ];
    for (text, expected) in cases {
        assert_eq!(values(text), expected, "{text}");
    }
}

/// A service with a function that is being typed.
fn service(function: &str) -> String {
    format!(
        "service: a\nfunctions:\n  one:\n{function}  two:\n    handler: p.q\nresources:\n  Outputs: {{}}\n"
    )
}

#[test]
fn the_other_functions_stay_while_one_is_typed() {
    let typed = [
        "    handler: x.y\n    events:\n      - ht\n",
        "    handler: x.y\n    memo\n",
        "    handler: x.y\n    memorySize: \n",
        "    handler: x.y\n   timeout: 3\n",
        "\thandler: x.y\n",
        "    handler: \"x.y\n",
        "    handler: x.y\n    tags: {a: 1, b\n",
        "    handler: x.y\n    layers: [a, \n",
        "    handler: x.y\n      foo: bar\n",
        "    environment: *nope\n",
        "    <<: *\n",
        "    layers: [${self:custom.a, 'b'}]\n",
        "    handler: !\n",
        "    handler: x.y\n    handler: x.z\n",
        "    handler:x.y\n",
        "    handler: @foo\n",
        "    events:\n      - http: {path: 'x, method: get}\n",
        "    events:\n      - http:\n          path: \"/a\n          method: get\n",
    ];
    for function in typed {
        let shown = values(&service(function));
        assert!(shown.contains("\"two\": {\"handler\": \"p.q\"}}, "), "{function}{shown}");
        assert!(shown.ends_with("\"resources\": {\"Outputs\": {}}}"), "{function}{shown}");
    }
}

#[test]
fn several_mistakes_are_found_in_one_run() {
    let text = "a: \"x\nb: 1\nc: [1\nd: 2\ne: @x\nf\ng: 3\n\th: 1\ni: *j\n";
    let found: Vec<String> = problems(text).iter().map(|it| it.chars().take(1).collect()).collect();
    assert_eq!(found, ["1", "3", "5", "6", "8", "9"], "{:?}", problems(text));
    assert!(values(text).contains("\"g\": 3"), "{}", values(text));
}

#[test]
fn help_says_what_to_do() {
    let help = |text: &str| crate::parse_with(text, &["!Ref", "!GetAtt"]).problems[0].help.clone().unwrap();
    assert_eq!(help("a: !GettAtt x\n"), "did you mean `!GetAtt`?");
    assert_eq!(help("a: &default 1\nb: *defualt\n"), "did you mean `*default`?");
    assert_eq!(help("a: *b\nc: &b 1\n"), "move `&b` above this line: an anchor comes before its aliases");
    assert_eq!(help("a: [${b}]\n"), "write `\"${b}\"`");
    assert_eq!(help("a: 1\nfoo\n"), "write `foo: ` and its value");
    assert_eq!(
        help("a:\n    b: 1\n   c: 1\n"),
        "indent it by one space more, to line it up with its neighbours"
    );
}

#[test]
fn deep_nesting_ends_in_a_problem() {
    for text in [
        "[".repeat(5000),
        "- ".repeat(5000),
        "{a: ".repeat(5000),
        format!("{}{}", "[".repeat(150), "]".repeat(150)),
    ] {
        assert!(
            problems(&text).iter().any(|it| it.starts_with("1 yaml-too-deep")),
            "{:?}",
            problems(&text).first()
        );
    }
    assert!(problems(&format!("{}{}", "[".repeat(100), "]".repeat(100))).is_empty());
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
fn many_aliases_of_one_small_value_are_fine() {
    let functions: String = (0..2000).map(|it| format!("  f{it}:\n    <<: *base\n    a: {it}\n")).collect();
    assert!(parse(&format!("base: &base {{x: 1, y: 2}}\nfunctions:\n{functions}")).problems.is_empty());
}
