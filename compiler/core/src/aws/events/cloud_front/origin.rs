//! The origin of a `cloudFront` event: a URL or CloudFront's own settings, and the id that it has in the distribution.

use ecow::{EcoString, eco_format};

use super::config::OriginSettings;
use crate::aws::naming;
use crate::aws::resources::user::without_null;
use crate::json;
use crate::shape::{AsWritten, Shape, StringShape, Text, Typed};
use crate::value::{Object, Value};

/// Where CloudFront gets what it does not keep.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub enum Origin {
    /// A URL: `s3://` for a bucket.
    Url(OriginUrl),
    /// CloudFront's own settings.
    Settings(Box<AsWritten<OriginSettings>>),
}

/// A URL of an origin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OriginUrl(pub Text);

impl Typed for OriginUrl {
    // RFC 3986, section 3, without the inner form of IPv6 addresses.
    const SHAPE: &'static Shape = &Shape::String(StringShape {
        noun: "a URL",
        pattern: Some(concat!(
            r"(?i)^[a-z][a-z0-9+.-]*:",
            r"(//?(([a-z0-9._~!$&'()*+,;=:-]|%[0-9a-f]{2})*@)?",
            r"(\[[0-9a-fv.:]+\]|([a-z0-9._~!$&'()*+,;=-]|%[0-9a-f]{2})*)(:\d*)?",
            r"(/([a-z0-9._~!$&'()*+,;=:@-]|%[0-9a-f]{2})*)*",
            r"|/?([a-z0-9._~!$&'()*+,;=:@-]|%[0-9a-f]{2})+(/([a-z0-9._~!$&'()*+,;=:@-]|%[0-9a-f]{2})*)*)",
            r"(\?([a-z0-9._~!$&'()*+,;=:@/?-]|%[0-9a-f]{2})*)?",
            r"(#([a-z0-9._~!$&'()*+,;=:@/?-]|%[0-9a-f]{2})*)?$",
        )),
        grammar: None,
    });

    fn decode(value: &Value) -> Option<OriginUrl> {
        Text::decode(value).map(OriginUrl)
    }
}

impl Origin {
    /// The origin as it stands in the distribution, without its id. `None` where a URL names no server.
    pub fn settings(&self) -> Option<Object> {
        match self {
            Origin::Settings(settings) => without_null(&settings.written).as_object().cloned(),
            Origin::Url(url) => {
                let url = parse(&url.0)?;
                let mut settings = Object::new();
                settings.insert("DomainName", url.host);
                settings.insert_some("OriginPath", (url.path.len() > 1).then_some(url.path));
                if url.scheme == "s3" {
                    settings.insert("S3OriginConfig", Object::new());
                } else {
                    settings.insert("CustomOriginConfig", json!({ "OriginProtocolPolicy": "match-viewer" }));
                }
                Some(settings)
            }
        }
    }
}

/// The id of an origin: its kind, its server and its folder. Events with origins of one id share them.
pub fn id(settings: &Object) -> EcoString {
    let kind = if settings.get("S3OriginConfig").is_some_and(Value::is_truthy) { "s3" } else { "custom" };
    let domain = match settings.get("DomainName") {
        Some(Value::String(name)) => name.clone(),
        Some(other) => naming::alphanumeric(&other.to_json()),
        None => EcoString::new(),
    };
    let path = settings.get("OriginPath").and_then(Value::as_str).unwrap_or_default();
    eco_format!("{kind}/{domain}{path}")
}

#[derive(Debug, PartialEq, Eq)]
struct Url {
    scheme: String,
    host: EcoString,
    path: EcoString,
}

/// Reads a URL as Node's `url.parse` does, which the framework uses: names of servers are put into lower case, and a
/// scheme that is not HTTP's needs no slashes before the server.
fn parse(url: &str) -> Option<Url> {
    let (scheme, rest) = url.split_once(':')?;
    let scheme = scheme.to_ascii_lowercase();
    let with_slashes = ["http", "https", "ftp", "gopher", "file", "ws", "wss"].contains(&scheme.as_str());
    let (authority, path) = match rest.strip_prefix("//") {
        Some(rest) => split_before(rest, &['/', '?', '#']),
        None if with_slashes => ("", rest),
        None => split_before(rest, &['/', '?', '#']),
    };
    // What stands before the last `@` is a name and a password.
    let server = authority.rsplit('@').next().unwrap_or_default();
    let (server, odd) = split_before(server, &['%', '\'', ';']);
    let host = match server.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|it| it.is_ascii_digit()) => host,
        _ => server,
    };
    let host = host.strip_prefix('[').and_then(|it| it.strip_suffix(']')).unwrap_or(host);
    if host.is_empty() {
        return None;
    }
    let (path, _) = split_before(path, &['?', '#']);
    Some(Url {
        scheme,
        host: host.to_ascii_lowercase().into(),
        path: eco_format!("{odd}{path}").replace("'", "%27"),
    })
}

/// `text` parted before the first of `ends`.
fn split_before<'a>(text: &'a str, ends: &[char]) -> (&'a str, &'a str) {
    text.find(ends).and_then(|at| text.split_at_checked(at)).unwrap_or((text, ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_read_as_node_reads_them() {
        let shown = |url: &str| parse(url).map(|it| format!("{} {} {}", it.scheme, it.host, it.path));
        let read = |url: &str| shown(url).unwrap_or_default();
        assert_eq!(read("https://Example.com:8443/App/x?q=1#y"), "https example.com /App/x");
        assert_eq!(read("S3://bucket.s3.amazonaws.com"), "s3 bucket.s3.amazonaws.com ");
        assert_eq!(read("https://me:secret@example.com/it's"), "https example.com /it%27s");
        assert_eq!(read("http://[::1]:80/"), "http ::1 /");
        assert_eq!(read("s3:bucket/files"), "s3 bucket /files");
        assert_eq!(shown("https:example.com"), None);
    }
}
