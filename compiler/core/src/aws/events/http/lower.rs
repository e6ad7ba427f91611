//! The REST API as a whole: its methods, and the resources around them.

use ecow::{EcoString, eco_format};
use indexmap::IndexMap;

use super::authorizer::{self, Authorizer};
use super::config::{ApiGateway, RestApiLogs};
use super::cors::{self, Cors};
use super::paths::{Resources, api_id, trim};
use super::{Http, HttpSettings, HttpText, Integration, integration, keys, request};
use crate::aws::context::{FunctionContext, ServiceContext};
use crate::aws::events::{EventSource as _, FunctionEvents};
use crate::aws::naming;
use crate::aws::provider::EndpointType;
use crate::aws::resources::custom_resource;
use crate::cfn::{Fragment, Resource, join, reference, stamp};
use crate::diagnostic::{Diagnostic, Place};
use crate::json;
use crate::path::Path;
use crate::rules;
use crate::shape::Cfn;
use crate::value::{Object, Value};

/// One method as it is lowered.
pub struct Method<'a> {
    /// The function.
    pub function: &'a FunctionContext,
    /// The event.
    pub settings: HttpSettings,
    /// The method in lower case.
    pub method: EcoString,
    /// The path without slashes at its ends.
    pub path: EcoString,
    /// The type of the integration.
    pub kind: &'static str,
    /// Who may call.
    pub authorizer: Option<Authorizer>,
    /// Cross-origin requests.
    pub cors: Option<Cors>,
    /// The event's place.
    pub from: Path,
}

