//! What requests must look like: parameters, models and the validator.

use ecow::{EcoString, eco_format};

use super::config::{ApiGateway, Parameter, SchemaConfig};
use super::paths::api_id;
use super::{Parameters, Request};
use crate::aws::context::ServiceContext;
use crate::aws::naming;
use crate::cfn::{Fragment, Resource, reference};
use crate::json;
use crate::path::Path;
use crate::value::{Object, Value};

/// The parameters of a request by their full names, such as `method.request.querystring.page`.
pub fn parameters(request: Option<&Request>) -> Vec<(EcoString, Parameter)> {
    let Some(Parameters { querystrings, headers, paths }) = request.and_then(|it| it.parameters.as_ref()) else {
        return Vec::new();
    };
    let places = [("querystring", querystrings), ("path", paths), ("header", headers)];
    let named = places.into_iter().flat_map(|(place, parameters)| {
        parameters.iter().flatten().map(move |(name, it)| (eco_format!("method.request.{place}.{name}"), it.clone()))
    });
    named.collect()
}

fn validator_id(service: &ServiceContext) -> EcoString {
    eco_format!("ApiGateway{}RequestValidator", naming::alphanumeric(&service.service))
}

/// The validator, models and references of one method.
pub fn validate(
    request: Option<&Request>,
    method_id: &str,
    config: &ApiGateway,
    service: &ServiceContext,
    from: &Path,
    method: &mut Object,
    out: &mut Fragment,
) {
    let Some(request) = request else { return };
    let required = parameters(Some(request)).iter().any(|(_, it)| it.required());
    let schemas: Vec<_> = request.schemas.iter().flatten().collect();
    if !required && schemas.is_empty() {
        return;
    }
    let validator = validator_id(service);
    if !out.resources.iter().any(|it| it.id == validator) {
        let name = eco_format!("{}-{} | Validate request body and querystring parameters", service.service, service.stage);
        let properties = json!({
            "RestApiId": (api_id(config)),
            "ValidateRequestBody": true,
            "ValidateRequestParameters": true,
            "Name": name,
        });
        out.push(Resource::new(validator.clone(), "AWS::ApiGateway::RequestValidator", properties, from));
    }
    method.insert("RequestValidatorId", reference(validator));
    let mut models = Object::new();
    for (content_type, written) in schemas {
        let shared = written.as_str().and_then(|name| {
            let schemas = config.request.as_ref()?.schemas.as_ref()?;
            schemas.get(name).map(|it| (name, it))
        });
        let id = match shared {
            Some((name, schema)) => shared_model(name, schema, config, out),
            None => own_model(method_id, content_type, written, config, from, out),
        };
        models.insert(content_type.clone(), reference(id));
    }
    if !models.is_empty() {
        method.insert("RequestModels", models);
    }
}

fn shared_model(name: &str, schema: &SchemaConfig, config: &ApiGateway, out: &mut Fragment) -> EcoString {
    let SchemaConfig { schema, name: model_name, description } = schema;
    let id = eco_format!("ApiGateway{}Model", naming::upper_camel(name));
    let mut properties = Object::new();
    properties.insert("RestApiId", api_id(config));
    properties.insert("Schema", schema);
    properties.insert("ContentType", "application/json");
    properties.insert_some("Name", model_name.clone());
    properties.insert_some("Description", description.clone());
    let from = Path::from(["provider", "apiGateway", "request", "schemas", name]);
    out.resources.retain(|it| it.id != id);
    out.push(Resource::new(id.clone(), "AWS::ApiGateway::Model", properties, &from));
    id
}

fn own_model(method_id: &str, content_type: &str, written: &Value, config: &ApiGateway, from: &Path, out: &mut Fragment) -> EcoString {
    let id = eco_format!("{method_id}{}Model", naming::start_case(content_type));
    let wrapped = written.get("schema").filter(|it| it.is_truthy());
    let mut properties = Object::new();
    properties.insert("RestApiId", api_id(config));
    properties.insert("ContentType", content_type);
    properties.insert("Schema", wrapped.unwrap_or(written));
    if wrapped.is_some() {
        properties.insert_some("Name", written.get("name"));
        properties.insert_some("Description", written.get("description"));
    }
    out.push(Resource::new(id.clone(), "AWS::ApiGateway::Model", properties, from));
    id
}
