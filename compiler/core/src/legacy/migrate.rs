//! Moving a service of the betas over to the language of today: one text with the variables in it.
//!
//! The old forms are replaced as they are when the service compiles. Variables become parameters: `vars` are
//! `params.default`, those of a stage `params.<stage>`; where a stage has several regions with their own, a table below
//! `custom` holds the values of each.

use ecow::{EcoString, eco_format};

use super::draft::Draft;
use super::env_file::Level;
use super::syntax::Syntax;
use super::text::{self, Unwritable};
use super::{Modern, Variables, env_file, later};
use crate::db::File;
use crate::path::Path;
use crate::value::{Object, Value};
use crate::variables::syntax as current;

/// Variables that the alpha release wrote into the file by itself.
const WRITTEN_BACK: [&str; 2] = ["iamRoleArnLambda", "serverlessDeploymentBucketName"];
/// The key below `custom` that holds the values of each region.
const REGIONS: &str = "regions";
/// The key below `custom` that holds mappings which texts refer into.
const MAPPINGS: &str = "vars";

/// What else is known of the service.
#[derive(Clone, Debug, Default)]
pub struct Findings {
    /// The entries that have no effect, by their paths in the configuration as it is read.
    pub ignored: Vec<Path>,
    /// Whether a runtime has ended, which the framework refuses unless it is told only to warn.
    pub ended_runtime: bool,
}

/// The configuration in today's language, as far as its values say; `None` if it is already.
pub fn draft(config: File, value: &Value, modern: &Modern) -> Result<Option<Draft>, Unwritable> {
    let mut draft =
        if modern.is_beta { super::replaced(config, value) } else { Draft::new(config, value.clone()) };
    if modern.is_beta {
        rewrite_texts(&mut draft, modern.variables.as_ref())?;
    }
    if let Some(variables) = &modern.variables {
        parameters(&mut draft, &variables.values, &variables.syntax);
    }
    later::replace(&mut draft);
    Ok((!draft.changes.is_empty() || modern.variables.is_some()).then_some(draft))
}

/// The new text of `serverless.yml`.
pub fn migrate(text: &str, mut draft: Draft, findings: &Findings) -> Result<String, Unwritable> {
    // The last one first, so that none moves another.
    let mut ignored = findings.ignored.clone();
    ignored.sort();
    ignored.iter().rev().for_each(|it| draft.disable(it));
    let mode = Path::from(["configValidationMode"]);
    if findings.ended_runtime && draft.get(&mode).is_none() {
        draft.put(&mode, Value::from("warn"), &mode);
    }
    let new = text::apply(text, &draft.changes)?;
    text::says(&new, &draft.value)?;
    Ok(new)
}

/// Writes every variable of the betas as one of today, and keeps literal what was literal.
fn rewrite_texts(draft: &mut Draft, variables: Option<&Variables>) -> Result<(), Unwritable> {
    let syntax = variables.map(|it| &it.syntax);
    let mut found = Vec::new();
    draft.value.visit(&mut Path::root(), &mut |path, value| {
        if let Value::String(text) = value
            && text.contains('$')
        {
            found.push((path.clone(), text.clone()));
        }
        true
    });
    let mut mappings = Vec::new();
    for (path, old) in found {
        if draft.current.contains(&path) {
            continue;
        }
        if path == Path::from(["service"])
            && let Some((syntax, variables)) = syntax.zip(variables)
            && !syntax.references(&old).is_empty()
        {
            // The framework must know the name before it knows parameters.
            let name = same_everywhere(&old, variables).ok_or_else(|| Unwritable {
                path: path.clone(),
                reason: "the name of the service differs between stages, and the framework takes no parameter here".into(),
            })?;
            draft.put(&path, Value::from(name), &path);
            continue;
        }
        let new = match syntax {
            Some(syntax) => rewrite(&old, syntax, &mut mappings)
                .ok_or_else(|| Unwritable { path: path.clone(), reason: unspeakable(&old) })?,
            // Without a file of variables, what looks like one was literal.
            None => literal(&old, 1),
        };
        if new != old {
            draft.put(&path, Value::from(new), &path);
        }
    }
    for name in mappings {
        let path = Path::from(["custom", MAPPINGS, name.as_str()]);
        draft.put(&path, Value::from(eco_format!("${{param:{name}}}")), &path);
    }
    Ok(())
}

/// What a text says for every stage and region, if it is the same for all.
fn same_everywhere(text: &str, variables: &Variables) -> Option<EcoString> {
    let mut found: Option<EcoString> = None;
    for stage in env_file::stages(&variables.values) {
        for region in env_file::regions(&variables.values, &stage) {
            let mut whole = EcoString::new();
            let mut done = 0;
            for reference in variables.syntax.references(text) {
                let (value, _) = env_file::find(&variables.values, reference.name(), &stage, &region)?;
                whole.push_str(text.get(done..reference.range.start)?);
                whole.push_str(&value.to_js_string());
                done = reference.range.end;
            }
            whole.push_str(text.get(done..)?);
            if found.as_ref().is_some_and(|it| *it != whole) {
                return None;
            }
            found = Some(whole);
        }
    }
    found
}

fn unspeakable(text: &str) -> EcoString {
    eco_format!("a variable in `{text}` has a name that no parameter can have")
}

