//! Custom resources: what CloudFormation has no resource for is done by functions of the compiler's own in the stack.
//!
//! A fragment says which of them it needs and what it must be allowed to do; [`lower`] makes each function once and
//! one role for all. Their code lies in `compiler/core/custom-resources` and goes into [`ARCHIVE`].
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-custom-resources-lambda.html>

use ecow::{EcoString, eco_format};

use super::{deployment_bucket, log_group};
use crate::aws::context::ServiceContext;
use crate::aws::events::http::config::RestApiLogs;
use crate::aws::naming;
use crate::cfn::{Fragment, Resource, get_att, join, reference, sub};
use crate::json;
use crate::path::Path;
use crate::value::{Object, Value};

/// The archive of the functions' code.
pub const ARCHIVE: &str = "custom-resources.zip";

/// The files of the archive: names and texts, sorted by name.
pub const FILES: &[(&str, &str)] = &[
    (
        "api-gateway-cloud-watch-role/handler.js",
        include_str!("../../../custom-resources/api-gateway-cloud-watch-role/handler.js"),
    ),
    ("cognito-user-pool/handler.js", include_str!("../../../custom-resources/cognito-user-pool/handler.js")),
    ("lib.js", include_str!("../../../custom-resources/lib.js")),
    ("s3/handler.js", include_str!("../../../custom-resources/s3/handler.js")),
];

/// The logical id of the role that the functions share.
const ROLE: &str = "IamRoleCustomResourcesLambdaExecution";
/// Lambda's limit of a function's name.
const NAME_LIMIT: usize = 64;

/// A function that handles custom resources.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Handler {
    /// Notifies functions of a bucket that exists.
    S3,
    /// Sets triggers of a user pool that exists.
    UserPool,
    /// Gives API Gateway the role that it logs with.
    GatewayRole,
}

impl Handler {
    /// The name of the function behind that of the service and the stage.
    fn name(self) -> &'static str {
        match self {
            Handler::S3 => "custom-resource-existing-s3",
            Handler::UserPool => "custom-resource-existing-cup",
            Handler::GatewayRole => "custom-resource-apigw-cw-role",
        }
    }

    /// The directory of its code in the archive.
    fn directory(self) -> &'static str {
        match self {
            Handler::S3 => "s3",
            Handler::UserPool => "cognito-user-pool",
            Handler::GatewayRole => "api-gateway-cloud-watch-role",
        }
    }

    /// The logical id of the function.
    pub fn logical_id(self) -> EcoString {
        naming::function(self.name())
    }

    /// The use of the function, with what it must be allowed to do.
    pub fn with(self, statements: Vec<Value>) -> HandlerUse {
        HandlerUse { handler: self, statements }
    }
}

/// That a fragment needs a handler.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HandlerUse {
    /// The handler.
    pub handler: Handler,
    /// What it must be allowed to do.
    pub statements: Vec<Value>,
}

/// A custom resource.
pub struct CustomResource {
    /// The logical id.
    pub id: EcoString,
    /// The type, such as `Custom::S3`.
    pub kind: &'static str,
    /// Who handles it.
    pub handler: Handler,
    /// What must be there first, besides the handler.
    pub waits: Vec<EcoString>,
    /// What the handler is told.
    pub properties: Object,
    /// What in the configuration made it.
    pub from: Path,
}

impl CustomResource {
    fn lower(self) -> Resource {
        let handler = self.handler.logical_id();
        let mut properties = Object::new();
        properties.insert("ServiceToken", get_att(handler.clone(), "Arn"));
        self.properties.iter().for_each(|(key, value)| properties.insert(key.clone(), value));
        let waits: Vec<Value> = self.waits.into_iter().chain([handler]).map(Value::String).collect();
        Resource::new(self.id, self.kind, properties, &self.from)
            .with("Version", 1.0)
            .with("DependsOn", waits)
    }
}

/// Adds custom resources that wait for each other: two of them may change the same bucket or pool, which is read,
/// changed and written as a whole.
pub fn chain(resources: impl Iterator<Item = CustomResource>, out: &mut Fragment) {
    let mut previous: Option<EcoString> = None;
    for resource in resources {
        let id = resource.id.clone();
        let mut resource = resource.lower();
        if let (Some(previous), Some(waits)) =
            (previous, resource.body.get("DependsOn").and_then(Value::as_array).map(<[Value]>::to_vec))
        {
            let waits: Vec<Value> = waits.into_iter().chain([previous.into()]).collect();
            resource.body.insert("DependsOn", waits);
        }
        previous = Some(id);
        out.push(resource);
    }
}

/// The role that API Gateway logs with, of REST APIs and of websocket APIs, which belongs to the account and not to an
/// API; `from` asks for logs.
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html>
pub fn api_gateway_account(service: &ServiceContext, from: &Path, out: &mut Fragment) {
    let settings = match service.provider.logs.as_ref().and_then(|it| it.rest_api.as_ref()) {
        Some(RestApiLogs::Settings(it)) => Some(it),
        _ => None,
    };
    if settings.is_some_and(|it| it.role_managed_externally == Some(true)) {
        return;
    }
    let handler = Handler::GatewayRole;
    let mut properties = Object::new();
    properties.insert("ServiceToken", get_att(handler.logical_id(), "Arn"));
    properties.insert_some("RoleArn", settings.and_then(|it| it.role.as_ref()).map(|it| it.to_value()));
    let id = "CustomApiGatewayAccountCloudWatchRole";
    out.push(Resource::new(id, "Custom::ApiGatewayAccountRole", properties, from).with("Version", 1.0));
    let arn = |parts: Vec<Value>| {
        join(":", ["arn".into(), reference("AWS::Partition")].into_iter().chain(parts).collect())
    };
    let roles = arn(vec!["iam:".into(), reference("AWS::AccountId"), "role/*".into()]);
    out.custom_resources.push(handler.with(vec![
        json!({
            "Effect": "Allow",
            "Resource": roles,
            "Action": ["iam:AttachRolePolicy", "iam:CreateRole", "iam:ListAttachedRolePolicies", "iam:PassRole"],
        }),
        json!({
            "Effect": "Allow",
            "Resource": (arn(vec!["apigateway:*::/account".into()])),
            "Action": ["apigateway:GET", "apigateway:PATCH"],
        }),
    ]));
}

