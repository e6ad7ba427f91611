//! What services import of each other: it is exported, in the same region, and by another stack that comes first.

use ecow::{EcoString, eco_format};

use super::between::same_account;
use super::{Facts, Finding, Named, Read};
use crate::diagnostic::{Severity, nearest};
use crate::rules;

/// The services with their indices.
type Services<'a> = [(usize, &'a Facts)];

/// Words that stages are called by.
const STAGES: [&str; 22] = [
    "alpha",
    "beta",
    "dev",
    "develop",
    "development",
    "int",
    "integration",
    "live",
    "local",
    "preprod",
    "prd",
    "prod",
    "production",
    "qa",
    "sandbox",
    "stage",
    "staging",
    "stg",
    "test",
    "testing",
    "tst",
    "uat",
];

/// Finds imports of what is not exported, and stacks that wait for each other.
pub fn check(services: &Services<'_>, found: &mut Vec<Finding>) {
    for (index, facts) in services.iter().copied() {
        for import in &facts.imports {
            found.extend(
                own(index, facts, import, services)
                    .or_else(|| missing(index, facts, import, services))
                    .or_else(|| circle(index, facts, import, services)),
            );
        }
        for read in &facts.reads {
            found.extend(unread(index, facts, read, services));
        }
    }
}

/// Whether a service may export a name in the region of another.
fn exports(facts: &Facts, name: &str) -> bool {
    facts.exports.iter().any(|it| it.name == name) || facts.possible.iter().any(|it| it == name)
}

fn same_place(one: &Facts, other: &Facts) -> bool {
    same_account(one, other) && one.region == other.region
}

/// An import of what the service exports itself.
fn own(index: usize, facts: &Facts, import: &Named, services: &Services<'_>) -> Option<Finding> {
    let export = facts.exports.iter().find(|it| it.name == import.name)?;
    let by_other = services.iter().any(|it| it.0 != index && exports(it.1, &import.name));
    (!by_other).then(|| Finding {
        service: index,
        rule: &rules::IMPORT_CYCLE,
        severity: Severity::Warning,
        at: import.at.clone(),
        message: eco_format!("`{}` imports `{}`, which it exports itself", facts.service, import.name),
        help: "use `!Ref` or `!GetAtt`: the export is only there when the stack is".into(),
        related: Some((export.at.clone(), "exported here".into())),
    })
}

/// An import of what no service exports, where it can be told that one should.
fn missing(index: usize, facts: &Facts, import: &Named, services: &Services<'_>) -> Option<Finding> {
    let name = import.name.as_str();
    let near = || services.iter().map(|it| it.1).filter(|it| same_place(it, facts));
    if near().any(|it| exports(it, name)) {
        return None;
    }
    let finding = |message: EcoString, help: EcoString, at, said: EcoString| {
        Some(Finding {
            service: index,
            rule: &rules::MISSING_EXPORT,
            severity: Severity::Warning,
            at: import.at.clone(),
            message,
            help,
            related: Some((at, said)),
        })
    };
    let elsewhere = services.iter().map(|it| it.1).filter(|it| same_account(it, facts));
    let mut elsewhere = elsewhere.filter_map(|it| Some((it, it.exports.iter().find(|it| it.name == name)?)));
    if let Some((owner, export)) = elsewhere.next() {
        let message = eco_format!("nothing is exported as `{name}` in `{}`", facts.region);
        let help =
            eco_format!("deploy both services to one region: exports are of one region, `{}`", owner.region);
        let said = eco_format!("`{}` exports it in `{}`", owner.service, owner.region);
        return finding(message, help, export.at.clone(), said);
    }
    let others = || near().filter(|it| it.stack.name != facts.stack.name);
    // The stack with the longest name that fits is the one that is meant.
    let meant = others().filter_map(|it| Some((it, behind(it, name)?)));
    let meant = meant.max_by_key(|it| it.0.stack.name.len()).filter(|it| it.0.all_exports_known);
    let alike = others().filter(|it| it.all_exports_known).flat_map(|owner| {
        let own = owner.exports.iter().filter(|it| !it.name.ends_with("-ServerlessDeploymentBucketName"));
        own.filter(|it| alike(name, &it.name, &facts.stage)).map(move |it| (owner, it))
    });
    let alike = alike.min_by_key(|it| strsim::osa_distance(&it.1.name, name));
    match (meant, alike) {
        (Some((owner, _)), None) => {
            let near = nearest(name, owner.exports.iter().map(|it| it.name.as_str()));
            let help = match near {
                Some(near) => eco_format!("did you mean `{near}`?"),
                None => eco_format!("export it in `{}`, or import what is there", owner.service),
            };
            let message = eco_format!("`{}` exports nothing called `{name}`", owner.service);
            let at = owner.stack.at.clone();
            finding(message, help, at, "the service is this one".into())
        }
        (_, Some((owner, export))) => {
            let message = eco_format!("`{}` exports nothing called `{name}`", owner.service);
            let help = eco_format!("did you mean `{}`?", export.name);
            let at = export.at.clone();
            finding(message, help, at, "the nearest is exported here".into())
        }
        (None, None) => None,
    }
}

/// Whether a name begins with that of a stack, and if it is one that the framework makes.
fn behind(facts: &Facts, name: &str) -> Option<bool> {
    let plain = |rest: &str| !rest.is_empty() && rest.chars().all(|it| it.is_ascii_alphanumeric());
    let generated = name.strip_prefix(facts.prefix.as_str()).filter(|it| plain(it)).map(|_| true);
    let own = || {
        let rest = name.strip_prefix(facts.stack.name.as_str())?;
        rest.starts_with(['-', ':', '/', '_']).then_some(false)
    };
    generated.or_else(own)
}

