//! What networks, credentials and permissions do to a deploy. Answers "is the cause named, is the work done once, and
//! is nothing left behind?".

use std::process::Command;
use std::time::Duration;

use slsc_deploy::{Done, ErrorKind};

use super::Bench;
use super::proxy::Fault;

#[test]
fn throttled_events_are_waited_for() {
    let mut bench = Bench::new("throttled");
    let throttling = Fault::error(400, "Throttling", "Rate exceeded");
    bench.deploy().unwrap();
    bench.service.memory = 256;
    let package = bench.service.package();
    bench.proxy.break_next("DescribeStackEvents", 2, &throttling);
    assert_eq!(bench.deploy_package(&package).unwrap().done, Done::Updated);
    assert!(bench.notes().is_empty(), "one call's retries are not worth a note: {:?}", bench.notes());

    // More than the retries of one call: the loop has to go on.
    bench.service.memory = 512;
    let package = bench.service.package();
    bench.proxy.forget();
    bench.proxy.break_after(("ExecuteChangeSet", 1), "DescribeStackEvents", 7, &throttling);
    assert_eq!(bench.deploy_package(&package).unwrap().done, Done::Updated);
    assert!(
        bench.notes().contains(&"AWS asks for fewer requests; asking less often."),
        "{:?}",
        bench.notes()
    );
    assert_eq!(bench.proxy.calls("ExecuteChangeSet"), 1);
}

#[test]
fn an_event_list_that_was_cut_is_asked_for_again() {
    let mut bench = Bench::new("cut");
    // Of the second operation: its events are more than half of the list, so half of a list lacks some.
    bench.proxy.break_after(("ExecuteChangeSet", 2), "DescribeStackEvents", 3, &Fault::Truncate);
    assert_eq!(bench.deploy().unwrap().done, Done::Created);
    let statuses = bench.statuses("cut-dev");
    let whole = ["UPDATE_IN_PROGRESS", "UPDATE_COMPLETE"];
    assert!(statuses.ends_with(&whole), "{statuses:?}");
    let note = "AWS could not be reached (The list of events was cut short); trying again.";
    assert!(bench.notes().contains(&note), "{:?}", bench.notes());
}

#[test]
fn a_lost_answer_to_the_execution_is_no_second_execution() {
    let mut bench = Bench::new("lost-answer");
    bench.proxy.break_next("ExecuteChangeSet", 1, &Fault::ResetAfterForward);
    bench.proxy.break_next("CreateChangeSet", 1, &Fault::ResetAfterForward);
    let outcome = bench.deploy().unwrap();
    assert_eq!(outcome.done, Done::Created);
    assert_eq!(outcome.info.functions.len(), 1);
}

#[test]
fn a_refused_execution_leaves_nothing_behind() {
    let mut bench = Bench::new("refused");
    bench.proxy.break_next("ExecuteChangeSet", 3, &Fault::ResetAfter(0));
    let error = bench.deploy().unwrap_err();
    assert_eq!(error.kind, ErrorKind::Network);
    assert!(error.help.starts_with("Nothing was changed."), "{}", error.help);
    assert_eq!(bench.info().unwrap_err().kind, ErrorKind::StackMissing, "the empty stack is deleted too");
    assert_eq!(bench.deploy().unwrap().done, Done::Created);
}

#[test]
fn an_empty_stack_that_was_left_behind_is_told_used_and_removed() {
    let mut bench = Bench::new("left-behind");
    let leave_behind = |bench: &mut Bench| {
        bench.proxy.break_next("ExecuteChangeSet", 3, &Fault::ResetAfter(0));
        bench.proxy.break_next("DeleteStack", 1, &Fault::error(403, "AccessDenied", "not for you"));
        assert_eq!(bench.deploy().unwrap_err().kind, ErrorKind::Network);
        assert!(
            bench.notes().iter().any(|note| note.contains("`slsc remove` deletes it")),
            "{:?}",
            bench.notes()
        );
        assert_eq!(bench.info().unwrap().stack_status, "REVIEW_IN_PROGRESS");
    };
    leave_behind(&mut bench);
    assert_eq!(bench.deploy().unwrap().done, Done::Created);
    assert!(bench.notes().iter().any(|note| note.contains("it is used now")), "{:?}", bench.notes());
    bench.remove().unwrap();
    leave_behind(&mut bench);
    bench.remove().unwrap();
    assert_eq!(bench.info().unwrap_err().kind, ErrorKind::StackMissing);
}

#[test]
fn a_silent_server_is_asked_again() {
    let mut bench = Bench::new("silent");
    let package = bench.service.package();
    bench.proxy.break_next("DescribeStacks", 1, &Fault::Hang(Duration::from_secs(30)));
    let mut options = bench.options();
    options.connection.attempt_timeout = Duration::from_secs(5);
    let outcome = slsc_deploy::deploy(&package, &options, &mut |_| {}).unwrap();
    assert_eq!(outcome.done, Done::Created);
}

#[test]
fn an_upload_that_breaks_off_is_begun_again() {
    let mut bench = Bench::new("upload");
    bench.service.code = vec![b'#'; 3_000_000];
    bench.proxy.break_next("PUT *", 1, &Fault::ResetAfter(1_000_000));
    assert_eq!(bench.deploy().unwrap().done, Done::Created);
    bench.service.code.push(b'#');
    // Not again: this time every attempt breaks, and nothing is changed.
    bench.proxy.break_next("PUT *", 30, &Fault::ResetAfter(0));
    let error = bench.deploy().unwrap_err();
    assert_eq!(error.kind, ErrorKind::Network, "{error}");
    assert_eq!(bench.proxy.calls("CreateChangeSet"), 0);
}

