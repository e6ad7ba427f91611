//! The test binary: one module a suite.

mod deploy;
