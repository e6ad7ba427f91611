//! An HTTP API to Lambda: `functions.*.events[].httpApi`.
//!
//! The API of the service lowers to `AWS::ApiGatewayV2::Api` with its stage, authorizers and log group; each route to
//! an `AWS::ApiGatewayV2::Route`, and each function to one integration and one permission.

pub mod config;

use ecow::{EcoString, eco_format};
use indexmap::IndexMap;

use self::config::{HttpApi as ApiConfig, HttpApiAuthorizer, HttpApiCors, HttpApiCorsSettings, RequestAuthorizer};
use super::{EventSource, FunctionEvents};
use crate::aws::context::{FunctionContext, ServiceContext};
use crate::aws::naming;
use crate::aws::resources::invocation::unknown_function;
use crate::cfn::{Fragment, Resource, get_att, join, reference};
use crate::diagnostic::{Diagnostic, Place, nearest};
use crate::json;
use crate::path::Path;
use crate::rules;
use crate::shape::{Cfn, Shape, StringShape, Text, Typed};
use crate::value::{Object, Value};

/// A route of the service's HTTP API.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub enum HttpApi {
    /// Method and path, such as `GET /users`, or `*` for all that no other route takes.
    Route(RouteText),
    /// A route with settings.
    Settings(Box<RouteSettings>),
}

/// Method and path in one text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RouteText(pub Text);

impl Typed for RouteText {
    const SHAPE: &'static Shape = &Shape::String(StringShape {
        noun: "a method and a path, such as `GET /users`, or `*`",
        pattern: Some(r"(?i)^(?:\*|(ANY|GET|POST|PUT|PATCH|OPTIONS|HEAD|DELETE) (/\S*))$"),
        grammar: None,
    });

    fn decode(value: &Value) -> Option<RouteText> {
        Text::decode(value).map(RouteText)
    }
}

/// A route with settings.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub struct RouteSettings {
    /// Who may call: a name of `provider.httpApi.authorizers`, or settings.
    pub authorizer: Option<RouteAuthorizer>,
    /// The method, or `*` for any.
    #[pattern(r"(?i)^(?:\*|ANY|GET|POST|PUT|PATCH|OPTIONS|HEAD|DELETE)$", "a method of HTTP, or `*`")]
    pub method: Option<Text>,
    /// The path, such as `/users/{id}`, or `*` for all that no other route takes.
    #[pattern(r"^(?:\*|/\S*)$", "a path: it begins with `/` and has no spaces")]
    pub path: Text,
}

/// Who may call a route.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
#[requires("id", "name", "type")]
pub struct RouteAuthorizer {
    /// A name of `provider.httpApi.authorizers`.
    #[shorthand]
    pub name: Option<Text>,
    /// The id of an authorizer of an API from elsewhere.
    pub id: Option<Cfn<Text>>,
    /// Scopes of which the token must have one.
    pub scopes: Option<Vec<Text>>,
    /// The kind of authorizer.
    #[key("type")]
    pub kind: Option<AuthorizerKind>,
}

/// Kinds of authorizers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Typed)]
pub enum AuthorizerKind {
    /// A function decides.
    #[key("request")]
    Request,
    /// A JSON Web Token decides.
    #[key("jwt")]
    Jwt,
    /// IAM decides.
    #[key("aws_iam")]
    AwsIam,
}

/// One route as it is lowered.
struct Route<'a> {
    function: &'a FunctionContext,
    authorizer: Option<Authorization>,
    from: Path,
}

struct Authorization {
    kind: &'static str,
    id: Option<Value>,
    scopes: Option<Vec<Text>>,
}

impl EventSource for HttpApi {
    const KEY: &'static str = "httpApi";
    const PAGE: &'static str = include_str!("http_api.md");
    const SHARED: bool = true;

