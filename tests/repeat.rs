//! The same service gives the same bytes: twice, and with any number of processors.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::support::binary;

/// The files of a package, but the one that remembers times of files.
fn packaged(service: &Path, out: &Path, jobs: &[&str]) -> BTreeMap<String, Vec<u8>> {
    let run = Command::new(binary())
        .args(["package", "--package"])
        .arg(out)
        .args(jobs)
        .current_dir(service)
        .output()
        .unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let files = fs::read_dir(out).unwrap().map(|it| it.unwrap());
    let files = files.map(|it| (it.file_name().into_string().unwrap(), fs::read(it.path()).unwrap()));
    files.filter(|(name, _)| name != "slsc-archives.json").collect()
}

#[test]
fn two_runs_and_any_number_of_processors_give_the_same_bytes() {
    let directory = tempfile::tempdir().unwrap();
    let service = directory.path().join("service");
    fs::create_dir_all(service.join("src")).unwrap();
    let mut config = String::from(
        "service: same\nprovider: {name: aws, runtime: nodejs22.x}\npackage: {individually: true}\nfunctions:\n",
    );
    for n in 0..40 {
        let text = format!("exports.main = () => {n};\n").repeat(1 + n * 37 % 400);
        fs::write(service.join(format!("src/f{n}.js")), text).unwrap();
        config += &format!(
            "  f{n}:\n    handler: src/f{n}.main\n    package: {{patterns: ['!src/f{}*']}}\n    events: [{{http: GET /f{n}}}]\n",
            n + 1
        );
    }
    fs::write(service.join("serverless.yml"), config).unwrap();
    let first = packaged(&service, &directory.path().join("first"), &["-j1"]);
    assert!(first.len() > 40, "an archive for each function: {:?}", first.keys());
    for (run, jobs) in [("second", &["-j1"][..]), ("third", &["-j3"]), ("fourth", &[])] {
        let again = packaged(&service, &directory.path().join(run), jobs);
        assert_eq!(first.keys().collect::<Vec<_>>(), again.keys().collect::<Vec<_>>());
        for (name, bytes) in &first {
            assert!(again.get(name) == Some(bytes), "`{name}` differs with {jobs:?}");
        }
    }
}
