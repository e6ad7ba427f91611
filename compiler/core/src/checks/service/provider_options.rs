//! Options of the provider and the root that AWS refuses and the framework lets through.

use ecow::{EcoString, eco_format};

use super::Facts;
use crate::checks::arn::{Expected, look};
use crate::checks::function::arns::{KEY, ROLE, TOPIC, key_region, layers};
use crate::checks::function::event_options::{credentials, unknown};
use crate::checks::function::options::levels;
use crate::checks::pattern::places;
use crate::diagnostic::{Diagnostic, Place};
use crate::path::Path;
use crate::plugins;
use crate::rules;
use crate::value::Value;

const POLICY: Expected<'static> = Expected {
    noun: "a managed policy",
    services: &["iam"],
    resource: &["policy/"],
    example: "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess",
};

const POOL: Expected<'static> = Expected {
    noun: "a user pool",
    services: &["cognito-idp"],
    resource: &["userpool/"],
    example: "arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_AbCdEfGhI",
};
const ALARM: Expected<'static> = Expected {
    noun: "an alarm",
    services: &["cloudwatch"],
    resource: &["alarm:"],
    example: "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:errors",
};
const FUNCTION: Expected<'static> = Expected {
    noun: "a function",
    services: &["lambda"],
    resource: &["function:"],
    example: "arn:aws:lambda:eu-west-1:123456789012:function:authorize",
};

/// Finds such options.
pub fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    arns(facts, found);
    networks(facts, found);
    authorizers(facts, found);
    cross_origin(facts, found);
    twice(facts, found);
    let path = Path::from(["provider", "logs", "lambda"]);
    let logs = facts.config.at(&path);
    let format = logs.and_then(|it| it.get("logFormat")).and_then(Value::as_str);
    levels(logs, &path, format, found);
    payload(facts, found);
    private_api(facts, found);
    lifetimes(facts, found);
    selections(facts, found);
    selection_expression(facts, found);
}

fn at<'a>(facts: &Facts<'a>, path: &Path) -> Option<&'a Value> {
    facts.config.at(path)
}