    fn lower_shared(functions: &[FunctionEvents<'_, Self>], service: &ServiceContext, out: &mut Fragment) {
        let config = service.provider.http_api.clone().unwrap_or_default();
        let mut routes: IndexMap<EcoString, Route<'_>> = IndexMap::new();
        for FunctionEvents { function, events } in functions {
            for placed in events {
                let from = function.event_path(placed.index, Self::KEY);
                route(&placed.event, function, &config, from, &mut routes, out);
            }
        }
        let from = Path::from(["provider", "httpApi"]);
        external_conflicts(&config, service, out);
        if routes.is_empty() {
            let mut unused = Fragment::default();
            for (name, authorizer) in config.authorizers.iter().flatten() {
                authorizers(name, authorizer, &config, service, &mut unused);
            }
            out.diagnostics.append(&mut unused.diagnostics);
            return;
        }
        if config.id.is_none() {
            api(&config, service, &routes, &from, out);
            log_group(service, &from, out);
            stage(&config, service, &from, out);
        }
        for (name, authorizer) in config.authorizers.iter().flatten() {
            authorizers(name, authorizer, &config, service, out);
        }
        let mut seen: Vec<&EcoString> = Vec::new();
        for (key, route) in &routes {
            if !seen.contains(&&route.function.key) {
                seen.push(&route.function.key);
                target(route, &config, out);
            }
            out.push(lower_route(key, route, &config));
        }
    }
}

fn api_id(config: &ApiConfig) -> Value {
    config.id.as_ref().map_or_else(|| reference("HttpApi"), Cfn::to_value)
}

fn route<'a>(
    event: &HttpApi,
    function: &'a FunctionContext,
    config: &ApiConfig,
    from: Path,
    routes: &mut IndexMap<EcoString, Route<'a>>,
    out: &mut Fragment,
) {
    let (method, path, authorizer) = match event {
        HttpApi::Route(RouteText(text)) => match text.split_once(' ') {
            Some((method, path)) => (Some(EcoString::from(method)), EcoString::from(path), None),
            None => (None, text.clone(), None),
        },
        HttpApi::Settings(it) => (it.method.clone(), it.path.clone(), it.authorizer.as_ref()),
    };
    let key = match (path.as_str(), method.as_deref()) {
        ("*", None | Some("*")) => EcoString::from("*"),
        ("*", Some(_)) => {
            let at = Place::value(from.join("path"));
            out.report(Diagnostic::new(&rules::CONFLICTING_OPTIONS, at, "the path `*` takes every method").help("remove `method`, or write a path"));
            return;
        }
        (_, None) => {
            let at = Place::key(from);
            out.report(Diagnostic::new(&rules::MISSING_KEY, at, "missing key `method`").help("add the method, or `*` for any"));
            return;
        }
        (path, Some(method)) => {
            let method = if method == "*" { "ANY".into() } else { method.to_uppercase() };
            eco_format!("{method} {path}")
        }
    };
    if let Some(first) = routes.get(&key).filter(|_| key != "*") {
        let message = eco_format!("the route `{key}` is taken");
        out.report(
            Diagnostic::new(&rules::DUPLICATE_ROUTE, Place::value(from), message)
                .help("change the method or the path of one of them")
                .related(Place::value(first.from.clone()), eco_format!("`{}` takes it here", first.function.key)),
        );
        return;
    }
    let authorizer = authorizer.and_then(|it| authorization(it, config, &from, out));
    routes.insert(key, Route { function, authorizer, from });
}

