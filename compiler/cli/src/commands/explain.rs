//! `slsc explain`: a rule, an error code of the framework, a logical id of this service, or a property.

use std::process::ExitCode;

use slsc_core::diagnostic::{Place, nearest, render};
use slsc_core::locate::{has_places, locate};
use slsc_core::path::{Path, Segment};
use slsc_core::rules::{self, RULES};
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
    let by_name = rules::find(id).map(|it| it.page.to_owned());
    let text = by_name
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
            let names = RULES.iter().map(|it| it.id).chain(KINDS.iter().map(|it| it.key()));
            let help = nearest(id, names)
                .map_or_else(|| "run `slsc explain` for a list".into(), |it| format!("did you mean `{it}`?"));
            Err(Failure::usage(format!("nothing is called `{id}`"), help))
        }
    }
}

fn list() -> String {
    let row = |name: &str, text: &str| format!("  {name:<26} {text}\n");
    let mut out = String::from("Rules\n");
    RULES.iter().for_each(|it| out += &row(it.id, it.summary));
    out += "\nEvents\n";
    KINDS.iter().for_each(|it| {
        out +=
            &row(it.key(), it.page().lines().find(|it| !it.is_empty() && !it.starts_with('#')).unwrap_or(""))
    });
    out += "\nVariables\n";
    SOURCES.iter().for_each(|it| out += &row(it.syntax, it.docs));
    out += "\nAlso a property such as `functions.*.timeout`, and a logical id of the service.\n";
    out
}

fn event(id: &str) -> Option<String> {
    KINDS.iter().find(|it| it.key() == id).map(|it| it.page().to_owned())
}

fn source(id: &str) -> Option<String> {
    SOURCES.iter().find(|it| it.name == id).map(|it| format!("`{}`\n\n{}\n", it.syntax, it.docs))
}

/// A property by its path; `*` stands for any key or item.
fn property(id: &str) -> Option<String> {
    let step = |it: &str| match it.parse::<u32>() {
        Ok(index) => Segment::Index(index),
        Err(_) if it == "[]" => Segment::Index(0),
        Err(_) => Segment::from(it),
    };
    let path: Path = id.replace("[]", ".[]").split('.').filter(|it| !it.is_empty()).map(step).collect();
    let field = language::field_at(&path)?;
    let mut out = format!("`{id}`\n\n{}\n", field.docs);
    let shapes = language::shapes_at(&path);
    let nouns: Vec<String> = shapes.iter().map(|it| it.noun()).collect();
    out += &format!("\nTakes {}.\n", nouns.join(" or "));
    if let Some((least, most)) = field.limits.range {
        out += &if most == i64::MAX {
            format!("At least {least}.\n")
        } else {
            format!("From {least} to {most}.\n")
        };
    }
    if let Some(instead) = field.deprecated {
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
