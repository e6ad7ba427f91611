//! Levels: how serious the findings of a rule are in one service, by `custom.slsc.rules` and by the command line.
//!
//! A level holds wherever findings are shown or stop something: the terminal, packaging, deploying, the editor. What
//! the compiler itself refuses is [`firm`](Diagnostic::firm): a template without it would be another one than what was
//! written, so no level lowers it.

use ecow::eco_format;

use crate::allow;
use crate::db::{Db, Service};
use crate::diagnostic::{Diagnostic, Part, Place, Severity, nearest};
use crate::locate;
use crate::path::{Path, Segment};
use crate::pipeline;
use crate::plugins::Listed;
use crate::rules::{self, RULES, Rule};
use crate::shape::check::{Checker, check, shorten};
use crate::shape::{Field, Limits, ObjectShape, Shape, Typed};
use crate::value::Value;

/// `custom`: anything of the user's own, and the settings of this compiler.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
#[open]
pub struct Custom {
    /// Settings of `slsc` for this service. The framework leaves them alone.
    pub slsc: Option<Settings>,
}

/// `custom.slsc`: settings of this compiler.
#[derive(Clone, Debug, Default, PartialEq, Eq, Typed)]
pub struct Settings {
    /// How serious the findings of each rule are in this service. The command line's levels win over these.
    pub rules: Option<RuleLevels>,
}

/// How serious the findings of a rule are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Typed)]
pub enum Level {
    /// They stop `check`, `package` and `deploy`.
    #[key("error")]
    Error,
    /// They are shown, and stop nothing.
    #[key("warning")]
    Warning,
    /// They are shown as advice.
    #[key("info")]
    Info,
    /// Only editors show them.
    #[key("hint")]
    Hint,
    /// They are left out.
    #[key("off")]
    Off,
}

impl Level {
    /// The severity; `None` leaves the findings out.
    pub fn severity(self) -> Option<Severity> {
        match self {
            Level::Error => Some(Severity::Error),
            Level::Warning => Some(Severity::Warning),
            Level::Info => Some(Severity::Info),
            Level::Hint => Some(Severity::Hint),
            Level::Off => None,
        }
    }
}

/// A key of `custom.slsc.rules`; for the table of the rules.
pub const fn field(id: &'static str, summary: &'static str) -> Field {
    Field {
        key: id,
        docs: summary,
        shape: Level::SHAPE,
        required: false,
        limits: Limits::NONE,
        deprecated: None,
        removed: false,
        since_4: false,
    }
}

/// `custom.slsc.rules`: rules with their levels, in the order of the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RuleLevels(pub Vec<(&'static Rule, Level)>);

impl Typed for RuleLevels {
    const SHAPE: &'static Shape = &Shape::Object(&ObjectShape {
        name: "RuleLevels",
        docs: "Rules with their levels: `error`, `warning`, `info`, `hint` or `off`.",
        shorthand: None,
        fields: rules::FIELDS,
        open: false,
        requires: &[],
    });

    fn decode(value: &Value) -> Option<RuleLevels> {
        let entries = value.as_object()?.iter();
        let known = entries.filter_map(|(key, it)| Some((rules::by_id(key)?, Level::decode(it)?)));
        Some(RuleLevels(known.collect()))
    }
}

/// Whose findings a level is given to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Selector {
    /// Those of a rule.
    Rule(&'static Rule),
    /// All that are warnings by then.
    Warnings,
}

/// Levels in the order in which they are given: later ones win.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Levels(pub Vec<(Selector, Level)>);

impl Levels {
    /// The levels that a service gives, with what is wrong with them.
    pub fn of_service(custom: &Value) -> (Levels, Vec<Diagnostic>) {
        let Some(written) = custom.get("slsc").filter(|it| !it.is_null()) else { return Default::default() };
        // A mistake here is never one of the service, and whoever reads it may know more rules than this version.
        let mut cx = Checker::new(Path::from(["custom", "slsc"]), Some(Severity::Warning), Listed::default());
        let checked = check(written, Settings::SHAPE, &mut cx);
        let settings = Settings::decode(&checked).unwrap_or_default();
        let rules = settings.rules.unwrap_or_default().0.into_iter();
        let levels = Levels(rules.map(|(rule, level)| (Selector::Rule(rule), level)).collect());
        (levels, cx.diagnostics.into_iter().map(of_unknown_rule).collect())
    }

