//! Cross-origin requests: an `OPTIONS` method that answers itself, for each path that asks for it.

use ecow::{EcoString, eco_format};

use super::{CorsSettings, HttpCors};
use crate::json;
use crate::shape::Int;
use crate::value::{Object, Value};

const DEFAULT_HEADERS: [&str; 7] = [
    "Content-Type",
    "X-Amz-Date",
    "Authorization",
    "X-Api-Key",
    "X-Amz-Security-Token",
    "X-Amz-User-Agent",
    "X-Amzn-Trace-Id",
];

/// What a path answers to a preflight request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cors {
    /// The origin.
    pub origin: Option<EcoString>,
    /// The origins.
    pub origins: Vec<EcoString>,
    /// The headers.
    pub headers: Vec<EcoString>,
    /// The methods.
    pub methods: Vec<EcoString>,
    /// Whether cookies are sent.
    pub allow_credentials: bool,
    /// Seconds that browsers may keep the answer.
    pub max_age: Option<Int>,
    /// The `Cache-Control` of the answer.
    pub cache_control: Option<EcoString>,
}

/// The settings of one event, if it asks for cross-origin requests.
pub fn settings(cors: Option<&HttpCors>, method: &str) -> Option<Cors> {
    let written = match cors? {
        HttpCors::Enabled(false) => return None,
        HttpCors::Enabled(true) => None,
        HttpCors::Settings(it) => Some(it.clone()),
    };
    let explicit = written.is_some();
    let CorsSettings { allow_credentials, cache_control, headers, max_age, methods, origin, origins } = written.unwrap_or_default();
    let method = method.to_uppercase();
    let mut all: Vec<EcoString> = match methods {
        Some(methods) => methods.into_iter().map(|it| it.word().into()).collect(),
        None => vec!["OPTIONS".into()],
    };
    for needed in ["OPTIONS", method.as_str()] {
        if !explicit && needed != "OPTIONS" || !all.iter().any(|it| it == needed) {
            all.push(needed.into());
        }
    }
    Some(Cors {
        origin: origin.or_else(|| origins.is_none().then(|| "*".into())),
        origins: origins.unwrap_or_default(),
        headers: headers.unwrap_or_else(|| DEFAULT_HEADERS.iter().map(|it| EcoString::from(*it)).collect()),
        methods: all,
        allow_credentials: allow_credentials.unwrap_or(false),
        max_age,
        cache_control,
    })
}

impl Cors {
    /// Takes in the settings of another event on the same path, which come first.
    pub fn merge(&mut self, later: Cors) {
        let union = |left: Vec<EcoString>, right: &[EcoString]| {
            let mut all: Vec<EcoString> = Vec::new();
            left.into_iter().chain(right.iter().cloned()).for_each(|it| if !all.contains(&it) { all.push(it) });
            all
        };
        self.headers = union(later.headers, &self.headers);
        self.methods = union(later.methods, &self.methods);
        self.origins = union(later.origins, &self.origins);
        self.origin = later.origin;
        self.allow_credentials |= later.allow_credentials;
        self.max_age = later.max_age.or(self.max_age);
        self.cache_control = later.cache_control.or_else(|| self.cache_control.take());
    }

    /// The `OPTIONS` method.
    pub fn method(&self, resource: Value, api: Value) -> Value {
        let mut origins = self.origins.clone();
        if let Some(several) = self.origin.as_ref().filter(|it| it.contains(',')) {
            origins = several.split(',').map(|it| it.trim().into()).collect();
        }
        let origin = origins.first().cloned().or_else(|| self.origin.clone());
        let mut headers: Vec<(&str, EcoString)> = vec![
            ("Access-Control-Allow-Origin", origin.unwrap_or_else(|| "undefined".into())),
            ("Access-Control-Allow-Headers", self.headers.join(",").into()),
            ("Access-Control-Allow-Methods", self.methods.join(",").replacen("ANY", "DELETE,GET,HEAD,PATCH,POST,PUT", 1).into()),
        ];
        if self.allow_credentials {
            headers.push(("Access-Control-Allow-Credentials", "true".into()));
        }
        headers.extend(self.max_age.map(|it| ("Access-Control-Max-Age", eco_format!("{}", it.0))));
        headers.extend(self.cache_control.clone().map(|it| ("Cache-Control", it)));
        let name = |header: &str| eco_format!("method.response.header.{header}");
        let values: Object = headers.iter().map(|(header, it)| (name(header), eco_format!("'{it}'").into())).collect();
        let present: Object = headers.iter().map(|(header, _)| (name(header), true.into())).collect();
        let template = if origins.is_empty() { EcoString::new() } else { origin_template(&origins) };
        json!({
            "AuthorizationType": "NONE",
            "HttpMethod": "OPTIONS",
            "MethodResponses": [{ "StatusCode": "200", "ResponseParameters": present, "ResponseModels": {} }],
            "RequestParameters": {},
            "Integration": {
                "Type": "MOCK",
                "RequestTemplates": { "application/json": "{statusCode:200}" },
                "ContentHandling": "CONVERT_TO_TEXT",
                "IntegrationResponses": [{
                    "StatusCode": "200",
                    "ResponseParameters": values,
                    "ResponseTemplates": { "application/json": template },
                }],
            },
            "ResourceId": resource,
            "RestApiId": api,
        })
    }
}

/// A mapping template that answers with the caller's own origin if it is one of those allowed. Its text is a part
/// of the templates that services have deployed.
fn origin_template(origins: &[EcoString]) -> EcoString {
    let tests: Vec<String> =
        origins.iter().map(|it| format!("$origin.matches(\"{}\")", it.replace(".", "[.]").replacen("*", ".+", 1))).collect();
    let tests = tests.join(" || ");
    [
        "#set($origin = $input.params(\"Origin\"))\n",
        "#if($origin == \"\") #set($origin = $input.params(\"origin\")) #end\n",
        &format!("#if({tests}) #set($context.responseOverride.header.Access-Control-Allow-Origin = $origin) #end"),
    ]
    .concat()
    .into()
}
