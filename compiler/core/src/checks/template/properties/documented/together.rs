//! What items of lists of one resource say together.

use ecow::{EcoString, eco_format};

use super::{Finding, Problem, finding, places, plain};
use crate::path::Path;
use crate::value::Value;

/// A task stops with its essential containers, and has one at least.
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html>
pub fn essential(properties: &Value, root: &Path, found: &mut Vec<Finding>) {
    let containers = places(properties, root, "ContainerDefinitions.*");
    let is_not = |it: &Value| it.get("Essential").and_then(plain).is_some_and(|it| it == "false");
    let Some((path, _)) = containers.first().filter(|_| containers.iter().all(|it| is_not(it.1))) else {
        return;
    };
    let problem = Problem::Said("no container of the task is essential".into(), "make one of them essential");
    found.push(finding(path.join("Essential"), problem));
}

/// The classes of storage in the order in which objects go down.
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html>
const CLASSES: [&str; 6] =
    ["STANDARD_IA", "INTELLIGENT_TIERING", "ONEZONE_IA", "GLACIER_IR", "GLACIER", "DEEP_ARCHIVE"];

/// Objects are moved to a lower class later than to a higher one, and to each once.
pub fn transitions(properties: &Value, root: &Path, found: &mut Vec<Finding>) {
    for (path, rule) in places(properties, root, "LifecycleConfiguration.Rules.*") {
        let mut before: Vec<(usize, f64)> = Vec::new();
        let mut all: Vec<(Path, usize, f64)> = Vec::new();
        for (path, item) in places(rule, &path, "Transitions.*") {
            let class = item.get("StorageClass").and_then(plain);
            let rank = class.and_then(|class| CLASSES.iter().position(|it| class == *it));
            let days = item.get("TransitionInDays").and_then(super::value::number);
            if let (Some(rank), Some(days)) = (rank, days) {
                all.push((path, rank, days));
            }
        }
        all.sort_by_key(|it| it.1);
        for (path, rank, days) in all {
            let higher = before.iter().find(|it| it.0 < rank && it.1 >= days || it.0 == rank);
            if let Some((other, least)) = higher {
                let name = CLASSES.get(*other).copied().unwrap_or_default();
                let message = if *other == rank {
                    eco_format!("objects go to `{name}` twice")
                } else {
                    eco_format!(
                        "objects go to `{name}` after {least} days, and to a lower class after {days}"
                    )
                };
                let problem = Problem::Said(message, "give each class more days than the one above it");
                found.push(finding(path.join("TransitionInDays"), problem));
            }
            before.push((rank, days));
        }
    }
}

/// In a network of its own a task has the ports of its containers.
/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_PortMapping.html>
pub fn ports(properties: &Value, root: &Path, found: &mut Vec<Finding>) {
    if properties.get("NetworkMode").and_then(plain).as_deref() != Some("awsvpc") {
        return;
    }
    for (path, mapping) in places(properties, root, "ContainerDefinitions.*.PortMappings.*") {
        let number = |name: &str| mapping.get(name).and_then(super::value::number);
        let (Some(own), Some(host)) = (number("ContainerPort"), number("HostPort")) else { continue };
        if own != host && host != 0.0 {
            let message = eco_format!("with `awsvpc` the port of the host is that of the container, {own}");
            found.push(finding(path.join("HostPort"), Problem::Said(message, "remove `HostPort`")));
        }
    }
}

/// A group has each rule once.
pub fn rules(properties: &Value, root: &Path, found: &mut Vec<Finding>) {
    for list in ["SecurityGroupIngress.*", "SecurityGroupEgress.*"] {
        let mut seen: Vec<Value> = Vec::new();
        for (path, rule) in places(properties, root, list) {
            let is_branch = path.segments().iter().any(|it| *it == crate::path::Segment::from("Fn::If"));
            let Some(object) = rule.as_object().filter(|_| !is_branch && !rule.has_unknown()) else {
                continue;
            };
            // Descriptions make no difference, and numbers are taken as texts.
            let said = object.iter().filter(|it| it.0 != "Description");
            let said = said.map(|(key, it)| (key.clone(), plain(it).map_or_else(|| it.clone(), Value::from)));
            let mut said: Vec<(EcoString, Value)> = said.collect();
            said.sort_by(|a, b| a.0.cmp(&b.0));
            let said = Value::from(said.into_iter().collect::<crate::value::Object>());
            if seen.contains(&said) {
                let problem = Problem::Said("the group has this rule twice".into(), "remove one of them");
                found.push(finding(path, problem));
            } else {
                seen.push(said);
            }
        }
    }
}

/// Backups and maintenance of a database have each their own time.
/// <https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_WorkingWithAutomatedBackups.BackupWindow.html>
pub fn windows(properties: &Value, root: &Path, found: &mut Vec<Finding>) {
    let text = |name: &str| properties.get(name).and_then(plain);
    let (Some(backup), Some(maintenance)) =
        (text("PreferredBackupWindow"), text("PreferredMaintenanceWindow"))
    else {
        return;
    };
    let Some((start, end)) = backup.split_once('-').and_then(|(a, b)| Some((minutes(a)?, minutes(b)?)))
    else {
        return;
    };
    // A window of maintenance is less than a day, and lies in one day or two.
    let plain = |it: &str| it.split_once(':').and_then(|it| minutes(it.1));
    let Some((first, last)) = maintenance.split_once('-').and_then(|(a, b)| Some((plain(a)?, plain(b)?)))
    else {
        return;
    };
    let spans =
        |start: u32, end: u32| if start < end { vec![(start, end)] } else { vec![(start, 1440), (0, end)] };
    let overlap =
        spans(start, end).into_iter().any(|a| spans(first, last).into_iter().any(|b| a.0 < b.1 && b.0 < a.1));
    if overlap {
        let message = eco_format!("`{maintenance}` overlaps with the backups at `{backup}`");
        let problem = Problem::Said(message, "give each a time of its own");
        found.push(finding(root.join("PreferredMaintenanceWindow"), problem));
    }
}

