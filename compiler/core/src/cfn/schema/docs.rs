//! What AWS says of types, properties and attributes, for those who ask: `schemas/aws/docs.bin`, in compressed blocks.
//!
//! `schemas/aws/generator/docs.py` writes it and says what stands where. A block is unpacked when it is asked for.

use std::io::Read as _;

use flate2::bufread::ZlibDecoder;

use super::ResourceType;

static FILE: &[u8] = include_bytes!("../../../../../schemas/aws/docs.bin");

/// Where the pages of CloudFormation's types begin.
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-template-resource-type-ref.html>
pub const GUIDE: &str = "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/";

/// The version of the format that is read here.
const FORMAT: u32 = 1;
const GROUP: char = '\u{1D}';
const RECORD: char = '\u{1E}';
const UNIT: char = '\u{1F}';

/// The longest block, unpacked; a damaged file is not believed.
const LONGEST: u64 = 4 << 20;

/// What is said of one place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Documentation {
    /// The text in Markdown; empty if AWS says nothing.
    pub text: String,
    /// The page that says more.
    pub link: String,
}

fn word(at: usize) -> Option<usize> {
    let bytes = FILE.get(at.checked_mul(4)?..)?.first_chunk::<4>()?;
    usize::try_from(u32::from_le_bytes(*bytes)).ok()
}

/// The part of a type's name in the addresses of its pages: `sqs-queue`.
pub(super) fn slug(name: &str) -> String {
    let parts: Vec<&str> = name.split("::").skip(1).collect();
    parts.join("-").to_lowercase()
}

/// All that is said of a type.
#[derive(Clone, Debug)]
pub struct Page {
    kind: ResourceType,
    text: String,
}

/// Unpacks what is said of a type.
pub fn page(kind: ResourceType) -> Option<Page> {
    if word(2)? != FORMAT as usize {
        return None;
    }
    let row = word(5)?.checked_add(usize::try_from(kind.index()).ok()?.checked_mul(3)?)?;
    let (block, start, length) = (word(row)?, word(row.checked_add(1)?)?, word(row.checked_add(2)?)?);
    let place = word(6)?.checked_add(block.checked_mul(2)?)?;
    let first = word(place)?;
    let packed = FILE.get(first..first.checked_add(word(place.checked_add(1)?)?)?)?;
    let mut unpacked = Vec::new();
    ZlibDecoder::new(packed).take(LONGEST).read_to_end(&mut unpacked).ok()?;
    let text = std::str::from_utf8(unpacked.get(start..start.checked_add(length)?)?).ok()?.to_owned();
    Some(Page { kind, text })
}

impl Page {
    /// The entries of a section: name, section of the value, text.
    fn entries(&self, section: &str) -> impl Iterator<Item = (&str, &str, &str)> {
        let found = self.text.split(GROUP).find_map(|it| {
            let (name, rows) = it.split_once(RECORD).unwrap_or((it, ""));
            (name == section).then_some(rows)
        });
        found.unwrap_or_default().split(RECORD).filter_map(|row| {
            let mut parts = row.split(UNIT);
            Some((parts.next()?, parts.next()?, parts.next()?))
        })
    }

    fn entry(&self, section: &str, name: &str) -> Option<(&str, &str, &str)> {
        self.entries(section).find(|it| it.0 == name)
    }

    /// What the type is.
    pub fn resource(&self) -> Documentation {
        let text = self.entry("", "").map(|it| it.2).unwrap_or_default();
        Documentation { text: text.into(), link: self.kind.link() }
    }

    /// What the attribute `name` is.
    pub fn attribute(&self, name: &str) -> Option<Documentation> {
        let (_, _, text) = self.entry("", &format!("@{name}"))?;
        let link = format!("{}#aws-resource-{}-return-values", self.kind.link(), slug(self.kind.name()));
        Some(Documentation { text: text.into(), link })
    }

    /// What the property at `path` is: the keys from `Properties` down, without the places in lists.
    pub fn property<'a>(&self, path: impl IntoIterator<Item = &'a str>) -> Option<Documentation> {
        let (mut section, mut found) = (String::new(), None);
        for key in path {
            if found.is_some() {
                // The value of the last key has to have a section of its own.
                let (_, below, _): (String, String, String) = found.take()?;
                if below.is_empty() {
                    return None;
                }
                section = below;
            }
            let (name, below, text) = self.entry(&section, key)?;
            found = Some((name.to_owned(), below.to_owned(), text.to_owned()));
        }
        let (name, _, text) = found?;
        Some(Documentation { text, link: self.link(&section, &name) })
    }

    fn link(&self, section: &str, name: &str) -> String {
        let (slug, name) = (slug(self.kind.name()), name.to_lowercase());
        if section.is_empty() {
            return format!("{}#cfn-{slug}-{name}", self.kind.link());
        }
        let section = section.to_lowercase();
        format!("{GUIDE}aws-properties-{slug}-{section}.html#cfn-{slug}-{section}-{name}")
    }
}

#[cfg(test)]
mod tests {
    use super::super::{names, resource_type};
    use super::*;

    #[test]
    fn every_type_has_a_page() {
        let empty = names().filter_map(resource_type).filter_map(page);
        assert!(empty.filter(|it| it.resource().text.is_empty()).count() < 100);
        assert_eq!(names().filter_map(resource_type).filter_map(page).count(), names().count());
    }

    #[test]
    fn properties_are_documented_at_any_depth() {
        let page = page(resource_type("AWS::S3::Bucket").unwrap()).unwrap();
        let name = page.property(["BucketName"]).unwrap();
        assert!(name.text.contains("name"), "{}", name.text);
        assert!(name.link.ends_with("aws-resource-s3-bucket.html#cfn-s3-bucket-bucketname"));
        let rule = page.property(["CorsConfiguration", "CorsRules", "AllowedMethods"]).unwrap();
        assert!(rule.text.contains("HTTP method"), "{}", rule.text);
        assert!(
            rule.link
                .ends_with("aws-properties-s3-bucket-corsrule.html#cfn-s3-bucket-corsrule-allowedmethods")
        );
        assert_eq!(page.property(["BucketName", "Name"]), None);
        assert!(page.attribute("Arn").is_some());
    }
}
