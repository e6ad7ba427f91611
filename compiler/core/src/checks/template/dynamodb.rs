//! Tables of DynamoDB: keys and attributes agree, and throughput goes with the way that a table is paid for.
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-dynamodb-table.html>

use ecow::{EcoString, eco_format};
use rustc_hash::{FxHashMap, FxHashSet};

use super::Facts;
use super::index::Owner;
use crate::diagnostic::{Diagnostic, Place};
use crate::path::Segment;
use crate::rules;
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
        let mut all_known = self.indexes().iter().all(|(_, it)| it.get("KeySchema").is_some())
            && ["GlobalSecondaryIndexes", "LocalSecondaryIndexes"].iter().all(|it| {
                self.properties.get(it).is_none_or(|it| {
                    it.as_array().is_some_and(|it| it.iter().all(|it| it.get("KeySchema").is_some()))
                })
            });
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
        if !all_known || !self.properties.contains_key("KeySchema") {
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

    /// One `HASH`, then perhaps one `RANGE`.
    fn kinds(&self, steps: &[Segment], keys: &[Value]) -> Option<Diagnostic> {
        let kinds: Option<Vec<&str>> = keys.iter().map(|it| it.get("KeyType")?.as_str()).collect();
        let kinds = kinds.filter(|it| it.iter().all(|it| matches!(*it, "HASH" | "RANGE")))?;
        // Global indexes of today may have several of each.
        let is_index = steps.first() == Some(&Segment::from("GlobalSecondaryIndexes"));
        let (wrong, message): (usize, &str) = match kinds.as_slice() {
            ["HASH"] | ["HASH", "RANGE"] | [] => return None,
            _ if is_index && kinds.first() == Some(&"HASH") && kinds.is_sorted() => return None,
            ["RANGE", ..] => (0, "the first key is not the `HASH` key"),
            ["HASH", "HASH", ..] => (1, "there are two `HASH` keys"),
            _ => (2, "there are more than two keys"),
        };
        let mut below = steps.to_vec();
        below.extend([Segment::from(wrong), "KeyType".into()]);
        let diagnostic = Diagnostic::new(&rules::TABLE_KEYS, self.place(&below, false)?, message);
        Some(diagnostic.why("a key is one `HASH`, then perhaps one `RANGE`").help("change the `KeyType`"))
    }

    fn throughput(&self, found: &mut Vec<Diagnostic>) {
        let mode = match self.properties.get("BillingMode") {
            None | Some(Value::Null) => "PROVISIONED",
            Some(Value::String(mode)) => mode.as_str(),
            Some(_) => return,
        };
        let mut all = vec![(Vec::new(), self.properties)];
        let global =
            |it: &(Vec<Segment>, &Object)| it.0.first() == Some(&Segment::from("GlobalSecondaryIndexes"));
        all.extend(self.indexes().into_iter().filter(global));
        let mut is_first = true;
        for (steps, of) in all {
            let written = of.get("ProvisionedThroughput").filter(|it| !it.is_null());
            let what = if steps.is_empty() { "table" } else { "index" };
            let mut below = steps.clone();
            below.push("ProvisionedThroughput".into());
            if mode == "PAY_PER_REQUEST" && written.is_some_and(|it| !is_left(it)) {
                let message = eco_format!("the {what} is paid per request and has a throughput");
                found.extend(self.place(&below, true).map(|at| {
                    Diagnostic::new(&rules::TABLE_THROUGHPUT, at, message)
                        .why("DynamoDB refuses `ProvisionedThroughput` with `BillingMode: PAY_PER_REQUEST`")
                        .help("remove one of them")
                }));
            }
            if mode == "PROVISIONED"
                && written.is_none()
                && is_first
                && !of.keys().any(|it| it.starts_with("Fn::"))
            {
                let at = self.missing(&steps);
                let message = eco_format!("the {what} has no throughput");
                found.extend(at.map(|at| {
                    Diagnostic::new(&rules::TABLE_THROUGHPUT, at, message)
                        .why("a table that is not paid per request needs `ProvisionedThroughput`, and so does each index")
                        .help("set `BillingMode: PAY_PER_REQUEST`, or add `ProvisionedThroughput`")
                }));
                // Of a table and its indexes the first says it all.
                is_first = false;
            }
        }
    }

    /// Where a throughput is missing: at the way it is paid for, at the index, or at the table.
    fn missing(&self, steps: &[Segment]) -> Option<Place> {
        if !steps.is_empty() {
            return self.place(steps, true);
        }
        self.place(&["BillingMode".into()], false)
            .or_else(|| self.facts.entry_place(Owner { section: "Resources", id: self.id }))
    }
}

/// Whether CloudFormation may leave a value out.
fn is_left(value: &Value) -> bool {
    matches!(value, Value::Unknown(_)) || crate::shape::cfn::is_intrinsic_value(value)
}
