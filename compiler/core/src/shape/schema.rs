//! Shapes as JSON Schema, draft 7, which editors read.
//!
//! What the check takes, the schema takes: variables and null wherever a value may stand, numbers and booleans that
//! are written as strings, a single value for a list of one. Only what no schema can say is left out: the tags of YAML
//! (`!Ref x`), which an editor must be told of, and what a variable stands for.

use ecow::EcoString;

use super::cfn::FUNCTIONS;
use super::{ByKeyShape, ChoiceShape, Field, Limits, MapShape, ObjectShape, Shape, StringShape};
use crate::json;
use crate::value::{Object, Value};

/// Writes shapes, and gathers the mappings with known keys, which are named.
pub struct Writer<'a> {
    /// The definitions so far, by name.
    pub definitions: Object,
    /// The shape of a field, where it is not that of its type.
    pub instead: &'a dyn Fn(&ObjectShape, &Field) -> Option<Value>,
    /// Whether other keys may stand beside those of a mapping.
    pub open: &'a dyn Fn(&ObjectShape) -> bool,
}

/// What every schema refers to.
pub fn common() -> Object {
    let functions = FUNCTIONS.iter().map(|it| Value::from(*it));
    let entries = [
        (
            "variable",
            json!({
                "title": "A variable",
                "description": "A variable such as `${self:custom.name}`. Null is as good as no entry.",
                "type": ["string", "null"],
                "pattern": "\\$\\{"
            }),
        ),
        (
            "numeral",
            json!({ "description": "A number in quotes.", "type": "string", "pattern": "^\\s*[-+]?[0-9.]+([eE][-+]?[0-9]+)?\\s*$" }),
        ),
        (
            "intrinsic",
            json!({
                "title": "A function of CloudFormation",
                "description": "A function such as `Ref` or `Fn::Sub`, which CloudFormation evaluates.",
                "type": "object",
                "minProperties": 1,
                "maxProperties": 1,
                "propertyNames": { "enum": (Value::array(functions)) }
            }),
        ),
    ];
    entries.into_iter().map(|(name, schema)| (EcoString::from(name), schema)).collect()
}

/// A reference to a definition.
pub fn reference(name: &str) -> Value {
    json!({ "$ref": (format!("#/definitions/{name}")) })
}

/// One function of CloudFormation.
fn intrinsic(name: &str) -> Value {
    let properties = Object::from_iter([(name.into(), json!({}))]);
    json!({ "type": "object", "required": [name], "properties": properties, "additionalProperties": false })
}

/// One of several schemas.
pub fn any_of(schemas: Vec<Value>) -> Value {
    let mut kept: Vec<Value> = Vec::new();
    for schema in schemas {
        if schema.as_object().is_some_and(Object::is_empty) {
            return schema;
        }
        if !kept.contains(&schema) {
            kept.push(schema);
        }
    }
    match kept.len() {
        1 => kept.pop().unwrap_or_default(),
        _ => json!({ "anyOf": (Value::from(kept)) }),
    }
}

