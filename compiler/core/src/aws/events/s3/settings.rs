//! `provider.s3`: properties of the buckets that `s3` events make, by key.
//!
//! The keys at the top are CloudFormation's with a lower-case first letter; all below them is as CloudFormation has it.
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-s3-bucket.html>

use crate::shape::scalar::BucketName;
use crate::shape::{Arn, Cfn, Int, Map, Text, Typed};

use super::notifications::BucketNotifications;
use super::replication::BucketReplication;
use super::website::BucketWebsite;

/// `provider.s3`.
pub type Buckets = Map<BucketSettings>;

/// Properties of a bucket.
#[derive(Clone, Debug, Default, PartialEq, Eq, Typed)]
pub struct BucketSettings {
    /// Faster transfer through edge locations.
    pub accelerate_configuration: Option<BucketAcceleration>,
    /// A ready-made access control list, such as `Private`.
    pub access_control: Option<Text>,
    /// Analyses of how objects are used.
    pub analytics_configurations: Option<Vec<BucketAnalytics>>,
    /// How objects are encrypted.
    pub bucket_encryption: Option<BucketEncryption>,
    /// The name, where it is not the key.
    #[length(3, 63)]
    pub bucket_name: Option<BucketName>,
    /// Cross-origin requests.
    pub cors_configuration: Option<BucketCors>,
    /// Lists of the objects that S3 writes.
    pub inventory_configurations: Option<Vec<BucketInventory>>,
    /// When objects move to other storage, and when they end.
    pub lifecycle_configuration: Option<BucketLifecycle>,
    /// Where accesses are logged.
    pub logging_configuration: Option<BucketLogging>,
    /// Metrics of requests.
    pub metrics_configurations: Option<Vec<BucketMetrics>>,
    /// The name, where it is not the key.
    #[length(3, 63)]
    pub name: Option<BucketName>,
    /// Notifications besides those of the events.
    pub notification_configuration: Option<BucketNotifications>,
    /// How long objects are locked.
    pub object_lock_configuration: Option<BucketLock>,
    /// Whether objects may be locked.
    pub object_lock_enabled: Option<bool>,
    /// What of public access is blocked.
    pub public_access_block_configuration: Option<BucketPublicAccess>,
    /// Copies in other buckets.
    pub replication_configuration: Option<BucketReplication>,
    /// Tags.
    pub tags: Option<Vec<BucketTag>>,
    /// Whether earlier versions of objects are kept.
    pub versioning_configuration: Option<BucketVersioning>,
    /// The bucket as a web site.
    pub website_configuration: Option<BucketWebsite>,
}

/// Faster transfer through edge locations.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub struct BucketAcceleration {
    /// Whether it is on.
    #[key("AccelerationStatus")]
    pub status: Suspendable,
}

/// On, or off after it has been on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Typed)]
pub enum Suspendable {
    /// On.
    Enabled,
    /// Off.
    Suspended,
}

/// On or off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Typed)]
pub enum Switch {
    /// Off.
    Disabled,
    /// On.
    Enabled,
}

/// A tag, or a filter of objects by their tags.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub struct BucketTag {
    /// The key.
    #[key("Key")]
    pub key: Text,
    /// The value.
    #[key("Value")]
    pub value: Text,
}

/// Where a report goes.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub struct BucketReport {
    /// The account of the bucket.
    #[key("BucketAccountId")]
    #[pattern(r"\d{12}", "an account: 12 digits")]
    pub account: Option<Text>,
    /// The bucket.
    #[key("BucketArn")]
    pub bucket: Cfn<Arn>,
    /// The form of the report.
    #[key("Format")]
    pub format: ReportFormat,
    /// How its key starts.
    #[key("Prefix")]
    pub prefix: Option<Text>,
}

/// The form of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Typed)]
pub enum ReportFormat {
    /// Comma-separated values.
    #[key("CSV")]
    Csv,
    /// Apache ORC.
    #[key("ORC")]
    Orc,
    /// Apache Parquet.
    Parquet,
}

/// An analysis of how objects are used.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub struct BucketAnalytics {
    /// Its id.
    #[key("Id")]
    pub id: Text,
    /// How the keys of its objects start.
    #[key("Prefix")]
    pub prefix: Option<Text>,
    /// What becomes of it.
    #[key("StorageClassAnalysis")]
    pub analysis: BucketAnalysis,
    /// Tags of its objects.
    #[key("TagFilters")]
    pub tags: Option<Vec<BucketTag>>,
}

/// What becomes of an analysis.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub struct BucketAnalysis {
    /// Where it is written to.
    #[key("DataExport")]
    pub export: Option<BucketExport>,
}

/// Where an analysis is written to.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub struct BucketExport {
    /// The bucket.
    #[key("Destination")]
    pub destination: BucketReport,
    /// The version of the form.
    #[key("OutputSchemaVersion")]
    pub version: ExportVersion,
}

/// The version of an analysis's form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Typed)]
pub enum ExportVersion {
    /// The only one.
    #[key("V_1")]
    One,
}

