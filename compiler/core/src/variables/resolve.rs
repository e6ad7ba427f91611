//! Resolving: every text of the configuration with its variables replaced.
//!
//! A value is resolved where it stands, and once: a variable that refers to another value waits for it, values that
//! wait for each other are a cycle, and what a file brings is resolved as if it stood in the configuration.

pub mod ask;
mod environment;

use ecow::{EcoString, eco_format};
use rustc_hash::FxHashMap;

use super::remote::Request;
use super::sources::{self, Answer, Question};
use super::syntax::{self, Call, Operand, Piece, Source, Variable};
use super::{Graft, Host, Input, Resolved, Written};
use crate::db::{File, Options};
use crate::diagnostic::{Diagnostic, Part, Place, nearest};
use crate::path::{Path, Segment};
use crate::rules;
use crate::value::{Object, Unknown, Value};

/// How often a resolved value may hold variables again, as in the framework.
const MAX_NESTING: usize = 10;
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

/// The work in progress.
pub struct Resolver<'a> {
    pub(super) input: &'a Input<'a>,
    root: Value,
    env: FxHashMap<EcoString, EcoString>,
    /// Environment variables that were asked for and are not set.
    absent: Vec<EcoString>,
    /// Texts that have been resolved, by their paths in the configuration.
    done: FxHashMap<Path, Located>,
    /// Texts that are being resolved, the innermost last.
    waiting: Vec<(Path, Place)>,
    /// Where the values come from that are being copied, the innermost last.
    copying: Vec<Written>,
    /// How many values variables have brought.
    expanded: usize,
    stage: Option<EcoString>,
    plugins: bool,
    out: Resolved,
}

/// Resolves the configuration.
pub fn resolve(input: &Input<'_>) -> Resolved {
    let mut resolver = Resolver::new(input);
    let located = Located { value: resolver.root.clone(), at: resolver.config_root() };
    let mut path = Path::root();
    let value = resolver.deep(located, &mut path, 0);
    resolver.out.value = value;
    resolver.out.dotenv = resolver.env.into_iter().collect();
    resolver.out
}

