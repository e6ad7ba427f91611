//! The language server as an editor meets it: the real process, the protocol over its standard input and output.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::binary;

const SERVICE: &str = "service: shop
provider:
  name: aws
  runtime: nodejs24.x
custom:
  größe: 512
functions:
  main:
    handler: handler.main
    memorySize: ${self:custom.größe}
";

/// A running server with the messages that it sends.
struct Server {
    process: Child,
    input: ChildStdin,
    messages: Receiver<Value>,
    /// Notifications and requests of the server that have been read past.
    seen: Vec<Value>,
    next: i64,
    directory: tempfile::TempDir,
}

impl Server {
    /// Starts the server on a directory with these files.
    fn start(files: &[(&str, &str)], encodings: &[&str]) -> Server {
        let directory = tempfile::tempdir().unwrap();
        for (name, text) in files {
            std::fs::write(directory.path().join(name), text).unwrap();
        }
        let mut process = Command::new(binary())
            .arg("lsp")
            .current_dir(directory.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut output = BufReader::new(process.stdout.take().unwrap());
        let (sender, messages) = channel();
        std::thread::spawn(move || {
            let mut line = String::new();
            let mut length = 0;
            while output.read_line(&mut line).is_ok_and(|it| it > 0) {
                if let Some(text) = line.strip_prefix("Content-Length: ") {
                    length = text.trim().parse().unwrap();
                } else if line == "\r\n" {
                    let mut body = vec![0; length];
                    output.read_exact(&mut body).unwrap();
                    if sender.send(serde_json::from_slice(&body).unwrap()).is_err() {
                        return;
                    }
                }
                line.clear();
            }
        });
        let input = process.stdin.take().unwrap();
        let mut server = Server { process, input, messages, seen: Vec::new(), next: 0, directory };
        let root = server.uri("");
        let capabilities = json!({ "general": { "positionEncodings": encodings } });
        let answer = server.request(
            "initialize",
            json!({ "processId": null, "rootUri": root, "capabilities": capabilities }),
        );
        let encoding = answer["capabilities"]["positionEncoding"].clone();
        assert_eq!(encoding, encodings.first().map_or(json!("utf-16"), |it| json!(it)), "{answer}");
        server.notify("initialized", json!({}));
        server
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn uri(&self, name: &str) -> String {
        format!("file://{}", self.path(name).display())
    }

    fn send(&mut self, message: &Value) {
        let body = message.to_string();
        write!(self.input, "Content-Length: {}\r\n\r\n{body}", body.len()).unwrap();
        self.input.flush().unwrap();
    }

    fn notify(&mut self, method: &str, params: Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    fn ask(&mut self, method: &str, params: Value) -> i64 {
        self.next += 1;
        self.send(&json!({ "jsonrpc": "2.0", "id": self.next, "method": method, "params": params }));
        self.next
    }

    /// The first message, old or new, that `fits`.
    fn wait(&mut self, what: &str, fits: impl Fn(&Value) -> bool) -> Value {
        let deadline = Instant::now() + Duration::from_secs(60);
        loop {
            if let Some(at) = self.seen.iter().position(&fits) {
                return self.seen.remove(at);
            }
            let left = deadline.saturating_duration_since(Instant::now());
            let message = self.messages.recv_timeout(left);
            self.seen.push(message.unwrap_or_else(|_| panic!("no {what} among {:#?}", self.seen)));
        }
    }

    fn answer(&mut self, id: i64) -> Value {
        let message = self.wait("answer", |it| it["id"] == id && it.get("method").is_none());
        assert!(message.get("error").is_none(), "{message}");
        message["result"].clone()
    }

    fn request(&mut self, method: &str, params: Value) -> Value {
        let id = self.ask(method, params);
        self.answer(id)
    }

    fn open(&mut self, name: &str, text: &str) {
        let uri = self.uri(name);
        let document = json!({ "uri": uri, "languageId": "yaml", "version": 1, "text": text });
        self.notify("textDocument/didOpen", json!({ "textDocument": document }));
    }

    /// Replaces what stands between two places; each is a line and a column.
    fn edit(&mut self, name: &str, version: i64, start: (u32, u32), end: (u32, u32), text: &str) {
        let range = json!({ "start": position(start), "end": position(end) });
        let document = json!({ "uri": self.uri(name), "version": version });
        self.notify(
            "textDocument/didChange",
            json!({ "textDocument": document, "contentChanges": [{ "range": range, "text": text }] }),
        );
    }

    /// The diagnostics of a version, as lines `LINE:COLUMN code`.
    fn diagnostics(&mut self, name: &str, version: i64) -> Vec<String> {
        let uri = self.uri(name);
        let message = self.wait("diagnostics", |it| {
            let params = &it["params"];
            it["method"] == "textDocument/publishDiagnostics"
                && params["uri"] == *uri
                && params["version"] == version
        });
        let list = message["params"]["diagnostics"].as_array().unwrap();
        let line = |it: &Value| {
            let start = &it["range"]["start"];
            format!("{}:{} {}", start["line"], start["character"], it["code"].as_str().unwrap())
        };
        list.iter().map(line).collect()
    }

    fn at(&mut self, method: &str, name: &str, place: (u32, u32)) -> Value {
        let document = json!({ "uri": self.uri(name) });
        self.request(method, json!({ "textDocument": document, "position": position(place) }))
    }

    /// Ends as an editor ends it; the exit status must be 0.
    fn end(mut self) {
        self.request("shutdown", Value::Null);
        self.notify("exit", Value::Null);
        let deadline = Instant::now() + Duration::from_secs(20);
        loop {
            if let Some(status) = self.process.try_wait().unwrap() {
                assert!(status.success(), "{status}");
                return;
            }
            assert!(Instant::now() < deadline, "the server does not end");
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn position((line, character): (u32, u32)) -> Value {
    json!({ "line": line, "character": character })
}

fn labels(completion: &Value) -> Vec<&str> {
    let items = completion.as_array().or_else(|| completion["items"].as_array()).unwrap();
    items.iter().map(|it| it["label"].as_str().unwrap()).collect()
}

#[test]
fn diagnostics_follow_the_text_of_the_editor() {
    let mut server = Server::start(&[("serverless.yml", "service: on the disk\n")], &[]);
    server.open("serverless.yml", SERVICE);
    assert_eq!(server.diagnostics("serverless.yml", 1), Vec::<String>::new());
    // `memorySize` becomes `memorysize`.
    server.edit("serverless.yml", 2, (9, 10), (9, 11), "s");
    assert_eq!(server.diagnostics("serverless.yml", 2), ["9:4 unknown-key"]);
    server.edit("serverless.yml", 3, (9, 10), (9, 11), "S");
    assert_eq!(server.diagnostics("serverless.yml", 3), Vec::<String>::new());
    server.end();
}

/// Changes that arrive while older ones are still worked on are taken in order, and the last text wins.
#[test]
fn two_hundred_quick_edits_end_with_the_last_text() {
    let mut server = Server::start(&[("serverless.yml", SERVICE)], &[]);
    server.open("serverless.yml", SERVICE);
    let word = "environment:\n      NAME: value\n";
    let typed: Vec<String> = word.chars().cycle().take(198).map(String::from).collect();
    let (mut line, mut column) = (10, 0);
    for (index, text) in typed.iter().enumerate() {
        server.edit("serverless.yml", index as i64 + 2, (line, column), (line, column), text);
        let document = json!({ "uri": server.uri("serverless.yml") });
        if index % 20 == 0 {
            server.ask(
                "textDocument/completion",
                json!({ "textDocument": document, "position": position((line, column)) }),
            );
        }
        (line, column) = if text == "\n" { (line + 1, 0) } else { (line, column + 1) };
    }
    // What was typed goes, and `main` gets an unknown key.
    server.edit("serverless.yml", 200, (10, 0), (line, column), "    oops: 1\n");
    assert_eq!(server.diagnostics("serverless.yml", 200), ["10:4 unknown-key"]);
    server.end();
}

#[test]
fn columns_are_counted_as_was_agreed() {
    // Behind `größe`, which is five characters in UTF-16 and seven bytes in UTF-8.
    let text =
        SERVICE.replace("größe: 512", "größe: 512 # \u{1F600}").replace("${self:custom.größe}", "{größe: 1}");
    for (encodings, column) in [(vec![], 5), (vec!["utf-8"], 5), (vec!["utf-16"], 5)] {
        let mut server = Server::start(&[("serverless.yml", &text)], &encodings);
        server.open("serverless.yml", &text);
        let found = server.diagnostics("serverless.yml", 1);
        assert_eq!(found, ["9:16 wrong-type"], "{encodings:?} {column}");
        server.end();
    }
    let text =
        SERVICE.replace("    memorySize", "    größe: 1\n    memorySize").replace("größe}", "größe} # größe");
    for (encodings, end) in [(vec!["utf-16"], 9), (vec!["utf-8"], 11)] {
        let mut server = Server::start(&[("serverless.yml", &text)], &encodings);
        server.open("serverless.yml", &text);
        let uri = server.uri("serverless.yml");
        let message =
            server.wait("diagnostics", |it| it["params"]["uri"] == *uri && it["params"]["version"] == 1);
        assert_eq!(
            message["params"]["diagnostics"][0]["range"]["end"]["character"], end,
            "{encodings:?}: {message}"
        );
        server.end();
    }
}

#[test]
fn completion_hover_and_definition() {
    let mut server = Server::start(&[("serverless.yml", SERVICE), ("limits.yml", "timeout: 10\n")], &[]);
    let text = format!("{SERVICE}    timeout: ${{file(limits.yml):timeout}}\n    mem\n");
    server.open("serverless.yml", &text);
    server.diagnostics("serverless.yml", 1);
    let completion = server.at("textDocument/completion", "serverless.yml", (11, 7));
    let names = labels(&completion);
    assert!(names.contains(&"ephemeralStorageSize") && names.contains(&"tags"), "{names:?}");
    assert!(!names.contains(&"handler"), "a key that is there is not proposed: {names:?}");
    let hover = server.at("textDocument/hover", "serverless.yml", (9, 8));
    assert!(hover["contents"]["value"].as_str().unwrap().contains("memorySize"), "{hover}");
    // A variable leads to the key in the same file, and `file()` to the key in the other.
    let definition = server.at("textDocument/definition", "serverless.yml", (9, 28));
    let target = definition.as_array().map_or(&definition, |it| &it[0]);
    let range = target.get("range").or_else(|| target.get("targetSelectionRange")).unwrap();
    assert_eq!(range["start"]["line"], 5, "{definition}");
    let definition = server.at("textDocument/definition", "serverless.yml", (10, 22));
    assert!(definition.to_string().contains("limits.yml"), "{definition}");
    server.end();
}

/// Both files of a service of the betas: what is written in one is seen in the other at once.
#[test]
fn both_files_of_a_service_of_the_betas() {
    let service =
        "service: shop\nprovider: aws\nfunctions:\n  main:\n    handler: a.run\n    name: ${prefix}\n";
    let env = "stages:\n  dev:\n    regions:\n      us-east-1:\n";
    let mut server = Server::start(&[("serverless.yml", service), ("serverless.env.yml", env)], &[]);
    server.open("serverless.yml", service);
    assert_eq!(server.diagnostics("serverless.yml", 1), ["5:10 unresolved-variable"]);
    server.open("serverless.env.yml", env);
    let range = json!({ "start": position((5, 12)), "end": position((5, 12)) });
    let document = json!({ "uri": server.uri("serverless.yml") });
    let actions = server.request(
        "textDocument/codeAction",
        json!({ "textDocument": document, "range": range, "context": { "diagnostics": [] } }),
    );
    let edits = &actions[0]["edit"]["changes"][server.uri("serverless.env.yml")];
    assert_eq!(edits[0]["newText"], "    vars:\n      prefix: ''\n", "{actions}");
    // The variable is given where nothing was, and the other file has no error any more.
    server.edit("serverless.env.yml", 2, (4, 0), (4, 0), "vars:\n  prefix: acme\n");
    let uri = server.uri("serverless.yml");
    let found = server.wait("a text without an error", |it| {
        it["params"]["uri"] == *uri && it["params"]["diagnostics"][0]["code"] == "beta-variable"
    });
    assert_eq!(found["params"]["diagnostics"].as_array().map(Vec::len), Some(1), "{found}");
    let renamed = server.request(
        "textDocument/rename",
        json!({ "textDocument": { "uri": uri }, "position": position((5, 14)), "newName": "start" }),
    );
    assert_eq!(renamed["changes"][&uri][0]["range"]["start"], position((5, 12)), "{renamed}");
    let uri = server.uri("serverless.env.yml");
    assert_eq!(renamed["changes"][&uri][0]["range"]["start"], position((5, 2)), "{renamed}");
    let completion = server.at("textDocument/completion", "serverless.env.yml", (3, 6));
    assert!(labels(&completion).contains(&"eu-west-1"), "{completion}");
    server.end();
}

#[test]
fn files_that_are_included_have_diagnostics_of_their_own() {
    let functions = "main:\n  handler: handler.main\n  timeout: soon\n";
    let service = "service: shop\nprovider:\n  name: aws\nfunctions: ${file(functions.yml)}\n";
    let mut server = Server::start(&[("serverless.yml", service), ("functions.yml", functions)], &[]);
    server.open("serverless.yml", service);
    let uri = server.uri("functions.yml");
    let found = server.wait("diagnostics of the included file", |it| it["params"]["uri"] == *uri);
    let diagnostic = &found["params"]["diagnostics"][0];
    assert_eq!(
        (&diagnostic["code"], &diagnostic["range"]["start"]["line"]),
        (&json!("wrong-type"), &json!(2)),
        "{found}"
    );
    // The editor's text of the included file counts, not that of the disk.
    server.open("functions.yml", functions);
    server.edit("functions.yml", 2, (2, 11), (2, 15), "6");
    server.wait("empty diagnostics", |it| {
        it["params"]["uri"] == *uri && it["params"]["diagnostics"].as_array().is_some_and(Vec::is_empty)
    });
    server.end();
}

#[test]
fn broken_messages_do_not_end_the_server() {
    let mut server = Server::start(&[("serverless.yml", SERVICE)], &[]);
    server.open("serverless.yml", SERVICE);
    let document = json!({ "uri": server.uri("serverless.yml"), "version": 2 });
    let far = json!({ "start": position((400, 9)), "end": position((500, 1)) });
    server.notify(
        "textDocument/didChange",
        json!({ "textDocument": document, "contentChanges": [{ "range": far, "text": "# end\n" }] }),
    );
    assert_eq!(server.diagnostics("serverless.yml", 2), Vec::<String>::new());
    let hover = server.at("textDocument/hover", "serverless.yml", (900, 900));
    assert_eq!(hover, Value::Null);
    let hover = server.at("textDocument/hover", "nobody.yml", (0, 0));
    assert_eq!(hover, Value::Null);
    server.end();
}
