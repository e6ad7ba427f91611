//! CloudFormation's functions have names that there are, and arguments of their form.
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference.html>

use ecow::{EcoString, eco_format};

use super::Facts;
use super::index::{self, FOR_EACH};
use super::places::inside;
use crate::diagnostic::{Diagnostic, Part, Place, nearest};
use crate::path::Path;
use crate::rules;
use crate::shape::cfn;
use crate::value::{Object, Value};

/// The functions that conditions alone take, beside [those of values](cfn::FUNCTIONS).
const OF_CONDITIONS: [&str; 7] = [
    "Fn::And",
    "Fn::Contains",
    "Fn::EachMemberEquals",
    "Fn::EachMemberIn",
    "Fn::Equals",
    "Fn::Not",
    "Fn::Or",
];

/// Functions that no condition takes, but rules do.
const RULES_ALONE: [&str; 3] = ["Fn::Contains", "Fn::EachMemberEquals", "Fn::EachMemberIn"];

/// Functions of rules, of which little is said.
const OF_RULES: [&str; 3] = ["Fn::RefAll", "Fn::ValueOf", "Fn::ValueOfAll"];

/// The functions of values and of conditions.
fn known() -> impl Iterator<Item = &'static str> {
    cfn::FUNCTIONS.iter().chain(&OF_CONDITIONS).copied()
}

/// Finds functions that do not exist, and arguments that they do not take.
pub fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    // A macro takes other forms.
    if facts.index.has_macros {
        return;
    }
    let mut roots = facts.own_sections(&["Conditions", "Resources", "Outputs", "extensions"]);
    for section in ["provider", "functions", "layers"] {
        roots.extend(facts.config.get(section).map(|it| (Path::from([section]), it)));
    }
    for (path, root) in roots {
        root.visit(&mut path.clone(), &mut |path, value| {
            value.as_object().is_none_or(|it| object(it, path, facts.index.is_extended, found))
        });
    }
}

/// Loops have a name, a list and what is made for each.
fn loops(object: &Object, path: &Path, found: &mut Vec<Diagnostic>) {
    found.extend(object.iter().filter(|it| it.0.starts_with(FOR_EACH)).filter_map(|(name, argument)| {
        let is_loop = argument.as_array().is_none_or(|it| it.len() == 3 && it.first().is_some_and(is_text));
        let message = || eco_format!("the argument of `{name}` is not of its form");
        let help = "write a name, a list and what is made for each: `[Name, [A, B], {...}]`";
        let at = || Place::key(path.join(name));
        (!is_loop).then(|| Diagnostic { at: at(), ..wrong(path.join(name), message(), help) })
    }));
}

/// Looks at one mapping; whether to go below it. With AWS's language extensions functions stand within functions.
fn object(object: &Object, path: &Path, is_extended: bool, found: &mut Vec<Diagnostic>) -> bool {
    if is_extended {
        loops(object, path, found);
    }
    if let Some((name, _)) = object.single()
        && name.starts_with("Fn:")
        && !name.starts_with("Fn::")
    {
        found.push(unknown(name, path));
        return true;
    }
    let functions = object.keys().filter(|it| it.starts_with("Fn::"));
    let mut functions = functions.filter(|it| !it.starts_with(FOR_EACH) && it.as_str() != "Fn::Transform");
    let Some(name) = functions.next() else {
        if let Some((name, argument)) = object.single()
            && name == "Ref"
            && !is_extended
            && !matches!(argument, Value::String(_) | Value::Unknown(_))
            // A schema of one's own may have a property of this name.
            && path.segments().iter().any(|it| it.to_string() == "Properties" || it.to_string() == "environment")
        {
            let message =
                eco_format!("`Ref` takes the name of a resource or a parameter, not {}", argument.noun());
            found.push(wrong(path.join("Ref"), message, "write `!Ref Name`"));
        }
        return true;
    };
    if object.len() > 1 {
        let at = Place::key(path.join(name));
        let message = eco_format!("`{name}` stands beside other keys");
        found.push(
            Diagnostic::new(&rules::CFN_FUNCTION, at, message)
                .why("a function of CloudFormation is a mapping of its own, with one key")
                .help("indent it below the key whose value it gives, or remove the other keys"),
        );
        return true;
    }
    if !known().any(|it| it == name) {
        if !OF_RULES.contains(&name.as_str()) {
            found.push(unknown(name, path));
        }
        return true;
    }
    found.extend(of_rules(name, path));
    let argument = object.get(name).unwrap_or(&Value::Null);
    if !is_extended && matches!(name.as_str(), "Fn::Length" | "Fn::ToJsonString") {
        let message = eco_format!("`{name}` needs `Transform: AWS::LanguageExtensions`");
        let help = "add `Transform: AWS::LanguageExtensions` below `resources`";
        found.push(Diagnostic { at: Place::key(path.join(name)), ..wrong(path.join(name), message, help) });
        return true;
    }
    if is_extended && name == "Fn::GetAtt" && argument.as_array().is_some_and(|it| it.len() == 2) {
        return true;
    }
    if let Some((message, help)) = fault(name, argument) {
        found.push(wrong(path.join(name), message, help));
    } else if !(is_extended && name == "Fn::Sub") {
        found.extend(detail(name, argument, &path.join(name)));
    }
    true
}

