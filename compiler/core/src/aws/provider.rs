//! `provider.*`: where a service runs, and the defaults of its functions.

pub mod deployment;
pub mod iam;

use super::events::alb::config::Alb;
use super::events::cloud_front::config::ProviderCloudFront;
use super::events::http::config::{ApiGateway, RestApiLogs};
use super::events::http_api::config::{HttpApi, HttpApiLogs};
use super::events::s3::settings::Buckets;
use super::events::websocket::config::{Websocket, WebsocketLogs};
use super::runtime::Runtime;
use super::types::ecr::Ecr;
use super::types::statement::Statement;
use super::types::{
    Architecture, DataProtectionPolicy, Environment, LambdaLogs, RetentionDays, Role, RuntimeManagement,
    Tags, Tracing, Vpc,
};
use crate::shape::scalar::KmsArn;
use crate::shape::{Arn, AsWritten, Cfn, Int, Text, Typed};
use crate::value::Value;

pub use deployment::{
    DeletionProtection, DeploymentBucket, DeploymentMethod, PruneVersions, RollbackConfiguration,
    StackParameter,
};
pub use iam::{Iam, IamRole};

/// `provider`.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub struct Provider {
    /// The provider: `aws`.
    pub name: ProviderName,
    /// Application load balancers: target groups and authorizers.
    pub alb: Option<Alb>,
    /// The REST API of the `http` events.
    pub api_gateway: Option<ApiGateway>,
    /// The name of the REST API. `{stage}-{service}` by default.
    pub api_name: Option<Text>,
    /// The processor architecture of the functions.
    pub architecture: Option<Architecture>,
    /// The role that CloudFormation deploys with.
    #[instead("provider.iam.deploymentRole")]
    pub cfn_role: Option<Cfn<Arn>>,
    /// CloudFront: cache policies.
    pub cloud_front: Option<ProviderCloudFront>,
    /// Whether the stack is protected against deletion.
    #[since_4]
    pub deletion_protection: Option<DeletionProtection>,
    /// The bucket that deployments go to, instead of one of the stack's own.
    pub deployment_bucket: Option<DeploymentBucket>,
    /// Whether deployments go through change sets. `changesets` by default.
    pub deployment_method: Option<DeploymentMethod>,
    /// The folder of the bucket that deployments go to. `serverless` by default.
    pub deployment_prefix: Option<Text>,
    /// Whether a failed deployment is left as it is.
    pub disable_rollback: Option<bool>,
    /// Container images.
    pub ecr: Option<Ecr>,
    /// The kind of endpoint of the REST API. `EDGE` by default.
    pub endpoint_type: Option<EndpointType>,
    /// Environment variables of all functions.
    pub environment: Option<Environment>,
    /// The HTTP API of the `httpApi` events.
    pub http_api: Option<HttpApi>,
    /// The role of the functions, and that of deployments.
    pub iam: Option<Iam>,
    /// Managed policies of the functions' role.
    #[instead("provider.iam.role.managedPolicies")]
    pub iam_managed_policies: Option<Vec<Cfn<Arn>>>,
    /// Statements of the functions' role.
    #[instead("provider.iam.role.statements")]
    pub iam_role_statements: Option<Vec<Statement>>,
    /// Kinesis consumers.
    pub kinesis: Option<Kinesis>,
    /// The KMS key that encrypts environments.
    pub kms_key_arn: Option<Cfn<KmsArn>>,
    /// The hash of Lambda versions. Without effect: there is one way left.
    #[removed]
    #[instead("nothing: there is one way left")]
    pub lambda_hashing_version: Option<Text>,
    /// ARNs of the layers of all functions that have none of their own.
    pub layers: Option<Vec<Cfn<Arn>>>,
    /// Data protection policy of all log groups.
    pub log_data_protection_policy: Option<DataProtectionPolicy>,
    /// Days after which logs are deleted.
    pub log_retention_in_days: Option<RetentionDays>,
    /// What is logged.
    pub logs: Option<ProviderLogs>,
    /// Memory of the functions in MB. 1024 by default.
    #[range(128, 10_240)]
    pub memory_size: Option<AsWritten<Int>>,
    /// SNS topics that CloudFormation tells of its events.
    #[items(0, 5)]
    pub notification_arns: Option<Vec<Arn>>,
    /// The profile of the credentials.
    pub profile: Option<Text>,
    /// How old versions of functions are deleted after a deployment.
    #[since_4]
    pub prune_function_versions: Option<PruneVersions>,
    /// The region. `us-east-1` by default.
    pub region: Option<Region>,
    /// Who may call the REST API.
    #[removed]
    #[instead("provider.apiGateway.resourcePolicy")]
    pub resource_policy: Option<Value>,
    /// The role of the functions.
    #[instead("provider.iam.role")]
    pub role: Option<Role>,
    /// The boundary of the functions' role.
    #[instead("provider.iam.role.permissionsBoundary")]
    pub role_permissions_boundary: Option<Arn>,
    /// When CloudFormation rolls back by itself.
    pub rollback_configuration: Option<RollbackConfiguration>,
    /// The runtime of the functions.
    pub runtime: Option<Runtime>,
    /// When Lambda updates the runtime.
    pub runtime_management: Option<RuntimeManagement>,
    /// Properties of buckets that `s3` events make, by key.
    pub s3: Option<AsWritten<Buckets>>,
    /// The name of the stack. `{service}-{stage}` by default.
    #[pattern("^[a-zA-Z][a-zA-Z0-9-]*$", "the name of a stack: a letter, then letters, digits and `-`")]
    #[length(1, 128)]
    pub stack_name: Option<Text>,
    /// Parameters of the stack.
    pub stack_parameters: Option<Vec<StackParameter>>,
    /// The policy that protects resources of the stack from updates.
    pub stack_policy: Option<Vec<Statement>>,
    /// Tags of the stack.
    pub stack_tags: Option<Tags>,
    /// The stage. `dev` by default.
    #[pattern("^[A-Za-z0-9-]+$", "a stage: letters, digits and `-`")]
    pub stage: Option<Text>,
    /// Tags of the functions and APIs.
    pub tags: Option<Tags>,
    /// Seconds that an invocation may take. 6 by default.
    #[range(1, 900)]
    pub timeout: Option<AsWritten<Int>>,
    /// What X-Ray traces.
    pub tracing: Option<ProviderTracing>,
    /// Whether each deployment makes a version of each function. `true` by default.
    pub version_functions: Option<bool>,
    /// The VPC that the functions run in.
    pub vpc: Option<Vpc>,
    /// VPC endpoints of a private REST API.
    pub vpc_endpoint_ids: Option<Cfn<Vec<Cfn<Text>>>>,
    /// The websocket API.
    pub websocket: Option<Websocket>,
    /// The name of the websocket API. `{stage}-{service}-websockets` by default.
    pub websockets_api_name: Option<Text>,
    /// What chooses the route of a message. `$request.body.action` by default.
    pub websockets_api_route_selection_expression: Option<Text>,
    /// What the websocket API is for.
    pub websockets_description: Option<Text>,
    /// Whether CloudFormation makes event buses. Without effect: it always does.
    #[removed]
    #[instead("nothing: CloudFormation makes event buses")]
    pub event_bridge: Option<Value>,
}

