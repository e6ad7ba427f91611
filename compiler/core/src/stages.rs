//! The stages of a service, as its files know them, and what is wrong in which of them.

// What salsa generates has no documentation; everything written here has.
#![allow(missing_docs)]

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use ecow::{EcoString, eco_format};

use crate::db::{Db, File, Options, Service};
use crate::diagnostic::{Diagnostic, Place};
use crate::legacy::env_file;
use crate::locate::locate;
use crate::path::{Path, Segment};
use crate::pipeline;
use crate::value::Value;
use crate::variables::remote::Outcomes;
use crate::variables::syntax::{self, Operand, Piece, Source, Variable};

/// A stage to look at, and the region, if the files of the service name one for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// The stage.
    pub stage: EcoString,
    /// The region.
    pub region: Option<EcoString>,
    /// What programs have answered for it, if they were asked.
    pub remote: Option<Arc<Outcomes>>,
}

impl Target {
    /// The options of an invocation for it.
    pub fn options(&self, given: &Options) -> Options {
        let mut options = given.clone();
        options.options.insert("stage".into(), self.stage.clone());
        options.stage = Some(self.stage.clone());
        if let Some(region) = &self.region {
            options.options.insert("region".into(), region.clone());
            options.region = Some(region.clone());
        }
        if let Some(remote) = &self.remote {
            options.remote = remote.clone();
        }
        options
    }

    /// The service as it is compiled for it.
    pub fn service(&self, db: &dyn Db, of: Service) -> Service {
        match &self.remote {
            None => beside(db, of, TargetId::new(db, self.stage.clone(), self.region.clone())),
            Some(_) => with_options(db, of, self.options(of.options(db))),
        }
    }

    fn label(&self, with_region: bool) -> EcoString {
        match &self.region {
            Some(region) if with_region => eco_format!("{} ({region})", self.stage),
            _ => self.stage.clone(),
        }
    }
}

/// A stage and a region.
#[salsa::interned(debug)]
struct TargetId<'db> {
    #[returns(ref)]
    stage: EcoString,
    #[returns(ref)]
    region: Option<EcoString>,
}

/// A service as it is compiled for a target: one for all times, so that looking again makes none anew.
#[salsa::tracked(returns(copy))]
fn beside<'db>(db: &'db dyn Db, of: Service, target: TargetId<'db>) -> Service {
    let target = Target { stage: target.stage(db).clone(), region: target.region(db).clone(), remote: None };
    with_options(db, of, target.options(of.options(db)))
}

fn with_options(db: &dyn Db, of: Service, options: Options) -> Service {
    let (archives, images) = (of.archives(db).clone(), of.images(db).clone());
    Service::new(db, of.directory(db).into(), of.config(db), options, archives, images)
}

/// Keys of maps indexed by the stage that are no stages, but what holds for those that are not there.
const FALLBACKS: [&str; 6] = ["other", "others", "common", "base", "all", "global"];
/// How many variables may lead to the stage.
const MAX_DEPTH: usize = 4;

/// The stages that the files of a service know: those of `serverless.env.yml`, the keys of `params`, those of every
/// mapping that a variable indexes by the stage; and the one that is selected when nothing is said.
pub fn known(db: &dyn Db, service: Service) -> Vec<Target> {
    let modern = pipeline::modern(db, service);
    if let Some(variables) = &modern.variables {
        let of = |stage: EcoString| {
            let regions = env_file::regions(&variables.values, &stage);
            regions.into_iter().map(move |it| Target { stage: stage.clone(), region: Some(it), remote: None })
        };
        return env_file::stages(&variables.values).into_iter().flat_map(of).collect();
    }
    let mut stages = vec![pipeline::resolved(db, service).stage.clone()];
    let mut add = |value: Option<&Value>| {
        for key in value.and_then(Value::as_object).into_iter().flat_map(|it| it.keys()) {
            let lower = key.to_lowercase();
            let is_fallback = lower.starts_with("default") || FALLBACKS.contains(&lower.as_str());
            if !is_fallback && !stages.contains(key) {
                stages.push(key.clone());
            }
        }
    };
    add(modern.value.get("params"));
    let mut indexed = Vec::new();
    modern.value.visit(&mut Path::root(), &mut |_, value| {
        if let Value::String(text) = value
            && let Ok(Some(pieces)) = syntax::parse(text)
        {
            collect_pieces(&modern.value, &pieces, &mut indexed);
        }
        true
    });
    for map in indexed {
        match map {
            Map::Own(path) => add(modern.value.at(&path)),
            Map::Included(name, path) => {
                let file = db.file(&crate::db::join(service.directory(db), &name));
                add(pipeline::document(db, file).at(&path));
            }
        }
    }
    stages.into_iter().map(|stage| Target { stage, region: None, remote: None }).collect()
}

