//! What AWS documents of properties and its schemas leave out: forms of names, words, lengths, and what properties of
//! one resource say together.

use ecow::EcoString;

use super::values;
use super::walk::{Finding, Problem};
use crate::path::Path;
use crate::value::{Object, Value};

/// What is known of a text.
enum Fact {
    /// It is one of these words, in any letters: some services take both.
    Words(&'static [&'static str]),
    /// It has this form.
    Form(&'static str),
    /// It has so many characters at most.
    Length(usize),
}

use Fact::{Form, Length, Words};

const KEY_TYPES: Fact = Words(&["HASH", "RANGE"]);
const PROTOCOLS: Fact =
    Words(&["http", "https", "email", "email-json", "sms", "sqs", "application", "lambda", "firehose"]);
const POLICY_NAME: Fact = Form(r"^[\w+=,.@-]{1,128}$");
const STATEMENT_ID: Fact = Form("^[A-Za-z0-9]*$");
const TABLE_NAME: Fact = Form("^[a-zA-Z0-9_.-]{3,255}$");
const CIDR: Fact = Form(r"^\d{1,3}(\.\d{1,3}){3}/([0-9]|[12][0-9]|3[0-2])$");

/// Of each type: paths of properties, and what is known of them.
/// Queues: <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html>, topics:
/// <https://docs.aws.amazon.com/sns/latest/api/API_CreateTopic.html> and API_Subscribe, tables:
/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html>, policies:
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>.
const FACTS: &[(&str, &[(&str, Fact)])] = &[
    ("AWS::SQS::Queue", &[("QueueName", Length(80)), ("QueueName", Form(r"^[A-Za-z0-9_-]+(\.fifo)?$"))]),
    (
        "AWS::SNS::Topic",
        &[
            ("TopicName", Form(r"^[A-Za-z0-9_-]{1,256}(\.fifo)?$")),
            ("DisplayName", Length(100)),
            ("Subscription.*.Protocol", PROTOCOLS),
        ],
    ),
    ("AWS::SNS::Subscription", &[("Protocol", PROTOCOLS)]),
    (
        "AWS::DynamoDB::Table",
        &[
            ("TableName", Length(255)),
            ("TableName", TABLE_NAME),
            ("KeySchema.*.KeyType", KEY_TYPES),
            ("GlobalSecondaryIndexes.*.KeySchema.*.KeyType", KEY_TYPES),
            ("GlobalSecondaryIndexes.*.IndexName", TABLE_NAME),
            ("LocalSecondaryIndexes.*.KeySchema.*.KeyType", KEY_TYPES),
            ("LocalSecondaryIndexes.*.IndexName", TABLE_NAME),
        ],
    ),
    (
        "AWS::IAM::Role",
        &[
            ("RoleName", Form(r"^[\w+=,.@-]{1,64}$")),
            ("Policies.*.PolicyName", POLICY_NAME),
            ("Policies.*.PolicyDocument.Statement.*.Sid", STATEMENT_ID),
        ],
    ),
    ("AWS::IAM::Policy", &[("PolicyName", POLICY_NAME), ("PolicyDocument.Statement.*.Sid", STATEMENT_ID)]),
    (
        "AWS::IAM::ManagedPolicy",
        &[("ManagedPolicyName", POLICY_NAME), ("PolicyDocument.Statement.*.Sid", STATEMENT_ID)],
    ),
    (
        "AWS::EC2::SecurityGroup",
        &[("SecurityGroupIngress.*.CidrIp", CIDR), ("SecurityGroupEgress.*.CidrIp", CIDR)],
    ),
    ("AWS::EC2::SecurityGroupIngress", &[("CidrIp", CIDR)]),
    ("AWS::EC2::SecurityGroupEgress", &[("CidrIp", CIDR)]),
];

/// What is wrong in the properties of a resource.
pub fn findings(kind: &str, properties: &Value, root: &Path) -> Vec<Finding> {
    let mut found = Vec::new();
    let facts = FACTS.iter().filter(|it| it.0 == kind).flat_map(|it| it.1);
    for (path, fact) in facts {
        for (place, value) in values(properties, root, path) {
            let text = value.as_str().filter(|it| !super::value::is_replaced(it));
            found.extend(text.and_then(|it| problem(it, fact)).map(|it| finding(place, it)));
        }
    }
    match kind {
        "AWS::CloudWatch::Alarm" => alarm(properties, root, &mut found),
        "AWS::EC2::SecurityGroup" => {
            for list in ["SecurityGroupIngress.*", "SecurityGroupEgress.*"] {
                values(properties, root, list).iter().for_each(|(at, it)| ports(it, at, &mut found));
            }
        }
        "AWS::EC2::SecurityGroupIngress" | "AWS::EC2::SecurityGroupEgress" => {
            ports(properties, root, &mut found);
        }
        "AWS::ApplicationAutoScaling::ScalableTarget" => {
            found.extend(above(properties, root, "MinCapacity", "MaxCapacity"));
        }
        "AWS::AutoScaling::AutoScalingGroup" => found.extend(above(properties, root, "MinSize", "MaxSize")),
        "AWS::S3::Bucket" => encryption(properties, root, &mut found),
        _ => {}
    }
    found
}

fn finding(path: Path, problem: Problem) -> Finding {
    Finding { path, problem, doubtful: false, because: Vec::new() }
}

