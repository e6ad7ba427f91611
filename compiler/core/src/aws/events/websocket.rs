//! Messages of a websocket API to Lambda: `functions.*.events[].websocket`.
//!
//! The API of the service lowers to `AWS::ApiGatewayV2::Api` with its stage, its deployment and its log group; each
//! function to one integration and one permission, each event to a route, with its response and its authorizer.

pub mod authorizer;
pub mod config;
mod stage;

use ecow::{EcoString, eco_format};
use indexmap::IndexMap;

use self::authorizer::{Authorizer, RouteAuthorizer};
use super::{EventSource, FunctionEvents};
use crate::aws::context::{FunctionContext, ServiceContext};
use crate::cfn::merge::merge;
use crate::cfn::{Fragment, Resource, join, reference, sub};
use crate::diagnostic::{Diagnostic, Place};
use crate::path::Path;
use crate::rules;
use crate::service::Dialect;
use crate::shape::{Cfn, Text, Typed};
use crate::value::{Object, Value};

/// The logical id of the API.
const API: &str = "WebsocketsApi";

/// A route of the service's websocket API.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub enum Websocket {
    /// The route: `$connect`, `$disconnect`, `$default`, or what messages of it name.
    Route(Text),
    /// A route with settings.
    Settings(Box<RouteSettings>),
}

/// A route with settings.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub struct RouteSettings {
    /// The route: `$connect`, `$disconnect`, `$default`, or what messages of it name.
    pub route: Text,
    /// Whether what the function returns is sent back: `$default`.
    pub route_response_selection_expression: Option<ResponseSelection>,
    /// The function that decides who may connect: its key, its ARN, or settings.
    pub authorizer: Option<RouteAuthorizer>,
}

/// Which response of a route is sent back.
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-selection-expressions.html>
#[derive(Clone, Copy, Debug, PartialEq, Eq, Typed)]
pub enum ResponseSelection {
    /// The one that there is.
    #[key("$default")]
    Default,
}

/// One route as it is lowered.
struct Route<'a> {
    function: &'a FunctionContext,
    key: EcoString,
    response: Option<ResponseSelection>,
    authorizer: Option<Authorizer>,
    from: Path,
}

impl EventSource for Websocket {
    const KEY: &'static str = "websocket";
    const PAGE: &'static str = include_str!("websocket.md");
    const SHARED: bool = true;

    fn lower_shared(functions: &[FunctionEvents<'_, Self>], service: &ServiceContext, out: &mut Fragment) {
        let mut routes = Vec::new();
        for FunctionEvents { function, events } in functions {
            for placed in events {
                let from = function.event_path(placed.index, Self::KEY);
                routes.extend(read(&placed.event, function, service, from, out));
            }
        }
        if routes.is_empty() {
            return;
        }
        report_lost_routes(&routes, out);
        let external = service.provider.api_gateway.as_ref().and_then(|it| it.websocket_api_id.as_ref());
        let api = external.map_or_else(|| reference(API), Cfn::to_value);
        if external.is_none() {
            lower_api(service, out);
        }
        // The id of the deployment is a hash over all of these in the order in which the framework makes them.
        for route in &routes {
            out.push(integration(route, &api));
        }
        for route in &routes {
            out.resources.extend(response(route, &api));
        }
        for route in &routes {
            out.resources.extend(route.authorizer.as_ref().map(|it| it.resource(&api, &route.from)));
        }
        for route in &routes {
            out.push(permission(route, &api));
            out.resources.extend(route.authorizer.as_ref().map(|it| it.permission(&api, &route.from)));
        }
        for route in &routes {
            out.push(lower_route(route, &api));
        }
        if external.is_none() {
            stage::lower(&api, service, out);
        }
        if service.dialect != Dialect::V4 {
            merge_same(&mut out.resources);
        }
        deployment(&routes, &api, external.is_some(), service, out);
    }
}

/// Version 3 merges resources of one id, of which the later one replaces the earlier since version 4. It shows in the
/// hash, where an authorizer has two routes or a route of its own.
fn merge_same(resources: &mut Vec<Resource>) {
    let mut merged: IndexMap<EcoString, Resource> = IndexMap::new();
    for resource in std::mem::take(resources) {
        match merged.get_mut(&resource.id) {
            Some(first) => merge(&mut first.body, &resource.body),
            None => {
                merged.insert(resource.id.clone(), resource);
            }
        }
    }
    resources.extend(merged.into_values());
}

fn read<'a>(
    event: &Websocket,
    function: &'a FunctionContext,
    service: &ServiceContext,
    from: Path,
    out: &mut Fragment,
) -> Option<Route<'a>> {
    let (key, response, authorizer) = match event {
        Websocket::Route(key) if key.is_empty() => return None,
        Websocket::Route(key) => (key.clone(), None, None),
        Websocket::Settings(it) => {
            let authorizer = match &it.authorizer {
                Some(written) => Some(authorizer::read(written, service, &from.join("authorizer"), out)?),
                None => None,
            };
            (it.route.clone(), it.route_response_selection_expression, authorizer)
        }
    };
    Some(Route { function, key, response, authorizer, from })
}

