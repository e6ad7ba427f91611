//! What refers to what in a template: one walk over it answers every check of references, conditions and mappings.

use ecow::EcoString;
use rustc_hash::FxHashMap;

use crate::cfn::Template;
use crate::path::{Path, Segment};
use crate::value::{Object, Value};

/// An entry of a section of the template.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Owner<'a> {
    /// The section, such as `Resources`.
    pub section: &'static str,
    /// The key in it.
    pub id: &'a str,
}

/// How something is referred to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `Ref`.
    Ref,
    /// `Fn::GetAtt`.
    GetAtt,
    /// `${X}` or `${X.Attribute}` in the text of a `Fn::Sub`.
    Sub,
    /// `DependsOn`.
    DependsOn,
}

/// A reference to a resource or a parameter.
#[derive(Clone, Copy, Debug)]
pub struct Reference<'a> {
    /// How.
    pub kind: Kind,
    /// The id that is referred to.
    pub target: &'a str,
    /// The attribute, if one is named.
    pub attribute: Option<&'a str>,
    /// The entry that refers.
    pub owner: Owner<'a>,
    /// The function as a value, or the string of a `DependsOn`.
    pub holder: &'a Value,
    /// The property whose value it is, or is in the list of; the function, if it stands in the argument of one.
    pub key: &'a str,
    /// Whether it stands in a branch of `Fn::If`.
    pub guarded: bool,
}

/// A name of a condition or of a mapping, where it is used.
#[derive(Clone, Copy, Debug)]
pub struct Use<'a> {
    /// The name.
    pub name: &'a str,
    /// The entry that uses it.
    pub owner: Owner<'a>,
    /// The value around it: the function, or the name itself where an entry has a `Condition`.
    pub holder: &'a Value,
}

/// What stands around a value.
#[derive(Clone, Copy, Debug)]
struct Around<'a> {
    key: &'a str,
    guarded: bool,
}

/// What a template refers to.
#[derive(Debug, Default)]
pub struct Index<'a> {
    /// All references, in order.
    pub references: Vec<Reference<'a>>,
    /// All uses of conditions.
    pub conditions: Vec<Use<'a>>,
    /// All uses of mappings by `Fn::FindInMap`.
    pub mappings: Vec<Use<'a>>,
    /// For each logical id, what in the configuration made it, the most specific last.
    pub origins: FxHashMap<&'a str, Vec<&'a Path>>,
    /// Whether each `Fn::FindInMap` names its mapping in so many words.
    pub all_mappings_named: bool,
    /// Whether a macro may change the template, so that less is certain.
    pub has_macros: bool,
    /// Whether AWS's language extensions may be used, which bring loops and functions within functions.
    pub is_extended: bool,
    /// What the loops of the template make.
    pub loops: Loops,
}

/// What `Fn::ForEach` makes.
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-foreach.html>
#[derive(Debug, Default)]
pub struct Loops {
    /// Whether there are any.
    pub are_there: bool,
    /// The names of their variables.
    variables: Vec<EcoString>,
    /// Keys with names to be put in, such as `Topic${Name}`: what stands before the first of these and behind the last.
    keys: Vec<(EcoString, EcoString)>,
}

impl Loops {
    /// Notes the loops in `value`.
    fn read(&mut self, value: &Value) {
        value.visit(&mut Path::root(), &mut |_, value| {
            for (key, argument) in value.as_object().into_iter().flat_map(Object::iter) {
                if key.starts_with(FOR_EACH) {
                    self.are_there = true;
                    let variable = argument.as_array().and_then(<[Value]>::first).and_then(Value::as_str);
                    self.variables.extend(variable.map(EcoString::from));
                } else if let (Some((start, _)), Some(end)) = (key.split_once("${"), key.rsplit('}').next())
                    && !self.keys.iter().any(|it| it.0 == start && it.1 == end)
                {
                    // `&{Name}` leaves what CloudFormation does not take in a logical id.
                    self.keys.push((start.into(), end.into()));
                } else if let (Some((start, _)), Some(end)) = (key.split_once("&{"), key.rsplit('}').next()) {
                    self.keys.push((start.into(), end.into()));
                }
            }
            true
        });
    }

    /// Whether a loop may make the logical id `id`, or it is the variable of one.
    pub fn may_make(&self, id: &str) -> bool {
        self.are_there
            && (self.variables.iter().any(|it| it == id)
                || self.keys.iter().any(|(start, end)| {
                    id.len() >= start.len() + end.len()
                        && id.starts_with(start.as_str())
                        && id.ends_with(end.as_str())
                }))
    }
}

