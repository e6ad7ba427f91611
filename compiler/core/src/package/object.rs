//! Archives that lie in S3. Answers "which object does `package.artifact` name, if it is no file?".

use ecow::EcoString;

/// The bucket and the key that a text names: `s3://bucket/key`, or a URL of S3 in either style
/// (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-bucket-intro.html>). `None` if it names a file.
pub fn named(text: &str) -> Option<(EcoString, EcoString)> {
    let end = text.find(['?', '#']).unwrap_or(text.len());
    let text = text.get(..end).unwrap_or_default();
    if let Some(rest) = text.strip_prefix("s3://") {
        return split(rest);
    }
    let rest = ["https://", "http://"].iter().find_map(|it| {
        let (start, rest) = text.split_at_checked(it.len())?;
        start.eq_ignore_ascii_case(it).then_some(rest)
    });
    let (host, path) = rest.unwrap_or(text).split_once('/').filter(|(_, path)| !path.is_empty())?;
    let lower = host.to_ascii_lowercase();
    let name = lower.strip_suffix(".amazonaws.com")?;
    if is_service(name) {
        return split(path);
    }
    let at = name.rmatch_indices(".s3").map(|(at, _)| at).find(|at| {
        let service = name.get(at + 1..).unwrap_or_default();
        *at > 0 && is_service(service)
    })?;
    Some((host.get(..at)?.into(), path.into()))
}

fn split(text: &str) -> Option<(EcoString, EcoString)> {
    let (bucket, key) = text.split_once('/')?;
    (!bucket.is_empty() && !key.is_empty()).then(|| (bucket.into(), key.into()))
}

/// `s3`, alone or with a region behind it.
fn is_service(name: &str) -> bool {
    let Some(rest) = name.strip_prefix("s3") else { return false };
    let region = rest.strip_prefix(['.', '-']);
    let is_region = |it: &str| {
        !it.is_empty() && it.chars().all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || it == '-')
    };
    rest.is_empty() || region.is_some_and(is_region)
}

/// The name of the archive that a text names, wherever it lies.
pub fn base(text: &str) -> EcoString {
    let named = named(text);
    let path = named.as_ref().map_or(text, |(_, key)| key.as_str());
    path.rsplit(['/', '\\']).next().unwrap_or_default().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_are_told_from_files() {
        let shown = |text| named(text).map(|(bucket, key)| format!("{bucket} {key}")).unwrap_or_default();
        assert_eq!(shown("s3://code/deep/all.zip"), "code deep/all.zip");
        assert_eq!(shown("https://code.s3.amazonaws.com/all.zip?versionId=1"), "code all.zip");
        assert_eq!(shown("https://my.code.s3.eu-west-1.amazonaws.com/a/b.zip"), "my.code a/b.zip");
        assert_eq!(shown("HTTPS://code.s3-eu-west-1.amazonaws.com/b.zip"), "code b.zip");
        assert_eq!(shown("s3.amazonaws.com/code/b.zip"), "code b.zip");
        assert_eq!(shown("https://s3-us-west-2.amazonaws.com/code/b.zip"), "code b.zip");
        for file in
            ["out/all.zip", "s3://code", "https://example.com/b.zip", "https://amazonaws.com/a/b.zip", ""]
        {
            assert_eq!(shown(file), "", "{file}");
        }
        assert_eq!(base("https://code.s3.amazonaws.com/a/all.zip?versionId=a/b"), "all.zip");
        assert_eq!(base("out\\all.zip"), "all.zip");
    }
}
