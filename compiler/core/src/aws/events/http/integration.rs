//! How a method reaches the function, or answers itself.

use ecow::{EcoString, eco_format};

use super::authorizer::Authorizer;
use super::config::{ApiGateway, Parameter};
use super::cors::Cors;
use super::lower::Method;
use super::{Integration, Request, Response, StatusCode, StatusTemplate, TransferMode, mapping_template, request};
use crate::cfn::{get_att, join, reference};
use crate::shape::{Cfn, Map, Nullable};
use crate::value::{Object, Value};

impl Integration {
    /// The type as API Gateway names it.
    pub fn kind(self) -> &'static str {
        match self {
            Integration::LambdaProxy
            | Integration::LambdaProxyUnderscore
            | Integration::AwsProxy
            | Integration::AwsProxyUnderscore => "AWS_PROXY",
            Integration::Lambda | Integration::Aws => "AWS",
            Integration::Http => "HTTP",
            Integration::HttpProxy | Integration::HttpProxyUnderscore => "HTTP_PROXY",
            Integration::Mock => "MOCK",
        }
    }
}

/// The statuses that a function answers with, and what its error must look like for each.
const DEFAULT_STATUS_CODES: [(&str, &str); 9] = [
    ("200", ""),
    ("400", r"[\s\S]*\[400\][\s\S]*"),
    ("401", r"[\s\S]*\[401\][\s\S]*"),
    ("403", r"[\s\S]*\[403\][\s\S]*"),
    ("404", r"[\s\S]*\[404\][\s\S]*"),
    ("422", r"[\s\S]*\[422\][\s\S]*"),
    ("500", r"[\s\S]*(Process\s?exited\s?before\s?completing\s?request|\[500\])[\s\S]*"),
    ("502", r"[\s\S]*\[502\][\s\S]*"),
    ("504", r"([\s\S]*\[504\][\s\S]*)|(.*Task timed out after \d+\.\d+ seconds$)"),
];

fn default_status_codes() -> Map<StatusCode> {
    let code = |(status, pattern): &(&str, &str)| {
        (EcoString::from(*status), StatusCode { pattern: Some(EcoString::from(*pattern)), ..StatusCode::default() })
    };
    DEFAULT_STATUS_CODES.iter().map(code).collect()
}

/// The response as it is taken: with its statuses, and with one for success. `None` where none is configured.
fn response(method: &Method<'_>) -> Option<(Response, Map<StatusCode>)> {
    let kind = method.kind;
    let written = method.settings.response.clone();
    if !matches!(kind, "AWS" | "HTTP" | "MOCK") {
        return None;
    }
    let response = match written {
        Some(response) => response,
        None if kind == "AWS" => return Some((Response::default(), default_status_codes())),
        None => return None,
    };
    let mut codes = match (&response.status_codes, kind) {
        (Some(codes), _) => codes.0.clone(),
        (None, "MOCK") => Map::default(),
        (None, _) => default_status_codes(),
    };
    let has_success = codes.values().any(|it| it.pattern.as_deref() == Some(""));
    if !has_success && kind != "MOCK" && response.status_codes.is_some() {
        codes.insert("200".into(), StatusCode { pattern: Some(EcoString::new()), ..StatusCode::default() });
    }
    codes.sort_by(|a, _, b, _| a.cmp(b));
    Some((response, codes))
}

/// The headers that a response has besides those of its status.
fn response_headers(response: &Response, cors: Option<&Cors>) -> Map<EcoString> {
    let mut headers = Map::default();
    if let Some(cors) = cors {
        let origin = if cors.origins.is_empty() { cors.origin.clone().unwrap_or_default() } else { cors.origins.join(",").into() };
        headers.insert("Access-Control-Allow-Origin".into(), eco_format!("'{origin}'"));
        if cors.allow_credentials {
            headers.insert("Access-Control-Allow-Credentials".into(), "true".into());
        }
    }
    headers.extend(response.headers.clone().unwrap_or_default());
    headers
}

fn header_name(header: &str) -> EcoString {
    eco_format!("method.response.header.{header}")
}

/// `MethodResponses`.
pub fn method_responses(method: &Method<'_>) -> Value {
    let Some((response, codes)) = response(method) else { return Value::from([]) };
    let shared = response_headers(&response, method.cors.as_ref());
    let one = |(status, code): (&EcoString, &StatusCode)| {
        let names = shared.keys().chain(code.headers.iter().flatten().map(|(name, _)| name));
        let parameters: Object = names.map(|it| (header_name(it), Value::from(true))).collect();
        crate::json!({ "ResponseParameters": parameters, "ResponseModels": {}, "StatusCode": status })
    };
    Value::array(codes.iter().map(one))
}

