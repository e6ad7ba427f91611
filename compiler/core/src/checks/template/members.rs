//! What a resource names by text of another one of the template: stages of an API, identity providers and scopes of a
//! user pool, data sources of a GraphQL API.

use ecow::{EcoString, eco_format};

use super::Facts;
use super::resource_type::own_ids;
use crate::checks::pattern::places;
use crate::diagnostic::{Diagnostic, Place, nearest};
use crate::path::{Path, Segment};
use crate::rules;
use crate::value::Value;

/// What is named where.
struct Member {
    /// The type that names it, and the texts that do.
    of: (&'static str, &'static str),
    /// The property that refers to what both belong to.
    parent: &'static str,
    /// The types that have such names, with the property that refers to the same, and the one that holds the name.
    by: &'static [(&'static str, &'static str, &'static str)],
    /// What it is called.
    noun: &'static str,
    /// Names that are always there.
    always: &'static [&'static str],
}

const MEMBERS: [Member; 5] = [
    Member {
        of: ("AWS::Cognito::UserPoolClient", "SupportedIdentityProviders.*"),
        parent: "UserPoolId",
        by: &[("AWS::Cognito::UserPoolIdentityProvider", "UserPoolId", "ProviderName")],
        noun: "identity provider",
        always: &["COGNITO"],
    },
    Member {
        of: ("AWS::AppSync::Resolver", "DataSourceName"),
        parent: "ApiId",
        by: &[("AWS::AppSync::DataSource", "ApiId", "Name")],
        noun: "data source",
        always: &[],
    },
    Member {
        of: ("AWS::AppSync::FunctionConfiguration", "DataSourceName"),
        parent: "ApiId",
        by: &[("AWS::AppSync::DataSource", "ApiId", "Name")],
        noun: "data source",
        always: &[],
    },
    Member {
        of: ("AWS::ApiGatewayV2::ApiMapping", "Stage"),
        parent: "ApiId",
        by: &[("AWS::ApiGatewayV2::Stage", "ApiId", "StageName")],
        noun: "stage",
        always: &[],
    },
    Member {
        of: ("AWS::ApiGateway::BasePathMapping", "Stage"),
        parent: "RestApiId",
        by: &[
            ("AWS::ApiGateway::Stage", "RestApiId", "StageName"),
            ("AWS::ApiGateway::Deployment", "RestApiId", "StageName"),
        ],
        noun: "stage",
        always: &[],
    },
];

/// Finds names of what is not there.
pub fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    if facts.index.has_macros || facts.around.may_add_resources() {
        return;
    }
    for id in own_ids(facts) {
        let Some(body) = facts.resource(&id) else { continue };
        let kind = body.get("Type").and_then(Value::as_str);
        let (Some(kind), Some(properties)) = (kind, body.get("Properties")) else { continue };
        for member in MEMBERS.iter().filter(|it| it.of.0 == kind) {
            let Some(parent) = properties.get(member.parent).and_then(|it| own_parent(facts, it)) else {
                continue;
            };
            for (below, value) in places(properties, &Path::root(), member.of.1) {
                found.extend(unknown(facts, member, parent, (&id, &below, value)));
            }
        }
        match kind {
            "AWS::ApiGateway::UsagePlan" => stages_of_plan(facts, &id, properties, found),
            "AWS::Cognito::UserPoolClient" => {
                scopes(facts, &id, properties, found);
                attributes(facts, &id, properties, found);
            }
            _ => {}
        }
    }
}

/// The resource of the template that a value refers to.
fn own_parent<'a>(facts: &Facts<'_>, value: &'a Value) -> Option<&'a str> {
    let (name, argument) = value.as_object()?.single()?;
    let id = match name.as_str() {
        "Ref" => argument.as_str()?,
        "Fn::GetAtt" => super::index::get_att(argument)?.0,
        _ => return None,
    };
    facts.resource(id).map(|_| id)
}

/// The names that resources of a type give to what belongs to `parent`; `None` if one is only known later.
fn names(facts: &Facts<'_>, by: (&str, &str, &str), parent: &str) -> Option<Vec<EcoString>> {
    let mut names = Vec::new();
    for body in facts.resources().values() {
        if body.get("Type").and_then(Value::as_str) != Some(by.0) {
            continue;
        }
        let properties = body.get("Properties")?;
        let of = own_parent(facts, properties.get(by.1)?)?;
        if of != parent {
            continue;
        }
        match properties.get(by.2) {
            Some(Value::String(text)) if !is_open(text) => names.push(text.clone()),
            None if by.0 == "AWS::ApiGateway::Deployment" => {}
            _ => return None,
        }
    }
    Some(names)
}

fn is_open(text: &str) -> bool {
    text.contains("${") || text.contains("{{") || text.contains("#{")
}

fn unknown(
    facts: &Facts<'_>,
    member: &Member,
    parent: &str,
    (id, below, value): (&EcoString, &Path, &Value),
) -> Option<Diagnostic> {
    let text = value.as_str().filter(|it| !is_open(it) && !member.always.contains(it))?;
    let mut all = Vec::new();
    for by in member.by {
        all.extend(names(facts, *by, parent)?);
    }
    if all.iter().any(|it| it == text) {
        return None;
    }
    let message = eco_format!("`{parent}` has no {} `{text}`", member.noun);
    tell(facts, id, below, message, nearest(text, all.iter().map(EcoString::as_str)))
}

