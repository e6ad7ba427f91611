//! States: their fields, and where they lead.

use ecow::{EcoString, eco_format};

use super::source::Source;
use super::{choice, fields, payload, task};
use crate::diagnostic::{Diagnostic, Place, nearest};
use crate::path::Path;
use crate::rules;
use crate::shape::cfn::is_intrinsic;
use crate::value::{Object, Value};

/// The language in which a state queries data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// JSONPath.
    Path,
    /// JSONata.
    Jsonata,
    /// One of the two; which is only known later.
    Either,
}

impl Language {
    /// What a machine or a state says, or else `above`.
    fn of(value: Option<&Value>, above: Language) -> Language {
        match value {
            None => above,
            Some(Value::String(text)) if text == "JSONata" => Language::Jsonata,
            Some(Value::String(text)) if text == "JSONPath" => Language::Path,
            Some(_) => Language::Either,
        }
    }
}

/// What reads a definition.
pub struct Reader<'r> {
    /// The definition.
    pub source: &'r Source,
    /// What was found.
    pub found: &'r mut Vec<Diagnostic>,
}

/// The text of a value that is known.
pub fn known_text(value: &Value) -> Option<&str> {
    value.as_str().filter(|it| !it.contains("${") && !it.contains("{{") && !it.contains("#{"))
}

/// Whether the keys of a mapping are what is written: no function makes some of them.
pub fn is_closed(object: &Object) -> bool {
    !is_intrinsic(object) && !object.keys().any(|it| it.starts_with("Fn::") || it.contains("${"))
}

