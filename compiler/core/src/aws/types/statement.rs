//! Statements of IAM policies, as they are written and as the framework puts them into a policy.

use crate::shape::check::matches;
use crate::shape::{Cfn, Shape, Text, Typed};
use crate::value::{Object, Value};

/// An IAM statement. <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_statement.html>
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
#[requires(
    "Effect+Action+Resource",
    "Effect+Action+NotResource",
    "Effect+NotAction+Resource",
    "Effect+NotAction+NotResource"
)]
pub struct Statement {
    /// A name of the statement.
    #[key("Sid")]
    pub sid: Option<Text>,
    /// Whether the statement allows or denies.
    #[key("Effect")]
    pub effect: Option<Effect>,
    /// The actions, such as `dynamodb:GetItem`.
    #[key("Action")]
    pub action: Option<Vec<Text>>,
    /// All actions but these.
    #[key("NotAction")]
    pub not_action: Option<Vec<Text>>,
    /// Who may act. Only in policies of resources.
    #[key("Principal")]
    pub principal: Option<Value>,
    /// All but these may act. Only in policies of resources.
    #[key("NotPrincipal")]
    pub not_principal: Option<Value>,
    /// The resources, by ARN.
    #[key("Resource")]
    pub resource: Option<Resources>,
    /// All resources but these.
    #[key("NotResource")]
    pub not_resource: Option<Resources>,
    /// When the statement holds.
    #[key("Condition")]
    pub condition: Option<Value>,
}

/// Resources of a statement: an ARN, `*`, a function of CloudFormation, or a list of these.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resources(pub Value);

impl Typed for Resources {
    const SHAPE: &'static Shape = &Shape::OneOf(&[Text::SHAPE, &Shape::Intrinsic, <Vec<Cfn<Text>>>::SHAPE]);

    fn decode(value: &Value) -> Option<Resources> {
        (!value.is_null()).then(|| Resources(value.clone()))
    }
}

impl Statement {
    /// As it goes into a policy.
    pub fn to_value(&self) -> Value {
        let Statement {
            sid,
            effect,
            action,
            not_action,
            principal,
            not_principal,
            resource,
            not_resource,
            condition,
        } = self.clone();
        let mut out = Object::new();
        out.insert_some("Sid", sid);
        out.insert_some("Effect", effect);
        out.insert_some("Action", action);
        out.insert_some("NotAction", not_action);
        out.insert_some("Principal", principal.map(principals));
        out.insert_some("NotPrincipal", not_principal.map(principals));
        out.insert_some("Resource", resource.map(|it| lone_resource(it.0)));
        out.insert_some("NotResource", not_resource.map(|it| lone_resource(it.0)));
        out.insert_some("Condition", condition);
        out.into()
    }
}

/// A resource that the framework writes by itself where it is the only one of a list.
const ALONE: &str = "^arn:|^execute-api:/|^[#A-Za-z0-9-_./]+[*]?$";

/// Resources as the framework writes them: a list of one is that one, but `*` stays as it is written.
fn lone_resource(resources: Value) -> Value {
    match resources.as_array() {
        Some([Value::String(one)]) if matches(ALONE, one) => one.into(),
        _ => resources,
    }
}

/// Principals as the framework writes them: of each kind a list.
fn principals(principals: Value) -> Value {
    let Value::Object(kinds) = &principals else { return principals };
    let listed = |value: &Value| match value {
        Value::String(it) if it == "*" => value.clone(),
        Value::String(_) => Value::from([value.clone()]),
        _ => value.clone(),
    };
    Value::from(kinds.iter().map(|(kind, it)| (kind.clone(), listed(it))).collect::<Object>())
}

/// `Effect` of an IAM statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Typed)]
pub enum Effect {
    /// Allows.
    Allow,
    /// Denies, whatever else allows.
    Deny,
}
