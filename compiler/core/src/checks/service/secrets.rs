//! Secrets in plain text, in all files that the configuration is made of, as they are written.
//!
//! <https://docs.aws.amazon.com/secretsmanager/latest/userguide/best-practices.html>

use std::ops::Range;

use ecow::{EcoString, eco_format};
use regex_lite::Regex;
use std::sync::LazyLock;

use super::Facts;
use crate::db::File;
use crate::diagnostic::{Diagnostic, Part, Place};
use crate::path::{Path, Segment};
use crate::rules;
use crate::value::Value;

/// Forms that only secrets have: what they are, a piece that each has, and the form.
const FORMS: &[(&str, &str, &str)] = &[
    ("a key of AWS", "IA", r"\b(?:AKIA|ASIA)[A-Z0-9]{14,16}\b"),
    ("a private key", "PRIVATE KEY", r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----"),
    ("a token of GitHub", "gh", r"\bgh[pousr]_[A-Za-z0-9]{30,}\b"),
    ("a token of GitHub", "github_pat_", r"\bgithub_pat_[A-Za-z0-9_]{22,}\b"),
    ("a token of GitLab", "glpat-", r"\bglpat-[A-Za-z0-9_-]{20,}"),
    ("a token of Slack", "xox", r"\bxox[abeoprs]-[A-Za-z0-9-]{10,}"),
    (
        "a webhook of Slack",
        "hooks.slack.com",
        r"hooks\.slack\.com/services/T[A-Z0-9]{6,}/B[A-Z0-9]{6,}/[A-Za-z0-9]{16,}",
    ),
    ("a key of Stripe", "k_live_", r"\b[sr]k_live_[A-Za-z0-9]{16,}"),
    ("a key of Stripe", "k_test_", r"\b[sr]k_test_[A-Za-z0-9]{16,}"),
    ("a webhook of Discord", "/api/webhooks/", r"discord(?:app)?\.com/api/webhooks/\d+/[A-Za-z0-9_-]{20,}"),
    ("a name with its password", "Basic ", r"\bBasic [A-Za-z0-9+/]{8,}={1,2}"),
    ("a key of Google", "AIza", r"\bAIza[A-Za-z0-9_-]{35}"),
    ("a key of SendGrid", "SG.", r"\bSG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}"),
    ("a token of npm", "npm_", r"\bnpm_[A-Za-z0-9]{36}\b"),
    ("a key of OpenAI", "sk-", r"\bsk-(?:proj-)?[A-Za-z0-9]{32,}"),
    ("a key of Anthropic", "sk-ant-", r"\bsk-ant-[A-Za-z0-9_-]{24,}"),
    ("a token of Shopify", "shp", r"\bshp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}\b"),
    ("a token of DigitalOcean", "dop_v1_", r"\bdop_v1_[a-f0-9]{64}\b"),
    ("a token", "Bearer ", r"\bBearer [A-Za-z0-9._~+/-]*[0-9][A-Za-z0-9._~+/-]{12,}"),
    ("a JSON Web Token", "eyJ", r"\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}"),
];

/// An address with a name and a password.
const ADDRESS: &str = r"\b[a-z][a-z0-9+.-]*://[^\s:/@?#]*:([^\s@/?#]+)@([^\s/:?#]+)";

/// The password of a connection that is written as `Server=...;Password=...`.
const CONNECTION: &str = r"(?i);\s*(?:password|pwd)=([^;\s]{6,})";

static COMPILED: LazyLock<Vec<(&str, &str, Regex)>> = LazyLock::new(|| {
    FORMS.iter().filter_map(|(noun, piece, form)| Some((*noun, *piece, Regex::new(form).ok()?))).collect()
});
static WITH_PASSWORD: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(ADDRESS).ok());
static WITH_SETTINGS: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(CONNECTION).ok());

