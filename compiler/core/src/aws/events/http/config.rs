//! `provider.apiGateway` and `provider.logs.restApi`.

use crate::aws::types::statement::Statement;
use crate::shape::{Arn, Cfn, Int, Map, Shape, Text, Typed};
use crate::value::Value;

/// `provider.apiGateway`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Typed)]
pub struct ApiGateway {
    /// API keys: names, settings, or lists by usage plan.
    pub api_keys: Option<Vec<ApiKey>>,
    /// Where keys are read from. `HEADER` by default.
    pub api_key_source_type: Option<KeySource>,
    /// Content types that are passed on as bytes.
    #[pattern(r"^\S+/\S+$", "a media type, such as `image/png`")]
    pub binary_media_types: Option<Vec<Text>>,
    /// What the API is for.
    pub description: Option<Text>,
    /// Whether AWS's own address of the API is switched off.
    pub disable_default_endpoint: Option<bool>,
    /// The endpoint.
    #[since_4]
    pub endpoint: Option<Endpoint>,
    /// Whether metrics are kept.
    pub metrics: Option<bool>,
    /// Bytes from which responses are compressed.
    #[range(0, 10_485_760)]
    pub minimum_compression_size: Option<Int>,
    /// Who may call the API.
    pub resource_policy: Option<Vec<Statement>>,
    /// The id of an API that another stack owns.
    pub rest_api_id: Option<Cfn<Text>>,
    /// Resources of that API, by path.
    pub rest_api_resources: Option<Value>,
    /// The id of that API's root.
    pub rest_api_root_resource_id: Option<Cfn<Text>>,
    /// JSON Schemas that requests may refer to.
    pub request: Option<RequestConfig>,
    /// Whether the name starts with the service instead of the stage.
    pub should_start_name_with_service: Option<bool>,
    /// The stage of the API. The service's by default.
    pub stage: Option<Text>,
    /// Milliseconds that functions may take.
    #[range(50, i64::MAX)]
    #[since_4]
    pub timeout_in_millis: Option<Int>,
    /// Quotas and limits of the keys.
    pub usage_plan: Option<UsagePlan>,
    /// The id of a websocket API that another stack owns.
    pub websocket_api_id: Option<Cfn<Text>>,
}

/// An API key: its name, its settings, or the keys of a usage plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ApiKey {
    /// A key.
    Key(KeySettings),
    /// The keys of usage plans.
    Plan(Map<Vec<KeySettings>>),
}

impl Typed for ApiKey {
    const SHAPE: &'static Shape = &Shape::OneOf(&[KeySettings::SHAPE, <Map<Vec<KeySettings>>>::SHAPE]);

    fn decode(value: &Value) -> Option<ApiKey> {
        let lists = value.as_object().is_some_and(|it| !it.is_empty() && it.values().all(|it| it.as_array().is_some()));
        if lists { Map::decode(value).map(ApiKey::Plan) } else { KeySettings::decode(value).map(ApiKey::Key) }
    }
}

/// An API key with settings.
#[derive(Clone, Debug, Default, PartialEq, Eq, Typed)]
pub struct KeySettings {
    /// The name.
    #[shorthand]
    pub name: Option<Text>,
    /// The key itself.
    pub value: Option<Text>,
    /// What it is for.
    pub description: Option<Text>,
    /// The customer, in AWS Marketplace.
    pub customer_id: Option<Text>,
    /// Whether it is on. `true` by default.
    pub enabled: Option<bool>,
}

/// Where keys are read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Typed)]
#[ignore_case]
pub enum KeySource {
    /// From the header `X-API-Key`.
    #[key("HEADER")]
    Header,
    /// From the authorizer.
    #[key("AUTHORIZER")]
    Authorizer,
}

/// The endpoint.
#[derive(Clone, Debug, Default, PartialEq, Eq, Typed)]
pub struct Endpoint {
    /// The versions of TLS that are taken.
    pub security_policy: Option<Text>,
    /// How strictly callers are looked at: `BASIC` or `STRICT`.
    pub access_mode: Option<Text>,
}

/// JSON Schemas that requests may refer to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Typed)]
pub struct RequestConfig {
    /// The schemas, by name.
    pub schemas: Option<Map<SchemaConfig>>,
}

/// A JSON Schema that requests may refer to.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub struct SchemaConfig {
    /// The schema.
    pub schema: Value,
    /// Its name in AWS.
    pub name: Option<Text>,
    /// What it is for.
    pub description: Option<Text>,
}

/// Quotas and limits of the keys.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub enum UsagePlan {
    /// Of all keys.
    One(PlanSettings),
    /// By plan.
    Named(Vec<Map<PlanSettings>>),
}

/// A usage plan.
#[derive(Clone, Debug, Default, PartialEq, Eq, Typed)]
pub struct PlanSettings {
    /// Requests in a period.
    pub quota: Option<Quota>,
    /// Requests in a second.
    pub throttle: Option<Throttle>,
}

/// Requests in a period.
#[derive(Clone, Debug, Default, PartialEq, Eq, Typed)]
pub struct Quota {
    /// The most.
    #[range(0, i64::MAX)]
    pub limit: Option<Int>,
    /// What is taken off in the first period.
    #[range(0, i64::MAX)]
    pub offset: Option<Int>,
    /// The period.
    pub period: Option<Period>,
}

/// A period of a quota.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Typed)]
pub enum Period {
    /// A day.
    #[key("DAY")]
    Day,
    /// A week.
    #[key("WEEK")]
    Week,
    /// A month.
    #[key("MONTH")]
    Month,
}

/// Requests in a second.
#[derive(Clone, Debug, Default, PartialEq, Eq, Typed)]
pub struct Throttle {
    /// The most at once.
    #[range(0, i64::MAX)]
    pub burst_limit: Option<Int>,
    /// The most on average.
    #[range(0, i64::MAX)]
    pub rate_limit: Option<Int>,
}

/// A parameter of a request: whether it is required, or settings.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub enum Parameter {
    /// Whether it is required.
    Required(bool),
    /// Settings.
    Settings(ParameterSettings),
}

/// A parameter of a request with settings.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub struct ParameterSettings {
    /// Whether it is required. `true` by default.
    pub required: Option<bool>,
    /// What is passed on instead.
    pub mapped_value: Option<Cfn<Text>>,
}

impl Parameter {
    /// Whether it is required.
    pub fn required(&self) -> bool {
        match self {
            Parameter::Required(it) => *it,
            Parameter::Settings(it) => it.required.unwrap_or(true),
        }
    }
}

/// `provider.logs.restApi`.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub enum RestApiLogs {
    /// Whether requests are logged.
    Enabled(bool),
    /// How they are logged.
    Settings(RestApiLogSettings),
}

/// How requests of the REST API are logged.
#[derive(Clone, Debug, Default, PartialEq, Eq, Typed)]
pub struct RestApiLogSettings {
    /// Whether there is an access log. `true` by default.
    pub access_logging: Option<bool>,
    /// Whether there is an execution log. `true` by default.
    pub execution_logging: Option<bool>,
    /// What is logged of a request.
    pub format: Option<Text>,
    /// Whether whole requests and responses are logged.
    pub full_execution_data: Option<bool>,
    /// The level of the execution log.
    pub level: Option<LogLevel>,
    /// The role that API Gateway logs with.
    pub role: Option<Cfn<Arn>>,
    /// Whether that role is set up elsewhere.
    pub role_managed_externally: Option<bool>,
}

/// The level of an execution log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Typed)]
pub enum LogLevel {
    /// All.
    #[key("INFO")]
    Info,
    /// Errors.
    #[key("ERROR")]
    Error,
}
