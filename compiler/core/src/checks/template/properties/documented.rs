//! What AWS documents of properties and its schemas leave out: forms of names, words, lengths, and what properties of
//! one resource say together. [`table`] reads it from `documented/facts/*.txt`; here it is held against properties.

mod formula;
mod table;
mod together;

use ecow::EcoString;

use super::value::{self, Known, known};
use super::walk::{Finding, Note, Problem, of_list};
use crate::cfn::schema::Kinds;
use crate::path::{Path, Segment};
use crate::value::{Object, Value};
use table::{Condition, Fact, Form, Row, Test};

/// What is wrong in the properties of a resource. `resources` are those of the template.
pub fn findings(kind: &str, properties: &Value, root: &Path, resources: Option<&Object>) -> Vec<Finding> {
    let mut found = Vec::new();
    for row in table::rows(kind).iter().chain(table::rows(table::ALL)) {
        for (at, mapping) in places(properties, root, row.at) {
            if row.conditions.iter().all(|it| holds(it, mapping, resources)) {
                judge(row, mapping, &at, &mut found);
            }
        }
    }
    match kind {
        "AWS::CloudWatch::Alarm" => {
            formula::metrics(properties, root, &mut found);
            formula::returned(properties, root, &mut found);
        }
        "AWS::EC2::SecurityGroup" => together::rules(properties, root, &mut found),
        "AWS::RDS::DBCluster" | "AWS::RDS::DBInstance" => together::windows(properties, root, &mut found),
        "AWS::Events::Rule" => formula::transformers(properties, root, &mut found),
        "AWS::DynamoDB::Table" => formula::local_indexes(properties, root, &mut found),
        "AWS::ECS::TaskDefinition" => {
            together::essential(properties, root, &mut found);
            together::ports(properties, root, &mut found);
        }
        "AWS::S3::Bucket" => {
            together::transitions(properties, root, &mut found);
            together::notifications(properties, root, &mut found);
        }
        "AWS::ApiGateway::Method" => formula::mocks(properties, root, &mut found),
        _ => {}
    }
    found
}

/// A finding that AWS surely refuses, without more to say.
fn finding(path: Path, problem: Problem) -> Finding {
    Finding { path, problem, doubtful: false, because: Vec::new(), note: None }
}

/// What a row knows of a mapping, held against it.
fn judge(row: &'static Row, mapping: &Value, at: &Path, found: &mut Vec<Finding>) {
    let problems = match &row.fact {
        Fact::Order(..)
        | Fact::Above(..)
        | Fact::Unique(_)
        | Fact::Among(..)
        | Fact::Value(..)
        | Fact::Keys(..) => of_values(&row.fact, mapping, at),
        fact => of_presence(fact, mapping, at).into_iter().collect(),
    };
    if problems.is_empty() {
        return;
    }
    let conditions = row.conditions.iter().filter(|it| !matches!(it.test, Test::Absent));
    let mut because: Vec<&'static str> =
        conditions.filter_map(|it| it.path.rsplit('.').find(|it| *it != "*")).collect();
    if let Fact::Order(_, high) = row.fact {
        because.push(high);
    }
    let note = Some(Note { why: row.why, page: row.page });
    found.extend(problems.into_iter().map(|(path, problem)| Finding {
        path,
        problem,
        doubtful: row.warns,
        because: because.clone(),
        note,
    }));
}

/// What is there, or is not, and should not be so.
fn of_presence(fact: &'static Fact, mapping: &Value, at: &Path) -> Option<(Path, Problem)> {
    let is_there = |name: &str| matches!(look(mapping, name), Look::There(_));
    match fact {
        Fact::Needs(names) | Fact::One(names) if all_absent(mapping, names) => {
            Some((at.clone(), Problem::Missing(names.clone())))
        }
        Fact::One(names) | Fact::Either(names) => {
            let there: Vec<&'static str> = names.iter().copied().filter(|it| is_there(it)).collect();
            let [_, .., last] = there.as_slice() else { return None };
            Some((join(at, last), Problem::OnlyOne(there.clone())))
        }
        Fact::Not(name) if is_there(name) => Some((join(at, name), Problem::Unwanted((*name).into()))),
        Fact::Idle(name) if is_there(name) => Some((join(at, name), Problem::Idle((*name).into()))),
        Fact::Old(name, new) if is_there(name) => Some((join(at, name), Problem::Old((*name).into(), new))),
        Fact::Bad(name) if is_there(name) => Some((join(at, name), Problem::Refused("it".into()))),
        _ => None,
    }
}

