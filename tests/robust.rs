//! Broken text: whatever is written, the compiler answers, and answers the same twice.

use std::collections::BTreeMap;
use std::sync::Arc;

use salsa::Setter as _;
use slsc_core::db::{Content, Options};
use slsc_core::pipeline;

use crate::support::{open, top};

/// A sequence of numbers that looks random and is the same every time.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self, below: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % below.max(1) as u64) as usize
    }
}

fn damage(text: &str, numbers: &mut Numbers) -> String {
    const PIECES: [&str; 14] =
        ["\"", "'", "[", "{", ":", "\t", "- ", "${", "}", "&a ", "*a", "\n", "  ", "!Ref "];
    let mut at = numbers.next(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    let (before, after) = text.split_at(at);
    match numbers.next(3) {
        0 => format!("{before}{}{after}", PIECES[numbers.next(PIECES.len())]),
        1 => format!("{before}{}", after.chars().skip(1 + numbers.next(12)).collect::<String>()),
        _ => before.to_owned(),
    }
}

/// Edits in place must leave what a fresh start finds.
#[test]
fn an_edit_leaves_what_a_fresh_start_finds() {
    let text = std::fs::read_to_string(top().join("tests/service/serverless.yml")).unwrap();
    let files = |text: &str| BTreeMap::from([("serverless.yml".to_owned(), Arc::<str>::from(text))]);
    let (mut db, service, _) = open(&files(&text), Options::default());
    let mut numbers = Numbers(7);
    for _ in 0..300 {
        let broken = damage(&text, &mut numbers);
        let config = service.config(&db);
        config.set_content(&mut db).to(Content::Text(broken.as_str().into()));
        let shown = |found: Vec<slsc_core::diagnostic::Diagnostic>| {
            found.iter().map(|it| format!("{}: {}", it.rule.id, it.message)).collect::<Vec<_>>()
        };
        let after_edit = shown(pipeline::diagnostics(&db, service));
        let template = pipeline::linked(&db, service).template.body.clone();
        let (fresh, service, _) = open(&files(&broken), Options::default());
        assert_eq!(after_edit, shown(pipeline::diagnostics(&fresh, service)), "{broken}");
        assert_eq!(template, pipeline::linked(&fresh, service).template.body, "{broken}");
    }
}