/// How objects are encrypted.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub struct BucketEncryption {
    /// The rules.
    #[key("ServerSideEncryptionConfiguration")]
    pub rules: Vec<BucketEncryptionRule>,
}

/// A rule of encryption.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub struct BucketEncryptionRule {
    /// What holds for objects that say nothing themselves.
    #[key("ServerSideEncryptionByDefault")]
    pub by_default: Option<BucketEncryptionDefault>,
    /// Whether a key of the bucket spares calls of KMS.
    #[key("BucketKeyEnabled")]
    pub bucket_key: Option<bool>,
}

/// The encryption of objects that say nothing themselves.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub struct BucketEncryptionDefault {
    /// The key: its ARN or its id.
    #[key("KMSMasterKeyID")]
    #[pattern("^arn:|^[a-f0-9-]+$", "a key: an ARN, or an id")]
    pub key: Option<Cfn<Text>>,
    /// The algorithm.
    #[key("SSEAlgorithm")]
    pub algorithm: crate::aws::provider::deployment::Encryption,
}

/// Cross-origin requests.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub struct BucketCors {
    /// The rules.
    #[key("CorsRules")]
    #[items(0, 100)]
    pub rules: Vec<BucketCorsRule>,
}

/// A rule of cross-origin requests.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub struct BucketCorsRule {
    /// Headers that requests may have.
    #[key("AllowedHeaders")]
    pub allowed_headers: Option<Vec<Text>>,
    /// Methods that may be used.
    #[key("AllowedMethods")]
    pub allowed_methods: Vec<BucketMethod>,
    /// Origins that may call.
    #[key("AllowedOrigins")]
    pub allowed_origins: Vec<Text>,
    /// Headers that scripts may read.
    #[key("ExposedHeaders")]
    pub exposed_headers: Option<Vec<Text>>,
    /// Its id.
    #[key("Id")]
    #[length(0, 255)]
    pub id: Option<Text>,
    /// Seconds that browsers may keep the answer.
    #[key("MaxAge")]
    #[range(0, i64::MAX)]
    pub max_age: Option<Int>,
}

/// A method of a bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Typed)]
pub enum BucketMethod {
    /// GET.
    #[key("GET")]
    Get,
    /// PUT.
    #[key("PUT")]
    Put,
    /// HEAD.
    #[key("HEAD")]
    Head,
    /// POST.
    #[key("POST")]
    Post,
    /// DELETE.
    #[key("DELETE")]
    Delete,
}

/// A list of the objects that S3 writes.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub struct BucketInventory {
    /// Where it goes.
    #[key("Destination")]
    pub destination: BucketReport,
    /// Whether it is on.
    #[key("Enabled")]
    pub enabled: bool,
    /// Its id.
    #[key("Id")]
    pub id: Text,
    /// Which versions it lists.
    #[key("IncludedObjectVersions")]
    pub versions: InventoryVersions,
    /// What it says of each object besides.
    #[key("OptionalFields")]
    pub fields: Option<Vec<Text>>,
    /// How the keys of its objects start.
    #[key("Prefix")]
    pub prefix: Option<Text>,
    /// How often it is written.
    #[key("ScheduleFrequency")]
    pub frequency: InventoryFrequency,
}

/// Which versions a list of objects holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Typed)]
pub enum InventoryVersions {
    /// All.
    All,
    /// The current ones.
    Current,
}

/// How often a list of objects is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Typed)]
pub enum InventoryFrequency {
    /// Every day.
    Daily,
    /// Every week.
    Weekly,
}

/// When objects move to other storage, and when they end.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub struct BucketLifecycle {
    /// The rules.
    #[key("Rules")]
    pub rules: Vec<BucketLifecycleRule>,
}

/// When some objects move, and when they end.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
#[requires(
    "AbortIncompleteMultipartUpload",
    "ExpirationDate",
    "ExpirationInDays",
    "NoncurrentVersionExpirationInDays",
    "NoncurrentVersionTransition",
    "NoncurrentVersionTransitions",
    "Transitions"
)]
pub struct BucketLifecycleRule {
    /// When uploads that are not finished end.
    #[key("AbortIncompleteMultipartUpload")]
    pub abort: Option<BucketAbort>,
    /// The time at which objects end.
    #[key("ExpirationDate")]
    #[pattern(r"^\d{4}-[01]\d-[0-3]\d[Tt ][0-2]\d:[0-5]\d:[0-6]\d(\.\d+)?([Zz]|[+-]\d{2}(:?\d{2})?)$", "a moment, such as `2030-01-31T00:00:00Z`")]
    pub expiration_date: Option<Text>,
    /// Days after which objects end.
    #[key("ExpirationInDays")]
    #[range(0, i64::MAX)]
    pub expiration_days: Option<Cfn<Int>>,
    /// Its id.
    #[key("Id")]
    #[length(0, 255)]
    pub id: Option<Text>,
    /// Days after which earlier versions end.
    #[key("NoncurrentVersionExpirationInDays")]
    #[range(0, i64::MAX)]
    pub noncurrent_expiration_days: Option<Int>,
    /// When earlier versions move.
    #[key("NoncurrentVersionTransition")]
    pub noncurrent_transition: Option<BucketNoncurrentTransition>,
    /// When earlier versions move, from step to step.
    #[key("NoncurrentVersionTransitions")]
    pub noncurrent_transitions: Option<Vec<BucketNoncurrentTransition>>,
    /// How the keys of its objects start.
    #[key("Prefix")]
    pub prefix: Option<Text>,
    /// Whether it is on.
    #[key("Status")]
    pub status: Switch,
    /// Tags of its objects.
    #[key("TagFilters")]
    pub tags: Option<Vec<BucketTag>>,
    /// When objects move, from step to step.
    #[key("Transitions")]
    pub transitions: Option<Vec<BucketTransition>>,
}

