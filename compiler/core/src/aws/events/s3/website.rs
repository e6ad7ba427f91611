//! `provider.s3.*.websiteConfiguration`: a bucket as a web site.

use crate::shape::{Text, Typed};

/// A bucket as a web site.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub struct BucketWebsite {
    /// The page that is shown for errors.
    #[key("ErrorDocument")]
    pub error: Option<Text>,
    /// The page that is shown for a directory.
    #[key("IndexDocument")]
    pub index: Option<Text>,
    /// Another host that all requests are sent to.
    #[key("RedirectAllRequestsTo")]
    pub redirect_all: Option<BucketHost>,
    /// Requests that are sent elsewhere.
    #[key("RoutingRules")]
    pub routes: Option<Vec<BucketRoute>>,
}

/// A host that requests are sent to.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub struct BucketHost {
    /// Its name.
    #[key("HostName")]
    pub name: Text,
    /// How it is called.
    #[key("Protocol")]
    pub protocol: Option<BucketProtocol>,
}

/// How a host is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Typed)]
pub enum BucketProtocol {
    /// Without encryption.
    #[key("http")]
    Http,
    /// With TLS.
    #[key("https")]
    Https,
}

/// Requests that are sent elsewhere.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub struct BucketRoute {
    /// Where they are sent.
    #[key("RedirectRule")]
    pub redirect: BucketRedirect,
    /// Which they are.
    #[key("RoutingRuleCondition")]
    pub condition: Option<BucketRouteCondition>,
}

/// Where requests are sent.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub struct BucketRedirect {
    /// The host.
    #[key("HostName")]
    pub host: Option<Text>,
    /// The status of the answer.
    #[key("HttpRedirectCode")]
    pub code: Option<Text>,
    /// How the host is called.
    #[key("Protocol")]
    pub protocol: Option<BucketProtocol>,
    /// What the start of the key becomes.
    #[key("ReplaceKeyPrefixWith")]
    pub prefix: Option<Text>,
    /// What the key becomes.
    #[key("ReplaceKeyWith")]
    pub key: Option<Text>,
}

/// Which requests are sent elsewhere.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub struct BucketRouteCondition {
    /// Those with this error.
    #[key("HttpErrorCodeReturnedEquals")]
    pub error: Option<Text>,
    /// Those whose key starts so.
    #[key("KeyPrefixEquals")]
    pub prefix: Option<Text>,
}
