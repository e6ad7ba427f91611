//! Findings that only follow from another one. One mistake is told once, where it stands; what would be right if that
//! were mended is left out. What follows from what is told by rules, places and the names that findings are about,
//! never by their words. The finding that others follow from always stays.

use std::cmp::Reverse;

use ecow::EcoString;
use rustc_hash::FxHashMap;

use crate::aws::naming;
use crate::diagnostic::{Diagnostic, Part, Place, Severity};
use crate::language::placement::{is_function_option, misspelt};
use crate::path::{Path, Segment};
use crate::rules;
use crate::value::Value;

/// Leaves out what follows from another finding.
pub fn drop(found: &mut Vec<Diagnostic>, config: &Value) {
    keep_one_of_each_value(found);
    let causes = Causes::of(found, config);
    found.retain(|it| !is_guess(it, config) && !causes.explain(it, config));
}

/// What is said of the form of one value: that it is not in the form, too long, or none of the words. The more a rule
/// is about, the later it stands.
const FORMS: [&rules::Rule; 9] = [
    &rules::INVALID_STAGE,
    &rules::NAME_TOO_LONG,
    &rules::INVALID_ARN,
    &rules::INVALID_PATH,
    &rules::ARN_EXPECTED,
    &rules::UNKNOWN_VALUE,
    &rules::OUT_OF_RANGE,
    &rules::INVALID_FORMAT,
    &rules::TIMEOUT_OVER_LIMIT,
];

/// What the check of shapes tells.
const SHAPES: [&rules::Rule; 9] = [
    &rules::EVENT_INDENTATION,
    &rules::INVALID_FORMAT,
    &rules::MISPLACED_KEY,
    &rules::MISSING_KEY,
    &rules::OUT_OF_RANGE,
    &rules::UNKNOWN_EVENT,
    &rules::UNKNOWN_KEY,
    &rules::UNKNOWN_VALUE,
    &rules::WRONG_TYPE,
];

/// A value that is not in its form is one mistake, whoever looks at it: the most serious finding stays, then the one
/// that says most.
fn keep_one_of_each_value(found: &mut Vec<Diagnostic>) {
    let mut best: FxHashMap<Path, (Reverse<Severity>, usize, Reverse<usize>)> = FxHashMap::default();
    let ranked = |index: usize, it: &Diagnostic| {
        let rank = FORMS.iter().position(|rule| *rule == it.rule)?;
        let path = match &it.at {
            Place::Resolved { path, part: Part::Value } | Place::Inside { path, .. } => path,
            _ => return None,
        };
        Some((path.clone(), (Reverse(it.severity), FORMS.len() - rank, Reverse(index))))
    };
    for (path, rank) in found.iter().enumerate().filter_map(|(index, it)| ranked(index, it)) {
        let held = best.entry(path).or_insert(rank);
        *held = rank.max(*held);
    }
    let mut index = 0;
    found.retain(|it| {
        index += 1;
        ranked(index - 1, it).is_none_or(|(path, rank)| best.get(&path) == Some(&rank))
    });
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
        Place::Source { .. } => None,
    }
}

/// What other findings follow from.
#[derive(Default)]
struct Causes {
    /// Where errors are.
    errors: Vec<Path>,
    /// Where errors and warnings are that the check of shapes tells: what is wrong there may not have been read.
    unread: Vec<Path>,
    /// Whether a part of `resources` could not be read.
    resources: bool,
    /// Conditions that there are not.
    conditions: Vec<EcoString>,
    /// Whether an alias leads nowhere, so that its value is none.
    alias: bool,
    /// Whether the handler of a function stands at the root of the file.
    at_root: bool,
    /// Functions that stand at the root of the file.
    lost: Vec<EcoString>,
    /// Resources that two parts define with different types.
    twice: Vec<Segment>,
    /// Properties that are told not to be in the form of their type.
    forms: Vec<Path>,
    /// References that are told to give no ARN, and those to an attribute that there is not.
    references: Vec<Path>,
}

