//! Functions: `functions.*` to `AWS::Lambda::Function` with its log settings, VPC, file system and permissions.

use ecow::{EcoString, eco_format};

use super::{deployment_bucket, image, invocation, role, url, version};
use crate::aws::context::{Alias, FunctionContext, ServiceContext};
use crate::aws::durable;
use crate::aws::function::{AliasParts, DurableConfig, Function};
use crate::aws::naming::{self, ROLE};
use crate::aws::types::{
    AutomaticRuntimeMode, FileSystem, LambdaLogs, RuntimeManagement, RuntimeManagementSettings, RuntimeMode,
    Tags, Tracing, TracingMode, VpcPart, VpcSetting,
};
use crate::cfn::{Fragment, Resource, get_att};
use crate::diagnostic::{Diagnostic, Place};
use crate::json;
use crate::package::object;
use crate::rules;
use crate::shape::{Cfn, Int, Nullable};
use crate::value::{Object, Value};

/// The runtime of a function whose service names none.
pub fn default_runtime(service: &ServiceContext) -> &'static str {
    if service.is_version_4() { "nodejs24.x" } else { "nodejs16.x" }
}

/// A function with what belongs to it.
pub fn lower(function: &Function, context: &FunctionContext, service: &ServiceContext) -> Fragment {
    let mut out = Fragment::default();
    if function.handler.is_none() && function.image.is_none() {
        return out;
    }
    let (mut properties, waits) = properties(function, context, service, &mut out);

    let log_group = (function.disable_logs != Some(true)).then(|| naming::log_group(&context.key));
    let depends = log_group.into_iter().chain(function.depends_on.iter().flatten().cloned()).chain(waits);
    let hashed = properties.clone();
    properties.insert_some("LoggingConfig", logging(function, service));
    if context.at_edge {
        // CloudFront runs functions outside every VPC and without an environment.
        properties.remove("VpcConfig");
        properties.remove("Environment");
    }
    out.push(
        Resource::new(context.logical_id(), "AWS::Lambda::Function", properties, &context.path)
            .depends_on(depends)
            // CloudFront's copies outlive the distribution for hours, and a function with copies cannot be deleted.
            .with_some("DeletionPolicy", context.at_edge.then_some("Retain"))
            .with_some("Condition", function.condition.clone()),
    );
    durable::check(function, context, service, &mut out);
    version::lower(function, context, service, &hashed, &mut out);
    url::lower(function, context, service, &mut out);
    invocation::lower(function, context, service, &mut out);
    out
}

/// The properties of a function but for its log settings, which make no version, and what it waits for.
fn properties(
    function: &Function,
    context: &FunctionContext,
    service: &ServiceContext,
    out: &mut Fragment,
) -> (Object, Option<EcoString>) {
    let mut properties = Object::new();
    code(function, context, service, &mut properties, out);
    settings(function, context, service, &mut properties);
    permissions(function, service, &mut properties, out);
    let waits = role_of(function, service, &mut properties);
    network(function, context, service, &mut properties, out);
    properties.insert_some("ReservedConcurrentExecutions", function.reserved_concurrency.clone());
    let layers = function.layers.as_ref().or(service.provider.layers.as_ref());
    properties.insert_some("Layers", layers.map(|it| Value::array(it.iter().map(Cfn::to_value))));
    properties.insert_some("DurableConfig", function.durable_config.as_ref().map(durable_config));
    (properties, waits)
}

/// The logical id of the function's version.
pub fn version_id(function: &Function, context: &FunctionContext, service: &ServiceContext) -> EcoString {
    let (properties, _) = properties(function, context, service, &mut Fragment::default());
    version::id(function, context, service, &properties)
}

/// The name of the archive that holds a function's code.
pub fn artifact(function: &Function, context: &FunctionContext, service: &ServiceContext) -> EcoString {
    let own = function.package.as_ref();
    let apart = own.and_then(|it| it.individually) == Some(true);
    let common = service.package.artifact.as_ref().filter(|_| !apart);
    if let Some(ready) = own.and_then(|it| it.artifact.as_ref()).or(common) {
        return object::base(ready);
    }
    let individually = apart || service.package.individually == Some(true);
    if individually { eco_format!("{}.zip", context.key) } else { eco_format!("{}.zip", service.service) }
}

fn code(
    function: &Function,
    context: &FunctionContext,
    service: &ServiceContext,
    properties: &mut Object,
    out: &mut Fragment,
) {
    let Some(handler) = &function.handler else {
        image::lower(function, context, service, properties, out);
        return;
    };
    let key = deployment_bucket::key(service, &artifact(function, context, service));
    properties.insert("Code", json!({ "S3Bucket": (deployment_bucket::bucket(service)), "S3Key": key }));
    let management = function.runtime_management.as_ref().or(service.provider.runtime_management.as_ref());
    properties.insert_some("RuntimeManagementConfig", management.and_then(runtime_management));
    properties.insert("Handler", handler);
    let runtime = function.runtime.as_ref().or(service.provider.runtime.as_ref());
    properties.insert("Runtime", runtime.map_or_else(|| default_runtime(service).into(), |it| it.0.clone()));
}