impl<'a> Resolver<'a> {
    /// Has the stage and the environment, and nothing else yet.
    fn new(input: &'a Input<'a>) -> Resolver<'a> {
        let root = input.modern.value.clone();
        let plugins = root.get("plugins").is_some_and(Value::is_truthy);
        let mut resolver = Resolver {
            input,
            root,
            env: FxHashMap::default(),
            absent: Vec::new(),
            done: FxHashMap::default(),
            waiting: Vec::new(),
            copying: vec![Written { file: input.config, path: Path::root() }],
            expanded: 0,
            stage: None,
            plugins,
            out: Resolved { files: vec![input.config], ..Resolved::default() },
        };
        resolver.out.files.extend(input.modern.variables.as_ref().map(|it| it.file));
        for (path, written) in &input.modern.origins {
            let written = Written { file: input.config, path: written.clone() };
            let graft = Graft { used: written.clone(), written: Some(written), moved: true };
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

    fn config_root(&self) -> Written {
        Written { file: self.input.config, path: Path::root() }
    }

    /// The value of the configuration at a dotted address.
    pub fn config_value(&mut self, address: &str) -> Answer {
        let root = Located { value: self.root.clone(), at: self.config_root() };
        self.walk(root, &keys(address), Some(Path::root()), "this configuration")
    }

    /// The value of the configuration at these keys, in which a dot is a dot.
    pub fn config_at(&mut self, keys: &[&str]) -> Answer {
        let root = Located { value: self.root.clone(), at: self.config_root() };
        self.walk(root, keys, Some(Path::root()), "this configuration")
    }

    /// The value below `from` at a dotted address; `from` is not a part of the configuration itself.
    pub fn descend(&mut self, from: Located, address: &str, whole: &str) -> Answer {
        self.walk(from, &keys(address), None, whole)
    }

    /// Follows `keys` from `from`. In the configuration itself, `path` says where we are, so that texts on the
    /// way are resolved once and cycles are seen.
    fn walk(&mut self, from: Located, keys: &[&str], mut path: Option<Path>, whole: &str) -> Answer {
        let mut at = from;
        for key in keys.iter().copied() {
            at = match self.shallow(at, path.as_ref()) {
                Some(it) => it,
                None => return Answer::Failed,
            };
            if let Value::Unknown(unknown) = &at.value {
                return Answer::Unknown((**unknown).clone());
            }
            let segment = match (&at.value, key.parse::<u32>()) {
                (Value::Array(_), Ok(index)) => Segment::Index(index),
                _ => Segment::from(key),
            };
            let child = match (&at.value, &segment) {
                (Value::Object(object), _) => object.get(key).cloned(),
                (Value::Array(items), Segment::Index(index)) => items.get(*index as usize).cloned(),
                _ => None,
            };
            let Some(child) = child.filter(|it| !it.is_null()) else {
                return missing_key(&at.value, key, &keys.join("."), whole);
            };
            at = Located {
                value: child,
                at: Written { file: at.at.file, path: at.at.path.join(segment.clone()) },
            };
            path = path.map(|it| it.join(segment));
        }
        match path {
            // Inside the configuration everything below is resolved where it stands.
            Some(mut path) => {
                let Some(located) = self.shallow(at, Some(&path)) else { return Answer::Failed };
                let written = located.at.clone();
                if keys.is_empty() {
                    return Answer::Value(located.value, Some(written));
                }
                match self.deep(located, &mut path, 0) {
                    Value::Unknown(unknown) => Answer::Unknown((*unknown).clone()),
                    Value::Null => {
                        let address = keys.join(".");
                        missing_key(&Value::Null, &address, &address, whole)
                    }
                    value => Answer::Value(value, Some(written)),
                }
            }
            None => Answer::Value(at.value, Some(at.at)),
        }
    }

    /// Resolves a text until it is none of variables any more. `None` if it waits for itself, which is reported.
    fn shallow(&mut self, located: Located, path: Option<&Path>) -> Option<Located> {
        let Value::String(text) = &located.value else { return Some(located) };
        if !self.may_hold_variable(text) {
            return Some(located);
        }
        let Some(path) = path else { return Some(self.expand_at(None, located.clone(), text)) };
        if let Some(done) = self.done.get(path) {
            return Some(done.clone());
        }
        if let Some(start) = self.waiting.iter().position(|(it, _)| it == path) {
            self.report_cycle(start);
            return None;
        }
        let used = self.in_file(&located.at);
        let place =
            Place::Written { file: used.file, path: used.path.clone(), part: Part::Value, within: None };
        self.waiting.push((path.clone(), place));
        let resolved = self.expand_at(Some(path), located.clone(), text);
        self.waiting.pop();
        let written = (resolved.at != located.at).then(|| self.in_file(&resolved.at));
        self.out.grafts.insert(path.clone(), Graft { used, written, moved: false });
        self.done.insert(path.clone(), resolved.clone());
        Some(resolved)
    }

    fn report_cycle(&mut self, start: usize) {
        let cycle: Vec<(Path, Place)> = self.waiting.iter().skip(start).cloned().collect();
        let Some((first, place)) = cycle.first() else { return };
        let mut steps: Vec<String> = cycle.iter().map(|(path, _)| format!("`{path}`")).collect();
        steps.push(format!("`{first}`"));
        let message = match cycle.len() {
            1 => eco_format!("`{first}` refers to itself"),
            _ => eco_format!("these values refer to each other: {}", steps.join(" -> ")),
        };
        let mut diagnostic = Diagnostic::new(&rules::VARIABLE_CYCLE, place.clone(), message)
            .help("write one of them out, so that the circle is open");
        for (path, place) in cycle.iter().skip(1) {
            diagnostic = diagnostic.related(place.clone(), eco_format!("`{path}` is on the way"));
        }
        if !self.out.diagnostics.iter().any(|it| {
            it.rule == diagnostic.rule && steps.iter().all(|step| it.message.contains(step.as_str()))
        }) {
            self.out.diagnostics.push(diagnostic);
        }
    }

    /// Resolves everything below a value. `path` is where the value stands in the configuration.
    fn deep(&mut self, located: Located, path: &mut Path, nesting: usize) -> Value {
        match &located.value {
            Value::String(text) if self.may_hold_variable(text) => {
                let before = located.value.clone();
                let at = located.at.clone();
                match self.shallow(located, Some(path)) {
                    None => failed(&before),
                    Some(resolved) if matches!(resolved.value, Value::String(_)) => resolved.value,
                    Some(resolved) if self.is_final(&resolved.at) => resolved.value,
                    Some(resolved) if nesting < MAX_NESTING && self.may_copy(&resolved, &at) => {
                        self.copying.push(resolved.at.clone());
                        let value = self.deep(resolved, path, nesting + 1);
                        self.copying.pop();
                        value
                    }
                    Some(resolved) => failed(&resolved.value),
                }
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
                    let deferred = self.is_deferred(path, key);
                    let value = if deferred {
                        None
                    } else {
                        self.child(item, Segment::from(key), &mut at, path, nesting)
                    };
                    changed |= value.is_some();
                    resolved.insert(key.clone(), value.unwrap_or_else(|| item.clone()));
                }
                if changed { Value::from(resolved) } else { located.value }
            }
            _ => located.value,
        }
    }