/// What values of a mapping are, and should not be.
fn of_values(fact: &'static Fact, mapping: &Value, at: &Path) -> Vec<(Path, Problem)> {
    match fact {
        Fact::Keys(path, form) => places(mapping, at, path)
            .into_iter()
            .filter(|it| !is_function(it.1))
            .flat_map(|(path, value)| {
                let keys = value.as_object().into_iter().flat_map(Object::keys);
                let wrong = keys.filter(|it| !crate::shape::check::matches(form, it));
                wrong.map(|it| (path.join(it), Problem::KeyForm(it.clone()))).collect::<Vec<_>>()
            })
            .collect(),
        Fact::Above(high, low, by) => {
            let Some(number) = number(mapping, high) else { return Vec::new() };
            let mut others = places(mapping, at, low).into_iter().filter_map(|it| value::number(it.1));
            let other = others.find(|it| number < it + by + 1.0);
            let problem = other.map(|it| Problem::Less(number, named(low), it, *by));
            problem.map(|it| (join(at, high), it)).into_iter().collect()
        }
        Fact::Order(low, high) => match (number(mapping, low), number(mapping, high)) {
            (Some(least), Some(most)) if least > most => {
                vec![(join(at, low), Problem::More(least, named(high), most))]
            }
            _ => Vec::new(),
        },
        Fact::Unique(paths) => repeated(mapping, at, paths)
            .into_iter()
            .map(|(path, text)| (path, Problem::Again(text)))
            .collect(),
        Fact::Among(path, others) => {
            let Some(names) = all_texts(mapping, others) else { return Vec::new() };
            let texts = places(mapping, at, path).into_iter().filter_map(|(at, it)| Some((at, plain(it)?)));
            let strangers = texts.filter(|it| !names.contains(&it.1));
            let is_there = |path: &&str| !places(mapping, at, path).is_empty();
            let of: Vec<&'static str> = others.iter().copied().filter(is_there).collect();
            strangers.map(|(path, text)| (path, Problem::Stranger(text, of.clone(), names.clone()))).collect()
        }
        Fact::Value(path, form) => {
            let places = places(mapping, at, path).into_iter();
            places.filter_map(|(path, value)| Some((path, misfit(value, form)?))).collect()
        }
        _ => Vec::new(),
    }
}

