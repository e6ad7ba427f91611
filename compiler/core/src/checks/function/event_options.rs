//! Options of events that AWS refuses and the framework lets through, and those without effect.

use ecow::{EcoString, eco_format};

use super::{Event, Facts};
use crate::diagnostic::{Diagnostic, Place, Severity, nearest};
use crate::path::Path;
use crate::rules;
use crate::value::{Object, Value};

/// What a bucket can tell.
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-event-types-and-destinations.html>
const BUCKET_EVENTS: [&str; 30] = [
    "s3:TestEvent",
    "s3:ObjectCreated:*",
    "s3:ObjectCreated:Put",
    "s3:ObjectCreated:Post",
    "s3:ObjectCreated:Copy",
    "s3:ObjectCreated:CompleteMultipartUpload",
    "s3:ObjectRemoved:*",
    "s3:ObjectRemoved:Delete",
    "s3:ObjectRemoved:DeleteMarkerCreated",
    "s3:ObjectRestore:*",
    "s3:ObjectRestore:Post",
    "s3:ObjectRestore:Completed",
    "s3:ObjectRestore:Delete",
    "s3:ReducedRedundancyLostObject",
    "s3:Replication:*",
    "s3:Replication:OperationFailedReplication",
    "s3:Replication:OperationMissedThreshold",
    "s3:Replication:OperationReplicatedAfterThreshold",
    "s3:Replication:OperationNotTracked",
    "s3:LifecycleExpiration:*",
    "s3:LifecycleExpiration:Delete",
    "s3:LifecycleExpiration:DeleteMarkerCreated",
    "s3:LifecycleTransition",
    "s3:IntelligentTiering",
    "s3:ObjectTagging:*",
    "s3:ObjectTagging:Put",
    "s3:ObjectTagging:Delete",
    "s3:ObjectAcl:Put",
    "s3:ObjectAnnotation:*",
    "s3:ObjectAnnotation:Put",
];

/// <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html>
const STATES: [&str; 3] = ["ENABLED", "DISABLED", "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"];

/// Finds such options.
pub fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    for event in facts.events() {
        match event.kind {
            "s3" => {
                bucket(&event, found);
                found.extend(existing_bucket(&event, facts));
            }
            "sns" => one_of(&event, "filterPolicyScope", &["MessageAttributes", "MessageBody"], found),
            "iot" => query(&event, found),
            "websocket" => route(&event, found),
            "alb" => conditions(&event, found),
            "http" => rest(&event, facts, found),
            "eventBridge" => one_of(&event, "state", &STATES, found),
            "alexaSkill" | "alexaSmartHome" => skill(&event, found),
            _ => {}
        }
    }
}

fn one_of(event: &Event<'_>, key: &str, words: &[&str], found: &mut Vec<Diagnostic>) {
    let Some(text) = event.value.get(key).and_then(Value::as_str) else { return };
    if !words.contains(&text) {
        found.push(unknown(text, Place::value(event.path.join(key)), words));
    }
}

/// A word that is none of these.
pub fn unknown(text: &str, at: Place, words: &[&str]) -> Diagnostic {
    let written = crate::shape::check::shorten(text);
    let shown: Vec<String> = words.iter().take(8).map(|it| format!("`{it}`")).collect();
    let message = match shown.as_slice() {
        [rest @ .., last] if shown.len() == words.len() && !rest.is_empty() => {
            eco_format!("`{written}` is not one of {} or {last}", rest.join(", "))
        }
        _ => eco_format!("`{written}` is none of what AWS takes here"),
    };
    let diagnostic = Diagnostic::new(&rules::UNKNOWN_VALUE, at.clone(), message);
    let near = nearest(text, words.iter().copied());
    diagnostic.meant("replace with", at, near, eco_format!("write one of {}", shown.join(", ")))
}

