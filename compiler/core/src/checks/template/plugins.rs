//! Which resources the plugins of a service may add: a reference to one of those is nobody's mistake.

/// What a plugin is known to do with the template.
enum Adds {
    /// It adds no resource.
    Nothing,
    /// The logical ids of what it adds have one of these in them.
    Ids(&'static [&'static str]),
}

/// Plugins of which it is known what they add.
const PLUGINS: &[(&str, Adds)] = &[
    ("serverless-apigw-binary", Adds::Nothing),
    ("serverless-associate-waf", Adds::Nothing),
    ("serverless-bundle", Adds::Nothing),
    ("serverless-certificate-creator", Adds::Nothing),
    ("serverless-dependson-plugin", Adds::Nothing),
    ("serverless-deployment-bucket", Adds::Nothing),
    ("serverless-domain-manager", Adds::Nothing),
    ("serverless-dotenv-plugin", Adds::Nothing),
    ("serverless-dynamodb-local", Adds::Nothing),
    ("serverless-dynamodb", Adds::Nothing),
    ("serverless-esbuild", Adds::Nothing),
    ("serverless-export-env", Adds::Nothing),
    ("serverless-go-plugin", Adds::Nothing),
    ("serverless-iam-roles-per-function", Adds::Ids(&["IamRoleLambdaExecution"])),
    ("serverless-jetpack", Adds::Nothing),
    ("serverless-layers", Adds::Ids(&["LambdaLayer"])),
    ("serverless-localstack", Adds::Nothing),
    ("serverless-offline", Adds::Nothing),
    ("serverless-openapi-documenter", Adds::Nothing),
    ("serverless-plugin-aws-alerts", Adds::Ids(&["Alert", "Alarm"])),
    ("serverless-plugin-canary-deployments", Adds::Ids(&["Alias", "CodeDeploy", "Hook"])),
    ("serverless-plugin-common-excludes", Adds::Nothing),
    ("serverless-plugin-include-dependencies", Adds::Nothing),
    ("serverless-plugin-lambda-insights", Adds::Nothing),
    ("serverless-plugin-log-retention", Adds::Ids(&["LogGroup"])),
    ("serverless-plugin-optimize", Adds::Nothing),
    ("serverless-plugin-resource-tagging", Adds::Nothing),
    ("serverless-plugin-scripts", Adds::Nothing),
    ("serverless-plugin-tracing", Adds::Nothing),
    ("serverless-plugin-typescript", Adds::Nothing),
    ("serverless-plugin-warmup", Adds::Ids(&["WarmUp", "Warmup"])),
    ("serverless-prune-plugin", Adds::Nothing),
    ("serverless-pseudo-parameters", Adds::Nothing),
    ("serverless-python-requirements", Adds::Ids(&["PythonRequirementsLambdaLayer"])),
    ("serverless-ruby-layer", Adds::Ids(&["GemLambdaLayer"])),
    ("serverless-s3-remover", Adds::Nothing),
    ("serverless-s3-sync", Adds::Nothing),
    ("serverless-scriptable-plugin", Adds::Nothing),
    ("serverless-stack-termination-protection", Adds::Nothing),
    ("serverless-tscpaths", Adds::Nothing),
    ("serverless-webpack", Adds::Nothing),
    ("serverless-wsgi", Adds::Nothing),
];

/// Plugins that divide a service into several stacks, or move resources to others.
const DIVIDING: [&str; 4] = [
    "serverless-nested-stack",
    "serverless-plugin-additional-stacks",
    "serverless-plugin-nested-stacks",
    "serverless-plugin-split-stacks",
];

/// Whether one of `plugins` may divide the template before it is deployed.
pub fn may_divide(plugins: &[&str]) -> bool {
    plugins.iter().any(|it| DIVIDING.contains(it) || it.starts_with('.'))
}

/// Whether one of `plugins` may add a resource with this logical id.
pub fn may_add(plugins: &[&str], id: &str) -> bool {
    plugins.iter().any(|plugin| match adds(plugin) {
        Some(Adds::Nothing) => false,
        Some(Adds::Ids(parts)) => parts.iter().any(|it| id.contains(it)),
        None => true,
    })
}

fn adds(plugin: &str) -> Option<&'static Adds> {
    // What serves a service on one's own machine leaves the template alone.
    if plugin.starts_with("serverless-offline-") {
        return Some(&Adds::Nothing);
    }
    PLUGINS.iter().find(|(name, _)| *name == plugin).map(|(_, adds)| adds)
}
