//! The user's own functions, custom resources and event source mappings in `resources`.
//!
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-function.html>,
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref.html>

use ecow::{EcoString, eco_format};

use super::Facts;
use super::resource_type::{has_macros, own_ids};
use crate::aws::runtime::RUNTIMES;
use crate::checks::environment;
use crate::checks::function::patterns;
use crate::checks::matchers;
use crate::checks::service::runtimes;
use crate::diagnostic::{Diagnostic, Place, Severity, nearest};
use crate::path::{Path, Segment};
use crate::rules;
use crate::shape::cfn::is_intrinsic_value;
use crate::value::{Object, Value};

/// A resource of the user's own.
struct Own<'a> {
    facts: &'a Facts<'a>,
    id: &'a EcoString,
    kind: &'a str,
    properties: &'a Object,
}

impl Own<'_> {
    /// Where a property was written.
    fn path(&self, steps: &[Segment]) -> Option<Path> {
        let below = [Segment::from(self.id), Segment::from("Properties")];
        let below: Vec<Segment> = below.into_iter().chain(steps.iter().cloned()).collect();
        self.facts.written("Resources", &below)
    }

    fn text(&self, key: &str) -> Option<&str> {
        let text = self.properties.get(key)?.as_str()?;
        (!text.contains("${") && !text.contains("{{") && !text.contains("#{")).then_some(text)
    }

    /// Whether a function may bring properties that are not written.
    fn is_open(&self) -> bool {
        self.properties.keys().any(|it| it.starts_with("Fn::"))
    }
}

/// Finds what Lambda and CloudFormation refuse.
pub fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    if has_macros(facts) {
        return;
    }
    let empty = Object::new();
    for id in own_ids(facts) {
        let Some(body) = facts.resource(&id) else { continue };
        let Some(kind) = body.get("Type").and_then(Value::as_str) else { continue };
        let properties = match body.get("Properties") {
            Some(Value::Object(it)) => it,
            None => &empty,
            Some(_) => continue,
        };
        let own = Own { facts, id: &id, kind, properties };
        match kind {
            "AWS::Lambda::Function" => function(&own, found),
            "AWS::Lambda::EventSourceMapping" => filters(&own, &["FilterCriteria"], found),
            "AWS::Pipes::Pipe" => filters(&own, &["SourceParameters", "FilterCriteria"], found),
            "AWS::Events::Archive" | "AWS::Events::Rule" => event_pattern(&own, found),
            "AWS::SNS::Subscription" => filter_policy(&own, found),
            "AWS::CloudFormation::CustomResource" => found.extend(patience(&own)),
            _ if kind.starts_with("Custom::") => custom(&own, found),
            _ => {}
        }
    }
}

fn function(own: &Own<'_>, found: &mut Vec<Diagnostic>) {
    if let (Some(runtime), Some(path)) = (own.text("Runtime"), own.path(&["Runtime".into()])) {
        found.extend(unknown_runtime(runtime, Place::value(path.clone())));
        found.extend(runtimes::judge(runtime, Place::value(path), own.facts.around));
    }
    let variables = own.properties.get("Environment").and_then(|it| it.get("Variables"));
    if let (Some(written @ Value::Object(variables)), Some(path)) =
        (variables, own.path(&["Environment".into(), "Variables".into()]))
        && !variables.keys().any(|it| it.starts_with("Fn::"))
    {
        environment::names(Some(written), &path, false, found);
        for (name, value) in variables.iter() {
            let is_plain = matches!(value, Value::Object(_) | Value::Array(_)) && !is_intrinsic_value(value);
            // A macro of one's own has the form of a function.
            let is_function =
                value.as_object().and_then(Object::single).is_some_and(|it| it.0.contains("::"));
            if is_plain && !is_function {
                let message = eco_format!("the environment variable `{name}` is {}", value.noun());
                found.push(
                    Diagnostic::new(&rules::CFN_WRONG_TYPE, Place::value(path.join(name)), message)
                        .why("environment variables are texts, and CloudFormation refuses the function")
                        .help("write a text, such as JSON in quotes"),
                );
            }
        }
    }
    found.extend(image(own));
    found.extend(inline(own));
}

