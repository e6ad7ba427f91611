//! Paths of the REST API: a resource for each step, from the root down.

use ecow::{EcoString, eco_format};
use indexmap::IndexMap;

use super::config::ApiGateway;
use crate::aws::naming;
use crate::cfn::{Fragment, Resource, get_att, reference};
use crate::path::Path;
use crate::value::{Object, Value};

/// The resources of an API, by path without slashes at the ends.
#[derive(Default)]
pub struct Resources {
    ids: IndexMap<EcoString, Value>,
}

/// The id of the API as resources refer to it.
pub fn api_id(config: &ApiGateway) -> Value {
    config.rest_api_id.as_ref().map_or_else(|| reference("ApiGatewayRestApi"), |it| it.to_value())
}

fn root_id(config: &ApiGateway) -> Value {
    let own = || get_att("ApiGatewayRestApi", "RootResourceId");
    config.rest_api_root_resource_id.as_ref().map_or_else(own, |it| it.to_value())
}

impl Resources {
    /// The resources that exist already in an API from elsewhere.
    pub fn predefined(config: &ApiGateway) -> Resources {
        let mut resources = Resources::default();
        match &config.rest_api_resources {
            Some(Value::Object(by_path)) => {
                by_path.iter().for_each(|(path, id)| drop(resources.ids.insert(trim(path), id.clone())));
            }
            Some(Value::Array(items)) => {
                for item in items.iter() {
                    if let (Some(path), Some(id)) = (item.get("path").and_then(Value::as_str), item.get("resourceId")) {
                        resources.ids.insert(trim(path), id.clone());
                    }
                }
            }
            _ => {}
        }
        resources
    }

    /// The id of the resource at `path`; it and all above it are made if they are not there.
    pub fn id(&mut self, path: &str, config: &ApiGateway, from: &Path, out: &mut Fragment) -> Value {
        if path.is_empty() {
            return root_id(config);
        }
        if let Some(id) = self.ids.get(path) {
            return id.clone();
        }
        let (above, step) = path.rsplit_once('/').unwrap_or(("", path));
        let parent = self.id(above, config, from, out);
        let logical_id = eco_format!("ApiGatewayResource{}", naming::path(path));
        let mut properties = Object::new();
        properties.insert("ParentId", parent);
        properties.insert("PathPart", step);
        properties.insert("RestApiId", api_id(config));
        out.push(Resource::new(logical_id.clone(), "AWS::ApiGateway::Resource", properties, from));
        let id = reference(logical_id);
        self.ids.insert(path.into(), id.clone());
        id
    }
}

/// A path without slashes at its ends.
pub fn trim(path: &str) -> EcoString {
    let path = path.strip_prefix('/').unwrap_or(path);
    path.strip_suffix('/').unwrap_or(path).into()
}
