//! Time zones by their names in the IANA database, which is built in.

use std::sync::LazyLock;

use ecow::{EcoString, eco_format};
use jiff::tz::{TimeZone, TimeZoneDatabase};

use crate::diagnostic::{Severity, nearest};
use crate::rules;
use crate::shape::grammar::{Fault, Grammar, GrammarKind};

/// The most characters of a name.
const LONGEST: usize = 50;

/// The built-in database; nothing is read from the machine.
static BUILT_IN: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);

static NAMES: LazyLock<Vec<EcoString>> = LazyLock::new(|| {
    let names = BUILT_IN.available().map(|it| EcoString::from(it.as_str()));
    let mut names: Vec<EcoString> = names.filter(|it| it != "Factory" && it != "posixrules").collect();
    names.sort();
    names
});

/// The names of time zones as they are written.
pub const GRAMMAR: Grammar = Grammar { kind: GrammarKind::TimeZone, check: |text, _| check(text), proposals };

/// The time zone called `name`.
pub fn find(name: &str) -> Option<TimeZone> {
    BUILT_IN.get(name).ok()
}

fn proposals() -> Vec<(EcoString, EcoString)> {
    NAMES.iter().map(|it| (it.clone(), EcoString::new())).collect()
}

/// What is wrong with the name of a time zone.
pub fn check(text: &str) -> Vec<Fault> {
    let whole = 0..text.len();
    let length = text.chars().count();
    if length == 0 || length > LONGEST {
        let message = eco_format!("{length} characters are not between 1 and {LONGEST}");
        let fault = Fault::new(&rules::OUT_OF_RANGE, whole, message);
        return vec![fault.help("write a name such as `Europe/Berlin`")];
    }
    if NAMES.iter().any(|it| it == text) {
        return Vec::new();
    }
    let fault = Fault::new(&rules::UNKNOWN_TIME_ZONE, whole, eco_format!("there is no time zone `{text}`"));
    if let Some(proper) = NAMES.iter().find(|it| it.eq_ignore_ascii_case(text)) {
        let fault = fault.level(Severity::Warning).why("the names are documented in this letter case only");
        return vec![fault.help(eco_format!("write `{proper}`")).instead(proper.clone())];
    }
    vec![match similar(text) {
        Some(near) => fault.help(eco_format!("did you mean `{near}`?")).instead(near),
        None => fault.help("write a name of the IANA database such as `Europe/Berlin` or `America/New_York`"),
    }]
}

/// The name that is most likely meant: by a slip of the pen, by the city alone, or by an abbreviation.
fn similar(text: &str) -> Option<EcoString> {
    let text = text.trim().replace(' ', "_");
    let known = match text.to_ascii_uppercase().as_str() {
        "PST" | "PDT" | "PT" => Some("America/Los_Angeles"),
        "MDT" | "MT" => Some("America/Denver"),
        "CST" | "CDT" | "CT" => Some("America/Chicago"),
        "EDT" | "ET" => Some("America/New_York"),
        "BST" => Some("Europe/London"),
        "CEST" => Some("Europe/Berlin"),
        "EEST" => Some("Europe/Helsinki"),
        "IST" => Some("Asia/Kolkata"),
        "JST" => Some("Asia/Tokyo"),
        "AEST" | "AEDT" => Some("Australia/Sydney"),
        _ => None,
    };
    let city = || {
        let wanted = text.rsplit('/').next().unwrap_or_default();
        let named = |it: &&EcoString| it.rsplit('/').next().is_some_and(|it| it.eq_ignore_ascii_case(wanted));
        NAMES.iter().filter(|it| it.contains('/')).find(named).cloned()
    };
    let near = || nearest(&text, NAMES.iter().map(EcoString::as_str)).map(EcoString::from);
    known.map(EcoString::from).or_else(city).or_else(near)
}
