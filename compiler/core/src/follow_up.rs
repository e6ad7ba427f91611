//! Findings that only follow from another one. One mistake is told once, where it stands; what would be right if that
//! were mended is left out.

use ecow::EcoString;

use crate::aws::naming;
use crate::diagnostic::{Diagnostic, Place};
use crate::language::placement::misspelt;
use crate::path::{Path, Segment};
use crate::rules;
use crate::value::Value;

/// Leaves out what follows from another finding.
pub fn drop(found: &mut Vec<Diagnostic>, config: &Value) {
    let causes = Causes::of(found);
    found.retain(|it| !is_guess(it, config) && !causes.explain(it, config));
}

/// Whether a key is called missing whose value is only not known.
fn is_guess(diagnostic: &Diagnostic, config: &Value) -> bool {
    let Place::Resolved { path, .. } = &diagnostic.at else { return false };
    diagnostic.rule == &rules::MISSING_KEY
        && config
            .at(path)
            .and_then(Value::as_object)
            .is_some_and(|it| it.values().any(|it| matches!(it, Value::Unknown(_))))
}

fn path_of(diagnostic: &Diagnostic) -> Option<&Path> {
    match &diagnostic.at {
        Place::Resolved { path, .. } | Place::Inside { path, .. } | Place::Written { path, .. } => Some(path),
        _ => None,
    }
}

/// The first word of a message in code marks.
fn named(diagnostic: &Diagnostic) -> Option<&str> {
    diagnostic.message.split('`').nth(1)
}

/// What other findings follow from.
#[derive(Default)]
struct Causes {
    /// Where errors are.
    errors: Vec<Path>,
    /// Whether a part of `resources` could not be read.
    resources: bool,
    /// Whether the key `custom` is misspelt.
    custom: bool,
    /// Conditions that there are not.
    conditions: Vec<EcoString>,
    /// Whether an alias leads nowhere, so that its value is none.
    alias: bool,
    /// Lengths that are told to be out of their limits.
    lengths: Vec<EcoString>,
    /// Properties that are told not to be in the form of their type.
    forms: Vec<Path>,
    /// What is said of names in `provider`.
    provider: Vec<EcoString>,
}

impl Causes {
    fn of(found: &[Diagnostic]) -> Causes {
        let mut causes = Causes::default();
        let forms = found.iter().filter(|it| it.rule == &rules::CFN_INVALID_FORMAT);
        causes.forms.extend(forms.filter_map(path_of).cloned());
        for it in found.iter().filter(|it| it.is_error()) {
            causes.alias |= it.rule == &rules::YAML_UNDEFINED_ALIAS;
            if it.rule == &rules::OUT_OF_RANGE {
                causes.lengths.extend(it.message.split(" are not").next().map(EcoString::from));
            }
            let Some(path) = path_of(it) else { continue };
            causes.errors.push(path.clone());
            let unread = it.rule == &rules::UNRESOLVED_VARIABLE || it.rule == &rules::VARIABLE_SYNTAX;
            match path.segments() {
                [Segment::Key(first)] | [Segment::Key(first), Segment::Index(_)] if first == "resources" => {
                    causes.resources |= unread;
                }
                [Segment::Key(key)] if it.rule == &rules::UNKNOWN_KEY => {
                    causes.custom |= misspelt(key, ["custom"]).is_some() || key == "customs";
                    causes.resources |= misspelt(key, ["resources"]).is_some();
                }
                // What stands in no section of the template is in no template.
                [Segment::Key(first), _] | [Segment::Key(first), Segment::Index(_), _]
                    if first == "resources" && it.rule == &rules::UNKNOWN_KEY =>
                {
                    causes.resources = true;
                }
                [Segment::Key(first), ..] if first == "provider" => {
                    causes.provider.push(it.message.clone());
                }
                _ => {}
            }
            if it.rule == &rules::UNKNOWN_CONDITION {
                causes.conditions.extend(named(it).map(EcoString::from));
            }
        }
        causes
    }

    /// Whether there is an error at a place, or below it.
    fn inside(&self, keys: &[&str]) -> bool {
        let starts = |path: &&Path| {
            let mut steps = path.segments().iter();
            keys.iter().all(|key| steps.next().is_some_and(|it| matches!(it, Segment::Key(it) if it == key)))
        };
        self.errors.iter().any(|it| starts(&it))
    }

    fn explain(&self, diagnostic: &Diagnostic, config: &Value) -> bool {
        let rule = diagnostic.rule;
        let name = named(diagnostic).unwrap_or_default();
        let is = |other: &'static rules::Rule| rule == other;
        if is(&rules::MISSING_KEY) {
            return self.is_there(diagnostic, name, config);
        }
        if is(&rules::NAME_TOO_LONG) {
            let length = diagnostic.message.rsplit(" has ").next();
            return length.is_some_and(|it| self.lengths.iter().any(|known| known == it));
        }
        if is(&rules::INVALID_ARN) {
            return path_of(diagnostic).is_some_and(|it| self.forms.contains(it));
        }
        if is(&rules::UNKNOWN_AUTHORIZER) {
            return ["httpApi", "alb"].iter().any(|api| self.inside(&["provider", api, "authorizers", name]));
        }
        if is(&rules::UNKNOWN_VALUE) && diagnostic.message.starts_with("no schema is called") {
            return self.inside(&["provider", "apiGateway", "request", "schemas", name]);
        }
        if is(&rules::UNKNOWN_REFERENCE) || is(&rules::UNKNOWN_CONDITION) || is(&rules::UNKNOWN_MAPPING) {
            return self.resources;
        }
        if is(&rules::UNKNOWN_RESOURCE) {
            return self.resources || self.of_function(name);
        }
        if is(&rules::CONFLICTING_OPTIONS) {
            if diagnostic.message.starts_with("only the scheduler takes") {
                let method = path_of(diagnostic).map(|it| it.parent().join("method"));
                return method.is_some_and(|it| self.errors.contains(&it));
            }
            let condition = diagnostic.message.split("under the condition `").nth(1);
            return condition
                .and_then(|it| it.split('`').next())
                .is_some_and(|it| self.conditions.iter().any(|known| known == it));
        }
        if is(&rules::UNRESOLVED_VARIABLE) {
            return self.custom && diagnostic.message.ends_with("`custom` is missing");
        }
        // A bucket that events share is told of once, where it is named.
        is(&rules::INVALID_FORMAT)
            && path_of(diagnostic)
                .is_some_and(|it| it.segments().first() == Some(&Segment::from("functions")))
            && diagnostic.message.ends_with("is not a bucket name")
            && self.provider.contains(&diagnostic.message)
    }

    /// Whether a key that is called missing is there, and its value is told to be wrong.
    fn is_there(&self, diagnostic: &Diagnostic, key: &str, config: &Value) -> bool {
        let Some(path) = path_of(diagnostic).filter(|_| diagnostic.message.starts_with("missing key `"))
        else {
            return false;
        };
        let of_alias = || config.at(path).and_then(Value::as_object).is_some_and(|it| it.contains_key(key));
        self.errors.contains(&path.join(key)) || self.alias && of_alias()
    }

    /// Whether a resource is of a function that has an error.
    fn of_function(&self, id: &str) -> bool {
        self.errors.iter().any(|path| match path.segments() {
            [Segment::Key(first), Segment::Key(key), ..] if first == "functions" => {
                id.starts_with(naming::normalized(key).as_str())
            }
            _ => false,
        })
    }
}
