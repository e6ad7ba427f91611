//! Tables of DynamoDB: keys and attributes agree, and throughput goes with the way that a table is paid for.
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-dynamodb-table.html>

use ecow::{EcoString, eco_format};
use rustc_hash::{FxHashMap, FxHashSet};

use super::Facts;
use crate::diagnostic::{Diagnostic, Place};
use crate::path::Segment;
use crate::rules;
use crate::shape::cfn::is_intrinsic;
use crate::value::{Object, Value};

/// A list of keys, and the steps to it from the body of the resource.
type Keys<'a> = (Vec<Segment>, &'a [Value]);

struct Table<'a, 'f> {
    facts: &'f Facts<'a>,
    id: &'a EcoString,
    properties: &'a Object,
}

/// Finds tables that DynamoDB refuses.
pub fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    if facts.index.has_macros {
        return;
    }
    for (id, body) in facts.resources().iter() {
        let kind = body.get("Type").and_then(Value::as_str).unwrap_or_default();
        if !matches!(kind, "AWS::DynamoDB::Table" | "AWS::DynamoDB::GlobalTable") {
            continue;
        }
        let Some(properties) = body.get("Properties").and_then(Value::as_object) else { continue };
        let table = Table { facts, id, properties };
        table.keys(found);
        if kind == "AWS::DynamoDB::Table" {
            table.throughput(found);
        }
    }
}