    /// Whether a value may be copied to where a variable asks for it: not into itself, and not without end.
    fn may_copy(&mut self, value: &Located, at: &Written) -> bool {
        let holder = matches!(value.value, Value::Object(_) | Value::Array(_));
        let holds_itself = holder && self.copying.contains(&value.at);
        let message = if holds_itself {
            "this variable stands inside the value that it refers to".into()
        } else if self.expanded >= MAX_EXPANSION {
            eco_format!("the variables of this service bring more than {MAX_EXPANSION} values")
        } else {
            return true;
        };
        let at = self.in_file(at);
        let place = Place::Written { file: at.file, path: at.path, part: Part::Value, within: None };
        let told = |it: &Diagnostic| it.message == message && (it.at == place || !holds_itself);
        if !self.out.diagnostics.iter().any(told) {
            let help = "refer to the values below it that are needed";
            self.out.diagnostics.push(Diagnostic::new(&rules::VARIABLE_CYCLE, place, message).help(help));
        }
        false
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
        let value = self.deep(Located { value: item.clone(), at: at.clone() }, path, nesting);
        at.path.pop();
        path.pop();
        (value != *item).then_some(value)
    }

    /// Parameters of stages that are not selected stay as they are written.
    fn is_deferred(&self, path: &Path, key: &str) -> bool {
        path.segments() == [Segment::from("params")] && key != "default" && key != self.out.stage
    }

    /// Resolves a text. The result may be a value with variables inside, never a text with variables.
    pub(super) fn expand(&mut self, located: Located, text: &EcoString, nesting: usize) -> Located {
        let pieces = match syntax::parse(text) {
            Ok(Some(pieces)) => pieces,
            Ok(None) => return located,
            Err(error) => {
                let at = self.within(&located.at, error.range);
                self.out
                    .diagnostics
                    .push(Diagnostic::new(&rules::VARIABLE_SYNTAX, at, error.message).help(error.help));
                return Located { value: failed(&located.value), at: located.at };
            }
        };
        if nesting >= MAX_NESTING {
            let at = self.within(&located.at, 0..text.len());
            let message = eco_format!("variables lead to variables more than {MAX_NESTING} times here");
            self.out
                .diagnostics
                .push(Diagnostic::new(&rules::VARIABLE_CYCLE, at, message).help("write the value out"));
            return Located { value: failed(&located.value), at: located.at };
        }
        if let [Piece::Variable(variable)] = pieces.as_slice() {
            let (value, written) = self.variable(variable, &located.at);
            let result = Located { value, at: written.unwrap_or_else(|| located.at.clone()) };
            return match &result.value {
                Value::String(text) if syntax::may_hold_variable(text) => {
                    self.expand(result.clone(), &text.clone(), nesting + 1)
                }
                _ => result,
            };
        }
        let mut whole = EcoString::new();
        let mut unknown: Option<Unknown> = None;
        for piece in &pieces {
            match piece {
                Piece::Text(it) => whole.push_str(it),
                Piece::Variable(variable) => match self.piece(variable, &located.at, nesting) {
                    Value::Unknown(it) => unknown = Some(merge_unknown(unknown, &it, text)),
                    value => whole.push_str(&value.to_js_string()),
                },
            }
        }
        let value = unknown.map_or(Value::String(whole), |it| Value::Unknown(it.into()));
        Located { value, at: located.at }
    }

