//! Rules of the whole service that no shape can say.

mod provider;

use ecow::{EcoString, eco_format};
use rustc_hash::FxHashMap;

use super::provider::REGIONS;
use super::version;
use crate::db::Options;
use crate::diagnostic::{Diagnostic, Place, Severity, nearest};
use crate::language::placement;
use crate::package::object;
use crate::path::Path;
use crate::pipeline::Mode;
use crate::plugins;
use crate::rules;
use crate::service::{Dialect, ListedFunction, functions};
use crate::shape::check::matches;
use crate::value::{Object, Value};

/// What is wrong with the resolved configuration as a whole.
pub fn service(config: &Value, options: &Options, mode: Mode) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let Value::Object(root) = config else {
        if !matches!(config, Value::Unknown(_)) {
            let at = Place::value(Path::root());
            found.push(
                Diagnostic::new(
                    &rules::WRONG_TYPE,
                    at,
                    eco_format!("expected a mapping, found {}", config.noun()),
                )
                .help("start with `service: my-service`"),
            );
        }
        return found;
    };
    service_name(root, mode, &mut found);
    provider_name(root, &mut found);
    function_list(root, &mut found);
    stage_and_region(root, options, &mut found);
    framework(root, mode, &mut found);
    provider::rules(root, mode, &mut found);
    found
}

fn service_name(root: &Object, mode: Mode, found: &mut Vec<Diagnostic>) {
    let Some(Value::Object(name)) = root.get("service") else { return };
    let at = Place::value(Path::from(["service"]));
    let mut diagnostic = Diagnostic::new(&rules::SERVICE_OBJECT, at.clone(), "`service` is a mapping")
        .help("write the name alone: `service: my-service`");
    if let Some(name) = name.get("name").and_then(Value::as_str) {
        diagnostic = diagnostic.replace(eco_format!("write `{name}`"), false, at, name);
    }
    if mode.dialect == Dialect::Legacy {
        diagnostic.severity = Severity::Warning;
    }
    found.push(diagnostic);
}

fn provider_name(root: &Object, found: &mut Vec<Diagnostic>) {
    let name = match root.get("provider") {
        Some(Value::String(name)) => Some(name),
        Some(Value::Object(provider)) => match provider.get("name") {
            Some(Value::String(name)) => Some(name),
            _ => return,
        },
        Some(_) => return,
        None => None,
    };
    match name {
        Some(name) if name == "aws" => {}
        Some(_) => {}
        None => found.push(
            Diagnostic::new(&rules::MISSING_KEY, Place::key(Path::root()), "missing key `provider`")
                .help("add `provider:` with `name: aws` below it"),
        ),
    }
}

fn function_list(root: &Object, found: &mut Vec<Diagnostic>) {
    let Some(section) = root.get("functions") else { return };
    let mut wrong = |path: Path, value: &Value, what: &str| {
        found.push(
            Diagnostic::new(
                &rules::WRONG_TYPE,
                Place::value(path),
                eco_format!("expected {what}, found {}", value.noun()),
            )
            .help("write each function as a key with its options below it"),
        );
    };
    let path = Path::from(["functions"]);
    match section {
        Value::Null | Value::Unknown(_) | Value::Object(_) => {}
        Value::Array(parts) => {
            let is_wrong = |it: &&Value| !matches!(it, Value::Object(_) | Value::Unknown(_) | Value::Null);
            // `functions` is a list of something else: that is one mistake.
            if let Some((index, part)) = parts.iter().enumerate().find(|it| is_wrong(&it.1)) {
                wrong(path.join(index), part, "a mapping of functions in the list `functions`");
            }
        }
        other => wrong(path, other, "a mapping of functions"),
    }
    let items = items_of_list(section);
    found.extend(items.first().map(|(path, key)| item_of_list(path, key, section)));
    defined_twice(section, found);
    let mut above: Option<ListedFunction> = None;
    for listed in functions(section).into_values() {
        if items.iter().any(|it| it.0 == listed.path.parent()) {
            continue;
        }
        if placement::is_option(&listed) {
            found.push(misplaced_option(&listed, above.as_ref()));
            continue;
        }
        above = Some(listed.clone());
        if !matches!(listed.value, Value::Object(_) | Value::Unknown(_)) {
            found.push(
                Diagnostic::new(
                    &rules::WRONG_TYPE,
                    Place::key(listed.path.clone()),
                    eco_format!("the function `{}` has no options", listed.key),
                )
                .help("add at least `handler: file.function` below it"),
            );
        }
        if !matches("^[a-zA-Z0-9-_]+$", &listed.key) {
            found.push(
                Diagnostic::new(
                    &rules::INVALID_FORMAT,
                    Place::key(listed.path),
                    eco_format!("`{}` is not a function's key", listed.key),
                )
                .help("use letters, digits, `-` and `_`"),
            );
        }
    }
}

