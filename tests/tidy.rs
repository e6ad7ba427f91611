//! The house rules that no other tool keeps: how files begin, how long they and their functions are, which module may
//! know which, and that each rule and each event has its page.

use std::path::Path;

use crate::support::{files, top};

/// The longest file, in lines.
const FILE: usize = 600;
/// The longest function, in lines.
const FUNCTION: usize = 70;

fn sources() -> Vec<(String, String)> {
    let mut found = Vec::new();
    for directory in ["compiler", "lsp", "tests"] {
        for path in files(&top().join(directory), ".rs") {
            let name = path.strip_prefix(top()).unwrap().to_string_lossy().replace('\\', "/");
            if !name.contains("/target/") {
                found.push((name, std::fs::read_to_string(&path).unwrap()));
            }
        }
    }
    assert!(found.len() > 80, "only {} sources found", found.len());
    found
}

fn none(what: &str, found: Vec<String>) {
    assert!(found.is_empty(), "{what}:\n{}", found.join("\n"));
}

#[test]
fn files_say_what_they_hold_and_are_short() {
    let mut found = Vec::new();
    for (name, text) in sources() {
        if !text.starts_with("//!") {
            found.push(format!("{name} does not open with `//!`"));
        }
        let lines = text.lines().count();
        if lines > FILE {
            found.push(format!("{name} has {lines} lines"));
        }
    }
    none("files", found);
}

/// Formatted code ends a function with a brace at the indentation at which it began.
#[test]
fn functions_are_short() {
    let mut found = Vec::new();
    for (name, text) in sources() {
        let lines: Vec<&str> = text.lines().collect();
        for (index, line) in lines.iter().enumerate() {
            let plain = line.trim_start();
            let starts = ["fn ", "pub fn ", "pub(crate) fn ", "pub(super) fn ", "async fn ", "pub async fn "];
            if !starts.iter().any(|it| plain.starts_with(it)) || plain.ends_with('}') || plain.ends_with(';')
            {
                continue;
            }
            let indentation = &line[..line.len() - plain.len()];
            let end = lines.iter().skip(index).position(|it| it.strip_prefix(indentation) == Some("}"));
            if end.is_some_and(|it| it + 1 > FUNCTION) {
                found.push(format!("{name}:{} has {} lines", index + 1, end.unwrap_or_default() + 1));
            }
        }
    }
    none("functions", found);
}

#[test]
fn nothing_is_left_undone() {
    // In two halves, so that this file does not find itself.
    let stubs = [["todo", "!("], ["unimplemented", "!("]].map(|it| it.concat());
    let found =
        sources().into_iter().filter(|(_, text)| stubs.iter().any(|it| text.contains(it))).map(|it| it.0);
    none("stubs", found.collect());
}

/// What lies below knows nothing of what lies above.
#[test]
fn modules_keep_to_their_edges() {
    let below = [
        ("compiler/yaml/src/", vec!["slsc_core", "salsa::", "AWS::"]),
        (
            "compiler/core/src/",
            vec!["slsc_deploy", "slsc_lsp", "std::fs", "std::net", "std::process", "SystemTime", "tokio"],
        ),
        ("compiler/core/src/shape", vec!["crate::aws", "crate::service"]),
        ("compiler/core/src/variables", vec!["crate::aws"]),
        ("compiler/core/src/service", vec!["\"AWS::"]),
        ("compiler/deploy/src/", vec!["slsc_core", "println!"]),
        ("lsp/src/", vec!["slsc_deploy", "println!"]),
    ];
    let mut found = Vec::new();
    for (name, text) in sources() {
        // Tests at the end of a file may use what they like.
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        for (_, words) in below.iter().filter(|it| name.starts_with(it.0)) {
            let lines = code.lines().filter(|it| !it.trim_start().starts_with("//"));
            let known = words.iter().find(|word| lines.clone().any(|it| it.contains(**word)));
            found.extend(known.map(|it| format!("{name} knows `{it}`")));
        }
    }
    none("edges", found);
}

#[test]
fn every_rule_has_a_page_that_explains_it() {
    let directory = top().join("compiler/core/rules");
    let mut found = Vec::new();
    for rule in slsc_core::rules::RULES {
        let page = std::fs::read_to_string(directory.join(format!("{}.md", rule.id))).unwrap_or_default();
        for heading in [&format!("# {}", rule.id), "## What it means", "## Why", "## Fix"] {
            if !page.lines().any(|it| it == heading) {
                found.push(format!("{}.md has no `{heading}`", rule.id));
            }
        }
    }
    let pages = files(&directory, ".md");
    let known = |page: &Path| {
        slsc_core::rules::RULES.iter().any(|it| page.file_stem().is_some_and(|name| name == it.id))
    };
    found.extend(pages.iter().filter(|it| !known(it)).map(|it| format!("{} explains no rule", it.display())));
    none("pages of rules", found);
}

/// The guide to the project names each rule with its level.
#[test]
fn the_index_of_rules_is_whole() {
    let map = std::fs::read_to_string(top().join("compiler/README.md")).unwrap();
    let row = |it: &slsc_core::rules::Rule| {
        format!("| [`{}`](core/rules/{}.md) | {} |", it.id, it.id, it.level.word())
    };
    let missing = slsc_core::rules::RULES.iter().map(|it| row(it)).filter(|it| !map.contains(it));
    none("missing rows of compiler/README.md", missing.collect());
}
