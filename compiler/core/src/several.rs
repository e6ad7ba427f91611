//! Several services together: names that collide between them, and imports of what none of them exports.
//!
//! Each service gives [`Facts`], in which places are characters of files, so that services of different databases can
//! be compared. What cannot be known for sure, such as a name that a parameter makes, is left out.

use std::ops::Range;

use ecow::{EcoString, eco_format};
use rustc_hash::FxHashMap;

use crate::db::{Db, Service};
use crate::diagnostic::{Diagnostic, Place, Severity, nearest};
use crate::locate::locate;
use crate::path::{Path, Segment};
use crate::pipeline;
use crate::rules::{self, Rule};
use crate::value::Value;

/// Characters of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spot {
    /// The path of the file.
    pub file: EcoString,
    /// Byte offsets.
    pub range: Range<usize>,
}

/// A name, and where it is given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// The name.
    pub name: EcoString,
    /// Where.
    pub at: Spot,
}

/// What the others may ask of a service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// `service`.
    pub service: EcoString,
    /// The name of the stack.
    pub stack: Named,
    /// The region.
    pub region: EcoString,
    /// The profile, if the service names one: another profile may be another account.
    pub profile: Option<EcoString>,
    /// What the names of generated exports begin with.
    pub prefix: EcoString,
    /// The names of exports that are made in any case.
    pub exports: Vec<Named>,
    /// The names of exports that a condition may leave out.
    pub possible: Vec<EcoString>,
    /// Whether these are all.
    pub all_exports_known: bool,
    /// The names of buckets that are made in any case.
    pub buckets: Vec<Named>,
    /// The names that are imported.
    pub imports: Vec<Named>,
}

/// A finding: the index of the service whose it is, and the finding with the other place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The index of the service.
    pub service: usize,
    /// Where.
    pub at: Spot,
    /// The other place, with what is there.
    pub related: Option<(Spot, EcoString)>,
    rule: &'static Rule,
    severity: Severity,
    message: EcoString,
    help: EcoString,
}

impl Finding {
    /// The finding as one of `db`, which reads the files that it names.
    pub fn diagnostic(&self, db: &dyn Db) -> Diagnostic {
        let place = |spot: &Spot| Place::Source { file: db.file(&spot.file), range: spot.range.clone() };
        let mut diagnostic =
            Diagnostic::new(self.rule, place(&self.at), self.message.clone()).help(self.help.clone());
        diagnostic.severity = self.severity;
        match &self.related {
            Some((spot, message)) => diagnostic.related(place(spot), message.clone()),
            None => diagnostic,
        }
    }
}

/// What a service is to the others; `None` if too little is known of it.
pub fn facts(db: &dyn Db, service: Service) -> Option<Facts> {
    let context = pipeline::context(db, service).as_ref()?;
    let config = &pipeline::resolved(db, service).value;
    let spot = |place: Place| {
        let span = locate(db, service, &place);
        Spot { file: span.file.path(db).into(), range: span.range }
    };
    let own_name = Path::from(["provider", "stackName"]);
    let named_by = if config.at(&own_name).is_some() { own_name } else { Path::from(["service"]) };
    let stack = Named { name: context.stack_name(), at: spot(Place::value(named_by)) };
    let known = |value: &Value| known(value, &stack.name, &context.region);
    let template = &pipeline::linked(db, service).template;
    let (mut exports, mut possible, mut all_exports_known) = (Vec::new(), Vec::new(), true);
    let outputs = template.body.get("Outputs").and_then(Value::as_object);
    for (id, output) in outputs.into_iter().flat_map(|it| it.iter()) {
        let Some(name) = output.get("Export").and_then(|it| it.get("Name")) else { continue };
        let steps = ["Outputs", id.as_str(), "Export", "Name"];
        let written = written(config, &steps).map_or(stack.at.clone(), |it| spot(Place::value(it)));
        match known(name) {
            Some(name) if output.get("Condition").is_none() => exports.push(Named { name, at: written }),
            Some(name) => possible.push(name),
            None => all_exports_known = false,
        }
    }
    let resources = template.body.get("Resources").and_then(Value::as_object);
    let buckets = resources.into_iter().flat_map(|it| it.iter()).filter_map(|(id, body)| {
        let is_bucket = body.get("Type").and_then(Value::as_str) == Some("AWS::S3::Bucket");
        let name = body.get("Properties")?.get("BucketName")?;
        let always = is_bucket && body.get("Condition").is_none();
        let steps = ["Resources", id.as_str(), "Properties", "BucketName"];
        let origin = || template.origins.iter().find(|it| it.0 == *id).map(|it| Place::value(it.1.clone()));
        let place = written(config, &steps).map(Place::value).or_else(origin)?;
        always.then(|| known(name).map(|name| Named { name, at: spot(place) })).flatten()
    });
    let buckets = buckets.collect();
    let mut imports = Vec::new();
    config.visit(&mut Path::root(), &mut |path, value| {
        if let (Some(Segment::Key(key)), Some(name)) = (path.last(), known(value))
            && key == "Fn::ImportValue"
        {
            imports.push(Named { name, at: spot(Place::value(path.clone())) });
        }
        // Which branch is taken is not known.
        !matches!(path.last(), Some(Segment::Key(key)) if key == "Fn::If" || key == "custom")
    });
    Some(Facts {
        service: context.service.clone(),
        prefix: eco_format!("sls-{}-{}-", context.service, context.stage),
        region: context.region.clone(),
        profile: config.get("provider").and_then(|it| it.get("profile")).map(Value::to_js_string),
        stack,
        exports,
        possible,
        all_exports_known,
        buckets,
        imports,
    })
}

