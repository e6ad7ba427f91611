//! `provider.alb`: what the rules of load balancers share.

use crate::shape::{Arn, Cfn, Int, Map, Shape, StringShape, Text, Typed};
use crate::value::{Object, Value};

/// `provider.alb`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Typed)]
pub struct Alb {
    /// What the names of target groups start with.
    #[pattern("^([0-9A-Za-z][0-9A-Za-z-]*)?$", "a prefix of target groups: letters, digits and `-`, no `-` first")]
    #[length(0, 16)]
    pub target_group_prefix: Option<Text>,
    /// Authorizers, by name.
    pub authorizers: Option<Map<AlbAuthorizer>>,
}

/// Who decides whether a request goes on to the function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AlbAuthorizer {
    /// An identity provider of OpenID Connect.
    Oidc(OidcAuthorizer),
    /// A user pool of Cognito.
    Cognito(CognitoAuthorizer),
}

impl Typed for AlbAuthorizer {
    const SHAPE: &'static Shape = &Shape::OneOf(&[OidcAuthorizer::SHAPE, CognitoAuthorizer::SHAPE]);

    fn decode(value: &Value) -> Option<AlbAuthorizer> {
        match value.get("type").and_then(Value::as_str) {
            Some("cognito") => CognitoAuthorizer::decode(value).map(AlbAuthorizer::Cognito),
            _ => OidcAuthorizer::decode(value).map(AlbAuthorizer::Oidc),
        }
    }
}

/// An identity provider of OpenID Connect decides.
/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-authenticate-users.html>
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub struct OidcAuthorizer {
    /// The kind.
    #[key("type")]
    pub kind: OidcKind,
    /// Where users sign in.
    pub authorization_endpoint: Uri,
    /// The id of the application at the provider.
    pub client_id: Text,
    /// The secret of the application. The one that the rule has already by default.
    pub client_secret: Option<Text>,
    /// The provider.
    pub issuer: Uri,
    /// Where tokens are fetched.
    pub token_endpoint: Uri,
    /// Where it is asked who the user is.
    pub user_info_endpoint: Uri,
    /// What happens to requests of users who have not signed in. `deny` by default.
    pub on_unauthenticated_request: Option<Unauthenticated>,
    /// Parameters that are sent to the provider.
    #[items(0, 10)]
    pub request_extra_params: Option<Map<Text>>,
    /// What the application asks to know of the user.
    pub scope: Option<Text>,
    /// The name of the cookie.
    pub session_cookie_name: Option<Text>,
    /// Seconds until users must sign in again.
    #[range(0, i64::MAX)]
    pub session_timeout: Option<Int>,
}

/// `oidc`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Typed)]
pub enum OidcKind {
    /// An identity provider of OpenID Connect decides.
    #[key("oidc")]
    Oidc,
}

/// A user pool of Cognito decides.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub struct CognitoAuthorizer {
    /// The kind.
    #[key("type")]
    pub kind: CognitoKind,
    /// The ARN of the user pool.
    pub user_pool_arn: Cfn<Arn>,
    /// The id of the pool's client.
    pub user_pool_client_id: Text,
    /// The domain of the pool.
    pub user_pool_domain: Text,
    /// What happens to requests of users who have not signed in. `deny` by default.
    pub on_unauthenticated_request: Option<Unauthenticated>,
    /// Parameters that are sent to the pool.
    #[items(0, 10)]
    pub request_extra_params: Option<Map<Text>>,
    /// What the application asks to know of the user.
    pub scope: Option<Text>,
    /// The name of the cookie.
    pub session_cookie_name: Option<Text>,
    /// Seconds until users must sign in again.
    #[range(0, i64::MAX)]
    pub session_timeout: Option<Int>,
}

/// `cognito`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Typed)]
pub enum CognitoKind {
    /// A user pool of Cognito decides.
    #[key("cognito")]
    Cognito,
}

/// What happens to requests of users who have not signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Typed)]
pub enum Unauthenticated {
    /// They go on.
    #[key("allow")]
    Allow,
    /// They are sent to sign in.
    #[key("authenticate")]
    Authenticate,
    /// They are refused.
    #[key("deny")]
    Deny,
}

/// An address. <https://www.rfc-editor.org/rfc/rfc3986>
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Uri(pub Text);