impl<'a> Table<'a, '_> {
    fn place(&self, steps: &[Segment], key: bool) -> Option<Place> {
        let mut below: Vec<Segment> = vec![self.id.into(), "Properties".into()];
        below.extend(steps.iter().cloned());
        let path = self.facts.written("Resources", &below)?;
        Some(if key { Place::key(path) } else { Place::value(path) })
    }

    /// The table and its indexes: the steps to each, and what it says.
    fn indexes(&self) -> Vec<(Vec<Segment>, &'a Object)> {
        let mut all = Vec::new();
        for list in ["GlobalSecondaryIndexes", "LocalSecondaryIndexes"] {
            let items = self.properties.get(list).and_then(Value::as_array).unwrap_or_default();
            all.extend(items.iter().enumerate().filter_map(|(index, it)| {
                Some((vec![Segment::from(list), Segment::from(index)], it.as_object()?))
            }));
        }
        all
    }

    fn key_lists(&self) -> Vec<Keys<'a>> {
        let list = |mut steps: Vec<Segment>, of: &'a Object| {
            let keys = of.get("KeySchema")?.as_array()?;
            steps.push("KeySchema".into());
            Some((steps, keys))
        };
        let mut all: Vec<Keys<'a>> = list(Vec::new(), self.properties).into_iter().collect();
        all.extend(self.indexes().into_iter().filter_map(|(steps, it)| list(steps, it)));
        all
    }

    fn keys(&self, found: &mut Vec<Diagnostic>) {
        let lists = self.key_lists();
        for (steps, keys) in &lists {
            found.extend(self.kinds(steps, keys));
        }
        // What is left to CloudFormation may be anything.
        let names = |items: &'a [Value]| {
            items.iter().map(|it| it.get("AttributeName")?.as_str()).collect::<Option<Vec<_>>>()
        };
        let Some(defined) =
            self.properties.get("AttributeDefinitions").and_then(Value::as_array).and_then(names)
        else {
            return;
        };
        let mut used: FxHashSet<&str> = FxHashSet::default();
        // Of each index the keys must be there as a list.
        let is_list = |it: &Value| it.get("KeySchema").is_some_and(|it| it.as_array().is_some());
        let mut all_known = ["GlobalSecondaryIndexes", "LocalSecondaryIndexes"].iter().all(|it| {
            let indexes = self.properties.get(it).filter(|it| !it.is_null());
            indexes.is_none_or(|it| it.as_array().is_some_and(|it| it.iter().all(is_list)))
        }) && self.properties.get("KeySchema").is_some_and(|it| it.as_array().is_some());
        for (steps, keys) in &lists {
            let Some(keys) = names(keys) else {
                all_known = false;
                continue;
            };
            for (index, name) in keys.iter().enumerate() {
                used.insert(name);
                if !defined.contains(name) {
                    let mut steps = steps.clone();
                    steps.extend([Segment::from(index), "AttributeName".into()]);
                    found.extend(self.undefined(&steps, name));
                }
            }
        }
        if !all_known {
            return;
        }
        for (index, name) in defined.iter().enumerate().filter(|(_, it)| !used.contains(*it)) {
            let steps = ["AttributeDefinitions".into(), Segment::from(index), "AttributeName".into()];
            let message = eco_format!("no key of the table `{}` uses the attribute `{name}`", self.id);
            found.extend(self.place(&steps, false).map(|at| {
                Diagnostic::new(&rules::TABLE_KEYS, at, message)
                    .why("`AttributeDefinitions` are of keys alone, and DynamoDB refuses others")
                    .help("remove it: items may have any attribute without one")
            }));
        }
        self.twice(&defined, found);
    }

    fn twice(&self, defined: &[&str], found: &mut Vec<Diagnostic>) {
        let mut first: FxHashMap<&str, usize> = FxHashMap::default();
        for (index, name) in defined.iter().enumerate() {
            if first.insert(name, index).is_some() {
                let steps = ["AttributeDefinitions".into(), Segment::from(index), "AttributeName".into()];
                let message = eco_format!("the attribute `{name}` is defined twice");
                found.extend(self.place(&steps, false).map(|at| {
                    Diagnostic::new(&rules::TABLE_KEYS, at, message).help("remove one of the definitions")
                }));
            }
        }
    }

    fn undefined(&self, steps: &[Segment], name: &str) -> Option<Diagnostic> {
        let message = eco_format!("the key `{name}` is not in `AttributeDefinitions`");
        let diagnostic = Diagnostic::new(&rules::TABLE_KEYS, self.place(steps, false)?, message)
            .why("DynamoDB must know the type of each key, and refuses the table")
            .help(eco_format!(
                "add `{{AttributeName: {name}, AttributeType: S}}`, or name an attribute that is there"
            ));
        Some(match self.place(&["AttributeDefinitions".into()], true) {
            Some(place) => diagnostic.related(place, "the attributes"),
            None => diagnostic,
        })
    }

    /// The first key is the `HASH` key, the second the `RANGE` key; a global index may have several of each.
    fn kinds(&self, steps: &[Segment], keys: &[Value]) -> Option<Diagnostic> {
        let kinds: Vec<Option<&str>> = keys.iter().map(|it| it.get("KeyType")?.as_str()).collect();
        let is_global = steps.first() == Some(&Segment::from("GlobalSecondaryIndexes"));
        let whose = if steps.len() == 1 { "table" } else { "index" };
        let place = |index: usize| {
            let mut below = steps.to_vec();
            below.extend([Segment::from(index), "KeyType".into()]);
            self.place(&below, false)
        };
        let made = |at: Place, message: EcoString| {
            Diagnostic::new(&rules::TABLE_KEYS, at, message).why(
                "the first key is the `HASH` key, the second the `RANGE` key, and DynamoDB refuses others",
            )
        };
        match kinds.as_slice() {
            [Some("RANGE"), Some("HASH"), ..] => {
                let message = eco_format!("the keys of the {whose} are in the wrong order");
                Some(made(place(0)?, message).help("exchange them: put the `HASH` key first"))
            }
            [Some("RANGE"), ..] => {
                let at = place(0)?;
                let message = eco_format!("the first key of the {whose} is not the `HASH` key");
                Some(made(at.clone(), message).help("write `HASH`").replace(
                    "replace with `HASH`",
                    false,
                    at,
                    "HASH",
                ))
            }
            [Some("HASH"), Some("HASH"), ..] if !is_global => {
                let at = place(1)?;
                let message = eco_format!("the {whose} has a second `HASH` key");
                let diagnostic = made(at.clone(), message).help("write `RANGE`");
                Some(diagnostic.replace("replace with `RANGE`", false, at, "RANGE"))
            }
            _ => None,
        }
    }

    /// Whether the table has a throughput; one of zeros is as none.
    fn is_provisioned(&self) -> bool {
        let throughput = self.properties.get("ProvisionedThroughput").and_then(Value::as_object);
        let is_some = |it: &Value| match it {
            Value::Number(number) => *number > 0.0,
            // A branch may be none.
            Value::Object(function) => function.single().is_some_and(|it| it.0 != "Fn::If"),
            _ => false,
        };
        throughput.is_some_and(|it| !is_intrinsic(it) && it.values().any(is_some))
    }

    /// The throughput of the table and of its global indexes.
    fn throughput(&self, found: &mut Vec<Diagnostic>) {
        let mode = match self.properties.get("BillingMode") {
            None | Some(Value::Null) => "PROVISIONED",
            Some(Value::String(mode)) => mode.as_str(),
            Some(_) => return,
        };
        if mode == "PAY_PER_REQUEST" && self.is_provisioned() {
            found.extend(self.place(&["ProvisionedThroughput".into()], true).map(|at| both(at, "the table")));
        }
        let global =
            |it: &(Vec<Segment>, &Object)| it.0.first() == Some(&Segment::from("GlobalSecondaryIndexes"));
        let is_provisioned =
            self.properties.get("ProvisionedThroughput").is_some_and(|it| it.as_object().is_some());
        for (mut steps, of) in self.indexes().into_iter().filter(global) {
            let written = of.get("ProvisionedThroughput").filter(|it| !it.is_null());
            if mode == "PAY_PER_REQUEST" && written.is_some_and(|it| !is_left(it)) {
                steps.push("ProvisionedThroughput".into());
                found.extend(self.place(&steps, true).map(|at| both(at, "the index")));
            } else if mode == "PROVISIONED"
                && is_provisioned
                && written.is_none()
                && !of.keys().any(|it| it.starts_with("Fn::"))
            {
                found.extend(self.place(&steps, true).map(|at| {
                    Diagnostic::new(&rules::TABLE_THROUGHPUT, at, "the index has no throughput")
                        .why("a table that is not paid per request needs `ProvisionedThroughput`, and so does each of its global indexes")
                        .help("add `ProvisionedThroughput`, or set `BillingMode: PAY_PER_REQUEST` for all")
                }));
            }
        }
    }
}

/// That a table or an index has a throughput that nobody pays for.
fn both(at: Place, what: &str) -> Diagnostic {
    let message = eco_format!("{what} has a throughput, and is paid per request");
    Diagnostic::new(&rules::TABLE_THROUGHPUT, at, message)
        .why("DynamoDB refuses `ProvisionedThroughput` with `BillingMode: PAY_PER_REQUEST`")
        .help("remove one of them")
}

/// Whether CloudFormation may leave a value out.
fn is_left(value: &Value) -> bool {
    matches!(value, Value::Unknown(_)) || crate::shape::cfn::is_intrinsic_value(value)
}