/// The path of what the user wrote below `resources`, which may be a list of parts.
fn written(config: &Value, steps: &[&str]) -> Option<Path> {
    let below = |path: Path| steps.iter().fold(path, |path, it| path.join(*it));
    let root = Path::from(["resources"]);
    let parts = config.get("resources")?.as_array().map_or(0, <[Value]>::len);
    let mut paths = (0..parts).map(|it| below(root.join(it))).chain([below(root.clone())]);
    paths.find(|it| config.at(it).is_some())
}

/// The text that a value is in a stack of this name and region, if it depends on nothing else.
fn known(value: &Value, stack: &str, region: &str) -> Option<EcoString> {
    let pseudo = |name: &str| match name {
        "AWS::StackName" => Some(stack),
        "AWS::Region" => Some(region),
        _ => None,
    };
    if let Value::String(text) = value {
        return Some(text.clone());
    }
    let (function, argument) = value.as_object()?.single()?;
    match (function.as_str(), argument) {
        ("Ref", Value::String(name)) => pseudo(name).map(Into::into),
        ("Fn::Sub", Value::String(text)) => {
            let mut out = EcoString::new();
            let mut rest = text.as_str();
            while let Some((before, behind)) = rest.split_once("${") {
                let (name, behind) = behind.split_once('}')?;
                out.push_str(before);
                out.push_str(pseudo(name)?);
                rest = behind;
            }
            out.push_str(rest);
            Some(out)
        }
        ("Fn::Join", Value::Array(parts)) => {
            let [Value::String(separator), Value::Array(items)] = parts.as_slice() else { return None };
            let items: Option<Vec<EcoString>> = items.iter().map(|it| known(it, stack, region)).collect();
            Some(items?.join(separator).into())
        }
        _ => None,
    }
}

/// What is wrong between services, in their order.
pub fn findings(all: &[Option<Facts>]) -> Vec<Finding> {
    let mut found = Vec::new();
    let services = || all.iter().enumerate().filter_map(|(index, it)| Some((index, it.as_ref()?)));
    let mut stacks: FxHashMap<(&str, &str), Vec<(usize, &Facts)>> = FxHashMap::default();
    let mut exports: FxHashMap<(&str, &str), Vec<(usize, &Facts, &Named)>> = FxHashMap::default();
    let mut buckets: FxHashMap<&str, Vec<(usize, &Facts, &Named)>> = FxHashMap::default();
    for (index, facts) in services() {
        let earlier = stacks.entry((&facts.stack.name, &facts.region)).or_default();
        if let Some((_, other)) = earlier.iter().find(|it| same_account(it.1, facts)) {
            found.push(same_stack(index, facts, other));
        }
        earlier.push((index, facts));
        for export in &facts.exports {
            let earlier = exports.entry((&export.name, &facts.region)).or_default();
            if let Some((_, other, named)) = earlier.iter().find(|it| collide(it.1, facts)) {
                found.push(twice(&rules::DUPLICATE_EXPORT, index, export, other, named));
            }
            earlier.push((index, facts, export));
        }
        for bucket in &facts.buckets {
            let earlier = buckets.entry(&bucket.name).or_default();
            if let Some((_, other, named)) = earlier.iter().find(|it| it.1.stack.name != facts.stack.name) {
                found.push(twice(&rules::DUPLICATE_BUCKET, index, bucket, other, named));
            }
            earlier.push((index, facts, bucket));
        }
    }
    for (index, facts) in services() {
        for import in &facts.imports {
            found.extend(missing(index, facts, import, services().map(|it| it.1)));
        }
    }
    found.sort_by_key(|it| it.service);
    found
}

