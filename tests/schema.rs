//! The published JSON Schema: it is what `slsc schema` prints, and it takes what the compiler takes.

use std::process::Command;

use serde_json::Value as Json;
use slsc_core::document;

use crate::support::{binary, files, top};

fn printed() -> String {
    let output = Command::new(binary()).arg("schema").output().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_published_schema_is_the_one_that_is_printed() {
    let published = std::fs::read_to_string(top().join("schemas/serverless.schema.json")).unwrap_or_default();
    assert!(published == printed(), "run `slsc schema > schemas/serverless.schema.json`");
}

/// The services of `tests/peer` that have no mistake.
#[test]
fn the_schema_takes_sound_services() {
    let schema: Json = serde_json::from_str(&printed()).unwrap();
    let validator = jsonschema::draft7::new(&schema).unwrap();
    let mut found = Vec::new();
    let mut count = 0;
    for path in files(&top().join("tests/peer/cases"), "serverless.yml") {
        let directory = path.parent().unwrap();
        let checked =
            Command::new(binary()).args(["check", "--format", "concise"]).current_dir(directory).output();
        let checked = checked.unwrap();
        // Mistakes that only warn are mistakes, too.
        if !checked.status.success()
            || String::from_utf8_lossy(&checked.stdout).contains(": warning[unknown-")
        {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        if text.contains("configValidationMode: warn") {
            continue;
        }
        count += 1;
        let service: Json =
            serde_json::from_str(&document::value(&document::parse(&text)).to_json()).unwrap();
        let name = path.parent().unwrap().file_name().unwrap().to_string_lossy().into_owned();
        found
            .extend(validator.iter_errors(&service).map(|it| format!("{name} {}: {it}", it.instance_path())));
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
    assert!(count > 50, "only {count} services");
}

#[test]
fn the_schema_refuses_what_is_wrong() {
    let schema: Json = serde_json::from_str(&printed()).unwrap();
    let validator = jsonschema::draft7::new(&schema).unwrap();
    let fits = |text: &str| {
        let text = format!("service: orders\n{text}");
        validator
            .is_valid(&serde_json::from_str(&document::value(&document::parse(&text)).to_json()).unwrap())
    };
    assert!(fits("provider: aws"));
    assert!(fits("provider: { name: aws, timeout: '${self:custom.timeout}' }"));
    assert!(fits("provider: { name: aws, timeout: '10', memorySize: null }"));
    assert!(!fits("provider: { name: aws, timeout: 1000 }"));
    assert!(!fits("provider: { name: aws, runtime: nodejs99.x }"));
    assert!(!fits("provider: aws\nfunctionz: {}"));
    assert!(fits("provider: aws\nplugins: [serverless-offline]\nfunctionz: {}"));
    let function =
        |keys: &str| fits(&format!("provider: aws\nfunctions: {{ a: {{ handler: a.b, {keys} }} }}"));
    assert!(function("events: [{ http: GET /a }, { sqs: { arn: { Fn::GetAtt: [A, Arn] }, batchSize: 5 } }]"));
    assert!(!function("timout: 1"));
    assert!(!function("events: [{ htp: GET /a }]"));
    assert!(!function("events: [{ schedule: { rate: rate(1 minute), enable: true } }]"));
    assert!(!fits("provider: aws\nresources: { Resources: { Table: { Typ: 'AWS::DynamoDB::Table' } } }"));
}
