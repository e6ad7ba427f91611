//! The stage of the websocket API, its logs, and the id of what is deployed to it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ecow::{EcoString, eco_format};
use sha2::{Digest as _, Sha256};

use super::config::{LogLevel, WebsocketLogs};
use super::{API, description};
use crate::aws::context::ServiceContext;
use crate::aws::resources::{custom_resource, log_group};
use crate::cfn::{Fragment, Resource, reference, sub};
use crate::json;
use crate::path::Path;
use crate::value::{Object, Value};

const STAGE: &str = "WebsocketsDeploymentStage";
const LOG_GROUP: &str = "WebsocketsLogGroup";
const FORMAT: &str = "$context.identity.sourceIp $context.identity.caller $context.identity.user \
    [$context.requestTime] \"$context.eventType $context.routeKey $context.connectionId\" $context.requestId";

/// The stage, with its log group where messages are logged.
pub fn lower(api: &Value, service: &ServiceContext, out: &mut Fragment) {
    let from = Path::from(["provider"]);
    let mut properties = Object::new();
    properties.insert("ApiId", api);
    properties.insert("StageName", &service.stage);
    properties.insert("Description", description(service));
    let logs = service.provider.logs.as_ref().and_then(|it| it.websocket.as_ref());
    let Some(logs) = logs.and_then(WebsocketLogs::settings) else {
        out.push(Resource::new(STAGE, "AWS::ApiGatewayV2::Stage", properties, &from));
        return;
    };
    let level = match logs.level {
        _ if logs.execution_logging == Some(false) => "OFF",
        Some(level) => level.word(),
        None => LogLevel::Info.word(),
    };
    let full = logs.full_execution_data.unwrap_or(true);
    properties.insert("DefaultRouteSettings", json!({ "DataTraceEnabled": full, "LoggingLevel": level }));
    if logs.access_logging.unwrap_or(true) {
        let group = "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group";
        let destination = sub(eco_format!("{group}:${{{LOG_GROUP}}}"));
        let format = logs.format.filter(|it| !it.is_empty()).unwrap_or_else(|| FORMAT.into());
        properties.insert("AccessLogSettings", json!({ "DestinationArn": destination, "Format": format }));
    }
    out.push(Resource::new(STAGE, "AWS::ApiGatewayV2::Stage", properties, &from));
    let from = Path::from(["provider", "logs", "websocket"]);
    let name = eco_format!("/aws/websocket/{}-{}", service.service, service.stage);
    out.push(log_group::other(LOG_GROUP, name, service, &from));
    custom_resource::api_gateway_account(service, &from, out);
}

/// The id of the deployment: a hash over the API and all that belongs to it, so that a change of any of it is deployed.
pub fn deployment_id(resources: &[Resource]) -> EcoString {
    let mut parts = Object::new();
    for Resource { id, body, .. } in resources.iter().filter(|it| belongs(it)) {
        // Of two with one id the later one holds, in the place of the first.
        parts.insert(id.clone(), body.clone());
    }
    let digest = STANDARD.encode(Sha256::digest(Value::from(parts).to_json().as_bytes()));
    let hash: String = digest.chars().filter(char::is_ascii_alphanumeric).collect();
    eco_format!("WebsocketsDeployment{hash}")
}

fn belongs(resource: &Resource) -> bool {
    let api = Value::from(API);
    let of_api = resource.body.get("Properties").and_then(|it| it.get("ApiId")).and_then(|it| it.get("Ref"));
    let waits = resource.body.get("DependsOn").and_then(Value::as_array).unwrap_or_default();
    resource.id == API || of_api == Some(&api) || waits.contains(&api)
}

/// Points the stage, where there is one, to the deployment `id`.
pub fn point_to(id: &EcoString, out: &mut Fragment) {
    for stage in out.resources.iter_mut().filter(|it| it.id == STAGE) {
        stage.body.edit_object("Properties", |it| it.insert("DeploymentId", reference(id.clone())));
    }
}
