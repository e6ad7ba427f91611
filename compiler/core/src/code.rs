//! Source files of functions: what they export. Answers "which names can a handler take from this file?".
//!
//! One reader a language, each a function from text to [`Exports`]. They say what is sure: a file that makes its
//! exports while it runs, or that cannot be read, is open, and nothing is said about it.

// What salsa generates has no documentation; everything written here has.
#![allow(missing_docs)]

pub mod javascript;
mod lines;
pub mod python;
pub mod ruby;
pub mod types;

use std::ops::Range;
use std::sync::Arc;

use ecow::{EcoString, eco_format};

use crate::checks::Files;
use crate::db::{Content, Db, File, normalize};
use lines::folder_of;

/// A name and where it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// The name.
    pub text: EcoString,
    /// Its bytes in the file.
    pub range: Range<usize>,
}

/// Why a name that a file exports is no handler.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// It is a value that cannot be called.
    NoFunction,
    /// It is a class, which is not called without `new`.
    Class,
    /// It is put on an object that is replaced by another one.
    Lost,
    /// It takes so many arguments, and gets the event and the context.
    Arguments(usize),
}

/// The kind of module that a file of JavaScript is written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Syntax {
    /// `import` and `export`.
    Es,
    /// `exports` and `module.exports`.
    CommonJs,
}

/// A method of Ruby.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Method {
    /// Its name.
    pub name: EcoString,
    /// The class or module that it stands in.
    pub owner: Option<EcoString>,
    /// Whether it is the class's own, and not that of its instances.
    pub of_class: bool,
    /// Its parameters as they are written on the line of its name; `None` where they go on below.
    pub parameters: Option<EcoString>,
}

/// A name of another file that is exported under a name of its own: `export { list as handler } from './orders'`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passed {
    /// The name under which it is exported.
    pub name: EcoString,
    /// Its name in the other file.
    pub theirs: Name,
    /// The other file, as it is named.
    pub from: EcoString,
}

/// What a file exports.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Exports {
    /// The exported names that are written out.
    pub names: Vec<Name>,
    /// Names that are defined at the top of the file and not exported.
    pub locals: Vec<Name>,
    /// Files whose exports are passed on, as the file names them: `./other`.
    pub forwards: Vec<EcoString>,
    /// Of JavaScript: names that are passed on, each with its name in the other file, as the file names that: `./other`.
    pub passed: Vec<Passed>,
    /// Whether there may be more names than are written out.
    pub open: bool,
    /// Whether the file says nothing: it is empty, or has comments alone.
    pub empty: bool,
    /// Where it cannot be read, if it surely cannot.
    pub broken: Option<usize>,
    /// Names that are exported, and surely are no handlers.
    pub unfit: Vec<(EcoString, Unfit)>,
    /// Of JavaScript: how it is written, if that can be seen.
    pub syntax: Option<Syntax>,
    /// Of an ES module: where it first calls `require` when it starts, which is not there.
    pub requires: Option<Range<usize>>,
    /// Of Ruby: all methods, and where they stand.
    pub methods: Vec<Method>,
    /// Of JavaScript: the files that it needs when it starts, as it names them: `./other`.
    pub imports: Vec<Name>,
}

impl Exports {
    /// Of a file that cannot be read.
    pub fn unknown() -> Exports {
        Exports { open: true, ..Exports::default() }
    }

    /// The name, if it is exported.
    pub fn find(&self, name: &str) -> Option<&Name> {
        self.names.iter().find(|it| it.text == name)
    }

    /// Why a name is no handler, if it surely is none.
    pub fn unfit(&self, name: &str) -> Option<Unfit> {
        self.unfit.iter().find(|it| it.0 == name).map(|it| it.1)
    }

    fn add(&mut self, text: &str, range: Range<usize>) {
        if self.find(text).is_none() {
            self.names.push(Name { text: text.into(), range });
        }
    }
}

/// The languages whose exports are read, by the extensions of their files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// JavaScript and TypeScript.
    JavaScript,
    /// Python.
    Python,
    /// Ruby.
    Ruby,
}