fn authorization(authorizer: &RouteAuthorizer, config: &ApiConfig, from: &Path, out: &mut Fragment) -> Option<Authorization> {
    let RouteAuthorizer { name, id, scopes, kind } = authorizer;
    let at = || Place::value(from.join("authorizer"));
    let scopes = scopes.clone();
    match (kind, id, name) {
        (Some(AuthorizerKind::AwsIam), None, None) if scopes.is_none() => {
            Some(Authorization { kind: "AWS_IAM", id: None, scopes: None })
        }
        (Some(AuthorizerKind::AwsIam), ..) => {
            out.report(Diagnostic::new(&rules::CONFLICTING_OPTIONS, at(), "`aws_iam` takes no other options").help("keep `type` alone"));
            None
        }
        (kind, Some(id), _) => {
            if config.id.is_none() {
                out.report(
                    Diagnostic::new(&rules::CONFLICTING_OPTIONS, at(), "an authorizer from elsewhere needs an API from elsewhere")
                        .why("this API is made by this service, and so are its authorizers")
                        .help("name an authorizer of `provider.httpApi.authorizers`, or set `provider.httpApi.id`"),
                );
            }
            let word = if *kind == Some(AuthorizerKind::Request) { "CUSTOM" } else { "JWT" };
            Some(Authorization { kind: word, id: Some(id.to_value()), scopes })
        }
        (_, None, None) => {
            out.report(Diagnostic::new(&rules::MISSING_KEY, at(), "one of `name` or `id` is needed").help("name an authorizer of `provider.httpApi.authorizers`"));
            None
        }
        (_, None, Some(name)) => {
            let known = config.authorizers.as_ref();
            let Some(found) = known.and_then(|it| it.get(name)) else {
                let message = eco_format!("no authorizer is called `{name}`");
                let diagnostic = Diagnostic::new(&rules::UNKNOWN_AUTHORIZER, at(), message).about(name);
                let near = nearest(name, known.into_iter().flat_map(|it| it.keys()).map(EcoString::as_str));
                out.report(match near {
                    Some(near) => diagnostic.help(eco_format!("did you mean `{near}`?")),
                    None => diagnostic.help("add it under `provider.httpApi.authorizers`"),
                });
                return None;
            };
            let (word, written) = match found {
                HttpApiAuthorizer::Request(it) => ("CUSTOM", it.name.as_ref()),
                HttpApiAuthorizer::Jwt(it) => ("JWT", it.name.as_ref()),
            };
            let id = reference(authorizer_id(written.unwrap_or(name)));
            Some(Authorization { kind: word, id: Some(id), scopes })
        }
    }
}

fn authorizer_id(name: &str) -> EcoString {
    eco_format!("HttpApiAuthorizer{}", naming::normalized(name))
}

/// An API from elsewhere cannot be configured here.
fn external_conflicts(config: &ApiConfig, service: &ServiceContext, out: &mut Fragment) {
    if config.id.is_none() {
        return;
    }
    let logs = service.provider.logs.as_ref().and_then(|it| it.http_api.as_ref()).is_some_and(|it| it.format().is_some());
    let cors = config.cors.as_ref().is_some_and(|it| *it != HttpApiCors::Enabled(false));
    let parts = [
        (cors, ["provider", "httpApi", "cors"]),
        (config.authorizers.is_some(), ["provider", "httpApi", "authorizers"]),
        (logs, ["provider", "logs", "httpApi"]),
    ];
    for (_, path) in parts.into_iter().filter(|(given, _)| *given) {
        out.report(
            Diagnostic::new(&rules::CONFLICTING_OPTIONS, Place::key(Path::from(path)), "the API from elsewhere cannot be configured here")
                .why("`provider.httpApi.id` names an API that another stack owns")
                .help("configure it there, and remove this"),
        );
    }
}

const DEFAULT_HEADERS: [&str; 7] = [
    "Content-Type",
    "X-Amz-Date",
    "Authorization",
    "X-Api-Key",
    "X-Amz-Security-Token",
    "X-Amz-User-Agent",
    "X-Amzn-Trace-Id",
];

