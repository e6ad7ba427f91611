//! What may be written of CloudFront: the parts of a `cloudFront` event, and `provider.cloudFront`.
//!
//! Behaviors, origins and cache policies have CloudFront's own keys and go into the template as they are written.

use crate::shape::{AsWritten, Cfn, Int, Map, Number, Shape, Text, Typed};
use crate::value::Value;

/// `provider.cloudFront`.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub struct ProviderCloudFront {
    /// Cache policies that the service makes, by the names that events know them by.
    pub cache_policies: Option<Map<AsWritten<CachePolicyConfig>>>,
}

/// A cache policy.
/// <https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_CachePolicyConfig.html>
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub struct CachePolicyConfig {
    /// What it is for.
    #[key("Comment")]
    pub comment: Option<Text>,
    /// Seconds that a response is kept whose origin says nothing of it.
    #[key("DefaultTTL")]
    #[range(0, i64::MAX)]
    pub default_ttl: Int,
    /// The most seconds that a response is kept.
    #[key("MaxTTL")]
    #[range(0, i64::MAX)]
    pub max_ttl: Int,
    /// The fewest seconds that a response is kept.
    #[key("MinTTL")]
    #[range(0, i64::MAX)]
    pub min_ttl: Int,
    /// What of a request goes into the key of the cache and to the origin.
    #[key("ParametersInCacheKeyAndForwardedToOrigin")]
    pub parameters: CacheKeyParameters,
}

/// What of a request goes into the key of the cache and to the origin.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub struct CacheKeyParameters {
    /// Cookies.
    #[key("CookiesConfig")]
    pub cookies: CookiesConfig,
    /// Whether Brotli is one of the encodings that are kept apart.
    #[key("EnableAcceptEncodingBrotli")]
    pub brotli: Option<bool>,
    /// Whether Gzip is one of the encodings that are kept apart.
    #[key("EnableAcceptEncodingGzip")]
    pub gzip: bool,
    /// Headers.
    #[key("HeadersConfig")]
    pub headers: HeadersConfig,
    /// Query strings.
    #[key("QueryStringsConfig")]
    pub query_strings: QueryStringsConfig,
}

/// Which cookies count.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub struct CookiesConfig {
    /// Which ones.
    #[key("CookieBehavior")]
    pub behavior: Selection,
    /// Their names.
    #[key("Cookies")]
    pub cookies: Option<Vec<Text>>,
}

/// Which headers count.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub struct HeadersConfig {
    /// Which ones.
    #[key("HeaderBehavior")]
    pub behavior: HeaderSelection,
    /// Their names.
    #[key("Headers")]
    pub headers: Option<Vec<Text>>,
}

/// Which query strings count.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub struct QueryStringsConfig {
    /// Which ones.
    #[key("QueryStringBehavior")]
    pub behavior: Selection,
    /// Their names.
    #[key("QueryStrings")]
    pub query_strings: Option<Vec<Text>>,
}

/// Which of many count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Typed)]
pub enum Selection {
    /// None.
    #[key("none")]
    None,
    /// Those that are named.
    #[key("whitelist")]
    Whitelist,
    /// All but those that are named.
    #[key("allExcept")]
    AllExcept,
    /// All.
    #[key("all")]
    All,
}

/// Which headers count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Typed)]
pub enum HeaderSelection {
    /// None.
    #[key("none")]
    None,
    /// Those that are named.
    #[key("whitelist")]
    Whitelist,
}

/// The cache policy of an event.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
#[requires("id", "name")]
pub struct CachePolicyReference {
    /// The id of a policy that exists.
    #[length(1, usize::MAX)]
    pub id: Option<Cfn<Text>>,
    /// The name of one of `provider.cloudFront.cachePolicies`.
    #[length(1, usize::MAX)]
    pub name: Option<Text>,
}

