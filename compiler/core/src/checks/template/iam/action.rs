//! The actions of a statement exist, and act on what its resources are.

use ecow::{EcoString, eco_format};

use super::Kind;
use super::arn;
use super::resource::{Named, named};
use super::table::{Action, Actions, prefixes};
use crate::checks::template::Facts;
use crate::checks::template::places::inside;
use crate::diagnostic::{Diagnostic, Place, nearest};
use crate::path::Path;
use crate::rules;
use crate::value::{Object, Value};

/// Actions that AWS's reference leaves out, and that AWS's own policies have.
const TAKEN: [&str; 4] =
    ["sns:Receive", "sqs:ChangeMessageVisibilityBatch", "sqs:DeleteMessageBatch", "sqs:SendMessageBatch"];

/// Looks at the actions and resources of a statement.
pub fn check(
    facts: &Facts<'_>,
    kind: Kind,
    statement: &Object,
    path: &Path,
    actions: &mut Actions,
    found: &mut Vec<Diagnostic>,
) {
    let mut known = Vec::new();
    for key in ["Action", "NotAction"] {
        for (path, text) in texts(statement.get(key), &path.join(key)) {
            if kind == Kind::Trust && !text.to_lowercase().starts_with("sts") {
                found.push(not_of_trust(text, path));
                continue;
            }
            match of_text(text, &path, actions) {
                Ok(action) if key == "Action" => known.extend(action.map(|it| (path, text, it))),
                Ok(_) => {}
                Err(diagnostic) => found.push(*diagnostic),
            }
        }
    }
    let needs_arn = matches!(kind, Kind::Identity | Kind::Resource { needs_arn: true, .. });
    let Some(resources) = statement.get("Resource").filter(|_| needs_arn) else { return };
    let path = path.join("Resource");
    let items: Vec<(Path, &Value)> = match resources {
        Value::Array(items) => items.iter().enumerate().map(|(index, it)| (path.join(index), it)).collect(),
        one => vec![(path.clone(), one)],
    };
    let mut all = Vec::new();
    for (path, item) in &items {
        let named = named(facts, item);
        match &named {
            Named::Name(of) => found.push(no_arn(item, of, path)),
            Named::NoArn => {
                let message = eco_format!("`{}` is no ARN", item.to_js_string());
                let at = Place::value(path.clone());
                found.push(
                    Diagnostic::new(&rules::IAM_POLICY, at, message)
                        .why("a statement acts on ARNs, or on everything with `*`")
                        .help("write the ARN, or `!GetAtt Name.Arn`"),
                );
            }
            _ => arn::check(item, path, found),
        }
        all.push(named);
    }
    let is_open = |it: &Named| matches!(it, Named::Anything | Named::Name(_) | Named::NoArn);
    if !all.is_empty() && !all.iter().any(is_open) {
        let place = items.first().filter(|_| items.len() == 1).map_or(path, |it| it.0.clone());
        fit(&known, &all, &place, found);
        if known.len() == texts(statement.get("Action"), &place).len() {
            strangers(&known, items.iter().map(|it| &it.0).zip(&all), found);
        }
    }
}

fn not_of_trust(text: &str, path: Path) -> Diagnostic {
    let message = eco_format!("`{text}` is no action of a trust policy");
    Diagnostic::new(&rules::IAM_POLICY, Place::value(path), message)
        .why("it says who may assume the role, and IAM refuses other actions than those of `sts`")
        .help("write `sts:AssumeRole`; what the role may do stands in its `Policies`")
}

/// The texts of a value that is one, or a list, each with its path.
fn texts<'a>(value: Option<&'a Value>, path: &Path) -> Vec<(Path, &'a str)> {
    match value {
        Some(Value::String(text)) => vec![(path.clone(), text)],
        Some(Value::Array(items)) => {
            let texts = items.iter().enumerate();
            texts.filter_map(|(index, it)| Some((path.join(index), it.as_str()?))).collect()
        }
        _ => Vec::new(),
    }
}

