//! Functions give a text or a list, and each place takes one of them.
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference.html>

use ecow::{EcoString, eco_format};

use super::Facts;
use super::index;
use super::places::inside;
use crate::cfn::schema::{self, Kinds};
use crate::diagnostic::{Diagnostic, Place};
use crate::path::{Path, Segment};
use crate::rules;
use crate::value::{Object, Value};

/// The functions that give a list whatever they are asked.
const OF_LISTS: [&str; 3] = ["Fn::Cidr", "Fn::GetAZs", "Fn::Split"];

/// What the parameters of the template give.
struct Parameters<'a> {
    of: Option<&'a Object>,
    given: Vec<&'a str>,
}

impl<'a> Parameters<'a> {
    fn of(facts: &Facts<'a>) -> Parameters<'a> {
        let list = facts.config.get("provider").and_then(|it| it.get("stackParameters"));
        let list = list.and_then(Value::as_array).unwrap_or_default();
        let given = list.iter().filter_map(|it| it.get("ParameterKey")?.as_str()).collect();
        Parameters { of: facts.section("Parameters"), given }
    }

    /// Whether a parameter gives a list; `None` if that is not known.
    fn gives_list(&self, id: &str) -> Option<bool> {
        let kind = self.of?.get(id)?.get("Type")?.as_str()?;
        Some(kind == "CommaDelimitedList" || kind.contains("List<"))
    }

    /// How many items a parameter gives that has its default.
    fn count(&self, id: &str) -> Option<usize> {
        let text = self.of?.get(id)?.get("Default")?.as_str()?;
        (self.gives_list(id)? && !self.given.contains(&id)).then(|| text.split(',').count())
    }

    /// Whether `value` is a `Ref` of a parameter, and whether that is a list.
    fn referred<'v>(&self, value: &'v Value) -> Option<(&'v str, bool)> {
        let id = value.as_object()?.single().filter(|it| it.0 == "Ref")?.1.as_str()?;
        Some((id, self.gives_list(id)?))
    }

    /// What of `value` is a list, as words.
    fn list(&self, value: &Value) -> Option<EcoString> {
        let (name, _) = value.as_object()?.single()?;
        if OF_LISTS.contains(&name.as_str()) {
            return Some(eco_format!("`{name}` gives a list"));
        }
        let (id, is_list) = self.referred(value)?;
        is_list.then(|| eco_format!("the parameter `{id}` is a list"))
    }
}

/// Finds lists where texts are taken, and texts where lists are.
pub fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    if facts.index.has_macros {
        return;
    }
    let parameters = Parameters::of(facts);
    variables(facts, &parameters, found);
    for section in ["provider", "functions", "layers"] {
        let Some(part) = facts.config.get(section) else { continue };
        part.visit(&mut Path::from([section]), &mut |path, value| {
            if let Some((name, argument)) = value.as_object().and_then(Object::single) {
                found.extend(argument_fault(&parameters, name, argument, &path.join(name)));
                found.extend(of_text(facts, name, argument, &path.join(name)));
            }
            true
        });
    }
    for (root, part) in facts.own_parts() {
        let above = root.segments().len();
        part.visit(&mut root.clone(), &mut |path, value| {
            if let Some((name, argument)) = value.as_object().and_then(Object::single) {
                found.extend(argument_fault(&parameters, name, argument, &path.join(name)));
                found.extend(of_text(facts, name, argument, &path.join(name)));
                let below = path.segments().get(above..).unwrap_or_default();
                if gives_text(facts, name, argument) && takes(facts, below, Kinds::ARRAY) {
                    found.push(wrong(
                        Place::value(path.clone()),
                        eco_format!("`{name}` gives one text"),
                        "a list is taken here",
                        "write it as an item of a list: `- !Ref Name`",
                    ));
                }
                if let Some(what) = parameters.list(value)
                    && takes_text(facts, below)
                {
                    found.push(wrong(
                        Place::value(path.clone()),
                        what,
                        "a text is taken here",
                        "take one item by `!Select`, or join them by `!Join [',', ...]`",
                    ));
                }
            }
            true
        });
    }
}

