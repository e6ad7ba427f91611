//! Quotas of CloudFormation: <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html>

use ecow::{EcoString, eco_format};

use super::Facts;
use crate::diagnostic::{Diagnostic, Place};
use crate::path::Path;
use crate::rules;

/// How many entries a section may have, and what to do with more.
const SECTIONS: [(&str, usize, &str); 4] = [
    ("Resources", 500, "split the service in two"),
    ("Outputs", 200, "remove outputs that nobody reads, or split the service in two"),
    ("Parameters", 200, "put several values into one parameter, as a list"),
    ("Mappings", 200, "join mappings, or take values from `custom`"),
];

/// The most bytes that a template on S3 may have.
const LARGEST: usize = 1_048_576;

/// Finds a template that is too large.
pub fn check(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    for (name, most, help) in SECTIONS {
        let count = facts.section(name).map_or(0, |it| it.len());
        if count > most {
            let noun = name.to_lowercase();
            let message = eco_format!("the template has {count} {noun}");
            found.push(too_large(
                facts,
                name,
                message,
                eco_format!("CloudFormation takes {most} at most"),
                help,
            ));
        }
    }
    let size = crate::value::Value::from(facts.template.body.clone()).to_json().len();
    if size > LARGEST {
        let message = eco_format!("the template has {size} bytes");
        let why = eco_format!("CloudFormation takes {LARGEST} at most");
        found.push(too_large(facts, "Resources", message, why, "split the service in two"));
    }
}

fn too_large(facts: &Facts<'_>, section: &str, message: EcoString, why: EcoString, help: &str) -> Diagnostic {
    let own = facts.own_parts().into_iter().find(|(_, part)| part.get(section).is_some());
    let generated = Path::from(["functions"]);
    let at = if section == "Resources" {
        generated
    } else {
        own.map_or(generated, |(path, _)| path.join(section))
    };
    Diagnostic::new(&rules::TEMPLATE_TOO_LARGE, Place::key(at), message).why(why).help(help)
}
