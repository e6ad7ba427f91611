//! The state machines of `serverless-step-functions`: the resources that it makes of them, and what they refer to.
//!
//! In definitions a function may be called by its key, too: the plugin puts its logical id there.
//! <https://github.com/serverless-operations/serverless-step-functions>

use ecow::{EcoString, eco_format};

use super::PLUGIN;
use crate::aws::naming;
use crate::checks::template::Facts;
use crate::checks::template::index::{self, Reference};
use crate::diagnostic::{Diagnostic, Part, Place};
use crate::path::{Path, Segment};
use crate::rules;
use crate::value::{Object, Value};

/// The section of the configuration that is the plugin's.
pub const SECTION: &str = "stepFunctions";

/// The machines with their keys and paths: a mapping, or a list of mappings.
pub fn machines<'a>(config: &'a Value) -> Vec<(&'a EcoString, Path, &'a Value)> {
    let root = Path::from([SECTION, "stateMachines"]);
    let parts: Vec<(Path, &Value)> = match config.at(&root) {
        Some(Value::Array(parts)) => {
            parts.iter().enumerate().map(|(index, it)| (root.join(index), it)).collect()
        }
        Some(part) => vec![(root, part)],
        None => Vec::new(),
    };
    let of_part = |(path, part): (Path, &'a Value)| {
        let machines = part.as_object().into_iter().flat_map(Object::iter);
        machines.map(|(key, it)| (key, path.join(key), it)).collect::<Vec<_>>()
    };
    parts.into_iter().flat_map(of_part).collect()
}

fn is_listed(facts: &Facts<'_>) -> bool {
    facts.around.plugins.contains(&PLUGIN)
}

/// Whether the plugin may make the resource `id`: a machine, its role, its alarms, its notifications.
pub fn may_make(facts: &Facts<'_>, id: &str) -> bool {
    if !is_listed(facts) {
        return false;
    }
    let Some(section) = facts.config.get(SECTION) else { return false };
    let root = section.get("stateMachines");
    if root.is_some_and(|it| matches!(it, Value::Unknown(_))) || section.as_object().is_none() {
        return true;
    }
    machines(facts.config).into_iter().any(|(key, _, machine)| {
        let named = [machine.get("id"), machine.get("name")];
        let own = named.into_iter().flatten().find(|it| it.is_truthy());
        let made = match own {
            None => eco_format!("{}StepFunctionsStateMachine", naming::normalized(key)),
            Some(Value::String(name)) => naming::normalized(name),
            // A name that is only known later.
            Some(_) => return true,
        };
        matches!(machine, Value::Unknown(_)) || id.starts_with(made.as_str()) || names_itself(machine, id)
    })
}

/// Whether an alarm of a machine says that it is called `id`.
fn names_itself(machine: &Value, id: &str) -> bool {
    let metrics = machine.get("alarms").and_then(|it| it.get("metrics")).and_then(Value::as_array);
    metrics.unwrap_or_default().iter().any(|it| it.get("logicalId").and_then(Value::as_str) == Some(id))
}

/// Finds machines of one id or of one name.
pub fn twice(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    let machines = machines(facts.config);
    for (key, why) in [
        ("id", "the plugin makes one resource of an id, so one of them is lost"),
        ("name", "AWS has one state machine of a name, so the second cannot be made"),
    ] {
        let text = |machine: &'_ Value| machine.get(key).and_then(Value::as_str).map(EcoString::from);
        for (index, (own, path, machine)) in machines.iter().enumerate() {
            let Some(name) = text(machine) else { continue };
            let Some((other, first, _)) =
                machines.iter().take(index).find(|it| text(it.2) == Some(name.clone()))
            else {
                continue;
            };
            let at = Place::Resolved { path: path.join(key), part: Part::Use };
            let message =
                eco_format!("the state machines `{other}` and `{own}` both have the {key} `{name}`");
            found.push(
                Diagnostic::new(&rules::DUPLICATE_PHYSICAL_NAME, at, message)
                    .why(why)
                    .help(eco_format!("give one of them another {key}"))
                    .related(Place::key(first.join(key)), "it is taken here"),
            );
        }
    }
}

/// What the machines refer to. The owner of each reference is the section and the key of its machine.
pub fn references<'a>(facts: &Facts<'a>) -> Vec<Reference<'a>> {
    if !is_listed(facts) {
        return Vec::new();
    }
    let of_machine =
        |(key, _, machine): (&'a EcoString, Path, &'a Value)| index::references_in(SECTION, key, machine);
    machines(facts.config).into_iter().flat_map(of_machine).collect()
}

/// The path of a value in the section.
pub fn path_of(facts: &Facts<'_>, holder: &Value) -> Option<Path> {
    let mut below = index::steps(facts.config.get(SECTION)?, holder)?;
    below.push(Segment::from(SECTION));
    below.reverse();
    Some(below.into_iter().collect())
}
