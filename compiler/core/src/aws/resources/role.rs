//! The role that the functions share, and what a function's own role is.

use ecow::{EcoString, eco_format};

use super::log_group;
use crate::aws::context::{RoleReference, ServiceContext};
use crate::aws::function::Function;
use crate::aws::naming::ROLE;
use crate::aws::provider::iam::RoleSettings;
use crate::aws::provider::{IamRole, Provider};
use crate::aws::types::Role;
use crate::cfn::{Fragment, Permission, Resource, get_att, join, reference as to, sub};
use crate::json;
use crate::path::Path;
use crate::pipeline::LoweredFunction;
use crate::shape::Cfn;
use crate::value::{Object, Value};

/// What the shared role must know of each function.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RoleNeeds {
    /// The function's name in Lambda.
    pub name: EcoString,
    /// Whether it writes no logs.
    pub disable_logs: bool,
    /// Whether it names a role itself.
    pub own_role: bool,
    /// Whether it names a VPC itself.
    pub vpc: bool,
    /// Whether it is durable and runs with the shared role.
    pub durable: bool,
}

/// The role that a function runs with, if it is not the shared one.
pub fn custom<'a>(function: &'a Function, provider: &'a Provider) -> Option<&'a Cfn<EcoString>> {
    let own = function.role.as_ref().map(|it| &it.0);
    own.or_else(|| existing(provider)).or_else(|| provider.role.as_ref().map(|it| &it.0))
}

/// `provider.iam.role` where it names a role that exists.
fn existing(provider: &Provider) -> Option<&Cfn<EcoString>> {
    match provider.iam.as_ref()?.role.as_ref()? {
        IamRole::Own(Role(role)) => match role {
            // The framework knows functions by their `Fn::`, so a bare `Ref` is none to it.
            Cfn::Intrinsic(it) if it.get("Ref").is_some() => None,
            role => Some(role),
        },
        IamRole::Settings(_) => None,
    }
}

/// Whose role a function runs with, for those that must wait for it.
pub fn reference(function: &Function, provider: &Provider) -> RoleReference {
    match custom(function, provider) {
        None => RoleReference::Shared,
        Some(Cfn::Value(text)) if text.contains(':') => RoleReference::External,
        Some(Cfn::Value(text)) => RoleReference::Own(text.clone()),
        Some(Cfn::Unknown(_)) => RoleReference::External,
        Some(Cfn::Intrinsic(it)) => match it.get("Fn::GetAtt").and_then(Value::as_array) {
            Some([Value::String(id), Value::String(attribute)]) if attribute == "Arn" => {
                RoleReference::Own(id.clone())
            }
            Some(_) => RoleReference::Shared,
            None if ["Fn::ImportValue", "Ref", "Fn::Sub"].iter().any(|key| it.get(key).is_some()) => {
                RoleReference::External
            }
            None => RoleReference::Shared,
        },
    }
}

/// The ARN of the role that a function runs with.
pub fn arn(function: &Function, provider: &Provider) -> Value {
    match custom(function, provider) {
        None => get_att(ROLE, "Arn"),
        Some(Cfn::Value(text)) if text.starts_with("arn:") => text.into(),
        Some(Cfn::Value(id)) => get_att(id.clone(), "Arn"),
        Some(Cfn::Intrinsic(it) | Cfn::Unknown(it)) => it.clone(),
    }
}

/// Whether the service makes the shared role.
fn is_made(service: &ServiceContext, functions: &[&LoweredFunction]) -> bool {
    let provider = &service.provider;
    existing(provider).is_none() && provider.role.is_none() && functions.iter().any(|it| !it.role.own_role)
}

/// The shared role with all that the fragments allow it.
pub fn lower(service: &ServiceContext, functions: &[&LoweredFunction], rest: &[&Fragment]) -> Fragment {
    let mut out = Fragment::default();
    if functions.is_empty() || !is_made(service, functions) {
        return out;
    }
    let provider = &service.provider;
    let settings = match provider.iam.as_ref().and_then(|it| it.role.as_ref()) {
        Some(IamRole::Settings(it)) => it.clone(),
        _ => RoleSettings::default(),
    };
    let mut properties = Object::new();
    let mut services = vec![Value::from("lambda.amazonaws.com")];
    for trusted in rest.iter().flat_map(|it| &it.trusted_services) {
        if !services.iter().any(|it| it.as_str() == Some(trusted)) {
            services.push(trusted.into());
        }
    }
    properties.insert(
        "AssumeRolePolicyDocument",
        json!({
            "Version": "2012-10-17",
            "Statement": [{ "Effect": "Allow", "Principal": { "Service": services }, "Action": ["sts:AssumeRole"] }],
        }),
    );
    properties.insert("Policies", Value::from([policy(service, functions, rest, &settings)]));
    properties.insert("Path", settings.path.clone().unwrap_or_else(|| "/".into()));
    properties.insert("RoleName", settings.name.clone().map_or_else(|| default_name(service), Value::String));
    properties.insert_some("Tags", settings.tags.as_ref().map(|it| it.to_list()));
    let boundary =
        settings.permissions_boundary.clone().or(settings.permission_boundary.clone()).map(Value::from);
    let boundary = boundary.or_else(|| provider.role_permissions_boundary.clone().map(Value::from));
    properties.insert_some("PermissionsBoundary", boundary);
    let managed = managed_policies(service, functions, rest, &settings);
    if !managed.is_empty() {
        properties.insert("ManagedPolicyArns", managed);
    }
    out.push(Resource::new(ROLE, "AWS::IAM::Role", properties, &Path::from(["provider", "iam", "role"])));
    out
}

