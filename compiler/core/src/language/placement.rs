//! What is meant by a key that stands where nobody knows it: an option of another place, or another name of one.
//!
//! The shapes say which options there are; a table says how people call them elsewhere, in other tools and in AWS.

use ecow::{EcoString, eco_format};

use super::shapes_at;
use crate::aws::events::{Event, KINDS};
use crate::aws::function::Function;
use crate::aws::provider::Provider;
use crate::diagnostic::nearest;
use crate::path::{Path, Segment};
use crate::service::{ListedFunction, Root};
use crate::shape::{ChoiceShape, ObjectShape, Shape, Typed, check};
use crate::value::{Object, Value};

/// What is meant by a key.
#[derive(Debug, PartialEq, Eq)]
pub enum Meant {
    /// A key of the same mapping.
    Key(&'static str),
    /// The same key at another place, in words after `it belongs`.
    Place(EcoString),
}

/// Sections of a template that stand below `resources`.
const TEMPLATE_SECTIONS: [&str; 5] = ["Resources", "Outputs", "Conditions", "Parameters", "Mappings"];

/// How options are called elsewhere, in small letters without `-` and `_`, and how here.
const OTHER_NAMES: &[(&str, &str)] = &[
    ("apikey", "apiKeys"),
    ("arch", "architecture"),
    ("architectures", "architecture"),
    ("auth", "authorizer"),
    ("authorizers", "authorizer"),
    ("awsregion", "region"),
    ("batch", "batchSize"),
    ("batchingwindow", "maximumBatchingWindow"),
    ("batchwindow", "maximumBatchingWindow"),
    ("bucketname", "bucket"),
    ("concurrency", "reservedConcurrency"),
    ("cron", "rate"),
    ("deadletter", "onError"),
    ("deadletterconfig", "onError"),
    ("deadletterqueue", "onError"),
    ("desc", "description"),
    ("dir", "path"),
    ("dlq", "onError"),
    ("env", "environment"),
    ("environmentvariables", "environment"),
    ("envs", "environment"),
    ("envvars", "environment"),
    ("ephemeralstorage", "ephemeralStorageSize"),
    ("executionrole", "role"),
    ("expression", "rate"),
    ("filter", "filterPatterns"),
    ("filtercriteria", "filterPatterns"),
    ("functionname", "name"),
    ("functionresponsetypes", "functionResponseType"),
    ("iamrole", "role"),
    ("logretention", "logRetentionInDays"),
    ("maxconcurrency", "maximumConcurrency"),
    ("maximumbatchingwindow", "batchWindow"),
    ("maximumbatchingwindowinseconds", "batchWindow"),
    ("maximumbatchingwindowinseconds", "maximumBatchingWindow"),
    ("managedpolicy", "managedPolicies"),
    ("maximumretries", "maximumRetryAttempts"),
    ("mem", "memorySize"),
    ("memory", "memorySize"),
    ("onfail", "onFailure"),
    ("permissionboundary", "permissionsBoundary"),
    ("policies", "managedPolicies"),
    ("queue", "arn"),
    ("queuearn", "arn"),
    ("reservedconcurrentexecutions", "reservedConcurrency"),
    ("retentionindays", "logRetentionInDays"),
    ("rolearn", "role"),
    ("route", "path"),
    ("schedule", "rate"),
    ("schema", "schemas"),
    ("securitygroups", "securityGroupIds"),
    ("stream", "arn"),
    ("streamarn", "arn"),
    ("subnets", "subnetIds"),
    ("timeoutinseconds", "timeout"),
    ("timeoutseconds", "timeout"),
    ("topic", "topicName"),
    ("topicarn", "arn"),
    ("triggers", "events"),
    ("uri", "path"),
    ("url", "path"),
    ("variables", "environment"),
    ("verb", "method"),
    ("vpcconfig", "vpc"),
];

/// Those of [`OTHER_NAMES`] that no plugin has for something of its own.
const SURE_NAMES: [&str; 27] = [
    "arch",
    "architectures",
    "awsregion",
    "concurrency",
    "desc",
    "env",
    "environmentvariables",
    "envs",
    "envvars",
    "ephemeralstorage",
    "executionrole",
    "functionname",
    "iamrole",
    "logretention",
    "managedpolicy",
    "maximumretries",
    "mem",
    "memory",
    "onfail",
    "permissionboundary",
    "reservedconcurrentexecutions",
    "rolearn",
    "securitygroups",
    "subnets",
    "timeoutinseconds",
    "timeoutseconds",
    "vpcconfig",
];

/// What is meant by `key`, which the mapping at `path` does not know.
pub fn meant(path: &Path, key: &str, entry: &Value, object: &ObjectShape, old_keys: bool) -> Option<Meant> {
    let fields = || object.fields.iter().filter(|it| old_keys || !it.removed).map(|it| it.key);
    // `Resources` at the root is the template's, not the section that holds it.
    if object.name == "Root" && TEMPLATE_SECTIONS.contains(&key) && entry.get(key).is_none() {
        return place(path, key, entry, object).map(Meant::Place);
    }
    let plain = plain(key);
    if let Some(same) = fields().find(|it| self::plain(it) == plain) {
        return Some(Meant::Key(same));
    }
    if let Some(place) = place(path, key, entry, object) {
        return Some(Meant::Place(place));
    }
    let other = OTHER_NAMES.iter().filter(|(name, _)| *name == plain);
    if let Some(known) = other.filter_map(|(_, target)| fields().find(|it| it == target)).next() {
        return Some(Meant::Key(known));
    }
    nearest(key, fields()).map(Meant::Key)
}

/// What is meant by a key of `entries` beyond doubt, so that no plugin can be meant.
pub fn surely_meant(
    path: &Path,
    key: &str,
    entries: &Object,
    object: &ObjectShape,
    old_keys: bool,
) -> Option<Meant> {
    let entry = entries.get(key).unwrap_or(&Value::Null);
    let fields = object.fields.iter().filter(|it| (old_keys || !it.removed) && !entries.contains_key(it.key));
    if let Some(known) = misspelt(key, fields.clone().map(|it| it.key)) {
        return Some(Meant::Key(known));
    }
    let plain = plain(key);
    let other = OTHER_NAMES.iter().filter(|(name, _)| *name == plain && SURE_NAMES.contains(name));
    if let Some(known) = other.filter_map(|(_, it)| fields.clone().find(|field| field.key == *it)).next() {
        return Some(Meant::Key(known.key));
    }
    // A plural may be a name of its own, unless it holds what belongs into the singular.
    let singular = key.strip_suffix('s').and_then(|it| fields.clone().find(|field| field.key == it));
    if let Some(field) = singular.filter(|it| check::fits(it.shape, entry)) {
        return Some(Meant::Key(field.key));
    }
    let options = ["runtime", "region", "stage", "memorySize", "handler", "events", "iamRoleStatements"];
    let sections = ["functions", "resources", "custom", "plugins"];
    let is_certain = match object.name {
        "Root" => options.contains(&key) || TEMPLATE_SECTIONS.contains(&key),
        "Provider" => sections.contains(&key),
        "Function" => is_event(key) && key != "alb",
        _ => false,
    };
    place(path, key, entry, object).filter(|_| is_certain).map(Meant::Place)
}

/// The name in `known` of which `written` is a slip of the pen: letters in another case, two that are swapped, one
/// too many, too few or wrong; two of these in a long name.
pub fn misspelt<'a>(written: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let lower = written.to_lowercase();
    let near = nearest(written, known)?;
    let allowed = match near.len() {
        0..=3 => 0,
        4..=6 => 1,
        _ => 2,
    };
    let distance = strsim::osa_distance(&near.to_lowercase(), &lower);
    // A plural is as likely a name of its own.
    (distance <= allowed && lower != format!("{near}s").to_lowercase()).then_some(near)
}