fn bucket(event: &Event<'_>, found: &mut Vec<Diagnostic>) {
    if let Some(text) = event.value.get("event").and_then(Value::as_str)
        && text.starts_with("s3:")
        && !BUCKET_EVENTS.contains(&text)
    {
        found.push(unknown(text, Place::value(event.path.join("event")), &BUCKET_EVENTS));
    }
    let mut first: [Option<Place>; 2] = [None, None];
    for (index, rule) in event.value.get("rules").and_then(Value::as_array).into_iter().flatten().enumerate()
    {
        let path = event.path.join("rules").join(index);
        let Some(rule) = rule.as_object() else { continue };
        for (key, slot) in ["prefix", "suffix"].into_iter().zip(&mut first) {
            if !rule.contains_key(key) {
                continue;
            }
            let at = Place::value(path.join(key));
            if let Some(text) = rule.get(key).and_then(Value::as_str).filter(|it| it.contains('*')) {
                found.push(wildcard(key, text, at.clone()));
            }
            match slot {
                Some(place) => found.push(
                    Diagnostic::new(
                        &rules::CONFLICTING_OPTIONS,
                        at,
                        eco_format!("a notification has one {key}"),
                    )
                    .why("S3 refuses a second")
                    .help("make an event of each")
                    .related(place.clone(), "the first"),
                ),
                None => *slot = Some(at),
            }
        }
        if !rule.contains_key("prefix") && !rule.contains_key("suffix") && !rule.is_empty() {
            let diagnostic = Diagnostic::new(
                &rules::MISSING_KEY,
                Place::value(path.clone()),
                "an item of `rules` is a prefix or a suffix",
            )
            .help("write `- prefix: ...` or `- suffix: ...`")
            .warning();
            found.push(diagnostic);
        }
        if rule.contains_key("prefix") && rule.contains_key("suffix") {
            found.push(
                Diagnostic::new(
                    &rules::CONFLICTING_OPTIONS,
                    Place::key(path.join("suffix")),
                    "the suffix is lost: its item has a prefix, too",
                )
                .why("an item of `rules` is a prefix or a suffix")
                .help("give the suffix an item of its own, with its own `-`")
                .warning(),
            );
        }
    }
}

/// The name of a bucket that exists; that of one that is made is looked at by the shape.
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html>
fn existing_bucket(event: &Event<'_>, facts: &Facts<'_>) -> Option<Diagnostic> {
    event.value.get("existing").and_then(Value::as_bool).filter(|it| *it)?;
    let name = event.value.get("bucket").and_then(Value::as_str)?;
    // Old buckets of the first region have upper case letters and `_`.
    let old = facts.around.context.region.as_str() == "us-east-1";
    let takes = |it: u8| match it {
        b'A'..=b'Z' | b'_' => old,
        _ => it.is_ascii_lowercase() || it.is_ascii_digit() || matches!(it, b'.' | b'-'),
    };
    if name.contains("${") || (3..=63).contains(&name.len()) && name.bytes().all(takes) {
        return None;
    }
    let at = Place::value(event.path.join("bucket"));
    let message = eco_format!("`{}` is not a bucket name", crate::shape::check::shorten(name));
    let help = match name.rsplit_once(":::") {
        Some((_, name)) => eco_format!("write the name alone: `{name}`"),
        None => "a name has 3 to 63 small letters, digits, `.` and `-`".into(),
    };
    let diagnostic = Diagnostic::new(&rules::INVALID_FORMAT, at, message).help(help).warning();
    Some(diagnostic)
}