/// The property that a path ends with.
fn named(path: &'static str) -> &'static str {
    path.rsplit('.').find(|it| *it != "*").unwrap_or(path)
}

/// What is wrong with a value.
fn misfit(value: &Value, form: &Form) -> Option<Problem> {
    let count = |limit: &Option<f64>| limit.map(|it| it as usize);
    let is_out = |number: f64, least: &Option<f64>, most: &Option<f64>| {
        least.is_some_and(|it| number < it) || most.is_some_and(|it| number > it)
    };
    match form {
        Form::Words(words, ignores_case) => {
            let text = plain(value)?;
            let fits = |it: &&str| {
                **it == *text
                    || *ignores_case && it.eq_ignore_ascii_case(&text)
                    || matches!(value, Value::Bool(_)) && it.eq_ignore_ascii_case(&text)
            };
            let all = || words.iter().map(|it| EcoString::from(*it)).collect();
            (!words.iter().any(fits)).then(|| Problem::Word(text.clone(), all()))
        }
        Form::Like(form) => {
            let text = plain(value)?;
            (!crate::shape::check::matches(form, &text)).then(|| Problem::Form(text, form))
        }
        Form::Unlike(form, but) => {
            let text = plain(value).or_else(|| substituted(value))?;
            let is_excepted = but.is_some_and(|it| crate::shape::check::matches(it, &text));
            (!is_excepted && crate::shape::check::matches(form, &text))
                .then(|| Problem::Refused(text.replace("\0", "${...}")))
        }
        Form::Length(least, most) => {
            let text = plain(value)?;
            let length = text.chars().count();
            is_out(length as f64, least, most)
                .then(|| Problem::Count(length, count(least), count(most), "characters"))
        }
        Form::Count(least, most) => {
            let (length, certain) = match value {
                Value::Object(it) if !is_function(value) => (it.len(), !value::is_open(it)),
                _ => value.as_array().map(|it| (it.len(), it.iter().all(of_list)))?,
            };
            (certain && is_out(length as f64, least, most))
                .then(|| Problem::Count(length, count(least), count(most), "items"))
        }
        Form::Range(least, most) => {
            let number = value::number(value)?;
            is_out(number, least, most).then_some(Problem::Range(number, *least, *most))
        }
        Form::Step(unit) => {
            let number = value::number(value)?;
            ((number / unit).fract() != 0.0).then_some(Problem::Multiple(number, *unit))
        }
        Form::List | Form::Tree => {
            let is_right = is_function(value)
                || value.as_array().is_some()
                || matches!(form, Form::Tree) && value.as_object().is_some();
            (!is_right).then(|| Problem::Kind(Kinds::ARRAY, value.noun()))
        }
        Form::Json => {
            let text = value.as_str().filter(|it| !value::is_replaced(it))?;
            serde_json::from_str::<serde::de::IgnoredAny>(text).is_err().then_some(Problem::Json)
        }
    }
}

/// The text that AWS surely sees.
fn plain(value: &Value) -> Option<EcoString> {
    value::text(value).filter(|it| !value::is_replaced(it))
}

/// The text of a `Fn::Sub` with a null character for each of its variables.
fn substituted(value: &Value) -> Option<EcoString> {
    let (_, argument) = value.as_object()?.single().filter(|it| it.0 == "Fn::Sub")?;
    let (mut rest, mut text) = (argument.as_str()?, EcoString::new());
    while let Some((before, more)) = rest.split_once("${") {
        let (_, after) = more.split_once('}')?;
        text.push_str(before);
        text.push('\0');
        rest = after;
    }
    text.push_str(rest);
    (!text.contains("{{")).then_some(text)
}

/// What stands at a path of one mapping.
enum Look<'v> {
    /// Nothing.
    Absent,
    /// That is only known later.
    Open,
    /// A value, or a function that gives one.
    There(&'v Value),
}

/// What stands at `path` of a mapping: names with dots, without `*`.
fn look<'v>(mapping: &'v Value, path: &str) -> Look<'v> {
    let mut value = mapping;
    for step in path.split('.') {
        let object = match known(value) {
            Known::Value(Value::Object(object)) => object,
            Known::Value(Value::Array(items)) => match step.parse::<usize>().ok().map(|it| items.get(it)) {
                Some(Some(item)) => {
                    value = item;
                    continue;
                }
                Some(None) => return Look::Absent,
                None => return Look::Open,
            },
            Known::Nothing => return Look::Absent,
            _ => return Look::Open,
        };
        match object.get(step) {
            None if value::is_open(object) => return Look::Open,
            None => return Look::Absent,
            Some(it) => value = it,
        }
    }
    match known(value) {
        Known::Nothing => Look::Absent,
        Known::Either(..) => Look::Open,
        Known::Open if value.is_null() => Look::Absent,
        Known::Open if matches!(value, Value::Unknown(_)) => Look::Open,
        _ => Look::There(value),
    }
}

fn all_absent(mapping: &Value, names: &[&str]) -> bool {
    mapping.as_object().is_some() && names.iter().all(|it| matches!(look(mapping, it), Look::Absent))
}

/// Whether a condition surely holds, of one of the places at its path.
fn holds(condition: &Condition, mapping: &Value, resources: Option<&Object>) -> bool {
    if condition.path.contains('*') {
        let places = places(mapping, &Path::root(), condition.path);
        return places.iter().any(|(_, it)| holds_of(&condition.test, &Look::There(it), resources));
    }
    holds_of(&condition.test, &look(mapping, condition.path), resources)
}

fn holds_of(test: &Test, at: &Look<'_>, resources: Option<&Object>) -> bool {
    let value = if let Look::There(value) = at { Some(*value) } else { None };
    let text = value.and_then(plain);
    let is = |words: &[&str]| {
        let fits = |it: &&str, text: &EcoString| {
            *it == text.as_str() || is_truth(it) && it.eq_ignore_ascii_case(text)
        };
        text.as_ref().map(|text| words.iter().any(|it| fits(it, text)))
    };
    match test {
        Test::Present => value.is_some(),
        Test::Absent => matches!(at, Look::Absent),
        Test::Is(words) => matches!(at, Look::Absent) && words.contains(&"-") || is(words) == Some(true),
        Test::IsNot(words) => is(words) == Some(false),
        Test::Above(least) => value.and_then(value::number).is_some_and(|it| it > *least),
        Test::Like(form) => text.is_some_and(|it| crate::shape::check::matches(form, &it)),
        Test::Of(kinds) => value.is_some_and(|it| is_of(it, kinds, resources)),
        Test::With(kind, property, words) => {
            let of = value.filter(|it| is_of(it, &[kind], resources)).and_then(referred);
            let body = of.and_then(|(id, _)| resources?.get(id)?.as_object());
            let empty = Value::from(Object::new());
            body.is_some_and(|body| {
                let properties = body.get("Properties").unwrap_or(&empty);
                holds_of(&Test::Is(words.clone()), &look(properties, property), resources)
            })
        }
    }
}

