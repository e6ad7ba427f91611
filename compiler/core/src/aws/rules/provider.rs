//! Rules between options of the provider, and between the root's and the framework's.

use ecow::{EcoString, eco_format};
use nodejs_semver::Range;

use crate::diagnostic::{Diagnostic, Place, nearest};
use crate::path::Path;
use crate::pipeline::Mode;
use crate::rules;
use crate::service::Dialect;
use crate::value::{Object, Value};

/// What is wrong.
pub fn rules(root: &Object, mode: Mode, found: &mut Vec<Diagnostic>) {
    framework_version(root, mode, found);
    resolution_mode(root, mode, found);
    if let Some(Value::Object(provider)) = root.get("provider") {
        api_keys(provider, found);
        pruned_versions(root, provider, found);
    }
}

fn framework_version(root: &Object, mode: Mode, found: &mut Vec<Diagnostic>) {
    let Some(Value::String(range)) = root.get("frameworkVersion") else { return };
    let Some(level) = mode.validation.level().filter(|_| !range.is_empty()) else { return };
    if Range::parse(range).is_err() {
        let at = Place::value(Path::from(["frameworkVersion"]));
        let message = eco_format!("`{range}` is not a range of versions");
        let mut diagnostic = Diagnostic::new(&rules::INVALID_FORMAT, at, message)
            .help("write a range such as `4` or `^4.3.0`");
        diagnostic.severity = level;
        found.push(diagnostic);
    }
}

/// The resolver of version 2, which version 4 no longer has.
fn resolution_mode(root: &Object, mode: Mode, found: &mut Vec<Diagnostic>) {
    let written = root.get("variablesResolutionMode").map(Value::to_js_string);
    if mode.dialect == Dialect::V4 && written.is_some_and(|it| it == "20210219") {
        let at = Place::value(Path::from(["variablesResolutionMode"]));
        found.push(
            Diagnostic::new(
                &rules::UNKNOWN_VALUE,
                at,
                "version 4 of the framework has no resolver `20210219`",
            )
            .help("remove `variablesResolutionMode`"),
        );
    }
}

/// Keys of a usage plan stand below its name.
fn api_keys(provider: &Object, found: &mut Vec<Diagnostic>) {
    let Some(Value::Object(gateway)) = provider.get("apiGateway") else { return };
    let named = |key: &str| -> Vec<(usize, EcoString, Value)> {
        let items = gateway.get(key).and_then(Value::as_array).into_iter().flatten().enumerate();
        let first = |(index, it): (usize, &Value)| {
            let (key, value) = it.as_object()?.iter().next()?;
            Some((index, key.clone(), value.clone()))
        };
        items.filter_map(first).collect()
    };
    let plans: Vec<EcoString> = named("usagePlan").into_iter().map(|it| it.1).collect();
    if plans.is_empty() {
        return;
    }
    for (index, name, keys) in named("apiKeys") {
        if keys.as_array().is_some() && !plans.contains(&name) {
            let at = Place::key(Path::from(["provider", "apiGateway", "apiKeys"]).join(index).join(&name));
            let diagnostic =
                Diagnostic::new(&rules::UNKNOWN_VALUE, at, eco_format!("no usage plan is called `{name}`"));
            found.push(match nearest(&name, plans.iter().map(EcoString::as_str)) {
                Some(near) => diagnostic.help(eco_format!("did you mean `{near}`?")),
                None => diagnostic.help("add it to `usagePlan`"),
            });
        }
    }
}

/// Packaging does not mind, but the framework refuses to deploy it.
fn pruned_versions(root: &Object, provider: &Object, found: &mut Vec<Diagnostic>) {
    let prunes = provider.get("pruneFunctionVersions").is_some_and(Value::is_truthy);
    let versions = |it: &Value| it.get("versionFunction") == Some(&Value::Bool(true));
    let functions = root.get("functions").map(crate::service::functions).unwrap_or_default();
    let any = functions.values().any(|it| versions(&it.value) || it.value.get("durableConfig").is_some());
    if prunes && provider.get("versionFunctions") == Some(&Value::Bool(false)) && !any {
        let shown = |key: &str| Place::key(Path::from(["provider", key]));
        found.push(
            Diagnostic::new(
                &rules::CONFLICTING_OPTIONS,
                shown("pruneFunctionVersions"),
                "there are no versions to prune",
            )
            .help("remove `pruneFunctionVersions`, or `versionFunctions: false`")
            .related(shown("versionFunctions"), "set here")
            .warning(),
        );
    }
}
