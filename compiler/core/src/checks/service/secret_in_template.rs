//! Secrets that are not written down, and end in the template and in the configuration of functions all the same.
//!
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references-secretsmanager.html>

use ecow::{EcoString, eco_format};

use super::Facts;
use super::secrets;
use crate::diagnostic::{Diagnostic, Part, Place, Severity};
use crate::path::{Path, Segment};
use crate::rules;
use crate::value::{Object, Value};

/// What a parameter's path begins with that is a secret of Secrets Manager.
const SECRETS_MANAGER: &str = "/aws/reference/secretsmanager/";

/// Finds secrets that are read when the service is packaged.
pub fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    let provider = Path::from(["provider", "environment"]);
    let functions = facts.functions.iter().map(|it| it.listed);
    let of_functions = functions.map(|it| (it.path.join("environment"), it.value.get("environment")));
    for (path, environment) in
        std::iter::once((provider.clone(), facts.config.at(&provider))).chain(of_functions)
    {
        remote(environment, &path, found);
        access_keys(environment, &path, found);
        resolved(environment, &path, true, found);
    }
    for (path, part) in facts.own_parts() {
        let (path, outputs) = (path.join("Outputs"), part.get("Outputs"));
        remote(outputs, &path, found);
        access_keys(outputs, &path, found);
        resolved(outputs, &path, false, found);
    }
    for (_, path, resource) in facts.own_resources() {
        if resource.get("Type").and_then(Value::as_str) == Some("AWS::Lambda::Function") {
            let below = Path::from(["Properties", "Environment", "Variables"]);
            let at =
                ["Properties", "Environment", "Variables"].iter().fold(path.clone(), |it, key| it.join(*key));
            resolved(resource.at(&below), &at, true, found);
        }
        remote(resource.get("Properties"), &path.join("Properties"), found);
    }
    from_the_environment(facts, found);
}

/// What is read from SSM below `path`.
fn remote(value: Option<&Value>, path: &Path, found: &mut Vec<Diagnostic>) {
    match value {
        Some(Value::Unknown(unknown)) if !unknown.reported => {
            let Some(secret) = parameter(&unknown.text).filter(|it| is_secret(it, path)) else { return };
            let message = eco_format!("{} ends in the template in plain text", described(path));
            let is_environment = path.segments().contains(&"environment".into());
            let help = match secret.strip_prefix(SECRETS_MANAGER) {
                _ if is_environment => "let the function read it when it starts: give it the name alone".into(),
                Some(name) => {
                    eco_format!("write `{{{{resolve:secretsmanager:{name}}}}}`, which CloudFormation replaces")
                }
                None => "keep it in Secrets Manager and write `{{resolve:secretsmanager:name}}`, which CloudFormation replaces".into(),
            };
            found.push(
                Diagnostic::new(&rules::SECRET_IN_TEMPLATE, Place::value(path.clone()), message)
                    .why(eco_format!(
                        "`{}` is read, and decrypted, when the service is packaged",
                        unknown.text
                    ))
                    .help(help),
            );
        }
        Some(Value::Array(items)) => {
            items.iter().enumerate().for_each(|(index, it)| remote(Some(it), &path.join(index), found));
        }
        Some(Value::Object(entries)) => {
            entries.iter().for_each(|(key, it)| remote(Some(it), &path.join(key), found));
        }
        _ => {}
    }
}

/// Why a secret that CloudFormation resolves is not kept in the environment of a function, and what to do.
const IN_FUNCTION: (&str, &str) = (
    "CloudFormation puts the secret itself there, and all who may see the function read it",
    "give the function the name of the secret, and let it read the secret when it starts",
);

/// The same of an output.
const IN_OUTPUT: (&str, &str) = (
    "CloudFormation resolves secrets in properties of resources only, and outputs are shown to all who see the stack",
    "give the ARN of the secret, and let others read it themselves",
);

