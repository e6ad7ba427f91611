//! The tests of slsc from the outside, in one binary.
//!
//! [`suite`] runs Markdown: what a user writes and what the compiler makes of it. [`peer`] compares templates with
//! those of the real framework, [`variables`] values. [`deploy`] runs the backend against a server on a socket behind
//! a faulty proxy, [`cli`] runs transcripts of the command line, [`lsp`] speaks the editors' protocol to the real
//! process, [`watch`] changes files under `check --watch`, [`custom_resources`] runs their functions, [`faults`] plants
//! mistakes in valid services, [`repeat`] compares the bytes of two runs, [`robust`] feeds broken text, and [`tidy`]
//! keeps the house rules.

mod accepted;
mod cli;
mod coverage;
mod custom_resources;
mod deploy;
mod faults;
mod lsp;
mod peer;
mod programs;
mod repeat;
mod robust;
mod schema;
mod suite;
mod support;
mod tidy;
mod variables;
mod watch;
