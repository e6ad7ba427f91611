//! What the pages of `classes` say: classes of mistakes, and how each is made.

use std::path::Path;

use regex::Regex;

use super::stem;
use crate::support::files;

/// A kind of mistake.
pub struct Class {
    /// The page that it stands on.
    pub page: String,
    /// Its name.
    pub id: String,
    /// Whether a finding that is advice is enough.
    pub is_advice: bool,
    /// The ways in which it is made.
    pub recipes: Vec<Recipe>,
}

/// One way to make a mistake.
#[derive(Default)]
pub struct Recipe {
    /// The services that it is made in; all of them where none is named.
    pub services: Vec<String>,
    /// The file that is changed: a path, or an ending such as `*.yml`.
    pub file: String,
    /// What a line above, with less indentation, must match.
    pub under: Vec<Regex>,
    /// What the line matches.
    pub find: Option<Regex>,
    /// What is done to it.
    pub edit: Edit,
    /// Further replacements in the same file, each where it first matches.
    pub also: Vec<(Regex, String)>,
    /// Where the mistake must be found: any of these.
    pub expected: Vec<Expected>,
    /// The exact text that is underlined, where the recipe insists on it.
    pub text: Option<String>,
    /// The stage that is looked at.
    pub stage: Option<String>,
    /// How often it is planted at most.
    pub most: usize,
}

/// What is done to a line.
#[derive(Default)]
pub enum Edit {
    /// What matched becomes this.
    Put(String),
    /// The line and what belongs to it goes away.
    #[default]
    Cut,
    /// The line and what belongs to it is written twice.
    Twice,
    /// The line and what belongs to it moves by so many columns.
    Move(isize),
    /// What belongs to the line moves by so many columns; the line itself stays.
    MoveBelow(isize),
    /// Lines below the line and what belongs to it, at its indentation.
    After(String),
    /// Lines directly below the line, one step deeper.
    Child(String),
    /// The file goes away.
    Remove,
    /// The file gets another name.
    Rename(String),
}

/// Where a mistake must be found.
pub enum Expected {
    /// So many lines below the first one that was written.
    Own(usize),
    /// The line that the changed one belongs to, so many steps up.
    Above(usize),
    /// Each line of a file that matches.
    Matching(Option<String>, Regex),
}

fn pattern(text: &str) -> Regex {
    Regex::new(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// `self`, `+2`, `parent`, `grandparent`, `/regex/`, `file.yml /regex/`.
fn expected(text: &str) -> Expected {
    match text {
        "self" => Expected::Own(0),
        "parent" => Expected::Above(1),
        "grandparent" => Expected::Above(2),
        _ => match text.strip_prefix('+').and_then(|it| it.parse().ok()) {
            Some(lines) => Expected::Own(lines),
            None => {
                let (file, rest) = match text.strip_prefix('/') {
                    Some(rest) => (None, rest),
                    None => {
                        let (file, rest) = text.split_once(" /").unwrap_or_else(|| panic!("expect {text}"));
                        (Some(file.to_owned()), rest)
                    }
                };
                Expected::Matching(file, pattern(rest.strip_suffix('/').unwrap_or(rest)))
            }
        },
    }
}

impl Recipe {
    fn parse(text: &str) -> Recipe {
        let mut recipe = Recipe { file: "*.yml".into(), most: 3, ..Recipe::default() };
        for line in text.lines() {
            let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
            match word {
                "in" => recipe.services = rest.split(' ').map(String::from).collect(),
                "file" => recipe.file = rest.into(),
                "under" => recipe.under.push(pattern(rest)),
                "find" => recipe.find = Some(pattern(rest)),
                "put" => recipe.edit = Edit::Put(rest.into()),
                "cut" => recipe.edit = Edit::Cut,
                "twice" => recipe.edit = Edit::Twice,
                "move" => recipe.edit = Edit::Move(rest.parse().unwrap()),
                "move-below" => recipe.edit = Edit::MoveBelow(rest.parse().unwrap()),
                "after" => recipe.edit = Edit::After(rest.into()),
                "child" => recipe.edit = Edit::Child(rest.into()),
                "remove" => recipe.edit = Edit::Remove,
                "rename" => recipe.edit = Edit::Rename(rest.into()),
                "also" => {
                    let (from, to) = rest.split_once(" => ").unwrap();
                    recipe.also.push((pattern(from), to.into()));
                }
                "expect" => recipe.expected.extend(rest.split(" or ").map(expected)),
                "text" => recipe.text = Some(rest.into()),
                "stage" => recipe.stage = Some(rest.into()),
                "most" => recipe.most = rest.parse().unwrap(),
                _ => panic!("{line}"),
            }
        }
        if recipe.expected.is_empty() {
            recipe.expected.push(match recipe.edit {
                Edit::Cut => Expected::Above(1),
                _ => Expected::Own(0),
            });
        }
        recipe
    }
}

/// The classes of all pages.
pub fn classes(folder: &Path) -> Vec<Class> {
    let mut found: Vec<Class> = Vec::new();
    for path in files(folder, ".md") {
        let text = std::fs::read_to_string(&path).unwrap();
        let mut block: Option<String> = None;
        for line in text.lines() {
            match (&mut block, line) {
                (None, "```fault") => block = Some(String::new()),
                (Some(recipe), "```") => {
                    let recipe = Recipe::parse(recipe);
                    found.last_mut().unwrap().recipes.push(recipe);
                    block = None;
                }
                (Some(recipe), _) => *recipe += &format!("{line}\n"),
                (None, _) => {
                    if let Some((id, says)) = line.strip_prefix("## ").and_then(|it| it.split_once(": ")) {
                        found.push(Class {
                            page: stem(&path),
                            id: id.into(),
                            is_advice: says.ends_with("(advice)"),
                            recipes: Vec::new(),
                        });
                    }
                }
            }
        }
    }
    found
}
