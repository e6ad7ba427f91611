//! The distribution of all `cloudFront` events: which of them share an origin or a behavior, and which collide.

use std::sync::Arc;

use ecow::{EcoString, eco_format};
use indexmap::IndexMap;

use super::config::CachePolicyReference;
use super::{CloudFront, cache_policy_id, origin};
use crate::aws::context::{FunctionContext, ServiceContext};
use crate::aws::resources::user::without_null;
use crate::cfn::{Fragment, reference};
use crate::diagnostic::{Diagnostic, Place};
use crate::path::Path;
use crate::rules;
use crate::shape::Cfn;
use crate::value::{Object, Value};

/// The managed cache policy Managed-CachingOptimized.
/// <https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-cache-policies.html>
const CACHING_OPTIMIZED: &str = "658327ea-f89d-4fab-a63d-7e88639e58f6";

/// The methods that CloudFront takes: one of these sets and no other.
/// <https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_AllowedMethods.html>
const METHODS: [&[&str]; 3] = [
    &["GET", "HEAD"],
    &["GET", "HEAD", "OPTIONS"],
    &["GET", "HEAD", "OPTIONS", "PUT", "PATCH", "POST", "DELETE"],
];

/// What the events of all functions make together.
#[derive(Default)]
pub struct Distribution {
    origins: IndexMap<EcoString, Object>,
    behaviors: Vec<CacheBehavior>,
    /// The id of the default origin, and the event that chose it.
    default_origin: Option<(EcoString, Path)>,
}

/// A behavior, which the events of one path and one origin share.
struct CacheBehavior {
    path_pattern: Option<EcoString>,
    origin: EcoString,
    body: Object,
    /// The functions with the events that put them there.
    associations: Vec<(Value, Path)>,
    from: Path,
}

/// Reports what is wrong with one event alone.
pub fn report(event: &CloudFront, from: &Path, out: &mut Fragment) {
    match &event.origin {
        None => out.report(
            Diagnostic::new(&rules::MISSING_KEY, Place::key(from.clone()), "missing key `origin`")
                .help("add the URL that CloudFront gets its content from"),
        ),
        Some(origin::Origin::Url(url)) if event.origin.as_ref().is_some_and(|it| it.settings().is_none()) => {
            let at = Place::value(from.join("origin"));
            out.report(
                Diagnostic::new(&rules::INVALID_FORMAT, at, eco_format!("`{}` names no server", url.0))
                    .help("write it as `https://example.com/folder` or `s3://bucket.s3.amazonaws.com`"),
            );
        }
        Some(origin::Origin::Settings(settings)) => {
            exclude(&settings.written, ["CustomOriginConfig", "S3OriginConfig"], &from.join("origin"), out);
        }
        Some(origin::Origin::Url(_)) => {}
    }
    if let Some(CachePolicyReference { id: Some(_), name: Some(_) }) = &event.cache_policy {
        conflict(["id", "name"], &from.join("cachePolicy"), out);
    }
    if let Some(behavior) = &event.behavior {
        report_behavior(&behavior.written, &from.join("behavior"), out);
    }
}

fn report_behavior(behavior: &Value, at: &Path, out: &mut Fragment) {
    if let Some(cookies) = behavior.get("ForwardedValues").and_then(|it| it.get("Cookies")) {
        let at = at.join("ForwardedValues").join("Cookies");
        let names = cookies.get("WhitelistedNames").is_some_and(|it| !it.is_null());
        match (cookies.get("Forward").and_then(Value::as_str), names) {
            (Some("whitelist"), false) => out.report(
                Diagnostic::new(&rules::MISSING_KEY, Place::key(at), "missing key `WhitelistedNames`")
                    .help("add the names of the cookies"),
            ),
            (Some("all" | "none"), true) => out.report(
                Diagnostic::new(
                    &rules::CONFLICTING_OPTIONS,
                    Place::key(at.join("WhitelistedNames")),
                    "names are for `Forward: whitelist` alone",
                )
                .help("remove them, or write `Forward: whitelist`"),
            ),
            _ => {}
        }
    }
    for (key, sets) in [("AllowedMethods", METHODS.as_slice()), ("CachedMethods", METHODS.split_at(2).0)] {
        let Some(Value::Array(methods)) = behavior.get(key) else { continue };
        let is = |set: &&[&str]| {
            methods.len() == set.len()
                && set.iter().all(|it| methods.iter().any(|method| method.as_str() == Some(it)))
        };
        if !sets.iter().any(is) {
            let at = Place::value(at.join(key));
            let help = if sets.len() == 2 {
                "write `[GET, HEAD]` or `[GET, HEAD, OPTIONS]`"
            } else {
                "write `[GET, HEAD]`, `[GET, HEAD, OPTIONS]` or all seven"
            };
            out.report(
                Diagnostic::new(&rules::UNKNOWN_VALUE, at, "CloudFront does not take these methods together")
                    .help(help),
            );
        }
    }
}