/// Whether a value is a reference to a resource of one of these types, by the attribute that is named with it.
fn is_of(value: &Value, kinds: &[&str], resources: Option<&Object>) -> bool {
    let Some((id, attribute)) = referred(value) else { return false };
    let kind = resources.and_then(|it| it.get(id)?.get("Type")?.as_str());
    let Some(kind) = kind else { return false };
    kinds.iter().any(|it| match it.split_once('.') {
        Some((wanted, of)) => wanted == kind && attribute == of,
        None => *it == kind,
    })
}

/// The resource that a value refers to, and the attribute, `Ref` for `Ref`.
fn referred(value: &Value) -> Option<(&str, &str)> {
    let (name, argument) = value.as_object()?.single()?;
    match name.as_str() {
        "Ref" => Some((argument.as_str()?, "Ref")),
        "Fn::GetAtt" => {
            let (id, attribute) = crate::checks::template::index::get_att(argument)?;
            Some((id, attribute?))
        }
        _ => None,
    }
}

fn is_truth(word: &str) -> bool {
    matches!(word, "true" | "false")
}

fn number(mapping: &Value, path: &str) -> Option<f64> {
    match look(mapping, path) {
        Look::There(value) => value::number(value),
        _ => None,
    }
}

fn join(at: &Path, path: &str) -> Path {
    path.split('.').fold(at.clone(), |at, it| at.join(it))
}

/// The places that a path such as `Rules.*.Name` means in a value, and what is known to stand there, through both
/// branches of `Fn::If`. An empty path is the value itself. A function stays one.
fn places<'v>(value: &'v Value, at: &Path, path: &str) -> Vec<(Path, &'v Value)> {
    let mut places = branches(at.clone(), value);
    for step in path.split('.').filter(|it| !it.is_empty()) {
        let mut next = Vec::new();
        for (path, value) in places {
            match (step, value) {
                ("*", Value::Array(items)) => {
                    items
                        .iter()
                        .enumerate()
                        .for_each(|(index, it)| next.extend(branches(path.join(index), it)));
                }
                ("*", Value::Object(object)) if !is_function(value) => {
                    object.iter().for_each(|(key, it)| next.extend(branches(path.join(key), it)));
                }
                // One item may stand for a list of one.
                (key, Value::Object(object)) if !is_function(value) => {
                    next.extend(object.get(key).into_iter().flat_map(|it| branches(path.join(key), it)));
                }
                _ => {}
            }
        }
        places = next;
    }
    places
}

fn is_function(value: &Value) -> bool {
    !matches!(known(value), Known::Value(_))
}

/// A value, or both that `Fn::If` may give.
fn branches(at: Path, value: &Value) -> Vec<(Path, &Value)> {
    match known(value) {
        Known::Either(yes, no) => {
            let at = at.join("Fn::If");
            let mut all = branches(at.join(1usize), yes);
            all.extend(branches(at.join(2usize), no));
            all
        }
        Known::Nothing => Vec::new(),
        Known::Open if value.is_null() => Vec::new(),
        _ => vec![(at, value)],
    }
}

/// The texts at several paths, if all are known, and there are any.
fn all_texts(mapping: &Value, paths: &[&str]) -> Option<Vec<EcoString>> {
    let mut texts = Vec::new();
    for path in paths {
        // A list that is only known later may hold any.
        let (list, _) = path.split_once('*').unwrap_or((path, ""));
        match look(mapping, list.trim_end_matches('.')) {
            Look::Open => return None,
            Look::There(it) if is_function(it) => return None,
            Look::There(Value::Array(items)) if items.iter().any(is_function) => return None,
            _ => {}
        }
        for (_, value) in places(mapping, &Path::root(), path) {
            texts.push(plain(value)?);
        }
    }
    (!texts.is_empty()).then_some(texts)
}