/// A mapping that is indexed by the stage.
enum Map {
    /// Of the configuration itself.
    Own(Path),
    /// Of a file.
    Included(EcoString, Path),
}

fn collect_pieces(config: &Value, pieces: &[Piece], found: &mut Vec<Map>) {
    for piece in pieces {
        let Piece::Variable(variable) = piece else { continue };
        for source in &variable.sources {
            let Source::Call(call) = source else { continue };
            for operand in call.params.iter().flatten().flatten().chain(&call.address) {
                if let Operand::Template(inner) = operand {
                    collect_pieces(config, inner, found);
                }
            }
            let Some(Operand::Template(address)) = &call.address else { continue };
            let Some(path) = indexed_by_stage(config, address) else { continue };
            match call.name.as_str() {
                "self" => found.push(Map::Own(path)),
                "file" => {
                    if let Some(Some(Operand::Literal(name))) = call.params.iter().flatten().next() {
                        found.push(Map::Included(name.to_js_string(), path));
                    }
                }
                _ => {}
            }
        }
    }
}

/// The path before the stage, in an address such as `custom.table.${sls:stage}.name`.
fn indexed_by_stage(config: &Value, address: &[Piece]) -> Option<Path> {
    let (prefix, variable) = match address {
        [Piece::Variable(variable), ..] => ("", variable),
        [Piece::Text(prefix), Piece::Variable(variable), ..] => (prefix.strip_suffix('.')?, variable),
        _ => return None,
    };
    let keys = prefix.split('.').filter(|it| !it.is_empty());
    is_stage(config, variable, 0).then(|| keys.map(Segment::from).collect())
}

/// Whether a variable is the stage: `sls:stage`, `opt:stage`, `self:provider.stage`, or leads to one of them.
fn is_stage(config: &Value, variable: &Variable, depth: usize) -> bool {
    depth < MAX_DEPTH && variable.sources.iter().any(|source| {
        let Source::Call(call) = source else { return false };
        let Some(Operand::Literal(address)) = &call.address else { return false };
        match (call.name.as_str(), address.to_js_string().as_str()) {
            ("sls" | "opt", "stage") | ("self", "provider.stage") => true,
            ("self", address) => {
                let path: Path = address.split('.').map(Segment::from).collect();
                let text = config.at(&path).and_then(Value::as_str).unwrap_or_default();
                match syntax::parse(text) {
                    Ok(Some(pieces)) => {
                        matches!(pieces.as_slice(), [Piece::Variable(it)] if is_stage(config, it, depth + 1))
                    }
                    _ => false,
                }
            }
            _ => false,
        }
    })
}

/// What is wrong in any of the stages, once each, in the order of the files. What does not hold in all of them says
/// where it does.
pub fn diagnostics(db: &dyn Db, service: Service, targets: &[Target]) -> Vec<Diagnostic> {
    type Key = (bool, String, usize, usize, &'static str, EcoString);
    let mut found: BTreeMap<Key, (Diagnostic, Vec<EcoString>)> = BTreeMap::new();
    let several = |it: &Target| targets.iter().filter(|other| other.stage == it.stage).count() > 1;
    for target in targets {
        let one = target.service(db, service);
        for diagnostic in pipeline::diagnostics(db, one) {
            let diagnostic = anchored(db, one, diagnostic);
            let (file, range) = source(&diagnostic.at).unwrap_or((service.config(db), 0..0));
            let key = (
                file != service.config(db),
                file.path(db).to_owned(),
                range.start,
                range.end,
                diagnostic.rule.id,
                diagnostic.message.clone(),
            );
            let entry = found.entry(key).or_insert_with(|| (diagnostic, Vec::new()));
            let label = target.label(several(target));
            if !entry.1.contains(&label) {
                entry.1.push(label);
            }
        }
    }
    let all = {
        let mut labels: Vec<EcoString> = targets.iter().map(|it| it.label(several(it))).collect();
        labels.dedup();
        labels.len()
    };
    let merged = found.into_values().map(|(mut diagnostic, stages)| {
        if stages.len() < all {
            diagnostic.stages = stages;
        }
        diagnostic
    });
    merged.collect()
}

/// The diagnostic with the characters that it means: they can be found without the stage.
fn anchored(db: &dyn Db, service: Service, mut diagnostic: Diagnostic) -> Diagnostic {
    let anchor = |place: &mut Place| {
        let span = locate(db, service, place);
        if crate::locate::has_places(db, span.file) {
            *place = Place::Source { file: span.file, range: span.range };
        }
    };
    anchor(&mut diagnostic.at);
    diagnostic.related.iter_mut().for_each(|it| anchor(&mut it.at));
    diagnostic.fixes.iter_mut().flat_map(|it| &mut it.edits).for_each(|it| anchor(&mut it.at));
    diagnostic
}

fn source(place: &Place) -> Option<(File, Range<usize>)> {
    if let Place::Source { file, range } = place { Some((*file, range.clone())) } else { None }
}