/// Lists as environment variables.
fn variables(facts: &Facts<'_>, parameters: &Parameters<'_>, found: &mut Vec<Diagnostic>) {
    for pattern in ["provider.environment.*", "functions.*.environment.*"] {
        for (path, value) in crate::checks::pattern::places(facts.config, &Path::root(), pattern) {
            let what = parameters
                .list(value)
                .filter(|_| !matches!(path.last(), Some(Segment::Key(it)) if it.starts_with("Fn::")));
            found.extend(what.map(|what| {
                wrong(
                    Place::value(path),
                    what,
                    "an environment variable is a text",
                    "take one item by `!Select`, or join them by `!Join [',', ...]`",
                )
            }));
        }
    }
}

fn wrong(at: Place, message: EcoString, why: &'static str, help: &'static str) -> Diagnostic {
    Diagnostic::new(&rules::CFN_FUNCTION, at, message).why(why).help(help)
}

/// Whether a function gives one text for sure.
fn gives_text(facts: &Facts<'_>, name: &str, argument: &Value) -> bool {
    match name {
        "Fn::Sub" | "Fn::Join" => true,
        "Ref" => argument.as_str().is_some_and(|id| {
            facts.resource(id).is_some() && facts.section("Parameters").is_none_or(|it| !it.contains_key(id))
        }),
        "Fn::GetAtt" => {
            let attribute = index::get_att(argument).and_then(|(id, attribute)| {
                let kind = facts.resource(id)?.get("Type")?.as_str()?;
                schema::resource_type(kind)?.attribute(attribute?)
            });
            attribute.is_some_and(|it| {
                let kinds = it.kinds();
                kinds.takes(Kinds::STRING) && !kinds.is_any() && !kinds.takes(Kinds::ARRAY)
            })
        }
        _ => false,
    }
}

/// Whether the place takes a text alone: the value of an output, or a property that its schema says to be one. The
/// path begins at the part of `resources`.
fn takes_text(facts: &Facts<'_>, below: &[Segment]) -> bool {
    match below {
        [Segment::Key(section), _, Segment::Key(key), branches @ ..] if section == "Outputs" => {
            key == "Value" && is_of_branches(branches)
        }
        _ => takes(facts, below, Kinds::STRING),
    }
}

/// Whether the property at a path takes values of one kind alone: a text, a mapping or a list.
fn takes(facts: &Facts<'_>, below: &[Segment], kind: Kinds) -> bool {
    let inner = match below {
        [Segment::Key(section), _, rest @ ..] if section == "Resources" => rest,
        _ => return false,
    };
    let Some((_, properties)) = inner.split_first().filter(|it| *it.0 == Segment::from("Properties")) else {
        return false;
    };
    let is_argument =
        |it: &Segment| matches!(it, Segment::Key(key) if key.starts_with("Fn::") && key != "Fn::If");
    if properties.is_empty() || properties.iter().any(is_argument) {
        return false;
    }
    let Some(Segment::Key(id)) = below.get(1) else { return false };
    let of = facts.resource(id).and_then(|it| it.get("Type")).and_then(Value::as_str);
    let nodes = of.and_then(schema::resource_type).map(|it| it.nodes_at(properties)).unwrap_or_default();
    let is_of_kind = |it: &schema::Node| {
        let kinds = it.kinds();
        let others = [Kinds::STRING, Kinds::ARRAY, Kinds::OBJECT].into_iter().filter(|it| *it != kind);
        !kinds.is_any() && kinds.takes(kind) && !others.into_iter().any(|it| kinds.takes(it))
    };
    !nodes.is_empty() && nodes.iter().all(is_of_kind)
}

/// Whether a path leads through branches of `Fn::If` alone.
fn is_of_branches(steps: &[Segment]) -> bool {
    steps.chunks(2).all(|it| matches!(it, [Segment::Key(name), Segment::Index(_)] if name == "Fn::If"))
}

