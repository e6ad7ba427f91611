//! What services import of each other: it is exported, in the same region, and by another stack that comes first.

use ecow::{EcoString, eco_format};

use super::between::same_account;
use super::{Facts, Finding, Named, Read, Spot};
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
        // A circle is told once, however many values it is made of.
        let mut told: Vec<usize> = Vec::new();
        let mut waits = |owner: Option<usize>, value: (&Spot, Option<&str>)| {
            let owner = owner.filter(|it| !told.contains(it));
            let finding = circle(index, facts, owner, value, services);
            told.extend(owner.filter(|_| finding.is_some()));
            finding
        };
        for import in &facts.imports {
            found.extend(missing(index, facts, import, services).or_else(|| {
                waits(exporter(facts, &import.name, services), (&import.at, Some(&import.name)))
            }));
        }
        for read in &facts.reads {
            found.extend(
                unread(index, facts, read, services)
                    .or_else(|| waits(reader(facts, read, services), (&read.at, None))),
            );
        }
    }
}

/// Whether a service may export a name in the region of another.
fn exports(facts: &Facts, name: &str) -> bool {
    facts.exports.iter().any(|it| it.name == name) || facts.possible.iter().any(|it| it == name)
}

/// Whether two services are deployed to one account and region, as far as they say.
pub fn same_place(one: &Facts, other: &Facts) -> bool {
    same_account(one, other) && one.region == other.region
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
    if let Some((owner, it)) = meant_output(facts, name, &others().collect::<Vec<_>>()) {
        let message = eco_format!("`{}` exports nothing called `{name}`", owner.service);
        let help = match &it.1 {
            Some(export) => eco_format!("`{}` is the key of the output: import `{export}`", it.0.name),
            None => eco_format!("give its output `{}` the export `{name}`", it.0.name),
        };
        return finding(message, help, it.0.at, "this output is there".into());
    }
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
        (None, None) => {
            let export = of_family(name, &facts.stage, &others().collect::<Vec<_>>())?;
            let message = eco_format!("no service exports `{name}`");
            let help = "export it, or import what is there".into();
            finding(message, help, export.at.clone(), eco_format!("`{}` is exported here", export.name))
        }
    }
}

/// An export of those that all begin as a name does, up to the stage: what several services share, such as `shop-dev-`.
fn of_family<'a>(name: &str, stage: &str, others: &[&'a Facts]) -> Option<&'a Named> {
    let end = name.find(&*eco_format!("-{stage}-"))? + stage.len() + 2;
    let start = name.get(..end)?;
    let known = others.iter().filter(|it| it.all_exports_known);
    let of_family = |it: &&Named| it.name.starts_with(start) && !it.name.contains("-ServerlessDeployment");
    let mut family = known.flat_map(|it| it.exports.iter()).filter(of_family);
    let first = family.next()?;
    family.next().is_some().then_some(first)
}

/// An output that an import is likely to mean: of its very key, or one that is not exported and called as the name ends.
/// With the name that it is exported as.
fn meant_output<'a>(
    facts: &Facts,
    name: &str,
    others: &[&'a Facts],
) -> Option<(&'a Facts, (Named, Option<EcoString>))> {
    let plain = |text: &str| {
        let kept = text.chars().filter(char::is_ascii_alphanumeric);
        kept.flat_map(char::to_lowercase).collect::<String>()
    };
    let mut found = others.iter().flat_map(|owner| {
        let exported = owner.named.iter().filter(|it| it.0 == name).map(|(id, export)| {
            let output = Named { name: id.clone(), at: export.at.clone() };
            (*owner, (output, Some(export.name.clone())))
        });
        let is_end = |id: &str| {
            id.len() > 5 && plain(name).ends_with(&plain(id)) && name.contains(facts.stage.as_str())
        };
        let unnamed =
            owner.unnamed.iter().filter(|it| it.name == name || is_end(&it.name) && owner.all_exports_known);
        exported.chain(unnamed.map(|it| (*owner, (it.clone(), None)))).collect::<Vec<_>>()
    });
    let first = found.next()?;
    found.next().is_none().then_some(first)
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
    if lacks_one(&own, &other) || lacks_one(&other, &own) {
        return true;
    }
    name.len() > 7 && strsim::osa_distance(&name.to_lowercase(), &export.to_lowercase()) == 1
}

