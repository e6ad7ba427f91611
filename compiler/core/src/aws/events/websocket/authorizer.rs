//! Authorizers of the websocket API: functions that decide who may connect.

use ecow::{EcoString, eco_format};

use super::{api_resource, invocation_uri, permission_id, resource};
use crate::aws::context::ServiceContext;
use crate::aws::naming;
use crate::aws::resources::invocation::unknown_function;
use crate::cfn::{Fragment, Resource};
use crate::diagnostic::{Diagnostic, Place};
use crate::path::Path;
use crate::rules;
use crate::shape::{Arn, Cfn, Shape, StringShape, Text, Typed};
use crate::value::{Object, Value};

/// The function that decides who may connect.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub enum RouteAuthorizer {
    /// The key of a function of this service, or the ARN of one from elsewhere.
    Function(FunctionReference),
    /// A function with settings.
    Settings(Box<AuthorizerSettings>),
}

/// The key of a function of this service, or the ARN of one from elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionReference(pub Text);

impl Typed for FunctionReference {
    const SHAPE: &'static Shape = &Shape::String(StringShape {
        noun: "the key of a function, or an ARN",
        pattern: Some("^arn:|^[a-zA-Z0-9-_]+$"),
        grammar: None,
    });

    fn decode(value: &Value) -> Option<FunctionReference> {
        Text::decode(value).map(FunctionReference)
    }
}

/// A function that decides who may connect, with settings.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
#[requires("name", "arn")]
pub struct AuthorizerSettings {
    /// The key of a function of this service, or a name for one that `arn` gives by a function of CloudFormation.
    #[pattern("^[a-zA-Z0-9-_]+$", "the name of an authorizer: letters, digits, `-` and `_`")]
    pub name: Option<Text>,
    /// The ARN of a function from elsewhere.
    pub arn: Option<Cfn<Arn>>,
    /// What must be sent to connect. `route.request.header.Auth` by default.
    pub identity_source: Option<Vec<Text>>,
}

/// An authorizer as it is lowered.
pub struct Authorizer {
    name: EcoString,
    /// What is invoked.
    target: Value,
    identity_source: Value,
    /// Whether the function is named as one of this service, so that the permission waits for it.
    local: bool,
    /// The alias of the function of this service that has the name.
    alias_id: Option<EcoString>,
}

/// Reads the authorizer of a route.
pub fn read(
    written: &RouteAuthorizer,
    service: &ServiceContext,
    from: &Path,
    out: &mut Fragment,
) -> Option<Authorizer> {
    let (name, arn, sources) = match written {
        RouteAuthorizer::Function(FunctionReference(text)) if text.contains(':') => {
            (last_part(text), Some(Value::from(text)), None)
        }
        RouteAuthorizer::Function(FunctionReference(name)) => (name.clone(), None, None),
        RouteAuthorizer::Settings(settings) => {
            let AuthorizerSettings { name, arn, identity_source } = &**settings;
            let name = match (arn, name) {
                (Some(Cfn::Value(arn)), _) => last_part(arn),
                (_, Some(name)) => name.clone(),
                (Some(Cfn::Intrinsic(_)), None) => {
                    out.report(
                        Diagnostic::new(&rules::MISSING_KEY, Place::key(from.clone()), "missing key `name`")
                            .why("a name cannot be read off a function of CloudFormation")
                            .help("add a name for the authorizer"),
                    );
                    return None;
                }
                (Some(Cfn::Unknown(_)) | None, None) => return None,
            };
            (name, arn.as_ref().map(Cfn::to_value), identity_source.clone())
        }
    };
    let function = service.function(&name);
    let local = arn.is_none();
    let target = match (arn, function) {
        (Some(arn), _) => arn,
        (None, Some(function)) => function.target(),
        (None, None) => {
            let at = if matches!(written, RouteAuthorizer::Settings(_)) {
                from.join("name")
            } else {
                from.clone()
            };
            out.report(unknown_function(&name, service, Place::value(at)));
            return None;
        }
    };
    let sources = sources.unwrap_or_else(|| vec!["route.request.header.Auth".into()]);
    let alias_id = function.and_then(|it| it.alias.as_ref()).map(|it| it.id.clone());
    Some(Authorizer { name, target, identity_source: Value::from(sources), local, alias_id })
}

fn last_part(arn: &str) -> EcoString {
    arn.rsplit(':').next().unwrap_or_default().into()
}

impl Authorizer {
    /// The logical id.
    pub fn logical_id(&self) -> EcoString {
        eco_format!("{}WebsocketsAuthorizer", naming::normalized(&self.name))
    }

    /// The authorizer itself.
    pub fn resource(&self, api: &Value, from: &Path) -> Resource {
        let mut properties = Object::new();
        properties.insert("ApiId", api);
        properties.insert("Name", &self.name);
        properties.insert("AuthorizerType", "REQUEST");
        properties.insert("AuthorizerUri", invocation_uri(self.target.clone()));
        properties.insert("IdentitySource", &self.identity_source);
        let waits = self.alias_id.as_ref().map(Value::from);
        resource(self.logical_id(), "AWS::ApiGatewayV2::Authorizer", waits, properties, from)
    }

    /// The permission of the API to ask it.
    pub fn permission(&self, api: &Value, from: &Path) -> Resource {
        let properties = Object::from_iter([
            ("Action".into(), "lambda:InvokeFunction".into()),
            ("Principal".into(), "apigateway.amazonaws.com".into()),
            ("FunctionName".into(), self.target.clone()),
        ]);
        let function = self.local.then(|| naming::function(&self.name));
        let waited =
            function.into_iter().chain(self.alias_id.clone().filter(|_| self.local)).map(Value::from);
        let waits = Value::array(api_resource(api).into_iter().chain(waited));
        resource(permission_id(&self.name), "AWS::Lambda::Permission", Some(waits), properties, from)
    }
}
