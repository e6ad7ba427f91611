//! `slsc schema`: the JSON Schema of `serverless.yml`, as it lies in `schemas/`.

use std::process::ExitCode;

use slsc_core::language::schema::schema;

use crate::output::{self, Failure};

/// Prints it.
pub fn run() -> Result<ExitCode, Failure> {
    output::result(&format!("{}\n", schema().to_json_pretty()))?;
    Ok(ExitCode::SUCCESS)
}
