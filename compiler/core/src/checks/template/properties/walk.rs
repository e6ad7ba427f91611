//! Holds a value against what may be written at its place, and collects what does not fit.
//!
//! What CloudFormation decides later is neither right nor wrong: three answers are possible, and only a certain no is
//! reported. Conditions between properties are first judged in silence.

use ecow::EcoString;

use super::choice::{deciding, excluded_pairs, likeliest};
use super::reference;
use super::value::{self, Known, Presence, known, presence};
use crate::cfn::schema::pattern;
use crate::cfn::schema::{Kinds, Node, Word, format};
use crate::diagnostic::nearest;
use crate::path::{Path, Segment};
use crate::value::{Object, Value};

/// Whether a value fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It does.
    Fits,
    /// It does not.
    Fails,
    /// That is decided later.
    Open,
}

impl Verdict {
    fn and(self, other: Verdict) -> Verdict {
        match (self, other) {
            (Verdict::Fails, _) | (_, Verdict::Fails) => Verdict::Fails,
            (Verdict::Open, _) | (_, Verdict::Open) => Verdict::Open,
            _ => Verdict::Fits,
        }
    }
}

/// What does not fit.
#[derive(Clone, Debug, PartialEq)]
pub enum Problem {
    /// No property has this name; those that there are.
    UnknownProperty(EcoString, Vec<&'static str>),
    /// A property is there that must not be.
    Unwanted(EcoString),
    /// Properties must be there; any one of them does if there are several.
    Missing(Vec<&'static str>),
    /// A property needs others.
    Needs(&'static str, &'static str),
    /// Only one of these may be there.
    OnlyOne(Vec<&'static str>),
    /// A value is of another kind.
    Kind(Kinds, &'static str),
    /// A value is none of these words.
    Word(EcoString, Vec<EcoString>),
    /// A name is none of those that other properties give: the name, the paths of those properties, the names.
    Stranger(EcoString, Vec<&'static str>, Vec<EcoString>),
    /// A value is one that must not be used.
    Refused(EcoString),
    /// A number is out of its limits.
    Range(f64, Option<f64>, Option<f64>),
    /// A number is more than that of another property: the number, the property, and its number.
    More(f64, &'static str, f64),
    /// A number is not so much more than that of another property: the number, the property, its number, how much.
    Less(f64, &'static str, f64, f64),
    /// A number is no multiple of another.
    Multiple(f64, f64),
    /// A string, a list or a mapping is too short or too long: its count, the limits, what is counted.
    Count(usize, Option<usize>, Option<usize>, &'static str),
    /// A string has another form; the form as AWS writes it.
    Form(EcoString, &'static str),
    /// A string does not name what it must name, such as `AWS::IAM::Role.Arn`.
    Name(EcoString, Vec<&'static str>),
    /// A reference gives a name where an ARN belongs; what is referred to.
    NoArn(EcoString),
    /// A key has another form; the form as AWS writes it.
    KeyForm(EcoString),
    /// Two items of a list are the same; which was first.
    Twice(u32),
    /// Two texts are the same that must differ.
    Again(EcoString),
    /// A property has no effect.
    Idle(EcoString),
    /// A property has been replaced by another.
    Old(EcoString, &'static str),
    /// A text is no JSON.
    Json,
    /// What is wrong in words, and what to do.
    Said(EcoString, &'static str),
}

/// What was found at a place.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The place.
    pub path: Path,
    /// What is wrong there.
    pub problem: Problem,
    /// Whether AWS may take it after all.
    pub doubtful: bool,
    /// The properties that decide that it is wrong, where others do.
    pub because: Vec<&'static str>,
    /// What AWS says of it, where that is more than its schema.
    pub note: Option<Note>,
}

/// What AWS says of a finding.
#[derive(Clone, Copy, Debug)]
pub struct Note {
    /// Why, as a sentence; empty if the finding says enough.
    pub why: &'static str,
    /// The page; empty for the page of the property.
    pub page: &'static str,
}

/// A walk through the properties of a resource.
pub struct Walk<'a> {
    /// The resources of the template, which references name.
    resources: Option<&'a Object>,
    /// Where it is.
    pub path: Path,
    /// What it has found.
    pub found: Vec<Finding>,
    silent: bool,
    doubtful: bool,
    because: Vec<&'static str>,
    depth: u32,
}

/// Schemas that refer to themselves are followed as deep as anybody writes.
const DEEPEST: u32 = 100;

impl<'a> Walk<'a> {
    /// A walk that begins at `path`.
    pub fn new(path: Path, resources: Option<&'a Object>) -> Walk<'a> {
        Walk {
            resources,
            path,
            found: Vec::new(),
            silent: false,
            doubtful: false,
            because: Vec::new(),
            depth: 0,
        }
    }

    pub(super) fn fail(&mut self, problem: impl FnOnce() -> Problem) -> Verdict {
        if !self.silent {
            self.found.push(Finding {
                path: self.path.clone(),
                problem: problem(),
                doubtful: self.doubtful,
                because: self.because.clone(),
                note: None,
            });
        }
        Verdict::Fails
    }

    fn below<R>(&mut self, segment: impl Into<Segment>, look: impl FnOnce(&mut Walk<'a>) -> R) -> R {
        self.path.push(segment);
        let result = look(self);
        self.path.pop();
        result
    }

    /// The verdict without reports.
    fn judge(&mut self, node: Node, value: &Value) -> Verdict {
        let was = std::mem::replace(&mut self.silent, true);
        let verdict = self.visit(node, value);
        self.silent = was;
        verdict
    }

    /// What would be reported.
    fn reports(&mut self, node: Node, value: &Value) -> Vec<Finding> {
        let was = (std::mem::take(&mut self.found), std::mem::replace(&mut self.silent, false));
        self.visit(node, value);
        let reports = std::mem::replace(&mut self.found, was.0);
        self.silent = was.1;
        reports
    }

    /// Holds `value` against `node`.
    pub fn visit(&mut self, node: Node, value: &Value) -> Verdict {
        if self.depth >= DEEPEST {
            return Verdict::Open;
        }
        self.depth += 1;
        let verdict = self.visit_known(node, value);
        self.depth -= 1;
        verdict
    }

    fn visit_known(&mut self, node: Node, value: &Value) -> Verdict {
        match known(value) {
            Known::Open => {
                if let Some(problem) = self.referred(node, value) {
                    return self.fail(|| problem);
                }
                Verdict::Open
            }
            Known::Nothing => Verdict::Fits,
            Known::Either(yes, no) => self.below("Fn::If", |walk| {
                let one = walk.below(1usize, |walk| walk.visit(node, yes));
                let other = walk.below(2usize, |walk| walk.visit(node, no));
                if one == other { one } else { Verdict::Open }
            }),
            Known::Value(value) => self.visit_value(node, value),
        }
    }

    /// What is wrong with a reference to a resource.
    fn referred(&self, node: Node, value: &Value) -> Option<Problem> {
        let name = self.path.segments().iter().rev().find_map(|it| match it {
            Segment::Key(key) if key != "Fn::If" => Some(key.as_str()),
            _ => None,
        });
        reference::problem(node, name?, value, self.resources?)
    }

    fn visit_value(&mut self, node: Node, value: &Value) -> Verdict {
        let was = self.doubtful;
        self.doubtful |= node.is_warning();
        if node.is_never() {
            let name = self.path.last().map(|it| EcoString::from(it.to_string())).unwrap_or_default();
            let verdict = self.fail(|| Problem::Unwanted(name));
            self.doubtful = was;
            return verdict;
        }
        let verdict = if value::takes(node.kinds(), value) {
            let own = match value {
                Value::Object(object) => self.object(node, object),
                Value::Array(items) => self.list(node, items),
                _ => self.scalar(node, value),
            };
            own.and(self.combined(node, value))
        } else {
            self.fail(|| Problem::Kind(node.kinds(), value.noun()))
        };
        self.doubtful = was;
        verdict
    }

    // --- Mappings -----------------------------------------------------------------------------------------------

    fn object(&mut self, node: Node, object: &Object) -> Verdict {
        let mut verdict = Verdict::Fits;
        let open = value::is_open(object);
        for (key, entry) in object.iter().filter(|(key, _)| !key.starts_with("Fn::")) {
            let one = self.below(key, |walk| walk.entry(node, key, entry, open));
            verdict = verdict.and(one);
        }
        let sets = self.sets(node, object);
        verdict = verdict.and(if open && sets == Verdict::Fails { Verdict::Open } else { sets });
        let (least, most) = node.property_count();
        let count = object.len();
        if !open && (least.is_some_and(|it| count < it) || most.is_some_and(|it| count > it)) {
            verdict = self.fail(|| Problem::Count(count, least, most, "entries"));
        }
        verdict
    }

    fn entry(&mut self, node: Node, key: &EcoString, entry: &Value, open: bool) -> Verdict {
        let mut verdict = Verdict::Fits;
        if let Some(names) = node.property_names() {
            verdict = self.judge(names, &Value::String(key.clone()));
            if verdict == Verdict::Fails {
                return self.fail(|| Problem::Refused(key.clone()));
            }
        }
        if matches!(known(entry), Known::Nothing) {
            return verdict;
        }
        if let Some(property) = node.property(key) {
            return verdict.and(self.visit(property, entry));
        }
        let mut patterns = node.pattern_properties().filter(|(it, _)| pattern::fits_one(*it, key));
        if let Some((_, property)) = patterns.next() {
            return verdict.and(self.visit(property, entry));
        }
        if let Some(property) = node.additional() {
            return verdict.and(self.visit(property, entry));
        }
        if node.is_closed() && !open && node.properties().next().is_none() && !node.has_no_keys() {
            return self.fail(|| Problem::KeyForm(key.clone()));
        }
        if node.is_closed() && !open {
            return self
                .fail(|| Problem::UnknownProperty(key.clone(), node.properties().map(|it| it.0).collect()));
        }
        verdict
    }

    /// Sets of properties: what must be there, and what must not be there together.
    fn sets(&mut self, node: Node, object: &Object) -> Verdict {
        // What a function beside the others brings is not known.
        let was = self.silent;
        self.silent |= value::is_open(object);
        let mut verdict = Verdict::Fits;
        for name in node.required() {
            let one = self.must(presence(object, name), || Problem::Missing(vec![name]));
            verdict = verdict.and(one);
        }
        let any: Vec<&'static str> = node.required_or().collect();
        if !any.is_empty() {
            verdict = verdict.and(self.must(most(object, &any), || Problem::Missing(any.clone())));
        }
        let one: Vec<&'static str> = node.required_xor().collect();
        if !one.is_empty() {
            verdict = verdict.and(self.exactly_one(object, &one));
        }
        for (name, needed) in node.dependent_required() {
            if presence(object, name) == Presence::Present {
                for other in needed {
                    let one = self.must(presence(object, other), || Problem::Needs(name, other));
                    verdict = verdict.and(one);
                }
            }
        }
        for (name, other) in excluded_pairs(node, object) {
            verdict = self.below(name, |walk| walk.fail(|| Problem::OnlyOne(vec![other, name])));
        }
        self.silent = was;
        verdict
    }

    fn must(&mut self, presence: Presence, problem: impl FnOnce() -> Problem) -> Verdict {
        match presence {
            Presence::Present => Verdict::Fits,
            Presence::Maybe => Verdict::Open,
            Presence::Absent => self.fail(problem),
        }
    }

    fn exactly_one(&mut self, object: &Object, names: &[&'static str]) -> Verdict {
        let there: Vec<&'static str> =
            names.iter().copied().filter(|it| presence(object, it) == Presence::Present).collect();
        match there.as_slice() {
            [] => self.must(most(object, names), || Problem::Missing(names.to_vec())),
            [_] => Verdict::Fits,
            [.., last] => {
                let last = *last;
                self.below(last, |walk| walk.fail(|| Problem::OnlyOne(there.clone())))
            }
        }
    }

    // --- Lists --------------------------------------------------------------------------------------------------

    fn list(&mut self, node: Node, items: &[Value]) -> Verdict {
        let mut verdict = Verdict::Fits;
        if let Some(item) = node.items() {
            for (index, value) in items.iter().enumerate() {
                verdict = verdict.and(self.below(index, |walk| walk.visit(item, value)));
            }
        }
        let certain = items.iter().all(of_list);
        for (index, (item, value)) in node.first_items().zip(items).enumerate() {
            verdict = verdict.and(self.below(index, |walk| walk.visit(item, value)));
        }
        let (least, most) = node.item_count();
        let count = items.len();
        if certain && (least.is_some_and(|it| count < it) || most.is_some_and(|it| count > it)) {
            verdict = self.fail(|| Problem::Count(count, least, most, "items"));
        }
        if node.is_unique() {
            verdict = verdict.and(self.unique(items));
        }
        let keys: Vec<&'static str> = node.unique_keys().collect();
        if !keys.is_empty() {
            let parts =
                items.iter().map(|it| it.as_object().map(|it| keys.iter().map(|key| it.get(key)).collect()));
            let parts: Vec<Option<Vec<Option<&Value>>>> = parts.collect();
            for (index, part) in parts.iter().enumerate() {
                let first = parts.iter().take(index).position(|it| it.is_some() && it == part);
                if let Some(first) = first.and_then(|it| u32::try_from(it).ok()) {
                    verdict = self.below(index, |walk| walk.fail(|| Problem::Twice(first)));
                }
            }
        }
        verdict
    }

    fn unique(&mut self, items: &[Value]) -> Verdict {
        let mut verdict = Verdict::Fits;
        for (index, item) in items.iter().enumerate().filter(|(_, it)| matches!(known(it), Known::Value(_))) {
            let first = items.iter().take(index).position(|it| it == item);
            if let Some(first) = first.and_then(|it| u32::try_from(it).ok()) {
                verdict = self.below(index, |walk| walk.fail(|| Problem::Twice(first)));
            }
        }
        verdict
    }

    // --- Scalars ------------------------------------------------------------------------------------------------

    fn scalar(&mut self, node: Node, value: &Value) -> Verdict {
        let Some(text) = value::text(value) else { return Verdict::Open };
        if value::is_replaced(&text) {
            return Verdict::Open;
        }
        let mut words = node.words().peekable();
        // Databases take the name of their engine in any letters, which the schemas do not say everywhere.
        let is_engine = self.path.last() == Some(&Segment::from("Engine"));
        let ignores_case = is_engine || node.ignores_case();
        if words.peek().is_some() && !words.any(|it| value::is_word(value, it, ignores_case)) {
            return self.none_of(node, &text);
        }
        let kinds = node.kinds();
        let is_number = kinds.is_any() || !kinds.takes(Kinds::STRING);
        if let Some(number) = value::number(value).filter(|_| is_number) {
            return self.number(node, number);
        }
        if kinds.takes(Kinds::STRING) { self.string(node, &text) } else { Verdict::Fits }
    }

    fn none_of(&mut self, node: Node, text: &EcoString) -> Verdict {
        let newer = |it: Word| matches!(it, Word::Text(it) if value::differ_in_digits(it, text));
        if !self.silent && node.words().any(newer) {
            return Verdict::Open;
        }
        self.fail(|| Problem::Word(text.clone(), node.words().map(value::shown).collect()))
    }

    fn number(&mut self, node: Node, number: f64) -> Verdict {
        let (least, most) = node.range();
        if least.is_some_and(|it| number < it) || most.is_some_and(|it| number > it) {
            return self.fail(|| Problem::Range(number, least, most));
        }
        match node.multiple_of() {
            Some(unit) if unit > 0.0 && (number / unit).fract() != 0.0 => {
                self.fail(|| Problem::Multiple(number, unit))
            }
            _ => Verdict::Fits,
        }
    }

    fn string(&mut self, node: Node, text: &EcoString) -> Verdict {
        let (least, most) = node.length();
        if least.is_some() || most.is_some() {
            let count = text.chars().count();
            if least.is_some_and(|it| count < it) || most.is_some_and(|it| count > it) {
                return self.fail(|| Problem::Count(count, least, most, "characters"));
            }
        }
        if let Some(form) = node.pattern()
            && !pattern::fits(form, text)
        {
            return self.fail(|| Problem::Form(text.clone(), form.original()));
        }
        if let Some(name) = node.format()
            && format(name).is_some_and(|it| !pattern::fits(it, text))
        {
            return self.fail(|| Problem::Name(text.clone(), vec![name]));
        }
        Verdict::Fits
    }

    // --- Several schemas at one place ---------------------------------------------------------------------------

    fn combined(&mut self, node: Node, value: &Value) -> Verdict {
        let mut verdict = Verdict::Fits;
        for part in node.all_of() {
            verdict = verdict.and(self.visit(part, value));
        }
        let branches: Vec<Node> = node.any_of().collect();
        if !branches.is_empty() {
            verdict = verdict.and(self.any_of(&branches, value).0);
        }
        let branches: Vec<Node> = node.one_of().collect();
        if !branches.is_empty() {
            verdict = verdict.and(self.one_of(&branches, value));
        }
        if let Some(refused) = node.excluded() {
            verdict = verdict.and(match self.judge(refused, value) {
                Verdict::Fits => match value::text(value) {
                    Some(text) => self.fail(|| Problem::Refused(text)),
                    // Which part of a mapping is one too many cannot be said in a word.
                    None if self.silent => Verdict::Fails,
                    None => Verdict::Open,
                },
                Verdict::Fails => Verdict::Fits,
                Verdict::Open => Verdict::Open,
            });
        }
        if let Some((condition, then, otherwise)) = node.condition() {
            verdict = verdict.and(self.conditional(condition, then, otherwise, value));
        }
        verdict
    }

    fn conditional(&mut self, condition: Node, then: Node, otherwise: Node, value: &Value) -> Verdict {
        let branch = match self.judge(condition, value) {
            Verdict::Fits => then,
            Verdict::Fails => otherwise,
            Verdict::Open => return Verdict::Open,
        };
        let deciding = deciding(condition);
        if !self.silent && self.has_fault_in(&deciding) {
            return Verdict::Open;
        }
        let was = self.because.len();
        self.because.extend(deciding);
        let verdict = self.visit(branch, value);
        self.because.truncate(was);
        verdict
    }

    /// Whether fault was found with one of these properties of the mapping: what it decides is not known then.
    fn has_fault_in(&self, names: &[&'static str]) -> bool {
        let here = self.path.segments();
        self.found.iter().any(|it| {
            let below = it.path.segments().strip_prefix(here).and_then(<[Segment]>::first);
            match (below, &it.problem) {
                (Some(Segment::Key(_)), Problem::UnknownProperty(name, _)) => {
                    nearest(name, names.iter().copied()).is_some()
                }
                (Some(Segment::Key(key)), _) => names.contains(&key.as_str()),
                _ => false,
            }
        })
    }

    /// At least one branch must fit; how many do.
    fn any_of(&mut self, branches: &[Node], value: &Value) -> (Verdict, Vec<Node>) {
        let verdicts: Vec<Verdict> = branches.iter().map(|it| self.judge(*it, value)).collect();
        let fitting = branches.iter().zip(&verdicts).filter(|it| *it.1 == Verdict::Fits).map(|it| *it.0);
        let fitting: Vec<Node> = fitting.collect();
        if !fitting.is_empty() {
            return (Verdict::Fits, fitting);
        }
        if verdicts.contains(&Verdict::Open) {
            return (Verdict::Open, fitting);
        }
        if !self.silent {
            let reports = branches.iter().map(|it| self.reports(*it, value)).collect();
            self.found.extend(likeliest(reports, &self.path));
        }
        (Verdict::Fails, fitting)
    }

    fn one_of(&mut self, branches: &[Node], value: &Value) -> Verdict {
        let (verdict, fitting) = self.any_of(branches, value);
        let sets: Vec<Vec<&'static str>> = fitting.iter().map(|it| it.required().collect()).collect();
        if fitting.len() < 2 || sets.iter().any(Vec::is_empty) {
            return verdict;
        }
        let mut all: Vec<&'static str> = sets.concat();
        all.sort_unstable();
        all.dedup();
        // A branch that asks for all of them says that they go together.
        if sets.iter().any(|it| it.len() == all.len()) || value.as_object().is_some_and(value::is_open) {
            return Verdict::Open;
        }
        let own: Vec<&'static str> =
            all.into_iter().filter(|name| !sets.iter().all(|it| it.contains(name))).collect();
        match own.last() {
            Some(last) => self.below(*last, |walk| walk.fail(|| Problem::OnlyOne(own.clone()))),
            None => verdict,
        }
    }
}

/// Whether the count of a list with this item is certain.
pub fn of_list(item: &Value) -> bool {
    match known(item) {
        Known::Value(_) => true,
        // One function is one item, whatever it gives, but for those that give none.
        Known::Open => {
            item.as_object().is_some_and(|it| it.contains_key("Ref") || it.contains_key("Fn::Sub"))
        }
        Known::Either(..) | Known::Nothing => false,
    }
}

/// The most that is there of several properties.
fn most(object: &Object, names: &[&str]) -> Presence {
    let all = names.iter().map(|it| presence(object, it));
    all.fold(Presence::Absent, |most, one| match (most, one) {
        (Presence::Present, _) | (_, Presence::Present) => Presence::Present,
        (Presence::Maybe, _) | (_, Presence::Maybe) => Presence::Maybe,
        _ => Presence::Absent,
    })
}
