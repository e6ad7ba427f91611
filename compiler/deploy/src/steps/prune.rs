//! Deletes old deployments from the bucket. Answers "which directories are kept?": the present one, those that the
//! template refers to, and the youngest others up to `maxPreviousDeploymentArtifacts`.

use std::collections::BTreeMap;

use super::Context;
use crate::aws::{Aws, AwsError, Object};

/// Deletes what is too old. A deploy does not fail by it: a note says what could not be done.
pub(crate) async fn run<A: Aws>(context: &mut Context<'_, A>, bucket: &str) {
    match prune(context, bucket).await {
        Ok(()) => {}
        Err(error) => {
            context.note(format!("Old deployments in `{bucket}` were not deleted: {}.", error.message))
        }
    }
}

async fn prune<A: Aws>(context: &mut Context<'_, A>, bucket: &str) -> Result<(), AwsError> {
    let package = context.package;
    let base = package.target.base();
    let objects = list(context.aws, bucket, &base).await?;
    let needed = |directory: &str| {
        directory == package.artifact_directory
            || package.update_template_json.contains(&format!("{directory}/"))
    };
    let old = too_old(&base, objects, package.keep_previous, needed);
    for batch in old.chunks(1000) {
        context.aws.delete_objects(bucket, batch).await?;
    }
    Ok(())
}

/// The directory of a deployment, `<base><ms>-<date>T<time>`; anything else below the base is not ours.
fn directory<'a>(base: &str, key: &'a str) -> Option<&'a str> {
    let rest = key.strip_prefix(base)?;
    let (name, file) = rest.split_once('/')?;
    let (milliseconds, time) = name.split_once('-')?;
    let is_time = time.len() >= 19 && time.contains('T') && time.starts_with(|c: char| c.is_ascii_digit());
    let is_ours =
        milliseconds.bytes().all(|byte| byte.is_ascii_digit()) && !milliseconds.is_empty() && is_time;
    (is_ours && !file.is_empty()).then(|| key.split_at(base.len() + name.len()).0)
}

/// Everything below `base`.
pub(crate) async fn list<A: Aws>(aws: &A, bucket: &str, base: &str) -> Result<Vec<Object>, AwsError> {
    let mut objects = Vec::new();
    let mut next = None;
    loop {
        let page = aws.list_objects(bucket, base, next).await?;
        objects.extend(page.objects);
        next = page.next;
        if next.is_none() {
            return Ok(objects);
        }
    }
}

/// The deployments among `objects`: directory, age of its youngest object, its objects.
pub(crate) fn directories(base: &str, objects: Vec<Object>) -> BTreeMap<String, (i64, Vec<Object>)> {
    let mut directories: BTreeMap<String, (i64, Vec<Object>)> = BTreeMap::new();
    for object in objects {
        let Some(name) = directory(base, &object.key) else { continue };
        let entry = directories.entry(name.to_owned()).or_default();
        entry.0 = entry.0.max(object.modified);
        entry.1.push(object);
    }
    directories
}

/// By the youngest object of each directory rather than by its name, whose time may stand for its content.
fn too_old(base: &str, objects: Vec<Object>, keep: usize, needed: impl Fn(&str) -> bool) -> Vec<Object> {
    let directories = directories(base, objects);
    let (needed, mut others): (Vec<_>, Vec<_>) = directories.into_iter().partition(|(name, _)| needed(name));
    others.sort_by_key(|(name, (modified, _))| std::cmp::Reverse((*modified, name.clone())));
    others.into_iter().skip(keep.saturating_sub(needed.len())).flat_map(|(_, (_, objects))| objects).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_present_and_the_youngest_deployments_stay() {
        let object = |key: &str, modified| Object { key: key.to_owned(), version: None, modified };
        let base = "serverless/shop/dev/";
        let objects = vec![
            object("serverless/shop/dev/1-2020-01-01T00:00:00.000Z/a.zip", 30),
            object("serverless/shop/dev/2-2020-01-01T00:00:00.000Z/a.zip", 20),
            object("serverless/shop/dev/2-2020-01-01T00:00:00.000Z/b.zip", 21),
            object("serverless/shop/dev/3-2020-01-01T00:00:00.000Z/a.zip", 10),
            object("serverless/shop/dev/notes/readme.txt", 1),
        ];
        let present = "serverless/shop/dev/3-2020-01-01T00:00:00.000Z";
        let old = too_old(base, objects.clone(), 2, |name| name == present);
        let keys: Vec<_> = old.iter().map(|object| object.key.as_str()).collect();
        assert_eq!(
            keys,
            [
                "serverless/shop/dev/2-2020-01-01T00:00:00.000Z/a.zip",
                "serverless/shop/dev/2-2020-01-01T00:00:00.000Z/b.zip"
            ]
        );
        assert_eq!(too_old(base, objects, 0, |name| name == present).len(), 3);
    }
}