/// The last function of a route gets all its messages, as in the framework, which does not say so.
fn report_lost_routes(routes: &[Route<'_>], out: &mut Fragment) {
    let mut last: IndexMap<EcoString, &Route<'_>> = IndexMap::new();
    for route in routes {
        let Some(lost) = last.insert(route_id(&route.key), route) else { continue };
        let message = eco_format!("the route `{}` is taken again", route.key);
        let why = if lost.function.key == route.function.key {
            "one of the two is left out".into()
        } else {
            eco_format!("its messages all go to `{}`", route.function.key)
        };
        out.report(Diagnostic::new(&rules::DUPLICATE_ROUTE, Place::value(route.from.clone()), message)
                .why(why)
                .help("change the route of one of them")
                .related(Place::value(lost.from.clone()), eco_format!("`{}` takes it here", lost.function.key)).warning());
    }
}

/// A resource as the framework writes it, with what it waits for in front of its properties.
fn resource(id: EcoString, kind: &str, waits: Option<Value>, properties: Object, from: &Path) -> Resource {
    let mut body = Object::new();
    body.insert("Type", kind);
    body.insert_some("DependsOn", waits);
    body.insert("Properties", properties);
    Resource { id, body, from: from.clone() }
}

/// What `provider.websocketsDescription` says, or what the framework says.
fn description(service: &ServiceContext) -> EcoString {
    let written = service.provider.websockets_description.clone().filter(|it| !it.is_empty());
    written.unwrap_or_else(|| "Serverless Websockets".into())
}

fn lower_api(service: &ServiceContext, out: &mut Fragment) {
    let provider = &service.provider;
    let written = |it: &Option<Text>| it.clone().filter(|it| !it.is_empty());
    let name = written(&provider.websockets_api_name);
    let selection = written(&provider.websockets_api_route_selection_expression);
    // Before version 4 the tags had to be asked for.
    let tagged = service.dialect == Dialect::V4
        || provider.websocket.as_ref().is_some_and(|it| it.use_provider_tags == Some(true));
    let mut properties = Object::new();
    properties.insert(
        "Name",
        name.unwrap_or_else(|| eco_format!("{}-{}-websockets", service.stage, service.service)),
    );
    properties.insert("RouteSelectionExpression", selection.unwrap_or_else(|| "$request.body.action".into()));
    properties.insert("Description", description(service));
    properties.insert("ProtocolType", "WEBSOCKET");
    properties.insert_some("Tags", provider.tags.as_ref().filter(|_| tagged).map(|it| it.to_map()));
    out.push(Resource::new(API, "AWS::ApiGatewayV2::Api", properties, &Path::from(["provider"])));
    let connections = sub("arn:${AWS::Partition}:execute-api:*:*:*/@connections/*");
    out.allow(&["execute-api:ManageConnections"], vec![connections]);
}

/// The address under which API Gateway invokes a function.
fn invocation_uri(target: Value) -> Value {
    let region =
        ["arn:".into(), reference("AWS::Partition"), ":apigateway:".into(), reference("AWS::Region")];
    let tail = [":lambda:path/2015-03-31/functions/".into(), target, "/invocations".into()];
    join("", region.into_iter().chain(tail).collect())
}

fn integration_id(function: &FunctionContext) -> EcoString {
    eco_format!("{}WebsocketsIntegration", function.id())
}

fn integration(route: &Route<'_>, api: &Value) -> Resource {
    let function = route.function;
    let mut properties = Object::new();
    properties.insert("ApiId", api);
    properties.insert("IntegrationType", "AWS_PROXY");
    properties.insert("IntegrationUri", invocation_uri(function.target()));
    let waits = function.alias_id().map(Value::from);
    resource(integration_id(function), "AWS::ApiGatewayV2::Integration", waits, properties, &route.from)
}

fn permission(route: &Route<'_>, api: &Value) -> Resource {
    let function = route.function;
    let properties = Object::from_iter([
        ("FunctionName".into(), function.target()),
        ("Action".into(), "lambda:InvokeFunction".into()),
        ("Principal".into(), "apigateway.amazonaws.com".into()),
    ]);
    let target = function.alias_id().unwrap_or_else(|| function.logical_id());
    let waits = Value::array(api_resource(api).into_iter().chain([Value::from(target)]));
    resource(permission_id(&function.key), "AWS::Lambda::Permission", Some(waits), properties, &route.from)
}

fn permission_id(function: &str) -> EcoString {
    eco_format!("{}LambdaPermissionWebsockets", crate::aws::naming::normalized(function))
}

/// The API to wait for, where it is of this template.
fn api_resource(api: &Value) -> Option<Value> {
    api.get("Ref").cloned()
}

/// The logical id of a route. Letters keep their case, since routes differ by it.
fn route_id(key: &str) -> EcoString {
    let signs = [("$", "S"), ("/", "Slash"), ("-", "Dash"), ("_", "Underscore"), (".", "Period")];
    let name = signs.iter().fold(key.to_owned(), |name, (sign, word)| name.replace(sign, word));
    eco_format!("{name}WebsocketsRoute")
}

fn response_id(key: &str) -> EcoString {
    eco_format!("{}Response", route_id(key))
}

fn response(route: &Route<'_>, api: &Value) -> Option<Resource> {
    let selection = route.response?;
    let mut properties = Object::new();
    properties.insert("ApiId", api);
    properties.insert("RouteId", reference(route_id(&route.key)));
    properties.insert("RouteResponseKey", selection.word());
    Some(Resource::new(response_id(&route.key), "AWS::ApiGatewayV2::RouteResponse", properties, &route.from))
}

fn lower_route(route: &Route<'_>, api: &Value) -> Resource {
    let mut properties = Object::new();
    properties.insert("ApiId", api);
    properties.insert("RouteKey", &route.key);
    properties.insert("AuthorizationType", if route.authorizer.is_some() { "CUSTOM" } else { "NONE" });
    let integration = reference(integration_id(route.function));
    properties.insert("Target", join("/", vec!["integrations".into(), integration]));
    properties.insert_some("RouteResponseSelectionExpression", route.response.map(|it| it.word()));
    properties.insert_some("AuthorizerId", route.authorizer.as_ref().map(|it| reference(it.logical_id())));
    Resource::new(route_id(&route.key), "AWS::ApiGatewayV2::Route", properties, &route.from)
}

/// The deployment, and the address of the API. An API from elsewhere has no stage here, so the deployment names it.
fn deployment(
    routes: &[Route<'_>],
    api: &Value,
    external: bool,
    service: &ServiceContext,
    out: &mut Fragment,
) {
    let id = stage::deployment_id(&out.resources);
    let waits = routes.iter().flat_map(|route| {
        let response = route.response.map(|_| response_id(&route.key));
        response.into_iter().chain([route_id(&route.key)]).map(Value::from)
    });
    let mut properties = Object::new();
    properties.insert("ApiId", api);
    properties.insert("Description", description(service));
    properties.insert_some("StageName", external.then(|| service.stage.clone()));
    let waits = Some(Value::array(waits));
    let from = Path::from(["provider"]);
    out.push(resource(id.clone(), "AWS::ApiGatewayV2::Deployment", waits, properties, &from));
    stage::point_to(&id, out);
    let host = ["wss://".into(), api.clone(), ".execute-api.".into(), reference("AWS::Region"), ".".into()];
    let tail = [reference("AWS::URLSuffix"), eco_format!("/{}", service.stage).into()];
    let url = join("", host.into_iter().chain(tail).collect());
    out.output("ServiceEndpointWebsocket", Some("URL of the service endpoint"), url);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_of_a_route_become_words() {
        assert_eq!(route_id("$connect"), "SconnectWebsocketsRoute");
        assert_eq!(route_id("rooms/send-a_b.C"), "roomsSlashsendDashaUnderscorebPeriodCWebsocketsRoute");
    }
}
