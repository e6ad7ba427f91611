//! Lists the deployments that are still in the bucket, and goes back to one of them. Answers "what was deployed when,
//! and how do I get it back?". An earlier deployment is deployed as it was: its template, its archives, its settings.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::artifacts::{Package, Target, UPLOADED_TEMPLATE};
use crate::aws::{Aws, ChangeSetKind, Sdk, Stack, Template};
use crate::deploy::{Done, Outcome, set_policy};
use crate::error::{Error, ErrorKind};
use crate::event::Event;
use crate::info;
use crate::options::Options;
use crate::plan::Step;
use crate::status::check_deployable;
use crate::steps::upload::missing_bucket;
use crate::steps::{Context, change_set, create_stack, execute, prune};

/// A deployment in the bucket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deployment {
    /// The number at the beginning of its directory, by which `rollback` calls it.
    pub timestamp: String,
    /// The time in the name of its directory.
    pub time: String,
    /// When it was uploaded last, in seconds since 1970.
    pub uploaded: i64,
    /// Directory in the bucket.
    pub directory: String,
    /// Names of its files.
    pub files: Vec<String>,
}

/// The deployments of `target` in the real AWS, oldest first.
///
/// # Errors
/// [`ErrorKind::StackMissing`] when nothing is deployed, and whatever AWS refuses.
pub async fn deployments_async(target: &Target, options: &Options) -> Result<Vec<Deployment>, Error> {
    let aws = Sdk::connect(&target.region, &options.connection).await;
    let stack = info::find(&aws, target).await?;
    let bucket = bucket(&aws, target, &stack).await?;
    deployments_in(&aws, target, &bucket).await
}

/// Deploys the deployment of `timestamp` again, in the real AWS.
///
/// # Errors
/// [`ErrorKind::Package`] when there is no such deployment; else as a deploy.
pub async fn rollback_async(
    target: &Target,
    timestamp: &str,
    options: &Options,
    on_event: &mut dyn FnMut(Event),
) -> Result<Outcome, Error> {
    let aws = Sdk::connect(&target.region, &options.connection).await;
    rollback_with(&aws, target, timestamp, options, on_event).await
}

/// Deploys the deployment of `timestamp` again, through `aws`.
///
/// # Errors
/// As [`rollback_async`].
pub async fn rollback_with<A: Aws>(
    aws: &A,
    target: &Target,
    timestamp: &str,
    options: &Options,
    on_event: &mut dyn FnMut(Event),
) -> Result<Outcome, Error> {
    let stack = info::find(aws, target).await?;
    check_deployable(&stack)?;
    let bucket = bucket(aws, target, &stack).await?;
    let all = deployments_in(aws, target, &bucket).await?;
    let Some(deployment) = all.iter().find(|deployment| deployment.timestamp == timestamp) else {
        return Err(unknown(timestamp, &all));
    };
    let package = read(aws, &bucket, deployment).await?;
    let name = target.stack_name.clone();
    if package.target.stack_name != name {
        let why = format!("It belongs to the stack `{}`.", package.target.stack_name);
        return Err(Error::new(
            ErrorKind::Package,
            format!("`{timestamp}` is no deployment of `{name}`."),
            why,
            "",
        ));
    }
    let mut context = Context { aws, package: &package, options, on_event };
    (context.on_event)(Event::Step { step: Step::ChangeSet { stack: name.clone(), creates: false } });
    let template = Template::Url(package.template_url(&bucket));
    let request = context.change_set_request(ChangeSetKind::Update, template);
    let ready = change_set::make(&mut context, request).await?;
    if let Some(ready) = &ready {
        (context.on_event)(Event::Step { step: Step::Execute { stack: name } });
        execute::run(&mut context, ready).await?;
        set_policy(&context, &package.target.stack_name).await?;
    }
    let info = info::read(aws, target).await?;
    let done = if ready.is_some() { Done::Updated } else { Done::NoChanges };
    Ok(Outcome { done, changes: ready.map(|ready| ready.changes).unwrap_or_default(), info })
}

async fn bucket<A: Aws>(aws: &A, target: &Target, stack: &Stack) -> Result<String, Error> {
    if let Some(bucket) = &target.bucket {
        return Ok(bucket.clone());
    }
    let found = create_stack::find_bucket(aws, &stack.id).await?;
    found.ok_or_else(|| {
        let what = format!("The stack `{}` has no deployment bucket.", stack.name);
        Error::new(ErrorKind::BucketMissing, what, "Nothing was deployed to it yet.", "Run `slsc deploy`.")
    })
}

async fn deployments_in<A: Aws>(aws: &A, target: &Target, bucket: &str) -> Result<Vec<Deployment>, Error> {
    let base = target.base();
    let objects = prune::list(aws, bucket, &base).await.map_err(|error| match error.is_missing() {
        true => missing_bucket(bucket),
        false => error.into_error(&format!("list the deployments in `{bucket}`")),
    })?;
    let found = prune::directories(&base, objects).into_iter().map(|(directory, (uploaded, objects))| {
        let name = directory.strip_prefix(&base).unwrap_or_default();
        let (timestamp, time) = name.split_once('-').unwrap_or_default();
        let files = objects.iter().filter_map(|object| object.key.rsplit('/').next());
        Deployment {
            timestamp: timestamp.to_owned(),
            time: time.to_owned(),
            uploaded,
            files: files.map(str::to_owned).collect(),
            directory,
        }
    });
    let mut found: Vec<_> = found.collect();
    // By the upload: the number in the name may stand for the content.
    found.sort_by_key(|deployment| {
        (deployment.uploaded, deployment.timestamp.parse::<u64>().unwrap_or_default())
    });
    Ok(found)
}

async fn read<A: Aws>(aws: &A, bucket: &str, deployment: &Deployment) -> Result<Package, Error> {
    let mut texts = Vec::new();
    for name in [UPLOADED_TEMPLATE, crate::artifacts::STATE] {
        let key = format!("{}/{name}", deployment.directory);
        let text = aws.object_text(bucket, &key).await;
        let text = text.map_err(|error| error.into_error(&format!("read `{key}`")))?;
        texts.push(text.ok_or_else(|| {
            let what = format!("The deployment `{}` is not whole.", deployment.timestamp);
            Error::new(ErrorKind::Package, what, format!("`{key}` is missing."), "Choose another deployment.")
        })?);
    }
    let (state, template) = (texts.pop().unwrap_or_default(), texts.pop().unwrap_or_default());
    let mut package = Package::of_texts(Path::new(&deployment.directory), String::new(), template, state)?;
    package.artifact_directory.clone_from(&deployment.directory);
    Ok(package)
}

fn unknown(timestamp: &str, all: &[Deployment]) -> Error {
    let known: Vec<_> = all.iter().map(|deployment| format!("`{}`", deployment.timestamp)).collect();
    Error::new(
        ErrorKind::Package,
        format!("There is no deployment `{timestamp}`."),
        format!("The bucket holds {}.", if known.is_empty() { "none".to_owned() } else { known.join(", ") }),
        "Run `slsc deploy list`, and name one of them.",
    )
}
