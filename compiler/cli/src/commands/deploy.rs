//! `slsc deploy`: packages the service, or takes a package, and makes AWS what it says.

use std::process::ExitCode;
use std::time::SystemTime;

use slsc_deploy::{Done, Event, Outcome, Package};

use super::{package, remote};
use crate::args::{Deploy, Global, PackageOptions};
use crate::output::Failure;
use remote::Reporter;

/// Deploys the service. Nothing is sent to AWS while the service has errors.
pub fn run(args: &Deploy, global: &Global) -> Result<ExitCode, Failure> {
    let reporter = Reporter { json: args.json };
    let (directory, mut options) = match &args.package {
        Some(ready) => (global.directory.join(ready), remote::options_alone(global)),
        None => {
            let packaging = PackageOptions {
                minify_template: args.minify_template,
                jobs: args.jobs,
                ..PackageOptions::default()
            };
            package::package(&packaging, global)?
        }
    };
    let package = match Package::read(&directory) {
        Ok(package) => package.deployed_at(SystemTime::now()),
        Err(error) => return Ok(reporter.error(&error)),
    };
    options.force = args.force;
    let deployed = slsc_deploy::deploy(&package, &options, &mut |event: Event| reporter.event(&event));
    let mut outcome = match deployed {
        Ok(outcome) => outcome,
        Err(error) => return Ok(reporter.error(&error)),
    };
    if args.conceal {
        outcome.info = remote::concealed(outcome.info);
    }
    reporter.result(&outcome, |it| text(it, args.conceal))?;
    Ok(ExitCode::SUCCESS)
}

fn text(outcome: &Outcome, conceal: bool) -> String {
    let done = match outcome.done {
        Done::Created => "created",
        Done::Updated => "updated",
        Done::NoChanges => "nothing has changed; nothing was deployed",
    };
    format!("{done}\n{}", remote::info_text(&outcome.info, conceal))
}
