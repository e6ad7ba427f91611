//! The compiler as a list of queries, from text to template. Each calls one plain function of one stage.
//!
//! Grain: a file up to `document`, a service up to `section`, a function from `function_value` to
//! `lowered_function`, a kind of event for what functions share, and one `template`. What a query returns holds no
//! positions, so a comment re-runs `parsed`, `document` and stops.

// What salsa generates has no documentation; everything written here has.
#![allow(missing_docs)]

use std::sync::Arc;

use ecow::EcoString;

use crate::allow::{self, Allowances};
use crate::aws::context::{FunctionContext, RoleReference, ServiceContext};
use crate::aws::events::{Event, EventKind, KINDS, Placed};
use crate::aws::function::Function;
use crate::aws::provider::Provider;
use crate::aws::{self, resources};
use crate::cfn::Fragment;
use crate::cfn::link::{self, Linked, Parts};
use crate::checks;
use crate::db::{Content, Db, File, Service, join};
use crate::diagnostic::Diagnostic;
use crate::document as reader;
use crate::follow_up;
use crate::language::placement;
use crate::legacy::{self, Modern};
use crate::levels;
use crate::locate;
use crate::path::Path;
use crate::plugins::Listed;
use crate::service::{self, Dialect, ListedFunction, ListedFunctions, Root, ValidationMode};
use crate::shape::check::{Checker, check};
use crate::shape::{ObjectShape, Shape, Typed as _};
use crate::value::Value;
use crate::variables::resolve::ask::{self, Question, Told};
use crate::variables::{self, Host, Input, Resolved};

/// A function of a service, by its key.
#[salsa::interned(debug)]
pub struct FunctionId<'db> {
    /// The service.
    #[returns(copy)]
    pub service: Service,
    /// The key in `functions`.
    #[returns(ref)]
    pub key: EcoString,
}

/// A kind of event of a service.
#[salsa::interned(debug)]
pub struct KindId<'db> {
    /// The service.
    #[returns(copy)]
    pub service: Service,
    /// The kind.
    #[returns(copy)]
    pub kind: EventKind,
}

/// A typed value, and what is wrong with what was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked<T> {
    /// The value, if one could be made.
    pub value: Option<Arc<T>>,
    /// What is wrong.
    pub diagnostics: Vec<Diagnostic>,
}

// --- A file -------------------------------------------------------------------------------------------------------

/// The tree of a file, with positions. Compared by nobody: `document` is.
#[salsa::tracked(no_eq)]
pub fn parsed(db: &dyn Db, file: File) -> Arc<slsc_yaml::Parsed> {
    Arc::new(match file.content(db) {
        Content::Evaluated(json) => slsc_yaml::parse_json(json),
        _ if file.path(db).ends_with(".json") => slsc_yaml::parse_json(text(db, file)),
        _ => reader::parse(text(db, file)),
    })
}

/// The text of a file; empty if it has none, or none that its values stand in.
pub fn text(db: &dyn Db, file: File) -> &str {
    if let Content::Text(text) = file.content(db) { text } else { "" }
}

/// The values of a file, without positions, variables as they are written.
#[salsa::tracked]
pub fn document(db: &dyn Db, file: File) -> Value {
    reader::value(parsed(db, file))
}

/// The values of a file as version 3 of the framework reads them: plain dates are points in time.
#[salsa::tracked]
pub fn document_with_times(db: &dyn Db, file: File) -> Value {
    reader::value_with_times(parsed(db, file))
}

// --- A service ----------------------------------------------------------------------------------------------------

struct QueryHost<'db> {
    db: &'db dyn Db,
    directory: &'db str,
    dialect: Dialect,
}

impl Host for QueryHost<'_> {
    fn file(&self, path: &str) -> File {
        self.db.file(&crate::db::join(self.directory, path))
    }

    fn path(&self, file: File) -> EcoString {
        file.path(self.db).into()
    }

    fn content(&self, file: File) -> Content {
        file.content(self.db).clone()
    }

    fn document(&self, file: File) -> Value {
        let values = if self.dialect == Dialect::V4 { document } else { document_with_times };
        values(self.db, file).clone()
    }

    fn names(&self, folder: &str) -> Vec<EcoString> {
        self.db.names(&crate::db::join(self.directory, folder))
    }
}

fn host<'db>(db: &'db dyn Db, service: Service) -> QueryHost<'db> {
    let pinned = document(db, service.config(db)).get("frameworkVersion").map(aws::version::dialect);
    QueryHost { db, directory: service.directory(db), dialect: pinned.unwrap_or_default() }
}