/// How the keys of loops begin.
pub const FOR_EACH: &str = "Fn::ForEach";

/// AWS's macro that brings loops, and functions within functions.
const EXTENSIONS: &str = "AWS::LanguageExtensions";

/// Whether the macros of a template are these extensions alone.
fn is_extensions(transform: &Value) -> bool {
    match transform {
        Value::String(name) => name == EXTENSIONS,
        Value::Array(names) => !names.is_empty() && names.iter().all(|it| it.as_str() == Some(EXTENSIONS)),
        _ => false,
    }
}

/// The sections that may refer to something.
const SECTIONS: [&str; 4] = ["Resources", "Outputs", "Conditions", "Rules"];

impl<'a> Index<'a> {
    /// Walks over a template.
    pub fn of(template: &'a Template) -> Index<'a> {
        let mut index = Index { all_mappings_named: true, ..Index::default() };
        for (id, path) in &template.origins {
            index.origins.entry(id).or_default().push(path);
        }
        let transform = template.body.get("Transform");
        index.is_extended = transform.is_some_and(is_extensions);
        index.has_macros = transform.is_some() && !index.is_extended;
        if index.is_extended {
            template.body.values().for_each(|it| index.loops.read(it));
            index.loops.are_there |= template.body.keys().any(|it| it.starts_with(FOR_EACH));
        }
        for section in SECTIONS {
            let entries = template.body.get(section).and_then(Value::as_object);
            for (id, body) in entries.into_iter().flat_map(Object::iter) {
                let is_loop = index.is_extended && id.starts_with(FOR_EACH);
                index.has_macros |= id.starts_with("Fn::") && !is_loop;
                let owner = Owner { section, id };
                match (section, body) {
                    ("Resources" | "Outputs", Value::Object(body)) => index.entry(owner, body),
                    _ => index.walk(owner, body, Around { key: id, guarded: false }),
                }
            }
        }
        index
    }

    /// Whether a loop may make what has this name, or the name is only known in a loop.
    pub fn may_make(&self, name: &str) -> bool {
        self.is_extended && (self.loops.may_make(name) || name.contains("${") || name.contains("&{"))
    }

    fn entry(&mut self, owner: Owner<'a>, body: &'a Object) {
        for (key, value) in body.iter() {
            match key.as_str() {
                "Type" | "Metadata" => {}
                "Condition" => {
                    self.conditions.extend(value.as_str().map(|name| Use { name, owner, holder: value }));
                }
                "DependsOn" => {
                    let ids = value.as_array().unwrap_or(std::slice::from_ref(value));
                    self.references.extend(ids.iter().filter_map(|holder| {
                        let target = holder.as_str()?;
                        let kind = Kind::DependsOn;
                        Some(Reference { kind, target, attribute: None, owner, holder, key, guarded: false })
                    }));
                }
                _ => self.walk(owner, value, Around { key, guarded: false }),
            }
        }
    }

    fn walk(&mut self, owner: Owner<'a>, value: &'a Value, around: Around<'a>) {
        match value {
            Value::Array(items) => items.iter().for_each(|it| self.walk(owner, it, around)),
            Value::Object(object) => {
                let function = object.single().filter(|(name, _)| {
                    matches!(name.as_bytes(), [b'F', b'n', b':', ..] | b"Ref" | b"Condition")
                });
                match function {
                    Some((name, argument)) => self.function(owner, value, name, argument, around),
                    None => {
                        object.iter().for_each(|(key, it)| self.walk(owner, it, Around { key, ..around }))
                    }
                }
            }
            _ => {}
        }
    }

    fn function(
        &mut self,
        owner: Owner<'a>,
        holder: &'a Value,
        name: &'a EcoString,
        argument: &'a Value,
        around: Around<'a>,
    ) {
        let Around { key, guarded } = around;
        let within = Around { key: name, guarded };
        let reference =
            |kind, target, attribute| Reference { kind, target, attribute, owner, holder, key, guarded };
        match (name.as_str(), argument) {
            ("Ref", Value::String(id)) => self.references.push(reference(Kind::Ref, id, None)),
            ("Condition", Value::String(name)) if owner.section != "Resources" => {
                self.conditions.push(Use { name, owner, holder });
            }
            ("Fn::GetAtt", _) => {
                self.references
                    .extend(get_att(argument).map(|(id, attribute)| reference(Kind::GetAtt, id, attribute)));
                self.walk(owner, argument, within);
            }
            ("Fn::Sub", _) => {
                let (text, variables) = sub(argument);
                for name in text.into_iter().flat_map(sub_names) {
                    let is_own =
                        variables.and_then(Value::as_object).is_some_and(|it| it.contains_key(name.text));
                    if !is_own && !name.text.is_empty() {
                        let (id, attribute) = split(name.text);
                        self.references.push(reference(Kind::Sub, id, attribute));
                    }
                }
                // The names of its variables are no properties.
                let values = variables.and_then(Value::as_object).into_iter().flat_map(Object::values);
                values.for_each(|it| self.walk(owner, it, within));
            }
            ("Fn::If", Value::Array(items)) => {
                if let Some((Value::String(name), branches)) = items.split_first() {
                    self.conditions.push(Use { name, owner, holder });
                    branches.iter().for_each(|it| self.walk(owner, it, Around { key, guarded: true }));
                }
            }
            ("Fn::FindInMap", Value::Array(items)) => {
                match items.first() {
                    Some(Value::String(name)) => self.mappings.push(Use { name, owner, holder }),
                    _ => self.all_mappings_named = false,
                }
                self.walk(owner, argument, within);
            }
            ("Fn::Transform", _) => self.has_macros = true,
            (name, _) => {
                self.has_macros |= name.starts_with(FOR_EACH) && !self.is_extended;
                self.walk(owner, argument, within);
            }
        }
    }
}

/// What `value`, which stands outside of the template, refers to.
pub fn references_in<'a>(section: &'static str, id: &'a str, value: &'a Value) -> Vec<Reference<'a>> {
    let mut index = Index::default();
    index.walk(Owner { section, id }, value, Around { key: id, guarded: false });
    index.references
}

