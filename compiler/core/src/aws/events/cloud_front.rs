//! Lambda@Edge: `functions.*.events[].cloudFront`.
//!
//! The events of all functions lower to one `AWS::CloudFront::Distribution`: those of one path and one origin share a
//! behavior, and those of one origin share it. Each function gets a permission; its version stands in the behavior,
//! as CloudFront runs versions only. `provider.cloudFront` adds cache policies.

pub mod config;
mod distribution;
pub mod origin;

use ecow::eco_format;

use self::config::{Behavior, CachePolicyReference};
use self::distribution::Distribution;
use self::origin::Origin;
use super::{EventSource, FunctionEvents, Placed};
use crate::aws::context::{FunctionContext, ServiceContext};
use crate::aws::naming;
use crate::cfn::{Fragment, Resource, get_att, join, reference, sub};
use crate::diagnostic::{Diagnostic, Place};
use crate::json;
use crate::path::Path;
use crate::rules;
use crate::shape::{AsWritten, Text, Typed};
use crate::value::Object;

/// Runs the function where CloudFront answers, for requests of viewers or of CloudFront to the origin.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub struct CloudFront {
    /// When the function runs.
    pub event_type: Option<EventType>,
    /// Where CloudFront gets what it does not keep: a URL, `s3://` for a bucket, or CloudFront's own settings.
    pub origin: Option<Origin>,
    /// The paths that it is about, such as `/images/*`. All by default.
    #[pattern(r#"^([A-Za-z0-9_.*?$/~"'@:+-]|&amp;)+$"#, "a pattern of paths")]
    pub path_pattern: Option<Text>,
    /// How CloudFront answers requests for these paths.
    pub behavior: Option<AsWritten<Behavior>>,
    /// What CloudFront keeps, and for how long. Managed-CachingOptimized by default.
    pub cache_policy: Option<CachePolicyReference>,
    /// Whether paths without an event go to this origin.
    pub is_default_origin: Option<bool>,
    /// Whether the function gets the body of the request.
    pub include_body: Option<bool>,
}

/// When a function runs.
/// <https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/lambda-cloudfront-trigger-events.html>
#[derive(Clone, Copy, Debug, PartialEq, Eq, Typed)]
pub enum EventType {
    /// When a viewer asks.
    #[key("viewer-request")]
    ViewerRequest,
    /// Before CloudFront asks the origin.
    #[key("origin-request")]
    OriginRequest,
    /// When the origin has answered.
    #[key("origin-response")]
    OriginResponse,
    /// Before the viewer gets the response.
    #[key("viewer-response")]
    ViewerResponse,
}

/// The logical id of the distribution.
const DISTRIBUTION: &str = "CloudFrontDistribution";

/// The one region whose functions CloudFront runs.
/// <https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/edge-functions-restrictions.html>
const REGION: &str = "us-east-1";

impl EventSource for CloudFront {
    const KEY: &'static str = "cloudFront";
    const PAGE: &'static str = include_str!("cloud_front.md");
    const SHARED: bool = true;

    fn lower(events: &FunctionEvents<'_, Self>, _: &ServiceContext, out: &mut Fragment) {
        report_limits(events, out);
        for placed in &events.events {
            let from = events.function.event_path(placed.index, Self::KEY);
            distribution::report(&placed.event, &from, out);
        }
    }