fn exclude(value: &Value, keys: [&str; 2], at: &Path, out: &mut Fragment) {
    if keys.iter().all(|it| value.get(it).is_some_and(|it| !it.is_null())) {
        conflict(keys, at, out);
    }
}

fn conflict([one, other]: [&str; 2], at: &Path, out: &mut Fragment) {
    let message = eco_format!("`{one}` and `{other}` exclude each other");
    out.report(
        Diagnostic::new(&rules::CONFLICTING_OPTIONS, Place::key(at.join(other)), message)
            .help("keep one of the two")
            .related(Place::key(at.join(one)), "set here"),
    );
}

impl Distribution {
    /// Takes in an event.
    pub fn add(
        &mut self,
        event: &CloudFront,
        function: &FunctionContext,
        service: &ServiceContext,
        from: Path,
        out: &mut Fragment,
    ) {
        let Some(settings) = event.origin.as_ref().and_then(|it| it.settings()) else { return };
        let Some(version) = &function.edge_version else { return };
        let origin = self.origin(settings);
        if event.is_default_origin == Some(true) {
            self.choose_default(&origin, &from, out);
        }
        let mut association = Object::new();
        association.insert_some("EventType", event.event_type);
        association.insert("LambdaFunctionARN", reference(version.clone()));
        association.insert_some("IncludeBody", event.include_body);
        let association = Value::from(association);
        let mut body = behavior(event, service, &from, out);
        body.insert("TargetOriginId", &origin);
        body.insert_some("PathPattern", event.path_pattern.clone());
        let path_pattern = event.path_pattern.clone();
        let shared =
            self.behaviors.iter_mut().find(|it| it.path_pattern == path_pattern && it.origin == origin);
        match shared {
            Some(shared) => {
                extend(&mut shared.body, &body);
                if shared.associations.iter().all(|(it, _)| *it != association) {
                    shared.associations.push((association, from));
                }
            }
            None => self.behaviors.push(CacheBehavior {
                path_pattern,
                origin,
                body,
                associations: vec![(association, from.clone())],
                from,
            }),
        }
    }

    /// Takes in an origin; one of the same id gets what it has more. Answers the id.
    fn origin(&mut self, mut settings: Object) -> EcoString {
        let id = origin::id(&settings);
        settings.insert("Id", &id);
        match self.origins.get_mut(&id) {
            Some(existing) => extend(existing, &settings),
            None => drop(self.origins.insert(id.clone(), settings)),
        }
        id
    }

    fn choose_default(&mut self, origin: &EcoString, from: &Path, out: &mut Fragment) {
        match &self.default_origin {
            Some((other, first)) if other != origin => {
                let at = Place::key(from.join("isDefaultOrigin"));
                out.report(
                    Diagnostic::new(&rules::DUPLICATE_BEHAVIOR, at, "another origin is the default already")
                        .help("keep `isDefaultOrigin` at one of the two")
                        .related(Place::key(first.join("isDefaultOrigin")), "chosen here"),
                );
            }
            Some(_) => {}
            None => self.default_origin = Some((origin.clone(), from.clone())),
        }
    }

    /// The configuration of the distribution. `from` is the first event.
    pub fn link(mut self, comment: &str, from: &Path, out: &mut Fragment) -> Object {
        // The one for all paths comes first: it is the default.
        self.behaviors.sort_by_key(|it| it.path_pattern.is_some());
        self.report_collisions(out);
        let mut bodies: Vec<Object> = Vec::new();
        if let Some(first) = self.behaviors.first().filter(|it| it.path_pattern.is_some()) {
            let mut default = first.body.clone();
            default.remove("PathPattern");
            default.insert_some("TargetOriginId", self.default_for_all(from, out));
            bodies.push(default);
        }
        for CacheBehavior { mut body, associations, .. } in self.behaviors {
            body.insert("LambdaFunctionAssociations", Value::array(associations.into_iter().map(|it| it.0)));
            bodies.push(body);
        }
        let mut bodies = bodies.into_iter();
        let mut config = Object::new();
        config.insert("Comment", comment);
        config.insert("Enabled", true);
        config.insert_some("DefaultCacheBehavior", bodies.next());
        config.insert("Origins", Value::array(self.origins.into_values().map(Value::from)));
        let others: Vec<Value> = bodies.map(Value::from).collect();
        if !others.is_empty() {
            config.insert("CacheBehaviors", others);
        }
        config
    }

    /// The id of the origin for all paths that no event is about.
    fn default_for_all(&self, from: &Path, out: &mut Fragment) -> Option<EcoString> {
        if let Some((id, _)) = &self.default_origin {
            return Some(id.clone());
        }
        if self.origins.len() > 1 {
            out.report(
                Diagnostic::new(
                    &rules::MISSING_KEY,
                    Place::key(from.clone()),
                    "missing key `isDefaultOrigin`",
                )
                .why("there are several origins, and none is for the paths that no event is about")
                .help("add `isDefaultOrigin: true` to an event of that origin"),
            );
        }
        self.origins.keys().next().cloned()
    }

