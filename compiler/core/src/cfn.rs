//! CloudFormation: resources, the fragments that lowering makes of them, and the template they are linked into.

pub mod link;
pub mod merge;
pub mod schema;
pub mod stamp;

use ecow::EcoString;

use crate::aws::resources::custom_resource::HandlerUse;
use crate::diagnostic::Diagnostic;
use crate::path::Path;
use crate::value::{Object, Value};

/// One resource of a template, with the path of the configuration that asked for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resource {
    /// The logical id.
    pub id: EcoString,
    /// The body: `Type`, `Properties`, `DependsOn` and so on, in the order in which the framework writes them.
    pub body: Object,
    /// What in the configuration made it.
    pub from: Path,
}

impl Resource {
    /// A resource of type `kind` with `properties`.
    pub fn new(id: impl Into<EcoString>, kind: &str, properties: impl Into<Value>, from: &Path) -> Resource {
        let mut body = Object::new();
        body.insert("Type", kind);
        body.insert("Properties", properties.into());
        Resource { id: id.into(), body, from: from.clone() }
    }

    /// Sets an attribute beside `Properties`, such as `DeletionPolicy`.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl Into<Value>) -> Resource {
        self.body.insert(key, value);
        self
    }

    /// Sets an attribute beside `Properties` if there is a value.
    #[must_use]
    pub fn with_some(mut self, key: &str, value: Option<impl Into<Value>>) -> Resource {
        self.body.insert_some(key, value);
        self
    }

    /// Makes it wait for other resources.
    #[must_use]
    pub fn depends_on(self, ids: impl IntoIterator<Item = EcoString>) -> Resource {
        let ids: Vec<Value> = ids.into_iter().map(Value::String).collect();
        if ids.is_empty() { self } else { self.with("DependsOn", ids) }
    }
}

/// A statement of the shared role's policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Permission {
    /// The statement.
    pub statement: Value,
    /// Whether it is left out where an equal one stands already.
    pub once: bool,
    /// Whether it comes behind those of all functions.
    pub late: bool,
}

/// What lowering makes of one part of the configuration. Fragments do not see each other: [`link`] merges them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fragment {
    /// Resources, in order.
    pub resources: Vec<Resource>,
    /// Outputs with their bodies, in order.
    pub outputs: Vec<(EcoString, Object)>,
    /// IAM statements for the role that all functions share, in order.
    pub statements: Vec<Permission>,
    /// ARNs of managed policies for the shared role.
    pub managed_policies: Vec<Value>,
    /// Services that may assume the shared role besides Lambda, such as `scheduler.amazonaws.com`.
    pub trusted_services: Vec<EcoString>,
    /// Functions of the compiler's own that its custom resources need.
    pub custom_resources: Vec<HandlerUse>,
    /// What lowering found wrong.
    pub diagnostics: Vec<Diagnostic>,
}

impl Fragment {
    /// Adds a resource.
    pub fn push(&mut self, resource: Resource) {
        self.resources.push(resource);
    }

    /// Adds an output with `value`, and an optional description.
    pub fn output(&mut self, id: impl Into<EcoString>, description: Option<&str>, value: impl Into<Value>) {
        let mut body = Object::new();
        body.insert_some("Description", description);
        body.insert("Value", value.into());
        self.outputs.push((id.into(), body));
    }

    /// Lets the shared role do `actions` on `resources`.
    pub fn allow(&mut self, actions: &[&str], resources: Vec<Value>) {
        self.statements.push(Permission {
            statement: allowance(actions, resources),
            once: false,
            late: false,
        });
    }

    /// As [`Fragment::allow`], unless it is allowed in the same words already.
    pub fn allow_once(&mut self, actions: &[&str], resources: Vec<Value>) {
        self.statements.push(Permission {
            statement: allowance(actions, resources),
            once: true,
            late: false,
        });
    }

    /// Reports a mistake.
    pub fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// Takes in all of `other`.
    pub fn extend(&mut self, other: Fragment) {
        self.resources.extend(other.resources);
        self.outputs.extend(other.outputs);
        self.statements.extend(other.statements);
        self.managed_policies.extend(other.managed_policies);
        self.trusted_services.extend(other.trusted_services);
        self.custom_resources.extend(other.custom_resources);
        self.diagnostics.extend(other.diagnostics);
    }
}

fn allowance(actions: &[&str], resources: Vec<Value>) -> Value {
    let actions: Vec<Value> = actions.iter().map(|it| Value::from(*it)).collect();
    crate::json!({ "Effect": "Allow", "Action": actions, "Resource": resources })
}

/// A linked template, and which parts of the configuration made each of its resources.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Template {
    /// The template.
    pub body: Object,
    /// For each logical id, the paths that made it, the most specific first.
    pub origins: Vec<(EcoString, Path)>,
}

/// `{"Ref": id}`.
pub fn reference(id: impl Into<EcoString>) -> Value {
    crate::json!({ "Ref": (id.into()) })
}

/// `{"Fn::GetAtt": [id, attribute]}`.
pub fn get_att(id: impl Into<EcoString>, attribute: &str) -> Value {
    crate::json!({ "Fn::GetAtt": [(id.into()), attribute] })
}

/// `{"Fn::Join": [separator, parts]}`.
pub fn join(separator: &str, parts: Vec<Value>) -> Value {
    crate::json!({ "Fn::Join": [separator, parts] })
}

/// `{"Fn::Sub": text}`.
pub fn sub(text: impl Into<EcoString>) -> Value {
    crate::json!({ "Fn::Sub": (text.into()) })
}
