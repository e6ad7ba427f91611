//! What lowering may ask of the service around it.

use std::collections::BTreeMap;
use std::sync::Arc;

use ecow::{EcoString, eco_format};

use super::events::EventKind;
use super::function::{AliasParts, Function};
use super::layer::Layer;
use super::naming;
use super::provider::Provider;
use super::resources;
use crate::cfn;
use crate::path::Path;
use crate::service::{Dialect, ListedFunction, ListedFunctions, PackageSettings};
use crate::shape::{AsWritten, Int, Map, Typed as _};
use crate::value::{Object, Value};

/// The service as its parts see it. It changes only when the service's name, stage or provider do, or when a
/// function is added or renamed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceContext {
    /// `service`.
    pub service: EcoString,
    /// The stage.
    pub stage: EcoString,
    /// The region.
    pub region: EcoString,
    /// `provider`.
    pub provider: Arc<Provider>,
    /// The functions in the order of the file: key and physical name.
    pub functions: Arc<Vec<FunctionName>>,
    /// The layers.
    pub layers: Arc<Map<Layer>>,
    /// `package`.
    pub package: PackageSettings,
    /// The archives that have been made: their names and the base64 of their SHA-256.
    pub archives: Arc<BTreeMap<EcoString, EcoString>>,
    /// The images that have been built or looked up, with their digests: their URIs by the names or URIs by which
    /// functions name them.
    pub images: Arc<BTreeMap<EcoString, EcoString>>,
    /// The framework that the service was written for.
    pub dialect: Dialect,
    /// `Resources` of the user's own `resources`, merged, for ids that the service may refer to.
    pub user_resources: Object,
}

/// A function's key and its physical name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionName {
    /// The key in `functions`.
    pub key: EcoString,
    /// The name in Lambda: `name`, else `{service}-{stage}-{key}`.
    pub name: EcoString,
    /// The alias that stands for it.
    pub alias: Option<Alias>,
    /// Its condition.
    pub condition: Option<EcoString>,
}

impl FunctionName {
    /// What invokes the function: its ARN, or its alias's.
    pub fn target(&self) -> Value {
        target(naming::function(&self.key), self.alias.as_ref())
    }
}

fn target(id: EcoString, alias: Option<&Alias>) -> Value {
    let arn = cfn::get_att(id, "Arn");
    match alias {
        Some(alias) => cfn::join(":", vec![arn, Value::from(&alias.name)]),
        None => arn,
    }
}

impl ServiceContext {
    /// The hash of an archive: base64 of its SHA-256. Before packaging that of an empty one stands for it.
    pub fn code_hash(&self, archive: &str) -> EcoString {
        const NOTHING: &str = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
        self.archives.get(archive).cloned().unwrap_or_else(|| NOTHING.into())
    }

    /// Whether the service was written for version 4 of the framework, and not for an older one.
    pub fn is_version_4(&self) -> bool {
        self.dialect == Dialect::V4
    }

    /// The name of the stack: `provider.stackName`, else `{service}-{stage}`.
    pub fn stack_name(&self) -> EcoString {
        self.provider.stack_name.clone().unwrap_or_else(|| eco_format!("{}-{}", self.service, self.stage))
    }

    /// The function called `key`, if the service has it.
    pub fn function(&self, key: &str) -> Option<&FunctionName> {
        self.functions.iter().find(|it| it.key == key)
    }
}

/// A function as its events see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionContext {
    /// The key in `functions`.
    pub key: EcoString,
    /// Where it stands in the resolved configuration.
    pub path: Path,
    /// The name in Lambda.
    pub name: EcoString,
    /// The alias that events invoke, if the function has one.
    pub alias: Option<Alias>,
    /// The condition of what it generates.
    pub condition: Option<EcoString>,
    /// What an event source that reads with the function's role waits for: the role's logical id, if it is in the
    /// template.
    pub role: RoleReference,
    /// The ARN of the role, as the function has it.
    pub role_arn: Value,
    /// `timeout` in seconds, the provider's or the default of 6; at the edge its own or 5.
    pub timeout: i64,
    /// `memorySize` in MB, the provider's or the default of 1024; at the edge its own or 128.
    pub memory_size: i64,
    /// Whether CloudFront runs it (Lambda@Edge), which takes neither environments nor VPCs.
    pub at_edge: bool,
    /// The logical id of its version, for CloudFront, which runs versions only. `None` for other functions: theirs
    /// changes with all that they have, and nothing that their events make depends on it.
    pub edge_version: Option<EcoString>,
    /// `httpApi.payload` of the function.
    pub http_api_payload: Option<EcoString>,
    /// Whether it has a durable configuration with an execution timeout over 15 minutes.
    pub durable_timeout: Option<i64>,
}

/// The alias that stands for a function in its events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alias {
    /// The logical id.
    pub id: EcoString,
    /// The name, such as `provisioned`.
    pub name: EcoString,
}

/// The role of a function, as those see it who must wait for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RoleReference {
    /// The role that the service makes for all its functions.
    Shared,
    /// A role of the user's own in the template, by its logical id.
    Own(EcoString),
    /// A role from elsewhere: nothing to wait for.
    External,
}