/// Whether a name is another one with a slip: in letters, in capitals, in the stage, or in the last word.
fn alike(name: &str, export: &str, stage: &str) -> bool {
    if name.eq_ignore_ascii_case(export) {
        return true;
    }
    let words = |text: &str| {
        let words = text.split(['-', ':', '/', '_', '.']).map(str::to_lowercase);
        words.collect::<Vec<String>>()
    };
    let (own, other) = (words(name), words(export));
    if own.len() == other.len() && own.len() > 2 {
        let mut differing = own.iter().zip(&other).enumerate().filter(|(_, (a, b))| a != b);
        if let (Some((index, (a, b))), None) = (differing.next(), differing.next()) {
            let is_stage = |it: &str| it == stage || STAGES.contains(&it);
            let is_part = a.starts_with(b.as_str()) || b.starts_with(a.as_str());
            return is_stage(a) && is_stage(b) || is_part || index + 1 == own.len() || is_slip(a, b);
        }
    }
    name.len() > 7 && strsim::osa_distance(&name.to_lowercase(), &export.to_lowercase()) == 1
}

/// Whether two words differ in one or two letters of several.
fn is_slip(one: &str, other: &str) -> bool {
    let digits = |text: &str| text.chars().any(|it| it.is_ascii_digit());
    let allowed = if one.len() < 6 { 1 } else { 2 };
    one.len() > 3 && !digits(one) && !digits(other) && strsim::osa_distance(one, other) <= allowed
}

/// A stack that waits for one that waits for it: told at each import of the circle.
fn circle(index: usize, facts: &Facts, import: &Named, services: &Services<'_>) -> Option<Finding> {
    let owner_of = |facts: &Facts, name: &str| {
        let mut owners = services.iter().filter(|it| same_place(it.1, facts));
        owners.find(|it| it.1.exports.iter().any(|it| it.name == name)).map(|it| it.0)
    };
    let facts_of = |wanted: usize| services.iter().find(|it| it.0 == wanted).map(|it| it.1);
    let first = owner_of(facts, &import.name).filter(|it| *it != index)?;
    let mut reached = vec![first];
    let mut next = 0;
    while let Some(at) = reached.get(next).copied() {
        next += 1;
        let Some(its) = facts_of(at) else { continue };
        for it in &its.imports {
            if let Some(owner) = owner_of(its, &it.name).filter(|it| !reached.contains(it)) {
                reached.push(owner);
            }
        }
    }
    let owner = facts_of(first).filter(|_| reached.contains(&index))?;
    let export = owner.exports.iter().find(|it| it.name == import.name)?;
    Some(Finding {
        service: index,
        rule: &rules::IMPORT_CYCLE,
        severity: Severity::Warning,
        at: import.at.clone(),
        message: eco_format!("`{}` and `{}` import values of each other", facts.service, owner.service),
        help: "let one of them read the value otherwise: no stack of a circle can be the first".into(),
        related: Some((export.at.clone(), eco_format!("`{}` exports it", owner.service))),
    })
}

/// An output that the stack of a service does not have.
fn unread(index: usize, facts: &Facts, read: &Read, services: &Services<'_>) -> Option<Finding> {
    let region = read.region.as_ref().unwrap_or(&facts.region);
    let others =
        || services.iter().map(|it| it.1).filter(|it| it.region == *region && same_account(it, facts));
    let finding = |message, help, owner: &Facts| {
        Some(Finding {
            service: index,
            rule: &rules::MISSING_EXPORT,
            severity: Severity::Warning,
            at: read.at.clone(),
            message,
            help,
            related: Some((owner.stack.at.clone(), "the service is this one".into())),
        })
    };
    if let Some(owner) = others().find(|it| it.stack.name == read.stack) {
        let near = nearest(&read.output, owner.outputs.iter().map(EcoString::as_str));
        if owner.outputs.contains(&read.output) || !owner.all_outputs_known && near.is_none() {
            return None;
        }
        let message = eco_format!("the stack of `{}` has no output `{}`", owner.service, read.output);
        let help = match near {
            Some(near) => eco_format!("did you mean `{near}`?"),
            None => eco_format!("add it to the outputs of `{}`", owner.service),
        };
        return finding(message, help, owner);
    }
    // A stack of nobody here, whose name is that of one with a slip, and which would have the output.
    let has = |it: &&Facts| it.outputs.contains(&read.output) && is_own_output(&read.output);
    let owner = others().filter(has).find(|it| alike(&read.stack, &it.stack.name, &facts.stage))?;
    let message = eco_format!("no service here is deployed to the stack `{}`", read.stack);
    finding(message, eco_format!("did you mean `{}`?", owner.stack.name), owner)
}

/// Whether an output is one of the user's own: every stack of the framework has the others.
fn is_own_output(name: &str) -> bool {
    !name.starts_with("ServerlessDeployment") && !name.starts_with("ServiceEndpoint") && name != "HttpApiUrl"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_alike() {
        assert!(alike("acme-dev-item-arn", "acme-dev-items-arn", "dev"));
        assert!(alike("acme-prod-shared-name", "acme-dev-shared-name", "dev"));
        assert!(alike("acme-network-dev-jobs-arn", "acme-net-dev-jobs-arn", "dev"));
        assert!(alike("acme-dev-Items-arn", "acme-dev-items-arn", "dev"));
        assert!(alike("acme-dev-items-name", "acme-dev-items-arn", "dev"));
        assert!(!alike("acme-dev-orders-arn", "acme-dev-items-arn", "dev"));
        assert!(!alike("vpc-dev-subnet1-id", "vpc-dev-subnet2-arn", "dev"));
    }
}
