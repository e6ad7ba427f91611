//! `slsc explain`: a rule, an error code of the framework, a logical id of this service, a property, or a schedule.

mod schedule;

use std::process::ExitCode;

use slsc_core::diagnostic::{Place, nearest, render};
use slsc_core::locate::{has_places, locate};
use slsc_core::path::{Path, Segment};
use slsc_core::rules::codes::{self, Code, Found};
use slsc_core::rules::{RULES, Rule};
use slsc_core::shape::Shape;
use slsc_core::variables::sources::SOURCES;
use slsc_core::{aws::events::KINDS, language, pipeline};

use crate::args::{Explain, Global};
use crate::output::{self, Failure};
use crate::project::Project;

/// Explains, or lists what can be explained.
pub fn run(args: &Explain, global: &Global) -> Result<ExitCode, Failure> {
    let Some(id) = &args.id else {
        output::result(&list())?;
        return Ok(ExitCode::SUCCESS);
    };
    if schedule::is_meant(id) {
        return schedule::run(id, args.timezone.as_deref());
    }
    let by_name = RULES.iter().find(|it| it.id == id).map(|it| it.page.to_owned());
    let text = by_name
        .or_else(|| codes::find(id).map(|it| code(&it)))
        .or_else(|| event(id))
        .or_else(|| source(id))
        .or_else(|| property(id))
        .or_else(|| resource(id, global));
    match text {
        Some(text) => {
            output::result(&text)?;
            Ok(ExitCode::SUCCESS)
        }
        None => {
            let help = match similar(id, global) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "run `slsc explain` for a list".into(),
            };
            Err(Failure::usage(format!("nothing is called `{id}`"), help))
        }
    }
}

/// What `id` most likely means, of all that can be explained.
fn similar(id: &str, global: &Global) -> Option<String> {
    if let Some((parent, key)) = id.rsplit_once('.') {
        let shapes = language::shapes_at(&path(parent));
        let keys = shapes.iter().flat_map(|it| match it {
            Shape::Object(object) => object.fields.iter().map(|it| it.key).collect(),
            Shape::ByKey(by_key) => by_key.cases.iter().map(|it| it.key).collect(),
            _ => Vec::new(),
        });
        return nearest(key, keys).map(|it| format!("{parent}.{it}"));
    }
    let ours = RULES.iter().map(|it| it.id).chain(KINDS.iter().map(|it| it.key()));
    let names: Vec<&str> =
        ours.chain(SOURCES.iter().map(|it| it.name)).chain(codes::all().map(|it| it.name)).collect();
    if let Some(near) = nearest(id, names) {
        return Some(near.to_owned());
    }
    let project = Project::open(global).ok()?;
    let template = &pipeline::linked(&project.db, project.service).template;
    let ids = template.body.get("Resources")?.as_object()?.keys().map(|it| it.as_str());
    nearest(id, ids).map(str::to_owned)
}

/// An error code of the framework.
fn code(code: &Code) -> String {
    let found = match &code.found {
        Found::Rules(rules) => {
            let rule = |it: &&Rule| format!("* `{}` ({}): {}\n", it.id, it.level.word(), it.summary);
            let list: String = rules.iter().map(rule).collect();
            let first = rules.first().map_or("", |it| it.id);
            format!("Here it is found by\n\n{list}\n`slsc explain {first}` says more.")
        }
        Found::Aws => {
            "Here, too, only AWS can tell: it shows when a stack is deployed, read or removed.".into()
        }
        Found::Command(command) => {
            format!("It is about running `{command}`, not about the configuration, so no rule finds it.")
        }
        Found::Plugin => {
            "It is about the code of a plugin, which is not run here, so no rule finds it.".into()
        }
        Found::Usage => "Here the command itself says so, and ends with exit status 2.".into(),
        Found::Never => "So it cannot happen here.".into(),
    };
    format!("`{}` is an error code of the framework.\n\n{}\n\n{found}\n", code.name, code.meaning)
}

