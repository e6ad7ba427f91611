//! Resolving: every text of the configuration with its variables replaced.
//!
//! A value is resolved where it stands, and once: a variable that refers to another value waits for it, values that
//! wait for each other are a cycle, and what a file brings is resolved as if it stood in the configuration. This file
//! holds the order of the work and the ways through the configuration; [`expand`] replaces the variables of one text,
//! and [`report`] says what is wrong.

pub mod ask;
mod early;
mod environment;
mod expand;
mod report;

use std::ops::Range;

use ecow::EcoString;
use rustc_hash::FxHashMap;

use super::remote::Request;
use super::sources::Answer;
use super::syntax;
use super::{Graft, Host, Input, Resolved, Written};
use crate::db::{File, Options};
use crate::diagnostic::Diagnostic;
use crate::path::{Path, Segment};
use crate::plugins::may_bring_sources;
use crate::value::{Object, Value};

pub use early::Phase;
pub(super) use expand::Spot;
pub(super) use report::failed;

/// How often a resolved value may hold variables again, as in the framework.
const MAX_NESTING: usize = 10;
/// How many variables may wait for each other in a row.
const MAX_DEPTH: usize = 128;
/// How many mappings, lists and texts may come out of variables before they are taken for a bomb.
const MAX_EXPANSION: usize = 200_000;

/// A value that is not resolved inside yet, and where it was written.
#[derive(Clone, Debug)]
pub struct Located {
    /// The value.
    pub value: Value,
    /// Where it was written.
    pub at: Written,
}

/// A text that has been replaced, and the way to its value.
#[derive(Clone, Debug)]
pub(super) struct Traced {
    located: Located,
    /// The places of the variables on the way, the text's own first; empty for a text without any.
    through: Vec<Written>,
    seen: Seen,
}

impl Traced {
    /// A value that came through these places.
    pub(super) fn new(located: Located, through: Vec<Written>) -> Traced {
        Traced { located, through, seen: Seen::default() }
    }
}

/// What was asked on the way to a value.
#[derive(Clone, Debug, Default)]
pub(super) struct Seen {
    /// The latest phase in which a source that was asked can answer, with the source.
    late: Option<(Phase, EcoString)>,
    /// Whether the environment was asked, whose values are never shown.
    secret: bool,
}

impl Seen {
    fn add(&mut self, other: &Seen) {
        self.secret |= other.secret;
        let phase = |it: &Option<(Phase, EcoString)>| it.as_ref().map(|it| it.0);
        if phase(&other.late) > phase(&self.late) {
            self.late.clone_from(&other.late);
        }
    }
}

/// A text that is being resolved.
#[derive(Clone, Debug)]
struct Waiting {
    path: Path,
    at: Written,
    /// The source that is being asked, in the text.
    within: Option<Range<usize>>,
}

/// The work in progress.
pub struct Resolver<'a> {
    pub(super) input: &'a Input<'a>,
    root: Value,
    env: FxHashMap<EcoString, EcoString>,
    /// Environment variables that were asked for and are not set.
    absent: Vec<EcoString>,
    /// Texts that have been resolved, by their paths in the configuration.
    done: FxHashMap<Path, Traced>,
    /// Texts that are being resolved, the innermost last.
    waiting: Vec<Waiting>,
    /// Where the values come from that are being copied, the innermost last.
    copying: Vec<Written>,
    /// The variables on the way to the value that a source has answered last.
    passed: Vec<Written>,
    /// What has been asked since somebody began to look.
    seen: Seen,
    /// Whether the address that is being followed may not be shown.
    hidden: bool,
    /// Whether parameters of other stages are left as they are: not where something refers to them.
    deferring: bool,
    /// Whether the value that is followed next is left as it is below.
    above: bool,
    /// How many values variables have brought.
    expanded: usize,
    /// How many sources are being asked, one for the other.
    depth: usize,
    stage: Option<EcoString>,
    /// What stands at `provider.stage`, if it is no text.
    odd_stage: Option<Value>,
    plugins: bool,
    out: Resolved,
}

/// Resolves the configuration.
pub fn resolve(input: &Input<'_>) -> Resolved {
    let mut resolver = Resolver::new(input);
    resolver.deferring = true;
    let mut path = Path::root();
    let value = resolver.deep(resolver.config_root(), &mut path, 0);
    resolver.out.value = resolver.with_params(value);
    resolver.demand_early();
    resolver.out.dotenv = resolver.env.into_iter().collect();
    resolver.out
}