/// Whether the words of `one` are those of `other` without one between the first two and the last.
fn lacks_one(one: &[String], other: &[String]) -> bool {
    if one.len() < 4 || one.len() + 1 != other.len() {
        return false;
    }
    let same = one.iter().zip(other).take_while(|(a, b)| a == b).count();
    same >= 2 && same < one.len() && one.iter().skip(same).eq(other.iter().skip(same + 1))
}

/// Whether two words differ in one or two letters of several.
fn is_slip(one: &str, other: &str) -> bool {
    let digits = |text: &str| text.chars().any(|it| it.is_ascii_digit());
    let allowed = if one.len() < 6 { 1 } else { 2 };
    one.len() > 3 && !digits(one) && !digits(other) && strsim::osa_distance(one, other) <= allowed
}

/// The services whose values a service must have before it is deployed: those of its imports, and of the stacks that
/// it reads.
fn owners(index: usize, facts: &Facts, services: &Services<'_>) -> Vec<usize> {
    let imported = facts.imports.iter().filter_map(|it| exporter(facts, &it.name, services));
    let read = facts.reads.iter().filter_map(|it| reader(facts, it, services));
    imported.chain(read).filter(|it| *it != index).collect()
}

/// The service that exports a name.
fn exporter(facts: &Facts, name: &str, services: &Services<'_>) -> Option<usize> {
    let mut owners = services.iter().filter(|it| same_place(it.1, facts));
    owners.find(|it| it.1.exports.iter().any(|it| it.name == name)).map(|it| it.0)
}

/// The service whose stack is read.
fn reader(facts: &Facts, read: &Read, services: &Services<'_>) -> Option<usize> {
    let region = read.region.as_ref().unwrap_or(&facts.region);
    let mut owners = services.iter().filter(|it| it.1.region == *region && same_account(it.1, facts));
    owners.find(|it| it.1.stack.name == read.stack).map(|it| it.0)
}

/// A stack that waits for one that waits for it: told at each value of the circle.
fn circle(
    index: usize,
    facts: &Facts,
    first: Option<usize>,
    (at, export): (&Spot, Option<&str>),
    services: &Services<'_>,
) -> Option<Finding> {
    let facts_of = |wanted: usize| services.iter().find(|it| it.0 == wanted).map(|it| it.1);
    let first = first.filter(|it| *it != index)?;
    let mut reached = vec![first];
    let mut next = 0;
    while let Some(at) = reached.get(next).copied() {
        next += 1;
        let Some(its) = facts_of(at) else { continue };
        for owner in owners(at, its, services) {
            if !reached.contains(&owner) {
                reached.push(owner);
            }
        }
    }
    let owner = facts_of(first).filter(|_| reached.contains(&index))?;
    let export = owner.exports.iter().find(|it| Some(it.name.as_str()) == export);
    Some(Finding {
        service: index,
        rule: &rules::IMPORT_CYCLE,
        severity: Severity::Warning,
        at: at.clone(),
        message: eco_format!("`{}` and `{}` need values of each other", facts.service, owner.service),
        help: "let one of them have the value otherwise: no stack of a circle can be the first".into(),
        related: Some(match export {
            Some(export) => (export.at.clone(), eco_format!("`{}` exports it", owner.service)),
            None => (owner.stack.at.clone(), eco_format!("the stack of `{}`", owner.service)),
        }),
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
    let elsewhere = services.iter().map(|it| it.1).filter(|it| same_account(it, facts));
    if let Some(owner) = elsewhere.into_iter().find(|it| it.stack.name == read.stack) {
        let message = eco_format!("there is no stack `{}` in `{region}`", read.stack);
        return finding(message, eco_format!("`{}` is deployed to `{}`", owner.service, owner.region), owner);
    }
    // A stack of nobody here, whose name is that of one with a slip, and which would have the output.
    let has = |it: &&Facts| it.outputs.contains(&read.output) && is_own_output(&read.output);
    // The name of a service alone is none of its stack.
    let is_service =
        |it: &&Facts| it.service == read.stack && it.stack.name.starts_with(&*eco_format!("{}-", read.stack));
    let owner =
        others().filter(has).find(|it| is_service(it) || alike(&read.stack, &it.stack.name, &facts.stage))?;
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
