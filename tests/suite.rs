//! The suites: Markdown pages with what a user writes, and what is expected of it.
//!
//! A section with a ```` ```yaml serverless.yml ```` block is a test. A comment `# error: [rule] "text"` (or `warning`, `hint`)
//! at the end of a line says what must be found on that line; nothing else may be found. Further blocks:
//!
//! * ```` ```yaml other.yml ````, ```` ```text name ````: another file. A second `yaml serverless.yml` is an edit.
//!   Where all begin with folders, as in ```` ```yaml orders/serverless.yml ````, each folder is a service of its own, and
//!   what they say together is looked at, too.
//! * ```` ```options ````: lines `stage: x`, `param.name: x`, `env.NAME: x`, and `now: 2026-01-31T00:00:00Z`, the time.
//! * ```` ```template LogicalId ````: a part of the resource's properties, in YAML. ```` ```resource LogicalId ````: of the resource.
//! * ```` ```print path ````: the resolved value at a path, in YAML.
//! * ```` ```complete ````, ```` ```hover ````, ```` ```definition ````: at `$0` of the input; lines that must be there.
//! * ```` ```rename ````: the places that change, all of them. ```` ```fixed other.yml ````: that file after the first fix at `$0`.
//! * ```` ```ran ````: the queries that the edit ran, with how often.

use std::collections::BTreeMap;
use std::path::Path as FilePath;
use std::sync::Arc;

use salsa::Setter as _;
use slsc_core::db::{Content, Database, Db as _, File, Options, QueryLog, Service};
use slsc_core::diagnostic::{Diagnostic, render};
use slsc_core::locate::locate;
use slsc_core::value::Value;
use slsc_core::{document, pipeline, several};
use slsc_lsp::features::{code_action, completion, definition, hover, rename};

use crate::support::{files, open, top};

struct Block {
    kind: String,
    argument: String,
    text: String,
}

struct Section {
    name: String,
    blocks: Vec<Block>,
}

fn sections(page: &str) -> Vec<Section> {
    let mut found = vec![Section { name: String::new(), blocks: Vec::new() }];
    let mut open: Option<Block> = None;
    for line in page.lines() {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(info)) => {
                let (kind, argument) = info.split_once(' ').unwrap_or((info, ""));
                open = Some(Block { kind: kind.into(), argument: argument.into(), text: String::new() });
            }
            (Some(_), Some("")) => found.last_mut().unwrap().blocks.extend(open.take()),
            (Some(block), _) => block.text += &format!("{line}\n"),
            (None, None) if line.starts_with('#') => {
                found.push(Section { name: line.trim_start_matches('#').trim().into(), blocks: Vec::new() });
            }
            (None, None) => {}
        }
    }
    assert!(open.is_none(), "a block is not closed");
    let is_service =
        |it: &Block| it.kind == "yaml" && it.argument.rsplit('/').next() == Some("serverless.yml");
    found.retain(|it| it.blocks.iter().any(is_service));
    found
}

/// File, line, severity, rule, and a part of the message.
type Mark = (String, usize, String, String, String);

/// The marks of a text, and the text without them.
fn marks(file: &str, text: &str) -> (Vec<Mark>, String) {
    let mut found = Vec::new();
    let mut plain = String::new();
    for (index, line) in text.lines().enumerate() {
        let start = ["# error: [", "# warning: [", "# info: [", "# hint: ["]
            .iter()
            .filter_map(|it| line.find(it))
            .min();
        let (kept, mut rest) = line.split_at(start.unwrap_or(line.len()));
        plain += &format!("{}\n", if start.is_some() { kept.trim_end() } else { kept });
        while let Some(at) = rest.find("# ") {
            rest = &rest[at + 2..];
            let (severity, tail) = rest.split_once(": [").unwrap();
            let (code, tail) = tail.split_once("] \"").unwrap();
            let (message, tail) = tail.split_once('"').unwrap();
            found.push((
                file.to_owned(),
                index + 1,
                severity.to_owned(),
                code.to_owned(),
                message.to_owned(),
            ));
            rest = tail;
        }
    }
    (found, plain)
}

fn options(text: &str) -> Options {
    let mut options = Options::default();
    let mut env = BTreeMap::new();
    for (key, value) in text.lines().filter_map(|it| it.split_once(": ")) {
        match key.split_once('.') {
            Some(("param", name)) => drop(options.params.insert(name.into(), value.into())),
            Some(("env", name)) => drop(env.insert(name.into(), value.into())),
            _ if key == "now" => options.now = value.parse::<jiff::Timestamp>().ok().map(|it| it.as_second()),
            _ => drop(options.options.insert(key.into(), value.into())),
        }
    }
    options.stage = options.options.get("stage").cloned();
    options.region = options.options.get("region").cloned();
    options.env = Arc::new(env);
    options
}

/// Whether all of `part` is in `whole`.
fn covers(whole: &Value, part: &Value) -> bool {
    match (whole, part) {
        (Value::Object(whole), Value::Object(part)) => {
            part.iter().all(|(key, it)| whole.get(key).is_some_and(|whole| covers(whole, it)))
        }
        (Value::Array(whole), Value::Array(part)) => {
            whole.len() == part.len() && whole.iter().zip(part.iter()).all(|(whole, it)| covers(whole, it))
        }
        _ => whole == part,
    }
}

