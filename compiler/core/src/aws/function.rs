//! `functions.*`: what may be written for a function.

use super::events::{Event, Placed};
use super::runtime::Runtime;
use super::types::{
    Architecture, Environment, FileSystem, Image, LambdaLogs, RetentionDays, Role, RuntimeManagement, Tags,
    Tracing, VpcSetting,
};
use crate::diagnostic::{Diagnostic, Place};
use crate::language::placement;
use crate::rules;
use crate::service::ListedFunction;
use ecow::eco_format;

use crate::aws::types::{DataProtectionPolicy, Destinations, HttpApiPayload, Url};
use crate::service::package::FunctionPackage;
use crate::shape::scalar::KmsArn;
use crate::shape::{Arn, AsWritten, Cfn, Int, Shape, Text, Typed};
use crate::value::Value;

/// A Lambda function.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub struct Function {
    /// The name in Lambda. `{service}-{stage}-{key}` by default.
    #[pattern("^[a-zA-Z0-9-_]+$", "the name of a function: letters, digits, `-` and `_`")]
    pub name: Option<Text>,
    /// What invokes the function.
    pub events: Option<Events>,
    /// The processor architecture.
    pub architecture: Option<Architecture>,
    /// The KMS key that encrypts the environment.
    #[instead("kmsKeyArn")]
    pub aws_kms_key_arn: Option<Cfn<KmsArn>>,
    /// A condition of `resources.Conditions`: the function and all that belongs to it exist only where it holds.
    pub condition: Option<Text>,
    /// Logical ids of resources that must be there first.
    pub depends_on: Option<Vec<Text>>,
    /// What the function is for.
    #[length(0, 256)]
    pub description: Option<AsWritten<Text>>,
    /// Where the results of asynchronous invocations go.
    pub destinations: Option<Destinations>,
    /// Whether the function writes no logs.
    pub disable_logs: Option<bool>,
    /// Makes the function durable: it can wait for up to a year.
    #[since_4]
    pub durable_config: Option<DurableConfig>,
    /// Environment variables, over those of the provider.
    pub environment: Option<Environment>,
    /// Size of `/tmp` in MB. 512 by default.
    #[range(512, 10_240)]
    pub ephemeral_storage_size: Option<Int>,
    /// How the function logs.
    #[since_4]
    pub logs: Option<LambdaLogs>,
    /// An EFS access point to mount. Needs `vpc`.
    pub file_system_config: Option<FileSystem>,
    /// File and exported name, such as `src/users.create`.
    pub handler: Option<Text>,
    /// A container image instead of a handler: its URI, a name of `provider.ecr.images`, or settings.
    pub image: Option<Image>,
    /// The KMS key that encrypts the environment.
    pub kms_key_arn: Option<Cfn<KmsArn>>,
    /// Whether Lambda ends loops in which the function invokes itself.
    #[since_4]
    pub recursive_loop: Option<RecursiveLoop>,
    /// Whether versions start from a snapshot.
    pub snap_start: Option<bool>,
    /// ARNs of layers, instead of those of the provider.
    pub layers: Option<Vec<Cfn<Arn>>>,
    /// Days after which logs are deleted.
    pub log_retention_in_days: Option<RetentionDays>,
    /// A data protection policy of the log group.
    pub log_data_protection_policy: Option<DataProtectionPolicy>,
    /// Seconds that an asynchronous event may wait.
    #[range(60, 21_600)]
    pub maximum_event_age: Option<Int>,
    /// How often an asynchronous event is tried again.
    #[range(0, 2)]
    pub maximum_retry_attempts: Option<Int>,
    /// Memory in MB. 1024 by default.
    #[range(128, 10_240)]
    pub memory_size: Option<AsWritten<Int>>,
    /// Where asynchronous events go that failed: the ARN of an SNS topic.
    #[pattern("^arn:aws[a-z-]*:sns", "the ARN of an SNS topic: the framework takes no other")]
    pub on_error: Option<Cfn<Text>>,
    /// What goes into the function's archive.
    pub package: Option<FunctionPackage>,
    /// Instances that are kept warm, behind the alias `provisioned`.
    #[range(0, i64::MAX)]
    pub provisioned_concurrency: Option<Cfn<Int>>,
    /// Most concurrent invocations, taken from the account's.
    #[range(0, i64::MAX)]
    pub reserved_concurrency: Option<Cfn<Int>>,
    /// The role: an ARN, a logical id, or a function of CloudFormation.
    pub role: Option<Role>,
    /// The runtime, instead of the provider's.
    pub runtime: Option<Runtime>,
    /// When Lambda updates the runtime.
    pub runtime_management: Option<RuntimeManagement>,
    /// Tags, over those of the provider.
    pub tags: Option<Tags>,
    /// Seconds that an invocation may take. 6 by default.
    #[range(1, 900)]
    pub timeout: Option<AsWritten<Int>>,
    /// Whether X-Ray traces the function.
    pub tracing: Option<Tracing>,
    /// A URL of the function's own.
    pub url: Option<Url>,
    /// Whether each deployment makes a version, instead of `provider.versionFunctions`.
    pub version_function: Option<bool>,
    /// The VPC that the function runs in, instead of the provider's; `false` for none.
    pub vpc: Option<VpcSetting>,
    /// How the function takes the requests of an HTTP API.
    pub http_api: Option<FunctionHttpApi>,
}

