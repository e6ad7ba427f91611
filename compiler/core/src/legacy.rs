//! The language of 2016: services of the alpha and beta releases, in `serverless.yml` and `serverless.env.yml`.
//!
//! A service is one of them if a file of the structure of `serverless.env.yml` lies beside it and it has no variable of
//! today, or if its events are a mapping by provider. It is read as one of today: its old forms are replaced ([`forms`]), each with a warning, and its
//! variables come from the file beside it ([`env_file`]). [`migrate`] writes the same down.

pub mod draft;
pub mod env_file;
pub mod forms;
pub mod later;
pub mod migrate;
pub mod syntax;
pub mod text;
pub mod write;

use std::collections::{BTreeMap, BTreeSet};

use ecow::{EcoString, eco_format};

use self::draft::Draft;
use self::syntax::Syntax;
use crate::db::{File, Options};
use crate::diagnostic::{Diagnostic, Part, Place};
use crate::path::Path;
use crate::rules;
use crate::value::Value;
use crate::variables::sources;
use crate::variables::syntax as current;

/// A configuration as it is read today.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Modern {
    /// The values.
    pub value: Value,
    /// Where values were written that stand elsewhere in the file: their paths, and those in the file.
    pub origins: BTreeMap<Path, Path>,
    /// What is wrong, apart from the old forms themselves: those are said by [`old_forms`].
    pub diagnostics: Vec<Diagnostic>,
    /// The variables of the betas, if the service has them.
    pub variables: Option<Variables>,
    /// Texts that hold variables of today all the same.
    pub current: BTreeSet<Path>,
    /// Whether the service is one of the betas.
    pub is_beta: bool,
}

/// The variables of a service of the betas.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variables {
    /// The file that holds them.
    pub file: File,
    /// What it says.
    pub values: Value,
    /// How they are written.
    pub syntax: Syntax,
    /// The stage that is selected.
    pub stage: EcoString,
    /// The region that is selected.
    pub region: EcoString,
}

/// What a service is written in.
pub struct Sources<'a> {
    /// The configuration file.
    pub config: File,
    /// Its values.
    pub value: &'a Value,
    /// The file beside it that has the name of `serverless.env.yml`, if there is one, and its values.
    pub env_file: Option<(File, &'a Value)>,
}

/// Reads a configuration with the file of variables beside it.
pub fn read(sources: &Sources<'_>, options: &Options) -> Modern {
    let Sources { config, value, env_file } = *sources;
    let env_file = env_file.filter(|(_, it)| env_file::is_one(it));
    // Without the file, nobody needs to know.
    let of_today = env_file.is_some() && uses_sources(value);
    let has_maps = has_events_by_provider(value);
    if !(has_maps || (!of_today && env_file.is_some())) {
        let diagnostics = env_file.map(|(file, _)| leftover(file)).into_iter().collect();
        return Modern { value: value.clone(), diagnostics, ..Modern::default() };
    }
    let mut draft = replaced(config, value);
    draft.diagnostics.clear();
    let (syntax, complaint) = syntax_of(value, config);
    draft.diagnostics.extend(complaint);
    let variables = env_file.filter(|_| !of_today).map(|(file, values)| {
        let (stage, region) = selected(&draft.value, options);
        Variables { file, values: values.clone(), syntax, stage, region }
    });
    if let Some(variables) = &variables {
        let used = used_names(&draft.value, &variables.syntax);
        let written = |key: &str, given: &Option<EcoString>| {
            let path = Path::from(["provider", key]);
            let is_written = given.is_none() && draft.get(&path).is_some_and(|it| it.as_str().is_some());
            is_written.then(|| Place::value(path))
        };
        let chosen = env_file::Chosen {
            stage: &variables.stage,
            region: &variables.region,
            stage_at: written("stage", &options.stage),
            region_at: written("region", &options.region),
        };
        let found = env_file::check_file(variables.file, &variables.values, &chosen);
        draft.diagnostics.extend(found);
        draft.diagnostics.extend(env_file::unused(variables.file, &variables.values, &used));
        profile(&mut draft, variables);
        keep_out_of_archives(&mut draft);
    }
    Modern {
        value: std::mem::take(&mut draft.value),
        diagnostics: std::mem::take(&mut draft.diagnostics),
        current: std::mem::take(&mut draft.current),
        variables,
        origins: draft.origins(),
        is_beta: true,
    }
}

/// Each old form of a configuration, with the changes of its text that replace it.
pub fn old_forms(config: File, value: &Value, text: &str) -> Vec<Diagnostic> {
    let mut draft = replaced(config, value);
    draft.offer_fixes(value, text);
    draft.diagnostics
}

/// The configuration with its old forms replaced.
pub fn replaced(config: File, value: &Value) -> Draft {
    let mut draft = Draft::new(config, value.clone());
    forms::FORMS.iter().for_each(|form| form(&mut draft));
    draft
}

/// Keys that nobody knows did no harm in the betas, so they do none here.
pub fn soften(found: &mut [Diagnostic]) {
    for diagnostic in found.iter_mut().filter(|it| it.rule == &rules::UNKNOWN_KEY) {
        diagnostic.severity = rules::BETA_IGNORED.level;
        diagnostic.rule = &rules::BETA_IGNORED;
        diagnostic.why = Some("the betas left out what they did not know; today it is an error".into());
    }
}

/// The stage and the region that an invocation selects, before any variable is known.
fn selected(config: &Value, options: &Options) -> (EcoString, EcoString) {
    let provider = |key: &str| config.get("provider").and_then(|it| it.get(key)).and_then(Value::as_str);
    let choose = |option: &Option<EcoString>, key, default: &str| {
        option.clone().unwrap_or_else(|| provider(key).unwrap_or(default).into())
    };
    (choose(&options.stage, "stage", "dev"), choose(&options.region, "region", "us-east-1"))
}

