//! Authorizers of the REST API.

use ecow::{EcoString, eco_format};

use super::config::ApiGateway;
use super::paths::api_id;
use super::{AuthorizerKind, AuthorizerSettings, HttpAuthorizer};
use crate::aws::context::ServiceContext;
use crate::aws::naming;
use crate::aws::resources::invocation::unknown_function;
use crate::cfn::{Fragment, Resource, join, reference};
use crate::diagnostic::{Diagnostic, Place};
use crate::json;
use crate::path::Path;
use crate::rules;
use crate::shape::Cfn;
use crate::value::{Object, Value};

/// An authorizer as methods and resources see it.
#[derive(Clone, Debug)]
pub struct Authorizer {
    kind: Option<AuthorizerKind>,
    name: EcoString,
    arn: Option<Value>,
    id: Option<Value>,
    alias_id: Option<EcoString>,
    managed_externally: bool,
    settings: AuthorizerSettings,
    written_out: bool,
    identity_source: Option<EcoString>,
    from: Path,
}

/// Reads the authorizer of an event.
pub fn read(written: &HttpAuthorizer, service: &ServiceContext, from: &Path, out: &mut Fragment) -> Option<Authorizer> {
    let from = from.join("authorizer");
    let mut authorizer = Authorizer {
        kind: None,
        name: EcoString::new(),
        arn: None,
        id: None,
        alias_id: None,
        managed_externally: false,
        settings: AuthorizerSettings::default(),
        written_out: false,
        identity_source: None,
        from: from.clone(),
    };
    let mut function = None;
    match written {
        HttpAuthorizer::Name(name) if name.eq_ignore_ascii_case("aws_iam") => authorizer.kind = Some(AuthorizerKind::AwsIam),
        HttpAuthorizer::Name(arn) if arn.contains(':') => {
            authorizer.name = last_word(arn);
            authorizer.arn = Some(arn.into());
        }
        HttpAuthorizer::Name(name) => {
            authorizer.name = name.clone();
            function = Some((name.clone(), from.clone()));
        }
        HttpAuthorizer::Settings(settings) => {
            authorizer.settings = (**settings).clone();
            authorizer.written_out = true;
            authorizer.kind = settings.kind;
            authorizer.managed_externally = settings.managed_externally == Some(true);
            match (&settings.kind, &settings.authorizer_id, &settings.arn, &settings.name) {
                (Some(_), Some(id), ..) => authorizer.id = Some(id.to_value()),
                (Some(AuthorizerKind::AwsIam), ..) => {}
                (kind, _, Some(arn), name) => {
                    authorizer.name = name_of(*kind, arn, name.as_ref(), &from, out)?;
                    authorizer.arn = Some(arn.to_value());
                }
                (_, _, None, Some(name)) => {
                    authorizer.name = name.clone();
                    function = Some((name.clone(), from.join("name")));
                }
                (_, _, None, None) => {
                    out.report(
                        Diagnostic::new(&rules::MISSING_KEY, Place::key(from), "one of `name` or `arn` is needed")
                            .help("name a function of this service, or give an ARN"),
                    );
                    return None;
                }
            }
        }
    }
    if let Some((name, at)) = function {
        let Some(function) = service.function(&name) else {
            out.report(unknown_function(&name, service, Place::value(at)));
            return None;
        };
        authorizer.arn = Some(function.target());
        authorizer.alias_id = function.alias.as_ref().map(|it| it.id.clone());
    }
    let uncached = authorizer.kind == Some(AuthorizerKind::Request) && authorizer.settings.result_ttl_in_seconds.is_some_and(|it| it.0 == 0);
    authorizer.identity_source = authorizer.settings.identity_source.clone();
    if authorizer.identity_source.is_none() && !uncached {
        authorizer.identity_source = Some("method.request.header.Authorization".into());
    }
    Some(authorizer)
}

fn name_of(kind: Option<AuthorizerKind>, arn: &Cfn<crate::shape::Arn>, name: Option<&EcoString>, from: &Path, out: &mut Fragment) -> Option<EcoString> {
    match (name, arn) {
        (Some(name), _) => Some(name.clone()),
        (None, Cfn::Value(arn)) => Some(last_word(arn)),
        (None, _) => {
            let _ = kind;
            out.report(
                Diagnostic::new(&rules::MISSING_KEY, Place::key(from.clone()), "missing key `name`")
                    .why("a name cannot be read off a function of CloudFormation")
                    .help("add a name for the authorizer"),
            );
            None
        }
    }
}

/// The last word of an ARN, which names the function where names are the framework's own.
fn last_word(arn: &str) -> EcoString {
    let tail = arn.rsplit(':').next().unwrap_or_default();
    tail.rsplit('-').next().unwrap_or_default().into()
}