/// Secrets of Secrets Manager that CloudFormation is to put in below `path`.
fn resolved(value: Option<&Value>, path: &Path, is_function: bool, found: &mut Vec<Diagnostic>) {
    let Some(value) = value else { return };
    let (why, help) = if is_function { IN_FUNCTION } else { IN_OUTPUT };
    value.visit(&mut path.clone(), &mut |path, value| {
        if value.as_str().is_some_and(|it| it.contains("{{resolve:secretsmanager:")) {
            let message = eco_format!("{} ends in plain text where many can read it", described(path));
            let mut diagnostic =
                Diagnostic::new(&rules::SECRET_IN_TEMPLATE, Place::value(path.clone()), message)
                    .why(why)
                    .help(help);
            // Many take that into account.
            if is_function {
                diagnostic.severity = Severity::Info;
            }
            found.push(diagnostic);
        }
        true
    });
}

/// Keys of users of IAM below `path`.
fn access_keys(value: Option<&Value>, path: &Path, found: &mut Vec<Diagnostic>) {
    let Some(value) = value else { return };
    value.visit(&mut path.clone(), &mut |path, value| {
        if value.as_object().is_some_and(gives_secret) {
            let message = eco_format!("{} ends in plain text where many can read it", described(path));
            found.push(
                Diagnostic::new(&rules::SECRET_IN_TEMPLATE, Place::value(path.clone()), message)
                    .why("the configuration of functions and the outputs of stacks are no place for the key of a user")
                    .help("give the function a role, which needs no key, or keep the key in Secrets Manager"),
            );
        }
        true
    });
}

/// Whether this is the secret of an access key of IAM: `!GetAtt Key.SecretAccessKey`.
fn gives_secret(object: &Object) -> bool {
    match object.single() {
        Some((name, Value::String(text))) => name == "Fn::GetAtt" && text.ends_with(".SecretAccessKey"),
        Some((name, Value::Array(items))) => {
            name == "Fn::GetAtt" && items.get(1).and_then(Value::as_str) == Some("SecretAccessKey")
        }
        _ => false,
    }
}

/// The path of the parameter that a text reads from SSM, and decrypts.
fn parameter(text: &str) -> Option<&str> {
    let (_, rest) = text.split_once("${ssm")?;
    let (words, rest) = rest.split_once(':')?;
    let path = rest.split(['}', ',', '~']).next()?.trim();
    (!words.contains("noDecrypt") && !path.contains('$')).then_some(path)
}

/// Whether a parameter is a secret, by its own name or by that of what it is for.
fn is_secret(parameter: &str, path: &Path) -> bool {
    let key = path.segments().iter().rev().find_map(|it| match it {
        Segment::Key(key) => Some(key.as_str()),
        Segment::Index(_) => None,
    });
    let name = parameter.rsplit('/').next().unwrap_or_default();
    parameter.starts_with(SECRETS_MANAGER)
        || key.is_some_and(|it| secrets::kind(it).is_some())
        || secrets::kind(name).is_some()
}

fn described(path: &Path) -> EcoString {
    match path.segments().last() {
        Some(Segment::Key(key)) => eco_format!("`{key}`"),
        _ => "a secret".into(),
    }
}

/// Secrets that functions have from the environment of whoever packages: known to fewer, and in the template all
/// the same.
fn from_the_environment(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    let is_variable = |value: &Value| {
        let text = value.as_str().unwrap_or_default();
        text.strip_prefix("${env:").and_then(|it| it.strip_suffix('}')).is_some_and(|it| !it.contains("${"))
    };
    for (file, document) in &facts.documents {
        document.visit(&mut Path::root(), &mut |path, value| {
            if let Value::Object(variables) = value
                && path.last() == Some(&"environment".into())
            {
                for (name, _) in secret_entries(variables).filter(|(_, it)| is_variable(it)) {
                    let at = Place::Written {
                        file: *file,
                        path: path.join(name),
                        part: Part::Value,
                        within: None,
                    };
                    let message = eco_format!("`{name}` ends in the template in plain text");
                    found.push(
                        Diagnostic::new(&rules::SECRET_IN_TEMPLATE, at, message)
                            .why("it is read from the environment when the service is packaged")
                            .help("keep it in Secrets Manager, and let the function read it when it starts"),
                    );
                }
            }
            true
        });
    }
}

/// The entries whose names are those of secrets.
fn secret_entries(variables: &Object) -> impl Iterator<Item = (&EcoString, &Value)> {
    variables.iter().filter(|(name, _)| secrets::kind(name).is_some())
}
