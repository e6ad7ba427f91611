//! `${file(path):address}`: a file, or a value of it.
//!
//! What a program exports is asked for as what AWS knows is: whoever may run programs runs it, and resolves again.

use ecow::{EcoString, eco_format};

use super::remote::ask as ask_for;
use super::{Answer, Asked, Question, Source};
use crate::db::Content;
use crate::diagnostic::nearest;
use crate::path::Path;
use crate::value::Value;
use crate::variables::Written;
use crate::variables::remote::Request;
use crate::variables::resolve::{Located, Phase, Resolver};

/// The source.
pub const FILE: Source = Source {
    name: "file",
    syntax: "${file(path):address}",
    docs: "A file, relative to the service: YAML, JSON and `.tfstate` as values (all, or one at an address), what a \
           program in JavaScript or TypeScript exports (a value, a promise, or a function of `options`, \
           `resolveVariable` and `resolveConfigurationProperty`), others as text.",
    phase: |_| Phase::Start,
    ask,
};

/// The endings of files that are run.
const PROGRAMS: [&str; 6] = ["js", "cjs", "mjs", "ts", "cts", "mts"];

fn ask(question: &Question<'_>, cx: &mut Resolver<'_>) -> Answer {
    let Some(path) = question.params.first().filter(|it| it.is_truthy()).map(Value::to_js_string) else {
        return Answer::refused(
            "`file` needs a path",
            "write it in parentheses: `${file(path/to/file.yml)}`",
        );
    };
    let extension = path.rsplit('/').next().and_then(|it| it.rsplit_once('.')).map_or("", |it| it.1);
    let file = cx.host().file(&path);
    if PROGRAMS.contains(&extension) {
        return match cx.host().content(file) {
            Content::Missing | Content::Directory => missing_file(question, &path, cx),
            _ => program(path, question.address_text(), cx),
        };
    }
    let content = match cx.host().content(file) {
        Content::Text(text) | Content::Evaluated(text) => text,
        Content::Missing => return missing_file(question, &path, cx),
        Content::Directory => {
            return Answer::refused(
                eco_format!("`{}` is a directory", question.shown(&path)),
                "name a file in it",
            )
            .about(Asked::Param(0));
        }
        Content::Binary => {
            return Answer::refused(
                eco_format!("`{}` is not a text", question.shown(&path)),
                "name a file in UTF-8",
            )
            .about(Asked::Param(0));
        }
    };
    let value = match extension {
        "yml" | "yaml" | "json" | "tfstate" => {
            cx.read(file);
            cx.host().document(file)
        }
        _ => Value::from(&*content),
    };
    let located = Located { value, at: Written { file, path: Path::root() } };
    match question.address_text() {
        None if located.value.is_null() => {
            let message = eco_format!("`{}` is empty", question.shown(&path));
            Answer::missing(message, "write something into it").about(Asked::Param(0))
        }
        None => Answer::Value(located.value, Some(located.at)),
        Some(address) => cx.descend(located, &address, &eco_format!("`{}`", question.shown(&path))),
    }
}

fn program(path: EcoString, address: Option<EcoString>, cx: &mut Resolver<'_>) -> Answer {
    let message = match &address {
        Some(address) => eco_format!("`{path}` exports no `{address}`"),
        None => eco_format!("`{path}` gives no value"),
    };
    let missing = (message, "export it, or add a fallback behind a comma");
    ask_for(Request::Program { path, address }, "it is made by a program, which is not run here", missing, cx)
}

fn missing_file(question: &Question<'_>, path: &str, cx: &Resolver<'_>) -> Answer {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let names = if question.secret { Vec::new() } else { cx.host().names(folder) };
    let near = nearest(name, names.iter().map(EcoString::as_str));
    let near = near.map(|it| if folder.is_empty() { it.into() } else { eco_format!("{folder}/{it}") });
    let help = match &near {
        Some(near) => eco_format!("did you mean `{near}`?"),
        None => "paths are relative to the directory of the service; add the file, or a fallback".into(),
    };
    Answer::missing(eco_format!("there is no file `{}`", question.shown(path)), help)
        .about(Asked::Param(0))
        .near(near)
}
