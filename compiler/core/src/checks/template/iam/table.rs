//! The actions of IAM by service, and what they act on. Read from `schemas/aws/iam.bin`, a line at a time as it is asked
//! for; `schemas/aws/generate-iam` says how it is written.

use ecow::EcoString;
use rustc_hash::FxHashMap;

static BYTES: &[u8] = include_bytes!("../../../../../../schemas/aws/iam.bin");

/// An action of a service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action {
    /// Its name behind the colon, such as `GetItem`. IAM does not look at capitals.
    pub name: EcoString,
    /// The services whose ARNs it takes, joined by commas: `=` is its own service, `s3:bucket` and `s3:object` are S3's,
    /// `-` means that it takes `*` alone, `?` any.
    pub on: EcoString,
}

/// The services that were asked for, with their actions; `None` for those that are not known.
#[derive(Debug, Default)]
pub struct Actions(FxHashMap<EcoString, Option<Vec<Action>>>);

impl Actions {
    /// The actions of the service with a prefix such as `dynamodb`.
    pub fn of(&mut self, prefix: &str) -> Option<&[Action]> {
        let prefix = prefix.to_lowercase();
        self.0.entry(prefix.as_str().into()).or_insert_with(|| read(&prefix)).as_deref()
    }
}

/// The prefixes of all services.
pub fn prefixes() -> impl Iterator<Item = &'static str> {
    lines().filter_map(|it| it.split(|it| *it == b'\t').next()).filter_map(|it| std::str::from_utf8(it).ok())
}

fn lines() -> impl Iterator<Item = &'static [u8]> {
    BYTES.split(|it| *it == b'\n').skip(1).filter(|it| !it.is_empty())
}

fn read(prefix: &str) -> Option<Vec<Action>> {
    let line =
        lines().find(|it| it.strip_prefix(prefix.as_bytes()).is_some_and(|it| it.first() == Some(&b'\t')))?;
    let words: Vec<&[u8]> = BYTES.split(|it| *it == b'\n').next()?.split(|it| *it == b' ').collect();
    let mut actions = Vec::new();
    for group in line.split(|it| *it == b'\t').skip(1) {
        let mut parts = group.split(|it| *it == b' ');
        let on = EcoString::from(String::from_utf8_lossy(parts.next()?).as_ref());
        let mut last: Vec<u8> = Vec::new();
        for part in parts {
            let (digit, rest) = part.split_first()?;
            let same = char::from(*digit).to_digit(36)?;
            last.truncate(usize::try_from(same).ok()?);
            for byte in rest {
                match byte.checked_sub(128) {
                    Some(index) => last.extend_from_slice(words.get(usize::from(index))?),
                    None => last.push(*byte),
                }
            }
            actions.push(Action { name: String::from_utf8_lossy(&last).as_ref().into(), on: on.clone() });
        }
    }
    Some(actions)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn actions_are_read_with_what_they_act_on() {
        let mut table = Actions::default();
        let on = |table: &mut Actions, prefix, name| {
            table.of(prefix).and_then(|it| it.iter().find(|it| it.name == name)).map(|it| it.on.clone())
        };
        assert_eq!(on(&mut table, "dynamodb", "GetItem").as_deref(), Some("="));
        assert_eq!(on(&mut table, "s3", "GetObject").as_deref(), Some("s3:object"));
        assert_eq!(on(&mut table, "s3", "ListAllMyBuckets").as_deref(), Some("-"));
        assert_eq!(on(&mut table, "sts", "AssumeRole").as_deref(), Some("iam"));
        assert_eq!(table.of("dynamo"), None);
        assert!(prefixes().count() > 400 && prefixes().all(|it| read(it).is_some()));
    }
}