/// The id of a skill. <https://developer.amazon.com/en-US/docs/alexa/custom-skills/host-a-custom-skill-as-an-aws-lambda-function.html>
fn skill(event: &Event<'_>, found: &mut Vec<Diagnostic>) {
    let bare = event.value.as_str();
    let Some(id) = bare.or_else(|| event.value.get("appId").and_then(Value::as_str)) else { return };
    if id.starts_with("amzn1.") || id.contains("${") || id.is_empty() {
        return;
    }
    let at = Place::value(if bare.is_some() { event.path.clone() } else { event.path.join("appId") });
    found.push(
        Diagnostic::new(&rules::INVALID_FORMAT, at, eco_format!("`{id}` is no id of a skill"))
            .why("the permission to invoke the function is given to this skill alone")
            .help("copy it from the developer console: `amzn1.ask.skill.` and more")
            .warning(),
    );
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-filtering.html>
fn wildcard(key: &str, text: &str, at: Place) -> Diagnostic {
    let plain = text.replace('*', "");
    let message = eco_format!("the {key} `{text}` has a `*` in it");
    Diagnostic::new(&rules::INVALID_FORMAT, at, message)
        .why("S3 knows no wildcards in filters: it looks for the very character")
        .help(eco_format!("write `{plain}`: a {key} is only where a key begins or ends"))
        .page("https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-filtering.html")
        .warning()
}

/// `#` stands for all that follows in a filter of topics, and `+` for one level.
/// <https://docs.aws.amazon.com/iot/latest/developerguide/topics.html>
fn topic(sql: &str, at: Place) -> Option<Diagnostic> {
    let start = sql.to_uppercase().find("FROM '")? + "FROM '".len();
    let filter = sql.get(start..)?.split('\'').next()?;
    let levels: Vec<&str> = filter.split('/').collect();
    let (last, others) = levels.split_last()?;
    let is_wrong = |it: &&str| it.contains(['#', '+']) && it.len() > 1;
    if !others.iter().any(|it| it.contains('#') || is_wrong(it)) && !is_wrong(last) {
        return None;
    }
    let diagnostic =
        Diagnostic::new(&rules::INVALID_FORMAT, at, eco_format!("`{filter}` is no filter of topics"))
            .why("`#` stands alone as the last level, and `+` alone as any level")
            .help("write `+` for one level, or `#` at the end")
            .page("https://docs.aws.amazon.com/iot/latest/developerguide/topics.html")
            .warning();
    Some(diagnostic)
}

fn query(event: &Event<'_>, found: &mut Vec<Diagnostic>) {
    let at = |key: &str| Place::value(event.path.join(key));
    if let Some(sql) = event.value.get("sql").and_then(Value::as_str) {
        let words = sql.to_uppercase();
        let mut words = words.split_whitespace();
        if words.next() != Some("SELECT") {
            found.push(
                Diagnostic::new(&rules::INVALID_FORMAT, at("sql"), "a rule of AWS IoT starts with `SELECT`")
                    .why("AWS refuses a rule without a query")
                    .help("write it as `SELECT * FROM 'some/topic'`")
                    .page("https://docs.aws.amazon.com/iot/latest/developerguide/iot-sql-reference.html"),
            );
        }
        found.extend(topic(sql, at("sql")));
    }
    if let Some(name) = event.value.get("name").and_then(Value::as_str)
        && !name.bytes().all(|it| it.is_ascii_alphanumeric() || matches!(it, b'_' | b'\r' | b'\n'))
    {
        found.push(
            Diagnostic::new(
                &rules::INVALID_FORMAT,
                at("name"),
                eco_format!("`{name}` is no name of a rule of AWS IoT"),
            )
            .help("use letters, digits and `_`")
            .page("https://docs.aws.amazon.com/iot/latest/apireference/API_CreateTopicRule.html"),
        );
    }
}

fn route(event: &Event<'_>, found: &mut Vec<Diagnostic>) {
    let key = event.value.as_str().or_else(|| event.value.get("route").and_then(Value::as_str));
    let Some(key) = key else { return };
    if event.value.get("authorizer").is_some_and(Value::is_truthy) && key != "$connect" {
        found.push(
            Diagnostic::new(
                &rules::CONFLICTING_OPTIONS,
                Place::key(event.path.join("authorizer")),
                eco_format!("the route `{key}` takes no authorizer"),
            )
            .why("who may send is decided when a client connects: only `$connect` has an authorizer")
            .help("move `authorizer` to the route `$connect`")
            .page("https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-lambda-auth.html"),
        );
    }
    let bare = event.value.as_str().is_some();
    let at = || Place::value(if bare { event.path.clone() } else { event.path.join("route") });
    let known = ["$connect", "$disconnect", "$default"];
    if key.starts_with('$') && !known.contains(&key) {
        found.push(unknown(key, at(), &known));
    } else if key.contains(char::is_whitespace) || key.is_empty() {
        found.push(
            Diagnostic::new(&rules::INVALID_FORMAT, at(), eco_format!("`{key}` is no name of a route"))
                .why("a route is named by a word in the messages")
                .help("write it without spaces")
                .warning(),
        );
    }
}

/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-condition-types.html>
fn conditions(event: &Event<'_>, found: &mut Vec<Diagnostic>) {
    let Some(conditions) = event.value.get("conditions") else { return };
    let each = |key: &str| {
        let path = event.path.join("conditions").join(key);
        let items: Vec<(Path, EcoString)> = match conditions.get(key) {
            Some(Value::Array(items)) => {
                let texts = items.iter().enumerate();
                texts.filter_map(|(index, it)| Some((path.join(index), it.as_str()?.into()))).collect()
            }
            Some(Value::String(text)) => vec![(path, text.clone())],
            _ => Vec::new(),
        };
        items
    };
    let methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "CONNECT", "TRACE"];
    for (path, method) in each("method") {
        let near = nearest(&method, methods).filter(|_| !methods.contains(&method.as_str()));
        if near.is_some() {
            let mut diagnostic = unknown(&method, Place::value(path), &methods);
            // A load balancer takes methods of one's own, too.
            diagnostic.severity = Severity::Warning;
            found.push(diagnostic);
        }
    }
    for (path, ip) in each("ip") {
        if !is_block(&ip) && !ip.contains("${") {
            found.push(
                Diagnostic::new(
                    &rules::INVALID_FORMAT,
                    Place::value(path),
                    eco_format!("`{ip}` is no block of addresses"),
                )
                .why("a load balancer compares the caller's address with blocks")
                .help("write it as `192.0.2.0/24`, or `192.0.2.7/32` for one address"),
            );
        }
    }
}