/// The configuration as one of today, whatever it was written for.
#[salsa::tracked(no_eq)]
pub fn modern(db: &dyn Db, service: Service) -> Modern {
    let config = service.config(db);
    let value = host(db, service).document(config);
    let files = legacy::env_file::NAMES.map(|it| db.file(&crate::db::join(service.directory(db), it)));
    let env_file = files.into_iter().find(|it| matches!(it.content(db), Content::Text(_)));
    let env_file = env_file.map(|it| (it, document(db, it)));
    let sources = legacy::Sources { config, value: &value, env_file };
    let mut modern = legacy::read(&sources, service.options(db));
    let broken = env_file.filter(|(file, value)| {
        !legacy::env_file::is_one(value) && legacy::env_file::is_meant(text(db, *file), text(db, config))
    });
    if let Some((file, _)) = broken {
        modern.diagnostics.extend(syntax(db, file).iter().cloned());
    }
    modern
}

/// The old forms of a service of the betas, with their fixes, which depend on the text.
#[salsa::tracked]
pub fn old_forms(db: &dyn Db, service: Service) -> Vec<Diagnostic> {
    let config = service.config(db);
    legacy::old_forms(config, document(db, config), text(db, config))
}

/// The configuration with its variables replaced. Compared section by section and function by function.
#[salsa::tracked(no_eq)]
pub fn resolved(db: &dyn Db, service: Service) -> Resolved {
    let host = host(db, service);
    variables::resolve(&input(db, service, &host))
}

fn input<'a>(db: &'a dyn Db, service: Service, host: &'a QueryHost<'_>) -> Input<'a> {
    let (config, modern) = (service.config(db), modern(db, service));
    Input { config, modern, options: service.options(db), host }
}

/// Answers a program that asks while it runs.
pub fn tell(db: &dyn Db, service: Service, question: &Question) -> Told {
    let host = host(db, service);
    ask::tell(&input(db, service, &host), question)
}

/// The name of a top-level section.
#[salsa::interned(debug)]
pub struct SectionId<'db> {
    /// The service.
    #[returns(copy)]
    pub service: Service,
    /// The key.
    #[returns(copy)]
    pub key: &'static str,
}

#[salsa::tracked]
fn section_value<'db>(db: &'db dyn Db, id: SectionId<'db>) -> Value {
    resolved(db, id.service(db)).value.get(id.key(db)).cloned().unwrap_or_default()
}

/// The resolved value of a top-level section; null if there is none.
pub fn section<'db>(db: &'db dyn Db, service: Service, key: &'static str) -> &'db Value {
    section_value(db, SectionId::new(db, service, key))
}

/// How the service is read: the framework that it pins, how mistakes are taken, and whether plugins bring keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mode {
    /// The framework.
    pub dialect: Dialect,
    /// How mistakes are taken.
    pub validation: ValidationMode,
    /// Whether the service was written for version 4 and asks for `error` in so many words.
    pub strict: bool,
    /// What its plugins may bring.
    pub plugins: Listed,
}

/// How the service is read.
#[salsa::tracked(returns(copy))]
pub fn mode(db: &dyn Db, service: Service) -> Mode {
    let dialect = aws::version::dialect(section(db, service, "frameworkVersion"));
    let written = ValidationMode::decode(section(db, service, "configValidationMode"));
    let source = |path: &str| match db.file(&join(service.directory(db), path)).content(db) {
        Content::Text(text) => Some(text.clone()),
        _ => None,
    };
    Mode {
        dialect,
        validation: written.unwrap_or(dialect.validation()),
        strict: written == Some(ValidationMode::Error) && dialect == Dialect::V4,
        plugins: Listed::of(section(db, service, "plugins"), &source),
    }
}

fn checker(db: &dyn Db, service: Service, path: Path) -> Checker {
    let mode = mode(db, service);
    let mut cx = Checker::new(path, mode.validation.level(), mode.plugins);
    cx.old_keys = mode.dialect != Dialect::V4;
    cx.strict = mode.strict;
    cx.now = service.options(db).now;
    cx
}

/// The root and its smaller sections. The larger ones are checked on their own.
#[salsa::tracked]
pub fn root(db: &dyn Db, service: Service) -> Checked<Root> {
    let mut cx = checker(db, service, Path::root());
    let slim = aws::slim_root(&resolved(db, service).value);
    let value = check(&slim, Root::SHAPE, &mut cx);
    Checked { value: Root::decode(&value).map(Arc::new), diagnostics: cx.diagnostics }
}

