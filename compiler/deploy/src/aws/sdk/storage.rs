//! The S3 calls: uploads, downloads, listings, deletions. Answers "how does a file reach the deployment bucket, and how is
//! the bucket emptied?".

use std::io::Write as _;
use std::path::Path;

use aws_sdk_s3 as s3;
use aws_sdk_s3::primitives::ByteStream;
use aws_smithy_types::DateTime;

use super::super::{AwsError, Cause, Object, ObjectPage, Upload, UploadBody};

pub(super) async fn bucket_region(client: &s3::Client, bucket: &str) -> Result<Option<String>, AwsError> {
    match client.head_bucket().bucket(bucket).send().await {
        Ok(found) => Ok(found.bucket_region),
        Err(error) => {
            // S3 answers a request that reached the wrong region with the right one in a header, see
            // https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadBucket.html
            let region = error.raw_response().and_then(|raw| raw.headers().get("x-amz-bucket-region"));
            match region {
                Some(region) if error.raw_response().is_some_and(|raw| raw.status().as_u16() == 301) => {
                    Ok(Some(region.to_owned()))
                }
                _ => Err(AwsError::of("HeadBucket", &error)),
            }
        }
    }
}

pub(super) async fn put(client: &s3::Client, upload: &Upload<'_>) -> Result<(), AwsError> {
    let body = match upload.body {
        UploadBody::Text(text) => ByteStream::from(text.as_bytes().to_vec()),
        UploadBody::File(path) => ByteStream::from_path(path).await.map_err(|error| AwsError {
            operation: "PutObject",
            cause: Cause::Other,
            code: String::new(),
            message: format!("{}: {error}", path.display()),
        })?,
    };
    let encryption = upload.encryption;
    let call = client.put_object().bucket(upload.bucket).key(upload.key).body(body);
    let call = call.content_type(upload.content_type).metadata("filesha256", upload.sha256);
    let call = call
        .set_server_side_encryption(encryption.algorithm.as_deref().map(Into::into))
        .set_ssekms_key_id(encryption.kms_key_id.clone())
        .set_sse_customer_algorithm(encryption.customer_algorithm.clone())
        .set_sse_customer_key(encryption.customer_key.clone())
        .set_sse_customer_key_md5(encryption.customer_key_md5.clone());
    call.send().await.map_err(|error| AwsError::of("PutObject", &error))?;
    Ok(())
}

pub(super) async fn text(client: &s3::Client, bucket: &str, key: &str) -> Result<String, AwsError> {
    let answer = client.get_object().bucket(bucket).key(key).send().await;
    let answer = answer.map_err(|error| AwsError::of("GetObject", &error))?;
    let failed = |cause, message| AwsError { operation: "GetObject", cause, code: String::new(), message };
    let bytes = answer.body.collect().await.map_err(|error| failed(Cause::Network, error.to_string()))?;
    String::from_utf8(bytes.to_vec()).map_err(|error| failed(Cause::Other, error.to_string()))
}

/// Writes an object into a file, piece by piece.
pub(super) async fn download(
    client: &s3::Client,
    bucket: &str,
    key: &str,
    to: &Path,
) -> Result<(), AwsError> {
    let answer = client.get_object().bucket(bucket).key(key).send().await;
    let mut answer = answer.map_err(|error| AwsError::of("GetObject", &error))?;
    let failed = |cause, message| AwsError { operation: "GetObject", cause, code: String::new(), message };
    let disk = |error: std::io::Error| failed(Cause::Other, format!("{}: {error}", to.display()));
    let mut file = std::fs::File::create(to).map_err(disk)?;
    loop {
        let piece = answer.body.try_next().await;
        match piece.map_err(|error| failed(Cause::Network, error.to_string()))? {
            Some(bytes) => file.write_all(&bytes).map_err(disk)?,
            None => return Ok(()),
        }
    }
}

fn seconds(time: Option<DateTime>) -> i64 {
    time.map(|time| time.secs()).unwrap_or_default()
}

pub(super) async fn list(
    client: &s3::Client,
    bucket: &str,
    prefix: &str,
    after: Option<(String, Option<String>)>,
) -> Result<ObjectPage, AwsError> {
    let call = client.list_objects_v2().bucket(bucket).prefix(prefix);
    let answer = call.set_continuation_token(after.map(|(token, _)| token)).send().await;
    let answer = answer.map_err(|error| AwsError::of("ListObjectsV2", &error))?;
    let objects = answer.contents.unwrap_or_default().into_iter().filter_map(|object| {
        Some(Object { key: object.key?, version: None, modified: seconds(object.last_modified) })
    });
    Ok(ObjectPage {
        objects: objects.collect(),
        next: answer.next_continuation_token.map(|token| (token, None)),
    })
}

pub(super) async fn list_versions(
    client: &s3::Client,
    bucket: &str,
    prefix: &str,
    after: Option<(String, Option<String>)>,
) -> Result<ObjectPage, AwsError> {
    let (key, version) = after.map_or((None, None), |(key, version)| (Some(key), version));
    let call = client.list_object_versions().bucket(bucket).prefix(prefix);
    let answer = call.set_key_marker(key).set_version_id_marker(version).send().await;
    let answer = answer.map_err(|error| AwsError::of("ListObjectVersions", &error))?;
    let next = answer.next_key_marker.filter(|_| answer.is_truncated.unwrap_or_default());
    let versions = answer.versions.unwrap_or_default().into_iter().filter_map(|object| {
        let modified = seconds(object.last_modified);
        Some(Object { key: object.key?, version: object.version_id, modified })
    });
    let markers = answer.delete_markers.unwrap_or_default().into_iter().filter_map(|object| {
        let modified = seconds(object.last_modified);
        Some(Object { key: object.key?, version: object.version_id, modified })
    });
    Ok(ObjectPage {
        objects: versions.chain(markers).collect(),
        next: next.map(|key| (key, answer.next_version_id_marker)),
    })
}

pub(super) async fn delete(client: &s3::Client, bucket: &str, objects: &[Object]) -> Result<(), AwsError> {
    let failed = |code: String, message: String| AwsError {
        operation: "DeleteObjects",
        cause: if code == "AccessDenied" { Cause::Denied } else { Cause::Other },
        code,
        message,
    };
    let mut batch = s3::types::Delete::builder().quiet(true);
    for object in objects {
        let identifier = s3::types::ObjectIdentifier::builder().key(&object.key);
        let identifier = identifier.set_version_id(object.version.clone()).build();
        batch = batch.objects(identifier.map_err(|error| failed(String::new(), error.to_string()))?);
    }
    let batch = batch.build().map_err(|error| failed(String::new(), error.to_string()))?;
    let answer = client.delete_objects().bucket(bucket).delete(batch).send().await;
    let answer = answer.map_err(|error| AwsError::of("DeleteObjects", &error))?;
    match answer.errors().first() {
        None => Ok(()),
        Some(first) => Err(failed(
            first.code().unwrap_or_default().to_owned(),
            format!("{}: {}", first.key().unwrap_or_default(), first.message().unwrap_or_default()),
        )),
    }
}
