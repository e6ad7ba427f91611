//! What AWS takes in one region alone: certificates and firewalls of CloudFront in `us-east-1`, others in the region of
//! the service. The region may be another when the service is deployed, so all of it is a warning.
//!
//! <https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cnames-and-https-requirements.html>

use ecow::{EcoString, eco_format};

use super::Facts;
use super::resource_type::own_ids;
use crate::checks::pattern::places;
use crate::diagnostic::{Diagnostic, Place};
use crate::path::{Path, Segment};
use crate::rules;
use crate::value::{Object, Value};

/// The region of what CloudFront uses.
const VIRGINIA: &str = "us-east-1";

/// Properties that take an ARN of one region, by type: whether that is `us-east-1`, else it is the service's own.
const ARNS: [(&str, &str, bool); 14] = [
    ("AWS::ApiGateway::DomainName", "CertificateArn", true),
    ("AWS::ApiGateway::DomainName", "RegionalCertificateArn", false),
    ("AWS::ApiGatewayV2::DomainName", "DomainNameConfigurations.*.CertificateArn", false),
    ("AWS::AppSync::DomainName", "CertificateArn", true),
    ("AWS::CloudFront::Distribution", "DistributionConfig.ViewerCertificate.AcmCertificateArn", true),
    ("AWS::Cognito::UserPoolDomain", "CustomDomainConfig.CertificateArn", true),
    ("AWS::ElasticLoadBalancingV2::Listener", "Certificates.*.CertificateArn", false),
    ("AWS::ElasticLoadBalancingV2::ListenerCertificate", "Certificates.*.CertificateArn", false),
    ("AWS::Lambda::EventSourceMapping", "EventSourceArn", false),
    ("AWS::OpenSearchService::Domain", "DomainEndpointOptions.CustomEndpointCertificateArn", false),
    ("AWS::S3::Bucket", "NotificationConfiguration.LambdaConfigurations.*.Function", false),
    ("AWS::S3::Bucket", "NotificationConfiguration.QueueConfigurations.*.Queue", false),
    ("AWS::S3::Bucket", "NotificationConfiguration.TopicConfigurations.*.Topic", false),
    ("AWS::WAFv2::WebACLAssociation", "WebACLArn", false),
];

/// Metrics that are in `us-east-1` alone.
const METRICS: [&str; 3] = ["AWS/Billing", "AWS/CloudFront", "AWS/Route53"];

/// A resource of the user's own.
struct Own<'a> {
    facts: &'a Facts<'a>,
    id: &'a EcoString,
    kind: &'a str,
    region: &'a str,
}

impl Own<'_> {
    fn tell(&self, below: &Path, message: EcoString, why: &str, help: EcoString) -> Option<Diagnostic> {
        let start = [Segment::from(self.id), Segment::from("Properties")];
        let steps: Vec<Segment> = start.into_iter().chain(below.segments().iter().cloned()).collect();
        let at = Place::value(self.facts.written("Resources", &steps)?);
        let page = crate::cfn::schema::resource_type(self.kind).map(|it| it.link());
        let diagnostic = Diagnostic::new(&rules::OTHER_REGION, at, message).why(why).help(help).warning();
        Some(match page {
            Some(page) => diagnostic.page(page),
            None => diagnostic,
        })
    }
}

/// Finds what is in a region where AWS does not take it.
pub fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    // A region that is only known later, or that is none, is not the default one.
    let written = facts.config.get("provider").and_then(|it| it.get("region"));
    let region = facts.around.context.region.as_str();
    let is_region = |it: &Value| it.as_str().is_some_and(crate::cfn::schema::is_region);
    let is_known = written.is_none_or(is_region);
    if facts.index.has_macros || !is_known || !crate::cfn::schema::is_region(region) {
        return;
    }
    for id in own_ids(facts) {
        let Some(body) = facts.resource(&id) else { continue };
        let kind = body.get("Type").and_then(Value::as_str);
        let (Some(kind), Some(properties)) = (kind, body.get("Properties")) else { continue };
        let own = Own { facts, id: &id, kind, region };
        for (_, pattern, in_virginia) in ARNS.iter().filter(|it| it.0 == kind) {
            for (below, value) in places(properties, &Path::root(), pattern) {
                found.extend(arn(&own, &below, value, *in_virginia));
            }
        }
        let of_kind = match kind {
            _ if kind.starts_with("AWS::WAFv2::") => firewall(&own, properties),
            "AWS::CloudWatch::Alarm" => metric(&own, properties),
            "AWS::DynamoDB::GlobalTable" => replicas(&own, properties),
            "AWS::EC2::VPCEndpoint" => endpoint(&own, properties),
            _ => None,
        };
        found.extend(of_kind);
    }
}