/// How CloudFront answers requests for some paths.
/// <https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_CacheBehavior.html>
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub struct Behavior {
    /// The methods that are taken: `GET` and `HEAD`, these with `OPTIONS`, or all seven.
    #[key("AllowedMethods")]
    pub allowed_methods: Option<Vec<Method>>,
    /// The methods whose responses are kept: `GET` and `HEAD`, or these with `OPTIONS`.
    #[key("CachedMethods")]
    pub cached_methods: Option<Vec<CachedMethod>>,
    /// The id of a cache policy. Managed-CachingOptimized by default.
    #[key("CachePolicyId")]
    pub cache_policy_id: Option<Text>,
    /// Whether responses are compressed.
    #[key("Compress")]
    pub compress: Option<bool>,
    /// The id of a configuration that encrypts fields of requests.
    #[key("FieldLevelEncryptionId")]
    pub field_level_encryption_id: Option<Text>,
    /// The id of the policy that says what goes to the origin.
    #[key("OriginRequestPolicyId")]
    pub origin_request_policy_id: Option<Cfn<Text>>,
    /// The id of the policy that says which headers responses get.
    #[key("ResponseHeadersPolicyId")]
    pub response_headers_policy_id: Option<Cfn<Text>>,
    /// Whether media are streamed in the format of Smooth Streaming.
    #[key("SmoothStreaming")]
    pub smooth_streaming: Option<bool>,
    /// Accounts that may sign URLs. Key groups are better.
    #[key("TrustedSigners")]
    pub trusted_signers: Option<Vec<Text>>,
    /// Which protocols viewers may use. `allow-all` by default.
    #[key("ViewerProtocolPolicy")]
    pub viewer_protocol_policy: Option<ViewerProtocol>,
    /// Ids of key groups that may sign URLs.
    #[key("TrustedKeyGroups")]
    pub trusted_key_groups: Option<Vec<KeyGroup>>,
    /// The most seconds that a response is kept. A cache policy is better.
    #[key("MaxTTL")]
    pub max_ttl: Option<Number>,
    /// The fewest seconds that a response is kept. A cache policy is better.
    #[key("MinTTL")]
    pub min_ttl: Option<Number>,
    /// Seconds that a response is kept whose origin says nothing of it. A cache policy is better.
    #[key("DefaultTTL")]
    pub default_ttl: Option<Number>,
    /// What of a request goes to the origin. A cache policy is better.
    #[key("ForwardedValues")]
    pub forwarded_values: Option<ForwardedValues>,
}

/// The id of a key group, or `!Ref` of one in the template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyGroup(pub Cfn<Text>);

impl Typed for KeyGroup {
    const SHAPE: &'static Shape = &Shape::OneOf(&[Text::SHAPE, &Shape::IntrinsicOf(&["Ref"])]);

    fn decode(value: &Value) -> Option<KeyGroup> {
        Cfn::decode(value).map(KeyGroup)
    }
}

/// Methods of requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Typed)]
pub enum Method {
    /// Reading.
    #[key("GET")]
    Get,
    /// Reading the headers alone.
    #[key("HEAD")]
    Head,
    /// Asking what is allowed.
    #[key("OPTIONS")]
    Options,
    /// Writing a whole.
    #[key("PUT")]
    Put,
    /// Writing a part.
    #[key("PATCH")]
    Patch,
    /// Sending.
    #[key("POST")]
    Post,
    /// Deleting.
    #[key("DELETE")]
    Delete,
}

/// Methods whose responses may be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Typed)]
pub enum CachedMethod {
    /// Reading.
    #[key("GET")]
    Get,
    /// Reading the headers alone.
    #[key("HEAD")]
    Head,
    /// Asking what is allowed.
    #[key("OPTIONS")]
    Options,
}

/// Which protocols viewers may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Typed)]
pub enum ViewerProtocol {
    /// HTTP and HTTPS.
    #[key("allow-all")]
    AllowAll,
    /// HTTPS; HTTP is sent there.
    #[key("redirect-to-https")]
    RedirectToHttps,
    /// HTTPS; HTTP is refused.
    #[key("https-only")]
    HttpsOnly,
}

/// What of a request goes to the origin.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub struct ForwardedValues {
    /// Cookies.
    #[key("Cookies")]
    pub cookies: Option<ForwardedCookies>,
    /// Headers.
    #[key("Headers")]
    pub headers: Option<Vec<Text>>,
    /// Whether the query string goes there.
    #[key("QueryString")]
    pub query_string: bool,
    /// The parameters of the query string that count for the cache.
    #[key("QueryStringCacheKeys")]
    pub query_string_cache_keys: Option<Vec<Text>>,
}

