//! Deploys a package: looks at the stack, makes a plan, does its steps. Answers "what happens in which order, and
//! what is the result?".

use serde::{Deserialize, Serialize};

use crate::artifacts::Package;
use crate::aws::{Aws, Cause, ChangeSetKind, Sdk, Stack, Template};
use crate::error::{Error, ErrorKind};
use crate::event::{Change, Event};
use crate::info::{self, Info};
use crate::options::Options;
use crate::plan::{Plan, Step};
use crate::preview::{Preview, check_fresh, same_changes};
use crate::status::check_deployable;
use crate::steps::change_set::{self, Ready};
use crate::steps::{Context, create_stack, execute, prune, upload};
use crate::unchanged::is_unchanged;

/// What a deploy did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Done {
    /// The stack was made.
    Created,
    /// The stack was changed.
    Updated,
    /// There was nothing to change.
    NoChanges,
}

/// The result of a deploy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// What was done.
    pub done: Done,
    /// The changes that were made.
    pub changes: Vec<Change>,
    /// The service as it is now.
    pub info: Info,
}

/// What is in AWS before a deploy.
pub(crate) struct Found {
    pub stack: Option<Stack>,
    pub bucket: Option<String>,
}

/// Deploys `package` to the real AWS.
///
/// # Errors
/// Whatever stops the deploy, with the state in which the stack is left.
pub async fn deploy_async(
    package: &Package,
    options: &Options,
    on_event: &mut dyn FnMut(Event),
) -> Result<Outcome, Error> {
    let aws = Sdk::connect(&package.target.region, &options.connection).await;
    deploy_with(&aws, package, options, on_event).await
}

/// Deploys `package` to the real AWS exactly as `saved` shows, or not at all.
///
/// # Errors
/// [`ErrorKind::PlanStale`] when the package, the stack or the changes are not those of the plan; else as
/// [`deploy_async`].
pub async fn deploy_planned_async(
    package: &Package,
    saved: &Preview,
    options: &Options,
    on_event: &mut dyn FnMut(Event),
) -> Result<Outcome, Error> {
    let aws = Sdk::connect(&package.target.region, &options.connection).await;
    run(&aws, package, Some(saved), options, on_event).await
}

/// Deploys `package` through `aws`.
///
/// # Errors
/// As [`deploy_async`].
pub async fn deploy_with<A: Aws>(
    aws: &A,
    package: &Package,
    options: &Options,
    on_event: &mut dyn FnMut(Event),
) -> Result<Outcome, Error> {
    run(aws, package, None, options, on_event).await
}

async fn run<A: Aws>(
    aws: &A,
    package: &Package,
    saved: Option<&Preview>,
    options: &Options,
    on_event: &mut dyn FnMut(Event),
) -> Result<Outcome, Error> {
    check_name(&package.target.stack_name)?;
    let found = look(aws, package).await?;
    let plan = Plan::new(package, found.stack.as_ref(), found.bucket.as_deref());
    if let Some(saved) = saved {
        check_fresh(saved, package, &plan)?;
    }
    let existed = found.stack.as_ref().is_some_and(|stack| stack.status != "REVIEW_IN_PROGRESS");
    if let (Some(stack), Some(bucket)) = (&found.stack, &found.bucket)
        && !options.force
        && is_unchanged(aws, package, stack, bucket).await
    {
        let info = info::of_stack(aws, &package.target, stack.clone()).await;
        return Ok(Outcome { done: Done::NoChanges, changes: Vec::new(), info });
    }
    let mut context = Context { aws, package, options, on_event };
    if found.stack.as_ref().is_some_and(|stack| stack.status == "REVIEW_IN_PROGRESS") {
        context.note("The stack was left empty and under review by an earlier run; it is used now.");
    }
    // What a new stack is made of is in its template alone; what an old one becomes, AWS works out anew.
    let expected = saved.filter(|_| existed).map(|saved| saved.changes.as_slice());
    let changes = follow_plan(&mut context, &plan, expected).await?;
    let info = info::read(aws, &package.target).await?;
    let done = match (existed, &changes) {
        (true, None) => Done::NoChanges,
        (true, Some(_)) => Done::Updated,
        (false, _) => Done::Created,
    };
    Ok(Outcome { done, changes: changes.unwrap_or_default(), info })
}

