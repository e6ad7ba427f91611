//! Mistakes that are made: a recipe at a place of a service.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Texts;
use super::class::{Edit, Expected, Recipe};

/// A service with one mistake.
pub struct Plant {
    /// The name of the service.
    pub service: String,
    /// Its files.
    pub texts: Texts,
    /// Where the mistake must be found: files and lines, any of them.
    pub expected: Vec<(String, usize)>,
    /// The exact text that must be underlined.
    pub text: Option<String>,
    /// The stage that is looked at.
    pub stage: Option<String>,
}

/// The column at which the key or item of a line begins.
fn indent(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

/// Whether a line says nothing.
fn is_silent(line: &str) -> bool {
    line.trim().is_empty() || line.trim_start().starts_with('#')
}

/// The index behind the lines that belong to the one at `at`.
fn end_of_block(lines: &[String], at: usize) -> usize {
    let depth = indent(&lines[at]);
    let belongs = |line: &String| {
        is_silent(line)
            || indent(line) > depth
            || indent(line) == depth
                && line.trim_start().starts_with("- ")
                && !lines[at].trim_start().starts_with("- ")
    };
    let mut end = lines[at + 1..].iter().position(|it| !belongs(it)).map_or(lines.len(), |it| at + 1 + it);
    while end > at + 1 && is_silent(&lines[end - 1]) {
        end -= 1;
    }
    end
}

/// The line that a line belongs to.
fn above(lines: &[String], at: usize) -> Option<usize> {
    let depth = indent(&lines[at]);
    let is_item = lines[at].trim_start().starts_with("- ");
    (0..at).rev().find(|it| {
        let line = &lines[*it];
        let is_key_of_list = is_item && indent(line) == depth && !line.trim_start().starts_with("- ");
        !is_silent(line) && (indent(line) < depth || is_key_of_list)
    })
}

/// What a recipe writes: `\n` is a new line, `{x*300}` repeats, `{many 3 a#: b}` makes numbered lines.
fn written(text: &str) -> Vec<String> {
    let mut lines = Vec::new();
    for line in text.split("\\n") {
        let mut line = line.replace("\\t", "\t").replace("\\s", " ");
        while let Some((before, inner, after)) = line.split_once('{').and_then(|(before, rest)| {
            let (inner, after) = rest.split_once('}')?;
            let (unit, count) = inner.rsplit_once('*')?;
            Some((before.to_owned(), unit.repeat(count.parse().ok()?), after.to_owned()))
        }) {
            line = before + &inner + &after;
        }
        match line.strip_prefix("many ").and_then(|it| it.split_once(' ')) {
            Some((count, line)) => {
                lines.extend((0..count.parse().unwrap()).map(|it: usize| line.replace('#', &it.to_string())));
            }
            None => lines.push(line),
        }
    }
    lines
}

fn indented(text: &str, depth: usize) -> Vec<String> {
    written(text).into_iter().map(|it| format!("{}{it}", " ".repeat(depth))).collect()
}

fn shifted(line: &str, by: isize) -> String {
    let depth = indent(line).saturating_add_signed(by);
    format!("{}{}", " ".repeat(depth), line.trim_start())
}

/// The file after an edit of the line at `at`, and the index of the first line that was written.
fn edited(recipe: &Recipe, lines: &[String], at: usize) -> Option<(Vec<String>, usize)> {
    let (line, end) = (&lines[at], end_of_block(lines, at));
    let mut new = lines.to_vec();
    let first = match &recipe.edit {
        Edit::Put(text) => {
            let body = line.trim_start();
            let replaced = recipe.find.as_ref()?.replace(body, text.as_str()).into_owned();
            new.splice(at..=at, indented(&replaced, indent(line)));
            at
        }
        Edit::Cut => {
            new.drain(at..end);
            at
        }
        Edit::Twice => {
            new.splice(end..end, lines[at..end].to_vec());
            end
        }
        Edit::Move(by) => {
            for it in &mut new[at..end] {
                *it = shifted(it, *by);
            }
            at
        }
        Edit::MoveBelow(by) => {
            for it in &mut new[at + 1..end] {
                *it = shifted(it, *by);
            }
            at
        }
        Edit::After(text) => {
            new.splice(end..end, indented(text, indent(line)));
            end
        }
        Edit::Child(text) => {
            let dash = if line.trim_start().starts_with("- ") { 4 } else { 2 };
            new.splice(at + 1..at + 1, indented(text, indent(line) + dash));
            at + 1
        }
        Edit::Remove | Edit::Rename(_) => return None,
    };
    for (from, to) in &recipe.also {
        let place = new.iter().position(|it| from.is_match(it))?;
        let replaced = from.replace(&new[place], to.as_str()).into_owned();
        new.splice(place..=place, written(&replaced));
    }
    Some((new, first))
}

fn joined(lines: &[String]) -> Arc<str> {
    lines.iter().map(|it| format!("{it}\n")).collect::<String>().into()
}

fn lines_of(text: &str) -> Vec<String> {
    text.lines().map(String::from).collect()
}

/// The places where a mistake must be found.
fn places(
    recipe: &Recipe,
    texts: &Texts,
    file: &str,
    old: &[String],
    at: usize,
    first: usize,
) -> Vec<(String, usize)> {
    let mut found = Vec::new();
    for expected in &recipe.expected {
        match expected {
            Expected::Own(down) => found.push((file.to_owned(), first + down + 1)),
            Expected::Above(steps) => {
                let line = (0..*steps).try_fold(at, |at, _| above(old, at));
                found.extend(line.map(|it| (file.to_owned(), it + 1)));
            }
            Expected::Matching(other, pattern) => {
                let file = other.as_deref().unwrap_or(file);
                let lines = texts.get(file).map_or("", |it| it).lines().enumerate();
                found.extend(lines.filter(|it| pattern.is_match(it.1)).map(|it| (file.to_owned(), it.0 + 1)));
            }
        }
    }
    found
}

/// Whether a recipe may be made at a line.
fn fits(recipe: &Recipe, lines: &[String], at: usize) -> bool {
    let line = &lines[at];
    if is_silent(line) || !recipe.find.as_ref().is_some_and(|it| it.is_match(line.trim_start())) {
        return false;
    }
    let ancestors: Vec<usize> = std::iter::successors(above(lines, at), |it| above(lines, *it)).collect();
    recipe.under.iter().all(|pattern| ancestors.iter().any(|it| pattern.is_match(lines[*it].trim_start())))
}

/// All plants of a recipe in a file.
fn in_file(recipe: &Recipe, service: &str, texts: &Texts, file: &str) -> Vec<Plant> {
    let old = lines_of(&texts[file]);
    let plant = |new: Texts, at: usize, first: usize| Plant {
        service: service.to_owned(),
        expected: places(recipe, &new, file, &old, at, first),
        texts: new,
        text: recipe.text.clone(),
        stage: recipe.stage.clone(),
    };
    let mut new = texts.clone();
    match &recipe.edit {
        Edit::Remove => drop(new.remove(file)),
        Edit::Rename(name) => {
            let text = new.remove(file).unwrap();
            new.insert(name.clone(), text);
        }
        _ => {
            let at = (0..old.len()).filter(|at| fits(recipe, &old, *at));
            let made = at.filter_map(|at| edited(recipe, &old, at).map(|(lines, first)| (at, lines, first)));
            return made
                .filter(|it| it.1 != old)
                .map(|(at, lines, first)| {
                    let mut new = texts.clone();
                    new.insert(file.to_owned(), joined(&lines));
                    plant(new, at, first)
                })
                .collect();
        }
    }
    vec![plant(new, 0, 0)]
}

/// The plants of a recipe, of each service some.
pub fn plants(recipe: &Recipe, services: &BTreeMap<String, Texts>) -> Vec<Plant> {
    let mut of_services = Vec::new();
    for (name, texts) in services {
        if !recipe.services.is_empty() && !recipe.services.contains(name) {
            continue;
        }
        let is_meant = |it: &&String| match recipe.file.strip_prefix('*') {
            Some(ending) => it.ends_with(ending),
            None => **it == recipe.file,
        };
        let made = texts.keys().filter(is_meant).flat_map(|it| in_file(recipe, name, texts, it));
        of_services.push(made.collect::<Vec<_>>().into_iter());
    }
    let mut found = Vec::new();
    while found.len() < recipe.most {
        let round: Vec<Plant> = of_services.iter_mut().filter_map(Iterator::next).collect();
        if round.is_empty() {
            break;
        }
        found.extend(round);
    }
    found.truncate(recipe.most);
    found
}