fn api(config: &ApiConfig, service: &ServiceContext, routes: &IndexMap<EcoString, Route<'_>>, from: &Path, out: &mut Fragment) {
    let mut properties = Object::new();
    let default = if config.should_start_name_with_service == Some(true) {
        eco_format!("{}-{}", service.service, service.stage)
    } else {
        eco_format!("{}-{}", service.stage, service.service)
    };
    properties.insert("Name", config.name.clone().filter(|it| !it.is_empty()).unwrap_or(default));
    properties.insert_some("Description", config.description.clone());
    properties.insert("ProtocolType", "HTTP");
    properties.insert_some("DisableExecuteApiEndpoint", config.disable_default_endpoint);
    properties.insert_some("Tags", service.provider.tags.as_ref().map(|it| it.to_map()));
    let cors = match &config.cors {
        Some(HttpApiCors::Enabled(true)) => Some(HttpApiCorsSettings::default()),
        Some(HttpApiCors::Settings(settings)) => Some(settings.clone()),
        Some(HttpApiCors::Enabled(false)) | None => None,
    };
    properties.insert_some("CorsConfiguration", cors.map(|it| cors_configuration(it, routes)));
    out.push(Resource::new("HttpApi", "AWS::ApiGatewayV2::Api", properties, from));
}

fn cors_configuration(settings: HttpApiCorsSettings, routes: &IndexMap<EcoString, Route<'_>>) -> Value {
    let HttpApiCorsSettings { allow_credentials, allowed_headers, allowed_methods, allowed_origins, exposed_response_headers, max_age } =
        settings;
    let unique = |items: Vec<EcoString>| {
        let mut kept: Vec<EcoString> = Vec::new();
        items.into_iter().for_each(|it| if !kept.contains(&it) { kept.push(it) });
        Value::from(kept)
    };
    let texts = |items: &[&str]| items.iter().map(|it| EcoString::from(*it)).collect::<Vec<_>>();
    let methods = allowed_methods.unwrap_or_else(|| {
        let mut methods = texts(&["OPTIONS"]);
        for key in routes.keys() {
            match key.split(' ').next() {
                Some("ANY" | "*") => methods.extend(texts(&["GET", "POST", "PUT", "PATCH", "OPTIONS", "HEAD", "DELETE"])),
                Some(method) => methods.push(method.into()),
                None => {}
            }
        }
        methods
    });
    let mut cors = Object::new();
    cors.insert_some("AllowCredentials", allow_credentials.filter(|it| *it));
    cors.insert("AllowHeaders", unique(allowed_headers.unwrap_or_else(|| texts(&DEFAULT_HEADERS))));
    cors.insert("AllowMethods", unique(methods));
    cors.insert("AllowOrigins", unique(allowed_origins.unwrap_or_else(|| texts(&["*"]))));
    cors.insert_some("ExposeHeaders", exposed_response_headers.map(unique));
    cors.insert_some("MaxAge", max_age);
    cors.into()
}

/// What an access log says of a request, unless the service says.
const LOG_FIELDS: [(&str, &str); 8] = [
    ("requestId", "$context.requestId"),
    ("ip", "$context.identity.sourceIp"),
    ("requestTime", "$context.requestTime"),
    ("httpMethod", "$context.httpMethod"),
    ("routeKey", "$context.routeKey"),
    ("status", "$context.status"),
    ("protocol", "$context.protocol"),
    ("responseLength", "$context.responseLength"),
];

fn log_format(service: &ServiceContext) -> Option<EcoString> {
    let written = service.provider.logs.as_ref()?.http_api.as_ref()?.format()?;
    Some(written.unwrap_or_else(|| {
        let fields: Object = LOG_FIELDS.iter().map(|(key, it)| (EcoString::from(*key), Value::from(*it))).collect();
        Value::from(fields).to_json().into()
    }))
}

fn log_group(service: &ServiceContext, from: &Path, out: &mut Fragment) {
    if log_format(service).is_none() {
        return;
    }
    let name = eco_format!("/aws/http-api/{}", service.stack_name());
    out.push(crate::aws::resources::log_group::other("HttpApiLogGroup", name, service, from));
}