impl Writer<'_> {
    /// What may be written at a place of `shape`.
    pub fn place(&mut self, shape: &Shape, limits: &Limits) -> Value {
        let mut schemas = self.alternatives(shape, limits);
        schemas.push(reference("variable"));
        any_of(schemas)
    }

    /// The ways to write `shape`, variables apart.
    pub fn alternatives(&mut self, shape: &Shape, limits: &Limits) -> Vec<Value> {
        match shape {
            Shape::Any => vec![json!({})],
            Shape::Bool => vec![json!({ "type": "boolean" }), json!({ "enum": ["true", "false"] })],
            Shape::Number { integer } => vec![number(*integer, limits), reference("numeral")],
            Shape::String(string) => vec![text(string, limits)],
            Shape::Choice(choice) => words(choice),
            Shape::Intrinsic => vec![reference("intrinsic")],
            Shape::IntrinsicOf(names) => names.iter().map(|it| intrinsic(it)).collect(),
            Shape::List(item) => self.list(item, limits),
            Shape::Map(map) => vec![self.map(map, limits)],
            Shape::ByKey(by_key) => vec![self.by_key(by_key)],
            Shape::Object(object) => self.object(object),
            Shape::OneOf(shapes) => shapes.iter().flat_map(|it| self.alternatives(it, limits)).collect(),
        }
    }

    fn list(&mut self, item: &Shape, limits: &Limits) -> Vec<Value> {
        let of_item = Limits { items: None, unique: false, ..*limits };
        let mut list = Object::from_iter([("type".into(), Value::from("array"))]);
        list.insert("items", self.place(item, &of_item));
        if let Some((least, most)) = limits.items {
            bounds(&mut list, "minItems", "maxItems", least, most);
        }
        if limits.unique {
            list.insert("uniqueItems", true);
        }
        let mut schemas = vec![Value::from(list)];
        // A single value is taken as a list of one, but a mapping is not.
        let is_mapping =
            |it: &Value| it.get("$ref").is_some() || it.get("type") == Some(&Value::from("object"));
        schemas.extend(self.alternatives(item, &of_item).into_iter().filter(|it| !is_mapping(it)));
        if schemas.iter().any(|it| it.as_object().is_some_and(Object::is_empty)) {
            schemas.truncate(1);
        }
        schemas
    }

    fn map(&mut self, map: &MapShape, limits: &Limits) -> Value {
        let mut schema = Object::from_iter([("type".into(), Value::from("object"))]);
        if let Some(pattern) = map.key.as_ref().and_then(|it| it.pattern) {
            schema.insert("propertyNames", json!({ "pattern": (ecmascript(pattern)) }));
        }
        if let Some((least, most)) = limits.items {
            bounds(&mut schema, "minProperties", "maxProperties", least, most);
        }
        let of_value = Limits { items: None, unique: false, ..*limits };
        schema.insert("additionalProperties", self.place(map.value, &of_value));
        schema.into()
    }

    fn by_key(&mut self, by_key: &ByKeyShape) -> Value {
        let mut properties = Object::new();
        for case in by_key.cases {
            properties.insert(case.key, self.place(case.shape, &Limits::NONE));
        }
        json!({
            "title": (titled(by_key.noun)),
            "type": "object",
            "minProperties": 1,
            "maxProperties": 1,
            "properties": (Value::from(properties))
        })
    }

    fn object(&mut self, object: &ObjectShape) -> Vec<Value> {
        let schema = self.described(object);
        let name = self.define(object.name, schema);
        let mut schemas = vec![reference(&name)];
        if let Some(field) = object.shorthand.and_then(|it| object.field(it)) {
            // The short form is no function of CloudFormation.
            let short = self.alternatives(field.shape, &field.limits);
            schemas.extend(short.into_iter().filter(|it| *it != reference("intrinsic")));
        }
        schemas
    }

    /// Keeps a definition; two types of one name are told apart by a number.
    fn define(&mut self, name: &str, schema: Value) -> EcoString {
        let numbered = (2..).map(|it| ecow::eco_format!("{name}-{it}"));
        let free = |it: &EcoString| self.definitions.get(it).is_none_or(|known| *known == schema);
        let name = std::iter::once(EcoString::from(name)).chain(numbered).find(free).unwrap_or_default();
        self.definitions.insert(name.clone(), schema);
        name
    }

    /// A mapping with known keys in full.
    pub fn described(&mut self, object: &ObjectShape) -> Value {
        let mut schema = Object::new();
        schema.insert("title", titled(&spaced(object.name)));
        schema.insert("description", object.docs);
        schema.insert("type", "object");
        let mut properties = Object::new();
        for field in object.fields {
            properties.insert(field.key, self.field(object, field));
        }
        schema.insert("properties", properties);
        let required = object.fields.iter().filter(|it| it.required).map(|it| Value::from(it.key));
        let required: Vec<Value> = required.collect();
        if !required.is_empty() {
            schema.insert("required", Value::from(required));
        }
        if !object.requires.is_empty() {
            let sets = object.requires.iter();
            let sets = sets
                .map(|keys| json!({ "required": (Value::array(keys.iter().map(|it| Value::from(*it)))) }));
            schema.insert("anyOf", Value::array(sets));
        }
        if !object.open && !(self.open)(object) {
            schema.insert("additionalProperties", false);
        }
        schema.into()
    }

    fn field(&mut self, object: &ObjectShape, field: &Field) -> Value {
        let mut schema = Object::new();
        schema.insert("description", field.docs);
        if let Some(default) = default(field) {
            schema.insert("default", default);
        }
        if let Some(instead) = field.deprecated {
            schema.insert("deprecated", true);
            schema.insert("deprecationMessage", format!("Use {instead}."));
        }
        let value = match (self.instead)(object, field) {
            Some(value) => value,
            None => self.place(field.shape, &field.limits),
        };
        value
            .as_object()
            .into_iter()
            .flat_map(Object::iter)
            .for_each(|(key, it)| schema.insert(key.clone(), it.clone()));
        schema.into()
    }
}

