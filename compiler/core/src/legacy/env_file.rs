//! `serverless.env.yml`: the variables of a service in the betas, by stage and region.
//!
//! A region's variables win over its stage's, those over the common ones; a value is taken whole, never merged. A
//! stage or a region can be deployed to if the file lists it.

use ecow::{EcoString, eco_format};

use crate::db::File;
use crate::diagnostic::{Diagnostic, Part, Place, nearest};
use crate::path::{Path, Segment};
use crate::plugins::Listed;
use crate::rules;
use crate::shape::check::{Checker, check};
use crate::shape::{Map, Typed};
use crate::value::{Object, Value};

/// The names of the file, in the order in which it is looked for.
pub const NAMES: [&str; 2] = ["serverless.env.yml", "serverless.env.yaml"];

/// The whole file.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub struct EnvFile {
    /// Variables of all stages and regions, for `${name}` in `serverless.yml`.
    pub vars: Option<Map<Value>>,
    /// The stages that can be deployed to.
    pub stages: Option<Map<Stage>>,
}

/// A stage.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub struct Stage {
    /// Variables of this stage, which win over the common ones. `profile` names the credentials of the stage.
    pub vars: Option<Map<Value>>,
    /// The regions that the stage can be deployed to.
    pub regions: Option<Map<Region>>,
}

/// A region of a stage.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub struct Region {
    /// Variables of this region, which win over those of its stage.
    pub vars: Option<Map<Value>>,
}

/// Whether a file of this name has the structure of the betas: many that bear the name are plain maps, which
/// `${file(...)}` reads.
pub fn is_one(value: &Value) -> bool {
    let Value::Object(root) = value else { return false };
    let only = |object: &Object, known: &[&str]| object.keys().all(|it| known.contains(&it.as_str()));
    let is_stage = |value: &Value| match value {
        Value::Null => true,
        Value::Object(stage) => only(stage, &STAGE_KEYS),
        _ => false,
    };
    let stages = root.get("stages").and_then(Value::as_object);
    only(root, &ROOT_KEYS) && stages.is_some_and(|it| it.values().all(is_stage)) || is_misspelt_one(root)
}

/// Whether a text that cannot be read as such a file is meant to be one, and nothing in `config` asks for it by name.
pub fn is_meant(text: &str, config: &str) -> bool {
    let begins = |word: &str| text.lines().any(|it| it.starts_with(word));
    begins("vars:") && begins("stages") && !config.contains("serverless.env")
}

const ROOT_KEYS: [&str; 2] = ["vars", "stages"];
const STAGE_KEYS: [&str; 2] = ["vars", "regions"];

/// Whether the structure is meant, and one key is misspelt: the others say so.
fn is_misspelt_one(root: &Object) -> bool {
    let is = |key: &EcoString, known: &[&'static str]| {
        known.contains(&key.as_str()) || nearest(key, known.iter().copied()).is_some()
    };
    let exact = |object: &Object, known: &[&str]| object.keys().any(|it| known.contains(&it.as_str()));
    let stages = root.iter().find(|(key, _)| is(key, &["stages"])).map(|it| it.1);
    match stages {
        // A list of stages beside the common variables.
        Some(Value::Array(_)) => root.contains_key("vars") && root.keys().all(|it| is(it, &ROOT_KEYS)),
        Some(Value::Object(stages)) => {
            let of_stages: Vec<&Object> = stages.values().filter_map(Value::as_object).collect();
            of_stages.len() == stages.len()
                && of_stages
                    .iter()
                    .all(|it| it.contains_key("regions") || it.keys().all(|it| is(it, &STAGE_KEYS)))
                && of_stages.iter().any(|it| exact(it, &STAGE_KEYS))
        }
        _ => false,
    }
}

/// A place of the file that can hold variables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level<'a> {
    /// All stages.
    Common,
    /// One stage.
    Stage(&'a str),
    /// One region of a stage.
    Region(&'a str, &'a str),
}