fn arns(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    let single: [(&[&str], &Expected<'_>); 8] = [
        (&["provider", "role"], &ROLE),
        (&["provider", "iam", "role"], &ROLE),
        (&["provider", "iam", "deploymentRole"], &ROLE),
        (&["provider", "cfnRole"], &ROLE),
        (&["provider", "kmsKeyArn"], &KEY),
        (&["provider", "iam", "role", "permissionsBoundary"], &POLICY),
        (&["provider", "iam", "role", "permissionBoundary"], &POLICY),
        (&["provider", "rolePermissionsBoundary"], &POLICY),
    ];
    for (keys, expected) in single {
        let path: Path = keys.iter().map(|it| (*it).into()).collect();
        let value = at(facts, &path);
        // That a key is a key's is told by the shape.
        let told = path.last() == Some(&"kmsKeyArn".into())
            && !value.and_then(Value::as_str).is_some_and(|it| it.contains(":kms"));
        if !told {
            look(value, Place::value(path), expected, found);
        }
    }
    let lists: [(&[&str], &Expected<'_>); 3] = [
        (&["provider", "notificationArns"], &TOPIC),
        (&["provider", "iam", "role", "managedPolicies"], &POLICY),
        (&["provider", "iamManagedPolicies"], &POLICY),
    ];
    for (keys, expected) in lists {
        let path: Path = keys.iter().map(|it| (*it).into()).collect();
        for (index, item) in at(facts, &path).and_then(Value::as_array).into_iter().flatten().enumerate() {
            look(Some(item), Place::value(path.join(index)), expected, found);
        }
    }
    for (pattern, expected) in [
        ("provider.alb.authorizers.*.userPoolArn", &POOL),
        ("provider.rollbackConfiguration.RollbackTriggers.*.Arn", &ALARM),
        ("provider.httpApi.authorizers.*.functionArn", &FUNCTION),
    ] {
        for (path, value) in places(facts.config, &Path::root(), pattern) {
            look(Some(value), Place::value(path), expected, found);
        }
    }
    let path = Path::from(["provider", "layers"]);
    let provider = &facts.around.context.provider;
    let region = provider.region.map(|_| facts.around.context.region.as_str());
    let key = Path::from(["provider", "kmsKeyArn"]);
    key_region(at(facts, &key), Place::value(key), region, found);
    layers(at(facts, &path), &path, region, found);
}

/// Ids of security groups and subnets start with what they are.
/// <https://docs.aws.amazon.com/lambda/latest/api/API_VpcConfig.html>
fn networks(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    let mut paths = vec![Path::from(["provider", "vpc"])];
    paths.extend(facts.functions.iter().map(|it| it.listed.path.join("vpc")));
    for path in paths {
        found.extend(one_without_the_other(facts, &path));
        for (key, start, noun) in
            [("securityGroupIds", "sg-", "a security group"), ("subnetIds", "subnet-", "a subnet")]
        {
            let path = path.join(key);
            let items = match at(facts, &path) {
                Some(Value::Array(items)) => {
                    items.iter().enumerate().map(|it| (path.join(it.0), it.1)).collect()
                }
                // A single value is taken as a list of one.
                Some(one) => vec![(path, one)],
                None => Vec::new(),
            };
            for (path, id) in items {
                let Some(id) = id.as_str().filter(|it| !it.contains("${") && !it.contains("{{")) else {
                    continue;
                };
                let rest = id.strip_prefix(start);
                if rest.is_some_and(|it| it.bytes().all(|it| it.is_ascii_lowercase() || it.is_ascii_digit()))
                {
                    continue;
                }
                found.push(
                    Diagnostic::new(
                        &rules::INVALID_FORMAT,
                        Place::value(path),
                        eco_format!("`{id}` is not the id of {noun}"),
                    )
                    .help(eco_format!("write an id such as `{start}0123456789abcdef0`"))
                    .page("https://docs.aws.amazon.com/lambda/latest/api/API_VpcConfig.html")
                    .warning(),
                );
            }
        }
    }
}

/// A list without items, where the other has some.
fn one_without_the_other(facts: &Facts<'_>, path: &Path) -> Option<Diagnostic> {
    let items = |key: &str| at(facts, &path.join(key)).and_then(Value::as_array).map(<[Value]>::len);
    let (empty, other) = match (items("securityGroupIds"), items("subnetIds")) {
        (Some(0), Some(1..)) => ("securityGroupIds", "subnetIds"),
        (Some(1..), Some(0)) => ("subnetIds", "securityGroupIds"),
        _ => return None,
    };
    let message = eco_format!("`{empty}` is empty, and `{other}` is not");
    let diagnostic = Diagnostic::new(&rules::CONFLICTING_OPTIONS, Place::key(path.join(empty)), message)
        .why("Lambda takes both, or neither")
        .help("name some, or remove `vpc`")
        .page("https://docs.aws.amazon.com/lambda/latest/api/API_VpcConfig.html")
        .warning();
    Some(diagnostic)
}

/// Who issues tokens, and where they stand.
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html>
fn authorizers(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    let path = Path::from(["provider", "httpApi", "authorizers"]);
    let own = at(facts, &path).and_then(Value::as_object);
    for (name, authorizer) in own.into_iter().flat_map(|it| it.iter()) {
        let path = path.join(name);
        address(authorizer.get("issuerUrl"), path.join("issuerUrl"), found);
        let written = authorizer.get("identitySource");
        let starts = ["$request.header.", "$request.querystring.", "$context.", "$stageVariables.", "${"];
        sources(written, &path.join("identitySource"), &starts, "$request.header.Authorization", found);
    }
    let path = Path::from(["provider", "alb", "authorizers"]);
    let own = at(facts, &path).and_then(Value::as_object);
    for (name, authorizer) in own.into_iter().flat_map(|it| it.iter()) {
        for key in ["issuer", "authorizationEndpoint", "tokenEndpoint", "userInfoEndpoint"] {
            address(authorizer.get(key), path.join(name).join(key), found);
        }
    }
    for function in &facts.functions {
        for event in function.events() {
            let starts: &[&str] = match event.kind {
                "http" => &[
                    "method.request.header.",
                    "method.request.querystring.",
                    "method.request.multivalueheader.",
                    "method.request.multivaluequerystring.",
                    "method.request.path.",
                    "context.",
                    "stageVariables.",
                    "${",
                ],
                "websocket" => &[
                    "route.request.header.",
                    "route.request.querystring.",
                    "context.",
                    "stageVariables.",
                    "${",
                ],
                _ => continue,
            };
            let example = if event.kind == "http" {
                "method.request.header.Authorization"
            } else {
                "route.request.header.Authorization"
            };
            let written = event.value.get("authorizer").and_then(|it| it.get("identitySource"));
            let path = event.path.join("authorizer").join("identitySource");
            sources(written, &path, starts, example, found);
        }
    }
}

fn address(value: Option<&Value>, path: Path, found: &mut Vec<Diagnostic>) {
    let Some(text) = value.and_then(Value::as_str) else { return };
    if text.starts_with("https://") || text.contains("${") || text.contains("{{") {
        return;
    }
    let bare = text.trim_start_matches("http://");
    found.push(
        Diagnostic::new(
            &rules::INVALID_FORMAT,
            Place::value(path.clone()),
            eco_format!("`{text}` is no address that starts with `https://`"),
        )
        .why("AWS refuses an address without encryption")
        .help(eco_format!("write `https://{bare}`"))
        .replace(
            eco_format!("replace with `https://{bare}`"),
            false,
            Place::value(path),
            eco_format!("https://{bare}"),
        )
        .page("https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html"),
    );
}

fn sources(value: Option<&Value>, path: &Path, starts: &[&str], example: &str, found: &mut Vec<Diagnostic>) {
    let items: Vec<(Path, &Value)> = match value {
        Some(Value::Array(items)) => {
            items.iter().enumerate().map(|(index, it)| (path.join(index), it)).collect()
        }
        Some(one) => vec![(path.clone(), one)],
        None => return,
    };
    for (path, item) in items {
        let Some(text) = item.as_str() else { continue };
        let wrong =
            text.split(',').map(str::trim).find(|it| !starts.iter().any(|start| it.starts_with(start)));
        let Some(wrong) = wrong else { continue };
        found.push(
            Diagnostic::new(
                &rules::INVALID_FORMAT,
                Place::value(path),
                eco_format!("`{wrong}` is no place in a request"),
            )
            .why("API Gateway must know where the token stands")
            .help(eco_format!("write it as `{example}`"))
            .page("https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html"),
        );
    }
}

fn cross_origin(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    const METHODS: [&str; 8] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "*"];
    let mut paths = vec![Path::from(["provider", "httpApi", "cors"])];
    paths.extend(facts.functions.iter().map(|it| it.listed.path.join("url").join("cors")));
    for path in paths {
        let Some(cors) = at(facts, &path).and_then(Value::as_object) else { continue };
        let list = |key: &str| cors.get(key).and_then(Value::as_array);
        for (index, method) in list("allowedMethods").into_iter().flatten().enumerate() {
            let Some(method) = method.as_str() else { continue };
            // Lambda takes words of six letters at most, and answers `OPTIONS` by itself.
            let is_url = path.segments().len() > 3;
            if is_url && method == "OPTIONS" {
                let place = Place::value(path.join("allowedMethods").join(index));
                let without = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "*"];
                found.push(unknown(method, place, &without));
                continue;
            }
            if !METHODS.contains(&method.to_uppercase().as_str()) {
                let place = Place::value(path.join("allowedMethods").join(index));
                found.push(unknown(method, place, &METHODS));
            }
        }
        let all = match list("allowedOrigins") {
            Some(origins) => origins.iter().any(|it| it.as_str() == Some("*")),
            // A misspelt key is told by the shape.
            None => !cors.keys().any(|it| it.to_lowercase().contains("origin")),
        };
        if cors.get("allowCredentials").and_then(Value::as_bool) == Some(true) && all {
            found.push(credentials(Place::value(path.join("allowCredentials"))));
        }
    }
}

