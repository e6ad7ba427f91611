//! Names of environment variables: those that Lambda keeps for itself, and those that it does not take.
//!
//! <https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html>

use ecow::{EcoString, eco_format};

use crate::diagnostic::{Diagnostic, Place, Severity};
use crate::path::Path;
use crate::rules;
use crate::value::{Object, Value};

/// Variables that Lambda sets and nobody else may.
const RESERVED: [&str; 18] = [
    "_HANDLER",
    "_X_AMZN_TRACE_ID",
    "AWS_ACCESS_KEY",
    "AWS_ACCESS_KEY_ID",
    "AWS_DEFAULT_REGION",
    "AWS_EXECUTION_ENV",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
    "AWS_LAMBDA_FUNCTION_NAME",
    "AWS_LAMBDA_FUNCTION_VERSION",
    "AWS_LAMBDA_INITIALIZATION_TYPE",
    "AWS_LAMBDA_LOG_GROUP_NAME",
    "AWS_LAMBDA_LOG_STREAM_NAME",
    "AWS_LAMBDA_RUNTIME_API",
    "AWS_REGION",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "LAMBDA_RUNTIME_DIR",
    "LAMBDA_TASK_ROOT",
];

/// The most bytes that all variables of a function may have together.
pub const LARGEST: usize = 4096;

/// Finds names in the environment at `path` that Lambda refuses; `has_shape` says that the shape has looked at them.
pub fn names(environment: Option<&Value>, path: &Path, has_shape: bool, found: &mut Vec<Diagnostic>) {
    let Some(Value::Object(variables)) = environment else { return };
    for (name, _) in variables.iter().filter(|(_, value)| !value.is_null()) {
        let at = Place::key(path.join(name));
        // Of a resource these are told by what AWS says of the property.
        if !has_shape && RESERVED.contains(&name.as_str()) {
            continue;
        }
        if RESERVED.contains(&name.as_str()) {
            let help = match name.as_str() {
                "AWS_REGION" | "AWS_DEFAULT_REGION" => {
                    "remove it: Lambda sets it to the region of the function"
                }
                "AWS_ACCESS_KEY" | "AWS_ACCESS_KEY_ID" | "AWS_SECRET_ACCESS_KEY" | "AWS_SESSION_TOKEN" => {
                    "remove it: the function has the rights of its role; for another account use another name"
                }
                _ => "remove it, or choose another name",
            };
            found.push(
                Diagnostic::new(
                    &rules::RESERVED_VARIABLE,
                    at,
                    eco_format!("`{name}` is kept by Lambda for itself"),
                )
                .why("Lambda sets it, and refuses a function that does")
                .help(help),
            );
            continue;
        }
        let mut letters = name.chars();
        let starts = letters.next().is_some_and(|it| it.is_ascii_alphabetic());
        let goes_on = letters.clone().all(|it| it.is_ascii_alphanumeric() || it == '_');
        // What no framework takes either is told by the shape.
        let told = !name.chars().all(|it| it.is_ascii_alphanumeric() || it == '_')
            || name.starts_with(|it: char| it.is_ascii_digit());
        let is_pair = |pair: &[u8]| match pair {
            [first, second] => {
                first.is_ascii_alphabetic() && (second.is_ascii_alphanumeric() || *second == b'_')
            }
            _ => false,
        };
        // A name without two such characters is told by what AWS says of the property.
        let told_of_resource = !has_shape && !name.as_bytes().windows(2).any(is_pair);
        let is_told = told && has_shape || told_of_resource;
        let is_taken = starts && goes_on && name.len() >= 2;
        if !is_told && !is_taken {
            let mut diagnostic = Diagnostic::new(
                &rules::INVALID_FORMAT,
                at,
                eco_format!("Lambda takes no environment variable called `{name}`"),
            )
            .why("a name has two characters or more: a letter, then letters, digits and `_`")
            .help("choose another name")
            .page("https://docs.aws.amazon.com/lambda/latest/api/API_Environment.html");
            // The framework takes such names, and services of tests and samples have them.
            if !told {
                diagnostic.severity = Severity::Warning;
            }
            found.push(diagnostic);
        }
    }
}

/// How many bytes the variables have for sure.
pub fn size(variables: &Object) -> usize {
    let value = |it: &Value| match it {
        Value::String(_) | Value::Number(_) | Value::Bool(_) => it.to_js_string().len(),
        _ => 0,
    };
    let taken = variables.iter().filter(|(_, it)| !it.is_null());
    taken.map(|(name, it)| name.len() + value(it)).sum()
}

/// That an environment is too large, at the variable that has most of it, if one has.
pub fn too_large(variables: &Object, path: &Path, message: EcoString) -> Diagnostic {
    let length = |it: &Value| it.as_str().map_or(0, str::len);
    let largest = variables.iter().find(|(_, it)| length(it) > LARGEST / 2);
    let at = largest.map_or_else(|| path.clone(), |(name, _)| path.join(name));
    Diagnostic::new(&rules::ENVIRONMENT_TOO_LARGE, Place::key(at), message)
        .why(eco_format!("Lambda takes {LARGEST} at most, those of the provider included"))
        .help("read large values from SSM or S3 when the function starts")
}