/// `profile` of a stage names the credentials that it is deployed with.
fn profile(draft: &mut Draft, variables: &Variables) {
    let path = Path::from(["provider", "profile"]);
    let level = env_file::Level::Stage(&variables.stage);
    let profile = level.variables(&variables.values).and_then(|it| it.get("profile")).cloned();
    if let Some(profile) = profile.filter(|_| draft.get(&path).is_none()) {
        draft.put_unrecorded(&path, profile);
    }
}

/// The file of the variables was never packaged, and may hold secrets.
fn keep_out_of_archives(draft: &mut Draft) {
    let package = Path::from(["package"]);
    if draft.get(&package.join("artifact")).is_some() {
        return;
    }
    let patterns = package.join("patterns");
    let written = draft.get(&patterns).and_then(Value::as_array).unwrap_or_default().to_vec();
    let names = env_file::NAMES.map(|it| Value::from(eco_format!("!{it}")));
    draft.put_unrecorded(&patterns, Value::array(names.into_iter().chain(written)));
}

fn leftover(file: File) -> Diagnostic {
    let at = Place::Written { file, path: Path::from(["stages"]), part: Part::Key, within: None };
    let message = "nothing reads this file: `serverless.yml` has variables of today";
    Diagnostic::new(&rules::LEFTOVER_ENV_FILE, at, message)
        .why("the betas read it; today it is only packaged with the code, secrets and all")
        .help("remove it")
}

fn syntax_of(config: &Value, file: File) -> (Syntax, Option<Diagnostic>) {
    let places = [&["defaults", "variableSyntax"][..], &["variableSyntax"], &["provider", "variableSyntax"]];
    for keys in places {
        let path: Path = keys.iter().map(|it| (*it).into()).collect();
        let Some(pattern) = config.at(&path).and_then(Value::as_str) else { continue };
        if let Some(syntax) = Syntax::new(Some(pattern)) {
            return (syntax, None);
        }
        let at = Place::Written { file, path, part: Part::Value, within: None };
        let message = "`variableSyntax` is no regular expression with one group";
        let help = r"write one such as `\${{([\s\S]+?)}}`";
        return (Syntax::default(), Some(Diagnostic::new(&rules::INVALID_FORMAT, at, message).help(help)));
    }
    (Syntax::default(), None)
}

/// Whether a text anywhere holds a variable of today, which the betas did not have.
fn uses_sources(value: &Value) -> bool {
    match value {
        Value::String(text) if text.contains("${") => {
            current::parse(text).ok().flatten().is_some_and(|pieces| {
                pieces.iter().any(|piece| match piece {
                    current::Piece::Variable(variable) => variable.sources.iter().any(|it| match it {
                        current::Source::Call(call) => sources::find(&call.name).is_some(),
                        current::Source::Literal(_) => false,
                    }),
                    current::Piece::Text(_) | current::Piece::Escape(_) => false,
                })
            })
        }
        Value::Array(items) => items.iter().any(uses_sources),
        Value::Object(object) => object.values().any(uses_sources),
        _ => false,
    }
}

fn has_events_by_provider(config: &Value) -> bool {
    let functions = config.get("functions").and_then(Value::as_object);
    functions.is_some_and(|it| {
        it.values().any(|function| {
            function.get("events").and_then(|it| it.get("aws")).is_some()
                || function.get("provider").and_then(|it| it.get("aws")).is_some()
        })
    })
}

/// The names of the variables that the texts below `value` read, sorted.
pub fn used_names(value: &Value, syntax: &Syntax) -> Vec<EcoString> {
    let mut names = Vec::new();
    value.visit(&mut Path::root(), &mut |_, value| {
        if let Value::String(text) = value {
            names.extend(syntax.references(text).iter().map(|it| EcoString::from(it.name())));
        }
        true
    });
    names.sort();
    names.dedup();
    names
}

/// What a reference means: a value and where it is written, or why there is none and what to do.
pub enum Looked {
    /// It has a value.
    Found(Value, Path),
    /// It is no variable of the betas: a function or a pseudo parameter, which stays as it is written.
    Literal,
    /// It has none.
    Missing {
        /// What is missing.
        message: EcoString,
        /// What to do.
        help: EcoString,
    },
}

impl Variables {
    /// Looks a reference up.
    pub fn look_up(&self, reference: &syntax::Reference) -> Looked {
        let name = reference.name();
        let Some((value, path)) = env_file::find(&self.values, name, &self.stage, &self.region) else {
            if name.contains(':') || name.contains('(') {
                return Looked::Literal;
            }
            let known = env_file::names(&self.values);
            let near = crate::diagnostic::nearest(name, known.iter().map(EcoString::as_str));
            let place = eco_format!("the stage `{}` and the region `{}`", self.stage, self.region);
            return Looked::Missing {
                message: eco_format!("`{}` has no variable `{name}` for {place}", env_file::NAMES[0]),
                help: match near {
                    Some(near) if near == name => eco_format!("add it to `stages.{}.vars`", self.stage),
                    Some(near) => eco_format!("did you mean `{near}`?"),
                    None => "add it to `vars` of that file".into(),
                },
            };
        };
        let mut at = (value, path);
        for key in reference.keys() {
            let Some(value) = at.0.get(key).cloned() else {
                return Looked::Missing {
                    message: eco_format!("the variable `{name}` has no `{key}`"),
                    help: eco_format!(
                        "add `{key}` below `{}`; values of several levels are not merged",
                        at.1
                    ),
                };
            };
            at = (value, at.1.join(key));
        }
        Looked::Found(at.0, at.1)
    }
}