/// Finds secrets that are written out.
pub fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    for (file, document) in &facts.documents {
        document.visit(&mut Path::root(), &mut |path, value| {
            if let Value::String(text) = value
                && let Some(secret) = secret(path, text, document)
            {
                found.push(report(*file, path, secret));
            }
            true
        });
    }
}

/// What a secret is, and where it stands in its text; all of the text if that is the secret.
struct Secret {
    message: EcoString,
    within: Option<Range<usize>>,
}

fn report(file: File, path: &Path, Secret { message, within }: Secret) -> Diagnostic {
    let at = Place::Written { file, path: path.clone(), part: Part::Value, within };
    Diagnostic::new(&rules::PLAIN_SECRET, at, message)
        .why("all who read the repository, the template or the function's configuration read it, too")
        .help("keep it in Secrets Manager, where a function reads it when it starts, and a resource has it by `{{resolve:secretsmanager:name}}`; change what has been committed")
}

fn secret(path: &Path, text: &str, document: &Value) -> Option<Secret> {
    // Words are no secrets, and most texts are words.
    if text.len() < 6 {
        return None;
    }
    if text.len() >= 16 {
        for (noun, piece, form) in COMPILED.iter().filter(|it| text.contains(it.1)) {
            if let Some(it) = form.find(text) {
                let message = eco_format!("{noun} stands in plain text: `{}...`", start(it.as_str(), piece));
                return Some(Secret { message, within: Some(it.range()) });
            }
        }
        let address = WITH_PASSWORD.as_ref().filter(|_| text.contains("://") && text.contains('@'));
        if let Some(groups) = address.and_then(|it| it.captures(text))
            && let (Some(password), Some(host)) = (groups.get(1), groups.get(2))
            && !is_local(host.as_str())
            && !is_placeholder(password.as_str())
        {
            let message = "the password of an address stands in plain text".into();
            return Some(Secret { message, within: Some(password.range()) });
        }
        let settings = WITH_SETTINGS.as_ref().filter(|_| text.contains(';'));
        if let Some(password) = settings.and_then(|it| it.captures(text)?.get(1))
            && !is_placeholder(password.as_str())
        {
            let message = "the password of a connection stands in plain text".into();
            return Some(Secret { message, within: Some(password.range()) });
        }
    }
    let key = name(path, document)?;
    let kind = kind(&key)?;
    let likely = |text: &str| match kind {
        "password" => is_password(text) || is_word_for_a_password(text),
        "key of an API" => is_password(text),
        "secret" => is_random(text) || text.starts_with("super-secret") || text.starts_with("supersecret"),
        "value of a secret" => !is_placeholder(text) && !text.starts_with("arn:"),
        _ => is_random(text),
    };
    let message = || eco_format!("`{key}` holds a {kind} in plain text");
    // What a variable falls back to: `${env:PASSWORD, 'hunter2'}`.
    if text.contains("${") {
        let fallback = fallbacks(text).find(|it| likely(text.get(it.clone()).unwrap_or_default()))?;
        return Some(Secret { message: message(), within: Some(fallback) });
    }
    likely(text).then(|| Secret { message: message(), within: None })
}

/// The texts in quotes that variables fall back to.
fn fallbacks(text: &str) -> impl Iterator<Item = Range<usize>> {
    text.match_indices(", ").filter_map(|(at, _)| {
        let start = at + 3;
        let quote = text.get(start - 1..start).filter(|it| *it == "'" || *it == "\"")?;
        let end = start + text.get(start..)?.find(quote)?;
        (end > start + 5).then_some(start..end)
    })
}

/// The start of a secret, which says what it is: four letters, or more where all of its kind begin so.
fn start<'t>(secret: &'t str, piece: &str) -> &'t str {
    let end = secret.find(piece).map_or(0, |it| it + piece.len());
    secret.get(..end.max(4)).unwrap_or_default().trim_end()
}

