//! What properties take, by their names and by AWS's formats, and what references to resources give.
//!
//! Sources: AWS's pages of the resource types, with their sections "Return values" and the properties that take these.
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-template-resource-type-ref.html>

use crate::cfn::schema;
use crate::path::Segment;

/// What is taken at a place.
#[derive(Debug)]
pub struct Kind {
    /// In words: `the id of a VPC`.
    pub noun: &'static str,
    /// The types that give it, each with the attributes that do; an empty one is what `Ref` gives.
    pub gives: &'static [(&'static str, &'static [&'static str])],
    /// Whether it is an ARN, and never a name or an id.
    pub is_arn: bool,
}

const fn arn(noun: &'static str, gives: &'static [(&'static str, &'static [&'static str])]) -> Kind {
    Kind { noun, gives, is_arn: true }
}

const fn name(noun: &'static str, gives: &'static [(&'static str, &'static [&'static str])]) -> Kind {
    Kind { noun, gives, is_arn: false }
}

/// What only `Ref` gives.
const REF: &[&str] = &[""];
/// What only the attribute `Arn` gives.
const ARN: &[&str] = &["Arn"];

/// Any ARN: several services are called by it.
pub static ANY_ARN: Kind = arn("an ARN", &[]);

static ACCESS_POINT: Kind = arn("the ARN of an access point of EFS", &[("AWS::EFS::AccessPoint", ARN)]);
static ALARM_ACTION: Kind = arn(
    "the ARN of a topic, a function or a scaling policy",
    &[
        ("AWS::ApplicationAutoScaling::ScalingPolicy", &["", "Arn", "PolicyARN"]),
        ("AWS::AutoScaling::ScalingPolicy", &["", "Arn", "PolicyARN"]),
        ("AWS::Lambda::Alias", &["", "AliasArn"]),
        ("AWS::Lambda::Function", ARN),
        ("AWS::Lambda::Version", &["", "FunctionArn", "FunctionArnWithVersion"]),
        ("AWS::SNS::Topic", &["", "TopicArn"]),
    ],
);
static ALLOCATION: Kind =
    name("the allocation of an elastic address", &[("AWS::EC2::EIP", &["AllocationId"])]);
static API: Kind = name("the id of an HTTP or WebSocket API", &[("AWS::ApiGatewayV2::Api", &["", "ApiId"])]);
static API_RESOURCE: Kind = name(
    "the id of a resource of the API",
    &[("AWS::ApiGateway::Resource", &["", "ResourceId"]), ("AWS::ApiGateway::RestApi", &["RootResourceId"])],
);
static APPSYNC_API: Kind = name(
    "the id of an API of AppSync",
    &[("AWS::AppSync::GraphQLApi", &["ApiId"]), ("AWS::AppSync::Api", &["ApiId"])],
);
static BUCKET: Kind = name(
    "the name of a bucket",
    &[
        ("AWS::S3::Bucket", &["", "BucketName"]),
        ("AWS::S3::BucketPolicy", REF),
        ("AWS::S3::AccessPoint", &["", "Alias", "Arn", "Name"]),
        ("AWS::S3::MultiRegionAccessPoint", &["", "Alias"]),
        ("AWS::S3Express::DirectoryBucket", REF),
    ],
);
static BUCKET_ARN: Kind = arn(
    "the ARN of a bucket",
    &[
        ("AWS::S3::Bucket", ARN),
        ("AWS::S3::AccessPoint", ARN),
        ("AWS::S3Express::DirectoryBucket", ARN),
        ("AWS::S3Tables::TableBucket", &["", "TableBucketARN"]),
    ],
);
static BUS: Kind =
    name("the name or the ARN of an event bus", &[("AWS::Events::EventBus", &["", "Name", "Arn"])]);
static CACHE_POLICY: Kind =
    name("the id of a cache policy", &[("AWS::CloudFront::CachePolicy", &["", "Id"])]);
static CACHE_SUBNETS: Kind =
    name("the name of a subnet group of ElastiCache", &[("AWS::ElastiCache::SubnetGroup", REF)]);
static CERTIFICATE: Kind = arn(
    "the ARN of a certificate",
    &[
        ("AWS::CertificateManager::Certificate", &["", "CertificateArn"]),
        ("AWS::IAM::ServerCertificate", ARN),
    ],
);
static CLIENT: Kind =
    name("the id of a client of the user pool", &[("AWS::Cognito::UserPoolClient", &["", "ClientId"])]);
static CLUSTER: Kind =
    name("the name or the ARN of a cluster of ECS", &[("AWS::ECS::Cluster", &["", "Arn"])]);
static DATA_SOURCE: Kind = name("the name of a data source", &[("AWS::AppSync::DataSource", &["Name"])]);
static DB_SUBNETS: Kind = name(
    "the name of a subnet group of the database",
    &[
        ("AWS::RDS::DBSubnetGroup", REF),
        ("AWS::DocDB::DBSubnetGroup", REF),
        ("AWS::Neptune::DBSubnetGroup", REF),
    ],
);
static DESTINATION: Kind = arn(
    "the ARN of a queue, a topic, a function, an event bus or a bucket",
    &[
        ("AWS::Events::EventBus", ARN),
        ("AWS::Lambda::Alias", &["", "AliasArn"]),
        ("AWS::Lambda::Function", ARN),
        ("AWS::Lambda::Version", &["", "FunctionArn", "FunctionArnWithVersion"]),
        ("AWS::S3::Bucket", ARN),
        ("AWS::SNS::Topic", &["", "TopicArn"]),
        ("AWS::SQS::Queue", ARN),
    ],
);
static EDGE_FUNCTION: Kind = arn(
    "the ARN of a version of a function",
    &[("AWS::Lambda::Version", &["", "FunctionArn", "FunctionArnWithVersion"])],
);
static EVENT_SOURCE: Kind = arn(
    "the ARN of a stream, a queue or a broker",
    &[
        ("AWS::AmazonMQ::Broker", ARN),
        ("AWS::DynamoDB::GlobalTable", &["StreamArn"]),
        ("AWS::DynamoDB::Table", &["StreamArn"]),
        ("AWS::Kinesis::Stream", ARN),
        ("AWS::Kinesis::StreamConsumer", &["", "ConsumerARN"]),
        ("AWS::MSK::Cluster", &["", "Arn"]),
        ("AWS::MSK::ServerlessCluster", &["", "Arn"]),
        ("AWS::SQS::Queue", ARN),
    ],
);
static FAILURES: Kind = arn(
    "the ARN of a queue, a topic or a bucket",
    &[("AWS::S3::Bucket", ARN), ("AWS::SNS::Topic", &["", "TopicArn"]), ("AWS::SQS::Queue", ARN)],
);
static FILE_SYSTEM: Kind =
    name("the id of a file system", &[("AWS::EFS::FileSystem", &["", "FileSystemId"])]);
static FUNCTION: Kind = name(
    "the name or the ARN of a function",
    &[
        ("AWS::Lambda::Function", &["", "Arn"]),
        ("AWS::Lambda::Alias", &["", "AliasArn"]),
        ("AWS::Lambda::Version", &["", "FunctionArn", "FunctionArnWithVersion"]),
    ],
);
static FUNCTION_ARN: Kind = arn(
    "the ARN of a function",
    &[
        ("AWS::Lambda::Function", ARN),
        ("AWS::Lambda::Alias", &["", "AliasArn"]),
        ("AWS::Lambda::Version", &["", "FunctionArn", "FunctionArnWithVersion"]),
    ],
);
static FUNCTION_VERSION: Kind = name("the number of a version", &[("AWS::Lambda::Version", &["Version"])]);
static GATEWAY: Kind = name(
    "the id of a gateway to the internet or a VPN",
    &[
        ("AWS::EC2::InternetGateway", &["", "InternetGatewayId"]),
        ("AWS::EC2::VPNGateway", &["", "VPNGatewayId"]),
        ("AWS::EC2::CarrierGateway", &["", "CarrierGatewayId"]),
        ("AWS::EC2::VPCEndpoint", &["", "Id"]),
        ("AWS::EC2::VPCGatewayAttachment", REF),
    ],
);
static GROUP: Kind = name("the name of a group of IAM", &[("AWS::IAM::Group", REF)]);
static HOSTED_ZONE: Kind = name("the id of a hosted zone", &[("AWS::Route53::HostedZone", &["", "Id"])]);
static IDENTITY_POOL: Kind =
    name("the id of an identity pool", &[("AWS::Cognito::IdentityPool", &["", "Id"])]);
static INSTANCE_PROFILE: Kind =
    name("the name of an instance profile", &[("AWS::IAM::InstanceProfile", REF)]);
static INTEGRATION_URI: Kind = arn("the ARN of a function, or a URL", &[]);
static INTERNET_GATEWAY: Kind =
    name("the id of an internet gateway", &[("AWS::EC2::InternetGateway", &["", "InternetGatewayId"])]);
static KEY: Kind = name(
    "a key of KMS",
    &[
        ("AWS::KMS::Key", &["", "Arn", "KeyId"]),
        ("AWS::KMS::ReplicaKey", &["", "Arn", "KeyId"]),
        ("AWS::KMS::Alias", REF),
    ],
);
static LAYER: Kind =
    arn("the ARN of a version of a layer", &[("AWS::Lambda::LayerVersion", &["", "LayerVersionArn"])]);
static LOAD_BALANCER: Kind = arn(
    "the ARN of a load balancer",
    &[("AWS::ElasticLoadBalancingV2::LoadBalancer", &["", "LoadBalancerArn"])],
);
static LISTENER: Kind =
    arn("the ARN of a listener", &[("AWS::ElasticLoadBalancingV2::Listener", &["", "ListenerArn"])]);
static LOG_GROUP: Kind = name("the name of a log group", &[("AWS::Logs::LogGroup", REF)]);
static LOG_GROUP_ARN: Kind = arn("the ARN of a log group", &[("AWS::Logs::LogGroup", ARN)]);
static MANAGED_POLICY: Kind =
    arn("the ARN of a managed policy", &[("AWS::IAM::ManagedPolicy", &["", "PolicyArn"])]);
static NAT_GATEWAY: Kind =
    name("the id of a NAT gateway", &[("AWS::EC2::NatGateway", &["", "NatGatewayId"])]);
static PIPELINE_FUNCTION: Kind =
    name("the id of a function of AppSync", &[("AWS::AppSync::FunctionConfiguration", &["FunctionId"])]);
static PROVIDER_NAME: Kind = name(
    "the name of a user pool as a provider, without `https://`",
    &[("AWS::Cognito::UserPool", &["ProviderName"])],
);
static QUEUE_ARN: Kind = arn("the ARN of a queue", &[("AWS::SQS::Queue", ARN)]);
static QUEUE_OR_TOPIC: Kind =
    arn("the ARN of a queue or a topic", &[("AWS::SQS::Queue", ARN), ("AWS::SNS::Topic", &["", "TopicArn"])]);
static QUEUE_URL: Kind = name("the URL of a queue", &[("AWS::SQS::Queue", &["", "QueueUrl"])]);
static REST_API: Kind = name("the id of a REST API", &[("AWS::ApiGateway::RestApi", &["", "RestApiId"])]);
static ANY_API: Kind = name(
    "the id of an API",
    &[("AWS::ApiGateway::RestApi", &["", "RestApiId"]), ("AWS::ApiGatewayV2::Api", &["", "ApiId"])],
);
static ROLE: Kind = name("a role", &[("AWS::IAM::Role", &["", "Arn"])]);
static ROLE_ARN: Kind = arn("the ARN of a role", &[("AWS::IAM::Role", ARN)]);
static ROLE_NAME: Kind = name("the name of a role", &[("AWS::IAM::Role", REF)]);
static ROUTE_TABLE: Kind =
    name("the id of a route table", &[("AWS::EC2::RouteTable", &["", "RouteTableId"])]);
static ROUTE_TARGET: Kind = name("`integrations/` with the id of an integration behind it", &[]);
static SCALABLE_TARGET: Kind =
    name("the id of a scalable target", &[("AWS::ApplicationAutoScaling::ScalableTarget", &["", "Id"])]);
static SCHEDULE_GROUP: Kind =
    name("the name of a group of schedules", &[("AWS::Scheduler::ScheduleGroup", REF)]);
static SECRET: Kind = name(
    "a secret",
    &[
        ("AWS::SecretsManager::Secret", &["", "Id"]),
        ("AWS::SecretsManager::SecretTargetAttachment", &["", "Id"]),
    ],
);
static SECRET_TARGET: Kind = name(
    "the id of a database",
    &[
        ("AWS::RDS::DBCluster", REF),
        ("AWS::RDS::DBInstance", REF),
        ("AWS::Redshift::Cluster", REF),
        ("AWS::RedshiftServerless::Namespace", REF),
        ("AWS::DocDB::DBCluster", REF),
        ("AWS::DocDB::DBInstance", REF),
        ("AWS::DocDBElastic::Cluster", REF),
    ],
);
static SECURITY_GROUP: Kind = name(
    "the id of a security group",
    &[
        ("AWS::EC2::SecurityGroup", &["", "GroupId", "Id"]),
        ("AWS::EC2::VPC", &["DefaultSecurityGroup"]),
        ("AWS::EKS::Cluster", &["ClusterSecurityGroupId"]),
    ],
);
static SECURITY_GROUP_NAME: Kind =
    name("the name of a security group", &[("AWS::EC2::SecurityGroup", &["", "GroupName"])]);
static SERVICE_TOKEN: Kind = arn(
    "the ARN of a function or a topic",
    &[
        ("AWS::Lambda::Function", ARN),
        ("AWS::Lambda::Alias", &["", "AliasArn"]),
        ("AWS::Lambda::Version", &["", "FunctionArn", "FunctionArnWithVersion"]),
        ("AWS::SNS::Topic", &["", "TopicArn"]),
    ],
);
static STREAM: Kind = arn(
    "the ARN of a stream of Kinesis",
    &[("AWS::Kinesis::Stream", ARN), ("AWS::Kinesis::StreamConsumer", &["", "ConsumerARN", "StreamARN"])],
);
static SUBNET: Kind = name("the id of a subnet", &[("AWS::EC2::Subnet", &["", "SubnetId"])]);
static TABLE: Kind =
    name("the name of a table", &[("AWS::DynamoDB::Table", REF), ("AWS::DynamoDB::GlobalTable", REF)]);
static TARGET_GROUP: Kind = arn(
    "the ARN of a target group",
    &[("AWS::ElasticLoadBalancingV2::TargetGroup", &["", "TargetGroupArn"])],
);
static TASK: Kind = name("a task definition", &[("AWS::ECS::TaskDefinition", &["", "TaskDefinitionArn"])]);
static TOPIC: Kind = arn("the ARN of a topic", &[("AWS::SNS::Topic", &["", "TopicArn"])]);
static USER: Kind = name("the name of a user", &[("AWS::IAM::User", REF)]);
static USER_POOL: Kind = name("the id of a user pool", &[("AWS::Cognito::UserPool", &["", "UserPoolId"])]);
static USER_POOL_ARN: Kind = arn("the ARN of a user pool", &[("AWS::Cognito::UserPool", ARN)]);
static VPC: Kind = name("the id of a VPC", &[("AWS::EC2::VPC", &["", "VpcId"])]);
static WEB_ACL: Kind =
    name("the ARN of a web ACL", &[("AWS::WAFv2::WebACL", ARN), ("AWS::WAF::WebACL", REF)]);

/// The formats of AWS that say what is taken.
static FORMATS: [(&str, &Kind); 20] = [
    ("AWS::ACM::Certificate.Arn", &CERTIFICATE),
    ("AWS::EC2::SecurityGroup.Id", &SECURITY_GROUP),
    ("AWS::EC2::SecurityGroup.Ids", &SECURITY_GROUP),
    ("AWS::EC2::SecurityGroup.Name", &SECURITY_GROUP_NAME),
    ("AWS::EC2::SecurityGroup.Names", &SECURITY_GROUP_NAME),
    ("AWS::EC2::Subnet.Id", &SUBNET),
    ("AWS::EC2::Subnet.Ids", &SUBNET),
    ("AWS::EC2::VPC.Id", &VPC),
    ("AWS::IAM::Role.Arn", &ROLE_ARN),
    ("AWS::KMS::Alias.AliasName", &KEY),
    ("AWS::KMS::Key.Arn", &KEY),
    ("AWS::KMS::Key.Id", &KEY),
    ("AWS::Lambda::Function.Arn", &FUNCTION_ARN),
    ("AWS::Logs::LogGroup.Name", &LOG_GROUP),
    ("AWS::S3::Bucket.Name", &BUCKET),
    ("AWS::SNS::Topic.Arn", &TOPIC),
    ("AWS::SQS::Queue.Arn", &QUEUE_ARN),
    ("AWS::Route53::HostedZone.Id", &HOSTED_ZONE),
    ("AWS::EC2::RouteTable.Id", &ROUTE_TABLE),
    ("AWS::EC2::InternetGateway.Id", &INTERNET_GATEWAY),
];

/// What the properties of resources take: the type that has the property, or the start of several; the names of the
/// properties, at any depth, some behind that of the one above; what they take. The first that fits counts.
static PROPERTIES: &[(&str, &[&str], &Kind)] = &[
    ("AWS::ApiGateway::", &["RestApiId"], &REST_API),
    ("AWS::ApiGateway::UsagePlan", &["ApiId"], &REST_API),
    ("AWS::ApiGateway::", &["ResourceId", "ParentId"], &API_RESOURCE),
    ("AWS::ApiGateway::Authorizer", &["ProviderARNs"], &USER_POOL_ARN),
    ("AWS::ApiGatewayV2::ApiMapping", &["ApiId"], &ANY_API),
    ("AWS::ApiGatewayV2::", &["ApiId"], &API),
    ("AWS::ApiGatewayV2::Integration", &["IntegrationUri"], &INTEGRATION_URI),
    ("AWS::ApiGatewayV2::Route", &["Target"], &ROUTE_TARGET),
    ("AWS::AppSync::DataSource", &["TableName"], &TABLE),
    ("AWS::AppSync::Resolver", &["DataSourceName"], &DATA_SOURCE),
    ("AWS::AppSync::FunctionConfiguration", &["DataSourceName"], &DATA_SOURCE),
    ("AWS::AppSync::Resolver", &["Functions"], &PIPELINE_FUNCTION),
    ("AWS::AppSync::", &["ApiId"], &APPSYNC_API),
    ("AWS::ApplicationAutoScaling::ScalingPolicy", &["ScalingTargetId"], &SCALABLE_TARGET),
    ("AWS::CertificateManager::Certificate", &["HostedZoneId"], &HOSTED_ZONE),
    ("AWS::CloudFront::Distribution", &["CachePolicyId"], &CACHE_POLICY),
    ("AWS::CloudFront::Distribution", &["LambdaFunctionARN"], &EDGE_FUNCTION),
    ("AWS::CloudFront::Distribution", &["WebACLId"], &WEB_ACL),
    ("AWS::CloudFormation::CustomResource", &["ServiceToken"], &SERVICE_TOKEN),
    ("Custom::", &["ServiceToken"], &SERVICE_TOKEN),
    ("AWS::CloudTrail::Trail", &["CloudWatchLogsLogGroupArn"], &LOG_GROUP_ARN),
    ("AWS::CloudWatch::", &["AlarmActions", "OKActions", "InsufficientDataActions"], &ALARM_ACTION),
    ("AWS::CodeBuild::Project", &["ServiceRole"], &ROLE),
    ("AWS::Cognito::IdentityPool", &["ClientId"], &CLIENT),
    ("AWS::Cognito::IdentityPool", &["ProviderName"], &PROVIDER_NAME),
    ("AWS::Cognito::", &["IdentityPoolId"], &IDENTITY_POOL),
    ("AWS::Cognito::UserPoolUICustomizationAttachment", &["ClientId"], &CLIENT),
    (
        "AWS::Cognito::UserPool",
        &[
            "CreateAuthChallenge",
            "CustomMessage",
            "DefineAuthChallenge",
            "PostAuthentication",
            "PostConfirmation",
            "PreAuthentication",
            "PreSignUp",
            "PreTokenGeneration",
            "UserMigration",
            "VerifyAuthChallengeResponse",
        ],
        &FUNCTION_ARN,
    ),
    ("AWS::DynamoDB::Table", &["StreamArn"], &STREAM),
    ("AWS::EC2::FlowLog", &["DeliverLogsPermissionArn"], &ROLE_ARN),
    ("AWS::EC2::Instance", &["IamInstanceProfile"], &INSTANCE_PROFILE),
    ("AWS::EC2::", &["AllocationId"], &ALLOCATION),
    ("AWS::EC2::Route", &["GatewayId"], &GATEWAY),
    ("AWS::EC2::VPCGatewayAttachment", &["InternetGatewayId"], &INTERNET_GATEWAY),
    ("AWS::EC2::", &["NatGatewayId"], &NAT_GATEWAY),
    ("AWS::EC2::", &["RouteTableId", "RouteTableIds"], &ROUTE_TABLE),
    ("AWS::ECS::", &["Cluster"], &CLUSTER),
    ("AWS::ECS::", &["TaskDefinition"], &TASK),
    // Tasks take the name of a role, too.
    ("AWS::ECS::", &["ExecutionRoleArn", "TaskRoleArn", "Role"], &ROLE),
    ("AWS::EFS::", &["FileSystemId"], &FILE_SYSTEM),
    ("AWS::ElastiCache::", &["CacheSubnetGroupName"], &CACHE_SUBNETS),
    ("AWS::ElasticLoadBalancingV2::", &["LoadBalancerArn"], &LOAD_BALANCER),
    ("AWS::ElasticLoadBalancingV2::", &["ListenerArn"], &LISTENER),
    ("AWS::ElasticLoadBalancingV2::", &["TargetGroupArn"], &TARGET_GROUP),
    ("AWS::ElasticLoadBalancingV2::", &["CertificateArn"], &CERTIFICATE),
    ("AWS::ElasticLoadBalancingV2::", &["SecurityGroups"], &SECURITY_GROUP),
    ("AWS::ECS::", &["TargetGroupArn"], &TARGET_GROUP),
    ("AWS::Events::", &["EventBusName"], &BUS),
    ("AWS::Events::Rule", &["DeadLetterConfig.Arn"], &QUEUE_ARN),
    ("AWS::IAM::", &["ManagedPolicyArns", "PermissionsBoundary"], &MANAGED_POLICY),
    ("AWS::IAM::", &["Roles", "RoleName"], &ROLE_NAME),
    ("AWS::IAM::", &["Groups", "GroupName"], &GROUP),
    ("AWS::IAM::", &["Users", "UserName"], &USER),
    ("AWS::KMS::Alias", &["TargetKeyId"], &KEY),
    ("AWS::Kinesis::StreamConsumer", &["StreamARN"], &STREAM),
    ("AWS::KinesisFirehose::", &["BucketARN"], &BUCKET_ARN),
    ("AWS::KinesisFirehose::", &["KinesisStreamARN"], &STREAM),
    ("AWS::Lambda::Alias", &["FunctionVersion"], &FUNCTION_VERSION),
    ("AWS::Lambda::EventInvokeConfig", &["Destination"], &DESTINATION),
    ("AWS::Lambda::EventSourceMapping", &["OnFailure.Destination"], &FAILURES),
    ("AWS::Lambda::EventSourceMapping", &["EventSourceArn"], &EVENT_SOURCE),
    ("AWS::Lambda::Function", &["FileSystemConfigs.Arn"], &ACCESS_POINT),
    ("AWS::Lambda::Function", &["Layers"], &LAYER),
    ("AWS::Lambda::Function", &["Role"], &ROLE_ARN),
    ("AWS::Lambda::Function", &["TargetArn"], &QUEUE_OR_TOPIC),
    ("AWS::Lambda::", &["FunctionName", "TargetFunctionArn"], &FUNCTION),
    ("AWS::Logs::SubscriptionFilter", &["RoleArn"], &ROLE_ARN),
    ("AWS::Pipes::Pipe", &["Source", "Target", "Enrichment"], &ANY_ARN),
    ("AWS::RDS::", &["DBSubnetGroupName"], &DB_SUBNETS),
    ("AWS::DocDB::", &["DBSubnetGroupName"], &DB_SUBNETS),
    ("AWS::Neptune::", &["DBSubnetGroupName"], &DB_SUBNETS),
    ("AWS::Route53::", &["HostedZoneId"], &HOSTED_ZONE),
    ("AWS::S3::BucketPolicy", &["Bucket"], &BUCKET),
    ("AWS::S3::AccessPoint", &["Bucket"], &BUCKET),
    ("AWS::S3::Bucket", &["Queue"], &QUEUE_ARN),
    ("AWS::S3::Bucket", &["Topic"], &TOPIC),
    ("AWS::S3::Bucket", &["Function"], &FUNCTION_ARN),
    ("AWS::SNS::TopicPolicy", &["Topics"], &TOPIC),
    ("AWS::SNS::Subscription", &["TopicArn"], &TOPIC),
    ("AWS::SQS::QueuePolicy", &["Queues"], &QUEUE_URL),
    ("AWS::Scheduler::Schedule", &["DeadLetterConfig.Arn"], &QUEUE_ARN),
    ("AWS::Scheduler::Schedule", &["GroupName"], &SCHEDULE_GROUP),
    ("AWS::SecretsManager::", &["SecretId"], &SECRET),
    ("AWS::SecretsManager::SecretTargetAttachment", &["TargetId"], &SECRET_TARGET),
    ("AWS::StepFunctions::StateMachine", &["LogGroupArn"], &LOG_GROUP_ARN),
    ("AWS::", &["KMSMasterKeyId", "KMSMasterKeyID", "KmsMasterKeyId"], &KEY),
    ("AWS::", &["deadLetterTargetArn"], &QUEUE_ARN),
    ("AWS::", &["UserPoolId"], &USER_POOL),
    ("AWS::", &["SubnetId", "SubnetIds"], &SUBNET),
    (
        "AWS::",
        &[
            "SecurityGroupIds",
            "VpcSecurityGroupIds",
            "VPCSecurityGroups",
            "SourceSecurityGroupId",
            "DestinationSecurityGroupId",
        ],
        &SECURITY_GROUP,
    ),
    ("AWS::", &["VpcId", "VPCId"], &VPC),
];

/// What is taken at a place.
pub struct Wanted {
    /// Any of these.
    pub kinds: Vec<&'static Kind>,
    /// AWS's formats of it.
    pub formats: Vec<&'static str>,
}

/// What the property `key` at `path`, from `Properties` of a resource of the type `of` on, takes.
pub fn wanted(of: &str, key: &str, path: &[Segment]) -> Option<Wanted> {
    // A record that stands for another takes the zone of what it stands for.
    if path.contains(&Segment::from("AliasTarget")) {
        return None;
    }
    let nodes = schema::resource_type(of).map(|it| it.certain_nodes_at(path)).unwrap_or_default();
    let mut formats: Vec<&'static str> = nodes.iter().filter_map(|it| it.format()).collect();
    formats.retain(|it| it.contains("::"));
    let is_of = |owner: &str| if owner.ends_with("::") { of.starts_with(owner) } else { of == owner };
    let row =
        PROPERTIES.iter().find(|(owner, keys, _)| is_of(owner) && keys.iter().any(|it| is_at(it, key, path)));
    let kinds: Vec<&'static Kind> = match row {
        Some((.., kind)) => vec![kind],
        None if formats.is_empty() => {
            let ends = ["Arn", "ARN", "Arns", "ARNs"].iter().any(|it| key.ends_with(it)) || key == "arn";
            if ends && of.starts_with("AWS::") { vec![&ANY_ARN] } else { Vec::new() }
        }
        None => {
            let known = |format: &str| FORMATS.iter().find(|it| it.0 == format).map(|it| it.1);
            // Of a format that is not known here nothing is said.
            formats.iter().map(|it| known(it)).collect::<Option<Vec<_>>>()?
        }
    };
    (!kinds.is_empty()).then_some(Wanted { kinds, formats })
}

/// Whether `path`, which ends with the property `key`, ends with `name`: `Arn`, or `DeadLetterConfig.Arn`.
pub fn is_at(name: &str, key: &str, path: &[Segment]) -> bool {
    let Some((above, own)) = name.split_once('.') else { return name == key };
    let keys = path.iter().rev().filter_map(|it| match it {
        Segment::Key(key) => Some(key.as_str()),
        Segment::Index(_) => None,
    });
    let mut keys = keys.skip_while(|it| *it != key);
    own == key && keys.nth(1) == Some(above)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_known() {
        let given = PROPERTIES.iter().map(|it| it.2).chain(FORMATS.iter().map(|it| it.1));
        let types = given.flat_map(|it| it.gives).map(|it| it.0);
        let unknown: Vec<&str> = types.filter(|it| schema::resource_type(it).is_none()).collect();
        assert_eq!(unknown, Vec::<&str>::new());
    }
}