fn number(integer: bool, limits: &Limits) -> Value {
    let kind = if integer { "integer" } else { "number" };
    let mut schema = Object::from_iter([("type".into(), Value::from(kind))]);
    if let Some((least, most)) = limits.range {
        schema.insert("minimum", Value::Number(least as f64));
        if most != i64::MAX {
            schema.insert("maximum", Value::Number(most as f64));
        }
    }
    schema.into()
}

fn text(string: &StringShape, limits: &Limits) -> Value {
    let mut schema = Object::new();
    // A number or a boolean is taken as its text.
    schema.insert("type", json!(["string", "number", "boolean"]));
    if let Some((least, most)) = limits.length {
        bounds(&mut schema, "minLength", "maxLength", least, most);
    }
    match (string.pattern, limits.pattern.map(|it| it.0)) {
        (Some(one), Some(two)) => {
            let both = [one, two].map(|it| json!({ "pattern": (ecmascript(it)) }));
            schema.insert("allOf", Value::array(both));
        }
        (Some(one), None) | (None, Some(one)) => schema.insert("pattern", ecmascript(one)),
        (None, None) => {}
    }
    schema.into()
}

fn bounds(schema: &mut Object, least_key: &str, most_key: &str, least: usize, most: usize) {
    if least > 0 {
        schema.insert(least_key, Value::Number(least as f64));
    }
    if most != usize::MAX {
        schema.insert(most_key, Value::Number(most as f64));
    }
}

/// The schemas of a closed set of words.
pub fn words(choice: &ChoiceShape) -> Vec<Value> {
    let mut schemas = Vec::new();
    for ended in [false, true] {
        let words: Vec<_> = choice.words.iter().filter(|it| it.ended == ended).collect();
        if words.is_empty() {
            continue;
        }
        let mut schema = Object::new();
        schema.insert("enum", Value::array(words.iter().map(|it| Value::from(it.text))));
        schema.insert("enumDescriptions", Value::array(words.iter().map(|it| Value::from(it.docs))));
        if ended {
            schema.insert("deprecated", true);
        }
        schemas.push(schema.into());
        // Words such as `14` and `false` are mostly written without quotes.
        let plain = words.iter().filter_map(|it| plain(it.text));
        let plain: Vec<Value> = plain.collect();
        if !plain.is_empty() {
            schemas.push(json!({ "enum": (Value::from(plain)) }));
        }
    }
    if choice.ignore_case {
        let words: Vec<&str> = choice.words.iter().map(|it| it.text).collect();
        let pattern = ecmascript(&format!("(?i)^(?:{})$", words.join("|")));
        schemas.push(json!({ "type": "string", "pattern": pattern }));
    }
    schemas
}

/// The number or boolean that reads as `text`.
fn plain(text: &str) -> Option<Value> {
    let value = match text {
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        _ => Value::Number(text.parse().ok()?),
    };
    (value.to_js_string() == text).then_some(value)
}

/// The default that the documentation names (`1024 by default.`), if it is a value that the field takes.
pub fn default(field: &Field) -> Option<Value> {
    let before = field.docs.split(" by default.").next().filter(|it| it.len() < field.docs.len())?;
    let sentence = before.rsplit_once(". ").map_or(before, |it| it.1);
    let code = sentence.strip_prefix('`').and_then(|it| it.strip_suffix('`'));
    let text = code.unwrap_or(sentence);
    fitting(field.shape, text, code.is_some())
}

