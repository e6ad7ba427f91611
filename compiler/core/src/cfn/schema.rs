//! What CloudFormation knows of resource types: properties, attributes, regions. Read from `schemas/aws/facts.bin`.
//!
//! The file is derived from published packages, whose versions stand in `schemas/aws/SOURCES.json`. It is never older
//! than the release of this compiler and always older than AWS: what it does not know may still exist.

pub mod docs;
mod facts;
mod node;
pub mod pattern;

pub use node::{Kinds, Node, Pattern, Word};

use crate::diagnostic;
use crate::path::Segment;
use facts::{At, Header, List};

/// The words of a type.
const WIDTH: u32 = 12;

/// Where a list or a number of a type stands.
#[derive(Clone, Copy)]
enum Part {
    Root = 1,
    FewRegions = 2,
    MoreRegions = 3,
    Attributes = 4,
    ReadOnly = 5,
    CreateOnly = 6,
    WriteOnly = 7,
    Deprecated = 8,
    Identifier = 9,
    LifeCycle = 10,
    Flags = 11,
}

/// A resource type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ResourceType {
    name: &'static str,
    index: u32,
    at: At,
}

fn types() -> List {
    let count = if facts::header(Header::Format) == facts::FORMAT { facts::header(Header::Types) } else { 0 };
    List::rows(facts::header(Header::TypesAt), count, WIDTH)
}

fn regions() -> List {
    List::rows(facts::header(Header::RegionsAt), facts::header(Header::Regions), 1)
}

/// The resource type called `name`, such as `AWS::SQS::Queue`.
pub fn resource_type(name: &str) -> Option<ResourceType> {
    let (index, at) = types().find(name)?;
    Some(ResourceType { name: facts::word(at).and_then(facts::string)?, index, at })
}

/// The names of all resource types, sorted.
pub fn names() -> impl Iterator<Item = &'static str> + Clone {
    types().strings()
}

/// Whether AWS has the region `name`, as far as this version knows.
pub fn is_region(name: &str) -> bool {
    regions().strings().any(|it| it == name)
}

/// The region that `written` most likely means.
pub fn nearest_region(written: &str) -> Option<&'static str> {
    diagnostic::nearest(written, regions().strings())
}

/// The resource type that `written` most likely means.
pub fn nearest(written: &str) -> Option<&'static str> {
    diagnostic::nearest(written, names())
}

/// The form of strings of a format such as `AWS::EC2::Subnet.Id`, if it has one.
pub fn format(name: &str) -> Option<Pattern> {
    let formats = List::rows(facts::header(Header::FormatsAt), facts::header(Header::Formats), 2);
    let (_, row) = formats.find(name)?;
    facts::word(row.checked_add(1)?).map(Pattern::at)
}

impl ResourceType {
    fn part(self, part: Part) -> u32 {
        facts::word(self.at.saturating_add(part as u32)).unwrap_or_default()
    }

    fn listed(self, part: Part) -> List {
        List::at(self.part(part), 1)
    }

    fn attribute_list(self) -> List {
        List::at(self.part(Part::Attributes), 2)
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        self.name
    }

    /// Its place among all types.
    pub(self) fn index(self) -> u32 {
        self.index
    }

    /// What `Properties` may hold.
    pub fn root(self) -> Node {
        Node::at(self.part(Part::Root))
    }

    /// A property by its name.
    pub fn property(self, name: &str) -> Option<Node> {
        self.root().property(name)
    }

    /// What may be written at `path`, from `Properties` on: several where alternatives differ.
    pub fn nodes_at(self, path: &[Segment]) -> Vec<Node> {
        self.nodes_by(path, Node::alternatives)
    }

    /// As [`ResourceType::nodes_at`], without what other properties decide.
    pub fn certain_nodes_at(self, path: &[Segment]) -> Vec<Node> {
        self.nodes_by(path, Node::certain_alternatives)
    }

    fn nodes_by(self, path: &[Segment], alternatives: fn(Node) -> Vec<Node>) -> Vec<Node> {
        let mut nodes = vec![self.root()];
        let mut steps = path.iter();
        while let Some(step) = steps.next() {
            // The branches of a condition stand where its value does.
            if *step == Segment::from("Fn::If") {
                steps.next();
                continue;
            }
            nodes = nodes.into_iter().flat_map(alternatives).flat_map(|it| it.step(step)).collect();
        }
        nodes.into_iter().flat_map(alternatives).collect()
    }

    /// What `Fn::GetAtt` gives for `name`, such as `Arn` or `Endpoint.Address`. For [`ResourceType::has_open_attributes`]
    /// there may be more.
    pub fn attribute(self, name: &str) -> Option<Node> {
        let (_, row) = self.attribute_list().find(name)?;
        facts::word(row.checked_add(1)?).map(Node::at)
    }

    /// All that `Fn::GetAtt` may name, in the order of the names.
    pub fn attributes(self) -> impl Iterator<Item = (&'static str, Node)> + Clone {
        node::pairs(self.attribute_list())
    }

    /// Whether the names of some attributes are the user's own: the outputs of a nested stack, `Outputs.<name>`.
    pub fn has_open_attributes(self) -> bool {
        self.part(Part::Flags) & 1 != 0
    }

