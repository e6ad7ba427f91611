//! The fields of states, by their types and the language that they query data in.
//!
//! <https://docs.aws.amazon.com/step-functions/latest/dg/workflow-states.html>

use super::states::Language;

/// The types of states.
pub const TYPES: [&str; 8] = ["Choice", "Fail", "Map", "Parallel", "Pass", "Succeed", "Task", "Wait"];

/// The fields of a machine.
pub const OF_MACHINE: &[&str] =
    &["Comment", "QueryLanguage", "StartAt", "States", "TimeoutSeconds", "Version"];
/// The fields of a machine within a state.
pub const OF_BRANCH: &[&str] = &["Comment", "ProcessorConfig", "QueryLanguage", "StartAt", "States"];
/// The fields of a retrier.
pub const OF_RETRY: &[&str] = &[
    "BackoffRate",
    "Comment",
    "ErrorEquals",
    "IntervalSeconds",
    "JitterStrategy",
    "MaxAttempts",
    "MaxDelaySeconds",
];
/// The fields of a catcher.
pub const OF_CATCH: &[&str] = &["Assign", "Comment", "ErrorEquals", "Next", "Output", "ResultPath"];

/// The fields of every state.
const OF_ALL: &[&str] = &["Comment", "QueryLanguage", "Type"];

/// The fields of a state: in either language, with JSONPath alone, with JSONata alone.
struct Fields {
    both: &'static [&'static str],
    path: &'static [&'static str],
    jsonata: &'static [&'static str],
}

/// The fields of the types of states.
static FIELDS: [(&str, Fields); 8] = [
    (
        "Choice",
        Fields {
            both: &["Assign", "Choices", "Default"],
            path: &["InputPath", "OutputPath"],
            jsonata: &["Output"],
        },
    ),
    ("Fail", Fields { both: &["Cause", "Error"], path: &["CausePath", "ErrorPath"], jsonata: &[] }),
    (
        "Map",
        Fields {
            both: &[
                "Assign",
                "Catch",
                "End",
                "ItemBatcher",
                "ItemProcessor",
                "ItemReader",
                "ItemSelector",
                "Iterator",
                "Label",
                "MaxConcurrency",
                "Next",
                "ResultWriter",
                "Retry",
                "ToleratedFailureCount",
                "ToleratedFailurePercentage",
            ],
            path: &[
                "InputPath",
                "ItemsPath",
                "MaxConcurrencyPath",
                "OutputPath",
                "Parameters",
                "ResultPath",
                "ResultSelector",
                "ToleratedFailureCountPath",
                "ToleratedFailurePercentagePath",
            ],
            jsonata: &["Items", "Output"],
        },
    ),
    (
        "Parallel",
        Fields {
            both: &["Assign", "Branches", "Catch", "End", "Next", "Retry"],
            path: &["InputPath", "OutputPath", "Parameters", "ResultPath", "ResultSelector"],
            jsonata: &["Arguments", "Output"],
        },
    ),
    (
        "Pass",
        Fields {
            both: &["Assign", "End", "Next"],
            path: &["InputPath", "OutputPath", "Parameters", "Result", "ResultPath"],
            jsonata: &["Output"],
        },
    ),
    ("Succeed", Fields { both: &[], path: &["InputPath", "OutputPath"], jsonata: &["Output"] }),
    (
        "Task",
        Fields {
            both: &[
                "Assign",
                "Catch",
                "Credentials",
                "End",
                "HeartbeatSeconds",
                "Next",
                "Resource",
                "Retry",
                "TimeoutSeconds",
            ],
            path: &[
                "HeartbeatSecondsPath",
                "InputPath",
                "OutputPath",
                "Parameters",
                "ResultPath",
                "ResultSelector",
                "TimeoutSecondsPath",
            ],
            jsonata: &["Arguments", "Output"],
        },
    ),
    (
        "Wait",
        Fields {
            both: &["Assign", "End", "Next", "Seconds", "Timestamp"],
            path: &["InputPath", "OutputPath", "SecondsPath", "TimestampPath"],
            jsonata: &["Output"],
        },
    ),
];

/// The fields that a state of this type takes.
pub fn taken(kind: &str, language: Language) -> Vec<&'static str> {
    let Some((_, Fields { both, path, jsonata })) = FIELDS.iter().find(|it| it.0 == kind) else {
        return Vec::new();
    };
    let mut all: Vec<&'static str> = OF_ALL.iter().chain(*both).copied().collect();
    if language != Language::Jsonata {
        all.extend(*path);
    }
    if language != Language::Path {
        all.extend(*jsonata);
    }
    all
}

/// The types of states that take a field.
pub fn takers(field: &str) -> Vec<&'static str> {
    TYPES.into_iter().filter(|it| taken(it, Language::Either).contains(&field)).collect()
}
