//! Plugins, as far as it is known what they add to a service: keys of their own, and resources. Answers "may a plugin
//! have brought this?", so that it is nobody's mistake.

use std::sync::Arc;

use crate::path::Path;
use crate::value::Value;

/// Keys beside those of the framework. What stands below `custom` is free anyway.
enum Keys {
    /// It is not known which.
    Any,
    /// None, but words of its own, such as names of runtimes.
    Words,
    /// These, each with the name of the shape of the mapping that may have it; without a name, any may.
    These(&'static [(&'static str, &'static str)]),
}

/// Resources beside those of the framework.
enum Adds {
    /// It is not known which.
    Any,
    /// None.
    Nothing,
    /// The logical ids of what it adds have one of these in them.
    Ids(&'static [&'static str]),
    /// The same, and what it adds refers to other resources, so that more is used than is seen.
    Referring(&'static [&'static str]),
}

/// Plugins of which something is known.
const PLUGINS: &[(&str, Keys, Adds)] = &[
    // It makes runtimes of its own of PHP, and layers.
    ("./vendor/bref/bref", Keys::Words, Adds::Nothing),
    ("./vendor/bref/extra-php-extensions", Keys::These(&[]), Adds::Nothing),
    ("serverless-api-gateway-caching", Keys::These(&[("", "caching")]), Adds::Any),
    ("serverless-api-gateway-throttling", Keys::These(&[("", "throttling")]), Adds::Nothing),
    ("serverless-apigateway-service-proxy", Keys::These(&[]), Adds::Referring(&["ApiGateway", "Apigateway"])),
    ("serverless-apigw-binary", Keys::These(&[]), Adds::Nothing),
    ("serverless-appsync-plugin", Keys::These(&[("Root", "appSync")]), Adds::Referring(&["GraphQl"])),
    ("serverless-associate-waf", Keys::These(&[]), Adds::Nothing),
    ("serverless-better-credentials", Keys::These(&[]), Adds::Nothing),
    ("serverless-bundle", Keys::These(&[]), Adds::Nothing),
    ("serverless-certificate-creator", Keys::These(&[]), Adds::Nothing),
    ("serverless-dependson-plugin", Keys::These(&[]), Adds::Nothing),
    ("serverless-deployment-bucket", Keys::These(&[]), Adds::Nothing),
    ("serverless-domain-manager", Keys::These(&[]), Adds::Nothing),
    ("serverless-dotenv-plugin", Keys::These(&[]), Adds::Nothing),
    ("serverless-dynamodb", Keys::These(&[]), Adds::Nothing),
    ("serverless-dynamodb-local", Keys::These(&[]), Adds::Nothing),
    (
        "serverless-esbuild",
        Keys::These(&[("Function", "esbuildEntrypoint"), ("Function", "skipEsbuild")]),
        Adds::Nothing,
    ),
    ("serverless-export-env", Keys::These(&[]), Adds::Nothing),
    ("serverless-finch", Keys::These(&[]), Adds::Nothing),
    ("serverless-go-plugin", Keys::These(&[]), Adds::Nothing),
    (
        "serverless-iam-roles-per-function",
        Keys::These(&[
            ("Function", "iamPermissionsBoundary"),
            ("Function", "iamRoleStatementsInherit"),
            ("Function", "iamRoleStatementsName"),
            ("Function", "iamRoleStatementsPath"),
            ("Function", "iamRoleStatements"),
        ]),
        Adds::Ids(&["IamRoleLambdaExecution"]),
    ),
    ("serverless-jetpack", Keys::Any, Adds::Nothing),
    ("serverless-layers", Keys::These(&[]), Adds::Ids(&["LambdaLayer"])),
    ("serverless-lift", Keys::These(&[("Root", "constructs")]), Adds::Any),
    ("serverless-localstack", Keys::These(&[]), Adds::Nothing),
    ("serverless-offline", Keys::These(&[]), Adds::Nothing),
    ("serverless-openapi-documenter", Keys::These(&[("", "documentation")]), Adds::Nothing),
    ("serverless-plugin-aws-alerts", Keys::These(&[("Function", "alarms")]), Adds::Ids(&["Alert", "Alarm"])),
    (
        "serverless-plugin-canary-deployments",
        Keys::These(&[("Function", "deploymentSettings")]),
        Adds::Ids(&["Alias", "CodeDeploy", "Hook"]),
    ),
    ("serverless-plugin-common-excludes", Keys::Any, Adds::Nothing),
    ("serverless-plugin-ifelse", Keys::These(&[]), Adds::Any),
    ("serverless-plugin-include-dependencies", Keys::Any, Adds::Nothing),
    ("serverless-plugin-lambda-insights", Keys::These(&[("Function", "lambdaInsights")]), Adds::Nothing),
    ("serverless-plugin-log-retention", Keys::These(&[]), Adds::Ids(&["LogGroup"])),
    ("serverless-plugin-monorepo", Keys::These(&[]), Adds::Nothing),
    ("serverless-plugin-optimize", Keys::These(&[("Function", "optimize")]), Adds::Nothing),
    ("serverless-plugin-resource-tagging", Keys::These(&[]), Adds::Nothing),
    ("serverless-plugin-scripts", Keys::These(&[]), Adds::Nothing),
    ("serverless-plugin-split-stacks", Keys::These(&[]), Adds::Any),
    ("serverless-plugin-tracing", Keys::These(&[]), Adds::Nothing),
    ("serverless-plugin-typescript", Keys::These(&[]), Adds::Nothing),
    ("serverless-plugin-warmup", Keys::These(&[("Function", "warmup")]), Adds::Ids(&["WarmUp", "Warmup"])),
    (
        "serverless-provisioned-concurrency-autoscaling",
        Keys::These(&[("Function", "concurrencyAutoscaling")]),
        Adds::Any,
    ),
    ("serverless-prune-plugin", Keys::These(&[]), Adds::Nothing),
    ("serverless-pseudo-parameters", Keys::These(&[]), Adds::Nothing),
    (
        "serverless-python-requirements",
        Keys::These(&[
            ("Function", "dockerizePip"),
            ("Function", "module"),
            ("Function", "vendor"),
            ("Function", "zip"),
        ]),
        Adds::Ids(&["PythonRequirementsLambdaLayer"]),
    ),
    ("serverless-ruby-layer", Keys::These(&[]), Adds::Ids(&["GemLambdaLayer"])),
    ("serverless-s3-remover", Keys::These(&[]), Adds::Nothing),
    ("serverless-s3-sync", Keys::These(&[]), Adds::Nothing),
    ("serverless-scriptable-plugin", Keys::These(&[]), Adds::Nothing),
    ("serverless-stack-termination-protection", Keys::These(&[]), Adds::Nothing),
    (
        // Its machines have ids of the user's own, too, which the checks of state machines know.
        "serverless-step-functions",
        Keys::These(&[("Root", "stepFunctions"), ("Root", "validate")]),
        Adds::Referring(&[
            "ApiGateway",
            "EventsRuleCloudWatchEvent",
            "StateMachine",
            "StepFunctions",
            "ToStepFunctionsRole",
        ]),
    ),
    ("serverless-tscpaths", Keys::These(&[]), Adds::Nothing),
    (
        "serverless-webpack",
        Keys::These(&[("Function", "allowCustomRuntime"), ("Function", "entrypoint")]),
        Adds::Nothing,
    ),
    ("serverless-wsgi", Keys::These(&[]), Adds::Nothing),
];

