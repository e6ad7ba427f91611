//! `slsc lsp`: the language server over standard input and output.

use std::process::ExitCode;

use crate::output::Failure;

/// Serves until the editor says goodbye.
pub fn run() -> Result<ExitCode, Failure> {
    let text = |it: std::ffi::OsString| it.into_string().ok();
    let environment =
        std::env::vars_os().filter_map(|(name, value)| Some((text(name)?, text(value)?))).collect();
    slsc_lsp::run(environment, crate::clock::now).map_err(|error| {
        Failure::failed(
            format!("the language server cannot start: {error}"),
            "look at the limits of the system",
        )
    })?;
    Ok(ExitCode::SUCCESS)
}
