//! Plain scalars by YAML 1.2's core schema, as js-yaml 4 reads it.

use crate::NodeKind;

/// What a plain scalar means.
pub(crate) fn resolve(text: &str) -> NodeKind {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => NodeKind::Null,
        "true" | "True" | "TRUE" => NodeKind::Bool(true),
        "false" | "False" | "FALSE" => NodeKind::Bool(false),
        _ => number(text).map_or_else(|| NodeKind::String(text.into()), NodeKind::Number),
    }
}

/// The number that `text` writes, if it is one.
pub(crate) fn number(text: &str) -> Option<f64> {
    let first = *text.as_bytes().first()?;
    if !(first.is_ascii_digit() || matches!(first, b'+' | b'-' | b'.')) {
        return None;
    }
    let (sign, digits) = match text.split_at_checked(1) {
        Some(("-", rest)) => (-1.0, rest),
        Some(("+", rest)) => (1.0, rest),
        _ => (1.0, text),
    };
    let magnitude = match digits {
        ".inf" | ".Inf" | ".INF" => Some(f64::INFINITY),
        _ if matches!(text, ".nan" | ".NaN" | ".NAN") => Some(f64::NAN),
        _ => integer(digits).or_else(|| float(digits)),
    };
    magnitude.map(|it| sign * it)
}

fn integer(digits: &str) -> Option<f64> {
    let with_radix = |digits: &str, radix: u32| {
        let valid = !digits.is_empty() && digits.chars().all(|it| it.is_digit(radix));
        valid.then(|| digits.chars().filter_map(|it| it.to_digit(radix)).fold(0.0, |all, it| all * f64::from(radix) + f64::from(it)))
    };
    match digits.split_at_checked(2) {
        Some(("0b", rest)) => with_radix(rest, 2),
        Some(("0x", rest)) => with_radix(rest, 16),
        Some(("0o", rest)) => with_radix(rest, 8),
        _ if !digits.is_empty() && digits.bytes().all(|it| it.is_ascii_digit()) => digits.parse().ok(),
        _ => None,
    }
}

/// Digits with one point and an exponent: `1.5`, `.5`, `1.`, `1e3`.
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
    let fits = all_digits(whole) && all_digits(fraction) && !(whole.is_empty() && fraction.is_empty()) && exponent_fits;
    fits.then(|| digits.parse().ok()).flatten()
}
