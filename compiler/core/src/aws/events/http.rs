//! A REST API to Lambda: `functions.*.events[].http`.
//!
//! The API of the service lowers to `AWS::ApiGateway::RestApi` with a resource for each step of a path, a method for
//! each event, authorizers, models, keys, usage plans and one deployment, whose id changes when the API does.

pub mod authorizer;
pub mod config;
pub mod cors;
pub mod integration;
pub mod keys;
pub mod lower;
pub mod mapping_template;
pub mod paths;
pub mod request;

use self::config::Parameter;
use super::{EventSource, FunctionEvents};
use crate::aws::context::ServiceContext;
use crate::cfn::Fragment;
use crate::shape::{Arn, Cfn, Int, Map, MapShape, Nullable, Shape, StringShape, Text, Typed};
use crate::value::Value;

/// A method of the service's REST API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Http {
    /// Method and path, such as `GET /users`.
    Route(HttpText),
    /// A method with settings.
    Settings(Box<HttpSettings>),
}

impl Typed for Http {
    const SHAPE: &'static Shape = &Shape::OneOf(&[HttpText::SHAPE, HttpSettings::SHAPE]);

    fn decode(value: &Value) -> Option<Http> {
        match value {
            Value::Object(_) => HttpSettings::decode(value).map(Box::new).map(Http::Settings),
            _ => HttpText::decode(value).map(Http::Route),
        }
    }
}

/// Method and path in one text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpText(pub Text);

impl Typed for HttpText {
    const SHAPE: &'static Shape = &Shape::String(StringShape {
        noun: "a method and a path, such as `GET /users`",
        pattern: Some(r"(?i)^(?:\*|(GET|POST|PUT|PATCH|OPTIONS|HEAD|DELETE|ANY) (/\S*))$"),
        grammar: None,
    });

    fn decode(value: &Value) -> Option<HttpText> {
        Text::decode(value).map(HttpText)
    }
}

/// A method of the REST API with settings.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub struct HttpSettings {
    /// Whether the function is invoked without waiting for it.
    #[key("async")]
    pub asynchronous: Option<bool>,
    /// Who may call: a function of this service, an ARN, `aws_iam`, or settings.
    pub authorizer: Option<HttpAuthorizer>,
    /// The id of a VPC link.
    pub connection_id: Option<Cfn<Text>>,
    /// How the back end is reached.
    pub connection_type: Option<ConnectionType>,
    /// Cross-origin requests.
    pub cors: Option<HttpCors>,
    /// How requests reach the function. `lambda-proxy` by default.
    pub integration: Option<Integration>,
    /// The method, or `any`.
    #[pattern(r"(?i)^(?:\*|GET|POST|PUT|PATCH|OPTIONS|HEAD|DELETE|ANY)$", "a method of HTTP, or `any`")]
    pub method: Text,
    /// A name of the operation, for documentation.
    pub operation_id: Option<Text>,
    /// The path, such as `users/{id}`.
    #[pattern(r"^(?:\*|/?\S*)$", "a path without spaces")]
    pub path: Text,
    /// Whether callers need an API key.
    pub private: Option<bool>,
    /// What requests must look like, and how they are changed.
    pub request: Option<Request>,
    /// How responses are changed.
    pub response: Option<Response>,
    /// Milliseconds that the function may take.
    #[range(50, i64::MAX)]
    #[since_4]
    pub timeout_in_millis: Option<Int>,
}

/// Who may call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HttpAuthorizer {
    /// A function of this service, an ARN, or `aws_iam`.
    Name(Text),
    /// An authorizer with settings.
    Settings(Box<AuthorizerSettings>),
}

impl Typed for HttpAuthorizer {
    const SHAPE: &'static Shape = &Shape::OneOf(&[Text::SHAPE, AuthorizerSettings::SHAPE]);

    fn decode(value: &Value) -> Option<HttpAuthorizer> {
        match value {
            Value::Object(_) => AuthorizerSettings::decode(value).map(Box::new).map(HttpAuthorizer::Settings),
            _ => Text::decode(value).map(HttpAuthorizer::Name),
        }
    }
}

