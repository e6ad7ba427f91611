//! Routes of APIs as events write them, for the checks that compare them.

use std::ops::Range;

use ecow::EcoString;

use super::function::Event;
use crate::diagnostic::Place;
use crate::path::Path;
use crate::value::Value;

/// The kind of API that has a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Api {
    /// `http`: a REST API.
    Rest,
    /// `httpApi`: an HTTP API.
    Http,
}

/// A method and a path.
#[derive(Clone, Debug)]
pub struct Route<'a> {
    /// The kind of API.
    pub api: Api,
    /// The method in capitals; `ANY` for all.
    pub method: EcoString,
    /// The path as it is written.
    pub path: &'a str,
    /// The value that holds the path, and where the path starts in it.
    value: Path,
    start: usize,
}

impl<'a> Route<'a> {
    /// The route of an event, where method and path are known.
    pub fn read(event: &Event<'a>) -> Option<Route<'a>> {
        let api = match event.kind {
            "http" => Api::Rest,
            "httpApi" => Api::Http,
            _ => return None,
        };
        let method = |it: &str| {
            let method = it.to_uppercase();
            if method == "*" { "ANY".into() } else { EcoString::from(method) }
        };
        match event.value {
            Value::String(text) => {
                let (verb, path) = text.split_once(' ')?;
                let start = verb.len() + 1;
                Some(Route { api, method: method(verb), path, value: event.path.clone(), start })
            }
            Value::Object(route) => {
                let path = route.get("path")?.as_str().filter(|it| *it != "*")?;
                let verb = route.get("method")?.as_str()?;
                Some(Route { api, method: method(verb), path, value: event.path.join("path"), start: 0 })
            }
            _ => None,
        }
    }

    /// The path without slashes at its ends, as REST APIs take it.
    pub fn trimmed(&self) -> &'a str {
        let path = self.path.strip_prefix('/').unwrap_or(self.path);
        path.strip_suffix('/').unwrap_or(path)
    }

    /// Where the path stands.
    pub fn at(&self) -> Place {
        self.piece(0..self.path.len())
    }

    /// Where a piece of the path stands.
    pub fn piece(&self, within: Range<usize>) -> Place {
        let within = self.start + within.start..self.start + within.end;
        Place::Inside { path: self.value.clone(), within }
    }
}
