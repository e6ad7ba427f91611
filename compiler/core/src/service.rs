//! The root of `serverless.yml`: its keys, how functions are listed, and which framework a service was written for.

use ecow::EcoString;

use crate::diagnostic::Severity;
use crate::path::Path;
use crate::shape::{Map, MapShape, ObjectShape, Shape, StringShape, Text, True, Typed};
use crate::value::{Object, Value};

pub use package::PackageSettings;

pub mod package;
pub mod settled;

/// The root of a service's configuration. The sections that are large or read on their own stay values here.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub struct Root {
    /// The name of the service: the start of the stack's and of all physical names.
    #[pattern("^[a-zA-Z][0-9a-zA-Z-]+$", "the name of a service: a letter, then letters, digits and `-`")]
    pub service: Text,
    /// Where the service runs, and the defaults of its functions.
    pub provider: Value,
    /// The functions, by their keys.
    pub functions: Option<Value>,
    /// Lambda layers that the service publishes, by their keys.
    pub layers: Option<Value>,
    /// CloudFormation of your own: merged over what the service generates.
    pub resources: Option<Value>,
    /// What goes into the archives.
    pub package: Option<PackageSettings>,
    /// Values for `${param:...}`, by stage; `default` holds for all stages.
    pub params: Option<Params>,
    /// Plugins of the framework that the service names.
    pub plugins: Option<Plugins>,
    /// Anything of your own, for `${self:custom...}` and for plugins.
    pub custom: Option<Value>,
    /// How mistakes in the configuration are taken: `error`, `warn` or `off`.
    pub config_validation_mode: Option<ValidationMode>,
    /// How the framework shows deprecations. Without effect here.
    pub deprecation_notification_mode: Option<DeprecationMode>,
    /// Deprecation codes that the framework leaves out. Without effect here.
    pub disabled_deprecations: Option<DisabledDeprecations>,
    /// The range of framework versions that the service was written for, such as `3` or `^3.38`.
    pub framework_version: Option<Text>,
    /// The root of the project, relative to the service.
    #[pattern(r"^(\./?|(\./)?\.\.(/\.\.)*/?)$", "a directory above the service: `..`, `../..`")]
    pub project_dir: Option<Text>,
    /// The organisation of the framework's dashboard.
    #[removed]
    #[instead("nothing: the dashboard has ended")]
    pub org: Option<Text>,
    /// The application of the framework's dashboard.
    #[removed]
    #[instead("nothing: the dashboard has ended")]
    pub app: Option<Text>,
    /// Settings of the framework's dashboard.
    #[removed]
    #[instead("nothing: the dashboard has ended")]
    pub dashboard: Option<Value>,
    /// Settings of the framework's console.
    #[removed]
    #[instead("nothing: the console has ended")]
    pub console: Option<Value>,
    /// Outputs for the framework's dashboard.
    #[removed]
    #[instead("resources.Outputs")]
    pub outputs: Option<Value>,
    /// Whether `.env` and `.env.{stage}` are read before `${env:...}` is.
    pub use_dotenv: Option<True>,
    /// The version of the rules by which variables are resolved. Only `20210326` is left.
    pub variables_resolution_mode: Option<ResolutionMode>,
}

/// `params`: values by stage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Params(pub Map<Value>);

impl Typed for Params {
    const SHAPE: &'static Shape = &Shape::Map(&MapShape {
        key: Some(StringShape {
            noun: "the name of a stage",
            pattern: Some("^[a-zA-Z0-9-]+$"),
            grammar: None,
        }),
        value: &Shape::Map(&MapShape { key: None, value: &Shape::Any }),
    });

    fn decode(value: &Value) -> Option<Params> {
        Map::decode(value).map(Params)
    }
}

/// `disabledDeprecations`: codes, or `*` for all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DisabledDeprecations;

impl Typed for DisabledDeprecations {
    const SHAPE: &'static Shape = &Shape::OneOf(&[
        &Shape::String(StringShape {
            noun: "`*` or a code of a deprecation",
            pattern: Some(r"^(\*|[A-Z0-9_]+)$"),
            grammar: None,
        }),
        &Shape::List(&Shape::String(StringShape {
            noun: "a code of a deprecation",
            pattern: Some("^[A-Z0-9_]+$"),
            grammar: None,
        })),
    ]);

    fn decode(_: &Value) -> Option<DisabledDeprecations> {
        Some(DisabledDeprecations)
    }
}

