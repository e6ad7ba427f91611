//! Requests to an application load balancer to Lambda: `functions.*.events[].alb`.
//!
//! Each lowers to a target group that holds the function, and a rule of the listener that forwards to it; each function
//! to the permissions to be registered there and to be invoked from there.

pub mod config;

use ecow::{EcoString, eco_format};

use self::config::Alb as AlbConfig;
use super::{EventSource, FunctionEvents};
use crate::aws::naming;
use crate::aws::context::{FunctionContext, ServiceContext};
use crate::cfn::{Fragment, Resource, reference};
use crate::diagnostic::{Diagnostic, Place, Severity, nearest};
use crate::json;
use crate::path::Path;
use crate::rules;
use crate::shape::{Cfn, Int, Map, MapShape, Shape, StringShape, Text, Typed};
use crate::value::{Object, Value};

/// Invokes the function for requests to a load balancer that fulfil conditions.
/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html>
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub struct Alb {
    /// Names of `provider.alb.authorizers` that a request must pass.
    pub authorizer: Option<Vec<Text>>,
    /// What requests must be like. All conditions must hold.
    pub conditions: Conditions,
    /// Whether, or how, the function is asked if it is well. `false` by default.
    pub health_check: Option<HealthCheck>,
    /// The listener of the load balancer: its ARN, or `!Ref`.
    pub listener_arn: Cfn<ListenerArn>,
    /// Whether headers and parameters are given as lists. `false` by default.
    pub multi_value_headers: Option<bool>,
    /// The place of the rule among those of the listener: the lowest is asked first.
    #[range(1, 50_000)]
    pub priority: Int,
    /// The name of the target group.
    #[pattern("^[a-zA-Z0-9-]+$", "the name of a target group: letters, digits and `-`")]
    #[length(1, 32)]
    pub target_group_name: Option<Text>,
}

/// The ARN of a listener.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListenerArn(pub Text);

impl Typed for ListenerArn {
    const SHAPE: &'static Shape = &Shape::String(StringShape {
        noun: "the ARN of a listener of an application load balancer",
        pattern: Some(r"^arn:aws[\w-]*:elasticloadbalancing:.+:listener/app/[\w-]+/([\w-]+)/([\w-]+)$"),
        grammar: None,
    });

    fn decode(value: &Value) -> Option<ListenerArn> {
        Text::decode(value).map(ListenerArn)
    }
}

impl From<ListenerArn> for Value {
    fn from(it: ListenerArn) -> Value {
        Value::String(it.0)
    }
}

/// What requests must be like.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub struct Conditions {
    /// A header, or a list of them, with the values of which it must have one.
    pub header: Option<Headers>,
    /// Hosts of which it must be one.
    #[pattern("^[A-Za-z0-9*?.-]+$", "a host name: letters, digits and `*?.-`")]
    #[length(0, 128)]
    pub host: Option<Vec<Text>>,
    /// Ranges of addresses that it may come from.
    #[unique]
    pub ip: Option<Vec<Text>>,
    /// Methods of which it must be one.
    #[pattern("^[A-Z_-]+$", "a method: capital letters, `-` and `_`")]
    #[length(0, 40)]
    pub method: Option<Vec<Text>>,
    /// Paths of which it must be one.
    #[pattern(r#"^([A-Za-z0-9*?_.$/~"'@:+-]|&amp;)+$"#, "a pattern of paths")]
    #[length(0, 128)]
    pub path: Option<Vec<Text>>,
    /// Parameters of the query, of which one must be there.
    #[length(0, 128)]
    pub query: Option<Query>,
}

/// A header, or a list of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Headers(pub Vec<Header>);

impl Typed for Headers {
    const SHAPE: &'static Shape = &Shape::OneOf(&[<Vec<Header>>::SHAPE, Header::SHAPE]);

    fn decode(value: &Value) -> Option<Headers> {
        Vec::decode(value).map(Headers)
    }
}

/// A header with the values of which it must have one.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub struct Header {
    /// The name.
    #[length(0, 40)]
    pub name: Text,
    /// The values, of which it must have one.
    #[length(0, 128)]
    #[unique]
    pub values: Vec<Text>,
}

/// Parameters of the query, of which one must be there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query(pub Map<Text>);

impl Typed for Query {
    const SHAPE: &'static Shape = &Shape::Map(&MapShape {
        key: Some(StringShape {
            noun: "a parameter of at most 128 characters",
            pattern: Some(r"^[\s\S]{0,128}$"),
            grammar: None,
        }),
        value: Text::SHAPE,
    });

    fn decode(value: &Value) -> Option<Query> {
        Map::decode(value).map(Query)
    }
}