impl Reader<'_> {
    /// Adds a finding.
    pub fn wrong(&mut self, at: Place, message: EcoString, help: impl Into<EcoString>) {
        self.found.push(
            Diagnostic::new(&rules::STATE_MACHINE, at, message)
                .why("Step Functions refuses the definition")
                .help(help),
        );
    }

    /// Adds a finding of what is spelt otherwise.
    pub fn misspelt(&mut self, at: Place, message: EcoString, near: Option<&str>, help: &str) {
        let diagnostic = Diagnostic::new(&rules::STATE_MACHINE, at.clone(), message)
            .why("Step Functions refuses the definition");
        self.found.push(diagnostic.meant("replace with", at, near, help));
    }

    /// Reads a machine, or one within a state, at `path` of the definition.
    pub fn machine(&mut self, machine: &Object, path: &Path, language: Language, is_top: bool) {
        if !is_closed(machine) {
            return;
        }
        let known = if is_top { fields::OF_MACHINE } else { fields::OF_BRANCH };
        let mut meant: Vec<&str> = Vec::new();
        for key in machine.keys().filter(|it| !known.contains(&it.as_str())) {
            if let Some(near) = nearest(key, known.iter().copied().filter(|it| !machine.contains_key(it))) {
                meant.push(near);
                let message = eco_format!("a state machine has no field `{key}`");
                self.misspelt(self.source.at_key(&path.join(key)), message, Some(near), "");
            }
        }
        if let Some(text) = machine.get("QueryLanguage").and_then(known_text)
            && !matches!(text, "JSONata" | "JSONPath")
        {
            let message = eco_format!("there is no query language `{text}`");
            let near = nearest(text, ["JSONata", "JSONPath"]);
            let at = self.source.at_value(&path.join("QueryLanguage"));
            self.misspelt(at, message, near, "write `JSONata` or `JSONPath`");
        }
        let language = Language::of(machine.get("QueryLanguage"), language);
        if !machine.contains_key("StartAt") && !meant.contains(&"StartAt") {
            let message = EcoString::from("the definition has no `StartAt`");
            self.wrong(self.source.at_key(path), message, "name the state that comes first");
        }
        let states = match machine.get("States") {
            Some(Value::Object(states)) if is_closed(states) => states,
            Some(_) => return,
            None => {
                if !meant.contains(&"States") {
                    let message = EcoString::from("the definition has no `States`");
                    self.wrong(self.source.at_key(path), message, "add the states");
                }
                return;
            }
        };
        let before = self.found.len();
        let mut ways: Vec<(Path, EcoString)> = Vec::new();
        let mut is_certain = true;
        let path = path.join("States");
        for (name, state) in states.iter() {
            match state {
                Value::Object(state) if is_closed(state) => {
                    self.state(name, state, &path.join(name), language, &mut ways);
                }
                _ => is_certain = false,
            }
        }
        let start = machine.get("StartAt").map(|it| (path.parent().join("StartAt"), it));
        self.transitions(states, start, &path, &ways);
        // What a mistake cuts off is none of its own.
        if is_certain && self.found.len() == before {
            let start = machine.get("StartAt").and_then(known_text);
            self.reachable(states, start, &path, &ways);
        }
    }

    /// Each transition leads to a state of the same machine.
    fn transitions(
        &mut self,
        states: &Object,
        start: Option<(Path, &Value)>,
        path: &Path,
        ways: &[(Path, EcoString)],
    ) {
        let start = start.and_then(|(path, it)| Some((path, EcoString::from(known_text(it)?))));
        for (at, target) in start.iter().chain(ways) {
            if states.contains_key(target) || target.contains("${") {
                continue;
            }
            let message = eco_format!("there is no state `{target}`");
            // A state cannot be near itself.
            let own = at.segments().get(path.segments().len()).map(ToString::to_string);
            let names = states.keys().map(EcoString::as_str).filter(|it| Some(*it) != own.as_deref());
            let near = nearest(target, names);
            self.misspelt(self.source.at_value(at), message, near, "name a state of the same `States`");
        }
    }

    /// Finds states that nothing leads to.
    fn reachable(&mut self, states: &Object, start: Option<&str>, path: &Path, ways: &[(Path, EcoString)]) {
        let Some(start) = start else { return };
        if ways.iter().any(|it| it.1.contains("${")) {
            return;
        }
        let depth = path.segments().len();
        let mut seen: Vec<EcoString> = vec![start.into()];
        let mut next = 0;
        while let Some(name) = seen.get(next).cloned() {
            next += 1;
            for (at, target) in ways {
                let is_from = at.segments().get(depth).is_some_and(|it| it.to_string() == name.as_str());
                if is_from && !seen.contains(target) {
                    seen.push(target.clone());
                }
            }
        }
        for name in states.keys().filter(|it| !seen.contains(it)) {
            let message = eco_format!("nothing leads to the state `{name}`");
            let diagnostic =
                Diagnostic::new(&rules::STATE_MACHINE, self.source.at_key(&path.join(name)), message)
                    .why("it is neither `StartAt` nor the `Next` of another state that is reached")
                    .help("let a state lead to it, or remove it")
                    .warning();
            self.found.push(diagnostic);
        }
    }

    fn state(
        &mut self,
        name: &str,
        state: &Object,
        path: &Path,
        language: Language,
        ways: &mut Vec<(Path, EcoString)>,
    ) {
        if name.chars().count() > 80 {
            let message = EcoString::from("the name of a state has more than 80 characters");
            self.wrong(self.source.at_key(path), message, "shorten it");
        }
        let language = Language::of(state.get("QueryLanguage"), language);
        let Some(kind) = state.get("Type") else {
            let help =
                "write one of `Task`, `Pass`, `Choice`, `Wait`, `Parallel`, `Map`, `Succeed` and `Fail`";
            match nearest("Type", state.keys().map(EcoString::as_str)) {
                Some(key) => {
                    let message = eco_format!("a state has no field `{key}`");
                    self.misspelt(self.source.at_key(&path.join(key)), message, Some("Type"), help);
                }
                None => {
                    let message = eco_format!("the state `{name}` has no `Type`");
                    self.wrong(self.source.at_key(path), message, help);
                }
            }
            return;
        };
        let Some(kind) = known_text(kind) else { return };
        if !fields::TYPES.contains(&kind) {
            let message = eco_format!("there is no type `{kind}` of states");
            let near = nearest(kind, fields::TYPES);
            let help =
                "write one of `Task`, `Pass`, `Choice`, `Wait`, `Parallel`, `Map`, `Succeed` and `Fail`";
            self.misspelt(self.source.at_value(&path.join("Type")), message, near, help);
            // Where it leads is known all the same.
            self.ways(state, path, ways);
            return;
        }
        let misspelt = self.fields(kind, state, path, language);
        self.end(name, kind, state, path, &misspelt);
        self.required(name, kind, state, path, &misspelt);
        self.numbers(state, path);
        if language == Language::Path {
            self.paths(state, path);
        }
        if kind == "Choice" {
            choice::check(self, state, path, language);
        }
        if let Some(resource) = state.get("Resource").filter(|_| kind == "Task") {
            task::resource(self, resource, &path.join("Resource"));
        }
        payload::check(self, state, path, language);
        self.errors(state, path);
        self.ways(state, path, ways);
        self.inner(kind, state, path, language);
    }

    /// Where a state leads.
    fn ways(&mut self, state: &Object, path: &Path, ways: &mut Vec<(Path, EcoString)>) {
        for key in ["Next", "Default"] {
            ways.extend(state.get(key).and_then(Value::as_str).map(|it| (path.join(key), it.into())));
        }
        for key in ["Choices", "Catch"] {
            let rules = state.get(key).and_then(Value::as_array).unwrap_or_default();
            for (index, rule) in rules.iter().enumerate() {
                let path = path.join(key).join(index).join("Next");
                ways.extend(rule.get("Next").and_then(Value::as_str).map(|it| (path, it.into())));
            }
        }
    }

    /// Finds fields that a state does not take; gives those that were meant.
    fn fields(&mut self, kind: &str, state: &Object, path: &Path, language: Language) -> Vec<&'static str> {
        let taken = fields::taken(kind, language);
        let mut meant = Vec::new();
        for key in state.keys().filter(|it| !taken.contains(&it.as_str())) {
            let at = self.source.at_key(&path.join(key));
            let near = nearest(key, taken.iter().copied().filter(|it| !state.contains_key(it)));
            let other = fields::taken(kind, Language::Either);
            let takers = fields::takers(key);
            if other.contains(&key.as_str()) {
                let (own, its) = match language {
                    Language::Path => ("JSONPath", "JSONata"),
                    _ => ("JSONata", "JSONPath"),
                };
                let message = eco_format!("`{key}` is a field of {its}, and the state speaks {own}");
                let help = if own == "JSONPath" {
                    "write `QueryLanguage: JSONata`, or use `Parameters`, `ResultPath` and the other fields of JSONPath"
                } else {
                    "use `Arguments`, `Output` and `Assign`"
                };
                self.wrong(at, message, help);
            } else if takers.is_empty() || near.is_some_and(|it| it.eq_ignore_ascii_case(key)) {
                meant.extend(near);
                let message = eco_format!("a state of the type `{kind}` has no field `{key}`");
                self.misspelt(at, message, near, "remove it");
            } else {
                let takers: Vec<String> = takers.iter().map(|it| format!("`{it}`")).collect();
                let message = eco_format!("a state of the type `{kind}` takes no `{key}`");
                let help = eco_format!("remove it; {} takes it", takers.join(", "));
                self.wrong(at, message, help);
            }
        }
        meant
    }

    /// A state goes on, or ends.
    fn end(&mut self, name: &str, kind: &str, state: &Object, path: &Path, meant: &[&str]) {
        if matches!(kind, "Choice" | "Succeed" | "Fail") {
            return;
        }
        let next = state.get("Next").is_some_and(|it| !it.is_null());
        let end = state.get("End");
        let ends = end.is_some_and(|it| *it != Value::Bool(false) && !it.is_null());
        if next && ends {
            let message = eco_format!("the state `{name}` has both `Next` and `End`");
            let at = self.source.at_key(&path.join("End"));
            self.wrong(at, message, "remove one of the two");
        } else if !next && !ends && !meant.contains(&"Next") && !meant.contains(&"End") {
            let message = eco_format!("the state `{name}` has neither `Next` nor `End`");
            self.wrong(
                self.source.at_key(path),
                message,
                "name the state that follows, or write `End: true`",
            );
        }
    }

    /// Fields that must be there.
    fn required(&mut self, name: &str, kind: &str, state: &Object, path: &Path, meant: &[&str]) {
        let sets: &[&[&str]] = match kind {
            "Task" => &[&["Resource"]],
            "Choice" => &[&["Choices"]],
            "Parallel" => &[&["Branches"]],
            "Map" => &[&["ItemProcessor", "Iterator"]],
            "Wait" => &[&["Seconds", "SecondsPath", "Timestamp", "TimestampPath"]],
            _ => &[],
        };
        for set in sets {
            let given: Vec<&&str> = set.iter().filter(|it| state.contains_key(it)).collect();
            if given.is_empty() && !set.iter().any(|it| meant.contains(it)) {
                let shown: Vec<String> = set.iter().map(|it| format!("`{it}`")).collect();
                let message = match set {
                    [one] => eco_format!("the state `{name}` has no `{one}`"),
                    _ => eco_format!("the state `{name}` has none of {}", shown.join(", ")),
                };
                self.wrong(self.source.at_key(path), message, eco_format!("add {}", shown.join(" or ")));
            }
            if let [first, .., last] = given.as_slice() {
                let message = eco_format!("`{first}` and `{last}` exclude each other");
                self.wrong(self.source.at_key(&path.join(**last)), message, "keep one of them");
            }
        }
    }

    /// Numbers in their limits.
    fn numbers(&mut self, state: &Object, path: &Path) {
        const LIMITS: [(&str, f64, f64); 5] = [
            ("HeartbeatSeconds", 1.0, 99_999_999.0),
            ("MaxConcurrency", 0.0, f64::INFINITY),
            ("Seconds", 0.0, 99_999_999.0),
            ("TimeoutSeconds", 1.0, 99_999_999.0),
            ("ToleratedFailurePercentage", 0.0, 100.0),
        ];
        self.limits(state, path, &LIMITS);
        let number = |key: &str| state.get(key).and_then(Value::as_number);
        if let (Some(beat), Some(timeout)) = (number("HeartbeatSeconds"), number("TimeoutSeconds"))
            && beat >= timeout
            && timeout >= 1.0
        {
            let message = EcoString::from("`HeartbeatSeconds` is not less than `TimeoutSeconds`");
            self.wrong(self.source.at_value(&path.join("HeartbeatSeconds")), message, "make it less");
        }
    }

    fn limits(&mut self, object: &Object, path: &Path, limits: &[(&str, f64, f64)]) {
        for (key, least, most) in limits {
            let Some(number) = object.get(key).and_then(Value::as_number) else { continue };
            if number < *least || number > *most {
                let message = eco_format!("`{key}` is {}", crate::value::number_to_string(number));
                let shown = |it: f64| crate::value::number_to_string(it);
                let help = if most.is_finite() {
                    eco_format!("write a number from {} to {}", shown(*least), shown(*most))
                } else {
                    eco_format!("write {} or more", shown(*least))
                };
                self.wrong(self.source.at_value(&path.join(*key)), message, help);
            }
        }
    }

    /// Paths begin with `$`.
    fn paths(&mut self, state: &Object, path: &Path) {
        let is_path = |text: &str| text.starts_with('$') || text.starts_with("States.");
        for (key, value) in state.iter().filter(|(key, _)| key.ends_with("Path")) {
            if let Some(text) = known_text(value).filter(|it| !is_path(it)) {
                let message = eco_format!("`{text}` is no path");
                let at = self.source.at_value(&path.join(key));
                self.wrong(at, message, eco_format!("a path begins with `$`: `$.{text}`"));
            }
        }
        for field in ["Parameters", "ResultSelector", "ItemSelector", "Assign"] {
            let Some(value) = state.get(field) else { continue };
            let mut wrong: Vec<(Path, EcoString)> = Vec::new();
            value.visit(&mut path.join(field), &mut |at, value| {
                let is_query = at.last().is_some_and(|it| it.to_string().ends_with(".$"));
                if let Some(text) = known_text(value).filter(|it| is_query && !is_path(it)) {
                    wrong.push((at.clone(), text.into()));
                }
                !value.as_object().is_some_and(is_intrinsic)
            });
            for (at, text) in wrong {
                let message = eco_format!("`{text}` is neither a path nor a function");
                let help =
                    "behind a key with `.$` stands a path such as `$.id`; remove `.$` for the text itself";
                self.wrong(self.source.at_value(&at), message, help);
            }
        }
    }

    /// `Retry` and `Catch`.
    fn errors(&mut self, state: &Object, path: &Path) {
        for (key, taken) in [("Retry", fields::OF_RETRY), ("Catch", fields::OF_CATCH)] {
            let items = state.get(key).and_then(Value::as_array).unwrap_or_default();
            for (index, item) in items.iter().enumerate() {
                let Value::Object(item) = item else { continue };
                if is_closed(item) {
                    let last = index + 1 == items.len();
                    self.error(key, item, taken, &path.join(key).join(index), last);
                }
            }
        }
    }

    fn error(&mut self, of: &str, item: &Object, taken: &[&str], path: &Path, last: bool) {
        let mut meant: Vec<&str> = Vec::new();
        for key in item.keys().filter(|it| !taken.contains(&it.as_str())) {
            let near = nearest(key, taken.iter().copied().filter(|it| !item.contains_key(it)));
            meant.extend(near);
            let message = eco_format!("`{of}` has no field `{key}`");
            self.misspelt(self.source.at_key(&path.join(key)), message, near, "remove it");
        }
        let needed: &[&str] = if of == "Catch" { &["ErrorEquals", "Next"] } else { &["ErrorEquals"] };
        for key in needed.iter().filter(|it| !item.contains_key(it) && !meant.contains(it)) {
            let message = eco_format!("an item of `{of}` has no `{key}`");
            let help = if *key == "Next" {
                "name the state that goes on after the error"
            } else {
                "name the errors: `ErrorEquals: [States.ALL]`"
            };
            self.wrong(self.source.at_value(path), message, help);
        }
        if of == "Retry" {
            const LIMITS: [(&str, f64, f64); 4] = [
                ("BackoffRate", 1.0, f64::INFINITY),
                ("IntervalSeconds", 1.0, 99_999_999.0),
                ("MaxAttempts", 0.0, 99_999_999.0),
                ("MaxDelaySeconds", 1.0, 31_622_400.0),
            ];
            self.limits(item, path, &LIMITS);
        }
        task::errors(self, item.get("ErrorEquals"), &path.join("ErrorEquals"), last);
    }

    /// Machines within a state.
    fn inner(&mut self, kind: &str, state: &Object, path: &Path, language: Language) {
        let branches = state.get("Branches").and_then(Value::as_array).unwrap_or_default();
        for (index, branch) in branches.iter().enumerate().filter(|_| kind == "Parallel") {
            if let Value::Object(branch) = branch {
                self.machine(branch, &path.join("Branches").join(index), language, false);
            }
        }
        for key in ["ItemProcessor", "Iterator"].into_iter().filter(|_| kind == "Map") {
            if let Some(Value::Object(machine)) = state.get(key) {
                self.machine(machine, &path.join(key), language, false);
            }
        }
    }
}
