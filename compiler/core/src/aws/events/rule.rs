//! What the events that lower to an `AWS::Events::Rule` share: what the function is invoked with, and the state.

use ecow::eco_format;

use crate::cfn::Fragment;
use crate::diagnostic::{Diagnostic, Place};
use crate::path::Path;
use crate::rules;
use crate::shape::{Map, Text, Typed};
use crate::value::{Object, Value};

/// The most entries of `inputPathsMap`.
const MOST_PATHS: usize = 100;

/// A template for what a function is invoked with.
/// <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html>
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub struct InputTransformer {
    /// The template.
    #[length(1, 8192)]
    pub input_template: Text,
    /// Names for parts of the event.
    #[length(1, usize::MAX)]
    pub input_paths_map: Option<Map<Text>>,
}

impl InputTransformer {
    /// As it goes into a template.
    pub fn to_value(&self) -> Value {
        let InputTransformer { input_template, input_paths_map } = self;
        let mut out = Object::new();
        out.insert("InputTemplate", input_template);
        let paths = input_paths_map
            .clone()
            .map(|it| it.into_iter().map(|(key, it)| (key, it.into())).collect::<Object>());
        out.insert_some("InputPathsMap", paths);
        out.into()
    }
}

/// `State` of a rule.
pub fn state(enabled: Option<bool>) -> &'static str {
    if enabled == Some(false) { "DISABLED" } else { "ENABLED" }
}

/// Reports names of an input transformer that EventBridge refuses.
/// <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_InputTransformer.html>
pub fn report_transformer(transformer: &InputTransformer, from: &Path, out: &mut Fragment) {
    let path = from.join("inputPathsMap");
    let Some(names) = &transformer.input_paths_map else { return };
    if names.len() > MOST_PATHS {
        let message = eco_format!("{} entries are more than {MOST_PATHS}", names.len());
        out.report(
            Diagnostic::new(&rules::OUT_OF_RANGE, Place::key(path.clone()), message)
                .help(eco_format!("name at most {MOST_PATHS} parts of the event")),
        );
    }
    for name in names.keys() {
        let known = name.bytes().all(|it| it.is_ascii_alphanumeric() || matches!(it, b'_' | b'-'));
        if !known || name.is_empty() {
            out.report(
                Diagnostic::new(
                    &rules::INVALID_FORMAT,
                    Place::key(path.join(name)),
                    eco_format!("`{name}` is not a name for a part of the event"),
                )
                .help("use letters, digits, `-` and `_`"),
            );
        }
    }
}

/// Reports all but the first of the options that say what the function is invoked with: a target takes one.
pub fn report_inputs(given: &[(&str, bool)], from: &Path, out: &mut Fragment) {
    let mut given = given.iter().filter(|(_, given)| *given).map(|(key, _)| key);
    let Some(first) = given.next() else { return };
    for key in given {
        let message = eco_format!("`{key}` excludes `{first}`");
        out.report(
            Diagnostic::new(&rules::CONFLICTING_OPTIONS, Place::key(from.join(*key)), message)
                .why("a target of EventBridge has one input")
                .help(eco_format!("remove `{key}` or `{first}`")),
        );
    }
}
