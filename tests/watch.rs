//! `slsc check --watch` as a terminal meets it: the real process, files that change under it, an interruption.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use crate::support::binary;

const SERVICE: &str = "service: shop
provider:
  name: aws
  runtime: nodejs22.x
functions:
  create:
    handler: create.run
    timout: 10
";

struct Watch {
    process: Child,
    /// The lines of both outputs; `checked` ends those of a run.
    lines: Receiver<String>,
}

impl Watch {
    fn start(directory: &Path) -> Watch {
        let mut process = Command::new(binary())
            .args(["check", "--watch", "--format", "concise"])
            .current_dir(directory)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (sender, lines) = channel();
        let (out, err) = (process.stdout.take().unwrap(), process.stderr.take().unwrap());
        for reader in [Box::new(out) as Box<dyn std::io::Read + Send>, Box::new(err)] {
            let sender = sender.clone();
            std::thread::spawn(move || {
                for line in BufReader::new(reader).lines().map_while(Result::ok) {
                    if sender.send(line).is_err() {
                        return;
                    }
                }
            });
        }
        Watch { process, lines }
    }

    /// The counts of the next run, such as `1 error, 0 warnings`.
    fn counts(&self) -> String {
        let mut counts = String::new();
        loop {
            let line = self.lines.recv_timeout(Duration::from_secs(30)).expect("it checks again");
            assert!(!line.contains('\u{1b}'), "only a terminal is cleared");
            if line.starts_with("checked in ") {
                return counts;
            }
            if line.contains(" warning")
                && line.contains("error")
                && line.contains(", ")
                && !line.contains('[')
            {
                counts = line;
            }
        }
    }
}

#[test]
fn what_changes_is_checked_again() {
    let directory = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(directory.path().join(name), text).unwrap();
    write("serverless.yml", SERVICE);
    write("create.js", "exports.run = async () => ({});\n");
    let mut watch = Watch::start(directory.path());
    assert_eq!(watch.counts(), "1 error, 0 warnings");
    // As many editors write: beside the file, and then in its place.
    write("serverless.yml~", &SERVICE.replace("    timout: 10\n", "    environment: ${file(env.yml)}\n"));
    let (from, to) = (directory.path().join("serverless.yml~"), directory.path().join("serverless.yml"));
    std::fs::rename(from, to).unwrap();
    assert_eq!(watch.counts(), "1 error, 0 warnings", "env.yml is missing");
    write("env.yml", "TABLE: orders\n");
    assert_eq!(watch.counts(), "0 errors, 0 warnings", "the file that was missing is there");
    write("env.yml", "TABLE: orders\n");
    write("unrelated.txt", "nobody reads this\n");
    write("env.yml", "TABLE: {}\n");
    assert_eq!(watch.counts(), "1 error, 0 warnings", "an included file counts");
    let kill = Command::new("kill").args(["-INT", &watch.process.id().to_string()]).status().unwrap();
    assert!(kill.success());
    assert_eq!(watch.process.wait().unwrap().code(), Some(130));
}