    fn report_collisions(&self, out: &mut Fragment) {
        for (index, behavior) in self.behaviors.iter().enumerate() {
            let mut earlier = self.behaviors.iter().take(index);
            if let Some(first) = earlier.find(|it| it.path_pattern == behavior.path_pattern) {
                let (at, message) = match &behavior.path_pattern {
                    Some(pattern) => (
                        Place::value(behavior.from.join("pathPattern")),
                        eco_format!("`{pattern}` is another origin's already"),
                    ),
                    None => {
                        (Place::key(behavior.from.clone()), "all paths are another origin's already".into())
                    }
                };
                out.report(
                    Diagnostic::new(&rules::DUPLICATE_BEHAVIOR, at, message)
                        .help("change the `pathPattern` of one of them, or give both the same `origin`")
                        .related(Place::key(first.from.clone()), "first taken here"),
                );
            }
            for (index, (association, from)) in behavior.associations.iter().enumerate() {
                let kind = association.get("EventType");
                let mut earlier = behavior.associations.iter().take(index);
                if let Some((_, first)) = earlier.find(|it| it.0.get("EventType") == kind) {
                    let (at, kind) = match kind {
                        Some(kind) => (Place::value(from.join("eventType")), kind.to_js_string()),
                        None => (Place::key(from.clone()), "no event type".into()),
                    };
                    let message = eco_format!("`{kind}` of these paths has a function already");
                    out.report(
                        Diagnostic::new(&rules::DUPLICATE_BEHAVIOR, at, message)
                            .help("change the `eventType` or the `pathPattern` of one of them")
                            .related(Place::key(first.clone()), "first taken here"),
                    );
                }
            }
        }
    }
}

/// The behavior that an event asks for, with its cache policy.
fn behavior(event: &CloudFront, service: &ServiceContext, from: &Path, out: &mut Fragment) -> Object {
    let mut body = Object::new();
    body.insert("ViewerProtocolPolicy", "allow-all");
    if let Some(Value::Object(written)) = event.behavior.as_ref().map(|it| without_null(&it.written)) {
        written.iter().for_each(|(key, value)| body.insert(key.clone(), value));
    }
    let has = |key: &str| body.contains_key(key);
    // These say themselves what is kept, so that a policy would contradict them.
    let says_itself = body.get("ForwardedValues").is_some_and(Value::is_truthy)
        || ["MaxTTL", "MinTTL", "DefaultTTL"].into_iter().any(has);
    let named = body.get("CachePolicyId").is_some_and(Value::is_truthy);
    match &event.cache_policy {
        Some(reference) => body.insert("CachePolicyId", cache_policy(reference, service, from, out)),
        None if named || says_itself => {}
        None => body.insert("CachePolicyId", CACHING_OPTIMIZED),
    }
    body
}

fn cache_policy(
    policy: &CachePolicyReference,
    service: &ServiceContext,
    from: &Path,
    out: &mut Fragment,
) -> Value {
    let CachePolicyReference { id, name } = policy;
    let policies = service.provider.cloud_front.as_ref().and_then(|it| it.cache_policies.as_ref());
    if let Some(name) = name
        && policies.is_none_or(|it| !it.contains_key(name))
    {
        let at = Place::value(from.join("cachePolicy").join("name"));
        out.report(
            Diagnostic::new(
                &rules::UNKNOWN_CACHE_POLICY,
                at,
                eco_format!("there is no cache policy `{name}`"),
            )
            .help("add it under `provider.cloudFront.cachePolicies`, or give the `id` of one that exists"),
        );
    }
    let made = || reference(cache_policy_id(name.as_deref().unwrap_or_default()));
    id.as_ref().map(Cfn::to_value).filter(Value::is_truthy).unwrap_or_else(made)
}

/// Adds what `source` has more: keys, and items of lists. What both have stays as `target` has it.
fn extend(target: &mut Object, source: &Object) {
    for (key, value) in source.iter() {
        match (target.get_mut(key), value) {
            (None, value) => target.insert(key.clone(), value),
            (Some(Value::Array(into)), Value::Array(from)) => {
                let mut items: Vec<Value> = Vec::new();
                for item in into.iter().chain(from.iter()) {
                    if !items.iter().any(|it| same(it, item)) {
                        items.push(item.clone());
                    }
                }
                *into = Arc::new(items);
            }
            (Some(Value::Object(into)), Value::Object(from)) => extend(Arc::make_mut(into), from),
            (Some(_), _) => {}
        }
    }
}

/// Whether two values are equal, whatever the order of their keys.
fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, it)| b.get(key).is_some_and(|other| same(it, other)))
        }
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| same(a, b))
        }
        (a, b) => a == b,
    }
}
