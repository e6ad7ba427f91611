//! Rules of the whole service that no shape can say.

use crate::diagnostic::Diagnostic;
use crate::pipeline::Mode;
use crate::value::Value;

/// What is wrong with the resolved configuration as a whole.
pub fn service(config: &Value, mode: Mode) -> Vec<Diagnostic> {
    let _ = (config, mode);
    Vec::new()
}