/// Lowers the API of the service.
pub fn api(functions: &[FunctionEvents<'_, Http>], service: &ServiceContext, out: &mut Fragment) {
    let config = service.provider.api_gateway.clone().unwrap_or_default();
    let root = Path::from(["provider", "apiGateway"]);
    external_conflicts(&config, service, out);
    let mut methods = Vec::new();
    for FunctionEvents { function, events } in functions {
        for placed in events {
            let from = function.event_path(placed.index, Http::KEY);
            methods.extend(read(&placed.event, function, service, from, out));
        }
    }
    if functions.is_empty() {
        return;
    }
    if config.rest_api_id.is_none() {
        rest_api(&config, service, &root, out);
    }
    let mut resources = Resources::predefined(&config);
    for method in &methods {
        resources.id(&method.path, &config, &method.from, out);
    }
    let mut ids: Vec<Value> = Vec::new();
    preflight(&methods, &mut resources, &config, &mut ids, out);
    for method in &methods {
        let id = lower_method(method, &mut resources, &config, service, out);
        ids.push(id.into());
    }
    for authorizer in methods.iter().filter_map(|it| it.authorizer.as_ref()) {
        if let Some(resource) = authorizer.resource(&config) {
            out.resources.retain(|it| it.id != resource.id);
            out.push(resource);
        }
    }
    let deployment = deployment(&config, service, ids, &root, out);
    keys::lower(&config, service, &deployment, out);
    permissions(&methods, &config, out);
    logs(service, &root, out);
}

fn external_conflicts(config: &ApiGateway, service: &ServiceContext, out: &mut Fragment) {
    if config.rest_api_id.is_none() {
        return;
    }
    if config.rest_api_root_resource_id.is_none() {
        let at = Place::key(Path::from(["provider", "apiGateway", "restApiId"]));
        out.report(
            Diagnostic::new(&rules::MISSING_KEY, at, "missing key `restApiRootResourceId`")
                .why("resources are added below the root of the API from elsewhere")
                .help("add the id of its root resource"),
        );
    }
    let tracing = service.provider.tracing.as_ref().is_some_and(|it| it.api_gateway.is_some());
    let logs = service.provider.logs.as_ref().is_some_and(|it| it.rest_api.is_some());
    let parts = [(tracing, ["provider", "tracing", "apiGateway"]), (logs, ["provider", "logs", "restApi"])];
    for (_, path) in parts.into_iter().filter(|(given, _)| *given) {
        out.report(
            Diagnostic::new(&rules::CONFLICTING_OPTIONS, Place::key(Path::from(path)), "the API from elsewhere cannot be configured here")
                .why("`provider.apiGateway.restApiId` names an API that another stack owns")
                .help("configure it there, and remove this"),
        );
    }
}

fn read<'a>(event: &Http, function: &'a FunctionContext, service: &ServiceContext, from: Path, out: &mut Fragment) -> Option<Method<'a>> {
    let settings = match event {
        Http::Settings(it) => (**it).clone(),
        Http::Route(HttpText(text)) => {
            let (method, path) = text.split_once(' ')?;
            let object = json!({ "method": method, "path": path });
            <HttpSettings as crate::shape::Typed>::decode(&object)?
        }
    };
    let method = settings.method.to_lowercase();
    let by_default = if settings.asynchronous == Some(true) { "AWS" } else { "AWS_PROXY" };
    let kind = settings.integration.map_or(by_default, Integration::kind);
    let authorizer = settings.authorizer.as_ref().and_then(|it| authorizer::read(it, service, &from, out));
    if kind == "AWS_PROXY" && authorizer.as_ref().is_some_and(Authorizer::has_claims) {
        let at = Place::key(from.join("authorizer").join("claims"));
        out.report(
            Diagnostic::new(&rules::CONFLICTING_OPTIONS, at, "claims are only picked out by the integration `lambda`")
                .help("remove `claims`: the function gets all of them, or use `integration: lambda`"),
        );
    }
    let request = settings.request.as_ref();
    if kind.starts_with("HTTP") && request.is_none_or(|it| it.uri.is_none()) {
        out.report(
            Diagnostic::new(&rules::MISSING_KEY, Place::key(from.join("integration")), "missing key `request.uri`")
                .why("the integration needs to know the server")
                .help("add `request.uri`"),
        );
    }
    if settings.connection_type.is_some() && kind.starts_with("HTTP") && settings.connection_id.is_none() {
        out.report(
            Diagnostic::new(&rules::MISSING_KEY, Place::key(from.join("connectionType")), "missing key `connectionId`")
                .help("add the id of the VPC link"),
        );
    }
    let response = settings.response.as_ref();
    if kind == "MOCK" && response.is_some_and(|it| it.status_codes.is_none()) {
        out.report(
            Diagnostic::new(&rules::MISSING_KEY, Place::key(from.join("response")), "missing key `statusCodes`")
                .why("an API that answers itself needs to know the statuses")
                .help("add `response.statusCodes`"),
        );
    }
    if response.is_some_and(|it| it.transfer_mode.is_some()) && !matches!(kind, "AWS_PROXY" | "HTTP_PROXY") {
        let at = Place::key(from.join("response").join("transferMode"));
        out.report(
            Diagnostic::new(&rules::CONFLICTING_OPTIONS, at, eco_format!("the integration `{kind}` takes no `transferMode`"))
                .help("use `lambda-proxy` or `http-proxy`"),
        );
    }
    let cors = cors::settings(settings.cors.as_ref(), &method);
    let path = trim(&settings.path);
    Some(Method { function, method, path, kind, authorizer, cors, from, settings })
}

