//! The functions of custom resources: that their archive holds all their files, the same bytes each time, and that
//! they ask of AWS what they should, where there is a Node.js to run them.

use std::process::Command;

use slsc_core::aws::resources::custom_resource::{ARCHIVE, FILES};
use slsc_deploy::archive;

use crate::support::{files, top};

#[test]
fn the_archive_holds_the_code_of_all_handlers() {
    let root = top().join("compiler/core/custom-resources");
    let mut code: Vec<String> = files(&root, ".js")
        .iter()
        .map(|it| it.strip_prefix(&root).unwrap().to_string_lossy().replace('\\', "/"))
        .filter(|it| !it.ends_with(".test.js"))
        .collect();
    code.sort();
    assert_eq!(code, FILES.iter().map(|it| it.0).collect::<Vec<_>>());

    let directory = tempfile::tempdir().unwrap();
    let made =
        ["a", "b"].map(|it| archive::of_texts(&directory.path().join(it).join(ARCHIVE), FILES).unwrap());
    assert_eq!(made[0].sha256, made[1].sha256);
    let mut zip = zip::ZipArchive::new(std::fs::File::open(&made[0].path).unwrap()).unwrap();
    assert_eq!(zip.len(), FILES.len());
    for (name, text) in FILES {
        assert_eq!(std::io::read_to_string(zip.by_name(name).unwrap()).unwrap(), *text);
    }
}

#[test]
fn handlers_ask_of_aws_what_they_should() {
    let mut node = Command::new("node");
    node.arg("--test").arg(top().join("compiler/core/custom-resources/handlers.test.js"));
    // Without Node.js there is nothing to run them with.
    let Ok(output) = node.output() else { return };
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}