#[test]
fn a_refusal_is_not_taken_for_a_missing_stack() {
    let mut bench = Bench::new("denied");
    let why = "User: arn:aws:iam::1:user/x is not authorized to perform: cloudformation:DescribeStacks";
    bench.proxy.break_next("DescribeStacks", 1, &Fault::error(403, "AccessDenied", why));
    let error = bench.deploy().unwrap_err();
    assert_eq!(error.kind, ErrorKind::AccessDenied);
    assert!(error.why.contains(why), "{}", error.why);
    assert!(error.help.contains("`cloudformation:DescribeStacks`"), "{}", error.help);
    assert_eq!(bench.proxy.calls("CreateChangeSet"), 0);
    assert_eq!(bench.info().unwrap_err().kind, ErrorKind::StackMissing);
}

#[test]
fn credentials_that_do_not_hold_are_named() {
    let mut bench = Bench::new("credentials");
    let answers = [
        (
            "ExpiredToken",
            "The security token included in the request is expired",
            ErrorKind::ExpiredCredentials,
        ),
        (
            "InvalidClientTokenId",
            "The security token included in the request is invalid",
            ErrorKind::BadCredentials,
        ),
        ("SignatureDoesNotMatch", "The request signature does not match", ErrorKind::BadCredentials),
    ];
    for (code, message, kind) in answers {
        bench.proxy.break_next("DescribeStacks", 1, &Fault::error(403, code, message));
        assert_eq!(bench.deploy().unwrap_err().kind, kind, "{code}");
    }
}

#[test]
fn credentials_that_expire_during_the_operation_do_not_hide_that_it_goes_on() {
    let mut bench = Bench::new("expires");
    bench.deploy().unwrap();
    bench.service.memory = 256;
    bench.proxy.forget();
    let expired = Fault::error(403, "ExpiredToken", "The security token included in the request is expired");
    bench.proxy.break_after(("ExecuteChangeSet", 1), "DescribeStackEvents", 1, &expired);
    let error = bench.deploy().unwrap_err();
    assert_eq!(error.kind, ErrorKind::ExpiredCredentials);
    assert!(error.help.starts_with("CloudFormation goes on without us: run `slsc info`"), "{}", error.help);
}

#[test]
fn a_bucket_in_another_region_is_refused_before_the_upload() {
    let mut bench = Bench::new("abroad");
    bench.service.bucket = Some("slsc-abroad".to_owned());
    let missing = bench.deploy().unwrap_err();
    assert_eq!(missing.kind, ErrorKind::BucketMissing);
    let moved = Fault::Answer(301, vec![("x-amz-bucket-region", "eu-west-1".to_owned())], String::new());
    bench.proxy.break_next("HEAD *", 1, &moved);
    let error = bench.deploy().unwrap_err();
    assert_eq!(error.kind, ErrorKind::BucketRegion);
    assert!(error.what.contains("`eu-west-1`"), "{}", error.what);
}

/// The SDK's search for credentials reads the environment, so this asks a process of its own with an empty one.
#[test]
fn missing_credentials_are_said_to_be_missing() {
    let home = tempfile::tempdir().unwrap();
    let test = "deploy::faults::without_credentials";
    let child = Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", test, "--nocapture"])
        .env_clear()
        .env("HOME", home.path())
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .output()
        .unwrap();
    let output = String::from_utf8_lossy(&child.stdout);
    assert!(
        output.contains("\"kind\":\"no-credentials\""),
        "{output}{}",
        String::from_utf8_lossy(&child.stderr)
    );
    assert!(output.contains("--aws-profile"), "{output}");
}

#[test]
#[ignore = "run by missing_credentials_are_said_to_be_missing in an empty environment"]
fn without_credentials() {
    let target = slsc_deploy::Target::new("nothing", "dev", "us-east-1");
    let error = slsc_deploy::info(&target, &slsc_deploy::Options::default()).unwrap_err();
    println!("{}", serde_json::to_string(&error).unwrap());
}

/// Proxies are named in the environment too.
#[test]
fn the_proxy_of_the_environment_is_used() {
    let proxy = super::proxy::Proxy::start(&super::emulator::url());
    let child = Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "deploy::faults::behind_a_proxy", "--nocapture"])
        .env("HTTP_PROXY", proxy.url())
        .env_remove("NO_PROXY")
        .env_remove("no_proxy")
        .output()
        .unwrap();
    let output = String::from_utf8_lossy(&child.stdout);
    assert!(
        output.contains("\"kind\":\"stack-missing\""),
        "{output}{}",
        String::from_utf8_lossy(&child.stderr)
    );
    assert_eq!(proxy.calls("DescribeStacks"), 1);
}

#[test]
#[ignore = "run by the_proxy_of_the_environment_is_used behind a proxy"]
fn behind_a_proxy() {
    let service = super::Service::new("behind");
    let options = service.options("http://cloudformation.example.invalid");
    let error = slsc_deploy::info(&service.target(), &options).unwrap_err();
    println!("{}", serde_json::to_string(&error).unwrap());
}

#[test]
fn an_endpoint_that_nobody_serves_is_a_matter_of_the_network() {
    let service = super::Service::new("nobody");
    for url in ["https://127.0.0.1:9", "http://127.0.0.1:9"] {
        let error = slsc_deploy::info(&service.target(), &service.options(url)).unwrap_err();
        assert_eq!(error.kind, ErrorKind::Network, "{url}: {error}");
    }
}