/// The texts that stand at these paths for a second time. What a condition decides may be there once.
fn repeated(mapping: &Value, at: &Path, paths: &[&str]) -> Vec<(Path, EcoString)> {
    let mut seen: Vec<EcoString> = Vec::new();
    let mut again = Vec::new();
    for (path, value) in paths.iter().flat_map(|it| places(mapping, at, it)) {
        let Some(text) = plain(value) else { continue };
        if path.segments().contains(&Segment::from("Fn::If")) {
            continue;
        }
        if seen.contains(&text) {
            again.push((path, text));
        } else {
            seen.push(text);
        }
    }
    again
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    fn places(kind: &str, properties: &Value) -> Vec<String> {
        let resources = json!({
            "Machine": { "Type": "AWS::StepFunctions::StateMachine" },
            "Bus": { "Type": "AWS::Events::EventBus" }
        });
        let found = findings(kind, properties, &Path::root(), resources.as_object());
        found.into_iter().map(|it| it.path.to_string()).collect()
    }

    #[test]
    fn values_have_forms() {
        assert_eq!(places("AWS::SQS::Queue", &json!({ "QueueName": "my queue" })), ["QueueName"]);
        assert!(places("AWS::SQS::Queue", &json!({ "QueueName": "orders-1" })).is_empty());
        let table = json!({ "GlobalSecondaryIndexes": [{ "KeySchema": [{ "KeyType": "SORT" }] }] });
        assert_eq!(places("AWS::DynamoDB::Table", &table), ["GlobalSecondaryIndexes.0.KeySchema.0.KeyType"]);
        let group = json!({ "SecurityGroupIngress": [
            { "IpProtocol": "tcp", "FromPort": 443, "ToPort": 80, "CidrIp": "10.0.0.0/99" },
            { "IpProtocol": "icmp", "FromPort": 8, "ToPort": (-1), "CidrIp": "0.0.0.0/0" }
        ] });
        assert_eq!(
            places("AWS::EC2::SecurityGroup", &group),
            ["SecurityGroupIngress.0.CidrIp", "SecurityGroupIngress.0.FromPort"]
        );
        let secret =
            json!({ "GenerateSecretString": { "SecretStringTemplate": "{a: b}", "GenerateStringKey": "c" } });
        assert_eq!(
            places("AWS::SecretsManager::Secret", &secret),
            ["GenerateSecretString.SecretStringTemplate"]
        );
        let bucket = json!({ "BucketName": { "Fn::Sub": "Lake-${AWS::AccountId}" } });
        assert_eq!(places("AWS::S3::Bucket", &bucket), ["BucketName"]);
    }

    #[test]
    fn properties_decide_on_others() {
        let alarm = json!({
            "MetricName": "Errors", "Namespace": "AWS/Lambda", "Statistic": "Sum", "ComparisonOperator": "x"
        });
        assert_eq!(places("AWS::CloudWatch::Alarm", &alarm), ["", "", ""]);
        let maybe =
            json!({ "Metrics": { "Fn::If": ["A", [], { "Ref": "AWS::NoValue" }] }, "MetricName": "a" });
        assert_eq!(places("AWS::CloudWatch::Alarm", &maybe), [""]);
        let rule = json!({ "ScheduleExpression": "rate(1 day)", "Targets": [
            { "Id": "a", "Arn": { "Ref": "Machine" } }, { "Id": "a", "Arn": { "Ref": "Elsewhere" } }
        ] });
        assert_eq!(places("AWS::Events::Rule", &rule), ["Targets.1.Id", "Targets.0"]);
        let rule = json!({ "ScheduleExpression": "rate(1 day)", "EventBusName": { "Ref": "Bus" } });
        assert_eq!(places("AWS::Events::Rule", &rule), ["ScheduleExpression"]);
    }

    #[test]
    fn lists_name_each_other() {
        let behavior = |id: &str| json!({ "TargetOriginId": id, "CachePolicyId": { "Ref": "Policy" } });
        let origin = json!({ "Id": "site", "DomainName": "a.example.com", "S3OriginConfig": {} });
        let of = |id: &str| {
            json!({ "DistributionConfig": {
            "DefaultCacheBehavior": (behavior(id)), "Origins": [(origin.clone())]
        } })
        };
        let at = ["DistributionConfig.DefaultCacheBehavior.TargetOriginId"];
        assert_eq!(places("AWS::CloudFront::Distribution", &of("web")), at);
        assert!(places("AWS::CloudFront::Distribution", &of("site")).is_empty());
    }
}
