//! What is known of formulas and templates inside of properties, and of keys that several lists say together.

use ecow::{EcoString, eco_format};

use super::{Finding, Problem, finding, is_function, look, plain};
use super::{Look, places};
use crate::path::Path;
use crate::value::{Object, Value};

/// The formulas of an alarm name metrics that it has, and one of them is what it watches.
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html>
pub fn metrics(properties: &Value, root: &Path, found: &mut Vec<Finding>) {
    let Look::There(Value::Array(items)) = look(properties, "Metrics") else { return };
    if items.iter().any(is_function) {
        return;
    }
    let Some(ids) = items.iter().map(|it| plain(it.get("Id")?)).collect::<Option<Vec<EcoString>>>() else {
        return;
    };
    for (path, value) in places(properties, root, "Metrics.*.Expression") {
        let Some(text) = plain(value) else { continue };
        if let Some(name) = variables(&text).into_iter().find(|name| !ids.iter().any(|it| it == name)) {
            let message = eco_format!("no metric of the alarm has the id `{name}`");
            found.push(finding(path, Problem::Said(message, "name a metric by its `Id`")));
        }
    }
    let returned: Vec<(Path, &Value)> = places(properties, root, "Metrics.*.ReturnData")
        .into_iter()
        .filter(|it| plain(it.1).is_some_and(|it| it == "true"))
        .collect();
    // A band of what is expected is returned with the metric.
    if let ([_, .., (path, _)], Look::Absent) = (returned.as_slice(), look(properties, "ThresholdMetricId")) {
        let message = "an alarm watches one metric, and this is another that is returned".into();
        found.push(finding(path.clone(), Problem::Said(message, "return the data of one of them")));
    }
}

/// The names of metrics in a formula: words that begin with a small letter, outside of quotes.
fn variables(formula: &str) -> Vec<&str> {
    let mut names = Vec::new();
    // Queries are of another language.
    if formula.trim_start().to_uppercase().starts_with("SELECT") {
        return names;
    }
    for (index, part) in formula.split(['\'', '"']).enumerate() {
        if index % 2 == 1 {
            continue;
        }
        let mut rest = part;
        while let Some(start) = rest.find(|it: char| it.is_ascii_alphanumeric() || it == '_') {
            let (_, word) = rest.split_at_checked(start).unwrap_or(("", ""));
            let end = word.find(|it: char| !it.is_ascii_alphanumeric() && it != '_').unwrap_or(word.len());
            let (name, after) = word.split_at_checked(end).unwrap_or((word, ""));
            let is_called = after.trim_start().starts_with('(');
            if name.starts_with(|it: char| it.is_ascii_lowercase()) && !is_called {
                names.push(name);
            }
            rest = after;
        }
    }
    names
}

/// Each `<name>` of the template of a target's input is in its map.
/// <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html>
pub fn transformers(properties: &Value, root: &Path, found: &mut Vec<Finding>) {
    for (path, transformer) in places(properties, root, "Targets.*.InputTransformer") {
        let empty = Object::new();
        let paths = match look(transformer, "InputPathsMap") {
            Look::There(Value::Object(it)) => it.as_ref(),
            Look::Absent => &empty,
            _ => continue,
        };
        let template = transformer.get("InputTemplate").and_then(plain);
        let Some(template) = template.filter(|_| !super::value::is_open(paths)) else { continue };
        let name =
            template.split('<').skip(1).filter_map(|it| it.split_once('>')).map(|it| it.0).find(|it| {
                let is_name = |it: char| it.is_ascii_alphanumeric() || matches!(it, '_' | '-');
                !it.is_empty() && it.chars().all(is_name) && !paths.contains_key(it)
            });
        if let Some(name) = name {
            let message = eco_format!("`<{name}>` is not in `InputPathsMap`");
            let problem = Problem::Said(message, "name a key of `InputPathsMap`, or add it there");
            found.push(finding(path.join("InputTemplate"), problem));
        }
    }
}

/// The first key of a local index is that of the table.
/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/LSI.html>
pub fn local_indexes(properties: &Value, root: &Path, found: &mut Vec<Finding>) {
    let hash = |of: &Value| {
        let keys = of.get("KeySchema")?.as_array()?;
        let at = keys.iter().position(|it| it.get("KeyType").and_then(Value::as_str) == Some("HASH"))?;
        Some((at, plain(keys.get(at)?.get("AttributeName")?)?))
    };
    let Some((_, own)) = hash(properties) else { return };
    for (path, index) in places(properties, root, "LocalSecondaryIndexes.*") {
        if let Some((at, name)) = hash(index).filter(|it| it.1 != own) {
            let path = path.join("KeySchema").join(at).join("AttributeName");
            let problem = Problem::Word(name, vec![own.clone()]);
            found.push(Finding { because: vec!["HASH key of the table"], ..finding(path, problem) });
        }
    }
}

/// One metric of an alarm is returned. What says nothing is returned.
pub fn returned(properties: &Value, root: &Path, found: &mut Vec<Finding>) {
    let metrics = places(properties, root, "Metrics.*");
    let is_not = |it: &Value| it.get("ReturnData").and_then(plain).is_some_and(|it| it == "false");
    let Some((path, _)) = metrics.first().filter(|_| metrics.iter().all(|it| is_not(it.1))) else { return };
    let message = "no metric of the alarm is returned, so it watches nothing".into();
    found.push(finding(path.join("ReturnData"), Problem::Said(message, "return the data of one of them")));
}

/// The template of a mock's request says a status in JSON.
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-mock-integration.html>
pub fn mocks(properties: &Value, root: &Path, found: &mut Vec<Finding>) {
    let Some(integration) = properties.get("Integration") else { return };
    if integration.get("Type").and_then(plain).as_deref() != Some("MOCK") {
        return;
    }
    for (path, value) in places(properties, root, "Integration.RequestTemplates.*") {
        let is_json = path.segments().last() == Some(&crate::path::Segment::from("application/json"));
        // A template may say otherwise than it is written.
        let Some(text) = plain(value).filter(|it| is_json && !it.contains(['#', '$'])) else { continue };
        if serde_json::from_str::<serde::de::IgnoredAny>(&text).is_err() && lenient(&text) {
            found.push(Finding { doubtful: true, ..finding(path, Problem::Json) });
        }
    }
}

/// Whether brackets or quotes of a text are left open. API Gateway takes JSON with names that are not in quotes.
fn lenient(text: &str) -> bool {
    let count = |of: char| text.chars().filter(|it| *it == of).count();
    count('{') != count('}') || count('"') % 2 == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_name_metrics() {
        assert_eq!(variables("100 * errors / invocations"), ["errors", "invocations"]);
        assert_eq!(variables("IF(m1 > 1e3, SUM([m2, m3]), 0)"), ["m1", "m2", "m3"]);
        assert_eq!(variables("SEARCH('{a,b} name', 'Sum') + METRICS(\"x\")"), Vec::<&str>::new());
        assert_eq!(variables("SELECT avg(x) FROM y"), Vec::<&str>::new());
    }
}
