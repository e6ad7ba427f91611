//! Definition: from a variable to where its value is written, from a handler to the function that it names.

use std::ops::Range;

use slsc_core::db::{Content, Database, Db as _, File, Service, join};
use slsc_core::diagnostic::Place;
use slsc_core::document;
use slsc_core::locate;
use slsc_core::path::{Path, Segment};
use slsc_core::pipeline;
use slsc_core::value::Value;

use super::{beta, handler, variable};

/// A place of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// The file.
    pub file: File,
    /// The characters.
    pub range: Range<usize>,
}

/// Where what stands at `offset` is defined: the place that holds first, then others.
pub fn at(db: &Database, service: Service, file: File, offset: usize) -> Vec<Target> {
    if let (Some(symbol), Some(variables)) =
        (beta::at(db, service, file, offset), beta::variables(db, service))
    {
        let ranges = beta::definitions(db, variables, &symbol.name);
        return ranges.into_iter().map(|range| Target { file: variables.file, range }).collect();
    }
    let found = of_variable(db, service, file, offset);
    found.or_else(|| handler::definition(db, service, file, offset)).into_iter().collect()
}

fn of_variable(db: &Database, service: Service, file: File, offset: usize) -> Option<Target> {
    let found = variable::at(db, file, offset)?;
    let address = variable::literal(found.call.address.as_ref());
    match found.call.name.as_str() {
        "self" => {
            let path = config_path(&pipeline::resolved(db, service).value, &address?);
            config_target(db, service, path)
        }
        "param" => {
            let name = address?;
            let resolved = pipeline::resolved(db, service);
            let stages = [resolved.stage.as_str(), "default"];
            let params = resolved.value.get("params");
            let stage = stages
                .into_iter()
                .find(|it| params.and_then(|params| params.get(it)?.get(&name)).is_some())?;
            config_target(db, service, Path::from(["params", stage, name.as_str()]))
        }
        "file" => {
            let path = variable::literal(found.call.params.as_ref()?.first()?.as_ref())?;
            let target = db.file(&join(service.directory(db), &path));
            if !matches!(target.content(db), Content::Text(_)) {
                return None;
            }
            let tree = &pipeline::parsed(db, target).tree;
            let path = config_path(pipeline::document(db, target), &address.unwrap_or_default());
            let range = tree.root().map(|root| document::find(tree, root, &path)).map_or(0..0, |found| {
                let node = found.key.unwrap_or(found.value);
                tree.node(node).range.clone()
            });
            let range = if path.segments().is_empty() { 0..0 } else { range };
            Some(Target { file: target, range })
        }
        _ => None,
    }
}

fn config_target(db: &Database, service: Service, path: Path) -> Option<Target> {
    let span = locate::locate(db, service, &Place::key(path));
    Some(Target { file: span.file, range: span.range })
}

/// The path of a dotted address; numbers are items where there is a list.
fn config_path(config: &Value, address: &str) -> Path {
    let mut path = Path::root();
    let mut at = Some(config);
    for key in address.split('.').filter(|it| !it.is_empty()) {
        let segment = match (at, key.parse::<u32>()) {
            (Some(Value::Array(_)), Ok(index)) => Segment::Index(index),
            _ => Segment::from(key),
        };
        at = at.and_then(|it| match (&segment, it) {
            (Segment::Index(index), Value::Array(items)) => items.get(*index as usize),
            (_, other) => other.get(key),
        });
        path.push(segment);
    }
    path
}
