//! What a service needs of its own, besides what its events make: one file for each kind of resource.

pub mod custom_resource;
pub mod deployment_bucket;
pub mod function;
pub mod image;
pub mod invocation;
pub mod layer;
pub mod log_group;
pub mod role;
pub mod url;
pub mod user;
pub mod version;
