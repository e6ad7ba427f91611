//! What imports are used for, and what exports give: a subnet where a subnet is taken, a queue that hides its messages
//! as long as the function of another service works on them.

use ecow::{EcoString, eco_format};

use super::{Facts, Finding, Named, Spot};
use crate::cfn::Template;
use crate::checks::template::kinds;
use crate::diagnostic::Severity;
use crate::path::{Path, Segment};
use crate::rules::{self, Rule};
use crate::value::{Object, Value};

/// What a name is exported for: a reference to a resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Given {
    /// The name of the export.
    pub export: EcoString,
    /// The logical id and the type of the resource.
    pub id: EcoString,
    /// The type.
    pub kind: EcoString,
    /// The attribute; empty for `Ref`.
    pub attribute: EcoString,
    /// Of a queue, the seconds that a message is hidden for.
    pub hidden: Option<u32>,
}

/// A property, or a statement of IAM, that has its value from another stack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Use {
    /// The name of the export.
    pub import: EcoString,
    /// The type that has the property.
    pub of: EcoString,
    /// Where in its properties.
    pub path: Vec<Segment>,
    /// Of a statement, the services of its actions; empty where one of these is not known.
    pub services: Vec<EcoString>,
    /// Of a source of events, the seconds that its function may take.
    pub timeout: Option<u32>,
    /// Where it is imported.
    pub at: Spot,
}

/// Services whose actions are on resources of their own alone, and the types of these.
const SERVICES: [(&str, &str); 9] = [
    ("dynamodb", "AWS::DynamoDB::Table"),
    ("events", "AWS::Events::EventBus"),
    ("kinesis", "AWS::Kinesis::Stream"),
    ("lambda", "AWS::Lambda::Function"),
    ("s3", "AWS::S3::Bucket"),
    ("secretsmanager", "AWS::SecretsManager::Secret"),
    ("sns", "AWS::SNS::Topic"),
    ("sqs", "AWS::SQS::Queue"),
    ("states", "AWS::StepFunctions::StateMachine"),
];

/// Seconds that a queue hides a message where it does not say.
const HIDDEN: u32 = 30;

/// What the outputs of a template give by name.
pub fn given(template: &Template, known: &dyn Fn(&Value) -> Option<EcoString>) -> Vec<Given> {
    let outputs = template.body.get("Outputs").and_then(Value::as_object);
    let of_output = |output: &Value| {
        let export = known(output.get("Export")?.get("Name")?)?;
        let (function, argument) = output.get("Value")?.as_object()?.single()?;
        let (id, attribute) = match (function.as_str(), argument) {
            ("Ref", Value::String(id)) => (id.as_str(), ""),
            ("Fn::GetAtt", Value::String(text)) => text.split_once('.')?,
            ("Fn::GetAtt", Value::Array(parts)) => (parts.first()?.as_str()?, parts.get(1)?.as_str()?),
            _ => return None,
        };
        let resource = template.body.get("Resources")?.get(id)?;
        let kind = EcoString::from(resource.get("Type")?.as_str()?);
        let hidden = resource
            .get("Properties")
            .map_or(Some(HIDDEN), |it| it.get("VisibilityTimeout").map_or(Some(HIDDEN), seconds));
        let hidden = hidden.filter(|_| kind == "AWS::SQS::Queue");
        Some(Given { export, id: id.into(), kind, attribute: attribute.into(), hidden })
    };
    outputs.into_iter().flat_map(Object::values).filter_map(of_output).collect()
}

fn seconds(value: &Value) -> Option<u32> {
    match value {
        Value::Number(it) => it.to_string().parse().ok(),
        Value::String(it) => it.parse().ok(),
        _ => None,
    }
}

/// The imports of a template, with what they are for. `imports` are those of the configuration, each with its path.
pub fn of(
    config: &Value,
    template: &Template,
    imports: &[(Path, Named)],
    known: &dyn Fn(&Value) -> Option<EcoString>,
) -> Vec<Use> {
    let mut uses = Vec::new();
    let resources = template.body.get("Resources").and_then(Value::as_object);
    for (id, body) in resources.into_iter().flat_map(Object::iter) {
        let Some(of) = body.get("Type").and_then(Value::as_str) else { continue };
        let Some(properties) = body.get("Properties") else { continue };
        properties.visit(&mut Path::root(), &mut |path, value| {
            let Some(import) = value.get("Fn::ImportValue").and_then(known) else {
                // What is put together of it, or chosen, is another value.
                return !matches!(path.last(), Some(Segment::Key(key)) if key.starts_with("Fn::"));
            };
            let at = place(config, template, id, path, imports, &import);
            uses.extend(at.map(|at| Use {
                import,
                of: of.into(),
                path: path.segments().to_vec(),
                services: services(properties, path),
                timeout: timeout(template, of, properties),
                at,
            }));
            false
        });
    }
    uses
}

/// Where an import was written that stands at `path` of the properties of a resource.
fn place(
    config: &Value,
    template: &Template,
    id: &str,
    path: &Path,
    imports: &[(Path, Named)],
    import: &EcoString,
) -> Option<Spot> {
    let key = last_key(path.segments())?;
    let origins: Vec<&Path> = template.origins.iter().filter(|it| it.0 == *id).map(|it| &it.1).collect();
    let same = || imports.iter().filter(|it| it.1.name == *import);
    let is_key = |at: &Path| {
        at.segments().iter().any(|it| matches!(it, Segment::Key(it) if it.eq_ignore_ascii_case(key)))
    };
    let near = |at: &Path| origins.iter().any(|it| it.contains(at) && config.at(it).is_some());
    let own = same().find(|it| is_key(&it.0) && near(&it.0));
    let found = own.or_else(|| same().find(|it| is_key(&it.0))).or_else(|| same().find(|it| near(&it.0)));
    let only = || same().next().filter(|_| same().count() == 1);
    found.or_else(only).map(|it| it.1.at.clone())
}

