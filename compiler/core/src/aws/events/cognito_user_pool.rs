//! A Cognito user pool to Lambda: `functions.*.events[].cognitoUserPool`.
//!
//! The pools lower to `AWS::Cognito::UserPool` with the triggers of all functions, and one `AWS::Lambda::Permission`
//! for each trigger. A user's own resource of a pool's logical id is merged over it with the rest of `resources`. A
//! pool that exists already is wired up by a custom resource.

mod existing;

use ecow::{EcoString, eco_format};
use indexmap::IndexMap;

use super::{EventSource, FunctionEvents};
use crate::aws::context::{FunctionContext, ServiceContext};
use crate::aws::naming;
use crate::cfn::{Fragment, Resource, get_att};
use crate::diagnostic::{Diagnostic, Place};
use crate::json;
use crate::path::Path;
use crate::rules;
use crate::shape::scalar::KmsArn;
use crate::shape::{Cfn, Text, Typed};
use crate::value::{Object, Value};

/// Invokes the function when users of a pool sign up, sign in and so on.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub struct CognitoUserPool {
    /// The name of the pool.
    #[pattern(r"^[\w\s+=,.@-]+$", "the name of a user pool: letters, digits, spaces and `+=,.@-`")]
    #[length(0, 128)]
    pub pool: Text,
    /// What the function is invoked for.
    pub trigger: Trigger,
    /// Whether the pool exists already, outside this stack.
    pub existing: Option<bool>,
    /// Whether the trigger is set again at every deployment. For existing pools.
    pub force_deploy: Option<bool>,
    /// The key that encrypts codes. `CustomSMSSender` and `CustomEmailSender` need it.
    pub kms_key_id: Option<Cfn<KmsArn>>,
    /// The version of the event that the function gets. `V1_0` by default.
    pub lambda_version: Option<EventVersion>,
}

/// What a function is invoked for.
/// <https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-identity-pools-working-with-aws-lambda-triggers.html>
#[derive(Clone, Copy, Debug, PartialEq, Eq, Typed)]
pub enum Trigger {
    /// Before somebody signs up.
    PreSignUp,
    /// After somebody has confirmed an account.
    PostConfirmation,
    /// Before somebody signs in.
    PreAuthentication,
    /// After somebody has signed in.
    PostAuthentication,
    /// Before tokens are made.
    PreTokenGeneration,
    /// Before a message is sent.
    CustomMessage,
    /// To choose the next challenge.
    DefineAuthChallenge,
    /// To make a challenge.
    CreateAuthChallenge,
    /// To check the answer to a challenge.
    VerifyAuthChallengeResponse,
    /// When somebody signs in whom the pool does not know.
    UserMigration,
    /// To send text messages.
    #[key("CustomSMSSender")]
    CustomSmsSender,
    /// To send e-mails.
    CustomEmailSender,
}

impl Trigger {
    /// Whether the function sends codes itself, and must decrypt them.
    fn sends(self) -> bool {
        matches!(self, Trigger::CustomSmsSender | Trigger::CustomEmailSender)
    }
}

/// The version of the event that a function gets.
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-cognito-userpool-pretokengenerationconfig.html>
#[derive(Clone, Copy, Debug, PartialEq, Eq, Typed)]
pub enum EventVersion {
    /// The first.
    #[key("V1_0")]
    One,
    /// With access tokens. For `PreTokenGeneration`.
    #[key("V2_0")]
    Two,
    /// With access tokens of machines. For `PreTokenGeneration`.
    #[key("V3_0")]
    Three,
}

/// A pool that the service makes.
struct Pool {
    triggers: Object,
    waits: Vec<Value>,
    from: Path,
}

impl EventSource for CognitoUserPool {
    const KEY: &'static str = "cognitoUserPool";
    const PAGE: &'static str = include_str!("cognito_user_pool.md");
    const SHARED: bool = true;

