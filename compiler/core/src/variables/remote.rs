//! Values that only AWS, or a program of the service, knows: what resolving asks for, and what was answered.
//!
//! Resolving does not ask anybody. It notes a [`Request`] for each value that it lacks, and takes the [`Outcome`] from
//! the options when it is called again; who may use the network, or run programs, asks in between. The editor never
//! does, and `slsc check` never uses the network, so that such a value stays unknown, with its reason.

use std::collections::BTreeMap;
use std::fmt;

use ecow::EcoString;

use crate::value::Value;

/// A value that is asked for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Request {
    /// The account that is deployed to.
    Account,
    /// An output of a CloudFormation stack.
    StackOutput {
        /// The region, if it is not the service's own.
        region: Option<EcoString>,
        /// The stack.
        stack: EcoString,
        /// The output.
        output: EcoString,
    },
    /// The text of an object in S3.
    Object {
        /// The bucket.
        bucket: EcoString,
        /// The key.
        key: EcoString,
    },
    /// A parameter of the SSM Parameter Store, or a secret below `/aws/reference/secretsmanager/`.
    Parameter {
        /// The region, if it is not the service's own.
        region: Option<EcoString>,
        /// The path.
        path: EcoString,
        /// Whether the text is taken as it is: no list is parted, no JSON read.
        raw: bool,
        /// Whether a secure text stays as it is encrypted.
        encrypted: bool,
    },
    /// What a program of the service gives.
    Program {
        /// The path of its file, as it is written.
        path: EcoString,
        /// Which of its exports, with dots.
        address: Option<EcoString>,
    },
    /// A value of a source that a plugin brings.
    Plugin {
        /// The source.
        source: EcoString,
        /// Its parameters, in JSON.
        params: Vec<EcoString>,
        /// The address, in JSON.
        address: Option<EcoString>,
    },
}

impl Request {
    /// Whether a program on this machine answers it, not AWS.
    pub fn is_local(&self) -> bool {
        matches!(self, Request::Program { .. } | Request::Plugin { .. })
    }
}

/// As a variable is written.
impl fmt::Display for Request {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (source, words, address) = match self {
            Request::Account => ("aws", String::new(), Some("accountId".to_owned())),
            Request::StackOutput { region, stack, output } => {
                ("cf", region.clone().unwrap_or_default().into(), Some(format!("{stack}.{output}")))
            }
            Request::Object { bucket, key } => ("s3", String::new(), Some(format!("{bucket}/{key}"))),
            Request::Parameter { region, path, raw, encrypted } => {
                let mut words: Vec<&str> = region.iter().map(EcoString::as_str).collect();
                words.extend(raw.then_some("raw"));
                words.extend(encrypted.then_some("noDecrypt"));
                ("ssm", words.join(", "), Some(path.to_string()))
            }
            Request::Program { path, address } => {
                ("file", path.to_string(), address.as_ref().map(ToString::to_string))
            }
            Request::Plugin { source, params, address } => {
                let plain = |it: &EcoString| it.trim_matches('"').to_owned();
                let words: Vec<String> = params.iter().map(plain).collect();
                (source.as_str(), words.join(", "), address.as_ref().map(plain))
            }
        };
        write!(out, "${{{source}")?;
        if !words.is_empty() {
            write!(out, "({words})")?;
        }
        match address {
            Some(address) => write!(out, ":{address}}}"),
            None => write!(out, "}}"),
        }
    }
}

/// What was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The value.
    Found(Value),
    /// There is none: fallbacks are asked.
    Missing,
    /// It could not be asked for. No fallback stands in for that.
    Failed {
        /// Why not.
        message: EcoString,
        /// What to do about it.
        help: EcoString,
    },
    /// Nobody here can know it: why not, in words that end a sentence.
    Unknown(EcoString),
}

/// The answers so far.
pub type Outcomes = BTreeMap<Request, Outcome>;

/// The type of a parameter in the SSM Parameter Store
/// (<https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_Parameter.html>).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParameterType {
    /// `String`.
    Text,
    /// `StringList`: texts with commas between them.
    List,
    /// `SecureString`, and every secret: its text may be JSON.
    Secure,
}

/// The value of a parameter whose text is `text`: a list in its parts, an object in JSON as an object, unless the
/// variable asks for the text as it is.
pub fn parameter(kind: ParameterType, text: &str, raw: bool) -> Value {
    match kind {
        ParameterType::List if !raw => Value::array(text.split(',').map(Value::from)),
        ParameterType::Secure if !raw && text.starts_with('{') => json(text).unwrap_or_else(|| text.into()),
        _ => Value::from(text),
    }
}

/// The value of a text in JSON; `None` if it is not JSON.
pub fn json(text: &str) -> Option<Value> {
    let parsed = slsc_yaml::parse_json(text);
    parsed.problems.is_empty().then(|| crate::document::value(&parsed))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_is_what_its_type_says() {
        let value = |kind, text, raw| parameter(kind, text, raw).to_json();
        assert_eq!(value(ParameterType::Text, "{\"a\":1}", false), r#""{\"a\":1}""#);
        assert_eq!(value(ParameterType::List, "a,b", false), r#"["a","b"]"#);
        assert_eq!(value(ParameterType::List, "a,b", true), r#""a,b""#);
        assert_eq!(value(ParameterType::Secure, "{\"a\":{\"b\":[1]}}", false), r#"{"a":{"b":[1]}}"#);
        assert_eq!(value(ParameterType::Secure, "{\"a\":1}", true), r#""{\"a\":1}""#);
        assert_eq!(value(ParameterType::Secure, "{not json", false), r#""{not json""#);
        assert_eq!(value(ParameterType::Secure, "12", false), r#""12""#);
    }

    #[test]
    fn a_request_is_shown_as_it_is_written() {
        let ssm = Request::Parameter {
            region: Some("eu-west-1".into()),
            path: "/a".into(),
            raw: true,
            encrypted: false,
        };
        assert_eq!(ssm.to_string(), "${ssm(eu-west-1, raw):/a}");
        let program = Request::Program { path: "x.js".into(), address: None };
        assert_eq!(program.to_string(), "${file(x.js)}");
        let plugin = Request::Plugin {
            source: "vault".into(),
            params: vec!["\"kv\"".into()],
            address: Some("\"a.b\"".into()),
        };
        assert_eq!(plugin.to_string(), "${vault(kv):a.b}");
    }
}