    /// Gives each finding its level, and leaves out those that are off. What the compiler refuses stays an error, and
    /// says that it does.
    pub fn apply(&self, found: &mut Vec<Diagnostic>) {
        if self.0.is_empty() {
            return;
        }
        found.retain_mut(|diagnostic| {
            let Some(level) = self.of(diagnostic) else { return true };
            if diagnostic.firm {
                if level != Level::Error {
                    diagnostic.stays_an_error();
                }
                return true;
            }
            match level.severity() {
                Some(severity) => diagnostic.severity = severity,
                None => return false,
            }
            true
        });
    }

    /// The level of a finding, if any is given.
    fn of(&self, diagnostic: &Diagnostic) -> Option<Level> {
        let mut given = None;
        for (selector, level) in &self.0 {
            let severity = given.map_or(Some(diagnostic.severity), Level::severity);
            let fits = match selector {
                Selector::Rule(rule) => diagnostic.rule == *rule,
                Selector::Warnings => severity == Some(Severity::Warning),
            };
            if fits {
                given = Some(*level);
            }
        }
        given
    }
}

/// What is found in a service as it is shown: comments allow findings, then levels are given, those of the command
/// line last.
pub fn settle(db: &dyn Db, service: Service, mut found: Vec<Diagnostic>) -> Vec<Diagnostic> {
    allow::apply(db, service, &mut found);
    let (levels, wrong) = given(db, service);
    found.extend(wrong);
    levels.apply(&mut found);
    locate::sort(db, service, &mut found);
    found
}

/// As [`settle`], for findings that are made beside those of a service by itself.
pub fn settle_others(db: &dyn Db, service: Service, mut found: Vec<Diagnostic>) -> Vec<Diagnostic> {
    found.retain(|it| !allow::is_allowed(db, service, it));
    given(db, service).0.apply(&mut found);
    found
}

/// The levels of a service and of the command line, and what is wrong with the former.
fn given(db: &dyn Db, service: Service) -> (Levels, Vec<Diagnostic>) {
    let custom = pipeline::resolved(db, service).value.get("custom");
    let (mut levels, wrong) = custom.map(Levels::of_service).unwrap_or_default();
    levels.0.extend(service.options(db).levels.0.iter().copied());
    (levels, wrong)
}

impl Diagnostic {
    /// Says that neither levels nor allowances change it.
    pub fn stays_an_error(&mut self) {
        let note =
            "it stays an error whatever its rule is set to: what is compiled would not be what is written";
        self.why = Some(match self.why.take() {
            Some(why) if why.contains(note) => why,
            Some(why) => eco_format!("{why}; {note}"),
            None => note.into(),
        });
    }
}

/// A key that no shape knows names a rule that is not there.
fn of_unknown_rule(diagnostic: Diagnostic) -> Diagnostic {
    let Place::Resolved { path, part: Part::Key } = &diagnostic.at else { return diagnostic };
    let Some(Segment::Key(name)) = path.last() else { return diagnostic };
    let in_rules = path.parent() == Path::from(["custom", "slsc", "rules"]);
    if diagnostic.rule != &rules::UNKNOWN_KEY || !in_rules {
        return diagnostic;
    }
    unknown_rule(name, diagnostic.at.clone())
}

/// What to say of a name that no rule has.
pub fn unknown_rule(name: &str, at: Place) -> Diagnostic {
    let message = eco_format!("no rule is called `{}`", shorten(name));
    let diagnostic = Diagnostic::new(&rules::UNKNOWN_RULE, at.clone(), message);
    diagnostic.meant(
        "rename to",
        at,
        nearest(name, RULES.iter().map(|it| it.id)),
        "`slsc explain` lists the rules",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    fn finding(rule: &'static Rule) -> Diagnostic {
        Diagnostic::new(rule, Place::value(Path::root()), "")
    }

    #[test]
    fn later_levels_win_and_the_compiler_insists() {
        let (mut levels, wrong) = Levels::of_service(&json!({
            "slsc": { "rules": { "runtime-ended": "off", "unknown-kei": "off", "duplicate-route": "hint" } }
        }));
        assert_eq!(wrong.len(), 1);
        assert_eq!(wrong[0].help.as_deref(), Some("did you mean `unknown-key`?"));
        levels.0.push((Selector::Rule(&rules::RUNTIME_ENDED), Level::Warning));
        levels.0.push((Selector::Warnings, Level::Error));
        let mut firm = finding(&rules::DUPLICATE_ROUTE);
        firm.firm = true;
        let mut found = vec![finding(&rules::RUNTIME_ENDED), finding(&rules::DUPLICATE_ROUTE), firm];
        levels.apply(&mut found);
        let severities: Vec<Severity> = found.iter().map(|it| it.severity).collect();
        assert_eq!(severities, [Severity::Error, Severity::Hint, Severity::Error]);
        assert!(found[2].why.is_some());
    }
}
