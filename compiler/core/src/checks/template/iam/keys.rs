//! Keys of conditions that services bring: only what is almost one of them is told, as AWS adds others.
//!
//! <https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html>

use crate::diagnostic::nearest;

/// Services, and their keys without the prefix. Those that end with a slash or a colon go on with a name of the user's.
const KEYS: [(&str, &[&str]); 12] = [
    (
        "dynamodb",
        &[
            "Attributes",
            "EnclosingOperation",
            "FirstPartitionKeyValues",
            "FullTableScan",
            "LeadingKeys",
            "ReturnConsumedCapacity",
            "ReturnValues",
            "Select",
        ],
    ),
    (
        "events",
        &[
            "detail-type",
            "detail.eventTypeCode",
            "detail.service",
            "detail.userIdentity.principalId",
            "EventBusInvocation",
            "creatorAccount",
            "ManagedBy",
            "source",
            "TargetArn",
            "eventBusArn",
        ],
    ),
    (
        "iam",
        &[
            "AssociatedResourceArn",
            "AWSServiceName",
            "FIDO-certification",
            "FIDO-FIPS-140-2-certification",
            "OrganizationsPolicyId",
            "PassedToService",
            "PermissionsBoundary",
            "PolicyARN",
            "RegisterSecurityKey",
            "ResourceTag/",
        ],
    ),
    (
        "kms",
        &[
            "BypassPolicyLockoutSafetyCheck",
            "CallerAccount",
            "CustomerMasterKeySpec",
            "CustomerMasterKeyUsage",
            "DataKeyPairSpec",
            "EncryptionAlgorithm",
            "EncryptionContext:",
            "EncryptionContextKeys",
            "ExpirationModel",
            "GrantConstraintType",
            "GrantIsForAWSResource",
            "GrantOperations",
            "GranteePrincipal",
            "KeyAgreementAlgorithm",
            "KeyOrigin",
            "KeySpec",
            "KeyUsage",
            "MacAlgorithm",
            "MessageType",
            "MultiRegion",
            "MultiRegionKeyType",
            "PrimaryRegion",
            "ReEncryptOnSameKey",
            "ReplicaRegion",
            "RequestAlias",
            "ResourceAliases",
            "RetiringPrincipal",
            "RotationPeriodInDays",
            "ScheduleKeyDeletionPendingWindowInDays",
            "SigningAlgorithm",
            "ValidTo",
            "ViaService",
            "WrappingAlgorithm",
            "WrappingKeySpec",
        ],
    ),
    (
        "lambda",
        &[
            "CodeSigningConfigArn",
            "EventSourceToken",
            "FunctionArn",
            "FunctionUrlAuthType",
            "InvokedViaFunctionUrl",
            "Layer",
            "Principal",
            "SecurityGroupIds",
            "SourceFunctionArn",
            "SubnetIds",
            "VpcIds",
        ],
    ),
    (
        "s3",
        &[
            "AccessGrantsInstanceArn",
            "AccessGrantScope",
            "AccessPointNetworkOrigin",
            "AccessPointTag/",
            "BucketTag/",
            "DataAccessPointAccount",
            "DataAccessPointArn",
            "ExistingJobOperation",
            "ExistingJobPriority",
            "ExistingObjectTag/",
            "InventoryAccessibleOptionalFields",
            "JobSuspendedCause",
            "RequestJobOperation",
            "RequestJobPriority",
            "RequestObjectTag/",
            "RequestObjectTagKeys",
            "ResourceAccount",
            "TlsVersion",
            "authType",
            "delimiter",
            "if-match",
            "if-none-match",
            "locationconstraint",
            "max-keys",
            "object-lock-legal-hold",
            "object-lock-mode",
            "object-lock-remaining-retention-days",
            "object-lock-retain-until-date",
            "ObjectCreationOperation",
            "prefix",
            "signatureAge",
            "signatureversion",
            "versionid",
            "x-amz-acl",
            "x-amz-bucket-namespace",
            "x-amz-content-sha256",
            "x-amz-copy-source",
            "x-amz-grant-full-control",
            "x-amz-grant-read",
            "x-amz-grant-read-acp",
            "x-amz-grant-write",
            "x-amz-grant-write-acp",
            "x-amz-metadata-directive",
            "x-amz-object-ownership",
            "x-amz-server-side-encryption",
            "x-amz-server-side-encryption-aws-kms-key-id",
            "x-amz-server-side-encryption-customer-algorithm",
            "x-amz-storage-class",
            "x-amz-website-redirect-location",
        ],
    ),
    (
        "secretsmanager",
        &[
            "AddReplicaRegions",
            "BlockPublicPolicy",
            "Description",
            "ForceDeleteWithoutRecovery",
            "ForceOverwriteReplicaSecret",
            "KmsKeyArn",
            "KmsKeyId",
            "ModifyRotationRules",
            "Name",
            "RecoveryWindowInDays",
            "ResourceTag/",
            "RotateImmediately",
            "RotationLambdaARN",
            "SecretId",
            "SecretPrimaryRegion",
            "VersionId",
            "VersionStage",
            "Type",
            "resource/AllowRotationLambdaArn",
        ],
    ),
    (
        "ses",
        &[
            "ApiVersion",
            "FeedbackAddress",
            "FromAddress",
            "FromDisplayName",
            "Recipients",
            "ExportSourceType",
            "MultiRegionEndpointId",
            "ReplicaRegion",
            "TenantName",
            "AddonSubscriptionArn",
            "MailManagerIngressPointType",
            "MailManagerRuleSetArn",
            "MailManagerTrafficPolicyArn",
        ],
    ),
    ("sns", &["Endpoint", "Protocol"]),
    (
        "ssm",
        &[
            "DocumentCategories",
            "DocumentType",
            "Overwrite",
            "Policies",
            "Recursive",
            "SessionDocumentAccessCheck",
            "SourceInstanceARN",
            "SyncType",
            "resourceTag/",
            "AutoApprove",
            "AccessRequestId",
        ],
    ),
    ("states", &["HTTPEndpoint", "HTTPMethod", "StateMachineQualifier"]),
    (
        "sts",
        &[
            "AWSServiceName",
            "DurationSeconds",
            "ExternalId",
            "RequestContext/",
            "RequestContextProviders",
            "RoleSessionName",
            "SourceIdentity",
            "TaskPolicyArn",
            "TransitiveTagKeys",
            "IdentityTokenAudience",
            "SigningAlgorithm",
        ],
    ),
];