/// The key that a text stands at.
fn name(path: &Path, document: &Value) -> Option<EcoString> {
    let mut keys = path.segments().iter().rev();
    let Some(Segment::Key(key)) = keys.next() else { return None };
    let above = keys.next();
    // `apiKeys: - value: ...` of API Gateway, and the values that a secret of `resources` is made with.
    match (key.as_str(), above) {
        ("value", Some(Segment::Index(_))) if keys.next() == Some(&Segment::from("apiKeys")) => {
            Some("apiKeys".into())
        }
        // The same below the name of a usage plan.
        ("value", Some(Segment::Index(_)))
            if path.segments().iter().rev().nth(4) == Some(&Segment::from("apiKeys")) =>
        {
            Some("apiKey".into())
        }
        // `stackParameters: - {ParameterKey: Password, ParameterValue: ...}`.
        ("ParameterValue", Some(Segment::Index(_))) => {
            document.at(&path.parent())?.get("ParameterKey")?.as_str().map(Into::into)
        }
        // `Parameters: {Password: {Default: ...}}`.
        ("Default", Some(Segment::Key(parameter))) => Some(parameter.clone()),
        _ => Some(key.clone()),
    }
}

/// What a key of this name holds: a password, or something random.
pub(super) fn kind(key: &str) -> Option<&'static str> {
    let plain: String =
        key.chars().filter(|it| !matches!(it, '_' | '-' | '.')).flat_map(char::to_lowercase).collect();
    let ends = |words: &[&str]| words.iter().any(|it| plain.ends_with(it));
    let upper = key.to_uppercase();
    if ends(&["password", "passwd", "passphrase", "pwd"])
        || upper.ends_with("_PASS")
        || upper.ends_with("_PW")
    {
        Some("password")
    } else if key == "apiKeys" {
        Some("key of an API")
    } else if key == "SecretString" {
        Some("value of a secret")
    } else if ends(&["token", "apitoken"]) {
        Some("token")
    } else if ends(&["secret", "clientsecret", "secretkey", "secretaccess", "credentials"]) {
        Some("secret")
    } else if ends(&[
        "apikey",
        "accesskey",
        "privatekey",
        "encryptionkey",
        "signingkey",
        "authkey",
        "apikeyvalue",
    ]) {
        Some("key")
    } else {
        None
    }
}

fn is_local(host: &str) -> bool {
    matches!(host, "localhost" | "127.0.0.1" | "0.0.0.0" | "host.docker.internal") || host.contains("${")
}

/// Whether a text stands for a secret that is filled in elsewhere, or is none for sure.
fn is_placeholder(text: &str) -> bool {
    const WORDS: [&str; 28] = [
        "changeme",
        "change-me",
        "change_me",
        "example",
        "dummy",
        "test",
        "fake",
        "placeholder",
        "your",
        "todo",
        "xxx",
        "local",
        "sample",
        "none",
        "null",
        "undefined",
        "redacted",
        "secret:",
        "insert",
        "replace",
        "enter",
        "mock",
        "******",
        "....",
        "notset",
        "not-set",
        "keyvalue",
        "valuefor",
    ];
    let lower = text.to_lowercase();
    let plain = ["password", "secret", "token", "admin", "postgres", "root", "pass", "user", "mysql"];
    text.contains("${")
        || text.contains("{{")
        || text.contains("<")
        || text.contains("%(")
        || text.starts_with('$')
        || text.starts_with('!')
        || plain.contains(&lower.as_str())
        || WORDS.iter().any(|it| lower.contains(it))
}

/// Whether a text is a reference to something: an ARN, a path, an address, a name.
fn is_reference(text: &str) -> bool {
    text.starts_with("arn:")
        || text.starts_with('/')
        || text.starts_with("./")
        || text.starts_with("../")
        || text.starts_with("alias/")
        || text.starts_with("ssm:")
        || text.contains("://")
        || text.contains(char::is_whitespace)
        || text.ends_with(".json")
        || text.ends_with(".pem")
        || text.ends_with(".com")
        || text.contains(".Arn")
        || text.contains("request.")
}