fn last_key(path: &[Segment]) -> Option<&str> {
    path.iter().rev().find_map(|it| match it {
        Segment::Key(key) => Some(key.as_str()),
        Segment::Index(_) => None,
    })
}

/// The services of the actions of the statement that has `path` as its `Resource`.
fn services(properties: &Value, path: &Path) -> Vec<EcoString> {
    let is_resource = |it: &Segment| *it == Segment::from("Resource");
    let Some(at) = path.segments().iter().rposition(is_resource) else { return Vec::new() };
    let statement: Path = path.segments().iter().take(at).cloned().collect();
    let Some(actions) = properties.at(&statement).and_then(|it| it.get("Action")) else { return Vec::new() };
    let actions = actions.as_array().unwrap_or(std::slice::from_ref(actions));
    let service = |it: &Value| {
        let (service, _) = it.as_str()?.split_once(':')?;
        Some(EcoString::from(service.to_lowercase()))
    };
    actions.iter().map(service).collect::<Option<Vec<_>>>().unwrap_or_default()
}

/// The seconds that the function of a source of events may take.
fn timeout(template: &Template, of: &str, properties: &Value) -> Option<u32> {
    let function = properties.get("FunctionName").filter(|_| of == "AWS::Lambda::EventSourceMapping")?;
    let (_, argument) = function.as_object()?.single()?;
    let id = match argument {
        Value::String(text) => text.split('.').next()?,
        Value::Array(parts) => parts.first()?.as_str()?,
        _ => return None,
    };
    seconds(template.body.get("Resources")?.get(id)?.get("Properties")?.get("Timeout")?)
}

/// Finds imports of another kind than is taken.
pub fn check(services: &[(usize, &Facts)], found: &mut Vec<Finding>) {
    for (index, facts) in services.iter().copied() {
        for one in &facts.uses {
            let same = |it: &&(usize, &Facts)| it.0 != index && super::imports::same_place(it.1, facts);
            let mut givers = services
                .iter()
                .filter(same)
                .filter_map(|it| Some((it.1, it.1.given.iter().find(|it| it.export == one.import)?)));
            // What two services export is told as such.
            let (Some((owner, given)), None) = (givers.next(), givers.next()) else { continue };
            let export = owner.exports.iter().find(|it| it.name == one.import);
            let Some((rule, message, help)) =
                other_kind(one, given).or_else(|| of_statement(one, given)).or_else(|| too_short(one, given))
            else {
                continue;
            };
            // What the provider says is of many functions.
            if found.iter().any(|it| it.service == index && it.at == one.at && it.message == message) {
                continue;
            }
            found.push(Finding {
                service: index,
                rule,
                severity: Severity::Warning,
                at: one.at.clone(),
                message,
                help,
                related: export.map(|it| (it.at.clone(), eco_format!("`{}` exports it", owner.service))),
            });
        }
    }
}

type Fault = (&'static Rule, EcoString, EcoString);

fn shown(given: &Given) -> EcoString {
    match given.attribute.as_str() {
        "" => eco_format!("`!Ref {}`, of type `{}`", given.id, given.kind),
        attribute => eco_format!("`!GetAtt {}.{attribute}`, of type `{}`", given.id, given.kind),
    }
}

fn other_kind(one: &Use, given: &Given) -> Option<Fault> {
    let key = last_key(&one.path)?;
    let attribute = Some(given.attribute.as_str()).filter(|it| !it.is_empty());
    let noun = kinds::other_kind(&one.of, key, &one.path, &given.kind, attribute)?;
    let message = eco_format!("`{key}` takes {noun}, and `{}` is {}", one.import, shown(given));
    Some((&rules::CFN_WRONG_REFERENCE, message, eco_format!("import {noun}")))
}

/// A statement on what its actions are not of, or on a name.
fn of_statement(one: &Use, given: &Given) -> Option<Fault> {
    let (service, _) = SERVICES.iter().find(|it| it.1 == given.kind)?;
    if one.services.is_empty() || last_key(&one.path)? != "Resource" {
        return None;
    }
    let is_name = given.attribute.is_empty() && kinds::gives_name(&given.kind)
        || ["Name", "Id", "Url"].iter().any(|it| given.attribute.ends_with(it));
    if is_name {
        let message = eco_format!("`{}` is {}, and no ARN", one.import, shown(given));
        let help = "export the ARN, and import that: IAM refuses a name";
        return Some((&rules::IAM_POLICY, message, help.into()));
    }
    let is_other = |it: &EcoString| it != service && SERVICES.iter().any(|known| known.0 == it);
    if !one.services.iter().all(is_other) {
        return None;
    }
    let message = eco_format!(
        "the actions of `{}` are not on `{}`, which is {}",
        one.services.join("`, `"),
        one.import,
        shown(given)
    );
    Some((&rules::ACTION_RESOURCE, message, "import what the actions are on".into()))
}

/// A queue of another service whose messages are seen again while the function works on them.
fn too_short(one: &Use, given: &Given) -> Option<Fault> {
    let (timeout, hidden) = (one.timeout?, given.hidden?);
    if hidden >= timeout || last_key(&one.path)? != "EventSourceArn" {
        return None;
    }
    let message = eco_format!(
        "a message of `{}` is hidden for {hidden} seconds, and the function runs for {timeout}",
        one.import
    );
    let help = eco_format!(
        "set `VisibilityTimeout` of the queue to {} or more: Lambda refuses it",
        timeout.saturating_mul(6)
    );
    Some((&rules::QUEUE_TIMEOUT, message, help))
}
