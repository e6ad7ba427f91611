//! `slsc template`: the CloudFormation template on standard output, and no file written.

use std::collections::BTreeMap;
use std::process::ExitCode;

use slsc_core::value::Value;
use slsc_core::{cfn::stamp, pipeline};

use crate::answers::Reach;
use crate::args::{Global, Template, TemplateFormat};
use crate::output::{self, Failure};
use crate::project::Project;

/// Prints the template, or refuses what the framework refuses.
pub fn run(args: &Template, global: &Global) -> Result<ExitCode, Failure> {
    let reach = if args.offline { Reach::Local } else { Reach::AwsUnlessOffline };
    let project = Project::fetch(global, reach)?;
    project.demand_compiled(global, args.offline)?;
    let template = &pipeline::linked(&project.db, project.service).template.body;
    let template = Value::from(stamp::apply(template, &stamp::of(template, &BTreeMap::new())));
    let text = match args.format {
        TemplateFormat::Json if args.package.minify_template => template.to_json() + "\n",
        TemplateFormat::Json => template.to_json_pretty() + "\n",
        TemplateFormat::Yaml => yaml(&template)?,
    };
    output::result(&text)?;
    Ok(ExitCode::SUCCESS)
}

/// A value as YAML.
pub fn yaml(value: &Value) -> Result<String, Failure> {
    let parsed: Result<serde_json::Value, _> = serde_json::from_str(&value.to_json());
    let text = parsed
        .map_err(|it| it.to_string())
        .and_then(|it| serde_yaml::to_string(&it).map_err(|it| it.to_string()));
    text.map_err(|error| {
        Failure::failed(format!("cannot write this as YAML: {error}"), "use `--format json`")
    })
}
