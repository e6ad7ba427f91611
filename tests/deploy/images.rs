//! Container images: built by a `docker` of the tests' own, pushed to the registry of the server on loopback, named by
//! their digests in the template, and removed with the service.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

use super::emulator;
use crate::support::binary;

const DIGEST: &str = "sha256:6bb600b4d6e1d7cf521097177dd0c4e9ea373edb91984a505333be8ac9455d38";

const SERVICE: &str = "service: Boxed--App
provider:
  name: aws
  ecr:
    scanOnPush: true
    maxImageCount: 3
    images:
      app:
        path: ./image
        file: Dockerfile.dev
        buildArgs:
          STAGE: ${sls:stage}
          EMPTY: ''
        buildOptions: [--no-cache]
        cacheFrom: ['app:latest']
        platform: linux/arm64
        provenance: 'false'
      plain: ./plain
      unused: ./nowhere
functions:
  one: { image: app }
  two: { image: { name: app, command: [two] } }
  three: { image: plain }
";

/// Writes down how it is called; `push` wants a login first, and a folder with a file `broken` cannot be built.
const DOCKER: &str = r#"#!/bin/sh
echo "$@" >> "$DOCKER_LOG"
case "$1" in
--version) echo "Docker version 1" ;;
login) cat > "$DOCKER_LOG.password" ;;
build)
  for last in "$@"; do
    if [ -e "$last/broken" ]; then
      echo "step 1 of 2"
      echo "ERROR: failed to solve: no such file" >&2
      exit 1
    fi
  done ;;
push)
  if [ ! -e "$DOCKER_LOG.password" ]; then
    echo "no basic auth credentials" >&2
    exit 1
  fi
  echo "latest: digest: DIGEST size: 528" ;;
esac
"#;

struct Bench {
    directory: tempfile::TempDir,
    account: String,
}

impl Bench {
    fn new(service: &str, number: u64) -> Bench {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path();
        std::fs::write(root.join("serverless.yml"), service).unwrap();
        for (folder, file) in [("image", "Dockerfile.dev"), ("plain", "Dockerfile")] {
            std::fs::create_dir(root.join(folder)).unwrap();
            std::fs::write(root.join(folder).join(file), "FROM scratch\n").unwrap();
        }
        std::fs::create_dir(root.join("bin")).unwrap();
        let docker = root.join("bin/docker");
        std::fs::write(&docker, DOCKER.replace("DIGEST", DIGEST)).unwrap();
        std::fs::set_permissions(&docker, std::fs::Permissions::from_mode(0o755)).unwrap();
        let account = (600_000_000_000 + u64::from(std::process::id()) * 10 + number).to_string();
        Bench { directory, account }
    }

    fn root(&self) -> &Path {
        self.directory.path()
    }

    fn run(&self, arguments: &[&str], with_docker: bool) -> Output {
        let path = if with_docker {
            format!("{}:/usr/bin:/bin", self.root().join("bin").display())
        } else {
            "/nowhere".into()
        };
        Command::new(binary())
            .arg("-C")
            .arg(self.root())
            .args(arguments)
            .env("PATH", path)
            .env("DOCKER_LOG", self.root().join("log"))
            .env("AWS_ENDPOINT_URL", emulator::url())
            .env("AWS_ACCESS_KEY_ID", &self.account)
            .env("AWS_SECRET_ACCESS_KEY", "secret")
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env_remove("AWS_PROFILE")
            .output()
            .unwrap()
    }

    fn log(&self) -> Vec<String> {
        let log = std::fs::read_to_string(self.root().join("log")).unwrap_or_default();
        let root = self.root().canonicalize().unwrap();
        log.lines().map(|it| it.replace(root.to_str().unwrap(), "ROOT")).collect()
    }

    fn template(&self) -> Value {
        let path = self.root().join(".serverless/cloudformation-template-update-stack.json");
        serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
    }
}

fn code(template: &Value, function: &str) -> Value {
    template["Resources"][function]["Properties"]["Code"]["ImageUri"].clone()
}