    /// A variable inside a longer text: its value must be one that can stand in a text.
    fn piece(&mut self, variable: &Variable, at: &Written, nesting: usize) -> Value {
        let (value, written) = self.variable(variable, at);
        let value = match &value {
            Value::String(text) if syntax::may_hold_variable(text) => {
                let located = Located { value: value.clone(), at: written.unwrap_or_else(|| at.clone()) };
                self.expand(located, text, nesting + 1).value
            }
            _ => value,
        };
        if matches!(value, Value::Object(_)) {
            let place = self.within(at, variable.range.clone());
            self.out.diagnostics.push(
                Diagnostic::new(
                    &rules::VARIABLE_TYPE,
                    place,
                    "this variable is a mapping, which cannot stand inside a text",
                )
                .help("refer to one of its values, or let the variable stand alone"),
            );
            return failed(&value);
        }
        value
    }

    pub(super) fn within(&self, at: &Written, range: std::ops::Range<usize>) -> Place {
        let at = self.in_file(at);
        Place::Written { file: at.file, path: at.path, part: Part::Value, within: Some(range) }
    }

    /// Asks the sources of a variable in turn.
    fn variable(&mut self, variable: &Variable, at: &Written) -> (Value, Option<Written>) {
        let mut last_miss = None;
        for source in &variable.sources {
            let call = match source {
                Source::Literal(value) => return (value.clone(), None),
                Source::Call(call) => call,
            };
            match self.ask(call, at) {
                Answer::Value(Value::Null, _) => {}
                Answer::Value(value, written) => return (value, written),
                Answer::Missing { message, help } => last_miss = Some((call, message, help)),
                Answer::Unknown(unknown) => return (Value::Unknown(unknown.into()), None),
                Answer::Failed => return (failed_variable(variable), None),
                Answer::Refused { message, help } => {
                    let place = self.within(at, call.range.clone());
                    self.out
                        .diagnostics
                        .push(Diagnostic::new(&rules::UNRESOLVED_VARIABLE, place, message).help(help));
                    return (failed_variable(variable), None);
                }
            }
        }
        if let Some((call, message, help)) = last_miss {
            let place = self.within(at, call.range.clone());
            let mut diagnostic = Diagnostic::new(&rules::UNRESOLVED_VARIABLE, place, message);
            diagnostic.help = help;
            self.out.diagnostics.push(diagnostic);
        } else {
            let place = self.within(at, variable.range.clone());
            self.out.diagnostics.push(
                Diagnostic::new(&rules::UNRESOLVED_VARIABLE, place, "this variable has no value")
                    .help("add a fallback behind a comma"),
            );
        }
        (failed_variable(variable), None)
    }

