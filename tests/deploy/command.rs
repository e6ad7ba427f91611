//! `slsc deploy`, `info` and `remove` as a user runs them: the real process, against the server on loopback.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

use super::emulator;
use crate::support::binary;

const SERVICE: &str = "service: commands
provider:
  name: aws
  runtime: python3.12
functions:
  hello:
    handler: handler.hello
resources:
  Outputs:
    Secret:
      Value: hush
";

fn slsc(directory: &Path, arguments: &[&str]) -> Output {
    // The emulator takes a key of twelve digits for the account.
    let account = (200_000_000_000 + u64::from(std::process::id())).to_string();
    Command::new(binary())
        .arg("-C")
        .arg(directory)
        .args(arguments)
        .env("AWS_ENDPOINT_URL", emulator::url())
        .env("AWS_ACCESS_KEY_ID", account)
        .env("AWS_SECRET_ACCESS_KEY", "secret")
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env_remove("AWS_PROFILE")
        .output()
        .unwrap()
}

fn written(output: &Output) -> (String, String) {
    let text = |it: &[u8]| String::from_utf8(it.to_vec()).unwrap();
    (text(&output.stdout), text(&output.stderr))
}

#[test]
fn a_service_is_deployed_shown_and_removed() {
    let directory = tempfile::tempdir().unwrap();
    let directory = directory.path();
    std::fs::write(directory.join("serverless.yml"), SERVICE).unwrap();
    std::fs::write(directory.join("handler.py"), "def hello(event, context):\n    return 1\n").unwrap();

    let deployed = slsc(directory, &["deploy", "--conceal"]);
    let (out, err) = written(&deployed);
    assert!(deployed.status.success(), "{out}{err}");
    assert!(out.contains("stack: commands-dev") && out.contains("commands-dev-hello"), "{out}");
    assert!(!out.contains("hush"), "{out}");
    assert!(err.contains("HelloLambdaFunction"), "{err}");

    let again = slsc(directory, &["deploy", "--json"]);
    let (out, err) = written(&again);
    assert!(again.status.success(), "{out}{err}");
    let last: Value = serde_json::from_str(out.lines().last().unwrap()).unwrap();
    assert_eq!(last["done"], "no-changes", "{out}");

    let (out, _) = written(&slsc(directory, &["info"]));
    assert!(out.contains("Secret: hush"), "{out}");

    let removed = slsc(directory, &["remove"]);
    let (out, err) = written(&removed);
    assert!(removed.status.success(), "{out}{err}");
    let gone = slsc(directory, &["info"]);
    assert_eq!(gone.status.code(), Some(1));
    assert!(written(&gone).1.contains("There is no stack `commands-dev`"));
}

/// The files of June 2016: events by provider, and the stages and regions in a file of their own.
#[test]
fn a_service_of_the_betas_is_deployed_to_what_its_file_lists() {
    let directory = tempfile::tempdir().unwrap();
    let directory = directory.path();
    let service = "service: greeter
provider: aws
functions:
  hello:
    handler: handler.hello
    description: ${greeting}
    events:
      aws:
        schedule: rate(10 minutes)
";
    let env = "vars:\n  greeting: hi\nstages:\n  dev:\n    regions:\n      us-east-1:\n";
    std::fs::write(directory.join("serverless.yml"), service).unwrap();
    std::fs::write(directory.join("serverless.env.yml"), env).unwrap();
    std::fs::write(directory.join("handler.js"), "exports.hello = () => 1;\n").unwrap();

    let deployed = slsc(directory, &["deploy", "--stage", "dev", "--region", "us-east-1"]);
    let (out, err) = written(&deployed);
    assert!(deployed.status.success(), "{out}{err}");
    assert!(out.contains("stack: greeter-dev") && err.contains("HelloEventsRuleSchedule1"), "{out}{err}");
    let archive = std::fs::read(directory.join(".serverless/greeter.zip")).unwrap();
    let archive = zip::ZipArchive::new(std::io::Cursor::new(archive)).unwrap();
    let names: Vec<String> = archive.file_names().map(|it| it.unwrap().into_owned()).collect();
    assert_eq!(names, ["handler.js"], "variables are not packaged");

    let (_, err) = written(&slsc(directory, &["deploy", "--stage", "live"]));
    assert!(err.contains("does not list the stage `live`"), "{err}");
    assert!(slsc(directory, &["remove"]).status.success());
}

/// Nothing is sent to AWS while the service has errors.
#[test]
fn a_service_with_errors_is_not_deployed() {
    let directory = tempfile::tempdir().unwrap();
    let broken = SERVICE.replace("handler: handler.hello", "handler: handler.hello\n    timout: 3");
    std::fs::write(directory.path().join("serverless.yml"), broken.replace("commands", "broken")).unwrap();
    let deployed = slsc(directory.path(), &["deploy"]);
    assert_eq!(deployed.status.code(), Some(1));
    assert!(written(&deployed).1.contains("error[unknown-key]"));
    let info = slsc(directory.path(), &["info"]);
    assert!(written(&info).1.contains("There is no stack `broken-dev`"));
}