/// `pchar` of RFC 3986.
macro_rules! pchar {
    () => {
        r"(?:[a-z0-9\-._~!$&'()*+,;=:@]|%[0-9a-f]{2})"
    };
}

impl Typed for Uri {
    const SHAPE: &'static Shape = &Shape::String(StringShape {
        noun: "an address, such as `https://login.example.com`",
        pattern: Some(concat!(
            r"(?i)^[a-z][a-z0-9+\-.]*:",
            // An authority with a path, or a path alone.
            r"(?://?(?:(?:[a-z0-9\-._~!$&'()*+,;=:]|%[0-9a-f]{2})*@)?",
            r"(?:\[[0-9a-fv:.]+\]|(?:[a-z0-9\-._~!$&'()*+,;=]|%[0-9a-f]{2})*)(?::\d*)?(?:/",
            pchar!(),
            "*)*|",
            pchar!(),
            "+(?:/",
            pchar!(),
            r"*)*)(?:\?(?:",
            pchar!(),
            "|[/?])*)?(?:#(?:",
            pchar!(),
            "|[/?])*)?$",
        )),
        grammar: None,
    });

    fn decode(value: &Value) -> Option<Uri> {
        Text::decode(value).map(Uri)
    }
}

/// What both kinds of authorizers say of the session.
struct Session<'a> {
    on_unauthenticated_request: Option<Unauthenticated>,
    request_extra_params: &'a Option<Map<Text>>,
    scope: &'a Option<Text>,
    session_cookie_name: &'a Option<Text>,
    session_timeout: Option<Int>,
}

impl Session<'_> {
    fn write(self, out: &mut Object) {
        let Session {
            on_unauthenticated_request,
            request_extra_params,
            scope,
            session_cookie_name,
            session_timeout,
        } = self;
        let unauthenticated = on_unauthenticated_request.unwrap_or(Unauthenticated::Deny);
        out.insert("OnUnauthenticatedRequest", unauthenticated.word());
        let params = request_extra_params
            .as_ref()
            .map(|it| it.iter().map(|(key, value)| (key.clone(), Value::from(value))).collect::<Object>());
        out.insert_some("AuthenticationRequestExtraParams", params);
        out.insert_some("Scope", scope.clone());
        out.insert_some("SessionCookieName", session_cookie_name.clone());
        out.insert_some("SessionTimeout", session_timeout);
    }
}

impl AlbAuthorizer {
    /// The action of a rule: its type, the key of its settings, and these.
    pub fn action(&self) -> (&'static str, &'static str, Object) {
        let mut out = Object::new();
        match self {
            AlbAuthorizer::Cognito(it) => {
                out.insert("UserPoolArn", it.user_pool_arn.to_value());
                out.insert("UserPoolClientId", &it.user_pool_client_id);
                out.insert("UserPoolDomain", &it.user_pool_domain);
                let session = Session {
                    on_unauthenticated_request: it.on_unauthenticated_request,
                    request_extra_params: &it.request_extra_params,
                    scope: &it.scope,
                    session_cookie_name: &it.session_cookie_name,
                    session_timeout: it.session_timeout,
                };
                session.write(&mut out);
                ("authenticate-cognito", "AuthenticateCognitoConfig", out)
            }
            AlbAuthorizer::Oidc(it) => {
                out.insert("AuthorizationEndpoint", &it.authorization_endpoint.0);
                out.insert("ClientId", &it.client_id);
                out.insert("Issuer", &it.issuer.0);
                out.insert("TokenEndpoint", &it.token_endpoint.0);
                out.insert("UserInfoEndpoint", &it.user_info_endpoint.0);
                let session = Session {
                    on_unauthenticated_request: it.on_unauthenticated_request,
                    request_extra_params: &it.request_extra_params,
                    scope: &it.scope,
                    session_cookie_name: &it.session_cookie_name,
                    session_timeout: it.session_timeout,
                };
                session.write(&mut out);
                match it.client_secret.as_ref().filter(|it| !it.is_empty()) {
                    Some(secret) => out.insert("ClientSecret", secret),
                    None => out.insert("UseExistingClientSecret", true),
                }
                ("authenticate-oidc", "AuthenticateOidcConfig", out)
            }
        }
    }
}