impl Language {
    /// The language of a file.
    pub fn of(path: &str) -> Option<Language> {
        match path.rsplit_once('.')?.1 {
            extension if javascript::EXTENSIONS.contains(&extension) => Some(Language::JavaScript),
            "py" => Some(Language::Python),
            "rb" => Some(Language::Ruby),
            _ => None,
        }
    }
}

/// What one file exports by itself. Read once, however many functions are in it.
#[salsa::tracked]
pub fn exports(db: &dyn Db, file: File) -> Arc<Exports> {
    let Content::Text(text) = file.content(db) else { return Arc::new(Exports::unknown()) };
    let path = file.path(db);
    Arc::new(match Language::of(path) {
        Some(Language::JavaScript) => javascript::exports(text, path.rsplit('.').next().unwrap_or_default()),
        Some(Language::Python) => python::exports(text),
        Some(Language::Ruby) => ruby::exports(text),
        None => Exports::unknown(),
    })
}

/// An exported name, and the file that has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed {
    /// The file, relative to the service.
    pub path: EcoString,
    /// The name.
    pub name: Name,
}

/// What a file exports, together with the files that it passes on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AllExports {
    /// The names, those of the file itself first.
    pub names: Vec<Placed>,
    /// As [`Exports::locals`], of the file itself.
    pub locals: Vec<Name>,
    /// As [`Exports::open`], of all of them.
    pub open: bool,
    /// As [`Exports::empty`], of the file itself.
    pub empty: bool,
    /// As [`Exports::broken`], of the file itself.
    pub broken: Option<usize>,
}

/// The exports of the file at `path`, relative to the service.
pub fn all(files: &dyn Files, path: &str) -> AllExports {
    let own = files.exports(path);
    let (locals, empty, broken) = (own.locals.clone(), own.empty, own.broken);
    let mut all = AllExports { locals, empty, broken, ..AllExports::default() };
    let mut seen: Vec<EcoString> = vec![path.into()];
    let mut at = 0;
    while let Some(path) = seen.get(at).cloned() {
        at += 1;
        let exports = files.exports(&path);
        all.open |= exports.open;
        all.names.extend(exports.names.iter().map(|it| Placed { path: path.clone(), name: it.clone() }));
        for name in &exports.forwards {
            match forwarded(files, &path, name) {
                Some(next) if seen.contains(&next) => {}
                Some(next) => seen.push(next),
                None => all.open = true,
            }
        }
    }
    all
}

/// The file that another names as `./other`, if it is there.
pub fn forwarded(files: &dyn Files, from: &str, name: &str) -> Option<EcoString> {
    let language = Language::of(from)?;
    if language == Language::JavaScript && !name.starts_with('.') {
        return None;
    }
    let path = normalize(&format!("{}/{name}", folder_of(from)));
    let (folder, last) = path.rsplit_once('/').unwrap_or(("", &path));
    let listed = files.names(folder);
    let extensions: &[&str] = match language {
        Language::JavaScript => javascript::EXTENSIONS,
        Language::Python => &["py"],
        Language::Ruby => &["rb"],
    };
    // Behind `./other.js` may stand `other.ts`.
    let stems = [Some(last), last.rsplit_once('.').map(|it| it.0)].into_iter().flatten();
    let mut candidates = stems.flat_map(|stem| extensions.iter().map(move |it| eco_format!("{stem}.{it}")));
    let at = |file: &EcoString| if folder.is_empty() { file.clone() } else { eco_format!("{folder}/{file}") };
    if Language::of(last).is_some() && listed.iter().any(|it| it == last) {
        return Some(path.clone());
    }
    if let Some(file) = candidates.find(|it| listed.contains(it)) {
        return Some(at(&file));
    }
    let inside = files.names(&path);
    let index = extensions.iter().map(|it| eco_format!("index.{it}")).find(|it| inside.contains(it))?;
    Some(eco_format!("{path}/{index}"))
}