impl Causes {
    fn of(found: &[Diagnostic], config: &Value) -> Causes {
        let forms = found.iter().filter(|it| it.rule == &rules::CFN_INVALID_FORMAT);
        let of_references =
            found.iter().filter(|it| [&rules::ARN_EXPECTED, &rules::UNKNOWN_ATTRIBUTE].contains(&it.rule));
        let of_shapes = found.iter().filter(|it| SHAPES.contains(&it.rule) && it.severity != Severity::Info);
        let mut causes = Causes {
            unread: of_shapes.filter_map(path_of).cloned().collect(),
            forms: forms.filter_map(path_of).cloned().collect(),
            references: of_references.filter_map(path_of).cloned().collect(),
            ..Causes::default()
        };
        for it in found.iter().filter(|it| it.is_error()) {
            causes.alias |= it.rule == &rules::YAML_UNDEFINED_ALIAS;
            if it.rule == &rules::UNKNOWN_CONDITION {
                causes.conditions.extend(it.about.clone());
            }
            let Some(path) = path_of(it) else { continue };
            if it.rule == &rules::DUPLICATE_RESOURCE {
                causes.twice.extend(path.last().cloned());
            }
            let handler = Segment::from("handler");
            causes.at_root |= it.rule == &rules::UNKNOWN_KEY && path.segments() == [handler];
            if let ([Segment::Key(key)], true) = (path.segments(), it.rule == &rules::UNKNOWN_KEY)
                && config.get(key).is_some_and(|it| it.get("handler").or_else(|| it.get("image")).is_some())
            {
                causes.lost.push(key.clone());
            }
            causes.errors.push(path.clone());
            causes.resources |= leaves_out_resources(it.rule, path);
        }
        causes
    }

    /// Whether there is an error at a place, or below it.
    fn inside(&self, keys: &[&str]) -> bool {
        let starts = |path: &&Path| {
            let mut steps = path.segments().iter();
            keys.iter().all(|key| steps.next().is_some_and(|it| matches!(it, Segment::Key(it) if it == key)))
        };
        self.errors.iter().chain(&self.unread).any(|it| starts(&it))
    }

    /// Whether an event that is not read, or not all of it, has `word` in it.
    fn may_be_used(&self, word: &str, config: &Value) -> bool {
        self.unread.iter().any(|path| {
            let steps = path.segments();
            let Some(events) = steps.iter().position(|it| *it == Segment::from("events")) else {
                return false;
            };
            let event: Path = steps.iter().take(events + 2).cloned().collect();
            config.at(&event).is_some_and(|it| it.to_json().contains(word))
        })
    }