/// Names that stand twice in lists where each means something of its own.
fn twice(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    repeated(facts, &plugins::listed(facts.config).0, "the plugin", "it would run twice", found);
    let keys = Path::from(["provider", "apiGateway", "apiKeys"]);
    repeated(facts, &keys, "the key", "two keys of one name cannot be told apart", found);
    without_plan(facts, found);
}

/// A key without a plan beside plans that have names: the framework refers to a plan that it does not make.
fn without_plan(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    let gateway = Path::from(["provider", "apiGateway"]);
    let plans = gateway.join("usagePlan");
    let keys = gateway.join("apiKeys");
    if !at(facts, &plans).is_some_and(|it| matches!(it, Value::Array(plans) if !plans.is_empty())) {
        return;
    }
    for (index, key) in at(facts, &keys).and_then(Value::as_array).into_iter().flatten().enumerate() {
        if key.as_str().is_none() && key.get("name").and_then(Value::as_str).is_none() {
            continue;
        }
        found.push(
            Diagnostic::new(&rules::UNKNOWN_REFERENCE, Place::value(keys.join(index)), "the key is of no usage plan")
                .why("the plans have names, so the template has no `ApiGatewayUsagePlan` for keys without one, and CloudFormation refuses it")
                .help("write the key below the name of a plan, as the plan's list")
                .related(Place::key(plans.clone()), "the plans"),
        );
    }
}