/// An authorizer with settings.
#[derive(Clone, Debug, Default, PartialEq, Eq, Typed)]
pub struct AuthorizerSettings {
    /// The ARN of a function or of a user pool.
    pub arn: Option<Cfn<Arn>>,
    /// The id of an authorizer that exists.
    pub authorizer_id: Option<Cfn<Text>>,
    /// Claims of a user pool's token that the function gets.
    pub claims: Option<Vec<Text>>,
    /// Where the token stands. `method.request.header.Authorization` by default.
    pub identity_source: Option<Text>,
    /// What the token must look like.
    pub identity_validation_expression: Option<Text>,
    /// Whether the permission to invoke the function is given elsewhere.
    pub managed_externally: Option<bool>,
    /// A function of this service, or the name of the authorizer.
    pub name: Option<Text>,
    /// Seconds that an answer is kept. 300 by default.
    #[range(0, 3600)]
    pub result_ttl_in_seconds: Option<Int>,
    /// Scopes of which the token must have one.
    pub scopes: Option<Vec<Cfn<Text>>>,
    /// The kind of authorizer.
    #[key("type")]
    pub kind: Option<AuthorizerKind>,
}

/// Kinds of authorizers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Typed)]
#[ignore_case]
pub enum AuthorizerKind {
    /// A function looks at the token.
    #[key("TOKEN")]
    Token,
    /// A user pool of Cognito.
    #[key("COGNITO_USER_POOLS")]
    Cognito,
    /// A function looks at the request.
    #[key("REQUEST")]
    Request,
    /// IAM.
    #[key("AWS_IAM")]
    AwsIam,
    /// An authorizer that exists.
    #[key("CUSTOM")]
    Custom,
}

/// How the back end is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Typed)]
#[ignore_case]
pub enum ConnectionType {
    /// By a VPC link.
    #[key("vpc-link")]
    VpcLink,
    /// By a VPC link.
    #[key("VPC_LINK")]
    VpcLinkUnderscore,
}

/// How requests reach the function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Typed)]
#[ignore_case]
pub enum Integration {
    /// As an event that holds the whole request.
    #[key("lambda-proxy")]
    LambdaProxy,
    /// As an event that holds the whole request.
    #[key("lambda_proxy")]
    LambdaProxyUnderscore,
    /// As an event that a mapping template makes.
    #[key("lambda")]
    Lambda,
    /// As an event that a mapping template makes.
    #[key("aws")]
    Aws,
    /// As an event that holds the whole request.
    #[key("aws-proxy")]
    AwsProxy,
    /// As an event that holds the whole request.
    #[key("aws_proxy")]
    AwsProxyUnderscore,
    /// To a server, through mapping templates.
    #[key("http")]
    Http,
    /// To a server, as they are.
    #[key("http-proxy")]
    HttpProxy,
    /// To a server, as they are.
    #[key("http_proxy")]
    HttpProxyUnderscore,
    /// Nowhere: the API answers itself.
    #[key("mock")]
    Mock,
}

/// Cross-origin requests.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub enum HttpCors {
    /// `true` for all origins.
    Enabled(bool),
    /// Settings.
    Settings(CorsSettings),
}

/// Cross-origin requests with settings.
#[derive(Clone, Debug, Default, PartialEq, Eq, Typed)]
pub struct CorsSettings {
    /// Whether cookies are sent.
    pub allow_credentials: Option<bool>,
    /// The `Cache-Control` of the answer to a preflight request.
    pub cache_control: Option<Text>,
    /// Headers that requests may have.
    pub headers: Option<Vec<Text>>,
    /// Seconds that browsers may keep the answer.
    #[range(1, i64::MAX)]
    pub max_age: Option<Int>,
    /// Methods that may be used.
    pub methods: Option<Vec<HttpMethod>>,
    /// The origin that may call. `*` by default.
    pub origin: Option<Text>,
    /// Origins that may call.
    pub origins: Option<Vec<Text>>,
}

/// A method.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Typed)]
pub enum HttpMethod {
    /// GET.
    #[key("GET")]
    Get,
    /// POST.
    #[key("POST")]
    Post,
    /// PUT.
    #[key("PUT")]
    Put,
    /// PATCH.
    #[key("PATCH")]
    Patch,
    /// OPTIONS.
    #[key("OPTIONS")]
    Options,
    /// HEAD.
    #[key("HEAD")]
    Head,
    /// DELETE.
    #[key("DELETE")]
    Delete,
    /// Any.
    #[key("ANY")]
    Any,
}