    fn explain(&self, diagnostic: &Diagnostic, config: &Value) -> bool {
        let name = diagnostic.about.as_deref();
        let named = |explains: &dyn Fn(&str) -> bool| name.is_some_and(explains);
        match diagnostic.rule {
            it if it == &rules::MISSING_KEY => named(&|key| self.is_there(diagnostic, key, config)),
            it if [&rules::CFN_UNKNOWN_PROPERTY, &rules::CFN_MISSING_PROPERTY].contains(&it) => {
                path_of(diagnostic).is_some_and(|it| it.segments().iter().any(|it| self.twice.contains(it)))
            }
            // A function whose options stand at the root is told where it has its handler.
            it if it == &rules::UNKNOWN_KEY => match path_of(diagnostic).map(Path::segments) {
                Some([Segment::Key(key)]) => {
                    let is_part = is_function_option(key) || config.get(key).is_some_and(Value::is_null);
                    self.at_root && key != "handler" && is_part
                }
                _ => false,
            },
            // What the region of the service decides is open where that is none.
            it if it == &rules::OTHER_REGION => self.inside(&["provider", "region"]),
            it if it == &rules::HANDLER_FILE => named(&|key| self.inside(&["provider", key])),
            // The name of a bucket is told where it is given.
            it if it == &rules::INVALID_FORMAT => named(&|key| self.inside(&["provider", "s3", key, "name"])),
            it if it == &rules::INVALID_ARN => {
                let own = config.at(&Path::from(["provider", "region"])).and_then(Value::as_str);
                let is_own = named(&|region| own == Some(region) && self.inside(&["provider", "region"]));
                is_own
                    || self.has_reference(diagnostic)
                    || path_of(diagnostic).is_some_and(|it| self.forms.contains(it))
            }
            it if [&rules::CFN_INVALID_FORMAT, &rules::CFN_WRONG_REFERENCE].contains(&it) => {
                self.has_reference(diagnostic)
            }
            it if it == &rules::UNKNOWN_AUTHORIZER => named(&|name| {
                ["httpApi", "alb"].iter().any(|api| self.inside(&["provider", api, "authorizers", name]))
            }),
            // A schema of requests that has a mistake.
            it if it == &rules::UNKNOWN_VALUE => {
                named(&|name| self.inside(&["provider", "apiGateway", "request", "schemas", name]))
            }
            it if [&rules::UNKNOWN_REFERENCE, &rules::UNKNOWN_CONDITION, &rules::UNKNOWN_MAPPING]
                .contains(&it) =>
            {
                self.resources || named(&|id| self.is_lost(id))
            }
            it if it == &rules::UNKNOWN_RESOURCE => self.resources || named(&|id| self.of_function(id)),
            // A network that is written is told where it is wrong, or not known.
            it if it == &rules::MISSING_VPC => {
                let own = path_of(diagnostic).and_then(|it| config.at(&it.parent().join("vpc")));
                // `vpc: ~` takes the function out of the network of the provider.
                let used = own.or_else(|| config.at(&Path::from(["provider", "vpc"])));
                used.is_some_and(|it| !it.is_null())
            }
            // What nothing uses may be used by an event that is not read.
            it if it == &rules::UNUSED_OPTION => named(&|word| self.may_be_used(word, config)),
            it if it == &rules::CONFLICTING_OPTIONS && named(&|key| self.inside(&["layers", key])) => true,
            it if it == &rules::CONFLICTING_OPTIONS => {
                let method = path_of(diagnostic).map(|it| it.parent().join("method"));
                named(&|condition| self.conditions.iter().any(|it| it == condition))
                    || method.is_some_and(|it| self.errors.contains(&it))
            }
            _ => false,
        }
    }

    /// Whether a key that is called missing is there, and its value is told to be wrong.
    fn is_there(&self, diagnostic: &Diagnostic, key: &str, config: &Value) -> bool {
        let Some(path) = path_of(diagnostic) else { return false };
        let of_alias = || config.at(path).and_then(Value::as_object).is_some_and(|it| it.contains_key(key));
        self.errors.contains(&path.join(key)) || self.alias && of_alias()
    }

    /// Whether what is wrong with a reference is told of the reference itself.
    fn has_reference(&self, diagnostic: &Diagnostic) -> bool {
        path_of(diagnostic)
            .is_some_and(|path| self.references.iter().any(|it| it == path || it.parent() == *path))
    }

    /// Whether a resource is of a function that stands outside of `functions`.
    fn is_lost(&self, id: &str) -> bool {
        let kinds = ["Lambda", "LogGroup", "Event"];
        let rest = |it: &EcoString| id.strip_prefix(naming::normalized(it).as_str());
        self.lost.iter().filter_map(rest).any(|rest| kinds.iter().any(|it| rest.starts_with(it)))
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

/// Whether an error of this rule at `path` says that something of `resources` is not in the template.
fn leaves_out_resources(rule: &'static rules::Rule, path: &Path) -> bool {
    let is_unread = rule == &rules::UNRESOLVED_VARIABLE || rule == &rules::VARIABLE_SYNTAX;
    let is_unknown = rule == &rules::UNKNOWN_KEY;
    match path.segments() {
        [Segment::Key(first)] if is_unknown => misspelt(first, ["resources"]).is_some(),
        [Segment::Key(first)] | [Segment::Key(first), Segment::Index(_)] if first == "resources" => is_unread,
        // What stands in no section of the template is in no template.
        [Segment::Key(first), _] | [Segment::Key(first), Segment::Index(_), _] => {
            first == "resources" && is_unknown
        }
        _ => false,
    }
}
