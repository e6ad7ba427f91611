//! The calls to the registry of container images, ECR. Answers "which request does each of them make?".

use aws_sdk_ecr as ecr;
use aws_sdk_ecr::types::{ImageIdentifier, ImageScanningConfiguration};
use base64::Engine as _;

use super::{AwsError, Sdk, optional};

/// How `docker` signs in to a registry.
#[derive(Clone, PartialEq, Eq)]
pub struct Login {
    /// URL of the registry.
    pub url: String,
    /// Password; the user is `AWS`.
    pub password: String,
}

/// The password does not belong into logs.
impl std::fmt::Debug for Login {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Login").field("url", &self.url).finish_non_exhaustive()
    }
}

fn odd(operation: &'static str) -> AwsError {
    let message = "the answer lacks what was asked for".to_owned();
    AwsError { operation, cause: super::super::Cause::Other, code: String::new(), message }
}

impl Sdk {
    /// URI of a repository, which is made if it is not there.
    ///
    /// # Errors
    /// Whatever AWS refuses.
    pub async fn repository(&self, name: &str, scan_on_push: bool) -> Result<String, AwsError> {
        let found = self.ecr.describe_repositories().repository_names(name).send().await;
        let found = optional(found.map_err(|error| AwsError::of("DescribeRepositories", &error)))?;
        let uri = |it: &ecr::types::Repository| it.repository_uri().map(str::to_owned);
        if let Some(uri) = found.and_then(|it| it.repositories().first().and_then(uri)) {
            return Ok(uri);
        }
        let scanning = ImageScanningConfiguration::builder().scan_on_push(scan_on_push).build();
        let made = self.ecr.create_repository().repository_name(name);
        let made = made.image_scanning_configuration(scanning).send().await;
        let made = made.map_err(|error| AwsError::of("CreateRepository", &error))?;
        made.repository().and_then(uri).ok_or_else(|| odd("CreateRepository"))
    }

    /// Lets a repository keep so many images; older ones are deleted.
    /// <https://docs.aws.amazon.com/AmazonECR/latest/userguide/LifecyclePolicies.html>
    ///
    /// # Errors
    /// Whatever AWS refuses.
    pub async fn keep_images(&self, repository: &str, count: i64) -> Result<(), AwsError> {
        let policy = serde_json::json!({ "rules": [{
            "rulePriority": 1,
            "action": { "type": "expire" },
            "selection": { "tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": count },
        }] });
        let put = self.ecr.put_lifecycle_policy().repository_name(repository);
        let put = put.lifecycle_policy_text(policy.to_string()).send().await;
        put.map(drop).map_err(|error| AwsError::of("PutLifecyclePolicy", &error))
    }

    /// How to sign in to the account's registry.
    ///
    /// # Errors
    /// Whatever AWS refuses.
    pub async fn registry_login(&self) -> Result<Login, AwsError> {
        let answer = self.ecr.get_authorization_token().send().await;
        let answer = answer.map_err(|error| AwsError::of("GetAuthorizationToken", &error))?;
        let login = answer.authorization_data().first().and_then(|it| {
            let token = base64::engine::general_purpose::STANDARD.decode(it.authorization_token()?).ok()?;
            let (_, password) = std::str::from_utf8(&token).ok()?.split_once(':')?;
            Some(Login { url: it.proxy_endpoint()?.to_owned(), password: password.to_owned() })
        });
        login.ok_or_else(|| odd("GetAuthorizationToken"))
    }

    /// Digest of the image with a tag, `None` when the repository or the tag is not there.
    ///
    /// # Errors
    /// Whatever AWS refuses.
    pub async fn image_digest(
        &self,
        account: &str,
        repository: &str,
        tag: &str,
    ) -> Result<Option<String>, AwsError> {
        let image = ImageIdentifier::builder().image_tag(tag).build();
        let found = self.ecr.describe_images().registry_id(account).repository_name(repository);
        let found = found.image_ids(image).send().await;
        let found = optional(found.map_err(|error| AwsError::of("DescribeImages", &error)))?;
        Ok(found.and_then(|it| it.image_details().first()?.image_digest().map(str::to_owned)))
    }
}