/// What requests must look like, and how they are changed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Typed)]
pub struct Request {
    /// Whether bodies are converted.
    pub content_handling: Option<ContentHandling>,
    /// The method that the server is called with, for `http`.
    #[pattern(r"(?i)^(?:\*|GET|POST|PUT|PATCH|OPTIONS|HEAD|DELETE|ANY)$", "a method of HTTP, or `any`")]
    pub method: Option<Text>,
    /// Parameters, and whether they are required.
    pub parameters: Option<Parameters>,
    /// What becomes of a request that no template fits.
    pub pass_through: Option<PassThrough>,
    /// JSON Schemas of bodies, by content type.
    pub schemas: Option<Map<Value>>,
    /// Mapping templates, by content type. A null takes away the one that is there by default.
    pub template: Option<Map<Nullable<Text>>>,
    /// The address of the server, for `http`.
    pub uri: Option<Cfn<Text>>,
}

/// Whether bodies are converted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Typed)]
pub enum ContentHandling {
    /// Base64 to bytes.
    #[key("CONVERT_TO_BINARY")]
    ToBinary,
    /// Bytes to Base64.
    #[key("CONVERT_TO_TEXT")]
    ToText,
}

/// What becomes of a request that no template fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Typed)]
pub enum PassThrough {
    /// It is refused.
    #[key("NEVER")]
    Never,
    /// It is passed on as it is.
    #[key("WHEN_NO_MATCH")]
    WhenNoMatch,
    /// It is passed on as it is if there is no template at all.
    #[key("WHEN_NO_TEMPLATES")]
    WhenNoTemplates,
}

/// Parameters of a request.
#[derive(Clone, Debug, Default, PartialEq, Eq, Typed)]
pub struct Parameters {
    /// Parameters of the query.
    pub querystrings: Option<Map<Parameter>>,
    /// Headers.
    pub headers: Option<Map<Parameter>>,
    /// Parts of the path.
    pub paths: Option<Map<Parameter>>,
}

/// How responses are changed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Typed)]
pub struct Response {
    /// Whether bodies are converted.
    pub content_handling: Option<ContentHandling>,
    /// Headers that are added.
    pub headers: Option<Map<Text>>,
    /// The mapping template.
    pub template: Option<Text>,
    /// Whether the response is streamed.
    #[since_4]
    pub transfer_mode: Option<TransferMode>,
    /// What each status is made of, by status.
    pub status_codes: Option<StatusCodes>,
}

/// Whether the response is streamed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Typed)]
#[ignore_case]
pub enum TransferMode {
    /// At once.
    #[key("BUFFERED")]
    Buffered,
    /// As it is made.
    #[key("STREAM")]
    Stream,
}

/// What each status is made of, by status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusCodes(pub Map<StatusCode>);

impl Typed for StatusCodes {
    const SHAPE: &'static Shape = &Shape::Map(&MapShape {
        key: Some(StringShape {
            noun: "a status of three digits",
            pattern: Some(r"^\d{3}$"),
            grammar: None,
        }),
        value: StatusCode::SHAPE,
    });

    fn decode(value: &Value) -> Option<StatusCodes> {
        Map::decode(value).map(StatusCodes)
    }
}

/// What a status is made of.
#[derive(Clone, Debug, Default, PartialEq, Eq, Typed)]
pub struct StatusCode {
    /// Headers that are added.
    pub headers: Option<Map<Text>>,
    /// What the function's error must look like.
    pub pattern: Option<Text>,
    /// The mapping template, or one for each content type.
    pub template: Option<StatusTemplate>,
}

/// A mapping template, or one for each content type.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub enum StatusTemplate {
    /// For JSON.
    One(Text),
    /// By content type.
    ByType(Map<Text>),
}

impl EventSource for Http {
    const KEY: &'static str = "http";
    const PAGE: &'static str = include_str!("http.md");
    const SHARED: bool = true;

    fn lower_shared(functions: &[FunctionEvents<'_, Self>], service: &ServiceContext, out: &mut Fragment) {
        lower::api(functions, service, out);
    }
}
