//! Types that several parts of the AWS configuration share.

pub mod ecr;
pub mod statement;

use ecow::EcoString;

use crate::shape::{
    Arn, AsWritten, Cfn, False, Fixed, Int, ListOrMade, Map, MapShape, Nullable, Shape, StringShape, Text,
    Typed,
};
use crate::value::Value;

/// The name of the resource that an ARN means, for logical ids: the last part of the ARN, the resource of a
/// `GetAtt`, the export of an `ImportValue`, or the last part of a `Join`'s list.
pub fn arn_resource_name(arn: &Value) -> EcoString {
    match arn {
        Value::String(text) => text.rsplit(':').next().unwrap_or_default().into(),
        Value::Object(object) => match object.single() {
            Some((name, argument)) if name == "Fn::GetAtt" => match argument {
                Value::Array(parts) => parts.first().map(Value::to_js_string).unwrap_or_default(),
                other => other.to_js_string().split('.').next().unwrap_or_default().into(),
            },
            Some((name, argument)) if name == "Fn::Join" => {
                let parts = argument
                    .as_array()
                    .and_then(|it| it.get(1))
                    .and_then(Value::as_array)
                    .unwrap_or_default();
                parts.last().map(arn_resource_name).unwrap_or_default()
            }
            Some((_, argument)) => argument.to_js_string(),
            None => EcoString::new(),
        },
        other => other.to_js_string(),
    }
}

/// A processor architecture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Typed)]
pub enum Architecture {
    /// 64-bit ARM: Graviton.
    #[key("arm64")]
    Arm64,
    /// 64-bit x86.
    #[key("x86_64")]
    X86_64,
}

/// Environment variables: strings, or functions of CloudFormation. A null takes away what the provider has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Environment(pub Map<Nullable<Cfn<Text>>>);

impl Typed for Environment {
    const SHAPE: &'static Shape = &Shape::Map(&MapShape {
        key: Some(StringShape {
            noun: "a name of an environment variable",
            pattern: Some("^[A-Za-z_][a-zA-Z0-9_]*$"),
            grammar: None,
        }),
        value: Cfn::<Text>::SHAPE,
    });

    fn decode(value: &Value) -> Option<Environment> {
        Map::decode(value).map(Environment)
    }
}

/// Tags of resources. <https://docs.aws.amazon.com/tag-editor/latest/userguide/tagging.html>
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tags(pub Map<Text>);

impl Typed for Tags {
    const SHAPE: &'static Shape = &Shape::Map(&MapShape {
        key: Some(StringShape {
            noun: "a tag's key",
            pattern: Some(r"^([^a]|a[^w]|aw[^s]|aws[^:]|a$|aw$|aws$)[\w./=+:\-_\x20@]{0,127}$"),
            grammar: None,
        }),
        value: &Shape::String(StringShape {
            noun: "a text of at most 256 characters",
            pattern: Some(r"^[\s\S]{0,256}$"),
            grammar: None,
        }),
    });

    fn decode(value: &Value) -> Option<Tags> {
        Map::decode(value).map(Tags)
    }
}

impl Tags {
    /// As a list of `Key` and `Value`.
    pub fn to_list(&self) -> Value {
        Value::array(self.0.iter().map(|(key, value)| crate::json!({ "Key": key, "Value": value })))
    }

    /// As a mapping.
    pub fn to_map(&self) -> Value {
        Value::from(
            self.0
                .iter()
                .map(|(key, value)| (key.clone(), Value::from(value)))
                .collect::<crate::value::Object>(),
        )
    }
}

/// A role: an ARN, a logical id of the template, or a function of CloudFormation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Role(pub Cfn<Text>);

impl Typed for Role {
    const SHAPE: &'static Shape =
        &Shape::OneOf(&[Text::SHAPE, &Shape::IntrinsicOf(&["Fn::GetAtt", "Fn::ImportValue", "Fn::Sub"])]);

    fn decode(value: &Value) -> Option<Role> {
        Cfn::decode(value).map(Role)
    }
}

/// `destinations`: where the results of asynchronous invocations go.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub struct Destinations {
    /// Where successes go.
    pub on_success: Option<Destination>,
    /// Where failures go.
    pub on_failure: Option<Destination>,
}

