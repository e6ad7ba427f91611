//! Variables that ask AWS: what is found, what is missing, what is refused, throttled or late, and how often AWS is
//! asked. Answers "does a fallback stand in for what is not there, and only for that?".

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use slsc_deploy::variables::{Answer, Found, Lookup, look_up};
use slsc_deploy::{AccessKey, Connection, ErrorKind};

use super::emulator;
use super::proxy::{Fault, Proxy};
use crate::support::binary;

/// An account of its own with what the variables name, behind a proxy.
struct Account {
    id: String,
    proxy: Proxy,
}

impl Account {
    fn new() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let id = 300_000_000_000 + u64::from(std::process::id()) * 100 + NEXT.fetch_add(1, Ordering::Relaxed);
        Self { id: id.to_string(), proxy: Proxy::start(&emulator::url()) }
    }

    /// Sends one request to the emulator, past the proxy.
    fn send(&self, region: &str, service: &str, line: &str, headers: &str, body: &str) {
        let url = emulator::url();
        let host = url.trim_start_matches("http://");
        let credential = format!("{}/20260101/{region}/{service}/aws4_request", self.id);
        let request = format!(
            "{line} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Length: {}\r\n{headers}\
             Authorization: AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders=host, Signature=0\r\n\r\n{body}",
            body.len()
        );
        let mut socket = TcpStream::connect(host).unwrap();
        socket.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        socket.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{line}: {answer}");
    }

    fn parameter(&self, region: &str, name: &str, kind: &str, value: &str) {
        let headers =
            "X-Amz-Target: AmazonSSM.PutParameter\r\nContent-Type: application/x-amz-json-1.1\r\n".to_owned();
        let body = serde_json::json!({ "Name": name, "Type": kind, "Value": value }).to_string();
        self.send(region, "ssm", "POST /", &headers, &body);
    }

    /// A bucket, with `key` in it.
    fn object(&self, region: &str, bucket: &str, key: &str, text: &str) {
        let place = format!(
            "<CreateBucketConfiguration><LocationConstraint>{region}</LocationConstraint></CreateBucketConfiguration>"
        );
        let place = if region == "us-east-1" { "" } else { &place };
        self.send(region, "s3", &format!("PUT /{bucket}"), "", place);
        self.send(region, "s3", &format!("PUT /{bucket}/{key}"), "", text);
    }

    fn stack(&self, name: &str) {
        let template = "%7B%22Resources%22:%7B%22T%22:%7B%22Type%22:%22AWS::SNS::Topic%22%7D%7D,\
             %22Outputs%22:%7B%22Table%22:%7B%22Value%22:%22orders%22%7D,%22Queue%22:%7B%22Value%22:%22jobs%22%7D%7D%7D";
        let body = format!("Action=CreateStack&Version=2010-05-15&StackName={name}&TemplateBody={template}");
        let headers = "Content-Type: application/x-www-form-urlencoded\r\n";
        self.send("us-east-1", "cloudformation", "POST /", headers, &body);
        let lookup = [Lookup::Stack { region: None, name: name.to_owned() }];
        let deadline = Instant::now() + Duration::from_secs(20);
        while !matches!(&self.ask(&lookup)[..], [Ok(Some(Found::Outputs(all)))] if all.len() == 2) {
            assert!(Instant::now() < deadline, "the stack has no outputs");
            std::thread::sleep(Duration::from_millis(50));
        }
        self.proxy.forget();
    }

    fn connection(&self) -> Connection {
        Connection {
            endpoint_url: Some(self.proxy.url()),
            access_key: Some(AccessKey {
                id: self.id.clone(),
                secret: "secret".to_owned(),
                session_token: None,
            }),
            attempts: 3,
            first_backoff: Duration::from_millis(20),
            attempt_timeout: Duration::from_secs(20),
            ..Connection::default()
        }
    }

    fn ask(&self, lookups: &[Lookup]) -> Vec<Answer> {
        look_up(lookups, Some("us-east-1"), &self.connection())
    }

    /// Runs the program on a service with these values below `custom`, and gives what it prints of them.
    fn print(&self, values: &str, more: &[&str]) -> (i32, String, String) {
        let directory = tempfile::tempdir().unwrap();
        let lines: String = values.lines().map(|it| format!("  {}\n", it.trim())).collect();
        write(directory.path(), &format!("service: asks\nprovider: aws\ncustom:\n{lines}"));
        let arguments = [&["print", "--path", "custom", "--format", "json"][..], more].concat();
        let output = self.slsc(directory.path(), &arguments);
        let text = |it: &[u8]| String::from_utf8(it.to_vec()).unwrap();
        (output.status.code().unwrap(), text(&output.stdout), text(&output.stderr))
    }

    fn slsc(&self, directory: &Path, arguments: &[&str]) -> Output {
        let mut command = Command::new(binary());
        for name in ["AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_REGION"] {
            command.env_remove(name);
        }
        command
            .arg("-C")
            .arg(directory)
            .args(arguments)
            .env("AWS_ENDPOINT_URL", self.proxy.url())
            .env("AWS_ACCESS_KEY_ID", &self.id)
            .env("AWS_SECRET_ACCESS_KEY", "secret")
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .output()
            .unwrap()
    }
}

