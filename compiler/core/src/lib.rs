//! slsc core