/// `plugins`: names, or names with a folder for local ones.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub enum Plugins {
    /// Names of packages or paths.
    Names(Vec<Text>),
    /// Names with a folder of local plugins.
    Settings(PluginSettings),
}

/// `plugins` with a folder for local ones.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub struct PluginSettings {
    /// Names of packages or paths.
    pub modules: Vec<Text>,
    /// The folder that local plugins are looked for in.
    pub local_path: Option<Text>,
}

impl Plugins {
    /// The names, as they are written.
    pub fn names(&self) -> &[Text] {
        match self {
            Plugins::Names(names) => names,
            Plugins::Settings(settings) => &settings.modules,
        }
    }
}

/// `configValidationMode`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Typed)]
pub enum ValidationMode {
    /// Mistakes stop the command.
    #[key("error")]
    Error,
    /// Mistakes are shown, and what was written is compiled all the same.
    #[key("warn")]
    Warn,
    /// The configuration is not checked against its shape.
    #[key("off")]
    Off,
}

impl ValidationMode {
    /// The level of what does not fit a shape; `None` reports nothing.
    pub fn level(self) -> Option<Severity> {
        match self {
            ValidationMode::Error => Some(Severity::Error),
            ValidationMode::Warn => Some(Severity::Warning),
            ValidationMode::Off => None,
        }
    }
}

/// `deprecationNotificationMode`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Typed)]
pub enum DeprecationMode {
    /// Deprecations are errors.
    #[key("error")]
    Error,
    /// Deprecations are shown where they occur.
    #[key("warn")]
    Warn,
    /// Deprecations are summed up at the end.
    #[key("warn:summary")]
    Summary,
}

/// `variablesResolutionMode`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Typed)]
pub enum ResolutionMode {
    /// The resolver of version 3.
    #[key("20210326")]
    V20210326,
    /// The resolver of version 2, which differs in nothing that is compiled here.
    #[key("20210219")]
    V20210219,
}

/// Which framework a service was written for: what its `frameworkVersion` pins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Dialect {
    /// Versions 1 and 2, read as version 3 with their older keys.
    Legacy,
    /// Version 3: mistakes are warnings by default, older runtimes are taken, `package.include` and `exclude` too.
    V3,
    /// The kept fork, `osls` 4: the reference.
    #[default]
    V4,
}

impl Dialect {
    /// How mistakes are taken when the service does not say.
    pub fn validation(self) -> ValidationMode {
        if self == Dialect::V4 { ValidationMode::Error } else { ValidationMode::Warn }
    }
}

impl Root {
    /// The shape of the root with all its keys.
    pub fn shape() -> &'static ObjectShape {
        match Root::SHAPE {
            Shape::Object(it) => it,
            // `Typed` makes an object shape of every struct.
            _ => &ObjectShape {
                name: "Root",
                docs: "",
                shorthand: None,
                fields: &[],
                open: true,
                requires: &[],
            },
        }
    }
}

/// One function as it is listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedFunction {
    /// The key that names it.
    pub key: EcoString,
    /// Where it stands in the resolved configuration.
    pub path: Path,
    /// What it says.
    pub value: Value,
}

/// The functions by their keys, in the order of the file.
pub type ListedFunctions = Map<ListedFunction>;

/// The functions in the order of the file. `functions` is a mapping, or a list of mappings that are merged: of a
/// function that is listed twice, later keys win.
pub fn functions(section: &Value) -> ListedFunctions {
    let root = Path::from(["functions"]);
    let mut listed = ListedFunctions::default();
    match section {
        Value::Object(functions) => list(functions, &root, &mut listed),
        Value::Array(parts) => {
            for (index, part) in parts.iter().enumerate() {
                if let Value::Object(functions) = part {
                    list(functions, &root.join(index), &mut listed);
                }
            }
        }
        _ => {}
    }
    listed
}

fn list(functions: &Object, root: &Path, listed: &mut ListedFunctions) {
    for (key, value) in functions.iter() {
        match listed.get_mut(key) {
            Some(earlier) => {
                if let (Value::Object(into), Value::Object(from)) = (&mut earlier.value, value) {
                    crate::cfn::merge::merge(std::sync::Arc::make_mut(into), from);
                }
            }
            None => {
                let function =
                    ListedFunction { key: key.clone(), path: root.join(key), value: value.clone() };
                listed.insert(key.clone(), function);
            }
        }
    }
}