fn stage(config: &ApiConfig, service: &ServiceContext, from: &Path, out: &mut Fragment) {
    let mut properties = Object::new();
    properties.insert("ApiId", reference("HttpApi"));
    properties.insert("StageName", "$default");
    properties.insert("AutoDeploy", true);
    properties.insert("DefaultRouteSettings", json!({ "DetailedMetricsEnabled": (config.metrics.unwrap_or(false)) }));
    properties.insert_some("Tags", service.provider.tags.as_ref().map(|it| it.to_map()));
    let format = log_format(service);
    let waits = format.as_ref().map(|_| "HttpApiLogGroup");
    if let Some(format) = format {
        properties.insert("AccessLogSettings", json!({ "DestinationArn": (get_att("HttpApiLogGroup", "Arn")), "Format": format }));
    }
    out.push(Resource::new("HttpApiStage", "AWS::ApiGatewayV2::Stage", properties, from).with_some("DependsOn", waits));
    out.output("HttpApiId", Some("Id of the HTTP API"), reference("HttpApi"));
    let url = ["https://".into(), reference("HttpApi"), ".execute-api.".into(), reference("AWS::Region"), ".".into()];
    let url = url.into_iter().chain([reference("AWS::URLSuffix")]).collect();
    out.output("HttpApiUrl", Some("URL of the HTTP API"), join("", url));
}

fn authorizers(key: &EcoString, authorizer: &HttpApiAuthorizer, config: &ApiConfig, service: &ServiceContext, out: &mut Fragment) {
    let from = Path::from(["provider", "httpApi", "authorizers", key.as_str()]);
    let list = |source: &Cfn<config::OneOrMore>| match source.to_value() {
        Value::Array(items) => Value::Array(items),
        one => Value::from([one]),
    };
    let mut properties = Object::new();
    properties.insert("ApiId", api_id(config));
    let (name, waits) = match authorizer {
        HttpApiAuthorizer::Jwt(it) => {
            let name = it.name.as_ref().unwrap_or(key);
            properties.insert("Name", name);
            properties.insert("IdentitySource", Value::from([it.identity_source.to_value()]));
            properties.insert("AuthorizerType", "JWT");
            properties.insert("JwtConfiguration", json!({ "Audience": (list(&it.audience)), "Issuer": (it.issuer_url.to_value()) }));
            (name, None)
        }
        HttpApiAuthorizer::Request(it) => {
            let name = it.name.as_ref().unwrap_or(key);
            properties.insert("Name", name);
            properties.insert("IdentitySource", it.identity_source.as_ref().map_or_else(|| Value::from([]), list));
            properties.insert("AuthorizerType", "REQUEST");
            let Some((target, waits)) = request_target(it, service, &from, out) else { return };
            properties.insert_some("EnableSimpleResponses", it.enable_simple_responses);
            properties.insert_some("AuthorizerResultTtlInSeconds", it.result_ttl_in_seconds);
            properties.insert("AuthorizerPayloadFormatVersion", it.payload_version.map_or("2.0", |it| it.word()));
            let uri = ["arn:".into(), reference("AWS::Partition"), ":apigateway:".into(), reference("AWS::Region")];
            let tail = [":lambda:path/2015-03-31/functions/".into(), target.clone(), "/invocations".into()];
            properties.insert("AuthorizerUri", join("", uri.into_iter().chain(tail).collect()));
            if it.managed_externally != Some(true) {
                let id = eco_format!("{}LambdaAuthorizerPermissionHttpApi", naming::normalized(name));
                let permission = invocation(target, config);
                out.push(Resource::new(id, "AWS::Lambda::Permission", permission, &from).with_some("DependsOn", waits.clone()));
            }
            (name, waits)
        }
    };
    out.push(
        Resource::new(authorizer_id(name), "AWS::ApiGatewayV2::Authorizer", properties, &from).with_some("DependsOn", waits),
    );
}