/// The key that a misspelt one most likely means.
pub fn meant(key: &str) -> Option<String> {
    let (service, name) = key.split_once(':')?;
    let (service, keys) = KEYS.iter().find(|it| it.0.eq_ignore_ascii_case(service))?;
    let is_known = |it: &&&str| {
        let start = name.get(..it.len()).unwrap_or_default();
        it.eq_ignore_ascii_case(name) || it.ends_with(['/', ':']) && start.eq_ignore_ascii_case(it)
    };
    if keys.iter().any(|it| is_known(&it)) {
        return None;
    }
    let part = name.find('/').map_or(name, |end| name.get(..=end).unwrap_or(name));
    let near = nearest(part, keys.iter().copied())?;
    // Short names are near to many.
    (part.len() > 5 && strsim::osa_distance(&part.to_lowercase(), &near.to_lowercase()) <= 2)
        .then(|| format!("{service}:{near}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn misspelt_keys_mean_others() {
        assert_eq!(meant("s3:ExistingObjectTags/state").as_deref(), Some("s3:ExistingObjectTag/"));
        assert_eq!(meant("s3:existingobjecttag/state"), None);
        assert_eq!(meant("dynamodb:LeadingKey").as_deref(), Some("dynamodb:LeadingKeys"));
        assert_eq!(meant("kms:EncryptionContext:aws:s3:arn"), None);
        assert_eq!(meant("s3:SomethingNew"), None);
        assert_eq!(meant("other:LeadingKey"), None);
    }
}