/// When uploads that are not finished end.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub struct BucketAbort {
    /// Days after their start.
    #[key("DaysAfterInitiation")]
    #[range(0, i64::MAX)]
    pub days: Int,
}

/// When earlier versions move.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub struct BucketNoncurrentTransition {
    /// Where they move to.
    #[key("StorageClass")]
    pub class: ArchiveClass,
    /// Days after which they move.
    #[key("TransitionInDays")]
    #[range(0, i64::MAX)]
    pub days: Int,
}

/// When objects move.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub struct BucketTransition {
    /// Where they move to.
    #[key("StorageClass")]
    pub class: ArchiveClass,
    /// The time at which they move.
    #[key("TransitionDate")]
    #[pattern(r"^\d{4}-[01]\d-[0-3]\d[Tt ][0-2]\d:[0-5]\d:[0-6]\d(\.\d+)?([Zz]|[+-]\d{2}(:?\d{2})?)$", "a moment, such as `2030-01-31T00:00:00Z`")]
    pub date: Option<Text>,
    /// Days after which they move.
    #[key("TransitionInDays")]
    #[range(1, i64::MAX)]
    pub days: Option<Int>,
}

/// Storage that objects move to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Typed)]
pub enum ArchiveClass {
    /// Glacier Deep Archive.
    #[key("DEEP_ARCHIVE")]
    DeepArchive,
    /// Glacier.
    #[key("GLACIER")]
    Glacier,
    /// Wherever S3 finds it cheapest.
    #[key("INTELLIGENT_TIERING")]
    Intelligent,
    /// In one zone, rarely read.
    #[key("ONEZONE_IA")]
    OneZone,
    /// Rarely read.
    #[key("STANDARD_IA")]
    StandardRare,
}

/// Where accesses are logged.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub struct BucketLogging {
    /// The bucket.
    #[key("DestinationBucketName")]
    #[length(3, 63)]
    pub bucket: Option<Cfn<BucketName>>,
    /// How the keys of the logs start.
    #[key("LogFilePrefix")]
    pub prefix: Option<Text>,
}

/// Metrics of requests.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub struct BucketMetrics {
    /// Its id.
    #[key("Id")]
    pub id: Text,
    /// How the keys of its objects start.
    #[key("Prefix")]
    pub prefix: Option<Text>,
    /// Tags of its objects.
    #[key("TagFilters")]
    pub tags: Option<Vec<BucketTag>>,
}

/// How long objects are locked.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub struct BucketLock {
    /// That they are.
    #[key("ObjectLockEnabled")]
    pub enabled: Option<Locked>,
    /// How long.
    #[key("Rule")]
    pub rule: Option<BucketLockRule>,
}

/// That objects are locked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Typed)]
pub enum Locked {
    /// They are.
    Enabled,
}

/// How long objects are locked.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub struct BucketLockRule {
    /// What holds for objects that say nothing themselves.
    #[key("DefaultRetention")]
    pub retention: Option<BucketRetention>,
}

/// How long objects are locked that say nothing themselves.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub struct BucketRetention {
    /// Days.
    #[key("Days")]
    #[range(0, i64::MAX)]
    pub days: Option<Int>,
    /// Who may unlock them.
    #[key("Mode")]
    pub mode: Option<RetentionMode>,
    /// Years.
    #[key("Years")]
    #[range(0, i64::MAX)]
    pub years: Option<Int>,
}

/// Who may unlock objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Typed)]
pub enum RetentionMode {
    /// Nobody.
    #[key("COMPLIANCE")]
    Compliance,
    /// Who has the permission.
    #[key("GOVERNANCE")]
    Governance,
}

/// What of public access is blocked.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub struct BucketPublicAccess {
    /// New lists that make objects public.
    #[key("BlockPublicAcls")]
    pub block_lists: Option<bool>,
    /// New policies that make the bucket public.
    #[key("BlockPublicPolicy")]
    pub block_policy: Option<bool>,
    /// Lists that make objects public.
    #[key("IgnorePublicAcls")]
    pub ignore_lists: Option<bool>,
    /// Access through public policies.
    #[key("RestrictPublicBuckets")]
    pub restrict: Option<bool>,
}

/// Whether earlier versions of objects are kept.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub struct BucketVersioning {
    /// Whether they are.
    #[key("Status")]
    pub status: Suspendable,
}