fn rest_api(config: &ApiGateway, service: &ServiceContext, root: &Path, out: &mut Fragment) {
    let provider = &service.provider;
    let own = if config.should_start_name_with_service == Some(true) {
        eco_format!("{}-{}", service.service, service.stage)
    } else {
        eco_format!("{}-{}", service.stage, service.service)
    };
    let kind = provider.endpoint_type.unwrap_or(EndpointType::Edge);
    let mut endpoint = Object::new();
    endpoint.insert("Types", Value::from([kind.into()]));
    if let Some(ids) = provider.vpc_endpoint_ids.as_ref().filter(|_| provider.endpoint_type.is_some()) {
        if kind != EndpointType::Private {
            let at = Place::key(Path::from(["provider", "vpcEndpointIds"]));
            out.report(
                Diagnostic::new(&rules::CONFLICTING_OPTIONS, at, "only a private API has VPC endpoints")
                    .help("use `endpointType: PRIVATE`, or remove them"),
            );
        }
        let ids = match ids {
            Cfn::Value(ids) => Value::array(ids.iter().map(Cfn::to_value)),
            Cfn::Intrinsic(it) | Cfn::Unknown(it) => it.clone(),
        };
        endpoint.insert("VpcEndpointIds", ids);
    }
    let mut properties = Object::new();
    properties.insert("Name", provider.api_name.clone().filter(|it| !it.is_empty()).unwrap_or(own));
    properties.insert_some("BinaryMediaTypes", config.binary_media_types.clone());
    properties.insert_some("DisableExecuteApiEndpoint", config.disable_default_endpoint);
    properties.insert("EndpointConfiguration", endpoint);
    let access = config.endpoint.clone().unwrap_or_default();
    properties.insert_some("SecurityPolicy", access.security_policy.filter(|it| !it.is_empty()));
    properties.insert_some("EndpointAccessMode", access.access_mode.map(|it| it.to_uppercase()));
    // Version 3 tags the API behind CloudFormation's back.
    properties.insert_some("Tags", provider.tags.as_ref().filter(|_| service.is_version_4()).map(|it| it.to_list()));
    let policy = config.resource_policy.as_ref().filter(|it| !it.is_empty());
    let policy = policy.map(|it| {
        let statements: Vec<Value> = it.iter().map(|it| it.to_value()).collect();
        json!({ "Version": "2012-10-17", "Statement": statements })
    });
    properties.insert("Policy", policy.unwrap_or_else(|| "".into()));
    properties.insert_some("ApiKeySourceType", config.api_key_source_type);
    properties.insert_some("MinimumCompressionSize", config.minimum_compression_size);
    properties.insert_some("Description", config.description.clone().filter(|it| !it.is_empty()));
    out.push(Resource::new("ApiGatewayRestApi", "AWS::ApiGateway::RestApi", properties, root));
}

fn method_id(path: &str, method: &str) -> EcoString {
    eco_format!("ApiGatewayMethod{}{}", naming::path(path), naming::upper_first(&method.to_lowercase()))
}

