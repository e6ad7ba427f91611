//! `${...}`: the resolved configuration, and which places its values come from.
//!
//! Resolving takes the documents and the options and gives the values with every variable replaced, the
//! [`Grafts`] that say where a replaced value was written, and what could not be resolved. A value that only the
//! network knows becomes [`Value::Unknown`] with its reason.

pub mod beta;
pub mod literal;
pub mod lookalike;
pub mod remote;
pub mod resolve;
pub mod sources;
pub mod syntax;

use std::collections::BTreeMap;

use ecow::EcoString;
use rustc_hash::FxHashMap;

use crate::db::{Content, File, Options};
use crate::diagnostic::{Diagnostic, Place};
use crate::legacy::Modern;
use crate::path::Path;
use crate::rules;
use crate::value::Value;

pub use resolve::resolve;

/// What resolving asks of its surroundings.
pub trait Host {
    /// The file at `path`, relative to the service's directory.
    fn file(&self, path: &str) -> File;
    /// The path of a file.
    fn path(&self, file: File) -> EcoString;
    /// What a file holds.
    fn content(&self, file: File) -> Content;
    /// The value that a YAML or JSON file says, variables as they are written.
    fn document(&self, file: File) -> Value;
    /// The names of what is in a folder of the service, to guess which was meant.
    fn names(&self, folder: &str) -> Vec<EcoString>;
}

/// What resolving is given.
pub struct Input<'a> {
    /// The configuration file.
    pub config: File,
    /// What it says, as it is read today.
    pub modern: &'a Modern,
    /// The options of the invocation.
    pub options: &'a Options,
    /// The rest of the world.
    pub host: &'a dyn Host,
}

/// A place of a file, as [`crate::diagnostic::Place::Written`] without the part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// The file.
    pub file: File,
    /// The path in its document.
    pub path: Path,
}

/// Where the values of the resolved configuration were written. Only the places where a variable was replaced are
/// kept; everything below and between stands where the document has it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Grafts(FxHashMap<Path, Graft>);

/// A value that came from somewhere else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Graft {
    /// Where the variable stands.
    pub used: Written,
    /// Where the variables stand that it led to, in order.
    pub through: Vec<Written>,
    /// Where the value was written, if in a file; else the variable's own place stands for it.
    pub written: Option<Written>,
    /// Whether no variable brought it: it stands elsewhere in the configuration than it was written, key and all.
    pub moved: bool,
}

impl Grafts {
    /// Notes that the value at `path` of the resolved configuration came through a variable.
    pub fn insert(&mut self, path: Path, graft: Graft) {
        self.0.insert(path, graft);
    }

    /// The deepest graft at or above `path`, with the steps that remain below it.
    pub fn nearest(&self, path: &Path) -> Option<(&Graft, Path)> {
        let segments = path.segments();
        (0..=segments.len()).rev().find_map(|taken| {
            let above: Path = segments.iter().take(taken).cloned().collect();
            let below: Path = segments.iter().skip(taken).cloned().collect();
            self.0.get(&above).map(|it| (it, below))
        })
    }
}

/// The resolved configuration.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Resolved {
    /// The values.
    pub value: Value,
    /// Where they come from.
    pub grafts: Grafts,
    /// What could not be resolved.
    pub diagnostics: Vec<Diagnostic>,
    /// The files that were read, the configuration first.
    pub files: Vec<File>,
    /// What only AWS or a program knows and nobody has answered yet, in the order in which it was asked for.
    pub requests: Vec<remote::Request>,
    /// What `.env` files add to the environment.
    pub dotenv: BTreeMap<EcoString, EcoString>,
    /// The stage: `--stage`, else `provider.stage`, else `dev`.
    pub stage: EcoString,
}

/// What is wrong with a stage, if anything is.
pub fn invalid_stage(stage: &str) -> Option<Diagnostic> {
    let valid = !stage.is_empty() && stage.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'-');
    let at = Place::value(Path::from(["provider", "stage"]));
    (!valid).then(|| {
        Diagnostic::new(&rules::INVALID_STAGE, at, ecow::eco_format!("`{stage}` is not a stage"))
            .why("stages go into the names of resources")
            .help("use letters, digits and `-`")
    })
}

/// A stage that is a number, or worse, where something asks for it.
fn stage_that_is_no_text(stage: &Value) -> Diagnostic {
    let at = Place::value(Path::from(["provider", "stage"]));
    let message = ecow::eco_format!("the stage is {}, not a text", stage.noun());
    Diagnostic::new(&rules::INVALID_STAGE, at, message).help("put it in quotes")
}

/// One diagnostic for each value that is not known and has not been reported.
pub fn unknown(value: &Value) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    value.visit(&mut Path::root(), &mut |path, value| {
        if let Value::Unknown(unknown) = value
            && !unknown.reported
        {
            let message = ecow::eco_format!("`{}` is not known here: {}", unknown.text, unknown.reason);
            found.push(
                Diagnostic::new(&rules::UNKNOWN_AT_PACKAGE, Place::value(path.clone()), message)
                    .help("give the value by a parameter or the environment where it is packaged"),
            );
        }
        true
    });
    found
}