/// `provider.name`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Typed)]
pub enum ProviderName {
    /// Amazon Web Services.
    #[key("aws")]
    Aws,
}

/// `provider.endpointType`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Typed)]
#[ignore_case]
pub enum EndpointType {
    /// In the region.
    #[key("REGIONAL")]
    Regional,
    /// Behind CloudFront.
    #[key("EDGE")]
    Edge,
    /// In a VPC.
    #[key("PRIVATE")]
    Private,
}

/// `provider.kinesis`.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub struct Kinesis {
    /// How consumers are named.
    pub consumer_naming_mode: Option<ConsumerNaming>,
}

/// `provider.kinesis.consumerNamingMode`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Typed)]
pub enum ConsumerNaming {
    /// With the service's name, so that two services may read one stream.
    #[key("serviceSpecific")]
    ServiceSpecific,
}

/// `provider.logs`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Typed)]
#[open]
pub struct ProviderLogs {
    /// Whether functions that the framework adds write logs.
    pub framework_lambda: Option<bool>,
    /// Access logs of the HTTP API.
    pub http_api: Option<HttpApiLogs>,
    /// Logs of the REST API.
    pub rest_api: Option<RestApiLogs>,
    /// Logs of the websocket API.
    pub websocket: Option<WebsocketLogs>,
    /// How the functions log.
    #[since_4]
    pub lambda: Option<LambdaLogs>,
}

