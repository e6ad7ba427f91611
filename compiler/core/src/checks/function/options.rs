//! Options of a function that exclude each other, or have no effect.
//!
//! <https://docs.aws.amazon.com/lambda/latest/dg/snapstart.html>,
//! <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>

use ecow::eco_format;

use super::Facts;
use crate::diagnostic::{Diagnostic, Place, Severity};
use crate::path::Path;
use crate::rules;
use crate::value::Value;

/// The most layers that a function may have.
const LAYERS: usize = 5;
/// The most tags.
const TAGS: usize = 50;

/// Finds what Lambda refuses, and what it ignores.
pub fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    let given = |key: &str| facts.listed.value.get(key).is_some_and(|it| !it.is_null());
    if given("image") {
        for key in ["runtime", "layers"].into_iter().filter(|it| given(it)) {
            let what = if key == "runtime" { "runtime" } else { "layers" };
            let mut diagnostic = conflict(facts, key, "image", &eco_format!("an image takes no {what}"))
                .why("all that a function of an image needs is in the image");
            if key == "runtime" {
                diagnostic.severity = Severity::Warning;
            }
            found.push(diagnostic.help(eco_format!("remove `{key}`")));
        }
    }
    if facts.context.at_edge && given("environment") {
        let at = Place::key(facts.listed.path.join("environment"));
        let diagnostic =
            Diagnostic::new(&rules::CONFLICTING_OPTIONS, at, "a function at the edge has no environment")
                .why("CloudFront runs it, which takes no variables, so they are left out")
                .help("remove `environment`, and put the values into the code")
                .warning();
        found.push(diagnostic);
    }
    snap_start(facts, found);
    architecture(facts, found);
    counts(facts, found);
    logs(facts, found);
    if facts.listed.value.get("reservedConcurrency").and_then(Value::as_number) == Some(0.0) {
        let at = facts.value("reservedConcurrency");
        found.push(
            Diagnostic::new(&rules::UNUSED_OPTION, at, "the function never runs: it may run 0 times at once")
                .help("remove `reservedConcurrency` when it shall run")
                .info(),
        );
    }
}

fn conflict(facts: &Facts<'_>, key: &str, with: &str, message: &str) -> Diagnostic {
    let at = |key: &str| Place::key(facts.listed.path.join(key));
    Diagnostic::new(&rules::CONFLICTING_OPTIONS, at(key), message).related(at(with), "set here")
}

fn runtime<'a>(facts: &'a Facts<'_>) -> Option<&'a str> {
    match facts.listed.value.get("runtime") {
        Some(it) => it.as_str(),
        None => facts.around.context.provider.runtime.as_ref().map(|it| it.0.as_str()),
    }
}

fn snap_start(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    if facts.function.snap_start != Some(true) {
        return;
    }
    if facts.function.image.is_some() {
        let at = facts.value("snapStart");
        found.push(
            Diagnostic::new(&rules::CONFLICTING_OPTIONS, at, "a function of an image has no SnapStart")
                .why("Lambda takes snapshots of functions with an archive only")
                .help("remove `snapStart`")
                .page("https://docs.aws.amazon.com/lambda/latest/dg/snapstart.html"),
        );
        return;
    }
    let Some(runtime) = runtime(facts) else { return };
    let minor = |prefix: &str| runtime.strip_prefix(prefix).and_then(|it| it.parse::<u32>().ok());
    // A runtime that has ended is told of by itself.
    if runtime == "java8" {
        return;
    }
    let taken = runtime.starts_with("java") && !runtime.starts_with("java8")
        || minor("python3.").is_some_and(|it| it >= 12)
        || minor("dotnet").is_some_and(|it| it >= 8);
    if !taken {
        let message = eco_format!("`{runtime}` has no SnapStart");
        let mut diagnostic = Diagnostic::new(&rules::CONFLICTING_OPTIONS, facts.value("snapStart"), message)
            .why("Lambda keeps snapshots of Java from 11, Python from 3.12 and .NET from 8 on")
            .help("remove `snapStart`")
            .page("https://docs.aws.amazon.com/lambda/latest/dg/snapstart.html");
        // Lambda may take more runtimes tomorrow.
        diagnostic.severity = Severity::Warning;
        found.push(diagnostic);
    }
    for key in ["fileSystemConfig", "ephemeralStorageSize"] {
        let written = facts.listed.value.get(key);
        let small = written.and_then(Value::as_number).is_some_and(|it| it <= 512.0);
        if written.is_some() && !small {
            found.push(
                conflict(facts, key, "snapStart", &eco_format!("`{key}` and `snapStart` exclude each other"))
                    .why("Lambda takes no snapshots of a function with EFS, or with more than 512 MB in `/tmp`")
                    .help("remove one of the two"),
            );
        }
    }
}

