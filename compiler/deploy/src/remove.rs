//! Removes a service: empties its bucket, deletes its stack, follows the deletion. Answers "what is deleted, and
//! what stays?": of a bucket that the service did not make, only its own directory goes.

use serde::{Deserialize, Serialize};

use crate::artifacts::Target;
use crate::aws::{Aws, AwsError, Cause, Sdk};
use crate::cause;
use crate::error::Error;
use crate::event::Event;
use crate::follow::{Follow, Mark};
use crate::info;
use crate::options::Options;
use crate::random;
use crate::status::check_removable;
use crate::steps::create_stack::find_bucket;

/// The result of a removal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Removed {
    /// Name of the stack that is gone.
    pub stack_name: String,
    /// Its ARN.
    pub stack_id: String,
    /// Region.
    pub region: String,
    /// Objects and versions deleted from the deployment bucket.
    pub objects: usize,
}

/// Removes a service from the real AWS.
///
/// # Errors
/// [`crate::ErrorKind::StackMissing`] when nothing is deployed, and whatever stops the removal.
pub async fn remove_async(
    target: &Target,
    options: &Options,
    on_event: &mut dyn FnMut(Event),
) -> Result<Removed, Error> {
    let aws = Sdk::connect(&target.region, &options.connection).await;
    remove_with(&aws, target, options, on_event).await
}

/// Removes a service through `aws`.
///
/// # Errors
/// As [`remove_async`].
pub async fn remove_with<A: Aws>(
    aws: &A,
    target: &Target,
    options: &Options,
    on_event: &mut dyn FnMut(Event),
) -> Result<Removed, Error> {
    let stack = info::find(aws, target).await?;
    check_removable(&stack)?;
    let own = find_bucket(aws, &stack.id).await?;
    let mut objects = 0;
    if let Some(bucket) = &own {
        objects += empty(aws, bucket, "", on_event).await?;
    }
    let token = random::token();
    let mark = match Mark::now(aws, &stack.id).await {
        Ok(mark) => mark,
        Err(error) if error.cause == Cause::Denied => Mark::default(),
        Err(error) => return Err(error.into_error("read the events of the stack")),
    };
    let begun = aws.delete_stack(&stack.id, None, &token).await;
    begun.map_err(|error| error.into_error(&format!("delete the stack `{}`", stack.name)))?;
    let follow = Follow { aws, stack_id: &stack.id, token: &token, poll: options.poll };
    let mut ending = follow.to_the_end(mark, on_event).await?;
    if ending.stack.status != "DELETE_COMPLETE" {
        ending.stack.name.clone_from(&stack.name);
        return Err(cause::operation_failed(aws, &ending, "removed").await);
    }
    if let Some(bucket) = &target.bucket {
        objects += empty_custom(aws, bucket, &target.base(), on_event).await;
    }
    remove_images(aws, target, on_event).await;
    Ok(Removed { stack_name: stack.name, stack_id: stack.id, region: target.region.clone(), objects })
}

/// Deletes the repository of the images that were built for the service. Who has none need not be allowed to ask.
async fn remove_images<A: Aws>(aws: &A, target: &Target, on_event: &mut dyn FnMut(Event)) {
    let name = target.repository();
    match aws.delete_repository(&name).await {
        Ok(true) => on_event(Event::note(format!("The repository `{name}` and its images were deleted."))),
        Ok(false) => {}
        Err(error) if error.cause == Cause::Denied => {}
        Err(error) => {
            on_event(Event::note(format!("The repository `{name}` was not deleted. {}", error.message)));
        }
    }
}

/// The stack is gone by now, so what cannot be deleted is told and not an error.
async fn empty_custom<A: Aws>(aws: &A, bucket: &str, base: &str, on_event: &mut dyn FnMut(Event)) -> usize {
    match empty(aws, bucket, base, on_event).await {
        Ok(objects) => objects,
        Err(error) => {
            on_event(Event::note(format!("`{base}` in the bucket `{bucket}` was not emptied. {error}")));
            0
        }
    }
}

/// Deletes everything below `prefix`, all versions and markers; the number of what was deleted.
async fn empty<A: Aws>(
    aws: &A,
    bucket: &str,
    prefix: &str,
    on_event: &mut dyn FnMut(Event),
) -> Result<usize, Error> {
    let failed = |error: AwsError| error.into_error(&format!("empty the bucket `{bucket}`"));
    let mut objects = 0;
    let mut with_versions = true;
    let mut next = None;
    loop {
        let page = match with_versions {
            true => aws.list_versions(bucket, prefix, next.take()).await,
            false => aws.list_objects(bucket, prefix, next.take()).await,
        };
        let page = match page {
            Ok(page) => page,
            Err(error) if error.is_missing() => {
                on_event(Event::note(format!("The bucket `{bucket}` does not exist any more.")));
                return Ok(objects);
            }
            // The right to list versions is often not given, and needed for versioned buckets only.
            Err(error) if error.cause == Cause::Denied && with_versions => {
                with_versions = false;
                continue;
            }
            Err(error) => return Err(failed(error)),
        };
        for batch in page.objects.chunks(1000) {
            aws.delete_objects(bucket, batch).await.map_err(failed)?;
            objects += batch.len();
        }
        next = page.next;
        if next.is_none() {
            break;
        }
    }
    if objects > 0 {
        on_event(Event::Emptied { bucket: bucket.to_owned(), objects });
    }
    Ok(objects)
}
