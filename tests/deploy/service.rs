//! A small service written by hand, as `package` would leave it on disk: a bucket, a role, a log group, a function
//! with an archive and a function that makes deployments fail on purpose. Answers "what do the deploy tests deploy?".

use std::io::Write;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use serde_json::{Value, json};
use slsc_deploy::{AccessKey, Connection, Options, Package, Poll, Target};

/// Code of a custom resource that fails when asked to: `FailOn: [Create]`, after `Sleep` seconds.
const FAULT_CODE: &str = r#"
import json, time, urllib.request

def handler(event, context):
    properties = event["ResourceProperties"]
    time.sleep(float(properties.get("Sleep", 0)))
    failed = event["RequestType"] in properties.get("FailOn", [])
    answer = {
        "Status": "FAILED" if failed else "SUCCESS",
        "Reason": "The planned fault",
        "PhysicalResourceId": event.get("PhysicalResourceId", "fault"),
        "StackId": event["StackId"],
        "RequestId": event["RequestId"],
        "LogicalResourceId": event["LogicalResourceId"],
    }
    body = json.dumps(answer).encode()
    request = urllib.request.Request(event["ResponseURL"], data=body, method="PUT", headers={"Content-Type": ""})
    urllib.request.urlopen(request)
"#;

/// A service in an account of its own.
#[derive(Debug)]
pub struct Service {
    /// Name; the stage is `dev`.
    pub name: String,
    /// Account, which the emulator takes for the access key.
    pub account: String,
    /// The service's own deployment bucket.
    pub bucket: Option<String>,
    /// Memory of the function in MB.
    pub memory: u32,
    /// Content of the function's file.
    pub code: Vec<u8>,
    /// Properties of the faulty resource; `None` leaves it out.
    pub fault: Option<Value>,
    /// More resources.
    pub more: Value,
    directory: tempfile::TempDir,
    packagings: u64,
}