/// Whether, or how, the function is asked if it is well.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub enum HealthCheck {
    /// Whether it is asked.
    Enabled(bool),
    /// How it is asked.
    Settings(HealthCheckSettings),
}

/// How the function is asked if it is well.
#[derive(Clone, Debug, Default, PartialEq, Eq, Typed)]
pub struct HealthCheckSettings {
    /// Good answers until it counts as well. 5 by default.
    #[range(2, 10)]
    pub healthy_threshold_count: Option<Int>,
    /// Seconds between two questions. 35 by default.
    #[range(5, 300)]
    pub interval_seconds: Option<Int>,
    /// Which answers are good.
    pub matcher: Option<Matcher>,
    /// The path that is asked. `/` by default.
    #[length(1, 1024)]
    pub path: Option<Text>,
    /// Seconds until no answer is a bad one. 30 by default.
    #[range(2, 120)]
    pub timeout_seconds: Option<Int>,
    /// Bad answers until it counts as unwell. 5 by default.
    #[range(2, 10)]
    pub unhealthy_threshold_count: Option<Int>,
}

/// Which answers are good.
#[derive(Clone, Debug, Default, PartialEq, Eq, Typed)]
pub struct Matcher {
    /// Codes, such as `200`, `200,202` or `200-299`. `200` by default.
    #[pattern(r"^\d{3}(-\d{3})?(,\d{3}(-\d{3})?)*$", "codes of HTTP, such as `200`, `200,301` or `200-299`")]
    pub http_code: Option<Text>,
}

/// One event as it is lowered.
struct Rule<'a> {
    event: Alb,
    function: &'a FunctionContext,
    /// The id of the load balancer, or the logical id of the listener.
    balancer: EcoString,
    /// The id of the listener, or its logical id.
    listener: EcoString,
    from: Path,
}

impl EventSource for Alb {
    const KEY: &'static str = "alb";
    const PAGE: &'static str = include_str!("alb.md");
    const SHARED: bool = true;

    fn lower_shared(functions: &[FunctionEvents<'_, Self>], service: &ServiceContext, out: &mut Fragment) {
        let config = service.provider.alb.clone().unwrap_or_default();
        let mut rules = Vec::new();
        for FunctionEvents { function, events } in functions {
            for placed in events {
                let from = function.event_path(placed.index, Self::KEY);
                rules.extend(read(&placed.event, function, from, out));
            }
        }
        for rule in &rules {
            report(rule, &config, out);
        }
        report_priorities(&rules, out);
        for rule in &rules {
            out.push(target_group(rule, &config, service));
        }
        for rule in &rules {
            out.push(listener_rule(rule, &config));
        }
        for rule in &rules {
            permissions(rule, out);
        }
    }
}

fn read<'a>(event: &Alb, function: &'a FunctionContext, from: Path, out: &mut Fragment) -> Option<Rule<'a>> {
    let (balancer, listener) = match &event.listener_arn {
        Cfn::Value(ListenerArn(arn)) => {
            let mut parts = arn.rsplit('/').map(EcoString::from);
            let listener = parts.next()?;
            (parts.next()?, listener)
        }
        Cfn::Intrinsic(intrinsic) => match intrinsic.get("Ref").and_then(Value::as_str) {
            Some(id) => (id.into(), id.into()),
            None => {
                let at = Place::value(from.join("listenerArn"));
                out.report(
                    Diagnostic::new(
                        &rules::INVALID_FORMAT,
                        at,
                        "a listener is named by its ARN or by `!Ref`",
                    )
                    .why("its id goes into the names of what is made")
                    .help("write the ARN, or `!Ref` and the logical id of the listener"),
                );
                return None;
            }
        },
        Cfn::Unknown(_) => return None,
    };
    Some(Rule { event: event.clone(), function, balancer, listener, from })
}

/// The prefix of target groups, if there is one.
fn prefix(config: &AlbConfig) -> Option<&EcoString> {
    config.target_group_prefix.as_ref().filter(|it| !it.is_empty())
}