/// A runtime that differs from those that are known in its version alone.
fn unknown_runtime(runtime: &str, at: Place) -> Option<Diagnostic> {
    let plain = |text: &str| text.chars().filter(|it| !it.is_ascii_digit()).collect::<String>();
    // Other names are told by what AWS says of the property.
    let is_version = RUNTIMES.iter().any(|it| plain(it.text) == plain(runtime));
    if RUNTIMES.iter().any(|it| it.text == runtime) || !is_version {
        return None;
    }
    let message = eco_format!("Lambda has no runtime `{runtime}` that this version of `slsc` knows");
    let mut diagnostic = Diagnostic::new(&rules::CFN_UNKNOWN_VALUE, at, message);
    // AWS brings new ones every year.
    diagnostic.severity = Severity::Warning;
    let near = nearest(runtime, RUNTIMES.iter().filter(|it| !it.ended).map(|it| it.text));
    Some(match near {
        Some(near) => diagnostic.help(eco_format!("did you mean `{near}`?")),
        None => diagnostic.help("write one of Lambda's runtimes"),
    })
}

/// What is made from an image says so.
fn image(own: &Own<'_>) -> Option<Diagnostic> {
    own.properties.get("Code")?.get("ImageUri")?;
    let is_zip = match own.properties.get("PackageType") {
        None => !own.is_open(),
        Some(kind) => kind.as_str() == Some("Zip"),
    };
    let path = own.path(&["Code".into(), "ImageUri".into()]).filter(|_| is_zip)?;
    Some(
        Diagnostic::new(
            &rules::CFN_MISSING_PROPERTY,
            Place::key(path),
            "the function is not one of an image",
        )
        .why("Lambda takes `ImageUri` with `PackageType: Image` alone; without it the package is an archive")
        .help("add `PackageType: Image`"),
    )
}

/// Code that is written in the template stands in the file `index`.
fn inline(own: &Own<'_>) -> Option<Diagnostic> {
    let code = text_of(own.properties.get("Code")?.get("ZipFile")?)?;
    let handler = own.text("Handler")?;
    // A layer may bring other files.
    if own.properties.contains_key("Layers") || own.is_open() {
        return None;
    }
    let at = Place::value(own.path(&["Handler".into()])?);
    let (file, name) = handler.rsplit_once('.')?;
    if file != "index" {
        let message = eco_format!("there is no file `{file}` in the code of `{}`", own.id);
        return Some(
            Diagnostic::new(&rules::HANDLER_FILE, at, message)
                .why("CloudFormation writes the code of `ZipFile` to the file `index`")
                .help(eco_format!("write `index.{name}`")),
        );
    }
    if code.contains(name) || name.is_empty() {
        return None;
    }
    let message = eco_format!("the code of `{}` has no `{name}`", own.id);
    Some(
        Diagnostic::new(&rules::HANDLER_EXPORT, at, message)
            .why("Lambda calls what the handler names, and every invocation fails")
            .help("name the function that the code has"),
    )
}

/// The text of code that is known in whole, but for names that `Fn::Sub` puts in.
fn text_of(value: &Value) -> Option<EcoString> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Object(object) => match object.single()? {
            (name, argument) if name == "Fn::Sub" => super::index::sub(argument).0.map(Into::into),
            (name, Value::Array(parts)) if name == "Fn::Join" => {
                let items = parts.get(1)?.as_array()?;
                let texts: Option<Vec<&str>> = items.iter().map(Value::as_str).collect();
                Some(texts?.join(parts.first()?.as_str()?).into())
            }
            _ => None,
        },
        _ => None,
    }
}

/// The most seconds that CloudFormation waits for a custom resource.
const PATIENCE: f64 = 3600.0;

fn custom(own: &Own<'_>, found: &mut Vec<Diagnostic>) {
    let name = own.kind.strip_prefix("Custom::").unwrap_or_default();
    let is_form = |it: char| it.is_ascii_alphanumeric() || matches!(it, '_' | '@' | '-');
    let known = !name.contains("${") && !name.contains("{{");
    if known && (name.is_empty() || name.len() > 60 || !name.chars().all(is_form)) {
        let path = own.facts.written("Resources", &[Segment::from(own.id), Segment::from("Type")]);
        found.extend(path.map(|path| {
            let message = eco_format!("`{}` is no type of a custom resource", own.kind);
            Diagnostic::new(&rules::CFN_UNKNOWN_TYPE, Place::value(path), message)
                .why("behind `Custom::` stand up to 60 letters, digits, `_`, `@` and `-`")
                .help("choose another name")
        }));
    }
    if !own.properties.contains_key("ServiceToken") && !own.is_open() {
        let near = nearest("ServiceToken", own.properties.keys().map(EcoString::as_str));
        let at = match near {
            Some(key) => own.path(&[key.into()]),
            None => own.facts.written("Resources", &[Segment::from(own.id)]),
        };
        found.extend(at.map(|path| {
            let message = eco_format!("the custom resource `{}` has no `ServiceToken`", own.id);
            Diagnostic::new(&rules::CFN_MISSING_PROPERTY, Place::key(path), message)
                .why("CloudFormation asks the function or the topic that it names to make the resource")
                .help(match near {
                    Some(_) => "did you mean `ServiceToken`?",
                    None => "add `ServiceToken: !GetAtt Function.Arn`",
                })
        }));
    }
    found.extend(patience(own));
}

