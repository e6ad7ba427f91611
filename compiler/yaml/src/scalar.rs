//! Plain scalars by YAML 1.2's core schema, as js-yaml 4 reads it.

use crate::NodeKind;

/// What a plain scalar without a tag means.
pub(crate) fn resolve(text: &str) -> NodeKind {
    // Most scalars begin with a letter that begins no constant.
    match text.as_bytes().first() {
        None => NodeKind::Null,
        Some(b'~' | b'n' | b'N' | b't' | b'T' | b'f' | b'F') => {
            constant(text).unwrap_or_else(|| NodeKind::String(text.into()))
        }
        Some(b'0'..=b'9' | b'+' | b'-' | b'.') => {
            number(text).map_or_else(|| NodeKind::String(text.into()), NodeKind::Number)
        }
        Some(_) => NodeKind::String(text.into()),
    }
}

/// What a scalar means that is tagged with a type of the core schema (`!!int`); its text where it does not fit.
pub(crate) fn resolve_as(tag: &str, text: &str) -> NodeKind {
    let fitting = match tag {
        "null" if text.is_empty() => Some(NodeKind::Null),
        "null" => constant(text).filter(|it| matches!(it, NodeKind::Null)),
        "bool" => constant(text).filter(|it| matches!(it, NodeKind::Bool(_))),
        "int" => {
            let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
            integer(digits).and_then(|_| number(text)).map(NodeKind::Number)
        }
        "float" => number(text).filter(|_| !text.contains(['x', 'o', 'b'])).map(NodeKind::Number),
        _ => None,
    };
    fitting.unwrap_or_else(|| NodeKind::String(text.into()))
}

fn constant(text: &str) -> Option<NodeKind> {
    match text {
        "~" | "null" | "Null" | "NULL" => Some(NodeKind::Null),
        "true" | "True" | "TRUE" => Some(NodeKind::Bool(true)),
        "false" | "False" | "FALSE" => Some(NodeKind::Bool(false)),
        _ => None,
    }
}

/// The number that `text` writes, if it is one.
pub(crate) fn number(text: &str) -> Option<f64> {
    if matches!(text, ".nan" | ".NaN" | ".NAN") {
        return Some(f64::NAN);
    }
    let (sign, digits) = match text.split_at_checked(1) {
        Some(("-", rest)) => (-1.0, rest),
        Some(("+", rest)) => (1.0, rest),
        _ => (1.0, text),
    };
    if matches!(digits, ".inf" | ".Inf" | ".INF") {
        return Some(sign * f64::INFINITY);
    }
    // `+.5` is no number to js-yaml: its fractions without a whole part take no sign.
    if digits.starts_with('.') && digits.len() != text.len() {
        return None;
    }
    let magnitude = integer(digits).or_else(|| float(digits))?;
    magnitude.is_finite().then_some(sign * magnitude)
}

fn integer(digits: &str) -> Option<f64> {
    let with_radix = |digits: &str, radix: u32| {
        let valid = !digits.is_empty() && digits.chars().all(|it| it.is_digit(radix));
        let numerals = digits.chars().filter_map(|it| it.to_digit(radix));
        valid.then(|| numerals.fold(0.0, |all, it| all * f64::from(radix) + f64::from(it)))
    };
    match digits.split_at_checked(2) {
        Some(("0b", rest)) => with_radix(rest, 2),
        Some(("0x", rest)) => with_radix(rest, 16),
        Some(("0o", rest)) => with_radix(rest, 8),
        _ if !digits.is_empty() && digits.bytes().all(|it| it.is_ascii_digit()) => digits.parse().ok(),
        _ => None,
    }
}

/// Digits with a point or an exponent: `1.5`, `.5`, `1.`, `1e3`.
fn float(digits: &str) -> Option<f64> {
    let (mantissa, exponent) = match digits.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (digits, None),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all_digits = |it: &str| it.bytes().all(|it| it.is_ascii_digit());
    let exponent_fits = exponent.is_none_or(|it| {
        let it = it.strip_prefix(['+', '-']).unwrap_or(it);
        !it.is_empty() && all_digits(it)
    });
    let some_digits = !(whole.is_empty() && fraction.is_empty());
    let fits = all_digits(whole) && all_digits(fraction) && some_digits && exponent_fits;
    fits.then(|| digits.parse().ok()).flatten()
}