/// Plugins that divide a service into several stacks, or move resources to others.
const DIVIDING: [&str; 4] = [
    "serverless-nested-stack",
    "serverless-plugin-additional-stacks",
    "serverless-plugin-nested-stacks",
    "serverless-plugin-split-stacks",
];

/// Plugins of those that bring sources of variables.
const WITH_SOURCES: [&str; 6] = [
    "./vendor/bref/bref",
    "./vendor/bref/extra-php-extensions",
    "serverless-appsync-plugin",
    "serverless-certificate-creator",
    "serverless-lift",
    "serverless-localstack",
];

/// The folder of the service's own plugins, unless `plugins.localPath` names another.
pub const FOLDER: &str = ".serverless_plugins";

/// What `plugins` lists: the section itself, or its `modules`.
fn list(section: &Value) -> &[Value] {
    section.get("modules").unwrap_or(section).as_array().unwrap_or_default()
}

/// What the configuration lists as plugins, and where.
pub fn listed(config: &Value) -> (Path, &[Value]) {
    let root = Path::from(["plugins"]);
    match config.get("plugins") {
        Some(section) if section.get("modules").is_some() => (root.join("modules"), list(section)),
        Some(section) => (root, list(section)),
        None => (root, &[]),
    }
}

/// The names that the section `plugins` lists.
pub fn names(section: &Value) -> Vec<&str> {
    list(section).iter().filter_map(Value::as_str).collect()
}