/// A function that only rules take.
fn of_rules(name: &EcoString, path: &Path) -> Option<Diagnostic> {
    let message = eco_format!("only rules take `{name}`");
    let help = "compare by `Fn::Equals`, and join by `Fn::Or`";
    RULES_ALONE.contains(&name.as_str()).then(|| wrong(path.join(name), message, help))
}

fn wrong(path: Path, message: EcoString, help: impl Into<EcoString>) -> Diagnostic {
    Diagnostic::new(&rules::CFN_FUNCTION, Place::Resolved { path, part: Part::Use }, message)
        .why("CloudFormation refuses the template")
        .help(help)
}

fn unknown(name: &EcoString, path: &Path) -> Diagnostic {
    let at = Place::key(path.join(name));
    let message = eco_format!("CloudFormation has no function `{name}`");
    let diagnostic = Diagnostic::new(&rules::CFN_FUNCTION, at.clone(), message);
    // `Ref` and `Condition` have no `Fn::`.
    let near = match name.as_str() {
        "Fn::Ref" => Some("Ref"),
        "Fn::Condition" => Some("Condition"),
        _ => nearest(name, known().filter(|it| it.starts_with("Fn::"))),
    };
    diagnostic.meant(
        "rename to",
        at,
        near,
        "see AWS's reference of intrinsic functions for those that there are",
    )
}

/// Whether a value may be a text once CloudFormation has evaluated it.
fn is_text(value: &Value) -> bool {
    match value {
        Value::Array(_) | Value::Null => false,
        Value::Object(it) => is_function(it),
        _ => true,
    }
}

/// Whether a value may be a list once CloudFormation has evaluated it.
fn is_list(value: &Value) -> bool {
    match value {
        Value::Array(_) | Value::Unknown(_) => true,
        Value::Object(it) => is_function(it),
        _ => false,
    }
}

fn is_function(object: &Object) -> bool {
    object
        .single()
        .is_some_and(|(name, _)| name.starts_with("Fn::") || matches!(name.as_str(), "Ref" | "Condition"))
}

/// What is wrong with the argument of a function, and what to write.
fn fault(name: &str, argument: &Value) -> Option<(EcoString, &'static str)> {
    if matches!(argument, Value::Unknown(_)) {
        return None;
    }
    let items = argument.as_array();
    let count = items.map(<[Value]>::len);
    let item = |index: usize| items.and_then(|it| it.get(index));
    let fits = |index: usize, test: fn(&Value) -> bool| item(index).is_some_and(test);
    let (is_right, help): (bool, &'static str) = match name {
        "Fn::Base64" | "Fn::ImportValue" | "Fn::GetAZs" => (
            is_text(argument) || (name == "Fn::GetAZs" && argument.is_null()),
            "write one text, or a function that gives one",
        ),
        "Fn::Join" => (
            count == Some(2)
                && fits(0, |it| matches!(it, Value::String(_) | Value::Unknown(_)))
                && fits(1, is_list),
            "write a separator and a list: `!Join [':', [a, b]]`",
        ),
        "Fn::Split" => (
            count == Some(2)
                && fits(0, |it| matches!(it, Value::String(_) | Value::Unknown(_)))
                && fits(1, is_text),
            "write a separator and a text: `!Split [',', 'a,b']`",
        ),
        "Fn::Select" => (
            count == Some(2) && fits(0, is_text) && fits(1, is_list),
            "write an index and a list: `!Select [0, [a, b]]`",
        ),
        "Fn::Sub" => (
            match items {
                None => matches!(argument, Value::String(_)),
                Some(items) => {
                    (items.len() == 2 && fits(1, |it| matches!(it, Value::Object(_) | Value::Unknown(_))))
                        && fits(0, |it| matches!(it, Value::String(_) | Value::Unknown(_)))
                }
            },
            "write a text, or a text and a mapping of its variables",
        ),
        "Fn::If" => (
            count == Some(3) && fits(0, |it| matches!(it, Value::String(_) | Value::Unknown(_))),
            "write the name of a condition and two values: `!If [IsProduction, a, b]`",
        ),
        "Fn::FindInMap" => (
            matches!(count, Some(3 | 4)) && (0..3).all(|it| fits(it, is_text)),
            "write a mapping, a name and a key: `!FindInMap [Sizes, small, days]`",
        ),
        "Fn::Cidr" => (
            matches!(count, Some(2 | 3)) && (0..2).all(|it| fits(it, is_text)),
            "write a block, a count and the bits of each: `!Cidr [!GetAtt Vpc.CidrBlock, 6, 8]`",
        ),
        "Fn::GetAtt" => (
            match argument {
                Value::String(text) => {
                    text.split_once('.').is_some_and(|(id, it)| !id.is_empty() && !it.is_empty())
                }
                Value::Array(_) => {
                    count.is_some_and(|it| it >= 2)
                        && fits(0, |it| matches!(it, Value::String(_) | Value::Unknown(_)))
                        && fits(1, is_text)
                }
                _ => false,
            },
            "write a resource and its attribute: `!GetAtt Table.Arn`",
        ),
        _ => condition(name, count),
    };
    (!is_right).then(|| (eco_format!("the argument of `{name}` is not of its form"), help))
}