impl Level<'_> {
    /// The path of its variables.
    pub fn path(self) -> Path {
        match self {
            Level::Common => Path::from(["vars"]),
            Level::Stage(stage) => Path::from(["stages", stage, "vars"]),
            Level::Region(stage, region) => Path::from(["stages", stage, "regions", region, "vars"]),
        }
    }

    /// Its variables.
    pub fn variables(self, file: &Value) -> Option<&Object> {
        file.at(&self.path()).and_then(Value::as_object)
    }
}

/// The stages, in the order of the file.
pub fn stages(file: &Value) -> Vec<EcoString> {
    keys(file.get("stages"))
}

/// The regions of a stage, in the order of the file.
pub fn regions(file: &Value, stage: &str) -> Vec<EcoString> {
    keys(file.get("stages").and_then(|it| it.get(stage)?.get("regions")))
}

fn keys(value: Option<&Value>) -> Vec<EcoString> {
    value.and_then(Value::as_object).map(|it| it.keys().cloned().collect()).unwrap_or_default()
}

/// The levels that hold for a stage and a region, the winning one first.
pub fn levels<'a>(stage: &'a str, region: &'a str) -> [Level<'a>; 3] {
    [Level::Region(stage, region), Level::Stage(stage), Level::Common]
}

/// The value of a variable, and where it is written.
pub fn find(file: &Value, name: &str, stage: &str, region: &str) -> Option<(Value, Path)> {
    levels(stage, region)
        .into_iter()
        .find_map(|level| Some((level.variables(file)?.get(name)?.clone(), level.path().join(name))))
}

/// All levels of the file, the common one first.
pub fn all_levels(file: &Value) -> Vec<Path> {
    let mut found = vec![Level::Common.path()];
    for stage in stages(file) {
        found.push(Level::Stage(&stage).path());
        found.extend(regions(file, &stage).iter().map(|it| Level::Region(&stage, it).path()));
    }
    found
}

/// The names of all variables that a file gives, sorted.
pub fn names(file: &Value) -> Vec<EcoString> {
    let levels = all_levels(file);
    let objects = levels.iter().filter_map(|it| file.at(it)?.as_object());
    let mut names: Vec<EcoString> = objects.flat_map(|it| it.keys().cloned()).collect();
    names.sort();
    names.dedup();
    names
}

/// What is wrong with the file itself, and with the choice of a stage and a region.
pub fn check_file(file: File, value: &Value, chosen: &Chosen<'_>) -> Vec<Diagnostic> {
    let mut cx = Checker::new(Path::root(), Some(rules::WRONG_TYPE.level), Listed::default());
    check(value, EnvFile::SHAPE, &mut cx);
    let mut found = cx.diagnostics;
    // The checker names paths of a configuration; these are paths of this file.
    for diagnostic in &mut found {
        if let Place::Resolved { path, part } = &diagnostic.at {
            diagnostic.at = Place::Written { file, path: path.clone(), part: *part, within: None };
        }
    }
    found.extend(unlisted(file, value, chosen));
    found
}

/// The stage and the region that are chosen, and where `serverless.yml` says so.
pub struct Chosen<'a> {
    /// The stage.
    pub stage: &'a str,
    /// The region.
    pub region: &'a str,
    /// Where the stage is written.
    pub stage_at: Option<Place>,
    /// Where the region is written.
    pub region_at: Option<Place>,
}