/// An ARN of another region, or a certificate that the template makes in another.
fn arn(own: &Own<'_>, below: &Path, value: &Value, in_virginia: bool) -> Option<Diagnostic> {
    let wanted = if in_virginia { VIRGINIA } else { own.region };
    // The facts of distributions tell of an ARN of another region.
    let is_told = below.segments().first() == Some(&Segment::from("DistributionConfig"));
    let why = if in_virginia {
        "what CloudFront delivers has its certificate there"
    } else {
        "AWS takes it of the region of the service alone"
    };
    if let Some(text) = value.as_str().or_else(|| super::index::sub(value.get("Fn::Sub")?).0) {
        let given = region_of(text).filter(|it| *it != wanted && !is_told)?;
        let message = eco_format!("the ARN is of the region `{given}`, and `{wanted}` is taken");
        return own.tell(below, message, why, eco_format!("name one of `{wanted}`"));
    }
    let (name, id) = value.as_object().and_then(Object::single)?;
    let kind = own.facts.resource(id.as_str()?)?.get("Type")?.as_str()?;
    if name != "Ref" || kind != "AWS::CertificateManager::Certificate" || wanted == own.region {
        return None;
    }
    let message = eco_format!("the certificate is made in `{}`, and `{wanted}` is taken", own.region);
    own.tell(below, message, why, "make the certificate in a stack of `us-east-1`, and name its ARN".into())
}

/// The region of an ARN, if it is written.
fn region_of(text: &str) -> Option<&str> {
    let rest = text.strip_prefix("arn:")?.trim_start_matches("${AWS::Partition}");
    let rest = rest.split_once(':')?.1;
    let region = rest.split(':').nth(1)?;
    crate::cfn::schema::is_region(region).then_some(region)
}

fn firewall(own: &Own<'_>, properties: &Value) -> Option<Diagnostic> {
    if properties.get("Scope")?.as_str()? != "CLOUDFRONT" || own.region == VIRGINIA {
        return None;
    }
    let message =
        eco_format!("the scope `CLOUDFRONT` is in `us-east-1` alone, and the service is in `{}`", own.region);
    let help = "make it in a stack of `us-east-1`, or write `REGIONAL`";
    own.tell(&Path::from(["Scope"]), message, "WAF refuses it in other regions", help.into())
}

fn metric(own: &Own<'_>, properties: &Value) -> Option<Diagnostic> {
    let name = properties.get("Namespace")?.as_str().filter(|it| METRICS.contains(it))?;
    let message = eco_format!("the metrics of `{name}` are in `us-east-1` alone");
    let why = eco_format!("the service is in `{}`, where the alarm never gets data", own.region);
    let at = Path::from(["Namespace"]);
    (own.region != VIRGINIA).then(|| own.tell(&at, message, &why, "make the alarm in `us-east-1`".into()))?
}

/// A table has a replica in the region of its stack.
fn replicas(own: &Own<'_>, properties: &Value) -> Option<Diagnostic> {
    let items = properties.get("Replicas")?.as_array().filter(|it| !it.is_empty())?;
    let regions: Vec<&str> = items.iter().map(|it| it.get("Region")?.as_str()).collect::<Option<_>>()?;
    let is_plain = regions.iter().all(|it| !it.contains("${"));
    if !is_plain || regions.contains(&own.region) {
        return None;
    }
    let message = eco_format!("the table has no replica in `{}`, the region of the service", own.region);
    let why = "CloudFormation manages the table from the region of the stack, and refuses it otherwise";
    own.tell(&Path::from(["Replicas"]), message, why, eco_format!("add `Region: {}`", own.region))
}

/// The service of an endpoint is in the region of its network.
fn endpoint(own: &Own<'_>, properties: &Value) -> Option<Diagnostic> {
    if properties.get("ServiceRegion").is_some() {
        return None;
    }
    let value = properties.get("ServiceName")?;
    let text = value.as_str().or_else(|| super::index::sub(value.get("Fn::Sub")?).0)?;
    let rest = text.strip_prefix("com.amazonaws.")?;
    let given = rest.strip_prefix("vpce.").unwrap_or(rest).split('.').next()?;
    if !crate::cfn::schema::is_region(given) || given == own.region {
        return None;
    }
    let message = eco_format!("the endpoint is of `{given}`, and the network is in `{}`", own.region);
    let why = "an endpoint reaches services of its own region, unless `ServiceRegion` says otherwise";
    own.tell(
        &Path::from(["ServiceName"]),
        message,
        why,
        "write `!Sub com.amazonaws.${AWS::Region}.<service>`".into(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions_stand_in_arns() {
        assert_eq!(region_of("arn:aws:acm:eu-west-1:123456789012:certificate/a"), Some("eu-west-1"));
        assert_eq!(
            region_of("arn:${AWS::Partition}:acm:us-east-1:${AWS::AccountId}:certificate/a"),
            Some("us-east-1")
        );
        assert_eq!(region_of("arn:aws:acm:${AWS::Region}:1:certificate/a"), None);
        assert_eq!(region_of("arn:aws:s3:::a"), None);
    }
}
