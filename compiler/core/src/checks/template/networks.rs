//! Subnets lie in their network beside each other, and zones in the region of the service.
//! <https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html>

use ecow::{EcoString, eco_format};

use super::Facts;
use crate::diagnostic::{Diagnostic, Place};
use crate::path::Segment;
use crate::rules;
use crate::value::{Object, Value};

/// A block of addresses: the first, and how many bits all have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Block(u32, u32);

impl Block {
    fn read(text: &str) -> Option<Block> {
        let (address, bits) = text.split_once('/')?;
        let parts: Vec<u32> =
            address.split('.').map(|it| it.parse::<u8>().ok().map(u32::from)).collect::<Option<_>>()?;
        let bits: u32 = bits.parse().ok().filter(|it| *it <= 32)?;
        let address = parts.iter().fold(0, |address, part| address << 8 | part);
        (parts.len() == 4).then_some(Block(address, bits))
    }

    fn has(self, other: Block) -> bool {
        let shift = 32 - self.1.min(32);
        let start = |it: u32| it.checked_shr(shift);
        other.1 >= self.1 && start(self.0) == start(other.0)
    }
}

/// A subnet of the template.
struct Subnet<'a> {
    id: &'a EcoString,
    vpc: &'a str,
    text: &'a str,
    block: Block,
}

/// What says that a zone is of a region.
const ZONES: &str =
    "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/using-regions-availability-zones.html";

/// Finds subnets that overlap or lie outside of their network, and zones of other regions.
pub fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    if facts.index.has_macros {
        return;
    }
    zones(facts, found);
    let subnets: Vec<Subnet<'_>> =
        facts.resources().iter().filter_map(|(id, body)| subnet(id, body)).collect();
    for (index, subnet) in subnets.iter().enumerate() {
        let steps = [Segment::from(subnet.id), "Properties".into(), "CidrBlock".into()];
        let Some(at) = facts.written("Resources", &steps).map(Place::value) else { continue };
        let report = |message: EcoString, help: &'static str| {
            Diagnostic::new(&rules::CFN_OUT_OF_RANGE, at.clone(), message)
                .why("EC2 refuses the subnet")
                .help(help)
        };
        let network = facts.resource(subnet.vpc).filter(|it| kind(it) == Some("AWS::EC2::VPC"));
        let text = network.and_then(|it| it.get("Properties")?.get("CidrBlock")?.as_str());
        let has_more = facts.resources().values().any(|it| kind(it) == Some("AWS::EC2::VPCCidrBlock"));
        if let Some((text, block)) = text.and_then(|it| Some((it, Block::read(it)?)))
            && !block.has(subnet.block)
            && !has_more
        {
            let message =
                eco_format!("`{}` lies outside of `{text}`, the network `{}`", subnet.text, subnet.vpc);
            found.push(report(message, "take a part of the network"));
            continue;
        }
        let before = subnets.iter().take(index).filter(|it| it.vpc == subnet.vpc);
        let other = before.into_iter().find(|it| it.block.has(subnet.block) || subnet.block.has(it.block));
        if let Some(other) = other {
            let message = eco_format!("`{}` overlaps with `{}` of `{}`", subnet.text, other.text, other.id);
            found.push(report(message, "give each subnet addresses of its own"));
        }
    }
}

fn kind(body: &Value) -> Option<&str> {
    body.get("Type")?.as_str()
}

fn subnet<'a>(id: &'a EcoString, body: &'a Value) -> Option<Subnet<'a>> {
    let properties = body.get("Properties").filter(|_| kind(body) == Some("AWS::EC2::Subnet"))?;
    // What a condition decides may be there alone.
    if body.get("Condition").is_some() {
        return None;
    }
    let text = properties.get("CidrBlock")?.as_str()?;
    let vpc = properties.get("VpcId")?.get("Ref")?.as_str()?;
    Some(Subnet { id, vpc, text, block: Block::read(text)? })
}

/// Zones of another region than that of the service.
fn zones(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    let region = facts.around.context.region.as_str();
    for (path, part) in facts.own_parts() {
        let resources = part.get("Resources").and_then(Value::as_object);
        for (id, body) in resources.into_iter().flat_map(Object::iter) {
            let path = path.join("Resources").join(id).join("Properties");
            let Some(properties) = body.get("Properties").and_then(Value::as_object) else { continue };
            for name in ["AvailabilityZone", "AvailabilityZones"] {
                let Some(value) = properties.get(name) else { continue };
                let path = path.join(name);
                let items: Vec<_> = match value {
                    Value::Array(items) => {
                        items.iter().enumerate().map(|(index, it)| (path.join(index), it)).collect()
                    }
                    one => vec![(path, one)],
                };
                for (path, zone) in items {
                    let Some(zone) = zone.as_str().filter(|it| is_zone(it) && !it.starts_with(region)) else {
                        continue;
                    };
                    let message = eco_format!("the zone `{zone}` is not in the region `{region}`");
                    found.push(
                        Diagnostic::new(&rules::OTHER_REGION, Place::value(path), message)
                            .why("the resource is made in the region of the service")
                            .help("take a zone of the region: `!Select [0, !GetAZs '']`")
                            .page(ZONES)
                            .warning(),
                    );
                }
            }
        }
    }
}

/// Whether a text is a zone such as `eu-west-1a`.
fn is_zone(text: &str) -> bool {
    crate::shape::check::matches(r"^[a-z]{2}(-[a-z]+)+-\d[a-z]$", text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_lie_in_each_other() {
        let block = |it| Block::read(it).unwrap();
        assert!(block("10.0.0.0/16").has(block("10.0.1.0/24")));
        assert!(!block("10.1.0.0/16").has(block("10.0.1.0/24")));
        assert!(block("0.0.0.0/0").has(block("10.0.1.0/24")));
        assert!(!block("10.0.1.0/24").has(block("10.0.0.0/16")));
        assert_eq!(Block::read("10.0.1.0"), None);
    }
}
