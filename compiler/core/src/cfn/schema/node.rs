//! What may be written at one place of a resource.

use super::facts::{self, At, List};
use super::pattern;
use crate::path::Segment;

/// The kinds of values that a place takes. Several may be taken; none is said where any is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Kinds(u32);

impl Kinds {
    /// Text.
    pub const STRING: Kinds = Kinds(1);
    /// A number.
    pub const NUMBER: Kinds = Kinds(2);
    /// A whole number.
    pub const INTEGER: Kinds = Kinds(4);
    /// `true` or `false`.
    pub const BOOLEAN: Kinds = Kinds(8);
    /// A mapping.
    pub const OBJECT: Kinds = Kinds(16);
    /// A list.
    pub const ARRAY: Kinds = Kinds(32);

    /// Whether nothing is said, so that anything is taken.
    pub fn is_any(self) -> bool {
        self.0 == 0
    }

    /// Whether a value of this kind is taken.
    pub fn takes(self, kind: Kinds) -> bool {
        self.is_any() || self.0 & kind.0 != 0
    }

    /// What is taken, in words that follow `expected`.
    pub fn noun(self) -> String {
        let all = [
            (Kinds::STRING, "a string"),
            (Kinds::NUMBER, "a number"),
            (Kinds::INTEGER, "a whole number"),
            (Kinds::BOOLEAN, "`true` or `false`"),
            (Kinds::OBJECT, "a mapping"),
            (Kinds::ARRAY, "a list"),
        ];
        let taken: Vec<&str> = all.iter().filter(|it| self.0 & it.0.0 != 0).map(|it| it.1).collect();
        if taken.is_empty() { "a value".into() } else { taken.join(" or ") }
    }
}

/// A word of a closed set.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Word {
    /// `true` or `false`.
    Bool(bool),
    /// Text.
    Text(&'static str),
    /// A number.
    Number(f64),
}

/// The form of a string: regular expressions in the dialect of `regex-lite`.
#[derive(Clone, Copy, Debug)]
pub struct Pattern {
    at: At,
}

impl Pattern {
    /// A form whose row is at `at`.
    pub(super) fn at(at: At) -> Pattern {
        Pattern { at }
    }

    /// As AWS writes it.
    pub fn original(self) -> &'static str {
        facts::word(self.at).and_then(facts::string).unwrap_or_default()
    }

    /// What a string must contain a match of, by the numbers of the expressions.
    pub fn taken(self) -> impl Iterator<Item = u32> {
        facts::word(self.at.saturating_add(1)).map(|at| List::at(at, 1).words()).into_iter().flatten()
    }

    /// What a string must not contain a match of.
    pub fn refused(self) -> impl Iterator<Item = u32> {
        facts::word(self.at.saturating_add(2)).map(|at| List::at(at, 1).words()).into_iter().flatten()
    }
}

/// The number of a field in a node's first word: the order of `FIELDS` in the generator.
#[derive(Clone, Copy)]
enum Field {
    Types = 0,
    Flags = 1,
    Properties = 2,
    PatternProperties = 3,
    Additional = 4,
    Items = 5,
    Words = 6,
    Pattern = 7,
    Format = 8,
    MinLength = 9,
    MaxLength = 10,
    Minimum = 11,
    Maximum = 12,
    MinItems = 13,
    MaxItems = 14,
    MinProperties = 15,
    MaxProperties = 16,
    MultipleOf = 17,
    Required = 18,
    RequiredOr = 19,
    RequiredXor = 20,
    DependentRequired = 21,
    DependentExcluded = 22,
    AnyOf = 23,
    OneOf = 24,
    AllOf = 25,
    Not = 26,
    Condition = 27,
    PropertyNames = 28,
    UniqueKeys = 29,
    PrefixItems = 30,
}

const CLOSED: u32 = 1;
const UNIQUE: u32 = 2;
const NEVER: u32 = 4;
const ANY_CASE: u32 = 8;
const WARNING: u32 = 16;

/// What may be written at a place: everything that is said of it must hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Node {
    at: At,
}

impl Node {
    /// The node at `at`.
    pub(super) fn at(at: At) -> Node {
        Node { at }
    }

    fn field(self, field: Field) -> Option<u32> {
        let mask = facts::word(self.at)?;
        let bit = 1u32.checked_shl(field as u32)?;
        let before = (mask & (bit - 1)).count_ones();
        if mask & bit == 0 { None } else { facts::word(self.at.checked_add(1 + before)?) }
    }

