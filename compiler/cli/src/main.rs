//! The binary `slsc`.
fn main() {}