impl FunctionContext {
    /// The function's key as it goes into logical ids.
    pub fn id(&self) -> EcoString {
        naming::normalized(&self.key)
    }

    /// The logical id of the function.
    pub fn logical_id(&self) -> EcoString {
        naming::function(&self.key)
    }

    /// What an event invokes: the function's ARN, or its alias's.
    pub fn target(&self) -> Value {
        target(self.logical_id(), self.alias.as_ref())
    }

    /// The logical id of the alias, for those that must wait for it.
    pub fn alias_id(&self) -> Option<EcoString> {
        self.alias.as_ref().map(|it| it.id.clone())
    }

    /// The logical id of the role that an event source reading with the function's role waits for.
    pub fn role_id(&self) -> Option<EcoString> {
        match &self.role {
            RoleReference::Shared => Some(naming::ROLE.into()),
            RoleReference::Own(id) => Some(id.clone()),
            RoleReference::External => None,
        }
    }

    /// The path of the event at `index` of the function's list, below its key.
    pub fn event_path(&self, index: usize, kind: &str) -> Path {
        self.path.join("events").join(index).join(kind)
    }
}

/// What a [`ServiceContext`] is made of.
pub struct Parts<'a> {
    /// `service`.
    pub service: EcoString,
    /// The stage.
    pub stage: EcoString,
    /// The region.
    pub region: EcoString,
    /// `provider`.
    pub provider: Arc<Provider>,
    /// The functions as they are listed.
    pub functions: &'a ListedFunctions,
    /// `layers` as it is written.
    pub layers: &'a Value,
    /// `package`.
    pub package: PackageSettings,
    /// The archives that have been made.
    pub archives: Arc<BTreeMap<EcoString, EcoString>>,
    /// The images that have been built or looked up.
    pub images: Arc<BTreeMap<EcoString, EcoString>>,
    /// `resources` as it is written.
    pub resources: &'a Value,
    /// The framework that the service was written for.
    pub dialect: Dialect,
}

/// Makes the context of a service.
pub fn service(parts: Parts<'_>) -> ServiceContext {
    let functions = parts.functions.values().map(|it| {
        let written = it.value.get("name").and_then(Value::as_str);
        let name = written
            .map_or_else(|| eco_format!("{}-{}-{}", parts.service, parts.stage, it.key), EcoString::from);
        let mut function = AliasParts::decode(&it.value).unwrap_or_default();
        if parts.dialect != Dialect::V4 {
            // Version 3 has no durable functions, and puts the condition on the function alone.
            function.durable_config = None;
            function.condition = None;
        }
        FunctionName {
            key: it.key.clone(),
            name,
            alias: resources::function::alias(&it.key, &function),
            condition: function.condition,
        }
    });
    ServiceContext {
        functions: Arc::new(functions.collect()),
        layers: Arc::new(Map::decode(parts.layers).unwrap_or_default()),
        package: parts.package,
        archives: parts.archives,
        images: parts.images,
        user_resources: resources::user::resources(parts.resources),
        service: parts.service,
        stage: parts.stage,
        region: parts.region,
        provider: parts.provider,
        dialect: parts.dialect,
    }
}

fn number(written: Option<&AsWritten<Int>>) -> Option<i64> {
    written?.fitting.map(|it| it.0)
}

/// Makes the context of a function.
pub fn function(listed: &ListedFunction, function: &Function, service: &ServiceContext) -> FunctionContext {
    let provider = &service.provider;
    let name = service.function(&listed.key).map(|it| it.name.clone());
    let mut events = function.events.iter().flat_map(|it| &it.0);
    let at_edge = events.any(|it| it.event.kind() == EventKind::CloudFront);
    // The provider's memory and time are for functions in the region.
    let (of_provider, memory_size, timeout) =
        if at_edge { (None, 128, 5) } else { (Some(provider), 1024, 6) };
    let mut context = FunctionContext {
        key: listed.key.clone(),
        path: listed.path.clone(),
        name: name.unwrap_or_default(),
        alias: resources::function::alias(&listed.key, &AliasParts::of(function)),
        // Version 3 puts the condition on the function alone.
        condition: function.condition.clone().filter(|_| service.is_version_4()),
        role: resources::role::reference(function, provider),
        role_arn: resources::role::arn(function, provider),
        timeout: number(function.timeout.as_ref().or(of_provider.and_then(|it| it.timeout.as_ref())))
            .unwrap_or(timeout),
        memory_size: number(
            function.memory_size.as_ref().or(of_provider.and_then(|it| it.memory_size.as_ref())),
        )
        .unwrap_or(memory_size),
        at_edge,
        edge_version: None,
        http_api_payload: function.http_api.as_ref().and_then(|it| it.payload).map(|it| it.word().into()),
        durable_timeout: function.durable_config.as_ref().map(|it| it.execution_timeout.0),
    };
    context.edge_version = at_edge.then(|| resources::function::version_id(function, &context, service));
    context
}