/// Every mark has its diagnostic, and every diagnostic its mark.
fn compare_marks(
    db: &Database,
    service: Service,
    found: &[Diagnostic],
    expected: &[Mark],
) -> Result<(), String> {
    let mut unmatched: Vec<_> = expected.iter().collect();
    for diagnostic in found {
        let span = locate(db, service, &diagnostic.at);
        let file = render::display_path(db, service, span.file);
        let line = render::position(pipeline::text(db, span.file), span.range.start).line;
        let fits = |it: &&Mark| {
            it.0 == file
                && it.1 == line
                && it.2 == diagnostic.severity.word()
                && it.3 == diagnostic.rule.id
                && diagnostic.message.contains(&it.4)
        };
        match unmatched.iter().position(fits) {
            Some(at) => drop(unmatched.remove(at)),
            None => {
                return Err(format!(
                    "found {file}:{line}: {}[{}]: {}",
                    diagnostic.severity.word(),
                    diagnostic.rule.id,
                    diagnostic.message
                ));
            }
        }
    }
    if let Some(missing) = unmatched.first() {
        return Err(format!("not found: {missing:?}"));
    }
    Ok(())
}

/// What a feature of the editor shows at a place, as lines.
fn shown(db: &Database, service: Service, kind: &str, file: File, at: usize) -> String {
    match kind {
        "complete" => completion::at(db, service, file, at)
            .into_iter()
            .map(|it| it.label)
            .collect::<Vec<_>>()
            .join("\n"),
        "hover" => hover::at(db, service, file, at, service.options(db).now.unwrap_or_default())
            .map(|it| it.markdown)
            .unwrap_or_default(),
        "rename" => rename::at(db, service, file, at).map_or_else(String::new, |it| {
            let places: Vec<String> =
                it.places.iter().map(|(file, range)| place(db, service, *file, range.start)).collect();
            places.join("\n")
        }),
        _ => {
            let targets = definition::at(db, service, file, at);
            let places: Vec<String> =
                targets.iter().map(|it| place(db, service, it.file, it.range.start)).collect();
            places.join("\n")
        }
    }
}

fn place(db: &Database, service: Service, file: File, offset: usize) -> String {
    let position = render::position(pipeline::text(db, file), offset);
    format!("{}:{}:{}", render::display_path(db, service, file), position.line, position.column)
}

/// A file after the first fix that is offered at a place.
fn fixed(db: &Database, service: Service, file: File, at: usize, name: &str) -> Result<String, String> {
    let actions = code_action::at(db, service, file, &(at..at));
    let action = actions.first().ok_or("nothing is offered")?;
    let target = db.file(&format!("/service/{name}"));
    let mut text = pipeline::text(db, target).to_owned();
    let mut edits: Vec<_> = action.edits.iter().filter(|it| it.0 == target).collect();
    // From the end, so that what is done does not move what is to be done.
    edits.sort_by_key(|it| std::cmp::Reverse(it.1.start));
    edits.iter().for_each(|(_, range, new)| text.replace_range(range.clone(), new));
    Ok(text)
}

/// The queries that an edit runs, each with how often, sorted.
fn ran(db: &mut Database, service: Service, log: &QueryLog, edit: &str) -> Vec<String> {
    pipeline::linked(db, service);
    log.lock().unwrap().clear();
    let config = service.config(db);
    config.set_content(db).to(Content::Text(edit.into()));
    pipeline::diagnostics(db, service);
    pipeline::linked(db, service);
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for key in log.lock().unwrap().iter() {
        *counts.entry(key.split('(').next().unwrap().to_owned()).or_default() += 1;
    }
    counts.iter().map(|(name, count)| format!("{name} {count}")).collect()
}

/// What the block says of a resource, or of its properties, must be so.
fn compare_resource(db: &Database, service: Service, block: &Block) -> Result<(), String> {
    let template = &pipeline::linked(db, service).template.body;
    let resource = template.get("Resources").and_then(|it| it.get(&block.argument));
    let actual =
        if block.kind == "resource" { resource } else { resource.and_then(|it| it.get("Properties")) };
    let Some(actual) = actual else { return Err(format!("there is no `{}`", block.argument)) };
    if !covers(actual, &document::value(&document::parse(&block.text))) {
        return Err(format!("`{}` is {}", block.argument, actual.to_json_pretty()));
    }
    Ok(())
}

/// The files of a service, and what must be found in them.
type Folder = (BTreeMap<String, Arc<str>>, Vec<Mark>);

