//! `provider.s3.*.replicationConfiguration`: copies of objects in other buckets.

use super::settings::{BucketTag, Switch};
use crate::shape::{Arn, Cfn, Int, Text, Typed};

/// Copies in other buckets.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub struct BucketReplication {
    /// The role that S3 copies with.
    #[key("Role")]
    pub role: Cfn<Arn>,
    /// What is copied where.
    #[key("Rules")]
    #[items(1, 1000)]
    pub rules: Vec<ReplicationRule>,
}

/// What is copied where.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub struct ReplicationRule {
    /// Whether deletions are copied.
    #[key("DeleteMarkerReplication")]
    pub delete_markers: Option<ReplicationSwitch>,
    /// Where copies go.
    #[key("Destination")]
    pub destination: ReplicationDestination,
    /// Which objects are copied.
    #[key("Filter")]
    pub filter: Option<ReplicationFilter>,
    /// Its id.
    #[key("Id")]
    #[length(0, 255)]
    pub id: Option<Text>,
    /// How the keys of its objects start.
    #[key("Prefix")]
    pub prefix: Option<Text>,
    /// Which rule holds where several fit: the one with the greatest number.
    #[key("Priority")]
    pub priority: Option<Int>,
    /// Objects that are copied besides.
    #[key("SourceSelectionCriteria")]
    pub selection: Option<ReplicationSelection>,
    /// Whether it is on.
    #[key("Status")]
    pub status: Switch,
}

/// Whether something is on.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub struct ReplicationSwitch {
    /// Whether it is.
    #[key("Status")]
    pub status: Option<Switch>,
}

/// Where copies go.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub struct ReplicationDestination {
    /// Who owns the copies.
    #[key("AccessControlTranslation")]
    pub owner: Option<ReplicationOwner>,
    /// The account of the bucket.
    #[key("Account")]
    #[pattern(r"^\d{12}$", "an account: 12 digits")]
    pub account: Option<Text>,
    /// The bucket.
    #[key("Bucket")]
    pub bucket: Cfn<Arn>,
    /// How copies are encrypted.
    #[key("EncryptionConfiguration")]
    pub encryption: Option<ReplicationEncryption>,
    /// Metrics of the copies.
    #[key("Metrics")]
    pub metrics: Option<ReplicationMetrics>,
    /// How soon copies are made.
    #[key("ReplicationTime")]
    pub time: Option<ReplicationTime>,
    /// Where copies are stored.
    #[key("StorageClass")]
    pub class: Option<CopyClass>,
}

/// Who owns copies.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub struct ReplicationOwner {
    /// The owner.
    #[key("Owner")]
    pub owner: CopyOwner,
}

/// The owner of copies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Typed)]
pub enum CopyOwner {
    /// The owner of their bucket.
    Destination,
}

/// How copies are encrypted.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub struct ReplicationEncryption {
    /// The key.
    #[key("ReplicaKmsKeyID")]
    pub key: Text,
}

/// Metrics of copies.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub struct ReplicationMetrics {
    /// After how long a copy is late.
    #[key("EventThreshold")]
    pub threshold: ReplicationMinutes,
    /// Whether they are on.
    #[key("Status")]
    pub status: Switch,
}

/// How soon copies are made.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub struct ReplicationTime {
    /// Whether that is promised.
    #[key("Status")]
    pub status: Switch,
    /// How soon.
    #[key("Time")]
    pub time: ReplicationMinutes,
}

/// A span of time.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub struct ReplicationMinutes {
    /// Minutes.
    #[key("Minutes")]
    #[range(0, i64::MAX)]
    pub minutes: Int,
}

/// Where copies are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Typed)]
pub enum CopyClass {
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
    /// On Outposts.
    #[key("OUTPOSTS")]
    Outposts,
    /// With fewer copies.
    #[key("REDUCED_REDUNDANCY")]
    Reduced,
    /// As most objects are.
    #[key("STANDARD")]
    Standard,
    /// Rarely read.
    #[key("STANDARD_IA")]
    StandardRare,
}

/// Which objects are copied.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub struct ReplicationFilter {
    /// Those that all of this fits.
    #[key("And")]
    pub and: Option<ReplicationFilterAnd>,
    /// Those whose keys start so.
    #[key("Prefix")]
    pub prefix: Option<Text>,
    /// Those with a tag.
    #[key("TagFilter")]
    pub tag: Option<BucketTag>,
}

/// What must fit objects.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub struct ReplicationFilterAnd {
    /// How their keys start.
    #[key("Prefix")]
    pub prefix: Option<Text>,
    /// Their tags.
    #[key("TagFilters")]
    pub tags: Option<Vec<BucketTag>>,
}

/// Objects that are copied besides.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub struct ReplicationSelection {
    /// Those that KMS encrypts.
    #[key("SseKmsEncryptedObjects")]
    pub encrypted: ReplicationEncrypted,
}

/// Objects that KMS encrypts.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub struct ReplicationEncrypted {
    /// Whether they are copied.
    #[key("Status")]
    pub status: Switch,
}