    fn lower_shared(functions: &[FunctionEvents<'_, Self>], service: &ServiceContext, out: &mut Fragment) {
        cache_policies(service, out);
        let mut distribution = Distribution::default();
        for FunctionEvents { function, events } in functions {
            for placed in events {
                let from = function.event_path(placed.index, Self::KEY);
                distribution.add(&placed.event, function, service, from, out);
            }
        }
        let Some((function, first)) = functions.iter().find_map(|it| Some((it.function, it.events.first()?)))
        else {
            return;
        };
        let from = function.event_path(first.index, Self::KEY);
        report_region(service, &from, out);
        for FunctionEvents { function, events } in functions {
            permission(function, events, out);
        }
        out.trusted_services.push("edgelambda.amazonaws.com".into());
        // The log groups are in the regions of those who ask, below the function's name there.
        out.allow(
            &["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents", "logs:TagResource"],
            vec![sub("arn:${AWS::Partition}:logs:*:*:*")],
        );
        let comment = eco_format!("{} {}", service.service, service.stage);
        let config = json!({ "DistributionConfig": (distribution.link(&comment, &from, out)) });
        out.push(Resource::new(DISTRIBUTION, "AWS::CloudFront::Distribution", config, &from));
        out.output(DISTRIBUTION, Some("CloudFront Distribution Id"), reference(DISTRIBUTION));
        out.output(
            "CloudFrontDistributionDomainName",
            Some("CloudFront Distribution Domain Name"),
            get_att(DISTRIBUTION, "DomainName"),
        );
    }
}

/// Reports memory and time that CloudFront does not give a function, once each.
/// <https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html>
fn report_limits(events: &FunctionEvents<'_, CloudFront>, out: &mut Fragment) {
    let function = events.function;
    let (mut memory, mut timeout) = (10_240, 30);
    for placed in &events.events {
        if !matches!(placed.event.event_type, Some(EventType::OriginRequest | EventType::OriginResponse)) {
            (memory, timeout) = (128, 5);
        }
    }
    let viewers = if memory == 128 { "a viewer's events" } else { "Lambda@Edge" };
    let mut report = |key: &str, value: i64, most: i64, unit: &str| {
        if value > most {
            let at = Place::value(function.path.join(key));
            let message = eco_format!("{value} {unit} are more than {viewers} may have");
            out.report(
                Diagnostic::new(&rules::OUT_OF_RANGE, at, message).help(eco_format!("write {most} or less")),
            );
        }
    };
    report("memorySize", function.memory_size, memory, "MB");
    report("timeout", function.timeout, timeout, "seconds");
}

fn report_region(service: &ServiceContext, from: &Path, out: &mut Fragment) {
    if service.region != REGION {
        let message = eco_format!("CloudFront runs no functions of `{}`", service.region);
        out.report(
            Diagnostic::new(&rules::EDGE_REGION, Place::key(from.clone()), message)
                .why("Lambda@Edge copies functions from `us-east-1` to everywhere")
                .help("move the functions that CloudFront runs into a service with `region: us-east-1`"),
        );
    }
}

/// The cache policies of `provider.cloudFront`, whether an event uses them or not.
fn cache_policies(service: &ServiceContext, out: &mut Fragment) {
    let policies = service.provider.cloud_front.as_ref().and_then(|it| it.cache_policies.as_ref());
    for (name, policy) in policies.into_iter().flatten() {
        let mut config = policy.written.as_object().cloned().unwrap_or_default();
        config.insert("Name", eco_format!("{}-{}-{name}", service.service, service.stage));
        let from = Path::from(["provider", "cloudFront", "cachePolicies"]).join(name);
        let properties = json!({ "CachePolicyConfig": config });
        out.push(Resource::new(cache_policy_id(name), "AWS::CloudFront::CachePolicy", properties, &from));
    }
}

/// The logical id of a cache policy.
fn cache_policy_id(name: &str) -> Text {
    eco_format!("CloudFrontCachePolicy{}", naming::normalized(name))
}

fn permission(function: &FunctionContext, events: &[Placed<CloudFront>], out: &mut Fragment) {
    let (Some(version), Some(first)) = (&function.edge_version, events.first()) else { return };
    let arn = vec![
        "".into(),
        "arn:".into(),
        reference("AWS::Partition"),
        ":cloudfront::".into(),
        reference("AWS::AccountId"),
        ":distribution/".into(),
        reference(DISTRIBUTION),
    ];
    let mut properties = Object::new();
    properties.insert("FunctionName", reference(version.clone()));
    properties.insert("Action", "lambda:InvokeFunction");
    properties.insert("Principal", "edgelambda.amazonaws.com");
    properties.insert("SourceArn", join("", arn));
    let from = function.event_path(first.index, CloudFront::KEY);
    let id = eco_format!("{}InvokePermission", function.logical_id());
    out.push(Resource::new(id, "AWS::Lambda::Permission", properties, &from));
}