    fn ask(&mut self, call: &Call, at: &Written) -> Answer {
        let source = sources::find(&call.name).map(|it| it.ask);
        let plugin = self.plugins.then_some(sources::custom::plugin as sources::Ask);
        let Some(ask) = source.or(plugin) else { return unknown_source(call) };
        let mut params = Vec::new();
        for param in call.params.iter().flatten() {
            match param.as_ref().map(|it| self.operand(it, at)) {
                Some(Value::Unknown(unknown)) => return Answer::Unknown((*unknown).clone()),
                Some(value) => params.push(value),
                None => params.push(Value::Null),
            }
        }
        let address = call.address.as_ref().map(|it| self.operand(it, at));
        if let Some(Value::Unknown(unknown)) = address {
            return Answer::Unknown((*unknown).clone());
        }
        if matches!(address, Some(Value::Object(_) | Value::Array(_))) {
            return Answer::refused(
                eco_format!("the address of `{}` is not a text", call.name),
                "refer to a text or a number",
            );
        }
        ask(&Question { call, params, address }, self)
    }

    fn operand(&mut self, operand: &Operand, at: &Written) -> Value {
        match operand {
            Operand::Literal(value) => value.clone(),
            Operand::Template(pieces) => match pieces.as_slice() {
                [Piece::Variable(variable)] => {
                    let (value, written) = self.variable(variable, at);
                    match &value {
                        Value::String(text) if syntax::may_hold_variable(text) => {
                            let located =
                                Located { value: value.clone(), at: written.unwrap_or_else(|| at.clone()) };
                            self.expand(located, text, 1).value
                        }
                        _ => value,
                    }
                }
                pieces => {
                    let mut whole = EcoString::new();
                    for piece in pieces {
                        match piece {
                            Piece::Text(it) => whole.push_str(it),
                            Piece::Variable(variable) => match self.piece(variable, at, 1) {
                                unknown @ Value::Unknown(_) => return unknown,
                                value => whole.push_str(&value.to_js_string()),
                            },
                        }
                    }
                    Value::String(whole)
                }
            },
        }
    }
}

fn unknown_source(call: &Call) -> Answer {
    let near = nearest(&call.name, sources::SOURCES.iter().map(|it| it.name));
    Answer::Refused {
        message: eco_format!("no variable source is called `{}`", call.name),
        help: match near {
            Some(near) => eco_format!("did you mean `{near}`?"),
            None => "write a known source, or name the plugin that brings it under `plugins`".into(),
        },
    }
}

/// The keys of a dotted address.
fn keys(address: &str) -> Vec<&str> {
    address.split('.').filter(|_| !address.is_empty()).collect()
}

fn missing_key(parent: &Value, key: &str, address: &str, whole: &str) -> Answer {
    let keys: Vec<&str> =
        parent.as_object().map(|it| it.keys().map(EcoString::as_str).collect()).unwrap_or_default();
    let help = match nearest(key, keys.iter().copied()) {
        Some(near) => eco_format!("did you mean `{near}`?"),
        None if keys.is_empty() => "add the value, or a fallback behind a comma".into(),
        None => eco_format!(
            "there is: {}",
            keys.iter().take(12).map(|it| format!("`{it}`")).collect::<Vec<_>>().join(", ")
        ),
    };
    let message = if key == address {
        eco_format!("{whole} has no `{address}`")
    } else {
        eco_format!("{whole} has no `{address}`: `{key}` is missing")
    };
    Answer::Missing { message, help: Some(help) }
}

/// The value in the place of one that has failed: nobody is to report it again.
pub(super) fn failed(value: &Value) -> Value {
    let text = if let Value::String(text) = value { text.clone() } else { EcoString::new() };
    Value::Unknown(Unknown { text, reason: "it could not be resolved".into(), reported: true }.into())
}

fn failed_variable(variable: &Variable) -> Value {
    let _ = variable;
    failed(&Value::Null)
}

fn merge_unknown(earlier: Option<Unknown>, later: &Unknown, text: &EcoString) -> Unknown {
    let reported = earlier.as_ref().is_some_and(|it| it.reported) || later.reported;
    let reason = earlier.map_or_else(|| later.reason.clone(), |it| it.reason);
    Unknown { text: text.clone(), reason, reported }
}
