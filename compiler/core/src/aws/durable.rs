//! Durable functions: what `functions.*.durableConfig` excludes.
//!
//! Source: <https://docs.aws.amazon.com/lambda/latest/dg/durable-functions.html>

use crate::aws::context::{FunctionContext, ServiceContext};
use crate::aws::function::Function;
use crate::aws::resources::function::default_runtime;
use crate::cfn::Fragment;
use crate::diagnostic::{Diagnostic, Place};
use crate::rules;

/// The runtimes that durable functions run on.
/// <https://docs.aws.amazon.com/lambda/latest/dg/durable-supported-runtimes.html>
const RUNTIMES: [&str; 7] =
    ["nodejs22.x", "nodejs24.x", "python3.13", "python3.14", "java17", "java21", "java25"];

/// Those of them that SnapStart takes.
/// <https://docs.aws.amazon.com/lambda/latest/dg/snapstart.html>
const SNAP_START_RUNTIMES: [&str; 5] = ["python3.13", "python3.14", "java17", "java21", "java25"];

/// The kinds of events whose mapping waits for the function.
const MAPPED: [&str; 6] = ["sqs", "stream", "msk", "kafka", "activemq", "rabbitmq"];

/// Seconds that an event source mapping waits for a function.
const MAPPING_SECONDS: i64 = 900;

/// Megabytes of ephemeral storage that SnapStart takes.
const SNAP_START_STORAGE: i64 = 512;

/// Reports the options of a durable function that it cannot have.
pub fn check(function: &Function, context: &FunctionContext, service: &ServiceContext, out: &mut Fragment) {
    let Some(durable) = &function.durable_config else { return };
    let own = context.path.join("durableConfig");
    let mut conflict = |key: &str, message: &str, help: &str| {
        let at = Place::key(context.path.join(key));
        out.report(
            Diagnostic::new(&rules::CONFLICTING_OPTIONS, at, message)
                .help(help)
                .related(Place::key(own.clone()), "durable here"),
        );
    };
    if function.destinations.is_some() {
        conflict("destinations", "a durable function has no destinations", "remove `destinations`");
    }
    if function.maximum_retry_attempts.is_some() {
        conflict("maximumRetryAttempts", "a durable function takes no `maximumRetryAttempts`", "remove it");
    }
    let runtime = function.runtime.as_ref().or(service.provider.runtime.as_ref());
    let runtime = runtime.map_or(default_runtime(service), |it| it.0.as_str());
    if function.image.is_none() && !RUNTIMES.contains(&runtime) {
        let key = if function.runtime.is_some() { "runtime" } else { "durableConfig" };
        let message = format!("the runtime `{runtime}` has no durable functions");
        conflict(
            key,
            &message,
            "use one of nodejs22.x, nodejs24.x, python3.13, python3.14, java17, java21 or java25",
        );
    }
    let kinds = || function.events.iter().flat_map(|it| &it.0).map(|it| it.event.kind().key());
    if durable.execution_timeout.0 > MAPPING_SECONDS && kinds().any(|it| MAPPED.contains(&it)) {
        let help = "lower `durableConfig.executionTimeout` to 900 or less";
        conflict("events", "an event source mapping waits 15 minutes at most", help);
    }
    if kinds().any(|it| it == "cloudFront") {
        conflict("events", "Lambda@Edge has no durable functions", "remove the `cloudFront` event");
    }
    if function.snap_start == Some(true) {
        let why_not = if function.image.is_some() {
            Some("SnapStart takes no container images")
        } else if !SNAP_START_RUNTIMES.contains(&runtime) {
            Some("SnapStart does not take this runtime in a durable function")
        } else if function.file_system_config.is_some() {
            Some("SnapStart takes no file systems")
        } else if function.ephemeral_storage_size.is_some_and(|it| it.0 > SNAP_START_STORAGE) {
            Some("SnapStart takes 512 MB of ephemeral storage at most")
        } else {
            None
        };
        if let Some(why_not) = why_not {
            conflict("snapStart", why_not, "remove `snapStart`");
        }
    }
}