/// A destination: an ARN or a function of this service, or an ARN that CloudFormation gives with its type.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub enum Destination {
    /// An ARN, or the key of a function of this service.
    Target(Text),
    /// An ARN that CloudFormation gives.
    Typed(TypedDestination),
}

/// A destination whose ARN CloudFormation gives.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub struct TypedDestination {
    /// The ARN.
    pub arn: Intrinsic,
    /// What it is the ARN of.
    #[key("type")]
    pub kind: DestinationKind,
}

/// A function of CloudFormation where no plain value is taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Intrinsic(pub Value);

impl Typed for Intrinsic {
    const SHAPE: &'static Shape = &Shape::Intrinsic;

    fn decode(value: &Value) -> Option<Intrinsic> {
        crate::shape::cfn::is_intrinsic_value(value).then(|| Intrinsic(value.clone()))
    }
}

impl From<Intrinsic> for Value {
    fn from(it: Intrinsic) -> Value {
        it.0
    }
}

/// What a destination is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Typed)]
pub enum DestinationKind {
    /// A Lambda function.
    #[key("function")]
    Function,
    /// An SNS topic.
    #[key("sns")]
    Sns,
    /// An SQS queue.
    #[key("sqs")]
    Sqs,
    /// An event bus of EventBridge.
    #[key("eventBus")]
    EventBus,
}

/// `fileSystemConfig`: an EFS access point.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub struct FileSystem {
    /// The ARN of the access point.
    #[pattern(
        "^arn:aws[a-zA-Z-]*:elasticfilesystem:[a-z]{2}((-gov)|(-iso(b?)))?-[a-z]+-[1-9]{1}:[0-9]{12}:access-point/fsap-[a-f0-9]{17}$",
        "the ARN of an access point of EFS"
    )]
    pub arn: Cfn<Text>,
    /// Where it is mounted: a folder below `/mnt/`.
    #[pattern("^/mnt/[a-zA-Z0-9-_.]+$", "a path below `/mnt/`: letters, digits and `-_.`")]
    pub local_mount_path: Text,
}

/// `image`: a container image.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub enum Image {
    /// A URI in ECR, or a name of `provider.ecr.images`.
    Reference(ImageReference),
    /// An image with settings.
    Settings(ImageSettings),
}

/// A URI in ECR, or a name of `provider.ecr.images`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageReference(pub Text);

/// What the URI of an image in ECR looks like.
pub const IMAGE_URI: &str =
    r"^\d+\.dkr\.ecr\.[a-z0-9-]+..amazonaws.com/([^@]+)|([^@:]+@sha256:[a-f0-9]{64})$";
/// What the name of an image in `provider.ecr.images` looks like.
pub const IMAGE_NAME: &str = "^[a-z][a-z0-9-_]{1,31}$";

impl Typed for ImageReference {
    const SHAPE: &'static Shape = &Shape::String(StringShape {
        noun: "the URI of an image in ECR, or a name of `provider.ecr.images`",
        pattern: Some(
            r"(^\d+\.dkr\.ecr\.[a-z0-9-]+..amazonaws.com/([^@]+)|([^@:]+@sha256:[a-f0-9]{64})$)|(^[a-z][a-z0-9-_]{1,31}$)",
        ),
        grammar: None,
    });

    fn decode(value: &Value) -> Option<ImageReference> {
        Text::decode(value).map(ImageReference)
    }
}

/// An image with settings.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub struct ImageSettings {
    /// A name of `provider.ecr.images`.
    #[pattern(IMAGE_NAME, "the name of an image")]
    pub name: Option<Text>,
    /// A URI in ECR.
    #[pattern(
        IMAGE_URI,
        "the URI of an image: `<account>.dkr.ecr.<region>.amazonaws.com/<repository>` with a tag or a digest"
    )]
    pub uri: Option<Text>,
    /// The working directory, instead of the image's.
    pub working_directory: Option<Text>,
    /// The command, instead of the image's.
    pub command: Option<Vec<Text>>,
    /// The entry point, instead of the image's.
    pub entry_point: Option<Vec<Text>>,
}