/// Whether a plugin of the section may bring a source of variables.
pub fn may_bring_sources(section: &Value) -> bool {
    let is_known =
        |name: &str| name.starts_with("serverless-offline-") || PLUGINS.iter().any(|it| it.0 == name);
    let names = names(section);
    section.is_truthy()
        && (list(section).len() != names.len()
            || list(section).is_empty()
            || names.iter().any(|it| !is_known(it) || WITH_SOURCES.contains(it)))
}

/// The folder that the section `plugins` names for the service's own.
pub fn folder(section: &Value) -> &str {
    section.get("localPath").and_then(Value::as_str).unwrap_or(FOLDER)
}

/// What the plugins of a service may do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Listed {
    /// Those of [`PLUGINS`] that are listed, a bit each.
    known: u128,
    /// Whether there is one of which it is not known which keys it brings.
    any_keys: bool,
    /// Whether there is one of which it is not known which resources it adds.
    any_resources: bool,
    /// Whether one may divide the template before it is deployed.
    divides: bool,
}

impl Listed {
    /// Plugins that may do anything.
    pub const ANY: Listed = Listed { known: 0, any_keys: true, any_resources: true, divides: true };

    /// What the plugins of a section may do. `source` reads the text of a file of the service.
    pub fn of(section: &Value, source: &dyn Fn(&str) -> Option<Arc<str>>) -> Listed {
        let mut listed = Listed::default();
        // What a variable gives may be anything.
        let names = names(section);
        if list(section).len() != names.len() || section.has_unknown() {
            listed.add_unknown();
        }
        names.into_iter().for_each(|it| listed.add(it, folder(section), source));
        listed
    }

    fn add(&mut self, name: &str, folder: &str, source: &dyn Fn(&str) -> Option<Arc<str>>) {
        self.divides |= DIVIDING.contains(&name);
        // What serves a service on one's own machine adds nothing to it.
        let name = if name.starts_with("serverless-offline-") { "serverless-offline" } else { name };
        if let Some(index) = PLUGINS.iter().position(|it| it.0 == name) {
            self.known |= 1 << index;
            return;
        }
        // What a package manager brings loads files of its own.
        if name.contains("vendor/") || name.contains("node_modules/") {
            return self.add_unknown();
        }
        let is_path = name.starts_with('.') || name.starts_with('/');
        let path =
            if is_path { name.trim_start_matches("./").to_owned() } else { format!("{folder}/{name}") };
        match ["", ".js", ".cjs", ".mjs", ".ts", "/index.js", "/index.ts"]
            .iter()
            .find_map(|it| source(&format!("{path}{it}")))
        {
            Some(text) => self.add_local(&text),
            None => self.add_unknown(),
        }
    }

    /// A plugin of the service's own, by its source: what it never mentions it does not touch.
    fn add_local(&mut self, text: &str) {
        const OTHER_FILES: [&str; 5] = ["require('.", "require(\".", "from '.", "from \".", "import("];
        const WHOLE_SERVICE: [&str; 3] = ["extendConfiguration", "service.update", "configurationInput"];
        const TEMPLATE: [&str; 5] =
            ["ompiledCloudFormation", "Resources", "resources", "functions", "getFunction"];
        let mentions = |words: &[&str]| words.iter().any(|it| text.contains(it));
        let whole = mentions(&OTHER_FILES) || mentions(&WHOLE_SERVICE);
        self.any_keys |= whole || text.contains("configSchemaHandler");
        self.any_resources |= whole || mentions(&TEMPLATE);
        self.divides |= whole || mentions(&TEMPLATE);
    }