/// `provider.tracing`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Typed)]
pub struct ProviderTracing {
    /// Whether the REST API's requests are traced.
    pub api_gateway: Option<bool>,
    /// Whether the functions are traced.
    pub lambda: Option<Tracing>,
}

/// A region of AWS. <https://docs.aws.amazon.com/general/latest/gr/lambda-service.html>
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Region(pub &'static str);

macro_rules! regions {
    ($($name:literal $docs:literal;)*) => {
        /// The regions with their places.
        pub const REGIONS: &[crate::shape::Word] = &[$( crate::shape::Word { text: $name, docs: $docs, ended: false } ),*];
    };
}

regions! {
    "af-south-1" "Cape Town.";
    "ap-east-1" "Hong Kong.";
    "ap-east-2" "Taipei.";
    "ap-northeast-1" "Tokyo.";
    "ap-northeast-2" "Seoul.";
    "ap-northeast-3" "Osaka.";
    "ap-south-1" "Mumbai.";
    "ap-south-2" "Hyderabad.";
    "ap-southeast-1" "Singapore.";
    "ap-southeast-2" "Sydney.";
    "ap-southeast-3" "Jakarta.";
    "ap-southeast-4" "Melbourne.";
    "ap-southeast-5" "Malaysia.";
    "ap-southeast-6" "New Zealand.";
    "ap-southeast-7" "Thailand.";
    "ca-central-1" "Central Canada.";
    "ca-west-1" "Calgary.";
    "cn-north-1" "Beijing.";
    "cn-northwest-1" "Ningxia.";
    "eu-central-1" "Frankfurt.";
    "eu-central-2" "Zurich.";
    "eu-north-1" "Stockholm.";
    "eu-south-1" "Milan.";
    "eu-south-2" "Spain.";
    "eu-west-1" "Ireland.";
    "eu-west-2" "London.";
    "eu-west-3" "Paris.";
    "il-central-1" "Tel Aviv.";
    "me-central-1" "UAE.";
    "me-south-1" "Bahrain.";
    "mx-central-1" "Mexico.";
    "sa-east-1" "São Paulo.";
    "us-east-1" "N. Virginia.";
    "us-east-2" "Ohio.";
    "us-gov-east-1" "GovCloud US-East.";
    "us-gov-west-1" "GovCloud US-West.";
    "us-iso-east-1" "us-iso-east-1.";
    "us-iso-west-1" "us-iso-west-1.";
    "us-isob-east-1" "us-isob-east-1.";
    "us-west-1" "N. California.";
    "us-west-2" "Oregon.";
}

impl Typed for Region {
    const SHAPE: &'static crate::shape::Shape =
        &crate::shape::Shape::Choice(&crate::shape::ChoiceShape { words: REGIONS, ignore_case: false });

    fn decode(value: &Value) -> Option<Region> {
        let text = value.as_str()?;
        REGIONS.iter().find(|it| it.text == text).map(|it| Region(it.text))
    }
}