fn architecture(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    let provider = &facts.around.context.provider;
    let own = facts.function.architecture;
    let arm = own.or(provider.architecture) == Some(crate::aws::types::Architecture::Arm64);
    let Some(runtime) = runtime(facts).filter(|_| arm && facts.function.image.is_none()) else { return };
    const WITHOUT: [&str; 13] = [
        "dotnetcore1.0",
        "dotnetcore2.0",
        "dotnetcore2.1",
        "go1.x",
        "java8",
        "nodejs10.x",
        "nodejs8.10",
        "provided",
        "python2.7",
        "python3.6",
        "python3.7",
        "ruby2.5",
        "nodejs6.10",
    ];
    if WITHOUT.contains(&runtime) {
        let at = if own.is_some() {
            facts.value("architecture")
        } else {
            Place::value(Path::from(["provider", "architecture"]))
        };
        found.push(
            Diagnostic::new(
                &rules::CONFLICTING_OPTIONS,
                at,
                eco_format!("`{runtime}` does not run on `arm64`"),
            )
            .why("Lambda has it for x86 only")
            .help("write `x86_64`, or move to a newer runtime"),
        );
    }
}

/// Lists that may have so many entries.
fn counts(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    let layers = facts.listed.value.get("layers").and_then(Value::as_array).unwrap_or_default();
    if layers.len() > LAYERS {
        let message = eco_format!("the function has {} layers", layers.len());
        let at = Place::key(facts.listed.path.join("layers"));
        found.push(
            Diagnostic::new(&rules::OUT_OF_RANGE, at, message)
                .why(eco_format!("Lambda takes {LAYERS} at most"))
                .help("put several into one layer"),
        );
    }
    let own = facts.listed.value.get("tags").and_then(Value::as_object);
    let provider = facts.around.context.provider.tags.as_ref();
    let inherited = provider
        .map_or(0, |it| it.0.keys().filter(|key| !own.is_some_and(|own| own.contains_key(key))).count());
    let count = own.map_or(0, |it| it.len()) + inherited;
    if own.is_some() && count > TAGS {
        let at = Place::key(facts.listed.path.join("tags"));
        found.push(
            Diagnostic::new(&rules::OUT_OF_RANGE, at, eco_format!("the function has {count} tags"))
                .why(eco_format!("AWS takes {TAGS} at most, those of the provider included"))
                .help("remove some"),
        );
    }
}

/// Levels are of logs in JSON.
/// <https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html>
fn logs(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    let own = facts.listed.value.get("logs");
    let inherited = facts.around.context.provider.logs.as_ref().and_then(|it| it.lambda.as_ref());
    let format = match own.and_then(|it| it.get("logFormat")) {
        Some(it) => it.as_str(),
        None => inherited.and_then(|it| it.log_format).map(|it| it.word()),
    };
    levels(own, &facts.listed.path.join("logs"), format, found);
}

/// Finds levels beside a format of text.
pub fn levels(logs: Option<&Value>, path: &Path, format: Option<&str>, found: &mut Vec<Diagnostic>) {
    let Some(logs) = logs.and_then(Value::as_object) else { return };
    // A format that there is not is told by the shape.
    let known = |it: &Value| matches!(it.as_str(), Some("JSON" | "Text"));
    if format == Some("JSON") || logs.get("logFormat").is_some_and(|it| !known(it)) {
        return;
    }
    for key in ["applicationLogLevel", "systemLogLevel"] {
        if logs.contains_key(key) {
            found.push(
                Diagnostic::new(
                    &rules::CONFLICTING_OPTIONS,
                    Place::key(path.join(key)),
                    eco_format!("`{key}` needs logs in JSON"),
                )
                .why("Lambda refuses a level where logs are text, as they are by default")
                .help(eco_format!("add `logFormat: JSON`, or remove `{key}`"))
                .page("https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html")
                .warning(),
            );
        }
    }
}