fn list() -> String {
    let row = |name: &str, text: &str| format!("  {name:<26} {text}\n");
    let mut out = String::from("Rules\n");
    RULES.iter().for_each(|it| out += &format!("  {:<26} {:<8} {}\n", it.id, it.level.word(), it.summary));
    out += "\nEvents\n";
    KINDS.iter().for_each(|it| {
        out +=
            &row(it.key(), it.page().lines().find(|it| !it.is_empty() && !it.starts_with('#')).unwrap_or(""))
    });
    out += "\nVariables\n";
    SOURCES.iter().for_each(|it| out += &row(it.syntax, it.docs));
    out += "\nAlso a property such as `functions.*.timeout`, a logical id of the service, an error code of the framework\n\
            such as `MISSING_VARIABLE_RESULT`, and a schedule such as `cron(0 12 * * ? *)`.\n";
    out
}

fn event(id: &str) -> Option<String> {
    KINDS.iter().find(|it| it.key() == id).map(|it| it.page().to_owned())
}

fn source(id: &str) -> Option<String> {
    SOURCES.iter().find(|it| it.name == id).map(|it| format!("`{}`\n\n{}\n", it.syntax, it.docs))
}

/// The path that is written with dots; `*` stands for any key, `[]` for an item.
fn path(text: &str) -> Path {
    let step = |it: &str| match it.parse::<u32>() {
        Ok(index) => Segment::Index(index),
        Err(_) if it == "[]" => Segment::Index(0),
        Err(_) => Segment::from(it),
    };
    text.replace("[]", ".[]").split('.').filter(|it| !it.is_empty()).map(step).collect()
}

/// A property by its path.
fn property(id: &str) -> Option<String> {
    let path = path(id);
    let field = language::field_at(&path);
    let shapes = language::shapes_at(&path);
    let last = path.last().map(ToString::to_string).unwrap_or_default();
    let events = language::shapes_at(&path.parent()).into_iter().any(|it| matches!(it, Shape::ByKey(_)));
    if let Some(page) = event(&last).filter(|_| events) {
        return Some(page);
    }
    let docs = field
        .map_or_else(|| shapes.iter().map(|it| it.docs()).find(|it| !it.is_empty()), |it| Some(it.docs))?;
    let mut out = format!("`{id}`\n\n{docs}\n");
    let nouns: Vec<String> = shapes.iter().map(|it| it.noun()).collect();
    out += &format!("\nTakes {}.\n", nouns.join(" or "));
    if let Some((least, most)) = field.and_then(|it| it.limits.range) {
        out += &if most == i64::MAX {
            format!("At least {least}.\n")
        } else {
            format!("From {least} to {most}.\n")
        };
    }
    if let Some(instead) = field.and_then(|it| it.deprecated) {
        out += &format!("Deprecated: use {instead}.\n");
    }
    for shape in shapes {
        match shape {
            Shape::Object(object) => {
                out += "\nKeys:\n";
                object.fields.iter().for_each(|it| {
                    out += &format!("  {:<30} {}\n", it.key, it.docs.lines().next().unwrap_or_default())
                });
            }
            Shape::Choice(choice) => {
                out += "\nWords:\n";
                choice
                    .words
                    .iter()
                    .filter(|it| !it.ended)
                    .for_each(|it| out += &format!("  {:<30} {}\n", it.text, it.docs));
            }
            _ => {}
        }
    }
    Some(out)
}

/// The lines that made a resource of this service's template.
fn resource(id: &str, global: &Global) -> Option<String> {
    let project = Project::open(global).ok()?;
    let (db, service) = (&project.db, project.service);
    let template = &pipeline::linked(db, service).template;
    let body = template.body.get("Resources")?.get(id)?;
    let kind = body.get("Type").map(|it| it.to_js_string()).unwrap_or_default();
    let mut out = format!("`{id}` is a resource of type `{kind}`.\n\nIt is made by:\n");
    for (_, path) in template.origins.iter().filter(|(it, _)| it == id) {
        let place = Place::key(path.clone());
        let file = locate(db, service, &place).file;
        out += &match has_places(db, file) {
            true => format!("  {path} at {}\n", render::place(db, service, &place)),
            false => format!("  {path} in {}\n", render::display_path(db, service, file)),
        };
    }
    out += &format!("\n{}\n", body.to_json_pretty());
    Some(out)
}