fn unlisted(file: File, value: &Value, chosen: &Chosen<'_>) -> Option<Diagnostic> {
    let Chosen { stage, region, stage_at, region_at } = chosen;
    // A name that is almost the same is the mistake; else it is the choice, if it is written down.
    let complain =
        |message: EcoString, what, name: &str, written: &Option<Place>, list: Path, known: &[EcoString]| {
            let at = |path| Place::Written { file, path, part: Part::Key, within: None };
            let place = match (nearest(name, known.iter().map(EcoString::as_str)), written) {
                (Some(near), _) => at(list.join(near)),
                (None, Some(written)) => written.clone(),
                (None, None) => at(list),
            };
            Diagnostic::new(&rules::UNLISTED_STAGE, place, message).help(choose(what, name, known))
        };
    let known = stages(value);
    if !known.iter().any(|it| it == stage) {
        let message = eco_format!("`{}` does not list the stage `{stage}`", NAMES[0]);
        return Some(complain(message, "stage", stage, stage_at, Path::from(["stages"]), &known));
    }
    let known = regions(value, stage);
    if known.iter().any(|it| it == region) {
        return None;
    }
    let message = eco_format!("`{}` does not list the region `{region}` for the stage `{stage}`", NAMES[0]);
    Some(complain(message, "region", region, region_at, Path::from(["stages", *stage, "regions"]), &known))
}

fn choose(what: &str, written: &str, known: &[EcoString]) -> EcoString {
    let listed: Vec<String> = known.iter().map(|it| format!("`{it}`")).collect();
    match nearest(written, known.iter().map(EcoString::as_str)) {
        Some(near) => eco_format!("did you mean `{near}`?"),
        None if known.is_empty() => eco_format!("add `{written}:` below it"),
        None => {
            eco_format!("choose one with `--{what}` ({}), or add `{written}:` below it", listed.join(", "))
        }
    }
}

/// A hint for each variable that nobody reads.
pub fn unused(file: File, value: &Value, used: &[EcoString]) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for level in all_levels(value) {
        let variables = value.at(&level).and_then(Value::as_object);
        let names = variables.into_iter().flat_map(Object::keys);
        for name in names.filter(|it| !used.contains(it) && it.as_str() != "profile") {
            let path = level.join(Segment::from(name));
            let at = Place::Written { file, path, part: Part::Key, within: None };
            let message = eco_format!("nothing reads the variable `{name}`");
            found.push(Diagnostic::new(&rules::UNUSED_VARIABLE, at, message).help("remove it"));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    #[test]
    fn the_structure_tells_it_from_files_of_the_same_name() {
        assert!(is_one(&json!({ "vars": null, "stages": { "dev": { "vars": null, "regions": {} } } })));
        assert!(is_one(&json!({ "stages": { "dev": null } })));
        assert!(!is_one(&json!({ "dev": { "KEY": "value" } })));
        assert!(!is_one(&json!({ "vars": {}, "stages": { "dev": { "KEY": "value" } } })));
        assert!(!is_one(&json!({ "vars": {} })));
        assert!(is_one(&json!({ "vars": null, "stage": { "dev": { "regions": { "us-east-1": null } } } })));
        assert!(is_one(&json!({ "variables": {}, "stages": { "dev": { "vars": null, "region": {} } } })));
        assert!(is_one(&json!({ "vars": {}, "stages": [{ "dev": null }] })));
        assert!(!is_one(&json!({ "stages": { "dev": {} } , "prod": {}, "KEY": "value" })));
    }

    #[test]
    fn the_narrowest_level_wins_whole() {
        let file = json!({
            "vars": { "db": { "host": "a", "port": 1 }, "name": "common" },
            "stages": { "dev": {
                "vars": { "db": { "host": "b" }, "empty": null },
                "regions": { "us-east-1": { "vars": { "name": "region" } }, "eu-west-1": null }
            } }
        });
        let find =
            |name, region| find(&file, name, "dev", region).map(|(value, path)| format!("{path}: {value}"));
        assert_eq!(find("db", "us-east-1").as_deref(), Some(r#"stages.dev.vars.db: {"host":"b"}"#));
        assert_eq!(
            find("name", "us-east-1").as_deref(),
            Some(r#"stages.dev.regions.us-east-1.vars.name: "region""#)
        );
        assert_eq!(find("name", "eu-west-1").as_deref(), Some(r#"vars.name: "common""#));
        assert_eq!(find("empty", "eu-west-1").as_deref(), Some("stages.dev.vars.empty: null"));
        assert_eq!(find("other", "eu-west-1"), None);
    }
}