impl<'a> Resolver<'a> {
    /// Has the stage and the environment, and nothing else yet.
    fn new(input: &'a Input<'a>) -> Resolver<'a> {
        let root = input.modern.value.clone();
        let plugins = root.get("plugins").is_some_and(may_bring_sources);
        let mut resolver = Resolver {
            input,
            root,
            env: FxHashMap::default(),
            absent: Vec::new(),
            done: FxHashMap::default(),
            waiting: Vec::new(),
            copying: vec![Written { file: input.config, path: Path::root() }],
            passed: Vec::new(),
            seen: Seen::default(),
            hidden: false,
            deferring: false,
            above: false,
            expanded: 0,
            depth: 0,
            stage: None,
            odd_stage: None,
            plugins,
            out: Resolved { files: vec![input.config], ..Resolved::default() },
        };
        resolver.out.files.extend(input.modern.variables.as_ref().map(|it| it.file));
        for (path, written) in &input.modern.origins {
            let written = Written { file: input.config, path: written.clone() };
            let graft =
                Graft { used: written.clone(), through: Vec::new(), written: Some(written), moved: true };
            resolver.out.grafts.insert(path.clone(), graft);
        }
        resolver.out.stage = resolver.stage();
        resolver.load_dotenv();
        resolver
    }

    /// The options of the invocation.
    pub fn options(&self) -> &Options {
        self.input.options
    }

    /// The rest of the world.
    pub fn host(&self) -> &dyn Host {
        self.input.host
    }

    /// Notes that a value is asked for that only AWS knows.
    pub fn request(&mut self, request: Request) {
        if !self.out.requests.contains(&request) {
            self.out.requests.push(request);
        }
    }

    /// Notes that a file was read.
    pub fn read(&mut self, file: File) {
        if !self.out.files.contains(&file) {
            self.out.files.push(file);
        }
    }

    /// Notes what is wrong.
    pub(super) fn diagnose(&mut self, diagnostic: Diagnostic) {
        self.out.diagnostics.push(diagnostic);
    }

    /// The names of the environment variables.
    pub fn env_names(&self) -> impl Iterator<Item = &str> {
        self.input.options.env.keys().chain(self.env.keys()).map(EcoString::as_str)
    }

    /// The names of the parameters that `stage` has, as far as they are written out.
    pub fn param_names(&self, stage: &str) -> impl Iterator<Item = &str> {
        let params = self.root.get("params");
        let sections = [stage, "default"].map(|it| params.and_then(|params| params.get(it)?.as_object()));
        let names = sections.into_iter().flatten().flat_map(Object::keys);
        names.chain(self.input.options.params.keys()).map(EcoString::as_str)
    }

    fn config_root(&self) -> Located {
        Located { value: self.root.clone(), at: Written { file: self.input.config, path: Path::root() } }
    }

    /// The value of the configuration at a dotted address.
    pub fn config_value(&mut self, address: &str) -> Answer {
        self.walk(self.config_root(), &keys(address), Some(Path::root()), "this configuration")
    }

    /// The value of the configuration at these keys, in which a dot is a dot.
    pub fn config_at(&mut self, keys: &[&str]) -> Answer {
        self.walk(self.config_root(), keys, Some(Path::root()), "this configuration")
    }

    /// The value at these keys, in which the variables below it are still to be resolved.
    pub fn config_above(&mut self, keys: &[&str]) -> Answer {
        let above = std::mem::replace(&mut self.above, true);
        let answer = self.config_at(keys);
        self.above = above;
        answer
    }

    /// The text at these keys as it is written, if it asks sources that answer late. Such a parameter is resolved
    /// where it is used, so that its escapes are undone once.
    pub fn late_text(&self, keys: &[&str]) -> Option<Answer> {
        let path: Path = keys.iter().map(|it| Segment::from(*it)).collect();
        let late = self.done.get(&path)?.seen.late.as_ref()?;
        let text = keys.iter().try_fold(&self.root, |value, key| value.get(key))?;
        let written = Written { file: self.input.config, path };
        (late.0 > Phase::Start).then(|| Answer::Value(text.clone(), Some(written)))
    }

    /// The value below `from` at a dotted address; `from` is not a part of the configuration itself.
    pub fn descend(&mut self, from: Located, address: &str, whole: &str) -> Answer {
        self.walk(from, &keys(address), None, whole)
    }

    /// Follows `keys` from `from`. In the configuration itself, `path` says where we are, so that texts on the
    /// way are resolved once and cycles are seen.
    fn walk(&mut self, from: Located, keys: &[&str], path: Option<Path>, whole: &str) -> Answer {
        let deferring = std::mem::replace(&mut self.deferring, false);
        let mut passed = Vec::new();
        let answer = self.follow(from, keys, path, whole, &mut passed);
        self.passed = passed;
        self.deferring = deferring;
        answer
    }

    fn follow(
        &mut self,
        from: Located,
        keys: &[&str],
        mut path: Option<Path>,
        whole: &str,
        passed: &mut Vec<Written>,
    ) -> Answer {
        // What is asked on the way is asked in full.
        let above = std::mem::take(&mut self.above);
        let mut at = from;
        for (step, key) in keys.iter().copied().enumerate() {
            // A text that is put together is looked at once; what a variable brings alone, to its depth.
            let alone = at.value.as_str().is_some_and(syntax::is_one_variable);
            let Some(traced) = self.shallow(at, path.as_ref()) else { return Answer::Failed };
            let from_text = alone && !traced.through.is_empty();
            passed.extend(traced.through);
            at = traced.located;
            if path.is_none() && from_text {
                // A text of a file is resolved to its depth before one looks into it.
                at.value = self.whole(at.clone(), true, 1);
            }
            if let Value::Unknown(unknown) = &at.value {
                return Answer::Unknown((**unknown).clone());
            }
            match child(&at.value, key) {
                Some((segment, value)) if !value.is_null() => {
                    // What a text or a list is asked about itself has no place of its own.
                    let own = matches!(at.value, Value::Object(_)) || matches!(segment, Segment::Index(_));
                    if own && !matches!(at.value, Value::String(_)) {
                        at.at.path.push(segment.clone());
                    }
                    at.value = value;
                    path = path.map(|it| it.join(segment));
                }
                _ => return self.missing_key(&at.value, keys, step, whole),
            }
        }
        let Some(mut path) = path else { return Answer::Value(at.value, Some(at.at)) };
        if keys.is_empty() {
            return self.holds_itself();
        }
        // Inside the configuration everything below is resolved where it stands.
        let Some(traced) = self.shallow(at, Some(&path)) else { return Answer::Failed };
        passed.extend(traced.through);
        let written = traced.located.at.clone();
        let value = match above {
            true => traced.located.value,
            false => self.deep(traced.located, &mut path, 0),
        };
        match value {
            Value::Unknown(unknown) => Answer::Unknown((*unknown).clone()),
            Value::Null => self.missing_key(&Value::Null, keys, keys.len() - 1, whole),
            value => Answer::Value(value, Some(written)),
        }
    }

    /// Resolves a text until it is none of variables any more. `None` if it waits for itself, which is reported.
    fn shallow(&mut self, located: Located, path: Option<&Path>) -> Option<Traced> {
        let text = match &located.value {
            Value::String(text) if self.may_hold_variable(text) => text.clone(),
            _ => return Some(Traced::new(located, Vec::new())),
        };
        let Some(path) = path else { return Some(self.expand_at(None, located, &text)) };
        if let Some(done) = self.done.get(path) {
            self.seen.add(&done.seen);
            return Some(done.clone());
        }
        if let Some(start) = self.waiting.iter().position(|it| it.path == *path) {
            self.report_cycle(start);
            return None;
        }
        let at = located.at.clone();
        self.waiting.push(Waiting { path: path.clone(), at: at.clone(), within: None });
        let before = std::mem::take(&mut self.seen);
        let mut resolved = self.expand_at(Some(path), located, &text);
        resolved.seen = std::mem::replace(&mut self.seen, before);
        self.seen.add(&resolved.seen);
        self.waiting.pop();
        let written = (resolved.located.at != at).then(|| self.in_file(&resolved.located.at));
        let through = resolved.through.iter().skip(1).map(|it| self.in_file(it)).collect();
        let graft = Graft { used: self.in_file(&at), through, written, moved: false };
        self.out.grafts.insert(path.clone(), graft);
        self.done.insert(path.clone(), resolved.clone());
        Some(resolved)
    }

    /// Resolves everything below a value. `path` is where the value stands in the configuration.
    fn deep(&mut self, located: Located, path: &mut Path, nesting: usize) -> Value {
        match &located.value {
            Value::String(text) if self.may_hold_variable(text) => {
                let before = located.value.clone();
                let at = located.at.clone();
                let Some(resolved) = self.shallow(located, Some(path)).map(|it| it.located) else {
                    return failed(&before);
                };
                if matches!(resolved.value, Value::String(_)) || self.is_final(&resolved.at) {
                    return resolved.value;
                }
                if nesting >= MAX_NESTING || !self.may_copy(&resolved, &at) {
                    return failed(&resolved.value);
                }
                self.copying.push(resolved.at.clone());
                let value = self.deep(resolved, path, nesting + 1);
                self.copying.pop();
                value
            }
            Value::Array(items) => {
                let mut changed = false;
                let mut at = located.at.clone();
                let resolved: Vec<Value> = items
                    .iter()
                    .enumerate()
                    .map(|(index, item)| {
                        let value = self.child(item, Segment::from(index), &mut at, path, nesting);
                        changed |= value.is_some();
                        value.unwrap_or_else(|| item.clone())
                    })
                    .collect();
                if changed { Value::from(resolved) } else { located.value }
            }
            Value::Object(object) => {
                let mut changed = false;
                let mut at = located.at.clone();
                let mut resolved = Object::new();
                for (key, item) in object.iter() {
                    let value = self.child(item, Segment::from(key), &mut at, path, nesting);
                    changed |= value.is_some();
                    resolved.insert(key.clone(), value.unwrap_or_else(|| item.clone()));
                }
                if changed { Value::from(resolved) } else { located.value }
            }
            _ => located.value,
        }
    }

    /// Resolves one child in place; `None` if nothing changes.
    fn child(
        &mut self,
        item: &Value,
        segment: Segment,
        at: &mut Written,
        path: &mut Path,
        nesting: usize,
    ) -> Option<Value> {
        let needs = match item {
            Value::String(text) => self.may_hold_variable(text),
            Value::Array(_) | Value::Object(_) => true,
            _ => false,
        };
        if !needs {
            return None;
        }
        self.expanded += usize::from(nesting > 0);
        if self.expanded > MAX_EXPANSION {
            return Some(failed(item));
        }
        at.path.push(segment.clone());
        path.push(segment);
        let located = Located { value: item.clone(), at: at.clone() };
        let value =
            if self.is_deferred(path) { self.deferred(located) } else { self.deep(located, path, nesting) };
        at.path.pop();
        path.pop();
        (value != *item).then_some(value)
    }

    /// Parameters of stages that are not selected stay as they are written, unless something refers to them.
    fn is_deferred(&self, path: &Path) -> bool {
        let [Segment::Key(params), Segment::Key(stage), _] = path.segments() else { return false };
        let known = !self.out.stage.contains("${");
        known && self.deferring && params == "params" && stage != "default" && *stage != self.out.stage
    }

    /// A value that stays as it is: its syntax is read all the same.
    fn deferred(&mut self, located: Located) -> Value {
        let Located { value, mut at } = located;
        self.check_syntax(&value, &mut at);
        value
    }

    /// The configuration with what has been resolved of deferred parameters, as something referred to them.
    fn with_params(&mut self, config: Value) -> Value {
        let Some(params) = config.get("params").cloned() else { return config };
        self.deferring = false;
        let mut path = Path::from(["params"]);
        let params = self.resolved_before(params, &mut path);
        match config {
            Value::Object(mut object) => {
                std::sync::Arc::make_mut(&mut object).insert("params", params);
                Value::Object(object)
            }
            other => other,
        }
    }

    fn resolved_before(&mut self, value: Value, path: &mut Path) -> Value {
        match &value {
            Value::String(text) if syntax::may_hold_variable(text) => match self.done.get(path) {
                Some(done) => {
                    let located = done.located.clone();
                    self.deep(located, path, 1)
                }
                None => value,
            },
            Value::Array(items) => Value::from(
                items
                    .iter()
                    .enumerate()
                    .map(|(index, it)| self.below(it, Segment::from(index), path))
                    .collect::<Vec<_>>(),
            ),
            Value::Object(object) => {
                let entries =
                    object.iter().map(|(key, it)| (key.clone(), self.below(it, Segment::from(key), path)));
                Value::from(entries.collect::<Object>())
            }
            _ => value,
        }
    }

    fn below(&mut self, value: &Value, segment: Segment, path: &mut Path) -> Value {
        path.push(segment);
        let value = self.resolved_before(value.clone(), path);
        path.pop();
        value
    }
}

/// The keys of a dotted address.
fn keys(address: &str) -> Vec<&str> {
    address.split('.').filter(|_| !address.is_empty()).collect()
}

/// What `value` has at `key`, as JavaScript has it: texts and lists have a `length`, and their parts numbers.
fn child(value: &Value, key: &str) -> Option<(Segment, Value)> {
    // `01` and `+1` are no numbers of items.
    let index = key.parse::<u32>().ok().filter(|it| it.to_string() == key);
    match (value, index) {
        (Value::Object(object), _) => object.get(key).map(|it| (Segment::from(key), it.clone())),
        (Value::Array(items), Some(index)) => {
            items.get(index as usize).map(|it| (Segment::Index(index), it.clone()))
        }
        (Value::Array(items), None) if key == "length" => {
            Some((Segment::from(key), Value::from(items.len() as f64)))
        }
        (Value::String(text), Some(index)) => {
            let unit = text.encode_utf16().nth(index as usize)?;
            Some((Segment::Index(index), Value::from(String::from_utf16_lossy(&[unit]))))
        }
        (Value::String(text), None) if key == "length" => {
            Some((Segment::from(key), Value::from(text.encode_utf16().count() as f64)))
        }
        _ => None,
    }
}
