//! What a task calls, and the errors that it answers to.
//!
//! <https://docs.aws.amazon.com/step-functions/latest/dg/integrate-optimized.html>,
//! <https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html>

use ecow::{EcoString, eco_format};

use super::states::{Reader, known_text};
use crate::diagnostic::{Diagnostic, nearest};
use crate::path::Path;
use crate::rules;
use crate::value::Value;

/// Integrations of which all actions are known.
const ACTIONS: [(&str, &[&str]); 9] = [
    ("batch", &["submitJob"]),
    ("dynamodb", &["deleteItem", "getItem", "putItem", "updateItem"]),
    ("ecs", &["runTask"]),
    ("events", &["putEvents"]),
    ("http", &["invoke"]),
    ("lambda", &["invoke"]),
    ("sns", &["publish"]),
    ("sqs", &["sendMessage"]),
    ("states", &["startExecution"]),
];

/// Errors that Step Functions names itself.
const ERRORS: [&str; 17] = [
    "States.ALL",
    "States.BranchFailed",
    "States.DataLimitExceeded",
    "States.ExceedToleratedFailureThreshold",
    "States.HeartbeatTimeout",
    "States.Http.Socket",
    "States.IntrinsicFailure",
    "States.ItemReaderFailed",
    "States.NoChoiceMatched",
    "States.ParameterPathFailure",
    "States.Permissions",
    "States.QueryEvaluationError",
    "States.ResultPathMatchFailure",
    "States.ResultWriterFailed",
    "States.Runtime",
    "States.TaskFailed",
    "States.Timeout",
];

/// Looks at the `Resource` of a task.
pub fn resource(reader: &mut Reader<'_>, value: &Value, path: &Path) {
    let Some(text) = known_text(value) else { return };
    let at = reader.source.at_value(path);
    let help = "write the ARN of a function or an activity, or an integration such as `arn:aws:states:::lambda:invoke`";
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    let ["arn", partition, service, region, account, rest] = parts.as_slice() else {
        reader.wrong(at, eco_format!("`{text}` is no ARN"), help);
        return;
    };
    let digits = account.bytes().all(|it| it.is_ascii_digit());
    if !partition.starts_with("aws") || !digits || rest.is_empty() {
        reader.wrong(at, eco_format!("`{text}` is no ARN that a task can call"), help);
        return;
    }
    if *service != "states" || !region.is_empty() || !account.is_empty() {
        return;
    }
    let (of, action) = rest.split_once(':').unwrap_or((rest, ""));
    let Some((_, actions)) = ACTIONS.iter().find(|it| it.0 == of) else {
        let near = nearest(of, ACTIONS.map(|it| it.0)).filter(|it| it.eq_ignore_ascii_case(of));
        if let Some(near) = near {
            let message = eco_format!("Step Functions has no integration `{of}`");
            reader.wrong(at, message, eco_format!("did you mean `{near}`?"));
        }
        return;
    };
    let plain = action.split('.').next().unwrap_or_default();
    if !actions.contains(&plain) {
        let message = eco_format!("the integration `{of}` has no action `{plain}`");
        let near = nearest(plain, actions.iter().copied());
        let known: Vec<String> = actions.iter().map(|it| format!("`{it}`")).collect();
        let help = match near {
            Some(near) => eco_format!("did you mean `{near}`?"),
            None => {
                eco_format!("it has {}; others are `arn:aws:states:::aws-sdk:{of}:...`", known.join(", "))
            }
        };
        reader.wrong(at, message, help);
        return;
    }
    let pattern = action.strip_prefix(plain).unwrap_or_default();
    if !["", ".sync", ".sync:2", ".waitForTaskToken"].contains(&pattern) {
        let message = eco_format!("`{pattern}` is no way to wait for a task");
        let near = nearest(pattern, [".sync", ".waitForTaskToken"]);
        let help = near.map_or_else(
            || EcoString::from("write `.sync` or `.waitForTaskToken`"),
            |near| eco_format!("did you mean `{near}`?"),
        );
        reader.wrong(at, message, help);
    }
}

/// Looks at the errors of a retrier or a catcher, which is the `last` of its list or not.
pub fn errors(reader: &mut Reader<'_>, value: Option<&Value>, path: &Path, last: bool) {
    let Some(Value::Array(names)) = value else { return };
    if names.is_empty() {
        let message = EcoString::from("`ErrorEquals` is empty");
        reader.wrong(reader.source.at_value(path), message, "name the errors");
    }
    for (index, name) in names.iter().enumerate() {
        let Some(name) = known_text(name) else { continue };
        let at = reader.source.at_value(&path.join(index));
        if name == "States.ALL" && (names.len() > 1 || !last) {
            let message = EcoString::from("`States.ALL` stands with others");
            let help = "write it alone, as the last item: it takes in all errors";
            reader.wrong(at, message, help);
        } else if name.starts_with("States.")
            && !ERRORS.contains(&name)
            && let Some(near) = nearest(name, ERRORS)
        {
            let message = eco_format!("Step Functions has no error `{name}`");
            let diagnostic = Diagnostic::new(&rules::STATE_MACHINE, at, message)
                .why("names that begin with `States.` are its own, so this never happens")
                .help(eco_format!("did you mean `{near}`?"))
                .warning();
            reader.found.push(diagnostic);
        }
    }
}
