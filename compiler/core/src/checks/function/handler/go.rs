//! Handlers of Go that name a source, which a plugin builds: the file is a part of a program.
//!
//! <https://go.dev/ref/spec#Program_execution>

use ecow::eco_format;

use super::Handler;
use crate::checks::Files;
use crate::db::Content;
use crate::diagnostic::Diagnostic;
use crate::rules;

/// Finds a file of a package that is no program. Of one package are the files of a folder.
pub fn check(handler: &Handler<'_>, path: &str) -> Option<Diagnostic> {
    let files = handler.files();
    let source = plain(files, path)?;
    let package = source.split_whitespace().skip_while(|it| *it != "package").nth(1)?.trim_end_matches(';');
    let (message, help) = if package != "main" {
        (eco_format!("`{path}` is of the package `{package}`, and no program"), "write `package main`")
    } else if has_main(files, path, &source) {
        return None;
    } else {
        (eco_format!("`{path}` has no function `main`"), "add `func main()`, which calls `lambda.Start`")
    };
    let diagnostic = Diagnostic::new(&rules::HANDLER_EXPORT, handler.at(0..handler.text.len()), message);
    Some(diagnostic.why("a program of Go is the package `main` with a function `main`").help(help))
}

fn has_main(files: &dyn Files, path: &str, source: &str) -> bool {
    let (folder, own) = path.rsplit_once('/').unwrap_or(("", path));
    let is_other = |it: &str| it != own && it.ends_with(".go") && !it.ends_with("_test.go");
    let below = |it: &str| if folder.is_empty() { it.to_owned() } else { format!("{folder}/{it}") };
    let defines = |source: &str| source.contains("func main(");
    let names = files.names(folder);
    // Whether a file that cannot be read has one is not known.
    let others = names.iter().filter(|it| is_other(it)).map(|it| plain(files, &below(it)));
    defines(source) || others.into_iter().any(|it| it.is_none_or(|it| defines(&it)))
}

/// The text of a file without its comments.
fn plain(files: &dyn Files, path: &str) -> Option<String> {
    let Content::Text(text) = files.content(path) else { return None };
    let mut plain = String::new();
    let mut rest = text.as_ref();
    while let Some(at) = rest.find("/*") {
        plain.push_str(rest.get(..at)?);
        rest = rest.get(at..)?.split_once("*/").map_or("", |it| it.1);
    }
    plain.push_str(rest);
    Some(plain.lines().map(|it| it.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n"))
}
