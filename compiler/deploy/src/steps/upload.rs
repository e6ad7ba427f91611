//! Uploads the template, the state and the archives. Answers "what lies in the bucket, and how is it described?".

use std::collections::VecDeque;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use serde_json::Value;

use super::Context;
use crate::artifacts::sha256_base64;
use crate::aws::{Aws, AwsError, Upload, UploadBody};
use crate::error::{Error, ErrorKind};
use crate::event::Event;
use crate::unchanged::normalised;

struct Job<'a> {
    key: String,
    body: UploadBody<'a>,
    content_type: &'static str,
    sha256: String,
    bytes: u64,
}

/// Uploads everything, a few at a time; the first failure stops what has not begun.
pub(crate) async fn run<A: Aws>(context: &mut Context<'_, A>, bucket: &str) -> Result<(), Error> {
    let package = context.package;
    let template = minified(&package.update_template_json)?;
    let mut jobs: VecDeque<Job<'_>> = VecDeque::new();
    let described = sha256_base64(normalised(package, &template).to_string().as_bytes());
    let template = template.to_string();
    jobs.push_back(text(package.template_key(), &template, described));
    jobs.push_back(text(
        package.state_key(),
        &package.state_json,
        sha256_base64(package.state_json.as_bytes()),
    ));
    jobs.extend(package.files.iter().map(|file| Job {
        key: file.key.clone(),
        body: UploadBody::File(&file.path),
        content_type: "application/zip",
        sha256: file.sha256_base64.clone(),
        bytes: file.bytes,
    }));
    let total = jobs.len();
    let aws = context.aws;
    let mut running = FuturesUnordered::new();
    let mut done = 0;
    loop {
        while running.len() < context.options.uploads.max(1)
            && let Some(job) = jobs.pop_front()
        {
            running.push(async move { (put(aws, package, bucket, &job).await, job) });
        }
        let Some((result, job)) = running.next().await else { return Ok(()) };
        result.map_err(|error| failed(error, bucket, &job.key))?;
        done += 1;
        (context.on_event)(Event::Uploaded { key: job.key, bytes: job.bytes, done, total });
    }
}

fn text(key: String, body: &str, sha256: String) -> Job<'_> {
    let bytes = u64::try_from(body.len()).unwrap_or(u64::MAX);
    Job { key, body: UploadBody::Text(body), content_type: "application/json", sha256, bytes }
}

async fn put<A: Aws>(
    aws: &A,
    package: &crate::artifacts::Package,
    bucket: &str,
    job: &Job<'_>,
) -> Result<(), AwsError> {
    aws.put_object(&Upload {
        bucket,
        key: &job.key,
        body: job.body,
        content_type: job.content_type,
        sha256: &job.sha256,
        encryption: &package.encryption,
    })
    .await
}

fn minified(template: &str) -> Result<Value, Error> {
    serde_json::from_str(template).map_err(|error| {
        Error::new(
            ErrorKind::Package,
            "The template is not JSON.",
            error.to_string(),
            "Package the service again.",
        )
    })
}

fn failed(error: AwsError, bucket: &str, key: &str) -> Error {
    match error.code.as_str() {
        "NoSuchBucket" => missing_bucket(bucket),
        "PermanentRedirect" | "AuthorizationHeaderMalformed" => Error::new(
            ErrorKind::BucketRegion,
            format!("The deployment bucket `{bucket}` lies in another region."),
            error.message,
            "Name a bucket of the service's region in `provider.deploymentBucket`.",
        ),
        _ => error.into_error(&format!("upload `{key}` to `{bucket}`")),
    }
}

/// The error for a bucket that does not exist.
pub(crate) fn missing_bucket(bucket: &str) -> Error {
    Error::new(
        ErrorKind::BucketMissing,
        format!("The deployment bucket `{bucket}` does not exist."),
        "It was deleted outside of this service, or never made.",
        "Make it again under the same name, or remove the service and deploy it anew.",
    )
}