/// Whether a text is a block of addresses, such as `10.0.0.0/8`.
pub fn is_block(text: &str) -> bool {
    let Some((address, length)) = text.split_once('/') else { return false };
    let Ok(length) = length.parse::<u8>() else { return false };
    if address.contains(':') {
        return length <= 128 && address.bytes().all(|it| it.is_ascii_hexdigit() || it == b':');
    }
    length <= 32 && address.split('.').count() == 4 && address.split('.').all(|it| it.parse::<u8>().is_ok())
}

/// What is made of a request and of an answer, where the function gets and gives all of it.
fn whole_request(event: &Event<'_>, settings: &Object, found: &mut Vec<Diagnostic>) {
    for (section, keys) in [("request", ["template", "passThrough"]), ("response", ["headers", "template"])] {
        let Some(given) = settings.get(section).and_then(Value::as_object) else { continue };
        let path = event.path.join(section);
        let idle: Vec<&str> = keys.into_iter().filter(|it| given.contains_key(it)).collect();
        let (at, what) = match idle.as_slice() {
            [] => continue,
            [key] => (path.join(*key), eco_format!("{section}.{key}")),
            _ => (path, section.into()),
        };
        found.push(without_effect(
            Place::key(at),
            eco_format!("`{what}` has no effect with `lambda-proxy`"),
            "the function gets the whole request, and its answer is the response",
            "set `integration: lambda`, or remove it",
            Severity::Warning,
        ));
    }
}