    fn lower_shared(functions: &[FunctionEvents<'_, Self>], _: &ServiceContext, out: &mut Fragment) {
        let mut pools: IndexMap<EcoString, Pool> = IndexMap::new();
        let mut permissions: Vec<Resource> = Vec::new();
        let mut keys = Keys::default();
        for FunctionEvents { function, events } in functions {
            for placed in events.iter().filter(|it| it.event.existing != Some(true)) {
                let from = function.event_path(placed.index, Self::KEY);
                let event = &placed.event;
                check_version(event, &from, out);
                let pool = pools.entry(event.pool.clone()).or_insert_with(|| Pool {
                    triggers: Object::new(),
                    waits: Vec::new(),
                    from: from.clone(),
                });
                for (key, value) in event.config(function.target(), keys.of(event, &from, out)) {
                    pool.triggers.insert(key, value);
                }
                pool.waits.push(function.alias_id().unwrap_or_else(|| function.logical_id()).into());
                permissions.push(event.permission(function, &from));
            }
        }
        for (name, Pool { triggers, waits, from }) in pools {
            let properties = json!({ "UserPoolName": (&name), "LambdaConfig": triggers });
            let pool = Resource::new(pool_id(&name), "AWS::Cognito::UserPool", properties, &from);
            out.push(pool.with("DependsOn", waits));
        }
        permissions.into_iter().for_each(|it| out.push(it));
        existing::lower(functions, out);
    }
}

fn pool_id(name: &str) -> EcoString {
    eco_format!("CognitoUserPool{}", naming::alphanumeric(name))
}

impl CognitoUserPool {
    /// The entries of the pool's `LambdaConfig`.
    fn config(&self, target: Value, key: Option<Value>) -> Vec<(EcoString, Value)> {
        let version = self.lambda_version.map(EventVersion::word);
        let trigger: EcoString = self.trigger.word().into();
        if self.trigger.sends() {
            let version = version.unwrap_or(EventVersion::One.word());
            let sender = json!({ "LambdaArn": target, "LambdaVersion": version });
            return [(trigger, sender)].into_iter().chain(key.map(|it| ("KMSKeyID".into(), it))).collect();
        }
        match version.filter(|_| self.trigger == Trigger::PreTokenGeneration) {
            Some(version) => {
                let config = json!({ "LambdaArn": target, "LambdaVersion": version });
                vec![("PreTokenGenerationConfig".into(), config)]
            }
            None => vec![(trigger, target)],
        }
    }

    fn permission(&self, function: &FunctionContext, from: &Path) -> Resource {
        let id = eco_format!(
            "{}LambdaPermissionCognitoUserPool{}TriggerSource{}",
            function.id(),
            naming::alphanumeric(&self.pool),
            self.trigger.word(),
        );
        let properties = json!({
            "FunctionName": (function.target()),
            "Action": "lambda:InvokeFunction",
            "Principal": "cognito-idp.amazonaws.com",
            "SourceArn": (get_att(pool_id(&self.pool), "Arn")),
        });
        super::permission(id, properties, function, from)
    }
}

/// The keys that encrypt codes: a pool has one at most.
#[derive(Default)]
struct Keys(IndexMap<EcoString, Cfn<KmsArn>>);

impl Keys {
    /// The key of an event whose function sends codes; nothing for other events.
    fn of(&mut self, event: &CognitoUserPool, from: &Path, out: &mut Fragment) -> Option<Value> {
        if !event.trigger.sends() {
            return None;
        }
        let Some(key) = &event.kms_key_id else {
            let at = Place::key(from.join("trigger"));
            out.report(
                Diagnostic::new(&rules::MISSING_KEY, at, "missing key `kmsKeyId`")
                    .why("Cognito encrypts the codes that the function sends")
                    .help("add the ARN of the KMS key that both may use"),
            );
            return None;
        };
        let first = self.0.entry(event.pool.clone()).or_insert_with(|| key.clone());
        let known = |it: &Cfn<KmsArn>| !matches!(it, Cfn::Unknown(_));
        if first != key && known(first) && known(key) {
            let at = Place::value(from.join("kmsKeyId"));
            let message = eco_format!("the pool `{}` has another key already", event.pool);
            out.report(
                Diagnostic::new(&rules::CONFLICTING_OPTIONS, at, message)
                    .why("a pool encrypts all codes with one key")
                    .help("name the same key in all events of the pool"),
            );
        }
        Some(key.to_value())
    }
}

/// Versions of the event are for some triggers only.
fn check_version(event: &CognitoUserPool, from: &Path, out: &mut Fragment) {
    let Some(version) = event.lambda_version else { return };
    let trigger = event.trigger.word();
    if event.trigger.sends() && version != EventVersion::One {
        let at = Place::value(from.join("lambdaVersion"));
        let message = eco_format!("`{trigger}` has no event of version `{}`", version.word());
        out.report(Diagnostic::new(&rules::UNKNOWN_VALUE, at, message).help("write `V1_0`, or leave it out"));
    } else if !event.trigger.sends() && event.trigger != Trigger::PreTokenGeneration {
        let at = Place::key(from.join("lambdaVersion"));
        let message = eco_format!("`{trigger}` has one version of its event only");
        out.report(
            Diagnostic::new(&rules::CONFLICTING_OPTIONS, at, message)
                .why("`PreTokenGeneration`, `CustomSMSSender` and `CustomEmailSender` alone have versions")
                .help("remove `lambdaVersion`"),
        );
    }
}