/// What is wrong with one event.
fn report(rule: &Rule<'_>, config: &AlbConfig, out: &mut Fragment) {
    let Alb { authorizer, conditions, target_group_name, .. } = &rule.event;
    let Conditions { header, host, ip, method, path, query } = conditions;
    let none = header.is_none() && host.is_none() && ip.is_none() && method.is_none() && path.is_none();
    if none && query.is_none() {
        out.report(
            Diagnostic::new(
                &rules::MISSING_KEY,
                Place::key(rule.from.join("conditions")),
                "a condition is needed",
            )
            .why("a rule without conditions would take all requests, which AWS refuses")
            .help("add `path`, `host`, `method`, `header`, `query` or `ip`"),
        );
    }
    if target_group_name.is_some() && prefix(config).is_some() {
        let provider = Place::value(Path::from(["provider", "alb", "targetGroupPrefix"]));
        out.report(
            Diagnostic::new(
                &rules::CONFLICTING_OPTIONS,
                Place::key(rule.from.join("targetGroupName")),
                "`targetGroupName` and `provider.alb.targetGroupPrefix` exclude each other",
            )
            .help("keep one of the two")
            .related(provider, "the prefix stands here"),
        );
    }
    let known = config.authorizers.as_ref();
    for name in authorizer.iter().flatten().filter(|it| known.is_none_or(|known| !known.contains_key(*it))) {
        let at = Place::value(rule.from.join("authorizer"));
        let message = eco_format!("no authorizer is called `{name}`");
        let diagnostic = Diagnostic::new(&rules::UNKNOWN_AUTHORIZER, at, message).about(name);
        let near = nearest(name, known.into_iter().flat_map(|it| it.keys()).map(EcoString::as_str));
        out.report(match near {
            Some(near) => diagnostic.help(eco_format!("did you mean `{near}`?")),
            None => diagnostic.help("add it under `provider.alb.authorizers`"),
        });
    }
}

