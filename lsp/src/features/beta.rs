//! Variables of a service of the betas: in `${name}`, and in `serverless.env.yml` where they are given.

use std::ops::Range;

use slsc_core::db::{Database, File, Service};
use slsc_core::document;
use slsc_core::legacy::Variables;
use slsc_core::legacy::env_file::{self, Level};
use slsc_core::path::{Path, Segment};
use slsc_core::pipeline;
use slsc_core::value::Value;
use slsc_yaml::NodeKind;

/// A variable under the cursor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Symbol {
    /// Its name.
    pub name: String,
    /// The characters of the name.
    pub range: Range<usize>,
}

/// The variables of the service, if it is one of the betas.
pub fn variables(db: &Database, service: Service) -> Option<&Variables> {
    pipeline::modern(db, service).variables.as_ref()
}

/// The variable at `offset` of the configuration or of the file that gives it.
pub fn at(db: &Database, service: Service, file: File, offset: usize) -> Option<Symbol> {
    let variables = variables(db, service)?;
    let holds = |range: &Range<usize>| range.start <= offset && offset <= range.end;
    let all = if file == variables.file {
        given(db, variables)
    } else if file == service.config(db) {
        references(db, service, variables)
    } else {
        Vec::new()
    };
    all.into_iter().find(|it| holds(&it.range))
}

/// Every place of the configuration that reads a variable.
pub fn references(db: &Database, service: Service, variables: &Variables) -> Vec<Symbol> {
    let file = service.config(db);
    let tree = &pipeline::parsed(db, file).tree;
    let text = pipeline::text(db, file);
    let mut found = Vec::new();
    for id in tree.ids() {
        let NodeKind::String(value) = &tree.node(id).kind else { continue };
        for reference in variables.syntax.references(value) {
            let whole = tree.source_range(text, id, reference.range.clone());
            let Some(start) = text.get(whole.clone()).and_then(|it| it.find(reference.name())) else {
                continue;
            };
            let range = whole.start + start..whole.start + start + reference.name().len();
            found.push(Symbol { name: reference.name().into(), range });
        }
    }
    found
}

/// Every place that gives a variable, by level.
pub fn given(db: &Database, variables: &Variables) -> Vec<Symbol> {
    let tree = &pipeline::parsed(db, variables.file).tree;
    let Some(root) = tree.root() else { return Vec::new() };
    let mut found = Vec::new();
    for level in env_file::all_levels(&variables.values) {
        let place = document::find(tree, root, &level);
        if place.steps < level.segments().len() {
            continue;
        }
        if let NodeKind::Mapping(entries) = &tree.node(tree.target(place.value)).kind {
            found.extend(entries.iter().filter(|it| !it.merge).map(|it| Symbol {
                name: document::key_text(tree, it.key).into(),
                range: tree.node(it.key).range.clone(),
            }));
        }
    }
    found
}

/// The value of a variable for each stage and region, as a table.
pub fn table(variables: &Variables, name: &str) -> String {
    let mut out = format!("**{name}**\n\n| Stage | Region | Value | Given in |\n|---|---|---|---|\n");
    for stage in env_file::stages(&variables.values) {
        for region in env_file::regions(&variables.values, &stage) {
            let (value, place) = match env_file::find(&variables.values, name, &stage, &region) {
                Some((value, path)) => (format!("`{}`", value.to_json()), format!("`{}`", path.parent())),
                None => ("none".into(), String::new()),
            };
            out.push_str(&format!("| {stage} | {region} | {value} | {place} |\n"));
        }
    }
    out
}

/// What may be written as a key at `path` of the file of variables: names, each with what it is for.
pub fn keys(db: &Database, service: Service, variables: &Variables, path: &Path) -> Vec<(String, String)> {
    let texts: Vec<String> = path.segments().iter().map(ToString::to_string).collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let with_docs =
        |names: &[&str], docs: &str| names.iter().map(|it| ((*it).to_owned(), docs.to_owned())).collect();
    match texts.as_slice() {
        [] => with_docs(&["vars", "stages"], ""),
        ["stages"] => {
            let mut names = vec!["dev", "test", "staging", "prod"];
            names.retain(|it| *it != variables.stage);
            names.insert(0, &variables.stage);
            with_docs(&names, "A stage that can be deployed to.")
        }
        ["stages", _] => with_docs(&["vars", "regions"], ""),
        ["stages", _, "regions"] => slsc_core::aws::provider::REGIONS
            .iter()
            .map(|it| (it.text.to_owned(), it.docs.to_owned()))
            .collect(),
        ["stages", _, "regions", _] => with_docs(&["vars"], ""),
        ["vars"] | ["stages", _, "vars"] | ["stages", _, "regions", _, "vars"] => {
            let mut names: Vec<String> =
                env_file::names(&variables.values).iter().map(ToString::to_string).collect();
            names.extend(references(db, service, variables).into_iter().map(|it| it.name));
            names.sort();
            names.dedup();
            names.into_iter().map(|it| (it, "A variable of this service.".to_owned())).collect()
        }
        _ => Vec::new(),
    }
}

/// The places that give a variable, the one that holds for the selected stage and region first.
pub fn definitions(db: &Database, variables: &Variables, name: &str) -> Vec<Range<usize>> {
    let tree = &pipeline::parsed(db, variables.file).tree;
    let Some(root) = tree.root() else { return Vec::new() };
    let mut levels: Vec<Path> =
        env_file::levels(&variables.stage, &variables.region).into_iter().map(Level::path).collect();
    let others = env_file::all_levels(&variables.values);
    levels.extend(others.into_iter().filter(|it| !levels.contains(it)).collect::<Vec<_>>());
    levels.retain(|it| {
        variables.values.at(it).and_then(Value::as_object).is_some_and(|it| it.contains_key(name))
    });
    let keys = levels.iter().filter_map(|it| document::find(tree, root, &it.join(Segment::from(name))).key);
    keys.map(|it| tree.node(it).range.clone()).collect()
}
