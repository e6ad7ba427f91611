//! The stages of the compiler, and an edit, over a service of 1,000 functions.
//!
//! `cargo bench -p slsc-core` prints the time of each. The whole processes are measured by `tests/bench/run`.

use std::hint::black_box;
use std::sync::Arc;

use criterion::{Criterion, criterion_group, criterion_main};
use salsa::Setter as _;
use slsc_core::db::{Content, Database, Db as _, Options, Service, System};
use slsc_core::{document, pipeline};

struct Memory(Arc<str>);

impl System for Memory {
    fn read(&self, path: &str) -> Content {
        if path.ends_with("serverless.yml") { Content::Text(self.0.clone()) } else { Content::Missing }
    }
}

fn service(count: usize) -> String {
    let mut text = String::from(
        "service: bench\nprovider:\n  name: aws\n  runtime: nodejs22.x\n  stage: ${opt:stage, 'dev'}\n  environment:\n    \
         TABLE: ${self:custom.table}\ncustom:\n  table: items-${sls:stage}\nfunctions:\n",
    );
    for n in 0..count {
        let event = match n % 4 {
            0 => "schedule: rate(10 minutes)".into(),
            1 => format!("http: {{path: items{n}/list, method: get}}"),
            2 => format!("sqs: arn:aws:sqs:eu-west-1:111122223333:jobs-{n}"),
            _ => format!("sns: topic-{n}"),
        };
        text += &format!(
            "  function{n}:\n    handler: src/handler.main\n    memorySize: 512\n    timeout: 20\n    description: Function number {n}\n    \
             environment:\n      NAME: ${{self:service}}-{n}\n      LEVEL: info\n    tags:\n      owner: team-{}\n    \
             logRetentionInDays: 14\n    reservedConcurrency: 5\n    # what invokes it\n    events:\n      - {event}\n    architecture: arm64\n",
            n % 7
        );
    }
    text
}

fn open(text: &str) -> (Database, Service) {
    let db = Database::new(Arc::new(Memory(text.into())));
    let config = db.file("/service/serverless.yml");
    let service =
        Service::new(&db, "/service".into(), config, Options::default(), Arc::default(), Arc::default());
    (db, service)
}

fn stages(criterion: &mut Criterion) {
    let text = service(1000);
    criterion.bench_function("parse", |it| it.iter(|| document::parse(black_box(&text))));
    let parsed = document::parse(&text);
    criterion.bench_function("document", |it| it.iter(|| document::value(black_box(&parsed))));
    criterion.bench_function("resolved, cold", |it| {
        it.iter(|| {
            let (db, service) = open(&text);
            black_box(pipeline::resolved(&db, service).value.clone())
        })
    });
    criterion.bench_function("diagnostics, cold", |it| {
        it.iter(|| {
            let (db, service) = open(&text);
            black_box(pipeline::diagnostics(&db, service))
        })
    });
    let (mut db, service) = open(&text);
    pipeline::diagnostics(&db, service);
    let config = service.config(&db);
    let mut timeout = 20;
    criterion.bench_function("diagnostics after an edit", |it| {
        it.iter(|| {
            timeout = 10 + (timeout + 1) % 80;
            let edited = text.replacen("timeout: 20", &format!("timeout: {timeout}"), 1);
            config.set_content(&mut db).to(Content::Text(edited.into()));
            black_box(pipeline::diagnostics(&db, service))
        })
    });
    criterion.bench_function("template after an edit", |it| {
        it.iter(|| {
            timeout = 10 + (timeout + 1) % 80;
            let edited = text.replacen("timeout: 20", &format!("timeout: {timeout}"), 1);
            config.set_content(&mut db).to(Content::Text(edited.into()));
            black_box(pipeline::linked(&db, service).template.clone())
        })
    });
}

criterion_group!(benches, stages);
criterion_main!(benches);