fn tell(
    facts: &Facts<'_>,
    id: &EcoString,
    below: &Path,
    message: EcoString,
    near: Option<&str>,
) -> Option<Diagnostic> {
    let start = [Segment::from(id), Segment::from("Properties")];
    let steps: Vec<Segment> = start.into_iter().chain(below.segments().iter().cloned()).collect();
    let at = Place::value(facts.written("Resources", &steps)?);
    let diagnostic = Diagnostic::new(&rules::CFN_UNKNOWN_VALUE, at.clone(), message)
        .why("the template makes none of this name, and AWS refuses it")
        .warning();
    Some(diagnostic.meant("replace with", at, near, "name one that the template makes, or make it"))
}

/// The stages of a usage plan are stages of their APIs.
fn stages_of_plan(facts: &Facts<'_>, id: &EcoString, properties: &Value, found: &mut Vec<Diagnostic>) {
    for (below, item) in places(properties, &Path::root(), "ApiStages.*") {
        let stage = item.get("Stage").and_then(Value::as_str).filter(|it| !is_open(it));
        let parent = item.get("ApiId").and_then(|it| own_parent(facts, it));
        let (Some(stage), Some(parent)) = (stage, parent) else { continue };
        let all = ["AWS::ApiGateway::Stage", "AWS::ApiGateway::Deployment"]
            .into_iter()
            .map(|kind| names(facts, (kind, "RestApiId", "StageName"), parent))
            .collect::<Option<Vec<_>>>();
        let Some(all) = all.map(|it| it.concat()).filter(|it| !it.is_empty()) else { continue };
        if !all.iter().any(|it| it == stage) {
            let message = eco_format!("`{parent}` has no stage `{stage}`");
            let near = nearest(stage, all.iter().map(EcoString::as_str));
            found.extend(tell(facts, id, &below.join("Stage"), message, near));
        }
    }
}

/// Scopes of a client that are none of OpenID are of resource servers of its pool.
fn scopes(facts: &Facts<'_>, id: &EcoString, properties: &Value, found: &mut Vec<Diagnostic>) {
    let Some(parent) = properties.get("UserPoolId").and_then(|it| own_parent(facts, it)) else { return };
    let mut all: Vec<String> = Vec::new();
    for body in facts.resources().values() {
        if body.get("Type").and_then(Value::as_str) != Some("AWS::Cognito::UserPoolResourceServer") {
            continue;
        }
        let Some(server) = body.get("Properties") else { return };
        let Some(identifier) = server.get("Identifier").and_then(Value::as_str).filter(|it| !is_open(it))
        else {
            return;
        };
        for (_, scope) in places(server, &Path::root(), "Scopes.*") {
            let Some(name) = scope.get("ScopeName").and_then(Value::as_str).filter(|it| !is_open(it)) else {
                return;
            };
            all.push(format!("{identifier}/{name}"));
        }
    }
    for (below, value) in places(properties, &Path::root(), "AllowedOAuthScopes.*") {
        let Some(text) = value.as_str().filter(|it| it.contains('/') && !is_open(it)) else { continue };
        if !all.iter().any(|it| it == text) {
            let message = eco_format!("`{parent}` has no scope `{text}`");
            found.extend(tell(facts, id, &below, message, nearest(text, all.iter().map(String::as_str))));
        }
    }
}

/// The attributes that all users have.
/// <https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-attributes.html>
const ATTRIBUTES: [&str; 22] = [
    "address",
    "birthdate",
    "email",
    "email_verified",
    "family_name",
    "gender",
    "given_name",
    "identities",
    "locale",
    "middle_name",
    "name",
    "nickname",
    "phone_number",
    "phone_number_verified",
    "picture",
    "preferred_username",
    "profile",
    "sub",
    "updated_at",
    "username",
    "website",
    "zoneinfo",
];

/// Attributes that a client reads or writes are those of its pool.
fn attributes(facts: &Facts<'_>, id: &EcoString, properties: &Value, found: &mut Vec<Diagnostic>) {
    let Some(parent) = properties.get("UserPoolId").and_then(|it| own_parent(facts, it)) else { return };
    let Some(pool) = facts.resource(parent).and_then(|it| it.get("Properties")).and_then(Value::as_object)
    else {
        return;
    };
    let schema = match pool.get("Schema") {
        None if !pool.keys().any(|it| it.starts_with("Fn::")) => &[],
        Some(Value::Array(items)) => items.as_slice(),
        _ => return,
    };
    let own: Option<Vec<&str>> =
        schema.iter().map(|it| it.get("Name")?.as_str().filter(|it| !is_open(it))).collect();
    let Some(own) = own else { return };
    for list in ["ReadAttributes.*", "WriteAttributes.*"] {
        for (below, value) in places(properties, &Path::root(), list) {
            let Some(text) = value.as_str().filter(|it| !is_open(it)) else { continue };
            let plain = text.trim_start_matches("dev:").trim_start_matches("custom:");
            let is_custom = plain != text;
            if own.contains(&plain) || !is_custom && ATTRIBUTES.contains(&text) {
                continue;
            }
            let message = eco_format!("`{parent}` has no attribute `{text}`");
            let near = nearest(plain, own.iter().copied().filter(|_| is_custom));
            let near = near.map(|it| eco_format!("custom:{it}"));
            found.extend(tell(facts, id, &below, message, near.as_deref()));
        }
    }
}