fn rest(event: &Event<'_>, facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    let Some(settings) = event.value.as_object() else { return };
    let integration = settings.get("integration").map_or("lambda-proxy", |it| it.as_str().unwrap_or(""));
    let proxy = matches!(integration.to_lowercase().replace('_', "-").as_str(), "lambda-proxy" | "aws-proxy");
    if proxy {
        whole_request(event, settings, found);
    }
    schemas(event, facts, found);
    if let Some(text) = settings.get("authorizer").and_then(Value::as_str)
        && text.contains(':')
        && !["arn:", "${", "{{"].iter().any(|it| text.contains(it))
    {
        let place = Place::value(event.path.join("authorizer"));
        let message = eco_format!("`{}` is no whole ARN", crate::shape::check::shorten(text));
        found.push(
            Diagnostic::new(&rules::INVALID_ARN, place, message)
                .why("what has a `:` is taken for the ARN of a function")
                .help("write a whole ARN, or the key of a function of this service")
                .warning(),
        );
    }
    if let Some(cors) = settings.get("cors").and_then(Value::as_object) {
        let all = |it: Option<&Value>| match it {
            None => true,
            Some(Value::String(text)) => text == "*",
            Some(Value::Array(items)) => items.iter().any(|it| it.as_str() == Some("*")),
            Some(_) => false,
        };
        let own = cors.get("origin").or_else(|| cors.get("origins"));
        if cors.get("allowCredentials").is_some_and(|it| it.as_bool() == Some(true)) && all(own) {
            found.push(credentials(Place::value(event.path.join("cors").join("allowCredentials"))));
        }
    }
    let gateway = facts.around.context.provider.api_gateway.as_ref();
    let private = settings.get("private").and_then(Value::as_bool) == Some(true);
    let keys = gateway.is_some_and(|it| it.api_keys.is_some() || it.rest_api_id.is_some());
    if private && !keys && facts.around.plugins.is_empty() {
        found.push(without_effect(
            Place::value(event.path.join("private")),
            "the service has no API key that would open this".into(),
            "only a key of a usage plan of this API opens it",
            "list keys under `provider.apiGateway.apiKeys`, unless they are made elsewhere",
            Severity::Info,
        ));
    }
}

/// Credentials for all origins, which no browser takes.
pub fn credentials(at: Place) -> Diagnostic {
    Diagnostic::new(&rules::CONFLICTING_OPTIONS, at, "credentials do not go to all origins")
        .why("browsers refuse `*` with credentials, and HTTP APIs refuse to be made so")
        .help("list the origins that may call with credentials")
        .page("https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html")
        .warning()
}

fn without_effect(
    at: Place,
    message: EcoString,
    why: &'static str,
    help: &'static str,
    severity: Severity,
) -> Diagnostic {
    let mut diagnostic = Diagnostic::new(&rules::UNUSED_OPTION, at, message).why(why).help(help);
    diagnostic.severity = severity;
    diagnostic
}

/// A schema that is named instead of written out.
fn schemas(event: &Event<'_>, facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    let written = event.value.get("request").and_then(|it| it.get("schemas"));
    let request = facts.around.context.provider.api_gateway.as_ref().and_then(|it| it.request.as_ref());
    let known: Vec<&str> = request
        .and_then(|it| it.schemas.as_ref())
        .into_iter()
        .flatten()
        .map(|(key, _)| key.as_str())
        .collect();
    for (content_type, schema) in written.and_then(Value::as_object).into_iter().flat_map(|it| it.iter()) {
        let Some(name) = schema.as_str().filter(|it| !known.contains(it)) else { continue };
        let at = Place::value(event.path.join("request").join("schemas").join(content_type));
        let diagnostic = Diagnostic::new(
            &rules::UNKNOWN_VALUE,
            at.clone(),
            eco_format!("no schema is called `{}`", crate::shape::check::shorten(name)),
        )
        .why("a text names a schema of `provider.apiGateway.request.schemas`")
        .about(name);
        let diagnostic = Diagnostic { severity: Severity::Warning, ..diagnostic };
        found.push(diagnostic.meant(
            "replace with",
            at,
            nearest(name, known.iter().copied()),
            "add it there, or read the file with `${file(...)}`",
        ));
    }
}
