//! `provider.iam`: the role of the functions, and that of deployments.

use crate::aws::types::statement::Statement;
use crate::aws::types::{Role, Tags};
use crate::shape::{Arn, Cfn, Text, Typed};

/// `provider.iam`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Typed)]
pub struct Iam {
    /// The role of the functions: one of your own, or settings of the one that is made.
    pub role: Option<IamRole>,
    /// The role that CloudFormation deploys with.
    pub deployment_role: Option<Cfn<Arn>>,
}

/// `provider.iam.role`.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub enum IamRole {
    /// A role of your own.
    Own(Role),
    /// Settings of the role that is made.
    Settings(RoleSettings),
}

/// `provider.iam.role` with settings.
#[derive(Clone, Debug, Default, PartialEq, Eq, Typed)]
pub struct RoleSettings {
    /// The role's name.
    #[pattern("^[A-Za-z0-9/_+=,.@-]{1,64}$", "the name of a role: up to 64 letters, digits and `_+=,.@-`")]
    pub name: Option<Text>,
    /// The role's path.
    #[pattern(r"(^/$)|(^/[\x21-\x7f]+/$)", "a path of IAM: it begins and ends with `/`")]
    pub path: Option<Text>,
    /// Managed policies, by ARN.
    pub managed_policies: Option<Vec<Cfn<Arn>>>,
    /// Statements of the role's policy.
    pub statements: Option<Vec<Statement>>,
    /// The boundary of the role's permissions.
    #[instead("permissionsBoundary")]
    pub permission_boundary: Option<Cfn<Arn>>,
    /// The boundary of the role's permissions.
    pub permissions_boundary: Option<Cfn<Arn>>,
    /// Tags of the role.
    pub tags: Option<Tags>,
}