/// The `OPTIONS` methods of the paths that ask for cross-origin requests.
fn preflight(methods: &[Method<'_>], resources: &mut Resources, config: &ApiGateway, ids: &mut Vec<Value>, out: &mut Fragment) {
    let mut by_path: IndexMap<&EcoString, (Cors, &Path)> = IndexMap::new();
    for method in methods {
        if let Some(cors) = &method.cors {
            match by_path.get_mut(&method.path) {
                Some((all, _)) => all.merge(cors.clone()),
                None => {
                    let mut first = Cors { origin: cors.origin.clone(), ..Cors::default() };
                    first.merge(cors.clone());
                    by_path.insert(&method.path, (first, &method.from));
                }
            }
        }
    }
    for (path, (cors, from)) in by_path {
        let resource = resources.id(path, config, from, out);
        let id = method_id(path, "options");
        out.push(Resource::new(id.clone(), "AWS::ApiGateway::Method", cors.method(resource, api_id(config)), from));
        ids.push(id.into());
    }
}

fn permission_id(function: &FunctionContext) -> EcoString {
    eco_format!("{}LambdaPermissionApiGateway", function.id())
}

fn lower_method(method: &Method<'_>, resources: &mut Resources, config: &ApiGateway, service: &ServiceContext, out: &mut Fragment) -> EcoString {
    let id = method_id(&method.path, &method.method);
    let parameters = request::parameters(method.settings.request.as_ref());
    let required: Object = parameters.iter().map(|(name, it)| (name.clone(), Value::from(it.required()))).collect();
    let mut properties = Object::new();
    properties.insert("HttpMethod", method.method.to_uppercase());
    properties.insert("RequestParameters", required);
    properties.insert("ResourceId", resources.id(&method.path, config, &method.from, out));
    properties.insert("RestApiId", api_id(config));
    properties.insert_some("OperationName", method.settings.operation_id.clone());
    properties.insert("ApiKeyRequired", method.settings.private == Some(true));
    let mut waits: Vec<EcoString> = vec![permission_id(method.function)];
    waits.extend(method.function.alias_id());
    match &method.authorizer {
        Some(authorizer) => {
            if let Some(waited) = authorizer.authorize(&mut properties) {
                // The framework merges its lists by index, so the authorizer takes the first place.
                match waits.first_mut() {
                    Some(first) => *first = waited,
                    None => waits.push(waited),
                }
            }
        }
        None => properties.insert("AuthorizationType", "NONE"),
    }
    properties.insert("Integration", integration::lower(method, config));
    properties.insert("MethodResponses", integration::method_responses(method));
    request::validate(method.settings.request.as_ref(), &id, config, service, &method.from, &mut properties, out);
    out.resources.retain(|it| it.id != id);
    out.push(
        Resource::new(id.clone(), "AWS::ApiGateway::Method", properties, &method.from)
            .depends_on(waits),
    );
    id
}

/// The deployment, under an id that changes exactly when the API does.
fn deployment(config: &ApiGateway, service: &ServiceContext, ids: Vec<Value>, root: &Path, out: &mut Fragment) -> EcoString {
    let content: String = out.resources.iter().map(|it| it.id.to_string() + &Value::from(it.body.clone()).to_json()).collect();
    let id = eco_format!("ApiGatewayDeployment{}", stamp::digits(&content));
    let mut properties = Object::new();
    properties.insert("RestApiId", api_id(config));
    properties.insert("StageName", config.stage.clone().unwrap_or_else(|| service.stage.clone()));
    properties.insert_some("Description", config.description.clone().filter(|it| !it.is_empty()));
    out.push(Resource::new(id.clone(), "AWS::ApiGateway::Deployment", properties, root).with("DependsOn", ids));
    let url = ["https://".into(), api_id(config), ".execute-api.".into(), reference("AWS::Region"), ".".into()];
    let tail = [reference("AWS::URLSuffix"), eco_format!("/{}", service.stage).into()];
    out.output("ServiceEndpoint", Some("URL of the service endpoint"), join("", url.into_iter().chain(tail).collect()));
    id
}

fn permissions(methods: &[Method<'_>], config: &ApiGateway, out: &mut Fragment) {
    let arn = ["arn:".into(), reference("AWS::Partition"), ":execute-api:".into(), reference("AWS::Region"), ":".into()];
    let tail = [reference("AWS::AccountId"), ":".into(), api_id(config), "/*/*".into()];
    let source = join("", arn.into_iter().chain(tail).collect());
    for method in methods {
        let id = permission_id(method.function);
        let properties = json!({
            "FunctionName": (method.function.target()),
            "Action": "lambda:InvokeFunction",
            "Principal": "apigateway.amazonaws.com",
            "SourceArn": (source.clone()),
        });
        out.resources.retain(|it| it.id != id);
        out.push(crate::aws::events::permission(id, properties, method.function, &method.from));
        let authorizer = method.authorizer.as_ref().and_then(|it| it.permission(&source));
        if let Some(permission) = authorizer.filter(|it| !out.resources.iter().any(|other| other.id == it.id)) {
            out.push(permission);
        }
    }
}

/// The log group, where requests are logged.
fn logs(service: &ServiceContext, root: &Path, out: &mut Fragment) {
    let logs = match service.provider.logs.as_ref().and_then(|it| it.rest_api.as_ref()) {
        Some(RestApiLogs::Enabled(true)) => None,
        Some(RestApiLogs::Settings(it)) => Some(it),
        Some(RestApiLogs::Enabled(false)) | None => return,
    };
    if logs.is_some_and(|it| it.access_logging == Some(false)) {
        return;
    }
    let name = eco_format!("/aws/api-gateway/{}-{}", service.service, service.stage);
    out.push(crate::aws::resources::log_group::other("ApiGatewayLogGroup", name, service, root));
    custom_resource::api_gateway_account(service, &Path::from(["provider", "logs", "restApi"]), out);
}
