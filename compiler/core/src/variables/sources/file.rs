//! `${file(path):address}`: a file, or a value of it.

use ecow::{EcoString, eco_format};

use super::{Answer, Question, Source};
use crate::db::Content;
use crate::path::Path;
use crate::value::{Unknown, Value};
use crate::variables::Written;
use crate::variables::resolve::{Located, Resolver};

/// The source.
pub const FILE: Source = Source {
    name: "file",
    syntax: "${file(path):address}",
    docs: "A file, relative to the service: YAML and JSON as values (all, or one at an address), others as text.",
    ask,
};

fn ask(question: &Question<'_>, cx: &mut Resolver<'_>) -> Answer {
    let Some(path) = question.params.first().filter(|it| !it.is_null()).map(Value::to_js_string) else {
        return Answer::refused(
            "`file` needs a path",
            "write it in parentheses: `${file(path/to/file.yml)}`",
        );
    };
    let extension = path.rsplit('/').next().and_then(|it| it.rsplit_once('.')).map_or("", |it| it.1);
    let file = cx.host().file(&path);
    if matches!(extension, "js" | "cjs" | "mjs" | "ts") {
        let text = eco_format!("${{file({path})}}");
        let reason = EcoString::from("it is made by a program, which is not run here");
        return match cx.host().content(file) {
            Content::Missing | Content::Directory => missing_file(&path),
            _ => Answer::Unknown(Unknown { text, reason, reported: false }),
        };
    }
    let content = match cx.host().content(file) {
        Content::Text(text) | Content::Evaluated(text) => text,
        Content::Missing | Content::Directory => return missing_file(&path),
        Content::Binary => {
            return Answer::refused(eco_format!("`{path}` is not a text"), "name a file in UTF-8");
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
            Answer::missing(eco_format!("`{path}` is empty"), "write something into it")
        }
        None => Answer::Value(located.value, Some(located.at)),
        Some(address) => cx.descend(located, &address, &eco_format!("`{path}`")),
    }
}

fn missing_file(path: &str) -> Answer {
    Answer::missing(
        eco_format!("there is no file `{path}`"),
        "paths are relative to the directory of the service; add the file, or a fallback",
    )
}