#[test]
fn images_are_built_pushed_and_named_by_their_digests() {
    let bench = Bench::new(SERVICE, 0);
    let packaged = bench.run(&["package"], true);
    let said = String::from_utf8(packaged.stderr).unwrap();
    assert!(packaged.status.success(), "{said}");
    assert!(
        said.contains("building the image `app`") && said.contains("pushing the image `plain`"),
        "{said}"
    );

    let registry = format!("{}.dkr.ecr.us-east-1.amazonaws.com", bench.account);
    let remote = bench
        .log()
        .iter()
        .find_map(|it| Some(it.strip_prefix("push ")?.rsplit_once(':')?.0.to_owned()))
        .unwrap();
    assert!(remote.ends_with("/serverless-boxed-app-dev"), "{remote}");
    assert_eq!(
        bench.log(),
        [
            "--version".to_owned(),
            "build -t serverless-boxed-app-dev:app -f ROOT/./image/Dockerfile.dev --build-arg STAGE=dev \
             --build-arg EMPTY= --cache-from app:latest --no-cache ./image --platform=linux/arm64 \
             --provenance=false"
                .to_owned(),
            "build -t serverless-boxed-app-dev:plain -f ROOT/./plain/Dockerfile ./plain".to_owned(),
            format!("tag serverless-boxed-app-dev:app {remote}:app"),
            format!("push {remote}:app"),
            format!("login --username AWS --password-stdin https://{registry}"),
            format!("push {remote}:app"),
            format!("tag serverless-boxed-app-dev:plain {remote}:plain"),
            format!("push {remote}:plain"),
        ]
    );
    let template = bench.template();
    for function in ["OneLambdaFunction", "TwoLambdaFunction", "ThreeLambdaFunction"] {
        assert_eq!(code(&template, function), format!("{remote}@{DIGEST}"));
    }
    let versions =
        template["Resources"].as_object().unwrap().keys().filter(|it| it.contains("LambdaVersion"));
    assert_eq!(versions.count(), 3);
}

#[test]
fn the_repository_goes_with_the_service() {
    let bench = Bench::new(SERVICE, 4);
    for command in ["deploy", "remove"] {
        let output = bench.run(&[command], true);
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success(), "{command}: {said}");
        let note = "The repository `serverless-boxed-app-dev` and its images were deleted.";
        assert_eq!(said.contains(note), command == "remove", "{said}");
    }
}

/// Nothing is built to look at a template: the tag stands for the digest.
#[test]
fn a_template_needs_no_docker() {
    let bench = Bench::new(SERVICE, 1);
    let printed = bench.run(&["template"], false);
    assert!(printed.status.success(), "{}", String::from_utf8_lossy(&printed.stderr));
    let template: Value = serde_json::from_slice(&printed.stdout).unwrap();
    let tag = "${AWS::AccountId}.dkr.ecr.${AWS::Region}.${AWS::URLSuffix}/serverless-boxed-app-dev:app";
    assert_eq!(code(&template, "OneLambdaFunction"), serde_json::json!({ "Fn::Sub": tag }));
    assert_eq!(bench.log(), Vec::<String>::new());
}

#[test]
fn what_docker_refuses_is_told_in_its_own_words() {
    let said = |output: Output| {
        assert_eq!(output.status.code(), Some(1));
        String::from_utf8(output.stderr).unwrap()
    };
    let bench = Bench::new(SERVICE, 2);
    let missing = said(bench.run(&["package"], false));
    assert!(missing.contains("there is no `docker` here that runs"), "{missing}");
    assert!(missing.contains("help: Install docker"), "{missing}");

    std::fs::write(bench.root().join("plain/broken"), "").unwrap();
    let broken = said(bench.run(&["package"], true));
    assert!(broken.contains("`docker build` failed to build the image `plain`"), "{broken}");
    assert!(broken.contains("\n  step 1 of 2\n  ERROR: failed to solve: no such file\n"), "{broken}");
    assert!(
        !bench.log().iter().any(|it| it.starts_with("push")),
        "nothing is pushed when one cannot be built"
    );
    assert!(!bench.root().join(".serverless/cloudformation-template-update-stack.json").exists());

    std::fs::remove_file(bench.root().join("image/Dockerfile.dev")).unwrap();
    let none = said(bench.run(&["package"], true));
    assert!(none.contains("There is no Dockerfile") && none.contains("for the image `app`"), "{none}");
}

#[test]
fn a_tag_is_looked_up() {
    let service = "service: tagged\nprovider: aws\nfunctions:\n  one:\n    image: 111122223333.dkr.ecr.us-east-1.amazonaws.com/none:1\n";
    let bench = Bench::new(service, 3);
    let output = bench.run(&["package"], true);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(
        said.contains("There is no image `111122223333.dkr.ecr.us-east-1.amazonaws.com/none:1`"),
        "{said}"
    );
}
