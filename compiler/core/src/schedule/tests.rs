//! Expressions as they are read, what is wrong with them, and their next runs.

mod faults;
mod properties;
mod runs;