    fn list(self, field: Field, width: u32) -> List {
        self.field(field).map(|at| List::at(at, width)).unwrap_or_default()
    }

    fn child(self, field: Field) -> Option<Node> {
        self.field(field).map(Node::at)
    }

    fn children(self, field: Field) -> impl Iterator<Item = Node> + Clone {
        self.list(field, 1).words().map(Node::at)
    }

    fn number(self, field: Field) -> Option<f64> {
        self.field(field).and_then(facts::number)
    }

    fn count(self, field: Field) -> Option<usize> {
        self.field(field).and_then(|it| usize::try_from(it).ok())
    }

    fn flag(self, flag: u32) -> bool {
        self.field(Field::Flags).unwrap_or_default() & flag != 0
    }

    /// The kinds of values that are taken.
    pub fn kinds(self) -> Kinds {
        Kinds(self.field(Field::Types).unwrap_or_default())
    }

    /// Whether a mapping may have no other keys than those that are named.
    pub fn is_closed(self) -> bool {
        self.flag(CLOSED)
    }

    /// Whether the items of a list must differ.
    pub fn is_unique(self) -> bool {
        self.flag(UNIQUE)
    }

    /// Whether nothing is taken: the place must stay empty.
    pub fn is_never(self) -> bool {
        self.flag(NEVER)
    }

    /// Whether what does not fit is accepted by AWS, and most likely wrong.
    pub fn is_warning(self) -> bool {
        self.flag(WARNING)
    }

    /// The property `name` of a mapping.
    pub fn property(self, name: &str) -> Option<Node> {
        let (_, row) = self.list(Field::Properties, 2).find(name)?;
        facts::word(row.checked_add(1)?).map(Node::at)
    }

    /// The properties of a mapping by name, in the order of their names.
    pub fn properties(self) -> impl Iterator<Item = (&'static str, Node)> + Clone {
        pairs(self.list(Field::Properties, 2))
    }

    /// The values whose keys match a regular expression, which is given by its number; an empty one takes all keys.
    pub fn pattern_properties(self) -> impl Iterator<Item = (u32, Node)> + Clone {
        let rows = self.list(Field::PatternProperties, 2).iter();
        rows.filter_map(|row| Some((facts::word(row)?, Node::at(facts::word(row.checked_add(1)?)?))))
    }

    /// Whether a mapping has no keys that are known, not even by their form.
    pub fn has_no_keys(self) -> bool {
        self.pattern_properties().next().is_none() && self.properties().next().is_none()
    }

    /// The values of all other keys.
    pub fn additional(self) -> Option<Node> {
        self.child(Field::Additional)
    }

    /// The items of a list.
    pub fn items(self) -> Option<Node> {
        self.child(Field::Items)
    }

    /// What the first items of a list must be besides, one by one.
    pub fn first_items(self) -> impl Iterator<Item = Node> + Clone {
        self.children(Field::PrefixItems)
    }

    /// The words that are taken; none if it is no closed set.
    pub fn words(self) -> impl Iterator<Item = Word> + Clone {
        self.list(Field::Words, 2).iter().filter_map(|row| {
            let value = facts::word(row.checked_add(1)?)?;
            Some(match facts::word(row)? {
                0 => Word::Bool(value != 0),
                1 => Word::Text(facts::string(value)?),
                _ => Word::Number(facts::number(value)?),
            })
        })
    }

    /// Whether letter case does not matter in [`Node::words`].
    pub fn ignores_case(self) -> bool {
        self.flag(ANY_CASE)
    }

    /// The form of a string.
    pub fn pattern(self) -> Option<Pattern> {
        self.field(Field::Pattern).map(Pattern::at)
    }

