//! `provider.httpApi` and `provider.logs.httpApi`.

use crate::aws::types::HttpApiPayload;
use crate::shape::{Cfn, Int, Map, Shape, Text, Typed};
use crate::value::Value;

/// `provider.httpApi`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Typed)]
pub struct HttpApi {
    /// Authorizers, by name.
    pub authorizers: Option<Map<HttpApiAuthorizer>>,
    /// Cross-origin requests.
    pub cors: Option<HttpApiCors>,
    /// The id of an API that another stack owns.
    pub id: Option<Cfn<Text>>,
    /// The name. `{stage}-{service}` by default.
    pub name: Option<Text>,
    /// What it is for.
    #[since_4]
    pub description: Option<Text>,
    /// The format of the events. `2.0` by default.
    pub payload: Option<Text>,
    /// Whether metrics of each route are kept.
    pub metrics: Option<bool>,
    /// Without effect: the API carries `provider.tags`.
    #[instead("nothing: the API carries `provider.tags`")]
    pub use_provider_tags: Option<bool>,
    /// Whether AWS's own address of the API is switched off.
    pub disable_default_endpoint: Option<bool>,
    /// Whether the name starts with the service instead of the stage.
    pub should_start_name_with_service: Option<bool>,
}

/// An authorizer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HttpApiAuthorizer {
    /// A function decides.
    Request(RequestAuthorizer),
    /// A JSON Web Token decides.
    Jwt(JwtAuthorizer),
}

impl Typed for HttpApiAuthorizer {
    const SHAPE: &'static Shape = &Shape::OneOf(&[JwtAuthorizer::SHAPE, RequestAuthorizer::SHAPE]);

    fn decode(value: &Value) -> Option<HttpApiAuthorizer> {
        match value.get("type").and_then(Value::as_str) {
            Some("request") => RequestAuthorizer::decode(value).map(HttpApiAuthorizer::Request),
            _ => JwtAuthorizer::decode(value).map(HttpApiAuthorizer::Jwt),
        }
    }
}

/// A JSON Web Token decides.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub struct JwtAuthorizer {
    /// The kind.
    #[key("type")]
    pub kind: Option<JwtKind>,
    /// Its name in AWS.
    pub name: Option<Text>,
    /// Where the token stands, such as `$request.header.Authorization`.
    pub identity_source: Cfn<Text>,
    /// Who issues the tokens.
    pub issuer_url: Cfn<Text>,
    /// Whom the tokens are for.
    pub audience: Cfn<OneOrMore>,
}

/// `jwt`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Typed)]
pub enum JwtKind {
    /// A JSON Web Token decides.
    #[key("jwt")]
    Jwt,
}

/// A function decides.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
#[open]
pub struct RequestAuthorizer {
    /// The kind.
    #[key("type")]
    pub kind: RequestKind,
    /// Its name in AWS.
    pub name: Option<Text>,
    /// The key of a function of this service.
    pub function_name: Option<Text>,
    /// The ARN of a function from elsewhere.
    pub function_arn: Option<Cfn<Text>>,
    /// Whether the permission to invoke the function is given elsewhere.
    pub managed_externally: Option<bool>,
    /// Seconds that an answer is kept.
    #[range(0, 3600)]
    pub result_ttl_in_seconds: Option<Int>,
    /// Whether the function answers yes or no instead of a policy.
    pub enable_simple_responses: Option<bool>,
    /// The format of the function's events. `2.0` by default.
    pub payload_version: Option<HttpApiPayload>,
    /// What identifies the caller.
    pub identity_source: Option<Cfn<OneOrMore>>,
}

/// `request`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Typed)]
pub enum RequestKind {
    /// A function decides.
    #[key("request")]
    Request,
}

/// One text, or a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OneOrMore(pub Vec<Cfn<Text>>);

impl Typed for OneOrMore {
    const SHAPE: &'static Shape = &Shape::OneOf(&[Text::SHAPE, <Vec<Cfn<Text>>>::SHAPE]);

    fn decode(value: &Value) -> Option<OneOrMore> {
        Vec::decode(value).map(OneOrMore)
    }
}

impl From<OneOrMore> for Value {
    fn from(it: OneOrMore) -> Value {
        Value::array(it.0.into_iter().map(Value::from))
    }
}

/// Cross-origin requests.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub enum HttpApiCors {
    /// `true` for all origins.
    Enabled(bool),
    /// Settings.
    Settings(HttpApiCorsSettings),
}

/// Cross-origin requests with settings.
#[derive(Clone, Debug, Default, PartialEq, Eq, Typed)]
pub struct HttpApiCorsSettings {
    /// Whether cookies are sent.
    pub allow_credentials: Option<bool>,
    /// Headers that requests may have.
    pub allowed_headers: Option<Vec<Text>>,
    /// Methods that may be used. Those of the routes by default.
    pub allowed_methods: Option<Vec<Text>>,
    /// Origins that may call. All by default.
    pub allowed_origins: Option<Vec<Text>>,
    /// Headers of the response that scripts may read.
    pub exposed_response_headers: Option<Vec<Text>>,
    /// Seconds that browsers may keep the answer.
    #[range(0, i64::MAX)]
    pub max_age: Option<Int>,
}

/// `provider.logs.httpApi`.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub enum HttpApiLogs {
    /// Whether requests are logged.
    Enabled(bool),
    /// How they are logged.
    Settings(HttpApiLogSettings),
}

/// How requests are logged.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub struct HttpApiLogSettings {
    /// What is logged of a request.
    pub format: Option<Text>,
}

impl HttpApiLogs {
    /// Whether requests are logged, and in what format if the service says.
    pub fn format(&self) -> Option<Option<Text>> {
        match self {
            HttpApiLogs::Enabled(false) => None,
            HttpApiLogs::Enabled(true) => Some(None),
            HttpApiLogs::Settings(it) => Some(it.format.clone()),
        }
    }
}