fn write(directory: &Path, text: &str) {
    std::fs::write(directory.join("serverless.yml"), text).unwrap();
}

fn parameter(name: &str) -> Lookup {
    Lookup::Parameter { region: None, name: name.to_owned(), decrypt: true }
}

#[test]
fn values_are_found_with_their_types() {
    let account = Account::new();
    account.parameter("us-east-1", "/text", "String", "hello");
    account.parameter("eu-west-1", "/text", "String", "bonjour");
    account.parameter("us-east-1", "/list", "StringList", "a,b");
    account.parameter("us-east-1", "/secret", "SecureString", r#"{"user":{"name":"me"}}"#);
    account.parameter("us-east-1", "/which", "String", "text");
    account.parameter("us-east-1", "/holds", "String", "${self:service}-${ssm:/text}");
    account.stack("store");
    let bucket = format!("variables-{}", account.id);
    account.object("us-east-1", &bucket, "deep/key.txt", "of the object\n");
    let values = format!(
        "text: ${{ssm:/text}}
         again: a ${{ssm:/text}} b
         west: ${{ssm(eu-west-1):/text}}
         list: ${{ssm:/list}}
         raw: ${{ssm(us-east-1, raw):/list}}
         secret: ${{ssm:/secret}}
         name: ${{self:custom.secret.user.name}}
         nested: ${{ssm:/${{ssm:/which}}}}
         holds: ${{ssm:/holds}}
         table: ${{cf:store.Table}}
         queue: ${{cf(us-east-1):store.Queue}}
         object: ${{s3:{bucket}/deep/key.txt}}
         account: ${{aws:accountId}}
         region: ${{aws:region}}"
    );
    let (code, out, err) = account.print(&values, &[]);
    assert_eq!(code, 0, "{err}");
    let expected = serde_json::json!({
        "text": "hello", "again": "a hello b", "west": "bonjour", "list": ["a", "b"], "raw": "a,b",
        "secret": { "user": { "name": "me" } }, "name": "me", "nested": "hello", "holds": "asks-hello",
        "table": "orders", "queue": "jobs", "object": "of the object\n", "account": account.id, "region": "us-east-1",
    });
    assert_eq!(serde_json::from_str::<serde_json::Value>(&out).unwrap(), expected);
    // `/text`, `/text` of the other region, `/list` of the default and of the same region in words, `/secret`, `/which`
    // and `/holds`: each once, however often it stands there. The stack is asked for by region, too.
    assert_eq!(account.proxy.calls("GetParameter"), 7);
    assert_eq!(account.proxy.calls("DescribeStacks"), 2);
    assert_eq!(account.proxy.calls("GetCallerIdentity"), 1);
    assert_eq!(account.proxy.calls("GET *"), 1);
}

#[test]
fn a_fallback_stands_in_for_what_is_not_there() {
    let account = Account::new();
    let bucket = format!("variables-{}", account.id);
    account.object("us-east-1", &bucket, "there", "x");
    account.stack("half");
    let values = format!(
        "parameter: ${{ssm:/none, 'p'}}
         stack: ${{cf:none.Table, 's'}}
         output: ${{cf:half.None, 'o'}}
         key: ${{s3:{bucket}/none, 'k'}}"
    );
    let (code, out, err) = account.print(&values, &[]);
    assert_eq!(code, 0, "{err}");
    let expected = serde_json::json!({ "parameter": "p", "stack": "s", "output": "o", "key": "k" });
    assert_eq!(serde_json::from_str::<serde_json::Value>(&out).unwrap(), expected);

    // Without one, each is an error at its place. A bucket that is not there is one in any case.
    let values = "parameter: ${ssm:/none}\nbucket: ${s3:no-such-bucket-at-all/key, 'k'}";
    let (code, _, err) = account.print(values, &[]);
    assert_eq!(code, 1);
    assert!(err.contains("there is no parameter `/none`") && err.contains("serverless.yml:4:16"), "{err}");
    assert!(err.contains("NoSuchBucket") && err.contains("serverless.yml:5:13"), "{err}");
}

#[test]
fn no_fallback_stands_in_for_a_refusal() {
    let account = Account::new();
    let why = "User: arn:aws:iam::1:user/x is not authorized to perform: ssm:GetParameter";
    account.proxy.break_next("GetParameter", 1, &Fault::json_error(400, "AccessDeniedException", why));
    account.proxy.break_next("DescribeStacks", 1, &Fault::error(403, "AccessDenied", "no stacks for you"));
    account.proxy.break_next("GET *", 1, &Fault::s3_error(403, "AccessDenied", "no objects for you"));
    account.proxy.break_next("GetCallerIdentity", 1, &Fault::error(403, "AccessDenied", "who are you"));
    let values = "parameter: ${ssm:/x, 'p'}
         stack: ${cf:x.Y, 's'}
         object: ${s3:x/y, 'o'}
         account: ${aws:accountId, 'a'}";
    let (code, out, err) = account.print(values, &[]);
    assert_eq!((code, &*out), (1, ""));
    for (line, text) in
        [(4, why), (5, "no stacks for you"), (6, "no objects for you"), (7, "sts:GetCallerIdentity")]
    {
        assert!(err.contains(text) && err.contains(&format!("serverless.yml:{line}:")), "{text}: {err}");
    }
    assert!(err.contains("allow the action `ssm:GetParameter`"), "{err}");
}

#[test]
fn throttling_is_waited_for_and_told_when_it_does_not_end() {
    let account = Account::new();
    account.parameter("us-east-1", "/text", "String", "hello");
    let throttling = Fault::json_error(400, "ThrottlingException", "Rate exceeded");
    account.proxy.break_next("GetParameter", 2, &throttling);
    let answers = account.ask(&[parameter("/text")]);
    assert!(matches!(&answers[..], [Ok(Some(Found::Parameter(it)))] if it.text == "hello"), "{answers:?}");
    assert_eq!(account.proxy.calls("GetParameter"), 3);

    account.proxy.forget();
    // It is asked for once more when the others have their answers.
    account.proxy.break_next("GetParameter", 6, &throttling);
    let answers = account.ask(&[parameter("/text"), Lookup::Account]);
    let [Err(error), Ok(Some(Found::Text(id)))] = &answers[..] else { panic!("{answers:?}") };
    assert_eq!((error.kind, id), (ErrorKind::Throttled, &account.id));
    assert!(error.why.contains("Rate exceeded"), "{error}");
    assert_eq!(account.proxy.calls("GetParameter"), 6);
}

#[test]
fn many_are_asked_for_side_by_side() {
    let account = Account::new();
    for number in 0..16 {
        account.parameter("us-east-1", &format!("/p{number}"), "String", "x");
    }
    // Each hangs and is asked for again: one after the other they would take sixteen times as long.
    account.proxy.break_next("GetParameter", 16, &Fault::Hang(Duration::from_secs(60)));
    let lookups: Vec<Lookup> = (0..16).map(|it| parameter(&format!("/p{it}"))).collect();
    let connection = Connection { attempt_timeout: Duration::from_secs(2), ..account.connection() };
    let start = Instant::now();
    let answers = look_up(&lookups, Some("us-east-1"), &connection);
    assert!(answers.iter().all(|it| matches!(it, Ok(Some(_)))), "{answers:?}");
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
}

#[test]
fn an_outage_is_told_and_is_no_missing_value() {
    let account = Account::new();
    account.proxy.break_next("DescribeStacks", 3, &Fault::Hang(Duration::from_secs(60)));
    let connection = Connection { attempt_timeout: Duration::from_millis(300), ..account.connection() };
    let stack = Lookup::Stack { region: None, name: "x".to_owned() };
    let answers = look_up(&[stack], Some("us-east-1"), &connection);
    assert!(matches!(&answers[..], [Err(error)] if error.kind == ErrorKind::Network), "{answers:?}");

    account.proxy.break_next("GET *", 3, &Fault::s3_error(503, "ServiceUnavailable", "later"));
    let answers = account.ask(&[Lookup::Object { bucket: "x".to_owned(), key: "y".to_owned() }]);
    assert!(matches!(&answers[..], [Err(error)] if error.kind == ErrorKind::Network), "{answers:?}");
}

/// Nobody waits a hundred times for a network that is not there.
#[test]
fn a_network_that_is_not_there_is_found_out_once() {
    let account = Account::new();
    let lookups: Vec<Lookup> = (0..100).map(|it| parameter(&format!("/p{it}"))).collect();
    account.proxy.break_next("GetParameter", 300, &Fault::Hang(Duration::from_secs(60)));
    let connection = Connection { attempt_timeout: Duration::from_millis(500), ..account.connection() };
    let start = Instant::now();
    let answers = look_up(&lookups, Some("us-east-1"), &connection);
    assert_eq!(answers.len(), 100);
    for answer in &answers {
        assert!(matches!(answer, Err(error) if error.kind == ErrorKind::Network), "{answer:?}");
    }
    assert!(start.elapsed() < Duration::from_secs(8), "{:?}", start.elapsed());
    assert!(account.proxy.calls("GetParameter") < 100, "{}", account.proxy.calls("GetParameter"));
}

#[test]
fn a_profile_that_is_not_there_is_named() {
    let account = Account::new();
    let (code, _, err) = account.print("a: ${ssm:/a}", &["--aws-profile", "nobody-has-this"]);
    assert_eq!(code, 1);
    assert!(err.contains("the profile `nobody-has-this` is not configured"), "{err}");
}

#[test]
fn a_bucket_of_another_region_is_asked_there() {
    let account = Account::new();
    let bucket = format!("variables-{}", account.id);
    account.object("eu-west-1", &bucket, "key", "abroad");
    let answers = account.ask(&[Lookup::Object { bucket, key: "key".to_owned() }]);
    assert_eq!(answers, [Ok(Some(Found::Text("abroad".to_owned())))]);
    // Once in the region of the service, where S3 says which it is, and once there.
    assert_eq!((account.proxy.calls("GET *"), account.proxy.calls("HEAD *")), (2, 1));
}

#[test]
fn offline_asks_nobody() {
    let account = Account::new();
    let directory = tempfile::tempdir().unwrap();
    write(
        directory.path(),
        "service: offline
provider:
  name: aws
  runtime: nodejs22.x
  timeout: ${ssm:/timeout}
  environment:
    TOKEN: ${ssm:/token}
functions:
  hello:
    handler: handler.hello
",
    );
    for arguments in [&["check"][..], &["template", "--offline"], &["print", "--offline"]] {
        let output = account.slsc(directory.path(), arguments);
        let err = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {err}");
        let out = String::from_utf8_lossy(&output.stdout);
        assert!(arguments[0] == "check" || out.contains("${ssm:/token}"), "{out}");
    }
    assert_eq!(account.proxy.calls("*"), 0);
    let output = account.slsc(directory.path(), &["template"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("add a fallback"));
    assert_eq!(account.proxy.calls("GetParameter"), 2);
}

/// Without credentials every variable is named at its place, and how to do without.
#[test]
fn missing_credentials_are_told_at_each_variable() {
    let directory = tempfile::tempdir().unwrap();
    write(directory.path(), "service: nobody\nprovider: aws\ncustom:\n  a: ${ssm:/a, 'b'}\n  c: ${cf:c.D}\n");
    let output = Command::new(binary())
        .args(["template", "-C"])
        .arg(directory.path())
        .env("HOME", directory.path())
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env("AWS_SHARED_CREDENTIALS_FILE", "none")
        .env("AWS_CONFIG_FILE", "none")
        .env_remove("AWS_ACCESS_KEY_ID")
        .env_remove("AWS_PROFILE")
        .output()
        .unwrap();
    let err = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{err}");
    assert_eq!(err.matches("no AWS credentials were found").count(), 2, "{err}");
    assert!(err.contains("serverless.yml:4:") && err.contains("serverless.yml:5:"), "{err}");
    assert!(err.contains("`--offline`"), "{err}");
}

/// The region and the profile of the service are needed before AWS can be asked.
#[test]
fn a_region_that_only_aws_knows_is_asked_for_where_it_says() {
    let account = Account::new();
    account.parameter("us-east-1", "/region", "String", "eu-west-1");
    account.parameter("eu-west-1", "/text", "String", "bonjour");
    let directory = tempfile::tempdir().unwrap();
    let service = "service: moves\nprovider:\n  name: aws\n  region: ${ssm(us-east-1):/region}\ncustom:\n  text: ${ssm:/text}\n";
    write(directory.path(), service);
    let output = account.slsc(directory.path(), &["print", "--path", "custom.text", "--format", "text"]);
    assert_eq!(String::from_utf8_lossy(&output.stdout), "bonjour\n");
    write(directory.path(), &service.replace("(us-east-1)", ""));
    let output = account.slsc(directory.path(), &["print"]);
    let err = String::from_utf8_lossy(&output.stderr);
    assert!(err.contains("the region of the service is not known before AWS has been asked"), "{err}");
}

/// An archive that lies in S3 is packaged as one that lies on the disk.
#[test]
fn an_archive_in_s3_is_downloaded() {
    let account = Account::new();
    let bucket = format!("archives-{}", account.id);
    account.object("us-east-1", &bucket, "deep/app.zip", "what the archive holds");
    let directory = tempfile::tempdir().unwrap();
    let service = format!(
        "service: fetched\nprovider:\n  name: aws\n  runtime: nodejs22.x\n\
         package:\n  artifact: s3://{bucket}/deep/app.zip\nfunctions:\n  hello:\n    handler: app.hello\n"
    );
    write(directory.path(), &service);
    let output = account.slsc(directory.path(), &["package"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let read = |name: &str| std::fs::read_to_string(directory.path().join(".serverless").join(name)).unwrap();
    assert_eq!(read("app.zip"), "what the archive holds");
    assert!(read("cloudformation-template-update-stack.json").contains("/app.zip\""));

    write(directory.path(), &service.replace("deep/app.zip", "none.zip"));
    let output = account.slsc(directory.path(), &["package"]);
    let err = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{err}");
    assert!(err.contains("Could not download `none.zip`") && err.contains("NoSuchKey"), "{err}");
}