fn repeated(facts: &Facts<'_>, path: &Path, noun: &str, why: &'static str, found: &mut Vec<Diagnostic>) {
    let mut first: Vec<(EcoString, Path)> = Vec::new();
    for (index, item) in at(facts, path).and_then(Value::as_array).into_iter().flatten().enumerate() {
        let name = item.as_str().or_else(|| item.get("name").and_then(Value::as_str));
        let Some(name) = name.map(EcoString::from) else { continue };
        match first.iter().find(|(it, _)| *it == name) {
            Some((_, place)) => {
                found.push(
                    Diagnostic::new(
                        &rules::DUPLICATE_ITEM,
                        Place::value(path.join(index)),
                        eco_format!("{noun} `{name}` is in the list already"),
                    )
                    .why(why)
                    .help("remove one of them")
                    .related(Place::value(place.clone()), "it stands here first")
                    .warning(),
                );
            }
            None => first.push((name, path.join(index))),
        }
    }
}

fn payload(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    let path = Path::from(["provider", "httpApi", "payload"]);
    let written = at(facts, &path).map(Value::to_js_string);
    if let Some(version) = written.filter(|it| !matches!(it.as_str(), "1.0" | "2.0" | "1" | "2")) {
        found.push(unknown(&version, Place::value(path), &["1.0", "2.0"]));
    }
}

/// A private API is deployed only with a policy that says who may call it.
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-private-api-create.html>
fn private_api(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    let path = Path::from(["provider", "endpointType"]);
    let private =
        at(facts, &path).and_then(Value::as_str).is_some_and(|it| it.eq_ignore_ascii_case("PRIVATE"));
    let provider = &facts.around.context.provider;
    let gateway = provider.api_gateway.as_ref();
    let policy = provider.resource_policy.is_some()
        || gateway.is_some_and(|it| it.resource_policy.is_some() || it.rest_api_id.is_some());
    let routes = facts.functions.iter().any(|it| it.events().any(|it| it.kind == "http"));
    // A policy may stand in an extension of the API, or in the role of a plugin.
    let extended = facts.config.at(&Path::from(["resources", "extensions", "ApiGatewayRestApi"])).is_some()
        || facts.own_resources().iter().any(|(id, ..)| *id == "ApiGatewayRestApi");
    if private && !policy && routes && !extended && !facts.around.may_add_resources() {
        found.push(Diagnostic::new(
            &rules::MISSING_KEY,
            Place::value(path),
            "a private API needs a resource policy",
        )
        .why("API Gateway does not deploy a private API that nobody may call")
        .help("add `provider.apiGateway.resourcePolicy`")
        .page(
            "https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-private-api-create.html",
        ).warning());
    }
}