/// The id and the attribute of a `Fn::GetAtt`, in the form of a list or of a text.
pub fn get_att(argument: &Value) -> Option<(&str, Option<&str>)> {
    match argument {
        Value::String(text) => Some(split(text)),
        Value::Array(items) => {
            let id = items.first()?.as_str()?;
            Some((id, items.get(1).and_then(Value::as_str).filter(|_| items.len() == 2)))
        }
        _ => None,
    }
}

/// The text of a `Fn::Sub` and its own variables.
pub fn sub(argument: &Value) -> (Option<&str>, Option<&Value>) {
    match argument {
        Value::String(text) => (Some(text), None),
        Value::Array(items) => (items.first().and_then(Value::as_str), items.get(1)),
        _ => (None, None),
    }
}

fn split(text: &str) -> (&str, Option<&str>) {
    text.split_once('.').map_or((text, None), |(id, attribute)| (id, Some(attribute)))
}

/// A `${Name}` in the text of a `Fn::Sub`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SubName<'a> {
    /// What stands between the braces.
    pub text: &'a str,
    /// Where it begins in the text.
    pub start: usize,
}

/// The names in the text of a `Fn::Sub`. `${!Name}` is none: it stays as `${Name}`.
pub fn sub_names(text: &str) -> impl Iterator<Item = SubName<'_>> {
    text.match_indices("${").filter_map(|(at, open)| {
        let start = at + open.len();
        let inner = text.get(start..)?;
        let name = inner.get(..inner.find('}')?)?;
        // CloudFormation takes blanks around a name.
        let text = name.trim_start();
        let start = start + name.len() - text.len();
        (!name.starts_with('!')).then_some(SubName { text: text.trim_end(), start })
    })
}

/// The steps from `value` down to `holder`, which is a part of it.
pub fn steps(value: &Value, holder: &Value) -> Option<Vec<Segment>> {
    if std::ptr::eq(value, holder) {
        return Some(Vec::new());
    }
    let below = |segment: Segment, value: &Value| {
        let mut rest = steps(value, holder)?;
        rest.push(segment);
        Some(rest)
    };
    match value {
        Value::Array(items) => items.iter().enumerate().find_map(|(index, it)| below(index.into(), it)),
        Value::Object(object) => object.iter().find_map(|(key, it)| below(key.into(), it)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_a_sub() {
        let names = |text| sub_names(text).map(|it| (it.text, it.start)).collect::<Vec<_>>();
        assert_eq!(names("a-${B}-${C.Arn}"), [("B", 4), ("C.Arn", 9)]);
        assert_eq!(names("${!B} ${AWS::Region} ${"), [("AWS::Region", 8)]);
        assert_eq!(names("${ B }"), [("B", 3)]);
    }
}