/// The items of `functions` that are functions themselves, as if it were a list of them, each with its first key.
fn items_of_list(section: &Value) -> Vec<(Path, EcoString)> {
    let parts = section.as_array().unwrap_or_default().iter().enumerate();
    let is_function =
        |it: &&Object| ["handler", "image"].iter().any(|key| it.get(key).and_then(Value::as_str).is_some());
    parts
        .filter_map(|(index, part)| {
            let options = part.as_object().filter(is_function)?;
            Some((Path::from(["functions"]).join(index), options.keys().next()?.clone()))
        })
        .collect()
}

/// That `functions` is a list of functions. It is told once, where the first begins.
fn item_of_list(path: &Path, key: &EcoString, section: &Value) -> Diagnostic {
    let first = section.as_array().into_iter().flatten().find_map(|it| it.get(key));
    let help = match first {
        Some(Value::Null) => eco_format!("write `{key}:` without `-`, and indent its options below it"),
        _ => "write `main:` for `- name: main`, and indent the options of the function below it".into(),
    };
    let message = "`functions` is a list of functions, and takes a mapping of them";
    Diagnostic::new(&rules::WRONG_TYPE, Place::key(path.join(key)), message)
        .why("a function has its name as a key, not in a list")
        .help(help)
        .page("https://www.serverless.com/framework/docs/providers/aws/guide/functions")
}

/// Two parts of `functions` with one function, each with code of its own: the parts are merged, the last one wins.
fn defined_twice(section: &Value, found: &mut Vec<Diagnostic>) {
    let parts = section.as_array().unwrap_or_default().iter().enumerate();
    let mut first: FxHashMap<&EcoString, (Path, &Value)> = FxHashMap::default();
    for (index, part) in parts {
        for (key, function) in part.as_object().into_iter().flat_map(Object::iter) {
            let Some(code) = function.get("handler").or_else(|| function.get("image")) else { continue };
            let path = Path::from(["functions"]).join(index).join(key);
            let Some((other, _)) = first.get(key).filter(|it| it.1 != code) else {
                first.entry(key).or_insert((path, code));
                continue;
            };
            found.push(
                Diagnostic::new(
                    &rules::DUPLICATE_FUNCTION,
                    Place::key(path),
                    eco_format!("the function `{key}` is defined twice"),
                )
                .why("the parts are merged into one function, with the code of the last and the events of both")
                .help("give one of them another key")
                .related(Place::key(other.clone()), "first defined here"),
            );
        }
    }
}

/// An option of a function that stands beside the functions.
fn misplaced_option(listed: &ListedFunction, above: Option<&ListedFunction>) -> Diagnostic {
    let message = eco_format!("`{}` stands beside the functions", listed.key);
    let diagnostic = Diagnostic::new(&rules::MISPLACED_KEY, Place::key(listed.path.clone()), message)
        .why("what stands directly below `functions` is taken as a function")
        .page("https://www.serverless.com/framework/docs/providers/aws/guide/functions");
    match above {
        Some(function) => diagnostic
            .help(eco_format!("indent it two spaces further, below `{}`", function.key))
            .related(Place::key(function.path.clone()), "the function that it probably belongs to"),
        None => diagnostic.help("write it below a function"),
    }
}

fn stage_and_region(root: &Object, options: &Options, found: &mut Vec<Diagnostic>) {
    let provider = root.get("provider");
    let written =
        |key: &str| provider.and_then(|it| it.get(key)).and_then(Value::as_str).map(EcoString::from);
    if let Some(stage) = options.stage.clone().or_else(|| written("stage"))
        && (options.stage.is_some() || provider.and_then(|it| it.get("stage")).is_some())
    {
        found.extend(crate::variables::invalid_stage(&stage));
    }
    if let Some(region) = &options.region
        && !REGIONS.iter().any(|it| it.text == region)
    {
        let at = Place::value(Path::from(["provider", "region"]));
        let diagnostic =
            Diagnostic::new(&rules::UNKNOWN_VALUE, at, eco_format!("`{region}` is not a region of AWS"));
        found.push(match nearest(region, REGIONS.iter().map(|it| it.text)) {
            Some(near) => diagnostic.help(eco_format!("did you mean `{near}`?")),
            None => diagnostic.help("give one such as `--region us-east-1`"),
        });
    }
}

