//! `slsc package`: the templates, the state and the archives, under the framework's file names.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use salsa::Setter as _;
use slsc_core::aws::resources::{custom_resource, deployment_bucket};
use slsc_core::cfn::stamp;
use slsc_core::package::{ArchivePlan, plan};
use slsc_core::service::settled::settled;
use slsc_core::value::{Object, Value};
use slsc_core::{json, pipeline};
use slsc_deploy::archive::{self, Job};

use crate::args::{Global, Package, PackageOptions};
use crate::files;
use crate::output::Failure;
use crate::project::Project;

/// The template of a first deployment's first step.
pub const CREATE_TEMPLATE: &str = "cloudformation-template-create-stack.json";
/// The template of an update: everything.
pub const UPDATE_TEMPLATE: &str = "cloudformation-template-update-stack.json";
/// The resolved configuration with what a deployment needs.
pub const STATE: &str = "serverless-state.json";

/// Packages the service.
pub fn run(args: &Package, global: &Global) -> Result<ExitCode, Failure> {
    let directory = package(&args.options, global)?;
    anstream::eprintln!("packaged into {}", directory.display());
    Ok(ExitCode::SUCCESS)
}

/// Packages the service, and answers where.
pub fn package(options: &PackageOptions, global: &Global) -> Result<PathBuf, Failure> {
    let mut project = Project::open(global)?;
    project.demand_sound(global, true)?;
    let root = PathBuf::from(project.service.directory(&project.db));
    let target = options.package.as_ref().map_or_else(|| root.join(".serverless"), |it| root.join(it));
    let config = pipeline::resolved(&project.db, project.service).value.clone();
    let config_name = project
        .service
        .config(&project.db)
        .path(&project.db)
        .rsplit('/')
        .next()
        .unwrap_or_default()
        .to_owned();
    let plans = plan(&config, &config_name);
    let mut archives = archives(&plans, &root, &target)?;
    project.service.set_archives(&mut project.db).to(Arc::new(archives.clone()));

    let linked = pipeline::linked(&project.db, project.service);
    if linked.custom_resources {
        let made = archive::of_texts(&target.join(custom_resource::ARCHIVE), custom_resource::FILES);
        let made = made.map_err(|it| Failure::failed(it.what, it.help))?;
        archives.insert(custom_resource::ARCHIVE.into(), made.sha256.into());
    }
    let stamp = stamp::of(&linked.template.body, &archives);
    let print = |template: &Object| {
        let template = Value::from(stamp::apply(template, &stamp));
        if options.minify_template { template.to_json() } else { template.to_json_pretty() }
    };
    let state = state(&project, &config, &stamp);
    // The templates come last: where they are, everything that they name is.
    files::write(&target.join(STATE), state.to_json_pretty().as_bytes())?;
    files::write(&target.join(CREATE_TEMPLATE), print(&linked.core).as_bytes())?;
    files::write(&target.join(UPDATE_TEMPLATE), print(&linked.template.body).as_bytes())?;
    Ok(target)
}

fn archives(
    plans: &[ArchivePlan],
    root: &Path,
    target: &Path,
) -> Result<BTreeMap<ecow::EcoString, ecow::EcoString>, Failure> {
    let selects: Vec<_> = plans.iter().map(|plan| move |path: &str| plan.selects(path)).collect();
    let skips: Vec<_> = plans.iter().map(|plan| move |directory: &str| plan.skips(directory)).collect();
    let jobs: Vec<Job<'_>> = plans
        .iter()
        .zip(selects.iter().zip(&skips))
        .map(|(plan, (selects, skips))| Job {
            root: root.join(plan.root.as_str()),
            target: target.join(plan.name.as_str()),
            selects,
            skips,
            outside: plan.outside().iter().map(ToString::to_string).collect(),
            ready: plan.ready.as_ref().map(|it| root.join(it.as_str())),
        })
        .collect();
    let made = archive::make(&jobs).map_err(|it| Failure::failed(it.what, it.help))?;
    Ok(plans.iter().zip(made).map(|(plan, archive)| (plan.name.clone(), archive.sha256.into())).collect())
}

/// The state as the framework keeps it: the service as it was resolved, and where its artifacts go.
fn state(project: &Project, config: &Value, stamp: &str) -> Value {
    let mut service = config.clone();
    let mut package = Object::new();
    if let Some(context) = pipeline::context(&project.db, project.service) {
        service = settled(config, context);
        let directory = deployment_bucket::directory(context).replace(deployment_bucket::STAMP, stamp);
        package.insert("artifactDirectoryName", directory);
        package.insert("artifact", format!("{}.zip", context.service));
        if let Value::Object(service) = &mut service {
            let stack = context.stack_name();
            Arc::make_mut(service).edit_object("provider", |provider| provider.insert("stackName", stack));
        }
    }
    json!({ "service": service, "package": package })
}