/// A name without what only tells words apart.
fn plain(name: &str) -> String {
    name.chars().filter(|it| !matches!(it, '-' | '_' | ' ')).flat_map(char::to_lowercase).collect()
}

fn object(shape: &'static Shape) -> Option<&'static ObjectShape> {
    if let Shape::Object(it) = shape { Some(it) } else { None }
}

fn has(shape: &'static Shape, key: &str) -> bool {
    object(shape).is_some_and(|it| it.field(key).is_some())
}

/// Whether a kind of event is called `key`.
pub fn is_event(key: &str) -> bool {
    KINDS.iter().any(|it| it.key() == key)
}

/// Whether a function has an option called `key`.
pub fn is_function_option(key: &str) -> bool {
    has(Function::SHAPE, key)
}

/// Whether the event called `name` has an option called `key`.
pub fn is_option_of_event(name: &str, key: &str) -> bool {
    let Shape::ByKey(by_key) = Event::SHAPE else { return false };
    let shapes: Vec<&'static Shape> = by_key
        .cases
        .iter()
        .filter(|it| it.key == name)
        .flat_map(|it| super::alternatives(it.shape))
        .collect();
    shapes.into_iter().any(|it| has(it, key))
}

/// Where `key` belongs, in words after `it belongs`.
fn place(path: &Path, key: &str, entry: &Value, of: &ObjectShape) -> Option<EcoString> {
    match of.name {
        "Root" => at_root(key, entry),
        "Provider" => in_provider(key, of),
        "Function" => in_function(key, entry),
        "UserResources" if entry.get("Type").is_some() => Some("below `Resources` in `resources`".into()),
        "UserResource" if key.chars().next().is_some_and(|it| it.is_ascii_uppercase()) => {
            Some("below `Properties`".into())
        }
        _ => below(key, of).or_else(|| above(path, key)),
    }
}

fn at_root(key: &str, entry: &Value) -> Option<EcoString> {
    if TEMPLATE_SECTIONS.contains(&key) {
        return Some("below `resources`".into());
    }
    if matches!(key, "handler" | "events") {
        return Some("below a function in `functions`".into());
    }
    if has(Provider::SHAPE, key) {
        return Some("below `provider`".into());
    }
    if has(Function::SHAPE, key) || entry.get("handler").is_some() {
        let whose = if entry.get("handler").is_some() { "below" } else { "below a function in" };
        return Some(eco_format!("{whose} `functions`"));
    }
    (is_event(key) && !entry.is_null()).then(|| "in the `events` of a function".into())
}

fn in_provider(key: &str, of: &ObjectShape) -> Option<EcoString> {
    if has(Root::SHAPE, key) {
        return Some("at the root of the file, without indentation".into());
    }
    if matches!(key, "handler" | "events") {
        return Some("below a function in `functions`".into());
    }
    below(key, of)
}

fn in_function(key: &str, entry: &Value) -> Option<EcoString> {
    if is_event(key) {
        return Some(eco_format!("below `events`, as an item: `- {key}:`"));
    }
    if entry.get("handler").is_some() {
        return Some("below `functions`, beside this function".into());
    }
    if has(Root::SHAPE, key) {
        return Some("at the root of the file, without indentation".into());
    }
    if has(Provider::SHAPE, key) {
        return Some("below `provider`".into());
    }
    if matches!(key, "method" | "path" | "cors" | "authorizer" | "rate" | "batchSize") {
        return Some("below an event in `events`".into());
    }
    None
}

/// A mapping below this one that has the key.
fn below(key: &str, of: &ObjectShape) -> Option<EcoString> {
    // A name says too little of where it belongs.
    if matches!(key, "name" | "arn" | "type" | "id" | "description" | "enabled") {
        return None;
    }
    let holds = |shape: &'static Shape| super::alternatives(shape).into_iter().any(|it| has(it, key));
    let mut holders = of.fields.iter().filter(|it| !it.removed && holds(it.shape));
    match (holders.next(), holders.next()) {
        (Some(one), None) => Some(eco_format!("below `{}`", one.key)),
        _ => None,
    }
}

/// A mapping above that has the key.
fn above(path: &Path, key: &str) -> Option<EcoString> {
    let mut path = path.clone();
    while !path.segments().is_empty() {
        path.pop();
        let known = path.segments().len() > 1 && shapes_at(&path).into_iter().any(|it| has(it, key));
        if known && let Some(Segment::Key(name)) = path.last() {
            let deeper = matches!(path.segments(), [Segment::Key(first), _] if first == "functions");
            let what = if deeper { "of the function" } else { "of" };
            return Some(eco_format!("to the keys {what} `{name}`, further to the left"));
        }
    }
    None
}

/// Whether what is listed as a function is an option of the function above it, with too little indentation.
pub fn is_option(listed: &ListedFunction) -> bool {
    let is_function = |it: &Value| {
        matches!(it, Value::Unknown(_)) || it.get("handler").is_some() || it.get("image").is_some()
    };
    let options = ["handler", "events", "timeout", "memorySize", "environment", "runtime", "layers", "vpc"];
    let other = ["role", "reservedConcurrency", "description", "package", "tags", "url"];
    let named = options.contains(&listed.key.as_str()) || other.contains(&listed.key.as_str());
    // A function may well be called `url`: then it has options of its own.
    let own = listed.value.as_object().is_some_and(|it| it.keys().any(|key| is_function_option(key)));
    named && !listed.value.is_null() && !is_function(&listed.value) && !own
}

/// What is meant by a number that seems to be in another unit.
pub fn other_unit(path: &Path, number: f64) -> Option<EcoString> {
    let Some(Segment::Key(key)) = path.last() else { return None };
    let whole = |it: f64| it.fract() == 0.0;
    match key.as_str() {
        "timeout" if number >= 1000.0 && whole(number / 1000.0) && number <= 900_000.0 => {
            Some(eco_format!("`timeout` is in seconds: write {}", number / 1000.0))
        }
        "memorySize" if (1.0..=10.0).contains(&number) => {
            Some(eco_format!("`memorySize` is in MB: write {}", number * 1024.0))
        }
        _ => None,
    }
}

/// Whether a word that is none of `shape` may be of a plugin: a runtime that is no slip of the pen.
pub fn may_be_foreign(path: &Path, word: &str, shape: &ChoiceShape) -> bool {
    let runtime = path.last() == Some(&Segment::from("runtime"));
    let known = || shape.words.iter().map(|it| it.text);
    let like_known = ["nodejs", "python", "java", "dotnet", "ruby", "provided", "go1", "node"];
    runtime
        && misspelt(word, known()).is_none()
        && !like_known.iter().any(|it| word.to_lowercase().starts_with(it))
}