/// `provider`.
#[salsa::tracked]
pub fn provider(db: &dyn Db, service: Service) -> Checked<Provider> {
    let mut cx = checker(db, service, Path::from(["provider"]));
    let written = section(db, service, "provider");
    // `provider: aws` is the provider's name alone.
    let value = match written {
        Value::String(name) => crate::json!({ "name": name }),
        other => other.clone(),
    };
    let value = if value.is_null() { value } else { check(&value, Provider::SHAPE, &mut cx) };
    Checked { value: Provider::decode(&value).map(Arc::new), diagnostics: cx.diagnostics }
}

/// The functions as they are listed. Compared one by one.
#[salsa::tracked(no_eq)]
pub fn listed_functions(db: &dyn Db, service: Service) -> ListedFunctions {
    resolved(db, service).value.get("functions").map(service::functions).unwrap_or_default()
}

/// The keys of the functions, in the order of the file.
#[salsa::tracked]
pub fn function_keys(db: &dyn Db, service: Service) -> Vec<EcoString> {
    listed_functions(db, service).keys().cloned().collect()
}

/// What all parts of the service may ask of it. `None` when the provider says too little to lower anything.
#[salsa::tracked]
pub fn context(db: &dyn Db, service: Service) -> Option<Arc<ServiceContext>> {
    let provider = provider(db, service).value.clone()?;
    let name = service_name(section(db, service, "service"))?;
    let resolved = resolved(db, service);
    let region = aws::region(service.options(db).region.as_ref(), &provider);
    Some(Arc::new(aws::context::service(aws::context::Parts {
        service: name,
        stage: resolved.stage.clone(),
        region,
        provider,
        functions: listed_functions(db, service),
        layers: section(db, service, "layers"),
        resources: section(db, service, "resources"),
        package: root(db, service).value.as_ref().and_then(|it| it.package.clone()).unwrap_or_default(),
        archives: service.archives(db).clone(),
        images: service.images(db).clone(),
        dialect: mode(db, service).dialect,
    })))
}

fn service_name(section: &Value) -> Option<EcoString> {
    match section {
        Value::String(name) => Some(name.clone()),
        Value::Object(object) => object.get("name").and_then(Value::as_str).map(EcoString::from),
        _ => None,
    }
}

// --- A function ---------------------------------------------------------------------------------------------------

/// A function as it is listed.
#[salsa::tracked]
pub fn listed_function<'db>(db: &'db dyn Db, id: FunctionId<'db>) -> Option<ListedFunction> {
    listed_functions(db, id.service(db)).get(id.key(db)).cloned()
}

/// A function and its events, checked and typed.
#[salsa::tracked]
pub fn checked_function<'db>(db: &'db dyn Db, id: FunctionId<'db>) -> Checked<Function> {
    let Some(listed) = listed_function(db, id) else {
        return Checked { value: None, diagnostics: Vec::new() };
    };
    let service = id.service(db);
    let mut cx = checker(db, service, listed.path.clone());
    let value = check(&listed.value, Function::SHAPE, &mut cx);
    let function = Function::decode(&value).map(Arc::new);
    // What is no function at all is reported where the functions are listed.
    if placement::is_option(listed) || !matches!(value, Value::Object(_)) {
        return Checked { value: function, diagnostics: Vec::new() };
    }
    let mut diagnostics = cx.diagnostics;
    if let Some(function) = &function {
        diagnostics.extend(aws::function::rules(function, listed));
    }
    Checked { value: function, diagnostics }
}

/// A function without its diagnostics, for what is made of it.
#[salsa::tracked]
pub fn function<'db>(db: &'db dyn Db, id: FunctionId<'db>) -> Option<Arc<Function>> {
    checked_function(db, id).value.clone()
}

/// A function as its events and the other functions see it.
#[salsa::tracked]
pub fn function_context<'db>(db: &'db dyn Db, id: FunctionId<'db>) -> Option<Arc<FunctionContext>> {
    let context = context(db, id.service(db)).as_ref()?;
    let function = function(db, id).as_ref()?;
    let listed = listed_function(db, id).as_ref()?;
    Some(Arc::new(aws::context::function(listed, function, context)))
}

/// The events of a function with their places in its list.
#[salsa::tracked]
pub fn function_events<'db>(db: &'db dyn Db, id: FunctionId<'db>) -> Arc<Vec<Placed<Event>>> {
    let events = function(db, id).as_ref().and_then(|it| it.events.as_ref());
    Arc::new(events.map(|it| it.0.clone()).unwrap_or_default())
}

/// What one function becomes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LoweredFunction {
    /// What the shared role must know of it.
    pub role: resources::role::RoleNeeds,
    /// The log group, which comes before all functions.
    pub log_group: Fragment,
    /// The function itself with what belongs to it.
    pub function: Fragment,
    /// What its events add, by kind.
    pub events: Vec<(EventKind, Fragment)>,
}