/// A resource whose `Ref` gives its name, where its ARN must be.
fn no_arn(item: &Value, of: &str, path: &Path) -> Diagnostic {
    if item.get("Ref").is_none() {
        let diagnostic = Diagnostic::new(&rules::IAM_POLICY, Place::value(path.clone()), "this gives no ARN");
        return diagnostic
            .why(eco_format!("it is a name, a URL or an id of `{of}`, and a statement acts on ARNs"))
            .help("use the `Arn` of the resource");
    }
    let id = item.get("Ref").and_then(Value::as_str).unwrap_or_default();
    let message = eco_format!("`Ref` of `{id}` gives no ARN");
    let at = inside(path.join("Ref"), 0..id.len());
    let diagnostic = Diagnostic::new(&rules::IAM_POLICY, at, message)
        .why(eco_format!("for `{of}` it gives a name, a URL or an id, and a statement acts on ARNs"));
    let has_arn = crate::cfn::schema::resource_type(of).is_some_and(|it| it.attribute("Arn").is_some());
    if has_arn {
        diagnostic.help(eco_format!("use `!GetAtt {id}.Arn`"))
    } else {
        diagnostic.help("put the ARN together with `!Sub`")
    }
}

/// What is known of an action: `None` where it may be several, or cannot be looked up.
type Looked = Result<Option<(String, Vec<Action>)>, Box<Diagnostic>>;

fn of_text(text: &str, path: &Path, actions: &mut Actions) -> Looked {
    if text == "*" || text.contains("${") || text.contains("{{") {
        return Ok(None);
    }
    let Some((prefix, name)) = text.split_once(':') else {
        let message = eco_format!("`{text}` is no action");
        let at = Place::value(path.clone());
        let diagnostic = Diagnostic::new(&rules::IAM_POLICY, at, message)
            .why("an action is a service and a name, such as `dynamodb:GetItem`, and IAM refuses others");
        let service = prefixes().find(|it| text.to_lowercase().starts_with(&format!("{it}.")));
        return Err(Box::new(match service {
            Some(it) => diagnostic.help(eco_format!("write a colon behind `{it}`")),
            None => diagnostic.help("write the service before it, or `'*'` for all"),
        }));
    };
    if prefix.contains(['*', '?']) || TAKEN.iter().any(|it| it.eq_ignore_ascii_case(text)) {
        return Ok(None);
    }
    let Some(of_service) = actions.of(prefix) else {
        return Err(Box::new(unknown(
            path,
            0..prefix.len(),
            eco_format!("IAM knows no service `{prefix}`"),
            nearest(prefix, prefixes()).map(EcoString::from),
        )));
    };
    if of_service.is_empty() {
        return Ok(None);
    }
    let matching: Vec<Action> = of_service.iter().filter(|it| matches(name, &it.name)).cloned().collect();
    if matching.is_empty() {
        let range = prefix.len() + 1..text.len();
        let message = if name.contains(['*', '?']) {
            eco_format!("no action of `{prefix}` matches `{name}`")
        } else {
            eco_format!("`{prefix}` has no action `{name}`")
        };
        let near = nearest(name.trim_end_matches('*'), of_service.iter().map(|it| it.name.as_str()));
        return Err(Box::new(unknown(path, range, message, near.map(EcoString::from))));
    }
    Ok(Some((prefix.to_lowercase(), matching)))
}

fn unknown(
    path: &Path,
    range: std::ops::Range<usize>,
    message: EcoString,
    near: Option<EcoString>,
) -> Diagnostic {
    let at = inside(path.clone(), range);
    let diagnostic = Diagnostic::new(&rules::UNKNOWN_ACTION, at.clone(), message)
        .why("IAM takes the policy, but the statement does not allow what is meant");
    diagnostic.meant(
        "replace with",
        at,
        near,
        "see the actions of the service in AWS's service authorization reference",
    )
}

/// Whether a name, which may have `*` and `?`, matches an action. Capitals do not count.
fn matches(pattern: &str, name: &str) -> bool {
    if !pattern.contains(['*', '?']) {
        return pattern.eq_ignore_ascii_case(name);
    }
    let (pattern, name) = (pattern.to_lowercase(), name.to_lowercase());
    // Which prefixes of the name the pattern so far matches.
    let length = name.chars().count();
    let mut reached = vec![false; length + 1];
    if let Some(first) = reached.first_mut() {
        *first = true;
    }
    for wanted in pattern.chars() {
        let mut next = vec![false; length + 1];
        let mut any = false;
        for (index, slot) in next.iter_mut().enumerate() {
            let here = reached.get(index).copied().unwrap_or_default();
            if wanted == '*' {
                any |= here;
                *slot = any;
            } else if let Some(before) = index.checked_sub(1) {
                let fits = wanted == '?' || name.chars().nth(before) == Some(wanted);
                *slot = fits && reached.get(before).copied().unwrap_or_default();
            }
        }
        reached = next;
    }
    reached.last().copied().unwrap_or_default()
}

/// A known action: where it stands, its text, its service and those that it may be.
type Known<'a> = (Path, &'a str, (String, Vec<Action>));