fn same_account(one: &Facts, other: &Facts) -> bool {
    one.profile == other.profile
}

/// Whether two services are two stacks of one account and region: of one stack only that is told.
fn collide(one: &Facts, other: &Facts) -> bool {
    same_account(one, other) && one.stack.name != other.stack.name
}

fn same_stack(index: usize, facts: &Facts, other: &Facts) -> Finding {
    let name = &facts.stack.name;
    Finding {
        service: index,
        rule: &rules::DUPLICATE_STACK,
        severity: rules::DUPLICATE_STACK.level,
        at: facts.stack.at.clone(),
        message: eco_format!("two services deploy to the stack `{name}` in `{}`", facts.region),
        help: "give one of them another name: each deployment removes what the other has made".into(),
        related: Some((other.stack.at.clone(), "the other is named here".into())),
    }
}

fn twice(rule: &'static Rule, index: usize, named: &Named, other: &Facts, first: &Named) -> Finding {
    let name = &named.name;
    let (message, help) = if *rule == rules::DUPLICATE_BUCKET {
        (
            eco_format!("two services make a bucket called `{name}`"),
            "let one of them make it, and the other use it, or give one another name",
        )
    } else {
        (
            eco_format!("two services export a value as `{name}`"),
            "give one another name: an account has each name once in a region",
        )
    };
    Finding {
        service: index,
        rule,
        severity: rule.level,
        at: named.at.clone(),
        message,
        help: help.into(),
        related: Some((first.at.clone(), eco_format!("`{}` has it, too", other.service))),
    }
}

/// An import of what the service that it names does not export.
fn missing<'a>(
    index: usize,
    facts: &Facts,
    import: &Named,
    services: impl Iterator<Item = &'a Facts> + Clone,
) -> Option<Finding> {
    let name = import.name.as_str();
    let exported =
        |it: &Facts| it.exports.iter().any(|it| it.name == name) || it.possible.contains(&import.name);
    if services.clone().any(exported) {
        return None;
    }
    let plain = |rest: &str| !rest.is_empty() && rest.chars().all(|it| it.is_ascii_alphanumeric());
    let behind = |it: &Facts| {
        let generated = name.strip_prefix(it.prefix.as_str()).filter(|it| plain(it)).map(|_| true);
        let own = || name.strip_prefix(it.stack.name.as_str())?.strip_prefix('-').map(|_| false);
        generated.or_else(own)
    };
    // The stack with the longest name that fits is the one that is meant.
    let meant = services.filter(|it| it.region == facts.region && it.profile == facts.profile);
    let meant = meant.filter_map(|it| Some((it, behind(it)?))).max_by_key(|it| it.0.stack.name.len());
    let (owner, generated) = meant.filter(|it| it.0.all_exports_known)?;
    let names = owner.exports.iter().map(|it| it.name.as_str());
    let near = nearest(name, names);
    // Any stack may export a name that begins with the name of another.
    let severity = if generated || near.is_some() { Severity::Warning } else { Severity::Info };
    let help = match near {
        Some(near) => eco_format!("did you mean `{near}`?"),
        None => eco_format!("export it in `{}`, or import what is there", owner.service),
    };
    Some(Finding {
        service: index,
        rule: &rules::MISSING_EXPORT,
        severity,
        at: import.at.clone(),
        message: eco_format!("`{}` exports nothing called `{name}`", owner.service),
        help,
        related: Some((owner.stack.at.clone(), "the service is this one".into())),
    })
}
