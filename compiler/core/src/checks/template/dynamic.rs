//! Dynamic references: what `{{resolve:...}}` asks for can be asked for.
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html>

use ecow::{EcoString, eco_format};

use super::Facts;
use super::places::inside;
use crate::diagnostic::{Diagnostic, nearest};
use crate::path::{Path, Segment};
use crate::rules;
use crate::value::Value;

const OPEN: &str = "{{resolve:";

const SERVICES: [&str; 3] = ["ssm", "ssm-secure", "secretsmanager"];

/// The properties that take a `SecureString` of SSM.
const SECURE: [(&str, &str); 22] = [
    ("AWS::DirectoryService::MicrosoftAD", "Password"),
    ("AWS::DirectoryService::SimpleAD", "Password"),
    ("AWS::ElastiCache::ReplicationGroup", "AuthToken"),
    ("AWS::IAM::User", "Password"),
    ("AWS::KinesisFirehose::DeliveryStream", "Password"),
    ("AWS::OpsWorks::App", "Password"),
    ("AWS::OpsWorks::App", "SshKey"),
    ("AWS::OpsWorks::Stack", "Password"),
    ("AWS::OpsWorks::Stack", "SshKey"),
    ("AWS::OpsWorks::Stack", "DbPassword"),
    ("AWS::OpsWorks::Stack", "CustomCookbooksSource"),
    ("AWS::RDS::DBCluster", "MasterUserPassword"),
    ("AWS::RDS::DBInstance", "MasterUserPassword"),
    ("AWS::Redshift::Cluster", "MasterUserPassword"),
    ("AWS::DMS::Endpoint", "Password"),
    ("AWS::DocDB::DBCluster", "MasterUserPassword"),
    ("AWS::Neptune::DBCluster", "MasterUserPassword"),
    ("AWS::AmazonMQ::Broker", "Password"),
    ("AWS::AppStream::DirectoryConfig", "AccountPassword"),
    ("AWS::Amplify::App", "Password"),
    ("AWS::CodePipeline::Webhook", "SecretToken"),
    ("AWS::MemoryDB::User", "Passwords"),
];

/// Finds references that CloudFormation does not take.
pub fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    for (path, part) in facts.own_parts() {
        part.get("Resources").into_iter().for_each(|it| below(facts, it, &path.join("Resources"), found));
    }
    for section in ["provider", "functions"] {
        let value = facts.config.get(section);
        value.into_iter().for_each(|it| below(facts, it, &Path::from([section]), found));
    }
}

fn below(facts: &Facts<'_>, value: &Value, path: &Path, found: &mut Vec<Diagnostic>) {
    value.visit(&mut path.clone(), &mut |path, value| {
        let Some(text) = value.as_str().filter(|it| it.contains(OPEN)) else { return true };
        for (start, _) in text.match_indices(OPEN) {
            let inner = text.get(start + OPEN.len()..).and_then(|it| it.split_once("}}")).map(|it| it.0);
            let Some(inner) = inner else { continue };
            let end = start + OPEN.len() + inner.len() + 2;
            if let Some((message, help)) = fault(inner).or_else(|| secure(facts, inner, path)) {
                found.push(
                    Diagnostic::new(&rules::INVALID_FORMAT, inside(path.clone(), start..end), message)
                        .why("CloudFormation refuses the template")
                        .help(help),
                );
            }
        }
        true
    });
}

/// What is wrong with the inside of a reference, and what to do.
fn fault(inner: &str) -> Option<(EcoString, EcoString)> {
    // What is put in may be any part.
    let plain = inner.split("${").next().unwrap_or_default();
    let (service, rest) = plain.split_once(':').unwrap_or((plain, ""));
    if plain == inner || plain.contains(':') {
        if !SERVICES.contains(&service) {
            let help = match nearest(service, SERVICES) {
                Some(near) => eco_format!("did you mean `{near}`?"),
                None => "it asks `ssm`, `ssm-secure` or `secretsmanager`".into(),
            };
            return Some((eco_format!("CloudFormation cannot resolve `{service}`"), help));
        }
        if rest.is_empty() && plain == inner {
            let message = eco_format!("the reference to `{service}` names nothing");
            return Some((message, eco_format!("write `{{{{resolve:{service}:name}}}}`")));
        }
    }
    if service != "secretsmanager" || rest.starts_with("arn:") {
        return None;
    }
    // Of a secret called by one name: the name, `SecretString`, a key of its JSON.
    let parts: Vec<&str> = inner.split("${").map(|it| it.split_once('}').map_or(it, |it| it.1)).collect();
    let last = parts.last().copied().unwrap_or_default();
    let (_, after) = last.split_once(':')?;
    let word = if parts.len() > 1 { after } else { after.split_once(':')?.1 };
    let word = word.split(':').next().unwrap_or_default();
    let is_right = word.is_empty() || word == "SecretString" || word.contains("${");
    (!is_right && nearest(word, ["SecretString", "SecretBinary"]).is_some()).then(|| {
        (
            eco_format!("a secret has no `{word}`"),
            "write `{{resolve:secretsmanager:name:SecretString:key}}`".into(),
        )
    })
}

/// A secure parameter where none is taken.
fn secure(facts: &Facts<'_>, inner: &str, path: &Path) -> Option<(EcoString, EcoString)> {
    if !inner.starts_with("ssm-secure:") {
        return None;
    }
    let keys: Vec<&str> = path
        .segments()
        .iter()
        .filter_map(|it| if let Segment::Key(key) = it { Some(key.as_str()) } else { None })
        .collect();
    let resources = keys.iter().position(|it| *it == "Resources");
    let is_taken = resources.and_then(|at| keys.get(at + 1)).is_some_and(|id| {
        let kind = facts.resource(id).and_then(|it| it.get("Type")).and_then(Value::as_str);
        // What AWS has added since, or what is not one of its types, may take it.
        kind.is_none_or(|kind| {
            !kind.starts_with("AWS::") || SECURE.iter().any(|it| it.0 == kind && keys.contains(&it.1))
        })
    });
    let is_environment = keys.iter().any(|it| matches!(*it, "environment" | "Environment"));
    (!is_taken && (is_environment || resources.is_some())).then(|| {
        (
            "a secure parameter is not taken here".into(),
            "read it in the function, or keep it in Secrets Manager".into(),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_name_a_service_and_what_it_has() {
        let wrong = |it: &str| fault(it).is_some();
        assert!(wrong("secretmanager:${Secret}:SecretString:password"));
        assert!(wrong("secretsmanager"));
        assert!(wrong("secretsmanager:${Secret}:SecretStrings:password"));
        assert!(wrong("secretsmanager:shop:SecretStrings:password"));
        assert!(!wrong("secretsmanager:shop:SecretString:password"));
        assert!(!wrong("secretsmanager:shop"));
        assert!(!wrong("secretsmanager:${Secret}::password"));
        assert!(!wrong("secretsmanager:arn:aws:secretsmanager:eu-west-1:1:secret:a:SecretString:b"));
        assert!(!wrong("ssm:/shop/name:1"));
        assert!(!wrong("${Service}:x"));
    }
}