fn framework(root: &Object, mode: Mode, found: &mut Vec<Diagnostic>) {
    let at = Place::value(Path::from(["frameworkVersion"]));
    let message = match mode.dialect {
        Dialect::V4 => return,
        Dialect::V3 => "this service was written for version 3 of the framework",
        Dialect::Legacy => "this service was written for version 1 or 2 of the framework",
    };
    let written = root.get("frameworkVersion").map(Value::to_js_string).unwrap_or_default();
    let changes = version::changes(root);
    let changes = if changes.is_empty() { String::new() } else { format!(": {}", changes.join(", ")) };
    let mut diagnostic = Diagnostic::new(&rules::FRAMEWORK_VERSION, at, message)
            .why(eco_format!(
                "`{written}` takes no newer one, so it is compiled as version 3 compiled it, and mistakes are warnings"
            ))
            .help(eco_format!("remove `frameworkVersion` to have it compiled as version 4 does{changes}"));
    // Versions 3 and 4 make the same template of nearly every service.
    if mode.dialect == Dialect::V3 {
        diagnostic.severity = Severity::Info;
    }
    found.push(diagnostic);
}

/// Deprecations are as serious as the service says: `deprecationNotificationMode: error` makes them stop everything,
/// `disabledDeprecations: '*'` leaves them to editors.
pub fn level_deprecations(mode: &Value, disabled: &Value, found: &mut [Diagnostic]) {
    let is_all = |it: &Value| it.as_str() == Some("*");
    let disabled = is_all(disabled) || disabled.as_array().is_some_and(|it| it.iter().any(is_all));
    let level = match mode.as_str() {
        _ if disabled => Severity::Hint,
        Some("error") => Severity::Error,
        _ => return,
    };
    let is_one = |it: &&mut Diagnostic| it.rule == &rules::DEPRECATED_KEY && it.severity == Severity::Info;
    found.iter_mut().filter(is_one).for_each(|it| it.severity = level);
}

/// Files that packaging needs and that are not there: plugins and ready archives.
pub fn missing_files(config: &Value, directory: &str, exists: &dyn Fn(&str) -> bool) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let (root, listed) = plugins::listed(config);
    let local = config.get("plugins").map_or(plugins::FOLDER, plugins::folder);
    for (index, name) in listed.iter().enumerate() {
        let Some(name) = name.as_str() else { continue };
        if !plugin_exists(name, local, directory, exists) {
            found.push(
                Diagnostic::new(
                    &rules::PLUGIN_NOT_FOUND,
                    Place::value(root.join(index)),
                    eco_format!("the plugin `{name}` is not installed"),
                )
                .why("what a plugin adds to the template is not known without it")
                .help("install it with your package manager, or remove it from `plugins`"),
            );
        }
    }
    let mut artifact = |path: Path, package: Option<&Value>| {
        let Some(file) = package.and_then(|it| it.get("artifact")).and_then(Value::as_str) else { return };
        if object::named(file).is_none() && !exists(file) {
            found.push(
                Diagnostic::new(
                    &rules::MISSING_FILE,
                    Place::value(path.join("package").join("artifact")),
                    eco_format!("there is no archive `{file}`"),
                )
                .help("build it first, or mend the path, which is relative to the service"),
            );
        }
    };
    artifact(Path::root(), config.get("package"));
    for listed in config.get("functions").map(functions).unwrap_or_default().values() {
        artifact(listed.path.clone(), listed.value.get("package"));
    }
    found
}

fn plugin_exists(name: &str, local: &str, directory: &str, exists: &dyn Fn(&str) -> bool) -> bool {
    if name.starts_with('.') || name.starts_with('/') {
        return ["", ".js", ".cjs", ".mjs", "/index.js"].iter().any(|it| exists(&format!("{name}{it}")));
    }
    if exists(&format!("{local}/{name}")) || exists(&format!("{local}/{name}.js")) {
        return true;
    }
    let depth = directory.matches('/').count();
    (0..=depth).any(|up| exists(&format!("{}node_modules/{name}/package.json", "../".repeat(up))))
}