/// The least time in a cache may not be above the most.
/// <https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/controlling-the-cache-key.html>
fn lifetimes(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    let path = Path::from(["provider", "cloudFront", "cachePolicies"]);
    let policies = at(facts, &path).and_then(Value::as_object);
    for (name, policy) in policies.into_iter().flat_map(|it| it.iter()) {
        let number = |key: &str| policy.get(key).and_then(Value::as_number);
        let (least, usual, most) = (number("MinTTL"), number("DefaultTTL"), number("MaxTTL"));
        let pairs = [
            ("MinTTL", least, "DefaultTTL", usual),
            ("MinTTL", least, "MaxTTL", most),
            ("DefaultTTL", usual, "MaxTTL", most),
        ];
        let wrong =
            pairs.into_iter().find(|(_, low, _, high)| matches!((low, high), (Some(a), Some(b)) if a > b));
        if let Some((low, _, high, _)) = wrong {
            found.push(
                Diagnostic::new(
                    &rules::OUT_OF_RANGE,
                    Place::value(path.join(name).join(low)),
                    eco_format!("`{low}` is above `{high}`"),
                )
                .why("CloudFront refuses such a policy")
                .help("lower the one, or raise the other")
                .related(Place::value(path.join(name).join(high)), "the other")
                .page(
                    "https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_CachePolicyConfig.html",
                ),
            );
        }
    }
}

/// Names are listed where some of many count.
fn selections(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    const KINDS: [(&str, &str, &str); 3] = [
        ("CookiesConfig", "CookieBehavior", "Cookies"),
        ("HeadersConfig", "HeaderBehavior", "Headers"),
        ("QueryStringsConfig", "QueryStringBehavior", "QueryStrings"),
    ];
    for (section, behavior, names) in KINDS {
        let pattern = eco_format!(
            "provider.cloudFront.cachePolicies.*.ParametersInCacheKeyAndForwardedToOrigin.{section}"
        );
        for (path, settings) in places(facts.config, &Path::root(), &pattern) {
            let word = settings.get(behavior).and_then(Value::as_str).unwrap_or_default();
            let some = matches!(word, "whitelist" | "allExcept");
            let listed =
                settings.get(names).is_some_and(|it| !it.as_array().is_some_and(<[Value]>::is_empty));
            if some && !listed {
                let at = Place::value(path.join(behavior));
                found.push(
                    Diagnostic::new(&rules::MISSING_KEY, at, eco_format!("`{word}` needs `{names}`"))
                        .why("CloudFront must know which ones count, and refuses the policy")
                        .help(eco_format!("list them as `{names}`, or write `none`"))
                        .page("https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_CachePolicyConfig.html"),
                );
            }
        }
    }
}

/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-develop-routes.html>
fn selection_expression(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    let path = Path::from(["provider", "websocketsApiRouteSelectionExpression"]);
    let Some(text) = at(facts, &path).and_then(Value::as_str).filter(|it| !it.contains('$')) else { return };
    found.push(
        Diagnostic::new(
            &rules::INVALID_FORMAT,
            Place::value(path),
            eco_format!("`{text}` is no place in a message"),
        )
        .why("API Gateway reads the name of the route from the message")
        .help(eco_format!("write `$request.body.{text}`"))
        .warning(),
    );
}