fn runtime_management(management: &RuntimeManagement) -> Option<Value> {
    let (mode, arn) = match management {
        RuntimeManagement::Mode(AutomaticRuntimeMode::Auto) => (RuntimeMode::Auto, None),
        RuntimeManagement::Mode(AutomaticRuntimeMode::OnFunctionUpdate) => {
            (RuntimeMode::OnFunctionUpdate, None)
        }
        RuntimeManagement::Settings(RuntimeManagementSettings { mode, arn }) => (*mode, arn.clone()),
    };
    match mode {
        RuntimeMode::Auto => None,
        RuntimeMode::OnFunctionUpdate => Some(json!({ "UpdateRuntimeOn": "FunctionUpdate" })),
        RuntimeMode::Manual => {
            let mut config = Object::new();
            config.insert("UpdateRuntimeOn", "Manual");
            config.insert_some("RuntimeVersionArn", arn);
            Some(config.into())
        }
    }
}

fn settings(
    function: &Function,
    context: &FunctionContext,
    service: &ServiceContext,
    properties: &mut Object,
) {
    let provider = &service.provider;
    let in_region = (!context.at_edge).then_some(provider);
    properties.insert("FunctionName", &context.name);
    let memory_size = function.memory_size.clone().or_else(|| in_region?.memory_size.clone());
    properties.insert("MemorySize", memory_size.unwrap_or_else(|| Int(context.memory_size).into()));
    let timeout = function.timeout.clone().or_else(|| in_region?.timeout.clone());
    properties.insert("Timeout", timeout.unwrap_or_else(|| Int(context.timeout).into()));
    properties.insert_some(
        "Architectures",
        function.architecture.or(provider.architecture).map(|it| Value::from([it.into()])),
    );
    properties.insert_some("Description", description(function));
    if function.snap_start == Some(true) {
        properties.insert("SnapStart", json!({ "ApplyOn": "PublishedVersions" }));
    }
    if function.tags.is_some() || provider.tags.is_some() {
        let mut tags = provider.tags.clone().unwrap_or_default();
        tags.0.extend(function.tags.clone().map(|it| it.0).unwrap_or_default());
        properties.insert("Tags", Tags(tags.0).to_list());
    }
    properties
        .insert_some("EphemeralStorage", function.ephemeral_storage_size.map(|it| json!({ "Size": it })));
    properties.insert_some("RecursiveLoop", function.recursive_loop);
}

/// `description`, if it says something.
pub fn description(function: &Function) -> Option<Value> {
    function.description.clone().map(Value::from).filter(|it| it.as_str() != Some(""))
}

/// What needs a permission of the role: dead letters, keys, tracing; and the environment, which stands behind them.
fn permissions(function: &Function, service: &ServiceContext, properties: &mut Object, out: &mut Fragment) {
    let provider = &service.provider;
    if let Some(target) = &function.on_error {
        properties.insert("DeadLetterConfig", json!({ "TargetArn": (target.to_value()) }));
        if let Cfn::Value(arn) = target {
            out.allow(&["sns:Publish"], vec![arn.into()]);
        }
    }
    let key = function.kms_key_arn.as_ref().or(provider.kms_key_arn.as_ref());
    if let Some(key) = key {
        properties.insert("KmsKeyArn", key.to_value());
        if let Cfn::Value(arn) = key {
            out.allow_once(&["kms:Decrypt"], vec![arn.clone().into()]);
        }
    }
    let off = |it: &&Tracing| !matches!(it, Tracing::Enabled(false));
    let tracing = function.tracing.as_ref().filter(off);
    let tracing = tracing.or_else(|| provider.tracing.as_ref()?.lambda.as_ref().filter(off));
    if let Some(tracing) = tracing {
        let mode = match tracing {
            Tracing::Enabled(_) => Value::from(TracingMode::Active),
            Tracing::Mode(mode) => mode.clone().into(),
        };
        properties.insert("TracingConfig", json!({ "Mode": mode }));
        out.allow_once(&["xray:PutTraceSegments", "xray:PutTelemetryRecords"], vec!["*".into()]);
    }
    if function.environment.is_some() || provider.environment.is_some() {
        let all = [provider.environment.as_ref(), function.environment.as_ref()].into_iter().flatten();
        let mut variables = Object::new();
        for (name, value) in all.flat_map(|it| it.0.iter()) {
            match value {
                Nullable::Value(value) => variables.insert(name.clone(), value.to_value()),
                Nullable::Null => drop(variables.remove(name)),
            }
        }
        properties.insert("Environment", json!({ "Variables": variables }));
    }
}

