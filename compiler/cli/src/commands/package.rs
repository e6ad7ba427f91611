//! `slsc package`: the templates, the state and the archives, under the framework's file names.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use salsa::Setter as _;
use slsc_core::aws::resources::{custom_resource, deployment_bucket};
use slsc_core::cfn::stamp;
use slsc_core::diagnostic::Diagnostic;
use slsc_core::package::{ArchivePlan, Exclusions, object, plan};
use slsc_core::service::settled::settled;
use slsc_core::value::{Object, Value};
use slsc_core::{json, pipeline};
use slsc_deploy::Connection;
use slsc_deploy::archive::{self, ArchiveError, Job, Prepared};
use slsc_deploy::variables::download;

use super::remote;
use crate::answers::Reach;
use crate::args::{Global, Package, PackageOptions};
use crate::output::Failure;
use crate::project::Project;
use crate::{dependencies, files, images};

/// The template of a first deployment's first step.
pub const CREATE_TEMPLATE: &str = "cloudformation-template-create-stack.json";
/// The template of an update: everything.
pub const UPDATE_TEMPLATE: &str = "cloudformation-template-update-stack.json";
/// The resolved configuration with what a deployment needs.
pub const STATE: &str = "serverless-state.json";

/// Packages the service.
pub fn run(args: &Package, global: &Global) -> Result<ExitCode, Failure> {
    let (directory, _) = package(&args.options, global)?;
    anstream::eprintln!("packaged into {}", directory.display());
    Ok(ExitCode::SUCCESS)
}

/// Packages the service, and answers where, and how to reach AWS for it.
pub fn package(
    options: &PackageOptions,
    global: &Global,
) -> Result<(PathBuf, slsc_deploy::Options), Failure> {
    if let Some(jobs) = options.jobs {
        // A second packaging in the same process keeps to the number of the first.
        let _ = rayon::ThreadPoolBuilder::new().num_threads(usize::from(jobs)).build_global();
    }
    let mut project = Project::fetch(global, Reach::Aws)?;
    let resolved = pipeline::resolved(&project.db, project.service);
    let syntax = resolved.files.iter().flat_map(|it| pipeline::syntax(&project.db, *it).iter());
    if resolved.diagnostics.iter().chain(syntax).any(Diagnostic::is_error) {
        project.demand_sound(global, true)?;
    }
    let root = PathBuf::from(project.service.directory(&project.db));
    let target = options.package.as_ref().map_or_else(|| root.join(".serverless"), |it| root.join(it));
    let config = pipeline::resolved(&project.db, project.service).value.clone();
    let prepared = prepare(&mut project, &config, global, &root, &target)?;
    images::resolve(&mut project, global)?;

    let linked = pipeline::linked(&project.db, project.service);
    let mut archives = project.service.archives(&project.db).as_ref().clone();
    if linked.custom_resources {
        let path = target.join(custom_resource::ARCHIVE);
        let made = archive::of_texts(&path, custom_resource::FILES).map_err(refused)?;
        archives.insert(custom_resource::ARCHIVE.into(), made.sha256.into());
    }
    let stamp = stamp::of(&linked.template.body, &archives);
    let print = |template: &Object| {
        let template = Value::from(stamp::apply(template, &stamp));
        if options.minify_template { template.to_json() } else { template.to_json_pretty() }
    };
    let state = state(&project, &config, &stamp);
    let (template, rest) = rayon::join(
        || print(&linked.template.body),
        || {
            prepared.commit().map_err(refused)?;
            files::write(&target.join(STATE), state.to_json_pretty().as_bytes())?;
            files::write(&target.join(CREATE_TEMPLATE), print(&linked.core).as_bytes())
        },
    );
    rest?;
    // The template comes last: where it is, everything that it names is.
    files::write(&target.join(UPDATE_TEMPLATE), template.as_bytes())?;
    // Nobody needs what was made of a service any more, and taking it apart takes time.
    let connection = remote::options(global, &project);
    std::mem::forget(project);
    Ok((target, connection))
}

/// How long the check of a service waits for its archives: if they are made by then, all is compiled only once.
const PATIENCE: Duration = Duration::from_millis(20);