fn fitting(shape: &Shape, text: &str, code: bool) -> Option<Value> {
    match shape {
        Shape::Bool => text.parse().ok().map(Value::Bool),
        Shape::Number { .. } => text.parse().ok().map(Value::Number),
        Shape::Choice(choice) => {
            choice.words.iter().find(|it| it.text == text).map(|it| Value::from(it.text))
        }
        // `{stage}` and the like stand for something else.
        Shape::String(_) if code && !text.contains('{') => Some(Value::from(text)),
        Shape::OneOf(shapes) => shapes.iter().find_map(|it| fitting(it, text, code)),
        Shape::Object(object) => {
            let field = object.shorthand.and_then(|it| object.field(it))?;
            fitting(field.shape, text, code)
        }
        _ => None,
    }
}

/// A pattern of ours as ECMAScript writes it, which has no flags inside: with `(?i)` each letter is written in both
/// cases, with `(?s)` a point takes line breaks, too.
fn ecmascript(pattern: &str) -> String {
    let flags = pattern.strip_prefix("(?").and_then(|it| it.split_once(')'));
    let Some((flags, rest)) = flags.filter(|(flags, _)| flags.chars().all(|it| "is".contains(it))) else {
        return pattern.to_owned();
    };
    let (ignores_case, across_lines) = (flags.contains('i'), flags.contains('s'));
    let mut out = String::new();
    let mut in_class = false;
    let mut escaped = false;
    for char in rest.chars() {
        let is_letter = ignores_case && char.is_ascii_alphabetic() && !escaped;
        let is_point = across_lines && char == '.' && !escaped && !in_class;
        in_class = match char {
            '[' if !escaped => true,
            ']' if !escaped => false,
            _ => in_class,
        };
        escaped = char == '\\' && !escaped;
        let (small, large) = (char.to_ascii_lowercase(), char.to_ascii_uppercase());
        match (is_letter, in_class) {
            (true, true) => out.extend([small, large]),
            (true, false) => out.extend(['[', large, small, ']']),
            (false, _) if is_point => out.push_str(r"[\s\S]"),
            (false, _) => out.push(char),
        }
    }
    out
}

/// The name of a type as words.
fn spaced(name: &str) -> String {
    let mut out = String::new();
    for char in name.chars() {
        if char.is_ascii_uppercase() && !out.is_empty() {
            out.push(' ');
        }
        out.push(char.to_ascii_lowercase());
    }
    out
}

fn titled(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|it| it.to_ascii_uppercase()).into_iter().chain(chars).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_lose_their_flag() {
        assert_eq!(ecmascript(r"(?i)^(?:\*|GET (/\S*))$"), r"^(?:\*|[Gg][Ee][Tt] (/\S*))$");
        assert_eq!(ecmascript("(?i)[ab]c"), "[aAbB][Cc]");
        assert_eq!(ecmascript(r"(?s)^.{0,9}[.]\.$"), r"^[\s\S]{0,9}[.]\.$");
        assert_eq!(ecmascript("(?:a)b"), "(?:a)b");
        assert_eq!(ecmascript("^[a-z]+$"), "^[a-z]+$");
    }

    #[test]
    fn defaults_come_from_the_documentation() {
        let field = |docs: &'static str, shape: &'static Shape| Field {
            key: "key",
            docs,
            shape,
            required: false,
            limits: Limits::NONE,
            deprecated: None,
            removed: false,
            since_4: false,
        };
        let text: &Shape = &Shape::String(StringShape { noun: "a string", pattern: None, grammar: None });
        let number = &Shape::Number { integer: true };
        assert_eq!(default(&field("Memory in MB. 1024 by default.", number)), Some(json!(1024)));
        assert_eq!(default(&field("The stage. `dev` by default.", text)), Some(json!("dev")));
        assert_eq!(default(&field("The name. `{stage}-x` by default.", text)), None);
        assert_eq!(default(&field("The name. The key by default.", text)), None);
        assert_eq!(default(&field("Is it on? `true` by default.", &Shape::Bool)), None);
        assert_eq!(default(&field("Whether it is on. `true` by default.", &Shape::Bool)), Some(json!(true)));
    }
}