    /// What `Ref` gives, if it is one property.
    pub fn reference(self) -> Option<Node> {
        let mut parts = self.listed(Part::Identifier).strings();
        let name = parts.next()?;
        if parts.next().is_some() { None } else { self.property(name) }
    }

    /// The properties that tell two resources of the type apart, as paths.
    pub fn identifier(self) -> impl Iterator<Item = &'static str> + Clone {
        self.listed(Part::Identifier).strings()
    }

    /// Paths of properties that AWS sets and nobody may, with dots; `*` stands for the items of a list.
    pub fn read_only(self) -> impl Iterator<Item = &'static str> + Clone {
        self.listed(Part::ReadOnly).strings()
    }

    /// Paths of properties whose change replaces the resource.
    pub fn create_only(self) -> impl Iterator<Item = &'static str> + Clone {
        self.listed(Part::CreateOnly).strings()
    }

    /// Paths of properties that AWS never gives back, such as passwords.
    pub fn write_only(self) -> impl Iterator<Item = &'static str> + Clone {
        self.listed(Part::WriteOnly).strings()
    }

    /// Paths of properties that AWS has deprecated.
    pub fn deprecated(self) -> impl Iterator<Item = &'static str> + Clone {
        self.listed(Part::Deprecated).strings()
    }

    /// Whether the type is in `region`. A region that is not known may have it.
    pub fn is_in(self, region: &str) -> bool {
        let Some(index) = regions().strings().position(|it| it == region) else { return true };
        let bits = u64::from(self.part(Part::FewRegions)) | u64::from(self.part(Part::MoreRegions)) << 32;
        bits >> index & 1 != 0
    }

    /// The state of a type whose service AWS ends, such as `sunset` or `shutdown`, and the date as `2026-10-01`.
    pub fn life_cycle(self) -> Option<(&'static str, &'static str)> {
        let text = facts::string(self.part(Part::LifeCycle)).filter(|it| !it.is_empty())?;
        Some(text.split_once(' ').unwrap_or((text, "")))
    }

    /// The page of AWS's documentation.
    pub fn link(self) -> String {
        format!("{}aws-resource-{}.html", docs::GUIDE, docs::slug(self.name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn queue() -> ResourceType {
        resource_type("AWS::SQS::Queue").unwrap()
    }

    #[test]
    fn types_are_found_by_name() {
        assert!(names().count() > 1800);
        assert!(names().is_sorted());
        assert_eq!(names().filter_map(resource_type).count(), names().count());
        assert_eq!(resource_type("AWS::SQS::Queu"), None);
        assert_eq!(nearest("AWS::SQS::Queu"), Some("AWS::SQS::Queue"));
    }

    #[test]
    fn properties_have_kinds_and_limits() {
        let delay = queue().property("DelaySeconds").unwrap();
        assert_eq!(delay.kinds(), Kinds::INTEGER);
        assert_eq!(delay.range(), (Some(0.0), Some(900.0)));
        assert!(queue().root().is_closed());
        assert!(queue().property("Delay").is_none());
        let table = resource_type("AWS::DynamoDB::Table").unwrap();
        assert!(table.root().required().any(|it| it == "KeySchema"));
        let key = table.property("KeySchema").and_then(|it| it.one_of().next().or(Some(it)));
        assert!(key.is_some());
        let group = resource_type("AWS::Logs::LogGroup").unwrap();
        let days = group.property("RetentionInDays").unwrap();
        assert!(days.words().any(|it| it == Word::Number(14.0)));
    }

    #[test]
    fn attributes_are_what_can_be_asked_for() {
        assert_eq!(queue().attribute("Arn").and_then(Node::format), Some("AWS::SQS::Queue.Arn"));
        assert!(queue().attribute("QueueName").is_some());
        assert!(queue().attribute("Arm").is_none());
        assert!(resource_type("AWS::CloudFormation::Stack").unwrap().has_open_attributes());
        assert!(resource_type("AWS::RDS::DBInstance").unwrap().attribute("Endpoint.Address").is_some());
    }

    #[test]
    fn regions_differ() {
        assert!(queue().is_in("eu-west-1"));
        assert!(queue().is_in("mars-north-1"));
        assert!(!resource_type("AWS::Amplify::App").unwrap().is_in("mx-central-1"));
    }

    /// Every string, list and node of the file can be reached without leaving it.
    #[test]
    fn the_file_is_whole() {
        let mut seen = std::collections::HashSet::new();
        let mut waiting: Vec<Node> = names().filter_map(resource_type).map(ResourceType::root).collect();
        let mut properties = 0;
        while let Some(node) = waiting.pop() {
            if !seen.insert(node) {
                continue;
            }
            properties += node.properties().count();
            waiting.extend(node.properties().map(|it| it.1));
            waiting.extend(node.items().into_iter().chain(node.additional()).chain(node.excluded()));
            waiting.extend(node.any_of().chain(node.one_of()).chain(node.all_of()));
            waiting.extend(node.condition().into_iter().flat_map(|it| [it.0, it.1, it.2]));
            waiting.extend(node.pattern_properties().map(|it| it.1));
        }
        assert!(seen.len() > 20_000 && properties > 40_000, "{} nodes, {properties} properties", seen.len());
    }
}