    /// What a string names, such as `AWS::IAM::Role.Arn`, or how it is written, such as `date-time`.
    pub fn format(self) -> Option<&'static str> {
        self.field(Field::Format).and_then(facts::string)
    }

    /// The fewest and the most characters of a string.
    pub fn length(self) -> (Option<usize>, Option<usize>) {
        (self.count(Field::MinLength), self.count(Field::MaxLength))
    }

    /// The least and the greatest number.
    pub fn range(self) -> (Option<f64>, Option<f64>) {
        (self.number(Field::Minimum), self.number(Field::Maximum))
    }

    /// What a number must be a multiple of.
    pub fn multiple_of(self) -> Option<f64> {
        self.number(Field::MultipleOf)
    }

    /// The fewest and the most items of a list.
    pub fn item_count(self) -> (Option<usize>, Option<usize>) {
        (self.count(Field::MinItems), self.count(Field::MaxItems))
    }

    /// The fewest and the most entries of a mapping.
    pub fn property_count(self) -> (Option<usize>, Option<usize>) {
        (self.count(Field::MinProperties), self.count(Field::MaxProperties))
    }

    /// The properties that must be there.
    pub fn required(self) -> impl Iterator<Item = &'static str> + Clone {
        self.list(Field::Required, 1).strings()
    }

    /// The properties of which at least one must be there.
    pub fn required_or(self) -> impl Iterator<Item = &'static str> + Clone {
        self.list(Field::RequiredOr, 1).strings()
    }

    /// The properties of which exactly one must be there.
    pub fn required_xor(self) -> impl Iterator<Item = &'static str> + Clone {
        self.list(Field::RequiredXor, 1).strings()
    }

    /// Properties, each with those that must be there if it is.
    pub fn dependent_required(
        self,
    ) -> impl Iterator<Item = (&'static str, impl Iterator<Item = &'static str> + Clone)> {
        named_lists(self.list(Field::DependentRequired, 2))
    }

    /// Properties, each with those that must not be there if it is.
    pub fn dependent_excluded(
        self,
    ) -> impl Iterator<Item = (&'static str, impl Iterator<Item = &'static str> + Clone)> {
        named_lists(self.list(Field::DependentExcluded, 2))
    }

    /// At least one of these must hold.
    pub fn any_of(self) -> impl Iterator<Item = Node> + Clone {
        self.children(Field::AnyOf)
    }

    /// Exactly one of these must hold.
    pub fn one_of(self) -> impl Iterator<Item = Node> + Clone {
        self.children(Field::OneOf)
    }

    /// All of these must hold.
    pub fn all_of(self) -> impl Iterator<Item = Node> + Clone {
        self.children(Field::AllOf)
    }

    /// This must not hold.
    pub fn excluded(self) -> Option<Node> {
        self.child(Field::Not)
    }

    /// If the first holds the second must, else the third.
    pub fn condition(self) -> Option<(Node, Node, Node)> {
        let mut branches = self.children(Field::Condition);
        Some((branches.next()?, branches.next()?, branches.next()?))
    }

    /// The node and all that hold at the same place: alternatives, and what depends on conditions.
    pub fn alternatives(self) -> Vec<Node> {
        self.holding_with(true)
    }

    /// The node and its alternatives, without what depends on conditions.
    pub fn certain_alternatives(self) -> Vec<Node> {
        self.holding_with(false)
    }

    fn holding_with(self, conditions: bool) -> Vec<Node> {
        let mut found = vec![self];
        let mut next = 0;
        while let Some(node) = found.get(next).copied() {
            next += 1;
            let condition = node.condition().filter(|_| conditions);
            let branches = condition.into_iter().flat_map(|it| [it.1, it.2]);
            for part in node.all_of().chain(node.any_of()).chain(node.one_of()).chain(branches) {
                if !found.contains(&part) {
                    found.push(part);
                }
            }
        }
        found
    }

    /// What may be written one step below.
    pub(super) fn step(self, step: &Segment) -> Option<Node> {
        match step {
            Segment::Index(_) => self.items(),
            Segment::Key(key) => self
                .property(key)
                .or_else(|| {
                    let mut patterns = self.pattern_properties();
                    patterns.find(|(it, _)| pattern::fits_one(*it, key)).map(|it| it.1)
                })
                .or_else(|| self.additional()),
        }
    }

    /// What keys must be.
    pub fn property_names(self) -> Option<Node> {
        self.child(Field::PropertyNames)
    }

    /// The properties in which the items of a list must differ.
    pub fn unique_keys(self) -> impl Iterator<Item = &'static str> + Clone {
        self.list(Field::UniqueKeys, 1).strings()
    }
}

/// The rows of names and nodes.
pub(super) fn pairs(list: List) -> impl Iterator<Item = (&'static str, Node)> + Clone {
    list.iter().filter_map(|row| {
        Some((facts::string(facts::word(row)?)?, Node::at(facts::word(row.checked_add(1)?)?)))
    })
}

fn named_lists(
    list: List,
) -> impl Iterator<Item = (&'static str, impl Iterator<Item = &'static str> + Clone)> {
    list.iter().filter_map(|row| {
        let names = List::at(facts::word(row.checked_add(1)?)?, 1).strings();
        Some((facts::string(facts::word(row)?)?, names))
    })
}
