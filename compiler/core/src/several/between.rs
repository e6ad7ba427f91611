//! What is wrong between services: names that two of them take. Each of both is told.

use ecow::{EcoString, eco_format};
use rustc_hash::FxHashMap;

use super::{Facts, Finding, Named, Spot, imports, routes, uses};
use crate::rules::{self, Rule};

/// What takes a name: the service, its facts, and where.
type Taker<'a> = (usize, &'a Facts, &'a Spot);

/// What is wrong between services, in their order. Where more than two take a name the first is told once.
pub fn findings(all: &[Option<Facts>]) -> Vec<Finding> {
    let mut found = Vec::new();
    let services: Vec<(usize, &Facts)> =
        all.iter().enumerate().filter_map(|(index, it)| Some((index, it.as_ref()?))).collect();
    let mut stacks: FxHashMap<(&str, &str), Vec<Taker<'_>>> = FxHashMap::default();
    let mut exports: FxHashMap<(&str, &str), Vec<Taker<'_>>> = FxHashMap::default();
    let mut buckets: FxHashMap<&str, Vec<Taker<'_>>> = FxHashMap::default();
    let mut made: FxHashMap<(&str, &str, &str), Vec<Taker<'_>>> = FxHashMap::default();
    for (index, facts) in services.iter().copied() {
        let taker = (index, facts, &facts.stack.at);
        let earlier = stacks.entry((&facts.stack.name, &facts.region)).or_default();
        if let Some(other) = earlier.iter().find(|it| same_account(it.1, facts)) {
            found.extend(same_stack(*other, taker).into_iter().skip(usize::from(earlier.len() > 1)));
        }
        earlier.push(taker);
        for Named { name, at } in &facts.exports {
            let earlier = exports.entry((name, &facts.region)).or_default();
            if let Some(other) = earlier.iter().find(|it| collide(it.1, facts)) {
                let message = eco_format!("two services export a value as `{name}`");
                let help = "give one another name: an account has each name once in a region";
                let both = twice(&rules::DUPLICATE_EXPORT, &message, help, *other, (index, facts, at));
                found.extend(both.into_iter().skip(usize::from(earlier.len() > 1)));
            }
            earlier.push((index, facts, at));
        }
        for Named { name, at } in &facts.buckets {
            let earlier = buckets.entry(name).or_default();
            if let Some(other) = earlier.iter().find(|it| it.1.stack.name != facts.stack.name) {
                let message = eco_format!("two services make a bucket called `{name}`");
                let help = "let one of them make it, and the other use it, or give one another name";
                let both = twice(&rules::DUPLICATE_BUCKET, &message, help, *other, (index, facts, at));
                found.extend(both.into_iter().skip(usize::from(earlier.len() > 1)));
            }
            earlier.push((index, facts, at));
        }
        for it in &facts.made {
            let region = if it.is_global { "" } else { facts.region.as_str() };
            let earlier = made.entry((it.noun, &it.name, region)).or_default();
            if let Some(other) = earlier.iter().find(|it| collide(it.1, facts)) {
                let message = eco_format!("two services make {} called `{}`", it.noun, it.name);
                let help = "let one of them make it, and the other use it, or give one another name";
                let both = twice(&rules::SHARED_NAME, &message, help, *other, (index, facts, &it.at));
                found.extend(both.into_iter().skip(usize::from(earlier.len() > 1)));
            }
            earlier.push((index, facts, &it.at));
        }
    }
    imports::check(&services, &mut found);
    uses::check(&services, &mut found);
    routes::check(&services, &mut found);
    found.sort_by_key(|it| it.service);
    found
}

/// Whether two services are deployed to one account, as far as they say.
pub fn same_account(one: &Facts, other: &Facts) -> bool {
    one.profile == other.profile
}

/// Whether two services are two stacks of one account and region: of one stack only that is told.
pub fn collide(one: &Facts, other: &Facts) -> bool {
    same_account(one, other) && one.stack.name != other.stack.name
}

fn same_stack(one: Taker<'_>, other: Taker<'_>) -> [Finding; 2] {
    let facts = other.1;
    let message =
        eco_format!("two services deploy to the stack `{}` in `{}`", facts.stack.name, facts.region);
    let help = "give one of them another name: each deployment removes what the other has made";
    let at = |(service, _, at): Taker<'_>, other: Taker<'_>| Finding {
        service,
        rule: &rules::DUPLICATE_STACK,
        severity: rules::DUPLICATE_STACK.level,
        at: at.clone(),
        message: message.clone(),
        help: help.into(),
        related: Some((other.2.clone(), "the other is named here".into())),
    };
    [at(one, other), at(other, one)]
}

fn twice(
    rule: &'static Rule,
    message: &EcoString,
    help: &str,
    one: Taker<'_>,
    other: Taker<'_>,
) -> [Finding; 2] {
    let at = |(service, _, at): Taker<'_>, other: Taker<'_>| Finding {
        service,
        rule,
        severity: rule.level,
        at: at.clone(),
        message: message.clone(),
        help: help.into(),
        related: Some((other.2.clone(), eco_format!("`{}` has it, too", other.1.service))),
    };
    [at(one, other), at(other, one)]
}
