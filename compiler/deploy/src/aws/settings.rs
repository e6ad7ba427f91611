//! The SDK's configuration: TLS by ring, retries, timeouts, credentials. Answers "how is a client made?".

use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials as _, SharedCredentialsProvider};
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::{Builder, Connector, tls};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;

use super::AwsError;
use crate::options::Connection;

/// Reads the shared configuration, once a run. The SDK has no read timeout of its own, so both are set here.
pub(super) async fn load(region: &str, connection: &Connection) -> SdkConfig {
    let retries = RetryConfig::standard()
        .with_max_attempts(connection.attempts.max(1))
        .with_initial_backoff(connection.first_backoff);
    let mut loader = aws_config::defaults(BehaviorVersion::latest())
        .region(Region::new(region.to_owned()))
        .http_client(client(connection))
        .retry_config(retries)
        .timeout_config(timeouts(connection.attempt_timeout));
    if let Some(profile) = &connection.profile {
        // The SDK's own search would take keys of the environment before those of the profile.
        let provider = ProviderConfig::without_region()
            .with_http_client(client(connection))
            .with_region(Some(Region::new(region.to_owned())));
        let provider = ProfileFileCredentialsProvider::builder().profile_name(profile).configure(&provider);
        loader = loader.profile_name(profile).credentials_provider(provider.build());
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

/// The configuration for small requests that nobody waits long for, with its credentials looked up.
pub(super) async fn for_reading(shared: SdkConfig, connection: &Connection) -> Result<SdkConfig, AwsError> {
    let provider = shared.credentials_provider();
    let found = match &provider {
        Some(provider) => provider.provide_credentials().await,
        None => Err(CredentialsError::not_loaded_no_source()),
    };
    let credentials = found.map_err(|error| AwsError::of_credentials(&error))?;
    let provider = SharedCredentialsProvider::new(credentials);
    let patience = timeouts(connection.attempt_timeout).to_builder();
    let patience = patience.operation_timeout(connection.attempt_timeout * 3).build();
    Ok(shared.into_builder().timeout_config(patience).credentials_provider(provider).build())
}

/// The HTTP client. The SDK's own takes no notice of `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`, which is how many
/// offices reach AWS.
fn client(connection: &Connection) -> SharedHttpClient {
    let endpoint = connection.endpoint_url.clone().or_else(|| std::env::var("AWS_ENDPOINT_URL").ok());
    let local = endpoint.as_deref().is_some_and(is_local);
    Builder::new().build_with_connector_fn(move |settings, components| {
        let proxy = if local { ProxyConfig::disabled() } else { ProxyConfig::from_env() };
        let mut connector = Connector::builder().proxy_config(proxy);
        connector.set_connector_settings(settings.cloned());
        connector.set_sleep_impl(components.and_then(|components| components.sleep_impl()));
        connector.tls_provider(tls::Provider::Rustls(tls::rustls_provider::CryptoMode::Ring)).build()
    })
}

/// An emulator on this machine is never behind a proxy.
fn is_local(url: &str) -> bool {
    let host = url.split_once("://").map_or(url, |(_, rest)| rest);
    ["127.", "localhost", "[::1]"].iter().any(|local| host.starts_with(local))
}

/// Timeouts for attempts that take at most `attempt`.
pub(super) fn timeouts(attempt: std::time::Duration) -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(std::time::Duration::from_secs(10))
        .read_timeout(attempt)
        .operation_attempt_timeout(attempt)
        .build()
}