/// One function lowered: it changes only when the function or the service around it does.
#[salsa::tracked]
pub fn lowered_function<'db>(db: &'db dyn Db, id: FunctionId<'db>) -> Arc<LoweredFunction> {
    let lowered = || {
        let service = context(db, id.service(db)).as_ref()?;
        let function = function(db, id).as_ref()?;
        let context = function_context(db, id).as_ref()?;
        let placed = function_events(db, id);
        let events = KINDS.iter().filter_map(|kind| {
            let mut fragment = Fragment::default();
            kind.lower(placed, context, service, &mut fragment);
            (fragment != Fragment::default()).then_some((*kind, fragment))
        });
        Some(LoweredFunction {
            role: resources::role::RoleNeeds {
                name: context.name.clone(),
                disable_logs: function.disable_logs == Some(true),
                own_role: function.role.is_some(),
                vpc: function.vpc.is_some(),
                durable: function.durable_config.is_some() && context.role == RoleReference::Shared,
            },
            log_group: resources::log_group::lower(function, context, service),
            function: resources::function::lower(function, context, service),
            events: events.collect(),
        })
    };
    Arc::new(lowered().unwrap_or_default())
}

/// What the functions share of one kind of event: an API, buckets, topics.
#[salsa::tracked]
pub fn shared_events<'db>(db: &'db dyn Db, id: KindId<'db>) -> Arc<Fragment> {
    let service = id.service(db);
    let kind = id.kind(db);
    let mut fragment = Fragment::default();
    if let Some(context) = context(db, service) {
        let ids = function_ids(db, service);
        let functions = ids.iter().filter_map(|it| {
            let events = function_events(db, *it);
            let used = events.iter().any(|it| it.event.kind() == kind);
            used.then(|| function_context(db, *it).as_ref().map(|context| (&**context, events.as_slice())))
                .flatten()
        });
        kind.lower_shared(&functions.collect::<Vec<_>>(), context, &mut fragment);
    }
    Arc::new(fragment)
}

fn function_ids<'db>(db: &'db dyn Db, service: Service) -> Vec<FunctionId<'db>> {
    function_keys(db, service).iter().map(|key| FunctionId::new(db, service, key.clone())).collect()
}

// --- The template -------------------------------------------------------------------------------------------------

/// The linked template, and what linking found wrong.
#[salsa::tracked]
pub fn linked(db: &dyn Db, service: Service) -> Arc<Linked> {
    let Some(context) = context(db, service) else { return Arc::default() };
    let functions: Vec<&LoweredFunction> =
        function_ids(db, service).into_iter().map(|it| &**lowered_function(db, it)).collect();
    let shared: Vec<(EventKind, &Fragment)> = KINDS
        .iter()
        .filter(|it| it.shared())
        .map(|kind| (*kind, &**shared_events(db, KindId::new(db, service, *kind))))
        .collect();
    let layers = lowered_layers(db, service);
    Arc::new(link::link(&Parts {
        service: context,
        functions: &functions,
        shared: &shared,
        layers,
        resources: section(db, service, "resources"),
    }))
}

/// What has to be built, and asked of the registry, before the images of the service are known.
pub fn images(db: &dyn Db, service: Service) -> resources::image::Needs {
    let Some(context) = context(db, service) else { return resources::image::Needs::default() };
    let functions = function_ids(db, service).into_iter().filter_map(|it| function(db, it).as_deref());
    resources::image::needs(functions, context)
}

/// The layers lowered.
#[salsa::tracked]
pub fn lowered_layers(db: &dyn Db, service: Service) -> Fragment {
    let Some(context) = context(db, service) else { return Fragment::default() };
    let mut cx = checker(db, service, Path::from(["layers"]));
    let mut fragment = resources::layer::lower(section(db, service, "layers"), context, &mut cx);
    fragment.diagnostics.extend(cx.diagnostics);
    fragment
}

// --- What is wrong ------------------------------------------------------------------------------------------------

/// Everything that is wrong with a service, by place, with the levels that hold for it, and without what comments
/// allow. Whoever shows findings, or stops at them, asks this.
pub fn diagnostics(db: &dyn Db, service: Service) -> Vec<Diagnostic> {
    levels::settle(db, service, everything(db, service))
}

/// Everything that is found in a service, as the rules themselves have it.
pub fn everything(db: &dyn Db, service: Service) -> Vec<Diagnostic> {
    let mut found = compilation_diagnostics(db, service);
    found.iter_mut().for_each(|it| it.firm = it.is_error());
    found.extend(finish(db, service, checks::findings(db, service)));
    follow_up::drop(&mut found, &resolved(db, service).value);
    locate::sort(db, service, &mut found);
    found
}