/// Sets the role; answers what the function must wait for because of it.
fn role_of(function: &Function, service: &ServiceContext, properties: &mut Object) -> Option<EcoString> {
    let Some(role) = role::custom(function, &service.provider) else {
        properties.insert("Role", get_att(ROLE, "Arn"));
        return None;
    };
    match role {
        Cfn::Value(text) if text.starts_with("arn:") => {
            properties.insert("Role", text);
            None
        }
        Cfn::Value(id) => {
            properties.insert("Role", get_att(id.clone(), "Arn"));
            (id != ROLE).then(|| id.clone())
        }
        Cfn::Intrinsic(it) | Cfn::Unknown(it) => {
            properties.insert("Role", it);
            let target = it.get("Fn::GetAtt").and_then(Value::as_array).and_then(|it| it.first());
            target.and_then(Value::as_str).map(EcoString::from)
        }
    }
}

fn network(
    function: &Function,
    context: &FunctionContext,
    service: &ServiceContext,
    properties: &mut Object,
    out: &mut Fragment,
) {
    let config = vpc_config(function, service);
    let mut file_systems = None;
    if let Some(FileSystem { arn, local_mount_path }) = &function.file_system_config {
        if config.is_none() {
            let at = Place::key(context.path.join("fileSystemConfig"));
            let message = eco_format!("`{}` mounts a file system but is in no VPC", context.key);
            out.report(
                Diagnostic::new(&rules::MISSING_VPC, at, message)
                    .why("EFS is reached through the subnets of a VPC")
                    .help("add `vpc` to the function or to the provider"),
            );
        }
        out.allow(&["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"], vec![arn.to_value()]);
        let config = json!({ "Arn": (arn.to_value()), "LocalMountPath": local_mount_path });
        file_systems = Some(Value::from([config]));
    }
    properties.insert_some("VpcConfig", config);
    properties.insert_some("FileSystemConfigs", file_systems);
}

/// The VPC of a function: each part its own or the provider's, and nothing unless both parts are there.
fn vpc_config(function: &Function, service: &ServiceContext) -> Option<Object> {
    let of_provider = service.provider.vpc.as_ref();
    let nothing = VpcPart::default();
    let own = match &function.vpc {
        Some(VpcSetting::Off(_)) => return None,
        Some(VpcSetting::Vpc(vpc)) => vpc,
        None => &nothing,
    };
    let VpcPart { ipv6_allowed_for_dual_stack, security_group_ids, subnet_ids } = own;
    let list = |ids: &Cfn<Vec<Cfn<EcoString>>>| match ids {
        Cfn::Value(ids) => Value::array(ids.iter().map(Cfn::to_value)),
        Cfn::Intrinsic(it) | Cfn::Unknown(it) => it.clone(),
    };
    let security_groups = security_group_ids.as_ref().or(of_provider.map(|it| &it.security_group_ids.0))?;
    let subnets = subnet_ids.as_ref().or(of_provider.map(|it| &it.subnet_ids.0))?;
    let ipv6 = ipv6_allowed_for_dual_stack.filter(|it| *it);
    let mut config = Object::new();
    config.insert_some("Ipv6AllowedForDualStack", ipv6.or_else(|| of_provider?.ipv6_allowed_for_dual_stack));
    config.insert("SecurityGroupIds", list(security_groups));
    config.insert("SubnetIds", list(subnets));
    Some(config)
}

fn durable_config(config: &DurableConfig) -> Value {
    let DurableConfig { execution_timeout, retention_period_in_days } = config;
    let mut out = Object::new();
    out.insert("ExecutionTimeout", *execution_timeout);
    out.insert_some("RetentionPeriodInDays", *retention_period_in_days);
    out.into()
}

fn logging(function: &Function, service: &ServiceContext) -> Option<Value> {
    let logs = function.logs.as_ref().or_else(|| service.provider.logs.as_ref()?.lambda.as_ref())?;
    let LambdaLogs { application_log_level, log_format, log_group, system_log_level } = logs.clone();
    let mut config = Object::new();
    config.insert_some("ApplicationLogLevel", application_log_level);
    config.insert_some("LogFormat", log_format);
    config.insert_some("LogGroup", log_group);
    config.insert_some("SystemLogLevel", system_log_level);
    (!config.is_empty()).then(|| config.into())
}

/// The alias that a function's events invoke.
pub fn alias(key: &EcoString, function: &AliasParts) -> Option<Alias> {
    let id = naming::normalized(key);
    let provisioned = match &function.provisioned_concurrency {
        Some(Cfn::Value(Int(0))) | None => false,
        Some(_) => true,
    };
    if function.durable_config.is_some() {
        Some(Alias { id: eco_format!("{id}DurableLambdaAlias"), name: "durable".into() })
    } else if provisioned {
        Some(Alias { id: eco_format!("{id}ProvConcLambdaAlias"), name: "provisioned".into() })
    } else if function.snap_start == Some(true) {
        Some(Alias { id: eco_format!("{id}SnapStartLambdaAlias"), name: "snapstart".into() })
    } else {
        None
    }
}