/// Minutes since midnight.
fn minutes(text: &str) -> Option<u32> {
    let (hours, minutes) = text.split_once(':')?;
    Some(hours.parse::<u32>().ok()? * 60 + minutes.parse::<u32>().ok()?)
}

/// What a bucket tells whom.
struct Told {
    path: Path,
    event: EcoString,
    prefix: EcoString,
    suffix: EcoString,
}

/// A bucket tells of one event of one object once.
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-filtering.html>
pub fn notifications(properties: &Value, root: &Path, found: &mut Vec<Finding>) {
    let mut all: Vec<Told> = Vec::new();
    for list in ["LambdaConfigurations", "QueueConfigurations", "TopicConfigurations"] {
        for (path, item) in places(properties, root, &format!("NotificationConfiguration.{list}.*")) {
            let is_branch = path.segments().iter().any(|it| *it == crate::path::Segment::from("Fn::If"));
            let Some(event) = item.get("Event").and_then(plain).filter(|_| !is_branch) else { continue };
            let Some((prefix, suffix)) = affixes(item) else { continue };
            all.push(Told { path, event, prefix, suffix });
        }
    }
    for (index, one) in all.iter().enumerate() {
        let before = all.iter().take(index).find(|it| overlap(it, one));
        if before.is_some() {
            let message = eco_format!("the bucket tells of `{}` twice for some objects", one.event);
            let problem = Problem::Said(message, "tell them apart by `Filter`, or send the event to a topic");
            found.push(finding(one.path.join("Event"), problem));
        }
    }
}

/// The prefix and the suffix of a notification; `None` if they are only known later.
fn affixes(item: &Value) -> Option<(EcoString, EcoString)> {
    let (mut prefix, mut suffix) = (EcoString::new(), EcoString::new());
    let Some(filter) = item.get("Filter") else { return Some((prefix, suffix)) };
    for rule in filter.get("S3Key")?.get("Rules")?.as_array()? {
        let value = plain(rule.get("Value")?)?;
        match plain(rule.get("Name")?)?.to_lowercase().as_str() {
            "prefix" => prefix = value,
            "suffix" => suffix = value,
            _ => return None,
        }
    }
    Some((prefix, suffix))
}

fn overlap(one: &Told, other: &Told) -> bool {
    let events = |a: &str, b: &str| {
        let all = |it: &str| it.strip_suffix('*').map(str::to_owned);
        a == b || all(a).is_some_and(|it| b.starts_with(&it)) || all(b).is_some_and(|it| a.starts_with(&it))
    };
    let start = |a: &str, b: &str| a.starts_with(b) || b.starts_with(a);
    let end = |a: &str, b: &str| a.ends_with(b) || b.ends_with(a);
    events(&one.event, &other.event) && start(&one.prefix, &other.prefix) && end(&one.suffix, &other.suffix)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    fn count(check: fn(&Value, &Path, &mut Vec<Finding>), properties: Value) -> usize {
        let mut found = Vec::new();
        check(&properties, &Path::root(), &mut found);
        found.len()
    }

    #[test]
    fn windows_do_not_overlap() {
        let of = |backup: &str, maintenance: &str| {
            count(
                windows,
                json!({ "PreferredBackupWindow": backup, "PreferredMaintenanceWindow": maintenance }),
            )
        };
        assert_eq!(of("02:00-03:00", "sun:02:30-sun:03:30"), 1);
        assert_eq!(of("02:00-03:00", "sun:03:00-sun:04:00"), 0);
        assert_eq!(of("23:30-00:30", "sat:23:00-sun:00:00"), 1);
        assert_eq!(of("23:30-00:30", "sun:00:30-sun:01:30"), 0);
    }

    #[test]
    fn objects_go_down_in_order() {
        let of = |days: [f64; 2]| {
            count(
                transitions,
                json!({ "LifecycleConfiguration": { "Rules": [{ "Transitions": [
                    { "StorageClass": "GLACIER", "TransitionInDays": (days[0]) },
                    { "StorageClass": "STANDARD_IA", "TransitionInDays": (days[1]) }
                ] }] } }),
            )
        };
        assert_eq!(of([90.0, 30.0]), 0);
        assert_eq!(of([20.0, 30.0]), 1);
    }

    #[test]
    fn buckets_tell_of_an_event_once() {
        let one = |event: &str, prefix: &str| json!({ "Event": event, "Filter": { "S3Key": { "Rules": [{ "Name": "prefix", "Value": prefix }] } } });
        let of = |items: Vec<Value>| {
            count(notifications, json!({ "NotificationConfiguration": { "QueueConfigurations": items } }))
        };
        assert_eq!(of(vec![one("s3:ObjectCreated:*", "a/"), one("s3:ObjectCreated:Put", "a/b/")]), 1);
        assert_eq!(of(vec![one("s3:ObjectCreated:*", "a/"), one("s3:ObjectCreated:Put", "b/")]), 0);
        assert_eq!(of(vec![one("s3:ObjectCreated:*", "a/"), one("s3:ObjectRemoved:*", "a/")]), 0);
    }
}