/// A text with its variables as they are written today. `None` if one has a name that cannot be written.
fn rewrite(text: &str, syntax: &Syntax, mappings: &mut Vec<EcoString>) -> Option<EcoString> {
    let mut out = EcoString::new();
    let mut done = 0;
    for reference in syntax.references(text) {
        let name = reference.name();
        if name.contains(':') || name.contains('(') {
            continue;
        }
        let keys: Vec<&str> = reference.keys().collect();
        let plain = |it: &&str| {
            !it.is_empty() && it.chars().all(|it| it.is_ascii_alphanumeric() || "_-".contains(it))
        };
        if !plain(&name) || !keys.iter().all(plain) {
            return None;
        }
        out.push_str(&literal(text.get(done..reference.range.start)?, 1));
        if keys.is_empty() {
            out.push_str(&eco_format!("${{param:{name}}}"));
        } else {
            out.push_str(&eco_format!("${{self:custom.{MAPPINGS}.{name}.{}}}", keys.join(".")));
            if !mappings.iter().any(|it| it == name) {
                mappings.push(name.into());
            }
        }
        done = reference.range.end;
    }
    out.push_str(&literal(text.get(done..)?, 1));
    Some(out)
}

/// A text that is to stay as it is, although today some of it would be a variable. `passes` is how often variables
/// are looked for in it on its way to where it is used: each pass takes half of the backslashes.
fn literal(text: &str, passes: u32) -> EcoString {
    match current::parse(text) {
        Ok(None) => text.into(),
        _ => text.replace("${", &format!("{}${{", "\\".repeat((1 << passes) - 1))).into(),
    }
}

fn literal_value(value: &Value, passes: u32) -> Value {
    match value {
        Value::String(text) => Value::from(literal(text, passes)),
        Value::Array(items) => Value::array(items.iter().map(|it| literal_value(it, passes))),
        Value::Object(object) => Value::from(
            object.iter().map(|(key, it)| (key.clone(), literal_value(it, passes))).collect::<Object>(),
        ),
        other => other.clone(),
    }
}

/// The variables as parameters.
fn parameters(draft: &mut Draft, values: &Value, syntax: &Syntax) {
    let used = super::used_names(&draft.value, syntax);
    let keeps = |name: &EcoString| !WRITTEN_BACK.contains(&name.as_str()) || used.contains(name);
    let mut params = Object::new();
    let mut tables = Object::new();
    let mut has_profile = Vec::new();
    let common = variables_of(values, Level::Common, &keeps);
    if !common.is_empty() {
        params.insert("default", common);
    }
    for stage in env_file::stages(values) {
        let of_stage = stage_parameters(values, &stage, &keeps, &mut tables);
        has_profile.push(of_stage.contains_key("profile"));
        if !of_stage.is_empty() {
            params.insert(stage, of_stage);
        }
    }
    if !tables.is_empty() {
        let region = Path::from(["provider", "region"]);
        if draft.get(&region).is_none() {
            draft.put(&region, Value::from("us-east-1"), &region);
        }
        let path = Path::from(["custom", REGIONS]);
        draft.put(&path, Value::from(tables), &path);
    }
    if !params.is_empty() {
        let path = Path::from(["params"]);
        draft.put(&path, Value::from(params), &path);
    }
    let profile = Path::from(["provider", "profile"]);
    if has_profile.contains(&true) && draft.get(&profile).is_none() {
        let all = !has_profile.contains(&false);
        let variable = if all { "${param:profile}" } else { "${param:profile, null}" };
        draft.put(&profile, Value::from(variable), &profile);
    }
}

/// The variables of a level as they are written in `params`.
fn variables_of(values: &Value, level: Level<'_>, keeps: &dyn Fn(&EcoString) -> bool) -> Object {
    let variables = level.variables(values).cloned().unwrap_or_default();
    let kept = variables.iter().filter(|(it, _)| keeps(it));
    kept.map(|(key, it)| (key.clone(), literal_value(it, 2))).collect()
}

/// The parameters of a stage. What differs between its regions goes into `tables`.
fn stage_parameters(
    values: &Value,
    stage: &str,
    keeps: &dyn Fn(&EcoString) -> bool,
    tables: &mut Object,
) -> Object {
    let mut params = variables_of(values, Level::Stage(stage), keeps);
    let regions = env_file::regions(values, stage);
    if let [region] = regions.as_slice() {
        // Where there is no other region, its values are those of the stage.
        let of_region = variables_of(values, Level::Region(stage, region), keeps);
        of_region.into_iter().for_each(|(key, it)| params.insert(key, it));
        return params;
    }
    let mut names: Vec<EcoString> = Vec::new();
    for region in &regions {
        let of_region = variables_of(values, Level::Region(stage, region), keeps);
        names.extend(of_region.keys().filter(|it| !names.contains(it)).cloned().collect::<Vec<_>>());
    }
    for region in regions.iter().filter(|_| !names.is_empty()) {
        let value = |name: &EcoString| env_file::find(values, name, stage, region).map(|it| it.0);
        let table: Object =
            names.iter().filter_map(|name| Some((name.clone(), literal_value(&value(name)?, 3)))).collect();
        tables.edit_object(stage, |it| it.insert(region.clone(), table));
    }
    for name in names {
        let address =
            eco_format!("self:custom.{REGIONS}.{stage}.${{opt:region, self:provider.region}}.{name}");
        params.insert(name, eco_format!("${{{address}, null}}"));
    }
    params
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_written_as_parameters() {
        let syntax = Syntax::default();
        let rewrite = |text: &str| {
            let mut mappings = Vec::new();
            rewrite(text, &syntax, &mut mappings).map(|it| format!("{it} {mappings:?}"))
        };
        assert_eq!(rewrite("${stage}-x").as_deref(), Some("${param:stage}-x []"));
        assert_eq!(rewrite("${db.host}").as_deref(), Some(r#"${self:custom.vars.db.host} ["db"]"#));
        assert_eq!(rewrite("${AWS::Region} ${a}").as_deref(), Some("${AWS::Region} ${param:a} []"));
        assert_eq!(rewrite("${clientId()}").as_deref(), Some(r"\${clientId()} []"));
        assert_eq!(rewrite("${a b}"), None);
    }
}