/// Which cookies go to the origin.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub struct ForwardedCookies {
    /// Which ones.
    #[key("Forward")]
    pub forward: ForwardedSelection,
    /// The names of those that go there, for `whitelist`.
    #[key("WhitelistedNames")]
    pub whitelisted_names: Option<Vec<Text>>,
}

/// Which cookies go to the origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Typed)]
pub enum ForwardedSelection {
    /// All.
    #[key("all")]
    All,
    /// None.
    #[key("none")]
    None,
    /// Those that are named.
    #[key("whitelist")]
    Whitelist,
}

/// Where CloudFront gets what it does not keep.
/// <https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_Origin.html>
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
#[requires("CustomOriginConfig", "S3OriginConfig")]
pub struct OriginSettings {
    /// How often a connection is tried.
    #[key("ConnectionAttempts")]
    #[range(1, 3)]
    pub connection_attempts: Option<Int>,
    /// Seconds to wait for a connection.
    #[key("ConnectionTimeout")]
    #[range(1, 10)]
    pub connection_timeout: Option<Int>,
    /// How a server of any kind is asked.
    #[key("CustomOriginConfig")]
    pub custom_origin_config: Option<CustomOriginConfig>,
    /// The name of the server.
    #[key("DomainName")]
    pub domain_name: Cfn<Text>,
    /// The id of what lets CloudFront into a private origin.
    #[key("OriginAccessControlId")]
    pub origin_access_control_id: Option<Cfn<Text>>,
    /// Headers that requests to the origin get.
    #[key("OriginCustomHeaders")]
    pub origin_custom_headers: Option<Vec<OriginHeader>>,
    /// The folder of the origin that paths start from.
    #[key("OriginPath")]
    pub origin_path: Option<Text>,
    /// How a bucket is asked.
    #[key("S3OriginConfig")]
    pub s3_origin_config: Option<S3OriginConfig>,
}

/// How a server of any kind is asked.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub struct CustomOriginConfig {
    /// The port for HTTP. 80 by default.
    #[key("HTTPPort")]
    #[range(0, 65_535)]
    pub http_port: Option<Int>,
    /// The port for HTTPS. 443 by default.
    #[key("HTTPSPort")]
    #[range(0, 65_535)]
    pub https_port: Option<Int>,
    /// Seconds that a connection is kept.
    #[key("OriginKeepaliveTimeout")]
    #[range(1, 60)]
    pub keepalive_timeout: Option<Int>,
    /// Which protocols are used.
    #[key("OriginProtocolPolicy")]
    pub protocol_policy: OriginProtocol,
    /// Seconds to wait for a response.
    #[key("OriginReadTimeout")]
    #[range(1, 60)]
    pub read_timeout: Option<Int>,
    /// Versions of TLS that are used.
    #[key("OriginSSLProtocols")]
    pub ssl_protocols: Option<Vec<SslProtocol>>,
}

/// Which protocols are used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Typed)]
pub enum OriginProtocol {
    /// HTTP.
    #[key("http-only")]
    HttpOnly,
    /// The viewer's.
    #[key("match-viewer")]
    MatchViewer,
    /// HTTPS.
    #[key("https-only")]
    HttpsOnly,
}

/// Versions of TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Typed)]
pub enum SslProtocol {
    /// SSL 3.
    #[key("SSLv3")]
    Ssl3,
    /// TLS 1.0.
    #[key("TLSv1")]
    Tls1,
    /// TLS 1.1.
    #[key("TLSv1.1")]
    Tls11,
    /// TLS 1.2.
    #[key("TLSv1.2")]
    Tls12,
}

/// A header that requests to the origin get.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub struct OriginHeader {
    /// Its name.
    #[key("HeaderName")]
    pub name: Text,
    /// Its value.
    #[key("HeaderValue")]
    pub value: Text,
}

/// How a bucket is asked.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub struct S3OriginConfig {
    /// The identity that CloudFront reads the bucket with.
    #[key("OriginAccessIdentity")]
    #[pattern("^origin-access-identity/cloudfront/.+", "an identity: `origin-access-identity/cloudfront/<id>`")]
    pub origin_access_identity: Option<Cfn<Text>>,
}
