//! The services that may be principals.
//!
//! AWS publishes no list of them. Most are called as in actions, which [`super::table`] knows; these are others.

use super::table::prefixes;

/// How people call services that have other names.
const CALLED: [(&str, &str); 5] = [
    ("apigw", "apigateway"),
    ("cloudwatch-logs", "logs"),
    ("eventbridge", "events"),
    ("step-functions", "states"),
    ("stepfunctions", "states"),
];

/// Services that are called otherwise than in actions, or have no actions.
const OTHERS: [&str; 58] = [
    "alexa-appkit",
    "amplify",
    "apigateway",
    "application-autoscaling",
    "appstream",
    "autoscaling",
    "backup",
    "batch",
    "bedrock",
    "bedrock-agentcore",
    "billingconsole",
    "cloudformation",
    "cloudfront",
    "cloudtrail",
    "cloudwatch",
    "codebuild",
    "codedeploy",
    "codepipeline",
    "cognito-idp",
    "config",
    "config-multiaccountsetup",
    "dax",
    "dlm",
    "dms",
    "ec2",
    "ec2fleet",
    "ecs",
    "ecs-tasks",
    "edgelambda",
    "eks",
    "eks-fargate",
    "eks-fargate-pods",
    "elasticbeanstalk",
    "elasticloadbalancing",
    "elasticmapreduce",
    "elastictranscoder",
    "es",
    "events",
    "firehose",
    "fis",
    "glue",
    "iot",
    "kinesisanalytics",
    "lambda",
    "lex",
    "logger",
    "logs",
    "mediaconvert",
    "monitoring",
    "opensearchservice",
    "opsworks",
    "pipes",
    "pods",
    "qldb",
    "scheduler",
    "spotfleet",
    "states",
    "transitgateway",
];

/// Endings that name services of AWS in its common partition, and one that is written for it by mistake.
const END: &str = ".amazonaws.com";
const SHORT: &str = ".amazon.com";

/// For the name of a service that there is not, the one that it most likely means.
pub fn meant(text: &str) -> Option<String> {
    let known = || OTHERS.into_iter().chain(prefixes());
    let called = |name: &str| CALLED.iter().find(|it| it.0 == name).map(|it| it.1);
    if let Some(name) = text.strip_suffix(SHORT) {
        // Alexa alone has this end.
        let is_plain = !name.starts_with("alexa") && !name.contains('.');
        return is_plain.then(|| format!("{}{END}", called(name).unwrap_or(name)));
    }
    if let Some(name) = text.strip_suffix(END).and_then(called) {
        return Some(format!("{name}{END}"));
    }
    let name = text.strip_suffix(END).filter(|it| !it.contains('.') && !it.is_empty())?;
    if known().any(|it| it.eq_ignore_ascii_case(name)) {
        return None;
    }
    let allowed = if name.len() < 6 { 1 } else { 2 };
    let distance = |it: &str| strsim::osa_distance(it, name);
    let near = known().filter(|it| it.len() > 2).min_by_key(|it| distance(it))?;
    (distance(near) <= allowed).then(|| format!("{near}{END}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn services_are_near_their_names() {
        let near = |text| meant(text);
        assert_eq!(near("lambda.amazonaws.com"), None);
        assert_eq!(near("ecs-tasks.amazonaws.com"), None);
        assert_eq!(near("delivery.logs.amazonaws.com"), None);
        assert_eq!(near("lamda.amazonaws.com").as_deref(), Some("lambda.amazonaws.com"));
        assert_eq!(near("ecs-task.amazonaws.com").as_deref(), Some("ecs-tasks.amazonaws.com"));
        assert_eq!(near("event.amazonaws.com").as_deref(), Some("events.amazonaws.com"));
        assert_eq!(near("cloudfront.amazon.com").as_deref(), Some("cloudfront.amazonaws.com"));
        assert_eq!(near("alexa-appkit.amazon.com"), None);
    }
}
