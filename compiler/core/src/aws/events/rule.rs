//! What the events that lower to an `AWS::Events::Rule` share: what the function is invoked with, and the state.

use ecow::eco_format;

use crate::cfn::Fragment;
use crate::diagnostic::{Diagnostic, Place};
use crate::path::Path;
use crate::rules;
use crate::shape::{Map, Text, Typed};
use crate::value::{Object, Value};

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