/// How a function logs. <https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-advanced.html>
#[derive(Clone, Debug, Default, PartialEq, Eq, Typed)]
pub struct LambdaLogs {
    /// The least level of the application's logs. Needs the format `JSON`.
    pub application_log_level: Option<ApplicationLogLevel>,
    /// The format.
    pub log_format: Option<LogFormat>,
    /// The log group, instead of the function's own.
    #[pattern(r"^[.\-_/#A-Za-z0-9]{1,512}$", "the name of a log group: letters, digits and `.-_/#`")]
    pub log_group: Option<Text>,
    /// The least level of Lambda's own logs. Needs the format `JSON`.
    pub system_log_level: Option<SystemLogLevel>,
}

/// Levels of an application's logs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Typed)]
pub enum ApplicationLogLevel {
    /// Debug and above.
    #[key("DEBUG")]
    Debug,
    /// Errors and above.
    #[key("ERROR")]
    Error,
    /// Fatal errors only.
    #[key("FATAL")]
    Fatal,
    /// Information and above.
    #[key("INFO")]
    Info,
    /// All.
    #[key("TRACE")]
    Trace,
    /// Warnings and above.
    #[key("WARN")]
    Warn,
}

/// Levels of Lambda's own logs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Typed)]
pub enum SystemLogLevel {
    /// All.
    #[key("DEBUG")]
    Debug,
    /// Information and above.
    #[key("INFO")]
    Info,
    /// Warnings and above.
    #[key("WARN")]
    Warn,
}

/// The format of logs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Typed)]
pub enum LogFormat {
    /// One JSON object a line.
    #[key("JSON")]
    Json,
    /// Plain text.
    Text,
}

/// Days that CloudWatch Logs keeps.
/// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html>
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetentionDays(pub Int);

macro_rules! numbers {
    ($($number:literal)*) => { &[$( crate::shape::Word { text: $number, docs: "Days.", ended: false } ),*] };
}

impl Typed for RetentionDays {
    const SHAPE: &'static Shape = &Shape::Choice(&crate::shape::ChoiceShape {
        words: numbers! {
            "1" "3" "5" "7" "14" "30" "60" "90" "120" "150" "180" "365" "400" "545" "731" "1827" "2192" "2557" "2922"
            "3288" "3653"
        },
        ignore_case: false,
    });

    fn decode(value: &Value) -> Option<RetentionDays> {
        Int::decode(value).map(RetentionDays)
    }
}

/// `runtimeManagement`.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub enum RuntimeManagement {
    /// The mode alone.
    Mode(AutomaticRuntimeMode),
    /// The mode, with a version for `manual`.
    Settings(RuntimeManagementSettings),
}

/// Modes that need no version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Typed)]
pub enum AutomaticRuntimeMode {
    /// Lambda updates the runtime when it has a new one.
    #[key("auto")]
    Auto,
    /// The runtime is updated with the function.
    #[key("onFunctionUpdate")]
    OnFunctionUpdate,
}

/// `runtimeManagement` with settings.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub struct RuntimeManagementSettings {
    /// The mode.
    pub mode: RuntimeMode,
    /// The ARN of the version of the runtime, for `manual`.
    pub arn: Option<Cfn<Arn>>,
}

/// When Lambda updates a runtime.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Typed)]
pub enum RuntimeMode {
    /// Lambda updates the runtime when it has a new one.
    #[key("auto")]
    Auto,
    /// The runtime is updated with the function.
    #[key("onFunctionUpdate")]
    OnFunctionUpdate,
    /// The runtime stays at the version of `arn`.
    #[key("manual")]
    Manual,
}

/// Whether X-Ray traces.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub enum Tracing {
    /// `true` is `Active`; `false` is `PassThrough` for a function.
    Enabled(bool),
    /// The mode.
    Mode(AsWritten<TracingMode>),
}

/// Modes of X-Ray.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Typed)]
pub enum TracingMode {
    /// Requests are sampled.
    Active,
    /// The caller decides.
    PassThrough,
}

/// `vpc` of a function: a VPC, or `false` or nothing for none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VpcSetting {
    /// No VPC, whatever the provider says.
    Off(False),
    /// The VPC, or what differs from the provider's.
    Vpc(VpcPart),
}

impl Typed for VpcSetting {
    const SHAPE: &'static Shape = &Shape::OneOf(&[False::SHAPE, Vpc::SHAPE]);