/// Finds actions that none of the statement's resources is for.
fn fit(known: &[Known<'_>], resources: &[Named], place: &Path, found: &mut Vec<Diagnostic>) {
    let misfits: Vec<(&Known<'_>, EcoString)> =
        known.iter().filter_map(|it| Some((it, misfit(&it.2, resources)?))).collect();
    let Some(((path, text, _), why)) = misfits.first() else { return };
    // Where nothing fits, the resource is wrong; else the action.
    let all = misfits.len() == known.len();
    let at = Place::value(if all { place.clone() } else { path.clone() });
    let message = if known.len() == 1 || !all {
        eco_format!("the resource of this statement is none for `{text}`")
    } else {
        eco_format!("the resource of this statement is none for its actions, such as `{text}`")
    };
    found.push(
        Diagnostic::new(&rules::ACTION_RESOURCE, at, message)
            .why(why.clone())
            .help("name a resource that the action is for, or put the action in a statement of its own"),
    );
    // Each other action that does not fit stands at its own place.
    for ((path, text, _), why) in misfits.iter().skip(1).filter(|_| !all) {
        let message = eco_format!("the resource of this statement is none for `{text}`");
        found.push(
            Diagnostic::new(&rules::ACTION_RESOURCE, Place::value(path.clone()), message)
                .why(why.clone())
                .help("name a resource that the action is for, or put the action in a statement of its own"),
        );
    }
}

/// Finds resources that none of the statement's actions is for, where others are.
fn strangers<'a>(
    known: &[Known<'_>],
    resources: impl Iterator<Item = (&'a Path, &'a Named)> + Clone,
    found: &mut Vec<Diagnostic>,
) {
    let is_for = |named: &Named| known.iter().any(|it| misfit(&it.2, std::slice::from_ref(named)).is_none());
    if !resources.clone().any(|it| is_for(it.1)) {
        return;
    }
    // A bucket is often written beside its objects, for whatever the actions are.
    let is_of_bucket = |named: &Named| matches!(named, Named::Bucket | Named::Objects);
    let both = resources.clone().any(|it| is_for(it.1) && is_of_bucket(it.1));
    for (path, _) in resources.filter(|it| !(is_for(it.1) || both && is_of_bucket(it.1))) {
        found.push(
            Diagnostic::new(
                &rules::ACTION_RESOURCE,
                Place::value(path.clone()),
                "no action of this statement is for this resource",
            )
            .why("the actions are on ARNs of other services, so it allows nothing")
            .help("remove it, or put it in a statement with the actions that are for it"),
        );
    }
}

/// Why none of the resources is for an action, if so.
fn misfit((prefix, actions): &(String, Vec<Action>), resources: &[Named]) -> Option<EcoString> {
    let fits = |on: &str, resource: &Named| match (on, resource) {
        ("?", _) => true,
        ("s3:bucket", it) => *it == Named::Bucket,
        ("s3:object", it) => *it == Named::Objects,
        ("=", Named::Bucket | Named::Objects) => false,
        ("=", Named::Service(service)) => service == prefix,
        (on, Named::Service(service)) => on == service,
        (on, Named::Bucket | Named::Objects) => on == "s3",
        _ => false,
    };
    // An action that takes `*` alone is left out: it is often listed beside others, and does no harm.
    if actions
        .iter()
        .any(|it| it.on == "-" || it.on.split(',').any(|on| resources.iter().any(|it| fits(on, it))))
    {
        return None;
    }
    let on: &str = actions.first().map_or("", |it| it.on.as_str());
    let only = |kind: &str| actions.iter().all(|it| it.on.split(',').any(|it| it == kind));
    Some(if prefix == "s3" && only("s3:object") && resources.iter().all(|it| *it == Named::Bucket) {
        "the action is on objects, and this is the ARN of the bucket: objects are `<ARN>/*`".into()
    } else if prefix == "s3" && only("s3:bucket") && resources.iter().all(|it| *it == Named::Objects) {
        "the action is on the bucket, and these are its objects: the bucket is the ARN without `/*`".into()
    } else {
        let service =
            if on.contains(',') || on.starts_with('=') || on.starts_with("s3:") { prefix } else { on };
        eco_format!("the action is on ARNs of `{service}`, so the statement allows nothing")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_names() {
        assert!(matches("getitem", "GetItem"));
        assert!(matches("Get*", "GetItem") && matches("*", "GetItem") && matches("G?t*m", "GetItem"));
        assert!(!matches("Get", "GetItem") && !matches("Gets*", "GetItem"));
    }
}