/// The functions that the fragments need, and their role.
pub fn lower(service: &ServiceContext, fragments: &[&Fragment]) -> Fragment {
    let mut out = Fragment::default();
    let mut uses: Vec<&HandlerUse> = Vec::new();
    for used in fragments.iter().flat_map(|it| &it.custom_resources) {
        if !uses.iter().any(|it| it.handler == used.handler) {
            uses.push(used);
        }
    }
    if uses.is_empty() {
        return out;
    }
    let provider = &service.provider;
    let deployment = provider.iam.as_ref().and_then(|it| it.deployment_role.as_ref());
    let deployment = deployment.or(provider.cfn_role.as_ref()).map(|it| it.to_value());
    let from = Path::from(["provider"]);
    if deployment.is_none() {
        out.push(role(service, &uses, &from));
    }
    for used in uses {
        function(used.handler, deployment.clone(), service, &from, &mut out);
    }
    out
}

fn writes_logs(service: &ServiceContext) -> bool {
    service.provider.logs.as_ref().is_some_and(|it| it.framework_lambda == Some(true))
}

/// The role of all handlers.
fn role(service: &ServiceContext, uses: &[&HandlerUse], from: &Path) -> Resource {
    let mut statements: Vec<Value> = Vec::new();
    if writes_logs(service) {
        let group = log_group::name(&eco_format!("{}-{}", service.service, service.stage));
        let arn = |tail: &str| {
            sub(eco_format!(
                "arn:${{AWS::Partition}}:logs:${{AWS::Region}}:${{AWS::AccountId}}:log-group:{group}{tail}"
            ))
        };
        statements.push(json!({
            "Effect": "Allow",
            "Action": ["logs:CreateLogStream", "logs:CreateLogGroup", "logs:TagResource"],
            "Resource": [(arn("*:*"))],
        }));
        statements.push(
            json!({ "Effect": "Allow", "Action": ["logs:PutLogEvents"], "Resource": [(arn("*:*:*"))] }),
        );
    }
    for statement in uses.iter().flat_map(|it| &it.statements) {
        // The framework leaves out a statement of a resource that it has one of, where it is a text.
        let resource = statement.get("Resource").and_then(Value::as_str);
        let same = |it: &Value| it.get("Resource").and_then(Value::as_str) == resource;
        if resource.is_none() || !statements.iter().any(same) {
            statements.push(statement.clone());
        }
    }
    let name = vec![(&service.stage).into(), (&service.service).into(), "custom-resources-lambda".into()];
    let properties = json!({
        "AssumeRolePolicyDocument": {
            "Version": "2012-10-17",
            "Statement": [{
                "Effect": "Allow",
                "Principal": { "Service": ["lambda.amazonaws.com"] },
                "Action": ["sts:AssumeRole"],
            }],
        },
        "Policies": [{
            "PolicyName": (join("-", name)),
            "PolicyDocument": { "Version": "2012-10-17", "Statement": statements },
        }],
    });
    Resource::new(ROLE, "AWS::IAM::Role", properties, from)
}

/// A handler, and its log group where it writes logs.
fn function(
    handler: Handler,
    deployment_role: Option<Value>,
    service: &ServiceContext,
    from: &Path,
    out: &mut Fragment,
) {
    let provider = &service.provider;
    let name = physical_name(service, handler);
    let runtime = provider.runtime.as_ref().map(|it| it.0.clone()).filter(|it| it.starts_with("nodejs"));
    let mut waits: Vec<EcoString> = Vec::new();
    let role = deployment_role.unwrap_or_else(|| {
        waits.push(ROLE.into());
        get_att(ROLE, "Arn")
    });
    let mut properties = Object::new();
    properties.insert(
        "Code",
        json!({
            "S3Bucket": (deployment_bucket::bucket(service)),
            "S3Key": (deployment_bucket::key(service, ARCHIVE)),
        }),
    );
    properties.insert("FunctionName", &name);
    properties.insert("Handler", eco_format!("{}/handler.handler", handler.directory()));
    properties.insert("MemorySize", 1024);
    properties.insert("Runtime", runtime.unwrap_or_else(|| "nodejs24.x".into()));
    properties.insert("Timeout", 180);
    properties.insert_some("Architectures", provider.architecture.map(|it| vec![Value::from(it)]));
    properties.insert("Role", role);
    let group = writes_logs(service).then(|| naming::log_group(handler.name()));
    waits.extend(group.clone());
    let waits: Vec<Value> = waits.into_iter().map(Value::String).collect();
    let function = Resource::new(handler.logical_id(), "AWS::Lambda::Function", properties, from);
    out.push(function.with("DependsOn", waits));
    if let Some(group) = group {
        out.push(log_group::other(&group, log_group::name(&name), service, from));
    }
}

/// The name in Lambda. One that is too long ends in a hash of itself.
fn physical_name(service: &ServiceContext, handler: Handler) -> EcoString {
    let name = eco_format!("{}-{}-{}", service.service, service.stage, handler.name());
    if name.chars().count() <= NAME_LIMIT {
        return name;
    }
    let start: String = name.chars().take(NAME_LIMIT / 2).collect();
    let hash = naming::md5(&name);
    eco_format!("{start}{hash}")
}