/// Does the steps; the changes that were made, `None` when CloudFormation saw none.
async fn follow_plan<A: Aws>(
    context: &mut Context<'_, A>,
    plan: &Plan,
    expected: Option<&[Change]>,
) -> Result<Option<Vec<Change>>, Error> {
    let mut bucket = plan.bucket.clone().unwrap_or_default();
    let mut ready: Option<Ready> = None;
    for step in &plan.steps {
        (context.on_event)(Event::Step { step: step.clone() });
        match step {
            Step::CreateStack { .. } => bucket = create_stack::create(context).await?,
            Step::AddBucket { .. } => bucket = create_stack::add_bucket(context).await?,
            Step::Upload { .. } => upload::run(context, &bucket).await?,
            Step::ChangeSet { creates, .. } => {
                let kind = if *creates { ChangeSetKind::Create } else { ChangeSetKind::Update };
                let template = Template::Url(context.package.template_url(&bucket));
                let request = context.change_set_request(kind, template);
                let Some(made) = change_set::make(context, request.clone()).await? else { return Ok(None) };
                if expected.is_some_and(|expected| !same_changes(expected, &made.changes)) {
                    change_set::discard(context, &request).await;
                    return Err(other_changes(&plan.stack_name));
                }
                ready = Some(made);
            }
            Step::Execute { .. } => {
                if let Some(ready) = &ready {
                    execute::run(context, ready).await?;
                }
            }
            Step::SetPolicy { stack } => set_policy(context, stack).await?,
            Step::Prune { .. } => prune::run(context, &bucket).await,
        }
    }
    Ok(ready.map(|ready| ready.changes))
}

fn other_changes(stack: &str) -> Error {
    Error::new(
        ErrorKind::PlanStale,
        format!("The saved plan of `{stack}` was not applied."),
        "CloudFormation would now make other changes than those of the plan.",
        "Make a new plan and look at it before you deploy.",
    )
}

pub(crate) async fn set_policy<A: Aws>(context: &Context<'_, A>, stack: &str) -> Result<(), Error> {
    let Some(policy) = &context.package.stack.policy else { return Ok(()) };
    let set = context.aws.set_stack_policy(stack, policy).await;
    set.map_err(|error| {
        let mut error = error.into_error("set the stack policy");
        error.help = format!("The deploy itself is done. {}", error.help).trim_end().to_owned();
        error
    })
}

/// Names of stacks: <https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateChangeSet.html>.
fn check_name(name: &str) -> Result<(), Error> {
    let fits = name.len() <= 128
        && name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if fits {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::Package,
        format!("`{name}` cannot be the name of a stack."),
        "AWS takes letters, digits and hyphens, beginning with a letter, at most 128.",
        "Change `service`, the stage, or `provider.stackName`.",
    ))
}

pub(crate) async fn look<A: Aws>(aws: &A, package: &Package) -> Result<Found, Error> {
    let target = &package.target;
    let stack = aws.describe_stack(&target.stack_name).await;
    let stack =
        stack.map_err(|error| error.into_error(&format!("look up the stack `{}`", target.stack_name)))?;
    if let Some(stack) = &stack {
        check_deployable(stack)?;
    }
    let bucket = match (&target.bucket, &stack) {
        (Some(bucket), _) => Some(bucket.clone()),
        (None, Some(stack)) if stack.status != "REVIEW_IN_PROGRESS" => {
            create_stack::find_bucket(aws, &stack.id).await?
        }
        (None, _) => None,
    };
    if let Some(bucket) = &bucket {
        check_bucket(aws, bucket, &target.region).await?;
    }
    Ok(Found { stack, bucket })
}

async fn check_bucket<A: Aws>(aws: &A, bucket: &str, region: &str) -> Result<(), Error> {
    match aws.bucket_region(bucket).await {
        Ok(Some(found)) if found != region => Err(Error::new(
            ErrorKind::BucketRegion,
            format!("The deployment bucket `{bucket}` lies in `{found}`, the service in `{region}`."),
            "AWS Lambda takes its code from a bucket of its own region only.",
            format!("Name a bucket of `{region}` in `provider.deploymentBucket`."),
        )),
        Ok(_) => Ok(()),
        Err(error) if error.is_missing() => Err(upload::missing_bucket(bucket)),
        // Who may write to a bucket need not be allowed to look at it; the upload will tell.
        Err(error) if error.cause == Cause::Denied => Ok(()),
        Err(error) => Err(error.into_error(&format!("look up the bucket `{bucket}`"))),
    }
}