/// What is wrong with the argument of a function at `path`.
fn argument_fault(
    parameters: &Parameters<'_>,
    name: &str,
    argument: &Value,
    path: &Path,
) -> Option<Diagnostic> {
    let text = |value: &Value| parameters.referred(value).filter(|it| !it.1).map(|it| it.0.to_owned());
    match (name, argument.as_array().unwrap_or_default()) {
        ("Fn::Join" | "Fn::Select", [_, list]) if text(list).is_some() => {
            let id = text(list)?;
            let message = eco_format!("the parameter `{id}` is a text, and `{name}` takes a list");
            let at = Place::value(path.join(1));
            Some(wrong(
                at,
                message,
                "CloudFormation refuses the template",
                "give the parameter the type `CommaDelimitedList`, or split it by `!Split`",
            ))
        }
        ("Fn::Select", [index, list]) => {
            let index = index.to_js_string().trim().parse::<usize>().ok()?;
            let count = match parameters.referred(list) {
                Some((id, true)) => parameters.count(id)?,
                _ => blocks(list).or_else(|| parts(list))?,
            };
            let message = eco_format!("`Fn::Select` takes item {index} of a list of {count}");
            let at = Place::value(path.join(0));
            (index >= count).then(|| wrong(at, message, "the first item is 0", "take one that is there"))
        }
        ("Fn::Split", [Value::String(separator), _]) if separator.is_empty() => {
            let at = Place::value(path.join(0));
            let message = "`Fn::Split` splits at nothing".into();
            Some(wrong(
                at,
                message,
                "CloudFormation refuses an empty separator",
                "name what stands between the parts",
            ))
        }
        ("Fn::Cidr", [block, _, bits]) => {
            let is_ipv6 = block.as_str().is_some_and(|it| it.contains(':')) || block.to_json().contains("v6");
            let bits =
                super::properties::number(bits).filter(|it| *it > if is_ipv6 { 128.0 } else { 32.0 })?;
            let message = eco_format!("a block of addresses has no {bits} bits");
            let help = "write the bits that are left to each block: 8 for 256 addresses";
            Some(wrong(
                Place::value(path.join(2)),
                message,
                "an IPv4 address has 32 bits, one of IPv6 128",
                help,
            ))
        }
        ("Fn::GetAZs", _) => {
            let region = argument.as_str().filter(|it| !it.is_empty() && !it.contains("${"))?;
            let message = eco_format!("there is no region `{region}`");
            let help = "write `!GetAZs ''` for the region of the service";
            let is_known = schema::is_region(region);
            (!is_known).then(|| wrong(Place::value(path.clone()), message, "it has no zones", help))
        }
        ("Fn::Sub", _) => in_text(parameters, argument, path),
        _ => None,
    }
}

/// A list in the text of a `Fn::Sub`.
fn in_text(parameters: &Parameters<'_>, argument: &Value, path: &Path) -> Option<Diagnostic> {
    let (text, variables) = index::sub(argument);
    let own = variables.and_then(Value::as_object);
    let list = index::sub_names(text?).find(|it| {
        !own.is_some_and(|own| own.contains_key(it.text)) && parameters.gives_list(it.text) == Some(true)
    })?;
    let path = if argument.as_array().is_some() { path.join(0) } else { path.clone() };
    let message = eco_format!("the parameter `{}` is a list, and `Fn::Sub` takes texts", list.text);
    let at = inside(path, list.start..list.start + list.text.len());
    let help = "join it by `!Join` in a variable of the `Fn::Sub`";
    Some(wrong(at, message, "CloudFormation refuses the template", help))
}

/// A text where a function takes a list.
fn of_text(facts: &Facts<'_>, name: &str, argument: &Value, path: &Path) -> Option<Diagnostic> {
    let [_, list] = argument.as_array()? else { return None };
    let (inner, of) = list.as_object()?.single().filter(|_| matches!(name, "Fn::Join" | "Fn::Select"))?;
    let is_text = matches!(inner.as_str(), "Fn::Base64" | "Fn::ImportValue") || gives_text(facts, inner, of);
    let message = eco_format!("`{inner}` gives one text, and `{name}` takes a list");
    let help = "split it by `!Split [',', ...]`";
    let at = Place::value(path.join(1));
    is_text.then(|| wrong(at, message, "CloudFormation refuses the template", help))
}

/// How many parts `Fn::Split` makes of a text that is known.
fn parts(value: &Value) -> Option<usize> {
    let [Value::String(separator), Value::String(text)] = value.get("Fn::Split")?.as_array()? else {
        return None;
    };
    let is_known = !separator.is_empty() && !text.contains("${") && !text.contains("{{");
    is_known.then(|| text.split(separator.as_str()).count())
}

/// How many blocks a `Fn::Cidr` makes.
fn blocks(value: &Value) -> Option<usize> {
    let [_, count, ..] = value.get("Fn::Cidr")?.as_array()? else { return None };
    count.to_js_string().parse().ok()
}