/// A listener has each priority once, and so has a function, whose rules are named by it.
fn report_priorities(rules: &[Rule<'_>], out: &mut Fragment) {
    for (index, rule) in rules.iter().enumerate() {
        let earlier = || rules.iter().take(index).filter(|it| it.event.priority == rule.event.priority);
        let same_listener = |it: &&Rule<'_>| it.listener == rule.listener;
        let same_function = |it: &&Rule<'_>| it.function.key == rule.function.key;
        let clash = earlier().find(|it| same_listener(it) != same_function(it));
        let lost = || earlier().find(|it| same_listener(it) && same_function(it));
        let Some(first) = clash.or_else(lost) else { continue };
        let why = match clash {
            Some(first) if same_function(&first) => {
                "events of one function need priorities of their own at different listeners, too"
            }
            Some(_) => "a listener asks its rules in the order of their priorities",
            None => "the rule of the earlier event is lost, since this one has its name",
        };
        let message = eco_format!("priority {} is taken", rule.event.priority.0);
        let mut diagnostic =
            Diagnostic::new(&rules::DUPLICATE_PRIORITY, Place::value(rule.from.join("priority")), message)
                .why(why)
                .help("write another priority")
                .related(
                    Place::value(first.from.join("priority")),
                    eco_format!("`{}` takes it here", first.function.key),
                );
        // The framework compiles these, so that services that were deployed so still are.
        if clash.is_none() {
            diagnostic.severity = Severity::Warning;
        }
        out.report(diagnostic);
    }
}

fn target_group_id(rule: &Rule<'_>) -> EcoString {
    let kind = if rule.event.multi_value_headers == Some(true) { "MultiValue" } else { "" };
    eco_format!("{}Alb{kind}TargetGroup{}", rule.function.id(), rule.balancer)
}

fn register_permission_id(function: &FunctionContext) -> EcoString {
    eco_format!("{}LambdaPermissionRegisterTarget", function.id())
}

/// The name of a target group: a prefix and a hash of what it is for, which fits the limit of 32 characters.
fn target_group_name(
    rule: &Rule<'_>,
    multi_value: bool,
    config: &AlbConfig,
    service: &ServiceContext,
) -> EcoString {
    let ServiceContext { service, stage, .. } = service;
    let (function, balancer) = (&rule.function.key, &rule.balancer);
    let kind = if multi_value { "multi-value-" } else { "" };
    let name = format!("{service}-{function}-{balancer}-{kind}{stage}");
    let hash = naming::md5(&name);
    prefix(config).map_or("", EcoString::as_str).chars().chain(hash.chars()).take(32).collect()
}

fn target_group(rule: &Rule<'_>, config: &AlbConfig, service: &ServiceContext) -> Resource {
    let function = rule.function;
    let multi_value = rule.event.multi_value_headers == Some(true);
    let written = rule.event.target_group_name.clone();
    let name = written.unwrap_or_else(|| target_group_name(rule, multi_value, config, service));
    let tag = eco_format!("{}-{}-{}-{}", service.service, function.key, rule.balancer, service.stage);
    let mut properties = Object::new();
    properties.insert("TargetType", "lambda");
    properties.insert("Targets", json!([{ "Id": (function.target()) }]));
    properties.insert("Name", name);
    properties.insert("Tags", json!([{ "Key": "Name", "Value": tag }]));
    let attributes = json!([{ "Key": "lambda.multi_value_headers.enabled", "Value": multi_value }]);
    properties.insert("TargetGroupAttributes", attributes);
    let settings = match &rule.event.health_check {
        None | Some(HealthCheck::Enabled(false)) => None,
        Some(HealthCheck::Enabled(true)) => Some(HealthCheckSettings::default()),
        Some(HealthCheck::Settings(it)) => Some(it.clone()),
    };
    properties.insert("HealthCheckEnabled", settings.is_some());
    if let Some(it) = settings {
        let code = it.matcher.and_then(|it| it.http_code).filter(|it| !it.is_empty());
        properties.insert("HealthCheckPath", it.path.unwrap_or_else(|| "/".into()));
        properties.insert("HealthCheckIntervalSeconds", it.interval_seconds.unwrap_or(Int(35)));
        properties.insert("HealthCheckTimeoutSeconds", it.timeout_seconds.unwrap_or(Int(30)));
        properties.insert("HealthyThresholdCount", it.healthy_threshold_count.unwrap_or(Int(5)));
        properties.insert("UnhealthyThresholdCount", it.unhealthy_threshold_count.unwrap_or(Int(5)));
        properties.insert("Matcher", json!({ "HttpCode": (code.unwrap_or_else(|| "200".into())) }));
    }
    let waits = [register_permission_id(function)].into_iter().chain(function.alias_id());
    Resource::new(target_group_id(rule), "AWS::ElasticLoadBalancingV2::TargetGroup", properties, &rule.from)
        .depends_on(waits)
}

fn listener_rule(rule: &Rule<'_>, config: &AlbConfig) -> Resource {
    let mut actions: Vec<Value> = Vec::new();
    let authorizers = config.authorizers.as_ref();
    let named = rule.event.authorizer.iter().flatten();
    for authorizer in named.filter_map(|it| authorizers.and_then(|all| all.get(it))) {
        let (kind, key, settings) = authorizer.action();
        let mut action = Object::new();
        action.insert("Type", kind);
        action.insert("Order", order(&actions));
        action.insert(key, settings);
        actions.push(action.into());
    }
    let mut forward = Object::new();
    forward.insert("Type", "forward");
    forward.insert("TargetGroupArn", reference(target_group_id(rule)));
    forward.insert_some("Order", (!actions.is_empty()).then(|| order(&actions)));
    actions.push(forward.into());

    let properties = json!({
        "Actions": actions,
        "Conditions": (conditions(&rule.event.conditions)),
        "ListenerArn": (rule.event.listener_arn.to_value()),
        "Priority": (rule.event.priority),
    });
    let id = eco_format!("{}AlbListenerRule{}", rule.function.id(), rule.event.priority.0);
    Resource::new(id, "AWS::ElasticLoadBalancingV2::ListenerRule", properties, &rule.from)
}

/// The place of the next action, from 1.
fn order(actions: &[Value]) -> Value {
    Value::Number((actions.len() + 1) as f64)
}

fn conditions(conditions: &Conditions) -> Value {
    let Conditions { header, host, ip, method, path, query } = conditions;
    let mut out: Vec<Value> = Vec::new();
    out.extend(path.clone().map(|it| json!({ "Field": "path-pattern", "Values": it })));
    let settings = |field: &str, key: &str, values: Value| {
        let mut condition = Object::new();
        condition.insert("Field", field);
        condition.insert(key, json!({ "Values": values }));
        Value::from(condition)
    };
    out.extend(host.clone().map(|it| settings("host-header", "HostHeaderConfig", it.into())));
    out.extend(
        method.clone().map(|it| settings("http-request-method", "HttpRequestMethodConfig", it.into())),
    );
    out.extend(header.iter().flat_map(|it| &it.0).map(|Header { name, values }| {
        let config = json!({ "HttpHeaderName": name, "Values": (values.clone()) });
        json!({ "Field": "http-header", "HttpHeaderConfig": config })
    }));
    out.extend(query.as_ref().map(|it| {
        let values = it.0.iter().map(|(key, value)| json!({ "Key": key, "Value": value }));
        settings("query-string", "QueryStringConfig", Value::array(values))
    }));
    out.extend(ip.clone().map(|it| settings("source-ip", "SourceIpConfig", it.into())));
    Value::from(out)
}

/// The permissions of load balancers to register the function and to invoke it.
fn permissions(rule: &Rule<'_>, out: &mut Fragment) {
    let function = rule.function;
    let mut properties = Object::new();
    properties.insert("FunctionName", function.target());
    properties.insert("Action", "lambda:InvokeFunction");
    properties.insert("Principal", "elasticloadbalancing.amazonaws.com");
    let permission = |id: EcoString, properties: Object| {
        Resource::new(id, "AWS::Lambda::Permission", properties, &rule.from).depends_on(function.alias_id())
    };
    let register = permission(register_permission_id(function), properties.clone());
    properties.insert("SourceArn", reference(target_group_id(rule)));
    out.push(permission(eco_format!("{}LambdaPermissionAlb", function.id()), properties));
    out.push(register);
}