/// Whether a function of conditions has as many arguments as it takes, and what to write.
fn condition(name: &str, count: Option<usize>) -> (bool, &'static str) {
    match name {
        "Fn::Equals" => (count == Some(2), "write two values: `!Equals [!Ref Stage, prod]`"),
        "Fn::Not" => (count == Some(1), "write one condition in a list: `!Not [!Condition IsProduction]`"),
        "Fn::And" | "Fn::Or" => {
            (count.is_some_and(|it| (2..=10).contains(&it)), "write a list of two to ten conditions")
        }
        _ => (true, ""),
    }
}

/// What is wrong inside of an argument whose form is right.
fn detail(name: &str, argument: &Value, path: &Path) -> Option<Diagnostic> {
    let items = argument.as_array().unwrap_or_default();
    match (name, items) {
        ("Fn::Select", [index, Value::Array(list)]) => {
            let number = index.to_js_string().parse::<f64>().ok()?;
            if number >= 0.0 && number.fract() == 0.0 && (number as usize) < list.len() {
                return None;
            }
            let message = eco_format!("`Fn::Select` takes item {number} of a list of {}", list.len());
            Some(wrong(path.join(0), message, "the first item is 0"))
        }
        ("Fn::Select", [index @ (Value::String(_) | Value::Number(_)), _]) => {
            let is_index = index.to_js_string().parse::<u32>().is_ok();
            let message = || eco_format!("`{}` is no index of a list", index.to_js_string());
            (!is_index).then(|| wrong(path.join(0), message(), "write a number; the first item is 0"))
        }
        ("Fn::Join", [_, Value::Array(list)]) => {
            let index = list.iter().position(|it| !is_text(it))?;
            let noun = list.get(index).map_or("nothing", Value::noun);
            let message = eco_format!("`Fn::Join` joins texts, and this is {noun}");
            Some(wrong(path.join(1).join(index), message, "remove it, or write a text"))
        }
        ("Fn::FindInMap", _) => {
            let of_resource =
                |it: &Value| it.get("Fn::GetAtt").is_some() || it.get("Fn::ImportValue").is_some();
            let index = items.iter().take(3).position(of_resource)?;
            let message = "`Fn::FindInMap` takes names that are known before a resource is made".into();
            Some(wrong(path.join(index), message, "write a text, or `!Ref` of a parameter"))
        }
        ("Fn::And" | "Fn::Or" | "Fn::Not", _) => {
            let index = items.iter().position(|it| matches!(it, Value::String(_)))?;
            let message = eco_format!("`{name}` takes conditions, and this is a text");
            Some(wrong(path.join(index), message, "name a condition with `!Condition Name`"))
        }
        ("Fn::Cidr", [_, count, ..]) => {
            let count = count.as_number().filter(|it| !(1.0..=256.0).contains(it))?;
            let message = eco_format!("`Fn::Cidr` makes 1 to 256 blocks, not {count}");
            Some(wrong(path.join(1), message, "ask for fewer"))
        }
        ("Fn::Sub", _) => sub(argument, path),
        _ => None,
    }
}

/// Names in the text of a `Fn::Sub` that it does not take.
fn sub(argument: &Value, path: &Path) -> Option<Diagnostic> {
    let (text, _) = index::sub(argument);
    let is_name = |it: &str| {
        !it.is_empty() && it.bytes().all(|it| it.is_ascii_alphanumeric() || matches!(it, b'_' | b'.' | b':'))
    };
    let name = index::sub_names(text?).find(|it| !is_name(it.text))?;
    let path = if argument.as_array().is_some() { path.join(0) } else { path.clone() };
    let at = inside(path, name.start..name.start + name.text.len());
    let message = eco_format!("`${{{}}}` is no name that `Fn::Sub` can replace", name.text);
    Some(
        Diagnostic::new(&rules::CFN_FUNCTION, at, message)
            .why("names have letters, digits, `_`, `.` and `::` only, and CloudFormation refuses others")
            .help(eco_format!("write `${{!{}}}` if the text is meant to stay", name.text)),
    )
}

/// Finds variables of a `Fn::Sub` that its text does not have.
pub fn check_variables(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    for (path, part) in facts.own_parts() {
        part.visit(&mut path.clone(), &mut |path, value| {
            let argument = value.get("Fn::Sub");
            let Some((Some(text), Some(Value::Object(variables)))) = argument.map(index::sub) else {
                return true;
            };
            for name in variables.keys() {
                if !index::sub_names(text).any(|it| it.text == name.as_str()) {
                    let at = Place::key(path.join("Fn::Sub").join(1).join(name));
                    let message = eco_format!("the text of this `Fn::Sub` has no `${{{name}}}`");
                    found.push(
                        Diagnostic::new(&rules::UNUSED_DECLARATION, at, message)
                            .help("remove the variable, or use it in the text"),
                    );
                }
            }
            true
        });
    }
}