/// The function that decides, and the alias that it waits for.
fn request_target(
    authorizer: &RequestAuthorizer,
    service: &ServiceContext,
    from: &Path,
    out: &mut Fragment,
) -> Option<(Value, Option<EcoString>)> {
    if authorizer.result_ttl_in_seconds.is_some_and(|it| it.0 != 0) && authorizer.identity_source.is_none() {
        out.report(
            Diagnostic::new(&rules::MISSING_KEY, Place::key(from.clone()), "missing key `identitySource`")
                .why("answers are kept by what identifies the caller")
                .help("add `identitySource`, or set `resultTtlInSeconds` to 0"),
        );
    }
    match (&authorizer.function_arn, &authorizer.function_name) {
        (Some(_), Some(_)) => {
            out.report(
                Diagnostic::new(&rules::CONFLICTING_OPTIONS, Place::key(from.join("functionArn")), "`functionArn` and `functionName` exclude each other")
                    .help("keep one of the two"),
            );
            None
        }
        (None, None) => {
            out.report(
                Diagnostic::new(&rules::MISSING_KEY, Place::key(from.clone()), "one of `functionName` or `functionArn` is needed")
                    .help("add the function that decides"),
            );
            None
        }
        (Some(arn), None) => Some((arn.to_value(), None)),
        (None, Some(name)) => {
            let Some(function) = service.function(name) else {
                out.report(unknown_function(name, service, Place::value(from.join("functionName"))));
                return None;
            };
            Some((function.target(), function.alias.as_ref().map(|it| it.id.clone())))
        }
    }
}

fn invocation(target: Value, config: &ApiConfig) -> Value {
    let arn = ["arn:".into(), reference("AWS::Partition"), ":execute-api:".into(), reference("AWS::Region"), ":".into()];
    let tail = [reference("AWS::AccountId"), ":".into(), api_id(config), "/*".into()];
    json!({
        "FunctionName": target,
        "Action": "lambda:InvokeFunction",
        "Principal": "apigateway.amazonaws.com",
        "SourceArn": (join("", arn.into_iter().chain(tail).collect())),
    })
}

fn integration_id(function: &FunctionContext) -> EcoString {
    eco_format!("HttpApiIntegration{}", function.id())
}

/// The permission and the integration of a function.
fn target(route: &Route<'_>, config: &ApiConfig, out: &mut Fragment) {
    let function = route.function;
    let from = &route.from;
    let id = eco_format!("{}LambdaPermissionHttpApi", function.id());
    out.push(super::permission(id, invocation(function.target(), config), function, from));
    let payload = function.http_api_payload.clone();
    let payload = payload.unwrap_or_else(|| config.payload.clone().unwrap_or_else(|| "2.0".into()));
    let properties = json!({
        "ApiId": (api_id(config)),
        "IntegrationType": "AWS_PROXY",
        "IntegrationUri": (function.target()),
        "PayloadFormatVersion": payload,
        "TimeoutInMillis": 30000,
    });
    out.push(
        Resource::new(integration_id(function), "AWS::ApiGatewayV2::Integration", properties, from)
            .with_some("DependsOn", function.alias_id()),
    );
}

fn lower_route(key: &EcoString, route: &Route<'_>, config: &ApiConfig) -> Resource {
    let integration = integration_id(route.function);
    let mut properties = Object::new();
    properties.insert("ApiId", api_id(config));
    properties.insert("RouteKey", if key == "*" { "$default" } else { key });
    properties.insert("Target", join("/", vec!["integrations".into(), reference(integration.clone())]));
    if let Some(Authorization { kind, id, scopes }) = &route.authorizer {
        properties.insert("AuthorizationType", *kind);
        properties.insert_some("AuthorizerId", id.clone());
        properties.insert_some("AuthorizationScopes", scopes.clone());
    }
    let id = if key == "*" { "HttpApiRouteDefault".into() } else { eco_format!("HttpApiRoute{}", naming::path(key)) };
    Resource::new(id, "AWS::ApiGatewayV2::Route", properties, &route.from)
        .with("DependsOn", integration)
}
