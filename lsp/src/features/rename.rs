//! Rename: a variable of the betas, where it is given and where it is read; and a parameter, likewise.

use std::ops::Range;

use slsc_core::db::{Database, File, Service};
use slsc_core::document;
use slsc_core::path::{Path, Segment};
use slsc_core::pipeline;
use slsc_yaml::NodeKind;

use super::{beta, variable};

/// A name that can be renamed: its characters under the cursor, and all its places.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Renaming {
    /// The name as it is.
    pub name: String,
    /// The characters under the cursor.
    pub range: Range<usize>,
    /// All places that are to change, by file.
    pub places: Vec<(File, Range<usize>)>,
}

/// What is renamed at `offset` of a file.
pub fn at(db: &Database, service: Service, file: File, offset: usize) -> Option<Renaming> {
    of_beta_variable(db, service, file, offset).or_else(|| of_parameter(db, service, file, offset))
}

/// Whether a name can stand in a variable and as a key without quotes.
pub fn is_name(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|it| it.is_ascii_alphanumeric() || "_-".contains(it))
}

fn of_beta_variable(db: &Database, service: Service, file: File, offset: usize) -> Option<Renaming> {
    let symbol = beta::at(db, service, file, offset)?;
    let variables = beta::variables(db, service)?;
    let named = |it: &beta::Symbol| it.name == symbol.name;
    let given = beta::given(db, variables).into_iter().filter(named).map(|it| (variables.file, it.range));
    let read = beta::references(db, service, variables).into_iter().filter(named);
    let read = read.map(|it| (service.config(db), it.range));
    let places = given.chain(read).collect();
    Some(Renaming { name: symbol.name.clone(), range: symbol.range, places })
}

fn of_parameter(db: &Database, service: Service, file: File, offset: usize) -> Option<Renaming> {
    let files = &pipeline::resolved(db, service).files;
    let mut places = Vec::new();
    for file in files {
        places.extend(parameter_calls(db, *file).into_iter().map(|(name, range)| (name, *file, range)));
    }
    let config = service.config(db);
    places.extend(parameter_keys(db, config).into_iter().map(|(name, range)| (name, config, range)));
    let under =
        places.iter().find(|(_, at, range)| *at == file && range.start <= offset && offset <= range.end);
    let (name, _, range) = under?.clone();
    let places = places.into_iter().filter(|it| it.0 == name).map(|(_, file, range)| (file, range)).collect();
    Some(Renaming { name, range, places })
}

/// The names in `${param:name}` of a file.
fn parameter_calls(db: &Database, file: File) -> Vec<(String, Range<usize>)> {
    let tree = &pipeline::parsed(db, file).tree;
    let text = pipeline::text(db, file);
    let mut found = Vec::new();
    for id in tree.ids() {
        variable::each(db, file, id, &mut |call| {
            let name = variable::literal(call.address.as_ref()).filter(|_| call.name == "param");
            if let Some(name) = name {
                let range = tree.source_range(text, id, call.address_range.clone());
                if text.get(range.clone()) == Some(name.as_str()) {
                    found.push((name, range));
                }
            }
        });
    }
    found
}

/// The keys of the stages of `params`.
fn parameter_keys(db: &Database, file: File) -> Vec<(String, Range<usize>)> {
    let tree = &pipeline::parsed(db, file).tree;
    let Some(root) = tree.root() else { return Vec::new() };
    let params = pipeline::document(db, file).get("params").and_then(slsc_core::value::Value::as_object);
    let mut found = Vec::new();
    for stage in params.into_iter().flat_map(|it| it.keys()) {
        let path = Path::from(["params"]).join(Segment::from(stage));
        let place = document::find(tree, root, &path);
        if let NodeKind::Mapping(entries) = &tree.node(tree.target(place.value)).kind {
            let keys = entries.iter().filter(|it| !it.merge).map(|it| it.key);
            found.extend(keys.map(|it| (document::key_text(tree, it).into(), tree.node(it).range.clone())));
        }
    }
    found
}
