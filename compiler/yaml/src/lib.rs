//! slsc yaml