/// Several services, each in a folder.
fn run_together(section: &Section) -> Result<(), String> {
    let mut folders: BTreeMap<&str, Folder> = BTreeMap::new();
    for block in section.blocks.iter().filter(|it| matches!(it.kind.as_str(), "yaml" | "text")) {
        let (folder, name) = block.argument.split_once('/').ok_or("a file of no service")?;
        let (found, text) = marks(name, &block.text);
        let (inputs, expected) = folders.entry(folder).or_default();
        inputs.insert(name.to_owned(), text.into());
        expected.extend(found);
    }
    let services: Vec<_> = folders.values().map(|it| open(&it.0, Options::default())).collect();
    let facts: Vec<_> = services.iter().map(|it| several::facts(&it.0, it.1)).collect();
    let together = several::findings(&facts);
    for (index, ((db, service, _), (_, expected))) in services.iter().zip(folders.values()).enumerate() {
        let mut found = pipeline::diagnostics(db, *service);
        found.extend(together.iter().filter(|it| it.service == index).map(|it| it.diagnostic(db)));
        compare_marks(db, *service, &found, expected)?;
    }
    Ok(())
}

fn run(section: &Section) -> Result<(), String> {
    if section.blocks.iter().all(|it| it.argument != "serverless.yml") {
        return run_together(section);
    }
    let mut inputs: BTreeMap<String, Arc<str>> = BTreeMap::new();
    let mut expected = Vec::new();
    let mut edit = None;
    let mut cursor = None;
    for block in section
        .blocks
        .iter()
        .filter(|it| matches!(it.kind.as_str(), "yaml" | "text") && !it.argument.is_empty())
    {
        let (found, mut text) = marks(&block.argument, &block.text);
        if let Some(at) = text.find("$0") {
            text.replace_range(at..at + 2, "");
            cursor = Some((block.argument.clone(), at));
        }
        if inputs.contains_key(&block.argument) {
            edit = Some(text);
            continue;
        }
        expected.extend(found);
        inputs.insert(block.argument.clone(), text.into());
    }
    let settings = section.blocks.iter().find(|it| it.kind == "options").map_or("", |it| it.text.as_str());
    let (mut db, service, log) = open(&inputs, options(settings));
    let found = pipeline::diagnostics(&db, service);
    let cursor = cursor.map(|(file, at)| (db.file(&format!("/service/{file}")), at));
    if cursor.is_none() {
        compare_marks(&db, service, &found, &expected)?;
    }
    for block in &section.blocks {
        match block.kind.as_str() {
            "ran" => {
                let actual = ran(&mut db, service, &log, edit.as_deref().unwrap());
                let wanted: Vec<&str> = block.text.lines().filter(|it| !it.trim().is_empty()).collect();
                if actual != wanted {
                    return Err(format!("ran:\n{}", actual.join("\n")));
                }
            }
            _ => run_block(&db, service, block, cursor)?,
        }
    }
    Ok(())
}

/// What one block says must be so.
fn run_block(
    db: &Database,
    service: Service,
    block: &Block,
    cursor: Option<(File, usize)>,
) -> Result<(), String> {
    let lines = block.text.lines().filter(|it| !it.trim().is_empty());
    match block.kind.as_str() {
        "template" | "resource" => compare_resource(db, service, block)?,
        "print" => {
            let resolved = &pipeline::resolved(db, service).value;
            let actual = block.argument.split('.').try_fold(resolved, |it, key| it.get(key));
            if actual != Some(&document::value(&document::parse(&block.text))) {
                return Err(format!("`{}` is {:?}", block.argument, actual.map(Value::to_json)));
            }
        }
        "fixed" => {
            let (file, at) = cursor.unwrap();
            let actual = fixed(db, service, file, at, &block.argument)?;
            if actual != block.text {
                return Err(format!("`{}` is fixed to:\n{actual}", block.argument));
            }
        }
        "rename" => {
            let (file, at) = cursor.unwrap();
            let actual = shown(db, service, "rename", file, at);
            if actual.lines().ne(lines) {
                return Err(format!("renamed:\n{actual}"));
            }
        }
        "complete" | "hover" | "definition" => {
            let (file, at) = cursor.unwrap();
            let shown = shown(db, service, &block.kind, file, at);
            for line in lines {
                let there = if block.kind == "hover" {
                    shown.contains(line)
                } else {
                    shown.lines().any(|it| it == line)
                };
                if !there {
                    return Err(format!("`{line}` is not in:\n{shown}"));
                }
            }
        }
        _ => {}
    }
    Ok(())
}

fn run_all(directory: &FilePath, least: usize) {
    let mut failures = Vec::new();
    let mut count = 0;
    for path in files(directory, ".md") {
        let page = std::fs::read_to_string(&path).unwrap();
        for section in sections(&page) {
            count += 1;
            if let Err(failure) = run(&section) {
                failures.push(format!(
                    "{} ({}): {failure}",
                    path.strip_prefix(top()).unwrap().display(),
                    section.name
                ));
            }
        }
    }
    assert!(failures.is_empty(), "{} of {count} sections fail:\n{}", failures.len(), failures.join("\n"));
    assert!(count >= least, "only {count} sections");
}

#[test]
fn suites() {
    run_all(&top().join("tests/suite"), 12);
}

#[test]
fn pages_of_rules() {
    run_all(&top().join("compiler/core/rules"), 25);
}

#[test]
fn pages_of_events() {
    run_all(&top().join("compiler/core/src/aws/events"), 10);
}
