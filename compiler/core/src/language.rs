//! The whole language as one shape: what may be written at a path of the configuration.
//!
//! The root keeps its larger sections as plain values, since they are decoded on their own; here they are joined.

pub mod placement;
pub mod schema;

use crate::aws::function::Function;
use crate::aws::layer::Layer;
use crate::aws::provider::Provider;
use crate::aws::resources::user::{UserResource, UserResources};
use crate::levels::Custom;
use crate::path::{Path, Segment};
use crate::service::Root;
use crate::shape::{Field, Map, Shape, Typed};
use crate::value::Value;

/// The shape of a section that the root keeps as a plain value.
fn section(key: &str) -> Option<&'static Shape> {
    match key {
        "provider" => Some(Provider::SHAPE),
        "functions" => Some(<Map<Function>>::SHAPE),
        "layers" => Some(<Map<Layer>>::SHAPE),
        "custom" => Some(Custom::SHAPE),
        "resources" => Some(UserResources::SHAPE),
        _ => None,
    }
}

/// The shapes that may stand at `path`, alternatives one by one.
pub fn shapes_at(path: &Path) -> Vec<&'static Shape> {
    let mut shapes: Vec<&'static Shape> = vec![Root::SHAPE];
    let segments = path.segments();
    let mut rest = segments;
    if let [Segment::Key(first), tail @ ..] = segments
        && let Some(shape) = section(first)
    {
        shapes = vec![shape];
        rest = tail;
        // The parts of a list of functions or resources are like the section itself.
        if let ([Segment::Index(_), tail @ ..], "functions" | "resources") = (tail, first.as_str()) {
            rest = tail;
        }
        if let ([Segment::Key(section), Segment::Key(id), tail @ ..], "resources") = (rest, first.as_str())
            && section == "Resources"
        {
            // Loops and macros stand where resources do.
            shapes = vec![if id.starts_with("Fn::") { Value::SHAPE } else { UserResource::SHAPE }];
            rest = tail;
        }
    }
    for segment in rest {
        shapes = shapes.into_iter().flat_map(alternatives).flat_map(|it| step(it, segment)).collect();
    }
    shapes.into_iter().flat_map(alternatives).collect()
}

/// The field that a path ends with, if a mapping with known keys holds it.
pub fn field_at(path: &Path) -> Option<&'static Field> {
    let Some(Segment::Key(key)) = path.last() else { return None };
    shapes_at(&path.parent()).into_iter().find_map(|it| match it {
        Shape::Object(object) => object.field(key),
        _ => None,
    })
}

fn alternatives(shape: &'static Shape) -> Vec<&'static Shape> {
    match shape {
        Shape::OneOf(shapes) => shapes.iter().flat_map(|it| alternatives(it)).collect(),
        one => vec![one],
    }
}

fn step(shape: &'static Shape, segment: &Segment) -> Option<&'static Shape> {
    match (shape, segment) {
        (Shape::Any, _) => Some(shape),
        (Shape::Object(object), Segment::Key(key)) => match object.field(key) {
            Some(field) => Some(field.shape),
            None => object.open.then_some(Value::SHAPE),
        },
        (Shape::Map(map), Segment::Key(_)) => Some(map.value),
        (Shape::List(item), Segment::Index(_)) => Some(item),
        (Shape::ByKey(by_key), Segment::Key(key)) => {
            by_key.cases.iter().find(|it| it.key == key.as_str()).map(|it| it.shape)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_lead_to_shapes() {
        let path = Path::from_iter(["functions", "hello", "events"].map(Segment::from))
            .join(0usize)
            .join("sqs")
            .join("batchSize");
        assert_eq!(field_at(&path).map(|it| it.key), Some("batchSize"));
        assert!(matches!(shapes_at(&path).as_slice(), [Shape::Number { integer: true }]));
        assert_eq!(field_at(&Path::from(["provider", "runtime"])).map(|it| it.key), Some("runtime"));
        assert_eq!(
            field_at(&Path::from(["resources", "Resources", "Table", "Type"])).map(|it| it.key),
            Some("Type")
        );
    }
}