fn patience(own: &Own<'_>) -> Option<Diagnostic> {
    let value = own.properties.get("ServiceTimeout")?;
    let seconds: f64 = match value {
        Value::Number(it) => *it,
        Value::String(it) => it.trim().parse().ok()?,
        _ => return None,
    };
    if (1.0..=PATIENCE).contains(&seconds) {
        return None;
    }
    let at = Place::value(own.path(&["ServiceTimeout".into()])?);
    let message = eco_format!("`ServiceTimeout` is {seconds}, the most is {PATIENCE}");
    Some(
        Diagnostic::new(&rules::CFN_OUT_OF_RANGE, at, message)
            .why("CloudFormation waits from a second to an hour for a custom resource")
            .help("write a number of seconds from 1 to 3600"),
    )
}

/// The patterns of filters are texts in JSON, with a list of what matches at the end of each path.
fn filters(own: &Own<'_>, at: &[&str], found: &mut Vec<Diagnostic>) {
    let Some((first, rest)) = at.split_first() else { return };
    let criteria = rest.iter().try_fold(own.properties.get(first), |it, key| Some(it?.get(key)));
    let filters = criteria.flatten().and_then(|it| it.get("Filters"));
    for (index, filter) in filters.and_then(Value::as_array).unwrap_or_default().iter().enumerate() {
        let Some(Value::String(text)) = filter.get("Pattern") else { continue };
        let mut steps: Vec<Segment> = at.iter().map(|it| Segment::from(*it)).collect();
        steps.extend(["Filters".into(), index.into(), "Pattern".into()]);
        let Some(path) = own.path(&steps).filter(|_| !text.contains("${") && !text.contains("{{")) else {
            continue;
        };
        let parsed = slsc_yaml::parse_json(text);
        if let Some(problem) = parsed.problems.first() {
            let at = Place::Inside { path, within: problem.range.clone() };
            let message = eco_format!("the pattern is not JSON: {}", problem.message);
            found.push(
                Diagnostic::new(&rules::JSON_SYNTAX, at, message)
                    .why("Lambda reads the pattern as JSON, and refuses the mapping")
                    .help("put names and texts in double quotes"),
            );
            continue;
        }
        let mut inner = Vec::new();
        patterns::whole(&crate::document::value(&parsed), Path::root(), &mut inner);
        found.extend(inner.into_iter().take(1).map(|mut it| {
            it.at = Place::value(path.clone());
            it
        }));
    }
}

/// Patterns of rules and archives. Bare values of what all events have are told by the facts of rules.
fn event_pattern(own: &Own<'_>, found: &mut Vec<Diagnostic>) {
    let Some(Value::Object(fields)) = own.properties.get("EventPattern") else { return };
    let Some(path) = own.path(&["EventPattern".into()]) else { return };
    for (key, value) in fields.iter() {
        let path = path.join(key);
        match key.as_str() {
            "detail" if value.as_object().is_some() => patterns::whole(value, path, found),
            "$or" => {
                for (index, item) in value.as_array().into_iter().flatten().enumerate() {
                    matchers::check(item, &path.join(index), found);
                }
            }
            _ => matchers::check(value, &path, found),
        }
    }
}

fn filter_policy(own: &Own<'_>, found: &mut Vec<Diagnostic>) {
    let policy = own.properties.get("FilterPolicy").filter(|it| it.as_object().is_some());
    if let (Some(policy), Some(path)) = (policy, own.path(&["FilterPolicy".into()])) {
        matchers::check(policy, &path, found);
    }
}