/// Makes the archives and checks the service, side by side. Archives of a service with mistakes come to nothing.
fn prepare(
    project: &mut Project,
    config: &Value,
    global: &Global,
    root: &Path,
    target: &Path,
) -> Result<Prepared, Failure> {
    let config_path = project.service.config(&project.db).path(&project.db);
    let mut plans = plan(config, config_path.rsplit('/').next().unwrap_or_default());
    let source = S3 {
        region: pipeline::context(&project.db, project.service).as_ref().map(|it| it.region.to_string()),
        connection: remote::options(global, project).connection,
    };
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let (sender, receiver) = mpsc::channel();
        let (names, stop) = (plans.iter().map(|it| it.name.clone()).collect::<Vec<_>>(), &stop);
        scope.spawn(move || sender.send(archives(&mut plans, config, root, target, &source, stop)));
        let mut made = receiver.recv_timeout(PATIENCE).ok();
        let is_early = made.is_some();
        if !is_early {
            let sound = project.demand_sound(global, true);
            stop.store(sound.is_err(), Ordering::Relaxed);
            sound?;
            made = receiver.recv().ok();
        }
        let Some(made) = made else {
            return Err(Failure::failed("the archives could not be made", "try again"));
        };
        if let Ok(prepared) = &made {
            let hashes = names.into_iter().zip(prepared.archives().map(|it| it.sha256.as_str().into()));
            project.service.set_archives(&mut project.db).to(Arc::new(hashes.collect()));
        }
        // What is wrong with the service is told before what is wrong with its files.
        if is_early {
            project.demand_sound(global, true)?;
        }
        made.map_err(refused)
    })
}

fn refused(error: ArchiveError) -> Failure {
    Failure::failed(error.what, error.help)
}

/// Where archives that lie in S3 are read from.
struct S3 {
    region: Option<String>,
    connection: Connection,
}

impl S3 {
    /// Downloads the archives that lie in S3, beside those that are made.
    fn download(&self, plans: &mut [ArchivePlan], target: &Path) -> Result<(), ArchiveError> {
        for plan in plans {
            let Some((bucket, key)) = plan.ready.as_deref().and_then(object::named) else { continue };
            let to = target.join(plan.name.as_str());
            anstream::eprintln!("downloading `{key}` from the bucket `{bucket}`");
            let region = self.region.as_deref().unwrap_or("us-east-1");
            download(&bucket, &key, &to, region, &self.connection)
                .map_err(|it| ArchiveError { what: format!("{} {}", it.what, it.why), help: it.help })?;
            plan.ready = Some(to.to_string_lossy().as_ref().into());
        }
        Ok(())
    }
}

fn archives(
    plans: &mut [ArchivePlan],
    config: &Value,
    root: &Path,
    target: &Path,
    source: &S3,
    stop: &AtomicBool,
) -> Result<Prepared, ArchiveError> {
    let excludes = config.get("package").and_then(|it| it.get("excludeDevDependencies"));
    if excludes.is_none_or(|it| it.is_null() || it.is_truthy()) && plans.iter().any(|it| it.ready.is_none()) {
        let excluded = Arc::new(Exclusions::new(dependencies::of_development(root)));
        plans.iter_mut().for_each(|it| it.excluded = excluded.clone());
    }
    source.download(plans, target)?;
    let selects: Vec<_> = plans.iter().map(|plan| move |path: &str| plan.selects(path)).collect();
    let skips: Vec<_> = plans.iter().map(|plan| move |directory: &str| plan.skips(directory)).collect();
    let mut first: HashMap<String, usize> = HashMap::new();
    let mut jobs: Vec<Job<'_>> = Vec::new();
    for (at, (plan, (selects, skips))) in plans.iter().zip(selects.iter().zip(&skips)).enumerate() {
        let ready = plan.ready.as_ref().map(|it| root.join(it.as_str()));
        let known = ready.is_none().then(|| *first.entry(plan.contents_key()).or_insert(at));
        jobs.push(Job {
            root: root.join(plan.root.as_str()),
            target: target.join(plan.name.as_str()),
            selects,
            skips,
            outside: plan.outside().iter().map(ToString::to_string).collect(),
            ready,
            same_as: known.filter(|it| *it != at),
        });
    }
    archive::prepare(&jobs, stop)
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