/// The events of a function with their places in its list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Events(pub Vec<Placed<Event>>);

impl Typed for Events {
    const SHAPE: &'static Shape = <Vec<Event>>::SHAPE;

    fn decode(value: &Value) -> Option<Events> {
        let items = value.as_array()?.iter().enumerate();
        Some(Events(
            items.filter_map(|(index, it)| Some(Placed { index, event: Event::decode(it)? })).collect(),
        ))
    }
}

/// `functions.*.durableConfig`.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub struct DurableConfig {
    /// Seconds that an execution may take in all, waiting included.
    #[range(1, 31_622_400)]
    pub execution_timeout: Int,
    /// Days that the history of an execution is kept.
    #[range(1, 90)]
    pub retention_period_in_days: Option<Int>,
}

/// `functions.*.recursiveLoop`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Typed)]
pub enum RecursiveLoop {
    /// Loops go on.
    Allow,
    /// Loops are ended.
    Terminate,
}

/// `functions.*.httpApi`.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub struct FunctionHttpApi {
    /// The version of the event's format.
    pub payload: Option<HttpApiPayload>,
}

/// Whether the handler is there under a misspelt key, which the shape tells.
fn is_misspelt(listed: &ListedFunction) -> bool {
    let known = ["handler", "image"];
    let keys = listed.value.as_object().into_iter().flat_map(|it| it.keys());
    keys.into_iter().any(|it| !known.contains(&it.as_str()) && placement::misspelt(it, known).is_some())
}

/// Rules between the options of a function.
pub fn rules(function: &Function, listed: &ListedFunction) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let key = &listed.key;
    let place = Place::key(listed.path.clone());
    if !matches!(listed.value, Value::Object(_)) {
        return found;
    }
    let shown = |key: &str| Place::key(listed.path.join(key));
    match (&function.handler, &function.image) {
        (None, None) if !listed.value.has_unknown() && !is_misspelt(listed) => found.push(
            Diagnostic::new(
                &rules::MISSING_HANDLER,
                // An empty `handler:` is where it is missing.
                if listed.value.get("handler").is_some() { shown("handler") } else { place },
                eco_format!("the function `{key}` has neither `handler` nor `image`"),
            )
            .help("add `handler: file.function`, or the `image` that it runs"),
        ),
        (Some(_), Some(_)) => found.push(
            Diagnostic::new(
                &rules::CONFLICTING_OPTIONS,
                shown("image"),
                "`handler` and `image` exclude each other",
            )
            .help("keep one of the two")
            .related(shown("handler"), "set here"),
        ),
        _ => {}
    }
    found
}

/// The options of a function that others see: they decide its alias and whether it exists.
#[derive(Clone, Debug, Default, PartialEq, Eq, Typed)]
pub struct AliasParts {
    /// As [`Function::condition`].
    pub condition: Option<Text>,
    /// As [`Function::durable_config`].
    pub durable_config: Option<DurableConfig>,
    /// As [`Function::provisioned_concurrency`].
    pub provisioned_concurrency: Option<Cfn<Int>>,
    /// As [`Function::snap_start`].
    pub snap_start: Option<bool>,
}

impl AliasParts {
    /// Those of a function.
    pub fn of(function: &Function) -> AliasParts {
        AliasParts {
            condition: function.condition.clone(),
            durable_config: function.durable_config.clone(),
            provisioned_concurrency: function.provisioned_concurrency.clone(),
            snap_start: function.snap_start,
        }
    }
}