/// What stops the compilation itself: what the framework refuses, too. The checks are left out.
pub fn compilation_diagnostics(db: &dyn Db, service: Service) -> Vec<Diagnostic> {
    finish(db, service, refusals(db, service))
}

fn finish(db: &dyn Db, service: Service, mut found: Vec<Diagnostic>) -> Vec<Diagnostic> {
    if modern(db, service).is_beta {
        legacy::soften(&mut found);
    }
    let [mode, disabled] =
        ["deprecationNotificationMode", "disabledDeprecations"].map(|it| section(db, service, it));
    aws::rules::level_deprecations(mode, disabled, &mut found);
    locate::sort(db, service, &mut found);
    found
}

/// What the stages found, in their order.
fn refusals(db: &dyn Db, service: Service) -> Vec<Diagnostic> {
    let resolved = resolved(db, service);
    let mut found: Vec<Diagnostic> =
        resolved.files.iter().flat_map(|file| syntax(db, *file)).cloned().collect();
    if modern(db, service).is_beta {
        found.extend(old_forms(db, service).iter().cloned());
    }
    found.extend(modern(db, service).diagnostics.iter().cloned());
    found.extend(resolved.diagnostics.iter().cloned());
    found.extend(service_diagnostics(db, service).iter().cloned());
    for id in function_ids(db, service) {
        found.extend(checked_function(db, id).diagnostics.iter().cloned());
        let lowered = lowered_function(db, id);
        let events = lowered.events.iter().map(|(_, it)| it);
        for fragment in [&lowered.log_group, &lowered.function].into_iter().chain(events) {
            found.extend(fragment.diagnostics.iter().cloned());
        }
    }
    for kind in KINDS.iter().filter(|it| it.shared()) {
        found.extend(shared_events(db, KindId::new(db, service, *kind)).diagnostics.iter().cloned());
    }
    found.extend(lowered_layers(db, service).diagnostics.iter().cloned());
    found.extend(linked(db, service).diagnostics.iter().cloned());
    follow_up::drop(&mut found, &resolved.value);
    found
}

/// What `package` and `deploy` need and nobody knows yet, once for each value: they refuse to guess.
pub fn insist(db: &dyn Db, service: Service) -> Vec<Diagnostic> {
    let config = &resolved(db, service).value;
    let mut found = variables::unknown(config);
    let exists = |path: &str| {
        let file = db.file(&crate::db::join(service.directory(db), path));
        !matches!(file.content(db), Content::Missing)
    };
    found.extend(aws::rules::missing_files(config, service.directory(db), &exists));
    locate::sort(db, service, &mut found);
    found
}

/// The comments of a file that allow rules. They have places, so nobody compares them.
#[salsa::tracked(no_eq)]
pub fn allowances(db: &dyn Db, file: File) -> Allowances {
    allow::read(text(db, file), &parsed(db, file).tree)
}

/// What is wrong with the syntax of a file.
#[salsa::tracked]
pub fn syntax(db: &dyn Db, file: File) -> Vec<Diagnostic> {
    reader::diagnostics(file, text(db, file), parsed(db, file))
}

/// What is wrong with the service outside its functions.
#[salsa::tracked]
pub fn service_diagnostics(db: &dyn Db, service: Service) -> Vec<Diagnostic> {
    let mut found = root(db, service).diagnostics.clone();
    found.extend(provider(db, service).diagnostics.iter().cloned());
    let mut cx = checker(db, service, Path::from(["resources"]));
    aws::resources::user::check(section(db, service, "resources"), &mut cx);
    found.extend(cx.diagnostics);
    found.extend(aws::rules::service(&resolved(db, service).value, service.options(db), mode(db, service)));
    let modern = modern(db, service);
    if !modern.is_beta {
        let config = service.config(db);
        found.extend(variables::literal::check(config, &modern.value));
        // Texts of other languages are in files of other kinds.
        let is_yaml = |it: &&File| [".yml", ".yaml"].iter().any(|end| it.path(db).ends_with(end));
        let others = resolved(db, service).files.iter().filter(|it| **it != config).filter(is_yaml);
        found.extend(others.flat_map(|it| variables::literal::of_file(*it, document(db, *it))));
        found.extend(legacy::forms::json_reference::check(config, &modern.value));
    }
    found
}

/// The shape of the whole configuration at its root, for completion and hover.
pub fn root_shape() -> &'static ObjectShape {
    match Root::SHAPE {
        Shape::Object(it) => it,
        _ => Root::shape(),
    }
}