fn default_name(service: &ServiceContext) -> Value {
    join(
        "-",
        vec![(&service.service).into(), (&service.stage).into(), to("AWS::Region"), "lambdaRole".into()],
    )
}

fn policy(
    service: &ServiceContext,
    functions: &[&LoweredFunction],
    rest: &[&Fragment],
    settings: &RoleSettings,
) -> Value {
    let mut statements = log_statements(service, functions);
    let own = settings.statements.as_ref().or(service.provider.iam_role_statements.as_ref());
    statements.extend(own.into_iter().flatten().map(|it| it.to_value()));
    let durable: Vec<Value> = functions
        .iter()
        .filter(|it| it.role.durable)
        .map(|it| {
            let name = &it.role.name;
            sub(eco_format!(
                "arn:${{AWS::Partition}}:lambda:${{AWS::Region}}:${{AWS::AccountId}}:function:{name}:*/durable-execution/*/*"
            ))
        })
        .collect();
    if !durable.is_empty() {
        statements.push(json!({
            "Effect": "Allow",
            "Action": ["lambda:CheckpointDurableExecution", "lambda:GetDurableExecutionState"],
            "Resource": durable,
        }));
    }
    // The framework adds the permissions of destinations once the hashes of all archives are there; those come
    // behind the other functions' own, and before those of the events.
    let own = functions.len() + 1;
    let (early, late): (Vec<&Permission>, Vec<&Permission>) =
        rest.iter().take(own).flat_map(|it| &it.statements).partition(|it| !it.late);
    let events = rest.iter().skip(own).flat_map(|it| &it.statements);
    for Permission { statement, once, late } in early.into_iter().chain(late).chain(events) {
        if !*once || !statements.contains(statement) {
            statements.push(statement.clone());
        }
        if *once && !*late && !service.is_version_4() {
            // Version 3 looks at all statements then, and drops those of the user's own that repeat.
            without_repetition(&mut statements);
        }
    }
    let name = join("-", vec![(&service.service).into(), (&service.stage).into(), "lambda".into()]);
    json!({ "PolicyName": name, "PolicyDocument": { "Version": "2012-10-17", "Statement": statements } })
}

fn without_repetition(statements: &mut Vec<Value>) {
    let mut kept: Vec<Value> = Vec::with_capacity(statements.len());
    statements.retain(|it| {
        let first = !kept.contains(it);
        kept.push(it.clone());
        first
    });
}

/// What every function may: write to its log group.
fn log_statements(service: &ServiceContext, functions: &[&LoweredFunction]) -> Vec<Value> {
    let prefix = eco_format!("{}-{}", service.service, service.stage);
    let arn = |group: &str, tail: &str| {
        sub(eco_format!(
            "arn:${{AWS::Partition}}:logs:${{AWS::Region}}:${{AWS::AccountId}}:log-group:{group}{tail}"
        ))
    };
    let (mut create, mut put) = (Vec::new(), Vec::new());
    let (canonical, other): (Vec<_>, Vec<_>) = functions
        .iter()
        .map(|it| &it.role)
        .partition(|it| it.name.is_empty() || it.name.starts_with(prefix.as_str()));
    for function in other.iter().filter(|it| !it.disable_logs) {
        let group = log_group::name(&function.name);
        create.push(arn(&group, ":*"));
        put.push(arn(&group, ":*:*"));
    }
    let logging = canonical.iter().any(|it| !it.disable_logs);
    if logging {
        let group = log_group::name(&prefix);
        create.push(arn(&group, "*:*"));
        put.push(arn(&group, "*:*:*"));
    }
    let mut statements = vec![
        json!({
            "Effect": "Allow",
            "Action": ["logs:CreateLogStream", "logs:CreateLogGroup", "logs:TagResource"],
            "Resource": create,
        }),
        json!({ "Effect": "Allow", "Action": ["logs:PutLogEvents"], "Resource": put }),
    ];
    let silent: Vec<Value> = canonical
        .iter()
        .filter(|it| it.disable_logs)
        .map(|it| arn(&log_group::name(&it.name), ":*"))
        .collect();
    if logging && !silent.is_empty() {
        statements.push(json!({ "Effect": "Deny", "Action": "logs:PutLogEvents", "Resource": silent }));
    }
    statements
}

fn managed_policies(
    service: &ServiceContext,
    functions: &[&LoweredFunction],
    rest: &[&Fragment],
    settings: &RoleSettings,
) -> Vec<Value> {
    let own = settings.managed_policies.as_ref().or(service.provider.iam_managed_policies.as_ref());
    let mut managed: Vec<Value> = own.into_iter().flatten().map(Cfn::to_value).collect();
    if service.provider.vpc.is_some() || functions.iter().any(|it| it.role.vpc) {
        let arn = vec![
            "arn:".into(),
            to("AWS::Partition"),
            ":iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole".into(),
        ];
        managed.push(join("", arn));
    }
    managed.extend(rest.iter().flat_map(|it| &it.managed_policies).cloned());
    managed
}
