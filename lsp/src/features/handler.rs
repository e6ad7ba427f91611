//! Handlers: from one to the function that it names, and what may be written for one.

use ecow::EcoString;
use slsc_core::checks::function::handler;
use slsc_core::checks::{self, Files};
use slsc_core::code::{self, Language};
use slsc_core::db::{Database, Db as _, File, Service, join};
use slsc_core::document;
use slsc_core::path::{Path, Segment};
use slsc_core::pipeline;
use slsc_core::value::Value;
use slsc_yaml::NodeKind;

use super::completion::{Proposal, ProposalKind};
use super::definition::Target;

/// The function that the handler at `offset` of a file leads to.
pub fn definition(db: &Database, service: Service, file: File, offset: usize) -> Option<Target> {
    let parsed = pipeline::parsed(db, file);
    let tree = &parsed.tree;
    let node = *tree.path_at(offset).last()?;
    let NodeKind::String(text) = &tree.node(node).kind else { return None };
    let path = document::path_of(tree, node);
    let at_value = tree.node(node).range.contains(&offset) || tree.node(node).range.end == offset;
    if path.last() != Some(&Segment::from("handler")) || !at_value {
        return None;
    }
    let own = pipeline::document(db, file).at(&path.parent().join("runtime"));
    let runtime = own.and_then(Value::as_str).map_or_else(|| service_runtime(db, service), EcoString::from);
    let files = checks::files(db, service);
    let (path, range) = handler::target(&files, &runtime, text)?;
    Some(Target { file: db.file(&join(service.directory(db), &path)), range })
}

/// The runtime of a function that names none.
fn service_runtime(db: &Database, service: Service) -> EcoString {
    let provider = pipeline::resolved(db, service).value.get("provider");
    let named = provider.and_then(|it| it.get("runtime")).and_then(Value::as_str);
    named.unwrap_or("nodejs24.x").into()
}

/// What may be written for the handler of the function at `path`, of which `prefix` stands before the cursor.
pub fn proposals(db: &Database, service: Service, path: &Path, prefix: &str) -> Vec<Proposal> {
    let config = &pipeline::resolved(db, service).value;
    let own = config.at(&path.join("runtime")).and_then(Value::as_str);
    let runtime = own.map_or_else(|| service_runtime(db, service), EcoString::from);
    let files = checks::files(db, service);
    let written = prefix.trim_start_matches(['"', '\'']);
    let last = written.rsplit('/').next().unwrap_or_default();
    if let Some(name) = last.split_once('.').map(|it| it.1)
        && let Some((path, _)) = handler::target(&files, &runtime, &format!("{}x", written))
    {
        let exports = code::all(&files, &path);
        let names = exports.names.iter().filter(|it| it.name.text != "default");
        let docs = |path: &str| format!("From `{path}`.");
        return names.map(|it| proposal(&it.name.text, &it.name.text, docs(&it.path), name)).collect();
    }
    let folder = written.rsplit_once('/').map_or("", |it| it.0);
    let names = files.names(folder);
    names.iter().filter_map(|it| entry(&files, folder, it, &runtime, last)).collect()
}

/// A file of the runtime's language, or a directory.
fn entry(files: &dyn Files, folder: &str, name: &str, runtime: &str, last: &str) -> Option<Proposal> {
    let fits = |language: Language| match language {
        Language::JavaScript => runtime.starts_with("nodejs"),
        Language::Python => runtime.starts_with("python"),
        Language::Ruby => runtime.starts_with("ruby"),
    };
    match (Language::of(name), name.rsplit_once('.')) {
        (Some(language), Some((stem, _))) if fits(language) && !stem.contains('.') => {
            Some(proposal(stem, &format!("{stem}."), format!("The file `{name}`."), last))
        }
        (None, None) if name != "node_modules" => {
            let path = if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") };
            let holds = !files.names(&path).is_empty();
            holds.then(|| proposal(&format!("{name}/"), &format!("{name}/"), "A directory.".into(), last))
        }
        _ => None,
    }
}

fn proposal(label: &str, insert: &str, docs: String, replaced: &str) -> Proposal {
    Proposal {
        label: label.into(),
        insert: insert.into(),
        kind: ProposalKind::Value,
        docs,
        replaces: replaced.len(),
    }
}
