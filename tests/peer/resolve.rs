//! Our resolver on many services, for `tests/peer/fuzz-variables`: one service a line on standard input, in JSON with
//! `files`, `options`, `params` and `env`; one answer a line: its resolved `value`, or the `errors` of it.

use std::collections::BTreeMap;
use std::io::{BufRead as _, Write as _};
use std::sync::Arc;

use ecow::EcoString;
use serde_json::{Value, json};
use slsc_core::db::{Content, Database, Db as _, Options, Service, System, normalize};
use slsc_core::{pipeline, variables};

struct Memory(BTreeMap<EcoString, Arc<str>>);

impl System for Memory {
    fn read(&self, path: &str) -> Content {
        let is_above = |it: &EcoString| it.strip_prefix(path).is_some_and(|it| it.starts_with('/'));
        match self.0.get(path) {
            Some(text) => Content::Text(text.clone()),
            None if "/service".starts_with(path) || self.0.keys().any(is_above) => Content::Directory,
            None => Content::Missing,
        }
    }
}

fn texts(value: &Value) -> impl Iterator<Item = (EcoString, EcoString)> {
    let entries = value.as_object().into_iter().flatten();
    entries.filter_map(|(key, it)| Some((key.into(), it.as_str()?.into())))
}

fn answer(service: &Value) -> Value {
    let files = texts(&service["files"]).map(|(name, text)| {
        let path = normalize(&format!("/service/{name}"));
        (path, Arc::from(text.as_str()))
    });
    let options: BTreeMap<EcoString, EcoString> = texts(&service["options"]).collect();
    let options = Options {
        stage: options.get("stage").cloned(),
        region: options.get("region").cloned(),
        options,
        params: texts(&service["params"]).collect(),
        env: Arc::new(texts(&service["env"]).collect()),
        ..Options::default()
    };
    let db = Database::new(Arc::new(Memory(files.collect())));
    let config = db.file("/service/serverless.yml");
    let service = Service::new(&db, "/service".into(), config, options, Arc::default(), Arc::default());
    let resolved = pipeline::resolved(&db, service);
    let syntax = resolved.files.iter().flat_map(|it| pipeline::syntax(&db, *it));
    let mut errors: Vec<String> = syntax
        .chain(&resolved.diagnostics)
        .filter(|it| it.is_error())
        .map(|it| format!("{}: {}", it.rule.id, it.message))
        .collect();
    errors.extend(variables::unknown(&resolved.value).iter().map(|it| it.message.to_string()));
    if errors.is_empty() {
        let value: Value = serde_json::from_str(&resolved.value.to_json()).unwrap_or_default();
        json!({ "value": value })
    } else {
        json!({ "errors": errors })
    }
}

fn main() {
    let mut out = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines().map_while(Result::ok) {
        let service: Value = serde_json::from_str(&line).unwrap_or_default();
        // What ends a process would end thousands of comparisons; here it is one answer more.
        let answer = std::panic::catch_unwind(|| answer(&service)).unwrap_or(json!({ "panic": true }));
        if writeln!(out, "{answer}").and_then(|()| out.flush()).is_err() {
            return;
        }
    }
}
