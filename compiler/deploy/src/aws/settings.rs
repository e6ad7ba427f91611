//! The SDK's configuration: TLS by ring, retries, timeouts, credentials. Answers "how is a client made?".

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_smithy_http_client::{Builder, tls};
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;

use crate::options::Connection;

/// Reads the shared configuration, once a run. The SDK has no read timeout of its own, so both are set here.
pub(super) async fn load(region: &str, connection: &Connection) -> SdkConfig {
    let client = Builder::new()
        .tls_provider(tls::Provider::Rustls(tls::rustls_provider::CryptoMode::Ring))
        .build_https();
    let retries = RetryConfig::standard()
        .with_max_attempts(connection.attempts.max(1))
        .with_initial_backoff(connection.first_backoff);
    let mut loader = aws_config::defaults(BehaviorVersion::latest())
        .region(Region::new(region.to_owned()))
        .http_client(client)
        .retry_config(retries)
        .timeout_config(timeouts(connection.attempt_timeout));
    if let Some(profile) = &connection.profile {
        loader = loader.profile_name(profile);
    }
    if let Some(url) = &connection.endpoint_url {
        loader = loader.endpoint_url(url);
    }
    if let Some(key) = &connection.access_key {
        let credentials = Credentials::new(&key.id, &key.secret, key.session_token.clone(), None, "slsc");
        loader = loader.credentials_provider(credentials);
    }
    loader.load().await
}

/// Timeouts for attempts that take at most `attempt`.
pub(super) fn timeouts(attempt: std::time::Duration) -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(std::time::Duration::from_secs(10))
        .read_timeout(attempt)
        .operation_attempt_timeout(attempt)
        .build()
}
