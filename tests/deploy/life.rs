//! The life of a service: deployed, deployed again, changed, broken, removed. Answers "does each command do what it
//! says, and leave AWS as it says?".

use serde_json::json;
use slsc_deploy::{Done, ErrorKind, Event};

use super::Bench;

#[test]
fn a_service_is_deployed_changed_and_removed() {
    let mut bench = Bench::new("life");
    let first = bench.deploy().unwrap();
    assert_eq!(first.done, Done::Created);
    assert_eq!(first.info.stack_status, "UPDATE_COMPLETE");
    assert_eq!(first.info.functions.len(), 1);
    assert_eq!(first.info.functions[0].name, "life-dev-hello");
    assert_eq!(first.info.endpoints[0].url, "https://life.example.com");
    assert_eq!(bench.proxy.calls("PUT *"), 3, "template, state and archive");
    assert!(bench.statuses("HelloLambdaFunction").last().unwrap().ends_with("_COMPLETE"));
    let uploads = bench.events.iter().filter(|event| matches!(event, Event::Uploaded { total: 3, .. }));
    assert_eq!(uploads.count(), 3);

    // Packaged anew under other names, but the same: nothing is uploaded, nothing is asked for.
    let same = bench.deploy().unwrap();
    assert_eq!(same.done, Done::NoChanges);
    assert_eq!((bench.proxy.calls("PUT *"), bench.proxy.calls("CreateChangeSet")), (0, 0));
    assert_eq!(same.info.outputs, first.info.outputs);

    bench.service.memory = 256;
    let changed = bench.deploy().unwrap();
    assert_eq!(changed.done, Done::Updated);
    assert!(
        changed.changes.iter().any(|change| change.logical_id == "HelloLambdaFunction"),
        "{:?}",
        changed.changes
    );
    bench.service.code.push(b'\n');
    assert_eq!(bench.deploy().unwrap().done, Done::Updated, "other code under the same template");

    let removed = bench.remove().unwrap();
    assert_eq!(removed.objects, 9, "three deployments of three objects each");
    let gone = bench.info().unwrap_err();
    assert_eq!(
        (gone.kind, gone.what.as_str()),
        (ErrorKind::StackMissing, "There is no stack `life-dev` in `us-east-1`.")
    );
    assert_eq!(bench.remove().unwrap_err().kind, ErrorKind::StackMissing);
}

#[test]
fn a_forced_deploy_of_the_same_leaves_no_change_set() {
    let mut bench = Bench::new("forced");
    bench.deploy().unwrap();
    let package = bench.service.package_again();
    bench.proxy.forget();
    let options = slsc_deploy::Options { force: true, ..bench.options() };
    let outcome = slsc_deploy::deploy(&package, &options, &mut |_| {}).unwrap();
    assert_eq!(outcome.done, Done::NoChanges);
    let calls = ["PUT *", "CreateChangeSet", "DeleteChangeSet", "ExecuteChangeSet"];
    assert_eq!(calls.map(|call| bench.proxy.calls(call)), [3, 1, 1, 0]);
}

#[test]
fn only_the_last_deployments_stay_in_the_bucket() {
    let mut bench = Bench::new("pruned");
    for memory in 0..7 {
        bench.service.memory = 128 + 64 * memory;
        bench.deploy().unwrap();
    }
    assert_eq!(bench.remove().unwrap().objects, 15, "five deployments of three objects each");
}

#[test]
fn a_failing_update_is_rolled_back_and_named() {
    let mut bench = Bench::new("failing");
    bench.deploy().unwrap();
    bench.service.memory = 256;
    bench.service.fault = Some(json!({ "FailOn": ["Create"] }));
    let error = bench.deploy().unwrap_err();
    assert_eq!(error.kind, ErrorKind::OperationFailed);
    assert_eq!(error.what, "The stack `failing-dev` was not updated.");
    assert_eq!(error.stack_status.as_deref(), Some("UPDATE_ROLLBACK_COMPLETE"));
    let failure = error.failure.as_deref().unwrap();
    assert_eq!((failure.logical_id.as_str(), failure.resource_type.as_str()), ("Fault", "Custom::Fault"));
    assert!(failure.reason.contains("The planned fault"), "{}", failure.reason);
    assert!(error.help.contains("as it was before"), "{}", error.help);
    assert_eq!(bench.statuses("failing-dev").last(), Some(&"UPDATE_ROLLBACK_COMPLETE"));

    // From there a corrected service deploys.
    bench.service.fault = None;
    assert_eq!(bench.deploy().unwrap().done, Done::Updated);
}