    fn decode(value: &Value) -> Option<VpcSetting> {
        match value {
            Value::Null | Value::Bool(false) => Some(VpcSetting::Off(Fixed)),
            other => VpcPart::decode(other).map(VpcSetting::Vpc),
        }
    }
}

/// `vpc`: the subnets and security groups that functions run in.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub struct Vpc {
    /// Whether IPv6 is allowed out of dual-stack subnets.
    #[since_4]
    pub ipv6_allowed_for_dual_stack: Option<bool>,
    /// Ids of security groups.
    #[items(0, 5)]
    pub security_group_ids: ListOrMade<Cfn<Text>>,
    /// Ids of subnets.
    #[items(0, 16)]
    pub subnet_ids: ListOrMade<Cfn<Text>>,
}

/// A [`Vpc`] as a service that is compiled in spite of mistakes may have it: what is missing is the provider's.
#[derive(Clone, Debug, Default, PartialEq, Eq, Typed)]
pub struct VpcPart {
    /// Whether IPv6 is allowed out of dual-stack subnets.
    pub ipv6_allowed_for_dual_stack: Option<bool>,
    /// Ids of security groups.
    pub security_group_ids: Option<Cfn<Vec<Cfn<Text>>>>,
    /// Ids of subnets.
    pub subnet_ids: Option<Cfn<Vec<Cfn<Text>>>>,
}

/// `logDataProtectionPolicy`. <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/mask-sensitive-log-data.html>
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub struct DataProtectionPolicy {
    /// Its name.
    #[key("Name")]
    pub name: Text,
    /// What it is for.
    #[key("Description")]
    pub description: Option<Text>,
    /// The version of the language: `2021-06-01`.
    #[key("Version")]
    pub version: Text,
    /// The statements.
    #[key("Statement")]
    pub statement: Vec<Value>,
}

/// `url` of a function.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub enum Url {
    /// `true` for a public URL.
    Enabled(bool),
    /// A URL with settings.
    Settings(UrlSettings),
}

/// `url` with settings.
#[derive(Clone, Debug, Default, PartialEq, Eq, Typed)]
pub struct UrlSettings {
    /// Who may call: `aws_iam` for signed requests only.
    pub authorizer: Option<UrlAuthorizer>,
    /// Cross-origin requests.
    pub cors: Option<UrlCors>,
    /// Whether responses are buffered or streamed.
    pub invoke_mode: Option<InvokeMode>,
}

/// `url.authorizer`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Typed)]
pub enum UrlAuthorizer {
    /// Only signed requests of those that may invoke the URL.
    #[key("aws_iam")]
    AwsIam,
}

/// `url.cors`.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub enum UrlCors {
    /// `true` for all origins.
    Enabled(bool),
    /// Settings.
    Settings(UrlCorsSettings),
}

/// `url.cors` with settings.
#[derive(Clone, Debug, Default, PartialEq, Eq, Typed)]
pub struct UrlCorsSettings {
    /// Whether cookies are sent.
    pub allow_credentials: Option<bool>,
    /// Headers that requests may have.
    #[items(1, 100)]
    pub allowed_headers: Option<Nullable<Vec<Text>>>,
    /// Methods that may be used.
    #[items(1, 6)]
    pub allowed_methods: Option<Nullable<Vec<Text>>>,
    /// Origins that may call.
    #[items(1, 100)]
    pub allowed_origins: Option<Nullable<Vec<Text>>>,
    /// Headers of the response that scripts may read.
    #[items(1, 100)]
    pub exposed_response_headers: Option<Vec<Text>>,
    /// Seconds that browsers may keep the answer.
    #[range(0, i64::MAX)]
    pub max_age: Option<Int>,
}

/// `url.invokeMode`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Typed)]
pub enum InvokeMode {
    /// The whole response at once.
    #[key("BUFFERED")]
    Buffered,
    /// The response as it is made.
    #[key("RESPONSE_STREAM")]
    ResponseStream,
}

/// The format of the events of an HTTP API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Typed)]
pub enum HttpApiPayload {
    /// As a REST API has it.
    #[key("1.0")]
    V1,
    /// The shorter one.
    #[key("2.0")]
    V2,
}