/// Whether somebody chose this as a password.
fn is_password(text: &str) -> bool {
    let letters = text.chars().any(char::is_alphabetic);
    let other = text.chars().any(|it| it.is_ascii_digit() || "!@#$%^&*+=?~".contains(it));
    // A path of words is the name of a password.
    let name = text.contains('/') && text.split('/').count() > 2;
    letters && other && !name && !is_placeholder(text) && !is_reference(text)
}

/// Whether this is one word that people take for a password; a name of one has several.
fn is_word_for_a_password(text: &str) -> bool {
    let lower = text.to_lowercase();
    let known =
        ["secret", "password", "passwort"].iter().any(|it| lower.contains(it) && lower.len() > it.len());
    known && lower.bytes().all(|it| it.is_ascii_alphanumeric()) && !is_placeholder(text)
}

/// Whether a text looks as if a machine had made it: long, with letters and digits, none of them often.
fn is_random(text: &str) -> bool {
    if text.len() < 16 || (is_placeholder(text) && !text.contains("EXAMPLEKEY")) || is_reference(text) {
        return false;
    }
    let letters = text.chars().filter(|it| it.is_ascii_alphabetic()).count();
    let digits = text.chars().filter(|it| it.is_ascii_digit()).count();
    // Words with dashes between them are names.
    let longest = text.split(['-', '_', '.', '/', ':']).map(str::len).max().unwrap_or_default();
    let mixed = text.len() >= 32 && digits >= 1 && text.bytes().any(|it| it.is_ascii_uppercase());
    letters >= 4 && (digits >= 3 || mixed) && (longest >= 12 || text.len() == 36) && entropy(text) > 3.0
}

/// Bits that a letter of the text has on average.
fn entropy(text: &str) -> f64 {
    let count = text.chars().count() as f64;
    let mut letters: Vec<char> = text.chars().collect();
    letters.sort_unstable();
    letters
        .chunk_by(|a, b| a == b)
        .map(|run| {
            let share = run.len() as f64 / count;
            -share * share.log2()
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(key: &str, text: &str) -> bool {
        secret(&Path::from(["provider", "environment", key]), text, &Value::Null).is_some()
    }

    #[test]
    fn secrets_are_told_from_names() {
        assert!(found("DB_PASSWORD", "Tr0ub4dor&3"));
        assert!(found("DB_PASSWORD", "hunter2!Xk93"));
        assert!(found("API_KEY", "9f8b7c6d5e4f3a2b1c0d9e8f7a6b5c4d"));
        assert!(found("SMTP_PASS", "p8Zk!2mQwe91") && !found("BYPASS", "p8Zk!2mQwe91"));
        assert!(found("DB_PASSWORD", "${env:DB_PASSWORD, 'Sup3rS3cret99'}"));
        assert!(!found("DB_PASSWORD", "${env:DB_PASSWORD, 'local'}"));
        assert!(found("DB_PASSWORD", "supersecret") && !found("DB_PASSWORD", "db-password"));
        assert!(found("URL", "redis://:p4ssw0rd99@cache.shop.net:6379"));
        assert!(found("URL", "Server=db.shop.net;User=app;Password=Tr0ub4dor3;"));
        assert!(found("SecretString", "{\"password\": \"hunter2\"}"));
        assert!(found("URL", "postgres://admin:Tr0ub4dor3@db.shop.net:5432/shop"));
        for name in ["changeme1", "${ssm:/db/password}", "/app/db/password1", "test1234", "orders-db"] {
            assert!(!found("DB_PASSWORD", name), "{name}");
        }
        for name in
            ["x-api-key", "orders-service-api-key-v2", "arn:aws:secretsmanager:eu-west-1:1:secret:a1b2c3d4"]
        {
            assert!(!found("API_KEY", name), "{name}");
        }
        assert!(!found("TOKEN_TABLE", "9f8b7c6d5e4f3a2b1c0d9e8f7a6b5c4d"));
        assert!(!found("URL", "postgres://admin:${env:PASSWORD}@db.shop.net/shop"));
    }
}
