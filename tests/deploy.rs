//! The deploy backend against a real server process on loopback, with a faulty proxy in front: what it does, what it
//! tells, and in which state it leaves AWS. Answers "does a deploy survive what networks and AWS do to it?".

mod command;
mod emulator;
mod faults;
#[cfg(unix)]
mod images;
mod life;
mod proxy;
mod service;
mod variables;

use slsc_deploy::{Event, Package, Target};

use proxy::Proxy;
use service::Service;

/// A service and the proxy through which it is deployed.
struct Bench {
    service: Service,
    proxy: Proxy,
    events: Vec<Event>,
}

type Outcome<T> = Result<T, slsc_deploy::Error>;

impl Bench {
    fn new(name: &str) -> Self {
        Self::of(Service::new(name))
    }

    fn of(service: Service) -> Self {
        Self { service, proxy: Proxy::start(&emulator::url()), events: Vec::new() }
    }

    fn options(&self) -> slsc_deploy::Options {
        self.service.options(&self.proxy.url())
    }

    /// Packages the service anew and deploys it; `events` and the proxy's calls are those of this deploy.
    fn deploy(&mut self) -> Outcome<slsc_deploy::Outcome> {
        let package = self.service.package();
        self.deploy_package(&package)
    }

    fn deploy_package(&mut self, package: &Package) -> Outcome<slsc_deploy::Outcome> {
        self.proxy.forget();
        self.events.clear();
        let options = self.options();
        slsc_deploy::deploy(package, &options, &mut |event| self.events.push(event))
    }

    fn remove(&mut self) -> Outcome<slsc_deploy::Removed> {
        self.proxy.forget();
        self.events.clear();
        let (target, options) = (self.service.target(), self.options());
        slsc_deploy::remove(&target, &options, &mut |event| self.events.push(event))
    }

    fn info(&self) -> Outcome<slsc_deploy::Info> {
        let target: Target = self.service.target();
        slsc_deploy::info(&target, &self.options())
    }

    /// Statuses that the events told of `logical_id`.
    fn statuses(&self, logical_id: &str) -> Vec<&str> {
        let statuses = self.events.iter().filter_map(|event| match event {
            Event::StackEvent(event) if event.logical_id == logical_id => Some(event.status.as_str()),
            _ => None,
        });
        statuses.collect()
    }

    fn notes(&self) -> Vec<&str> {
        let notes = self.events.iter().filter_map(|event| match event {
            Event::Note { text } => Some(text.as_str()),
            _ => None,
        });
        notes.collect()
    }
}
