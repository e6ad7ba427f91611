//! Several services together: names that collide between them, and imports of what none of them exports.
//!
//! Each service gives [`Facts`], in which places are characters of files, so that services of different databases can
//! be compared. What cannot be known for sure, such as a name that a parameter makes, is left out.

mod between;
mod imports;
mod names;
mod routes;
mod uses;

pub use between::findings;

use std::ops::Range;

use ecow::{EcoString, eco_format};

use crate::db::{Db, Service};
use crate::diagnostic::{Diagnostic, Place, Severity};
use crate::locate::locate;
use crate::path::{Path, Segment};
use crate::pipeline;
use crate::plugins;
use crate::rules::Rule;
use crate::value::{Object, Value};

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

/// A resource with a name of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    /// What it is, such as `a queue`.
    pub noun: &'static str,
    /// Its name, with what it belongs to, such as a bus.
    pub name: EcoString,
    /// Whether an account has the name once in all regions.
    pub is_global: bool,
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
    /// The stage.
    pub stage: EcoString,
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
    /// The ids of its outputs.
    pub outputs: Vec<EcoString>,
    /// Whether these are all.
    pub all_outputs_known: bool,
    /// The names of buckets that are made in any case.
    pub buckets: Vec<Named>,
    /// Other names that are taken in any case.
    pub made: Vec<Made>,
    /// The names that are imported.
    pub imports: Vec<Named>,
    /// The outputs that are read when the service is packaged.
    pub reads: Vec<Read>,
    /// The outputs that have no name for other stacks.
    pub unnamed: Vec<Named>,
    /// The ids of outputs with the names that they are exported as.
    pub named: Vec<(EcoString, Named)>,
    /// What exports give.
    pub given: Vec<uses::Given>,
    /// What imports are used for.
    pub uses: Vec<uses::Use>,
    /// The routes on APIs that others make.
    pub routes: Vec<routes::Shared>,
}

/// An output of a stack that is read: `${cf:stack.Output}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Read {
    /// The region, if it is not the service's own.
    pub region: Option<EcoString>,
    /// The stack.
    pub stack: EcoString,
    /// The output.
    pub output: EcoString,
    /// Where.
    pub at: Spot,
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

/// What a service exports, in the words of [`Facts`].
#[derive(Default)]
struct Exported {
    certain: Vec<Named>,
    possible: Vec<EcoString>,
    named: Vec<(EcoString, Named)>,
    unnamed: Vec<Named>,
    all_known: bool,
}

fn exported(
    config: &Value,
    outputs: Option<&Object>,
    stack: &Spot,
    known: &dyn Fn(&Value) -> Option<EcoString>,
    spot: &dyn Fn(Place) -> Spot,
) -> Exported {
    let mut exported = Exported { all_known: true, ..Exported::default() };
    for (id, output) in outputs.into_iter().flat_map(Object::iter) {
        exported.all_known &= !id.starts_with("Fn::");
        let Some(name) = output.get("Export").and_then(|it| it.get("Name")) else {
            let own = written(config, &["Outputs", id]).filter(|_| output.get("Export").is_none());
            exported.unnamed.extend(own.map(|it| Named { name: id.clone(), at: spot(Place::key(it)) }));
            continue;
        };
        let steps = ["Outputs", id.as_str(), "Export", "Name"];
        let at = written(config, &steps).map_or(stack.clone(), |it| spot(Place::value(it)));
        let Some(name) = known(name) else {
            exported.all_known = false;
            continue;
        };
        exported.named.push((id.clone(), Named { name: name.clone(), at: at.clone() }));
        match output.get("Condition") {
            None => exported.certain.push(Named { name, at }),
            Some(_) => exported.possible.push(name),
        }
    }
    exported
}

/// What a service is to the others; `None` if too little is known of it.
pub fn facts(db: &dyn Db, service: Service) -> Option<Facts> {
    let context = pipeline::context(db, service).as_ref()?;
    let config = &pipeline::resolved(db, service).value;
    // What is in which region is not known then.
    if matches!(config.at(&Path::from(["provider", "region"])), Some(Value::Unknown(_))) {
        return None;
    }
    let spot = |place: Place| {
        let span = locate(db, service, &place);
        Spot { file: span.file.path(db).into(), range: span.range }
    };
    let own_name = Path::from(["provider", "stackName"]);
    let named_by = if config.at(&own_name).is_some() { own_name } else { Path::from(["service"]) };
    let stack = Named { name: context.stack_name(), at: spot(Place::value(named_by)) };
    let known = |value: &Value| known(value, &stack.name, &context.region);
    let template = &pipeline::linked(db, service).template;
    let outputs = template.body.get("Outputs").and_then(Value::as_object);
    let exported = exported(config, outputs, &stack.at, &known, &spot);
    let made = names::of(config, template, &known, &spot);
    let mut imports = Vec::new();
    let mut reads = Vec::new();
    config.visit(&mut Path::root(), &mut |path, value| {
        if let Value::Unknown(unknown) = value {
            reads.extend(read(&unknown.text, || spot(Place::value(path.clone()))));
        }
        if let (Some(Segment::Key(key)), Some(name)) = (path.last(), known(value))
            && key == "Fn::ImportValue"
        {
            imports.push((path.clone(), Named { name, at: spot(Place::value(path.clone())) }));
        }
        // Which branch is taken is not known.
        !matches!(path.last(), Some(Segment::Key(key)) if key == "Fn::If" || key == "custom")
    });
    let plugins = plugins::names(pipeline::section(db, service, "plugins"));
    let adds_outputs =
        pipeline::mode(db, service).plugins.may_add("") || plugins.iter().any(|it| it.contains("domain"));
    let given = uses::given(template, &known);
    let uses = uses::of(config, template, &imports, &known);
    let routes = routes::of(config, &known, &spot);
    Some(Facts {
        service: context.service.clone(),
        prefix: eco_format!("sls-{}-{}-", context.service, context.stage),
        region: context.region.clone(),
        profile: config.get("provider").and_then(|it| it.get("profile")).map(Value::to_js_string),
        stack,
        exports: exported.certain,
        possible: exported.possible,
        all_exports_known: exported.all_known,
        outputs: outputs.into_iter().flat_map(|it| it.keys()).cloned().collect(),
        all_outputs_known: !adds_outputs && exported.all_known,
        buckets: made.0,
        made: made.1,
        given,
        uses,
        routes,
        imports: imports.into_iter().map(|it| it.1).collect(),
        reads,
        unnamed: exported.unnamed,
        named: exported.named,
        stage: context.stage.clone(),
    })
}

/// The output of a stack that a variable reads.
fn read(text: &str, at: impl FnOnce() -> Spot) -> Option<Read> {
    let inner = text.strip_prefix("${cf")?.strip_suffix('}')?;
    let (region, address) = match inner.strip_prefix('(') {
        Some(rest) => rest.split_once("):").map(|(region, rest)| (Some(region.into()), rest))?,
        None => (None, inner.strip_prefix(':')?),
    };
    let (stack, output) = address.split_once('.')?;
    Some(Read { region, stack: stack.into(), output: output.into(), at: at() })
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
pub fn known(value: &Value, stack: &str, region: &str) -> Option<EcoString> {
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
