//! Function URLs: `functions.*.url` to `AWS::Lambda::Url` and the permissions of a public one.

use ecow::{EcoString, eco_format};

use crate::aws::context::{FunctionContext, ServiceContext};
use crate::aws::function::Function;
use crate::aws::types::{InvokeMode, Url, UrlAuthorizer, UrlCors, UrlCorsSettings, UrlSettings};
use crate::cfn::{Fragment, Resource, get_att};
use crate::shape::Nullable;
use crate::value::{Object, Value};

const DEFAULT_HEADERS: [&str; 6] =
    ["Content-Type", "X-Amz-Date", "Authorization", "X-Api-Key", "X-Amz-Security-Token", "X-Amzn-Trace-Id"];

/// The URL of a function, if it has one.
pub fn lower(function: &Function, context: &FunctionContext, service: &ServiceContext, out: &mut Fragment) {
    let settings = match &function.url {
        Some(Url::Enabled(true)) => UrlSettings::default(),
        Some(Url::Settings(settings)) => settings.clone(),
        Some(Url::Enabled(false)) | None => return,
    };
    let UrlSettings { authorizer, cors, invoke_mode } = settings;
    let public = authorizer != Some(UrlAuthorizer::AwsIam);
    let mut properties = Object::new();
    properties.insert("AuthType", if public { "NONE" } else { "AWS_IAM" });
    properties.insert("TargetFunctionArn", context.target());
    let cors = match cors {
        Some(UrlCors::Enabled(true)) => Some(UrlCorsSettings::default()),
        Some(UrlCors::Settings(settings)) => Some(settings),
        Some(UrlCors::Enabled(false)) | None => None,
    };
    properties.insert_some("Cors", cors.map(cors_config));
    properties.insert_some("InvokeMode", invoke_mode.filter(|it| *it == InvokeMode::ResponseStream));
    let id = eco_format!("{}LambdaFunctionUrl", context.id());
    let resource = |id: &str, kind: &str, properties: Object| {
        Resource::new(id, kind, properties, &context.path.join("url"))
            .with_some("DependsOn", context.alias_id())
            .with_some("Condition", context.condition.clone())
    };
    out.push(resource(&id, "AWS::Lambda::Url", properties));
    let mut output = Object::new();
    output.insert("Description", "Lambda Function URL");
    output.insert("Value", get_att(id.clone(), "FunctionUrl"));
    output.insert_some("Condition", context.condition.clone());
    out.outputs.push((id, output));
    if public {
        let permission = |action: &str| {
            let mut properties = Object::new();
            properties.insert("FunctionName", context.target());
            properties.insert("Action", action);
            properties.insert("Principal", "*");
            properties
        };
        let mut url = permission("lambda:InvokeFunctionUrl");
        url.insert("FunctionUrlAuthType", "NONE");
        out.push(resource(
            &eco_format!("{}LambdaPermissionFnUrl", context.id()),
            "AWS::Lambda::Permission",
            url,
        ));
        // Version 3 has not got the second permission, which Lambda has asked for since.
        if !service.is_version_4() {
            return;
        }
        let mut invoke = permission("lambda:InvokeFunction");
        invoke.insert("InvokedViaFunctionUrl", true);
        out.push(resource(
            &eco_format!("{}LambdaPermissionFn", context.id()),
            "AWS::Lambda::Permission",
            invoke,
        ));
    }
}

fn cors_config(settings: UrlCorsSettings) -> Value {
    let UrlCorsSettings {
        allow_credentials,
        allowed_headers,
        allowed_methods,
        allowed_origins,
        exposed_response_headers,
        max_age,
    } = settings;
    let unique = |items: Vec<EcoString>| {
        let mut unique: Vec<EcoString> = Vec::new();
        for item in items {
            if !unique.contains(&item) {
                unique.push(item)
            }
        }
        Value::from(unique)
    };
    let list = |written: Option<Nullable<Vec<EcoString>>>, default: &[&str]| match written {
        Some(Nullable::Value(items)) => Some(unique(items)),
        Some(Nullable::Null) => None,
        None => Some(Value::array(default.iter().map(|it| Value::from(*it)))),
    };
    let mut config = Object::new();
    config.insert_some("AllowCredentials", allow_credentials.filter(|it| *it));
    config.insert_some("AllowHeaders", list(allowed_headers, &DEFAULT_HEADERS));
    config.insert_some("AllowMethods", list(allowed_methods, &["*"]));
    config.insert_some("AllowOrigins", list(allowed_origins, &["*"]));
    config.insert_some("ExposeHeaders", exposed_response_headers.map(unique));
    config.insert_some("MaxAge", max_age);
    config.into()
}