fn problem(text: &str, fact: &Fact) -> Option<Problem> {
    match fact {
        Words(words) => (!words.iter().any(|it| it.eq_ignore_ascii_case(text)))
            .then(|| Problem::Word(text.into(), words.iter().map(|it| EcoString::from(*it)).collect())),
        Form(form) => (!crate::shape::check::matches(*form, text)).then(|| Problem::Form(text.into(), *form)),
        Length(most) => {
            let count = text.chars().count();
            (count > *most).then(|| Problem::Count(count, Some(1), Some(*most), "characters"))
        }
    }
}

fn number(properties: &Value, name: &str) -> Option<f64> {
    super::value::number(properties.get(name)?)
}

/// The one that is to be the smaller, if it is not.
fn above(properties: &Value, root: &Path, least: &'static str, most: &'static str) -> Option<Finding> {
    let (low, high) = (number(properties, least)?, number(properties, most)?);
    (low > high).then(|| finding(root.join(least), Problem::Range(low, None, Some(high))))
}

/// Ports of TCP and UDP. Of other protocols the numbers mean something else.
fn ports(rule: &Value, at: &Path, found: &mut Vec<Finding>) {
    let protocol = rule.get("IpProtocol").and_then(super::value::text);
    if !protocol.is_some_and(|it| ["tcp", "udp", "6", "17"].contains(&it.as_str())) {
        return;
    }
    for name in ["FromPort", "ToPort"] {
        if let Some(port) = number(rule, name).filter(|it| !(-1.0..=65_535.0).contains(it)) {
            found.push(finding(at.join(name), Problem::Range(port, Some(0.0), Some(65_535.0))));
            return;
        }
    }
    found.extend(above(rule, at, "FromPort", "ToPort"));
}

/// An alarm watches one metric, and says all of it, or several in `Metrics`.
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html>
fn alarm(properties: &Value, root: &Path, found: &mut Vec<Finding>) {
    let Some(object) = properties.as_object() else { return };
    let has = |name: &str| object.contains_key(name);
    let of_one = ["MetricName", "Namespace", "Statistic", "ExtendedStatistic", "Period"];
    let is_open = super::value::is_open(object) || ["Metrics", "EvaluationCriteria"].iter().any(|it| has(it));
    if !is_open && of_one.iter().any(|it| has(it)) {
        let misses = |names: &[&'static str]| !names.iter().any(|it| has(it));
        let sets: [&[&'static str]; 5] = [
            &["MetricName"],
            &["Namespace"],
            &["Period"],
            &["EvaluationPeriods"],
            &["Statistic", "ExtendedStatistic"],
        ];
        let missing = sets.into_iter().filter(|it| misses(it) && !is_misspelt(object, it));
        found.extend(missing.map(|it| finding(root.clone(), Problem::Missing(it.to_vec()))));
    }
    found.extend(above(properties, root, "DatapointsToAlarm", "EvaluationPeriods"));
}

/// Whether a property that nobody knows is almost one of these.
fn is_misspelt(object: &Object, names: &[&'static str]) -> bool {
    object.keys().any(|key| crate::diagnostic::nearest(key, names.iter().copied()).is_some())
}

/// A key belongs to the encryption with keys.
fn encryption(properties: &Value, root: &Path, found: &mut Vec<Finding>) {
    let rules = "BucketEncryption.ServerSideEncryptionConfiguration.*.ServerSideEncryptionByDefault";
    for (at, rule) in values(properties, root, rules) {
        let plain = rule.get("SSEAlgorithm").and_then(Value::as_str) == Some("AES256");
        if plain && rule.get("KMSMasterKeyID").is_some_and(|it| !is_nothing(it)) {
            let problem = Problem::Unwanted("KMSMasterKeyID".into());
            found.push(finding(at.join("KMSMasterKeyID"), problem));
        }
    }
}

fn is_nothing(value: &Value) -> bool {
    matches!(super::value::known(value), super::value::Known::Nothing | super::value::Known::Either(..))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    fn places(kind: &str, properties: &Value) -> Vec<String> {
        findings(kind, properties, &Path::root()).into_iter().map(|it| it.path.to_string()).collect()
    }

    #[test]
    fn what_aws_documents() {
        assert_eq!(places("AWS::SQS::Queue", &json!({ "QueueName": "my queue" })), ["QueueName"]);
        assert!(places("AWS::SQS::Queue", &json!({ "QueueName": "orders-1.fifo" })).is_empty());
        let table = json!({ "GlobalSecondaryIndexes": [{ "KeySchema": [{ "KeyType": "SORT" }] }] });
        assert_eq!(places("AWS::DynamoDB::Table", &table), ["GlobalSecondaryIndexes.0.KeySchema.0.KeyType"]);
        let alarm = json!({ "MetricName": "Errors", "Namespace": "AWS/Lambda", "Statistic": "Sum" });
        assert_eq!(places("AWS::CloudWatch::Alarm", &alarm), ["", ""]);
        assert!(places("AWS::CloudWatch::Alarm", &json!({ "Metrics": [], "AlarmName": "a" })).is_empty());
        let group = json!({ "SecurityGroupIngress": [
            { "IpProtocol": "tcp", "FromPort": 443, "ToPort": 80, "CidrIp": "10.0.0.0/99" },
            { "IpProtocol": "icmp", "FromPort": 8, "ToPort": (-1), "CidrIp": "0.0.0.0/0" }
        ] });
        assert_eq!(
            places("AWS::EC2::SecurityGroup", &group),
            ["SecurityGroupIngress.0.CidrIp", "SecurityGroupIngress.0.FromPort"]
        );
    }
}
