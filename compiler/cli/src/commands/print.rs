//! `slsc print`: the configuration with its variables replaced, and with the names and defaults of the framework.

use std::process::ExitCode;

use slsc_core::pipeline;
use slsc_core::service::settled::settled;
use slsc_core::value::Value;

use super::template::yaml;
use crate::answers::Reach;
use crate::args::{Global, Print, PrintFormat, Transform};
use crate::output::{self, Failure};
use crate::project::Project;

/// Prints the configuration, or a part of it.
pub fn run(args: &Print, global: &Global) -> Result<ExitCode, Failure> {
    let reach = if args.offline { Reach::Local } else { Reach::AwsUnlessOffline };
    let project = Project::fetch(global, reach)?;
    project.demand_resolved(global)?;
    let resolved = &pipeline::resolved(&project.db, project.service).value;
    let config = match pipeline::context(&project.db, project.service) {
        Some(context) => settled(resolved, context),
        None => resolved.clone(),
    };
    let mut value = match &args.path {
        Some(path) => at(&config, path)?,
        None => config,
    };
    if let Some(Transform::Keys) = args.transform {
        let Value::Object(object) = &value else {
            return Err(Failure::usage("`--transform keys` needs a mapping", "choose one with `--path`"));
        };
        value = Value::array(object.keys().map(Value::from));
    }
    let text = match args.format {
        PrintFormat::Json => value.to_json_pretty() + "\n",
        PrintFormat::Yaml => yaml(&value)?,
        PrintFormat::Text => text(&value)?,
    };
    output::result(&text)?;
    Ok(ExitCode::SUCCESS)
}

fn at(config: &Value, path: &str) -> Result<Value, Failure> {
    config.at_address(path).cloned().ok_or_else(|| {
        Failure::usage(
            format!("the configuration has no `{path}`"),
            "name a path that exists, such as `provider.stage`",
        )
    })
}

fn text(value: &Value) -> Result<String, Failure> {
    let line = |it: &Value| match it {
        Value::Object(_) | Value::Array(_) => Err(Failure::usage(
            "`--format text` prints texts and lists of them",
            "choose a part with `--path`",
        )),
        scalar => Ok(format!("{}\n", scalar.to_js_string())),
    };
    match value {
        Value::Array(items) => items.iter().map(line).collect(),
        one => line(one),
    }
}