impl Service {
    /// A new service; nothing else uses its name or its account.
    pub fn new(name: &str) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let account =
            100_000_000_000 + u64::from(std::process::id()) * 1000 + NEXT.fetch_add(1, Ordering::Relaxed);
        Self {
            name: name.to_owned(),
            account: account.to_string(),
            bucket: None,
            memory: 128,
            code: b"def handler(event, context):\n    return 'hello'\n".to_vec(),
            fault: None,
            more: json!({}),
            directory: tempfile::tempdir().unwrap(),
            packagings: 0,
        }
    }

    /// The same account, another service.
    pub fn neighbour(&self, name: &str) -> Self {
        Self { account: self.account.clone(), ..Self::new(name) }
    }

    /// Stack of the service.
    pub fn target(&self) -> Target {
        Target { bucket: self.bucket.clone(), ..Target::new(&self.name, "dev", "us-east-1") }
    }

    /// Options by which the backend reaches the service's account at `url`, patient for tests.
    pub fn options(&self, url: &str) -> Options {
        Options {
            connection: Connection {
                endpoint_url: Some(url.to_owned()),
                access_key: Some(AccessKey {
                    id: self.account.clone(),
                    secret: "secret".to_owned(),
                    session_token: None,
                }),
                attempts: 3,
                first_backoff: Duration::from_millis(20),
                attempt_timeout: Duration::from_secs(20),
                ..Connection::default()
            },
            poll: Poll {
                interval: Duration::from_millis(80),
                longest: Duration::from_millis(400),
                failures: 6,
            },
            ..Options::default()
        }
    }

    /// Packages the service under a new directory of the bucket, as each run of `package` does.
    pub fn package(&mut self) -> Package {
        self.packagings += 1;
        self.package_again()
    }

    /// Packages the service under the names of the last time.
    pub fn package_again(&self) -> Package {
        let root = self.directory.path();
        let time = 1_700_000_000_000 + self.packagings;
        let prefix =
            format!("serverless/{}/dev/{time}-2023-11-14T22:13:20.{:03}Z", self.name, self.packagings);
        let key = format!("{prefix}/{}.zip", self.name);
        let state = json!({
            "service": {
                "service": self.name,
                "provider": {
                    "name": "aws", "stage": "dev", "region": "us-east-1",
                    "deploymentBucket": self.bucket, "stackTags": { "team": "tests" },
                },
            },
            "package": { "artifactDirectoryName": prefix, "artifact": format!("{}.zip", self.name) },
        });
        write(root, "cloudformation-template-create-stack.json", &self.first_template());
        write(root, "cloudformation-template-update-stack.json", &self.template(&key));
        write(root, "serverless-state.json", &state);
        let file = std::fs::File::create(root.join(format!("{}.zip", self.name))).unwrap();
        let mut archive = zip::ZipWriter::new(file);
        let stored =
            zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
        archive.start_file("app.py", stored.last_modified_time(zip::DateTime::default())).unwrap();
        archive.write_all(&self.code).unwrap();
        archive.finish().unwrap();
        Package::read(root).unwrap()
    }

    fn first_template(&self) -> Value {
        json!({
            "AWSTemplateFormatVersion": "2010-09-09",
            "Resources": { "ServerlessDeploymentBucket": { "Type": "AWS::S3::Bucket" } },
            "Outputs": { "ServerlessDeploymentBucketName": { "Value": { "Ref": "ServerlessDeploymentBucket" } } },
        })
    }

    fn template(&self, key: &str) -> Value {
        let mut template = self.first_template();
        if self.bucket.is_some() {
            template = json!({ "AWSTemplateFormatVersion": "2010-09-09", "Resources": {}, "Outputs": {} });
        }
        let name = format!("{}-dev-hello", self.name);
        let bucket =
            self.bucket.as_ref().map_or(json!({ "Ref": "ServerlessDeploymentBucket" }), |name| json!(name));
        let resources = &mut template["Resources"];
        resources["HelloLogGroup"] = json!({
            "Type": "AWS::Logs::LogGroup", "Properties": { "LogGroupName": format!("/aws/lambda/{name}") },
        });
        resources["IamRoleLambdaExecution"] = json!({
            "Type": "AWS::IAM::Role",
            "Properties": { "AssumeRolePolicyDocument": { "Version": "2012-10-17", "Statement": [{
                "Effect": "Allow", "Principal": { "Service": ["lambda.amazonaws.com"] }, "Action": ["sts:AssumeRole"],
            }] } },
        });
        let role = json!({ "Fn::GetAtt": ["IamRoleLambdaExecution", "Arn"] });
        resources["HelloLambdaFunction"] = json!({
            "Type": "AWS::Lambda::Function", "DependsOn": ["HelloLogGroup"],
            "Properties": {
                "FunctionName": name, "Handler": "app.handler", "Runtime": "python3.12", "MemorySize": self.memory,
                "Role": role, "Code": { "S3Bucket": bucket, "S3Key": key },
            },
        });
        if let Some(properties) = &self.fault {
            resources["FaultFunction"] = json!({
                "Type": "AWS::Lambda::Function",
                "Properties": {
                    "FunctionName": format!("{}-dev-fault", self.name), "Handler": "index.handler",
                    "Runtime": "python3.12", "Timeout": 60, "Role": role, "Code": { "ZipFile": FAULT_CODE },
                },
            });
            let mut properties = properties.clone();
            properties["ServiceToken"] = json!({ "Fn::GetAtt": ["FaultFunction", "Arn"] });
            resources["Fault"] = json!({ "Type": "Custom::Fault", "Properties": properties });
        }
        for (id, resource) in self.more.as_object().into_iter().flatten() {
            resources[id] = resource.clone();
        }
        template["Outputs"]["ServiceEndpoint"] =
            json!({ "Value": format!("https://{}.example.com", self.name) });
        template
    }
}

fn write(root: &Path, name: &str, value: &Value) {
    std::fs::write(root.join(name), serde_json::to_vec_pretty(value).unwrap()).unwrap();
}