#[test]
fn a_stack_whose_creation_failed_must_be_removed_first() {
    let mut first = Bench::new("bucket-of-others");
    let outcome = first.deploy().unwrap();
    let bucket = deployment_bucket(&outcome);
    let mut service = first.service.neighbour("stillborn");
    service.bucket = Some(bucket);
    service.fault = Some(json!({ "FailOn": ["Create"] }));
    let mut bench = Bench::of(service);
    let error = bench.deploy().unwrap_err();
    assert_eq!(error.what, "The stack `stillborn-dev` was not created.");
    assert_eq!(error.stack_status.as_deref(), Some("ROLLBACK_COMPLETE"));

    bench.service.fault = None;
    let error = bench.deploy().unwrap_err();
    assert_eq!(error.kind, ErrorKind::StackStuck);
    assert_eq!(error.help, "Run `slsc remove`, then deploy again.");
    assert_eq!(bench.proxy.calls("PUT *"), 0, "nothing is uploaded in vain");

    // Of a bucket that others share only the service's own directory is emptied.
    assert_eq!(bench.remove().unwrap().objects, 3);
    assert_eq!(bench.deploy().unwrap().done, Done::Created);
    assert_eq!(bench.remove().unwrap().objects, 3);
    assert_eq!(first.remove().unwrap().objects, 3);
}

#[test]
fn a_resource_that_cannot_be_deleted_is_named() {
    let mut bench = Bench::new("clinging");
    bench.service.fault = Some(json!({ "FailOn": ["Delete"] }));
    bench.deploy().unwrap();
    let error = bench.remove().unwrap_err();
    assert_eq!(error.what, "The stack `clinging-dev` was not removed.");
    assert_eq!(error.stack_status.as_deref(), Some("DELETE_FAILED"));
    assert_eq!(error.failure.unwrap().logical_id, "Fault");
    assert_eq!(bench.deploy().unwrap_err().kind, ErrorKind::StackStuck);
}

#[test]
fn a_bucket_name_that_is_taken_is_named_by_its_resource() {
    let mut owner = Bench::new("owner");
    let outcome = owner.deploy().unwrap();
    let taken = deployment_bucket(&outcome);
    // Validation happens before the first resource, and its findings are kept apart from the events.
    let mut service = owner.service.neighbour("latecomer");
    service.bucket = Some(taken.clone());
    service.more = json!({ "Uploads": { "Type": "AWS::S3::Bucket", "Properties": { "BucketName": taken } } });
    let mut bench = Bench::of(service);
    let error = bench.deploy().unwrap_err();
    let failure = error.failure.as_deref().unwrap();
    assert_eq!(failure.logical_id, "Uploads", "{error}");
    assert!(!failure.reason.contains("DescribeEvents"), "{}", failure.reason);
    bench.remove().unwrap();
}

#[test]
fn a_plan_shows_the_changes_and_is_applied_only_while_it_holds() {
    let mut bench = Bench::new("planned");
    let options = bench.options();
    let package = bench.service.package();
    let first = slsc_deploy::plan(&package, &options).unwrap();
    assert!(first.changes.iter().all(|change| change.action == "Add"), "{:?}", first.changes);
    assert_eq!(bench.info().unwrap_err().kind, ErrorKind::StackMissing, "a plan makes nothing");
    let outcome = slsc_deploy::deploy_planned(&package, &first, &options, &mut |_| {}).unwrap();
    assert_eq!(outcome.done, Done::Created);

    let same = slsc_deploy::plan(&bench.service.package(), &options).unwrap();
    assert!(same.changes.is_empty() && same.plan.steps.is_empty(), "{same:?}");

    // A change set of a long template has to go through the bucket, and leaves nothing in it.
    bench.service.memory = 512;
    bench.service.more = json!({
        "Orders": { "Type": "AWS::SQS::Queue", "Metadata": { "Text": "x".repeat(60_000) } },
    });
    let package = bench.service.package();
    bench.proxy.forget();
    let saved = slsc_deploy::plan(&package, &options).unwrap();
    assert_eq!((bench.proxy.calls("PUT *"), bench.proxy.calls("DeleteChangeSet")), (1, 1));
    let of = |id: &str| {
        saved.changes.iter().find(|change| change.logical_id == id).map(|change| change.action.as_str())
    };
    assert_eq!((of("Orders"), of("HelloLambdaFunction")), (Some("Add"), Some("Modify")));

    bench.service.memory = 1024;
    let other = bench.service.package();
    let error = slsc_deploy::deploy_planned(&other, &saved, &options, &mut |_| {}).unwrap_err();
    assert_eq!(
        (error.kind, error.why.as_str()),
        (ErrorKind::PlanStale, "The service or its code has changed since.")
    );
    bench.service.memory = 512;
    let package = bench.service.package();
    let outcome = slsc_deploy::deploy_planned(&package, &saved, &options, &mut |_| {}).unwrap();
    assert_eq!(outcome.done, Done::Updated);
    let error = slsc_deploy::deploy_planned(&package, &saved, &options, &mut |_| {}).unwrap_err();
    assert_eq!((error.kind, error.why.as_str()), (ErrorKind::PlanStale, "The stack has changed since."));

    bench.service.more = json!({});
    let removal = slsc_deploy::plan(&bench.service.package(), &options).unwrap();
    let queue = removal.changes.iter().find(|change| change.logical_id == "Orders").unwrap();
    assert_eq!((queue.action.as_str(), queue.loses_data), ("Remove", true));
    assert_eq!(bench.remove().unwrap().objects, 6, "two deployments of three objects, no plans");
}