    fn add_unknown(&mut self) {
        self.any_keys = true;
        self.any_resources = true;
    }

    fn known(self) -> impl Iterator<Item = &'static (&'static str, Keys, Adds)> {
        PLUGINS.iter().enumerate().filter(move |(index, _)| self.known & (1 << index) != 0).map(|it| it.1)
    }

    /// Whether one may bring keys of which nothing is known.
    pub fn may_bring_any_key(self) -> bool {
        self.any_keys || self.known().any(|it| matches!(it.1, Keys::Any))
    }

    /// Whether one may bring words of its own, such as names of runtimes.
    pub fn may_bring_words(self) -> bool {
        self.any_keys || self.known().any(|it| matches!(it.1, Keys::Any | Keys::Words))
    }

    /// Whether one may bring a key of the mapping with this shape.
    pub fn may_bring(self, shape: &str, key: &str) -> bool {
        let brings = |keys: &Keys| match keys {
            Keys::Any => true,
            Keys::Words => false,
            Keys::These(these) => these.iter().any(|(of, it)| (of.is_empty() || *of == shape) && *it == key),
        };
        self.any_keys || self.known().any(|it| brings(&it.1))
    }

    /// Whether one may add a resource with this logical id; with an empty one, any at all.
    pub fn may_add(self, id: &str) -> bool {
        let adds = |adds: &Adds| match adds {
            Adds::Any => true,
            Adds::Nothing => false,
            Adds::Ids(parts) => parts.iter().any(|it| id.contains(it)),
            Adds::Referring(parts) => id.is_empty() || parts.iter().any(|it| id.contains(it)),
        };
        self.any_resources || self.known().any(|it| adds(&it.2))
    }

    /// Whether one may divide the template before it is deployed.
    pub fn may_divide(self) -> bool {
        self.divides
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    fn listed(section: Value, text: &'static str) -> Listed {
        Listed::of(&section, &|path| (path == "own.js").then(|| text.into()))
    }

    #[test]
    fn each_has_a_bit() {
        assert!(PLUGINS.len() <= 128);
        assert!(PLUGINS.is_sorted_by_key(|it| it.0));
    }

    #[test]
    fn what_is_known_of_plugins() {
        let known = listed(json!(["serverless-esbuild", "serverless-offline"]), "");
        assert!(known.may_bring("Function", "skipEsbuild"));
        assert!(!known.may_bring("Function", "retries") && !known.may_add("Table"));
        let unknown = listed(json!(["serverless-esbuild", "serverless-mine"]), "");
        assert!(unknown.may_bring("Function", "retries") && unknown.may_add("Table"));
        let modules = listed(json!({ "modules": ["serverless-offline"], "localPath": "p" }), "");
        assert!(!modules.may_bring("Function", "retries"));
    }

    #[test]
    fn sources_are_brought_by_few() {
        assert!(!may_bring_sources(&json!(["serverless-esbuild", "serverless-offline"])));
        assert!(may_bring_sources(&json!(["serverless-esbuild", "serverless-lift"])));
        assert!(may_bring_sources(&json!(["serverless-mine"])));
        assert!(may_bring_sources(&json!("${file(plugins.yml)}")));
        assert!(!may_bring_sources(&json!(null)));
    }

    #[test]
    fn plugins_of_ones_own_are_read() {
        let banner =
            listed(json!(["./own"]), "module.exports = class { constructor(it) { it.cli.log('hi'); } };");
        assert!(!banner.may_bring("Function", "retries") && !banner.may_add("Table"));
        let schema = listed(json!(["./own"]), "it.configSchemaHandler.defineFunctionProperties('aws', {});");
        assert!(schema.may_bring("Function", "retries") && !schema.may_add("Table"));
        assert!(listed(json!(["./own"]), "template.Resources.Table = {};").may_add("Table"));
        assert!(listed(json!(["./own"]), "require('./more')").may_add("Table"));
        assert!(listed(json!(["./missing"]), "").may_add("Table"));
    }
}
