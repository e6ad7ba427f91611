//! Configurations in TypeScript, with each of the tools that can read it, and programs where there is no Node.js.
//!
//! The tools are stood in for by packages of a few lines with the same interface, so that the test needs none.

use std::path::Path;
use std::process::{Command, Output};

use crate::support::binary;

/// A configuration whose types are few enough for a stand-in to strip.
const CONFIG: &str = "import { memory } from './memory'\n\
    const config: unknown = { service: 'orders', provider: { name: 'aws', memorySize: memory } }\n\
    export default config\n";

/// Strips the types of `CONFIG` and makes CommonJS of it.
const STRIP: &str = r#"
const fs = require('fs'), path = require('path'), Module = require('module');
const read = (file) => fs.readFileSync(file, 'utf8')
  .replace(/import \{ (\w+) \} from '(.*)'/g, "const { $1 } = load('$2')")
  .replace(/: unknown/g, '')
  .replace(/export default/g, 'module.exports = { __esModule: true }; module.exports.default =')
  .replace(/export const (\w+)/g, 'exports.$1');
exports.code = (file) => `const load = (it) => { const module = { exports: {} }, exports = module.exports;
  eval(${JSON.stringify(read(path.join(path.dirname(file), 'memory.ts')))}); return module.exports };\n${read(file)}`;
exports.load = (file) => { const it = new Module(file); it._compile(exports.code(file), file); return it.exports };
"#;

fn run(directory: &Path, path: Option<&str>) -> Output {
    let mut command = Command::new(binary());
    command.args(["print", "--path", "provider.memorySize", "--format", "text"]).current_dir(directory);
    if let Some(path) = path {
        command.env("PATH", path);
    }
    command.output().unwrap()
}

fn service(package: &str, files: &[(&str, &str)]) -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    let write = |path: &str, text: &str| {
        let path = directory.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    write("serverless.ts", CONFIG);
    write("memory.ts", "export const memory = 256\n");
    for (file, text) in files {
        write(&format!("node_modules/{package}/{file}"), text);
    }
    directory
}

/// The package reads the configuration.
fn reads(package: &str, files: &[(&str, &str)]) {
    let mut files = files.to_vec();
    files.push(("strip.js", STRIP));
    let directory = service(package, &files);
    let output = run(directory.path(), None);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(String::from_utf8_lossy(&output.stdout), "256\n", "with {package}: {errors}");
}

#[test]
fn tsx_reads_typescript() {
    let api =
        "exports.require = (file, from) => { if (!from) throw 1; return require('../strip').load(file) }";
    let package = r#"{ "exports": { "./cjs/api": "./api/cjs.js" } }"#;
    reads("tsx", &[("package.json", package), ("api/cjs.js", api)]);
}

#[test]
fn tsx_of_the_framework_reads_typescript() {
    let api = "exports.require = (file) => require('../strip').load(file)";
    let package = r#"{ "exports": { "./cjs/api": "./api/cjs.js" } }"#;
    let inner = "node_modules/tsx";
    reads(
        "osls",
        &[
            ("package.json", "{}"),
            (&format!("{inner}/package.json"), package),
            (&format!("{inner}/api/cjs.js"), api),
            (&format!("{inner}/strip.js"), STRIP),
        ],
    );
}

#[test]
fn esbuild_reads_typescript() {
    let index = "exports.buildSync = (it) => {
        if (!it.bundle || it.format !== 'cjs' || it.write !== false) throw new Error('options');
        return { outputFiles: [{ text: require('./strip').code(it.entryPoints[0]) }] };
    }";
    reads("esbuild", &[("index.js", index)]);
}

#[test]
fn ts_node_reads_typescript() {
    let index = "exports.register = (it) => {
        if (!it.transpileOnly) throw new Error('options');
        require.extensions['.ts'] = (module, file) => module._compile(require('./strip').code(file), file);
    }";
    reads("ts-node", &[("index.js", index)]);
}

/// Nothing reads TypeScript here, unless Node.js does; then it insists on whole names of files.
#[test]
fn without_a_tool_the_way_out_is_said() {
    let directory = service("other", &[]);
    let output = run(directory.path(), None);
    assert_eq!(output.status.code(), Some(2));
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(errors.contains("npm install --save-dev tsx") || errors.contains("memory"), "{errors}");
}

#[test]
fn without_node_the_way_out_is_said() {
    let directory = service("other", &[]);
    let output = run(directory.path(), Some("nowhere"));
    assert_eq!(output.status.code(), Some(2));
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(
        errors,
        "error: `serverless.ts` is a program, and there is no `node` to run it\n  \
         help: install Node.js, or write the configuration in YAML or JSON\n"
    );
}

const REFERS: &str =
    "service: orders\nprovider:\n  name: aws\n  memorySize: ${file(serverless.ts):provider.memorySize}\n";

/// A file that a variable names is read as a configuration is.
#[test]
fn a_variable_reads_typescript() {
    let api = "exports.require = (file) => require('../strip').load(file)";
    let package = r#"{ "exports": { "./cjs/api": "./api/cjs.js" } }"#;
    let files = [("package.json", package), ("api/cjs.js", api), ("strip.js", STRIP)];
    let directory = service("tsx", &files);
    std::fs::write(directory.path().join("serverless.yml"), REFERS).unwrap();
    let output = run(directory.path(), None);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(String::from_utf8_lossy(&output.stdout), "256\n", "{errors}");
}

/// Without Node.js, what a program makes stays open; only packaging insists on it.
#[test]
fn without_node_a_variable_of_a_program_stays_open() {
    let directory = service("other", &[]);
    std::fs::write(directory.path().join("serverless.yml"), REFERS).unwrap();
    let run = |command: &str| {
        Command::new(binary())
            .arg(command)
            .current_dir(directory.path())
            .env("PATH", "nowhere")
            .output()
            .unwrap()
    };
    assert_eq!(run("check").status.code(), Some(0));
    let output = run("package");
    assert_eq!(output.status.code(), Some(1));
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(errors.contains("there is no `node` here to run what makes it"), "{errors}");
}