fn integration_responses(method: &Method<'_>) -> Value {
    let Some((response, codes)) = response(method) else { return Value::from([]) };
    let shared = response_headers(&response, method.cors.as_ref());
    let one = |(status, code): (&EcoString, &StatusCode)| {
        let mut parameters: Object = shared.iter().map(|(name, it)| (header_name(name), Value::from(it))).collect();
        code.headers.iter().flatten().for_each(|(name, it)| parameters.insert(header_name(name), it));
        let mut templates = Object::new();
        templates.insert_some("application/json", response.template.clone());
        match &code.template {
            Some(StatusTemplate::One(it)) => templates.insert("application/json", it),
            Some(StatusTemplate::ByType(all)) => all.iter().for_each(|(kind, it)| templates.insert(kind.clone(), it)),
            None => {}
        }
        let mut out = Object::new();
        out.insert("StatusCode", status);
        out.insert("SelectionPattern", code.pattern.clone().unwrap_or_default());
        out.insert("ResponseParameters", parameters);
        out.insert("ResponseTemplates", templates);
        out.insert_some("ContentHandling", response.content_handling.filter(|_| status.starts_with('2')));
        Value::from(out)
    };
    Value::array(codes.iter().map(one))
}

/// `Integration`.
pub fn lower(method: &Method<'_>, config: &ApiGateway) -> Value {
    let kind = method.kind;
    let settings = &method.settings;
    let request = settings.request.clone().unwrap_or_default();
    let transfer = settings.response.as_ref().and_then(|it| it.transfer_mode);
    let mut out = Object::new();
    out.insert("IntegrationHttpMethod", "POST");
    out.insert("Type", kind);
    out.insert_some("TimeoutInMillis", settings.timeout_in_millis.or(config.timeout_in_millis));
    match kind {
        "AWS" | "AWS_PROXY" => {
            let streaming = transfer == Some(TransferMode::Stream) && kind == "AWS_PROXY";
            out.insert("Uri", lambda_uri(method, streaming));
        }
        "HTTP" | "HTTP_PROXY" => {
            out.insert_some("Uri", request.uri.clone());
            // With `http-proxy` the framework keeps the parameters of the request alone, and its address.
            let verb = request.method.as_deref().filter(|_| kind == "HTTP").unwrap_or(&method.method);
            out.insert("IntegrationHttpMethod", verb.to_uppercase());
            if settings.connection_type.is_some() {
                out.insert("ConnectionType", "VPC_LINK");
                out.insert_some("ConnectionId", settings.connection_id.clone());
            }
        }
        _ => {}
    }
    if matches!(kind, "AWS" | "HTTP" | "MOCK") {
        let pass_through = request.pass_through.map(Value::from).or_else(|| (kind == "AWS").then(|| "NEVER".into()));
        out.insert_some("PassthroughBehavior", pass_through);
        out.insert_some("ContentHandling", request.content_handling);
        let templates = request_templates(&request, kind == "AWS", method.authorizer.as_ref());
        out.insert_some("RequestTemplates", templates);
        out.insert("IntegrationResponses", integration_responses(method));
    }
    let parameters = request::parameters(settings.request.as_ref());
    let asynchronous = settings.asynchronous == Some(true);
    if (matches!(kind, "AWS" | "HTTP" | "HTTP_PROXY") && !parameters.is_empty()) || asynchronous {
        out.insert("RequestParameters", request_parameters(&parameters, asynchronous));
    }
    if matches!(kind, "AWS_PROXY" | "HTTP_PROXY") {
        out.insert_some("ResponseTransferMode", transfer);
    }
    out.into()
}

fn lambda_uri(method: &Method<'_>, streaming: bool) -> Value {
    let version = if streaming { "2021-11-15" } else { "2015-03-31" };
    let mut parts = vec![
        "arn:".into(),
        reference("AWS::Partition"),
        ":apigateway:".into(),
        reference("AWS::Region"),
        eco_format!(":lambda:path/{version}/functions/").into(),
        get_att(method.function.logical_id(), "Arn"),
    ];
    if let Some(alias) = &method.function.alias {
        parts.extend([":".into(), Value::from(&alias.name)]);
    }
    parts.push(if streaming { "/response-streaming-invocations" } else { "/invocations" }.into());
    join("", parts)
}

fn request_parameters(parameters: &[(EcoString, Parameter)], asynchronous: bool) -> Value {
    let mut out = Object::new();
    for (name, parameter) in parameters {
        let target = eco_format!("integration.{}", name.strip_prefix("method.").unwrap_or(name));
        let mapped = match parameter {
            Parameter::Settings(it) => it.mapped_value.as_ref().map(Cfn::to_value),
            Parameter::Required(_) => None,
        };
        out.insert(target, mapped.unwrap_or_else(|| Value::from(name)));
    }
    if asynchronous {
        out.insert("integration.request.header.X-Amz-Invocation-Type", "'Event'");
    }
    out.into()
}

/// The mapping templates of the request: those of the service over those that `lambda` has by default.
fn request_templates(request: &Request, defaults: bool, authorizer: Option<&Authorizer>) -> Option<Value> {
    let mut templates = Object::new();
    if defaults {
        let claims = authorizer.map(Authorizer::claims).unwrap_or_default();
        templates.insert("application/json", mapping_template::json(&claims));
        templates.insert("application/x-www-form-urlencoded", mapping_template::form(&claims));
    }
    for (kind, template) in request.template.iter().flatten() {
        match template {
            Nullable::Value(template) => templates.insert(kind.clone(), template),
            Nullable::Null => drop(templates.remove(kind)),
        }
    }
    (!templates.is_empty()).then(|| templates.into())
}
