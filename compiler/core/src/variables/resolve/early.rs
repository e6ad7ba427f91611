//! What has to be known early: the stage before `.env` is read, the service before parameters are. The region may come
//! from AWS where the variable names another, which the framework does not take.

use ecow::eco_format;

use super::{Resolver, Spot};
use crate::diagnostic::Diagnostic;
use crate::path::{Path, Segment};
use crate::rules;

/// When a source can answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// From the start.
    Start,
    /// When the service is known.
    Service,
    /// When it is known how AWS, or a plugin, is asked.
    Remote,
}

/// Values of the configuration, with the last phase whose sources may be asked for them; `None`: no variables at all.
const EARLY: &[(&[&str], Option<Phase>)] = &[
    (&["disabledDeprecations"], None),
    (&["deprecationNotificationMode"], None),
    (&["provider", "name"], Some(Phase::Start)),
    (&["provider", "stage"], Some(Phase::Start)),
    (&["useDotenv"], Some(Phase::Start)),
    (&["plugins"], Some(Phase::Start)),
    (&["package", "path"], Some(Phase::Start)),
    (&["frameworkVersion"], Some(Phase::Start)),
    (&["service"], Some(Phase::Start)),
];

impl Resolver<'_> {
    /// Reports values that are needed before the sources that they ask can answer.
    pub(super) fn demand_early(&mut self) {
        for (keys, allowed) in EARLY {
            let path: Path = keys.iter().map(|it| Segment::from(*it)).collect();
            let mut found: Vec<_> = self
                .done
                .iter()
                .filter(|(at, it)| {
                    let late = it.seen.late.as_ref().map(|it| it.0);
                    (at.contains(&path) || path.contains(at)) && late > *allowed
                })
                .filter_map(|(at, it)| {
                    Some((at.clone(), it.through.first()?.clone(), it.seen.late.clone()?.1))
                })
                .collect();
            found.sort_by_cached_key(|it| it.0.to_string());
            let Some((_, written, source)) = found.into_iter().next() else { continue };
            let place = self.place(Spot { at: &written, exact: false }, 0..0);
            let diagnostic = match allowed {
                Some(_) => Diagnostic::new(
                    &rules::UNRESOLVED_VARIABLE,
                    place,
                    eco_format!("`{path}` must be known before `{source}` can be asked"),
                )
                .help("write it out, or take it from `opt`, `env` or a file"),
                None => Diagnostic::new(
                    &rules::UNRESOLVED_VARIABLE,
                    place,
                    eco_format!("`{path}` must be known before any variable"),
                )
                .help("write it out"),
            };
            self.out.diagnostics.push(diagnostic);
        }
    }
}
