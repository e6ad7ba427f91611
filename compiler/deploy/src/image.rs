//! Container images: built and pushed by `docker`, or looked up in the registry. Answers "which digest has each image of
//! the service?".

mod docker;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::aws::Sdk;
use crate::error::{Error, ErrorKind};
use crate::options::Connection;
use docker::Docker;

/// What is to be built and looked up.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Images {
    /// The directory of the service, which the folders of images are seen from.
    pub root: PathBuf,
    /// Repository for what is built.
    pub repository: String,
    /// Whether a new repository scans what is pushed.
    pub scan_on_push: bool,
    /// How many images the repository keeps, if not all.
    pub max_image_count: Option<i64>,
    /// The images to build.
    pub builds: Vec<Build>,
    /// URIs of which only the tag is known.
    pub tagged: Vec<String>,
}

/// An image to build.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Build {
    /// Name, which becomes the tag.
    pub name: String,
    /// Folder.
    pub path: String,
    /// Dockerfile in the folder.
    pub file: String,
    /// Values for `ARG`.
    pub build_args: Vec<(String, String)>,
    /// More options of `docker build`.
    pub build_options: Vec<String>,
    /// Images whose layers are used again.
    pub cache_from: Vec<String>,
    /// Platform.
    pub platform: Option<String>,
    /// Whether attestations are added.
    pub provenance: Option<String>,
}

/// Builds, pushes and looks up; the answer has the URI with the digest of each image, by its name or its URI.
/// `on_progress` is told what is being done.
///
/// # Errors
/// [`ErrorKind::Docker`] when `docker` is missing or fails, and whatever AWS refuses.
pub fn resolve(
    images: &Images,
    region: &str,
    connection: &Connection,
    on_progress: &mut dyn FnMut(&str),
) -> Result<BTreeMap<String, String>, Error> {
    crate::wait(resolve_async(images, region, connection, on_progress))
}

/// As [`resolve`].
///
/// # Errors
/// As [`resolve`].
pub async fn resolve_async(
    images: &Images,
    region: &str,
    connection: &Connection,
    on_progress: &mut dyn FnMut(&str),
) -> Result<BTreeMap<String, String>, Error> {
    let docker = match images.builds.is_empty() {
        true => None,
        false => Some(Docker::find(&images.root)?),
    };
    for build in &images.builds {
        check_dockerfile(&images.root, build)?;
    }
    let aws = Sdk::connect(region, connection).await;
    let mut found = BTreeMap::new();
    for uri in &images.tagged {
        match look_up(&aws, uri).await {
            Ok(digest) => drop(found.insert(uri.clone(), digest)),
            // To package needs no credentials elsewhere either.
            Err(error) if error.kind == ErrorKind::NoCredentials && docker.is_none() => {
                on_progress(&format!(
                    "`{uri}` goes into the template by its tag: without credentials its digest is not known"
                ));
            }
            Err(error) => return Err(error),
        }
    }
    let Some(docker) = docker else { return Ok(found) };
    // All are built before anything is made in AWS, so that a broken one leaves nothing behind.
    for build in &images.builds {
        on_progress(&format!("building the image `{}`", build.name));
        docker.build(build, &local_tag(images, build))?;
    }
    let repository = aws.repository(&images.repository, images.scan_on_push).await;
    let doing = || format!("set up the repository `{}`", images.repository);
    let repository = repository.map_err(|error| error.into_error(&doing()))?;
    if let Some(count) = images.max_image_count {
        aws.keep_images(&images.repository, count).await.map_err(|error| error.into_error(&doing()))?;
    }
    for build in &images.builds {
        on_progress(&format!("pushing the image `{}`", build.name));
        let remote = format!("{repository}:{}", build.name);
        docker.tag(&build.name, &local_tag(images, build), &remote)?;
        let digest = push(&aws, &docker, &build.name, &remote).await?;
        found.insert(build.name.clone(), format!("{repository}@{digest}"));
    }
    Ok(found)
}

fn local_tag(images: &Images, build: &Build) -> String {
    format!("{}:{}", images.repository, build.name)
}

fn check_dockerfile(root: &Path, build: &Build) -> Result<(), Error> {
    let path = root.join(&build.path).join(&build.file);
    if path.is_file() {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::Docker,
        format!("There is no Dockerfile `{}` for the image `{}`.", path.display(), build.name),
        "",
        "Write it, or name it in `file` and its folder in `path`.",
    ))
}

/// Pushes an image, signing in first where the registry asks for it; its digest.
async fn push(aws: &Sdk, docker: &Docker, name: &str, remote: &str) -> Result<String, Error> {
    let pushed = match docker.push(remote) {
        Err(failed) if failed.needs_login() => {
            let login = aws.registry_login().await;
            let login = login.map_err(|error| error.into_error("sign in to the registry of images"))?;
            docker.login(&login.url, &login.password)?;
            docker.push(remote)
        }
        other => other,
    };
    let output = pushed.map_err(|failed| failed.into_error(&format!("push the image `{name}`")))?;
    digest(&output).map(str::to_owned).ok_or_else(|| {
        Error::new(
            ErrorKind::Docker,
            format!("`docker push` did not say which digest the image `{name}` has."),
            "",
            "Push it by hand to see what happens, or use another version of docker.",
        )
    })
}

/// The first digest in what `docker push` says.
fn digest(output: &str) -> Option<&str> {
    const START: &str = "sha256:";
    output.match_indices(START).find_map(|(at, _)| {
        let end = at + START.len() + 64;
        let digits = output.get(at + START.len()..end)?;
        let hex = |it: u8| it.is_ascii_digit() || (b'a'..=b'f').contains(&it);
        digits.bytes().all(hex).then(|| output.get(at..end)).flatten()
    })
}

/// The URI with its digest instead of its tag.
async fn look_up(aws: &Sdk, uri: &str) -> Result<String, Error> {
    let (registry, rest) = uri.split_once('/').unwrap_or(("", uri));
    let account = registry.split('.').next().unwrap_or_default();
    let (repository, tag) = rest.split_once(':').unwrap_or((rest, "latest"));
    let found = aws.image_digest(account, repository, tag).await;
    match found.map_err(|error| error.into_error(&format!("look up the image `{uri}`")))? {
        Some(digest) => Ok(format!("{registry}/{repository}@{digest}")),
        None => Err(Error::new(
            ErrorKind::Docker,
            format!("There is no image `{uri}`."),
            "",
            "Push it first, or mend its name or its tag.",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::digest;

    #[test]
    fn the_first_digest_is_that_of_the_image() {
        let hex = "6bb600b4d6e1d7cf521097177dd0c4e9ea373edb91984a505333be8ac9455d38";
        let said = format!("latest: digest: sha256:{hex} size: 528\nsha256:{hex}");
        assert_eq!(digest(&said), Some(format!("sha256:{hex}").as_str()));
        assert_eq!(digest("sha256:short"), None);
        assert_eq!(digest(&format!("sha256:xyz sha256:{hex}")).map(str::len), Some(71));
        assert_eq!(digest("ü sha256:ü"), None);
    }
}