#[test]
fn an_earlier_deployment_comes_back() {
    let mut bench = Bench::new("returns");
    for memory in [128, 256] {
        bench.service.memory = memory;
        bench.deploy().unwrap();
    }
    let (target, options) = (bench.service.target(), bench.options());
    let all = slsc_deploy::deployments(&target, &options).unwrap();
    assert_eq!(
        all.iter().map(|it| it.timestamp.as_str()).collect::<Vec<_>>(),
        ["1700000000001", "1700000000002"]
    );
    assert!(all[0].files.contains(&"returns.zip".to_owned()), "{:?}", all[0].files);
    let outcome = slsc_deploy::rollback(&target, "1700000000001", &options, &mut |_| {}).unwrap();
    assert_eq!(outcome.done, Done::Updated);
    assert_eq!(outcome.changes[0].logical_id, "HelloLambdaFunction");
    let again = slsc_deploy::rollback(&target, "1700000000001", &options, &mut |_| {}).unwrap();
    assert_eq!(again.done, Done::NoChanges);
    bench.service.memory = 128;
    assert_eq!(bench.deploy().unwrap().done, Done::NoChanges, "the first deployment is what is deployed");
    let error = slsc_deploy::rollback(&target, "7", &options, &mut |_| {}).unwrap_err();
    assert_eq!(error.why, "The bucket holds `1700000000001`, `1700000000002`.");
}

#[test]
fn a_second_deploy_at_the_same_time_is_refused() {
    let mut bench = Bench::new("busy");
    bench.deploy().unwrap();
    bench.service.fault = Some(json!({ "Sleep": 6 }));
    let package = bench.service.package();
    let options = bench.options();
    let first = std::thread::spawn({
        let (package, options) = (package.clone(), options.clone());
        move || slsc_deploy::deploy(&package, &options, &mut |_| {})
    });
    while bench.info().unwrap().stack_status != "UPDATE_IN_PROGRESS" {
        assert!(!first.is_finished(), "{:?}", first.join());
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    let error = slsc_deploy::deploy(&package, &options, &mut |_| {}).unwrap_err();
    assert_eq!(error.kind, ErrorKind::StackBusy);
    let error = slsc_deploy::remove(&bench.service.target(), &options, &mut |_| {}).unwrap_err();
    assert_eq!(error.kind, ErrorKind::StackBusy);
    assert_eq!(first.join().unwrap().unwrap().done, Done::Updated);
}

#[test]
fn a_service_that_gives_up_its_own_bucket_gets_one() {
    let mut lender = Bench::new("lender");
    let outcome = lender.deploy().unwrap();
    let bucket = deployment_bucket(&outcome);
    let mut service = lender.service.neighbour("borrower");
    service.bucket = Some(bucket);
    let mut bench = Bench::of(service);
    assert_eq!(bench.deploy().unwrap().done, Done::Created);
    bench.service.bucket = None;
    let outcome = bench.deploy().unwrap();
    assert_eq!(outcome.done, Done::Updated);
    assert!(outcome.info.outputs.iter().any(|output| output.key == "ServerlessDeploymentBucketName"));
}

fn deployment_bucket(outcome: &slsc_deploy::Outcome) -> String {
    let mut outputs = outcome.info.outputs.iter();
    outputs.find(|output| output.key == "ServerlessDeploymentBucketName").unwrap().value.clone()
}