impl Authorizer {
    fn is_cognito(&self) -> bool {
        let by_arn = self.arn.as_ref().and_then(Value::as_str).is_some_and(|it| {
            let mut parts = it.split(':');
            parts.next() == Some("arn") && parts.nth(1).is_some_and(|it| it.starts_with("cognito-idp"))
        });
        self.kind == Some(AuthorizerKind::Cognito) || by_arn
    }

    /// Whether the claims of a user pool's token are asked for, by a pool that the ARN names.
    pub fn has_claims(&self) -> bool {
        self.settings.claims.as_ref().is_some_and(|it| !it.is_empty())
            && self.arn.as_ref().and_then(Value::as_str).is_some()
            && self.is_cognito()
    }

    /// The claims for the default mapping template.
    pub fn claims(&self) -> String {
        let line = |claim: &EcoString| match claim.split_once(':') {
            Some((_, name)) => format!("\"{name}\": \"$context.authorizer.claims['{claim}']\""),
            None => format!("\"{claim}\": \"$context.authorizer.claims.{claim}\""),
        };
        let lines: Vec<String> = self.settings.claims.iter().flatten().map(line).collect();
        if lines.is_empty() { String::new() } else { lines.join(",") + "," }
    }

    fn logical_id(&self) -> EcoString {
        eco_format!("{}ApiGatewayAuthorizer", naming::normalized(&self.name))
    }

    /// Sets what a method needs; answers what it waits for.
    pub fn authorize(&self, method: &mut Object) -> Option<EcoString> {
        let scopes = self.settings.scopes.as_ref().filter(|it| !it.is_empty());
        let scopes = scopes.filter(|_| self.is_cognito()).map(|it| Value::array(it.iter().map(Cfn::to_value)));
        if self.kind == Some(AuthorizerKind::AwsIam) {
            method.insert("AuthorizationType", "AWS_IAM");
            return None;
        }
        if let (Some(kind), Some(id)) = (self.kind, &self.id) {
            let word = if matches!(kind, AuthorizerKind::Token | AuthorizerKind::Request) { "CUSTOM" } else { kind.word() };
            method.insert("AuthorizationType", word);
            method.insert("AuthorizerId", id);
            method.insert_some("AuthorizationScopes", scopes);
            return None;
        }
        method.insert("AuthorizationType", if self.is_cognito() { "COGNITO_USER_POOLS" } else { "CUSTOM" });
        method.insert("AuthorizerId", reference(self.logical_id()));
        method.insert_some("AuthorizationScopes", scopes);
        Some(self.logical_id())
    }

    /// The authorizer itself, if it is made here.
    pub fn resource(&self, config: &ApiGateway) -> Option<Resource> {
        let arn = self.arn.as_ref()?;
        let mut properties = Object::new();
        let ttl = self.settings.result_ttl_in_seconds.map(Value::from);
        properties.insert_some("AuthorizerResultTtlInSeconds", ttl.or_else(|| self.written_out.then(|| 300.into())));
        properties.insert_some("IdentitySource", self.identity_source.clone());
        properties.insert("Name", &self.name);
        properties.insert("RestApiId", api_id(config));
        properties.insert_some("IdentityValidationExpression", self.settings.identity_validation_expression.clone());
        if self.is_cognito() {
            properties.insert("Type", "COGNITO_USER_POOLS");
            properties.insert("ProviderARNs", Value::from([arn.clone()]));
        } else {
            let uri = ["arn:".into(), reference("AWS::Partition"), ":apigateway:".into(), reference("AWS::Region")];
            let tail = [":lambda:path/2015-03-31/functions/".into(), arn.clone(), "/invocations".into()];
            properties.insert("AuthorizerUri", join("", uri.into_iter().chain(tail).collect()));
            properties.insert("Type", self.kind.map_or("TOKEN", AuthorizerKind::word));
        }
        Some(
            Resource::new(self.logical_id(), "AWS::ApiGateway::Authorizer", properties, &self.from)
                .with_some("DependsOn", self.alias_id.clone()),
        )
    }

    /// The permission of the API to ask it, if it is given here.
    pub fn permission(&self, source: &Value) -> Option<Resource> {
        let arn = self.arn.as_ref().filter(|_| !self.is_cognito() && !self.managed_externally)?;
        let target = self.alias_id.clone().map_or_else(|| arn.clone(), reference);
        let properties = json!({
            "FunctionName": target,
            "Action": "lambda:InvokeFunction",
            "Principal": "apigateway.amazonaws.com",
            "SourceArn": source,
        });
        let id = eco_format!("{}LambdaPermissionApiGateway", naming::normalized(&self.name));
        Some(Resource::new(id, "AWS::Lambda::Permission", properties, &self.from))
    }
}
